/* SPDX-License-Identifier: MIT */
#include "store/postgresql/statement.h"

#include <string.h>

#include "base/json.h"
#include "store/edits.h"
#include "store/postgresql/operate.h"

/* What the server says where somebody else has changed a row since. */
#define CHANGED_SINCE "40001"
/* A lock is wanted in a transaction that only reads. */
#define READ_ONLY "25006"
#define NO_RIGHT  "42501"

/* --- as the server takes them --- */

/* A statement with numbers for its parameters, one for each place, so that the server
 * finds the type of each. */
struct numbered {
	struct str sql;
	struct span *parameters;
	size_t count;
};

static struct span
value_of(const struct pg_table *table, const struct pg_image *image, struct key key,
	enum layout_role role)
{
	const char *column = table->layout.columns[role];
	const struct pg_cell *cell = NULL;

	if (image != NULL && column != NULL)
		cell = pg_image_name(image, span_of(column));
	if (cell != NULL)
		return cell->text;
	return role == LAYOUT_JOB	  ? key.job
	       : role == LAYOUT_PARTITION ? key.partition
					  : SPAN_NONE;
}

static void
number(struct numbered *out, const struct pg_table *table, const char *sql,
	struct key key, const struct pg_image *seen, const struct pg_image *wanted,
	struct arena *arena)
{
	enum statement_parameter parameter;
	struct span before, name;

	/* No more than there are characters. */
	*out = (struct numbered){ .parameters = arena_alloc(
					  arena, strlen(sql) + 1, sizeof(struct span)) };
	while (statement_next_parameter(&sql, &before, &parameter, &name)) {
		enum layout_role role = statement_parameter_role(parameter);
		bool is_key = role == LAYOUT_JOB || role == LAYOUT_PARTITION;
		const struct pg_image *image = is_key ? (seen != NULL ? seen : wanted)
					       : statement_parameter_is_old(parameter)
						       ? seen
						       : wanted;

		str_add_span(&out->sql, before);
		out->parameters[out->count++] = value_of(table, image, key, role);
		str_addf(&out->sql, "$%zu", out->count);
	}
	str_add_span(&out->sql, before);
}

/* The guard, as a statement that answers why it refuses. */
static void
wrap_guard(struct numbered *numbered)
{
	struct str sql = { 0 };

	str_add(&sql, "SELECT pg_catalog.to_jsonb(ckptop_guard) OPERATOR(pg_catalog.->>) "
		      "'" STATEMENT_REFUSED "' FROM (");
	str_add_span(&sql, str_span(&numbered->sql));
	str_add(&sql, "\n) AS ckptop_guard");
	str_free(&numbered->sql);
	numbered->sql = sql;
}

/* --- what they write --- */

/* The table of a plan that writes one, wherever in it that is. */
static bool
find_written(const struct json *json, json_at plan, struct str *schema, struct str *name)
{
	json_at plans = json_member(json, plan, "Plans", NULL), inner;
	struct str type = { 0 };
	size_t cursor = 0;
	bool found;

	json_text(json, json_member(json, plan, "Node Type", NULL), &type);
	found = strcmp(str_text(&type), "ModifyTable") == 0;
	str_free(&type);
	if (found) {
		json_text(json, json_member(json, plan, "Relation Name", NULL), name);
		json_text(json, json_member(json, plan, "Schema", NULL), schema);
		return name->len > 0 && schema->len > 0;
	}
	if (json_kind(json, plans) == JSON_ARRAY)
		while (json_next(json, plans, &cursor, NULL, &inner))
			if (find_written(json, inner, schema, name))
				return true;
	return false;
}

static void
take_plan(void *arg, const struct span *cells, int count)
{
	struct str *plan = arg;

	(void)count;
	str_add_span(plan, cells[0]);
}

/* Has the server plan a statement, which it is not to run. */
static int
explain(struct pg_link *link, const struct pg_table *table, enum statement_kind kind,
	struct str *plan, int64_t timeout, struct err *err)
{
	struct arena *arena = arena_new();
	struct key key = { SPAN(""), SPAN("") };
	struct pg_query query = { .row = take_plan, .arg = plan };
	struct numbered numbered;
	struct str sql = { 0 };
	int status;

