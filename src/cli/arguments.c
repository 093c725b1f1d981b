/* SPDX-License-Identifier: MIT */
#include "cli/arguments.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define OPTIONS_MOST 64
/* What getopt_long() returns for the option with an index. */
#define OPTION_BASE 256

static const struct cli_option global_options[] = {
	{ "store", 's', "STORE", "a configured store or a URI; may be repeated" },
	{ "config", 0, "FILE", "read this configuration file and no other" },
	{ "no-config", 0, NULL, "read no configuration file" },
	{ "read-only", 0, NULL, "write to no store" },
	{ "color", 0, "WHEN", "use colours: auto, always or never" },
	{ "ascii", 0, NULL, "show ASCII characters only" },
	{ "theme", 0, "NAME", "colours of the dashboard; see ckptop theme --list" },
	{ "help", 'h', NULL, "say what there is, and end" },
	{ "version", 'V', NULL, "say which version this is, and end" },
	CLI_OPTIONS_END,
};

const struct cli_option *
cli_global_options(void)
{
	return global_options;
}

/* --- the tables as getopt_long() wants them --- */

struct table {
	const struct cli_option *options[OPTIONS_MOST];
	struct option longs[OPTIONS_MOST + 1];
	char letters[2 * OPTIONS_MOST + 3];
	size_t count;
};

static void
add_options(struct table *table, char **letter, const struct cli_option *options)
{
	for (; options->name != NULL && table->count < OPTIONS_MOST; options++) {
		bool takes = options->metavar != NULL;
		bool may_take = takes && options->metavar[0] == '[';

		table->longs[table->count] = (struct option){
			.name = options->name,
			.has_arg = may_take ? optional_argument
				   : takes  ? required_argument
					    : no_argument,
			.val = OPTION_BASE + (int)table->count,
		};
		table->options[table->count++] = options;
		if (options->letter != 0)
			*(*letter)++ = options->letter;
		if (options->letter != 0 && takes)
			*(*letter)++ = ':';
	}
}

/* stop: end at the first operand, which is the command word. */
static void
make_table(struct table *table, const struct cli_option *options, bool stop)
{
	char *letter = table->letters;

	*table = (struct table){ .count = 0 };
	if (stop)
		*letter++ = '+';
	*letter++ = ':';
	add_options(table, &letter, options);
	add_options(table, &letter, global_options);
}

static const struct cli_option *
option_of(const struct table *table, int code)
{
	if (code >= OPTION_BASE)
		return table->options[code - OPTION_BASE];
	for (size_t i = 0; i < table->count && code != 0; i++)
		if (table->options[i]->letter == code)
			return table->options[i];
	return NULL;
}

/* --- what was not understood --- */

static int
unknown_option(
	const struct table *table, const char *command, const char *word, struct err *err)
{
	const char *names[OPTIONS_MOST], *nearest = NULL;
	char name[64];

	for (size_t i = 0; i < table->count; i++)
		names[i] = table->options[i]->name;
	if (strncmp(word, "--", 2) == 0) {
		size_t len = strcspn(word + 2, "=");

		len = len < sizeof(name) ? len : sizeof(name) - 1;
		memcpy(name, word + 2, len);
		name[len] = '\0';
		nearest = str_nearest(name, names, table->count);
	}
	if (nearest != NULL)
		return err_set(err, ERR_USAGE,
			"unknown option '%s', did you mean '--%s'?", word, nearest);
	if (strspn(word, "-.0123456789") == strlen(word))
		return err_set(err, ERR_USAGE,
			"unknown option '%s'; a value that begins with '-' stands behind "
			"'--'",
			word);
	return err_set(err, ERR_USAGE, "unknown option '%s'; see 'ckptop%s%s --help'",
		word, *command != '\0' ? " " : "", command);
}

static int
bad_option(const struct table *table, const char *command, int code, char **argv,
	struct err *err)
{
	const struct cli_option *option = option_of(table, optopt);
	char letter[3] = { '-', (char)optopt, '\0' };

