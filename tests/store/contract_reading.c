/* SPDX-License-Identifier: MIT
 *
 * What a store delivers of what other programs wrote. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
an_empty_store_has_no_rows(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };
	struct err err = { 0 };

	assert_true(bench_changed(store));
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 0);
	assert_unchanged(bench, store);
	assert_int_equal(
		store_load(store, key_of("orders", "0"), rows_take, &rows, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(rows.count, 0);
	store_close(store);
}

static void
rows_come_as_they_were_put(void **state)
{
	static const struct entry entries[] = {
		{ "orders", "0", "88412007", "{\"host\": \"worker-07\", \"n\": 1.50}",
			"2026-11-22 03:07:41.123456" },
		{ "orders", "1", "007", NULL, "2026-11-22 03:07:41" },
		{ "orders", "10", "16/B374D848", "{\"name\": \"caf\xc3\xa9 \\u2028\"}",
			"2024-02-29 23:59:59.5" },
		{ "click-dedup", "p-3", "9007199254740993", "{}", NULL },
	};
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };

	for (size_t i = 0; i < 4; i++)
		bench->fixture->put(&bench->site, &entries[i]);
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct entry *entry = &entries[i];
		const struct ckpt *row = rows_find(&rows, entry->job, entry->partition);

		assert_non_null(row);
		assert_span(row->value, entry->value);
		assert_null(row->damage.at);
		if (entry->metadata != NULL &&
			!(bench->fixture->traits & FIXTURE_REWRITES_JSON))
			assert_span(row->metadata, entry->metadata);
		assert_int_not_equal(row->updated.form, STAMP_UNREADABLE);
		if (entry->updated != NULL && bench->fixture->traits & FIXTURE_TIMES)
			assert_span(row->updated_text, entry->updated);
	}
	rows_free(&rows);
	store_close(store);
}

static void
one_is_loaded_as_it_is_scanned(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows all = { 0 }, one = { 0 };
	struct err err = { 0 };

	bench_put(bench, "orders", "0", "1", "{\"a\": 1}");
	bench_put(bench, "orders", "1", "2", "{\"a\": 2}");
	bench_put(bench, "orders-1", "0", "3", NULL);
	bench_scan(store, &all);
	assert_int_equal(all.count, 3);
	for (size_t i = 0; i < all.count; i++) {
		const struct ckpt *row = &all.list[i];

		assert_int_equal(store_load(store, row->key, rows_take, &one, &err), 0);
		assert_int_equal(one.count, 1);
		assert_true(key_equal(one.list[0].key, row->key));
		assert_true(span_equal(one.list[0].value, row->value));
		assert_true(span_equal(one.list[0].metadata, row->metadata));
		assert_true(span_equal(one.list[0].updated_text, row->updated_text));
		assert_int_equal(one.list[0].storage, row->storage);
		assert_int_equal(one.list[0].flags, row->flags);
		rows_free(&one);
	}
	assert_int_equal(
		store_load(store, key_of("orders", "2"), rows_take, &one, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "no checkpoint") ?: strstr(err.text, "no such"));
	rows_free(&all);
	store_close(store);
}

/* After every kind of change, and not otherwise. */
static void
the_gate_tells_of_every_change(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };

	bench_put(bench, "orders", "1", "5", NULL);
	for (int step = 0; step < 5; step++) {
		switch (step) {
		case 0: bench_put(bench, "orders", "0", "1", NULL); break;
		case 1: bench_put(bench, "orders", "0", "2", NULL); break;
		case 2: bench->fixture->damage(&bench->site, "orders", "0", 0); break;
		case 3: bench_put(bench, "orders", "0", "2", NULL); break;
		case 4: bench->fixture->remove(&bench->site, "orders", "0"); break;
		}
		assert_true(bench_changed(store));
		/* Asking does not consume the answer; scanning does. */
		assert_true(bench_changed(store));
		bench_scan(store, &rows);
		assert_unchanged(bench, store);
		assert_int_equal(rows.count, step == 4 ? 1 : 2);
	}
	rows_free(&rows);
	store_close(store);
}

