/* SPDX-License-Identifier: MIT
 *
 * What the contract of stores cannot ask of a PostgreSQL server: that a change is right
 * whatever locks, triggers, types and rights there are, and that nothing is said of one
 * that may still be under way. */
#include "operate.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "outside.h"
#include "pg_server.h"

static const char *
uri(const char *user, const char *name)
{
	static char text[2][160];
	static unsigned turn;
	char *out = text[turn++ % 2];

	snprintf(out, sizeof(text[0]), "postgresql://%s@127.0.0.1:%d/tests%s%s", user,
		pg_server_port(), *name != '\0' ? "?application_name=" : "", name);
	return out;
}

#define OURS   uri("postgres", "")
#define OTHERS uri("postgres", "other")

static int
make(void **state)
{
	struct bench *bench = mem_new(1, sizeof(*bench));

	bench->fixture = *state != NULL ? *state : &fixture_postgresql_jsonb;
	bench->fixture->make(&bench->site);
	outside_sql(OURS, "DROP ROLE IF EXISTS wall, secured; CREATE ROLE wall LOGIN; "
			  "CREATE ROLE secured LOGIN");
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

	outside_close(OTHERS);
	outside_sql(OURS, "DROP OWNED BY wall, secured; DROP ROLE wall, secured");
	zone_free(bench->zone);
	free(bench);
	return 0;
}

/* Waits until ckptop waits on the server for this. */
static void
wait_for_ckptop(const char *event)
{
	for (int i = 0; i < 3000; i++) {
		if (strcmp(outside_sql(OURS,
				   "SELECT count(*) FROM pg_stat_activity WHERE "
				   "application_name = 'ckptop' AND wait_event = '%s'",
				   event),
			    "0") != 0)
			return;
		usleep(10000);
	}
	fail_msg("ckptop does not wait for %s", event);
}

/* A child that makes the edit of the scene, through a handle of its own, and ends with
 * the result. */
static pid_t
apply_in_child(struct bench *bench, const struct scene *scene)
{
	pid_t child = fork();

	if (child == 0) {
		struct operation operation = operation_of(OP, "reset");
		struct edit edit = scene_edit(scene);
		struct err err = { 0 };
		struct store *store = bench_open(bench, STORE_WRITE);

		store_apply(store, &operation, &edit, 1, &err);
		_exit((int)edit.result);
	}
	return child;
}

static int
end_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* --- locks --- */

/* Somebody's transaction has the row at 150 and ends so, while the reset from 100 to 50
 * waits for it. */
static void
assert_waits_for(struct bench *bench, const char *ends, enum change_result result,
	const char *left)
{
	struct scene c = scene_open(bench);
	pid_t child;

	outside_sql(OTHERS, "BEGIN");
	outside_sql(OTHERS, "UPDATE checkpoints SET checkpoint_value = '150'");
	child = apply_in_child(c.bench, &c);
	wait_for_ckptop("transactionid");
	outside_sql(OTHERS, "%s", ends);
	assert_int_equal(end_of(child), result);
	assert_outside(c.bench, "orders", "0", left);
	scene_close(&c);
}

/* X03 pipeline upsert (PostgreSQL) */
static void
what_was_waited_for_is_compared(void **state)
{
	assert_waits_for(*state, "COMMIT", CHANGE_CONFLICT, "150");
}

static void
what_is_taken_back_was_never_there(void **state)
{
	assert_waits_for(*state, "ROLLBACK", CHANGE_DONE, "50");
}

