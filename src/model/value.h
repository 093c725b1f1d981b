/* SPDX-License-Identifier: MIT
 * Typed positions: how two checkpoint values are compared and subtracted. */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

enum value_type {
	VALUE_AUTO,	/* only as a setting: take the type from the text */
	VALUE_INT,	/* a whole number that fits 64 bits; 007 is 7 */
	VALUE_TIME,	/* a date or date and time */
	VALUE_LSN,	/* a PostgreSQL log position, 16/B374D848 */
	VALUE_FILE_POS, /* FILE:POSITION; distance only within one file */
	VALUE_OPAQUE,	/* anything else: equal or not */
};

/* "int", "time", "lsn", "file:pos", "opaque"; the words of configuration and JSON. */
const char *value_type_word(enum value_type type);

/* A parsed value. text is borrowed from the caller. */
struct value {
	enum value_type type;
	struct span text;
	int64_t number;	  /* INT: it; TIME: the instant; LSN, FILE_POS: the position */
	struct span file; /* FILE_POS: what stands before the last ':' */
	bool date_only;	  /* TIME: a date without a time of day */
};

/*
 * Parses text as the wanted type; what does not fit it becomes VALUE_OPAQUE. VALUE_AUTO
 * takes INT for an optional sign and digits, TIME for a date or stamp with '-' in it, LSN
 * for HEX/HEX, else OPAQUE; FILE_POS and numbers that are an epoch TIME are only taken
 * when asked for. Text is taken as it stands: with blanks around it, it is OPAQUE. zone
 * (may be NULL: UTC) is for times without one. Never fails.
 */
struct value
value_parse(struct span text, enum value_type wanted, const struct zone *zone);

/* True when the two can be ordered: same type, not opaque, same file. */
bool value_comparable(const struct value *a, const struct value *b);

/* a - b in positions, or microseconds for times, limited to ±INT64_MAX. Only for
 * comparable values. */
int64_t value_distance(const struct value *a, const struct value *b);

/* Equality also of opaque values: of the number where there is one (007 equals 7), else
 * of the text. */
bool value_equal(const struct value *a, const struct value *b);

#endif
