/* SPDX-License-Identifier: MIT
 * ckptop delete: remove checkpoints, so that their job starts over. */
#include "cli/change.h"
#include "cli/target.h"

static const struct cli_option delete_options[] = {
	TARGET_OPTIONS,
	CHANGE_OPTIONS,
	CLI_OPTIONS_END,
};

static int
run(struct cli *cli, struct err *err)
{
	struct wish wish = { .kind = WISH_DELETE };

	return change_run(cli, &wish, err);
}

const struct command command_delete = {
	.name = "delete",
	.operands = "JOB[/PARTITION]...",
	.summary = "Remove checkpoints: their job starts from the beginning.",
	.details =
		"Shows the plan and wants the name of the job, here or with --confirm.\n"
		"The whole of what is removed goes into the journal: 'ckptop undo' "
		"brings\n"
		"it back.",
	.options = delete_options,
	.least = 0,
	.most = 1000,
	.need = CLI_NEEDS_STORES,
	.run = run,
};
