/* SPDX-License-Identifier: MIT
 *
 * What the contract of stores cannot ask of the statements by which rows of a query are
 * changed on a PostgreSQL server: rights, names, triggers, and functions, whose effect no
 * ROLLBACK takes back. */
#include "operate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "outside.h"
#include "pg_server.h"

static const char *
uri(const char *user)
{
	static char text[160];

	snprintf(text, sizeof(text), "postgresql://%s@127.0.0.1:%d/tests", user,
		pg_server_port());
	return text;
}

#define OURS uri("postgres")

static const char query[] = "SELECT job_id AS job, partition_id AS partition, "
			    "checkpoint_value AS value, metadata FROM checkpoints";
static const char reset[] = "UPDATE checkpoints SET checkpoint_value = :value "
			    "WHERE job_id = :job AND partition_id = :partition";

static int
make(void **state)
{
	struct bench *bench = mem_new(1, sizeof(*bench));

	bench->fixture = &fixture_postgresql_jsonb;
	bench->fixture->make(&bench->site);
	outside_sql(OURS, "DROP ROLE IF EXISTS etl; CREATE ROLE etl LOGIN");
	bench->zone = zone_fixed(0);
	bench->config = (struct store_config){
		.name = "etl", .uri = bench->site.uri, .zone = bench->zone
	};
	bench_put(bench, "orders", "0", "100", "{\"a\": 1}");
	*state = bench;
	return 0;
}

static int
unmake(void **state)
{
	struct bench *bench = *state;

	outside_sql(OURS, "DROP OWNED BY etl; DROP ROLE etl");
	zone_free(bench->zone);
	free(bench);
	return 0;
}

/* The store of a role, with these statements; guard_sql may be NULL. */
static void
write_with(struct bench *bench, const char *user, const char *query_sql,
	const char *reset_sql, const char *guard_sql)
{
	char *text = bench->site.uri;

	snprintf(text, sizeof(bench->site.uri), "%s", uri(user));
	uri_add_setting(text, sizeof(bench->site.uri), '?', "query", query_sql);
	uri_add_setting(text, sizeof(bench->site.uri), '&', "reset_sql", reset_sql);
	if (guard_sql != NULL)
		uri_add_setting(
			text, sizeof(bench->site.uri), '&', "guard_sql", guard_sql);
}

/* What comes of a reset of orders/0 to this value. */
static enum change_result
reset_to(struct bench *bench, const char *value, struct err *err)
{
	struct operation operation = operation_of(OP, "reset");
	struct store *store = bench_open(bench, STORE_WRITE);
	struct picture seen = bench_examine(store, "orders", "0");
	struct str wanted = bench_draft(store, &seen, "orders", "0", value, NULL);
	struct edit edit =
		edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));

	store_apply(store, &operation, &edit, 1, err);
	edit_clear(&edit);
	picture_free(&seen);
	str_free(&wanted);
	store_close(store);
	return edit.result;
}

static int
permit(struct bench *bench, struct err *err)
{
	struct store *store = bench_open(bench, STORE_READ);
	int status;

	err_clear(err);
	status = store_permit(store, key_of("orders", "0"), SPAN("{}"), err);
	store_close(store);
	return status;
}

static void
a_right_that_lacks_is_told_before(void **state)
{
	struct bench *bench = *state;
	struct err err = { 0 };

	outside_sql(OURS, "GRANT USAGE ON SCHEMA public TO etl; "
			  "GRANT SELECT ON checkpoints TO etl");
	write_with(bench, "etl", query, reset, NULL);
	assert_int_equal(permit(bench, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "reset_sql is not for this role"));
	outside_sql(OURS, "GRANT UPDATE (checkpoint_value) ON checkpoints TO etl");
	assert_int_equal(permit(bench, &err), 0);
	assert_int_equal(reset_to(bench, "50", &err), CHANGE_DONE);
	assert_outside(bench, "orders", "0", "50");
}

