/* SPDX-License-Identifier: MIT
 * What is said of times and lags that are out of bounds. */
#include "model/number.h"
#include "model/why_speech.h"

/* Which of several rows a pipeline takes for its checkpoint is not known. */
void
speak_repeated(struct speech *speech)
{
	struct str *form = speech_form(speech);

	speech_add_partition_and(speech, form);
	str_add(form, "in several rows, the last is shown");
	form = speech_form(speech);
	speech_add_partition_and(speech, form);
	str_add(form, "in several rows");
	str_add(speech_form(speech), "several rows");
	str_add(&speech->sentence,
		"more than one row has this key: the last one is shown, "
		"and it is not known which one the pipeline reads.");
}

void
speak_future(struct speech *speech)
{
	const struct observation *seen = speech->seen;
	bool save = seen->future.at != TIME_NONE && !seen->updated_doubtful;
	int64_t at = save ? seen->updated : seen->watermark;
	const char *what = save ? "updated" : "wmark";
	struct str ahead = { 0 }, *form;

	duration_add_medium(&ahead, at - seen->now);
	form = speech_form(speech);
	speech_add_who_and(speech, form);
	str_addf(form, "%s %s in the FUTURE", what, str_text(&ahead));
	str_addf(speech_form(speech), "%s %s in the FUTURE", what, str_text(&ahead));
	str_addf(speech_form(speech), "%s in the FUTURE", str_text(&ahead));
	str_addf(&speech->sentence, "%s ",
		save ? "the last save says" : "the watermark is");
	speech_add_clock(speech, &speech->sentence, at);
	str_addf(&speech->sentence,
		", %s in the future: a clock is wrong, or the zone of the times.",
		str_text(&ahead));
	str_free(&ahead);
}

void
speak_ahead(struct speech *speech)
{
	const struct observation *seen = speech->seen;
	struct str amount = { 0 }, *form = speech_form(speech);

	if (seen->lag.kind == LAG_TIME)
		duration_add_medium(&amount, -seen->lag.amount);
	else
		number_add_brief(&amount, -seen->lag.amount);
	speech_add_who_and(speech, form);
	str_addf(form, "%s beyond its source", str_text(&amount));
	str_addf(speech_form(speech), "%s beyond source", str_text(&amount));
	str_add(speech_form(speech), "beyond source");
	speech_add_subject(speech, &speech->sentence, "is", "are");
	str_addf(
		&speech->sentence, " %s beyond the end of the source", str_text(&amount));
	speech_add_error(speech);
	str_add(&speech->sentence,
		"; the source was cut or restored, or the head is that of another one.");
	str_free(&amount);
}

void
speak_watermark(struct speech *speech)
{
	const struct observation *seen = speech->seen;
	struct str behind = { 0 }, *form = speech_form(speech);

	duration_add_medium(&behind, seen->now - seen->watermark);
	str_addf(form, "wmark %s behind (max ", str_text(&behind));
	duration_add(form, speech->verdict->limit);
	str_add_char(form, ')');
	str_addf(speech_form(speech), "wmark %s behind", str_text(&behind));
	str_addf(&speech->sentence, "the watermark ");
	speech_add_clock(speech, &speech->sentence, seen->watermark);
	str_addf(&speech->sentence, " is %s behind", str_text(&behind));
	speech_add_error(speech);
	speech_add_limits(speech, speech->limits->warn_watermark,
		speech->limits->crit_watermark, duration_add);
	str_add_char(&speech->sentence, '.');
	str_free(&behind);
}

/* Of several partitions the lag of the job counts, of one its own. */
struct course {
	struct lag lag;
	enum trend trend;
	struct eta eta;
	struct rate lag_rate;
};

static struct course
course_of(const struct speech *speech)
{
	const struct observation *seen = speech->seen;
	const struct why_job *job = speech->job;
	struct course course;
	struct rate speed, head_speed;

	if (speech_is_plural(speech)) {
		course.lag = job->lag;
		course.lag_rate = job->lag_rate;
		speed = job->speed;
		head_speed = job->head_speed;
	} else {
		course.lag = seen->lag;
		course.lag_rate = seen->lag_rate;
		speed = seen->speed;
		head_speed = seen->head_speed;
	}
	course.trend = health_trend(course.lag_rate, speed, head_speed);
	course.eta = health_eta(course.lag, course.lag_rate, speed, head_speed);
	return course;
}

static void
add_lag_form(struct speech *speech, bool with_who, bool with_trend, enum trend trend)
{
	static const char *const words[] = {
		[TREND_UNKNOWN] = "",
		[TREND_FLAT] = ", flat",
		[TREND_RISING] = ", rising",
		[TREND_FALLING] = ", falling",
	};
	struct str *form = speech_form(speech);

	if (with_who)
		speech_add_who_and(speech, form);
	str_add(form, "lag ");
	/* The limit is that of each partition; a sum beside it would mislead. */
	if (!speech_is_plural(speech)) {
		number_add_brief(form, speech->seen->lag.amount);
		str_add_char(form, ' ');
	}
	str_add(form, "> ");
	number_add_brief(form, speech->verdict->limit);
	if (with_trend)
		str_add(form, words[trend]);
}

void
speak_lagging(struct speech *speech)
{
	struct course course = course_of(speech);
	struct str *sentence = &speech->sentence;

	add_lag_form(speech, true, true, course.trend);
	add_lag_form(speech, true, false, course.trend);
	if (speech_is_plural(speech)) {
		struct str *form = speech_form(speech);

		str_addf(form, "%zu of %zu lag > ", speech->job->same,
			speech->job->partitions);
		number_add_brief(form, speech->verdict->limit);
	}
	add_lag_form(speech, false, false, course.trend);
	if (course.eta.kind == ETA_AFTER) {
		str_add(&speech->extra, "gone in ");
		duration_add_fit(&speech->extra, course.eta.after, 6);
	}
	speech_add_subject(speech, sentence, "lags ", "lag ");
	number_add_grouped(sentence, course.lag.amount);
	str_add(sentence, " behind");
	if (speech_is_plural(speech))
		str_add(sentence, " with the whole job");
	if (course.lag_rate.known)
		str_addf(sentence, " (%+.0f/s)", course.lag_rate.per_second);
	speech_add_error(speech);
	speech_add_limits(speech, speech->limits->warn_lag, speech->limits->crit_lag,
		number_add_grouped);
	str_add_char(sentence, '.');
}
