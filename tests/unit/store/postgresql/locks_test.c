/* SPDX-License-Identifier: MIT
 *
 * What somebody else keeps locked on a PostgreSQL server: it is said what that is, and
 * who has it, whether it is a row, a table, or the audit, and whether it is a session or
 * a transaction that was prepared. */
#include "operate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "outside.h"
#include "pg_server.h"

static struct {
	char ours[120], others[160];
} uris;

static int
make(void **state)
{
	struct bench *bench = mem_new(1, sizeof(*bench));

	bench->fixture = &fixture_postgresql_jsonb;
	bench->fixture->make(&bench->site);
	snprintf(uris.ours, sizeof(uris.ours), "postgresql://postgres@127.0.0.1:%d/tests",
		pg_server_port());
	snprintf(
		uris.others, sizeof(uris.others), "%s?application_name=other", uris.ours);
	bench->zone = zone_fixed(0);
	/* A reader waits for nearly all of it. */
	bench->config = (struct store_config){ .name = "etl",
		.uri = bench->site.uri,
		.zone = bench->zone,
		.timeout = 2 * SECOND };
	*state = bench;
	return 0;
}

static int
unmake(void **state)
{
	struct bench *bench = *state;

	outside_close(uris.others);
	zone_free(bench->zone);
	free(bench);
	return 0;
}

static void
assert_told(
	const struct err *err, const char *what, const char *holder, const char *undone)
{
	char expected[400];

	snprintf(expected, sizeof(expected), ": %s is locked by somebody else (%s", what,
		holder);
	assert_int_equal(err->kind, ERR_UNREACHABLE);
	if (strstr(err->text, expected) == NULL || strstr(err->text, undone) == NULL ||
		strstr(err->text, "; try again when that has ended") == NULL)
		fail_msg("'%s%s' is not in '%s'", expected, undone, err->text);
}

/* What the other program does before we come, and how that ends. holder: who has the lock
 * then; NULL: its session. */
static const struct locked {
	const char *statements[3];
	const char *what, *holder, *ends;
} locked_to_write[] = {
	{ { "BEGIN", "LOCK TABLE ckptop_audit IN SHARE MODE" },
		"the store audit public.ckptop_audit", NULL, "ROLLBACK" },
	{ { "BEGIN", "LOCK TABLE checkpoints IN EXCLUSIVE MODE" },
		"table public.checkpoints", NULL, "ROLLBACK" },
	{ { "BEGIN", "UPDATE checkpoints SET checkpoint_value = '150'" }, "orders/0",
		NULL, "ROLLBACK" },
	{ { "BEGIN", "UPDATE checkpoints SET checkpoint_value = '150'",
		  "PREPARE TRANSACTION 'it''s'" },
		"orders/0", "prepared transaction 'it''s', role postgres, since ",
		"ROLLBACK PREPARED 'it''s'" },
	{ { "BEGIN", "LOCK TABLE ckptop_audit IN SHARE MODE",
		  "PREPARE TRANSACTION 'audit'" },
		"the store audit public.ckptop_audit",
		"prepared transaction 'audit', role postgres, since ",
		"ROLLBACK PREPARED 'audit'" },
};

static const struct locked locked_to_read[] = {
	{ { "BEGIN", "LOCK TABLE checkpoints" }, "table public.checkpoints", NULL,
		"ROLLBACK" },
	{ { "BEGIN", "LOCK TABLE checkpoints", "PREPARE TRANSACTION 'all'" },
		"table public.checkpoints",
		"prepared transaction 'all', role postgres, since ",
		"ROLLBACK PREPARED 'all'" },
};

/* Returns who has the lock, in words. */
static const char *
lock(const struct locked *locked)
{
	static char session[80];

	snprintf(session, sizeof(session), "process %s, role postgres, other",
		outside_sql(uris.others, "SELECT pg_backend_pid()"));
	for (size_t i = 0; i < 3 && locked->statements[i] != NULL; i++)
		outside_sql(uris.others, "%s", locked->statements[i]);
	return locked->holder != NULL ? locked->holder : session;
}

