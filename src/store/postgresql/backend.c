/* SPDX-License-Identifier: MIT
 *
 * Checkpoints in a table of a PostgreSQL database. One connection for the life of the
 * store, on which nothing is left between two calls; one that is lost is made anew by the
 * next call. The rows are read in scan.c. */
#include "store/postgresql/operate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/postgresql/blocker.h"

/* What a connection of libpq cannot be told before its release 18: it is in the
 * environment alone, which belongs to all threads. */
#define SERVICE_FILE "servicefile"

static const struct store_key keys[] = {
#define LAYOUT_KEY(name, help)		   { name, help },
#define LAYOUT_COLUMN(role, name, help)	   { name, help },
#define LAYOUT_STATEMENT(kind, name, help) { name, help },
#include "store/layout.def"
#define PG_OPTION(name, help) { name, help },
#include "store/postgresql/options.def"
	/* Known in order to be refused with a reason. */
	{ SERVICE_FILE, "" },
	{ NULL, NULL },
};

static const char *const options[] = {
#define PG_OPTION(name, help) name,
#include "store/postgresql/options.def"
};

#define OPTIONS (sizeof(options) / sizeof(*options))

/* --- the connection --- */

static bool
must_stop(void *arg, struct err *err)
{
	return store_must_stop(arg, err);
}

static void
disconnect(struct pg_store *pg)
{
	pg_link_free(pg->link);
	pg->link = NULL;
	pg_table_free(pg->table);
	pg->table = NULL;
	pg->fields = NULL;
	pg->triggers = pg->inserters = pg->referred = pg->foretelling = NULL;
	pg->can_foretell = false;
	/* The next server may be another one, or the same with less in it. */
	str_clear(&pg->snapshot);
	keyset_free(pg->keys);
	pg->keys = NULL;
}

int64_t
pg_store_time_left(const struct pg_store *pg)
{
	int64_t left = pg->store.deadline - clock_monotonic();

	return left > 0 ? left : 1;
}

/* A view is computed from what is there, and nobody knows when that changes. */
static unsigned
capabilities_of(const struct pg_table *table)
{
	unsigned capabilities = STORE_CAN_SQL_HEAD;

	if (table->layout.columns[LAYOUT_METADATA] != NULL ||
		table->layout.hidden[LAYOUT_METADATA] != NULL)
		capabilities |= STORE_CAN_METADATA;
	if (pg_table_is_written(table))
		capabilities |= STORE_CAN_SAVE | STORE_CAN_GUARD | STORE_CAN_OPERATE |
				STORE_IS_ATOMIC;
	if (table->statements != NULL)
		capabilities |= STORE_CAN_OPERATE | STORE_IS_ATOMIC |
				statements_lacking(table->statements);
	return capabilities;
}

/* "//host/db" as libpq has it. */
static char *
uri_of(const struct store_config *config)
{
	struct str uri = { 0 };

	str_addf(&uri, "postgresql:%s", store_path(config));
	return str_take(&uri);
}

int
pg_store_join(struct pg_store *pg, struct err *err)
{
	const struct store_config *config = pg->store.config;
	struct pg_option given[OPTIONS];
	size_t count = 0;
	char *uri;
	int status;

	if (pg->link != NULL)
		return 0;
	for (size_t i = 0; i < OPTIONS; i++) {
		const char *value = store_setting(config, options[i]);

		if (value != NULL)
			given[count++] = (struct pg_option){ options[i], value };
	}
	uri = uri_of(config);
	status = pg_link_new(
		&pg->link, uri, given, count, pg_store_time_left(pg), must_stop, pg, err);
	explicit_bzero(uri, strlen(uri));
	free(uri);
	return status;
}

bool
pg_store_is_mapping(const char *name)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (strcmp(options[i], name) == 0)
			return false;
	return true;
}

/* What may run when a row is changed, what of that when one is inserted, and what such a
 * row would refer to: $1 is the table. */
static const char triggers_sql[] =
	"SELECT pg_catalog.string_agg(t.name, ', ' ORDER BY t.name), "
	"pg_catalog.string_agg(t.name, ', ' ORDER BY t.name) FILTER (WHERE t.inserts), "
	"(SELECT pg_catalog.string_agg(DISTINCT k.confrelid::pg_catalog.regclass::text, "
	"', ') FROM pg_catalog.pg_constraint k WHERE k.conrelid = $1::pg_catalog.oid "
	"AND k.contype = 'f') FROM ("
	"SELECT tgname::text AS name, tgtype & 4 <> 0 AS inserts "
	"FROM pg_catalog.pg_trigger "
	"WHERE tgrelid = $1::pg_catalog.oid AND NOT tgisinternal AND tgenabled <> 'D' "
	"UNION SELECT rulename::text, ev_type = '3' FROM pg_catalog.pg_rewrite "
	"WHERE ev_class = $1::pg_catalog.oid AND rulename <> '_RETURN' "
	"AND ev_enabled <> 'D') t";

