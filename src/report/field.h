/* SPDX-License-Identifier: MIT
 * What the machine-readable formats say of a checkpoint, a job and a store: every member
 * of the JSON, which is every column of the CSV, once. The names are an interface: they
 * only grow. */
#ifndef REPORT_FIELD_H
#define REPORT_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "model/board.h"

enum field_kind {
	FIELD_NONE,	/* not known, or there is none: null */
	FIELD_TEXT,	/* bytes of a store or of the configuration */
	FIELD_INTEGER,	/* number */
	FIELD_REAL,	/* real */
	FIELD_SECONDS,	/* number, microseconds, shown as seconds */
	FIELD_TIME,	/* number, an instant */
	FIELD_BOOL,	/* number */
	FIELD_DOCUMENT, /* text, a JSON document as stored */
};

struct field_value {
	enum field_kind kind;
	struct span text;
	int64_t number;
	double real;
};

struct field {
	const char *name;
	const char *help; /* one line of the manual */
	struct field_value (*get)(const void *row, int64_t now);
};

/* Of a checkpoint; rows are struct board_row. */
const struct field *field_checkpoint_table(size_t *count);

/* Of a checkpoint's neighbourhood that `show` adds; rows are struct board_row. */
const struct field *field_detail_table(size_t *count);

/* Of a job; rows are struct board_job. */
const struct field *field_job_table(size_t *count);

/* Of a store; rows are struct board. */
const struct field *field_store_table(size_t *count);

/* --- values, for the tables --- */

struct field_value field_none(void);
struct field_value field_text(struct span text); /* none is FIELD_NONE */
struct field_value field_word(const char *word); /* NULL is FIELD_NONE */
struct field_value field_integer(int64_t number);
struct field_value field_bool(bool value);
struct field_value field_time(int64_t at); /* TIME_NONE is FIELD_NONE */
struct field_value field_seconds(int64_t duration);
/* How long ago it was; nothing when `at` is TIME_NONE. */
struct field_value field_ago(int64_t at, int64_t now);
struct field_value field_lag(struct lag lag);
struct field_value field_lag_unit(struct lag lag);
/* Per second, in the unit of the lag or value it is of. */
struct field_value field_rate(struct rate rate, bool of_time);
struct field_value field_eta(struct eta eta);
struct field_value field_eta_never(struct eta eta);

#endif
