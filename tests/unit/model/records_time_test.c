/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define AT(seconds) (NOW + (seconds)*SECOND)

/* A time as a pipeline in a zone of so many minutes from UTC writes it, without the
 * zone. */
struct naive {
	char text[40];
};

static struct naive
naive(int64_t at, int minutes)
{
	struct naive naive;
	struct str text = { 0 };

	time_addf(&text, at + minutes * MINUTE, NULL, "%Y-%m-%d %H:%M:%S");
	snprintf(naive.text, sizeof(naive.text), "%s", str_text(&text));
	str_free(&text);
	return naive;
}

static void
an_assumed_zone_accuses_nobody(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_age = MINUTE;
	/* An hour behind us, or an hour ahead: who knows. */
	POLL(&world, AT(0), { .value = "1", .updated_text = naive(AT(-3600), 0).text },
		{ .partition = "1",
			.value = "1",
			.updated_text = naive(AT(3600), 0).text });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->state, STATE_OK);
	assert_true(row->updated == TIME_NONE);
	assert_string_equal(row->updated_assumed, "UTC");
	assert_int_equal(row->updated_if, AT(-3600));
	assert_true(row->updated_unzoned);
	assert_true(span_is(row->updated_text, "2026-11-22 02:07:41"));
	assert_int_equal(world_row(&world, "orders", "1")->state, STATE_OK);
	assert_true(world_job(&world, "orders")->updated == TIME_NONE);
	world_stop(&world);
}

static void
a_configured_zone_is_taken(void **state)
{
	struct world world;
	struct zone *zone = zone_fixed(-5 * 3600);

	(void)state;
	world_start(&world);
	world.setup.zone = zone;
	POLL(&world, AT(0),
		{ .value = "1",
			.updated_text = naive(AT(-30), -300).text,
			.metadata = "{\"event_time_watermark\":"
				    "\"2026-11-21T22:00:00\"}" });
	assert_int_equal(world_row(&world, "orders", "0")->updated, AT(-30));
	assert_null(world_row(&world, "orders", "0")->updated_assumed);
	assert_false(world_row(&world, "orders", "0")->updated_unzoned);
	assert_int_equal(world_row(&world, "orders", "0")->watermark,
		NOW - 7 * MINUTE - 41 * SECOND);
	world_stop(&world);
	zone_free(zone);
}

static void
a_file_tells_its_zone_by_when_it_was_written(void **state)
{
	static const struct {
		int minutes; /* of the writer's zone */
		int late;    /* seconds from the stamp to the writing */
		bool is_told;
	} cases[] = {
		{ 0, 0, true },
		{ 330, 1, true },
		{ -210, 60, true },
		{ 825, 2, true },
		{ -720, 119, true },
		/* Copied later: not the time of the save. */
		{ 60, 200, false },
		{ 60, -100, false },
		{ 60, 7 * 86400, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		const struct board_row *row;
		int64_t saved = AT(-1000);

		world_start(&world);
		POLL(&world, AT(0),
			{ .value = "1",
				.updated_text = naive(saved, cases[i].minutes).text,
				.written_at = saved + cases[i].late * SECOND });
		row = world_row(&world, "orders", "0");
		if (cases[i].is_told)
			assert_int_equal(row->updated, saved);
		else
			assert_true(row->updated == TIME_NONE);
		world_stop(&world);
	}
}

static void
the_first_save_seen_live_tells_the_zone_of_all(void **state)
{
	static const int zones[] = { 0, 120, -480, 345, -570, 825 };

	(void)state;
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		struct world world;
		struct naive still = naive(AT(-5000), zones[i]);
		struct naive before = naive(AT(-20), zones[i]);
		struct naive after = naive(AT(3), zones[i]);

		world_start(&world);
		POLL(&world, AT(0), { .value = "1", .updated_text = before.text },
			{ .partition = "1", .value = "1", .updated_text = still.text });
		assert_true(world_row(&world, "orders", "0")->updated == TIME_NONE);
		POLL(&world, AT(5), { .value = "2", .updated_text = after.text },
			{ .partition = "1", .value = "1", .updated_text = still.text });
		assert_int_equal(world_row(&world, "orders", "0")->updated, AT(3));
		assert_int_equal(world_row(&world, "orders", "1")->updated, AT(-5000));
		assert_null(world_row(&world, "orders", "1")->updated_assumed);
		world_stop(&world);
	}
}

