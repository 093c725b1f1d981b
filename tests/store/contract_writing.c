/* SPDX-License-Identifier: MIT
 *
 * What a store writes, and what it refuses to overwrite. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
a_save_is_read_by_everybody(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct store *reader = bench_open(bench, STORE_READ);
	struct change change = change_of("orders", "0", "88412007");
	struct rows rows = { 0 };
	struct err err = { 0 };

	bench_scan(reader, &rows);
	change.metadata = SPAN("{\"host\": \"worker-07\"}");
	assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
	assert_outside(bench, "orders", "0", "88412007");
	assert_true(bench_changed(reader));
	for (int i = 0; i < 2; i++) {
		bench_load(i == 0 ? reader : store, "orders", "0", &rows);
		assert_span(rows.list[0].value, "88412007");
		assert_span(rows.list[0].metadata, "{\"host\": \"worker-07\"}");
		assert_int_equal(stamp_instant(&rows.list[0].updated, bench->zone),
			change.updated_at);
	}
	rows_free(&rows);
	store_close(reader);
	store_close(store);
}

static void
the_gate_tells_of_our_own_saves(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct rows rows = { 0 };

	bench_save(store, "orders", "0", "1", NULL);
	bench_scan(store, &rows);
	bench_save(store, "orders", "0", "2", NULL);
	assert_true(bench_changed(store));
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "2");
	rows_free(&rows);
	store_close(store);
}

static void
metadata_is_kept_replaced_or_left_out(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct change change = change_of("orders", "0", "2");
	struct rows rows = { 0 };
	struct err err = { 0 };

	bench_put(bench, "orders", "0", "1", "{\"a\":   1.50}");
	change.keep_metadata = true;
	change.metadata = SPAN("{\"ignored\": 1}");
	assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
	bench_load(store, "orders", "0", &rows);
	assert_metadata(bench, rows.list[0].metadata, "{\"a\":   1.50}");
	bench_save(store, "orders", "0", "3", "{\"b\": 2}");
	bench_load(store, "orders", "0", &rows);
	assert_span(rows.list[0].metadata, "{\"b\": 2}");
	bench_save(store, "orders", "0", "4", NULL);
	bench_load(store, "orders", "0", &rows);
	assert_true(
		rows.list[0].metadata.at == NULL || span_is(rows.list[0].metadata, "{}"));
	rows_free(&rows);
	store_close(store);
}

/* --- guards --- */

static void
absent_is_made_once(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct change change = change_of("orders", "0", "1");
	struct err err = { 0 };

	bench_put(bench, "orders", "1", "5", NULL);
	change.guard.kind = GUARD_ABSENT;
	assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
	change.value = SPAN("2");
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_outside(bench, "orders", "0", "1");
	assert_outside(bench, "orders", "1", "5");
	store_close(store);
}

static void
only_the_value_that_was_seen_is_replaced(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct change change = change_of("orders", "0", "200");
	struct rows rows = { 0 };
	struct err err = { 0 };

	bench_put(bench, "orders", "0", "100", NULL);
	bench_load(store, "orders", "0", &rows);
	change.guard =
		(struct guard){ GUARD_VALUE, rows.list[0].value, rows.list[0].storage };
	/* Somebody saves in between. */
	bench_put(bench, "orders", "0", "150", NULL);
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_non_null(strstr(err.text, "150"));
	assert_outside(bench, "orders", "0", "150");
	err_clear(&err);
	change.guard.value = SPAN("150");
	assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
	assert_outside(bench, "orders", "0", "200");
	/* The same again: it is not there any more. */
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	err_clear(&err);
	bench->fixture->remove(&bench->site, "orders", "0");
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_outside(bench, "orders", "0", NULL);
	rows_free(&rows);
	store_close(store);
}

/* The number is written 0150: as a position it is the same, as a stored value it is not.
 */
static void
the_guard_compares_what_is_stored(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct change change = change_of("orders", "0", "200");
	struct err err = { 0 };

	bench_save(store, "orders", "0", "0150", NULL);
	change.guard = (struct guard){ GUARD_VALUE, SPAN("150"), CKPT_STORAGE_TEXT };
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	err_clear(&err);
	change.guard.value = SPAN("0150 ");
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	assert_outside(bench, "orders", "0", "0150");
	store_close(store);
}

/* One of several processes that count one checkpoint up. 0, or which step failed. */
static int
count_up(const struct bench *bench, int times)
{
	struct store *store;
	struct err err = { 0 };
	char value[24];

	if (store_open(&store, &bench->config, STORE_WRITE, &err) != 0)
		return 1;
	while (times > 0) {
		struct rows rows = { 0 };
		struct change change;
		enum change_result result;

		if (store_load(store, key_of("count", "0"), rows_take, &rows, &err) != 0)
			return 2;
		snprintf(value, sizeof(value), "%d", atoi(rows.list[0].value.at) + 1);
		change = change_of("count", "0", value);
		change.guard = (struct guard){ GUARD_VALUE, rows.list[0].value,
			rows.list[0].storage };
		result = store_save(store, &change, &err);
		if (result != CHANGE_DONE && result != CHANGE_CONFLICT)
			return 3;
		times -= result == CHANGE_DONE;
		err_clear(&err);
		rows_free(&rows);
	}
	store_close(store);
	return 0;
}

