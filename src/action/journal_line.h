/* SPDX-License-Identifier: MIT
 * A record as a line and back. Only for the files of the journal. */
#ifndef ACTION_JOURNAL_LINE_H
#define ACTION_JOURNAL_LINE_H

#include "action/journal.h"
#include "base/arena.h"

/* What the first record has instead of the hash of one before it. */
#define JOURNAL_NO_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* What lies between the record before and this one, and is none. */
struct line_torn {
	uint64_t bytes; /* 0: nothing */
	struct span hash;
};

/* Where a record is, in the file that it is in. */
struct line_place {
	uint64_t byte, line; /* its first byte; counted from 1 */
	uint64_t seq;	     /* which record that is; 0: not known which */
};

/* Appends the line of a record with its newline, and writes its hash: seq, at and prev
 * are those of the record. open_from: before that record nothing is open; NULL: that is
 * not known. */
void
line_write(struct str *out, char hash[DIGEST_SIZE], const struct journal_record *record,
	const struct line_torn *torn, const struct line_place *open_from);

/* A line that was read. Texts live until line_free() or are parts of the line. */
struct line {
	struct arena *arena;
	bool linked; /* record.seq, .prev and .hash, and torn, are known */
	bool whole;  /* and all the rest of the record */
	bool sound;  /* and the hash is that of the line */
	struct journal_record record;
	struct line_torn torn;
	struct line_place open_from; /* of a sound line; seq 0: none */
};

/* Takes a line, without its newline, apart; whatever it holds. line_free() it. */
void line_parse(struct line *out, struct span text);
void line_free(struct line *line);

/* True for the text of a line that is the beginning of the record with this number and
 * link and does not reach its hash: what a crash leaves of it. */
bool
line_is_begun(const struct line *line, struct span text, uint64_t seq, const char *prev);

#endif
