/* SPDX-License-Identifier: MIT
 * ckptop wall: the dashboard for a wall, where nobody and nothing can write. */
#include "cli/command.h"

static const struct cli_option wall_options[] = {
	{ "no-keys", 0, NULL, "ignore the keyboard; a signal or a hang-up ends it" },
	{ "bell", 0, NULL, "ring the terminal's bell when a job becomes CRIT" },
	CLI_OPTIONS_END,
};

static int
run(struct cli *cli, struct err *err)
{
	bool keys = !cli_has(cli, "no-keys"), bell = cli_has(cli, "bell");

	cli->status = cli->front->wall(cli->config, keys, bell, err);
	return cli->status < 0 ? -1 : 0;
}

const struct command command_wall = {
	.name = "wall",
	.operands = "",
	.summary = "Show a wallboard: what is wrong, in large letters, and nothing to "
		   "press.",
	.details = "Keys scroll and quit, and do nothing else. No store can be written "
		   "to, and "
		   "where the\nkernel has Landlock no file at all.",
	.options = wall_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_STORES,
	.writing = CLI_NEVER_WRITES,
	.run = run,
};
