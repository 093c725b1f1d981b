/* SPDX-License-Identifier: MIT
 *
 * What becomes of one row of a PostgreSQL table: that it comes back to where it was, with
 * all that it had, or is not touched. */
#include "operate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "outside.h"
#include "pg_server.h"

#define COLUMNS                                                                          \
	"job_id text, partition_id text, checkpoint_value text, metadata jsonb, "        \
	"updated_at timestamptz"
#define KEY ", PRIMARY KEY (job_id, partition_id)"

/* Whatever table a row is in. */
#define ALL_ROWS(table)                                                                  \
	"SELECT string_agg(tableoid::regclass || t::text, ' ' ORDER BY t::text COLLATE " \
	"\"C\") FROM " table " t"

static char uri[160];

static int
make(void **state)
{
	struct bench *bench = mem_new(1, sizeof(*bench));

	bench->fixture = &fixture_postgresql_jsonb;
	bench->fixture->make(&bench->site);
	snprintf(uri, sizeof(uri), "postgresql://postgres@127.0.0.1:%d/tests",
		pg_server_port());
	outside_sql(uri, "DROP TABLE checkpoints");
	bench->zone = zone_fixed(0);
	bench->config = (struct store_config){ .name = "etl",
		.uri = bench->site.uri,
		.zone = bench->zone,
		.on_delete = "it starts over" };
	*state = bench;
	return 0;
}

static int
unmake(void **state)
{
	struct bench *bench = *state;

	zone_free(bench->zone);
	free(bench);
	return 0;
}

/* A row, an image of it, and a draft that sets it back. */
static struct scene
look_at(struct bench *bench, const char *partition)
{
	struct scene scene = { .bench = bench, .store = bench_open(bench, STORE_WRITE) };

	scene.seen = bench_examine(scene.store, "orders", partition);
	scene.wanted =
		bench_draft(scene.store, &scene.seen, "orders", partition, "50", NULL);
	return scene;
}

