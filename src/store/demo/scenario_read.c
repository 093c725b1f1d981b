/* SPDX-License-Identifier: MIT */
#include "store/demo/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "store/demo/script.h"

struct reader {
	struct scenario *scenario;
	const struct json *json;
	struct err *err;
};

static struct span
text_of(struct reader *reader, json_at at)
{
	struct str text = { 0 };
	struct span copy = SPAN_NONE;

	if (json_scalar(reader->json, at, &text))
		copy = arena_span(reader->scenario->arena, str_span(&text));
	str_free(&text);
	return copy;
}

/* "-53m39s", "+5m": an offset from the moment the store was opened. */
static int
read_offset(struct reader *reader, json_at at, int64_t *out)
{
	struct span text = text_of(reader, at);
	int64_t duration;
	bool negative;

	if (text.at == NULL)
		return err_set(reader->err, ERR_USAGE, "a time is missing");
	negative = text.len > 0 && text.at[0] == '-';
	if (negative || (text.len > 0 && text.at[0] == '+'))
		text = (struct span){ text.at + 1, text.len - 1 };
	if (duration_parse(&duration, text, reader->err) != 0)
		return -1;
	*out = reader->scenario->opened + (negative ? -duration : duration);
	return 0;
}

enum point_kind {
	POINT_NUMBER_OR_TEXT,
	POINT_TIME,	/* an offset: becomes the number of an instant */
	POINT_DURATION, /* "5s", or "never": becomes a number of microseconds, 0 */
	POINT_RAW,	/* JSON as written */
};

/* Fills {-1d} in a text with the date of that day. */
static struct span
fill_dates(struct reader *reader, struct span text)
{
	struct str out = { 0 };
	struct span filled;

	for (size_t i = 0; i < text.len; i++) {
		const char *end = memchr(text.at + i, '}', text.len - i);
		int64_t back;
		struct err none = { 0 };

		if (text.at[i] == '{' && i + 1 < text.len && text.at[i + 1] == '-' &&
			end != NULL &&
			duration_parse(&back,
				(struct span){ text.at + i + 2,
					(size_t)(end - text.at) - i - 2 },
				&none) == 0) {
			time_addf(
				&out, reader->scenario->opened - back, NULL, "%Y-%m-%d");
			i = (size_t)(end - text.at);
		} else {
			str_add_char(&out, text.at[i]);
		}
	}
	filled = arena_span(reader->scenario->arena, str_span(&out));
	str_free(&out);
	return filled;
}

static int
read_point(struct reader *reader, json_at at, enum point_kind kind, struct point *out)
{
	int64_t time;
	struct span text;

	switch (kind) {
	case POINT_RAW:
		out->text =
			arena_span(reader->scenario->arena, json_raw(reader->json, at));
		return 0;
	case POINT_TIME:
		if (read_offset(reader, at, &time) != 0)
			return -1;
		out->number = (double)time;
		return 0;
	case POINT_DURATION:
		text = text_of(reader, at);
		time = 0;
		if (!span_is(text, "never") &&
			duration_parse(&time, text, reader->err) != 0)
			return -1;
		out->number = (double)time;
		return 0;
	case POINT_NUMBER_OR_TEXT:
		text = text_of(reader, at);
		if (json_kind(reader->json, at) == JSON_NUMBER)
			out->number = strtod(text.at, NULL);
		else if (json_kind(reader->json, at) == JSON_STRING)
			out->text = fill_dates(reader, text);
		else if (json_kind(reader->json, at) != JSON_NULL)
			return err_set(reader->err, ERR_USAGE, "neither number nor text");
		return 0;
	}
	return 0;
}

/* Reads [[offset, what], …] of a member; no such member is an empty line. */
static int
read_line(struct reader *reader, json_at object, const char *name, enum point_kind kind,
	struct line *out)
{
	json_at list = json_member(reader->json, object, name, NULL), item;
	struct point *points;
	size_t count, cursor = 0;

	*out = (struct line){ 0 };
	if (list == JSON_ABSENT)
		return 0;
	count = json_count(reader->json, list);
	points = arena_alloc(reader->scenario->arena, count + 1, sizeof(*points));
	while (json_next(reader->json, list, &cursor, NULL, &item)) {
		struct point *point = &points[out->count];
		size_t inner = 0;
		json_at at = JSON_ABSENT, what = JSON_ABSENT;

		if (!json_next(reader->json, item, &inner, NULL, &at) ||
			!json_next(reader->json, item, &inner, NULL, &what) ||
			read_offset(reader, at, &point->at) != 0 ||
			read_point(reader, what, kind, point) != 0) {
			err_set(reader->err, ERR_USAGE, "not a pair of time and value");
			err_prefix(reader->err, "%s, point %zu", name, out->count + 1);
			return -1;
		}
		out->count++;
	}
	out->points = points;
	return 0;
}

