/* SPDX-License-Identifier: MIT
 * Files as writers leave them, whole and torn. This program's own nanosleep() comes
 * before the C library's: what a writer does while a reader waits happens there. */
#include "store/dir/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../base/scratch.h"
#include "base/utf8.h"

#define NAME "orders_0.json"

static struct {
	void (*during)(
		const struct scratch *scratch); /* what the writer does meanwhile */
	const struct scratch *scratch;
	int pauses;
} sim;

int nanosleep(const struct timespec *time, struct timespec *left);

int
nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time;
	(void)left;
	sim.pauses++;
	if (sim.during != NULL)
		sim.during(sim.scratch);
	return 0;
}

static void
write_bytes(const struct scratch *scratch, const char *name, struct span bytes)
{
	int fd = openat(scratch->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.at, bytes.len), bytes.len);
	close(fd);
}

static void
set_age(const struct scratch *scratch, const char *name, time_t seconds)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= seconds;
	times[1] = times[0];
	assert_int_equal(utimensat(scratch->fd, name, times, 0), 0);
}

static struct dir_file
read_settled(void **state, const char *text)
{
	struct dir_file file = { 0 };

	sim.during = NULL;
	write_bytes(*state, NAME, span_of(text));
	assert_int_equal(
		dir_file_read_settled(&file, ((struct scratch *)*state)->fd, NAME),
		DIR_FILE_READ);
	return file;
}

/* --- values --- */

