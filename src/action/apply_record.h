/* SPDX-License-Identifier: MIT
 * What the journal is told of a plan. Only for the files of action/. */
#ifndef ACTION_APPLY_RECORD_H
#define ACTION_APPLY_RECORD_H

#include "action/apply.h"

enum journal_action apply_action(enum wish_kind kind);

/* What the journal is told of which store it is: its id for good, where it has one. */
struct span apply_identity(const struct apply_terms *terms);

/* An identity that init has made, with the audit, begins with its id; what has none may
 * be made anew by its pipeline at any time. */
bool apply_is_lasting(struct span identity);

/* Whether its intent would be taken now, with room for its outcome: see journal_try(). */
int apply_record_try(
	const struct apply_terms *terms, const struct plan *plan, struct err *err);

/* The same where nothing may be written: see journal_look(). */
int apply_record_look(const struct apply_terms *terms, const struct plan *plan,
	const struct journal_settings *settings, struct err *err);

/* Appends the intent of a plan. head as in journal_append(). */
int apply_record_intent(const struct apply_terms *terms, const struct plan *plan,
	char *head, struct err *err);

/* Appends its outcome, and then tells the hook; what fails is in the outcome. */
int apply_record_outcome(const struct apply_terms *terms, const struct plan *plan,
	struct outcome *outcome);

/* Refuses a store that says this of itself now, where it said something else when the
 * plan was made. */
int apply_check_present(
	const struct apply_terms *terms, struct span present, struct err *err);

/* Whether a store which had this identity has another one now only because its reset_sql
 * was edited and writes another table: appends which ones. lasting, present: of
 * store_identify(); when: it had the first one ("at that operation"). */
bool apply_tell_rewritten(struct str *out, const struct store *store, struct span was,
	struct span lasting, struct span present, const char *when);

/* Refuses a store that is not the one which the journal knows under this name; lasting:
 * its identity, empty where it has none. */
int
apply_check_pin(const struct apply_terms *terms, struct span lasting, struct err *err);

#endif
