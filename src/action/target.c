/* SPDX-License-Identifier: MIT */
#include "action/target.h"

#include "model/value.h"

#define CHOICES                                                                          \
	"a target is N, +N, -N, start, end, @TIME, @-7d or text:VALUE; nothing was "     \
	"written"

/* Below this a number behind an @ is rather a year than seconds since 1970. */
#define EPOCH_DIGITS 9

static const struct {
	const char *word;
	enum target_kind kind;
} words[] = {
	{ "start", TARGET_START },
	{ "end", TARGET_END },
};

/* Quotes what was typed: it is shown to whoever typed it. */
static int
refuse(struct err *err, struct span text, const char *what)
{
	return err_set(err, ERR_USAGE, "\"%.*s\" %s; " CHOICES,
		(int)(text.len < 200 ? text.len : 200), text.at, what);
}

static int
refuse_naive(struct err *err, struct span text)
{
	int len = (int)(text.len < 100 ? text.len : 100);

	return err_set(err, ERR_USAGE,
		"the time \"%.*s\" has no zone, and a reset does not guess one; nothing "
		"was written; type @%.*sZ for UTC, or an offset such as +05:30 behind "
		"it (text:%.*s stores it as it stands)",
		len, text.at, len, text.at, len, text.at);
}

static struct span
behind(struct span text, size_t bytes)
{
	return (struct span){ text.at + bytes, text.len - bytes };
}

static bool
is_digits(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	return text.len > 0;
}

/* --- @TIME --- */

static int
parse_ago(struct reset_target *out, struct span text, int64_t now, struct err *err)
{
	int64_t ago;

	if (duration_parse(&ago, behind(text, 2), err) != 0) {
		err_prefix(err, "%.*s", (int)text.len, text.at);
		return -1;
	}
	if (__builtin_sub_overflow(now, ago, &out->number))
		return refuse(err, text, "is before all times");
	return 0;
}

static int
parse_time(struct reset_target *out, struct span text, int64_t now, struct err *err)
{
	struct span rest = behind(text, 1);
	struct stamp stamp;

	out->kind = TARGET_TIME;
	if (rest.len > 0 && rest.at[0] == '-')
		return parse_ago(out, text, now, err);
	if (!stamp_parse(&stamp, rest))
		return refuse(err, text, "is no time (as @2026-11-21T19:00:00Z)");
	if (stamp.form == STAMP_NAIVE || stamp.form == STAMP_DATE)
		return refuse_naive(err, rest);
	if (stamp.form == STAMP_EPOCH && rest.len < EPOCH_DIGITS)
		return refuse(err, text, "is too short for seconds since 1970");
	out->number = stamp.at;
	return 0;
}

/* --- +N, -N --- */

static int
parse_by(struct reset_target *out, struct span text, struct err *err)
{
	struct value value = value_parse(text, VALUE_INT, NULL);

	if (!is_digits(behind(text, 1)))
		return refuse(err, text,
			"is no number of positions (a time ago is @-7d, a value below "
			"zero text:-5)");
	if (value.type != VALUE_INT)
		return refuse(err, text, "is more than 64 bits hold");
	out->kind = TARGET_BY;
	out->number = value.number;
	return 0;
}

/* --- a value --- */

/* A time of day has a zone; a date alone is a value like any other. */
static int
parse_stamp(struct reset_target *out, struct span text, struct err *err)
{
	struct stamp stamp;

	if (!stamp_parse(&stamp, text) || stamp.form == STAMP_NAIVE)
		return refuse_naive(err, text);
	if (stamp.form == STAMP_ZONED) {
		out->kind = TARGET_TIME;
		out->text = SPAN_NONE;
		out->number = stamp.at;
	}
	return 0;
}

static int
parse_value(struct reset_target *out, struct span text, struct err *err)
{
	struct value value = value_parse(text, VALUE_AUTO, NULL);

	out->kind = TARGET_VALUE;
	out->text = text;
	if (value.type == VALUE_TIME)
		return parse_stamp(out, text, err);
	if (value.type == VALUE_INT || value.type == VALUE_LSN ||
		value_parse(text, VALUE_FILE_POS, NULL).type == VALUE_FILE_POS)
		return 0;
	if (is_digits(text))
		return refuse(err, text, "is more than 64 bits hold");
	return refuse(err, text, "is no position");
}

int
target_parse(struct reset_target *out, struct span text, int64_t now, struct err *err)
{
	static const struct span as_it_is = SPAN("text:");

	*out = (struct reset_target){ .text = SPAN_NONE };
	if (text.len == 0)
		return err_set(err, ERR_USAGE, "there is no target; " CHOICES);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_is(text, words[i].word)) {
			out->kind = words[i].kind;
			return 0;
		}
	if (text.at[0] == '@')
		return parse_time(out, text, now, err);
	if (text.at[0] == '+' || text.at[0] == '-')
		return parse_by(out, text, err);
	if (text.len >= as_it_is.len &&
		span_equal((struct span){ text.at, as_it_is.len }, as_it_is)) {
		out->is_text = true;
		out->text = behind(text, as_it_is.len);
		return out->text.len > 0 ? 0 : refuse(err, text, "has no value");
	}
	return parse_value(out, text, err);
}

void
target_add(struct str *out, const struct reset_target *target)
{
	switch (target->kind) {
	case TARGET_VALUE:
		str_add(out, target->is_text ? "text:" : "");
		str_add_span(out, target->text);
		return;
	case TARGET_BY:
		str_add(out, target->number >= 0 ? "+" : "");
		str_add_integer(out, target->number);
		return;
	case TARGET_TIME:
		str_add_char(out, '@');
		time_add_rfc3339(out, target->number);
		return;
	case TARGET_START:
	case TARGET_END:
		str_add(out, target->kind == TARGET_START ? "start" : "end");
		return;
	}
}
