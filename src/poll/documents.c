/* SPDX-License-Identifier: MIT */
#include "poll/documents.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAPACITY_FIRST 256

struct document {
	struct key key; /* in bytes */
	struct span text;
	size_t room; /* bytes for the text */
	char bytes[];
};

static size_t
place_of(const struct documents *documents, struct key key)
{
	uint64_t hash = span_hash(key.job) * UINT64_C(0x9e3779b97f4a7c15) ^
			span_hash(key.partition);
	size_t at = (size_t)(hash ^ hash >> 32) & (documents->capacity - 1);

	while (documents->table[at] != NULL && !key_equal(documents->table[at]->key, key))
		at = (at + 1) & (documents->capacity - 1);
	return at;
}

static void
grow(struct documents *documents)
{
	struct document **old = documents->table;
	size_t old_capacity = documents->capacity;

	documents->capacity = old_capacity == 0 ? CAPACITY_FIRST : old_capacity * 2;
	documents->table = mem_new(documents->capacity, sizeof(struct document *));
	for (size_t i = 0; i < old_capacity; i++)
		if (old[i] != NULL)
			documents->table[place_of(documents, old[i]->key)] = old[i];
	free(old);
}

static struct span
copy(char **to, struct span from)
{
	struct span copied = { *to, from.len };

	if (from.at == NULL)
		return SPAN_NONE;
	if (from.len > 0)
		memcpy(*to, from.at, from.len);
	*to += from.len;
	return copied;
}

static struct document *
document_new(struct key key, struct span text)
{
	size_t size = key.job.len + key.partition.len + text.len;
	struct document *document = mem_new(1, sizeof(*document) + size);
	char *to = document->bytes;

	document->key.job = copy(&to, key.job);
	document->key.partition = copy(&to, key.partition);
	document->text = copy(&to, text);
	document->room = text.len;
	return document;
}

void
documents_put(struct documents *documents, struct key key, struct span text)
{
	struct document **place, *old;

	if (documents->count * 4 >= documents->capacity * 3)
		grow(documents);
	place = &documents->table[place_of(documents, key)];
	old = *place;
	if (old == NULL)
		documents->count++;
	if (old != NULL && old->text.at != NULL && text.at != NULL &&
		text.len <= old->room) {
		memmove((char *)(uintptr_t)old->text.at, text.at, text.len);
		old->text.len = text.len;
		return;
	}
	/* The key may be borrowed from the very document that goes. */
	*place = document_new(key, text);
	free(old);
}

struct span
documents_get(const struct documents *documents, struct key key)
{
	const struct document *found = NULL;

	if (documents->capacity > 0)
		found = documents->table[place_of(documents, key)];
	return found != NULL ? found->text : SPAN_NONE;
}

void
documents_free(struct documents *documents)
{
	for (size_t i = 0; i < documents->capacity; i++)
		free(documents->table[i]);
	free(documents->table);
	*documents = (struct documents){ 0 };
}
