/* SPDX-License-Identifier: MIT */
#include "action/outcome.h"

#include "base/json.h"

/* So many are named. */
#define NAMED_MOST 3

/* What is not there is null. */
static struct span
if_there(bool exists, struct span text)
{
	return exists ? text : SPAN_NONE;
}

void
outcome_add_json(struct str *out, const struct outcome *outcome, const struct plan *plan)
{
	size_t count;
	const struct plan_row *rows = plan_rows(plan, &count);

	str_add(out, "{\"schema\":1,\"at\":\"");
	time_add_rfc3339(out, clock_now());
	str_add(out, "\",\"op\":");
	json_add_string(out, outcome->op, NULL);
	str_addf(out, ",\"phase\":\"%s\",\"rows\":[", journal_phase_word(outcome->phase));
	for (size_t i = 0; i < count; i++) {
		const struct outcome_row *row = &outcome->rows[i];

		str_addf(out, "%s{\"result\":\"%s\"", i > 0 ? "," : "",
			row_result_word(row->result));
		json_add_member(out, "job", row->key.job);
		json_add_member(out, "partition", row->key.partition);
		json_add_member(out, "old", if_there(rows[i].exists, rows[i].old_value));
		json_add_member(
			out, "new", if_there(rows[i].will_exist, rows[i].new_value));
		json_add_member(out, "now", if_there(row->now_exists, row->now_value));
		json_add_member(out, "error",
			if_there(err_is_set(&row->err), span_of(row->err.text)));
		if (row->unlike.at != NULL)
			json_add_member(out, "not_as_before", row->unlike);
		else if (row->made.at != NULL)
			str_add(out, ",\"time_set_by_table\":true");
		if (err_is_set(&row->unseen))
			json_add_member(out, "unseen", span_of(row->unseen.text));
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
	if (err_is_set(&outcome->journal_err))
		json_add_member(out, "journal_error", span_of(outcome->journal_err.text));
	if (err_is_set(&outcome->hook_err))
		json_add_member(out, "hook_error", span_of(outcome->hook_err.text));
	str_add(out, "}\n");
}

void
outcome_row_add_made(struct str *out, const struct outcome_row *row)
{
	if (row->unlike.at != NULL)
		str_addf(out, "; NOT as before: %.*s", (int)row->unlike.len,
			row->unlike.at);
	else if (row->made.at != NULL)
		str_add(out, "; the table sets the time of the save by itself");
}

static void
add_now(struct str *out, const struct outcome_row *row)
{
	key_add(out, row->key);
	if (!row->now_exists)
		str_add(out, " is gone");
	else if (row->now_damage.at != NULL)
		str_addf(out, " cannot be read now (%.*s)", (int)row->now_damage.len,
			row->now_damage.at);
	else
		str_addf(out, " is %.*s",
			(int)(row->now_value.at != NULL ? row->now_value.len : 4),
			row->now_value.at != NULL ? row->now_value.at : "NULL");
}

void
outcome_add_overwritten(struct str *out, const struct outcome *outcome, bool just_now)
{
	size_t count = 0;

	for (size_t i = 0; i < outcome->row_count; i++) {
		const struct outcome_row *row = &outcome->rows[i];

		if (row->result != ROW_OVERWRITTEN || (just_now && !row->just_now))
			continue;
		if (count++ >= NAMED_MOST)
			continue;
		str_add(out, count > 1 ? ", " : "");
		add_now(out, row);
	}
	if (count > NAMED_MOST)
		str_addf(out, " and %zu others", count - NAMED_MOST);
}

void
outcome_add_unseen(struct str *out, const struct outcome *outcome)
{
	const struct outcome_row *row = outcome->rows;

	if (outcome->unseen == 0)
		return;
	while (!err_is_set(&row->unseen))
		row++;
	key_add(out, row->key);
	str_addf(out, ": %s", row->unseen.text);
	if (outcome->unseen > 1)
		str_addf(out, " (and %zu others)", outcome->unseen - 1);
}

void
outcome_add_unwatched(struct str *out, const struct outcome *outcome)
{
	str_addf(out,
		"operation %.8s was done%s, but whether it stays cannot be seen now: ",
		outcome->op.at, outcome->read_back ? " and read back" : "");
	outcome_add_unseen(out, outcome);
}
