/* SPDX-License-Identifier: MIT
 *
 * A plan for programs. Members are only ever added. */
#include "action/plan_inside.h"

#include <inttypes.h>

#include "base/json.h"

static void
add_name(struct str *out, const char *name)
{
	char last = out->len > 0 ? out->text[out->len - 1] : '{';

	str_addf(out, "%s\"%s\":", last == '{' || last == '[' ? "" : ",", name);
}

static void
add_text(struct str *out, const char *name, const char *text)
{
	json_add_member(out, name, span_of(text));
}

static void
add_bool(struct str *out, const char *name, bool value)
{
	add_name(out, name);
	str_add(out, value ? "true" : "false");
}

static void
add_hazards(struct str *out, unsigned hazards)
{
	add_name(out, "hazards");
	str_add_char(out, '[');
	plan_add_hazard_words(out, hazards);
	str_add_char(out, ']');
}

/* Positions, or seconds of times. */
static void
add_distance(struct str *out, const struct plan_row *row)
{
	add_name(out, "distance");
	if (!row->distance_known)
		str_add(out, "null");
	else if (row->type == VALUE_TIME)
		str_addf(out, "%" PRId64 ".%06" PRId64, row->distance / SECOND,
			row->distance % SECOND);
	else
		str_add_integer(out, row->distance);
	add_text(out, "distance_unit", row->type == VALUE_TIME ? "seconds" : "positions");
}

static void
add_row(struct str *out, const struct plan_row *row)
{
	str_add_char(out, '{');
	json_add_member(out, "job", row->key.job);
	json_add_member(out, "partition", row->key.partition);
	add_bool(out, "exists", row->exists);
	json_add_member(out, "old", row->old_value);
	add_bool(out, "will_exist", row->will_exist);
	json_add_member(out, "new", row->new_value);
	add_text(out, "value_type", value_type_word(row->type));
	add_text(out, "direction", direction_word(row->direction));
	add_distance(out, row);
	add_text(out, "running", running_word(row->running));
	add_hazards(out, row->hazards);
	add_text(out, "meaning", row->meaning);
	str_add_char(out, '}');
}

static void
add_wish(struct str *out, const struct plan *plan)
{
	struct str target = { 0 };

	add_text(out, "action", wish_word(plan->wish.kind));
	add_text(out, "store", plan->store);
	add_text(out, "environment", plan->environment);
	add_bool(out, "production", plan->production);
	if (plan->wish.kind == WISH_RESET)
		target_add(&target, &plan->wish.target);
	json_add_member(out, "target", target.len > 0 ? str_span(&target) : SPAN_NONE);
	json_add_member(out, "undo_of", plan->wish.undo_of);
	json_add_member(out, "reason", plan->wish.reason);
	add_text(out, "digest", plan->digest);
	str_free(&target);
}

static void
add_confirmation(struct str *out, const struct plan *plan)
{
	add_name(out, "lost");
	if (plan->lost == INT64_MAX)
		str_add(out, "null");
	else
		str_add_integer(out, plan->lost);
	add_text(out, "confirm", plan_confirm_word(plan->confirm));
	add_text(out, "phrase", plan->phrase);
	add_text(out, "running_refusal", plan->running_refusal);
	add_text(out, "reason_refusal", plan->reason_refusal);
	add_text(out, "blocked", plan->blocked);
}

void
plan_add_json(const struct plan *plan, struct str *out)
{
	struct str command = { 0 };

	str_add_char(out, '{');
	add_name(out, "schema");
	str_add_char(out, '1');
	add_wish(out, plan);
	add_bool(out, "empty", plan_is_empty(plan));
	add_confirmation(out, plan);
	add_name(out, "rows");
	for (size_t i = 0; i < plan->row_count; i++) {
		str_add_char(out, i == 0 ? '[' : ',');
		add_row(out, &plan->rows[i]);
	}
	str_add_char(out, ']');
	add_name(out, "effects");
	for (size_t i = 0; i < plan->effect_count; i++) {
		str_add(out, i == 0 ? "[{" : ",{");
		add_text(out, "word", plan->effects[i].word);
		add_text(out, "sentence", plan->effects[i].sentence);
		str_add_char(out, '}');
	}
	str_add(out, plan->effect_count == 0 ? "[]" : "]");
	add_name(out, "risks");
	for (size_t i = 0; i < plan->risk_count; i++) {
		str_add(out, i == 0 ? "[{" : ",{");
		add_text(out, "word", plan->risks[i].word);
		add_text(out, "sentence", plan->risks[i].sentence);
		add_bool(out, "grave", plan->risks[i].grave);
		str_add_char(out, '}');
	}
	str_add(out, plan->risk_count == 0 ? "[]" : "]");
	plan_add_command(plan, &command);
	json_add_member(out, "command", str_span(&command));
	str_add_char(out, '}');
	str_free(&command);
}
