/* SPDX-License-Identifier: MIT
 * What the picture of a SQLite store says while the store is in trouble. */
#include "sqlite_bench.h"

#include "poll/survey.h"

static const struct survey_interest everything = { .rows = BOARD_ROWS_ALL };

static const struct board *
poll_board(struct survey *survey, int expected, struct err *err)
{
	err_clear(err);
	assert_int_equal(survey_poll(survey, true, err), expected);
	return survey_board(survey, &everything);
}

static void
save_is_refused_by_the_lock(struct sqlite_bench *bench, struct store *writer)
{
	struct change change = change_of("orders", "0", "2");
	struct err err = { 0 };

	assert_int_equal(store_save(writer, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "locked by another program for the 0."));
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints"), "1");
}

/* S01 sqlite_locked_by_writer */
static void
a_locked_store_keeps_its_last_rows_and_says_so(void **state)
{
	static const struct rules rules = { 0 };
	struct sqlite_bench *bench = *state;
	struct survey *survey;
	struct store *writer;
	struct err err = { 0 };
	const struct board *board;
	int64_t good_at;

	sqlite_bench_fill(bench);
	bench->config.timeout = 150 * MILLISECOND;
	bench->config.interval = HOUR;
	writer = open_bench(bench, STORE_WRITE);
	survey = survey_new(&bench->config, &rules, NULL);
	board = poll_board(survey, 0, &err);
	assert_true(board->store.reachable);
	good_at = board->store.good_at;
	board_unref(board);

	sql(bench, "BEGIN EXCLUSIVE");
	for (int poll = 0; poll < 2; poll++) {
		board = poll_board(survey, -1, &err);
		assert_false(board->store.reachable);
		assert_int_equal(board->store.good_at, good_at);
		assert_non_null(
			strstr(board->store.error.text, "locked by another program"));
		assert_int_equal(board->row_count, 1);
		assert_true(span_is(board->rows[0].value, "1"));
		assert_int_equal(board->rows[0].state, STATE_UNKN);
		assert_int_equal(board->rows[0].finding, FINDING_UNREACHABLE);
		board_unref(board);
	}
	save_is_refused_by_the_lock(bench, writer);
	sql(bench, "COMMIT");

	board = poll_board(survey, 0, &err);
	assert_true(board->store.reachable);
	assert_true(board->store.good_at >= good_at);
	assert_int_equal(board->rows[0].finding, FINDING_NONE);
	board_unref(board);
	survey_close(survey);
	survey_free(survey);
	store_close(writer);
}

/* S06 sqlite_zero_byte_db */
static void
an_empty_file_is_not_an_empty_store(void **state)
{
	static const struct rules rules = { 0 };
	struct sqlite_bench *bench = *state;
	struct survey *survey;
	struct err err = { 0 };
	const struct board *board;

	sqlite_bench_fill(bench);
	outside_close(bench->path);
	bench->config.interval = HOUR;
	survey = survey_new(&bench->config, &rules, NULL);
	board = poll_board(survey, 0, &err);
	board_unref(board);
	assert_int_equal(truncate(bench->path, 0), 0);
	for (int poll = 0; poll < 2; poll++) {
		board = poll_board(survey, -1, &err);
		assert_int_equal(board->row_count, 1);
		assert_int_equal(board->rows[0].finding, FINDING_UNREACHABLE);
		board_unref(board);
	}
	assert_non_null(strstr(err.text, "empty file"));
	assert_non_null(strstr(err.text, "no table checkpoints"));
	survey_close(survey);
	survey_free(survey);
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED,
		SAYS("empty file", "no table checkpoints", "nothing was read"));
	assert_not_opened(bench, STORE_WRITE, ERR_DAMAGED,
		SAYS("empty file", "no table checkpoints"));
}

/* --- values --- */

static struct lag
lag_of(const struct board *board, const char *partition)
{
	for (size_t i = 0; i < board->row_count; i++)
		if (span_is(board->rows[i].key.partition, partition))
			return board->rows[i].lag;
	fail_msg("no partition %s", partition);
	return (struct lag){ 0 };
}

