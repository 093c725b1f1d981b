/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "action/journal.h"
#include "base/token.h"

/* The next word of a line, which is cut off there. None at the end. */
static struct span
next_word(struct span *line)
{
	struct span word = SPAN_NONE;
	size_t len = 0;

	*line = span_trim(*line);
	while (len < line->len && strchr(" \t\r\n", line->at[len]) == NULL)
		len++;
	if (len > 0)
		word = (struct span){ line->at, len };
	*line = (struct span){ line->at + len, line->len - len };
	return word;
}

/* What stands behind NAME=, or none. */
static struct span
value_of(struct span word, const char *name)
{
	size_t len = strlen(name);

	if (word.len <= len || memcmp(word.at, name, len) != 0)
		return SPAN_NONE;
	return (struct span){ word.at + len, word.len - len };
}

static uint64_t
number_of(struct span digits)
{
	uint64_t number = 0;

	for (size_t i = 0; i < digits.len; i++)
		if (digits.at[i] < '0' || digits.at[i] > '9' ||
			__builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(
				number, (uint64_t)(digits.at[i] - '0'), &number))
			return 0;
	return number;
}

static enum journal_phase
phase_of(struct span word)
{
	enum journal_phase phase = 0;

	while (phase < JOURNAL_PHASES && !span_is(word, journal_phase_word(phase)))
		phase++;
	return phase;
}

bool
journal_anchor_parse(struct journal_anchor *out, struct span line)
{
	struct span word;

	*out = (struct journal_anchor){ .phase = JOURNAL_PHASES };
	while ((word = next_word(&line)).at != NULL) {
		if (value_of(word, "seq=").at != NULL)
			out->seq = number_of(value_of(word, "seq="));
		else if (value_of(word, "phase=").at != NULL)
			out->phase = phase_of(value_of(word, "phase="));
		else if (token_is_one(value_of(word, "op=")))
			out->op = value_of(word, "op=");
		else if (digest_is_one(value_of(word, "head=")))
			out->hash = value_of(word, "head=");
	}
	return out->op.at != NULL && out->hash.at != NULL;
}
