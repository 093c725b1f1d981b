/* SPDX-License-Identifier: MIT
 *
 * A query that stands in the place of a table: what its columns mean, and where in it a
 * mistake is. */
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "store/backend.h"
#include "store/layout.h"
#include "store/sql_text.h"
#include "store/statements.h"

/* The keys that name other columns. */
static const char *const role_keys[LAYOUT_ROLES] = {
#define LAYOUT_COLUMN(role, key, help) key,
#include "store/layout.def"
};

/* What they are called where nothing else is said. */
static const char *const names[LAYOUT_ROLES] = {
	[LAYOUT_JOB] = "job",
	[LAYOUT_PARTITION] = "partition",
	[LAYOUT_VALUE] = "value",
	[LAYOUT_METADATA] = "metadata",
	[LAYOUT_UPDATED] = "updated_at",
	[LAYOUT_WATERMARK] = "watermark",
	[LAYOUT_HEAD] = "head",
	[LAYOUT_LAG] = "lag",
	[LAYOUT_STATE] = "state",
};

struct span
layout_wanted_query(const struct store_config *config)
{
	const char *query = store_setting(config, "query");

	return query != NULL ? sql_without_end(query) : SPAN_NONE;
}

/* What a query has no use for. */
static const struct {
	const char *key, *why;
} strangers[] = {
	{ "table", "the rows come from one of the two" },
	{ "layout", "the columns of a query have the names that ckptop knows" },
};

int
layout_check_query(const struct store_config *config, struct err *err)
{
	for (size_t i = 0; i < sizeof(strangers) / sizeof(*strangers); i++) {
		if (store_setting(config, strangers[i].key) == NULL)
			continue;
		err_set(err, ERR_USAGE,
			"%s and query are both there: %s; leave one of them out",
			strangers[i].key, strangers[i].why);
		return store_blame(config, strangers[i].key, err);
	}
	if (store_setting(config, "job") != NULL &&
		store_setting(config, "job_column") != NULL) {
		err_set(err, ERR_USAGE,
			"job = %s and job_column = %s: the job is one name or a column, "
			"not both",
			store_setting(config, "job"),
			store_setting(config, "job_column"));
		return store_blame(config, "job", err);
	}
	if (layout_wanted_query(config).len > 0)
		return statements_check(config, err);
	err_set(err, ERR_USAGE, "the query is empty; write a SELECT");
	return store_blame(config, "query", err);
}

/* --- as a table --- */

/* The line end is for a comment at the end of the query. */
static void
add_query(struct str *out, struct span query)
{
	str_add_char(out, '(');
	str_add_span(out, query);
	str_add(out, "\n) AS ckptop_rows");
}

size_t
layout_add_whole_query(struct str *out, struct span query)
{
	size_t before;

	str_add(out, "SELECT * FROM ");
	before = out->len + 1;
	add_query(out, query);
	return before;
}

const char *
layout_kept_names(const struct layout *layout, unsigned roles, struct arena *arena)
{
	static const enum layout_role kept[] = { LAYOUT_KEPT };
	struct str list = { 0 };
	const char *copy;

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		if (layout->columns[kept[i]] != NULL && (roles & (1u << kept[i])) != 0)
			str_addf(&list, "%s%s", list.len > 0 ? ", " : "",
				layout->columns[kept[i]]);
	copy = list.len > 0 ? arena_text(arena, str_text(&list)) : NULL;
	str_free(&list);
	return copy;
}

bool
layout_is_named(const struct layout *layout, unsigned roles, struct span column)
{
	for (int role = 0; role < LAYOUT_ROLES; role++)
		if ((roles & (1u << role)) != 0 && layout->columns[role] != NULL &&
			span_is(column, layout->columns[role]))
			return true;
	return false;
}

void
layout_add_source(struct str *out, const struct layout *layout)
{
	if (layout->query != NULL)
		add_query(out, span_of(layout->query));
	else
		layout_add_name(out, layout->table);
}

/* --- where a mistake is --- */

static void
add_place(struct str *out, struct span before)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < before.len; i++) {
		if (before.at[i] == '\n')
			line++, column = 1;
		else if (((unsigned char)before.at[i] & 0xc0) != 0x80)
			column++;
	}
	str_addf(out, ", line %zu, column %zu", line, column);
}

