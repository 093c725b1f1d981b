/* SPDX-License-Identifier: MIT */
#include "action/outcome.h"

#include "base/json.h"

static void
add_member(struct str *out, const char *name, bool exists, struct span text)
{
	str_addf(out, ",\"%s\":", name);
	if (exists && text.at != NULL)
		json_add_string(out, text, NULL);
	else
		str_add(out, "null");
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
		add_member(out, "job", true, row->key.job);
		add_member(out, "partition", true, row->key.partition);
		add_member(out, "old", rows[i].exists, rows[i].old_value);
		add_member(out, "new", rows[i].will_exist, rows[i].new_value);
		add_member(out, "now", row->now_exists, row->now_value);
		add_member(out, "error", err_is_set(&row->err), span_of(row->err.text));
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
	if (err_is_set(&outcome->journal_err))
		add_member(
			out, "journal_error", true, span_of(outcome->journal_err.text));
	if (err_is_set(&outcome->hook_err))
		add_member(out, "hook_error", true, span_of(outcome->hook_err.text));
	str_add(out, "}\n");
}