static void
no_save_is_lost_between_two_writers(void **state)
{
	struct bench *bench = *state;
	pid_t children[3];
	int status;

	bench_put(bench, "count", "0", "0", NULL);
	for (int i = 0; i < 3; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(count_up(bench, 40));
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_outside(bench, "count", "0", "120");
}

/* --- what may be written --- */

static void
saves_and_reads_back(
	struct store *store, const char *job, const char *partition, const char *value)
{
	struct rows rows = { 0 };

	bench_save(store, job, partition, value, NULL);
	bench_load(store, job, partition, &rows);
	assert_span(rows.list[0].key.job, job);
	assert_span(rows.list[0].key.partition, partition);
	assert_span(rows.list[0].value, value);
	rows_free(&rows);
}

/* Each as a job and as a partition. */
static void
write_names(struct bench *bench, const char *const *names, size_t count)
{
	struct store *store = bench_open(bench, STORE_WRITE);
	struct rows rows = { 0 };
	char value[24];

	for (size_t i = 0; i < count; i++) {
		snprintf(value, sizeof(value), "%zu", i);
		saves_and_reads_back(store, names[i], "0", value);
		saves_and_reads_back(store, "job", names[i], value);
	}
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 2 * count);
	for (size_t i = 0; i < count; i++) {
		snprintf(value, sizeof(value), "%zu", i);
		assert_non_null(rows_find(&rows, names[i], "0"));
		assert_span(rows_find(&rows, names[i], "0")->value, value);
		assert_span(rows_find(&rows, "job", names[i])->value, value);
	}
	rows_free(&rows);
	store_close(store);
}

static void
odd_names_are_written_and_found(void **state)
{
	static const char *const names[] = { "a b", "a_b", "a%20b",
		"o'; DROP TABLE x; --", "\"x\"", "caf\xc3\xa9", "007", "7", "1e3", "*",
		"NULL", "a\\b", "$(x)", "{}" };

	write_names(*state, names, sizeof(names) / sizeof(*names));
}

/* All that SQLite, or a reader of numbers, may take for one another. */
static void
keys_that_are_nearly_the_same_number(void **state)
{
	static const char *const names[] = { "1.1", "1.10", "01.1", "1.1e0", "0x10", "16",
		"+5", "05", "5.0", "5", "5.00", "5e0", "1e+300", "1.0e+300", "0.0", "0",
		"9007199254740993", "9007199254740992.0" };
	struct bench *bench = *state;
	struct store *store;
	struct rows rows = { 0 };
	struct err err = { 0 };

	write_names(bench, names, sizeof(names) / sizeof(*names));
	/* What is not there is not found by its neighbour, and not in its place. */
	store = bench_open(bench, STORE_WRITE);
	assert_int_equal(
		store_load(store, key_of("job", "1.100"), rows_take, &rows, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(rows.count, 0);
	bench_save(store, "job", "1.10", "new", NULL);
	bench_load(store, "job", "1.1", &rows);
	assert_span(rows.list[0].value, "0");
	assert_outside(bench, "job", "1.1", "0");
	assert_outside(bench, "job", "1.10", "new");
	rows_free(&rows);
	store_close(store);
}

static void
any_name_is_written_and_found(void **state)
{
	static const char *const names[] = { "a/b", "-1", "..", ".", "a\nb", "\x1b[31m",
		"\xff",
		"0123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789012345678901234567890123456789"
		"012345678901234567890123456789012345678901234567890123456789" };

	write_names(*state, names, sizeof(names) / sizeof(*names));
}

static void
any_value_is_written_and_read_back(void **state)
{
	static const char *const values[] = { "", "0", "-1", "007", "7", "7.0", "1e3",
		" 7 ", "9007199254740993", "9223372036854775808", "16/B374D848",
		"mysql-bin.000123:4", "2026-11-22", "NULL", "null", "true", "{\"a\": 1}",
		"[1, 2]", "caf\xc3\xa9", "a\nb\t", "\\", "\"" };
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct change change = change_of("orders", "0", "guarded");
		struct rows rows = { 0 };
		struct err err = { 0 };

		saves_and_reads_back(store, "orders", "0", values[i]);
		/* What was read is what a guard accepts. */
		bench_load(store, "orders", "0", &rows);
		change.guard = (struct guard){ GUARD_VALUE, rows.list[0].value,
			rows.list[0].storage };
		if (store_save(store, &change, &err) != CHANGE_DONE)
			fail_msg("'%s': %s", values[i], err.text);
		rows_free(&rows);
	}
	store_close(store);
}

/* As where a table holds '' for jobs that are not divided. */
static void
a_partition_may_be_empty(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct rows rows = { 0 };

	bench_put(bench, "orders", "", "1", NULL);
	saves_and_reads_back(store, "orders", "", "2");
	saves_and_reads_back(store, "orders", "0", "3");
	saves_and_reads_back(store, "payments", "", "4");
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 3);
	bench_load(store, "orders", "", &rows);
	assert_span(rows.list[0].value, "2");
	rows_free(&rows);
	store_close(store);
}