/* S20 pg_lock_wait */
static void
a_lock_is_not_waited_for_long(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c);
	struct err err = { 0 };
	char pid[16];
	int64_t before;

	outside_sql(OTHERS, "BEGIN");
	snprintf(pid, sizeof(pid), "%s", outside_sql(OTHERS, "SELECT pg_backend_pid()"));
	outside_sql(OTHERS, "UPDATE checkpoints SET checkpoint_value = '150'");
	before = clock_monotonic();
	assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
	assert_true(clock_monotonic() - before < 4 * SECOND);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_int_equal(edit.result, CHANGE_FAILED);
	assert_non_null(strstr(err.text, pid));
	assert_non_null(strstr(err.text, "role postgres"));
	assert_non_null(strstr(err.text, "orders/0 is locked"));
	assert_non_null(strstr(err.text, "nothing was written"));
	outside_sql(OTHERS, "ROLLBACK");
	edit_clear(&edit);
	edit = scene_edit(&c);
	assert_applied(c.store, &operation, &edit, 1);
	scene_close(&c);
}

/* --- what is still under way --- */

/* Whoever began it was killed; the server is at it still. */
static void
nothing_is_said_while_it_is_under_way(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c);
	struct err err = { 0 };
	pid_t child;

	outside_sql(OURS, "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
			  "'BEGIN PERFORM pg_sleep(30); RETURN NEW; END'");
	outside_sql(OURS, "CREATE TRIGGER slow BEFORE UPDATE ON checkpoints FOR EACH ROW "
			  "EXECUTE FUNCTION slow()");
	child = apply_in_child(c.bench, &c);
	wait_for_ckptop("PgSleep");
	kill(child, SIGKILL);
	assert_int_equal(end_of(child), -SIGKILL);
	assert_int_equal(store_settle(c.store, &operation, &edit, 1, &err), -1);
	assert_int_equal(edit.result, CHANGE_FAILED);
	/* And it is over: nothing sleeps there any more that would write later. */
	assert_string_equal(outside_sql(OURS, "SELECT count(*) FROM pg_stat_activity "
					      "WHERE wait_event = 'PgSleep'"),
		"0");
	assert_outside(c.bench, "orders", "0", "100");
	edit_clear(&edit);
	scene_close(&c);
}

/* --- triggers --- */

/* They run as their author wrote them, whatever our own statements need. */
static void
triggers_run_as_their_author_expects(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c);

	outside_sql(OURS, "CREATE TABLE history (path text, zone text)");
	outside_sql(OURS,
		"CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
		"INSERT INTO history VALUES (current_setting(''search_path''), "
		"current_setting(''TimeZone'')); RETURN NULL; END'");
	outside_sql(OURS, "CREATE CONSTRAINT TRIGGER note AFTER UPDATE ON checkpoints "
			  "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
			  "note()");
	outside_sql(OURS, "ALTER DATABASE tests SET TimeZone = 'Asia/Tokyo'");
	store_close(c.store);
	c.store = bench_open(c.bench, STORE_WRITE);
	assert_applied(c.store, &operation, &edit, 1);
	outside_sql(OURS, "ALTER DATABASE tests RESET TimeZone");
	assert_string_equal(outside_sql(OURS, "SELECT path || zone FROM history"),
		"\"$user\", publicAsia/Tokyo");
	assert_outside(c.bench, "orders", "0", "50");
	scene_close(&c);
}

