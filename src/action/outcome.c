/* SPDX-License-Identifier: MIT */
#include "action/outcome.h"

#include "base/json.h"

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
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
	if (err_is_set(&outcome->journal_err))
		json_add_member(out, "journal_error", span_of(outcome->journal_err.text));
	if (err_is_set(&outcome->hook_err))
		json_add_member(out, "hook_error", span_of(outcome->hook_err.text));
	str_add(out, "}\n");
}
