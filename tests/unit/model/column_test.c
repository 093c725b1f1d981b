/* SPDX-License-Identifier: MIT
 * Columns and layouts against the picture they were drawn as, character by character. */
#include "model/column.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "night.h"

/* --- drawing a line as the list does --- */

static void
add_cell(struct str *line, struct span text, unsigned width, enum column_align align)
{
	struct str cut = { 0 };
	size_t used = safe_text_cut(&cut, text, width);

	if (align == COLUMN_RIGHT)
		str_add_repeated(line, ' ', width - used);
	str_add_span(line, str_span(&cut));
	if (align == COLUMN_LEFT)
		str_add_repeated(line, ' ', width - used);
	str_free(&cut);
}

/* A row, or the titles when row is NULL; without trailing blanks. */
static const char *
draw(const struct column_layout *layout, const unsigned *widths, const void *row,
	const struct column_context *context)
{
	static struct str line;
	struct str text = { 0 };

	str_clear(&line);
	for (size_t i = 0; i < layout->count; i++) {
		const struct column_place *place = &layout->places[i];
		const struct column *column = column_find(layout->list, place->name);
		struct column_context cell = *context;

		cell.width = widths[i];
		str_clear(&text);
		if (row != NULL)
			column->text(&text, row, &cell);
		else
			str_add(&text,
				place->title != NULL ? place->title : column->title);
		str_add_repeated(&line, ' ', place->gap);
		add_cell(&line, str_span(&text), widths[i], column->align);
	}
	while (line.len > 0 && line.text[line.len - 1] == ' ')
		str_cut(&line, line.len - 1);
	str_free(&text);
	return str_text(&line);
}

static void
assert_screen(enum column_list list, unsigned width, const void *const *rows,
	size_t count, const char *const *expected)
{
	const struct column_layout *layout = column_layout(list, width);
	unsigned widths[COLUMN_PLACES];

	column_widths(widths, layout, width, rows, count, &plain);
	assert_string_equal(draw(layout, widths, NULL, &plain), expected[0]);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(
			draw(layout, widths, rows[i], &plain), expected[i + 1]);
}

/* --- jobs --- */

static struct board_job jobs[] = {
	{ JOB_DEFAULTS, .job = { "orders-daily", 12 }, .state = STATE_CRIT,
		.since = { AT(2, 14, 2), false }, .bad = 1, .partitions = 16, LAG(631019),
		LAG_RATE(184), CATCH_NEVER, .updated = AT(2, 14, 2),

		.watermark_known = true, .watermark = AT(0, 56, 10),
		WORDS("p7 stuck: deadlock detected; 15 others move",
			"p7 stuck, 15 others move", "p7 stuck") },
	{ JOB_DEFAULTS, .job = { "clicks-agg", 10 }, .state = STATE_UNKN,
		.since = { AT(2, 58, 2), false }, .bad = 24, .partitions = 24,
		.updated = AT(2, 58, 2), .watermark = TIME_NONE,
		WORDS("store kafka:eu1 unreachable", "store kafka:eu1 unreachable",
			"kafka:eu1 down") },
	{ JOB_DEFAULTS, .job = { "invoice-export", 14 }, .state = STATE_WARN,
		.since = { AT(2, 31, 0), true }, .bad = 3, .partitions = 8, LAG(88100),
		LAG_RATE(-410), CATCH_IN(215), .updated = AT(3, 7, 37),
		.watermark_known = true, .watermark = AT(2, 26, 40),
		WORDS("lag 88k > 50k, falling", "lag 88k > 50k, falling", "lag 88k") },
	{ JOB_DEFAULTS, .job = { "fx-rates", 8 }, .state = STATE_WARN,
		.since = { AT(3, 6, 0), false }, .bad = 1, .partitions = 1, LAG(0),
		LAG_RATE(0), .updated = AT(3, 11, 53), .watermark_known = true,
		.watermark = NOW,
		WORDS("updated 4m12s in the FUTURE", "updated 4m12s in the FUTURE",
			"in the FUTURE") },
	{ JOB_DEFAULTS, .job = { "orders-backfill", 15 }, .state = STATE_RPLY,
		.since = { AT(2, 59, 31), false }, .bad = 0, .partitions = 4,
		LAG(2034000), LAG_RATE(-6500), CATCH_IN(312), .updated = AT(3, 7, 40),
		.watermark_known = true, .watermark = AT(0, 7, 0),
		WORDS("reset by alice, 61% done", "reset by alice, 61% done", "61%") },
	{ JOB_DEFAULTS, .job = { "billing-hourly", 14 }, .state = STATE_OK,
		.since = { AT(1, 20, 0), false }, .bad = 0, .partitions = 4, LAG(0),
		LAG_RATE(0), .updated = AT(3, 0, 0), .watermark_known = true,
		.watermark = AT(3, 0, 0),
		WORDS("hourly, next 04:00", "hourly, next 04:00", "next 04:00") },
	{ JOB_DEFAULTS, .job = { "cdc-items", 9 }, .state = STATE_OK,
		.since = { FRIDAY, false }, .bad = 0, .partitions = 32, LAG(4400),
		LAG_RATE(3), .updated = AT(3, 7, 40), .watermark_known = true,
		.watermark = AT(3, 7, 36), NO_WORDS },
};