	number(&numbered, table, table->statements->of[kind].sql, key, NULL, NULL, arena);
	/* Of no type in particular: the names are no values here. */
	for (size_t i = 0; i < numbered.count; i++)
		numbered.parameters[i] = SPAN_NONE;
	str_addf(&sql, "EXPLAIN (VERBOSE, FORMAT JSON) %s", str_text(&numbered.sql));
	query.sql = str_text(&sql);
	query.parameters = numbered.parameters;
	query.count = numbered.count;
	status = pg_read(link, PG_OTHERS, &query, 1, timeout, err);
	str_free(&sql);
	str_free(&numbered.sql);
	arena_free(arena);
	return status;
}

/* Where the audit of a statement is that writes no table which is known. */
static const char home_sql[] =
	"SELECT coalesce(n.nspname, pg_catalog.current_schema(), 'public'), "
	"coalesce(c.relname, '" STORE_NO_TABLE "'), coalesce(c.oid, 0) FROM (SELECT) o "
	"LEFT JOIN (pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
	"ON n.oid = c.relnamespace) ON n.nspname = $1 AND c.relname = $2";

static void
take_home(void *arg, const struct span *cells, int count)
{
	struct pg_table *table = arg;

	(void)count;
	table->schema = arena_span(table->arena, cells[0]).at;
	table->name = arena_span(table->arena, cells[1]).at;
	table->oid = arena_span(table->arena, cells[2]).at;
}

int
pg_statements_find(struct pg_table *table, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err)
{
	struct statements *statements = arena_alloc(table->arena, 1, sizeof(*statements));
	struct str plan = { 0 }, schema = { 0 }, name = { 0 };
	struct span parameters[2];
	const struct pg_query home = { .sql = home_sql,
		.parameters = parameters,
		.count = 2,
		.row = take_home,
		.arg = table };
	struct json *json = NULL;
	json_at first = JSON_ABSENT;
	size_t cursor = 0;
	int status;

	if (!statements_read(statements, table->arena, config))
		return 0;
	table->statements = statements;
	if (explain(link, table, STATEMENT_RESET, &plan, timeout, NULL) == 0 &&
		json_parse(&json, str_span(&plan), NULL) == 0 &&
		json_next(json, JSON_ROOT, &cursor, NULL, &first))
		find_written(
			json, json_member(json, first, "Plan", NULL), &schema, &name);
	json_free(json);
	parameters[0] = str_span(&schema);
	parameters[1] = str_span(&name);
	/* The names of ours are found whoever's come first. */
	status = pg_read(link, PG_OTHERS, &home, 1, timeout, err);
	str_free(&plan);
	str_free(&schema);
	str_free(&name);
	return status;
}

bool
pg_statements_call(const struct pg_table *table)
{
	return strcmp(table->oid, "0") == 0;
}

/* --- would they be run? --- */

static int
blame(struct pg_store *pg, enum statement_kind kind, const struct err *failure,
	struct err *err)
{
	const char *key = statement_key(kind);
	const char *state = pg_link_state(pg->link);

	if (strcmp(state, NO_RIGHT) == 0)
		return err_set(err, ERR_REFUSED,
			"%s: %s is not for this role: %s; nothing was written; take a "
			"role that may do this",
			pg_link_place(pg->link), key, failure->text);
	if (strncmp(state, "42", 2) != 0 && strncmp(state, "0A", 2) != 0 &&
		strncmp(state, "22", 2) != 0) {
		err_set(err, failure->kind, "%s: %s", key, failure->text);
		pg_store_blame(pg, "nothing was written", err);
		return pg_store_failed(pg);
	}
	err_set(err, ERR_USAGE, "%s: %s; nothing was written; correct %s", key,
		failure->text, key);
	return store_blame(pg->store.config, key, err);
}

int
pg_statements_check(struct pg_store *pg, struct err *err)
{
	for (int i = 0; i < STATEMENTS; i++) {
		enum statement_kind kind = (enum statement_kind)i;
		struct err failure = { 0 };
		struct str plan = { 0 };
		int status;

		if (pg->table->statements->of[i].sql == NULL)
			continue;
		status = explain(pg->link, pg->table, kind, &plan, pg_store_time_left(pg),
			&failure);
		str_free(&plan);
		if (status != 0)
			return blame(pg, kind, &failure, err);
	}
	return 0;
}