static void
assert_refused_by(
	const struct scene *c, const char *timing, const char *body, const char *expected)
{
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(c);
	struct err err = { 0 };

	outside_sql(OURS,
		"CREATE OR REPLACE FUNCTION acts() RETURNS trigger LANGUAGE plpgsql AS "
		"$f$BEGIN %s END$f$; DROP TRIGGER IF EXISTS acts ON checkpoints; "
		"CREATE TRIGGER acts %s UPDATE ON checkpoints FOR EACH ROW WHEN "
		"(pg_trigger_depth() = 0) EXECUTE FUNCTION acts()",
		body, timing);
	assert_int_equal(store_apply(c->store, &operation, &edit, 1, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	if (strstr(err.text, expected) == NULL)
		fail_msg("%s", err.text);
	assert_outside(c->bench, "orders", "0", "100");
	assert_outside(c->bench, "orders", "1", "7");
	edit_clear(&edit);
}

static void
what_triggers_make_of_it_is_refused(void **state)
{
	struct scene c;

	bench_put(*state, "orders", "1", "7", NULL);
	c = scene_open(*state);
	assert_refused_by(&c, "BEFORE", "RETURN NULL;", "keeps the row as it is");
	assert_refused_by(&c, "BEFORE", "NEW.checkpoint_value := '51'; RETURN NEW;",
		"something else of checkpoint_value");
	assert_refused_by(&c, "AFTER",
		"UPDATE checkpoints SET checkpoint_value = '8' WHERE partition_id = '1'; "
		"RETURN NULL;",
		"other rows of table checkpoints");
	assert_refused_by(&c, "AFTER",
		"DELETE FROM checkpoints WHERE partition_id = '1'; RETURN NULL;",
		"other rows of table checkpoints");
	assert_refused_by(&c, "AFTER",
		"DELETE FROM checkpoints WHERE partition_id = '0'; RETURN NULL;",
		"would not be found again");
	scene_close(&c);
}

/* --- all of the row --- */

#define WHOLE_ROW                                                                        \
	"SELECT string_agg(t::text, ' ' ORDER BY t::text COLLATE \"C\") FROM "           \
	"checkpoints t"

static void
a_row_comes_back_whole(void **state)
{
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "delete");
	struct store *store;
	struct picture seen;
	struct edit gone, back;
	char before[400];

	outside_sql(OURS,
		"DROP TABLE checkpoints; CREATE DOMAIN amount AS numeric(20,4); "
		"CREATE TABLE checkpoints (id int GENERATED ALWAYS AS IDENTITY, "
		"job_id text, partition_id int, checkpoint_value amount, "
		"metadata json, updated_at timestamptz(3), empty text, missing text, "
		"twice numeric GENERATED ALWAYS AS (checkpoint_value * 2) STORED, "
		"bytes bytea, list text[], PRIMARY KEY (job_id, partition_id))");
	outside_sql(OURS,
		"INSERT INTO checkpoints (job_id, partition_id, checkpoint_value, "
		"metadata, updated_at, empty, bytes, list) VALUES ('orders', 7, 42.5, "
		"'{\"a\":   1}', '2026-11-22 03:07:36.123+05:30', '', '\\x00ff', "
		"'{a,NULL,\"b c\"}')");
	snprintf(before, sizeof(before), "%s", outside_sql(OURS, WHOLE_ROW));
	store = bench_open(bench, STORE_WRITE);
	seen = bench_examine(store, "orders", "7");
	assert_string_equal(str_text(&seen.value), "42.5000");
	gone = edit_of("orders", "7", str_span(&seen.image), SPAN_NONE);
	back = edit_of("orders", "7", SPAN_NONE, str_span(&seen.image));
	assert_applied(store, &operation, &gone, 1);
	assert_string_equal(outside_sql(OURS, "SELECT count(*) FROM checkpoints"), "0");
	assert_applied(store, &operation, &back, 1);
	assert_string_equal(outside_sql(OURS, WHOLE_ROW), before);
	picture_free(&seen);
	store_close(store);
}

static void
values_and_times_keep_their_types(void **state)
{
	static const char *const columns[][3] = {
		{ "bigint", "timestamptz(3)", "2026-11-22 04:00:00.25+00" },
		{ "numeric", "timestamp(0)", "2026-11-22 04:00:00" },
		{ "text", "bigint", "1795320000250" },
		{ "varchar(9)", "text", "2026-11-22T04:00:00Z" },
	};
	static const char *const before[] = { "'2026-11-22 03:00:00+00'",
		"'2026-11-22 03:00:00'", "1795316400000", "'2026-11-22T03:00:00Z'" };
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "reset");

	for (size_t i = 0; i < 4; i++) {
		struct store *store;
		struct picture seen, after;
		struct str wanted;
		struct edit edit;

		outside_sql(OURS,
			"DROP TABLE checkpoints; CREATE TABLE checkpoints (job_id text, "
			"partition_id text, checkpoint_value %s, metadata jsonb, "
			"updated_at %s, PRIMARY KEY (job_id, partition_id)); INSERT "
			"INTO checkpoints VALUES ('orders', '0', '100', NULL, %s)",
			columns[i][0], columns[i][1], before[i]);
		store = bench_open(bench, STORE_WRITE);
		seen = bench_examine(store, "orders", "0");
		wanted = bench_draft(store, &seen, "orders", "0", "50",
			"{\"n\":1.50e1,\"bb\":[1,{}],\"a\":\"\\u00e9\\n\"}");
		edit = edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));
		assert_applied(store, &operation, &edit, 1);
		after = bench_examine(store, "orders", "0");
		assert_true(store_image_same(
			store, str_span(&after.image), str_span(&wanted)));
		assert_string_equal(str_text(&after.image), str_text(&wanted));
		assert_string_equal(str_text(&after.updated), columns[i][2]);
		picture_free(&seen);
		picture_free(&after);
		str_free(&wanted);
		store_close(store);
	}
}

