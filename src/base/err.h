/* SPDX-License-Identifier: MIT
 * Errors as values: a caller-owned struct that travels as the last argument. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

enum err_kind {
#define ERR(name, word, exit_status, meaning) ERR_##name,
#include "base/err.def"
#undef ERR
	ERR_KINDS
};

/*
 * One failure. Zero-initialise it (`struct err err = { 0 };`). The first failure wins:
 * err_set() on an error that is already set changes nothing, so that clean-up code cannot
 * hide the cause. The text says what failed, where, what was not done and what to do
 * next, without a final full stop or newline; one that is too long loses its middle. It
 * may hold bytes of a store: print it through safe_text() only.
 */
struct err {
	enum err_kind kind;
	char text[1024];
};

/* Records a failure. Always returns -1, so that `return err_set(...)` reads well.
 * err may be NULL where the caller does not want to know. */
int err_set(struct err *err, enum err_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, with ": strerror(errno_value)" behind the text, and for what is well known
 * "; what to do about it". */
int err_set_errno(struct err *err, enum err_kind kind, int errno_value,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Puts "PREFIX: " before the text of an error that is set; upper floors say where they
 * were. Does nothing while the error is not set. */
void err_prefix(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts "; TEXT" behind the text of an error that is set: what was not done, and what to
 * do. Does nothing while the error is not set. */
void err_append(struct err *err, const char *text);

/* Forgets the failure, so that the struct can be used again. */
void err_clear(struct err *err);

/* True when a failure has been recorded. */
bool err_is_set(const struct err *err);

/* The exit status of the program for this kind of failure (see err.def). */
int err_exit_status(enum err_kind kind);

/* "not-found", "refused", …: the stable word of a kind, for JSON and logs. */
const char *err_word(enum err_kind kind);

/* The meaning of a kind in words, as in the manual. */
const char *err_meaning(enum err_kind kind);

#endif
