/* SPDX-License-Identifier: MIT */
#include "tui/audit_export.h"

/* What nobody recorded, in the form of what is. */
static struct audit_entry
unexplained(const struct audit_line *line)
{
	static const char *const words[] = {
		[DOUBT_NONE] = "",
		[DOUBT_BACK] = "back",
		[DOUBT_PASSED] = "passed",
		[DOUBT_GONE] = "gone",
	};
	const struct doubt *doubt = &line->row->doubt;

	return (struct audit_entry){
		.at = line->at,
		.action = SPAN("unexplained"),
		.phase = span_of(words[doubt->kind]),
		.store = line->store,
		.uid = WHO_NONE,
		.key = line->row->key,
		.existed = true,
		.exists = doubt->kind != DOUBT_GONE,
		.old_value = doubt->from,
		.new_value = doubt->to,
	};
}

/* Every checkpoint of every line that is listed. */
static size_t
add_all(struct str *out, const struct audit_lines *lines)
{
	size_t count = 0;

	for (size_t i = 0; i < lines->count; i++) {
		const struct audit_line *line = &lines->lines[i];
		struct audit_entry unrecorded;
		const struct audit_entry *entries = line->entries;

		if (entries == NULL) {
			unrecorded = unexplained(line);
			entries = &unrecorded;
		}
		for (size_t j = 0; j < line->count; j++) {
			audit_add_json(out, &entries[j]);
			str_add_char(out, '\n');
			count++;
		}
	}
	return count;
}

static bool
named(void *state, struct app *app, const char *text)
{
	struct audit_export *export = state;

	if (text == NULL) {
		audit_export_free(export);
		app_message(app, STYLE_MESSAGE, "cancelled; nothing was written");
		return true;
	}
	if (span_trim(span_of(text)).len == 0) {
		app_message(app, STYLE_ERROR, "a file has a name: type one, or Esc");
		return false;
	}
	actor_write_file(app_actor(app), text, str_span(&export->text));
	audit_export_free(export);
	app_message(app, STYLE_MESSAGE, "being written ...");
	return true;
}

void
audit_export_ask(
	struct audit_export *export, struct app *app, const struct audit_lines *lines)
{
	struct app_question question = {
		.hint = "Enter write, Esc cancel",
		.done = named,
		.state = export,
	};
	struct str label = { 0 }, name = { 0 };
	size_t count;

	str_clear(&export->text);
	count = add_all(&export->text, lines);
	if (count == 0) {
		app_message(app, STYLE_MESSAGE, "there is nothing to export here");
		return;
	}
	str_addf(&label, "export %zu to: ", count);
	str_add(&name, "ckptop-audit-");
	time_addf(&name, app_frame(app)->now, NULL, "%Y%m%dT%H%M%SZ");
	str_add(&name, ".jsonl");
	question.label = str_text(&label);
	question.text = str_text(&name);
	app_ask(app, &question);
	str_free(&label);
	str_free(&name);
}

void
audit_export_free(struct audit_export *export)
{
	str_free(&export->text);
}