static void
what_is_no_checkpoint_is_refused(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct change changes[] = { change_of("", "0", "1"), change_of("a", "0", "1"),
		change_of("a", "0", NULL), change_of("a", "0", "1") };
	struct rows rows = { 0 };

	changes[1].key.partition = SPAN_NONE;
	changes[3].key.job = SPAN("a\0b");
	for (size_t i = 0; i < 4; i++) {
		struct err err = { 0 };

		assert_int_equal(store_save(store, &changes[i], &err), CHANGE_FAILED);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 0);
	store_close(store);
}

static void
the_time_keeps_its_format(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct rows rows = { 0 };

	for (const struct kept_time *time = kept_times; time->before != NULL; time++) {
		struct entry entry = { "orders", "0", "1", NULL, time->before };
		struct change change = change_of("orders", "0", "2");
		struct err err = { 0 };

		bench->fixture->put(&bench->site, &entry);
		change.updated_at = KEPT_AT;
		assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
		bench_load(store, "orders", "0", &rows);
		assert_span(rows.list[0].updated_text, time->after);
	}
	rows_free(&rows);
	store_close(store);
}

static void
a_store_that_is_there_is_not_made_again(void **state)
{
	struct bench *bench = *state;
	struct store_config config = bench->config;
	struct store *store;
	struct rows rows = { 0 };
	struct err err = { 0 };
	char uri[600];
	bool made = true;

	bench_put(bench, "orders", "0", "1", NULL);
	if (strchr(bench->site.uri, '?') == NULL) {
		assert_int_equal(store_create(&config, &made, &err), 0);
		assert_false(made);
	}
	assert_outside(bench, "orders", "0", "1");
	/* Beside it there is room for another one. */
	snprintf(uri, sizeof(uri), "%.*s%s/new", (int)strcspn(bench->site.uri, ":") + 1,
		bench->site.uri, bench->site.directory);
	if (bench->fixture->beside != NULL)
		snprintf(uri, sizeof(uri), "%s", bench->fixture->beside(&bench->site));
	config.uri = uri;
	assert_int_equal(store_create(&config, &made, &err), 0);
	assert_true(made);
	assert_int_equal(store_create(&config, &made, &err), 0);
	assert_false(made);
	assert_int_equal(store_open(&store, &config, STORE_WRITE, &err), 0);
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 0);
	bench_save(store, "orders", "0", "1", "{}");
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 1);
	rows_free(&rows);
	store_close(store);
}

const struct contract contract_of_writing[] = {
	{ "a save is read by everybody", a_save_is_read_by_everybody, FIXTURE_WRITES,
		STORE_CAN_SAVE | STORE_CAN_METADATA },
	{ "the gate tells of our own saves", the_gate_tells_of_our_own_saves,
		FIXTURE_WRITES, STORE_CAN_SAVE },
	{ "metadata is kept, replaced or left out", metadata_is_kept_replaced_or_left_out,
		FIXTURE_WRITES, STORE_CAN_SAVE | STORE_CAN_METADATA },
	{ "absent is made once", absent_is_made_once, FIXTURE_WRITES, STORE_CAN_GUARD },
	{ "only the value that was seen is replaced",
		only_the_value_that_was_seen_is_replaced, FIXTURE_WRITES,
		STORE_CAN_GUARD },
	{ "the guard compares what is stored", the_guard_compares_what_is_stored,
		FIXTURE_WRITES | FIXTURE_ANY_VALUE, STORE_CAN_GUARD },
	{ "no save is lost between two writers", no_save_is_lost_between_two_writers,
		FIXTURE_WRITES, STORE_CAN_GUARD },
	{ "odd names are written and found", odd_names_are_written_and_found,
		FIXTURE_WRITES, STORE_CAN_SAVE },
	{ "keys that are nearly the same number", keys_that_are_nearly_the_same_number,
		FIXTURE_WRITES, STORE_CAN_SAVE },
	{ "any name is written and found", any_name_is_written_and_found,
		FIXTURE_WRITES | FIXTURE_ANY_NAME, STORE_CAN_SAVE },
	{ "any value is written and read back", any_value_is_written_and_read_back,
		FIXTURE_WRITES | FIXTURE_ANY_VALUE, STORE_CAN_GUARD },
	{ "a partition may be empty", a_partition_may_be_empty, FIXTURE_WRITES,
		STORE_CAN_SAVE },
	{ "what is no checkpoint is refused", what_is_no_checkpoint_is_refused,
		FIXTURE_WRITES, STORE_CAN_SAVE },
	{ "the time keeps its format", the_time_keeps_its_format,
		FIXTURE_WRITES | FIXTURE_ANY_TIME, STORE_CAN_SAVE },
	{ "a store that is there is not made again",
		a_store_that_is_there_is_not_made_again, FIXTURE_WRITES, STORE_CAN_INIT },
	{ NULL, NULL, 0, 0 },
};