/* --- the guard --- */

/* What it answers. */
struct verdict {
	struct arena *arena;
	bool has_row;
	struct span refused;
};

static void
take_verdict(void *arg, const struct span *cells, int count)
{
	struct verdict *verdict = arg;

	(void)count;
	verdict->has_row = true;
	if (verdict->refused.at == NULL)
		verdict->refused = arena_span(verdict->arena, cells[0]);
}

static int
judge(const struct verdict *verdict, struct key key, struct err *err)
{
	if (!verdict->has_row)
		return statement_guard_without_row(key, err);
	if (verdict->refused.at != NULL)
		return statement_guard_refuses(key, verdict->refused, err);
	return 0;
}

static bool
has_guard(const struct pg_table *table, const struct pg_image *seen)
{
	return seen != NULL && table->statements->of[STATEMENT_GUARD].sql != NULL;
}

int
pg_statement_foretell(struct pg_store *pg, struct key key, const struct pg_image *seen,
	const struct pg_image *wanted, struct err *err)
{
	struct verdict verdict = { .arena = arena_new() };
	struct pg_query query = { .row = take_verdict, .arg = &verdict };
	struct err failure = { 0 };
	struct numbered numbered;
	int status = 0;

	if (!has_guard(pg->table, seen))
		goto out;
	number(&numbered, pg->table, pg->table->statements->of[STATEMENT_GUARD].sql, key,
		seen, wanted, verdict.arena);
	wrap_guard(&numbered);
	query.sql = str_text(&numbered.sql);
	query.parameters = numbered.parameters;
	query.count = numbered.count;
	status =
		pg_read(pg->link, PG_OTHERS, &query, 1, pg_store_time_left(pg), &failure);
	str_free(&numbered.sql);
	if (status == 0)
		status = judge(&verdict, key, err);
	else if (strcmp(pg_link_state(pg->link), READ_ONLY) == 0)
		status = 0;
	else
		status = blame(pg, STATEMENT_GUARD, &failure, err);
out:
	arena_free(verdict.arena);
	return status;
}

/* What it refuses is in *refusal. */
static int
ask_guard(struct pg_work *work, size_t index, struct err *refusal, struct err *err)
{
	const struct pg_pair *pair = &work->pairs[index];
	const struct pg_table *table = work->pg->table;
	struct verdict verdict = { .arena = work->arena };
	struct key key = work->edits[index].key;
	struct pg_answer *answer;
	struct numbered numbered;
	int status;

	if (!has_guard(table, pair->seen))
		return 0;
	number(&numbered, table, table->statements->of[STATEMENT_GUARD].sql, key,
		pair->seen, pair->wanted, work->arena);
	wrap_guard(&numbered);
	status = pg_run(work->pg->link, &answer, str_text(&numbered.sql),
		numbered.parameters, numbered.count, err);
	str_free(&numbered.sql);
	if (status != 0)
		return -1;
	pg_answer_deliver(answer, take_verdict, &verdict);
	pg_answer_free(answer);
	judge(&verdict, key, refusal);
	return 0;
}

/* --- one edit --- */

static enum statement_kind
kind_of(const struct pg_pair *pair)
{
	return statement_of_edit(pair->seen != NULL, pair->wanted != NULL);
}

/* Somebody else was faster: the transaction is over, and what is there now is what he has
 * made of it. */
static enum change_result
failed(struct pg_work *work, struct edit *edit)
{
	struct pg_store *pg = work->pg;
	struct err failure = edit->err;
	struct pg_row row;

	if (pg->link == NULL || strcmp(pg_link_state(pg->link), CHANGED_SINCE) != 0)
		return CHANGE_FAILED;
	pg_transaction_end(pg);
	err_clear(&edit->err);
	if (pg_store_connect(pg, &edit->err) != 0 ||
		pg_row_examine(&row, pg, edit->key, work->arena, &edit->err) != 0) {
		edit->err = failure;
		return CHANGE_FAILED;
	}
	return pg_edit_conflict(edit, &row);
}

