/* SPDX-License-Identifier: MIT */
#include "model/why.h"

#include <string.h>

#include "base/utf8.h"
#include "model/why_speech.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- fitting --- */

/* form, then the error, then what else there is to say. */
static void
compose(struct str *out, const struct str *form, struct span error,
	const struct str *extra)
{
	str_clear(out);
	str_add_span(out, str_span(form));
	if (error.len > 0) {
		str_add(out, ": ");
		str_add_span(out, error);
	}
	if (extra != NULL && extra->len > 0) {
		str_add(out, error.len > 0 ? "; " : ", ");
		str_add_span(out, str_span(extra));
	}
}

/* Where nothing fits whole, the words leave two thirds to the error; they are the
 * shortest where they cannot. */
static const struct str *
form_before_cut_error(const struct speech *speech, size_t cells)
{
	for (size_t i = 0; i < speech->form_count; i++)
		if (safe_width(str_span(&speech->forms[i])) <= cells / 3)
			return &speech->forms[i];
	return &speech->forms[speech->form_count - 1];
}

/* The first form that fits, with as much behind it as fits; the error is never left
 * out. */
static const char *
fit(const struct speech *speech, struct span error, size_t cells, struct arena *arena)
{
	struct str text = { 0 }, cut = { 0 };
	const struct str *last;
	const char *result;

	for (size_t i = 0; i < speech->form_count; i++) {
		if (i == 0) {
			compose(&text, &speech->forms[0], error, &speech->extra);
			if (safe_width(str_span(&text)) <= cells)
				break;
		}
		compose(&text, &speech->forms[i], error, NULL);
		if (safe_width(str_span(&text)) <= cells)
			break;
	}
	if (safe_width(str_span(&text)) > cells) {
		last = error.len > 0 ? form_before_cut_error(speech, cells)
				     : &speech->forms[speech->form_count - 1];
		compose(&text, last, error, NULL);
	}
	speech_add_cut(&cut, str_span(&text), cells);
	result = arena_span(arena, str_span(&cut)).at;
	str_free(&text);
	str_free(&cut);
	return result;
}

static void
free_speech(struct speech *speech)
{
	for (size_t i = 0; i < speech->form_count; i++)
		str_free(&speech->forms[i]);
	str_free(&speech->extra);
	str_free(&speech->sentence);
}

static const struct why silence = { "", "", "", "", NULL };

/* The words for one zone. */
static struct why
speak(struct arena *arena, struct speech *speech)
{
	const struct speaker *speaker = speaker_of(speech->verdict->finding);
	struct span error = SPAN_NONE;
	struct why why = silence;

	if (speaker->with_error)
		error = speech->seen->error;
	speaker->speak(speech);
	if (speech->form_count > 0) {
		why.full = fit(speech, error, WHY_FULL_CELLS, arena);
		why.text = fit(speech, error, WHY_TEXT_CELLS, arena);
		why.brief = fit(speech, error, WHY_BRIEF_CELLS, arena);
		why.sentence = arena_span(arena, str_span(&speech->sentence)).at;
	}
	free_speech(speech);
	return why;
}

static struct why
words_for(const struct why_context *context, const struct speech *start)
{
	struct speech speech = *start;
	struct why why = speak(context->arena, &speech), *local;

	if (!speech.is_timed || context->local == NULL)
		return why;
	speech = *start;
	speech.zone = context->local;
	local = arena_alloc(context->arena, 1, sizeof(*local));
	*local = speak(context->arena, &speech);
	why.local = local;
	return why;
}

struct why
why_of_checkpoint(const struct why_context *context, const struct observation *seen,
	const struct verdict *verdict, const struct limits *limits, struct span partition)
{
	struct speech speech = {
		.seen = seen,
		.verdict = verdict,
		.limits = limits,
		.partition = partition,
	};

	return words_for(context, &speech);
}

struct why
why_of_job(const struct why_context *context, const struct why_job *job,
	const struct observation *worst, const struct verdict *verdict,
	const struct limits *limits, struct span partition)
{
	struct speech speech = {
		.seen = worst,
		.verdict = verdict,
		.limits = limits,
		.partition = partition,
		.job = job,
	};

	return words_for(context, &speech);
}

/* --- since when --- */

static const struct {
	enum finding finding;
	const char *words;
} finding_words[] = {
	{ FINDING_STOPPED, "stuck" },
	{ FINDING_STALLED, "standing" },
	{ FINDING_LAGGING, "lagging" },
	{ FINDING_WATERMARK, "watermark behind" },
	{ FINDING_REWOUND, "went BACK" },
	{ FINDING_LOST, "vanished" },
	{ FINDING_DAMAGED, "damaged" },
};

const char *
why_finding_words(enum finding finding)
{
	for (size_t i = 0; i < COUNT(finding_words); i++)
		if (finding_words[i].finding == finding)
			return finding_words[i].words;
	return "";
}

static void
add_moment(struct str *out, struct since since, int64_t now, const struct zone *zone,
	bool ascii)
{
	bool is_old = now - since.at >= DAY || since.at - now >= DAY;

	str_add(out, " since ");
	if (since.at_least)
		str_add(out, ascii ? ">=" : "≥");
	if (is_old)
		time_addf(out, since.at, zone, "%a %d %b %H:%M");
	else
		time_addf(out, since.at, zone, "%H:%M:%S");
	str_add(out, " (");
	duration_add(out, now - (now - since.at) % SECOND - since.at);
	str_add_char(out, ')');
}

void
why_add_since(struct str *out, enum state state, enum finding finding, struct since since,
	struct since state_since, int64_t now, const struct zone *zone, bool ascii)
{
	const char *words = why_finding_words(finding);

	str_add(out, state_word(state));
	if (state_since.at == TIME_NONE)
		return;
	add_moment(out, state_since, now, zone, ascii);
	if (since.at == TIME_NONE || since.at == state_since.at || *words == '\0')
		return;
	str_addf(out, ", %s", words);
	add_moment(out, since, now, zone, ascii);
}
