/* SPDX-License-Identifier: MIT */
#include "model/listing.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW	       (INT64_C(1795316861) * SECOND)
#define SINCE(minutes) .since = { NOW - (minutes)*MINUTE, false }

static const struct board_row no_row = { 0 };

#define JOB(board_of, job_name, job_state, minutes)                                      \
	{                                                                                \
		.board = (board_of), .job = { job_name, sizeof(job_name) - 1 },          \
		.state = (job_state), SINCE(minutes), .updated = TIME_NONE,              \
		.watermark = TIME_NONE, .worst = &no_row,                                \
		.why = { "",                                                             \
			"",                                                              \
			"",                                                              \
			"",                                                              \
			NULL }                                                           \
	}

static struct board first, second;

static struct board_job first_jobs[] = {
	JOB(&first, "a10", STATE_OK, 9000),
	JOB(&first, "a9", STATE_OK, 1),
	JOB(&first, "b", STATE_WARN, 5),
	JOB(&first, "c", STATE_CRIT, 5),
	JOB(&first, "d", STATE_CRIT, 50),
	JOB(&first, "e", STATE_CRIT, 50),
	JOB(&first, "rewound", STATE_CRIT, 2),
	JOB(&first, "sleeper", STATE_OK, 20000),
};

static struct board_job second_jobs[] = {
	JOB(&second, "b", STATE_WARN, 5),
	JOB(&second, "f", STATE_RPLY, 8),
	JOB(&second, "g", STATE_UNKN, 70),
	JOB(&second, "h", STATE_WARN, 0),
};

static const struct board *const boards[] = { &first, &second };

static int
set_up(void **state)
{
	(void)state;
	first = (struct board){ .store = { .name = "first",
					.opened = true,
					.reachable = true,
					.good_at = NOW - SECOND },
		.jobs = first_jobs,
		.job_count = 8,
		.checkpoint_count = 40 };
	second = (struct board){ .store = { .name = "second",
					 .opened = true,
					 .reachable = true,
					 .good_at = NOW - MINUTE },
		.jobs = second_jobs,
		.job_count = 4,
		.checkpoint_count = 10 };
	first_jobs[6].rank = 1;
	first_jobs[7].finding = FINDING_DORMANT;
	second_jobs[3].since.at = TIME_NONE;
	return 0;
}

/* The names of the rows, for comparison. */
static const char *
names(const struct listing *listing)
{
	static struct str text;

	str_clear(&text);
	for (size_t i = 0; i < listing->count; i++) {
		const struct board_job *job = listing->rows[i];

		str_addf(&text, "%s%.*s%s", i > 0 ? " " : "", (int)job->job.len,
			job->job.at, job->board == &second ? "'" : "");
	}
	return str_text(&text);
}

static const char *
listed(const char *filter_text, struct listing_order order)
{
	static struct listing listing;
	struct filter *filter;
	const char *result;

	assert_int_equal(filter_parse(&filter, filter_text, NULL), 0);
	listing_jobs(&listing, boards, 2, filter, &order, NOW);
	filter_free(filter);
	result = names(&listing);
	listing_free(&listing);
	return result;
}

static void
the_worst_and_oldest_first_the_well_by_name(void **state)
{
	struct listing listing = { 0 };

	(void)state;
	listing_jobs(&listing, boards, 2, NULL, NULL, NOW);
	assert_string_equal(names(&listing), "rewound d e c g' b b' h' f' a9 a10");
	assert_int_equal(listing.total, 11);
	/* The same from boards in another order, in the same memory. */
	listing_jobs(&listing, (const struct board *const[]){ &second, &first }, 2, NULL,
		NULL, NOW);
	assert_string_equal(names(&listing), "rewound d e c g' b b' h' f' a9 a10");
	listing_free(&listing);
	assert_int_equal(listing.count, 0);
	listing_jobs(&listing, NULL, 0, NULL, NULL, NOW);
	assert_int_equal(listing.count, 0);
	listing_free(&listing);
}

static void
filters_and_problems(void **state)
{
	(void)state;
	assert_string_equal(listed("a", (struct listing_order){ 0 }), "a9 a10");
	assert_string_equal(listed("", (struct listing_order){ .problems_only = true }),
		"rewound d e c g' b b' h' f'");
	assert_string_equal(
		listed("store:second !state:warn", (struct listing_order){ 0 }), "g' f'");
	/* The sleeping job only when it is called. */
	assert_string_equal(listed("state:ok", (struct listing_order){ 0 }), "a9 a10");
	assert_string_equal(listed("sleep", (struct listing_order){ 0 }), "sleeper");
	assert_string_equal(
		listed("state:dormant", (struct listing_order){ 0 }), "sleeper");
}

