/* SPDX-License-Identifier: MIT
 * What the words for a job need to know of all its partitions. */
#include "model/records_inside.h"

/* The partitions that the verdict of the job is about: they share state and finding. */
static bool
is_meant(const struct roll *roll, const struct record *record)
{
	return record_is_shown(record) && record->state == roll->verdict.state &&
	       record->finding == roll->verdict.finding;
}

/* Keeps the first names in natural order. */
static void
add_name(struct why_job *words, struct span name)
{
	size_t kept = words->same < WHY_NAMES ? words->same : WHY_NAMES, place = kept;

	while (place > 0 && span_compare_natural(name, words->names[place - 1]) < 0)
		place--;
	words->same++;
	if (place == WHY_NAMES)
		return;
	for (size_t i = kept < WHY_NAMES ? kept : WHY_NAMES - 1; i > place; i--)
		words->names[i] = words->names[i - 1];
	words->names[place] = name;
}

static int64_t
add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void
widen(int64_t *least, int64_t *most, int64_t number, bool is_first)
{
	if (is_first || number < *least)
		*least = number;
	if (is_first || number > *most)
		*most = number;
}

/* Called after the name was added: the first has same == 1. */
static void
add_fall(struct why_job *words, const struct observation *seen)
{
	const struct value *from = &seen->went_back_from, *to = &seen->went_back_to;
	bool is_first = words->same == 1;

	if (from->type != VALUE_INT || to->type != VALUE_INT) {
		words->numbers = false;
		return;
	}
	widen(&words->from_least, &words->from_most, from->number, is_first);
	widen(&words->to_least, &words->to_most, to->number, is_first);
	words->fall = add(words->fall, value_distance(from, to));
}

/* All that is replayed, in one percentage. */
struct replayed {
	double whole, done;
	bool known;
};

static void
add_replay(struct replayed *replayed, const struct observation *seen)
{
	const struct replay *replay = &seen->replay;

	if (health_replayed(replay, &seen->value) < 0) {
		replayed->known = false;
		return;
	}
	replayed->whole += (double)replay->from - (double)replay->to;
	replayed->done += (double)seen->value.number - (double)replay->to;
}

static int
percent_of(const struct replayed *replayed)
{
	if (!replayed->known || replayed->whole <= 0)
		return -1;
	if (replayed->done <= 0)
		return 0;
	return replayed->done < replayed->whole
		       ? (int)(100 * replayed->done / replayed->whole)
		       : 100;
}

/* One more of those that are meant; *damage is that of the one before. */
static void
add_meant(struct why_job *words, struct replayed *replayed, struct span *damage,
	const struct records *records, const struct record *record)
{
	struct observation seen;
	struct digits digits;

	add_name(words, texts_span(records->texts, record->partition));
	/* Nothing ever happened to it that could be told. */
	if (incident_of(record) == NULL) {
		words->damaged_unlike |= words->same > 1 && damage->at != NULL;
		words->numbers = false;
		replayed->known = false;
		*damage = SPAN_NONE;
		return;
	}
	record_observe(records, record, &digits, &seen);
	words->damaged_unlike |= words->same > 1 && !span_equal(*damage, seen.damage);
	*damage = seen.damage;
	add_fall(words, &seen);
	add_replay(replayed, &seen);
}

struct why
job_why(const struct records *records, const struct job *job,
	const struct why_context *context)
{
	const struct roll *roll = &job->roll;
	const struct record *worst = &records->all[roll->worst];
	struct replayed replayed = { .known = true };
	struct why_job words = {
		.partitions = roll->live,
		.moving = roll->moving,
		.lag = roll->lag,
		.lag_rate = roll->lag_rate,
		.speed = roll->speed,
		.head_speed = roll->head_speed,
		.numbers = true,
	};
	struct observation seen;
	struct span damage = SPAN_NONE;
	struct digits digits;

	for (uint32_t i = 0; i < job->count; i++) {
		const struct record *record = &records->all[job->members[i]];

		if (is_meant(roll, record))
			add_meant(&words, &replayed, &damage, records, record);
	}
	words.replayed = percent_of(&replayed);
	record_observe(records, worst, &digits, &seen);
	return why_of_job(context, &words, &seen, &roll->verdict, &job->rule->limits,
		texts_span(records->texts, worst->partition));
}
