/* SPDX-License-Identifier: MIT
 * ckptop theme: the colour themes there are. */
#include "cli/command.h"

static const struct cli_option theme_options[] = {
	{ "list", 0, NULL, "print the names of the themes, one a line" },
	CLI_OPTIONS_END,
};

static int
run(struct cli *cli, struct err *err)
{
	if (!cli_has(cli, "list"))
		return err_set(err, ERR_USAGE, "say what to do: ckptop theme --list");
	for (size_t i = 0; i < cli->front->theme_count(); i++)
		str_addf(&cli->out.text, "%s\n", cli->front->theme_name(i));
	return 0;
}

const struct command command_theme = {
	.name = "theme",
	.operands = "",
	.summary = "List the colour themes of the dashboard.",
	.details = "--theme NAME, or theme = NAME in the configuration, chooses one.",
	.options = theme_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_NOTHING,
	.run = run,
};
