/* SPDX-License-Identifier: MIT */
#include "model/key.h"

#include <string.h>

bool
key_equal(struct key a, struct key b)
{
	return span_equal(a.job, b.job) && span_equal(a.partition, b.partition);
}

int
key_compare(struct key a, struct key b)
{
	int order = span_compare_natural(a.job, b.job);

	return order != 0 ? order : span_compare_natural(a.partition, b.partition);
}

/* --- as a user types it --- */

/* Appends the name at *at up to its end (a '/' only ends it when slash_ends) and leaves
 * *at on what ended it. */
static int
take_name(struct str *out, const char **at, bool slash_ends, const char *whole,
	struct err *err)
{
	const char *p = *at;

	for (; *p != '\0' && !(slash_ends && *p == '/'); p++) {
		if (*p == '\\' && p[1] != '/' && p[1] != '\\')
			return err_set(err, ERR_USAGE,
				"'%s' is not a key: a backslash stands only before '/' "
				"or "
				"another backslash; write \\\\ for one in a name",
				whole);
		if (*p == '\\')
			p++;
		str_add_char(out, *p);
	}
	*at = p;
	return 0;
}

int
key_parse(struct key *out, struct str *memory, const char *text, struct err *err)
{
	const char *at = text;
	size_t job_len;
	bool has_partition;

	str_clear(memory);
	if (take_name(memory, &at, true, text, err) != 0)
		return -1;
	job_len = memory->len;
	has_partition = *at == '/';
	if (has_partition) {
		at++;
		if (take_name(memory, &at, false, text, err) != 0)
			return -1;
	}
	if (job_len == 0)
		return err_set(err, ERR_USAGE,
			"'%s' names no job; write JOB or JOB/PARTITION", text);
	if (has_partition && memory->len == job_len)
		return err_set(err, ERR_USAGE,
			"'%s' names no partition behind the '/'; write JOB for the whole "
			"job, or "
			"\\/ for a slash in its name",
			text);
	/* Only now: the text moves while it grows. */
	out->job = (struct span){ memory->text, job_len };
	out->partition = has_partition ? (struct span){ memory->text + job_len,
		memory->len - job_len }
				       : SPAN_NONE;
	return 0;
}

static void
add_name(struct str *out, struct span name, bool escape_slash)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.at[i] == '\\' || (escape_slash && name.at[i] == '/'))
			str_add_char(out, '\\');
		str_add_char(out, name.at[i]);
	}
}

void
key_add(struct str *out, struct key key)
{
	add_name(out, key.job, true);
	if (key.partition.at == NULL)
		return;
	str_add_char(out, '/');
	add_name(out, key.partition, false);
}

void
key_add_partition(struct str *out, struct span partition)
{
	if (partition.len > 0 && partition.at[0] >= '0' && partition.at[0] <= '9')
		str_add_char(out, 'p');
	str_add_span(out, partition);
}

/* --- patterns --- */

/* Takes the character at the start of a non-empty text: a UTF-8 sequence, or one byte
 * that belongs to none. The byte order of such characters is the order of their code
 * points, so ranges need no decoding. */
static struct span
take_character(struct span *text)
{
	struct span character = { text->at, 1 };

	if ((unsigned char)text->at[0] >= 0xc0)
		while (character.len < 4 && character.len < text->len &&
			((unsigned char)text->at[character.len] & 0xc0) == 0x80)
			character.len++;
	text->at += character.len;
	text->len -= character.len;
	return character;
}

/* The same in a pattern, where a backslash takes the meaning from what follows it. A
 * backslash at the very end stands for itself. */
static struct span
take_literal(struct span *pattern)
{
	if (pattern->len > 1 && pattern->at[0] == '\\')
		pattern->at++, pattern->len--;
	return take_character(pattern);
}

static bool
starts_with(struct span text, char c)
{
	return text.len > 0 && text.at[0] == c;
}

/* Matches one character with the class behind a '['. Takes the class and its ']' from
 * *pattern; *closed is false, and nothing is taken, when it has no end. */
static bool
class_matches(struct span *pattern, struct span character, bool *closed)
{
	struct span rest = *pattern;
	bool negated = starts_with(rest, '!'), matches = false;

	*closed = false;
	if (negated)
		rest.at++, rest.len--;
	for (bool first = true; rest.len > 0 && (first || *rest.at != ']');
		first = false) {
		struct span low = take_literal(&rest), high = low;

		if (rest.len > 1 && rest.at[0] == '-' && rest.at[1] != ']') {
			rest.at++, rest.len--;
			high = take_literal(&rest);
		}
		if (span_compare(low, character) <= 0 &&
			span_compare(character, high) <= 0)
			matches = true;
	}
	if (rest.len == 0)
		return false;
	rest.at++, rest.len--;
	*closed = true;
	*pattern = rest;
	return matches != negated;
}

/* Matches and takes one character of the name with what stands first in the pattern,
 * which is not a '*'. Both must not be empty. */
static bool
step_matches(struct span *pattern, struct span *name)
{
	struct span character = take_character(name);

	if (starts_with(*pattern, '?')) {
		pattern->at++, pattern->len--;
		return true;
	}
	if (starts_with(*pattern, '[')) {
		struct span class = { pattern->at + 1, pattern->len - 1 };
		bool closed;
		bool matches = class_matches(&class, character, &closed);

		if (closed) {
			*pattern = class;
			return matches;
		}
	}
	return span_equal(take_literal(pattern), character);
}

/* Only the last '*' is ever tried again: what stands before it has matched as far to the
 * left as it can, and that leaves the most to the rest. */
bool
pattern_matches(struct span pattern, struct span name)
{
	struct span pattern_retry = SPAN_NONE, name_retry = SPAN_NONE;
	bool may_retry = false;

	while (name.len > 0) {
		struct span pattern_next = pattern, name_next = name;

		if (starts_with(pattern, '*')) {
			pattern.at++, pattern.len--;
			pattern_retry = pattern;
			name_retry = name;
			may_retry = true;
		} else if (pattern.len > 0 && step_matches(&pattern_next, &name_next)) {
			pattern = pattern_next;
			name = name_next;
		} else if (may_retry) {
			take_character(&name_retry);
			name = name_retry;
			pattern = pattern_retry;
		} else {
			return false;
		}
	}
	while (starts_with(pattern, '*'))
		pattern.at++, pattern.len--;
	return pattern.len == 0;
}
