/* SPDX-License-Identifier: MIT
 * A store that holds nothing: it makes and reads images, as plans need them. */
#ifndef TESTS_UNIT_ACTION_STUB_STORE_H
#define TESTS_UNIT_ACTION_STUB_STORE_H

#include <stdlib.h>
#include <string.h>

#include "store/backend.h"

/* An image is three texts: each "-," or its length, ':', its bytes, ','. */
static inline void
stub_add(struct str *out, struct span text)
{
	if (text.at == NULL) {
		str_add(out, "-,");
		return;
	}
	str_addf(out, "%zu:", text.len);
	str_add_span(out, text);
	str_add_char(out, ',');
}

static inline struct span
stub_take(const char **at)
{
	struct span text = SPAN_NONE;
	char *end;

	if (**at == '-') {
		*at += 2;
		return text;
	}
	text.len = strtoul(*at, &end, 10);
	text.at = end + 1;
	*at = text.at + text.len + 1;
	return text;
}

static inline void
stub_image(struct str *out, struct span value, struct span updated, struct span metadata)
{
	stub_add(out, value);
	stub_add(out, updated);
	stub_add(out, metadata);
}

/* The texts of *out are parts of *memory. */
static inline bool
stub_read(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out)
{
	const char *at;

	(void)store;
	str_clear(memory);
	str_add_span(memory, image);
	at = str_text(memory);
	out->value = stub_take(&at);
	out->updated_text = stub_take(&at);
	out->metadata = stub_take(&at);
	return true;
}

static inline bool
stub_same(const struct store *store, struct span a, struct span b)
{
	(void)store;
	return span_equal(a, b);
}

static inline int
stub_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err)
{
	struct str memory = { 0 }, at = { 0 };
	struct image_facts facts;

	(void)err;
	stub_read(store, image, &memory, &facts);
	time_add_rfc3339(&at, draft->updated_at);
	str_clear(out);
	stub_image(out, draft->value, str_span(&at),
		draft->keep_metadata ? facts.metadata : draft->metadata);
	str_free(&memory);
	str_free(&at);
	return 0;
}

static const struct backend_operations stub_operations = {
	.draft = stub_draft,
	.image_read = stub_read,
	.image_same = stub_same,
};

static const struct backend stub_backend = {
	.scheme = "stub",
	.operations = &stub_operations,
};

/* For the thread that calls it. */
static inline void
stub_open(struct store *store, const struct store_config *config, unsigned more)
{
	*store = (struct store){ 0 };
	store_prepare(store, &stub_backend, config, STORE_READ);
	store->capabilities = STORE_CAN_OPERATE | STORE_CAN_METADATA | more;
}

#endif