/* Every column that is kept counts, whether a reset writes it or not. */
static bool
is_seen(const struct pg_image *seen, const struct pg_image *now)
{
	for (size_t i = 0; i < now->count; i++)
		if (!pg_cell_same(
			    pg_image_name(seen, now->cells[i].name), &now->cells[i]))
			return false;
	return seen->count == now->count;
}

enum change_result
pg_statement_lock(struct pg_work *work, size_t index)
{
	struct pg_pair *pair = &work->pairs[index];
	struct edit *edit = &work->edits[index];
	struct pg_row *row = arena_alloc(work->arena, 1, sizeof(*row));
	struct err refusal = { 0 };

	pair->before = row;
	if (ask_guard(work, index, &refusal, &edit->err) != 0 ||
		pg_row_read(row, work->pg, &work->fields, edit->key, PG_LOOK, work->arena,
			&edit->err) != 0)
		return failed(work, edit);
	if (row->exists != (pair->seen != NULL) ||
		(row->exists && !is_seen(pair->seen, &row->image)))
		return pg_edit_conflict(edit, row);
	if (row->hazards & ~edit->accepted)
		return edit_damaged(edit, &row->ckpt);
	if (!err_is_set(&refusal))
		return CHANGE_DONE;
	edit->err = refusal;
	return CHANGE_FAILED;
}

enum change_result
pg_statement_write(struct pg_work *work, size_t index)
{
	const struct pg_pair *pair = &work->pairs[index];
	const struct pg_table *table = work->pg->table;
	struct edit *edit = &work->edits[index];
	enum statement_kind kind = kind_of(pair);
	struct pg_answer *answer;
	struct numbered numbered;
	int64_t changes;
	int status;

	if (table->statements->of[kind].sql == NULL) {
		statement_missing(work->pg->store.config, kind, &edit->err);
		return CHANGE_FAILED;
	}
	number(&numbered, table, table->statements->of[kind].sql, edit->key, pair->seen,
		pair->wanted, work->arena);
	status = pg_run(work->pg->link, &answer, str_text(&numbered.sql),
		numbered.parameters, numbered.count, &edit->err);
	str_free(&numbered.sql);
	if (status != 0)
		return failed(work, edit);
	work->has_called = pg_statements_call(table);
	changes = pg_answer_changes(answer);
	pg_answer_free(answer);
	if (changes == 1)
		return CHANGE_DONE;
	statement_counted(kind, edit->key, changes, &edit->err);
	return CHANGE_FAILED;
}

/* --- afterwards --- */

static int
check_row(const struct pg_work *work, size_t index, const struct pg_row *after,
	struct err *err)
{
	static const enum layout_role written[] = { LAYOUT_VALUE, LAYOUT_UPDATED,
		LAYOUT_METADATA };
	const struct pg_pair *pair = &work->pairs[index];
	const struct pg_table *table = work->pg->table;
	enum statement_kind kind = kind_of(pair);
	unsigned roles = statement_written_roles(&table->statements->of[kind]);

	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		const char *column = table->layout.columns[written[i]];
		const struct pg_cell *meant, *found;

		if (column == NULL || !(roles & (1u << written[i])))
			continue;
		meant = pg_image_name(pair->wanted, span_of(column));
		found = pg_image_name(&after->image, span_of(column));
		if (pg_cell_same(meant, found))
			continue;
		return statement_made_other(kind, work->edits[index].key, column,
			meant != NULL ? meant->text : SPAN_NONE,
			found != NULL ? found->text : SPAN_NONE, err);
	}
	return 0;
}

/* What is not as it was to be although nothing that was meant is another: the statement
 * has made it so by itself, and an undo, and whoever looks again, finds it. */
static void
tell_unlike(
	struct edit *edit, const struct pg_image *wanted, const struct pg_image *there)
{
	/* It may be looked at twice. */
	str_clear(&edit->made);
	str_clear(&edit->unlike);
	for (size_t i = 0; i < wanted->count; i++)
		if (!pg_cell_same(&wanted->cells[i],
			    pg_image_name(there, wanted->cells[i].name)))
			edit_add_unlike(&edit->unlike, wanted->cells[i].name);
	if (edit->unlike.len > 0)
		pg_image_write(&edit->made, there);
}

