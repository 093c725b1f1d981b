/* SPDX-License-Identifier: MIT
 * A plan while it is made, and what is in it. Only for the files of the plan. */
#ifndef ACTION_PLAN_INSIDE_H
#define ACTION_PLAN_INSIDE_H

#include "action/plan.h"
#include "action/plan_metadata.h"
#include "base/arena.h"
#include "model/metadata.h"

enum plan_state { PLAN_MADE, PLAN_CONFIRMED, PLAN_BEGUN };

struct plan {
	struct arena *arena; /* of everything here */
	struct wish wish;
	enum plan_state state;
	const char *store, *call; /* name of the store, and the options that choose it */
	const char *environment;
	struct span group; /* none: it is of none */
	bool production;
	struct plan_row *rows;
	size_t row_count, changes; /* rows that are changed */
	struct plan_risk *risks;
	size_t risk_count, risk_room;
	struct plan_effect *effects;
	size_t effect_count, effect_room;
	char digest[DIGEST_SIZE];
	int64_t lost;	  /* positions; INT64_MAX: not known */
	const char *loss; /* what is lost, as it is typed; NULL: nothing, or not known */
	enum plan_confirm confirm;
	const char *name, *phrase;
	const char *running_refusal, *reason_refusal, *blocked;
	bool is_for_good;  /* see plan_is_for_good() */
	unsigned blocking; /* enum edit_hazard: which one blocks it, 0 none does */
};

/* What is known of one row while the plan is made. */
struct plan_item {
	const struct plan_subject *subject;
	struct plan_row *row;
	struct value old, new; /* OPAQUE without a text: there is none */
	enum metadata_fate fate;
	bool moved_on;	       /* an undo, and the row is not as it was left */
	struct metadata told;  /* what the present metadata says */
	bool is_reset_of_ours; /* the last save is a reset, and no job's */
};

struct making {
	struct plan *plan;
	const struct wish *wish;
	const struct plan_terms *terms;
	struct plan_item *items; /* in the order of the rows */
	size_t count;
};

/* --- plan_check.c --- */

/* There is no reason, or none that says anything. */
void plan_find_reason(const struct making *making);

/* There is one, and it is refused. */
bool plan_is_reason_bad(const struct plan *plan);

/* What the wish says the rows, and the plan, must be: ERR_CONFLICT. */
int plan_check_value(const struct making *making, struct err *err);
int plan_check_digest(const struct making *making, struct err *err);

/* Finds what nothing that is typed can help against. */
void plan_find_block(const struct making *making);

/* --- plan_hazards.c --- */

/* Blocks the plan where a row has a hazard that is not taken upon oneself. */
void plan_find_hazard(const struct making *making);
/* The others, as risks. */
void plan_add_hazards(const struct making *making);
/* Their words for JSON, quoted and with commas. */
void plan_add_hazard_words(struct str *out, unsigned hazards);
/* Which job it is of was guessed from the name of its file. */
bool plan_is_guessed(const struct making *making, const struct plan_item *item);
void plan_add_guesses(const struct making *making);
/* The options that take them upon oneself. */
void plan_add_hazard_options(struct str *out, unsigned accepted);

/* --- plan_value.c --- */

/* How values of this job are read. */
struct value plan_parse(const struct making *making, struct key key, struct span text);

/* Where the target leads from this value; *out is cleared first. ERR_USAGE. */
int plan_resolve(const struct making *making, const struct plan_item *item,
	struct str *out, struct err *err);

/* What a value is: "a whole number", "a date or time", …. */
const char *plan_value_words(const struct value *value);

/* --- plan_row.c --- */

/* Fills the row of an item: what it becomes, and which way that is. */
int plan_fill_row(const struct making *making, struct plan_item *item, struct err *err);

/* --- plan_running.c --- */

/* Whether the job of each row runs, and why it is refused then. */
void plan_find_running(const struct making *making);

/* --- plan_words.c --- */

void plan_add_meanings(const struct making *making);

bool plan_value_is_last(const struct making *making);

/* All that an image holds of a row, as a list; NULL: the whole row. */
const char *plan_kept(const struct making *making);

/* Of these what a reset sets, and so an undo of one. */
const char *plan_restored(const struct making *making);

/* A position, so far behind, as people read it; everything else as it is stored. */
void plan_add_value(struct str *out, const struct value *value, int64_t shift);

/* Copies a text into the plan, and ends it. */
const char *plan_text(struct plan *plan, struct str *text);

/* "1 record", "12,043 records"; bytes of an LSN; a duration of times. */
void plan_add_amount(struct str *out, enum value_type type, int64_t amount);

/* "p7", or "orders-daily/7" where the plan has rows of several jobs. */
void plan_add_row_name(struct str *out, const struct making *making, struct key key);

/* --- plan_effects.c --- */

void plan_add_effects(const struct making *making);

/* --- plan_outlook.c --- */

/* Appends how far behind the job is then, and how long that takes; nothing where it has
 * no meaning. */
void plan_add_outlook(struct str *out, const struct making *making);

/* --- plan_risks.c --- */

void plan_add_risks(const struct making *making);

/* Ends the text. */
void plan_add_risk(
	const struct making *making, const char *word, bool grave, struct str *text);

void plan_add_plain_risk(
	const struct making *making, const char *word, bool grave, const char *sentence);

bool plan_is_changed(const struct plan_item *item);

/* The first row for which something holds, and how many there are. */
typedef bool plan_holds_fn(const struct making *making, const struct plan_item *item);

size_t plan_find(const struct plan_item **first, const struct making *making,
	plan_holds_fn *holds);

/* A risk that single rows have; word and grave as in struct plan_risk. */
struct plan_row_risk {
	const char *word;
	bool grave;
	plan_holds_fn *holds;
	/* Appends its sentence. first: of the rows that have it; count: how many. */
	void (*say)(struct str *out, const struct making *making,
		const struct plan_item *first, size_t count);
};

/* Only where a row has it. */
void plan_add_row_risk(const struct making *making, const struct plan_row_risk *risk);

/* "p7", "p7 and 2 others". */
void plan_add_rows(struct str *out, const struct making *making,
	const struct plan_item *first, size_t count);

/* The text, or what stands for none. */
void plan_add_value_or(struct str *out, struct span value, const char *none);

/* --- plan_risks_kept.c --- */

/* What an image does not hold is neither compared nor brought back. */
void plan_add_kept_risks(const struct making *making);

/* An undo, and what is there now differs from what was there before also in columns that
 * a reset cannot set. */
bool plan_is_unlike(const struct making *making, const struct plan_item *item);

/* Appends which rows and columns these are, as a sentence without its end. */
void plan_add_unlike(struct str *out, const struct making *making,
	const struct plan_item *first, size_t count);

/* --- plan_risks_position.c --- */

void plan_add_position_risks(const struct making *making);

/* --- plan_digest.c --- */

void plan_make_digest(const struct making *making);

/* --- plan_confirm.c --- */

void plan_choose_confirmation(const struct making *making);

#endif
