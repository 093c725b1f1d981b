/* SPDX-License-Identifier: MIT */
#include "store/demo/scenario.h"

#include <math.h>
#include <stdlib.h>

#include "store/demo/script.h"

void
scenario_free(struct scenario *scenario)
{
	if (scenario == NULL)
		return;
	arena_free(scenario->arena);
	free(scenario);
}

const char *
scenario_kind(const struct scenario *scenario)
{
	return scenario->kind;
}

const char *
scenario_where(const struct scenario *scenario)
{
	return scenario->where;
}

int64_t
scenario_took(const struct scenario *scenario)
{
	return scenario->took;
}

size_t
scenario_fact_count(const struct scenario *scenario)
{
	return scenario->fact_count;
}

void
scenario_fact(const struct scenario *scenario, size_t index, const char **name,
	const char **text, bool *warning)
{
	*name = scenario->facts[index].name;
	*text = scenario->facts[index].text;
	*warning = scenario->facts[index].warning;
}

const char *
scenario_down(const struct scenario *scenario, int64_t at)
{
	for (size_t i = 0; i < scenario->outage_count; i++)
		if (scenario->outages[i].from <= at && at < scenario->outages[i].until)
			return scenario->outages[i].why;
	return NULL;
}

/* The last point at or before a moment; NULL when the line begins later. */
static const struct point *
point_at(const struct line *line, int64_t at)
{
	const struct point *found = NULL;

	for (size_t i = 0; i < line->count && line->points[i].at <= at; i++)
		found = &line->points[i];
	return found;
}

int64_t
scenario_start(const struct scenario *scenario)
{
	return scenario->moments.count > 0 ? scenario->moments.points[0].at
					   : scenario->opened;
}

int64_t
scenario_next(const struct scenario *scenario, int64_t at)
{
	const struct point *point = point_at(&scenario->moments, at);
	const struct point *end = scenario->moments.points + scenario->moments.count;
	int64_t next;

	if (point == NULL || point->number <= 0)
		return INT64_MAX;
	next = at + (int64_t)point->number;
	/* A new pace starts at its own moment. */
	if (point + 1 < end && next > point[1].at)
		next = point[1].at;
	return next;
}

/* The number of a line at a moment: straight between two points, and on beyond the last
 * two. */
static bool
number_at(const struct line *line, int64_t at, double *out)
{
	const struct point *from = point_at(line, at), *to;

	if (from == NULL || from->text.at != NULL)
		return false;
	to = from + 1 < line->points + line->count ? from + 1 : from;
	if (to == from && from > line->points)
		from--;
	if (to == from || to->text.at != NULL || to->at == from->at) {
		*out = from->number;
		return true;
	}
	*out = from->number + (to->number - from->number) * ((double)(at - from->at)) /
				      (double)(to->at - from->at);
	return true;
}

/* The moment of the last save at or before `at`; TIME_NONE when there was none yet. Saves
 * lie on whole intervals before the next change of the interval (or before the opening),
 * so that the last save before a job stopped is exactly at that moment. */
static int64_t
last_save(const struct scenario *scenario, const struct script *script, int64_t at)
{
	const struct point *point = point_at(&script->saves, at);
	const struct point *end = script->saves.points + script->saves.count;
	int64_t interval, anchor, ago;

	if (point == NULL)
		return TIME_NONE;
	if (point->number <= 0)
		return point->at;
	interval = (int64_t)point->number;
	anchor = point + 1 < end ? point[1].at : scenario->opened;
	ago = (anchor - at) % interval;
	if (ago < 0)
		ago += interval;
	at -= ago > 0 ? interval - ago : 0;
	return at < point->at ? point->at : at;
}

/* Appends the text of a line at a moment; false when there is none. */
static bool
add_point(struct str *memory, const struct line *line, int64_t at)
{
	const struct point *point = point_at(line, at);
	double number;

	if (point != NULL && point->text.at != NULL) {
		str_add_span(memory, point->text);
		return true;
	}
	if (!number_at(line, at, &number))
		return false;
	str_addf(memory, "%lld", llround(number));
	return true;
}

size_t
scenario_count(const struct scenario *scenario)
{
	return scenario->count;
}

struct key
scenario_key(const struct scenario *scenario, size_t index)
{
	return scenario->scripts[index].key;
}

bool
scenario_row(const struct scenario *scenario, size_t index, int64_t at,
	struct str *memory, struct ckpt *row)
{
	const struct script *script = &scenario->scripts[index];
	const struct point *metadata, *damage = point_at(&script->damage, at), *skew;
	int64_t saved = last_save(scenario, script, at);
	size_t marks[4] = { 0 };
	bool has_value, has_head, has_watermark;
	double watermark;

	*row = (struct ckpt){ .key = script->key, .written_at = TIME_NONE };
	if (saved == TIME_NONE || at >= script->gone)
		return false;
	str_clear(memory);
	has_value = add_point(memory, &script->value, saved);
	str_add_char(memory, '\0');
	marks[0] = memory->len;
	has_head = add_point(memory, &script->head, at);
	str_add_char(memory, '\0');
	marks[1] = memory->len;
	has_watermark = number_at(&script->watermark, saved, &watermark);
	if (has_watermark)
		time_add_rfc3339(memory, llround(watermark / 1e6) * SECOND);
	str_add_char(memory, '\0');
	marks[2] = memory->len;
	skew = point_at(&script->skew, saved);
	time_add_rfc3339(memory, saved + (skew != NULL ? llround(skew->number) : 0));
	marks[3] = memory->len;
	/* Only now does the memory stay where it is. */
	if (has_value) {
		row->value = (struct span){ memory->text, marks[0] - 1 };
		row->storage = CKPT_STORAGE_TEXT;
	}
	if (has_head)
		row->head =
			(struct span){ memory->text + marks[0], marks[1] - marks[0] - 1 };
	if (has_watermark)
		row->watermark =
			(struct span){ memory->text + marks[1], marks[2] - marks[1] - 1 };
	row->updated_text = (struct span){ memory->text + marks[2], marks[3] - marks[2] };
	stamp_parse(&row->updated, row->updated_text);
	metadata = point_at(&script->metadata, saved);
	if (metadata != NULL)
		row->metadata = metadata->text;
	if (damage != NULL && damage->text.at != NULL)
		row->damage = damage->text;
	return true;
}
