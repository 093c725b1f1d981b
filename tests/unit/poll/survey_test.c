/* SPDX-License-Identifier: MIT */
#include "poll/survey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../base/scratch.h"

static const struct survey_interest everything = { .rows = BOARD_ROWS_ALL };

struct place {
	char uri[PATH_MAX + 8], path[PATH_MAX];
	struct store_config config;
	struct rules rules;
};

static void
place_set(struct place *place, const struct scratch *scratch)
{
	*place = (struct place){ 0 };
	snprintf(place->path, sizeof(place->path), "%s/files", scratch->path);
	snprintf(place->uri, sizeof(place->uri), "dir:%s/files", scratch->path);
	place->config = (struct store_config){
		.name = "files",
		.uri = place->uri,
		.value_is_last = true,
		.interval = HOUR,
		.watermark_member = "event_time_watermark",
		.error_member = "error",
	};
}

static void
write_checkpoint(const struct place *place, const char *name, const char *value)
{
	char path[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", place->path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"{\"value\": %s, \"metadata\": {}, \"timestamp\": "
		"\"2026-11-22T03:00:00Z\"}",
		value);
	assert_int_equal(fclose(file), 0);
}

static void
a_store_that_fails_is_left_alone_until_it_is_due(void **state)
{
	struct place place;
	struct survey *survey;
	struct err err = { 0 };
	const struct board *board;

	place_set(&place, *state);
	survey = survey_new(&place.config, &place.rules, NULL);
	assert_int_equal(survey_poll(survey, true, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_true(survey_due(survey) > clock_monotonic());
	/* It is there now, but nobody looks before it is due, or asks. */
	assert_int_equal(mkdir(place.path, 0700), 0);
	write_checkpoint(&place, "orders_0.json", "7");
	err_clear(&err);
	assert_int_equal(survey_poll(survey, false, &err), -1);
	board = survey_board(survey, &everything);
	assert_true(board->store.opened);
	assert_false(board->store.reachable);
	assert_int_equal(board->store.tries, 1);
	assert_int_equal(board->store.good_at, TIME_NONE);
	board_unref(board);
	err_clear(&err);
	assert_int_equal(survey_poll(survey, true, &err), 0);
	board = survey_board(survey, &everything);
	assert_true(board->store.reachable);
	assert_int_equal(board->store.tries, 0);
	assert_int_equal(board->row_count, 1);
	assert_false(err_is_set(&board->store.error));
	board_unref(board);
	survey_close(survey);
	survey_free(survey);
	unlinkat(((struct scratch *)*state)->fd, "files/orders_0.json", 0);
}

/* One that is read often is back on the screen soon after it is back, and none is asked
 * more often than if it were there. */
static void
how_long_it_is_left_alone_follows_from_its_interval(void **state)
{
	static const struct {
		int64_t interval, first, last;
	} cases[] = {
		{ 200 * MILLISECOND, SECOND, 5 * SECOND },
		{ SECOND, SECOND, 5 * SECOND },
		{ 5 * SECOND, 5 * SECOND, 25 * SECOND },
		{ 30 * SECOND, 5 * SECOND, MINUTE },
		{ HOUR, 5 * SECOND, MINUTE },
	};
	struct place place;

	place_set(&place, *state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct survey *survey = survey_new(&place.config, &place.rules, NULL);
		const struct board *board;
		struct err err = { 0 };
		int64_t before;

		/* Keys change it while it is down. */
		place.config.interval = cases[i].interval;
		for (int tries = 0; tries < 8; tries++) {
			err_clear(&err);
			before = clock_monotonic();
			assert_int_equal(survey_poll(survey, true, &err), -1);
		}
		assert_true(survey_due(survey) <= clock_monotonic() + cases[i].last);
		assert_true(survey_due(survey) >= before + cases[i].last / 2);
		board = survey_board(survey, &everything);
		assert_int_equal(board->store.backoff_first, cases[i].first);
		assert_int_equal(board->store.backoff_last, cases[i].last);
		board_unref(board);
		survey_close(survey);
		survey_free(survey);
	}
}

static void
rows_stay_when_the_store_goes(void **state)
{
	const struct scratch *scratch = *state;
	char aside[PATH_MAX];
	struct place place;
	struct survey *survey;
	struct err err = { 0 };
	const struct board *board;

	place_set(&place, scratch);
	assert_int_equal(mkdir(place.path, 0700), 0);
	write_checkpoint(&place, "orders_0.json", "7");
	survey = survey_new(&place.config, &place.rules, NULL);
	assert_int_equal(survey_poll(survey, true, &err), 0);
	snprintf(aside, sizeof(aside), "%s/aside", scratch->path);
	assert_int_equal(rename(place.path, aside), 0);
	assert_int_equal(survey_poll(survey, true, &err), -1);
	board = survey_board(survey, &everything);
	assert_false(board->store.reachable);
	assert_true(board->store.good_at != TIME_NONE);
	assert_int_equal(board->row_count, 1);
	assert_int_equal(board->rows[0].state, STATE_UNKN);
	assert_true(span_is(board->rows[0].value, "7"));
	board_unref(board);
	assert_int_equal(rename(aside, place.path), 0);
	write_checkpoint(&place, "orders_0.json", "8");
	err_clear(&err);
	assert_int_equal(survey_poll(survey, true, &err), 0);
	board = survey_board(survey, &everything);
	assert_true(span_is(board->rows[0].value, "8"));
	board_unref(board);
	survey_close(survey);
	survey_free(survey);
	unlinkat(scratch->fd, "files/orders_0.json", 0);
}

static void
what_is_deleted_is_lost(void **state)
{
	const struct scratch *scratch = *state;
	struct place place;
	struct survey *survey;
	struct err err = { 0 };
	const struct board *board;

	place_set(&place, scratch);
	assert_int_equal(mkdir(place.path, 0700), 0);
	write_checkpoint(&place, "orders_0.json", "7");
	write_checkpoint(&place, "orders_1.json", "7");
	survey = survey_new(&place.config, &place.rules, NULL);
	assert_int_equal(survey_poll(survey, true, &err), 0);
	assert_int_equal(unlinkat(scratch->fd, "files/orders_1.json", 0), 0);
	assert_int_equal(survey_poll(survey, true, &err), 0);
	board = survey_board(survey, &everything);
	assert_int_equal(board->row_count, 2);
	assert_int_equal(board->rows[1].finding, FINDING_LOST);
	board_unref(board);
	survey_close(survey);
	survey_free(survey);
	unlinkat(scratch->fd, "files/orders_0.json", 0);
}

static void
an_end_that_is_wanted_ends_every_poll(void **state)
{
	atomic_bool stop = true;
	struct place place;
	struct survey *survey;
	struct err err = { 0 };

	place_set(&place, *state);
	assert_int_equal(mkdir(place.path, 0700), 0);
	place.config.stop = &stop;
	survey = survey_new(&place.config, &place.rules, NULL);
	assert_int_equal(survey_poll(survey, true, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	survey_close(survey);
	survey_free(survey);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

static const struct board *
poll_board(struct survey *survey)
{
	struct err err = { 0 };

	assert_int_equal(survey_poll(survey, true, &err), 0);
	return survey_board(survey, &everything);
}

/* That nobody has done it can be said only where all that keep records were asked; else
 * all that is known is that there is no record here. What could not be read is read
 * again.
 */
static void
an_audit_that_cannot_be_read_is_not_asked(void **state)
{
	struct place place;
	struct survey *survey;
	const struct board *board;
	char path[PATH_MAX + 64];

	place_set(&place, *state);
	assert_int_equal(mkdir(place.path, 0700), 0);
	write_checkpoint(&place, "orders_0.json", "9");
	survey = survey_new(&place.config, &place.rules, NULL);
	survey_explain_from(survey, NULL);
	board = poll_board(survey);
	assert_false(board->store.half_asked);
	board_unref(board);
	snprintf(path, sizeof(path), "%s/.ckptop-audit.jsonl", place.path);
	assert_int_equal(mkdir(path, 0700), 0);
	write_checkpoint(&place, "orders_0.json", "0");
	board = poll_board(survey);
	assert_true(board->store.half_asked);
	assert_int_equal(board->rows[0].finding, FINDING_REWOUND);
	assert_string_equal(
		board->rows[0].why.full, "went BACK 9 -> 0, no record on this host");
	board_unref(board);
	assert_int_equal(rmdir(path), 0);
	board = poll_board(survey);
	assert_false(board->store.half_asked);
	assert_string_equal(board->rows[0].why.full, "went BACK 9 -> 0, by UNKNOWN");
	board_unref(board);
	survey_close(survey);
	survey_free(survey);
	unlinkat(((struct scratch *)*state)->fd, "files/orders_0.json", 0);
	assert_int_equal(rmdir(place.path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_audit_that_cannot_be_read_is_not_asked),
		TEST(a_store_that_fails_is_left_alone_until_it_is_due),
		TEST(how_long_it_is_left_alone_follows_from_its_interval),
		TEST(rows_stay_when_the_store_goes),
		TEST(what_is_deleted_is_lost),
		TEST(an_end_that_is_wanted_ends_every_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
