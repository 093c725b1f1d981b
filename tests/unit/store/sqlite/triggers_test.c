/* SPDX-License-Identifier: MIT
 *
 * Triggers that reach rows which nobody asked to change. */
#include "edits.h"

static const char rows[] =
	"SELECT group_concat(line, ' ') FROM (SELECT job_id || '/' || partition_id || "
	"'=' || quote(checkpoint_value) AS line FROM checkpoints ORDER BY 1)";

#define BEFORE "clicks/0=7 orders/0='1' orders/1=0.5"

static const char *const shapes[] = { "", " WITHOUT ROWID" };

/* A table of three checkpoints, and a history of it. */
static void
make_table(struct sqlite_bench *bench, const char *shape)
{
	sql(bench,
		"CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
		"checkpoint_value, metadata TEXT, updated_at TEXT, "
		"PRIMARY KEY (job_id, partition_id))%s",
		shape);
	sql(bench, "CREATE TABLE history (job, value)");
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', '0', '1', NULL, NULL), "
		   "('orders', '1', 0.5, NULL, NULL), ('clicks', '0', 7, '{}', 'x')");
}

static void
drop_table(struct sqlite_bench *bench)
{
	sql(bench, "DROP TABLE checkpoints");
	sql(bench, "DROP TABLE history");
}

/* What is asked of orders/0: a reset, a delete, and taking a delete back. */
enum wish { RESET, DELETE, BRING_BACK, WISHES };

static const char *const events[] = { "UPDATE", "DELETE", "INSERT" };

static enum change_result
try(struct sqlite_bench *bench, enum wish wish, const char *body, struct err *err)
{
	struct store *store = open_bench(bench, STORE_WRITE);
	struct draft draft = draft_to("orders", "0", "5");
	struct str image = image_of(store, "orders", "0");
	struct str wanted = draft_of(store, &image, &draft);
	enum change_result result;

	if (wish == BRING_BACK)
		apply_done(store, "orders", "0", str_span(&image), SPAN_NONE);
	sql(bench, "CREATE TRIGGER reaches AFTER %s ON checkpoints BEGIN %s; END",
		events[wish], body);
	result = apply_one(store, "orders", "0",
		wish == BRING_BACK ? SPAN_NONE : str_span(&image),
		wish == DELETE	     ? SPAN_NONE
		: wish == BRING_BACK ? str_span(&image)
				     : str_span(&wanted),
		err);
	str_free(&image);
	str_free(&wanted);
	store_close(store);
	return result;
}

static void
assert_noticed(
	struct sqlite_bench *bench, const char *shape, enum wish wish, const char *body)
{
	struct err err = { 0 };

	make_table(bench, shape);
	if (try(bench, wish, body, &err) != CHANGE_FAILED)
		fail_msg("%s, after %s%s: it was done", body, events[wish], shape);
	if (err.kind != ERR_REFUSED)
		fail_msg("%s, after %s: %s", body, events[wish], err.text);
	assert_non_null(strstr(err.text, "reaches"));
	assert_non_null(strstr(err.text, "other rows of table checkpoints"));
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_string_equal(sql(bench, "%s", rows),
		wish == BRING_BACK ? "clicks/0=7 orders/1=0.5" : BEFORE);
	assert_string_equal(sql(bench, "SELECT count(*) FROM history"), "0");
	drop_table(bench);
}

static void
other_rows_that_change_are_noticed(void **state)
{
	static const char *const bodies[] = {
		"DELETE FROM checkpoints WHERE job_id = 'clicks'",
		"UPDATE checkpoints SET checkpoint_value = '7' WHERE job_id = 'clicks'",
		"UPDATE checkpoints SET checkpoint_value = x'37' WHERE job_id = 'clicks'",
		"UPDATE checkpoints SET checkpoint_value = 0.5000000000000001 WHERE "
		"partition_id = '1'",
		"UPDATE checkpoints SET metadata = NULL WHERE job_id = 'clicks'",
		"UPDATE checkpoints SET updated_at = 'y' WHERE partition_id <> '0'",
		"UPDATE checkpoints SET job_id = 'visits' WHERE job_id = 'clicks'",
		"INSERT INTO checkpoints VALUES ('visits', '0', '1', NULL, NULL)",
		"UPDATE checkpoints SET checkpoint_value = CASE partition_id WHEN '0' "
		"THEN 0.5 ELSE 7 END, metadata = NULL, updated_at = NULL WHERE job_id = "
		"'clicks' OR partition_id = '1'",
	};

	for (size_t shape = 0; shape < 2; shape++) {
		for (int wish = 0; wish < WISHES; wish++)
			for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
				assert_noticed(*state, shapes[shape], (enum wish)wish,
					bodies[i]);
		/* Our own statements let nothing be replaced but this one. */
		assert_noticed(*state, shapes[shape], DELETE,
			"INSERT OR REPLACE INTO checkpoints VALUES ('clicks', '0', 8, "
			"'{}', 'x')");
	}
}

