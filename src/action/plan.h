/* SPDX-License-Identifier: MIT
 * The plan: exactly what a reset, delete or undo will do, row by row, with what it costs
 * and what must be confirmed. A pure function of a wish, the rows as they were examined,
 * and what was observed; the same for the dashboard, the command line and programs. */
#ifndef ACTION_PLAN_H
#define ACTION_PLAN_H

#include "action/target.h"
#include "base/digest.h"
#include "model/board.h"
#include "model/rule.h"
#include "store/store_write.h"

enum wish_kind { WISH_RESET, WISH_DELETE, WISH_UNDO };

/* "reset", "delete", "undo": also the commands that do it. */
const char *wish_word(enum wish_kind kind);

/* What the operator asks. Borrowed for the call; the plan keeps a copy. */
struct wish {
	enum wish_kind kind;
	struct reset_target target; /* WISH_RESET */
	struct span reason;
	bool while_running; /* goes on although the job runs */
	unsigned accepted;  /* enum edit_hazard */
	bool if_value_given;
	struct span if_value;  /* every row must have this value now; none: NULL */
	struct span if_digest; /* the plan must be this one: its digest, or the first
				  PLAN_DIGEST_SHOWN or more digits of it; none */
	struct span undo_of;   /* WISH_UNDO: the op */
	int64_t most;	       /* so many checkpoints it may change; 0: any number */
	/* How long is to be watched what is done, as it is said behind --watch=; empty:
	 * as long as is usual; none: nothing was said of it. Only told of. */
	struct span watch;
};

/* One row that is meant, as store_examine() gave it; everything owned by the caller. */
struct plan_subject {
	struct key key;
	struct ckpt now;
	struct span image; /* none: there is no checkpoint (of an undo only) */
	unsigned hazards;
	const char *hindrance; /* why this user may not change it; NULL: he may */
	/* WISH_UNDO: what the operation has left there, and what was there before it;
	 * none: no checkpoint. */
	struct span left, before;
	/* now and image are what another plan would leave, which is to be carried out
	 * before; see subjects_foresee(). */
	bool foreseen;
	/* The row on the board of this store; NULL: it was not observed. */
	const struct board_row *observed;
};

/* The circumstances. Borrowed for the call. */
struct plan_terms {
	int64_t now;
	struct span op;	     /* the id that the operation will have */
	struct store *store; /* for drafts: nothing is asked of the store itself */
	const struct store_config *config;
	const struct rules *rules; /* NULL: none */
	const struct board *board; /* of this store, with the rows of these jobs; NULL: it
				      was not observed */
	int64_t stale_after; /* a board whose last good read is older is too old to act
				on; 0: none is */
	const char *environment; /* its name, "" */
	bool production;
	bool require_reason;  /* in production it is required all the same */
	size_t reason_least;  /* characters */
	int64_t confirm_step; /* positions that may be read again without the name */
	int64_t changes_most; /* checkpoints that may be changed in GROUP_LATELY; 0: any
				 number */
	int64_t changed;      /* that were */
	bool journal;	      /* there is a journal that can be written */
	bool root;	      /* it is done as root */
	const char *who;
	struct span group;	 /* see struct journal_record; none. Only told of */
	const struct zone *zone; /* of the times in the words; NULL: UTC */
};

enum direction {
	DIRECTION_SAME, /* nothing is written */
	DIRECTION_REWIND,
	DIRECTION_SKIP,
	DIRECTION_CHANGE, /* to a value that cannot be ordered with the old one */
	DIRECTION_DELETE,
	DIRECTION_RESTORE, /* of an undo: as it was before the operation */
};

const char *direction_word(enum direction direction);

/* Whether the job runs, as far as could be seen. */
enum running {
	RUNNING_NO,
	RUNNING_YES,	   /* this row is saved within its cadence */
	RUNNING_SIBLINGS,  /* other partitions of the job are */
	RUNNING_NOT_KNOWN, /* not observed long enough to tell */
};

const char *running_word(enum running running);

struct plan_row {
	struct key key;
	struct span old_value, new_value; /* none: NULL, or no checkpoint */
	bool exists, will_exist;
	bool old_unreadable, new_unreadable; /* no value, for it cannot be read */
	enum direction direction;
	bool distance_known;
	int64_t distance; /* positions, or microseconds of times; never below zero */
	enum value_type type;
	struct span seen, wanted; /* images; DIRECTION_SAME has nothing wanted */
	unsigned hazards;
	enum running running;
	const char *meaning; /* "read again from 2026-11-21 19:00", "SKIPS 1 record:
				88,412,008", …: the MEANING column */
};

/* Appends what is there, and what will be: "(none)" where there is no checkpoint, "NULL",
 * and "(unreadable)". */
void plan_row_add_old(struct str *out, const struct plan_row *row);
void plan_row_add_new(struct str *out, const struct plan_row *row);

/* What it costs, a sentence each, in the order in which they are read. */
struct plan_effect {
	const char *word;     /* "effect", "first", "lag", "ok", "safe", "undo": stable */
	const char *sentence; /* whole, with numbers */
};

/* Why it cannot be done, or not without more. */
struct plan_risk {
	const char *word;     /* "running", "hazard", … stable for JSON */
	const char *sentence; /* whole, with numbers */
	bool grave;	      /* drawn as a warning */
};