/* Nobody is let in by a wrong statement, and it is not told as the server's fault. */
static void
what_is_wrong_is_told_before(void **state)
{
	static const char *const wrong[] = { "UPDATE checkpoints SET dun = :value",
		"UPDATE nowhere SET x = :value", "UPDATE checkpoints SET x = :value,",
		"SELECT no_function(:value)",
		"UPDATE checkpoints SET metadata = :value + 1" };
	struct bench *bench = *state;
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct rows rows = { 0 };
		struct store *store;

		write_with(bench, "postgres", query, wrong[i], NULL);
		store = bench_open(bench, STORE_READ);
		bench_scan(store, &rows);
		assert_int_equal(rows.count, 1);
		rows_free(&rows);
		store_close(store);
		assert_int_equal(permit(bench, &err), -1);
		if (err.kind != ERR_USAGE ||
			strstr(err.text, "correct reset_sql") == NULL)
			fail_msg("%s: %s", wrong[i], err.text);
	}
}

/* As the one who wrote the configuration finds them, with the role's own search path. */
static void
names_are_looked_up_as_its_writer_does(void **state)
{
	struct bench *bench = *state;
	struct err err = { 0 };

	outside_sql(OURS, "CREATE SCHEMA own AUTHORIZATION etl; "
			  "CREATE TABLE own.progress (job text, done bigint, at "
			  "timestamptz); ALTER TABLE own.progress OWNER TO etl; "
			  "INSERT INTO own.progress VALUES ('orders', 100, now()); "
			  "ALTER ROLE etl SET search_path = own; "
			  "ALTER ROLE etl SET TimeZone = 'Asia/Tokyo'");
	write_with(bench, "etl",
		"SELECT job, '0' AS partition, done AS value, at AS updated_at "
		"FROM progress",
		"UPDATE progress SET done = :value, at = :updated_at WHERE job = :job "
		"AND done = :old_value",
		"SELECT CASE WHEN :value > 200 THEN 'too far' END AS refused "
		"FROM progress WHERE job = :job");
	assert_int_equal(reset_to(bench, "50", &err), CHANGE_DONE);
	assert_string_equal(outside_sql(OURS, "SELECT done || ' ' || (at = '2026-11-22 "
					      "04:00:00.25+00') FROM own.progress"),
		"50 true");
}

static void
a_guard_refuses_before_and_behind_the_plan(void **state)
{
	struct bench *bench = *state;
	struct draft draft = { .key = key_of("orders", "0"),
		.value = SPAN("200"),
		.keep_metadata = true,
		.updated_at = RESET_AT };
	struct operation operation = operation_of(OP, "reset");
	struct str out = { 0 };
	struct err err = { 0 };
	struct picture seen;
	struct store *store;
	struct edit edit;

	outside_sql(OURS, "CREATE TABLE active (job text)");
	write_with(bench, "postgres", query, reset,
		"SELECT CASE WHEN EXISTS (SELECT FROM active) THEN 'it is active' "
		"WHEN :value::int > 150 THEN 'beyond the end' END AS refused");
	store = bench_open(bench, STORE_WRITE);
	seen = bench_examine(store, "orders", "0");
	assert_int_equal(
		store_draft(store, str_span(&seen.image), &draft, &out, &err), 0);
	assert_int_equal(store_foretell(store, draft.key, str_span(&seen.image),
				 str_span(&out), &err),
		-1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "beyond the end"));
	draft.value = SPAN("120");
	err_clear(&err);
	assert_int_equal(
		store_draft(store, str_span(&seen.image), &draft, &out, &err), 0);
	assert_int_equal(store_foretell(store, draft.key, str_span(&seen.image),
				 str_span(&out), &err),
		0);
	assert_int_equal(
		store_foretell(store, draft.key, str_span(&seen.image), SPAN_NONE, &err),
		0);
	/* It became active since. */
	outside_sql(OURS, "INSERT INTO active VALUES ('orders')");
	assert_int_equal(
		store_foretell(store, draft.key, str_span(&seen.image), SPAN_NONE, &err),
		-1);
	assert_non_null(strstr(err.text, "it is active"));
	err_clear(&err);
	edit = edit_of("orders", "0", str_span(&seen.image), str_span(&out));
	assert_int_equal(store_apply(store, &operation, &edit, 1, &err), -1);
	assert_int_equal(edit.result, CHANGE_FAILED);
	assert_non_null(strstr(err.text, "it is active"));
	assert_outside(bench, "orders", "0", "100");
	edit_clear(&edit);
	picture_free(&seen);
	str_free(&out);
	store_close(store);
}

