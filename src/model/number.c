/* SPDX-License-Identifier: MIT */
#include "model/number.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t
magnitude(int64_t number)
{
	return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

/* Up to three whole digits, and as many decimals as `digits` significant ones leave. A
 * single whole digit gets at most two of them, as 2.03M. */
static void
add_scaled(struct str *out, int64_t number, unsigned digits)
{
	static const char units[] = "kMGTPE";
	uint64_t size = magnitude(number), unit = 1;
	unsigned power = 0, whole = 1, decimals;

	while (size / unit >= 1000) {
		unit *= 1000;
		power++;
	}
	if (number < 0)
		str_add_char(out, '-');
	str_addf(out, "%" PRIu64, size / unit);
	if (power == 0)
		return;
	for (uint64_t rest = size / unit; rest >= 10; rest /= 10)
		whole++;
	decimals = digits > whole ? digits - whole : 0;
	if (power == 1 && decimals > 1)
		decimals = 1;
	if (decimals > 0)
		str_add_char(out, '.');
	for (uint64_t rest = size % unit; decimals > 0; decimals--) {
		unit /= 10;
		str_add_char(out, (char)('0' + rest / unit));
		rest %= unit;
	}
	str_add_char(out, units[power - 1]);
}

void
number_add_short(struct str *out, int64_t number)
{
	add_scaled(out, number, 3);
}

void
number_add_brief(struct str *out, int64_t number)
{
	add_scaled(out, number, 2);
}

void
number_add_grouped(struct str *out, int64_t number)
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, magnitude(number));

	if (number < 0)
		str_add_char(out, '-');
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			str_add_char(out, ',');
		str_add_char(out, digits[i]);
	}
}