static void
assert_refused(struct scene *scene, struct edit edit, const char *expected)
{
	struct operation operation = operation_of(OP, "delete");
	struct err err = { 0 };

	assert_int_equal(store_apply(scene->store, &operation, &edit, 1, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_int_equal(edit.result, CHANGE_FAILED);
	if (strstr(err.text, expected) == NULL ||
		strstr(err.text, "nothing was written") == NULL)
		fail_msg("%s", err.text);
	edit_clear(&edit);
}

/* --- where a row is --- */

#define IN_CHILD "inherits from table checkpoints"

static void
make_child(void)
{
	outside_sql(uri, "CREATE TABLE checkpoints (" COLUMNS KEY "); "
			 "CREATE TABLE tenants (tenant text" KEY ") INHERITS "
			 "(checkpoints); INSERT INTO tenants VALUES ('orders', '2', "
			 "'300', NULL, now(), 'ACME'); INSERT INTO checkpoints VALUES "
			 "('orders', '1', '7', NULL, now())");
}

static void
assert_permitted(struct store *store, const char *partition, struct span image)
{
	struct err err = { 0 };

	if (store_permit(store, key_of("orders", partition), image, &err) != 0)
		fail_msg("%s", err.text);
}

/* What it has of its own would be lost: an undo puts it into the other table. */
static void
a_row_of_another_table_does_not_go(void **state)
{
	struct scene c;
	struct err err = { 0 };
	char before[400];

	make_child();
	c = look_at(*state, "2");
	snprintf(before, sizeof(before), "%s", outside_sql(uri, ALL_ROWS("tenants")));
	assert_int_equal(store_permit_delete(c.store, key_of("orders", "2"), &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	if (strstr(err.text, "one of table public.tenants, which " IN_CHILD) == NULL ||
		strstr(err.text, "name public.tenants as the table") == NULL)
		fail_msg("%s", err.text);
	err_clear(&err);
	assert_int_equal(store_permit_delete(c.store, key_of("orders", "1"), &err), 0);
	assert_refused(
		&c, edit_of("orders", "2", str_span(&c.seen.image), SPAN_NONE), IN_CHILD);
	assert_string_equal(outside_sql(uri, ALL_ROWS("tenants")), before);
	/* Somebody else has deleted it: it is not made anew in the wrong place. */
	outside_sql(uri, "DELETE FROM tenants");
	assert_refused(
		&c, edit_of("orders", "2", SPAN_NONE, str_span(&c.seen.image)), IN_CHILD);
	assert_int_equal(store_permit(c.store, key_of("orders", "2"),
				 str_span(&c.seen.image), &err),
		-1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_string_equal(outside_sql(uri, "SELECT count(*) FROM checkpoints"), "1");
	scene_close(&c);
}

/* It was in this table when it was looked at, and moved since. */
static void
a_row_that_moved_there_does_not_go(void **state)
{
	struct scene c;

	make_child();
	c = look_at(*state, "1");
	outside_sql(uri, "WITH moved AS (DELETE FROM ONLY checkpoints RETURNING *) "
			 "INSERT INTO tenants SELECT *, 'ACME' FROM moved");
	assert_refused(
		&c, edit_of("orders", "1", str_span(&c.seen.image), SPAN_NONE), IN_CHILD);
	assert_string_equal(outside_sql(uri, "SELECT count(*) FROM tenants"), "2");
	scene_close(&c);
}

static void
a_row_of_another_table_is_reset(void **state)
{
	struct operation operation = operation_of(OP, "reset");
	struct scene c;
	struct edit edit, back;
	char before[400];

	make_child();
	snprintf(before, sizeof(before), "%s", outside_sql(uri, ALL_ROWS("checkpoints")));
	c = look_at(*state, "2");
	assert_permitted(c.store, "2", str_span(&c.seen.image));
	edit = edit_of("orders", "2", str_span(&c.seen.image), str_span(&c.wanted));
	assert_applied(c.store, &operation, &edit, 1);
	assert_string_equal(
		outside_sql(uri, "SELECT tenant || checkpoint_value FROM tenants"),
		"ACME50");
	back = edit_of("orders", "2", str_span(&c.wanted), str_span(&c.seen.image));
	assert_applied(c.store, &operation, &back, 1);
	assert_string_equal(outside_sql(uri, ALL_ROWS("checkpoints")), before);
	scene_close(&c);
}

static void
a_row_of_a_partition_comes_back_to_it(void **state)
{
	static const char *const partitions[] = { "1", "2", "3" };
	struct operation operation = operation_of(OP, "delete");
	char before[600];

	outside_sql(uri,
		"CREATE TABLE checkpoints (" COLUMNS KEY
		") PARTITION BY LIST (partition_id); "
		"CREATE TABLE one PARTITION OF checkpoints FOR VALUES IN ('1'); "
		"CREATE TABLE two PARTITION OF checkpoints FOR VALUES IN ('2') PARTITION "
		"BY LIST (job_id); CREATE TABLE two_orders PARTITION OF two FOR VALUES "
		"IN ('orders'); CREATE TABLE rest PARTITION OF checkpoints DEFAULT; "
		"INSERT INTO checkpoints SELECT 'orders', n::text, n * 100, '{\"n\": "
		"1}', "
		"'2026-11-22 03:07:36.25+00' FROM generate_series(1, 3) n");
	snprintf(before, sizeof(before), "%s", outside_sql(uri, ALL_ROWS("checkpoints")));
	for (size_t i = 0; i < 3; i++) {
		struct scene c = look_at(*state, partitions[i]);
		struct span image = str_span(&c.seen.image);
		struct edit gone = edit_of("orders", partitions[i], image, SPAN_NONE);
		struct edit back = edit_of("orders", partitions[i], SPAN_NONE, image);
		struct err err = { 0 };

		if (store_permit_delete(c.store, key_of("orders", partitions[i]), &err) !=
			0)
			fail_msg("%s", err.text);
		assert_applied(c.store, &operation, &gone, 1);
		assert_string_equal(
			outside_sql(uri, "SELECT count(*) FROM checkpoints"), "2");
		assert_permitted(c.store, partitions[i], image);
		assert_applied(c.store, &operation, &back, 1);
		assert_string_equal(outside_sql(uri, ALL_ROWS("checkpoints")), before);
		scene_close(&c);
	}
}

/* --- a table that sets the time of a save by itself --- */

/* A table whose trigger does this to each row, with the row orders/1 of 100. */
static void
make_touched(const char *type, const char *acts)
{
	outside_sql(uri,
		"DROP TABLE IF EXISTS checkpoints; "
		"CREATE TABLE checkpoints (job_id text, partition_id text, "
		"checkpoint_value text, metadata jsonb, updated_at %s, note text" KEY
		"); INSERT INTO checkpoints VALUES ('orders', '1', '100', NULL, "
		"'2026-11-22 03:07:36', 'a'); CREATE OR REPLACE FUNCTION acts() RETURNS "
		"trigger LANGUAGE plpgsql AS $f$BEGIN %s RETURN NEW; END$f$; "
		"CREATE TRIGGER acts BEFORE INSERT OR UPDATE ON checkpoints FOR EACH ROW "
		"EXECUTE FUNCTION acts()",
		type, acts);
}

static void
assert_is_there(struct store *store, struct span image)
{
	struct picture now = bench_examine(store, "orders", "1");

	assert_true(store_image_same(store, str_span(&now.image), image));
	picture_free(&now);
}

static void
assert_timed(struct scene *c, struct edit *edit)
{
	struct operation operation = operation_of(OP, "reset");

	struct err err = { 0 };

	if (store_apply(c->store, &operation, edit, 1, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(edit->result, CHANGE_DONE);
	assert_true(edit->made.len > 0);
	assert_is_there(c->store, str_span(&edit->made));
}

static void
a_table_may_set_the_time_of_a_save(void **state)
{
	static const char *const types[] = { "timestamptz", "timestamptz(0)", "timestamp",
		"timestamp(3)" };

	for (size_t i = 0; i < 4; i++) {
		struct edit reset, back, gone, again;
		struct scene c;

		make_touched(types[i], "NEW.updated_at := now();");
		c = look_at(*state, "1");
		reset = edit_of(
			"orders", "1", str_span(&c.seen.image), str_span(&c.wanted));
		assert_timed(&c, &reset);
		/* What is there is what an undo compares. */
		back = edit_of(
			"orders", "1", str_span(&reset.made), str_span(&c.seen.image));
		assert_timed(&c, &back);
		gone = edit_of("orders", "1", str_span(&back.made), SPAN_NONE);
		assert_applied(
			c.store, &(struct operation){ .id = SPAN(OTHER_OP) }, &gone, 1);
		again = edit_of("orders", "1", SPAN_NONE, str_span(&c.seen.image));
		assert_timed(&c, &again);
		assert_string_equal(
			outside_sql(uri, "SELECT checkpoint_value || note || (metadata "
					 "IS NULL) || (updated_at > now() - interval '1 "
					 "hour') FROM checkpoints"),
			"100atruetrue");
		edit_clear(&reset);
		edit_clear(&back);
		edit_clear(&again);
		scene_close(&c);
	}
}

static void
a_table_may_set_nothing_else(void **state)
{
	static const char *const acts[][2] = {
		{ "NEW.updated_at := '2001-01-01';", "else of updated_at" },
		{ "NEW.updated_at := now() - interval '1 s';", "else of updated_at" },
		{ "NEW.updated_at := clock_timestamp() + interval '9 s';",
			"else of updated_at" },
		{ "NEW.updated_at := NULL;", "else of updated_at" },
		{ "NEW.updated_at := now(); NEW.checkpoint_value := '51';",
			"else of checkpoint_value" },
		{ "NEW.updated_at := now(); NEW.note := 'b';", "updated_at" },
		{ "NEW.updated_at := now(); NEW.metadata := '{}';", "else of metadata" },
	};

	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++) {
		struct scene c;

		make_touched("timestamptz", acts[i][0]);
		c = look_at(*state, "1");
		assert_refused(&c,
			edit_of("orders", "1", str_span(&c.seen.image),
				str_span(&c.wanted)),
			acts[i][1]);
		assert_is_there(c.store, str_span(&c.seen.image));
		scene_close(&c);
	}
}

/* Nobody knows what came of it: what is looked up is the image that is there. */
static void
a_time_of_the_table_is_settled(void **state)
{
	struct operation operation = operation_of(OP, "reset");
	struct str marked = { 0 };
	struct err err = { 0 };
	struct edit edit;
	struct scene c;

	make_touched("timestamptz", "NEW.updated_at := now();");
	c = look_at(*state, "1");
	marked = bench_draft(
		c.store, &c.seen, "orders", "1", "50", "{\"reset_id\":\"" OP "\"}");
	edit = edit_of("orders", "1", str_span(&c.seen.image), str_span(&marked));
	assert_timed(&c, &edit);
	assert_int_equal(store_settle(c.store, &operation, &edit, 1, &err), 0);
	assert_int_equal(edit.result, CHANGE_DONE);
	assert_true(edit.made.len > 0);
	assert_is_there(c.store, str_span(&edit.made));
	edit_clear(&edit);
	str_free(&marked);
	scene_close(&c);
}

/* --- what the database refuses --- */

static void
what_the_database_refuses_is_told_by_its_kind(void **state)
{
	static const struct {
		const char *makes;
		enum err_kind kind;
		const char *says;
	} cases[] = {
		{ "ALTER TABLE checkpoints ADD CHECK (checkpoint_value <> '50')",
			ERR_REFUSED, "take what the table allows" },
		{ "INSERT INTO checkpoints VALUES ('orders', '9', '50'); CREATE UNIQUE "
		  "INDEX ON checkpoints (checkpoint_value)",
			ERR_CONFLICT, "must not come twice" },
		{ "CREATE TYPE hundred AS ENUM ('100'); ALTER TABLE checkpoints ALTER "
		  "checkpoint_value TYPE hundred USING checkpoint_value::hundred",
			ERR_REFUSED, "take what the column can hold" },
		{ "CREATE TABLE meant (v text PRIMARY KEY); INSERT INTO meant VALUES "
		  "('100'); ALTER TABLE checkpoints ADD FOREIGN KEY (checkpoint_value) "
		  "REFERENCES meant",
			ERR_REFUSED, "see to the rows that refer to each other" },
		{ "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE "
		  "''not today''; END'; CREATE CONSTRAINT TRIGGER no AFTER UPDATE ON "
		  "checkpoints DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE "
		  "FUNCTION no()",
			ERR_REFUSED, "not today; nothing was written; a function" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct operation operation = operation_of(OP, "reset");
		struct err err = { 0 };
		struct edit edit;
		struct scene c;

		outside_sql(uri,
			"DROP TABLE IF EXISTS checkpoints; CREATE TABLE checkpoints "
			"(" COLUMNS KEY "); INSERT INTO checkpoints VALUES ('orders', "
			"'1', '100', NULL, now())");
		/* Behind the draft, which would be refused for some of it. */
		c = look_at(*state, "1");
		outside_sql(uri, "%s", cases[i].makes);
		edit = edit_of(
			"orders", "1", str_span(&c.seen.image), str_span(&c.wanted));
		assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
		assert_int_equal(edit.result, CHANGE_FAILED);
		if (err.kind != cases[i].kind || strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s", err.text);
		assert_is_there(c.store, str_span(&c.seen.image));
		edit_clear(&edit);
		scene_close(&c);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_of_another_table_does_not_go),
		TEST(a_row_that_moved_there_does_not_go),
		TEST(a_row_of_another_table_is_reset),
		TEST(a_row_of_a_partition_comes_back_to_it),
		TEST(a_table_may_set_the_time_of_a_save),
		TEST(a_table_may_set_nothing_else),
		TEST(a_time_of_the_table_is_settled),
		TEST(what_the_database_refuses_is_told_by_its_kind),
	};

	if (!pg_server_is_there()) {
		printf("SKIPPED: PostgreSQL is not installed\n");
		pg_server_end();
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, pg_server_teardown);
}
