/* SPDX-License-Identifier: MIT
 * What is said of checkpoints that stand, are gone or cannot be trusted; and the table of
 * all that is said. */
#include <stdlib.h>

#include "model/number.h"
#include "model/why_speech.h"

#define STORE_CELLS 12

static void
speak_stalled(struct speech *speech)
{
	const struct observation *seen = speech->seen;
	struct str *form = speech_form(speech);

	if (speech_is_plural(speech)) {
		speech_add_who_and(speech, form);
		str_add(form, "save, but stand");
		form = speech_form(speech);
		speech_add_who_and(speech, form);
		str_add(form, "stand");
	} else {
		speech_add_who_and(speech, form);
		str_add(form, "saves, but stands at ");
		speech_add_value_brief(form, &seen->value);
		form = speech_form(speech);
		speech_add_who_and(speech, form);
		str_add(form, "stands at ");
		speech_add_value_brief(form, &seen->value);
		form = speech_form(speech);
		speech_add_who_and(speech, form);
		str_add(form, "stands");
	}
	speech_add_subject(speech, &speech->sentence, "saves, but stands at ",
		"save, but stand; the worst at ");
	speech_add_value(&speech->sentence, &seen->value);
	str_add(&speech->sentence, " while the source moves on");
	speech_add_error(speech);
	speech_add_habit(speech);
	str_add_char(&speech->sentence, '.');
	speech_add_others(speech);
}

static void
speak_stopped(struct speech *speech)
{
	struct str *form = speech_form(speech);

	speech_add_who_and(speech, form);
	str_add(form, "stuck");
	if (speech->seen->error.len > 0 && !speech_add_who(speech, speech_form(speech)))
		str_add(&speech->forms[1], "stuck");
	speech_add_subject(speech, &speech->sentence, "has not moved", "have not moved");
	speech_add_error(speech);
	speech_add_habit(speech);
	str_add_char(&speech->sentence, '.');
	speech_add_others(speech);
}

/* --- what is certain --- */

static void
speak_unreachable(struct speech *speech)
{
	struct span store = speech->seen->store, trouble = speech->seen->store_trouble;
	struct str *form = speech_form(speech);

	str_add(form, "store ");
	str_add_span(form, store);
	str_add(form, " unreachable");
	form = speech_form(speech);
	str_add_span(form, store);
	str_add(form, " unreachable");
	form = speech_form(speech);
	speech_add_cut(form, store, STORE_CELLS);
	str_add(form, " down");
	str_add(&speech->sentence, "store ");
	str_add_span(&speech->sentence, store);
	if (trouble.len == 0) {
		str_add(&speech->sentence, " cannot be read; these are the last values.");
		return;
	}
	str_add(&speech->sentence, " cannot be read; these are the last values: ");
	str_add_span(&speech->sentence, trouble);
}

static void
speak_damaged(struct speech *speech)
{
	struct span damage = speech->seen->damage;
	struct str *form = speech_form(speech);

	if (damage.len == 0)
		damage = SPAN("value unreadable");
	if (speech_is_plural(speech) && speech->job->damaged_unlike)
		damage = SPAN("damaged");
	if (speech_add_who(speech, form))
		str_add(form, ": ");
	str_add_span(form, damage);
	str_add_span(speech_form(speech), damage);
	speech_add_subject(
		speech, &speech->sentence, "cannot be read: ", "cannot be read: ");
	str_add_span(&speech->sentence, damage);
	if (!speech_is_plural(speech) && speech->seen->damage_detail.len > 0) {
		str_add(&speech->sentence, " (");
		str_add_span(&speech->sentence, speech->seen->damage_detail);
		str_add_char(&speech->sentence, ')');
	}
	str_add_char(&speech->sentence, '.');
}

static void
speak_lost(struct speech *speech)
{
	struct str *form = speech_form(speech);

	speech_add_who_and(speech, form);
	str_add(form, "vanished");
	speech_add_subject(speech, &speech->sentence, "vanished from the store",
		"vanished from the store");
	if (!speech_is_plural(speech) && speech->seen->value.text.len > 0) {
		str_add(&speech->sentence, "; the last value was ");
		speech_add_value(&speech->sentence, &speech->seen->value);
	}
	str_add_char(&speech->sentence, '.');
}

static void
add_range(struct str *out, int64_t least, int64_t most, add_number_fn *add_number)
{
	/* One in a hundred apart counts as one number. */
	if ((double)most - (double)least > (double)llabs(most) / 100) {
		add_number(out, least);
		str_add(out, "..");
	}
	add_number(out, most);
}

static bool
fell_by_numbers(const struct speech *speech)
{
	return speech_is_plural(speech) ? speech->job->numbers
					: speech->seen->went_back_to.type == VALUE_INT;
}

