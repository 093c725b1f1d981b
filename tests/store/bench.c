/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <string.h>

void
rows_take(void *arg, const struct ckpt *row)
{
	struct rows *rows = arg;
	struct ckpt *copy = &rows->list[rows->count];

	if (rows->arena == NULL)
		rows->arena = arena_new();
	assert_true(rows->count < sizeof(rows->list) / sizeof(*rows->list));
	rows->count++;
	*copy = *row;
	copy->key.job = arena_span(rows->arena, row->key.job);
	copy->key.partition = arena_span(rows->arena, row->key.partition);
	copy->value = arena_span(rows->arena, row->value);
	copy->metadata = arena_span(rows->arena, row->metadata);
	copy->updated_text = arena_span(rows->arena, row->updated_text);
	copy->watermark = arena_span(rows->arena, row->watermark);
	copy->head = arena_span(rows->arena, row->head);
	copy->lag = arena_span(rows->arena, row->lag);
	copy->state = arena_span(rows->arena, row->state);
	copy->damage = arena_span(rows->arena, row->damage);
}

void
rows_free(struct rows *rows)
{
	if (rows->arena != NULL)
		arena_free(rows->arena);
	rows->arena = NULL;
	rows->count = 0;
}

const struct ckpt *
rows_find(const struct rows *rows, const char *job, const char *partition)
{
	for (size_t i = rows->count; i-- > 0;)
		if (key_equal(rows->list[i].key, key_of(job, partition)))
			return &rows->list[i];
	return NULL;
}

struct key
key_of(const char *job, const char *partition)
{
	return (struct key){ span_of(job), span_of(partition) };
}

struct store *
bench_open(const struct bench *bench, enum store_mode mode)
{
	struct store *store;
	struct err err = { 0 };

	if (store_open(&store, &bench->config, mode, &err) != 0)
		fail_msg("%s", err.text);
	return store;
}

void
bench_scan(struct store *store, struct rows *rows)
{
	struct err err = { 0 };
	bool steady;

	rows_free(rows);
	if (store_scan(store, rows_take, rows, &steady, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(steady);
}

void
bench_load(struct store *store, const char *job, const char *partition, struct rows *rows)
{
	struct err err = { 0 };

	rows_free(rows);
	if (store_load(store, key_of(job, partition), rows_take, rows, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(rows->count, 1);
}

bool
bench_changed(struct store *store)
{
	struct err err = { 0 };
	bool changed;

	if (store_changed(store, &changed, &err) != 0)
		fail_msg("%s", err.text);
	return changed;
}

void
assert_unchanged(const struct bench *bench, struct store *store)
{
	assert_true(!bench_changed(store) || bench->fixture->traits & FIXTURE_NO_GATE);
}

void
bench_put(struct bench *bench, const char *job, const char *partition, const char *value,
	const char *metadata)
{
	struct entry entry = {
		.job = job, .partition = partition, .value = value, .metadata = metadata
	};

	bench->fixture->put(&bench->site, &entry);
}

struct change
change_of(const char *job, const char *partition, const char *value)
{
	return (struct change){ .key = key_of(job, partition),
		.value = span_of(value),
		.updated_at = clock_now() };
}

void
bench_save(struct store *store, const char *job, const char *partition, const char *value,
	const char *metadata)
{
	struct change change = change_of(job, partition, value);
	struct err err = { 0 };

	change.metadata = span_of(metadata);
	if (store_save(store, &change, &err) != CHANGE_DONE)
		fail_msg("%s", err.text);
	assert_false(err_is_set(&err));
}

void
assert_outside(
	struct bench *bench, const char *job, const char *partition, const char *value)
{
	const char *found = bench->fixture->look(&bench->site, job, partition);

	if (value == NULL)
		assert_null(found);
	else if (found == NULL || strcmp(found, value) != 0)
		fail_msg("another program reads '%s', not '%s'",
			found != NULL ? found : "nothing", value);
}

void
assert_span(struct span span, const char *expected)
{
	if (!span_is(span, expected))
		fail_msg("'%.*s' is not '%s'", (int)span.len,
			span.at != NULL ? span.at : "", expected ? expected : "none");
}

/* The spaces of a JSON document are between its parts, here. */
static struct str
without_spaces(struct span text)
{
	struct str out = { 0 };

	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != ' ')
			str_add_char(&out, text.at[i]);
	return out;
}

void
assert_metadata(const struct bench *bench, struct span span, const char *expected)
{
	struct str there, wanted;

	if (!(bench->fixture->traits & FIXTURE_REWRITES_JSON)) {
		assert_span(span, expected);
		return;
	}
	there = without_spaces(span);
	wanted = without_spaces(span_of(expected));
	assert_string_equal(str_text(&there), str_text(&wanted));
	str_free(&there);
	str_free(&wanted);
}

const struct kept_time kept_times[] = {
	{ "2026-11-22 03:07:41.123456", "2026-11-22 04:00:00.250000" },
	{ "2026-11-22T03:07:41", "2026-11-22T04:00:00.250000" },
	{ "2026-11-22T03:07:41Z", "2026-11-22T04:00:00Z" },
	{ "2026-11-22T08:37:41.5+05:30", "2026-11-22T09:30:00.2+05:30" },
	{ "2026-11-22 03:07:41+00", "2026-11-22 04:00:00+00" },
	{ NULL, NULL },
};
