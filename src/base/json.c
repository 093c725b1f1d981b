/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "base/json_doc.h"
#include "base/mem.h"

/* Most documents have no more tokens than this. */
#define TOKENS_FEW 32

/* --- failures --- */

/* "not JSON: WHAT at byte N", counted from 1 in the document as it was handed in. */
static int
damaged(const struct json *json, size_t at, const char *what, struct err *err)
{
	return err_set(err, ERR_DAMAGED, "not JSON: %s at byte %zu", what,
		json->bom_len + at + 1);
}

static int
cut_off(const struct json *json, const char *where, struct err *err)
{
	return err_set(err, ERR_DAMAGED, "not JSON: cut off after %zu bytes, %s",
		json->bom_len + json->text.len, where);
}

/* --- the surface: what can be said without structure, and what jsmn must not see --- */

/* What a byte is outside strings, and whether it stands for itself within. */
enum {
	SPACE = 1 << 0,
	MARK = 1 << 1,	    /* []{},: */
	ENDS_WORD = 1 << 2, /* a mark that may follow a word at once */
	NO_WORD = 1 << 3,   /* cannot be a part of a word, nor follow it at once */
	IN_STRING = 1 << 4, /* neither a control character, nor \\ or the closing quote */
};

static const unsigned char classes[256] = {
	[0x00 ... 0x08] = NO_WORD,
	['\t'] = SPACE,
	['\n'] = SPACE,
	[0x0b ... 0x0c] = NO_WORD,
	['\r'] = SPACE,
	[0x0e ... 0x1f] = NO_WORD,
	[' '] = SPACE | IN_STRING,
	['!'] = IN_STRING,
	['"'] = NO_WORD,
	['#' ... '+'] = IN_STRING,
	[','] = MARK | ENDS_WORD | IN_STRING,
	['-' ... '9'] = IN_STRING,
	[':'] = MARK | ENDS_WORD | IN_STRING,
	[';' ... 'Z'] = IN_STRING,
	['['] = MARK | NO_WORD | IN_STRING,
	['\\'] = 0,
	[']'] = MARK | ENDS_WORD | IN_STRING,
	['^' ... 'z'] = IN_STRING,
	['{'] = MARK | NO_WORD | IN_STRING,
	['|'] = IN_STRING,
	['}'] = MARK | ENDS_WORD | IN_STRING,
	['~'] = IN_STRING,
	[0x7f ... 0xff] = NO_WORD | IN_STRING,
};

static unsigned
class_of(char c)
{
	return classes[(unsigned char)c];
}

static bool
is_space(char c)
{
	return class_of(c) & SPACE;
}

/* Checks the escape whose letter is at the start of a text. 0 when there is nothing wrong
 * with it, which may also be that the text ends in it. */
static int
scan_escape(const struct json *json, struct span letter, struct err *err)
{
	struct span digits = span_from(letter, 1);
	bool valid = json_unescape(*letter.at) != '\0';

	if (*letter.at == 'u')
		valid = json_hex(digits) >= 0 ||
			(digits.len < 4 && memchr(digits.at, '"', digits.len) == NULL);
	if (valid)
		return 0;
	return damaged(
		json, (size_t)(letter.at - json->text.at) - 1, "invalid escape", err);
}

/* Moves *at from the opening quote of a string to behind its closing one. */
static int
scan_string(const struct json *json, size_t *at, struct err *err)
{
	struct span text = json->text;

	for (size_t i = *at + 1; i < text.len; i++) {
		char c = text.at[i];

		if (class_of(c) & IN_STRING)
			continue;
		if (c == '"') {
			*at = i + 1;
			return 0;
		}
		if ((unsigned char)c < 0x20)
			return damaged(json, i, "control character in a string", err);
		if (c == '\\' && ++i < text.len &&
			scan_escape(json, span_from(text, i), err) != 0)
			return -1;
	}
	return cut_off(json, "within a string", err);
}

/* Moves *at behind a run of characters that is neither a string nor punctuation. */
static int
scan_word(const struct json *json, size_t *at, struct err *err)
{
	struct span text = json->text;
	size_t i = *at;

	for (; i < text.len && !(class_of(text.at[i]) & (SPACE | ENDS_WORD)); i++) {
		if (class_of(text.at[i]) & NO_WORD)
			return damaged(json, i, "unexpected character", err);
	}
	*at = i;
	return 0;
}

/*
 * One pass for strings, stray characters and the depth. jsmn takes a time that grows with
 * the square of the depth, reads `1"` as one word and stops silently at a NUL: documents
 * like that end here.
 */