static int
read_script(struct reader *reader, json_at object, struct script *script)
{
	json_at gone = json_member(reader->json, object, "gone", NULL);

	script->key.job = text_of(reader, json_member(reader->json, object, "job", NULL));
	script->key.partition =
		text_of(reader, json_member(reader->json, object, "partition", NULL));
	script->gone = INT64_MAX;
	if (script->key.job.at == NULL || script->key.partition.at == NULL)
		return err_set(reader->err, ERR_USAGE, "job or partition is missing");
	if (gone != JSON_ABSENT && read_offset(reader, gone, &script->gone) != 0)
		return -1;
	if (read_line(reader, object, "saves", POINT_DURATION, &script->saves) != 0 ||
		read_line(reader, object, "skew", POINT_DURATION, &script->skew) != 0 ||
		read_line(reader, object, "value", POINT_NUMBER_OR_TEXT,
			&script->value) != 0 ||
		read_line(reader, object, "head", POINT_NUMBER_OR_TEXT, &script->head) !=
			0 ||
		read_line(reader, object, "watermark", POINT_TIME, &script->watermark) !=
			0 ||
		read_line(reader, object, "metadata", POINT_RAW, &script->metadata) !=
			0 ||
		read_line(reader, object, "damage", POINT_NUMBER_OR_TEXT,
			&script->damage) != 0)
		return -1;
	if (script->saves.count == 0 || script->value.count == 0)
		return err_set(reader->err, ERR_USAGE, "saves or value is missing");
	return 0;
}

static int
read_scripts(struct reader *reader)
{
	struct scenario *scenario = reader->scenario;
	json_at list = json_member(reader->json, JSON_ROOT, "checkpoints", NULL), item;
	size_t cursor = 0;

	if (list == JSON_ABSENT)
		return err_set(
			reader->err, ERR_USAGE, "there is no member \"checkpoints\"");
	scenario->scripts = arena_alloc(scenario->arena,
		json_count(reader->json, list) + 1, sizeof(*scenario->scripts));
	while (json_next(reader->json, list, &cursor, NULL, &item)) {
		if (read_script(reader, item, &scenario->scripts[scenario->count]) != 0) {
			err_prefix(reader->err, "checkpoint %zu", scenario->count + 1);
			return -1;
		}
		scenario->count++;
	}
	return 0;
}

static int
read_outages(struct reader *reader)
{
	struct scenario *scenario = reader->scenario;
	json_at list = json_member(reader->json, JSON_ROOT, "down", NULL), item;
	struct outage *outages;
	size_t cursor = 0;

	if (list == JSON_ABSENT)
		return 0;
	outages = arena_alloc(
		scenario->arena, json_count(reader->json, list) + 1, sizeof(*outages));
	while (json_next(reader->json, list, &cursor, NULL, &item)) {
		struct outage *outage = &outages[scenario->outage_count++];
		json_at from = JSON_ABSENT, until = JSON_ABSENT, why = JSON_ABSENT;
		size_t inner = 0;

		if (!json_next(reader->json, item, &inner, NULL, &from) ||
			!json_next(reader->json, item, &inner, NULL, &until) ||
			!json_next(reader->json, item, &inner, NULL, &why) ||
			read_offset(reader, from, &outage->from) != 0 ||
			read_offset(reader, until, &outage->until) != 0) {
			err_set(reader->err, ERR_USAGE, "not [from, until, why]");
			err_prefix(reader->err, "down");
			return -1;
		}
		outage->why = text_of(reader, why).at;
	}
	scenario->outages = outages;
	return 0;
}

static int
read_facts(struct reader *reader)
{
	struct scenario *scenario = reader->scenario;
	json_at list = json_member(reader->json, JSON_ROOT, "facts", NULL), item;
	struct scenario_fact *facts;
	size_t cursor = 0;

	if (list == JSON_ABSENT)
		return 0;
	facts = arena_alloc(
		scenario->arena, json_count(reader->json, list) + 1, sizeof(*facts));
	while (json_next(reader->json, list, &cursor, NULL, &item)) {
		struct scenario_fact *fact = &facts[scenario->fact_count++];
		json_at name = JSON_ABSENT, text = JSON_ABSENT, warning = JSON_ABSENT;
		size_t inner = 0;

		if (!json_next(reader->json, item, &inner, NULL, &name) ||
			!json_next(reader->json, item, &inner, NULL, &text))
			return err_set(reader->err, ERR_USAGE, "facts: not [name, text]");
		fact->warning = json_next(reader->json, item, &inner, NULL, &warning);
		fact->name = text_of(reader, name).at;
		fact->text = text_of(reader, text).at;
	}
	scenario->facts = facts;
	return 0;
}

static const char *
member_text(struct reader *reader, const char *name, const char *otherwise)
{
	struct span text =
		text_of(reader, json_member(reader->json, JSON_ROOT, name, NULL));

	return text.at != NULL ? text.at : otherwise;
}

static int
read_scenario(struct reader *reader)
{
	struct scenario *scenario = reader->scenario;

	scenario->kind = member_text(reader, "kind", "demo");
	scenario->where = member_text(reader, "where", "");
	if (duration_parse(&scenario->took, span_of(member_text(reader, "took", "1ms")),
		    reader->err) != 0 ||
		read_line(reader, JSON_ROOT, "moments", POINT_DURATION,
			&scenario->moments) != 0 ||
		read_outages(reader) != 0 || read_facts(reader) != 0)
		return -1;
	return read_scripts(reader);
}

int
scenario_parse(struct scenario **out, struct span text, int64_t opened, struct err *err)
{
	struct scenario *scenario = mem_new(1, sizeof(*scenario));
	struct json *json = NULL;
	struct reader reader = { .scenario = scenario, .err = err };
	int status = -1;

	scenario->arena = arena_new();
	scenario->opened = opened;
	if (json_parse(&json, text, err) == 0) {
		reader.json = json;
		status = read_scenario(&reader);
	}
	json_free(json);
	if (status != 0) {
		scenario_free(scenario);
		scenario = NULL;
	}
	*out = scenario;
	return status;
}
