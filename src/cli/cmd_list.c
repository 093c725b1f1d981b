/* SPDX-License-Identifier: MIT
 * ckptop list: checkpoints, once or whenever they change. */
#include "cli/command.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/changes.h"
#include "cli/document.h"
#include "cli/look.h"
#include "cli/rows.h"
#include "cli/target.h"
#include "config/config.h"
#include "model/filter.h"
#include "report/csv.h"
#include "report/json_report.h"
#include "report/table.h"

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV, FORMAT_PLAIN };

static const struct cli_option list_options[] = {
	TARGET_OPTIONS,
	{ "filter", 'f', "TEXT", "only those that match, such as 'state:crit lag>50k'" },
	{ "problems", 'p', NULL, "only those that are not ok" },
	{ "sort", 0, "COLUMN", "by this column instead of by urgency" },
	{ "json", 0, NULL, "one JSON document, with a roll-up of every job" },
	{ "jsonl", 0, NULL, "one JSON object a line" },
	{ "csv", 0, NULL, "comma-separated values" },
	{ "raw-csv", 0, NULL, "the same without the guard against formulas" },
	{ "plain", 0, NULL, "one line each, with tabs between the fields" },
	{ "watch", 'w', NULL, "go on, and print what changes" },
	{ "interval", 'n', "SEC", "seconds between two looks (with --watch)" },
	CLI_OPTIONS_END,
};

struct list {
	struct cli *cli;
	enum format format;
	struct target target;
	struct filter *filter;
	struct listing_order order;
	struct look look;
	struct listing listing;
	struct changes changes;
	struct csv_style style;
};

/* --- what is asked for --- */

static int
read_format(struct list *list, struct err *err)
{
	static const char *const formats[] = { "json", "jsonl", "csv", "raw-csv", "plain",
		NULL };
	const struct cli *cli = list->cli;

	if (cli_exclusive(cli, formats, err) != 0)
		return -1;
	if (cli_has(cli, "json"))
		list->format = FORMAT_JSON;
	else if (cli_has(cli, "jsonl"))
		list->format = FORMAT_JSONL;
	else if (cli_has(cli, "csv") || cli_has(cli, "raw-csv"))
		list->format = FORMAT_CSV;
	else if (cli_has(cli, "plain"))
		list->format = FORMAT_PLAIN;
	list->style.raw = cli_has(cli, "raw-csv");
	list->style.safe = isatty(STDOUT_FILENO);
	if (list->format == FORMAT_JSON && cli_has(cli, "watch"))
		return err_set(err, ERR_USAGE,
			"--json is one document and cannot go on; use --jsonl with "
			"--watch");
	return 0;
}

/* Programs get the order of the names, which stands still; people the urgent first. */
static int
read_order(struct list *list, struct err *err)
{
	const char *name = cli_value(list->cli, "sort"), *names[64], *nearest;
	const struct column *table;
	size_t all, count = 0;

	list->order.problems_only = cli_has(list->cli, "problems");
	if (name == NULL && list->format == FORMAT_TABLE)
		return 0;
	list->order.column = column_find(COLUMNS_PARTITIONS, name != NULL ? name : "job");
	if (list->order.column != NULL && list->order.column->compare != NULL)
		return 0;
	table = column_table(COLUMNS_PARTITIONS, &all);
	for (size_t i = 0; i < all && count < 64; i++)
		if (table[i].compare != NULL)
			names[count++] = table[i].name;
	nearest = str_nearest(name, names, count);
	return err_set(err, ERR_USAGE,
		"--sort: no column '%s' to sort by%s%s%s; see COLUMNS in ckptop(1)", name,
		nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
		nearest != NULL ? "'?" : "");
}

static int
read_arguments(struct list *list, struct err *err)
{
	struct cli *cli = list->cli;
	const char *filter = cli_value(cli, "filter");

	if (target_read(&list->target, cli,
		    cli->operand_count > 0 ? cli->operands[0] : NULL, err) != 0)
		return -1;
	if (read_format(list, err) != 0 || read_order(list, err) != 0)
		return -1;
	if (filter != NULL && filter_parse(&list->filter, filter, err) != 0) {
		err_prefix(err, "--filter");
		return -1;
	}
	return 0;
}

