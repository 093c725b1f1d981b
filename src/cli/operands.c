/* SPDX-License-Identifier: MIT */
#include "cli/operands.h"

int
operands_read(struct operands *out, const struct cli *cli, struct err *err)
{
	size_t used = 0, count = cli->operand_count;
	char *const *words = cli->operands;

	*out = (struct operands){ .job = cli_value(cli, "job"),
		.partition = cli_value(cli, "partition") };
	if (out->job == NULL && used < count)
		out->job = words[used++];
	if (out->partition == NULL && used < count)
		out->partition = words[used++];
	if (cli->command->most == 3 && used < count)
		out->value = words[used++];
	if (out->job == NULL || out->partition == NULL ||
		(cli->command->most == 3 && out->value == NULL))
		return err_set(err, ERR_USAGE,
			"something is missing; usage: ckptop %s [OPTION]... %s",
			cli->command->name, cli->command->operands);
	if (used < count)
		return err_set(err, ERR_USAGE,
			"'%s' is one too many; usage: ckptop %s [OPTION]... %s",
			words[used], cli->command->name, cli->command->operands);
	if (*out->job == '\0')
		return err_set(err, ERR_USAGE, "the job is empty");
	return 0;
}

struct key
operands_key(const struct operands *operands)
{
	return (struct key){ span_of(operands->job), span_of(operands->partition) };
}