static void
reading_is_no_change(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct store *other = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };

	bench_put(bench, "orders", "0", "1", NULL);
	bench_scan(store, &rows);
	bench_scan(other, &rows);
	bench_load(other, "orders", "0", &rows);
	bench_load(store, "orders", "0", &rows);
	store_close(other);
	assert_unchanged(bench, store);
	rows_free(&rows);
	store_close(store);
}

static void
a_change_is_read(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };

	bench_put(bench, "orders", "0", "1", "{\"a\": 1}");
	bench_scan(store, &rows);
	bench_put(bench, "orders", "0", "2", "{\"a\": 2}");
	bench_load(store, "orders", "0", &rows);
	assert_span(rows.list[0].value, "2");
	/* A load does not tell the gate that everything was seen. */
	assert_true(bench_changed(store));
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "2");
	assert_span(rows_find(&rows, "orders", "0")->metadata, "{\"a\": 2}");
	rows_free(&rows);
	store_close(store);
}

static void
damage_is_delivered_and_hides_nothing(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };

	bench_put(bench, "orders", "0", "1", NULL);
	bench_put(bench, "orders", "1", "2", NULL);
	bench_put(bench, "orders", "2", "3", NULL);
	for (unsigned way = 0; way < bench->fixture->ways; way++) {
		bench->fixture->damage(&bench->site, "orders", "1", way);
		bench_scan(store, &rows);
		assert_int_equal(rows.count, 3);
		assert_span(rows_find(&rows, "orders", "0")->value, "1");
		assert_span(rows_find(&rows, "orders", "2")->value, "3");
		if (rows_find(&rows, "orders", "1")->damage.len == 0)
			fail_msg("way %u is no damage", way);
		assert_true(rows_find(&rows, "orders", "1")->damage.len <= 40);
		bench_load(store, "orders", "1", &rows);
		assert_true(rows.list[0].damage.len > 0);
		rows_free(&rows);
	}
	bench_put(bench, "orders", "1", "4", NULL);
	bench_scan(store, &rows);
	assert_null(rows_find(&rows, "orders", "1")->damage.at);
	rows_free(&rows);
	store_close(store);
}

static void
what_is_removed_is_gone_and_may_come_back(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };
	struct err err = { 0 };

	bench_put(bench, "orders", "0", "1", NULL);
	bench_put(bench, "orders", "1", "2", NULL);
	bench_scan(store, &rows);
	bench->fixture->remove(&bench->site, "orders", "0");
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 1);
	assert_int_equal(
		store_load(store, key_of("orders", "0"), rows_take, &rows, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	bench_put(bench, "orders", "0", "7", NULL);
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "7");
	rows_free(&rows);
	store_close(store);
}

/* --- only what changed --- */

/* What a reader of changes believes to be there. */
struct mirror {
	struct rows rows;
	struct rows next;
};

static bool
is_gone(const struct rows *rows, const struct ckpt *row)
{
	for (size_t i = rows->count; i-- > 0;)
		if (key_equal(rows->list[i].key, row->key))
			return rows->list[i].flags & CKPT_GONE;
	return false;
}

