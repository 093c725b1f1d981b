/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* --- span --- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct span
span_of(const char *text)
{
	return text == NULL ? SPAN_NONE : (struct span){ text, strlen(text) };
}

bool
span_equal(struct span a, struct span b)
{
	return span_compare(a, b) == 0;
}

bool
span_is(struct span a, const char *text)
{
	return span_equal(a, span_of(text));
}

int
span_compare(struct span a, struct span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order;

	if (a.at == NULL || b.at == NULL)
		return (a.at != NULL) - (b.at != NULL);
	order = shorter > 0 ? memcmp(a.at, b.at, shorter) : 0;
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Cuts the run of digits at the start of a text off it, without its leading zeros. */
static struct span
take_number(struct span *text)
{
	struct span number;
	size_t digits = 0, zeros = 0;

	while (digits < text->len && is_digit(text->at[digits]))
		digits++;
	while (zeros < digits && text->at[zeros] == '0')
		zeros++;
	number = (struct span){ text->at + zeros, digits - zeros };
	text->at += digits;
	text->len -= digits;
	return number;
}

/* Two runs of digits by their value: the longer one is larger. */
static int
compare_numbers(struct span a, struct span b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len > 0 ? memcmp(a.at, b.at, a.len) : 0;
}

int
span_compare_natural(struct span a, struct span b)
{
	struct span x = a, y = b;
	int order = 0;

	if (a.at == NULL || b.at == NULL)
		return span_compare(a, b);
	if (a.len == b.len && memcmp(a.at, b.at, a.len) == 0)
		return 0;
	while (order == 0 && x.len > 0 && y.len > 0) {
		if (is_digit(*x.at) && is_digit(*y.at)) {
			struct span left = take_number(&x), right = take_number(&y);

			order = compare_numbers(left, right);
		} else {
			order = (unsigned char)*x.at - (unsigned char)*y.at;
			x.at++, x.len--;
			y.at++, y.len--;
		}
	}
	if (order == 0)
		order = (x.len > 0) - (y.len > 0);
	/* "07" and "7" stand together, but are not equal. */
	return order != 0 ? order : span_compare(a, b);
}

bool
span_contains(struct span a, struct span b)
{
	if (b.len == 0)
		return true;
	for (size_t start = 0; start < a.len && a.len - start >= b.len; start++) {
		size_t i = 0;

		while (i < b.len && lower(a.at[start + i]) == lower(b.at[i]))
			i++;
		if (i == b.len)
			return true;
	}
	return false;
}

struct span
span_trim(struct span a)
{
	while (a.len > 0 && is_space(a.at[0]))
		a.at++, a.len--;
	while (a.len > 0 && is_space(a.at[a.len - 1]))
		a.len--;
	return a;
}

unsigned long long
span_hash(struct span a)
{
	unsigned long long hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < a.len; i++)
		hash = (hash ^ (unsigned char)a.at[i]) * 0x100000001b3ULL;
	return hash;
}

unsigned long long
span_hash_quick(struct span a)
{
	uint64_t hash = (a.len + 1) * UINT64_C(0x9e3779b97f4a7c15), word = 0;
	size_t i = 0;

	for (; i + sizeof(word) <= a.len; i += sizeof(word)) {
		memcpy(&word, a.at + i, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
		hash ^= hash >> 32;
	}
	word = 0;
	if (i < a.len)
		memcpy(&word, a.at + i, a.len - i);
	hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 32) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ hash >> 32;
}

/* --- str --- */

/* Doubling keeps the sum of all copies linear in the final length. */
static __attribute__((noinline)) void
grow(struct str *str, size_t more)
{
	size_t need, capacity = str->capacity > 0 ? str->capacity : 32;

	if (__builtin_add_overflow(str->len, more, &need) ||
		__builtin_add_overflow(need, 1, &need))
		need = SIZE_MAX; /* which mem_resize() refuses */
	while (capacity < need && capacity <= SIZE_MAX / 2)
		capacity *= 2;
	if (capacity < need)
		capacity = need;
	str->text = mem_resize(str->text, capacity, 1);
	str->capacity = capacity;
}

/* Makes room for so many more bytes and the NUL behind them. */
static inline void
reserve(struct str *str, size_t more)
{
	if (more >= str->capacity - str->len)
		grow(str, more);
}