#define JOB_COUNT (sizeof(jobs) / sizeof(jobs[0]))

static const void *const job_rows[JOB_COUNT] = { &jobs[0], &jobs[1], &jobs[2], &jobs[3],
	&jobs[4], &jobs[5], &jobs[6] };

static int
set_up_jobs(void **state)
{
	(void)state;
	set_spark(jobs[0].spark, "__..-=+*##", 631019);
	set_spark(jobs[1].spark, "_______???", 0);
	set_spark(jobs[2].spark, "_.-=+##+=-", 100000);
	set_spark(jobs[3].spark, "__________", 0);
	set_spark(jobs[4].spark, "_____##*+=", 5000000);
	set_spark(jobs[5].spark, "___#___#__", 50000);
	set_spark(jobs[6].spark, "__._-_._._", 50000);
	return 0;
}

static void
jobs_at_120(void **state)
{
	static const char *const expected[] = {
		" ST    SINCE  AGE  JOB                   BAD    LAG   LAG/s CATCH  UPD  "
		"WMARK  LAG 1h      WHY",
		" CRIT  02:14  53m  orders-daily         1/16   631k  +184/s never  53m  "
		"2h11m  __..-=+*##  p7 stuck, 15 others move",
		" UNKN  02:58   9m  clicks-agg          24/24      ?       ?     ?   9m  "
		"    ?  _______???  store kafka:eu1 unreachable",
		" WARN >02:31  36m  invoice-export        3/8  88.1k  -410/s 3m35s   4s  "
		"  41m  _.-=+##+=-  lag 88k > 50k, falling",
		" WARN  03:06   1m  fx-rates              1/1      0     0/s     -  -4m  "
		"   0s  __________  updated 4m12s in the FUTURE",
		" RPLY  02:59   8m  orders-backfill       0/4  2.03M -6.5k/s 5m12s   1s  "
		"   3h  _____##*+=  reset by alice, 61% done",
		" ok    01:20 1h47  billing-hourly        0/4      0     0/s     -   7m  "
		"   7m  ___#___#__  hourly, next 04:00",
		" ok      Fri   1d  cdc-items            0/32   4.4k    +3/s     -   1s  "
		"   5s  __._-_._._",
	};

	(void)state;
	assert_screen(COLUMNS_JOBS, 120, job_rows, JOB_COUNT, expected);
}

/* Wider screens give the words what they need, and everything else stays where it is. */
static void
jobs_at_140(void **state)
{
	static const char *const expected[] = {
		" ST    SINCE  AGE  JOB                   BAD    LAG   LAG/s CATCH  UPD  "
		"WMARK  LAG 1h      WHY",
		" CRIT  02:14  53m  orders-daily         1/16   631k  +184/s never  53m  "
		"2h11m  __..-=+*##  p7 stuck: deadlock detected; 15 others move",
	};

	(void)state;
	assert_screen(COLUMNS_JOBS, 140, job_rows, 1, expected);
}

static void
jobs_at_100(void **state)
{
	static const char *const expected[] = {
		" ST    SINCE  AGE  JOB                   BAD    LAG   LAG/s  UPD  WMARK "
		" WHY",
		" CRIT  02:14  53m  orders-daily         1/16   631k  +184/s  53m  2h11m "
		" p7 stuck, 15 others move",
	};

	(void)state;
	assert_screen(COLUMNS_JOBS, 100, job_rows, 1, expected);
}

