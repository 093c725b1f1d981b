/* SPDX-License-Identifier: MIT
 *
 * libckpt: checkpoints for pipelines.
 *
 *	struct ckpt_handle *ckpt;
 *	if (ckpt_open(&ckpt, "sqlite:/var/lib/etl/state.db") != CKPT_OK)
 *		errx(1, "%s", ckpt_error(ckpt));
 *	ckpt_load(ckpt, "orders", "0", &value, NULL);
 *	...
 *	ckpt_save(ckpt, "orders", "0", "88412007", "{\"host\":\"worker-07\"}");
 *	ckpt_close(ckpt);
 *
 * A handle belongs to one thread and one process; in any other every call fails.
 *
 * A save is fenced: it is made only if the checkpoint still has the value that this
 * handle loaded or saved last (or is still absent, if the load found none), so that a job
 * whose checkpoint was reset under it stops at its next save with CKPT_FENCED instead of
 * undoing the reset. A key that was never loaded is loaded first. After CKPT_OK a save
 * survives a power loss.
 *
 * Texts are UTF-8 and end in a NUL. A partition may be empty, a job may not.
 *
 * What a person does with ckptop(1), a program does with the second half of this header:
 * plan a reset, a delete or an undo, have it confirmed, apply it. */
#ifndef CKPT_H
#define CKPT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ckpt_status {
	CKPT_OK = 0,
	CKPT_FAILED = 1,    /* not done; ckpt_error() says why */
	CKPT_USAGE = 2,	    /* the arguments make no sense */
	CKPT_NOT_FOUND = 3, /* no such checkpoint: start from the beginning */
	CKPT_REFUSED = 4,   /* read-only, or a damaged checkpoint is in the way */
	CKPT_UNREACHABLE =
		5,	 /* the store does not answer: do NOT start from the beginning */
	CKPT_FENCED = 6, /* the checkpoint is not what it must be: load again, or stop */
	CKPT_CONFLICT = CKPT_FENCED,
	CKPT_UNKNOWN = 7,   /* the save may or may not have been made: load to find out */
	CKPT_PARTIAL = 8,   /* some of the checkpoints were changed, others not */
	CKPT_UNREADABLE = 9 /* the checkpoint is there but damaged: do NOT start over */
};

struct ckpt_handle;

/* Opens a store for loading and saving. *out is set also on failure, so that ckpt_error()
 * can be asked; ckpt_close() it in any case. */
enum ckpt_status ckpt_open(struct ckpt_handle **out, const char *uri);

/* Ends a handle; NULL is allowed. */
void ckpt_close(struct ckpt_handle *handle);

/* What went wrong in the last call: what, where, what was not done, what to do next.
 * Valid until the next call; "" after success, and after CKPT_NOT_FOUND unless the
 * store may hide checkpoints from this role. */
const char *ckpt_error(const struct ckpt_handle *handle);

/* Reads a checkpoint. *value and *metadata (either may be NULL) are valid until the next
 * call with this handle; metadata is a JSON document or "". *value is NULL after anything
 * but CKPT_OK, and where the store holds a checkpoint without a value. */
enum ckpt_status ckpt_load(struct ckpt_handle *handle, const char *job,
	const char *partition, const char **value, const char **metadata);

/* Writes a checkpoint, fenced. metadata: a JSON object, or NULL for none. After
 * CKPT_UNKNOWN the next save goes on from whatever the outcome was. */
enum ckpt_status ckpt_save(struct ckpt_handle *handle, const char *job,
	const char *partition, const char *value, const char *metadata);

/* Writes only if the stored value is `expected` (NULL: only if there is no checkpoint),
 * whatever this handle has loaded. */
enum ckpt_status
ckpt_save_if(struct ckpt_handle *handle, const char *job, const char *partition,
	const char *value, const char *metadata, const char *expected);

/* Writes whatever is there. The caller takes the responsibility. */
enum ckpt_status ckpt_save_unfenced(struct ckpt_handle *handle, const char *job,
	const char *partition, const char *value, const char *metadata);

/* --- watermarks --- */

/*
 * Event-time watermark of one partition: the time up to which all events have been seen,
 * taken as the largest event time less the allowed lateness. It never goes back.
 * Microseconds since 1970.
 */
struct ckpt_watermark {
	int64_t lateness; /* how much later than its time an event may come */
	int64_t latest;	  /* largest event time seen; INT64_MIN: none */
};

void ckpt_watermark_start(struct ckpt_watermark *watermark, int64_t lateness);
void ckpt_watermark_see(struct ckpt_watermark *watermark, int64_t event_time);
/* INT64_MIN while no event was seen. */
int64_t ckpt_watermark_now(const struct ckpt_watermark *watermark);
/* The same in RFC 3339 for the metadata, into at least 32 bytes; 0, or -1 (and "") when
 * there is none. */
