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

static uint64_t
hash_of(struct key key)
{
	uint64_t hash = span_hash(key.job) * UINT64_C(0x9e3779b97f4a7c15) ^
			span_hash(key.partition);

	return hash ^ hash >> 32;
}

static struct document_place *
place_of(const struct documents *documents, uint64_t hash, struct key key)
{
	size_t mask = documents->capacity - 1, at = (size_t)hash & mask;
	struct document_place *place = &documents->table[at];

	while (place->document != NULL &&
		(place->hash != hash || !key_equal(place->document->key, key))) {
		at = (at + 1) & mask;
		place = &documents->table[at];
	}
	return place;
}

/* All keys are different here. */
static void
move_place(struct documents *documents, struct document_place old)
{
	size_t mask = documents->capacity - 1, at = (size_t)old.hash & mask;

	while (documents->table[at].document != NULL)
		at = (at + 1) & mask;
	documents->table[at] = old;
}

static void
grow(struct documents *documents)
{
	struct document_place *old = documents->table;
	size_t old_capacity = documents->capacity;

	documents->capacity = old_capacity == 0 ? CAPACITY_FIRST : old_capacity * 2;
	documents->table = mem_new(documents->capacity, sizeof(*documents->table));
	for (size_t i = 0; i < old_capacity; i++)
		if (old[i].document != NULL)
			move_place(documents, old[i]);
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
	uint64_t hash = hash_of(key);
	struct document_place *place;
	struct document *old;

	if (documents->count * 4 >= documents->capacity * 3)
		grow(documents);
	place = place_of(documents, hash, key);
	old = place->document;
	if (old == NULL)
		documents->count++;
	if (old != NULL && old->text.at != NULL && text.at != NULL &&
		text.len <= old->room) {
		memmove((char *)(uintptr_t)old->text.at, text.at, text.len);
		old->text.len = text.len;
		return;
	}
	/* The key may be borrowed from the very document that goes. */
	*place = (struct document_place){ hash, document_new(key, text) };
	free(old);
}

struct span
documents_get(const struct documents *documents, struct key key)
{
	const struct document *found = NULL;

	if (documents->capacity > 0)
		found = place_of(documents, hash_of(key), key)->document;
	return found != NULL ? found->text : SPAN_NONE;
}

void
documents_free(struct documents *documents)
{
	for (size_t i = 0; i < documents->capacity; i++)
		free(documents->table[i].document);
	free(documents->table);
	*documents = (struct documents){ 0 };
}