void
str_add(struct str *str, const char *text)
{
	str_add_span(str, span_of(text));
}

void
str_add_span(struct str *str, struct span span)
{
	reserve(str, span.len);
	if (span.len > 0)
		memcpy(str->text + str->len, span.at, span.len);
	str->len += span.len;
	str->text[str->len] = '\0';
}

void
str_grow_and_add_char(struct str *str, char c)
{
	reserve(str, 1);
	str->text[str->len++] = c;
	str->text[str->len] = '\0';
}

void
str_add_repeated(struct str *str, char c, size_t count)
{
	reserve(str, count);
	memset(str->text + str->len, c, count);
	str->len += count;
	str->text[str->len] = '\0';
}

void
str_add_digits(struct str *str, uint64_t number, unsigned digits)
{
	char text[20];
	unsigned start = sizeof(text);

	do {
		text[--start] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	if (digits > sizeof(text) - start)
		str_add_repeated(str, '0', digits - (sizeof(text) - start));
	str_add_span(str, (struct span){ text + start, sizeof(text) - start });
}

void
str_add_integer(struct str *str, int64_t number)
{
	if (number < 0)
		str_add_char(str, '-');
	str_add_digits(str, number < 0 ? -(uint64_t)number : (uint64_t)number, 1);
}

void
str_addf(struct str *str, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_addv(str, format, args);
	va_end(args);
}

void
str_addv(struct str *str, const char *format, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	reserve(str, 0);
	len = vsnprintf(str->text + str->len, str->capacity - str->len, format, args);
	if (len > 0 && (size_t)len >= str->capacity - str->len) {
		reserve(str, (size_t)len);
		len = vsnprintf(
			str->text + str->len, str->capacity - str->len, format, again);
	}
	va_end(again);
	if (len > 0)
		str->len += (size_t)len;
	/* vsnprintf() may have failed half-way. */
	str->text[str->len] = '\0';
}

void
str_cut(struct str *str, size_t len)
{
	if (len >= str->len)
		return;
	str->len = len;
	str->text[len] = '\0';
}

void
str_clear(struct str *str)
{
	str_cut(str, 0);
}

void
str_free(struct str *str)
{
	free(str->text);
	*str = (struct str){ 0 };
}

const char *
str_text(const struct str *str)
{
	return str->text != NULL ? str->text : "";
}

struct span
str_span(const struct str *str)
{
	return (struct span){ str_text(str), str->len };
}

char *
str_take(struct str *str)
{
	char *text = str->text != NULL ? str->text : mem_copy("", 0);

	*str = (struct str){ 0 };
	return text;
}

/* --- the nearest word --- */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Insertions, deletions, substitutions and swaps of neighbours that make b of a. rows has
 * room for three rows of b.len + 1 numbers: the line of the table that is being filled
 * and the two above it.
 */
static size_t
distance(struct span a, struct span b, size_t *rows)
{
	size_t width = b.len + 1;
	size_t *above = rows, *here = rows + width, *two_above = rows + 2 * width;

	for (size_t j = 0; j <= b.len; j++)
		here[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *oldest = two_above;

		two_above = above;
		above = here;
		here = oldest;
		here[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = a.at[i - 1] == b.at[j - 1];
			size_t cost = least(above[j], here[j - 1]) + 1;

			cost = least(cost, above[j - 1] + !same);
			if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] &&
				a.at[i - 2] == b.at[j - 1])
				cost = least(cost, two_above[j - 2] + 1);
			here[j] = cost;
		}
	}
	return here[b.len];
}

const char *
str_nearest(const char *word, const char *const *candidates, size_t count)
{
	struct span wanted = span_of(word);
	const char *nearest = NULL;
	size_t limit = wanted.len / 3, best = limit + 1;
	/* A candidate whose length differs by more than the limit is never near. */
	size_t *rows = mem_new(3 * (wanted.len + limit + 1), sizeof(*rows));

	for (size_t i = 0; i < count; i++) {
		struct span candidate = span_of(candidates[i]);
		size_t far;

		if (candidate.len > wanted.len + limit ||
			candidate.len + limit < wanted.len)
			continue;
		far = distance(wanted, candidate, rows);
		if (far < best) {
			best = far;
			nearest = candidates[i];
		}
	}
	free(rows);
	return nearest;
}
