/* SPDX-License-Identifier: MIT
 * Reads a filter line by recursive descent:
 *
 *	any  = all { "or" all }
 *	all  = not { ["and"] not }
 *	not  = { "not" | "!" } ( "(" any ")" | term )
 *	term = [field ( ":" | comparison )] text
 */
#include "model/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "model/filter_tree.h"

struct reader {
	const char *text, *at;
	struct arena *arena;
	struct err *err;
	unsigned depth;
};

/* --- saying what is wrong --- */

/* Columns count characters, as the eye does. */
static unsigned
column_of(const struct reader *reader, const char *place)
{
	unsigned column = 1;

	for (const char *p = reader->text; p < place; p++)
		column += ((unsigned char)*p & 0xc0) != 0x80;
	return column;
}

/* The length of what is shown of what stands there. */
static int
excerpt(const char *from, const char *until)
{
	return (int)utf8_beginning((struct span){ from, (size_t)(until - from) }, 40);
}

static struct filter_node *
refuse(const struct reader *reader, const char *place, const char *what)
{
	err_set(reader->err, ERR_USAGE, "filter, column %u: %s", column_of(reader, place),
		what);
	return NULL;
}

/* --- words --- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static void
skip_blanks(struct reader *reader)
{
	while (is_blank(*reader->at))
		reader->at++;
}

/* Where the bare word at this place ends. */
static const char *
end_of_word(const char *p)
{
	while (*p != '\0' && !is_blank(*p) && *p != '(' && *p != ')')
		p++;
	return p;
}

/* True when this keyword stands next, which is then taken. */
static bool
take_keyword(struct reader *reader, const char *keyword)
{
	size_t len = strlen(keyword);

	skip_blanks(reader);
	if ((size_t)(end_of_word(reader->at) - reader->at) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(reader->at[i]) != keyword[i])
			return false;
	reader->at += len;
	return true;
}

static bool
next_is_keyword(const struct reader *reader, const char *keyword)
{
	struct reader copy = *reader;

	return take_keyword(&copy, keyword);
}

/* Takes a text up to a blank or a parenthesis, with its quotes opened. *quoted says
 * whether there were any. */
static bool
take_text(struct span *out, bool *quoted, struct reader *reader)
{
	struct str text = { 0 };
	const char *open = NULL;

	*quoted = false;
	for (; *reader->at != '\0'; reader->at++) {
		char c = *reader->at;

		if (c == '"') {
			open = open == NULL ? reader->at : NULL;
			*quoted = true;
		} else if (open != NULL && c == '\\' && reader->at[1] == '"') {
			str_add_char(&text, *++reader->at);
		} else if (open == NULL && (is_blank(c) || c == '(' || c == ')')) {
			break;
		} else {
			str_add_char(&text, c);
		}
	}
	if (open != NULL) {
		str_free(&text);
		refuse(reader, open, "the quote is not closed");
		return false;
	}
	*out = arena_span(
		reader->arena, (struct span){ text.len > 0 ? text.text : "", text.len });
	str_free(&text);
	return true;
}

static bool
has_wildcard(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (memchr("*?[", text.at[i], 3) != NULL)
			return true;
	return false;
}

static void
make_lower(struct span text)
{
	char *bytes = (char *)(uintptr_t)text.at; /* our own, from the arena */

	for (size_t i = 0; i < text.len; i++)
		bytes[i] = lower(bytes[i]);
}

/* --- terms --- */

