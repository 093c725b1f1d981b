/* SPDX-License-Identifier: MIT */
#include "action/journal.h"

static const struct {
	const char *word;
	bool is_open;
} phases[] = {
#define JOURNAL_PHASE(name, word, is_open, meaning) { word, is_open },
#include "action/journal.def"
#undef JOURNAL_PHASE
};

static const char *const actions[] = {
#define JOURNAL_ACTION(name, word, meaning) word,
#include "action/journal.def"
#undef JOURNAL_ACTION
};

const char *
journal_phase_word(enum journal_phase phase)
{
	return phases[phase].word;
}

bool
journal_phase_is_open(enum journal_phase phase)
{
	return phases[phase].is_open;
}

const char *
journal_action_word(enum journal_action action)
{
	return actions[action];
}
