/* SPDX-License-Identifier: MIT
 * One change on its way. Only for the files of change.h. */
#ifndef CLI_CHANGE_INSIDE_H
#define CLI_CHANGE_INSIDE_H

#include "action/selection.h"
#include "action/session.h"
#include "cli/change.h"
#include "cli/look.h"

struct change_group;

struct change_flow {
	struct cli *cli;
	struct wish *wish;
	const struct change_group *group; /* whose next it is; NULL: alone */
	struct look look;
	size_t store; /* which one, of the look */
	struct selection selection;
	const struct journal_record *undone; /* an undo: what the journal has of it */

	struct steward steward;
	struct arena *arena;
	struct session *session;
	struct plan *plan;
	struct outcome *outcome;
};

/* From the wish to what came of it; cli, wish and group are given. change_end() it in any
 * case. */
int change_carry(struct change_flow *flow, struct err *err);
void change_end(struct change_flow *flow);

/* Ends what others began and did not end, where something is to be written. Fails where
 * nothing can be changed. */
int change_recover(struct cli *cli, struct err *err);

/* The plans for the same store that come before it, when nothing is written: it is to be
 * planned for what they would leave. The list lives as long as the flow. */
const struct plan *const *change_group_before(
	const struct change_group *group, const struct change_flow *flow, size_t *count);

/* Looks at all stores and finds out what is meant: flow->store, and flow->selection or
 * flow->undone with the whole id of it in the wish. */
int change_find(struct change_flow *flow, struct err *err);

/* Asks for what the plan wants, of a person or of the options. ERR_REFUSED: no. */
int change_ask(struct change_flow *flow, struct err *err);

/* Says what the plan is, and what came of it. */
void change_tell_plan(struct change_flow *flow);
void change_tell_outcome(struct change_flow *flow);

/* For programs: why nothing was tried, and the plan as far as it was made. */
void change_tell_refusal(struct change_flow *flow, const struct err *err);
/* The member "error" of that, and of others. */
void change_add_error(struct str *out, const struct err *err);

/* Waits and looks whether the job saves over it. ERR_CONFLICT: it did. */
int change_watch(struct change_flow *flow, int64_t duration, struct err *err);

#endif
