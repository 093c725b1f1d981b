/* SPDX-License-Identifier: MIT */
#include "store/layout.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/backend.h"
#include "store/statements.h"
#include "store/uri.h"

/* A known shape. What is required is a bit a role; a table that does not have the default
 * name is only taken for one when it has all columns but the metadata. */
struct shape {
	const char *name, *table;
	const char *columns[LAYOUT_ROLES];
	unsigned required;
	bool dated, whole_numbers;
};

#define ROLE(role) (1u << LAYOUT_##role)

/* In the order in which they are looked for; the last one is what settings describe. */
static const struct shape shapes[] = {
#define LAYOUT_SHAPE(                                                                    \
	name, table, job, partition, value, metadata, updated, required, dated, numbers) \
	{ name, table,                                                                   \
		{ [LAYOUT_JOB] = job,                                                    \
			[LAYOUT_PARTITION] = partition,                                  \
			[LAYOUT_VALUE] = value,                                          \
			[LAYOUT_METADATA] = metadata,                                    \
			[LAYOUT_UPDATED] = updated },                                    \
		required, dated, numbers },
#include "store/layout.def"
};

#define SHAPES	     (sizeof(shapes) / sizeof(*shapes))
#define SHAPE_MAPPED (SHAPES - 1)

static const char *const role_keys[LAYOUT_ROLES] = {
#define LAYOUT_COLUMN(role, name, help) name,
#include "store/layout.def"
};

/* What the settings ask for. */
struct wish {
	const struct shape *shape; /* NULL: any */
	const char *table;	   /* NULL: look at all */
	const char *job;
	const char *columns[LAYOUT_ROLES];
};

void
layout_add_name(struct str *out, const char *name)
{
	str_add_char(out, '"');
	for (; *name; name++) {
		if (*name == '"')
			str_add_char(out, '"');
		str_add_char(out, *name);
	}
	str_add_char(out, '"');
}

void
layout_add_column(struct str *out, const struct layout *layout, enum layout_role role)
{
	if (layout->columns[role] == NULL)
		str_add(out, "NULL");
	else
		layout_add_name(out, layout->columns[role]);
}

const char *
layout_wanted_table(const struct store_config *config)
{
	return store_setting(config, "table");
}

/* --- the wish --- */

static int
read_shape(struct wish *wish, const char *word, struct err *err)
{
	struct str known = { 0 };

	for (size_t i = 0; i < SHAPES; i++) {
		if (strcmp(shapes[i].name, word) == 0) {
			wish->shape = &shapes[i];
			return 0;
		}
	}
	for (size_t i = 0; i < SHAPES; i++)
		str_addf(&known, "%s%s", i > 0 ? ", " : "", shapes[i].name);
	err_set(err, ERR_USAGE, "layout = %s: there are %s", word, str_text(&known));
	str_free(&known);
	return -1;
}

static int
read_wish(struct wish *wish, const struct store_config *config, struct err *err)
{
	const char *word = store_setting(config, "layout");

	*wish = (struct wish){ .table = layout_wanted_table(config),
		.job = store_setting(config, "job") };
	if (word != NULL && read_shape(wish, word, err) != 0)
		return store_blame(config, "layout", err);
	for (int role = 0; role < LAYOUT_ROLES; role++)
		wish->columns[role] = store_setting(config, role_keys[role]);
	if (wish->job != NULL && wish->columns[LAYOUT_JOB] != NULL) {
		err_set(err, ERR_USAGE,
			"job = %s and job_column = %s: the job is one name or a column, "
			"not both",
			wish->job, wish->columns[LAYOUT_JOB]);
		return store_blame(config, "job", err);
	}
	if (wish->shape != &shapes[SHAPE_MAPPED] ||
		(wish->table != NULL && wish->columns[LAYOUT_VALUE] != NULL))
		return 0;
	err_set(err, ERR_USAGE,
		"layout = mapped without %s%s%s: say which table it is, and which of its "
		"columns is the position",
		wish->table == NULL ? "table" : "",
		wish->table == NULL && wish->columns[LAYOUT_VALUE] == NULL ? " and " : "",
		wish->columns[LAYOUT_VALUE] == NULL ? "value_column" : "");
	return store_blame(config, "layout", err);
}

