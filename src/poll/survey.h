/* SPDX-License-Identifier: MIT
 * Looking at one store from poll to poll: open, gate, scan, heads, judge, picture. No
 * thread of its own: a poller's worker drives it, and so does the command line. One
 * thread. */
#ifndef POLL_SURVEY_H
#define POLL_SURVEY_H

#include "model/board.h"
#include "model/records.h"
#include "store/store.h"

struct survey;

/* Nothing is opened yet. config, rules and local (the zone of the words for local times;
 * may be NULL) are borrowed for the life of the survey. Once *config->stop is true, polls
 * end soon. */
struct survey *survey_new(const struct store_config *config, const struct rules *rules,
	const struct zone *local);
void survey_free(struct survey *survey);

/* Closes the store, in the thread that polled; survey_free() may then come from another.
 */
void survey_close(struct survey *survey);

/*
 * One poll: opens the store when it is not open (and again after an error, when the
 * back-off allows or force is set), reads what changed, judges. A failure is kept for the
 * picture, and the rows keep their last values; returns -1 and the error then too. A
 * store with a past (demo) has it replayed by the first poll.
 */
int survey_poll(struct survey *survey, bool force, struct err *err);

/* What a first read has come to: a board without rows, the callee's. */
typedef void survey_progress_fn(void *arg, const struct board *board);

/* survey_poll() calls this about twice a second until all was read once. */
void survey_tell_progress(struct survey *survey, survey_progress_fn *progress, void *arg);

/* What went back or is gone without a record in its row is looked up in this journal
 * (borrowed; NULL: there is none) and in the audit of the store. */
void survey_explain_from(struct survey *survey, const char *journal);

/* Keeps the metadata of all checkpoints from now on, so that every board has that of all
 * its rows, as the scan that gave the row delivered it. For one look at everything; it
 * takes the memory of all documents. Before the first poll. */
void survey_keep_documents(struct survey *survey, bool keep);

/* The document of one checkpoint is needed no further than so many bytes; 0: all of it.
 * Before the first poll. */
#define SURVEY_DOCUMENT_SHOWN ((size_t)64 << 10) /* what somebody reads on a screen */
void survey_limit_documents(struct survey *survey, size_t most);

/* When the next poll is due (clock_monotonic), by interval or back-off. */
int64_t survey_due(const struct survey *survey);

/* What the picture shall show of the rows; the metadata only of one checkpoint. */
struct survey_interest {
	enum board_rows rows;
	struct span job, partition; /* partition none: no metadata */
};

/* The picture as of the last poll, with one reference for the caller. */
const struct board *
survey_board(struct survey *survey, const struct survey_interest *interest);

#endif