/* --- what is shown --- */

static bool
is_dormant(const struct list *list, const struct board_row *row)
{
	return list->format == FORMAT_TABLE && row->finding == FINDING_DORMANT &&
	       list->target.key.job.at == NULL && list->filter == NULL;
}

/* Dormant ones that are not shown, and how many of them have work left. */
struct folded {
	size_t count, behind;
};

/* Time goes on without any work. */
static bool
is_behind(const struct board_row *row)
{
	return row->lag.kind == LAG_POSITIONS && row->lag.amount > 0;
}

/* Leaves in the listing what is meant. */
static struct folded
select_rows(struct list *list)
{
	struct listing *listing = &list->listing;
	struct folded folded = { 0 };
	size_t kept = 0;

	listing_rows(listing, list->look.boards, list->look.count, SPAN_NONE,
		list->target.key.job, list->filter, &list->order, list->look.now);
	for (size_t i = 0; i < listing->count; i++) {
		const struct board_row *row = listing->rows[i];

		if (is_dormant(list, row)) {
			folded.count++;
			folded.behind += is_behind(row);
		} else if (target_has(&list->target, row->key)) {
			listing->rows[kept++] = row;
		}
	}
	listing->count = kept;
	return folded;
}

static void
print_record(struct list *list, const struct board_row *row)
{
	struct str *out = &list->cli->out.text;
	const struct field *fields;
	size_t count;

	fields = field_checkpoint_table(&count);
	switch (list->format) {
	case FORMAT_JSONL:
		str_add_char(out, '{');
		json_report_head(out, list->look.now);
		str_add_char(out, ',');
		json_report_members(out, fields, count, row, list->look.now);
		str_add(out, "}\n");
		break;
	case FORMAT_CSV:
		csv_record(out, fields, count, row, list->look.now, &list->style);
		break;
	default: plain_record(out, fields, count, row, list->look.now); break;
	}
}

static void
print_records(struct list *list)
{
	for (size_t i = 0; i < list->listing.count; i++) {
		print_record(list, list->listing.rows[i]);
		if (output_pace(&list->cli->out) != 0)
			return;
	}
}

static bool
was_read(const struct look *look)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->boards[i]->store.good_at != TIME_NONE)
			return true;
	return false;
}

static void
add_folded(struct str *out, struct folded folded)
{
	str_addf(out, "%zu dormant (not saved for 7 days) %s not shown", folded.count,
		folded.count == 1 ? "is" : "are");
	if (folded.behind > 0)
		str_addf(out, ", %zu of them behind %s head", folded.behind,
			folded.behind == 1 ? "its" : "their");
	str_add(out, "; --filter state:dormant shows them\n");
}

static void
print_table(struct list *list, struct folded folded)
{
	struct str *out = &list->cli->out.text;

	if (list->listing.count > 0)
		rows_print_checkpoints(&list->look, &list->listing, false);
	else if (folded.count == 0 && was_read(&list->look))
		str_addf(out, "no checkpoints%s\n",
			list->filter != NULL || list->order.problems_only ? " match"
									  : "");
	if (folded.count > 0)
		add_folded(out, folded);
}

static void
print_all(struct list *list)
{
	struct folded folded = select_rows(list);

	switch (list->format) {
	case FORMAT_TABLE: print_table(list, folded); break;
	case FORMAT_JSON: document_write(&list->look, &list->listing, false); break;
	default: print_records(list); break;
	}
}

/* --- again and again --- */

static bool
is_meant(const struct list *list, const struct board_row *row)
{
	return target_has(&list->target, row->key) &&
	       (!list->order.problems_only || state_is_problem(row->state)) &&
	       filter_matches_row(list->filter, row, list->look.now);
}

