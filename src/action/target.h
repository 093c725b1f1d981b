/* SPDX-License-Identifier: MIT
 * Where a reset goes to, as it is typed. */
#ifndef ACTION_TARGET_H
#define ACTION_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum target_kind {
	TARGET_VALUE, /* N, 16/B374D848, FILE:N, a date; or text:VALUE */
	TARGET_BY,    /* +N, -N: from where it is */
	TARGET_START, /* start */
	TARGET_END,   /* end: where its source is now */
	TARGET_TIME,  /* @2026-11-21T19:00:00Z, @-7d */
};

struct reset_target {
	enum target_kind kind;
	struct span text; /* TARGET_VALUE: the value; borrowed from what was typed */
	bool is_text;	  /* text:VALUE: taken as it is, whatever its type */
	int64_t number;	  /* TARGET_BY; TARGET_TIME: the instant */
};

/* Reads what was typed. ERR_USAGE says what would be understood: a word that is none of
 * these, a number that does not fit, a time without a zone. */
int
target_parse(struct reset_target *out, struct span text, int64_t now, struct err *err);

/* Appends it so that target_parse() reads the same at any time: @-7d is the instant that
 * it was. */
void target_add(struct str *out, const struct reset_target *target);

#endif
