/* SPDX-License-Identifier: MIT
 * ckptop audit acknowledge: somebody says why something went back, or is gone, that
 * nobody has recorded. */
#ifndef CLI_ACKNOWLEDGE_H
#define CLI_ACKNOWLEDGE_H

#include "cli/command.h"

/* For the options of the command. */
#define ACKNOWLEDGE_OPTIONS                                                              \
	{ "reason", 'r', "TEXT", "acknowledge: why it was; it is recorded" },            \
	{                                                                                \
		"vanished", 0, NULL,                                                     \
			"acknowledge: the checkpoint is gone, and should be"             \
	}

/* The operand behind the word says which checkpoints (NULL: the options do). */
int acknowledge_run(struct cli *cli, const char *operand, struct err *err);

#endif
