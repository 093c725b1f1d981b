/* SPDX-License-Identifier: MIT
 * What a table makes of the values that a pipeline saves: another spelling is the same
 * value, and the fence is of what is stored; another value is taken back. */
#include "lib/handle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../base/scratch.h"
#include "outside.h"
#include "pg_server.h"

static struct {
	char postgresql[120], sqlite[PATH_MAX + 16];
	const char *database; /* which of them is used now */
	struct scratch *scratch;
} site;

static void
use_postgresql(void)
{
	snprintf(site.postgresql, sizeof(site.postgresql),
		"postgresql://postgres@127.0.0.1:%d/postgres", pg_server_port());
	site.database = site.postgresql;
}

static void
use_sqlite(void)
{
	snprintf(site.sqlite, sizeof(site.sqlite), "%s/t.db", site.scratch->path);
	site.database = site.sqlite;
}

/* An empty table whose values are of this type. */
static void
make_table(const char *type)
{
	outside_sql(site.database, "DROP TABLE IF EXISTS checkpoints");
	outside_sql(site.database,
		"CREATE TABLE checkpoints (job_id varchar(255), partition_id "
		"varchar(255), checkpoint_value %s, metadata %s, updated_at %s, "
		"PRIMARY KEY (job_id, partition_id))",
		type, site.database == site.sqlite ? "text" : "jsonb",
		site.database == site.sqlite ? "text" : "timestamptz");
}

static struct ckpt_handle *
open_handle(void)
{
	struct ckpt_handle *handle;
	char uri[PATH_MAX + 40];

	snprintf(uri, sizeof(uri), "%s%s", site.database == site.sqlite ? "sqlite:" : "",
		site.database);
	if (ckpt_open(&handle, uri) != CKPT_OK)
		fail_msg("%s", ckpt_error(handle));
	return handle;
}

static const char *
held(const char *partition)
{
	return outside_sql(site.database,
		"SELECT CAST(checkpoint_value AS text) FROM checkpoints WHERE job_id = "
		"'orders' AND partition_id = '%s'",
		partition);
}

static void
expect_saved(struct ckpt_handle *handle, const char *value)
{
	if (ckpt_save(handle, "orders", "0", value, NULL) != CKPT_OK)
		fail_msg("%s: %s", value, ckpt_error(handle));
}

static void
expect_taken_back(struct ckpt_handle *handle, const char *value, const char *made)
{
	char text[200];

	if (ckpt_save_unfenced(handle, "orders", "0", value, NULL) != CKPT_REFUSED)
		fail_msg("%s was saved where %s is made of it: %s", value, made,
			ckpt_error(handle));
	snprintf(text, sizeof(text), "makes %s of the value %s", made, value);
	if (strstr(ckpt_error(handle), text) == NULL ||
		strstr(ckpt_error(handle), "nothing was written") == NULL)
		fail_msg("not \"%s\": %s", text, ckpt_error(handle));
}

/* --- the same value --- */

struct spelling {
	const char *type, *value, *held;
};

/* By one handle: what it has saved itself is no change by someone else. */
static void
expect_spelt(const struct spelling *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct spelling *is = &cases[i];
		struct ckpt_handle *handle;

		make_table(is->type);
		handle = open_handle();
		assert_int_equal(
			ckpt_load(handle, "orders", "0", NULL, NULL), CKPT_NOT_FOUND);
		for (int save = 0; save < 3; save++) {
			const char *loaded = NULL;

			expect_saved(handle, is->value);
			assert_true(span_is(handle_stored(handle), is->held));
			if (save == 1)
				continue;
			assert_int_equal(
				ckpt_load(handle, "orders", "0", &loaded, NULL), CKPT_OK);
			assert_string_equal(loaded, is->held);
		}
		outside_sql(site.database, "DELETE FROM checkpoints");
		assert_int_equal(
			ckpt_save(handle, "orders", "0", is->value, NULL), CKPT_FENCED);
		ckpt_close(handle);
	}
}