int ckpt_watermark_text(const struct ckpt_watermark *watermark, char *out);

/*
 * --- changing checkpoints: what a person does, from a program ---
 *
 *	ckpt_operator_open(&operator, "sqlite:/var/lib/etl/state.db");
 *	ckpt_plan_reset(&plan, operator, &key, 1, "-500", &options);
 *	puts(ckpt_plan_text(plan));
 *	ckpt_plan_confirm(plan, &answer);
 *	ckpt_plan_apply(plan);
 *
 * The rules are those of ckptop(1): the same policy and configuration, the same plan, the
 * same confirmation, and no change without a record of it in the journal. A policy cannot
 * be relaxed from here. Each step can be refused, and then says what was not done and
 * what to do next.
 *
 * An operator and its plans belong to the thread and the process that opened it.
 */

struct ckpt_operator;

/*
 * Reads the policy and the configuration, as ckptop does, and finds out who it is that
 * asks. store: a configured name or a URI; NULL where exactly one is configured. Nothing
 * is opened yet. *out is set also on failure, so that ckpt_operator_error() can be asked;
 * ckpt_operator_close() it in any case. CKPT_USAGE: the configuration, or the store, is
 * not understood.
 *
 * Zones of the configuration are read with the C library, for which TZ is another one for
 * a moment: call it before there are other threads.
 */
enum ckpt_status ckpt_operator_open(struct ckpt_operator **out, const char *store);

/* Ends it; its plans must be closed before. NULL is allowed. */
void ckpt_operator_close(struct ckpt_operator *by);

/* What went wrong in the last call that was given this operator. Valid until the next
 * one; "" after success. */
const char *ckpt_operator_error(const struct ckpt_operator *by);

/*
 * Ends what others have begun in the store and not ended, as each change does before it:
 * what somebody who died at it has left may hide the very checkpoint that is meant, or
 * keep the store from being read. Opens the store to write, and changes no more than
 * that. CKPT_REFUSED: read-only, or there can be no record in the journal.
 */
enum ckpt_status ckpt_operator_recover(struct ckpt_operator *by);

/* What was found out of such operations by the last ckpt_operator_recover() or
 * ckpt_plan_apply(): a line each. Valid until the next of these; "" where there was
 * nothing. */
const char *ckpt_operator_news(const struct ckpt_operator *by);

/* Which checkpoints. */
struct ckpt_key {
	const char *job;
	const char *partition; /* NULL: all of the job */
};

enum ckpt_accept {
	CKPT_ACCEPT_DAMAGED = 1 << 0, /* what cannot be read is replaced */
	CKPT_ACCEPT_LINKED = 1 << 1,  /* also a file that has other names */
	CKPT_ACCEPT_NO_CAS = 1 << 2   /* also where the store cannot compare and exchange
					 in one step */
};

/* How it is wished. What is 0 or NULL is not wished. */
struct ckpt_options {
	const char *reason;    /* it is recorded; a policy may require one */
	int while_running;     /* goes on although the job runs */
	unsigned accept;       /* enum ckpt_accept */
	const char *if_value;  /* each checkpoint must have this value now */
	const char *if_digest; /* the plan must have this digest, or one that begins so */
	int64_t observe;       /* so long it is watched whether the job runs,
				  microseconds; 0: nobody can tell */
};

/* What would be done. */
struct ckpt_plan;

/*
 * Look at the store and make a plan; nothing is written. The one is a reset to a target
 * as ckptop takes it ("88412000", "-500", "start", "@2026-11-21T19:00:00Z"), the other
 * deletes, the third brings back what the operation of this id has changed. Everything is
 * copied; options may be NULL. ckpt_plan_close() what they make.
 *
 * On failure *out is NULL and ckpt_operator_error() says why. CKPT_USAGE: the target
 * makes no sense for these values; CKPT_NOT_FOUND: no such checkpoint, or operation;
 * CKPT_CONFLICT: if_value or if_digest do not hold; CKPT_REFUSED: it can never be done;
 * CKPT_UNREACHABLE, CKPT_FAILED: the store could not be read.
 */
enum ckpt_status ckpt_plan_reset(struct ckpt_plan **out, struct ckpt_operator *by,
	const struct ckpt_key *keys, size_t count, const char *target,
	const struct ckpt_options *options);
enum ckpt_status ckpt_plan_delete(struct ckpt_plan **out, struct ckpt_operator *by,
	const struct ckpt_key *keys, size_t count, const struct ckpt_options *options);
enum ckpt_status ckpt_plan_undo(struct ckpt_plan **out, struct ckpt_operator *by,
	const char *operation, const struct ckpt_options *options);

/* Ends a plan; NULL is allowed. A change that was begun goes on to its end before. */
void ckpt_plan_close(struct ckpt_plan *plan);

/* What went wrong in the last call that was given this plan, as ckpt_error(). */
const char *ckpt_plan_error(const struct ckpt_plan *plan);