/* What was shown before is shown once more when it no longer matches. */
static void
print_change(void *arg, const struct board_row *before, const struct board_row *row)
{
	struct list *list = arg;

	if (!is_meant(list, row) && (before == NULL || !is_meant(list, before)))
		return;
	print_record(list, row);
	output_pace(&list->cli->out);
}

/* The reason was said once, when it failed; that it lasts is said with every table. */
static void
print_unread(struct list *list)
{
	struct str text = { 0 };

	for (size_t i = 0; i < list->look.count; i++) {
		const struct board_store *store = &list->look.boards[i]->store;

		if (store->reachable)
			continue;
		str_addf(&text, "store %s cannot be read", store->name);
		if (store->good_at != TIME_NONE) {
			str_add(&text, "; what is shown of it is from ");
			time_add_rfc3339(&text, store->good_at);
		}
		table_text(&list->cli->out.text, str_span(&text), list->cli->ascii);
		str_add_char(&list->cli->out.text, '\n');
		str_clear(&text);
	}
	str_free(&text);
}

static void
print_frame(struct list *list, bool first)
{
	struct str *out = &list->cli->out.text;

	if (!first)
		str_add_char(out, '\n');
	time_add_rfc3339(out, list->look.now);
	str_add_char(out, '\n');
	print_unread(list);
	print_all(list);
}

static void
wait_for(int64_t interval)
{
	struct timespec time = { .tv_sec = interval / SECOND,
		.tv_nsec = interval % SECOND * 1000 };

	nanosleep(&time, NULL);
}

static void
watch(struct list *list, const struct survey_interest *interest, int64_t interval)
{
	for (bool first = true;; first = false) {
		if (list->format == FORMAT_TABLE)
			print_frame(list, first);
		else
			changes_walk(&list->changes, list->look.boards, list->look.count,
				print_change, list);
		if (output_flush(&list->cli->out) != 0)
			return;
		wait_for(interval);
		look_poll(&list->look, interest);
	}
}

/* --- the command --- */

static int
list_stores(struct list *list, struct err *err)
{
	const struct survey_interest interest = {
		.rows = list->target.key.job.at == NULL ? BOARD_ROWS_ALL : BOARD_ROWS_JOB,
		.job = list->target.key.job,
	};
	int64_t interval = list->cli->config->env.interval;
	const struct field *fields;
	size_t count;

	if (cli_interval(list->cli, "interval", &interval, err) != 0)
		return -1;
	look_start(&list->look, list->cli, list->format != FORMAT_TABLE);
	look_poll(&list->look, &interest);
	if (list->target.key.job.at != NULL && !cli_has(list->cli, "watch") &&
		target_find(&list->target, &list->look, NULL, err) != 0)
		return -1;
	fields = field_checkpoint_table(&count);
	if (list->format == FORMAT_CSV)
		csv_header(&list->cli->out.text, fields, count);
	if (cli_has(list->cli, "watch"))
		watch(list, &interest, interval);
	else
		print_all(list);
	return look_status(&list->look, err);
}

static int
run(struct cli *cli, struct err *err)
{
	struct list list = { .cli = cli };
	int status = read_arguments(&list, err);

	if (status == 0)
		status = list_stores(&list, err);
	changes_free(&list.changes);
	listing_free(&list.listing);
	look_free(&list.look);
	filter_free(list.filter);
	target_free(&list.target);
	return status;
}

const struct command command_list = {
	.name = "list",
	.operands = "[JOB[/PARTITION]]",
	.summary = "List checkpoints, the most urgent first.",
	.details =
		"Lists all checkpoints of the stores, those of a job, or one. Programs\n"
		"(--json, --jsonl, --csv, --plain) get all that is known, in the order "
		"of\n"
		"store, job and partition; see OUTPUT in ckptop(1) for the fields.",
	.options = list_options,
	.least = 0,
	.most = 1,
	.need = CLI_NEEDS_STORES,
	.writing = CLI_ONLY_READS,
	.run = run,
};