static void
take_triggers(void *arg, const struct span *cells, int count)
{
	struct pg_store *pg = arg;

	(void)count;
	pg->triggers = arena_span(pg->table->arena, cells[0]).at;
	pg->inserters = arena_span(pg->table->arena, cells[1]).at;
	pg->referred = arena_span(pg->table->arena, cells[2]).at;
}

/* What belongs to the table and is not in it. */
static int
look_around(struct pg_store *pg, struct err *err)
{
	struct arena *arena = arena_new();
	bool has_table = pg->table->oid != NULL;
	struct span oid = has_table ? span_of(pg->table->oid) : SPAN_NONE;
	struct pg_audit_asked asked = { 0 };
	const struct pg_query queries[] = { pg_refusal_ask(pg),
		pg_audit_ask(&asked, pg, arena),
		{ .sql = triggers_sql,
			.parameters = &oid,
			.count = 1,
			.row = take_triggers,
			.arg = pg } };
	int status = pg_read(pg->link, PG_OURS, queries, has_table ? 3 : 1,
		pg_store_time_left(pg), err);

	if (status == 0 && asked.audit.exists)
		pg->store.capabilities |= STORE_HAS_AUDIT;
	arena_free(arena);
	return status;
}

int
pg_store_connect(struct pg_store *pg, struct err *err)
{
	if (pg->link != NULL)
		return 0;
	if (pg_store_join(pg, err) != 0)
		return -1;
	if (pg_table_find(&pg->table, pg->link, pg->store.config, pg_store_time_left(pg),
		    err) == 0) {
		pg->store.capabilities = capabilities_of(pg->table);
		pg->store.clock_ahead = pg_link_ahead(pg->link);
		if (look_around(pg, err) == 0) {
			pg_store_set_facts(pg);
			return 0;
		}
	}
	if (pg_link_trouble(pg->link) != PG_TROUBLE_NONE)
		err_prefix(err, "%s", pg_link_place(pg->link));
	disconnect(pg);
	return -1;
}

int
pg_store_failed(struct pg_store *pg)
{
	if (pg->link != NULL && pg_link_trouble(pg->link) != PG_TROUBLE_LOCKED)
		disconnect(pg);
	return -1;
}

int
pg_store_read(struct pg_store *pg, enum pg_author author, const struct pg_query *queries,
	size_t count, struct err *err)
{
	if (pg_read(pg->link, author, queries, count, pg_store_time_left(pg), err) == 0) {
		pg->store.clock_ahead = pg_link_ahead(pg->link);
		return 0;
	}
	err_prefix(err, "%s", pg_link_place(pg->link));
	return pg_store_failed_to_read(pg, err);
}

/* --- entry points --- */

struct pg_store *
pg_store_new(const struct store_config *config, enum store_mode mode)
{
	struct pg_store *pg = mem_new(1, sizeof(*pg));

	store_prepare(&pg->store, &backend_postgresql, config, mode);
	return pg;
}

void
pg_store_free(struct pg_store *pg)
{
	disconnect(pg);
	str_free(&pg->snapshot);
	str_free(&pg->last.operation);
	str_free(&pg->last.transaction);
	str_free(&pg->last.server);
	if (pg->facts != NULL)
		arena_free(pg->facts);
	free(pg);
}

static void
pg_store_close(struct store *store)
{
	pg_store_free((struct pg_store *)store);
}

static int
pg_store_open(struct store **out, const struct store_config *config, enum store_mode mode,
	struct err *err)
{
	struct pg_store *pg = pg_store_new(config, mode);

	*out = NULL;
	if (pg_store_connect(pg, err) != 0) {
		pg_store_free(pg);
		return -1;
	}
	*out = &pg->store;
	return 0;
}

static int
pg_store_check(const struct store_config *config, struct err *err)
{
	char *uri;
	int status;

	if (store_setting(config, SERVICE_FILE) != NULL)
		return err_set(err, ERR_USAGE,
			SERVICE_FILE
			" cannot be set for one store: libpq takes the service file "
			"from the environment alone; leave it out, and start ckptop with "
			"PGSERVICEFILE=PATH");
	uri = uri_of(config);
	status = pg_link_check(uri, err);
	if (status != 0 && config->origin != NULL)
		err_prefix(err, "%s", config->origin);
	explicit_bzero(uri, strlen(uri));
	free(uri);
	return status == 0 ? layout_check(config, err) : -1;
}

