/* SPDX-License-Identifier: MIT */
#include "action/plan_metadata.h"

#include "base/clock.h"
#include "base/json.h"

enum { MARK_BY, MARK_AT, MARK_FROM, MARK_REASON, MARK_ID, MARKS };

static const char *const names[MARKS] = {
	[MARK_BY] = "reset_by",
	[MARK_AT] = "reset_at",
	[MARK_FROM] = "reset_from",
	[MARK_REASON] = "reset_reason",
	[MARK_ID] = "reset_id",
};

/* The finished values, each as JSON. */
struct texts {
	struct str of[MARKS];
};

static void
add_text(struct str *out, struct span text)
{
	if (text.at == NULL)
		str_add(out, "null");
	else
		json_add_string(out, text, NULL);
}

static void
write_texts(struct texts *texts, const struct metadata_mark *mark)
{
	struct str at = { 0 };

	time_add_rfc3339(&at, mark->at);
	add_text(&texts->of[MARK_BY], mark->by);
	add_text(&texts->of[MARK_AT], str_span(&at));
	add_text(&texts->of[MARK_FROM], mark->from);
	add_text(&texts->of[MARK_REASON], mark->reason);
	add_text(&texts->of[MARK_ID], mark->id);
	str_free(&at);
}

/* Which of our members it is, or MARKS. */
static int
mark_of(struct span name)
{
	int i = 0;

	while (i < MARKS && !span_is(name, names[i]))
		i++;
	return i;
}

static void
add_bytes(struct str *out, const char *from, const char *to)
{
	str_add_span(out, (struct span){ from, (size_t)(to - from) });
}

/* Every member of ours that is there is replaced, also where it is there twice: readers
 * differ in which of two they take. The others are added behind the last member. */
static void
splice(struct str *out, struct span document, const struct json *json,
	const struct texts *texts)
{
	const char *at = document.at, *end = json_raw(json, JSON_ROOT).at + 1;
	bool there[MARKS] = { false }, is_first = true;
	struct span name;
	size_t cursor = 0;
	json_at value;

	while (json_next(json, JSON_ROOT, &cursor, &name, &value)) {
		struct span raw = json_raw(json, value);
		int mark = mark_of(name);

		is_first = false;
		end = raw.at + raw.len;
		if (mark == MARKS)
			continue;
		there[mark] = true;
		add_bytes(out, at, raw.at);
		str_add_span(out, str_span(&texts->of[mark]));
		at = end;
	}
	add_bytes(out, at, end);
	for (int i = 0; i < MARKS; i++) {
		if (there[i])
			continue;
		str_addf(out, "%s\"%s\": ", is_first ? "" : ", ", names[i]);
		str_add_span(out, str_span(&texts->of[i]));
		is_first = false;
	}
	add_bytes(out, end, document.at + document.len);
}

static enum metadata_fate
fate_of(const struct json *json)
{
	enum json_kind kind = json_kind(json, JSON_ROOT);

	if (kind == JSON_OBJECT)
		return METADATA_SPLICED;
	return kind == JSON_NULL ? METADATA_NEW : METADATA_FOREIGN;
}

enum metadata_fate
metadata_mark(struct str *out, struct span document, const struct metadata_mark *mark)
{
	static const struct span nothing = SPAN("{}");
	struct texts texts = { 0 };
	struct json *json = NULL;
	enum metadata_fate fate = METADATA_NEW;

	str_clear(out);
	if (span_trim(document).len > 0) {
		if (json_parse(&json, document, NULL) != 0)
			return METADATA_FOREIGN;
		fate = fate_of(json);
	}
	if (fate == METADATA_NEW) {
		json_free(json);
		document = nothing;
		json_parse(&json, document, NULL);
	}
	if (fate != METADATA_FOREIGN) {
		write_texts(&texts, mark);
		splice(out, document, json, &texts);
	}
	for (int i = 0; i < MARKS; i++)
		str_free(&texts.of[i]);
	json_free(json);
	return fate;
}