static void
whoever_writes_is_told_who_is_in_his_way(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct err err = { 0 };
	struct edit edit;
	bool made;

	assert_int_equal(store_audit_create(c.store, &made, &err), 0);
	for (size_t i = 0; i < sizeof(locked_to_write) / sizeof(*locked_to_write); i++) {
		const struct locked *locked = &locked_to_write[i];
		const char *holder = lock(locked);

		edit = scene_edit(&c);
		err_clear(&err);
		assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
		assert_int_equal(edit.result, CHANGE_FAILED);
		assert_told(&err, locked->what, holder, "; nothing was written;");
		outside_sql(uris.others, "%s", locked->ends);
		edit_clear(&edit);
	}
	edit = scene_edit(&c);
	assert_applied(c.store, &operation, &edit, 1);
	edit_clear(&edit);
	scene_close(&c);
}

static void
ignore_row(void *arg, const struct ckpt *row)
{
	(void)arg;
	(void)row;
}

static void
whoever_reads_is_told_who_is_in_his_way(void **state)
{
	struct scene c = scene_open(*state);
	const struct key key = { SPAN("orders"), SPAN("0") };
	struct store *fresh;
	struct err err = { 0 };
	bool steady;

	for (size_t i = 0; i < sizeof(locked_to_read) / sizeof(*locked_to_read); i++) {
		const struct locked *locked = &locked_to_read[i];
		const char *holder = lock(locked);

		assert_int_equal(
			store_scan(c.store, ignore_row, NULL, &steady, &err), -1);
		assert_told(&err, locked->what, holder, "; nothing was read;");
		err_clear(&err);
		/* One that is opened while it is locked. */
		fresh = bench_open(c.bench, STORE_READ);
		assert_int_equal(store_scan(fresh, ignore_row, NULL, &steady, &err), -1);
		assert_told(&err, locked->what, holder, "; nothing was read;");
		err_clear(&err);
		store_close(fresh);
		assert_int_equal(store_load(c.store, key, ignore_row, NULL, &err), -1);
		assert_told(&err, locked->what, holder, "; nothing was read;");
		err_clear(&err);
		assert_int_equal(store_examine(c.store, key, NULL, NULL, &err), -1);
		assert_told(&err, locked->what, holder, "; nothing was read;");
		err_clear(&err);
		outside_sql(uris.others, "%s", locked->ends);
	}
	assert_int_equal(store_load(c.store, key, ignore_row, NULL, &err), 0);
	scene_close(&c);
}

/* What it does is told to those who may see it. */
static void
assert_load_told(struct bench *bench, const char *user, const char *session)
{
	const struct key key = { SPAN("orders"), SPAN("0") };
	struct store_config config = bench->config;
	struct store *store;
	struct err err = { 0 };
	char uri[160];

	snprintf(uri, sizeof(uri), "postgresql://%s@127.0.0.1:%d/tests", user,
		pg_server_port());
	config.uri = uri;
	assert_int_equal(store_open(&store, &config, STORE_READ, &err), 0);
	assert_int_equal(store_load(store, key, ignore_row, NULL, &err), -1);
	if (strstr(err.text, session) == NULL)
		fail_msg("'%s' is not in '%s'", session, err.text);
	store_close(store);
}

static void
a_session_is_told_of_as_far_as_it_may_be_seen(void **state)
{
	struct scene c = scene_open(*state);

	outside_sql(uris.ours, "CREATE ROLE wall LOGIN");
	outside_sql(uris.ours, "GRANT USAGE ON SCHEMA public TO wall; "
			       "GRANT SELECT ON checkpoints TO wall");
	outside_sql(uris.others, "BEGIN");
	outside_sql(uris.others, "LOCK TABLE checkpoints");
	assert_load_told(c.bench, "postgres", " UTC, idle after LOCK); ");
	assert_load_told(c.bench, "wall", ", role postgres, other); ");
	outside_sql(uris.others, "ROLLBACK");
	outside_sql(uris.ours, "DROP OWNED BY wall; DROP ROLE wall");
	scene_close(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			whoever_writes_is_told_who_is_in_his_way, make, unmake),
		cmocka_unit_test_setup_teardown(
			whoever_reads_is_told_who_is_in_his_way, make, unmake),
		cmocka_unit_test_setup_teardown(
			a_session_is_told_of_as_far_as_it_may_be_seen, make, unmake),
	};

	if (!pg_server_is_there()) {
		printf("SKIPPED: PostgreSQL is not installed\n");
		pg_server_end();
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, pg_server_teardown);
}
