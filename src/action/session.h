/* SPDX-License-Identifier: MIT
 * A steward at one store: the steps from a wish to what became of it. Whoever asks for
 * them only shows the plan, has it confirmed, and tells of the outcome. */
#ifndef ACTION_SESSION_H
#define ACTION_SESSION_H

#include "action/apply.h"
#include "action/steward.h"

/* What is asked, and what was observed. All borrowed for the call. */
struct request {
	const struct wish *wish;
	/* WISH_RESET: where to as it was typed, to be read when the plan is made; NULL:
	 * it was read before, and is in the wish. */
	const struct span *target;
	const struct key *keys; /* WISH_RESET, WISH_DELETE */
	size_t key_count;
	/* WISH_UNDO: what audit_find_operation() has just found of it in the journal;
	 * NULL: it is looked up when the plan is made. */
	const struct journal_record *undone;
	const struct board *board; /* NULL: nothing was observed */
	int64_t stale_after;	   /* see struct plan_terms */
	/* Plans for this store that would be carried out before this one, in their
	 * order; the checkpoints are then taken as these leave them. */
	const struct plan *const *before;
	size_t before_count;
};

/* Belongs to the thread that makes it. */
struct session;

/* Nothing is opened yet. steward and the texts of config are borrowed for the life of
 * the session. session_free() it; NULL is allowed there. */
struct session *
session_new(const struct steward *steward, const struct store_config *config);
void session_free(struct session *session);

/*
 * Makes the plan anew from what is in the store now; the first one decides which store is
 * meant, whatever its name leads to later, and which id the operation will have. Opens
 * the store to read, unless it is open. After ERR_UNREACHABLE and ERR_FAILED the next
 * call opens it anew. Else it fails as store_open(), subjects_examine(), plan_make() do.
 */
int session_plan(struct session *session, const struct request *request,
	struct plan **out, struct err *err);

/*
 * Opens the store and the journal to write, and ends what others have begun in the store
 * and left behind: told is called with what is to be said of it. Whatever could refuse
 * the change does so here. ERR_REFUSED also where it is not the store of the plan.
 */
int session_begin(struct session *session, resolve_fn *told, void *arg, struct err *err);

/*
 * Whether the journal would take what has to be recorded of this plan: what is wrong with
 * it, or with the room for it, is to be said before anybody is asked. Opens the journal
 * to write, and keeps room in it where its file system can: that tells of quotas as well,
 * and nobody takes it while the plan is read. session_apply() looks again all the same.
 * Nothing to do for a plan that cannot be confirmed or would change nothing, and while
 * the clock stands still, as for tests, when nothing is written; and once for each plan,
 * which is made anew every second while a person reads it.
 */
int session_try(struct session *session, const struct plan *plan, struct err *err);

/* The same where nothing is to be written, and without an open journal: a plan that the
 * journal would not take is blocked, and says why. */
void session_foresee(const struct session *session, struct plan *plan);

/* The id that the change will have, or has; "" before the first plan. */
const char *session_operation(const struct session *session);

/* As apply_plan(), once, of a session that has begun. */
int session_apply(struct session *session, struct plan *plan, struct outcome **out,
	struct err *err);

/* As apply_watch(), of what session_apply() has done. */
size_t
session_watch(struct session *session, const struct plan *plan, struct outcome *outcome);

/* As place_pin(), of a session that has begun. */
int session_pin(struct session *session, struct span reason, struct err *err);

#endif