int
layout_check(const struct store_config *config, struct err *err)
{
	struct wish wish;

	if (store_setting(config, "query") != NULL)
		return layout_check_query(config, err);
	return statements_check(config, err) == 0 ? read_wish(&wish, config, err) : -1;
}

/* --- does a table fit a shape? --- */

static const char *
find_column(const struct layout_table *table, const char *name)
{
	for (size_t i = 0; name != NULL && i < table->column_count; i++)
		if (strcasecmp(table->columns[i], name) == 0)
			return table->columns[i];
	return NULL;
}

static const struct layout_table *
find_table(const struct layout_table *tables, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

/* The column that a role should have, by settings or by the shape. */
static const char *
wanted_column(const struct shape *shape, const struct wish *wish, int role)
{
	if (wish->columns[role] != NULL)
		return wish->columns[role];
	if (role == LAYOUT_JOB && wish->job != NULL)
		return NULL;
	return shape->columns[role];
}

/* True when the table cannot be read without this role's column. strict: as one that is
 * to be recognised by its columns alone. */
static bool
is_required(const struct shape *shape, const struct wish *wish, int role, bool strict)
{
	if (wish->columns[role] != NULL)
		return true;
	if (role == LAYOUT_METADATA)
		return false;
	return strict || (shape->required & (1u << role));
}

static void
add_missing(struct str *out, bool is_next, const char *name, const char *setting)
{
	str_addf(out, "%s%s", is_next ? ", " : "", name);
	if (setting != NULL)
		str_addf(out, " (%s)", setting);
}

/* Appends the missing required columns, with commas, and of those that a setting names
 * which one it was; returns how many. */
static size_t
missing_columns(struct str *out, const struct shape *shape, const struct wish *wish,
	const struct layout_table *table, bool strict)
{
	size_t missing = 0;

	for (int role = 0; role < LAYOUT_ROLES; role++) {
		const char *name = wanted_column(shape, wish, role);

		if (name == NULL || find_column(table, name) != NULL ||
			!is_required(shape, wish, role, strict))
			continue;
		if (out != NULL)
			add_missing(out, missing > 0, name,
				wish->columns[role] != NULL ? role_keys[role] : NULL);
		missing++;
	}
	return missing;
}

static bool
allows(const struct wish *wish, const struct shape *shape)
{
	if (wish->shape != NULL)
		return wish->shape == shape;
	return shape != &shapes[SHAPE_MAPPED] ||
	       (wish->table != NULL && wish->columns[LAYOUT_VALUE] != NULL);
}

static bool
fits(const struct shape *shape, const struct wish *wish, const struct layout_table *table,
	bool strict)
{
	return allows(wish, shape) &&
	       missing_columns(NULL, shape, wish, table, strict) == 0;
}

static const char *
copy(struct arena *arena, const char *text)
{
	return text != NULL ? arena_text(arena, text) : NULL;
}

static void
take(struct layout *out, struct arena *arena, const struct shape *shape,
	const struct wish *wish, const struct layout_table *table)
{
	*out = (struct layout){ .shape = shape->name,
		.table = arena_text(arena, table->name),
		.dated = shape->dated,
		.whole_numbers = shape->whole_numbers };
	for (int role = 0; role < LAYOUT_ROLES; role++) {
		const char *wanted = wanted_column(shape, wish, role);

		out->columns[role] = copy(arena, find_column(table, wanted));
		if (wanted != NULL && out->columns[role] == NULL)
			out->missing_note = out->missing_note == NULL
						    ? copy(arena, wanted)
						    : arena_printf(arena, "%s, %s",
							      out->missing_note, wanted);
	}
	if (out->columns[LAYOUT_JOB] == NULL)
		out->job = arena_text(arena, wish->job ? wish->job : table->name);
	if (out->columns[LAYOUT_PARTITION] == NULL)
		out->partition = LAYOUT_ONLY_PARTITION;
}

/* --- what to say when nothing fits --- */

static void
add_names(struct str *out, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && i < 12; i++)
		str_addf(out, "%s%s", i > 0 ? ", " : "", names[i]);
	if (count > 12)
		str_addf(out, " and %zu more", count - 12);
}

