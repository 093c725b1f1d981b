/* SPDX-License-Identifier: MIT
 * ckptop help: the same as --help. */
#include "cli/command.h"

#include "cli/help.h"

static const struct cli_option help_options[] = {
	CLI_OPTIONS_END,
};

static int
run(struct cli *cli, struct err *err)
{
	const struct command *command = cli_command(0);

	if (cli->operand_count > 0)
		command = cli_command_find(cli->operands[0]);
	if (command == NULL)
		return err_set(err, ERR_USAGE,
			"no command '%s' to help with; see 'ckptop --help'",
			cli->operands[0]);
	help_add(&cli->out.text, command);
	return 0;
}

const struct command command_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.summary = "Say what there is, or more about one command.",
	.options = help_options,
	.least = 0,
	.most = 1,
	.need = CLI_NEEDS_NOTHING,
	.run = run,
};