enum plan_confirm {
	PLAN_CONFIRM_PLAIN, /* yes */
	PLAN_CONFIRM_NAME,  /* the name is typed */
	PLAN_CONFIRM_LOSS,  /* what is lost is typed */
};

const char *plan_confirm_word(enum plan_confirm confirm);

/* How many digits of the digest are enough to name it. */
#define PLAN_DIGEST_SHOWN 12

struct plan;

/*
 * Makes the plan; its rows are in the order of their keys. ERR_USAGE: the target makes no
 * sense for these values (its type, no start, a time on positions), a checkpoint is named
 * twice, there is none; ERR_REFUSED: what can never be done as wished (a row
 * that cannot hold it); ERR_NOT_FOUND: there is no such checkpoint; ERR_CONFLICT:
 * if_value or if_digest do not hold. A plan in which every row stays as it is, is one too
 * (plan_is_empty()): a reset to where it is, an undo of what was undone.
 */
int
plan_make(struct plan **out, const struct wish *wish, const struct plan_subject *subjects,
	size_t count, const struct plan_terms *terms, struct err *err);
void plan_free(struct plan *plan);

const struct wish *plan_wish(const struct plan *plan); /* the copy */
const struct plan_row *plan_rows(const struct plan *plan, size_t *count);
const struct plan_risk *plan_risks(const struct plan *plan, size_t *count);
const struct plan_effect *plan_effects(const struct plan *plan, size_t *count);
bool plan_is_empty(const struct plan *plan);
/* It deletes what the store has no way to bring back. */
bool plan_is_for_good(const struct plan *plan);
enum wish_kind plan_kind(const struct plan *plan);
/* Of what is asked, and the rows old and new. Not of why, when, under which op or how it
 * is confirmed: who looks first and acts then has the same one. */
struct span plan_digest(const struct plan *plan);
/* Positions that would be skipped, in all; INT64_MAX: that cannot be said. */
int64_t plan_lost(const struct plan *plan);

/* What must be typed. */
enum plan_confirm plan_confirmation(const struct plan *plan);
/* All of it: "orders-daily", "warehouse/orders-daily" in production; "skip 12043" or
 * "skip 1d4h", "skip 12043 warehouse/orders-daily" in production; "yes". */
const char *plan_phrase(const struct plan *plan);
/* The name alone: "orders-daily", "warehouse/orders-daily". */
const char *plan_name(const struct plan *plan);
/* It is refused unless while_running: and why. NULL: not so. */
const char *plan_running_refusal(const struct plan *plan);
/* It is refused for want of a reason that says something: and what to do. What a plan
 * costs can be seen before. NULL: not so. */
const char *plan_reason_refusal(const struct plan *plan);
/* It is refused whatever is typed (what was seen is too old, no journal): and why, and
 * what to do. NULL: not so. */
const char *plan_blocked(const struct plan *plan);
/* Blocks a plan for what it cannot know itself; first of all else it says why. */
void plan_block(struct plan *plan, const char *why);
/* What it would be refused for although it is confirmed: it is blocked, the reason that
 * was given is none, the job runs. ERR_REFUSED. What is yet to be given is asked for. */
int plan_check_wish(const struct plan *plan, struct err *err);
/* What would have to be taken upon oneself, as the option for it is called:
 * "replace-damaged", "break-hardlink", "accept-no-cas". NULL: nothing that is not yet. */
const char *plan_hazard_wanted(const struct plan *plan);
/* What somebody takes upon himself who types these words, for the wish (enum
 * edit_hazard); other words are nothing. */
unsigned plan_hazards_typed(struct span words);

/* Refuses what is beyond a limit of plan_terms. An undo is not: it takes back. */
int plan_check_limit(
	const struct plan *plan, int64_t changes_most, int64_t changed, struct err *err);

/* How it was confirmed. Of the texts those that were not given are none. */
struct plan_answer {
	bool yes;	    /* a plain yes, of a person or --yes */
	struct span name;   /* what was typed or given with --confirm */
	struct span loss;   /* with --confirm-skip: the number, or "skip N"; what was
			       typed: the whole phrase */
	bool while_running; /* typed or given */
};

/* Takes the answer; made → confirmed. ERR_REFUSED says what is missing, and that nothing
 * was written; then another answer may be given. */
int plan_confirm(struct plan *plan, const struct plan_answer *answer, struct err *err);
bool plan_is_confirmed(const struct plan *plan);

/* For action/apply alone: confirmed → begun, once. ERR_REFUSED else. */
int plan_begin(struct plan *plan, struct err *err);

/* The options of ckptop that choose the store, quoted for a shell: "-s dir:files". */
const char *plan_call(const struct plan *plan);

/* The command that would do the same, complete and pasteable, without the confirmation.
 */
void plan_add_command(const struct plan *plan, struct str *out);

/* The whole plan as text, as --dry-run prints it: everything has passed safe_text(). */
void plan_add_text(const struct plan *plan, struct str *out);

/* The same as one JSON object; docs/man/ckptop.1, PLANS, has the members. */
void plan_add_json(const struct plan *plan, struct str *out);

#endif
