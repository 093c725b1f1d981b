/* SPDX-License-Identifier: MIT
 * Another program, in Python, that works on the same stores as the tests: see outside.py.
 * It is started with the first request and ends with the tests; a child of fork() gets
 * one of its own. */
#ifndef TESTS_STORE_OUTSIDE_H
#define TESTS_STORE_OUTSIDE_H

#include <stdbool.h>
#include <stddef.h>

/* Runs SQL on a connection of the other program that stays open. Fails the test when that
 * fails. The answer is the first column of the first row, "" when there is none; borrowed
 * until the next request. */
const char *outside_sql(const char *database, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same; false, with the message as the answer, when it fails. */
bool outside_try(const char *database, const char *sql, const char **answer_or_message);

/* Closes its connection to a database. */
void outside_close(const char *database);

/* Writes a file by rename, or removes it (text NULL). */
void outside_file(const char *path, const char *text);

/* Ends the other program at once, as kill -9 does. */
void outside_kill(void);

/* A text as an SQL literal; of memory that lives until the next eight calls. */
const char *quoted(const char *text);

/* Appends a setting to a URI of that size, behind a '?' or '&'. */
void
uri_add_setting(char *uri, size_t size, char before, const char *key, const char *text);

#endif
