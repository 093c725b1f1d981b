/* SPDX-License-Identifier: MIT
 * The thread that changes what a person has confirmed, and looks beforehand what that
 * would do. It owns its store handles; the caller's thread never touches a store. */
#ifndef POLL_ACTOR_H
#define POLL_ACTOR_H

#include "action/journal.h"
#include "action/plan.h"
#include "config/config.h"

struct actor;

/* What somebody thinks of changing. Copied, but for the board. */
struct actor_wish {
	uint64_t serial;   /* of the one who asks: answers carry it */
	unsigned revision; /* of what he asks: answers to another one are of no use */
	const char *store;
	enum wish_kind kind;
	const struct key *keys; /* WISH_RESET, WISH_DELETE */
	size_t key_count;
	struct span target; /* WISH_RESET: as it was typed */
	struct span reason;
	struct span undo_of;	   /* WISH_UNDO */
	bool while_running;	   /* goes on although the job runs */
	unsigned accepted;	   /* see struct wish */
	const struct board *board; /* what was observed; NULL: nothing. The actor takes a
				      reference of its own */
	int64_t stale_after;	   /* see struct plan_terms */
};

/* What somebody says about something that went back or is gone. Copied. */
struct actor_word {
	const char *store;
	const struct journal_row *rows; /* as struct acknowledgement has them */
	size_t count;
	int64_t after, until;
	struct span reason;
};

/* config and environment are borrowed. */
int actor_start(struct actor **out, const struct config *config,
	const char *const *environment, struct err *err);

/*
 * Ends it, for which it waits up to a second. What is being written is written to its
 * end, or its outcome is in the journal as not known. False: it hangs in the kernel and
 * is left; then what it borrows must live until the process ends. NULL is allowed.
 */
bool actor_stop(struct actor *actor);

/* Before actor_stop(): what makes the program end ("hangup"; it must live on). What is
 * being written and was not committed yet has failed by that, as the journal is told. */
void actor_end(struct actor *actor, const char *why);

/* Readable when there are answers. */
int actor_fd(const struct actor *actor);

/* Looks what the wish would do, and again every second, until it is forgotten or another
 * one comes. Each time there is an answer. */
void actor_look(struct actor *actor, const struct actor_wish *wish);
/* Looks no more. What is being written goes on. */
void actor_forget(struct actor *actor);

/* Does what was confirmed, once, and watches for a while whether somebody saves over it.
 * Takes the plan over, which is the one of the last answer. */
void actor_apply(struct actor *actor, uint64_t serial, struct plan *plan);

/* Records it in the journal. The answer is an outcome without a serial. */
void actor_acknowledge(struct actor *actor, const struct actor_word *word);

/* Writes a file that is not there yet, for its owner alone. Both are copied. */
void actor_write_file(struct actor *actor, const char *path, struct span bytes);

enum answer_kind {
	ANSWER_PLAN,	/* plan, or err says why there is none */
	ANSWER_OUTCOME, /* of actor_apply() and actor_acknowledge(): text, and err where
			   it failed */
	ANSWER_NEWS,	/* text: what was found out later, or before */
	ANSWER_FILE,	/* text: what came of a file; no store has changed */
};

/* Belongs to whoever takes it; answer_free() it. */
struct answer {
	enum answer_kind kind;
	uint64_t serial;
	unsigned revision; /* ANSWER_PLAN: of the wish that was looked at */
	struct plan *plan; /* may be taken out */
	struct err err;
	struct str text;
	struct answer *next; /* of the actor */
};

/* The next answer, oldest first; NULL: there is none, and the descriptor is clear. Of
 * plans only the newest is kept. */
struct answer *actor_take(struct actor *actor);
void answer_free(struct answer *answer);

#endif
