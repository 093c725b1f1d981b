/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <string.h>

#include "base/err.h"
#include "store/store.h"

/* Where the texts of options and commands begin, and where lines end. */
#define INDENT 27
#define LINE   79

/* Appends words from column INDENT on, which is where the line stands now. */
static void
add_folded(struct str *out, const char *text)
{
	size_t column = INDENT;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column + len > LINE && column > INDENT) {
			str_add_char(out, '\n');
			str_add_repeated(out, ' ', INDENT);
			column = INDENT;
		}
		str_add_span(out, (struct span){ text, len });
		column += len;
		text += len;
		if (*text == ' ') {
			str_add_char(out, ' ');
			column++;
			text++;
		}
	}
	str_add_char(out, '\n');
}

/* Goes on at column INDENT, on the next line where this one is too long. */
static void
add_indent(struct str *out, size_t start)
{
	size_t used = out->len - start;

	if (used + 2 > INDENT) {
		str_add_char(out, '\n');
		used = 0;
	}
	str_add_repeated(out, ' ', INDENT - used);
}

static void
add_options(struct str *out, const struct cli_option *options)
{
	for (; options->name != NULL; options++) {
		size_t start = out->len;

		if (options->letter != 0)
			str_addf(out, "  -%c, ", options->letter);
		else
			str_add(out, "      ");
		str_addf(out, "--%s", options->name);
		if (options->metavar != NULL)
			str_addf(out, "%s%s", options->metavar[0] == '[' ? "" : " ",
				options->metavar);
		add_indent(out, start);
		add_folded(out, options->help);
	}
}

static void
add_commands(struct str *out)
{
	str_add(out, "\nCommands:\n");
	for (size_t i = 1; i < cli_command_count(); i++) {
		size_t start = out->len;

		str_addf(out, "  %s", cli_command(i)->name);
		add_indent(out, start);
		add_folded(out, cli_command(i)->summary);
	}
}

/* Statuses are listed once, with the first meaning in the table. */
static void
add_statuses(struct str *out)
{
	int last = -1;

	str_add(out, "\nExit status:\n");
	for (int kind = 0; kind < ERR_KINDS; kind++) {
		size_t start = out->len;
		int status = err_exit_status((enum err_kind)kind);

		if (status == last)
			continue;
		last = status;
		str_addf(out, "  %d", status);
		add_indent(out, start);
		add_folded(out, err_meaning((enum err_kind)kind));
	}
}

static void
add_stores(struct str *out)
{
	str_add(out, "\nStores:\n");
	for (size_t i = 0; i < store_backend_count(); i++) {
		size_t start = out->len;

		str_addf(out, "  %s:", store_backend_scheme(i));
		add_indent(out, start);
		add_folded(out, store_backend_help(i));
	}
}

static void
add_program(struct str *out, const struct command *dashboard)
{
	str_add(out, "Usage: ckptop [OPTION]...\n"
		     "       ckptop [OPTION]... COMMAND [OPTION]... [OPERAND]...\n");
	str_addf(out, "%s\n", dashboard->summary);
	add_commands(out);
	str_add(out, "\n'ckptop COMMAND --help' says more about each.\n"
		     "\nOptions of the dashboard:\n");
	add_options(out, dashboard->options);
	str_add(out, "\nOptions of all commands:\n");
	add_options(out, cli_global_options());
	add_stores(out);
	add_statuses(out);
}

void
help_add(struct str *out, const struct command *command)
{
	if (*command->name == '\0') {
		add_program(out, command);
		return;
	}
	str_addf(out, "Usage: ckptop %s [OPTION]...%s%s\n%s\n", command->name,
		*command->operands != '\0' ? " " : "", command->operands,
		command->summary);
	if (command->details != NULL)
		str_addf(out, "\n%s\n", command->details);
	if (command->options->name != NULL)
		str_add(out, "\nOptions:\n");
	add_options(out, command->options);
	str_add(out, "\nOptions of all commands:\n");
	add_options(out, cli_global_options());
}

void
help_add_version(struct str *out)
{
	str_add(out, "ckptop " PACKAGE_VERSION "\n");
}