static int
scan_surface(const struct json *json, struct err *err)
{
	struct span text = json->text;
	size_t depth = 0, at = 0;

	while (at < text.len) {
		char c = text.at[at];
		int status = 0;

		if (c == '"')
			status = scan_string(json, &at, err);
		else if (!(class_of(c) & (SPACE | MARK)))
			status = scan_word(json, &at, err);
		else if ((c == '[' || c == '{') && ++depth > JSON_DEPTH_MAX)
			return damaged(json, at, "nested deeper than 64", err);
		else if ((c == ']' || c == '}') && depth-- == 0)
			return damaged(json, at, "closing bracket without opening", err);
		else
			at++;
		if (status != 0)
			return status;
	}
	return 0;
}

/* --- the grammar: the tokens and what stands between them --- */

enum want {
	WANT_VALUE,
	WANT_VALUE_OR_END,
	WANT_NAME,
	WANT_NAME_OR_END,
	WANT_COLON,
	WANT_COMMA_OR_END,
	WANT_NOTHING,
};

static const char *const want_words[] = {
	[WANT_VALUE] = "no value where one is due",
	[WANT_VALUE_OR_END] = "neither a value nor a ]",
	[WANT_NAME] = "no quoted name where one is due",
	[WANT_NAME_OR_END] = "neither a quoted name nor a }",
	[WANT_COLON] = "no colon behind the name",
	[WANT_COMMA_OR_END] = "neither a comma nor the closing bracket",
	[WANT_NOTHING] = "text behind the document",
};

struct walk {
	struct json *json;
	enum want want;
	int open[JSON_DEPTH_MAX]; /* the containers around this place */
	int depth;
};

static struct node *
innermost(const struct walk *walk)
{
	return walk->depth > 0 ? &walk->json->nodes[walk->open[walk->depth - 1]] : NULL;
}

/* What comes after a whole value. */
static enum want
want_after_value(const struct walk *walk)
{
	return walk->depth > 0 ? WANT_COMMA_OR_END : WANT_NOTHING;
}

static int
unexpected(const struct walk *walk, size_t at, struct err *err)
{
	return damaged(walk->json, at, want_words[walk->want], err);
}

/* One character between two tokens. */
static int
walk_between(struct walk *walk, size_t at, struct err *err)
{
	struct node *around = innermost(walk);
	char c = walk->json->text.at[at];
	bool in_object = around != NULL && around->kind == JSON_OBJECT;
	bool in_array = around != NULL && around->kind == JSON_ARRAY;

	if (is_space(c))
		return 0;
	if (c == ':' && walk->want == WANT_COLON) {
		walk->want = WANT_VALUE;
	} else if (c == ',' && walk->want == WANT_COMMA_OR_END) {
		walk->want = in_object ? WANT_NAME : WANT_VALUE;
	} else if ((c == ']' && in_array &&
			   (walk->want == WANT_VALUE_OR_END ||
				   walk->want == WANT_COMMA_OR_END)) ||
		   (c == '}' && in_object &&
			   (walk->want == WANT_NAME_OR_END ||
				   walk->want == WANT_COMMA_OR_END))) {
		around->end = (unsigned)at + 1;
		around->after = walk->json->nodes_len;
		walk->depth--;
		walk->want = want_after_value(walk);
	} else {
		return unexpected(walk, at, err);
	}
	return 0;
}

static size_t
count_digits(struct span text)
{
	size_t digits = 0;

	while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
		digits++;
	return digits;
}

/* A number as the grammar of JSON has it: 0 and -1.5e+9, but not 01, +1, .5 or 1. */
static bool
is_number(struct span word)
{
	size_t digits;

	if (word.len > 0 && *word.at == '-')
		word = span_from(word, 1);
	digits = count_digits(word);
	if (digits == 0 || (digits > 1 && *word.at == '0'))
		return false;
	word = span_from(word, digits);
	if (word.len > 0 && *word.at == '.') {
		digits = count_digits(span_from(word, 1));
		if (digits == 0)
			return false;
		word = span_from(word, 1 + digits);
	}
	if (word.len > 0 && (*word.at == 'e' || *word.at == 'E')) {
		word = span_from(word, 1);
		if (word.len > 0 && (*word.at == '+' || *word.at == '-'))
			word = span_from(word, 1);
		digits = count_digits(word);
		return digits > 0 && digits == word.len;
	}
	return word.len == 0;
}