/* Brings the mirror up to date with what came. */
static void
mirror_update(struct mirror *mirror, struct store *store)
{
	struct rows came = { 0 };
	struct err err = { 0 };
	bool whole, steady;

	if (store_scan_changes(store, rows_take, &came, &whole, &steady, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(steady);
	for (size_t i = 0; !whole && i < mirror->rows.count; i++)
		if (!is_gone(&came, &mirror->rows.list[i]))
			rows_take(&mirror->next, &mirror->rows.list[i]);
	for (size_t i = 0; i < came.count; i++)
		if (!(came.list[i].flags & CKPT_GONE) && !is_gone(&came, &came.list[i]))
			rows_take(&mirror->next, &came.list[i]);
	rows_free(&mirror->rows);
	mirror->rows = mirror->next;
	mirror->next = (struct rows){ 0 };
	rows_free(&came);
}

static void
assert_mirrors(const struct mirror *mirror, const struct rows *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct ckpt *row = &all->list[i], *seen = NULL;

		for (size_t j = mirror->rows.count; j-- > 0 && seen == NULL;)
			if (key_equal(mirror->rows.list[j].key, row->key))
				seen = &mirror->rows.list[j];
		assert_non_null(seen);
		assert_true(span_equal(seen->value, row->value));
		assert_true(span_equal(seen->metadata, row->metadata));
		assert_int_equal(seen->damage.at != NULL, row->damage.at != NULL);
	}
	for (size_t i = 0; i < mirror->rows.count; i++) {
		bool there = false;

		for (size_t j = 0; j < all->count; j++)
			there |= key_equal(mirror->rows.list[i].key, all->list[j].key);
		assert_true(there);
	}
}

/* A reader of changes and a reader of everything always see the same, whatever other
 * programs do in between. */
static void
changes_add_up_to_the_whole(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct mirror mirror = { 0 };
	struct rows all = { 0 };
	bool there[6] = { false };
	char partition[16], value[24];

	srand(7);
	for (int step = 0; step < 60; step++) {
		for (int change = rand() % 3; change >= 0; change--) {
			int which = rand() % 6, what = rand() % 4;

			snprintf(partition, sizeof(partition), "%d", which);
			snprintf(value, sizeof(value), "%d", step * 10 + change);
			if (what > 1 || !there[which])
				bench_put(bench, "orders", partition, value,
					what == 3 ? "{\"x\": 1}" : NULL);
			else if (what == 1)
				bench->fixture->damage(&bench->site, "orders", partition,
					(unsigned)step % bench->fixture->ways);
			else
				bench->fixture->remove(&bench->site, "orders", partition);
			there[which] = what > 0 || !there[which];
		}
		mirror_update(&mirror, store);
		assert_unchanged(bench, store);
		if (step % 5 != 0)
			continue;
		struct store *fresh = bench_open(bench, STORE_READ);

		bench_scan(fresh, &all);
		assert_mirrors(&mirror, &all);
		store_close(fresh);
	}
	rows_free(&all);
	rows_free(&mirror.rows);
	store_close(store);
}

/* --- beside a writer --- */

/* Another process writes values with their own number in the metadata. */
static void
write_many(struct bench *bench, int count)
{
	char value[16], metadata[32];

	for (int i = 1; i <= count; i++) {
		snprintf(value, sizeof(value), "%d", i);
		snprintf(metadata, sizeof(metadata), "{\"n\": %d}", i);
		bench_put(bench, "orders", "0", value, metadata);
	}
}

static void
a_row_is_never_half_of_two_saves(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };
	struct err err = { 0 };
	char expected[32];
	int status = 0, last = 0;
	bool steady;
	pid_t child;

	bench_put(bench, "orders", "0", "0", "{\"n\": 0}");
	child = fork();
	if (child == 0) {
		write_many(bench, 200);
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0 || last == 0) {
		const struct ckpt *row;
		int n;

		rows_free(&rows);
		if (store_scan(store, rows_take, &rows, &steady, &err) != 0)
			fail_msg("%s", err.text);
		row = rows_find(&rows, "orders", "0");
		assert_non_null(row);
		n = atoi(row->value.at);
		snprintf(expected, sizeof(expected), "{\"n\": %d}", n);
		assert_span(row->metadata, expected);
		assert_true(n >= last);
		last = n;
	}
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(bench_changed(store) || last == 200);
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "200");
	assert_unchanged(bench, store);
	rows_free(&rows);
	store_close(store);
}

const struct contract contract_of_reading[] = {
	{ "an empty store has no rows", an_empty_store_has_no_rows, 0, 0 },
	{ "rows come as they were put", rows_come_as_they_were_put, 0, 0 },
	{ "one is loaded as it is scanned", one_is_loaded_as_it_is_scanned, 0, 0 },
	{ "the gate tells of every change", the_gate_tells_of_every_change, 0, 0 },
	{ "reading is no change", reading_is_no_change, 0, 0 },
	{ "a change is read", a_change_is_read, 0, 0 },
	{ "damage is delivered and hides nothing", damage_is_delivered_and_hides_nothing,
		0, 0 },
	{ "what is removed is gone and may come back",
		what_is_removed_is_gone_and_may_come_back, 0, 0 },
	{ "changes add up to the whole", changes_add_up_to_the_whole, 0, 0 },
	{ "a row is never half of two saves", a_row_is_never_half_of_two_saves, 0, 0 },
	{ NULL, NULL, 0, 0 },
};