int
pg_statement_check(struct pg_work *work, size_t index, struct err *err)
{
	const struct pg_pair *pair = &work->pairs[index];
	struct key key = work->edits[index].key;
	struct pg_row after;

	if (pg_row_read(
		    &after, work->pg, &work->fields, key, PG_LOOK, work->arena, err) != 0)
		return -1;
	if (after.exists != (pair->wanted != NULL))
		return statement_lost_row(kind_of(pair), key, after.exists, err);
	if (after.exists && check_row(work, index, &after, err) != 0)
		return -1;
	if (after.exists)
		tell_unlike(&work->edits[index], pair->wanted, &after.image);
	return 0;
}

void
pg_store_image_add_unlike(
	const struct store *store, struct span a, struct span b, struct str *out)
{
	const struct pg_table *table = ((const struct pg_store *)store)->table;
	struct arena *arena = arena_new();
	struct pg_image rows[2];

	if (table != NULL && table->statements != NULL &&
		pg_image_read(&rows[0], arena, a) && pg_image_read(&rows[1], arena, b)) {
		unsigned restored = statements_restored_roles(table->statements);

		for (size_t i = 0; i < rows[0].count; i++) {
			const struct pg_cell *cell = &rows[0].cells[i];

			if (!layout_is_named(&table->layout, restored, cell->name) &&
				!pg_cell_same(cell, pg_image_name(&rows[1], cell->name)))
				edit_add_unlike(out, cell->name);
		}
	}
	arena_free(arena);
}

/* Appends a part of the key as the text that it is shown by. */
static void
add_name(struct str *out, const struct layout *layout, enum layout_role role)
{
	str_add(out, "coalesce(");
	layout_add_column(out, layout, role);
	str_add(out, "::text, '') COLLATE \"C\"");
}

static void
add_sum_sql(const struct pg_work *work, struct str *sql, struct span *parameters)
{
	const struct layout *layout = &work->pg->table->layout;
	size_t count = 0;

	str_add(sql, "SELECT pg_catalog.count(*) || ' ' || coalesce(pg_catalog.sum("
		     "pg_catalog.hashtextextended(ROW(");
	for (size_t i = 0; i < work->fields.count; i++) {
		str_add(sql, i > 0 ? ", " : "");
		layout_add_name(sql, work->fields.list[i].name);
	}
	str_add(sql, ")::text, 0)), 0) FROM ");
	pg_table_add_name(sql, work->pg->table);
	str_add(sql, " WHERE true");
	for (size_t i = 0; i < work->count; i++) {
		str_add(sql, " AND NOT (true");
		if (layout->columns[LAYOUT_JOB] != NULL) {
			parameters[count++] = work->edits[i].key.job;
			str_add(sql, " AND ");
			add_name(sql, layout, LAYOUT_JOB);
			str_addf(sql, " = $%zu", count);
		}
		if (layout->columns[LAYOUT_PARTITION] != NULL) {
			parameters[count++] = work->edits[i].key.partition;
			str_add(sql, " AND ");
			add_name(sql, layout, LAYOUT_PARTITION);
			str_addf(sql, " = $%zu", count);
		}
		str_add_char(sql, ')');
	}
}

static size_t
sum_parameters(const struct pg_work *work)
{
	const struct layout *layout = &work->pg->table->layout;

	return work->count * ((layout->columns[LAYOUT_JOB] != NULL) +
				     (layout->columns[LAYOUT_PARTITION] != NULL));
}

int
pg_statement_sum(const struct pg_work *work, struct str *out, struct err *err)
{
	struct span *parameters =
		arena_alloc(work->arena, 2 * work->count + 1, sizeof(*parameters));
	struct pg_answer *answer;
	struct str sql = { 0 };
	int status;

	str_clear(out);
	add_sum_sql(work, &sql, parameters);
	status = pg_run(work->pg->link, &answer, str_text(&sql), parameters,
		sum_parameters(work), err);
	str_free(&sql);
	if (status != 0)
		return -1;
	str_add_span(out, pg_answer_cell(answer, 0, 0));
	pg_answer_free(answer);
	return 0;
}