static const char *
whose(const struct layout_table *table)
{
	if (find_column(table, "thread_id") && find_column(table, "checkpoint_ns"))
		return "; it looks like LangGraph's";
	return "";
}

/* How many columns a table must have to be read as this shape. */
static size_t
required_columns(const struct shape *shape, const struct wish *wish)
{
	size_t count = 0;

	for (int role = 0; role < LAYOUT_ROLES; role++)
		count += wanted_column(shape, wish, role) != NULL &&
			 is_required(shape, wish, role, false);
	return count;
}

/* Of the shapes that the settings allow, the one of which the table has most; among
 * equals the one of which it lacks least. */
static const struct shape *
nearest_shape(const struct wish *wish, const struct layout_table *table)
{
	const struct shape *nearest = NULL;
	size_t best_present = 0, best_missing = 0;

	for (size_t i = 0; i < SHAPES; i++) {
		size_t missing, present;

		if (!allows(wish, &shapes[i]))
			continue;
		missing = missing_columns(NULL, &shapes[i], wish, table, false);
		present = required_columns(&shapes[i], wish) - missing;
		if (nearest == NULL || present > best_present ||
			(present == best_present && missing < best_missing &&
				(present > 0 || i == SHAPE_MAPPED))) {
			nearest = &shapes[i];
			best_present = present;
			best_missing = missing;
		}
	}
	return nearest;
}

static bool
names_what_is_not_there(const struct wish *wish, const struct layout_table *table)
{
	for (int role = 0; role < LAYOUT_ROLES; role++)
		if (wish->columns[role] != NULL &&
			find_column(table, wish->columns[role]) == NULL)
			return true;
	return false;
}

static int
columns_missing(const struct wish *wish, const struct layout_table *table,
	const char *where, struct err *err)
{
	const struct shape *shape = nearest_shape(wish, table);
	struct str missing = { 0 }, there = { 0 };

	if (table->trouble != NULL)
		return err_set(err, ERR_DAMAGED,
			"%s in %s cannot be understood: %s; nothing was read",
			table->name, where, table->trouble);
	missing_columns(&missing, shape, wish, table, false);
	add_names(&there, table->columns, table->column_count);
	err_set(err, ERR_DAMAGED,
		"table %s in %s has no column %s (there are %s%s); nothing was read; %s",
		table->name, where, str_text(&missing), str_text(&there), whose(table),
		names_what_is_not_there(wish, table)
			? "correct the setting"
			: "say what its columns mean with table, job_column, "
			  "partition_column and value_column");
	str_free(&missing);
	str_free(&there);
	return -1;
}

static int
no_table(const char *wanted, const struct layout_table *tables, size_t count,
	const char *where, struct err *err)
{
	struct str there = { 0 };
	const char *names[13] = { NULL };

	for (size_t i = 0; i < count && i < 13; i++)
		names[i] = tables[i].name;
	add_names(&there, names, count);
	err_set(err, ERR_DAMAGED,
		"no table %s in %s (%s%s); nothing was read; name one with table, or "
		"make one with `ckptop init`",
		wanted, where, count > 0 ? "there are " : "it has no tables",
		str_text(&there));
	str_free(&there);
	return -1;
}

/* --- choosing --- */

static int
choose_named(struct layout *out, struct arena *arena, const struct wish *wish,
	const struct layout_table *tables, size_t count, const char *where,
	struct err *err)
{
	const struct layout_table *table = find_table(tables, count, wish->table);

