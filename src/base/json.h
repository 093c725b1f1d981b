/* SPDX-License-Identifier: MIT
 * JSON as spans over the original bytes. The way to the JSON libraries: jsmn finds the
 * tokens (json.c), jansson checks strictly (json_strict.c).
 *
 * Documents come from other programs: Python writes NaN, Infinity, integers of any size
 * and lone surrogates. All of that is readable here, and what is not looked at is never
 * rewritten. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER, /* also NaN, Infinity and -Infinity */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* Nesting deeper than this is refused. */
#define JSON_DEPTH_MAX 64

/* A parsed document; borrows the text it was parsed from. */
struct json;

/* Index of a value in a document; JSON_ROOT is the document itself, JSON_ABSENT no value.
 */
typedef int json_at;
#define JSON_ROOT   0
#define JSON_ABSENT (-1)

/*
 * Parses exactly one document (white space and one BOM around it are allowed; has_bom
 * tells; the BOM stands first). ERR_DAMAGED says what is wrong at which byte, counted
 * from 1: empty, cut off, text behind the document, nested too deep, …. Bytes in strings
 * that are not UTF-8 are kept as they are. Takes a time that grows with the length of the
 * text alone, and no stack. json_free() the document; NULL is allowed there.
 */
int json_parse(struct json **out, struct span text, struct err *err);
void json_free(struct json *json);
bool json_has_bom(const struct json *json);

/* Of JSON_ABSENT the kind is JSON_NULL, the bytes are none, and there are no members. */
enum json_kind json_kind(const struct json *json, json_at at);

/* The member of an object, or JSON_ABSENT (also when `at` is no object). Of repeated
 * members the last counts, as in Python; *before (may be NULL) is the one of that name
 * before it, or JSON_ABSENT. */
json_at
json_member(const struct json *json, json_at at, const char *name, json_at *before);

/* The bytes of a value as written, strings with their quotes. */
struct span json_raw(const struct json *json, json_at at);

/* How many members or elements. */
size_t json_count(const struct json *json, json_at at);

/* Walks the members of an object (or elements of an array, name is none then): start with
 * *cursor = 0; false at the end. The name (NULL: not asked for) is the raw text between
 * the quotes. */
bool json_next(const struct json *json, json_at at, size_t *cursor, struct span *name,
	json_at *value);

/* Appends a string value with its escapes resolved; lone surrogates become U+FFFD.
 * False when the value is no string. */
bool json_text(const struct json *json, json_at at, struct str *out);

/* Appends the bytes of a string that json_add_base64() wrote. False, and nothing is
 * appended, when the value is no string or the string is not base64. */
bool json_base64(const struct json *json, json_at at, struct str *out);

/* Appends any scalar as text: strings resolved, the rest as written. False for
 * containers. */
bool json_scalar(const struct json *json, json_at at, struct str *out);

/* Appends a quoted JSON string. Invalid bytes become \ufffd; *altered (may be NULL)
 * tells. What is not utf8_is_plain() is escaped, so that the document may be shown on a
 * terminal. */
void json_add_string(struct str *out, struct span text, bool *altered);

/* Appends base64 of the bytes, quoted: for the raw form of a text that was altered. */
void json_add_base64(struct str *out, struct span bytes);

/*
 * Appends a member, a comma before it where it is not the first: null where there is no
 * text. Behind a text with bytes that JSON cannot hold stands another member with them,
 * NAME_base64. What is appended to must not be empty.
 */
void json_add_member(struct str *out, const char *name, struct span text);

/* Strict check of a document that we are about to write for a user: valid UTF-8, no
 * repeated members, an object at the top; no NaN, lone surrogate, \u0000 or BOM.
 * ERR_USAGE says what is wrong and where. */
int json_check_strict(struct span text, struct err *err);

#endif