	if (code == ':')
		return err_set(err, ERR_USAGE, "option '--%s' needs a value: --%s %s",
			option->name, option->name, option->metavar);
	/* Of a long option that is not known there is no code, but it is the word before.
	 */
	if (optopt == 0)
		return unknown_option(table, command, argv[optind - 1], err);
	if (option == NULL)
		return unknown_option(table, command, letter, err);
	return err_set(err, ERR_USAGE, "option '--%s' takes no value", option->name);
}

/* --- reading --- */

static void
add_given(struct cli *cli, const struct cli_option *option, const char *value)
{
	cli->given = mem_resize(cli->given, cli->given_count + 1, sizeof(*cli->given));
	cli->given[cli->given_count++] =
		(struct cli_given){ option, value != NULL ? value : "" };
}

static int
read_options(struct cli *cli, const struct command *command, bool stop, int argc,
	char **argv, struct err *err)
{
	struct table table;
	int code;

	make_table(&table, command->options, stop);
	opterr = 0;
	optind = 0; /* begin anew, also after another round */
	while ((code = getopt_long(argc, argv, table.letters, table.longs, NULL)) != -1) {
		if (code == '?' || code == ':')
			return bad_option(&table, command->name, code, argv, err);
		add_given(cli, option_of(&table, code), optarg);
	}
	return 0;
}

static int
unknown_command(const char *word, struct err *err)
{
	const char *names[OPTIONS_MOST], *nearest;
	size_t count = 0;

	/* The first is the dashboard, which has no word. */
	for (size_t i = 1; i < cli_command_count() && count < OPTIONS_MOST; i++)
		names[count++] = cli_command(i)->name;
	nearest = str_nearest(word, names, count);
	if (nearest != NULL)
		return err_set(err, ERR_USAGE, "unknown command '%s', did you mean '%s'?",
			word, nearest);
	return err_set(err, ERR_USAGE, "unknown command '%s'; see 'ckptop --help'", word);
}

static int
check_operands(const struct cli *cli, struct err *err)
{
	const struct command *command = cli->command;

	if (cli_has(cli, "help") || cli_has(cli, "version"))
		return 0;
	if (cli->operand_count > command->most)
		return err_set(err, ERR_USAGE,
			"'%s' is one too many; usage: ckptop %s [OPTION]... %s",
			cli->operands[command->most], command->name, command->operands);
	if (cli->operand_count < command->least)
		return err_set(err, ERR_USAGE,
			"something is missing; usage: ckptop %s [OPTION]... %s",
			command->name, command->operands);
	return 0;
}

int
arguments_parse(struct cli *cli, int argc, char **argv, struct err *err)
{
	int word;

	cli->command = cli_command(0);
	if (read_options(cli, cli->command, true, argc, argv, err) != 0)
		return -1;
	word = optind;
	if (word < argc) {
		cli->command = cli_command_find(argv[word]);
		if (cli->command == NULL) {
			cli->command = cli_command(0);
			return unknown_command(argv[word], err);
		}
		for (size_t i = 0; i < cli->given_count; i++)
			for (const struct cli_option *of = cli_command(0)->options;
				of->name != NULL; of++)
				if (cli->given[i].option == of)
					return err_set(err, ERR_USAGE,
						"option '--%s' is for the dashboard, not "
						"for 'ckptop %s'",
						of->name, argv[word]);
		/* The command word takes the place of the program's name. */
		if (read_options(
			    cli, cli->command, false, argc - word, argv + word, err) != 0)
			return -1;
		cli->operands = argv + word + optind;
		cli->operand_count = (size_t)(argc - word - optind);
	}
	return check_operands(cli, err);
}

void
arguments_free(struct cli *cli)
{
	free(cli->given);
	cli->given = NULL;
	cli->given_count = 0;
}
