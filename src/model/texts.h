/* SPDX-License-Identifier: MIT
 * Texts that many share, kept once: names of jobs, partitions, hosts. A text lives as
 * long as somebody holds a reference to it, so that a store whose names come and go for
 * months costs no more than what it holds now. */
#ifndef MODEL_TEXTS_H
#define MODEL_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct texts;

/* Names a text; 0 stands for "there is none" (SPAN_NONE). */
typedef uint32_t text_id;

struct texts *texts_new(void);
void texts_free(struct texts *texts);

/* A reference to the text, which is added where it is new. */
text_id texts_add(struct texts *texts, struct span text);

/* The text without a reference, 0 when it is not there. */
text_id texts_find(const struct texts *texts, struct span text);

/* Ends a reference; 0 is allowed. */
void texts_drop(struct texts *texts, text_id id);

/* Ends the reference in *held and puts one to text in its place. */
void texts_replace(struct texts *texts, text_id *held, struct span text);

/* The same for a text that is probably the one of this id; 0: it could be any. */
void
texts_replace_like(struct texts *texts, text_id *held, struct span text, text_id like);

/* Borrowed while somebody holds a reference; NUL-terminated. */
struct span texts_span(const struct texts *texts, text_id id);

/* How many there are. */
size_t texts_count(const struct texts *texts);

#endif
