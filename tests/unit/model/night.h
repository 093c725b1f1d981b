/* SPDX-License-Identifier: MIT
 * A night on call, for the tests of columns: its time, jobs and checkpoints of it. */
#ifndef TESTS_MODEL_NIGHT_H
#define TESTS_MODEL_NIGHT_H

#include <math.h>
#include <string.h>

#include "model/board.h"
#include "model/column.h"

/* Sunday 2026-11-22 03:07:41 UTC, and times of that night. */
#define NOW	    (INT64_C(1795316861) * SECOND)
#define AT(h, m, s) (INT64_C(1795305600) * SECOND + ((h)*60 + (m)) * MINUTE + (s)*SECOND)
#define FRIDAY	    (AT(19, 40, 0) - 2 * DAY)

#define LAG(n)	       .lag = { .kind = LAG_POSITIONS, .amount = (n) }
#define LAG_RATE(n)    .lag_rate = { .known = true, .per_second = (n) }
#define SPEED(n)       .speed = { .known = true, .per_second = (n) }
#define CATCH_IN(n)    .eta = { .kind = ETA_AFTER, .after = (n)*SECOND }
#define CATCH_NEVER    .eta = { .kind = ETA_NEVER }
#define WORDS(f, t, b) .why = { f, t, b, "", NULL }
#define NO_WORDS       WORDS("", "", "")

static const struct column_context plain = { .now = NOW, .ascii = true };

static const struct board night_board = { .store = { .name = "pg:main" } };
static const struct board_row night_row = { .board = &night_board };

/* What every job needs, and the limit its bars are measured by. */
#define JOB_DEFAULTS                                                                     \
	.board = &night_board, .worst = &night_row,                                      \
	.limits = { RULE_UNSET, RULE_UNSET, RULE_UNSET, 50000, RULE_UNSET, RULE_UNSET,   \
		RULE_UNSET }

#define ROW_DEFAULTS .board = &night_board, .storage = CKPT_STORAGE_INTEGER

/* Bars from the glyphs they are drawn as, of a row whose greatest is top. */
static inline void
set_spark(float *spark, const char *glyphs, double top)
{
	static const char ramp[] = "_.-:=+*#";

	for (size_t i = 0; i < SPARK_CELLS; i++) {
		const char *glyph = strchr(ramp, glyphs[i]);

		spark[i] =
			glyph == NULL ? NAN : (float)(top * (double)(glyph - ramp) / 7);
	}
}

/* Text of one cell, until the next call. */
static inline const char *
cell(enum column_list list, const char *name, const void *row,
	const struct column_context *context)
{
	static struct str text;

	str_clear(&text);
	column_find(list, name)->text(&text, row, context);
	return str_text(&text);
}

#endif