static void
a_save_long_unseen_tells_nothing(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1", .updated_text = naive(AT(-20), 60).text });
	/* Saved anywhere in ten minutes: the quarter of an hour is not certain. */
	POLL(&world, AT(600), { .value = "2", .updated_text = naive(AT(100), 60).text });
	assert_true(world_row(&world, "orders", "0")->updated == TIME_NONE);
	/* But polls that found nothing new have seen it, too. */
	world_look(&world, AT(1195));
	POLL(&world, AT(1200),
		{ .value = "3", .updated_text = naive(AT(1198), 60).text });
	assert_int_equal(world_row(&world, "orders", "0")->updated, AT(1198));
	world_stop(&world);
}

static void
a_time_that_is_none_of_a_save_tells_nothing(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1", .updated_text = "2026-11-22 01:10:00" });
	/* The pipeline writes event times: five minutes off any zone's quarter. */
	POLL(&world, AT(5), { .value = "2", .updated_text = "2026-11-22 01:17:00" });
	assert_true(world_row(&world, "orders", "0")->updated == TIME_NONE);
	world_stop(&world);
}

static void
summer_time_begins_while_we_watch(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1", .updated_text = naive(AT(-2), 60).text });
	POLL(&world, AT(5), { .value = "2", .updated_text = naive(AT(4), 60).text });
	assert_int_equal(world_row(&world, "orders", "0")->updated, AT(4));
	POLL(&world, AT(10), { .value = "3", .updated_text = naive(AT(9), 120).text });
	assert_int_equal(world_row(&world, "orders", "0")->updated, AT(9));
	/* Nothing but five seconds passed between the two saves. */
	POLL(&world, AT(15), { .value = "4", .updated_text = naive(AT(14), 120).text });
	assert_int_equal(world_row(&world, "orders", "0")->cadence, 5 * SECOND);
	world_stop(&world);
}

static void
every_form_of_time_is_read_and_shown_as_it_is(void **state)
{
	static const struct {
		const char *text;
		bool is_known;
	} cases[] = {
		{ "2026-11-22T03:07:40.123456+00:00", true },
		{ "2026-11-22 08:37:40+0530", true },
		{ "2026-11-22T03:07:40Z", true },
		{ "1795316860", true },
		{ "1795316860123", true },
		{ "2026-11-22T03:07:40", false },
		{ "2026-11-22", false },
		{ "infinity", false },
		{ "yesterday", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		const struct board_row *row;

		world_start(&world);
		POLL(&world, AT(0), { .value = "1", .updated_text = cases[i].text });
		row = world_row(&world, "orders", "0");
		assert_true(span_is(row->updated_text, cases[i].text));
		assert_int_equal(row->updated != TIME_NONE, cases[i].is_known);
		if (cases[i].is_known)
			assert_int_equal(row->updated / SECOND, NOW / SECOND - 1);
		world_stop(&world);
	}
}

static void
a_time_without_a_zone_is_no_lag_against_one_with(void **state)
{
	struct world world;
	struct naive value = naive(AT(-60), 120);
	const char *now = "2026-11-22T03:07:46Z";

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = value.text, .updated = AT(-1), .asked_head = now },
		{ .partition = "1",
			.value = value.text,
			.updated = AT(-1),
			.asked_head = naive(AT(0), 120).text });
	assert_int_equal(world_row(&world, "orders", "0")->lag.kind, LAG_UNKNOWN);
	/* Two of one kind differ by the same whatever the zone. */
	assert_int_equal(world_row(&world, "orders", "1")->lag.kind, LAG_TIME);
	assert_int_equal(world_row(&world, "orders", "1")->lag.amount, MINUTE);
	world_stop(&world);
}

/* --- files that imply different zones --- */

