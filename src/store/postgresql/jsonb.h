/* SPDX-License-Identifier: MIT
 * What PostgreSQL makes of a document in a column of type jsonb, and of a number in one
 * of type numeric: known beforehand, so that a plan shows what will be there. */
#ifndef STORE_POSTGRESQL_JSONB_H
#define STORE_POSTGRESQL_JSONB_H

#include <stdbool.h>

#include "base/str.h"

/* Appends the document as jsonb prints it: members by the length of their names, of
 * repeated ones the last, numbers written out. False: jsonb does not hold it (it is no
 * JSON, a text in it has a NUL, a number is NaN or endless), and what was appended is of
 * no use. */
bool pg_jsonb_add(struct str *out, struct span text);

/* Whether jsonb takes both texts for the same document. */
bool pg_jsonb_same(struct span a, struct span b);

/* Appends a number as numeric prints it. False: it is none. */
bool pg_numeric_add(struct str *out, struct span text);

/* Whether two texts are the same number, whatever zeros they end with. */
bool pg_numeric_same(struct span a, struct span b);

#endif
