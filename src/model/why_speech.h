/* SPDX-License-Identifier: MIT
 * The inside of why: a speech is the words for one verdict while they are being found. */
#ifndef MODEL_WHY_SPEECH_H
#define MODEL_WHY_SPEECH_H

#include "model/why.h"

#define SPEECH_FORMS 7

struct speech {
	const struct observation *seen;
	const struct verdict *verdict;
	const struct limits *limits;
	struct span partition;	   /* of the checkpoint, or the worst of the job */
	const struct why_job *job; /* NULL: of one checkpoint */
	const struct zone *zone;   /* NULL: UTC */
	bool is_timed;		   /* it names a time of day */
	bool names_first;	   /* of few partitions all names rather than "all" */

	/* The result: the same thing in shorter and shorter forms, what else there is to
	 * say, and the sentence. */
	struct str forms[SPEECH_FORMS];
	size_t form_count;
	struct str extra, sentence;
};

/* The next shorter form. */
struct str *speech_form(struct speech *speech);

/* Appends who is meant: "p7", "p0,p1", "all", "5 of 16"; nothing where there is only one.
 * Returns whether there is somebody. */
bool speech_add_who(const struct speech *speech, struct str *out);
/* The same with a blank behind it. */
void speech_add_who_and(const struct speech *speech, struct str *out);
/* The partition the words come from, where there are others: "p7 ". */
void speech_add_partition_and(const struct speech *speech, struct str *out);
/* Who, as a sentence begins: "p7 has", "p0 and p1 have", "it has". */
void speech_add_subject(
	const struct speech *speech, struct str *out, const char *one, const char *many);
/* More than one partition is meant. */
bool speech_is_plural(const struct speech *speech);

/* Appends the text cut to so many cells. */
void speech_add_cut(struct str *out, struct span text, size_t cells);

/* The brief form of a value, and the whole. */
void speech_add_value_brief(struct str *out, const struct value *value);
void speech_add_value(struct str *out, const struct value *value);

/* A time of day, with the weekday where it is not of these hours. */
void speech_add_clock(struct speech *speech, struct str *out, int64_t at);

/* To the sentence: ": the error", where the pipeline names one; "; limits warn 15m, crit
 * 30m", those that are set (false: none is); the same of ages or else the cadence; how
 * many others move, also as the extra. */
typedef void add_number_fn(struct str *out, int64_t number);
void speech_add_error(struct speech *speech);
/* … "; by UNKNOWN: no record of a reset came with it.", or what is true where not all
 * could be asked. */
void speech_add_nobody(struct speech *speech);
bool speech_add_limits(
	struct speech *speech, int64_t warn, int64_t crit, add_number_fn *add_number);
void speech_add_habit(struct speech *speech);
void speech_add_others(struct speech *speech);

/* One function a finding; where there is nothing to say it adds no form. */
typedef void speak_fn(struct speech *speech);
speak_fn speak_none, speak_dormant, speak_idle, speak_done, speak_recovered,
	speak_replaying, speak_repeated, speak_future, speak_ahead, speak_watermark,
	speak_lagging;

struct speaker {
	speak_fn *speak;
	bool with_error; /* the pipeline's error stands behind the words */
};

const struct speaker *speaker_of(enum finding finding);

#endif