/* The kind of a value without quotes and brackets; false when it is none. */
static bool
word_kind(struct span word, enum json_kind *kind)
{
	static const struct {
		const char *word;
		enum json_kind kind;
	} words[] = { { "true", JSON_BOOL }, { "false", JSON_BOOL },
		{ "null", JSON_NULL }, { "NaN", JSON_NUMBER },
		{ "Infinity", JSON_NUMBER }, { "-Infinity", JSON_NUMBER } };

	*kind = JSON_NUMBER;
	if (is_number(word))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (span_is(word, words[i].word)) {
			*kind = words[i].kind;
			return true;
		}
	}
	return false;
}

/* The next token, which becomes the next node. */
static int
walk_token(struct walk *walk, const jsmntok_t *token, struct err *err)
{
	struct json *json = walk->json;
	int at = json->nodes_len++;
	struct node *node = &json->nodes[at], *around = innermost(walk);
	unsigned quote = token->type == JSMN_STRING;

	*node = (struct node){ .kind = JSON_STRING,
		.start = (unsigned)token->start - quote,
		.end = (unsigned)token->end + quote,
		.after = at + 1 };
	if (walk->want == WANT_NAME || walk->want == WANT_NAME_OR_END) {
		if (token->type != JSMN_STRING)
			return unexpected(walk, node->start, err);
		walk->want = WANT_COLON;
		return 0;
	}
	if (walk->want != WANT_VALUE && walk->want != WANT_VALUE_OR_END)
		return unexpected(walk, node->start, err);
	if (around != NULL)
		around->count++;
	if (token->type == JSMN_OBJECT || token->type == JSMN_ARRAY) {
		bool object = token->type == JSMN_OBJECT;

		node->kind = object ? JSON_OBJECT : JSON_ARRAY;
		node->end = node->start + 1; /* up to the closing bracket, later */
		walk->want = object ? WANT_NAME_OR_END : WANT_VALUE_OR_END;
		walk->open[walk->depth++] = at;
		return 0;
	}
	if (token->type == JSMN_PRIMITIVE && !word_kind(json_raw(json, at), &node->kind))
		return damaged(json, node->start, "a word that is no value", err);
	walk->want = want_after_value(walk);
	return 0;
}

static int
walk_document(struct json *json, const jsmntok_t *tokens, unsigned count, struct err *err)
{
	struct walk walk = { .json = json, .want = WANT_VALUE };
	size_t at = 0;

	json->nodes = mem_new(count, sizeof(*json->nodes));
	for (unsigned i = 0; i <= count; i++) {
		size_t until = json->text.len;

		if (i < count)
			until = (size_t)tokens[i].start - (tokens[i].type == JSMN_STRING);
		for (; at < until; at++)
			if (walk_between(&walk, at, err) != 0)
				return -1;
		if (i == count)
			break;
		if (walk_token(&walk, &tokens[i], err) != 0)
			return -1;
		at = json->nodes[i].end;
	}
	if (walk.want == WANT_NOTHING)
		return 0;
	if (count == 0)
		return err_set(err, ERR_DAMAGED, "not JSON: the document is empty");
	return cut_off(json, want_words[walk.want], err);
}

/* Lets jsmn find the tokens; the array grows with them. */
static int
read_tokens(struct json *json, struct err *err)
{
	jsmntok_t few[TOKENS_FEW], *more = NULL, *tokens = few;
	unsigned room = TOKENS_FEW;
	jsmn_parser parser;
	int status, result;

	jsmn_init(&parser);
	for (;;) {
		status = jsmn_parse(&parser, json->text.at, json->text.len, tokens, room);
		if (status != JSMN_ERROR_NOMEM)
			break;
		room *= 2;
		more = mem_resize(more, room, sizeof(*more));
		if (tokens == few)
			memcpy(more, few, sizeof(few));
		tokens = more;
	}
	/* A document that is cut off is walked too: the walk knows what is missing. */
	if (status == JSMN_ERROR_INVAL)
		result = damaged(json, parser.pos, "the wrong closing bracket", err);
	else
		result = walk_document(json, tokens, parser.toknext, err);
	free(more);
	return result;
}

/* --- documents --- */

int
json_parse(struct json **out, struct span text, struct err *err)
{
	struct json *json = mem_new(1, sizeof(*json));

	*out = NULL;
	if (text.at == NULL)
		text = SPAN("");
	if (text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
		json->bom_len = 3;
	json->text = span_from(text, json->bom_len);
	if (text.len >= INT_MAX)
		err_set(err, ERR_DAMAGED, "not read: a document of %zu bytes", text.len);
	else if (scan_surface(json, err) == 0 && read_tokens(json, err) == 0)
		*out = json;
	if (*out == NULL)
		json_free(json);
	return *out != NULL ? 0 : -1;
}

void
json_free(struct json *json)
{
	if (json == NULL)
		return;
	free(json->nodes);
	free(json);
}
