/* SPDX-License-Identifier: MIT
 * JOB PARTITION [VALUE] as separate words, or --job and --partition. */
#ifndef CLI_OPERANDS_H
#define CLI_OPERANDS_H

#include "cli/command.h"
#include "model/key.h"

/* For the tables of options of these commands. */
#define KEY_OPTIONS                                                                      \
	{ "job", 0, "JOB", "the job, instead of the operand" },                          \
	{                                                                                \
		"partition", 0, "PARTITION", "the partition, instead of the operand"     \
	}

struct operands {
	const char *job, *partition;
	const char *value; /* NULL: the command has none */
};

/* Takes what the options do not say from the operands, in the order of the usage; as many
 * as that needs must be there. A command has a value if it takes three operands. */
int operands_read(struct operands *out, const struct cli *cli, struct err *err);

struct key operands_key(const struct operands *operands);

#endif