static void
jobs_at_80(void **state)
{
	static const char *const expected[] = {
		" ST    AGE JOB                BAD    LAG  UPD  WHY",
		" CRIT  53m orders-daily      1/16   631k  53m  p7 stuck, 15 others move",
		" UNKN   9m clicks-agg       24/24      ?   9m  store kafka:eu1 "
		"unreachable",
		" WARN >36m invoice-export     3/8  88.1k   4s  lag 88k > 50k, falling",
		" WARN   1m fx-rates           1/1      0  -4m  updated 4m12s in the "
		"FUTURE",
		" RPLY   8m orders-backfill    0/4  2.03M   1s  reset by alice, 61% done",
		" ok   1h47 billing-hourly     0/4      0   7m  hourly, next 04:00",
		" ok     1d cdc-items         0/32   4.4k   1s",
	};

	(void)state;
	assert_screen(COLUMNS_JOBS, 80, job_rows, JOB_COUNT, expected);
}

static void
jobs_at_60(void **state)
{
	static const char *const expected[] = {
		" ST    AGE JOB                BAD  UPD  WHY",
		" CRIT  53m orders-daily      1/16  53m  p7 stuck",
		" UNKN   9m clicks-agg       24/24   9m  kafka:eu1 down",
	};

	(void)state;
	assert_screen(COLUMNS_JOBS, 60, job_rows, 2, expected);
}

static void
jobs_at_40(void **state)
{
	static const char *const expected[] = {
		"ST   AGE JOB",
		"CRIT 53m orders-daily p7 stuck",
		"UNKN  9m clicks-agg kafka:eu1 down",
		"WARN 36m invoice-export lag 88k",
		"WARN  1m fx-rates in the FUTURE",
		"RPLY  8m orders-backfill 61%",
		"ok    1h billing-hourly next 04:00",
		"ok    1d cdc-items",
	};

	(void)state;
	assert_screen(COLUMNS_JOBS, 40, job_rows, JOB_COUNT, expected);
}

/* --- partitions --- */

static struct board_row rows[] = {
	{ ROW_DEFAULTS, .key = { { "orders-daily", 12 }, { "7", 1 } },
		.state = STATE_CRIT, .finding = FINDING_STOPPED,
		.since = { AT(2, 14, 2), false }, .value = { "88412007", 8 }, SPEED(0),
		LAG(592345), LAG_RATE(184), CATCH_NEVER, .updated = AT(2, 14, 2),
		.watermark = AT(0, 56, 10), NO_WORDS, .note = "worker-07 att 3" },
	{ ROW_DEFAULTS, .key = { { "orders-daily", 12 }, { "3", 1 } },
		.state = STATE_RPLY, .finding = FINDING_REPLAYING,
		.since = { AT(2, 41, 18), false }, .value = { "89583100", 8 },
		SPEED(13400 / 60.0), LAG(31441), LAG_RATE(-39), CATCH_IN(806),
		.updated = AT(3, 7, 39), .watermark = AT(3, 3, 40),
		WORDS("reset by bob, 60% done", "reset by bob, 60% done", "60%"),
		.note = "reset by bob" },
	{ ROW_DEFAULTS, .key = { { "orders-daily", 12 }, { "14", 2 } }, .state = STATE_OK,
		.since = { FRIDAY, false }, .value = { "89660738", 8 },
		SPEED(11393 / 60.0), LAG(628), LAG_RATE(0), .updated = AT(3, 7, 37),
		.watermark = AT(3, 7, 36), NO_WORDS, .note = "worker-14" },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const void *const partition_rows[ROW_COUNT] = { &rows[0], &rows[1], &rows[2] };

static int
set_up_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROW_COUNT; i++)
		rows[i].parsed = value_parse(rows[i].value, VALUE_AUTO, NULL);
	set_spark(rows[0].spark, "__..-=+*##", 592345);
	set_spark(rows[1].spark, "_____#*=-.", 100000);
	set_spark(rows[2].spark, "__________", 0);
	return 0;
}

