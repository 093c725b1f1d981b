/* SPDX-License-Identifier: MIT
 *
 * From a target to the value of one row. Everything that would have to be guessed is
 * refused, with what can be typed instead. */
#include "action/plan_inside.h"

#include "base/utf8.h"

#include "model/head_spec.h"

/* One row on its way to its new value. */
struct resolving {
	const struct making *making;
	const struct plan_item *item;
	const struct reset_target *target;
	struct rule rule; /* of its job */
	enum value_type wanted;
	struct str name; /* "orders/7" */
	struct str *out;
	struct err *err;
};

static const char *
type_words(enum value_type type)
{
	static const char *const words[] = {
		[VALUE_AUTO] = "a value",
		[VALUE_INT] = "a whole number",
		[VALUE_TIME] = "a date or time",
		[VALUE_LSN] = "a log position (16/B374D848)",
		[VALUE_FILE_POS] = "a position in a file (FILE:N)",
		[VALUE_OPAQUE] = "a text without an order",
	};

	return words[type];
}

static size_t
count_digits(struct span text, size_t at)
{
	size_t count = 0;

	while (at + count < text.len && text.at[at + count] >= '0' &&
		text.at[at + count] <= '9')
		count++;
	return count;
}

/* Numbers that are no positions, as columns of floating-point numbers and JSON have them.
 * NULL: it is none. */
static const char *
number_words(struct span text)
{
	size_t at = text.len > 0 && text.at[0] == '-' ? 1 : 0;
	size_t whole = count_digits(text, at), digits;

	at += whole;
	if (whole > 0 && at == text.len)
		return "a whole number of more than 64 bits";
	if (at < text.len && text.at[at] == '.') {
		digits = count_digits(text, at + 1);
		whole = digits > 0 ? whole : 0;
		at += 1 + digits;
	}
	if (at < text.len && (text.at[at] == 'e' || text.at[at] == 'E')) {
		at++;
		if (at < text.len && (text.at[at] == '-' || text.at[at] == '+'))
			at++;
		digits = count_digits(text, at);
		whole = digits > 0 ? whole : 0;
		at += digits;
	}
	return whole > 0 && at == text.len ? "a number with a point or an exponent"
					   : NULL;
}

const char *
plan_value_words(const struct value *value)
{
	const char *words = value->type == VALUE_OPAQUE && value->text.at != NULL
				    ? number_words(value->text)
				    : NULL;

	return words != NULL ? words : type_words(value->type);
}

static struct rule
rule_of(const struct making *making, struct key key)
{
	const struct plan_terms *terms = making->terms;

	if (terms->rules == NULL)
		return rule_unset();
	return rules_resolve(terms->rules, span_of(terms->config->name), key.job);
}

static enum value_type
type_wanted(const struct making *making, const struct rule *rule)
{
	return rule->value_type != VALUE_AUTO ? rule->value_type
					      : making->terms->config->value_type;
}

struct value
plan_parse(const struct making *making, struct key key, struct span text)
{
	struct rule rule = rule_of(making, key);

	if (text.at == NULL)
		return (struct value){ .type = VALUE_OPAQUE };
	return value_parse(text, type_wanted(making, &rule), making->terms->config->zone);
}

static int
refuse(struct resolving *resolving, const char *why, const char *instead)
{
	return err_set(resolving->err, ERR_USAGE, "%s: %s; nothing was written; %s",
		str_text(&resolving->name), why, instead);
}

/* Numbers keep the zeros before them: what reads them as texts finds them as wide. */
static void
add_number(struct resolving *resolving, int64_t number)
{
	struct span old = resolving->item->old.text;
	unsigned width = 0;

	if (resolving->item->old.type == VALUE_INT && old.len > 1 && old.at[0] == '0' &&
		number >= 0)
		width = (unsigned)old.len;
	if (number < 0)
		str_add_integer(resolving->out, number);
	else
		str_add_digits(resolving->out, (uint64_t)number, width);
}