/* --- rights --- */

static int
permit_as(struct bench *bench, const char *user, struct err *err)
{
	struct store_config config = bench->config;
	struct store *store;
	int status;

	config.uri = uri(user, "");
	if (store_open(&store, &config, STORE_READ, err) != 0)
		fail_msg("%s", err->text);
	status = store_permit(store, key_of("orders", "0"), SPAN_NONE, err);
	store_close(store);
	return status;
}

/* S27 pg_privileges */
static void
a_right_that_lacks_is_told_before(void **state)
{
	struct bench *bench = *state;
	struct store_config config = bench->config;
	struct store *store;
	struct rows rows = { 0 };
	struct err err = { 0 };

	bench_put(bench, "orders", "0", "100", NULL);
	outside_sql(OURS, "GRANT USAGE ON SCHEMA public TO wall; "
			  "GRANT SELECT ON checkpoints TO wall");
	config.uri = uri("wall", "");
	assert_int_equal(store_open(&store, &config, STORE_READ, &err), 0);
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 1);
	rows_free(&rows);
	store_close(store);
	assert_int_equal(permit_as(bench, "wall", &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "role wall lacks UPDATE"));
	err_clear(&err);
	outside_sql(OURS, "GRANT UPDATE (checkpoint_value, metadata, updated_at) ON "
			  "checkpoints TO wall");
	assert_int_equal(permit_as(bench, "wall", &err), 0);
	outside_sql(OURS, "DELETE FROM checkpoints");
	assert_int_equal(permit_as(bench, "wall", &err), -1);
	assert_non_null(strstr(err.text, "role wall lacks INSERT"));
}

static void
a_hidden_row_is_no_success(void **state)
{
	struct bench *bench = *state;
	struct scene c = scene_open(bench);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c);
	struct err err = { 0 };

	outside_sql(OURS, "GRANT USAGE ON SCHEMA public TO secured; "
			  "GRANT ALL ON checkpoints TO secured; "
			  "ALTER TABLE checkpoints ENABLE ROW LEVEL SECURITY");
	assert_int_equal(permit_as(bench, "secured", &err), -1);
	assert_non_null(strstr(err.text, "row-level security"));
	err_clear(&err);
	outside_sql(OURS,
		"CREATE POLICY looks ON checkpoints FOR SELECT USING (true); "
		"CREATE POLICY changes ON checkpoints FOR UPDATE USING (false)");
	store_close(c.store);
	bench->config.uri = uri("secured", "");
	c.store = bench_open(bench, STORE_WRITE);
	assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
	assert_int_equal(edit.result, CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "does not let it be changed"));
	assert_outside(bench, "orders", "0", "100");
	edit_clear(&edit);
	scene_close(&c);
}

/* --- the audit --- */

