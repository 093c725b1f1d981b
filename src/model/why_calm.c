/* SPDX-License-Identifier: MIT
 * What is said where nothing is wrong, and of a reset that is replayed. */
#include <stdlib.h>

#include "model/why_speech.h"

#define WHO_CELLS 12

/* --- nothing wrong --- */

/* A head that is configured and is not there, or that fits the value in nothing. */
static void
speak_without_head(struct speech *speech)
{
	static const struct {
		const char *form, *brief, *sentence;
	} words[] = {
		[LAG_GAP_HEAD] = { "head not known, lag ?", "head ?",
			"the head is not known, and so is the lag not; the store says "
			"why." },
		[LAG_GAP_TYPES] = { "head of another type, lag ?", "head type ?",
			"value and head are of different types, so the lag is not "
			"known." },
	};
	enum lag_gap gap = speech->seen->lag.gap;
	struct str *form;

	if (speech->seen->lag.kind != LAG_UNKNOWN ||
		(gap != LAG_GAP_HEAD && gap != LAG_GAP_TYPES))
		return;
	form = speech_form(speech);
	/* Of a job, only this partition is known to have none. */
	speech_add_partition_and(speech, form);
	str_add(form, words[gap].form);
	form = speech_form(speech);
	str_add(form, words[gap].brief);
	str_add(&speech->sentence, words[gap].sentence);
}

static bool
is_seen_to_move(const struct observation *seen)
{
	return seen->value_moved.at != TIME_NONE && !seen->value_moved.at_least;
}

void
speak_none(struct speech *speech)
{
	const char *moves;
	struct str *form;

	if (speech->seen->error.len == 0) {
		speak_without_head(speech);
		return;
	}
	form = speech_form(speech);
	/* Of a job, only this partition is known to say so. */
	speech_add_partition_and(speech, form);
	str_add(form, "error");
	str_add(speech_form(speech), "error");
	/* One look cannot know whether it moves. */
	moves = is_seen_to_move(speech->seen) ? "moves, but its last save holds an error"
					      : "was not seen to move, and its last save "
						"holds an error";
	if (speech->job != NULL && speech->job->partitions > 1) {
		speech_add_partition_and(speech, &speech->sentence);
		str_add(&speech->sentence, moves);
	} else {
		speech_add_subject(speech, &speech->sentence, moves, moves);
	}
	speech_add_error(speech);
	str_add_char(&speech->sentence, '.');
}

void
speak_dormant(struct speech *speech)
{
	int64_t updated = speech->seen->updated;
	struct str *form;

	if (updated != TIME_NONE) {
		form = speech_form(speech);
		str_add(form, "dormant since ");
		time_addf(form, updated, NULL, "%Y-%m-%d");
	}
	str_add(speech_form(speech), "dormant");
	str_add(&speech->sentence,
		"not saved for 7 days when it was first seen, nor since.");
}

void
speak_idle(struct speech *speech)
{
	str_add(speech_form(speech), "idle: no new input");
	str_add(speech_form(speech), "idle");
	str_add(&speech->sentence, "everything is done and no new input comes.");
}

