/* SPDX-License-Identifier: MIT
 * ckptop preset: the well-known tables that are read without a word of SQL. */
#include <string.h>

#include "base/arena.h"
#include "cli/command.h"
#include "config/preset.h"
#include "report/table.h"
#include "store/statements.h"

static const struct cli_option preset_options[] = {
	{ "list", 0, NULL, "print the presets that are built in, one a line" },
	CLI_OPTIONS_END,
};

static int
list_presets(struct cli *cli, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < preset_count(); i++) {
		struct preset preset;
		const char *about;

		if (preset_load(&preset, arena, preset_name(i), NULL, err) != 0)
			return -1;
		about = preset_text(&preset, "about");
		str_addf(&cli->out.text, "%-22s %s\n", preset.name,
			about != NULL ? about : "");
	}
	return 0;
}

/* Tabs at the beginning of a line as blanks; a file of somebody's may hold anything. */
static void
add_line(struct cli *cli, struct span line)
{
	for (; line.len > 0 && *line.at == '\t'; line.at++, line.len--)
		str_add(&cli->out.text, "    ");
	table_text(&cli->out.text, line, cli->ascii);
	str_add_char(&cli->out.text, '\n');
}

/* Those that stand below a line with their names. */
static bool
is_sql(const char *key)
{
	return strcmp(key, "query") == 0 || statement_is_key(key);
}

static void
add_sql(struct cli *cli, const struct preset_entry *entry)
{
	const char *query = entry->value;
	size_t length;

	str_add_char(&cli->out.text, '\n');
	if (strcmp(entry->key, "query") != 0)
		str_addf(&cli->out.text, "[%s]\n", entry->key);
	for (; *query != '\0'; query += length + (query[length] == '\n')) {
		length = strcspn(query, "\n");
		add_line(cli, (struct span){ query, length });
	}
}

/* The keys in the order in which they stand there, and behind them the query and what
 * changes its rows. */
static int
show_preset(struct cli *cli, struct arena *arena, struct err *err)
{
	struct preset preset;
	if (preset_load(&preset, arena, cli->operands[0], cli->paths.config_dir, err) !=
		0)
		return -1;
	for (size_t i = 0; i < preset.count; i++) {
		if (is_sql(preset.entries[i].key))
			continue;
		table_text(&cli->out.text, span_of(preset.entries[i].key), cli->ascii);
		str_add(&cli->out.text, " = ");
		add_line(cli, span_of(preset.entries[i].value));
	}
	for (size_t i = 0; i < preset.count; i++)
		if (is_sql(preset.entries[i].key))
			add_sql(cli, &preset.entries[i]);
	return 0;
}

static int
run(struct cli *cli, struct err *err)
{
	struct arena *arena = arena_new();
	int status;

	if (cli->operand_count == 1 && !cli_has(cli, "list"))
		status = show_preset(cli, arena, err);
	else if (cli->operand_count == 0 && cli_has(cli, "list"))
		status = list_presets(cli, arena, err);
	else
		status = err_set(err, ERR_USAGE,
			"say what to do: ckptop preset --list, or ckptop preset NAME");
	arena_free(arena);
	return status;
}

const struct command command_preset = {
	.name = "preset",
	.operands = "[NAME]",
	.summary = "Tell how the tables of well-known programs are read.",
	.details =
		"preset = NAME in a store section, or in the query of a URI, uses one:\n"
		"sqlite:flb.db?preset=fluentbit",
	.options = preset_options,
	.least = 0,
	.most = 1,
	.need = CLI_NEEDS_NOTHING,
	.run = run,
};