static void
partitions_at_120(void **state)
{
	static const char *const expected[] = {
		"  ST    SINCE AGE PART        VALUE MOVED/min       LAG LAG/s  CATCH  "
		"UPDATED  UPD WMARK  LAG 1h      WHO / NOTE",
		"  CRIT  02:14 53m 7      88,412,007         0   592,345  +184  never "
		"02:14:02  53m 2h11m  __..-=+*##  worker-07 att 3",
		"  RPLY  02:41 26m 3      89,583,100    13,400    31,441   -39 13m26s "
		"03:07:39   2s    4m  _____#*=-.  reset by bob",
		"  ok      Fri  1d 14     89,660,738    11,393       628     0      - "
		"03:07:37   4s    5s  __________  worker-14",
	};

	(void)state;
	assert_screen(COLUMNS_PARTITIONS, 120, partition_rows, ROW_COUNT, expected);
}

static void
partitions_at_80(void **state)
{
	static const char *const expected[] = {
		"  ST    AGE PART         VALUE MOVE/min        LAG  UPD WMARK WHO / "
		"NOTE",
		"  CRIT  53m 7       88,412,007        0    592,345  53m 2h11m worker-07 "
		"att 3",
		"  RPLY  26m 3       89,583,100   13,400     31,441   2s    4m reset by "
		"bob",
		"  ok     1d 14      89,660,738   11,393        628   4s    5s worker-14",
	};

	(void)state;
	assert_screen(COLUMNS_PARTITIONS, 80, partition_rows, ROW_COUNT, expected);
}

static void
partitions_at_60_and_40(void **state)
{
	static const char *const at_60[] = {
		"  ST    AGE PART         VALUE  UPD WMARK WHO / NOTE",
		"  CRIT  53m 7       88,412,007  53m 2h11m worker-07 att 3",
	};
	static const char *const at_40[] = {
		"ST   AGE PART  WHO / NOTE",
		"CRIT 53m 7     worker-07 att 3",
	};

	(void)state;
	assert_screen(COLUMNS_PARTITIONS, 60, partition_rows, 1, at_60);
	assert_screen(COLUMNS_PARTITIONS, 40, partition_rows, 1, at_40);
}

/* The identity of a row comes before the rest of its note. */
static void
long_names_grow_into_the_rest(void **state)
{
	static const char *const expected[] = {
		"  ST    AGE PART               VALUE MOVE/min        LAG  UPD WMARK WHO "
		"/ NOTE",
		"  ok     1d 2026-11-21~            1        ?          ?   4s    5s",
	};
	struct board_row row = rows[2];
	const void *row_at = &row;

	(void)state;
	row.key.partition = SPAN("2026-11-21T00:00:00Z");
	row.value = SPAN("1");
	row.parsed = value_parse(row.value, VALUE_AUTO, NULL);
	row.speed.known = false;
	row.lag.kind = LAG_UNKNOWN;
	row.note = "";
	assert_screen(COLUMNS_PARTITIONS, 80, &row_at, 1, expected);
}

/* --- stores --- */

static struct board stores[] = {
	{ .store = { .name = "kafka:eu1",
		  .kind = "kafka group",
		  .where = "kafka1:9092,kafka2:9092,kafka3:9092",
		  .opened = true,
		  .since = { AT(2, 58, 2), false },
		  .good_at = AT(2, 58, 2),
		  .read_p50 = TIME_NONE,
		  .read_p95 = TIME_NONE },
		.job_count = 1,
		.checkpoint_count = 24 },
	{ .store = { .name = "files:batch",
		  .kind = "json dir",
		  .where = "/var/lib/ckpt (ext4, 41% full)",
		  .opened = true,
		  .reachable = true,
		  .since = { FRIDAY - DAY, false },
		  .good_at = AT(3, 7, 40),
		  .read_p50 = 1100,
		  .read_p95 = 1600 },
		.job_count = 5,
		.checkpoint_count = 16 },
	{ .store = { .name = "new",
		  .kind = "sqlite",
		  .where = "/var/lib/x.db",
		  .since = { TIME_NONE, false },
		  .good_at = TIME_NONE,
		  .read_p50 = TIME_NONE,
		  .read_p95 = TIME_NONE } },
};

static const void *const store_rows[] = { &stores[0], &stores[1], &stores[2] };