static void
values_are_what_was_written(void **state)
{
	static const struct {
		const char *written, *text;
		enum ckpt_storage storage;
	} cases[] = {
		{ "88412007", "88412007", CKPT_STORAGE_INTEGER },
		{ "-1", "-1", CKPT_STORAGE_INTEGER },
		{ "9007199254740993", "9007199254740993", CKPT_STORAGE_INTEGER },
		{ "1180591620717411303424", "1180591620717411303424",
			CKPT_STORAGE_INTEGER },
		{ "1.10", "1.10", CKPT_STORAGE_REAL },
		{ "1e400", "1e400", CKPT_STORAGE_REAL },
		{ "NaN", "NaN", CKPT_STORAGE_REAL },
		{ "\"007\"", "007", CKPT_STORAGE_TEXT },
		{ "\"\"", "", CKPT_STORAGE_TEXT },
		{ "\"a\\u00e9\\\"b\"", "a\xc3\xa9\"b", CKPT_STORAGE_TEXT },
		{ "\"\\ud800\"", "\xef\xbf\xbd", CKPT_STORAGE_TEXT },
		{ "true", "true", CKPT_STORAGE_OTHER },
		{ "{\"lsn\": 5}", "{\"lsn\": 5}", CKPT_STORAGE_OTHER },
		{ "[1, 2]", "[1, 2]", CKPT_STORAGE_OTHER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[128];
		struct dir_file file;

		snprintf(text, sizeof(text), "{\"value\": %s}", cases[i].written);
		file = read_settled(state, text);
		assert_null(file.damage);
		assert_true(span_is(file.value, cases[i].text));
		assert_int_equal(file.storage, cases[i].storage);
		dir_file_free(&file);
	}
}

static void
null_is_a_value_and_no_damage(void **state)
{
	struct dir_file file = read_settled(state, "{\"value\": null}");

	assert_null(file.damage);
	assert_null(file.value.at);
	assert_int_equal(file.storage, CKPT_STORAGE_NULL);
	dir_file_free(&file);
}

static void
the_python_class_is_understood(void **state)
{
	struct dir_file file = read_settled(state,
		"{\"value\": 42, \"metadata\": {\"host\": \"w\", \"n\": 1e400}, "
		"\"timestamp\": \"2026-11-22T03:07:41.120000\"}");

	assert_null(file.damage);
	assert_false(file.has_key);
	assert_true(span_is(file.metadata, "{\"host\": \"w\", \"n\": 1e400}"));
	assert_true(span_is(file.updated_text, "2026-11-22T03:07:41.120000"));
	assert_int_equal(file.updated.form, STAMP_NAIVE);
	dir_file_free(&file);
}

static void
a_key_inside_is_read_when_both_halves_are_there(void **state)
{
	static const struct {
		const char *text;
		bool has_key;
	} cases[] = {
		{ "{\"job\": \"a/b\", \"partition\": \"c_d\", \"value\": 1}", true },
		{ "{\"job\": \"a/b\", \"partition\": 7, \"value\": 1}", true },
		{ "{\"job\": \"a/b\", \"value\": 1}", false },
		{ "{\"job\": {\"id\": 1}, \"partition\": 0, \"value\": 1}", false },
		{ "{\"job\": \"\", \"partition\": 0, \"value\": 1}", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dir_file file = read_settled(state, cases[i].text);

		assert_null(file.damage);
		assert_int_equal(file.has_key, cases[i].has_key);
		if (file.has_key)
			assert_true(span_is(file.key.job, "a/b"));
		dir_file_free(&file);
	}
}

static void
a_byte_order_mark_is_accepted(void **state)
{
	struct dir_file file = read_settled(state, "\xef\xbb\xbf{\"value\": 1}\n");

	assert_null(file.damage);
	assert_true(span_is(file.value, "1"));
	dir_file_free(&file);
}

/* --- damage --- */

static void
assert_damage(struct dir_file *file, const char *words)
{
	assert_non_null(file->damage);
	assert_string_equal(file->damage, words);
	assert_true(safe_width(span_of(file->damage)) <= 27);
	assert_true(file->detail.len > 0);
	dir_file_free(file);
}

static void
damage_has_words(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "file empty" },
		{ "  \n", "file empty" },
		{ "{\"value\": 1, \"metadata\": {", "file cut off" },
		{ "{\"value\": 1, \"metadata\": {}", "file cut off" },
		{ "{\"value\": \"88}", "file cut off" },
		{ "{\"value\": \"a\\\"}", "file cut off" },
		{ "{\"value\": 1}}", "value unreadable" },
		{ "{\"value\": 1} {\"value\": 2}", "value unreadable" },
		{ "{\"value\": 0x10}", "value unreadable" },
		{ "garbage", "value unreadable" },
		{ "[1]", "not a JSON object" },
		{ "7", "not a JSON object" },
		{ "{\"val\": 1}", "no value in the file" },
		{ "{}", "no value in the file" },
		{ "{\"value\": 1, \"value\": 2}", "member written twice" },
		{ "{\"value\": 1, \"metadata\": 1, \"metadata\": 2}",
			"member written twice" },
		{ "{\"value\": 1, \"job\": \"a\", \"job\": \"b\"}",
			"member written twice" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dir_file file = read_settled(state, cases[i].text);

		assert_damage(&file, cases[i].words);
	}
}

static void
what_is_readable_of_a_damaged_file_is_told(void **state)
{
	struct dir_file file = read_settled(state,
		"{\"job\": \"a\", \"partition\": \"b\", \"timestamp\": 1700000000}");

	assert_true(file.has_key);
	assert_int_equal(file.updated.form, STAMP_EPOCH);
	assert_true(file.mark.mtime > 0);
	assert_damage(&file, "no value in the file");
}

static void
nul_bytes_after_a_power_failure_are_damage(void **state)
{
	struct scratch *scratch = *state;
	struct dir_file file = { 0 };
	char zeros[512] = { 0 };

	write_bytes(scratch, NAME, (struct span){ zeros, sizeof(zeros) });
	dir_file_read_settled(&file, scratch->fd, NAME);
	assert_damage(&file, "NUL bytes in the file");
	memcpy(zeros, "{\"value\": 1", 11);
	write_bytes(scratch, NAME, (struct span){ zeros, sizeof(zeros) });
	dir_file_read_settled(&file, scratch->fd, NAME);
	assert_damage(&file, "NUL bytes in the file");
}

static void
a_document_nested_too_deep_is_damage(void **state)
{
	struct str text = { 0 };
	struct dir_file file;

	str_add(&text, "{\"value\": 1, \"metadata\": ");
	str_add_repeated(&text, '[', JSON_DEPTH_MAX);
	str_add_repeated(&text, ']', JSON_DEPTH_MAX);
	str_add(&text, "}");
	file = read_settled(state, text.text);
	assert_damage(&file, "nested too deep");
	str_free(&text);
}

static void
huge_files_are_not_read(void **state)
{
	struct scratch *scratch = *state;
	struct dir_file file = { 0 };
	int fd = openat(scratch->fd, NAME, O_WRONLY | O_CREAT, 0666);

	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	close(fd);
	assert_int_equal(dir_file_read(&file, scratch->fd, NAME), DIR_FILE_READ);
	assert_true(file.mark.size == (uint64_t)1 << 40);
	assert_int_equal(file.text.len, 0);
	assert_damage(&file, "file too large");
}

static void
what_is_no_regular_file_is_told_without_waiting(void **state)
{
	struct scratch *scratch = *state;
	struct dir_file file = { 0 };

	assert_int_equal(mkfifoat(scratch->fd, "fifo_0.json", 0666), 0);
	dir_file_read(&file, scratch->fd, "fifo_0.json");
	assert_damage(&file, "not a regular file");
	assert_int_equal(mkdirat(scratch->fd, "dir_0.json", 0777), 0);
	dir_file_read(&file, scratch->fd, "dir_0.json");
	assert_int_equal(file.mark.links, 1);
	assert_damage(&file, "not a regular file");
	assert_int_equal(mknodat(scratch->fd, "sock_0.json", S_IFSOCK | 0666, 0), 0);
	dir_file_read(&file, scratch->fd, "sock_0.json");
	assert_damage(&file, "not a regular file");
}

static void
links_are_not_followed(void **state)
{
	struct scratch *scratch = *state;
	struct dir_file file = { 0 };

	assert_int_equal(symlinkat("/etc/passwd", scratch->fd, "out_0.json"), 0);
	assert_int_equal(symlinkat("nowhere", scratch->fd, "dangling_0.json"), 0);
	dir_file_read(&file, scratch->fd, "out_0.json");
	assert_int_equal(file.text.len, 0);
	assert_damage(&file, "symbolic link, not followed");
	dir_file_read(&file, scratch->fd, "dangling_0.json");
	assert_damage(&file, "symbolic link, not followed");
	assert_int_equal(dir_file_read(&file, scratch->fd, "none_0.json"), DIR_FILE_GONE);
	dir_file_free(&file);
}

/* In a child that is not root, whom no permission stops. */
static void
a_file_that_must_not_be_read_is_told(void **state)
{
	struct scratch *scratch = *state;
	int status;
	pid_t child;

	write_bytes(scratch, NAME, SPAN("{\"value\": 1}"));
	assert_int_equal(fchmodat(scratch->fd, NAME, 0, 0), 0);
	assert_int_equal(chmod(scratch->path, 0755), 0);
	child = fork();
	if (child == 0) {
		struct dir_file file = { 0 };
		bool told;

		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		dir_file_read(&file, scratch->fd, NAME);
		told = file.damage != NULL &&
		       strcmp(file.damage, "no read permission") == 0;
		dir_file_free(&file);
		_exit(told ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* --- writers at work --- */

static void
finish(const struct scratch *scratch)
{
	write_bytes(scratch, NAME, SPAN("{\"value\": 2}"));
}

static void
go_on(const struct scratch *scratch)
{
	char text[64];

	snprintf(text, sizeof(text), "{\"value\": %0*d", 10 + sim.pauses, 1);
	write_bytes(scratch, NAME, span_of(text));
}

static void
a_file_being_written_is_read_again(void **state)
{
	struct dir_file file = { 0 };

	sim.scratch = *state;
	sim.during = finish;
	sim.pauses = 0;
	write_bytes(*state, NAME, SPAN(""));
	dir_file_read_settled(&file, sim.scratch->fd, NAME);
	assert_int_equal(sim.pauses, 1);
	assert_null(file.damage);
	assert_true(span_is(file.value, "2"));
	dir_file_free(&file);
}

static void
two_reads_that_agree_are_damage(void **state)
{
	struct dir_file file = { 0 };

	sim.scratch = *state;
	sim.during = NULL;
	sim.pauses = 0;
	write_bytes(*state, NAME, SPAN("{\"value\": 1"));
	dir_file_read_settled(&file, sim.scratch->fd, NAME);
	assert_int_equal(sim.pauses, 1);
	assert_damage(&file, "file cut off");
}

static void
a_writer_that_never_ends_is_not_waited_for(void **state)
{
	struct dir_file file = { 0 };

	sim.scratch = *state;
	sim.during = go_on;
	sim.pauses = 0;
	write_bytes(*state, NAME, SPAN("{\"value\": 1"));
	dir_file_read_settled(&file, sim.scratch->fd, NAME);
	assert_int_equal(sim.pauses, DIR_FILE_READS - 1);
	assert_damage(&file, "file cut off");
	sim.during = NULL;
}

/* --- times --- */

static struct dir_file
read_with_time(void **state, const char *time)
{
	char text[128];
	struct dir_file file = { 0 };

	snprintf(text, sizeof(text), "{\"value\": 1, \"timestamp\": %s}", time);
	write_bytes(*state, NAME, span_of(text));
	set_age(*state, NAME, 3600);
	dir_file_read(&file, ((struct scratch *)*state)->fd, NAME);
	return file;
}

/* A time `seconds` from that of the files in these tests, as a local time of `offset`. */
static const char *
time_text(char *out, size_t size, int64_t seconds, int64_t offset, const char *zone)
{
	struct stamp pattern = { .form = STAMP_NAIVE, .separator = 'T' };
	struct zone *utc = zone_fixed(0);
	struct str text = { 0 };

	stamp_format(&text, &pattern,
		clock_now() - 3600 * SECOND + seconds * SECOND + offset, utc);
	snprintf(out, size, "\"%s%s\"", text.text, zone);
	str_free(&text);
	zone_free(utc);
	return out;
}

static void
a_time_far_from_that_of_the_file_is_noticed(void **state)
{
	static const struct {
		int64_t seconds, offset;
		const char *zone;
		bool skewed;
	} cases[] = {
		{ 0, 0, "Z", false },
		{ 45, 0, "Z", false },
		{ 75, 0, "Z", true },
		{ -75, 0, "Z", true },
		{ 0, 0, "", false },
		{ 45, 5 * HOUR + 45 * MINUTE, "", false },
		{ -45, -8 * HOUR, "", false },
		{ 75, 5 * HOUR, "", true },
		{ 0, 14 * HOUR, "", false },
		{ 0, 15 * HOUR, "", true },
		{ 0, -12 * HOUR, "", false },
		{ 0, -13 * HOUR, "", true },
		{ -15 * 60, 0, "", true },
		{ 0, 12 * HOUR + 45 * MINUTE, "", false },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dir_file file = read_with_time(
			state, time_text(text, sizeof(text), cases[i].seconds,
				       cases[i].offset, cases[i].zone));

		assert_int_equal(
			dir_file_is_skewed(&file, NULL, MINUTE), cases[i].skewed);
		dir_file_free(&file);
	}
}

static void
a_zone_that_is_known_is_not_guessed(void **state)
{
	struct zone *zone = zone_fixed(2 * 3600);
	char text[64];
	struct dir_file file =
		read_with_time(state, time_text(text, sizeof(text), 0, 2 * HOUR, ""));

	assert_false(dir_file_is_skewed(&file, zone, MINUTE));
	dir_file_free(&file);
	file = read_with_time(state, time_text(text, sizeof(text), 0, 1 * HOUR, ""));
	assert_true(dir_file_is_skewed(&file, zone, MINUTE));
	dir_file_free(&file);
	zone_free(zone);
}

static void
times_at_the_ends_of_time_do_not_overflow(void **state)
{
	struct dir_file file = read_with_time(state, "\"200000-12-31T23:59:59.999999\"");

	assert_true(dir_file_is_skewed(&file, NULL, MINUTE));
	dir_file_free(&file);
	file = read_with_time(state, "\"0001-01-01T00:00:00\"");
	assert_true(dir_file_is_skewed(&file, NULL, MINUTE));
	dir_file_free(&file);
	file = read_with_time(state, "\"yesterday\"");
	assert_false(dir_file_is_skewed(&file, NULL, MINUTE));
	assert_true(span_is(file.updated_text, "yesterday"));
	dir_file_free(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_what_was_written),
		TEST(null_is_a_value_and_no_damage),
		TEST(the_python_class_is_understood),
		TEST(a_key_inside_is_read_when_both_halves_are_there),
		TEST(a_byte_order_mark_is_accepted),
		TEST(damage_has_words),
		TEST(what_is_readable_of_a_damaged_file_is_told),
		TEST(nul_bytes_after_a_power_failure_are_damage),
		TEST(a_document_nested_too_deep_is_damage),
		TEST(huge_files_are_not_read),
		TEST(what_is_no_regular_file_is_told_without_waiting),
		TEST(links_are_not_followed),
		TEST(a_file_that_must_not_be_read_is_told),
		TEST(a_file_being_written_is_read_again),
		TEST(two_reads_that_agree_are_damage),
		TEST(a_writer_that_never_ends_is_not_waited_for),
		TEST(a_time_far_from_that_of_the_file_is_noticed),
		TEST(a_zone_that_is_known_is_not_guessed),
		TEST(times_at_the_ends_of_time_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
