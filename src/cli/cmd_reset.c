/* SPDX-License-Identifier: MIT
 * ckptop reset: move checkpoints back or forward. */
#include "cli/change.h"
#include "cli/target.h"

static const struct cli_option reset_options[] = {
	TARGET_OPTIONS,
	{ "to", 't', "TARGET", "where to: N, +N, -N, start, end, @TIME, text:VALUE" },
	{ "confirm-skip", 0, "LOSS", "what would be lost, where something would" },
	CHANGE_OPTIONS,
	CLI_OPTIONS_END,
};

static int
run(struct cli *cli, struct err *err)
{
	struct wish wish = { .kind = WISH_RESET };
	const char *to = cli_value(cli, "to");

	if (to == NULL)
		err_set(err, ERR_USAGE,
			"reset to what? give --to TARGET; nothing was written");
	if (to == NULL || target_parse(&wish.target, span_of(to), clock_now(), err) != 0)
		return change_refused(cli, err);
	return change_run(cli, &wish, err);
}

const struct command command_reset = {
	.name = "reset",
	.operands = "JOB[/PARTITION]...",
	.summary = "Move checkpoints back, to read again, or forward, to skip.",
	.details =
		"Shows the plan, asks, writes only where the checkpoint is still what "
		"was\n"
		"shown, and records who, when and why. Going back is taken back with\n"
		"'ckptop undo'; what was skipped is lost to the job. Without a terminal\n"
		"the confirmation is an option: --yes, --confirm or --confirm-skip, as\n"
		"the plan says.",
	.options = reset_options,
	.least = 0,
	.most = 1000,
	.need = CLI_NEEDS_STORES,
	.run = run,
};
