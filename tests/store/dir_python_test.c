/* SPDX-License-Identifier: MIT
 * A directory that Python pipelines save into: the class of the seed document as an
 * outside program, in several time zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../unit/store/dir/rows.h"
#include "lib/ckpt.h"

#include <poll.h>

/* Starts the Python program: its output can be read, and finish() waits for it. */
static FILE *
start(const struct scratch *scratch, const char *zone, const char *arguments)
{
	const char *source = getenv("srcdir");
	struct str command = { 0 };
	FILE *output;

	str_addf(&command, "TZ=%s exec python3 '%s/tests/python/seed.py' 'dir:%s' %s",
		zone, source != NULL ? source : ".", scratch->path, arguments);
	output = popen(command.text, "r");
	assert_non_null(output);
	str_free(&command);
	return output;
}

static void
finish(FILE *output, char *text, size_t size)
{
	size_t len = fread(text, 1, size - 1, output);

	while (len > 0 && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	assert_int_equal(pclose(output), 0);
}

static void
python(const struct scratch *scratch, const char *zone, const char *arguments,
	const char *expected)
{
	char text[1024];

	finish(start(scratch, zone, arguments), text, sizeof(text));
	if (expected != NULL)
		assert_string_equal(text, expected);
}

/* --- reading what Python wrote --- */

struct seen {
	size_t count;
	enum ckpt_storage storage;
	char value[64], metadata[128];
	int64_t naive, written_at;
	bool damaged;
};

static void
note(void *arg, const struct ckpt *row)
{
	struct seen *seen = arg;

	seen->count++;
	seen->storage = row->storage;
	seen->damaged |= row->damage.at != NULL;
	seen->naive = row->updated.form == STAMP_NAIVE ? row->updated.at : TIME_NONE;
	seen->written_at = row->written_at;
	snprintf(seen->value, sizeof(seen->value), "%.*s", (int)row->value.len,
		row->value.at);
	snprintf(seen->metadata, sizeof(seen->metadata), "%.*s", (int)row->metadata.len,
		row->metadata.at);
}

static void
what_python_saves_is_read(void **state)
{
	static const struct {
		const char *zone;
		int64_t offset;
	} zones[] = { { "UTC", 0 }, { "Asia/Kathmandu", 5 * HOUR + 45 * MINUTE },
		{ "Etc/GMT+8", -8 * HOUR } };
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_READ, "");
	struct key key = { SPAN("daily-orders"), SPAN("partition-0") };

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		struct seen seen = { 0 };
		int64_t difference;

		python(scratch, zones[i].zone,
			"save daily-orders partition-0 88412007 "
			"'{\"host\": \"gr\\u00f6\\u00dfe\", \"n\": 1e400}'",
			"");
		assert_int_equal(store_load(opened->store, key, note, &seen, NULL), 0);
		assert_string_equal(seen.value, "88412007");
		assert_int_equal(seen.storage, CKPT_STORAGE_INTEGER);
		assert_string_equal(seen.metadata,
			"{\"host\": \"gr\\u00f6\\u00dfe\", \"n\": Infinity}");
		difference = seen.naive - zones[i].offset - seen.written_at;
		assert_true(difference < MINUTE && difference > -MINUTE);
	}
	assert_scan(opened,
		"daily-orders/partition-0 88412007 daily-orders_partition-0.json");
	assert_true(fact_is(opened, "times", NULL));
	close_store(opened);
}

static void
every_state_while_python_saves_is_whole(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	struct seen seen = { 0 };
	char text[16];
	struct pollfd ended = { .events = POLLIN };
	FILE *loop;

	python(scratch, "UTC", "save orders 0 0", "");
	opened = open_dir_store(scratch, STORE_READ, "");
	loop = start(scratch, "UTC", "loop orders 0 2000");
	ended.fd = fileno(loop);
	do {
		bool whole, steady, changed;
		struct err err = { 0 };

		/* Asked before the look: the last look is after the last save. */
		poll(&ended, 1, 0);
		if (store_changed(opened->store, &changed, &err) != 0 ||
			(changed && store_scan_changes(opened->store, note, &seen, &whole,
					    &steady, &err) != 0))
			fail_msg("%s", err.text);
		assert_false(seen.damaged);
	} while (!(ended.revents & POLLHUP));
	finish(loop, text, sizeof(text));
	assert_string_equal(seen.value, "2000");
	close_store(opened);
}

/* --- writing what Python reads --- */

static void
save(struct ckpt_handle *handle, const char *value)
{
	if (ckpt_save(handle, "orders", "0", value, "{\"host\": \"w7\"}") != CKPT_OK)
		fail_msg("%s", ckpt_error(handle));
}

static struct ckpt_handle *
open_handle(const struct scratch *scratch)
{
	struct ckpt_handle *handle;
	char uri[PATH_MAX + 8];

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	assert_int_equal(ckpt_open(&handle, uri), CKPT_OK);
	return handle;
}

static void
python_loads_what_was_saved(void **state)
{
	struct scratch *scratch = *state;
	struct ckpt_handle *handle = open_handle(scratch);
	char text[1024];

	setenv("TZ", "UTC", 1);
	tzset();
	python(scratch, "UTC", "load orders 0", "null");
	save(handle, "42");
	finish(start(scratch, "UTC", "load orders 0"), text, sizeof(text));
	assert_non_null(strstr(text, "\"value\": 42,"));
	assert_non_null(strstr(text, "\"metadata\": {\"host\": \"w7\"}"));
	python(scratch, "UTC", "minutes orders 0", "0");
	save(handle, "x-43");
	finish(start(scratch, "UTC", "load orders 0"), text, sizeof(text));
	assert_non_null(strstr(text, "\"value\": \"x-43\""));
	ckpt_close(handle);
}

static void
what_python_wrote_keeps_its_kind_and_zone(void **state)
{
	static const char *const zones[] = { "UTC", "Asia/Kathmandu", "Etc/GMT+8" };
	struct scratch *scratch = *state;

	setenv("TZ", "Etc/GMT-3", 1);
	tzset();
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		struct ckpt_handle *handle = open_handle(scratch);
		char text[1024];

		python(scratch, zones[i], "save orders 0 '\"41\"'", "");
		save(handle, "42");
		finish(start(scratch, zones[i], "load orders 0"), text, sizeof(text));
		assert_non_null(strstr(text, "\"value\": \"42\""));
		python(scratch, zones[i], "minutes orders 0", "0");
		ckpt_close(handle);
	}
	setenv("TZ", "UTC", 1);
	tzset();
}

static void
a_save_by_python_fences_us(void **state)
{
	struct scratch *scratch = *state;
	struct ckpt_handle *handle = open_handle(scratch);

	save(handle, "1");
	python(scratch, "UTC", "save orders 0 100", "");
	assert_int_equal(ckpt_save(handle, "orders", "0", "2", NULL), CKPT_FENCED);
	python(scratch, "UTC", "save orders 0 1", "");
	save(handle, "2");
	ckpt_close(handle);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_python_saves_is_read),
		TEST(every_state_while_python_saves_is_whole),
		TEST(python_loads_what_was_saved),
		TEST(what_python_wrote_keeps_its_kind_and_zone),
		TEST(a_save_by_python_fences_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
