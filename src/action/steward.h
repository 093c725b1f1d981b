/* SPDX-License-Identifier: MIT
 * Who changes checkpoints, and by which rules: the same for the dashboard, the command
 * line and programs. */
#ifndef ACTION_STEWARD_H
#define ACTION_STEWARD_H

#include "action/apply.h"
#include "action/audit.h"
#include "base/arena.h"
#include "config/config.h"

struct steward {
	const struct config *config;
	struct who_sources sources; /* of who, and of who else runs */
	struct span program;	    /* "ckptop 1.0 cli", for the journal */
	/* Once true, stores answer no more: for threads that end. NULL: none. */
	const atomic_bool *stop;
	const apply_end *end; /* see struct apply_terms; NULL: none */
	struct arena *arena;  /* of who */
	struct who who;
	struct str name; /* of who, to be shown */
	/* What several operations have in common, for the journal: $CKPTOP_GROUP, or what
	 * is set here; none. */
	struct span group;
};

/* config, program, stop and what the sources point to are borrowed. Asks who it is, which
 * may take as long as a server of users does: not for the thread of a screen.
 * steward_end() it. */
void steward_begin(struct steward *out, const struct config *config,
	const struct who_sources *sources, struct span program, const atomic_bool *stop);
void steward_end(struct steward *steward);

/* Refuses (ERR_REFUSED): there is no place for a journal, and without one nothing can be
 * changed. Returns -1. */
int steward_no_journal(struct err *err);

/* ERR_REFUSED where there is no place for a journal, ERR_USAGE for a group that cannot be
 * one. */
int steward_check_journal(const struct steward *steward, struct err *err);

/*
 * Which of the stores of the configuration an operation was on that is to be undone,
 * whatever that store is called now, and what the journal has of it, which lives as long
 * as the arena, for struct request. ERR_NOT_FOUND, ERR_USAGE or ERR_REFUSED as
 * audit_find_operation(); ERR_USAGE where it is none of them; ERR_REFUSED where only the
 * audit of a store has it.
 */
int
steward_find_undone(const struct steward *steward, struct span op, struct arena *arena,
	const struct journal_record **record, size_t *store, struct err *err);

/*
 * Where the audit of this store has an operation that is to be undone and the journal has
 * not, says in err whose it is and what to do: see elsewhere_refuse().
 */
bool steward_refuse_elsewhere(const struct steward *steward, struct store *store,
	const struct store_config *config, struct span op, bool *unread, struct err *err);

/* Whether the journal says that an operation which can be undone was at the place where
 * this store is: all that can be said of one that cannot be read. */
bool steward_was_at(
	const struct steward *steward, struct span op, const struct store_config *config);

#endif