/* A cadence as people name it. One in fifty more or less is the same. */
static int64_t
add_cadence(struct str *out, int64_t cadence)
{
	static const struct {
		int64_t cadence;
		const char *word;
	} names[] = {
		{ HOUR, "hourly" },
		{ DAY, "daily" },
		{ 7 * DAY, "weekly" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (llabs(cadence - names[i].cadence) <= names[i].cadence / 50) {
			str_add(out, names[i].word);
			return names[i].cadence;
		}
	}
	str_add(out, "every ");
	duration_add(out, cadence);
	return cadence;
}

static void
speak_done_for(struct speech *speech, struct span day)
{
	struct str *form = speech_form(speech);

	str_add(form, "done for ");
	str_add_span(form, day);
	form = speech_form(speech);
	str_add(form, "done ");
	str_add_span(form, day);
	str_add(&speech->sentence, "done for ");
	str_add_span(&speech->sentence, day);
	str_add_char(&speech->sentence, '.');
}

void
speak_done(struct speech *speech)
{
	const struct observation *seen = speech->seen;
	int64_t cadence, next;
	struct str *form;

	if (seen->superseded) {
		speak_done_for(speech, speech->partition);
		return;
	}
	if (seen->value.type == VALUE_TIME && seen->value.date_only) {
		speak_done_for(speech, seen->value.text);
		return;
	}
	form = speech_form(speech);
	cadence = add_cadence(form, health_cadence(seen, speech->limits));
	next = seen->updated + cadence;
	str_add(form, ", next ");
	speech_add_clock(speech, form, next);
	form = speech_form(speech);
	str_add(form, "next ");
	speech_add_clock(speech, form, next);
	str_add(&speech->sentence, "saves ");
	add_cadence(&speech->sentence, cadence);
	str_add(&speech->sentence, "; the next save is due at ");
	speech_add_clock(speech, &speech->sentence, next);
	str_add_char(&speech->sentence, '.');
}

/* It is as if nothing had been, but somebody should say why. */
static void
speak_unexplained(struct speech *speech)
{
	const struct observation *seen = speech->seen;
	struct str *form = speech_form(speech);

	speech_add_partition_and(speech, form);
	str_add(form, "went BACK at ");
	speech_add_clock(speech, form, seen->unexplained.at);
	str_add(form, seen->half_asked ? ", no record on this host, passed"
				       : " by UNKNOWN, passed");
	form = speech_form(speech);
	str_add(form, "went BACK ");
	speech_add_clock(speech, form, seen->unexplained.at);
	str_add(form, ", passed");
	str_add(speech_form(speech), "went BACK");
	speech_add_partition_and(speech, &speech->sentence);
	str_add(&speech->sentence, "went back from ");
	speech_add_value(&speech->sentence, &seen->went_back_from);
	str_add(&speech->sentence, " to ");
	speech_add_value(&speech->sentence, &seen->went_back_to);
	str_add(&speech->sentence, " at ");
	speech_add_clock(speech, &speech->sentence, seen->unexplained.at);
	speech_add_nobody(speech);
	str_add(&speech->sentence, " The old value is passed again.");
}

void
speak_recovered(struct speech *speech)
{
	const struct past *past = &speech->seen->past;
	struct str *form;

	if (speech->seen->unexplained.at != TIME_NONE) {
		speak_unexplained(speech);
		return;
	}
	form = speech_form(speech);

	str_addf(form, "was %s ", state_word(past->state));
	speech_add_clock(speech, form, past->from);
	str_add_char(form, '-');
	speech_add_clock(speech, form, past->until);
	str_addf(speech_form(speech), "was %s", state_word(past->state));
	str_addf(&speech->sentence, "was %s from ", state_word(past->state));
	speech_add_clock(speech, &speech->sentence, past->from);
	str_add(&speech->sentence, " to ");
	speech_add_clock(speech, &speech->sentence, past->until);
	str_add_char(&speech->sentence, '.');
}

/* --- a person's reset --- */

static void
add_replay_form(struct speech *speech, bool with_who, bool with_by, int percent)
{
	struct span by = speech->seen->replay.by;
	struct str *form = speech_form(speech);

	if (with_who && speech_add_who(speech, form))
		str_add(form, ": ");
	str_add(form, speech->seen->replay.is_word ? "explained" : "reset");
	if (with_by && by.len > 0) {
		str_add(form, " by ");
		speech_add_cut(form, by, WHO_CELLS);
	}
	if (percent >= 0)
		str_addf(form, ", %d%% done", percent);
}

void
speak_replaying(struct speech *speech)
{
	const struct replay *replay = &speech->seen->replay;
	const struct why_job *job = speech->job;
	bool some = job != NULL && job->same < job->partitions;
	int percent = job != NULL ? job->replayed
				  : health_replayed(replay, &speech->seen->value);

	if (some)
		add_replay_form(speech, true, true, percent);
	add_replay_form(speech, false, true, percent);
	add_replay_form(speech, false, false, percent);
	if (replay->is_word) {
		str_add(&speech->sentence, "went back at ");
		speech_add_clock(speech, &speech->sentence, replay->at);
		str_add(&speech->sentence, ", explained");
	} else {
		str_add(&speech->sentence, "reset");
	}
	if (replay->by.len > 0) {
		str_add(&speech->sentence, " by ");
		str_add_span(&speech->sentence, replay->by);
	}
	if (!replay->is_word) {
		str_add(&speech->sentence, " at ");
		speech_add_clock(speech, &speech->sentence, replay->at);
	}
	if (percent >= 0)
		str_addf(&speech->sentence, "; %d%% of it is done again", percent);
	str_add_char(&speech->sentence, '.');
}
