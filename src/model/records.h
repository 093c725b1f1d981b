/* SPDX-License-Identifier: MIT
 * The table a worker keeps of one store: every checkpoint it has seen, what was observed
 * of it from poll to poll, and the roll-up per job. No I/O, no clock of its own; one
 * thread. */
#ifndef MODEL_RECORDS_H
#define MODEL_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/board.h"
#include "model/ckpt.h"
#include "model/head_spec.h"
#include "model/rule.h"

struct records;

/* What does not change while the store is open. Borrowed for the life of the records. */
struct records_setup {
	const char *store; /* its name */
	const struct rules *rules;
	const struct zone *zone;    /* of naive times; NULL: found out, else doubtful */
	const struct zone *local;   /* of why.local; NULL: no such words are made */
	enum value_type value_type; /* VALUE_AUTO: from the text */
	bool value_is_last;
	struct head_spec head; /* where rules name no other; its texts are borrowed */
	const char *watermark_member; /* in the metadata: event_time_watermark, … */
	const char *error_member;     /* in the metadata: error */
};

struct records *records_new(const struct records_setup *setup);
void records_free(struct records *records);

/*
 * One poll is: begin, a put for every row of the scan, end; heads; judge.
 * put copies what it keeps; of a key that comes twice the last wins. end is for a scan
 * that was complete: rows not put since begin are missing; each is passed to gone (which
 * may ask the store again and answers true when the row is really gone; NULL: all are)
 * before it counts as lost. A scan that failed half-way has no end, and an unchanged
 * store needs no begin, put and end, only judge. Time may step back from poll to poll
 * (our clock was set): nothing is concluded from that but that rates begin anew.
 */
void records_begin(struct records *records, int64_t now);
/* How far the store's own clock is ahead of ours (microseconds; 0 at first): times of
 * saves are told by it, and shown by ours, so that an age is right by both. */
void records_set_clock(struct records *records, int64_t ahead);
/* Makes room for so many checkpoints, where that is known before the first. */
void records_reserve(struct records *records, size_t count);
void records_put(struct records *records, const struct ckpt *ckpt);
typedef bool records_gone_fn(void *arg, struct key key);
void records_end(struct records *records, records_gone_fn *gone, void *arg);

/* Checkpoints that are there or lost; those of ignored jobs are not. */
size_t records_count(const struct records *records);

/* Walks all records that are not lost, damaged or superseded, for asking their heads, by
 * the head that their job's rules or the store name. The key and the head are borrowed
 * until the next put. has_head: one came with the row. */
typedef void records_walk_fn(void *arg, size_t index, struct key key,
	const struct head_spec *head, bool has_head);
void records_walk(struct records *records, records_walk_fn *walk, void *arg);

/* Answers the head of one record (index from the walk); none: not known now. A head that
 * was answered once counts more than one in the row itself. */
void
records_set_head(struct records *records, size_t index, struct span head, int64_t now);

/* Why the store could not be read the last time, in the words of who tried (copied): said
 * of everything that is judged while it is not reachable. */
void records_set_trouble(struct records *records, struct span text);

/* Judges everything at `now`. reachable false keeps the last values and marks them. */
void records_judge(struct records *records, int64_t now, bool reachable, int64_t good_at);

/*
 * What somebody has told of a checkpoint beside the store itself: a change that was made,
 * or why one was that nobody had recorded. Between two looks it may have been followed by
 * saves, so what was seen is explained where it lies between the two values, and was seen
 * between looks that have something of that time between them.
 */
struct explanation {
	struct key key;
	int64_t after, until; /* it happened then; after may be TIME_NONE */
	bool is_gone;	      /* the checkpoint was removed by it */
	bool is_word;	      /* nobody has done it here: somebody has said why it was */
	struct span from, to; /* the values; none: any */
	struct span by;
	struct span op; /* the operation that made the change; none: not known */
};

/* Takes it; true: there was something that it explains. What is replayed or removed from
 * then on says the next judgement. A value below what the recorded reset of its metadata
 * wrote is not of that reset: it went back. So what was told first comes first here, and
 * can be followed by what explains that. */
bool records_explain(struct records *records, const struct explanation *explanation);

/* Whether all that keep records of the store could be asked; else what nobody has said
 * the reason of has no record on this host, and that is all that is known. True at first.
 */
void records_set_asked(struct records *records, bool all);

/* How many checkpoints went back or vanished and nobody has said why, as of the last
 * judgement. *fresh: since then there came more, or resets that were recorded, of which
 * others know what they wrote. */
size_t records_unexplained(const struct records *records, bool *fresh);

/* Appends, after a judgement, which times have no zone that could be found out although
 * files imply zones: those that differ from what most files of the store imply, and all
 * where they do not agree. False: nothing to say. */
bool records_add_zone_note(const struct records *records, struct str *out);

/* What a board shall hold of the rows. */
enum board_rows {
	BOARD_ROWS_NONE, /* roll-ups (and the worst row of each job) only */
	BOARD_ROWS_JOB,	 /* the rows of one job */
	BOARD_ROWS_ALL,
};

/* Fills jobs, rows and counts of a board from the last judgement, behind which nothing
 * was put or explained; everything is copied into its arena. The worst
 * row of each job is on it in any case, outside rows[] unless it was asked for. The
 * metadata documents are not kept: the caller adds those it wants. */
void records_fill(struct records *records, struct board *board, enum board_rows rows,
	struct span job);

#endif
