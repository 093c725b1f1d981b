/* SPDX-License-Identifier: MIT
 * What an actor's thread has at hand; for the files actor*.c only. */
#ifndef POLL_ACTOR_INSIDE_H
#define POLL_ACTOR_INSIDE_H

#include <stdatomic.h>

#include "action/session.h"
#include "poll/actor.h"

/* A copied wish. */
struct kept_wish {
	struct arena *arena; /* NULL: there is none */
	struct actor_wish wish;
};

void kept_wish_take(struct kept_wish *kept, const struct actor_wish *wish);
void kept_wish_free(struct kept_wish *kept);

/* A copied word, and those behind it. */
struct kept_word {
	struct kept_word *next;
	struct arena *arena;
	struct actor_word word;
};

struct kept_word *kept_word_new(const struct actor_word *word);
void kept_word_free(struct kept_word *kept);

/* A copied file, and those behind it. */
struct kept_file {
	struct kept_file *next;
	char *path;
	struct str bytes;
};

struct kept_file *kept_file_new(const char *path, struct span bytes);
void kept_file_free(struct kept_file *kept);

/* All of it belongs to the actor's thread. */
struct desk {
	const struct config *config;
	const atomic_bool *stop;
	const apply_end *end;
	struct who_sources sources;
	struct steward steward;

	/* What is looked at: one session for one wish. */
	struct kept_wish looked;
	struct session *session;

	/* What was done last, and is watched. */
	struct watched {
		struct session *session;
		struct plan *plan;
		struct outcome *outcome;
		uint64_t serial;
		int64_t until; /* clock_monotonic() */
		bool unseen_told;
	} watched;
};

/* Finds out who it is that works here, from its sources. */
void desk_set_up(struct desk *desk);
void desk_clear(struct desk *desk);

/* Makes the plan of desk->looked anew. */
int desk_look(struct desk *desk, struct plan **out, struct err *err);
/* The wish of desk->looked is another one: what is kept of the one before is given up. */
void desk_forget(struct desk *desk);

typedef void desk_tell(void *arg, struct answer *answer);

/* Does it; what is to be said is told, the outcome in any case. Takes the plan over. */
void desk_apply(struct desk *desk, uint64_t serial, struct plan *plan, desk_tell *tell,
	void *arg);
/* Looks whether what was done last still stands. */
void desk_watch(struct desk *desk, desk_tell *tell, void *arg);
bool desk_is_watching(const struct desk *desk);

/* Records what somebody has said; what came of it is told. */
void desk_acknowledge(
	struct desk *desk, const struct actor_word *word, desk_tell *tell, void *arg);

/* Writes it; what came of it is told. */
void desk_write_file(const struct kept_file *file, desk_tell *tell, void *arg);

struct answer *answer_new(enum answer_kind kind, uint64_t serial);

/* --- an actor that has no thread: tests let it work, one round after the other --- */

/* sources: who it is that works here; NULL: this process. actor_stop() ends it. */
int
actor_new(struct actor **out, const struct config *config, const char *const *environment,
	const struct who_sources *sources, struct err *err);
/* What the thread does until it waits. */
void actor_round(struct actor *actor);

#endif