/* A file of orders whose save, `at`, was written in a zone of so many minutes and whose
 * own time is `written`. */
struct file {
	struct naive stamp;
	int64_t written;
};

static struct file
file_of(int64_t at, int minutes, int64_t written)
{
	return (struct file){ naive(at, minutes), written };
}

static void
poll_files(struct world *world, int64_t now, const struct file *files, size_t count)
{
	static const char *const partitions[] = { "0", "1", "2", "3", "4", "5", "6",
		"7" };
	static const char *const names[] = { "orders_0.json", "orders_1.json",
		"orders_2.json", "orders_3.json", "orders_4.json", "orders_5.json",
		"orders_6.json", "orders_7.json" };
	struct world_row rows[8] = { 0 };

	assert_true(count <= 8);
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct world_row){ .partition = partitions[i],
			.value = "1",
			.updated_text = files[i].stamp.text,
			.written_at = files[i].written,
			.where = names[i] };
	world_poll(world, now, rows, count);
}

/* Which of the files have a known age: a letter each, + or ?. */
static const char *
ages(const struct world *world, size_t count)
{
	static char text[9];

	for (size_t i = 0; i < count; i++) {
		char partition[2] = { (char)('0' + i), '\0' };
		const struct board_row *row = world_row(world, "orders", partition);

		text[i] = row->updated != TIME_NONE ? '+' : '?';
	}
	text[count] = '\0';
	return text;
}

static void
assert_note(const struct world *world, const char *expected)
{
	struct str note = { 0 };

	assert_int_equal(records_add_zone_note(world->records, &note), expected != NULL);
	if (expected != NULL)
		assert_string_equal(str_text(&note), expected);
	str_free(&note);
}

#define CASE(...)                                                                        \
	const struct file files[] = { __VA_ARGS__ };                                     \
	const size_t count = sizeof(files) / sizeof(files[0]);                           \
	struct world world;                                                              \
	(void)state;                                                                     \
	world_start(&world);                                                             \
	poll_files(&world, AT(0), files, count)

/* Saved five hours ago and copied now: its file is fresh, what is in it is not. */
static void
a_copied_file_is_not_fresh(void **state)
{
	const struct board_row *row;

	CASE(file_of(AT(-20), 120, AT(-20)), file_of(AT(-30), 120, AT(-30)),
		file_of(AT(-5 * 3600 - 40), 120, AT(-35)),
		/* And days ago: no zone is so far away. */
		file_of(AT(-3 * 86400), 120, AT(-35)));
	assert_string_equal(ages(&world, count), "++??");
	row = world_row(&world, "orders", "2");
	assert_int_equal(row->state, STATE_OK);
	assert_string_equal(row->updated_assumed, "+02:00");
	assert_int_equal(row->updated_if, AT(-5 * 3600 - 40));
	assert_int_equal(world_row(&world, "orders", "3")->updated_if, AT(-3 * 86400));
	assert_note(&world,
		"2 files were written in another zone than most here imply (+02:00), or "
		"were copied or touched; age not known: orders_2.json, orders_3.json; "
		"set tz for this store");
	world_stop(&world);
}

static void
files_of_three_zones_have_no_age(void **state)
{
	CASE(file_of(AT(-20), 0, AT(-20)), file_of(AT(-30), 330, AT(-30)),
		file_of(AT(-40), -480, AT(-40)), file_of(AT(-50), -480, AT(-50)));
	assert_string_equal(ages(&world, count), "????");
	assert_string_equal(world_row(&world, "orders", "1")->updated_assumed, "UTC");
	assert_note(&world,
		"times without a zone, and their files imply different ones; the age of "
		"4 is not known: orders_0.json, orders_1.json, orders_2.json and 1 more; "
		"set tz for this store");
	world_stop(&world);
}

