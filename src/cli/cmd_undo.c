/* SPDX-License-Identifier: MIT
 * ckptop undo: bring back what an operation has changed. */
#include <string.h>

#include "cli/change.h"

/* Before the name of a group; no id of an operation begins so. */
#define GROUP "group:"

static const struct cli_option undo_options[] = {
	{ "confirm-skip", 0, "LOSS", "what would be lost, where something would" },
	CHANGE_OPTIONS,
	CLI_OPTIONS_END,
};

static int
run(struct cli *cli, struct err *err)
{
	struct wish wish = { .kind = WISH_UNDO };

	if (cli->operand_count == 0) {
		err_set(err, ERR_USAGE, "undo what? usage: ckptop undo [OPTION]... %s",
			cli->command->operands);
		return change_refused(cli, err);
	}
	if (strncmp(cli->operands[0], GROUP, strlen(GROUP)) == 0)
		return change_undo_group(
			cli, span_of(cli->operands[0] + strlen(GROUP)), err);
	if (*cli->operands[0] == '\0') {
		err_set(err, ERR_USAGE,
			"the operation is empty; nothing was written; ckptop audit lists "
			"those that there are");
		return change_refused(cli, err);
	}
	wish.undo_of = span_of(cli->operands[0]);
	return change_run(cli, &wish, err);
}

const struct command command_undo = {
	.name = "undo",
	.operands = "OPERATION|group:ID",
	.summary = "Bring back what a reset, a delete or an undo has changed.",
	.details =
		"OPERATION is what these have printed and 'ckptop audit' lists; its "
		"first\n"
		"characters will do. Where a checkpoint is still as the operation left "
		"it,\n"
		"the whole of it is brought back; where the job has saved since, it is\n"
		"reset to the old value, which wants the name of the job. Output that "
		"was\n"
		"written meanwhile is not taken back.\n"
		"group:ID undoes what was done with --group ID, the newest first.",
	.options = undo_options,
	.least = 0,
	.most = 1,
	.need = CLI_NEEDS_STORES,
	.run = run,
};
