/* SPDX-License-Identifier: MIT
 * The pieces that words are made of: who, how much, since when, how many others. */
#include "model/why_speech.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "model/key.h"
#include "model/number.h"

#define NAME_CELLS  10 /* of one partition among others */
#define NAMES_CELLS 14
#define VALUE_CELLS 12

/* --- who --- */

/* Raw bytes, so that they pass the gate only once; measured as the gate will show them.
 */
void
speech_add_cut(struct str *out, struct span text, size_t cells)
{
	size_t len = 0;

	if (safe_width(text) <= cells) {
		str_add_span(out, text);
		return;
	}
	while (len < text.len) {
		struct span rest = { text.at + len, text.len - len };
		uint32_t character;
		size_t bytes = utf8_decode(rest, &character);

		if (safe_width((struct span){ text.at, len + bytes }) + 1 > cells)
			break;
		len += bytes;
	}
	str_add_span(out, (struct span){ text.at, len });
	if (cells > 0)
		str_add_char(out, '~');
}

static void
add_name(struct str *out, struct span partition)
{
	struct str name = { 0 };

	key_add_partition(&name, partition);
	speech_add_cut(out, str_span(&name), NAME_CELLS);
	str_free(&name);
}

struct str *
speech_form(struct speech *speech)
{
	return &speech->forms[speech->form_count++];
}

bool
speech_is_plural(const struct speech *speech)
{
	return speech->job != NULL && speech->job->same > 1;
}

static void
add_names(struct str *out, const struct why_job *job, const char *comma, const char *last)
{
	for (size_t i = 0; i < job->same && i < WHY_NAMES; i++) {
		if (i > 0)
			str_add(out, i + 1 == job->same ? last : comma);
		add_name(out, job->names[i]);
	}
}

static bool
names_fit(const struct why_job *job)
{
	struct str names = { 0 };
	bool fit;

	if (job->same > WHY_NAMES)
		return false;
	add_names(&names, job, ",", ",");
	fit = safe_width(str_span(&names)) <= NAMES_CELLS;
	str_free(&names);
	return fit || job->same == 1;
}

bool
speech_add_who(const struct speech *speech, struct str *out)
{
	const struct why_job *job = speech->job;
	bool all;

	if (job == NULL) {
		add_name(out, speech->partition);
		return speech->partition.len > 0;
	}
	if (job->partitions <= 1)
		return false;
	all = job->same >= job->partitions;
	if (all && !(speech->names_first && names_fit(job)))
		str_add(out, "all");
	else if (names_fit(job))
		add_names(out, job, ",", ",");
	else
		str_addf(out, "%zu of %zu", job->same, job->partitions);
	return true;
}

void
speech_add_partition_and(const struct speech *speech, struct str *out)
{
	if (speech->partition.len == 0 ||
		(speech->job != NULL && speech->job->partitions <= 1))
		return;
	add_name(out, speech->partition);
	str_add_char(out, ' ');
}

void
speech_add_who_and(const struct speech *speech, struct str *out)
{
	if (speech_add_who(speech, out))
		str_add_char(out, ' ');
}

void
speech_add_subject(
	const struct speech *speech, struct str *out, const char *one, const char *many)
{
	const struct why_job *job = speech->job;

	if (job == NULL && speech->partition.len > 0)
		add_name(out, speech->partition);
	else if (job == NULL || job->partitions <= 1)
		str_add(out, "it");
	else if (names_fit(job))
		add_names(out, job, ", ", " and ");
	else if (job->same >= job->partitions)
		str_addf(out, "all %zu partitions", job->same);
	else
		str_addf(out, "%zu of %zu partitions", job->same, job->partitions);
	str_add_char(out, ' ');
	str_add(out, speech_is_plural(speech) ? many : one);
}

/* --- what --- */

void
speech_add_value_brief(struct str *out, const struct value *value)
{
	if (value->type == VALUE_INT)
		number_add_brief(out, value->number);
	else
		speech_add_cut(out, value->text, VALUE_CELLS);
}

void
speech_add_value(struct str *out, const struct value *value)
{
	if (value->type == VALUE_INT)
		number_add_grouped(out, value->number);
	else
		str_add_span(out, value->text);
}

/* A time of day, with the weekday where it is not of these hours. */
void
speech_add_clock(struct speech *speech, struct str *out, int64_t at)
{
	int64_t away = llabs(speech->seen->now - at);

	speech->is_timed = true;
	time_addf(out, at, speech->zone, away < 20 * HOUR ? "%H:%M" : "%a %H:%M");
}

void
speech_add_nobody(struct speech *speech)
{
	str_add(&speech->sentence,
		speech->seen->half_asked
			? "; no record on this host: none came with it, and not all that "
			  "keep records of this store could be asked."
			: "; by UNKNOWN: no record of a reset came with it.");
}

void
speech_add_error(struct speech *speech)
{
	if (speech->seen->error.len > 0) {
		str_add(&speech->sentence, ": ");
		str_add_span(&speech->sentence, speech->seen->error);
	}
}

/* "; limits warn 15m, crit 30m": those that are set. */
bool
speech_add_limits(
	struct speech *speech, int64_t warn, int64_t crit, add_number_fn *add_number)
{
	struct str *out = &speech->sentence;

	if (warn == RULE_UNSET && crit == RULE_UNSET)
		return false;
	str_add(out, warn != RULE_UNSET && crit != RULE_UNSET ? "; limits " : "; limit ");
	if (warn != RULE_UNSET) {
		str_add(out, "warn ");
		add_number(out, warn);
	}
	if (crit != RULE_UNSET) {
		str_add(out, warn != RULE_UNSET ? ", crit " : "crit ");
		add_number(out, crit);
	}
	return true;
}

void
speech_add_habit(struct speech *speech)
{
	int64_t cadence = health_cadence(speech->seen, speech->limits);

	if (speech_add_limits(speech, speech->limits->warn_age, speech->limits->crit_age,
		    duration_add) ||
		cadence == TIME_NONE)
		return;
	str_add(&speech->sentence, speech->limits->cadence != RULE_UNSET
					   ? "; it should save every "
					   : "; it used to save every ");
	duration_add(&speech->sentence, cadence);
}

/* How many partitions go on meanwhile. */
void
speech_add_others(struct speech *speech)
{
	const struct why_job *job = speech->job;
	size_t others;

	if (job == NULL || job->moving == 0)
		return;
	others = job->partitions - job->same;
	str_addf(&speech->extra, "%zu other%s", job->moving,
		job->moving == 1 ? " moves" : "s move");
	str_add(&speech->sentence, " ");
	if (job->moving >= others)
		str_addf(&speech->sentence,
			others == 1 ? "The other partition moves"
				    : "The other %zu partitions move",
			others);
	else
		str_addf(&speech->sentence, "%zu of the other %zu partitions move%s",
			job->moving, others, job->moving == 1 ? "s" : "");
	if (job->speed.known && speech->seen->value.type == VALUE_INT &&
		job->speed.per_second >= 1) {
		str_add(&speech->sentence, " (");
		number_add_short(&speech->sentence, (int64_t)job->speed.per_second);
		str_add(&speech->sentence, "/s)");
	}
	str_add_char(&speech->sentence, '.');
}
