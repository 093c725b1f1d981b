/* SPDX-License-Identifier: MIT
 * Targets of resets, as they are typed. What is understood is written so that it is
 * understood as the same at any other time; a time has a zone; what is not understood is
 * an error of usage that says that nothing was written. */
#include "fuzz.h"

#include <string.h>

#include "action/target.h"
#include "base/mem.h"

/* 2026-11-22T03:07:41Z */
#define NOW (INT64_C(1795316861) * SECOND)

static bool
is_same(const struct reset_target *a, const struct reset_target *b)
{
	return a->kind == b->kind && a->is_text == b->is_text && a->number == b->number &&
	       span_equal(a->text, b->text);
}

/* Times that RFC 3339 cannot say are beyond what anybody means. */
static bool
is_sayable(const struct reset_target *target)
{
	return target->kind != TARGET_TIME ||
	       (target->number > -62135596800 * SECOND &&
		       target->number < 253402300800 * SECOND);
}

/* A date and a time of day without anything behind them. */
static bool
has_no_zone(struct span text)
{
	struct stamp stamp;

	if (text.len > 0 && text.at[0] == '@') {
		text.at++;
		text.len--;
	}
	return stamp_parse(&stamp, text) && stamp.form == STAMP_NAIVE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Not with a NUL behind it: nothing may be read there. */
	char *copy = mem_new(size + 1, 1);
	struct span text = { copy + 1, size };
	struct reset_target target, again;
	struct str typed = { 0 };
	struct err err = { 0 };

	memcpy(copy + 1, fuzz_span(data, size).at, size);
	if (target_parse(&target, text, NOW, &err) != 0) {
		WANT(err.kind == ERR_USAGE);
		WANT(text.len < 2 || text.at[0] != '@' || text.at[1] == '-' ||
			strstr(err.text, "nothing was written") != NULL);
	} else {
		WANT(!has_no_zone(text));
		target_add(&typed, &target);
		if (is_sayable(&target)) {
			WANT(target_parse(&again, str_span(&typed), NOW + DAY, &err) ==
				0);
			WANT(is_same(&target, &again));
		}
	}
	str_free(&typed);
	free(copy);
	return 0;
}
