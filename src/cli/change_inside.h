/* SPDX-License-Identifier: MIT
 * One change on its way. Only for the files of change.h. */
#ifndef CLI_CHANGE_INSIDE_H
#define CLI_CHANGE_INSIDE_H

#include "action/apply.h"
#include "action/subjects.h"
#include "base/arena.h"
#include "base/token.h"
#include "cli/change.h"
#include "cli/look.h"

struct change_flow {
	struct cli *cli;
	struct wish *wish;
	struct look look;
	size_t store; /* which one, of the look */
	bool *begun;  /* of which stores an operation was not ended */
	struct key *keys;
	size_t key_count;

	struct store *handle;	 /* to write; of a dry run to read */
	struct journal *journal; /* of a dry run: none */
	const char *journal_path;
	struct arena *arena;
	struct who who;
	struct str name; /* of who, to be shown */
	char op[TOKEN_SIZE];
	struct str lasting, present; /* which store it is */

	struct subjects *subjects;
	struct plan *plan;
	struct outcome *outcome;
};

/* Asks for what the plan wants, of a person or of the options. ERR_REFUSED: no. */
int change_ask(struct change_flow *flow, struct err *err);

/* Says what the plan is, and what came of it. */
void change_tell_plan(struct change_flow *flow);
void change_tell_outcome(struct change_flow *flow);

/* Waits and looks whether the job saves over it. ERR_CONFLICT: it did. */
int change_watch(struct change_flow *flow, const struct apply_terms *terms,
	int64_t duration, struct err *err);

#endif
