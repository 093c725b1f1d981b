/* SPDX-License-Identifier: MIT
 * SQL that a person wrote, as far as it must be understood to be handed on. */
#ifndef STORE_SQL_TEXT_H
#define STORE_SQL_TEXT_H

#include "base/str.h"

/* How long the quoted part or comment at text is, with its ends; 0: there is none. One
 * that does not end goes to the end: the database will say so. */
size_t sql_quoted_length(const char *text);

/* The statement without the semicolon behind it and what follows that, if these are only
 * comments; and without white space around it. */
struct span sql_without_end(const char *text);

#endif
