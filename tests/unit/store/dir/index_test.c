/* SPDX-License-Identifier: MIT
 * The index against a plain array that does the same. */
#include "store/dir/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAMES 400
#define KEYS  50
#define STEPS 20000

struct model {
	bool there;
	int key; /* -1: none */
	unsigned flags;
};

static struct key
key_of(char *memory, size_t size, int number)
{
	int job = snprintf(memory, size, "job%d", number / 7);

	snprintf(memory + job + 1, size - (size_t)job - 1, "p%d", number % 7);
	return (struct key){ span_of(memory), span_of(memory + job + 1) };
}

static void
name_of(char *out, size_t size, int number)
{
	snprintf(out, size, "file_%d.json", number);
}

static void
count_one(void *arg, struct dir_entry *entry)
{
	size_t *count = arg;

	assert_non_null(entry);
	++*count;
}

static void
assert_same(const struct dir_index *index, const struct model *model)
{
	size_t count = 0, walked = 0, flagged = 0;
	char memory[64], name[64];

	for (int key = 0; key < KEYS; key++) {
		struct key wanted = key_of(memory, sizeof(memory), key);
		size_t expected = 0, found = 0;
		struct dir_entry *entry = NULL;

		while ((entry = dir_index_with_key(index, wanted, entry)) != NULL)
			found++;
		for (int i = 0; i < NAMES; i++)
			expected += model[i].there && model[i].key == key;
		assert_int_equal(found, expected);
	}
	for (int i = 0; i < NAMES; i++) {
		const struct dir_entry *entry;

		name_of(name, sizeof(name), i);
		entry = dir_index_find(index, name);
		assert_int_equal(entry != NULL, model[i].there);
		count += model[i].there;
		flagged += model[i].there && (model[i].flags & DIR_SKEWED);
	}
	assert_int_equal(index->count, count);
	dir_index_walk((struct dir_index *)index, count_one, &walked);
	assert_int_equal(walked, count);
	assert_int_equal(index->flagged[4], flagged);
	assert_int_equal(1 << 4, DIR_SKEWED);
}

static void
step(struct dir_index *index, struct model *model, unsigned *seed)
{
	int i = rand_r(seed) % NAMES, action = rand_r(seed) % 4;
	char memory[64], name[64];
	struct dir_entry *entry;

	name_of(name, sizeof(name), i);
	if (action == 0 && model[i].there) {
		dir_index_remove(index, dir_index_find(index, name));
		model[i].there = false;
		return;
	}
	entry = dir_index_add(index, name);
	assert_string_equal(entry->name, name);
	if (!model[i].there)
		model[i] = (struct model){ true, -1, 0 };
	if (action == 1) {
		model[i].key = rand_r(seed) % KEYS;
		dir_index_set_key(
			index, entry, key_of(memory, sizeof(memory), model[i].key));
	} else if (action == 2) {
		model[i].key = -1;
		dir_index_set_key(index, entry, (struct key){ SPAN_NONE, SPAN_NONE });
	} else {
		model[i].flags = (unsigned)rand_r(seed) % (1 << DIR_FLAGS);
		dir_index_flag(index, entry, model[i].flags, NULL);
	}
}

static void
it_does_what_an_array_would_do(void **state)
{
	struct dir_index index = { 0 };
	struct model model[NAMES] = { 0 };
	unsigned seed = 4711;

	(void)state;
	assert_null(dir_index_find(&index, "file_0.json"));
	for (int i = 0; i < STEPS; i++) {
		step(&index, model, &seed);
		if (i % 500 == 0)
			assert_same(&index, model);
	}
	assert_same(&index, model);
	dir_index_free(&index);
}

/* One listing: mostly in the order of the last one, with some names elsewhere, some twice
 * and some of files that go while it is read. */
static void
list_all(struct dir_index *index, bool *there, unsigned *seed)
{
	struct dir_entry *last = NULL;
	char name[64];

	for (int place = 0; place < NAMES; place++) {
		int moved = rand_r(seed) % 16 == 0;
		int i = moved ? rand_r(seed) % NAMES : place * 7 % NAMES;

		name_of(name, sizeof(name), i);
		last = dir_index_list(index, last, name);
		assert_string_equal(last->name, name);
		assert_ptr_equal(dir_index_find(index, name), last);
		there[i] = true;
		if (rand_r(seed) % 16 != 0)
			continue;
		dir_index_remove(index, last);
		there[i] = false;
		last = NULL;
	}
}

static void
a_listing_finds_what_a_search_would_find(void **state)
{
	struct dir_index index = { 0 };
	bool there[NAMES] = { false };
	unsigned seed = 4711;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		list_all(&index, there, &seed);
	for (int i = 0; i < NAMES; i++)
		count += there[i];
	assert_int_equal(index.count, count);
	dir_index_free(&index);
}

static void
a_listing_in_the_same_order_needs_no_search(void **state)
{
	static const char *const names[] = { "b.json", "a.json", "c.json" };
	struct dir_index index = { 0 };
	struct dir_entry *entries[3], *last = NULL;

	(void)state;
	for (int i = 0; i < 3; i++)
		entries[i] = last = dir_index_list(&index, last, names[i]);
	assert_ptr_equal(entries[0]->next_listed, entries[1]);
	assert_ptr_equal(entries[1]->next_listed, entries[2]);
	assert_null(entries[2]->next_listed);
	dir_index_remove(&index, entries[1]);
	assert_null(entries[0]->next_listed);
	last = dir_index_list(&index, entries[0], "c.json");
	assert_ptr_equal(last, entries[2]);
	assert_ptr_equal(entries[0]->next_listed, entries[2]);
	dir_index_free(&index);
}

static void
a_key_that_lies_in_the_name_is_not_copied(void **state)
{
	struct dir_index index = { 0 };
	struct dir_entry *entry = dir_index_add(&index, "orders_7.json");
	struct key inside = { { entry->name, 6 }, { entry->name + 7, 1 } };
	char outside[] = "orders7";

	(void)state;
	dir_index_set_key(&index, entry, inside);
	assert_null(entry->key_memory);
	assert_ptr_equal(dir_index_with_key(
				 &index, (struct key){ SPAN("orders"), SPAN("7") }, NULL),
		entry);
	dir_index_set_key(
		&index, entry, (struct key){ { outside, 6 }, { outside + 6, 1 } });
	memset(outside, 'x', sizeof(outside));
	assert_ptr_equal(dir_index_with_key(
				 &index, (struct key){ SPAN("orders"), SPAN("7") }, NULL),
		entry);
	dir_index_free(&index);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_does_what_an_array_would_do),
		cmocka_unit_test(a_listing_finds_what_a_search_would_find),
		cmocka_unit_test(a_listing_in_the_same_order_needs_no_search),
		cmocka_unit_test(a_key_that_lies_in_the_name_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