int
layout_blame_query(const struct store_config *config, struct span before, struct err *err)
{
	struct err failure;
	struct str place = { 0 };

	if (err == NULL)
		return -1;
	failure = *err;
	if (before.at != NULL)
		add_place(&place, before);
	err_clear(err);
	err_set(err, failure.kind, "the query%s: %s; nothing was read; correct the query",
		str_text(&place), failure.text);
	str_free(&place);
	return store_blame(config, "query", err);
}

/* --- its columns --- */

static const char *
find_column(const char *const *columns, size_t count, const char *name, size_t *times)
{
	const char *found = NULL;

	*times = 0;
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(columns[i], name) != 0)
			continue;
		if (found == NULL)
			found = columns[i];
		(*times)++;
	}
	return found;
}

static void
add_columns(struct str *out, const char *const *columns, size_t count)
{
	for (size_t i = 0; i < count && i < 12; i++)
		str_addf(out, "%s%s", i > 0 ? ", " : "", columns[i]);
	if (count > 12)
		str_addf(out, " and %zu more", count - 12);
}

/* Says what a query returns, and what to do about it. */
static int
no_column(const struct store_config *config, const char *key, const char *missing,
	const char *next, const char *const *columns, size_t count, struct err *err)
{
	struct str there = { 0 };

	add_columns(&there, columns, count);
	err_set(err, ERR_USAGE,
		"the query returns no column %s (there %s %s); nothing was read; %s",
		missing, count == 1 ? "is" : "are", str_text(&there), next);
	str_free(&there);
	return store_blame(config, key, err);
}

/* Finds the column of a role: that of a setting must be there. */
static int
take_role(struct layout *out, struct arena *arena, const struct store_config *config,
	enum layout_role role, const char *const *columns, size_t count, struct err *err)
{
	const char *wanted = store_setting(config, role_keys[role]), *found;
	size_t times;

	if (role == LAYOUT_JOB && out->job != NULL)
		return 0;
	found = find_column(
		columns, count, wanted != NULL ? wanted : names[role], &times);
	if (times > 1) {
		err_set(err, ERR_USAGE,
			"the query returns %zu columns %s; nothing was read; give the "
			"others another name with AS",
			times, found);
		return store_blame(config, "query", err);
	}
	if (found == NULL && wanted != NULL)
		return no_column(config, role_keys[role], wanted, "correct the setting",
			columns, count, err);
	out->columns[role] = found != NULL ? arena_text(arena, found) : NULL;
	return 0;
}

static bool
is_used(const struct layout *layout, const char *column)
{
	for (int role = 0; role < LAYOUT_ROLES; role++)
		if (layout->columns[role] != NULL &&
			strcmp(layout->columns[role], column) == 0)
			return true;
	return false;
}

static void
note_unused(
	struct layout *out, struct arena *arena, const char *const *columns, size_t count)
{
	struct str unused = { 0 };

	for (size_t i = 0; i < count; i++)
		if (!is_used(out, columns[i]))
			str_addf(&unused, "%s%s", unused.len > 0 ? ", " : "", columns[i]);
	if (unused.len > 0)
		out->unused = arena_text(arena, str_text(&unused));
	str_free(&unused);
}

int
layout_choose_query(struct layout *out, struct arena *arena,
	const struct store_config *config, const char *const *columns, size_t count,
	struct err *err)
{
	const char *job = store_setting(config, "job");

	*out = (struct layout){
		.shape = "query",
		.table = STORE_NO_TABLE,
		.query = arena_span(arena, layout_wanted_query(config)).at,
		.job = job != NULL ? arena_text(arena, job) : NULL,
	};
	for (int role = 0; role < LAYOUT_ROLES; role++)
		if (take_role(out, arena, config, role, columns, count, err) != 0)
			return -1;
	if (out->columns[LAYOUT_JOB] == NULL && out->job == NULL)
		return no_column(config, "query", names[LAYOUT_JOB],
			"name one with AS job, or write job = NAME for all rows", columns,
			count, err);
	if (out->columns[LAYOUT_VALUE] == NULL && out->columns[LAYOUT_LAG] == NULL &&
		out->columns[LAYOUT_STATE] == NULL)
		return no_column(config, "query", "value, lag or state",
			"name the position with AS value", columns, count, err);
	if (out->columns[LAYOUT_PARTITION] == NULL)
		out->partition = LAYOUT_ONLY_PARTITION;
	note_unused(out, arena, columns, count);
	return 0;
}