static void
unknown_stays_last_both_ways(void **state)
{
	struct listing_order by_lag = { .column = column_find(COLUMNS_JOBS, "lag") };
	struct listing_order by_rate = { .column = column_find(COLUMNS_JOBS, "rate") };
	struct listing_order by_age = { .column = column_find(COLUMNS_JOBS, "age") };

	(void)state;
	first_jobs[0].lag =
		(struct lag){ .kind = LAG_POSITIONS, .amount = 5, .partial = false };
	first_jobs[1].lag =
		(struct lag){ .kind = LAG_POSITIONS, .amount = 50, .partial = false };
	first_jobs[2].lag =
		(struct lag){ .kind = LAG_TIME, .amount = HOUR, .partial = false };
	first_jobs[3].lag =
		(struct lag){ .kind = LAG_POSITIONS, .amount = 50, .partial = true };
	first_jobs[4].lag = (struct lag){ .kind = LAG_NONE };
	first_jobs[0].lag_rate = (struct rate){ .known = true, .per_second = -1 };
	first_jobs[1].lag_rate = (struct rate){ .known = true, .per_second = NAN };
	first_jobs[2].lag_rate = (struct rate){ .known = true, .per_second = 7 };
	first_jobs[3].lag_rate = (struct rate){ .known = true, .per_second = 2 };
	assert_string_equal(listed("store:first", by_lag), "c a9 a10 b d e rewound");
	assert_string_equal(listed("store:first", by_rate), "b c a10 a9 d e rewound");
	by_lag.inverted = by_rate.inverted = true;
	assert_string_equal(listed("store:first", by_lag), "b a10 a9 c d e rewound");
	assert_string_equal(listed("store:first", by_rate), "a10 c b a9 d e rewound");
	assert_string_equal(listed("store:second", by_age), "g' f' b' h'");
	by_age.inverted = true;
	assert_string_equal(listed("store:second", by_age), "b' f' g' h'");
}

static void
default_order_turned_round(void **state)
{
	(void)state;
	assert_string_equal(
		listed("store:second", (struct listing_order){ .inverted = true }),
		"f' h' b' g'");
}

/* Whatever the values, every column gives one order, whichever order it starts from. */
static void
every_order_is_total(void **state)
{
	static const double rates[] = { NAN, INFINITY, -INFINITY, 0, 3 };
	static struct board_job jobs[60], mixed[60];
	static struct str before;
	struct board board = { .store = { .name = "s" }, .jobs = jobs, .job_count = 60 };
	const struct board *const one[] = { &board };
	struct listing listing = { 0 };
	char name[60][4];
	size_t count;
	const struct column *table = column_table(COLUMNS_JOBS, &count);

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		name[i][0] = (char)('a' + i % 26);
		name[i][1] = (char)('0' + i / 26);
		jobs[i] = (struct board_job){ .board = &board,
			.job = { name[i], 2 },
			.state = (enum state)(i % STATES),
			.since = { i % 4 == 0 ? TIME_NONE : NOW - (int64_t)(i % 3),
				i % 2 },
			.finding = (enum finding)(i % 7),
			.worst = &no_row,
			.lag = { .kind = (enum lag_kind)(i % 4),
				.amount = (int64_t)(i % 5),
				.partial = i % 3 == 0 },
			.lag_rate = { i % 2 == 0, rates[i % 5], false },
			.eta = { (enum eta_kind)(i % 3), (int64_t)(i % 4) },
			.updated = i % 5 == 0 ? TIME_NONE : NOW,
			.watermark = i % 6 == 0 ? TIME_NONE : NOW - (int64_t)i,
			.why = { "", "", "", "", NULL } };
		jobs[i].finding = jobs[i].finding == FINDING_DORMANT ? FINDING_NONE
								     : jobs[i].finding;
	}
	for (size_t c = 0; c <= count * 2; c++) {
		struct listing_order order = {
			.column = c < count * 2 ? &table[c / 2] : NULL, .inverted = c % 2
		};

		board.jobs = jobs;
		listing_jobs(&listing, one, 1, NULL, &order, NOW);
		str_clear(&before);
		str_add(&before, names(&listing));
		for (size_t i = 0; i < 60; i++)
			mixed[i] = jobs[i * 37 % 60];
		board.jobs = mixed;
		listing_jobs(&listing, one, 1, NULL, &order, NOW);
		if (strcmp(str_text(&before), names(&listing)) != 0)
			fail_msg("%s", c < count * 2 ? table[c / 2].name : "default");
	}
	str_free(&before);
	listing_free(&listing);
}

