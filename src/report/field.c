/* SPDX-License-Identifier: MIT */
#include "report/field.h"

struct field_value
field_none(void)
{
	return (struct field_value){ .kind = FIELD_NONE };
}

struct field_value
field_text(struct span text)
{
	if (text.at == NULL)
		return field_none();
	return (struct field_value){ .kind = FIELD_TEXT, .text = text };
}

struct field_value
field_word(const char *word)
{
	return field_text(span_of(word));
}

struct field_value
field_integer(int64_t number)
{
	return (struct field_value){ .kind = FIELD_INTEGER, .number = number };
}

struct field_value
field_bool(bool value)
{
	return (struct field_value){ .kind = FIELD_BOOL, .number = value };
}

struct field_value
field_time(int64_t at)
{
	if (at == TIME_NONE)
		return field_none();
	return (struct field_value){ .kind = FIELD_TIME, .number = at };
}

struct field_value
field_seconds(int64_t duration)
{
	if (duration == TIME_NONE)
		return field_none();
	return (struct field_value){ .kind = FIELD_SECONDS, .number = duration };
}

struct field_value
field_ago(int64_t at, int64_t now)
{
	int64_t ago;

	if (at == TIME_NONE || __builtin_sub_overflow(now, at, &ago))
		return field_none();
	return field_seconds(ago);
}

struct field_value
field_lag(struct lag lag)
{
	switch (lag.kind) {
	case LAG_POSITIONS: return field_integer(lag.amount);
	case LAG_TIME: return field_seconds(lag.amount);
	case LAG_UNKNOWN:
	case LAG_NONE: break;
	}
	return field_none();
}

struct field_value
field_lag_unit(struct lag lag)
{
	switch (lag.kind) {
	case LAG_POSITIONS: return field_word("positions");
	case LAG_TIME: return field_word("seconds");
	case LAG_UNKNOWN:
	case LAG_NONE: break;
	}
	return field_none();
}

struct field_value
field_rate(struct rate rate, bool of_time)
{
	if (!rate.known || rate.partial)
		return field_none();
	return (struct field_value){ .kind = FIELD_REAL,
		.real = of_time ? rate.per_second / (double)SECOND : rate.per_second };
}

struct field_value
field_eta(struct eta eta)
{
	return eta.kind == ETA_AFTER ? field_seconds(eta.after) : field_none();
}

struct field_value
field_eta_never(struct eta eta)
{
	return field_bool(eta.kind == ETA_NEVER);
}