static void
a_history_is_nobodys_row(void **state)
{
	static const char *const bodies[] = {
		"INSERT INTO history VALUES ('orders', 1)",
		/* And what leaves the rows as they are. */
		"INSERT INTO history VALUES ('orders', 1); UPDATE checkpoints SET "
		"checkpoint_value = checkpoint_value WHERE job_id = 'clicks'",
		"INSERT INTO history VALUES ('orders', 1); DELETE FROM checkpoints WHERE "
		"job_id = 'none'",
	};
	static const char *const after[] = { "clicks/0=7 orders/0='5' orders/1=0.5",
		"clicks/0=7 orders/1=0.5", BEFORE };
	struct sqlite_bench *bench = *state;

	for (int wish = 0; wish < WISHES; wish++)
		for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
			struct err err = { 0 };

			make_table(bench, "");
			if (try(bench, (enum wish)wish, bodies[i], &err) != CHANGE_DONE)
				fail_msg("%s", err.text);
			assert_string_equal(sql(bench, "%s", rows), after[wish]);
			assert_string_equal(
				sql(bench, "SELECT count(*) FROM history"), "1");
			drop_table(bench);
		}
}

/* Set off by the trigger of another table, or by the store audit. */
static void
the_long_way_round_is_noticed(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct err err = { 0 };
	bool made;

	make_table(bench, "");
	sql(bench, "CREATE TRIGGER later AFTER INSERT ON history BEGIN DELETE FROM "
		   "checkpoints WHERE job_id = 'clicks'; END");
	assert_int_equal(try(bench, RESET, "INSERT INTO history VALUES (1, 2)", &err),
		CHANGE_FAILED);
	assert_non_null(strstr(err.text, "(later)"));
	assert_string_equal(sql(bench, "%s", rows), BEFORE);
	drop_table(bench);
	make_table(bench, "");
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(store_audit_create(store, &made, NULL), 0);
	sql(bench, "CREATE TRIGGER audited AFTER INSERT ON ckptop_audit BEGIN UPDATE "
		   "checkpoints SET checkpoint_value = 8 WHERE job_id = 'clicks'; END");
	assert_int_equal(reset(store, "orders", "0", "5", &err), CHANGE_FAILED);
	assert_non_null(strstr(err.text, "(audited)"));
	assert_string_equal(sql(bench, "%s", rows), BEFORE);
	assert_string_equal(sql(bench, "SELECT count(*) FROM ckptop_audit"), "0");
	store_close(store);
}

static void
triggers_are_named_before(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	make_table(bench, "");
	store = open_bench(bench, STORE_READ);
	assert_null(store_facts(store)->triggers);
	store_close(store);
	sql(bench, "CREATE TRIGGER two AFTER UPDATE ON checkpoints BEGIN SELECT 1; END");
	sql(bench, "CREATE TRIGGER one AFTER DELETE ON CHECKPOINTS BEGIN SELECT 1; END");
	sql(bench, "CREATE TRIGGER none AFTER INSERT ON history BEGIN SELECT 1; END");
	store = open_bench(bench, STORE_READ);
	assert_string_equal(store_facts(store)->triggers, "one, two");
	assert_true(has_fact(store, "triggers", "one, two"));
	store_close(store);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(other_rows_that_change_are_noticed),
		TEST(a_history_is_nobodys_row),
		TEST(the_long_way_round_is_noticed),
		TEST(triggers_are_named_before),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