/* A position in the form of the present one. */
static int
add_position(struct resolving *resolving, int64_t number)
{
	const struct value *old = &resolving->item->old;

	if (number < 0 && (old->type != VALUE_INT || old->number >= 0))
		return refuse(resolving, "that would be a position below zero",
			"the least is 0 (text:-1 stores what stands behind it)");
	if (old->type == VALUE_LSN) {
		str_addf(resolving->out, "%X/%X", (unsigned)((uint64_t)number >> 32),
			(unsigned)((uint64_t)number & UINT32_MAX));
	} else if (old->type == VALUE_FILE_POS) {
		str_add_span(resolving->out, old->file);
		str_add_char(resolving->out, ':');
		add_number(resolving, number);
	} else {
		add_number(resolving, number);
	}
	return 0;
}

/* --- N, text:VALUE --- */

static int
refuse_type(struct resolving *resolving, const struct value *new)
{
	const struct value *old = &resolving->item->old;
	struct span typed = resolving->target->text;
	const char *words = old->text.at != NULL ? plan_value_words(old)
						 : type_words(resolving->wanted);
	bool ordered =
		(old->text.at != NULL ? old->type : resolving->wanted) != VALUE_OPAQUE;
	struct str shown = { 0 }, given = { 0 };

	/* A format would stop at a zero byte. */
	safe_text(&shown, old->text.at != NULL ? old->text : SPAN("NULL"));
	safe_text(&given, typed);
	err_set(resolving->err, ERR_USAGE,
		"%s: its value %s is %s, and \"%s\" is %s; nothing was written; type "
		"%s%stext:%s to store just that",
		str_text(&resolving->name), str_text(&shown), words, str_text(&given),
		plan_value_words(new), ordered ? words : "", ordered ? ", or " : "",
		str_text(&given));
	str_free(&shown);
	str_free(&given);
	return -1;
}

static int
resolve_value(struct resolving *resolving)
{
	const struct value *old = &resolving->item->old;
	struct span text = resolving->target->text;
	struct value new = value_parse(
		text, resolving->wanted, resolving->making->terms->config->zone);

	/* 007 is no number in JSON, and would become a text. */
	if (new.type == VALUE_INT && !resolving->target->is_text &&
		resolving->item->subject->now.storage == CKPT_STORAGE_INTEGER)
		str_add_integer(resolving->out, new.number);
	else
		str_add_span(resolving->out, text);
	if (resolving->target->is_text)
		return 0;
	if (old->text.at == NULL)
		return resolving->wanted == VALUE_AUTO || new.type == resolving->wanted
			       ? 0
			       : refuse_type(resolving, &new);
	if (new.type != old->type)
		return refuse_type(resolving, &new);
	if (new.type == VALUE_TIME &&new.date_only && !old->date_only)
		return refuse(resolving,
			"its value has a time of day, and a date alone has none",
			"type @TIME with a zone, as @2026-11-21T00:00:00Z");
	return 0;
}

/* --- +N, -N --- */

static int
resolve_by(struct resolving *resolving)
{
	const struct value *old = &resolving->item->old;
	int64_t number;

	if (old->text.at == NULL)
		return refuse(resolving, "it has no value to count from",
			"type the value itself");
	if (old->type == VALUE_TIME)
		return refuse(resolving, "its value is a time, not a position",
			"type the time, as @2026-11-21T19:00:00Z, or @-7d from now");
	if (old->type == VALUE_OPAQUE)
		return refuse(resolving,
			number_words(old->text) != NULL
				? "its value is a number, but no whole one of 64 bits "
				  "to count from"
				: "its value is no number to count from",
			"type the value itself, as text:VALUE");
	if (__builtin_add_overflow(old->number, resolving->target->number, &number))
		return refuse(resolving, "that is more than 64 bits hold",
			"type the position itself");
	return add_position(resolving, number);
}

/* --- start, end --- */

