/* SPDX-License-Identifier: MIT
 * ckptop stores: what the stores are and whether they can be read. */
#include "cli/command.h"

#include <unistd.h>

#include "cli/document.h"
#include "cli/look.h"
#include "cli/rows.h"
#include "cli/sheet.h"
#include "config/config.h"
#include "report/csv.h"
#include "report/json_report.h"

static const struct cli_option stores_options[] = {
	{ "json", 0, NULL, "one JSON document, with the facts of every store" },
	{ "jsonl", 0, NULL, "one JSON object a line" },
	{ "csv", 0, NULL, "comma-separated values" },
	{ "raw-csv", 0, NULL, "the same without the guard against formulas" },
	{ "plain", 0, NULL, "one line each, with tabs between the fields" },
	CLI_OPTIONS_END,
};

static void
add_facts(struct str *out, const struct board_store *store)
{
	str_add(out, ",\"facts\":[");
	for (size_t i = 0; i < store->fact_count; i++) {
		const struct board_fact *fact = &store->facts[i];
		struct field_value name = field_word(fact->name);
		struct field_value text = field_word(fact->text);
		struct field_value warning = field_bool(fact->warning);

		str_add(out, i > 0 ? ",{" : "{");
		json_report_member(out, "name", &name);
		str_add_char(out, ',');
		json_report_member(out, "text", &text);
		str_add_char(out, ',');
		json_report_member(out, "warning", &warning);
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
}

static void
add_members(struct str *out, const struct board *board, int64_t now)
{
	size_t count;
	const struct field *fields = field_store_table(&count);

	json_report_members(out, fields, count, board, now);
	add_facts(out, &board->store);
}

static void
print_json(const struct look *look)
{
	struct str *out = &look->cli->out.text;

	str_add_char(out, '{');
	json_report_head(out, look->now);
	str_add(out, ",\"stores\":[");
	for (size_t i = 0; i < look->count; i++) {
		str_add(out, i > 0 ? ",\n{" : "\n{");
		add_members(out, look->boards[i], look->now);
		str_add_char(out, '}');
	}
	str_add(out, "],\n");
	document_add_errors(out, look);
	str_add(out, "}\n");
}

static void
print_jsonl(const struct look *look)
{
	struct str *out = &look->cli->out.text;

	for (size_t i = 0; i < look->count; i++) {
		str_add_char(out, '{');
		json_report_head(out, look->now);
		str_add_char(out, ',');
		add_members(out, look->boards[i], look->now);
		str_add(out, "}\n");
	}
}

static void
print_csv(const struct look *look)
{
	const struct csv_style style = {
		.raw = cli_has(look->cli, "raw-csv"),
		.safe = isatty(STDOUT_FILENO),
	};
	struct str *out = &look->cli->out.text;
	size_t count;
	const struct field *fields = field_store_table(&count);

	csv_header(out, fields, count);
	for (size_t i = 0; i < look->count; i++)
		csv_record(out, fields, count, look->boards[i], look->now, &style);
}

static void
print_plain(const struct look *look)
{
	size_t count;
	const struct field *fields = field_store_table(&count);

	for (size_t i = 0; i < look->count; i++)
		plain_record(
			&look->cli->out.text, fields, count, look->boards[i], look->now);
}

/* One sheet a store: there are few, and what matters about them are sentences. */
static void
print_text(const struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		if (i > 0)
			str_add_char(&look->cli->out.text, '\n');
		sheet_store(look, look->boards[i]);
	}
}

/* A misspelt rule sets no limits, and nobody would notice. */
static void
tell_idle_rules(const struct look *look)
{
	const struct config *config = look->cli->config;

	for (size_t i = 0; i < config->rules.count; i++) {
		const struct rule *rule = &config->rules.rules[i];
		struct str text = { 0 };

		if (!boards_lack_rule(look->boards, look->count, i))
			continue;
		str_addf(&text,
			"no job here matches the rule %s (match = %s); check how it is "
			"spelt, or take it out",
			rule->name, rule->match);
		cli_complain(look->cli, str_text(&text));
		str_free(&text);
	}
}

static int
run(struct cli *cli, struct err *err)
{
	static const char *const formats[] = { "json", "jsonl", "csv", "raw-csv", "plain",
		NULL };
	const struct survey_interest interest = { .rows = BOARD_ROWS_NONE };
	struct look look = { 0 };
	int status = -1;

	if (cli_exclusive(cli, formats, err) != 0)
		goto out;
	look_start(&look, cli, false);
	look_poll(&look, &interest);
	if (cli_has(cli, "json"))
		print_json(&look);
	else if (cli_has(cli, "jsonl"))
		print_jsonl(&look);
	else if (cli_has(cli, "csv") || cli_has(cli, "raw-csv"))
		print_csv(&look);
	else if (cli_has(cli, "plain"))
		print_plain(&look);
	else
		print_text(&look);
	tell_idle_rules(&look);
	status = look_status(&look, err);
out:
	look_free(&look);
	return status;
}

const struct command command_stores = {
	.name = "stores",
	.operands = "",
	.summary = "List the stores, what they are, and whether they can be read.",
	.options = stores_options,
	.least = 0,
	.most = 0,
	.need = CLI_NEEDS_STORES,
	.writing = CLI_ONLY_READS,
	.run = run,
};
