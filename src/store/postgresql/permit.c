/* SPDX-License-Identifier: MIT
 *
 * Whether this role may change a checkpoint, as far as the catalogs tell: nothing is
 * written to find out. */
#include "store/postgresql/operate.h"

#include <string.h>

#include "store/postgresql/blocker.h"
#include "store/postgresql/rights.h"
#include "store/postgresql/statement.h"

/* What the catalogs say of the role and the table. */
struct rights {
	struct arena *arena;
	bool is_standby, is_read_only, may_insert, may_delete;
	bool is_secured, has_policy, has_delete_policy;
	struct span role, owner;
	struct span lacking;  /* columns that it may not set; none: all may be */
	struct span unfilled; /* columns that it may not fill in a new row; the same */
	bool exists;	      /* the checkpoint */
	struct span child;    /* see struct pg_image */
};

/* $1: the table, $2: the columns that a reset sets. */
static const char rights_sql[] =
	"SELECT pg_catalog.pg_is_in_recovery(), "
	"pg_catalog.current_setting('default_transaction_read_only') = 'on', "
	"pg_catalog.has_any_column_privilege(c.oid, 'INSERT'), "
	"pg_catalog.row_security_active(c.oid), " PG_HAS_POLICY(
		"w") ", "
		     "current_user, pg_catalog.pg_get_userbyid(c.relowner), "
		     "(SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY a.attnum) "
		     "FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND "
		     "a.attnum > 0 "
		     "AND a.attname::text = ANY ($2::text[]) "
		     "AND NOT pg_catalog.has_column_privilege(c.oid, a.attnum, "
		     "'UPDATE')), "
		     "pg_catalog.has_table_privilege(c.oid, 'DELETE'), " PG_HAS_POLICY(
			     "d") ", (SELECT pg_catalog.string_agg(a.attname, ', ' ORDER "
				  "BY "
				  "a.attnum) FROM pg_catalog.pg_attribute a WHERE "
				  "a.attrelid = c.oid "
				  "AND a.attnum > 0 AND NOT a.attisdropped AND "
				  "a.attgenerated = '' "
				  "AND NOT pg_catalog.has_column_privilege(c.oid, "
				  "a.attnum, "
				  "'INSERT')) "
				  "FROM pg_catalog.pg_class c WHERE c.oid = "
				  "$1::pg_catalog.oid";

static void
take_rights(void *arg, const struct span *cells, int count)
{
	struct rights *rights = arg;

	(void)count;
	rights->is_standby = span_is(cells[0], "t");
	rights->is_read_only = span_is(cells[1], "t");
	rights->may_insert = span_is(cells[2], "t");
	rights->is_secured = span_is(cells[3], "t");
	rights->has_policy = span_is(cells[4], "t");
	rights->role = arena_span(rights->arena, cells[5]);
	rights->owner = arena_span(rights->arena, cells[6]);
	rights->lacking = arena_span(rights->arena, cells[7]);
	rights->may_delete = span_is(cells[8], "t");
	rights->has_delete_policy = span_is(cells[9], "t");
	rights->unfilled = arena_span(rights->arena, cells[10]);
}

static void
take_one(void *arg, const struct span *cells, int count)
{
	struct rights *rights = arg;

	(void)count;
	rights->exists = true;
	rights->child = arena_span(rights->arena, cells[0]);
}

static int
refuse_right(const struct pg_store *pg, const struct rights *rights, const char *right,
	const char *of, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"role %.*s lacks %s on %s%s%s.%s; nothing was written; take a role that "
		"has it, or ask %.*s, who owns the table",
		(int)rights->role.len, rights->role.at, right, of,
		*of != '\0' ? " of " : "", pg->table->schema, pg->table->name,
		(int)rights->owner.len, rights->owner.at);
}

static int
refuse_secured(const struct pg_store *pg, const struct rights *rights, const char *verb,
	struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"row-level security of table %s.%s lets role %.*s %s no row; nothing was "
		"written; take another role, or ask %.*s, who owns the table",
		pg->table->schema, pg->table->name, (int)rights->role.len,
		rights->role.at, verb, (int)rights->owner.len, rights->owner.at);
}

static int
judge_rights(const struct pg_store *pg, const struct rights *rights,
	const struct pg_audit *audit, struct err *err)
{
	if (rights->is_standby)
		return pg_refuse_standby(pg, err);
	if (rights->is_read_only)
		return pg_refuse_read_only(pg, err);
	if (rights->exists && rights->lacking.at != NULL)
		return refuse_right(pg, rights, "UPDATE", rights->lacking.at, err);
	if (!rights->exists && !rights->may_insert)
		return refuse_right(pg, rights, "INSERT", "", err);
	if (!rights->exists && rights->unfilled.at != NULL)
		return refuse_right(pg, rights, "INSERT", rights->unfilled.at, err);
	if (rights->is_secured && !rights->has_policy)
		return refuse_secured(pg, rights, "change", err);
	if (pg_audit_check(pg, audit, err) != 0)
		return -1;
	if (audit->exists && !audit->may_add)
		return err_set(err, ERR_REFUSED,
			"role %.*s may not write to the store audit %s.ckptop_audit, "
			"without which nothing is changed; nothing was written; grant it "
			"what ckptop init --print-grants says",
			(int)rights->role.len, rights->role.at, pg->table->schema);
	return 0;
}

/* Appends the columns that a reset sets, as an array. */
static void
add_columns(struct str *out, const struct layout *layout)
{
	static const enum layout_role written[] = { LAYOUT_VALUE, LAYOUT_METADATA,
		LAYOUT_UPDATED };

	str_add_char(out, '{');
	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		const char *name = layout->columns[written[i]];

		if (name == NULL)
			continue;
		str_add(out, out->len > 1 ? ",\"" : "\"");
		for (; *name != '\0'; name++) {
			if (*name == '"' || *name == '\\')
				str_add_char(out, '\\');
			str_add_char(out, *name);
		}
		str_add_char(out, '"');
	}
	str_add_char(out, '}');
}