static int
resolve_start(struct resolving *resolving)
{
	const struct plan_terms *terms = resolving->making->terms;
	const struct value *old = &resolving->item->old;
	const char *text =
		resolving->rule.head != NULL ? resolving->rule.head : terms->config->head;
	struct head_spec head;

	if (text != NULL && head_parse(&head, text, NULL) == 0 &&
		head.kind == HEAD_FILE &&
		(old->type == VALUE_INT || old->text.at == NULL)) {
		str_add_char(resolving->out, '0');
		return 0;
	}
	return refuse(resolving, "where its source starts is not known",
		"type the first position itself, as --to 0, or delete the checkpoint "
		"if the job then starts over");
}

static int
resolve_end(struct resolving *resolving)
{
	const struct board_row *seen = resolving->item->subject->observed;
	const struct value *old = &resolving->item->old;
	const struct zone *zone = resolving->making->terms->config->zone;
	struct stamp stamp;
	int64_t end;

	if (seen == NULL || seen->lag.kind == LAG_UNKNOWN || seen->lag.kind == LAG_NONE ||
		seen->lag.partial || !value_comparable(old, &seen->parsed))
		return refuse(resolving,
			seen != NULL && seen->lag_reason != NULL
				? seen->lag_reason
				: "where its source ends is not known",
			"type the position itself, or configure a head (head = ..., see "
			"ckptop.conf(5))");
	if (__builtin_add_overflow(seen->parsed.number, seen->lag.amount, &end))
		return refuse(resolving, "the end is more than 64 bits hold",
			"type the position itself");
	if (old->type != VALUE_TIME)
		return add_position(resolving, end);
	if (!stamp_parse(&stamp, old->text) ||
		((stamp.form == STAMP_NAIVE || stamp.form == STAMP_DATE) && zone == NULL))
		return refuse(resolving, "the zone of its times is not known",
			"set tz = ... of its store, as tz = UTC");
	stamp_format(resolving->out, &stamp, end, zone);
	return 0;
}

/* --- @TIME --- */

static int
resolve_time(struct resolving *resolving)
{
	const struct value *old = &resolving->item->old;
	const struct zone *zone = resolving->making->terms->config->zone;
	struct stamp stamp;

	if (old->text.at == NULL && resolving->wanted == VALUE_TIME) {
		time_add_rfc3339(resolving->out, resolving->target->number);
		return 0;
	}
	if (old->type != VALUE_TIME || !stamp_parse(&stamp, old->text))
		return refuse(resolving,
			"its value is no time, and which position its source had at a "
			"time is not known here (no position_at_sql, no history)",
			"type the position itself, or how far back it is, as -1000");
	if ((stamp.form == STAMP_NAIVE || stamp.form == STAMP_DATE) && zone == NULL)
		return refuse(resolving,
			"its value is a time without a zone, and which one is meant is "
			"not known",
			"set tz = ... of its store, as tz = UTC, or type text: and the "
			"time as it is to be stored");
	stamp_format(resolving->out, &stamp, resolving->target->number, zone);
	return 0;
}

int
plan_resolve(const struct making *making, const struct plan_item *item, struct str *out,
	struct err *err)
{
	static int (*const resolves[])(struct resolving *) = {
		[TARGET_VALUE] = resolve_value,
		[TARGET_BY] = resolve_by,
		[TARGET_START] = resolve_start,
		[TARGET_END] = resolve_end,
		[TARGET_TIME] = resolve_time,
	};
	struct resolving resolving = {
		.making = making,
		.item = item,
		.target = &making->wish->target,
		.rule = rule_of(making, item->subject->key),
		.out = out,
		.err = err,
	};
	int status;

	str_clear(out);
	key_add(&resolving.name, item->subject->key);
	resolving.wanted = type_wanted(making, &resolving.rule);
	status = resolves[resolving.target->kind](&resolving);
	str_free(&resolving.name);
	return status;
}
