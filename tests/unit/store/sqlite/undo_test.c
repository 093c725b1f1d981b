/* SPDX-License-Identifier: MIT
 *
 * A row that was deleted, and an undo: every byte comes back, and nothing that others
 * wrote meanwhile goes. */
#include "edits.h"

/* Everything there is in the table, as SQLite writes it down itself. */
static char *
dump(struct sqlite_bench *bench, const char *columns)
{
	return strdup(sql(bench,
		"SELECT group_concat(line, char(10)) FROM (SELECT %s "
		"AS line FROM checkpoints ORDER BY 1)",
		columns));
}

static void
deleted_and_brought_back(struct sqlite_bench *bench, const char *columns)
{
	struct store *store = open_bench(bench, STORE_WRITE);
	struct str seen = image_of(store, "orders", "0"), again;
	char *before = dump(bench, columns), *after;

	assert_true(strlen(before) > 10);
	apply_done(store, "orders", "0", str_span(&seen), SPAN_NONE);
	after = dump(bench, columns);
	assert_string_not_equal(before, after);
	free(after);
	apply_done(store, "orders", "0", SPAN_NONE, str_span(&seen));
	after = dump(bench, columns);
	assert_string_equal(before, after);
	again = image_of(store, "orders", "0");
	assert_string_equal(str_text(&seen), str_text(&again));
	free(before);
	free(after);
	str_free(&seen);
	str_free(&again);
	store_close(store);
}

static const char *const odd_columns[] = { "job_id", "partition_id", "checkpoint_value",
	"metadata", "updated_at", "\"a \"\"b\"\" [c] `d`\"", "\"select\"", "nul",
	"invalid", "bytes", "empty", "zero", "tenth", "huge", "infinite", "least",
	"computed" };

/* What shows every byte of them; in hexadecimal, because quote() ends a text at a NUL. */
static struct str
odd_cells(const char *first)
{
	struct str out = { 0 };

	str_add(&out, first);
	for (size_t i = 0; i < sizeof(odd_columns) / sizeof(*odd_columns); i++)
		str_addf(&out, "typeof(%s) || hex(%s) || quote(%s) || '|' || ",
			odd_columns[i], odd_columns[i], odd_columns[i]);
	str_add(&out, "'.'");
	return out;
}

static void
make_odd_table(struct sqlite_bench *bench, const char *options)
{
	sql(bench,
		"CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
		"checkpoint_value TEXT, metadata, updated_at, \"a \"\"b\"\" [c] `d`\" "
		"TEXT DEFAULT 'x', \"select\" VARCHAR(9), nul TEXT, invalid TEXT, bytes, "
		"empty BLOB, zero TEXT, tenth REAL, huge, infinite REAL, least INTEGER, "
		"computed TEXT AS (job_id || checkpoint_value), PRIMARY KEY (job_id, "
		"partition_id))%s",
		options);
	sql(bench,
		"INSERT INTO checkpoints VALUES ('orders', '0', '1', '{\"a\":  1.50}', "
		"NULL, 'caf\xc3\xa9 \"x\" \\ ' || char(27, 10), NULL, "
		"CAST(x'610062' AS TEXT), CAST(x'61ff62' AS TEXT), x'00ff10', x'', '', "
		"0.1, 1e300, 9e999, -9223372036854775808), ('other', '0', '2', NULL, "
		"NULL, '', '', '', '', '', '', '', 0.5, '', 0, 5)");
}

static void
a_deleted_row_comes_back_byte_by_byte(void **state)
{
	struct sqlite_bench *bench = *state;
	struct str cells = odd_cells("rowid || '|' || ");

	make_odd_table(bench, "");
	deleted_and_brought_back(bench, str_text(&cells));
	str_free(&cells);
	sql(bench, "DROP TABLE checkpoints");
	make_odd_table(bench, " WITHOUT ROWID");
	cells = odd_cells("");
	deleted_and_brought_back(bench, str_text(&cells));
	str_free(&cells);
}

static void
strange_keys_come_back(void **state)
{
	static const char *const tables[] = {
		"id INTEGER PRIMARY KEY, job_id TEXT, partition_id TEXT, "
		"checkpoint_value, updated_at",
		"id INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT, partition_id TEXT, "
		"checkpoint_value, updated_at",
		/* No name of the rowid is left. */
		"rowid TEXT, _rowid_ TEXT, oid TEXT, job_id TEXT, partition_id TEXT, "
		"checkpoint_value, updated_at",
	};
	struct sqlite_bench *bench = *state;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		sql(bench, "CREATE TABLE checkpoints (%s)", tables[i]);
		sql(bench, "INSERT INTO checkpoints (job_id, partition_id, "
			   "checkpoint_value, updated_at) VALUES ('a', '0', 1, 't'), "
			   "('orders', '0', 5, 't'), ('z', '0', 1, 't')");
		deleted_and_brought_back(bench,
			i < 2 ? "id || job_id || partition_id || quote(checkpoint_value) "
				"|| updated_at || '...'"
			      : "job_id || partition_id || quote(checkpoint_value) || "
				"updated_at || quote(rowid)");
		sql(bench, "DROP TABLE checkpoints");
	}
}

static void
a_number_of_a_row_that_is_taken_is_left_alone(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct str seen;

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_WRITE);
	seen = image_of(store, "orders", "0");
	apply_done(store, "orders", "0", str_span(&seen), SPAN_NONE);
	sql(bench, "INSERT INTO checkpoints VALUES ('new', '0', '9', NULL, 't')");
	apply_done(store, "orders", "0", SPAN_NONE, str_span(&seen));
	assert_string_equal(
		sql(bench, "SELECT group_concat(job_id || rowid) FROM checkpoints"),
		"new1,orders2");
	str_free(&seen);
	store_close(store);
}

/* Columns that nobody named are no reason for a conflict, and are not set back either. */
static void
what_others_wrote_beside_it_stays(void **state)
{
	struct sqlite_bench *bench = *state;
	struct draft draft = draft_to("orders", "0", "5");
	struct store *store;
	struct str seen, wanted;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value "
		   "TEXT, updated_at, owner)");
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', '0', '1', 't', 'a')");
	store = open_bench(bench, STORE_WRITE);
	seen = image_of(store, "orders", "0");
	wanted = draft_of(store, &seen, &draft);
	sql(bench, "UPDATE checkpoints SET owner = 'b'");
	apply_done(store, "orders", "0", str_span(&seen), str_span(&wanted));
	assert_string_equal(
		sql(bench, "SELECT checkpoint_value || owner FROM checkpoints"), "5b");
	apply_done(store, "orders", "0", str_span(&wanted), str_span(&seen));
	assert_string_equal(
		sql(bench, "SELECT checkpoint_value || owner FROM checkpoints"), "1b");
	/* A column that came since is none, too. */
	sql(bench, "ALTER TABLE checkpoints ADD COLUMN later DEFAULT 7");
	apply_done(store, "orders", "0", str_span(&seen), str_span(&wanted));
	apply_done(store, "orders", "0", str_span(&wanted), SPAN_NONE);
	apply_done(store, "orders", "0", SPAN_NONE, str_span(&seen));
	assert_string_equal(sql(bench, "SELECT checkpoint_value || owner || later FROM "
				       "checkpoints"),
		"1a7");
	str_free(&seen);
	str_free(&wanted);
	store_close(store);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(a_deleted_row_comes_back_byte_by_byte),
		TEST(strange_keys_come_back),
		TEST(a_number_of_a_row_that_is_taken_is_left_alone),
		TEST(what_others_wrote_beside_it_stays),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
