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
 * Texts are UTF-8 and end in a NUL. A partition may be empty, a job may not. */
#ifndef CKPT_H
#define CKPT_H

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
		5,	  /* the store does not answer: do NOT start from the beginning */
	CKPT_FENCED = 6,  /* the checkpoint is not what it must be: load again, or stop */
	CKPT_UNKNOWN = 7, /* the save may or may not have been made: load to find out */
	CKPT_UNREADABLE = 9 /* the checkpoint is there but damaged: do NOT start over */
};

struct ckpt_handle;

/* Opens a store for loading and saving. *out is set also on failure, so that ckpt_error()
 * can be asked; ckpt_close() it in any case. */
enum ckpt_status ckpt_open(struct ckpt_handle **out, const char *uri);

/* Ends a handle; NULL is allowed. */
void ckpt_close(struct ckpt_handle *handle);

/* What went wrong in the last call: what, where, what was not done, what to do next.
 * Valid until the next call; "" after success, and after CKPT_NOT_FOUND. */
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

#ifdef __cplusplus
}
#endif
#endif
