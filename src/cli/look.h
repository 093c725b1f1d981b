/* SPDX-License-Identifier: MIT
 * Looking at all chosen stores, once or again and again, without threads. */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "cli/command.h"
#include "model/board.h"
#include "model/column.h"
#include "poll/survey.h"

struct look {
	struct cli *cli;
	struct survey **surveys;     /* one a store */
	const struct board **boards; /* of the last poll */
	size_t count;
	int64_t now;	   /* of the last poll; what ages are counted from */
	struct zone *zone; /* of shown times; NULL: UTC */
	bool *told;	   /* the failure of this store was printed and still lasts */
	bool *told_heads;  /* the same of the heads that could not be read */
	bool *told_hidden; /* that rows may be hidden was printed */
};

/* Starts with the stores of the configuration; nothing is read yet. documents: the boards
 * of look_poll() hold the metadata of every row. look_free() it in any case. */
void look_start(struct look *look, struct cli *cli, bool documents);
void look_free(struct look *look);

/* See survey_limit_documents(). */
void look_limit_documents(struct look *look, size_t most);

/* Reads every store; those that fail keep what was last known of them, and each failure,
 * also of a head, is said once on standard error. The boards of before are released. */
void look_poll(struct look *look, const struct survey_interest *interest);

/* New boards of what the last poll saw, with other rows on them. */
void look_again(struct look *look, const struct survey_interest *interest);

/* What the text of a column depends on. */
struct column_context look_context(const struct look *look);

/* Which stores could be read: 0, all; ERR_UNREACHABLE when none, else ERR_PARTIAL. */
int look_reached(const struct look *look, struct err *err);

/* How it went: the same, and ERR_PARTIAL where a head that is configured could not be
 * read. */
int look_status(const struct look *look, struct err *err);

#endif