static void
stores_at_120(void **state)
{
	static const char *const expected[] = {
		"  ST    SINCE   AGE  STORE        KIND          WHERE                   "
		"          JOBS  CKPTS  READ ms p50/p95 LAST GOOD",
		"  DOWN  02:58    9m  kafka:eu1    kafka group   "
		"kafka1:9092,kafka2:9092,kafka3:9~    1     24                -  "
		"02:58:02",
		"  ok      Thu    2d  files:batch  json dir      /var/lib/ckpt (ext4, "
		"41% full)       5     16            1 / 2  03:07:40",
		"  ?         ?     ?  new          sqlite        /var/lib/x.db           "
		"             ?      ?                -     never",
	};

	(void)state;
	assert_screen(COLUMNS_STORES, 120, store_rows, 3, expected);
}

static void
stores_at_80(void **state)
{
	static const char *const expected[] = {
		"  ST    AGE STORE        KIND          JOBS CKPTS  p95 ms LAST GOOD",
		"  DOWN   9m kafka:eu1    kafka group      1    24       -  02:58:02",
		"  ok     2d files:batch  json dir         5    16       2  03:07:40",
		"  ?       ? new          sqlite           ?     ?       -     never",
	};

	(void)state;
	assert_screen(COLUMNS_STORES, 80, store_rows, 3, expected);
}

/* --- the tables --- */

static void
every_layout_fits_its_screen(void **state)
{
	(void)state;
	for (int list = 0; list < COLUMN_LISTS; list++) {
		for (unsigned width = 0; width <= 300; width++) {
			const struct column_layout *layout =
				column_layout((enum column_list)list, width);
			unsigned widths[COLUMN_PLACES], used = 0;

			assert_non_null(layout);
			assert_true(layout->count <= COLUMN_PLACES);
			column_widths(widths, layout, width, NULL, 0, &plain);
			for (size_t i = 0; i < layout->count; i++) {
				assert_non_null(column_find(
					layout->list, layout->places[i].name));
				used += layout->places[i].gap + widths[i];
			}
			assert_true(used <= width || width < 11);
		}
	}
}

/* Growing never takes what the rest keeps, nor leaves the screen. */
static void
growing_stops_in_time(void **state)
{
	struct board_job job = jobs[0];
	const void *row = &job;

	(void)state;
	job.job = SPAN("a-very-long-name-of-a-job-that-has-no-end-at-all-and-more");
	for (unsigned width = 60; width <= 300; width++) {
		const struct column_layout *layout = column_layout(COLUMNS_JOBS, width);
		unsigned widths[COLUMN_PLACES], used = 0;

		column_widths(widths, layout, width, &row, 1, &plain);
		for (size_t i = 0; i < layout->count; i++)
			used += layout->places[i].gap + widths[i];
		assert_int_equal(used, width);
		assert_true(widths[layout->count - 1] >= layout->keep);
	}
}

static void
names_of_columns_are_unique_and_found(void **state)
{
	(void)state;
	for (int list = 0; list < COLUMN_LISTS; list++) {
		size_t count;
		const struct column *table = column_table((enum column_list)list, &count);

		for (size_t i = 0; i < count; i++) {
			assert_int_equal(table[i].list, list);
			assert_ptr_equal(
				column_find((enum column_list)list, table[i].name),
				&table[i]);
			assert_true(strlen(table[i].help) > 0);
		}
		assert_null(column_find((enum column_list)list, "lag "));
		assert_null(column_find((enum column_list)list, ""));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(jobs_at_120, set_up_jobs),
		cmocka_unit_test_setup(jobs_at_140, set_up_jobs),
		cmocka_unit_test_setup(jobs_at_100, set_up_jobs),
		cmocka_unit_test_setup(jobs_at_80, set_up_jobs),
		cmocka_unit_test_setup(jobs_at_60, set_up_jobs),
		cmocka_unit_test_setup(jobs_at_40, set_up_jobs),
		cmocka_unit_test_setup(partitions_at_120, set_up_rows),
		cmocka_unit_test_setup(partitions_at_80, set_up_rows),
		cmocka_unit_test_setup(partitions_at_60_and_40, set_up_rows),
		cmocka_unit_test_setup(long_names_grow_into_the_rest, set_up_rows),
		cmocka_unit_test(stores_at_120),
		cmocka_unit_test(stores_at_80),
		cmocka_unit_test(every_layout_fits_its_screen),
		cmocka_unit_test(growing_stops_in_time),
		cmocka_unit_test(names_of_columns_are_unique_and_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
