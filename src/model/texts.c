/* SPDX-License-Identifier: MIT */
#include "model/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SLOTS_FIRST 64

struct text {
	uint32_t references;
	uint32_t hash;
	size_t len;
	char bytes[];
};

/* The hash beside the id spares a look at most texts that are others. */
struct slot {
	text_id id; /* 0: empty */
	uint32_t hash;
};

struct texts {
	struct text **all; /* by id; all[0] is no text */
	size_t size, capacity;
	text_id *unused; /* ids whose text is gone */
	size_t unused_count, unused_capacity;
	struct slot *slots; /* open addressing, linear */
	size_t slot_count;  /* a power of two */
	size_t count;
};

struct texts *
texts_new(void)
{
	struct texts *texts = mem_new(1, sizeof(*texts));

	texts->slot_count = SLOTS_FIRST;
	texts->slots = mem_new(texts->slot_count, sizeof(*texts->slots));
	texts->capacity = SLOTS_FIRST;
	texts->all = mem_new(texts->capacity, sizeof(struct text *));
	texts->size = 1;
	return texts;
}

void
texts_free(struct texts *texts)
{
	if (texts == NULL)
		return;
	for (size_t id = 1; id < texts->size; id++)
		free(texts->all[id]);
	free(texts->all);
	free(texts->unused);
	free(texts->slots);
	free(texts);
}

static uint32_t
hash_of(struct span text)
{
	unsigned long long hash = span_hash_quick(text);

	return (uint32_t)(hash ^ hash >> 32);
}

/* The slot that holds the text, or the empty one where it would go. */
static size_t
slot_of(const struct texts *texts, struct span text, uint32_t hash)
{
	size_t mask = texts->slot_count - 1, slot = hash & mask;

	for (; texts->slots[slot].id != 0; slot = (slot + 1) & mask) {
		const struct text *known;

		if (texts->slots[slot].hash != hash)
			continue;
		known = texts->all[texts->slots[slot].id];
		if (known->len == text.len &&
			(text.len == 0 || memcmp(known->bytes, text.at, text.len) == 0))
			break;
	}
	return slot;
}

static void
grow_slots(struct texts *texts)
{
	size_t mask = texts->slot_count * 2 - 1;
	struct slot *slots = mem_new(mask + 1, sizeof(*slots));

	for (size_t i = 0; i < texts->slot_count; i++) {
		size_t slot;

		if (texts->slots[i].id == 0)
			continue;
		slot = texts->slots[i].hash & mask;
		while (slots[slot].id != 0)
			slot = (slot + 1) & mask;
		slots[slot] = texts->slots[i];
	}
	free(texts->slots);
	texts->slots = slots;
	texts->slot_count = mask + 1;
}

static text_id
take_id(struct texts *texts)
{
	if (texts->unused_count > 0)
		return texts->unused[--texts->unused_count];
	if (texts->size == texts->capacity) {
		texts->capacity *= 2;
		texts->all =
			mem_resize(texts->all, texts->capacity, sizeof(struct text *));
	}
	return (text_id)texts->size++;
}

static void
give_id(struct texts *texts, text_id id)
{
	if (texts->unused_count == texts->unused_capacity) {
		texts->unused_capacity = texts->unused_capacity * 2 + 16;
		texts->unused = mem_resize(
			texts->unused, texts->unused_capacity, sizeof(*texts->unused));
	}
	texts->unused[texts->unused_count++] = id;
}

text_id
texts_add(struct texts *texts, struct span text)
{
	uint32_t hash;
	struct text *added;
	size_t slot;
	text_id id;

	if (text.at == NULL)
		return 0;
	hash = hash_of(text);
	slot = slot_of(texts, text, hash);
	if (texts->slots[slot].id != 0) {
		texts->all[texts->slots[slot].id]->references++;
		return texts->slots[slot].id;
	}
	if ((texts->count + 1) * 4 > texts->slot_count * 3) {
		grow_slots(texts);
		slot = slot_of(texts, text, hash);
	}
	added = mem_resize(NULL, sizeof(*added) + text.len + 1, 1);
	added->references = 1;
	added->hash = hash;
	added->len = text.len;
	memcpy(added->bytes, text.at, text.len);
	added->bytes[text.len] = '\0';
	id = take_id(texts);
	texts->all[id] = added;
	texts->slots[slot] = (struct slot){ id, hash };
	texts->count++;
	return id;
}

text_id
texts_find(const struct texts *texts, struct span text)
{
	return text.at == NULL ? 0 : texts->slots[slot_of(texts, text, hash_of(text))].id;
}

/* Closes the gap that an emptied slot leaves in the run of texts behind it. */
static void
close_gap(struct texts *texts, size_t gap)
{
	size_t mask = texts->slot_count - 1;

	for (size_t slot = (gap + 1) & mask; texts->slots[slot].id != 0;
		slot = (slot + 1) & mask) {
		size_t home = texts->slots[slot].hash & mask;

		/* It may move when its home is not between the gap and itself. */
		if (((slot - home) & mask) < ((slot - gap) & mask))
			continue;
		texts->slots[gap] = texts->slots[slot];
		gap = slot;
	}
	texts->slots[gap] = (struct slot){ 0 };
}

void
texts_drop(struct texts *texts, text_id id)
{
	struct text *text = texts->all[id];
	struct span span;

	if (id == 0 || --text->references > 0)
		return;
	span = (struct span){ text->bytes, text->len };
	close_gap(texts, slot_of(texts, span, text->hash));
	free(text);
	texts->all[id] = NULL;
	give_id(texts, id);
	texts->count--;
}

void
texts_replace_like(struct texts *texts, text_id *held, struct span text, text_id like)
{
	text_id old = *held;

	if (span_equal(texts_span(texts, old), text))
		return;
	/* The new one first: it may be part of the old one. */
	if (like != 0 && span_equal(texts_span(texts, like), text)) {
		texts->all[like]->references++;
		*held = like;
	} else {
		*held = texts_add(texts, text);
	}
	texts_drop(texts, old);
}

void
texts_replace(struct texts *texts, text_id *held, struct span text)
{
	texts_replace_like(texts, held, text, 0);
}

struct span
texts_span(const struct texts *texts, text_id id)
{
	const struct text *text = texts->all[id];

	return id == 0 ? SPAN_NONE : (struct span){ text->bytes, text->len };
}

size_t
texts_count(const struct texts *texts)
{
	return texts->count;
}