static void
another_spelling_is_the_same_value(void **state)
{
	static const struct spelling cases[] = {
		{ "text", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z" },
		{ "timestamptz", "2026-01-01T00:00:00Z", "2026-01-01 00:00:00+00" },
		{ "timestamptz", "2026-01-01T02:00:00.5+02:00",
			"2026-01-01 00:00:00.5+00" },
		{ "timestamptz", "Jan 1 2026 0:00 UTC", "2026-01-01 00:00:00+00" },
		{ "timestamp", "2026-01-01T00:00:00", "2026-01-01 00:00:00" },
		{ "jsonb", "{\"b\":1,\"a\":[1,2]}", "{\"a\": [1, 2], \"b\": 1}" },
		{ "json", "{\"b\":1}", "{\"b\":1}" },
		{ "uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
			"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" },
		{ "numeric(10,2)", "7.5", "7.50" },
		{ "numeric(10,2)", "1e3", "1000.00" },
		{ "char(10)", "a ", "a" },
		{ "varchar(10)", "a ", "a " },
		{ "double precision", "0.10000000000000001", "0.1" },
		{ "real", "16777216", "1.6777216e+07" },
		{ "boolean", "yes", "t" },
		{ "bigint", "9223372036854775807", "9223372036854775807" },
		{ "inet", "10.0.0.1/32", "10.0.0.1" },
		{ "date", "20260101", "2026-01-01" },
	};

	(void)state;
	use_postgresql();
	expect_spelt(cases, sizeof(cases) / sizeof(*cases));
}

/* The time of the session is that of the pipeline's statement, ours is UTC. */
static void
the_settings_of_a_session_are_no_other_value(void **state)
{
	static const struct spelling cases[] = {
		{ "timestamptz", "2026-01-01 01:00:00", "2026-01-01 00:00:00+00" },
		{ "timestamptz", "01/02/2026 01:00", "2026-02-01 00:00:00+00" },
		{ "double precision", "0.30000000000000004", "0.30000000000000004" },
	};

	(void)state;
	use_postgresql();
	outside_sql(site.database, "ALTER DATABASE postgres SET timezone TO "
				   "'Europe/Berlin'");
	outside_sql(site.database, "ALTER DATABASE postgres SET datestyle TO "
				   "'German, DMY'");
	outside_sql(site.database, "ALTER DATABASE postgres SET extra_float_digits TO "
				   "-5");
	expect_spelt(cases, sizeof(cases) / sizeof(*cases));
	outside_sql(site.database, "ALTER DATABASE postgres RESET ALL");
}

static void
sqlite_spells_numbers_otherwise(void **state)
{
	static const struct spelling cases[] = {
		{ "TEXT", "007", "007" },
		{ "INTEGER", "1e3", "1000" },
		{ "INTEGER", "007", "7" },
		{ "REAL", "16777217", "16777217.0" },
		{ "NUMERIC", "7.50", "7.5" },
	};

	site.scratch = *state;
	use_sqlite();
	expect_spelt(cases, sizeof(cases) / sizeof(*cases));
}

/* --- another value --- */

#define FUNCTION(body)                                                                   \
	"CREATE OR REPLACE FUNCTION acts() RETURNS trigger LANGUAGE plpgsql AS "         \
	"$$BEGIN " body " END$$; "
#define AFTER_IT                                                                         \
	"UPDATE checkpoints SET checkpoint_value = '77' WHERE "                          \
	"checkpoint_value <> '77'; RETURN NULL;"

static const struct remake {
	const char *type, *sql; /* what is done to the table */
	bool is_there;		/* the row */
	const char *value, *made;
} remakes[] = {
	{ "text",
		FUNCTION("NEW.checkpoint_value := '77'; RETURN NEW;") "CREATE TRIGGER t "
								      "BEFORE UPDATE ON "
								      "checkpoints FOR "
								      "EACH ROW EXECUTE "
								      "FUNCTION acts()",
		true, "5", "77" },
	{ "text",
		FUNCTION("NEW.checkpoint_value := NULL; RETURN NEW;") "CREATE TRIGGER t "
								      "BEFORE INSERT ON "
								      "checkpoints FOR "
								      "EACH ROW EXECUTE "
								      "FUNCTION acts()",
		false, "5", "NULL" },
	{ "text",
		FUNCTION(AFTER_IT) "CREATE TRIGGER t AFTER UPDATE ON checkpoints FOR "
				   "EACH ROW EXECUTE FUNCTION acts()",
		true, "5", "77" },
	{ "text",
		FUNCTION(AFTER_IT) "CREATE CONSTRAINT TRIGGER t AFTER UPDATE ON "
				   "checkpoints DEFERRABLE "
				   "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
				   "acts()",
		true, "5", "77" },
	{ "numeric(10,2)", "SELECT 1", true, "5.678", "5.68" },
	{ "numeric(10,2)", "SELECT 1", false, "7.555", "7.56" },
	{ "timestamptz(0)", "SELECT 1", false, "2026-01-01 00:00:00.7+00",
		"2026-01-01 00:00:00+00" },
	{ "real", "SELECT 1", true, "16777217", "1.6777216e+07" },
	{ "double precision", "SELECT 1", false, "9007199254740993",
		"9.007199254740992e+15" },
};

static void
what_becomes_another_value_is_taken_back(void **state)
{
	(void)state;
	use_postgresql();
	for (size_t i = 0; i < sizeof(remakes) / sizeof(*remakes); i++) {
		const struct remake *is = &remakes[i];
		struct ckpt_handle *handle;

		make_table(is->type);
		if (is->is_there)
			outside_sql(site.database, "INSERT INTO checkpoints VALUES "
						   "('orders', '0', '1')");
		outside_sql(site.database, "%s", is->sql);
		handle = open_handle();
		expect_taken_back(handle, is->value, is->made);
		assert_int_equal(span_is(handle_stored(handle), ""), true);
		assert_int_equal(strtol(held("0"), NULL, 10), is->is_there ? 1 : 0);
		ckpt_close(handle);
	}
}

/* Made after the handle was opened. */
static void
a_trigger_that_came_later_is_seen(void **state)
{
	struct ckpt_handle *handle;

	(void)state;
	use_postgresql();
	make_table("text");
	handle = open_handle();
	expect_saved(handle, "1");
	outside_sql(site.database, "%s",
		FUNCTION(AFTER_IT) "CREATE TRIGGER t AFTER UPDATE ON checkpoints FOR "
				   "EACH ROW EXECUTE FUNCTION acts()");
	expect_taken_back(handle, "5", "77");
	assert_string_equal(held("0"), "1");
	outside_sql(site.database, "DROP TRIGGER t ON checkpoints");
	expect_saved(handle, "2");
	ckpt_close(handle);
}

/* What a trigger does to other columns is its author's business. */
static void
a_trigger_that_keeps_the_value_does_not_matter(void **state)
{
	struct ckpt_handle *handle;

	(void)state;
	use_postgresql();
	make_table("text");
	outside_sql(site.database, "%s",
		FUNCTION(
			"NEW.updated_at := '2001-01-01Z'; RETURN NEW;") "CREATE TRIGGER "
									"t BEFORE INSERT "
									"OR UPDATE ON "
									"checkpoints FOR "
									"EACH ROW "
									"EXECUTE "
									"FUNCTION "
									"acts()");
	handle = open_handle();
	for (int save = 0; save < 3; save++)
		expect_saved(handle, save == 1 ? "6" : "5");
	assert_string_equal(held("0"), "5");
	ckpt_close(handle);
}

static void
what_becomes_another_value_in_sqlite_is_taken_back(void **state)
{
	static const struct remake cases[] = {
		{ "TEXT",
			"CREATE TRIGGER t AFTER UPDATE ON checkpoints BEGIN UPDATE "
			"checkpoints SET checkpoint_value = '77'; END",
			true, "5", "77" },
		{ "TEXT",
			"CREATE TRIGGER t AFTER INSERT ON checkpoints BEGIN UPDATE "
			"checkpoints SET checkpoint_value = NULL; END",
			false, "5", "NULL" },
		{ "REAL", "SELECT 1", true, "9007199254740993", "9007199254740992.0" },
	};

	site.scratch = *state;
	use_sqlite();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct remake *is = &cases[i];
		struct ckpt_handle *handle;

		make_table(is->type);
		if (is->is_there)
			outside_sql(site.database, "INSERT INTO checkpoints (job_id, "
						   "partition_id, checkpoint_value) "
						   "VALUES ('orders', '0', '1')");
		outside_sql(site.database, "%s", is->sql);
		handle = open_handle();
		expect_taken_back(handle, is->value, is->made);
		assert_int_equal(strtol(held("0"), NULL, 10), is->is_there ? 1 : 0);
		ckpt_close(handle);
	}
}

#define ON_SQLITE(function)                                                              \
	cmocka_unit_test_setup_teardown(function, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest sqlite[] = {
		ON_SQLITE(sqlite_spells_numbers_otherwise),
		ON_SQLITE(what_becomes_another_value_in_sqlite_is_taken_back),
	};
	const struct CMUnitTest postgresql[] = {
		cmocka_unit_test(another_spelling_is_the_same_value),
		cmocka_unit_test(the_settings_of_a_session_are_no_other_value),
		cmocka_unit_test(what_becomes_another_value_is_taken_back),
		cmocka_unit_test(a_trigger_that_came_later_is_seen),
		cmocka_unit_test(a_trigger_that_keeps_the_value_does_not_matter),
	};
	int failed = cmocka_run_group_tests_name("SQLite", sqlite, NULL, NULL);
	const char *ci = getenv("CI");

	if (pg_server_is_there())
		return failed + cmocka_run_group_tests_name("PostgreSQL", postgresql,
					NULL, pg_server_teardown);
	printf("SKIPPED: PostgreSQL: it is not installed\n");
	pg_server_teardown(NULL);
	return failed + (ci != NULL && strcmp(ci, "true") == 0);
}