static const struct field {
	const char *name;
	enum filter_field field;
	bool is_amount, any_case;
	const char *example;
} fields[] = {
	{ "state", FIELD_STATE, false, true, "state:crit" },
	{ "job", FIELD_JOB, false, false, "job:orders-*" },
	{ "part", FIELD_PARTITION, false, false, "part:7" },
	{ "partition", FIELD_PARTITION, false, false, "partition:7" },
	{ "store", FIELD_STORE, false, false, "store:main" },
	{ "why", FIELD_WHY, false, true, "why:stuck" },
	{ "lag", FIELD_LAG, true, false, "lag>50k or lag>15m" },
	{ "age", FIELD_AGE, true, false, "age>15m" },
	{ "upd", FIELD_UPD, true, false, "upd>15m" },
	{ "wmark", FIELD_WMARK, true, false, "wmark>15m" },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

static struct filter_node *
new_node(struct reader *reader, enum filter_kind kind)
{
	struct filter_node *node = arena_alloc(reader->arena, 1, sizeof(*node));

	node->kind = kind;
	return node;
}

static struct filter_node *
refuse_field(const struct reader *reader, const char *start, const char *end)
{
	struct str names = { 0 };

	for (size_t i = 0; i < FIELD_COUNT; i++)
		str_addf(&names, "%s%s%s", i > 0 ? " " : "", fields[i].name,
			fields[i].is_amount ? ">" : ":");
	err_set(reader->err, ERR_USAGE,
		"filter, column %u: there is no field '%.*s'; fields are %s; put quotes "
		"around a text to search for it as it stands",
		column_of(reader, start), excerpt(start, end), start, str_text(&names));
	str_free(&names);
	return NULL;
}

static struct filter_node *
refuse_value(const struct reader *reader, const char *start, const struct field *field)
{
	err_set(reader->err, ERR_USAGE, "filter, column %u: write %s, not '%.*s'%s",
		column_of(reader, start), field->example, excerpt(start, reader->at),
		start,
		field->field == FIELD_STATE
			? "; states are ok, rply, warn, unkn, crit and dormant"
			: "");
	return NULL;
}

/* 50k, 2M, 1.5M, 50,000: positions. */
static bool
read_positions(int64_t *out, struct span text)
{
	static const char units[] = "kMGTPE";
	int64_t whole = 0, scale = 1, part = 0, divisor = 1;
	bool fraction = false, digits = false;

	if (text.len > 0 &&
		!(text.at[text.len - 1] >= '0' && text.at[text.len - 1] <= '9')) {
		char unit = text.at[text.len - 1] == 'K' ? 'k' : text.at[text.len - 1];
		const char *found = memchr(units, unit, sizeof(units) - 1);

		if (found == NULL)
			return false;
		for (const char *p = units; p <= found; p++)
			scale *= 1000;
		text.len--;
	}
	for (size_t i = 0; i < text.len; i++) {
		int digit = text.at[i] - '0';

		if (text.at[i] == '.' && !fraction && digits) {
			fraction = true;
		} else if (text.at[i] == ',' && !fraction && digits) {
			continue;
		} else if (digit < 0 || digit > 9) {
			return false;
		} else if (!fraction) {
			digits = true;
			if (__builtin_mul_overflow(whole, 10, &whole) ||
				__builtin_add_overflow(whole, digit, &whole))
				return false;
		} else if (divisor < scale) {
			divisor *= 10;
			part += digit * (scale / divisor);
		}
	}
	return digits && !__builtin_mul_overflow(whole, scale, out) &&
	       !__builtin_add_overflow(*out, part, out);
}

/* A duration, or positions where they make sense; 0 is both. */
static bool
read_amount(struct filter_term *term, struct span text)
{
	bool negative = text.len > 0 && *text.at == '-';

	if (negative)
		text.at++, text.len--;
	term->is_duration = duration_parse(&term->amount, text, NULL) == 0;
	if (!term->is_duration &&
		(!read_positions(&term->amount, text) ||
			(term->field != FIELD_LAG && term->amount != 0)))
		return false;
	if (negative)
		term->amount = -term->amount;
	return true;
}

/* Takes the ':' of a text field, or one of > >= < <= = before an amount. */
static bool
take_operator(unsigned *compare, struct reader *reader, bool is_amount)
{
	char c = *reader->at;

	if ((c != ':') != is_amount)
		return false;
	*compare = c == '<' ? COMPARE_LESS : c == '>' ? COMPARE_MORE : COMPARE_EQUAL;
	reader->at++;
	if (*compare != COMPARE_EQUAL && *reader->at == '=') {
		*compare |= COMPARE_EQUAL;
		reader->at++;
	}
	return true;
}

static bool
is_state(struct span word)
{
	static const char *const words[] = { "ok", "rply", "warn", "unkn", "crit",
		"dormant" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_is(word, words[i]))
			return true;
	return false;
}

static struct filter_node *
read_field(struct reader *reader, const char *start, const struct field *field)
{
	struct filter_node *node = new_node(reader, FILTER_TERM);
	struct filter_term *term = &node->term;
	bool quoted;

	term->field = field->field;
	if (!take_operator(&term->compare, reader, field->is_amount)) {
		reader->at = end_of_word(reader->at);
		return refuse_value(reader, start, field);
	}
	if (!take_text(&term->pattern, &quoted, reader))
		return NULL;
	if (term->pattern.len == 0 ||
		(field->is_amount && !read_amount(term, term->pattern)))
		return refuse_value(reader, start, field);
	if (field->any_case)
		make_lower(term->pattern);
	term->wild = has_wildcard(term->pattern);
	if (field->field == FIELD_STATE && !term->wild && !is_state(term->pattern))
		return refuse_value(reader, start, field);
	return node;
}

static struct filter_node *
read_term(struct reader *reader)
{
	const char *start = reader->at, *p = start;
	struct filter_node *node;
	bool quoted;

	while (is_letter(*p))
		p++;
	if (p > start && *p != '\0' && strchr(":<>=", *p) != NULL) {
		struct span name = { start, (size_t)(p - start) };

		for (size_t i = 0; i < FIELD_COUNT; i++) {
			if (span_is(name, fields[i].name)) {
				reader->at = p;
				return read_field(reader, start, &fields[i]);
			}
		}
		return refuse_field(reader, start, p + 1);
	}
	node = new_node(reader, FILTER_TERM);
	node->term.field = FIELD_WORD;
	if (!take_text(&node->term.pattern, &quoted, reader))
		return NULL;
	make_lower(node->term.pattern);
	node->term.wild = !quoted && has_wildcard(node->term.pattern);
	return node;
}

/* --- the grammar --- */

static struct filter_node *read_any(struct reader *reader);

static struct filter_node *
read_group(struct reader *reader)
{
	const char *open = reader->at;
	struct filter_node *node;

	if (reader->depth == FILTER_DEPTH)
		return refuse(reader, open, "too many parentheses within each other");
	reader->at++;
	reader->depth++;
	node = read_any(reader);
	reader->depth--;
	if (node == NULL)
		return NULL;
	skip_blanks(reader);
	if (*reader->at != ')')
		return refuse(reader, open, "the parenthesis is not closed");
	reader->at++;
	return node;
}

static bool
at_end_of_all(const struct reader *reader)
{
	struct reader copy = *reader;

	skip_blanks(&copy);
	return *copy.at == '\0' || *copy.at == ')' || next_is_keyword(&copy, "or");
}

static struct filter_node *
read_not(struct reader *reader)
{
	struct filter_node *node, *not ;
	bool negated = false;

	/* A loop, so that "!!!…" needs no depth. */
	for (skip_blanks(reader); *reader->at == '!' || next_is_keyword(reader, "not");
		skip_blanks(reader)) {
		negated = !negated;
		if (!take_keyword(reader, "not"))
			reader->at++;
	}
	if (at_end_of_all(reader) || next_is_keyword(reader, "and"))
		return refuse(reader, reader->at, "a word or a field is missing here");
	node = *reader->at == '(' ? read_group(reader) : read_term(reader);
	if (node == NULL || !negated)
		return node;
	not = new_node(reader, FILTER_NOT);
	not ->first = node;
	return not ;
}

/* Puts a whole around its parts, or gives the part itself where it is alone. */
static struct filter_node *
whole(struct reader *reader, enum filter_kind kind, struct filter_node *parts)
{
	struct filter_node *node;

	if (parts->next == NULL)
		return parts;
	node = new_node(reader, kind);
	node->first = parts;
	return node;
}

static struct filter_node *
read_all(struct reader *reader)
{
	struct filter_node *first = read_not(reader), *last = first;

	while (last != NULL && !at_end_of_all(reader)) {
		take_keyword(reader, "and");
		last->next = read_not(reader);
		last = last->next;
	}
	return last == NULL ? NULL : whole(reader, FILTER_ALL, first);
}

static struct filter_node *
read_any(struct reader *reader)
{
	struct filter_node *first = read_all(reader), *last = first;

	while (last != NULL && take_keyword(reader, "or")) {
		last->next = read_all(reader);
		last = last->next;
	}
	return last == NULL ? NULL : whole(reader, FILTER_ANY, first);
}

int
filter_parse(struct filter **out, const char *text, struct err *err)
{
	struct reader reader = { .text = text, .at = text, .err = err };
	const struct filter_node *root;

	*out = NULL;
	skip_blanks(&reader);
	if (*reader.at == '\0')
		return 0;
	reader.arena = arena_new();
	root = read_any(&reader);
	if (root != NULL && *reader.at != '\0')
		root = refuse(&reader, reader.at, "a ')' without its '('");
	if (root == NULL) {
		arena_free(reader.arena);
		return -1;
	}
	*out = mem_new(1, sizeof(**out));
	(*out)->arena = reader.arena;
	(*out)->root = root;
	return 0;
}

void
filter_free(struct filter *filter)
{
	if (filter == NULL)
		return;
	arena_free(filter->arena);
	free(filter);
}