static void
rows_of_one_store_and_job(void **state)
{
	static struct board_row rows[] = {
		{ .board = &first,
			.key = { { "a", 1 }, { "p10", 3 } },
			.state = STATE_CRIT,
			SINCE(10) },
		{ .board = &first,
			.key = { { "a", 1 }, { "p9", 2 } },
			.state = STATE_CRIT,
			SINCE(10) },
		{ .board = &first,
			.key = { { "a", 1 }, { "p1", 2 } },
			.state = STATE_CRIT,
			.finding = FINDING_REWOUND,
			SINCE(1) },
		{ .board = &first,
			.key = { { "a", 1 }, { "p2", 2 } },
			.state = STATE_OK,
			SINCE(1) },
		{ .board = &first,
			.key = { { "b", 1 }, { "p2", 2 } },
			.state = STATE_OK,
			SINCE(1) },
	};
	struct listing listing = { 0 };
	struct listing_order problems = { .problems_only = true };

	(void)state;
	first.rows = rows;
	first.row_count = 5;
	listing_rows(&listing, boards, 2, SPAN("first"), SPAN("a"), NULL, NULL, NOW);
	assert_int_equal(listing.count, 4);
	assert_ptr_equal(listing.rows[0], &rows[2]);
	assert_ptr_equal(listing.rows[1], &rows[1]);
	assert_ptr_equal(listing.rows[2], &rows[0]);
	assert_ptr_equal(listing.rows[3], &rows[3]);
	listing_rows(&listing, boards, 2, SPAN("second"), SPAN("a"), NULL, NULL, NOW);
	assert_int_equal(listing.total, 0);
	listing_rows(&listing, boards, 2, SPAN_NONE, SPAN_NONE, NULL, &problems, NOW);
	assert_int_equal(listing.total, 5);
	assert_int_equal(listing.count, 3);
	listing_free(&listing);
}

static void
stores_that_are_down_first(void **state)
{
	struct board more[3] = { { .store = { .name = "z", .opened = true, SINCE(3) } },
		{ .store = { .name = "y", .opened = true, SINCE(9) } },
		{ .store = { .name = "a" } } };
	const struct board *const all[] = { &second, &first, &more[2], &more[0],
		&more[1] };
	struct listing_order problems = { .problems_only = true };
	struct listing listing = { 0 };

	(void)state;
	listing_stores(&listing, all, 5, NULL);
	assert_ptr_equal(listing.rows[0], &more[1]);
	assert_ptr_equal(listing.rows[1], &more[0]);
	assert_ptr_equal(listing.rows[2], &more[2]);
	assert_ptr_equal(listing.rows[3], &first);
	assert_ptr_equal(listing.rows[4], &second);
	listing_stores(&listing, all, 5, &problems);
	assert_int_equal(listing.count, 3);
	assert_int_equal(listing.total, 5);
	listing_free(&listing);
}

static void
counts_add_up(void **state)
{
	struct board down = {
		.store = { .name = "down", .opened = true, .good_at = NOW - DAY }
	};
	struct board unopened = { .store = { .name = "new", .good_at = TIME_NONE } };
	const struct board *const all[] = { &first, &second, &down, &unopened };
	struct listing_counts counts = listing_count(all, 4);
	size_t sum = 0;

	(void)state;
	for (int i = 0; i < STATES; i++)
		sum += counts.by_state[i];
	assert_int_equal(sum, counts.jobs);
	assert_int_equal(counts.jobs, 11);
	assert_int_equal(counts.dormant, 1);
	assert_int_equal(counts.by_state[STATE_CRIT], 4);
	assert_int_equal(counts.by_state[STATE_RPLY], 1);
	assert_int_equal(counts.checkpoints, 50);
	assert_int_equal(counts.stores, 4);
	assert_int_equal(counts.stores_down, 1);
	/* The unknown job is the oldest; that of the replay does not count. */
	assert_true(counts.oldest.at == NOW - 70 * MINUTE);
	/* The store that is down has its own line; this is of what can be read. */
	assert_true(counts.read_at == NOW - MINUTE);
	second_jobs[2].since = (struct since){ NOW - 50 * MINUTE, true };
	counts = listing_count(all, 4);
	assert_true(counts.oldest.at == NOW - 50 * MINUTE && counts.oldest.at_least);
	counts = listing_count(NULL, 0);
	assert_true(counts.oldest.at == TIME_NONE && counts.read_at == TIME_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			the_worst_and_oldest_first_the_well_by_name, set_up),
		cmocka_unit_test_setup(filters_and_problems, set_up),
		cmocka_unit_test_setup(unknown_stays_last_both_ways, set_up),
		cmocka_unit_test_setup(default_order_turned_round, set_up),
		cmocka_unit_test_setup(every_order_is_total, set_up),
		cmocka_unit_test_setup(rows_of_one_store_and_job, set_up),
		cmocka_unit_test_setup(stores_that_are_down_first, set_up),
		cmocka_unit_test_setup(counts_add_up, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
