/* SPDX-License-Identifier: MIT */
#include "cli/rows.h"

#include <string.h>

#include "config/config.h"
#include "report/table.h"

struct rows {
	enum column_list list;
	const struct column *columns[TABLE_COLUMNS];
	struct table_column titles[TABLE_COLUMNS];
	size_t count;
	struct column_context context;
};

/* What may be cut where the line is short, and to how much. */
static const struct {
	const char *name;
	unsigned least;
} elastic[] = {
	{ "why", 17 },
	{ "job", 12 },
	{ "value", 10 },
	{ "store", 8 },
	{ "note", 10 },
	{ "where", 12 },
	{ "partition", 6 },
};

/* Names and values may be long, but a table of them must stay one; the machine formats
 * and show have them whole. */
#define CELLS_MOST 80

static unsigned
least_of(const char *name)
{
	for (size_t i = 0; i < sizeof(elastic) / sizeof(*elastic); i++)
		if (strcmp(elastic[i].name, name) == 0)
			return elastic[i].least;
	return 0;
}

const char *
rows_state_colour(enum state state)
{
	static const char *const colours[STATES] = {
		[STATE_OK] = "32",
		[STATE_RPLY] = "36",
		[STATE_WARN] = "33",
		[STATE_UNKN] = "1;35",
		[STATE_CRIT] = "1;31",
	};

	return colours[state];
}

static const char *
cell_colour(void *arg, const void *row, size_t column)
{
	const struct rows *rows = arg;

	if (strcmp(rows->columns[column]->name, "state") != 0)
		return NULL;
	switch (rows->list) {
	case COLUMNS_JOBS:
		return rows_state_colour(((const struct board_job *)row)->state);
	case COLUMNS_PARTITIONS:
		return rows_state_colour(((const struct board_row *)row)->state);
	case COLUMNS_STORES:
		return rows_state_colour(((const struct board *)row)->store.reachable
						 ? STATE_OK
						 : STATE_UNKN);
	case COLUMN_LISTS: break;
	}
	return NULL;
}

static void
cell_text(void *arg, const void *row, size_t column, unsigned width, struct str *out)
{
	struct rows *rows = arg;

	/* Since when all has been well is not known to somebody who looks once. */
	if (rows->list == COLUMNS_PARTITIONS &&
		strcmp(rows->columns[column]->name, "age") == 0 &&
		!state_is_problem(((const struct board_row *)row)->state))
		return;
	rows->context.width = width;
	rows->columns[column]->text(out, row, &rows->context);
}

static void
add_column(struct rows *rows, const char *name)
{
	const struct column *column = column_find(rows->list, name);

	if (column == NULL || rows->count == TABLE_COLUMNS)
		return;
	rows->titles[rows->count] = (struct table_column){
		.title = column->title,
		.right = column->align == COLUMN_RIGHT,
		.least = least_of(name),
	};
	rows->columns[rows->count++] = column;
}

void
rows_print(const struct look *look, enum column_list list, const char *const *names,
	const struct listing *listing)
{
	struct output *out = &look->cli->out;
	struct rows rows = { .list = list, .context = look_context(look) };
	struct table table = {
		.columns = rows.titles,
		.rows = listing->rows,
		.row_count = listing->count,
		.cell = cell_text,
		.colour = cli_colours(look->cli) ? cell_colour : NULL,
		.arg = &rows,
		.width = cli_width(look->cli),
		.most = CELLS_MOST,
		.ascii = look->cli->ascii,
	};
	struct table_widths widths;

	for (; *names != NULL; names++)
		add_column(&rows, *names);
	table.column_count = rows.count;
	table_measure(&table, &widths);
	table_titles(&out->text, &table, &widths);
	for (size_t i = 0; i < listing->count; i++) {
		table_row(&out->text, &table, &widths, listing->rows[i]);
		if (output_pace(out) != 0)
			return;
	}
}

/* Says which stores write times without a zone, so that ages are not known. */
static void
explain_unknown_ages(const struct look *look, const struct listing *rows)
{
	struct str stores = { 0 };

	for (size_t i = 0; i < look->count; i++) {
		for (size_t j = 0; j < rows->count; j++) {
			const struct board_row *row = rows->rows[j];

			if (row->board != look->boards[i] || !row->updated_unzoned)
				continue;
			str_addf(&stores, "%s%s", stores.len > 0 ? ", " : "",
				look->boards[i]->store.name);
			break;
		}
	}
	if (stores.len > 0) {
		str_add(&look->cli->out.text,
			"UPD ?: times are stored without a zone in ");
		table_text(&look->cli->out.text, str_span(&stores), look->cli->ascii);
		str_add(&look->cli->out.text,
			"; say which with tz = ZONE, or -s 'URI?tz=ZONE'\n");
	}
	str_free(&stores);
}

void
rows_print_checkpoints(const struct look *look, const struct listing *rows, bool one_job)
{
	const char *names[TABLE_COLUMNS];
	size_t count = 0;

	names[count++] = "state";
	names[count++] = "age";
	if (look->count > 1 && !one_job)
		names[count++] = "store";
	if (!one_job)
		names[count++] = "job";
	names[count++] = "partition";
	names[count++] = "value";
	names[count++] = "lag";
	names[count++] = "upd";
	names[count++] = "wmark";
	names[count++] = "why";
	names[count] = NULL;
	rows_print(look, COLUMNS_PARTITIONS, names, rows);
	explain_unknown_ages(look, rows);
}