static void
what_a_statement_does_besides_is_refused(void **state)
{
	struct bench *bench = *state;
	struct err err = { 0 };

	bench_put(bench, "orders", "1", "7", NULL);
	write_with(bench, "postgres", query, reset, NULL);
	outside_sql(OURS, "CREATE FUNCTION along() RETURNS trigger LANGUAGE plpgsql AS "
			  "'BEGIN UPDATE checkpoints SET checkpoint_value = ''8'' WHERE "
			  "partition_id = ''1''; RETURN NEW; END'");
	outside_sql(OURS, "CREATE TRIGGER along BEFORE UPDATE ON checkpoints FOR EACH "
			  "ROW WHEN (OLD.partition_id = '0') EXECUTE FUNCTION along()");
	assert_int_equal(reset_to(bench, "50", &err), CHANGE_FAILED);
	assert_non_null(strstr(err.text, "other rows of the query"));
	outside_sql(OURS, "DROP TRIGGER along ON checkpoints");
	write_with(bench, "postgres", query,
		"UPDATE checkpoints SET checkpoint_value = :value", NULL);
	err_clear(&err);
	assert_int_equal(reset_to(bench, "50", &err), CHANGE_FAILED);
	assert_non_null(strstr(err.text, "changes 2 rows"));
	write_with(bench, "postgres", query,
		"UPDATE checkpoints SET checkpoint_value = :value || '1' WHERE "
		"partition_id = :partition",
		NULL);
	err_clear(&err);
	assert_int_equal(reset_to(bench, "50", &err), CHANGE_FAILED);
	assert_non_null(strstr(err.text, "returns 501"));
	assert_outside(bench, "orders", "0", "100");
	assert_outside(bench, "orders", "1", "7");
}

/* The position of a sequence: setval() is not taken back by a ROLLBACK. */
static void
a_function_leaves_a_doubt(void **state)
{
	struct bench *bench = *state;
	struct err err = { 0 };

	outside_sql(OURS, "CREATE SEQUENCE done; SELECT setval('done', 100)");
	write_with(bench, "postgres",
		"SELECT 'orders' AS job, '0' AS partition, last_value AS value FROM done",
		"SELECT setval('done', :value) WHERE :job = 'orders'", NULL);
	assert_int_equal(reset_to(bench, "50", &err), CHANGE_DONE);
	assert_string_equal(outside_sql(OURS, "SELECT last_value FROM done"), "50");
	write_with(bench, "postgres",
		"SELECT 'orders' AS job, '0' AS partition, last_value AS value FROM done",
		"SELECT setval('done', :value::int + 1)", NULL);
	assert_int_equal(reset_to(bench, "60", &err), CHANGE_UNKNOWN);
	assert_int_equal(err.kind, ERR_UNKNOWN);
	assert_non_null(strstr(err.text, "what that has done may stand"));
	assert_string_equal(outside_sql(OURS, "SELECT last_value FROM done"), "61");
}

