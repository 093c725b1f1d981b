/* SPDX-License-Identifier: MIT
 * Doing what was confirmed: the intent into the journal, the guarded change with its
 * audit, a look at what is there then, the outcome into the journal. */
#ifndef ACTION_APPLY_H
#define ACTION_APPLY_H

#include "action/journal.h"
#include "action/plan.h"

/* Why the program ends, set by another thread; NULL: it goes on. */
typedef _Atomic(const char *) apply_end;

/* What is at hand. All borrowed. */
struct apply_terms {
	struct store *store; /* opened to write */
	const struct store_config *config;
	struct journal *journal;
	const char *journal_path;
	const struct who *who;
	struct span program; /* "ckptop 1.0 cli" */
	struct span group;   /* see struct journal_record */
	struct span op;	     /* the one that the plan was made with */
	/* What store_identify() said of the store when the plan was made. */
	struct span lasting, present;
	/* The program that is told of every outcome once it is in the journal, with this
	 * environment; NULL: there is none. stop as in struct store_config. */
	const char *hook;
	const char *const *environment;
	const atomic_bool *stop;
	/* Once it is set, what makes the program end ("hangup"): what fails then has
	 * failed by that. NULL: nothing does. */
	const apply_end *end;
	/* May be NULL: called between the intent and the change. */
	void (*before_change)(void *arg);
	void *arg;
};

/* Whether a record tells of the store that has said this of itself to store_identify().
 */
bool apply_is_store_of(
	const struct journal_record *record, struct span lasting, struct span present);

enum row_result {
	ROW_DONE,
	ROW_SAME, /* there was nothing to do */
	ROW_CONFLICT,
	ROW_FAILED,
	ROW_UNKNOWN,
	ROW_OVERWRITTEN, /* done, and already saved over by somebody else */
};

const char *row_result_word(enum row_result result);

/* What became of one row of the plan. */
struct outcome_row {
	struct key key;
	enum row_result result;
	struct err err; /* why, where it is not DONE or SAME; of DONE what is left behind
			   (see struct edit) */
	struct span now_value;	/* CONFLICT, OVERWRITTEN: what is there instead; none */
	struct span now_damage; /* OVERWRITTEN: why that cannot be read; none */
	struct span made;   /* DONE: the image that is there, where it is not all that the
			       plan wants (see struct edit); none: it is */
	struct span unlike; /* DONE: the columns that are not, as a list; none: the table
			       has set the time of the save by itself */
	bool now_exists;
	bool just_now;	   /* OVERWRITTEN: the last look has found it so */
	struct err unseen; /* DONE: why the last look could not see whether it is there */
};

struct outcome {
	struct span op;
	enum journal_phase phase;
	const struct outcome_row *rows; /* as many as the plan has, in its order */
	size_t row_count;
	size_t done, same, conflicts, failed, unknown, overwritten;
	size_t unseen;	/* of those that are done: the last look could not see them */
	bool read_back; /* the first one could see all of them */
	bool left;	/* something is left behind, which apply_resolve() removes */
	struct err
		journal_err; /* the change was made, its outcome could not be recorded */
	struct err hook_err; /* it was recorded, and the hook failed */
};

/*
 * Applies a confirmed plan, once. Returns 0 with *out when every row is as it was meant
 * to be; else -1 with *out and err: ERR_CONFLICT, ERR_FAILED, ERR_REFUSED,
 * ERR_UNREACHABLE when nothing was changed, ERR_PARTIAL when something was, ERR_UNKNOWN.
 * *out is NULL where nothing was tried: the plan is not confirmed or was applied before,
 * the store is not the one it was made for, there can be no record in the journal.
 */
int apply_plan(struct outcome **out, struct plan *plan, const struct apply_terms *terms,
	struct err *err);
void outcome_free(struct outcome *outcome);

/*
 * Looks whether what was done is still there: rows that somebody has saved over since
 * become OVERWRITTEN, and the journal is told of them (what fails of that is in
 * journal_err). Rows that cannot be looked at stay DONE, with unseen. Returns how many
 * were found overwritten by this call. Any handle to this store will do.
 */
size_t apply_watch(struct outcome *outcome, const struct plan *plan,
	const struct apply_terms *terms, struct store *store);

/*
 * Finds out what became of operations on this store that were begun by somebody who is
 * gone, ends them and tells the journal. told is called for each with what is to be said;
 * what even now is not known stays open. *found: how many were looked into.
 */
typedef void resolve_fn(void *arg, const char *text);

int apply_resolve(const struct apply_terms *terms, const struct who_sources *here,
	resolve_fn *told, void *arg, size_t *found, struct err *err);

#endif
