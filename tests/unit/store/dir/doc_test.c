/* SPDX-License-Identifier: MIT */
#include "store/dir/doc.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../base/scratch.h"

#define NAME "orders_0.json"

/* 2026-11-22T13:07:41.25Z */
#define AT (INT64_C(1795352861) * SECOND + 250 * MILLISECOND)

static void
set_zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static struct change
change_to(const char *value)
{
	return (struct change){
		.key = { SPAN("orders"), SPAN("0") },
		.value = span_of(value),
		.metadata = SPAN("{\"host\": \"w7\"}"),
		.updated_at = AT,
	};
}

/* Reads a file with this text, last changed `seconds` after 1970. */
static struct dir_file
old_file(void **state, const char *text, int64_t seconds)
{
	struct scratch *scratch = *state;
	struct dir_file file = { 0 };
	struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	int fd = openat(scratch->fd, NAME, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
	assert_int_equal(dir_file_read(&file, scratch->fd, NAME), DIR_FILE_READ);
	assert_null(file.damage);
	return file;
}

static void
assert_made(void **state, const char *old, const struct change *change, const char *made)
{
	struct str out = { 0 };
	struct dir_file file = { 0 };
	struct err err = { 0 };

	if (old != NULL)
		file = old_file(state, old, AT / SECOND - 3600);
	if (dir_doc_make(&out, old != NULL ? &file : NULL, change, NULL, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(out.text, made);
	str_free(&out);
	dir_file_free(&file);
}

static void
assert_refused(
	void **state, const char *old, const struct change *change, const char *word)
{
	struct str out = { 0 };
	struct dir_file file = { 0 };
	struct err err = { 0 };

	if (old != NULL)
		file = old_file(state, old, AT / SECOND - 3600);
	assert_int_equal(
		dir_doc_make(&out, old != NULL ? &file : NULL, change, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, word));
	assert_non_null(strstr(err.text, "nothing was written"));
	str_free(&out);
	dir_file_free(&file);
}

/* --- new files --- */

static void
a_new_file_is_what_python_writes_and_the_key(void **state)
{
	struct change change = change_to("88412007");

	set_zone("UTC");
	assert_made(state, NULL, &change,
		"{\"job\": \"orders\", \"partition\": \"0\", \"value\": 88412007, "
		"\"metadata\": {\"host\": \"w7\"}, "
		"\"timestamp\": \"2026-11-22T13:07:41.250000\"}");
}

static void
its_time_is_local_and_without_a_fraction_of_zero(void **state)
{
	struct change change = change_to("1");

	set_zone("Asia/Kathmandu");
	change.updated_at -= 250 * MILLISECOND;
	change.metadata = SPAN_NONE;
	assert_made(state, NULL, &change,
		"{\"job\": \"orders\", \"partition\": \"0\", \"value\": 1, "
		"\"metadata\": {}, \"timestamp\": \"2026-11-22T18:52:41\"}");
	set_zone("UTC");
}

static void
a_new_value_is_a_number_only_in_its_shortest_form(void **state)
{
	static const struct {
		const char *value, *written;
	} cases[] = {
		{ "0", "0" },
		{ "-5", "-5" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "9223372036854775808", "\"9223372036854775808\"" },
		{ "007", "\"007\"" },
		{ "-0", "\"-0\"" },
		{ "+1", "\"+1\"" },
		{ "1.5", "\"1.5\"" },
		{ "1e3", "\"1e3\"" },
		{ "", "\"\"" },
		{ "-", "\"-\"" },
		{ "true", "\"true\"" },
		{ "null", "\"null\"" },
		{ "2026-11-22", "\"2026-11-22\"" },
		{ "16/B374D848", "\"16/B374D848\"" },
		{ "a\"b\\\n", "\"a\\\"b\\\\\\n\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change change = change_to(cases[i].value);
		char made[256];

		change.metadata = SPAN_NONE;
		snprintf(made, sizeof(made),
			"{\"job\": \"orders\", \"partition\": \"0\", \"value\": %s, "
			"\"metadata\": {}, \"timestamp\": "
			"\"2026-11-22T13:07:41.250000\"}",
			cases[i].written);
		assert_made(state, NULL, &change, made);
	}
}

/* --- files that are there --- */

static void
the_value_keeps_its_kind(void **state)
{
	static const struct {
		const char *old, *value, *written;
	} cases[] = {
		{ "5", "6", "6" },
		{ "5", "1.50", "1.50" },
		{ "5", "-1e+3", "-1e+3" },
		{ "5", "007", "\"007\"" },
		{ "5", "1.", "\"1.\"" },
		{ "5", "1e", "\"1e\"" },
		{ "5", "x", "\"x\"" },
		{ "5", "18446744073709551616", "18446744073709551616" },
		{ "\"5\"", "6", "\"6\"" },
		{ "\"x\"", "true", "\"true\"" },
		{ "null", "6", "6" },
		{ "null", "x", "\"x\"" },
		{ "true", "false", "false" },
		{ "true", "maybe", "\"maybe\"" },
		{ "true", "1", "1" },
		{ "{\"a\": 1}", "{\"a\": 2}", "{\"a\": 2}" },
		{ "{\"a\": 1}", "[2]", "\"[2]\"" },
		{ "[1]", "[2]", "[2]" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change change = change_to(cases[i].value);
		char old[128], made[256];

		change.keep_metadata = true;
		snprintf(old, sizeof(old),
			"{\"job\":\"orders\",\"partition\":\"0\",\"value\":%s,"
			"\"timestamp\":\"2026-11-22 12:00:00\"}",
			cases[i].old);
		snprintf(made, sizeof(made),
			"{\"job\":\"orders\",\"partition\":\"0\",\"value\":%s,"
			"\"timestamp\":\"2026-11-22 13:07:41.250000\"}",
			cases[i].written);
		assert_made(state, old, &change, made);
	}
}

static void
sql_null_becomes_null(void **state)
{
	struct change change = change_to("1");

	change.value = SPAN_NONE;
	change.keep_metadata = true;
	assert_made(state, "{\"job\":\"orders\",\"partition\":\"0\",\"value\":\"x\"}",
		&change,
		"{\"job\":\"orders\",\"partition\":\"0\",\"value\":null, \"timestamp\": "
		"\"2026-11-22T13:07:41.250000\"}");
}

static void
every_other_byte_stays(void **state)
{
	struct change change = change_to("43");

	assert_made(state,
		"{\n  \"note\": \"\\u00e9 \\/\",\n  \"value\": 42,\n  \"n\": 1.10,\n"
		"  \"timestamp\": \"2026-11-22T12:00:00\",\n  \"metadata\": {},\n"
		"  \"big\": 1180591620717411303424, \"f\": NaN\n}\n",
		&change,
		"{\"job\": \"orders\", \"partition\": \"0\", \n"
		"  \"note\": \"\\u00e9 \\/\",\n  \"value\": 43,\n  \"n\": 1.10,\n"
		"  \"timestamp\": \"2026-11-22T13:07:41.250000\",\n"
		"  \"metadata\": {\"host\": \"w7\"},\n"
		"  \"big\": 1180591620717411303424, \"f\": NaN\n}\n");
}

static void
missing_members_are_added_behind(void **state)
{
	struct change change = change_to("43");

	assert_made(state, "{\"value\": 42, \"x\": {\"metadata\": 1}}\n", &change,
		"{\"job\": \"orders\", \"partition\": \"0\", \"value\": 43, "
		"\"x\": {\"metadata\": 1}, \"metadata\": {\"host\": \"w7\"}, "
		"\"timestamp\": \"2026-11-22T13:07:41.250000\"}\n");
}

static void
members_named_like_ours_are_not_doubled(void **state)
{
	struct change change = change_to("43");

	change.keep_metadata = true;
	assert_made(state,
		"{\"value\": 42, \"job\": {\"id\": 3}, \"timestamp\": "
		"\"2026-11-22T12:00:00\"}",
		&change,
		"{\"value\": 43, \"job\": {\"id\": 3}, \"timestamp\": "
		"\"2026-11-22T13:07:41.250000\"}");
}

static void
a_byte_order_mark_stays_in_front(void **state)
{
	struct change change = change_to("43");

	change.keep_metadata = true;
	assert_made(state, "\xef\xbb\xbf{\"value\": 42, \"timestamp\": 1700000000}",
		&change,
		"\xef\xbb\xbf{\"job\": \"orders\", \"partition\": \"0\", \"value\": 43, "
		"\"timestamp\": 1795352861}");
}

/* --- times --- */

static void
the_time_keeps_its_format(void **state)
{
	static const struct {
		const char *old, *made;
	} cases[] = {
		{ "\"2026-11-22T12:07:41Z\"", "\"2026-11-22T13:07:41Z\"" },
		{ "\"2026-11-22T12:07:41.123Z\"", "\"2026-11-22T13:07:41.250Z\"" },
		{ "\"2026-11-22 17:37:41.123456+05:30\"",
			"\"2026-11-22 18:37:41.250000+05:30\"" },
		{ "1795349261", "1795352861" },
		{ "1795349261123", "1795352861250" },
		{ "\"1795349261\"", "\"1795352861\"" },
		{ "\"yesterday\"", "\"2026-11-22T13:07:41.250000\"" },
		{ "null", "\"2026-11-22T13:07:41.250000\"" },
		{ "[1]", "\"2026-11-22T13:07:41.250000\"" },
	};

	set_zone("UTC");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct change change = change_to("6");
		char old[128], made[160];

		change.keep_metadata = true;
		snprintf(old, sizeof(old),
			"{\"job\":\"orders\",\"partition\":\"0\",\"value\":5,"
			"\"timestamp\":%s}",
			cases[i].old);
		snprintf(made, sizeof(made),
			"{\"job\":\"orders\",\"partition\":\"0\",\"value\":6,"
			"\"timestamp\":%s}",
			cases[i].made);
		assert_made(state, old, &change, made);
	}
}

/* Makes a document of one that was written at `old` and whose file changed at `seconds`,
 * and gives the time in it. */
static void
assert_time(void **state, const char *old, int64_t seconds, const struct zone *zone,
	const char *expected)
{
	struct change change = change_to("6");
	char text[128];
	struct dir_file file;
	struct str out = { 0 };

	snprintf(text, sizeof(text), "{\"value\":5,\"timestamp\":\"%s\"}", old);
	file = old_file(state, text, seconds);
	assert_int_equal(dir_doc_make(&out, &file, &change, zone, NULL), 0);
	assert_non_null(strstr(out.text, expected));
	str_free(&out);
	dir_file_free(&file);
}

static void
a_time_without_a_zone_stays_in_the_zone_of_its_writer(void **state)
{
	int64_t mtime = AT / SECOND - 3600;
	struct zone *zone = zone_fixed(3600);

	/* The writer is at +05:30, we are at UTC. */
	set_zone("UTC");
	assert_time(
		state, "2026-11-22T17:37:40", mtime, NULL, "\"2026-11-22T18:37:41.25");
	/* The configuration knows better. */
	assert_time(
		state, "2026-11-22T17:37:40", mtime, zone, "\"2026-11-22T14:07:41.25");
	zone_free(zone);
}

static void
the_local_zone_is_followed_through_daylight_saving(void **state)
{
	/* Written in Berlin's summer (+02:00) and by us in its winter (+01:00). */
	int64_t summer = INT64_C(1783339200); /* 2026-07-06T12:00:00Z */

	set_zone("Europe/Berlin");
	assert_time(
		state, "2026-07-06T14:00:00", summer, NULL, "\"2026-11-22T14:07:41.25");
	/* A writer who is always at +02:00 would have been taken for Berlin; one at
	 * +03:00 is not. */
	assert_time(
		state, "2026-07-06T15:00:00", summer, NULL, "\"2026-11-22T16:07:41.25");
	set_zone("UTC");
}

static void
a_time_that_was_copied_says_nothing_about_zones(void **state)
{
	set_zone("UTC");
	assert_time(state, "2026-11-01T00:00:00", AT / SECOND, NULL,
		"\"2026-11-22T13:07:41.25");
}

/* --- refusals --- */

static void
what_json_cannot_hold_is_refused(void **state)
{
	struct change change = change_to("caf\xe9");

	assert_refused(state, NULL, &change, "UTF-8");
	change = change_to("1");
	change.metadata = SPAN("{\"a\": }");
	assert_refused(state, NULL, &change, "metadata");
	/* Would smuggle a member in. */
	change.metadata = SPAN("{}, \"value\": 9");
	assert_refused(state, NULL, &change, "metadata");
	assert_refused(state, "{\"value\": 1}", &change, "metadata");
}

static void
what_could_not_be_read_again_is_refused(void **state)
{
	struct change change = change_to("1");
	struct str metadata = { 0 };

	str_add_char(&metadata, '"');
	str_add_repeated(&metadata, 'x', DIR_FILE_MAX);
	str_add_char(&metadata, '"');
	change.metadata = str_span(&metadata);
	assert_refused(state, NULL, &change, "bytes");
	str_clear(&metadata);
	str_add_repeated(&metadata, '[', JSON_DEPTH_MAX);
	str_add_repeated(&metadata, ']', JSON_DEPTH_MAX);
	change.metadata = str_span(&metadata);
	assert_refused(state, NULL, &change, "could not be read again");
	str_free(&metadata);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_what_python_writes_and_the_key),
		TEST(its_time_is_local_and_without_a_fraction_of_zero),
		TEST(a_new_value_is_a_number_only_in_its_shortest_form),
		TEST(the_value_keeps_its_kind),
		TEST(sql_null_becomes_null),
		TEST(every_other_byte_stays),
		TEST(missing_members_are_added_behind),
		TEST(members_named_like_ours_are_not_doubled),
		TEST(a_byte_order_mark_stays_in_front),
		TEST(the_time_keeps_its_format),
		TEST(a_time_without_a_zone_stays_in_the_zone_of_its_writer),
		TEST(the_local_zone_is_followed_through_daylight_saving),
		TEST(a_time_that_was_copied_says_nothing_about_zones),
		TEST(what_json_cannot_hold_is_refused),
		TEST(what_could_not_be_read_again_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
