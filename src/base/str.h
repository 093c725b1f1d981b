/* SPDX-License-Identifier: MIT
 * Text: borrowed (span) and growing (str). */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Borrowed bytes: may contain NUL, need not end in one. at == NULL means "there is none",
 * which is not the same as an empty text. Whoever hands out a span says how long it
 * lives.
 */
struct span {
	const char *at;
	size_t len;
};

#define SPAN_NONE     ((struct span){ NULL, 0 })
#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })

/* A span over a C string; NULL gives SPAN_NONE. */
struct span span_of(const char *text);

/* Byte equality; none equals only none. */
bool span_equal(struct span a, struct span b);

/* True when the span holds exactly this text. */
bool span_is(struct span a, const char *text);

/* Byte order, shorter first among equals; none sorts before everything. <0, 0, >0. */
int span_compare(struct span a, struct span b);

/* Order for people: runs of digits compare as numbers, "p9" before "p10". <0, 0, >0. */
int span_compare_natural(struct span a, struct span b);

/* True when b occurs in a, without regard to ASCII case. An empty b occurs everywhere. */
bool span_contains(struct span a, struct span b);

/* Cuts ASCII white space from both ends. */
struct span span_trim(struct span a);

/* FNV-1a, 64 bit. */
unsigned long long span_hash(struct span a);

/* One that takes eight bytes at a time, for what is hashed a million times: not the same
 * on every machine, so it is neither kept nor shown. Every bit depends on every byte. */
unsigned long long span_hash_quick(struct span a);

/*
 * A growing text that belongs to its holder: start with { 0 }, end with str_free().
 * text is NUL-terminated whenever it is not NULL; len does not count that NUL.
 */
struct str {
	char *text;
	size_t len;
	size_t capacity;
};

void str_add(struct str *str, const char *text);
void str_add_span(struct str *str, struct span span);
/* A character where there is no room for it and a NUL. */
void str_grow_and_add_char(struct str *str, char c);

/* Inline: it is the commonest of all. */
static inline void
str_add_char(struct str *str, char c)
{
	if (str->capacity - str->len < 2) {
		str_grow_and_add_char(str, c);
		return;
	}
	str->text[str->len++] = c;
	str->text[str->len] = '\0';
}

/* Appends a number in decimal, with zeros before it up to so many digits. */
void str_add_digits(struct str *str, uint64_t number, unsigned digits);
void str_add_integer(struct str *str, int64_t number);
void str_add_repeated(struct str *str, char c, size_t count);
void
str_addf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *str, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Shortens the text to len bytes (no longer than it is). */
void str_cut(struct str *str, size_t len);

/* Empties the text and keeps its memory. */
void str_clear(struct str *str);

/* Frees the memory; the struct is empty and usable again. */
void str_free(struct str *str);

/* The text as a C string, "" when nothing was added. Borrowed until the next call. */
const char *str_text(const struct str *str);

/* The text as a span. Borrowed until the next call. */
struct span str_span(const struct str *str);

/* Hands the text over to the caller, who frees it with free(). */
char *str_take(struct str *str);

/*
 * The candidate nearest to a mistyped word (edit distance of at most a third of the
 * word), or NULL. For "unknown key 'readonly', did you mean 'read_only'?".
 */
const char *str_nearest(const char *word, const char *const *candidates, size_t count);

#endif
