/* SPDX-License-Identifier: MIT */
#include "store/dir/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAPACITY_FIRST 64

void
dir_index_free(struct dir_index *index)
{
	for (size_t i = 0; i < index->capacity; i++) {
		struct dir_entry *entry = index->by_name[i];

		while (entry != NULL) {
			struct dir_entry *next = entry->next_by_name;

			free(entry->key_memory);
			free(entry);
			entry = next;
		}
	}
	free(index->by_name);
	free(index->by_key);
	*index = (struct dir_index){ 0 };
}

/* --- chains --- */

static struct dir_entry **
name_chain(const struct dir_index *index, const char *name)
{
	return &index->by_name[span_hash(span_of(name)) & (index->capacity - 1)];
}

static struct dir_entry **
key_chain(const struct dir_index *index, struct key key)
{
	unsigned long long hash = span_hash(key.job) * 31 + span_hash(key.partition);

	return &index->by_key[(hash ^ hash >> 29) & (index->capacity - 1)];
}

static void
put_by_name(struct dir_index *index, struct dir_entry *entry)
{
	struct dir_entry **chain = name_chain(index, entry->name);

	entry->next_by_name = *chain;
	*chain = entry;
}

static void
put_by_key(struct dir_index *index, struct dir_entry *entry)
{
	struct dir_entry **chain;

	if (entry->key.job.at == NULL)
		return;
	chain = key_chain(index, entry->key);
	entry->next_by_key = *chain;
	*chain = entry;
}

static void
take_by_key(struct dir_index *index, struct dir_entry *entry)
{
	struct dir_entry **at;

	if (entry->key.job.at == NULL)
		return;
	for (at = key_chain(index, entry->key); *at != entry; at = &(*at)->next_by_key)
		;
	*at = entry->next_by_key;
}

static void
grow(struct dir_index *index)
{
	struct dir_index old = *index;

	index->capacity = old.capacity > 0 ? old.capacity * 2 : CAPACITY_FIRST;
	index->by_name = mem_new(index->capacity, sizeof(*index->by_name));
	index->by_key = mem_new(index->capacity, sizeof(*index->by_key));
	for (size_t i = 0; i < old.capacity; i++) {
		struct dir_entry *entry = old.by_name[i];

		while (entry != NULL) {
			struct dir_entry *next = entry->next_by_name;

			put_by_name(index, entry);
			put_by_key(index, entry);
			entry = next;
		}
	}
	free(old.by_name);
	free(old.by_key);
}

/* --- entries --- */

struct dir_entry *
dir_index_find(const struct dir_index *index, const char *name)
{
	struct dir_entry *entry;

	if (index->capacity == 0)
		return NULL;
	entry = *name_chain(index, name);
	while (entry != NULL && strcmp(entry->name, name) != 0)
		entry = entry->next_by_name;
	return entry;
}

struct dir_entry *
dir_index_add(struct dir_index *index, const char *name)
{
	struct dir_entry *entry = dir_index_find(index, name);
	size_t size = strlen(name) + 1;

	if (entry != NULL)
		return entry;
	if (index->count == index->capacity)
		grow(index);
	entry = mem_new(1, sizeof(*entry) + size);
	memcpy(entry->name, name, size);
	put_by_name(index, entry);
	index->count++;
	return entry;
}

static void
unlink_listed(struct dir_entry *entry)
{
	if (entry->listed_before != NULL)
		entry->listed_before->next_listed = NULL;
	if (entry->next_listed != NULL)
		entry->next_listed->listed_before = NULL;
	entry->listed_before = entry->next_listed = NULL;
}

