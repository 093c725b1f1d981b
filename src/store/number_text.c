/* SPDX-License-Identifier: MIT */
#include "store/number_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers are written with a point, whatever the locale of the process says. */
static locale_t
enter_c_locale(locale_t *before)
{
	locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);

	*before = c != (locale_t)0 ? uselocale(c) : (locale_t)0;
	return c;
}

static void
leave_c_locale(locale_t c, locale_t before)
{
	if (c == (locale_t)0)
		return;
	uselocale(before);
	freelocale(c);
}

void
number_write_real(char out[NUMBER_REAL_SIZE], double number)
{
	locale_t before, c = enter_c_locale(&before);

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, NUMBER_REAL_SIZE, "%.*g", digits, number);
		if (strtod(out, NULL) == number)
			break;
	}
	leave_c_locale(c, before);
	if (isfinite(number) && strpbrk(out, ".e") == NULL)
		strcat(out, ".0");
}

/* A copy with a NUL behind it; false when the text is no short text. */
static bool
copy(char out[NUMBER_REAL_SIZE], struct span text)
{
	if (text.at == NULL || text.len == 0 || text.len >= NUMBER_REAL_SIZE ||
		memchr(text.at, '\0', text.len) != NULL)
		return false;
	memcpy(out, text.at, text.len);
	out[text.len] = '\0';
	return true;
}

bool
number_read_integer(int64_t *out, struct span text)
{
	char given[NUMBER_REAL_SIZE], again[NUMBER_REAL_SIZE];

	if (!copy(given, text))
		return false;
	*out = strtoll(given, NULL, 10);
	snprintf(again, sizeof(again), "%" PRId64, *out);
	return strcmp(given, again) == 0;
}

bool
number_read_real(double *out, struct span text)
{
	char given[NUMBER_REAL_SIZE], *end;
	locale_t before, c;

	if (!copy(given, text) || isspace((unsigned char)*given))
		return false;
	c = enter_c_locale(&before);
	*out = strtod(given, &end);
	leave_c_locale(c, before);
	return *end == '\0' && isfinite(*out);
}

bool
number_read_exact_real(double *out, struct span text)
{
	char again[NUMBER_REAL_SIZE];

	if (!number_read_real(out, text))
		return false;
	number_write_real(again, *out);
	return span_is(text, again);
}
