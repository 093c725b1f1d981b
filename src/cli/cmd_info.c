/* SPDX-License-Identifier: MIT
 * ckptop info: the program, its files, and every setting with where it came from. */
#include "cli/command.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/sandbox.h"
#include "cli/help.h"
#include "cli/sheet.h"
#include "config/config.h"
#include "report/json_report.h"
#include "report/table.h"

static const struct cli_option info_options[] = {
	{ "json", 0, NULL, "one JSON document" },
	CLI_OPTIONS_END,
};

/* --- for people --- */

static void
heading(struct cli *cli, const char *text)
{
	str_add_char(&cli->out.text, '\n');
	table_text(&cli->out.text, span_of(text), cli->ascii);
	str_add_char(&cli->out.text, '\n');
}

static void
print_files(struct cli *cli)
{
	struct str text = { 0 };

	heading(cli, "FILES");
	for (size_t i = 0; i < cli->config->file_count; i++) {
		const struct config_file *file = &cli->config->files[i];

		str_add(&text, file->path != NULL ? file->path : "no such place");
		str_addf(&text, ": %s", file->skipped != NULL ? file->skipped : "read");
		sheet_line(cli, file->role, str_span(&text));
		str_clear(&text);
	}
	if (cli->paths.state_dir != NULL)
		sheet_line(cli, "state", span_of(cli->paths.state_dir));
	if (cli->config->env.journal != NULL)
		sheet_line(cli, "journal", span_of(cli->config->env.journal));
	if (cli->paths.data_dir != NULL)
		sheet_line(cli, "data", span_of(cli->paths.data_dir));
	str_free(&text);
}

static void
setting_cell(void *arg, const void *row, size_t column, unsigned width, struct str *out)
{
	const struct config_setting *setting = row;
	const char *const cells[] = { setting->section, setting->key, setting->value,
		setting->origin };

	(void)arg;
	(void)width;
	str_add(out, cells[column]);
}

static void
print_settings(struct cli *cli)
{
	static const struct table_column columns[] = {
		{ "SECTION", false, 12 },
		{ "KEY", false, 0 },
		{ "VALUE", false, 12 },
		{ "FROM", false, 12 },
	};
	const struct config *config = cli->config;
	const void **rows = mem_new(config->setting_count, sizeof(*rows));
	struct table table = {
		.columns = columns,
		.column_count = 4,
		.rows = rows,
		.row_count = config->setting_count,
		.cell = setting_cell,
		.width = cli_width(cli),
		.ascii = cli->ascii,
	};
	struct table_widths widths;

	for (size_t i = 0; i < config->setting_count; i++)
		rows[i] = &config->settings[i];
	heading(cli, "SETTINGS");
	table_measure(&table, &widths);
	table_titles(&cli->out.text, &table, &widths);
	for (size_t i = 0; i < config->setting_count; i++)
		table_row(&cli->out.text, &table, &widths, rows[i]);
	free(rows);
}

/* What read-only means here. */
static void
print_sandbox(struct cli *cli)
{
	int version = sandbox_version();
	struct str text = { 0 };

	if (version > 0)
		str_addf(&text,
			"Landlock %d: wall, and what only reads with read_only = yes, "
			"can "
			"write to no file",
			version);
	else
		str_add(&text, "none: this kernel has no Landlock, read-only is kept by "
			       "the program alone");
	sheet_line(cli, "sandbox", str_span(&text));
	str_free(&text);
}

static void
print_text(struct cli *cli)
{
	const struct config *config = cli->config;
	struct str text = { 0 };

	help_add_version(&cli->out.text);
	sheet_line(cli, "libraries", span_of(LIBRARY_VERSIONS));
	print_sandbox(cli);
	for (size_t i = 0; i < store_backend_count(); i++) {
		str_addf(&text, "%s: %s", store_backend_scheme(i), store_backend_help(i));
		sheet_line(cli, i == 0 ? "stores" : "", str_span(&text));
		str_clear(&text);
	}
	print_files(cli);
	heading(cli, "STORES");
	for (size_t i = 0; i < config->store_count; i++) {
		char *uri = store_uri_redacted(config->stores[i].uri);

		str_add(&text, uri);
		if (config->stores[i].read_only)
			str_addf(&text, " (read-only: %s)",
				config->stores[i].read_only_why != NULL
					? config->stores[i].read_only_why
					: "configured");
		sheet_line(cli, config->stores[i].name, str_span(&text));
		str_clear(&text);
		free(uri);
	}
	if (config->store_count == 0)
		sheet_line(cli, "none", SPAN("give one with -s, or configure it"));
	print_settings(cli);
	str_free(&text);
}

/* --- for programs --- */

static void
add_word(struct str *out, const char *name, const char *text, const char *before)
{
	struct field_value value = field_word(text);

	str_add(out, before);
	json_report_member(out, name, &value);
}

static void
add_stores(struct str *out, const struct config *config)
{
	str_add(out, ",\n\"stores\":[");
	for (size_t i = 0; i < config->store_count; i++) {
		struct field_value read_only = field_bool(config->stores[i].read_only);
		char *uri = store_uri_redacted(config->stores[i].uri);

		add_word(out, "store", config->stores[i].name, i > 0 ? ",\n{" : "\n{");
		add_word(out, "uri", uri, ",");
		str_add_char(out, ',');
		json_report_member(out, "read_only", &read_only);
		str_add_char(out, '}');
		free(uri);
	}
	str_add_char(out, ']');
}

static void
print_json(struct cli *cli)
{
	const struct config *config = cli->config;
	struct str *out = &cli->out.text;
	struct field_value landlock = field_integer(sandbox_version());

	str_add_char(out, '{');
	json_report_head(out, clock_now());
	add_word(out, "version", PACKAGE_VERSION, ",");
	add_word(out, "libraries", LIBRARY_VERSIONS, ",");
	str_add_char(out, ',');
	json_report_member(out, "landlock", &landlock);
	str_add(out, ",\n\"backends\":[");
	for (size_t i = 0; i < store_backend_count(); i++) {
		add_word(out, "scheme", store_backend_scheme(i), i > 0 ? ",{" : "{");
		add_word(out, "help", store_backend_help(i), ",");
		str_add_char(out, '}');
	}
	str_add(out, "],\n\"files\":[");
	for (size_t i = 0; i < config->file_count; i++) {
		add_word(out, "role", config->files[i].role, i > 0 ? ",\n{" : "\n{");
		add_word(out, "path", config->files[i].path, ",");
		add_word(out, "skipped", config->files[i].skipped, ",");
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
	add_stores(out, config);
	str_add(out, ",\n\"settings\":[");
	for (size_t i = 0; i < config->setting_count; i++) {
		const struct config_setting *setting = &config->settings[i];

		add_word(out, "section", setting->section, i > 0 ? ",\n{" : "\n{");
		add_word(out, "key", setting->key, ",");
		add_word(out, "value", setting->value, ",");
		add_word(out, "origin", setting->origin, ",");
		str_add_char(out, '}');
	}
	str_add(out, "]}\n");
}

static int
run(struct cli *cli, struct err *err)
{
	(void)err;
	if (cli_has(cli, "json"))
		print_json(cli);
	else
		print_text(cli);
	return 0;
}

const struct command command_info = {
	.name = "info",
	.operands = "",
	.summary = "Say which files are read, and every setting with where it came from.",
	.options = info_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_CONFIG,
	.run = run,
};