/* The plan for people and as a JSON document: the bytes that ckptop prints with --dry-run
 * and with --dry-run --json. They live as long as the plan. */
const char *ckpt_plan_text(struct ckpt_plan *plan);
const char *ckpt_plan_json(struct ckpt_plan *plan);

/* The digest of what is asked and of the rows old and new: two plans with the same one do
 * the same. Lives as long as the plan. */
const char *ckpt_plan_digest(struct ckpt_plan *plan);

/* The id that the operation has in the journal and the audit of the store, for an undo.
 * Lives as long as the plan. */
const char *ckpt_plan_operation(struct ckpt_plan *plan);

/* Whether everything stays as it is: then there is nothing to confirm or apply. */
int ckpt_plan_is_empty(const struct ckpt_plan *plan);

enum ckpt_confirmation {
	CKPT_CONFIRM_PLAIN, /* yes */
	CKPT_CONFIRM_NAME,  /* the name of the job */
	CKPT_CONFIRM_LOSS   /* what is lost */
};

/* What must be given to ckpt_plan_confirm(). */
enum ckpt_confirmation ckpt_plan_confirmation(const struct ckpt_plan *plan);
/* What a person would have to type: "yes", "orders", "skip 12043". Lives as long as the
 * plan, and so do these two. */
const char *ckpt_plan_phrase(const struct ckpt_plan *plan);
/* Why it is refused unless while_running; NULL: it is not. */
const char *ckpt_plan_running(const struct ckpt_plan *plan);
/* Why it is refused whatever is given; NULL: it is not. */
const char *ckpt_plan_blocked(const struct ckpt_plan *plan);

/* How it is confirmed. What is 0 or NULL is not given. */
struct ckpt_answer {
	int yes;	   /* CKPT_CONFIRM_PLAIN */
	const char *name;  /* CKPT_CONFIRM_NAME: with the store's in front in production,
			      "warehouse/orders" */
	const char *loss;  /* CKPT_CONFIRM_LOSS: "12043", "skip 12043", or the phrase */
	int while_running; /* it goes on although the job runs */
};

/* CKPT_REFUSED says what is missing, and that nothing was written; then another answer
 * may be given. The program takes the responsibility that a person has at a terminal. */
enum ckpt_status
ckpt_plan_confirm(struct ckpt_plan *plan, const struct ckpt_answer *answer);

/*
 * Does what was confirmed, once: the intent goes to the journal, each checkpoint is
 * changed only where it still is what the plan shows, and the outcome goes to the
 * journal. CKPT_OK: all is as it was planned, and survives a loss of power. CKPT_CONFLICT
 * and CKPT_FAILED: nothing was changed. CKPT_PARTIAL: some were. CKPT_UNKNOWN: nobody
 * knows; the next change of this store finds out. CKPT_REFUSED: nothing was begun: not
 * confirmed, applied before, read-only, no journal, not the store that was looked at.
 */
enum ckpt_status ckpt_plan_apply(struct ckpt_plan *plan);

/* Looks for so long (microseconds; 0: once) whether somebody saves over what was done.
 * CKPT_CONFLICT: somebody has, and the journal is told. CKPT_USAGE: nothing was done. */
enum ckpt_status ckpt_plan_watch(struct ckpt_plan *plan, int64_t duration);

enum ckpt_result {
	CKPT_ROW_PLANNED, /* nothing was tried yet */
	CKPT_ROW_DONE,
	CKPT_ROW_SAME, /* there was nothing to do */
	CKPT_ROW_CONFLICT,
	CKPT_ROW_FAILED,
	CKPT_ROW_UNKNOWN,
	CKPT_ROW_OVERWRITTEN /* done, and saved over by somebody else since */
};

/* One checkpoint of a plan. Texts live as long as the plan; NULL where there is none. */
struct ckpt_row {
	const char *job, *partition;
	int exists, will_exist;
	const char *old_value, *new_value;
	const char *direction; /* "rewind", "skip", "same", "change", "delete", "restore"
				*/
	const char *running;   /* whether its job runs: "no", "yes", … as in the JSON */
	const char *meaning;   /* what it means, in words */
	enum ckpt_result result;
	const char *error; /* why, where it is neither DONE nor SAME */
	int now_exists;	   /* CONFLICT, OVERWRITTEN: what is there instead */
	const char *now_value;
};

/* The rows, in the order of their keys. CKPT_USAGE: there is none of this index. */
size_t ckpt_plan_row_count(const struct ckpt_plan *plan);
enum ckpt_status
ckpt_plan_row(struct ckpt_plan *plan, size_t index, struct ckpt_row *out);

/* What came of it as a JSON document, as ckptop prints it with --json; "" before
 * ckpt_plan_apply(). Valid until the next call. */
const char *ckpt_plan_outcome(struct ckpt_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