static int
ask(struct pg_store *pg, struct key key, struct rights *rights,
	struct pg_audit_asked *audit, struct err *err)
{
	struct span parameters[PG_KEY_PARAMETERS], names[2];
	struct str columns = { 0 }, sql = { 0 };
	struct err failure = { 0 };
	struct pg_query queries[] = {
		{ .sql = rights_sql,
			.parameters = names,
			.count = 2,
			.row = take_rights,
			.arg = rights },
		pg_audit_ask(audit, pg, rights->arena),
		{ .parameters = parameters, .row = take_one, .arg = rights },
	};
	int status;

	add_columns(&columns, &pg->table->layout);
	names[0] = span_of(pg->table->oid);
	names[1] = str_span(&columns);
	str_add(&sql, "SELECT ");
	pg_table_add_child(&sql, pg->table);
	str_add(&sql, " FROM ");
	pg_table_add_name(&sql, pg->table);
	pg_table_add_key(&sql, pg->table, key);
	str_add(&sql, " LIMIT 1");
	queries[2].sql = str_text(&sql);
	queries[2].count = pg_table_key_parameters(pg->table, key, parameters);
	status = pg_read(pg->link, PG_OURS, queries, 3, pg_store_time_left(pg), &failure);
	str_free(&columns);
	str_free(&sql);
	if (status == 0 || pg_store_is_no_name(pg))
		return 0;
	err_set(err, failure.kind, "%s: %s", pg_link_place(pg->link), failure.text);
	return pg_store_failed_to_read(pg, err);
}

/* The same of a query: what its statements may do the server says of each. */
static const char query_rights_sql[] =
	"SELECT pg_catalog.pg_is_in_recovery(), "
	"pg_catalog.current_setting('default_transaction_read_only') = 'on', "
	"true, false, true, current_user, NULL, NULL, true, true, NULL";

static int
ask_of_query(struct pg_store *pg, struct rights *rights, struct pg_audit_asked *audit,
	struct err *err)
{
	struct err failure = { 0 };
	const struct pg_query queries[] = {
		{ .sql = query_rights_sql, .row = take_rights, .arg = rights },
		pg_audit_ask(audit, pg, rights->arena),
	};

	if (pg_read(pg->link, PG_OURS, queries, 2, pg_store_time_left(pg), &failure) == 0)
		return pg_statements_check(pg, err);
	err_set(err, failure.kind, "%s: %s", pg_link_place(pg->link), failure.text);
	return pg_store_failed(pg);
}

/* --- what is known without a checkpoint --- */

static const char refusal_sql[] =
	"SELECT pg_catalog.pg_is_in_recovery(), "
	"pg_catalog.current_setting('default_transaction_read_only'), "
	"pg_catalog.pg_backend_pid()";

/* Those of a query are with its statements. */
static void
take_refusal(void *arg, const struct span *cells, int count)
{
	struct pg_store *pg = arg;
	const struct pg_table *table = pg->table;

	(void)count;
	pg->is_pooled = !pg_link_is_served_by(pg->link, cells[2]);
	pg->refuses = pg->refuses_delete = NULL;
	if (span_is(cells[0], "t"))
		pg->refuses = "the server is a standby, which repeats what another does";
	else if (span_is(cells[1], "on"))
		pg->refuses = "the server is read-only (default_transaction_read_only)";
	else if (table->layout.query == NULL)
		pg->refuses = pg_rights_refusing(table, table->arena);
	if (pg->refuses == NULL && pg_table_is_written(table))
		pg->refuses_delete = pg_rights_refusing_deletes(table, table->arena);
}

struct pg_query
pg_refusal_ask(struct pg_store *pg)
{
	return (struct pg_query){ .sql = refusal_sql, .row = take_refusal, .arg = pg };
}

/* One that is not there would be made as it is in the image. */
static int
check_place(const struct rights *rights, struct span text, struct err *err)
{
	struct pg_image image;

	if (rights->exists || !pg_image_read(&image, rights->arena, text))
		return 0;
	return pg_image_can_come_back(&image, err);
}

int
pg_store_permit(struct store *store, struct key key, struct span image, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct rights rights = { .arena = arena_new() };
	struct pg_audit_asked audit;
	int status = -1;

	if (pg_store_connect(pg, err) == 0 &&
		(pg->table->statements != NULL
				? ask_of_query(pg, &rights, &audit, err)
				: ask(pg, key, &rights, &audit, err)) == 0 &&
		judge_rights(pg, &rights, &audit.audit, err) == 0)
		status = check_place(&rights, image, err);
	arena_free(rights.arena);
	return status;
}

int
pg_store_permit_delete(struct store *store, struct key key, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct rights rights = { .arena = arena_new() };
	struct pg_audit_asked audit;
	int status = -1;

	if (pg_store_connect(pg, err) != 0)
		goto out;
	/* Of its statements the server has said before what they may do. */
	if (pg->table->statements != NULL)
		status = 0;
	else if (ask(pg, key, &rights, &audit, err) != 0)
		goto out;
	else if (rights.exists && !rights.may_delete)
		refuse_right(pg, &rights, "DELETE", "", err);
	else if (rights.exists && rights.is_secured && !rights.has_delete_policy)
		refuse_secured(pg, &rights, "delete", err);
	else
		status = pg_image_can_come_back(
			&(struct pg_image){ .table = span_of(pg->table->name),
				.child = rights.child },
			err);
out:
	arena_free(rights.arena);
	return status;
}
