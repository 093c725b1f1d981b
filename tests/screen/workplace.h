/* SPDX-License-Identifier: MIT
 * Where the dialogs of the expected screens work: the stores of the fixture as databases
 * and a directory that can be examined, made in a directory of their own, with a journal,
 * and an actor that works in the caller's thread. Nothing can be written through it: the
 * clock stands still. */
#ifndef SCREEN_WORKPLACE_H
#define SCREEN_WORKPLACE_H

#include "config/config.h"
#include "poll/actor.h"

struct workplace;

/* Makes all of it from the stores of the fixture as they are now. The working directory
 * is the fixture's. To be freed in any case. */
int workplace_new(struct workplace **out, const struct config *fixture, struct err *err);
/* Removes it. NULL is allowed. */
void workplace_free(struct workplace *workplace);

/* Somebody who works here: bob, or root. actor_stop() him. */
struct actor *workplace_actor(struct workplace *workplace, bool root, struct err *err);

/* A job saves another value meanwhile; workplace_restore() takes all of that back, at the
 * time of workplace_new(). */
int workplace_save(struct workplace *workplace, const char *store, struct key key,
	const char *value, struct err *err);
/* … or somebody runs a statement on one of the databases. */
int workplace_sql(struct workplace *workplace, const char *store, const char *statement,
	struct err *err);
/* … or writes a file into one of the directories. */
int workplace_file(struct workplace *workplace, const char *store, const char *name,
	const char *text, struct err *err);
int workplace_restore(struct workplace *workplace, struct err *err);

#endif