	if (table == NULL)
		return no_table(wish->table, tables, count, where, err);
	for (size_t i = 0; i < SHAPES; i++) {
		if (fits(&shapes[i], wish, table, false)) {
			take(out, arena, &shapes[i], wish, table);
			return 0;
		}
	}
	return columns_missing(wish, table, where, err);
}

/* The shape of a table that nobody named, or NULL. */
static const struct shape *
recognise(const struct wish *wish, const struct layout_table *table)
{
	for (size_t i = 0; i < SHAPES; i++) {
		bool named = shapes[i].table != NULL &&
			     strcasecmp(shapes[i].table, table->name) == 0;

		if (shapes[i].table != NULL && fits(&shapes[i], wish, table, !named))
			return &shapes[i];
	}
	return NULL;
}

/* The order in which recognised tables are preferred, the smaller the better. */
static size_t
rank(const struct shape *shape, const struct layout_table *table)
{
	bool named = strcasecmp(shape->table, table->name) == 0;

	return (size_t)(shape - shapes) + (named ? 0 : SHAPES);
}

/* What else is there, and a table of a default name that is not ours. */
static const char *
describe_others(struct arena *arena, const struct wish *wish, const struct layout *chosen,
	const struct store_config *config, const struct layout_table *tables,
	size_t count)
{
	struct str text = { 0 }, uri = { 0 };
	const char *colon = strchr(config->uri, ':');
	char *scheme =
		arena_printf(arena, "%.*s", (int)(colon - config->uri), config->uri);
	const char *result = NULL;
	char *shown;

	uri_add(&uri, scheme, colon + 1);
	shown = store_uri_redacted(str_text(&uri));
	for (size_t i = 0; i < count; i++) {
		const struct layout_table *table = &tables[i];

		if (strcasecmp(table->name, chosen->table) == 0)
			continue;
		if (recognise(wish, table) != NULL)
			str_addf(&text, "%s%s is not shown, read it with %s?table=%s",
				text.len > 0 ? "; " : "", table->name, shown,
				table->name);
		else if (strcasecmp(table->name, shapes[0].table) == 0)
			str_addf(&text, "%s%s is another program's%s",
				text.len > 0 ? "; " : "", table->name, whose(table));
	}
	if (text.len > 0)
		result = arena_text(arena, str_text(&text));
	str_free(&text);
	str_free(&uri);
	free(shown);
	return result;
}

static int
choose_any(struct layout *out, struct arena *arena, const struct wish *wish,
	const struct layout_table *tables, size_t count, const char *where,
	struct err *err)
{
	const struct layout_table *best = NULL;
	const struct shape *best_shape = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct shape *shape = recognise(wish, &tables[i]);

		if (shape != NULL && (best == NULL || rank(shape, &tables[i]) <
							      rank(best_shape, best))) {
			best = &tables[i];
			best_shape = shape;
		}
	}
	if (best != NULL) {
		take(out, arena, best_shape, wish, best);
		return 0;
	}
	for (size_t i = 0; i < SHAPES; i++) {
		if (!allows(wish, &shapes[i]))
			continue;
		best = find_table(tables, count, shapes[i].table);
		if (best != NULL)
			return columns_missing(wish, best, where, err);
	}
	return no_table(wish->shape != NULL ? wish->shape->table : "checkpoints", tables,
		count, where, err);
}

int
layout_choose(struct layout *out, struct arena *arena, const struct store_config *config,
	const struct layout_table *tables, size_t count, const char *where,
	struct err *err)
{
	struct wish wish;

	if (read_wish(&wish, config, err) != 0)
		return -1;
	if (wish.table != NULL)
		return choose_named(out, arena, &wish, tables, count, where, err);
	if (choose_any(out, arena, &wish, tables, count, where, err) != 0)
		return -1;
	out->others = describe_others(arena, &wish, out, config, tables, count);
	return 0;
}