static void
an_audit_that_is_tampered_with_stops_the_change(void **state)
{
	static const char *const bodies[] = { "RETURN NULL;",
		"NEW.who := 'nobody'; RETURN NEW;" };
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct err err = { 0 };
	bool made;

	assert_int_equal(store_audit_create(c.store, &made, &err), 0);
	for (size_t i = 0; i < 2; i++) {
		struct edit edit = scene_edit(&c);

		outside_sql(OURS,
			"CREATE OR REPLACE FUNCTION acts() RETURNS trigger LANGUAGE "
			"plpgsql AS $f$BEGIN %s END$f$; DROP TRIGGER IF EXISTS acts ON "
			"ckptop_audit; CREATE TRIGGER acts BEFORE INSERT ON ckptop_audit "
			"FOR EACH ROW EXECUTE FUNCTION acts()",
			bodies[i]);
		assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, "the store audit"));
		assert_outside(c.bench, "orders", "0", "100");
		err_clear(&err);
		edit_clear(&edit);
	}
	scene_close(&c);
}

/* What holds whether the rows are those of a table or of a query, with and without a
 * guard_sql that locks them. */
#define OF_ALL(test)                                                                     \
	cmocka_unit_test_setup_teardown(test, make, unmake),                             \
		cmocka_unit_test_prestate_setup_teardown(                                \
			test, make, unmake, (void *)&fixture_postgresql_statements),     \
		cmocka_unit_test_prestate_setup_teardown(                                \
			test, make, unmake, (void *)&fixture_postgresql_guarded)

/* What has the name of our table and is another's: no change could be recorded. */
static void
a_table_of_another_is_no_audit(void **state)
{
	static const char *const others[][2] = {
		{ "CREATE TABLE ckptop_audit (x int)", "TABLE ckptop_audit" },
		{ "CREATE VIEW ckptop_audit AS SELECT 1 AS seq", "VIEW ckptop_audit" },
		{ "CREATE SEQUENCE ckptop_audit", "SEQUENCE ckptop_audit" },
	};
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c);

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct err permit = { 0 }, err = { 0 };

		outside_sql(OURS, "%s", others[i][0]);
		assert_int_equal(store_permit(c.store, edit.key, edit.seen, &permit), -1);
		assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_string_equal(permit.text, err.text);
		assert_non_null(strstr(err.text, "ckptop_audit in schema public of "));
		assert_non_null(strstr(err.text, "nothing was written"));
		assert_non_null(strstr(err.text, "rename or drop it"));
		assert_outside(c.bench, "orders", "0", "100");
		outside_sql(OURS, "DROP %s", others[i][1]);
	}
	assert_applied(c.store, &operation, &edit, 1);
	assert_outside(c.bench, "orders", "0", "50");
	edit_clear(&edit);
	scene_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF_ALL(what_was_waited_for_is_compared),
		OF_ALL(what_is_taken_back_was_never_there),
		cmocka_unit_test_setup_teardown(
			a_lock_is_not_waited_for_long, make, unmake),
		OF_ALL(nothing_is_said_while_it_is_under_way),
		cmocka_unit_test_setup_teardown(
			triggers_run_as_their_author_expects, make, unmake),
		cmocka_unit_test_setup_teardown(
			what_triggers_make_of_it_is_refused, make, unmake),
		cmocka_unit_test_setup_teardown(a_row_comes_back_whole, make, unmake),
		cmocka_unit_test_setup_teardown(
			values_and_times_keep_their_types, make, unmake),
		cmocka_unit_test_setup_teardown(
			a_right_that_lacks_is_told_before, make, unmake),
		cmocka_unit_test_setup_teardown(a_hidden_row_is_no_success, make, unmake),
		cmocka_unit_test_setup_teardown(
			an_audit_that_is_tampered_with_stops_the_change, make, unmake),
		cmocka_unit_test_setup_teardown(
			a_table_of_another_is_no_audit, make, unmake),
	};

	if (!pg_server_is_there()) {
		printf("SKIPPED: PostgreSQL is not installed\n");
		pg_server_end();
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, pg_server_teardown);
}
