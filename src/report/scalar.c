/* SPDX-License-Identifier: MIT */
#include "report/scalar.h"

#include <math.h>

/* Exact: 3219, 0.25, -1.000001. */
static void
add_seconds(struct str *out, int64_t duration)
{
	uint64_t size = duration < 0 ? -(uint64_t)duration : (uint64_t)duration;
	unsigned fraction = (unsigned)(size % (uint64_t)SECOND), digits = 6;

	if (duration < 0)
		str_add_char(out, '-');
	str_add_digits(out, size / (uint64_t)SECOND, 1);
	if (fraction == 0)
		return;
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	str_add_char(out, '.');
	str_add_digits(out, fraction, digits);
}

void
scalar_add(struct str *out, const struct field_value *value)
{
	switch (value->kind) {
	case FIELD_INTEGER: str_add_integer(out, value->number); break;
	case FIELD_REAL:
		/* The program stays in the numeric locale "C". */
		if (isfinite(value->real))
			str_addf(out, "%.6g", value->real);
		else
			str_add(out, "null");
		break;
	case FIELD_SECONDS: add_seconds(out, value->number); break;
	case FIELD_TIME: time_add_rfc3339(out, value->number); break;
	case FIELD_BOOL: str_add(out, value->number != 0 ? "true" : "false"); break;
	case FIELD_NONE:
	case FIELD_TEXT:
	case FIELD_DOCUMENT: break;
	}
}