struct dir_entry *
dir_index_list(struct dir_index *index, struct dir_entry *last, const char *name)
{
	struct dir_entry *entry = last != NULL ? last->next_listed : NULL;

	if (entry != NULL && strcmp(entry->name, name) == 0)
		return entry;
	entry = dir_index_add(index, name);
	if (last == NULL || last == entry)
		return entry;
	if (last->next_listed != NULL)
		last->next_listed->listed_before = NULL;
	if (entry->listed_before != NULL)
		entry->listed_before->next_listed = NULL;
	last->next_listed = entry;
	entry->listed_before = last;
	return entry;
}

void
dir_index_remove(struct dir_index *index, struct dir_entry *entry)
{
	struct dir_entry **at;

	dir_index_flag(index, entry, 0, NULL);
	unlink_listed(entry);
	take_by_key(index, entry);
	for (at = name_chain(index, entry->name); *at != entry; at = &(*at)->next_by_name)
		;
	*at = entry->next_by_name;
	index->count--;
	free(entry->key_memory);
	free(entry);
}

static bool
lies_in_name(const struct dir_entry *entry, struct span part)
{
	return part.at >= entry->name && part.at <= entry->name + strlen(entry->name);
}

void
dir_index_set_key(struct dir_index *index, struct dir_entry *entry, struct key key)
{
	char *memory = NULL;

	if (key.job.at != NULL &&
		!(lies_in_name(entry, key.job) && lies_in_name(entry, key.partition))) {
		memory = mem_new(1, key.job.len + key.partition.len + 1);
		memcpy(memory, key.job.at, key.job.len);
		memcpy(memory + key.job.len, key.partition.at, key.partition.len);
		key.partition.at = memory + key.job.len;
		key.job.at = memory;
	}
	take_by_key(index, entry);
	free(entry->key_memory);
	entry->key_memory = memory;
	entry->key = key;
	put_by_key(index, entry);
}

void
dir_index_flag(struct dir_index *index, struct dir_entry *entry, unsigned flags,
	const char *damage)
{
	if (entry->flags == flags && entry->damage == damage)
		return;
	for (unsigned bit = 0; bit < DIR_FLAGS; bit++) {
		index->flagged[bit] += flags >> bit & 1;
		index->flagged[bit] -= entry->flags >> bit & 1;
	}
	entry->flags = flags;
	entry->damage = damage;
	index->moved = true;
}

struct dir_entry *
dir_index_with_key(
	const struct dir_index *index, struct key key, const struct dir_entry *last)
{
	struct dir_entry *entry;

	if (index->capacity == 0)
		return NULL;
	entry = last != NULL ? last->next_by_key : *key_chain(index, key);
	while (entry != NULL && !key_equal(entry->key, key))
		entry = entry->next_by_key;
	return entry;
}

struct key
dir_entry_row_key(const struct dir_entry *entry, struct str *memory)
{
	struct key key = entry->key;

	if (!(entry->flags & DIR_OTHER))
		return key;
	str_clear(memory);
	str_add_span(memory, key.partition);
	str_add_char(memory, '@');
	str_add(memory, entry->name);
	key.partition = str_span(memory);
	return key;
}

struct dir_entry *
dir_index_other(const struct dir_index *index, struct key key)
{
	char *text = mem_copy(key.partition.at, key.partition.len);
	struct dir_entry *found = NULL;

	/* Partition and file may have an @ each. */
	for (size_t i = 0; i < key.partition.len && found == NULL; i++) {
		struct key own = { key.job, { key.partition.at, i } };

		if (text[i] != '@')
			continue;
		found = dir_index_find(index, text + i + 1);
		if (found != NULL &&
			!(found->flags & DIR_OTHER && key_equal(found->key, own)))
			found = NULL;
	}
	free(text);
	return found;
}

void
dir_index_walk(struct dir_index *index, dir_index_walk_fn *walk, void *arg)
{
	for (size_t i = 0; i < index->capacity; i++) {
		struct dir_entry *entry = index->by_name[i];

		while (entry != NULL) {
			struct dir_entry *next = entry->next_by_name;

			walk(arg, entry);
			entry = next;
		}
	}
}