static void
summer_and_winter_are_one_zone(void **state)
{
	CASE(file_of(AT(-20), 60, AT(-20)),
		file_of(AT(-90 * 86400), 120, AT(-90 * 86400)),
		file_of(AT(-30 * 86400), 60, AT(-30 * 86400)),
		file_of(AT(-91 * 86400), 120, AT(-91 * 86400)));
	assert_string_equal(ages(&world, count), "++++");
	assert_int_equal(world_row(&world, "orders", "1")->updated, AT(-90 * 86400));
	assert_note(&world, NULL);
	world_stop(&world);
}

static void
the_night_of_the_change_leaves_ages_known(void **state)
{
	CASE(file_of(AT(-20), 60, AT(-20)), file_of(AT(-7200), 120, AT(-7200)),
		file_of(AT(-3600), 120, AT(-3600)), file_of(AT(-30), 60, AT(-30)));
	assert_string_equal(ages(&world, count), "++++");
	world_stop(&world);
}

/* An hour apart within a day, by turns: no clock does that. */
static void
an_hour_apart_by_turns_is_no_summer_time(void **state)
{
	CASE(file_of(AT(-20), 60, AT(-20)), file_of(AT(-3600 - 30), 60, AT(-30)),
		file_of(AT(-40), 60, AT(-40)), file_of(AT(-50), 60, AT(-50)));
	assert_string_equal(ages(&world, count), "+?++");
	world_stop(&world);
}

static void
a_touch_changes_no_age(void **state)
{
	struct file touched[2];

	CASE(file_of(AT(-4 * 3600), 0, AT(-4 * 3600)), file_of(AT(-20), 0, AT(-20)));
	assert_string_equal(ages(&world, count), "++");
	memcpy(touched, files, sizeof(touched));
	touched[0].written = AT(1);
	poll_files(&world, AT(5), touched, 2);
	assert_int_equal(world_row(&world, "orders", "0")->updated, AT(-4 * 3600));
	world_stop(&world);
	/* Seen only after that, it says something else than the other. */
	world_start(&world);
	poll_files(&world, AT(5), touched, 2);
	assert_string_equal(ages(&world, count), "??");
	world_stop(&world);
}

static void
a_save_or_the_zone_makes_ages_known_again(void **state)
{
	struct file saved[3];
	struct zone *utc = zone_fixed(0);

	CASE(file_of(AT(-20), 0, AT(-20)), file_of(AT(-30), 0, AT(-30)),
		file_of(AT(-5 * 3600), 0, AT(-35)));
	assert_string_equal(ages(&world, count), "++?");
	memcpy(saved, files, sizeof(saved));
	saved[2] = file_of(AT(3), 0, AT(3));
	poll_files(&world, AT(5), saved, 3);
	assert_string_equal(ages(&world, count), "+++");
	assert_note(&world, NULL);
	world_stop(&world);
	world_start(&world);
	world.setup.zone = utc;
	poll_files(&world, AT(0), files, 3);
	assert_int_equal(world_row(&world, "orders", "2")->updated, AT(-5 * 3600));
	assert_note(&world, NULL);
	world_stop(&world);
	zone_free(utc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_assumed_zone_accuses_nobody),
		cmocka_unit_test(a_configured_zone_is_taken),
		cmocka_unit_test(a_file_tells_its_zone_by_when_it_was_written),
		cmocka_unit_test(the_first_save_seen_live_tells_the_zone_of_all),
		cmocka_unit_test(a_save_long_unseen_tells_nothing),
		cmocka_unit_test(a_time_that_is_none_of_a_save_tells_nothing),
		cmocka_unit_test(summer_time_begins_while_we_watch),
		cmocka_unit_test(every_form_of_time_is_read_and_shown_as_it_is),
		cmocka_unit_test(a_time_without_a_zone_is_no_lag_against_one_with),
		cmocka_unit_test(a_copied_file_is_not_fresh),
		cmocka_unit_test(files_of_three_zones_have_no_age),
		cmocka_unit_test(summer_and_winter_are_one_zone),
		cmocka_unit_test(the_night_of_the_change_leaves_ages_known),
		cmocka_unit_test(an_hour_apart_by_turns_is_no_summer_time),
		cmocka_unit_test(a_touch_changes_no_age),
		cmocka_unit_test(a_save_or_the_zone_makes_ages_known_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