/* The position is a part of a text, which an undo brings back byte for byte. */
static void
what_is_kept_comes_back_whole(void **state)
{
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "reset");
	struct picture seen, after;
	struct store *store;
	struct str wanted;
	struct edit edit;

	outside_sql(OURS, "CREATE TABLE offsets (job text, doc text); INSERT INTO "
			  "offsets VALUES ('orders', '{\"n\" : 100,\"m\": 99}')");
	write_with(bench, "postgres",
		"SELECT job, '0' AS partition, doc::jsonb ->> 'n' AS value, "
		"doc AS metadata FROM offsets",
		"UPDATE offsets SET doc = CASE WHEN :kept_metadata::jsonb ->> 'n' = "
		":value THEN :kept_metadata ELSE jsonb_build_object('n', "
		":value::bigint)::text END WHERE job = :job",
		NULL);
	store = bench_open(bench, STORE_WRITE);
	seen = bench_examine(store, "orders", "0");
	wanted = bench_draft(store, &seen, "orders", "0", "50", NULL);
	edit = edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));
	assert_applied(store, &operation, &edit, 1);
	assert_string_equal(outside_sql(OURS, "SELECT doc FROM offsets"), "{\"n\": 50}");
	after = bench_examine(store, "orders", "0");
	assert_true(store_image_same(store, str_span(&after.image), str_span(&wanted)));
	edit = edit_of("orders", "0", str_span(&after.image), str_span(&seen.image));
	assert_applied(store, &operation, &edit, 1);
	assert_string_equal(
		outside_sql(OURS, "SELECT doc FROM offsets"), "{\"n\" : 100,\"m\": 99}");
	picture_free(&seen);
	picture_free(&after);
	str_free(&wanted);
	store_close(store);
}

/* It stands beside the table that is written, and names that. */
static void
an_audit_names_the_table_that_is_written(void **state)
{
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "reset");
	struct picture seen;
	struct store *store;
	struct str script = { 0 }, wanted;
	struct err err = { 0 };
	struct edit edit;
	bool made;

	outside_sql(OURS, "CREATE SCHEMA \"Own\"; ALTER TABLE checkpoints SET SCHEMA "
			  "\"Own\"");
	write_with(bench, "postgres",
		"SELECT job_id AS job, partition_id AS partition, checkpoint_value AS "
		"value FROM \"Own\".checkpoints",
		"WITH done AS (UPDATE \"Own\".checkpoints SET checkpoint_value = :value "
		"WHERE job_id = :job RETURNING 1) SELECT * FROM done",
		NULL);
	store = bench_open(bench, STORE_WRITE);
	assert_int_equal(store_audit_add_script(store, &script, &err), 0);
	assert_non_null(strstr(str_text(&script),
		"GRANT SELECT, INSERT, UPDATE, DELETE ON \"Own\".\"checkpoints\" TO"));
	assert_null(strstr(str_text(&script), "ckptop_rows"));
	assert_int_equal(store_audit_create(store, &made, &err), 0);
	assert_true(made);
	seen = bench_examine(store, "orders", "0");
	wanted = bench_draft(store, &seen, "orders", "0", "50", NULL);
	edit = edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));
	assert_applied(store, &operation, &edit, 1);
	assert_string_equal(
		outside_sql(OURS, "SELECT of_table || ' ' || old_value || ' ' || "
				  "new_value FROM \"Own\".ckptop_audit"),
		"checkpoints 100 50");
	picture_free(&seen);
	str_free(&wanted);
	str_free(&script);
	store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_right_that_lacks_is_told_before, make, unmake),
		cmocka_unit_test_setup_teardown(
			what_is_wrong_is_told_before, make, unmake),
		cmocka_unit_test_setup_teardown(
			names_are_looked_up_as_its_writer_does, make, unmake),
		cmocka_unit_test_setup_teardown(
			a_guard_refuses_before_and_behind_the_plan, make, unmake),
		cmocka_unit_test_setup_teardown(
			what_a_statement_does_besides_is_refused, make, unmake),
		cmocka_unit_test_setup_teardown(a_function_leaves_a_doubt, make, unmake),
		cmocka_unit_test_setup_teardown(
			what_is_kept_comes_back_whole, make, unmake),
		cmocka_unit_test_setup_teardown(
			an_audit_names_the_table_that_is_written, make, unmake),
	};

	if (!pg_server_is_there()) {
		printf("SKIPPED: PostgreSQL is not installed\n");
		pg_server_end();
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, pg_server_teardown);
}