static int
pg_store_changed(struct store *store, bool *changed, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct str now = { 0 };
	int status;

	if (pg_store_connect(pg, err) != 0)
		return -1;
	*changed = true;
	/* What a view is computed from may be anywhere. */
	if (pg->table->order == PG_AT_ONCE || pg->snapshot.len == 0)
		return 0;
	status = pg_store_snapshot(pg, &now, err);
	if (status == 0)
		*changed = !span_equal(str_span(&now), str_span(&pg->snapshot));
	str_free(&now);
	return status;
}

/* One checkpoint, kept until nothing is under way any more. */
struct one {
	const struct pg_table *table;
	struct arena *arena;
	struct ckpt row;
	size_t count;
};

static void
take_one(void *arg, const struct span *cells, int count)
{
	struct one *one = arg;

	if (count >= PG_ROW_CELLS && one->count++ == 0)
		pg_table_row(one->table, cells, one->arena, &one->row);
}

int
pg_store_not_found(const struct pg_store *pg, struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_NOT_FOUND, "no checkpoint %s in %s%s of %s%s", str_text(&name),
		pg->table->layout.query == NULL ? "table " : "", pg->table->layout.table,
		pg_link_place(pg->link),
		pg->table->is_secured ? " that this role may see (row-level security is "
					"active for it)"
				      : "");
	str_free(&name);
	return -1;
}

/* A name that the type of a column cannot hold is that of no row. */
bool
pg_store_is_no_name(const struct pg_store *pg)
{
	return pg_link_trouble(pg->link) == PG_TROUBLE_STATEMENT &&
	       strncmp(pg_link_state(pg->link), "22", 2) == 0;
}

static int
read_one(struct pg_store *pg, struct key key, struct one *one, struct err *err)
{
	const struct pg_documents documents = { .max = pg->store.config->document_max };
	struct span parameters[PG_KEY_PARAMETERS];
	struct pg_query query = { .parameters = parameters, .row = take_one, .arg = one };
	struct err failure = { 0 };
	struct str sql = { 0 };
	int status;

	pg_table_add_select(&sql, pg->table, &documents);
	pg_table_add_key(&sql, pg->table, key);
	str_add(&sql, " LIMIT 2");
	query.sql = str_text(&sql);
	query.count = pg_table_key_parameters(pg->table, key, parameters);
	status = pg_read(pg->link, pg_table_author(pg->table), &query, 1,
		pg_store_time_left(pg), &failure);
	str_free(&sql);
	if (status == 0 || pg_store_is_no_name(pg))
		return 0;
	err_set(err, failure.kind, "%s: %s", pg_link_place(pg->link), failure.text);
	return pg_store_failed_to_read(pg, err);
}

static int
pg_store_load(struct store *store, struct key key, store_row_fn *row, void *arg,
	struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct one one = { .arena = arena_new() };
	int status = -1;

	if (pg_store_connect(pg, err) != 0)
		goto out;
	one.table = pg->table;
	if (pg_table_has_key(pg->table, key) && read_one(pg, key, &one, err) != 0)
		goto out;
	if (one.count == 0) {
		pg_store_not_found(pg, key, err);
		goto out;
	}
	if (one.count > 1)
		one.row.flags |= CKPT_KEY_REPEATED;
	row(arg, &one.row);
	status = 0;
out:
	arena_free(one.arena);
	return status;
}

struct head {
	struct str *out;
	bool asked, known;
};

static void
take_head(void *arg, const struct span *cells, int count)
{
	struct head *head = arg;

	if (head->asked || count == 0)
		return;
	head->asked = true;
	head->known = cells[0].at != NULL;
	str_add_span(head->out, cells[0]);
}

static int
pg_store_sql_head(struct store *store, const char *sql, struct key key, struct str *out,
	bool *known, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct span names[PG_NAMED_PARAMETERS];
	struct head head = { .out = out };
	struct pg_query query = { .parameters = names, .row = take_head, .arg = &head };
	struct str numbered = { 0 };
	int status;

	if (pg_store_connect(pg, err) != 0)
		return -1;
	query.count = pg_number_parameters(&numbered, sql, key, names);
	query.sql = str_text(&numbered);
	status = pg_store_read(pg, PG_OTHERS, &query, 1, err);
	if (status != 0)
		err_prefix(err, "asking '%s'", sql);
	*known = status == 0 && head.known;
	str_free(&numbered);
	return status;
}

const struct backend backend_postgresql = {
	.scheme = "postgresql",
	.form = "postgresql://HOST/DATABASE",
	.help = "a table of a PostgreSQL database (postgresql://HOST/DATABASE)",
	.keys = keys,
	.check = pg_store_check,
	.open = pg_store_open,
	.close = pg_store_close,
	.changed = pg_store_changed,
	.scan = pg_store_scan,
	.scan_changes = pg_store_scan_changes,
	.load = pg_store_load,
	.save = pg_store_save,
	.create = pg_store_create,
	.sql_head = pg_store_sql_head,
	.operations = &pg_operations,
};