/* "918k -> 0": of several the range from the lowest to the highest. */
static void
add_fall(const struct speech *speech, struct str *out, bool is_long)
{
	const struct observation *seen = speech->seen;
	const struct why_job *job = speech->job;
	add_number_fn *add_number = is_long ? number_add_grouped : number_add_brief;

	if (speech_is_plural(speech) && fell_by_numbers(speech)) {
		add_range(out, job->from_least, job->from_most, add_number);
		str_add(out, is_long ? " to " : " -> ");
		add_range(out, job->to_least, job->to_most, add_number);
	} else if (is_long) {
		speech_add_value(out, &seen->went_back_from);
		str_add(out, " to ");
		speech_add_value(out, &seen->went_back_to);
	} else {
		speech_add_value_brief(out, &seen->went_back_from);
		str_add(out, " -> ");
		speech_add_value_brief(out, &seen->went_back_to);
	}
}

static void
add_rewound_form(
	struct speech *speech, bool with_who, const char *verb, const char *behind)
{
	struct str *form = speech_form(speech);

	if (with_who)
		speech_add_who_and(speech, form);
	str_add(form, verb);
	add_fall(speech, form, false);
	str_add(form, behind);
}

/* "BACK to 0": where it stands now, when there is no room for more. */
static void
add_back_form(struct speech *speech, bool with_who)
{
	const struct why_job *job = speech->job;
	struct str *form = speech_form(speech);

	if (with_who)
		speech_add_who_and(speech, form);
	str_add(form, "BACK to ");
	if (speech_is_plural(speech) && fell_by_numbers(speech))
		add_range(form, job->to_least, job->to_most, number_add_brief);
	else
		speech_add_value_brief(form, &speech->seen->went_back_to);
}

static void
speak_rewound(struct speech *speech)
{
	const char *by =
		speech->seen->half_asked ? ", no record on this host" : ", by UNKNOWN";
	struct str who = { 0 };
	bool named;

	speech->names_first = true;
	named = speech_add_who(speech, &who);
	str_free(&who);
	add_rewound_form(speech, true, named ? "set " : "went BACK ", by);
	add_rewound_form(speech, true, named ? "" : "set ", by);
	add_rewound_form(speech, true, "set ", "");
	if (fell_by_numbers(speech))
		add_rewound_form(speech, true, "", "");
	add_back_form(speech, true);
	add_back_form(speech, false);
	str_add(speech_form(speech), "went BACK");
	speech_add_subject(
		speech, &speech->sentence, "went back from ", "went back from ");
	add_fall(speech, &speech->sentence, true);
	if (speech_is_plural(speech) && fell_by_numbers(speech)) {
		str_add(&speech->sentence, ", together by ");
		number_add_grouped(&speech->sentence, speech->job->fall);
	}
	speech_add_error(speech);
	speech_add_nobody(speech);
	str_add(&speech->sentence, " It counts until the old value is passed again.");
	if (speech->seen->lost.at != TIME_NONE)
		str_add(&speech->sentence, " Since then it has vanished.");
}

static void
speak_blind(struct speech *speech)
{
	struct str max = { 0 }, *form = speech_form(speech);

	number_add_brief(&max, speech->verdict->limit);
	speech_add_who_and(speech, form);
	str_addf(form, "lag not known, max %s", str_text(&max));
	str_addf(speech_form(speech), "lag not known, max %s", str_text(&max));
	str_add(speech_form(speech), "lag not known");
	str_addf(&speech->sentence,
		"The lag is not known, so nobody can say whether its limit of %s is "
		"kept: the "
		"head cannot be read, or the value cannot be compared with it.",
		str_text(&max));
	str_free(&max);
}

static const struct speaker speakers[FINDINGS] = {
	[FINDING_NONE] = { speak_none, true },
	[FINDING_DORMANT] = { speak_dormant, false },
	[FINDING_IDLE] = { speak_idle, false },
	[FINDING_DONE] = { speak_done, false },
	[FINDING_RECOVERED] = { speak_recovered, false },
	[FINDING_REPLAYING] = { speak_replaying, false },
	[FINDING_REPEATED] = { speak_repeated, false },
	[FINDING_FUTURE] = { speak_future, false },
	[FINDING_AHEAD] = { speak_ahead, true },
	[FINDING_WATERMARK] = { speak_watermark, true },
	[FINDING_LAGGING] = { speak_lagging, true },
	[FINDING_STALLED] = { speak_stalled, true },
	[FINDING_STOPPED] = { speak_stopped, true },
	[FINDING_BLIND] = { speak_blind, false },
	[FINDING_UNREACHABLE] = { speak_unreachable, false },
	[FINDING_DAMAGED] = { speak_damaged, false },
	[FINDING_LOST] = { speak_lost, false },
	[FINDING_REWOUND] = { speak_rewound, false },
};

const struct speaker *
speaker_of(enum finding finding)
{
	return &speakers[finding];
}