static void
set_value(struct sqlite_bench *bench, const char *value)
{
	sql(bench,
		"UPDATE checkpoints SET checkpoint_value = '%s', updated_at = "
		"datetime(updated_at, '+1 second') WHERE partition_id = '9'",
		value);
}

/* D08 lexicographic trap */
static void
digits_are_compared_as_numbers(void **state)
{
	static const struct rules rules = { 0 };
	static const struct {
		const char *value;
		enum finding finding;
	} steps[] = { { "9", FINDING_NONE }, { "10", FINDING_NONE },
		{ "100", FINDING_NONE }, { "99", FINDING_REWOUND },
		{ "0100", FINDING_RECOVERED }, { "1000", FINDING_RECOVERED },
		{ "999", FINDING_REWOUND } };
	struct sqlite_bench *bench = *state;
	struct survey *survey;
	struct err err = { 0 };
	const struct board *board;

	sql(bench, SEED_TABLE);
	sql(bench, "INSERT INTO checkpoints SELECT 'orders', value, value, NULL, "
		   "datetime('now', '-9 seconds') FROM json_each('[\"9\", \"10\"]')");
	bench->config.head = "sql:SELECT iif(:partition = '9', '10000', '10')";
	bench->config.value_is_last = true;
	bench->config.interval = HOUR;
	survey = survey_new(&bench->config, &rules, NULL);
	board = poll_board(survey, 0, &err);
	assert_int_equal(lag_of(board, "9").kind, LAG_POSITIONS);
	assert_int_equal(lag_of(board, "9").amount, 9991);
	assert_int_equal(lag_of(board, "10").kind, LAG_POSITIONS);
	assert_int_equal(lag_of(board, "10").amount, 0);
	board_unref(board);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		const struct board_row *row = NULL;

		set_value(bench, steps[i].value);
		board = poll_board(survey, 0, &err);
		for (size_t j = 0; j < board->row_count; j++)
			if (span_is(board->rows[j].key.partition, "9"))
				row = &board->rows[j];
		if (row == NULL || row->finding != steps[i].finding)
			fail_msg("%s is %s", steps[i].value,
				row != NULL ? finding_word(row->finding) : "not there");
		board_unref(board);
	}
	survey_close(survey);
	survey_free(survey);
}

/* --- how far a first read is --- */

struct told {
	size_t boards;
	uint64_t rows;
};

/* So long that the next look at the clock finds that it is time. */
static void
take_progress(void *arg, const struct board *board)
{
	struct told *told = arg;

	assert_false(board->store.opened);
	assert_int_equal(board->row_count + board->job_count, 0);
	assert_true(board->store.rows_read > told->rows);
	told->rows = board->store.rows_read;
	told->boards++;
	clock_advance(SECOND);
	board_unref(board);
}

static void
a_first_read_tells_how_far_it_is(void **state)
{
	static const struct rules rules = { 0 };
	struct sqlite_bench *bench = *state;
	struct told told = { 0 };
	struct survey *survey;
	struct err err = { 0 };

	sql(bench, SEED_TABLE);
	sql(bench, "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
		   "LIMIT 20000) INSERT INTO checkpoints SELECT 'orders', n, n, NULL, "
		   "'2026-11-22T03:00:00Z' FROM c");
	survey = survey_new(&bench->config, &rules, NULL);
	survey_tell_progress(survey, take_progress, &told);
	board_unref(poll_board(survey, 0, &err));
	assert_int_equal(told.boards, 20000 / 4096);
	assert_int_equal(told.rows, 20000 / 4096 * 4096);
	/* And not any more when all was read. */
	sql(bench, "UPDATE checkpoints SET checkpoint_value = '7'");
	board_unref(poll_board(survey, 0, &err));
	assert_int_equal(told.boards, 20000 / 4096);
	survey_close(survey);
	survey_free(survey);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(a_locked_store_keeps_its_last_rows_and_says_so),
		TEST(an_empty_file_is_not_an_empty_store),
		TEST(digits_are_compared_as_numbers),
		TEST(a_first_read_tells_how_far_it_is),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
