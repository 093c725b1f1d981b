/* SPDX-License-Identifier: MIT
 * The journal: the audit trail on this host. One record a line of JSON, each chained to
 * the one before it, so that what is changed later is found. No journal, no change.
 *
 * The hash of a record is the SHA-256 of its line up to and without `,"hash":"`, which
 * are always its last member and 64 hexadecimal digits; `prev` in it is the hash of the
 * record before. docs/man/ckptop.1, JOURNAL, has the members. */
#ifndef ACTION_JOURNAL_H
#define ACTION_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/who.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "model/key.h"

/* What the texts of why nothing can be written say behind the reason. */
#define JOURNAL_NO_CHANGE "without a journal nothing is changed"

/* How long a line may be: 1.5 MB of a row twice, for some rows. */
#define JOURNAL_LINE_MAX (64 << 20)

enum journal_phase {
#define JOURNAL_PHASE(name, word, is_open, meaning) JOURNAL_##name,
#include "action/journal.def"
#undef JOURNAL_PHASE
	JOURNAL_PHASES
};

enum journal_action {
#define JOURNAL_ACTION(name, word, meaning) JOURNAL_ACTION_##name,
#include "action/journal.def"
#undef JOURNAL_ACTION
	JOURNAL_ACTIONS
};

/* "intent", "done", …; "reset", "delete", …. */
const char *journal_phase_word(enum journal_phase phase);
/* True for what leaves open whether anything was done. */
bool journal_phase_is_open(enum journal_phase phase);
const char *journal_action_word(enum journal_action action);

/* --- records --- */

/* What was, or is to be, in the store. Any bytes; they come back as they were. */
struct journal_state {
	bool exists;		/* false: no such checkpoint; the rest counts not */
	struct span value;	/* as stored; none: SQL NULL */
	bool unreadable;	/* there is no value, for it cannot be read */
	struct span updated_at; /* as stored; none: SQL NULL, or no such thing */
	struct span image; /* all of the row, as its back end wrote it; none: not kept */
};

/* One checkpoint of an operation. */
struct journal_row {
	struct key key; /* partition none: the whole job */
	struct journal_state old, new;
	struct span direction; /* "rewind", "skip", "same", …; none: not known */
	struct span result;    /* "done", "conflict", …; none: there is none yet */
	struct span note;      /* what was said about it; none */
};

struct journal_store {
	struct span name, uri; /* the URI without its secrets */
	struct span identity;  /* which store it is, whatever its name; none: not known */
};

struct journal_record {
	/* Set by journal_append(); given when read. */
	uint64_t seq; /* from 1, without a gap */
	int64_t at;
	struct span hash, prev;

	struct span op; /* a UUID, see base/token.h */
	enum journal_phase phase;
	enum journal_action action;
	struct span program; /* "ckptop 1.0 tui", "libckpt 1.0"; none */
	struct journal_store store;
	struct who who;
	struct span reason;  /* in the words of the operator; none */
	struct span plan;    /* digest of the plan that was confirmed; none */
	struct span undo_of; /* the op that is undone; none */
	struct span group;   /* what several operations have in common; none */
	struct span note;    /* what was said: an error, how it was resolved, …; none */
	/* Of JOURNAL_ACTION_ACKNOWLEDGE: between which looks that happened which is
	 * explained; 0: at any time before. */
	int64_t after, until;
	const struct journal_row *rows;
	size_t row_count;
	bool left; /* files of it still lie in the store: it is not ended yet */

	/* Only when written, of an intent: how many bytes its outcome may have more;
	 * 0: there need be no room for one. */
	size_t room;

	/* Only when read: */
	bool altered;  /* the record is not what its hash is of */
	uint64_t line; /* from 1 */
	int64_t begun; /* by journal_open_intents() alone: when its operation began */
};

/* A copy of a record and of all its texts, for as long as the arena lives. */
struct journal_record *
journal_record_copy(struct arena *arena, const struct journal_record *record);

/* --- writing --- */

struct journal_settings {
	const char *path;   /* absolute, or from the working directory */
	const char *syslog; /* socket that is told op and hash of every record
			       (SYSLOG_SOCKET); NULL: nobody */
	int64_t timeout;    /* how long to wait for others who write; 0: 5 s */
};

struct journal;

/*
 * Opens the journal for appending and makes it (mode 0600) and its directory (0700, and
 * those above it) where they are not there. ERR_REFUSED says why nothing may be changed,
 * because there would be no record of it: the clock is frozen; the disk is full or
 * read-only; the path leads to a link, a FIFO, a directory, or a file that others own or
 * may write to, or is in a directory where others may put another one in its place; it
 * holds something else. For one thread, and not across fork().
 */
int journal_open(
	struct journal **out, const struct journal_settings *settings, struct err *err);
void journal_close(struct journal *journal);

/*
 * Appends one record under a lock, and returns when it is on the disk. seq, at, hash and
 * prev are set here and those of *record ignored. head (may be NULL) becomes the hash of
 * the record: the anchor that a store audit keeps. ERR_REFUSED as above, also when
 * another program holds the lock for too long; then nothing of the record is in the file.
 * ERR_USAGE for an op that is no UUID, or a record of more than JOURNAL_LINE_MAX.
 * ERR_UNKNOWN: it was written, and whether it survives a loss of power is not known.
 *
 * An intent that wants room for its outcome has it, or is refused: what fills the disk in
 * between cannot take it, save on a file system that keeps no room for a file, as NFS;
 * there it was free when the intent was written.
 *
 * What a crash has left of a record stays in the file as evidence: the next record tells
 * of it, as `torn`, how many bytes lie before it and their digest. That is a last line
 * without a newline and nothing else. Behind a record that was edited the chain goes on
 * from the hash that stands in it, and journal_verify() names that record for ever;
 * behind a line that somebody else wrote nothing is appended: ERR_REFUSED.
 */
int journal_append(struct journal *journal, const struct journal_record *record,
	char head[DIGEST_SIZE], struct err *err);

/* The same; *line becomes the line that was written, with its newline. */
int journal_append_line(struct journal *journal, const struct journal_record *record,
	char head[DIGEST_SIZE], struct str *line, struct err *err);

/*
 * Whether the journal would take this record now, with the room that it wants: fails as
 * journal_append() would, and writes nothing. What room it finds it keeps, where the file
 * system can keep it.
 */
int journal_try(
	struct journal *journal, const struct journal_record *record, struct err *err);

/*
 * The same without an open journal: nothing is opened to write, made, or kept. What only
 * keeping room would tell of, as a quota, is not seen.
 */
int journal_look(const struct journal_settings *settings,
	const struct journal_record *record, struct err *err);

/* --- reading --- */

/* Called for every record, oldest first. Everything is borrowed for the call. False ends
 * the reading. */
typedef bool journal_record_fn(void *arg, const struct journal_record *record);

/*
 * Reads all records that are in the journal when it is called, a line at a time; a file
 * that is not there has none. Lines that are no records are left out and counted in
 * *damaged (may be NULL); journal_verify() says what they are. ERR_FAILED: it cannot be
 * read, or is no regular file.
 */
int journal_read(const char *path, journal_record_fn *record, void *arg, size_t *damaged,
	struct err *err);

/*
 * The same for whoever must know of every record: *lost of them, at least, were not
 * handed out, because they cannot be read or are not there any more. What a crash has
 * left of one is none.
 */
int journal_read_every(const char *path, journal_record_fn *record, void *arg,
	size_t *lost, struct err *err);

/* How many texts there may be. */
#define JOURNAL_TEXTS 4

/*
 * The same from the newest record to the oldest, and only those in which one of these
 * texts stands as a whole, wherever; count 0: all. Whoever ends it early pays nothing for
 * what is older. The records have no line.
 */
int journal_read_back(const char *path, const struct span *texts, size_t count,
	journal_record_fn *record, void *arg, struct err *err);

/* The same with marks that stand in the line of a record as they are here, bytes of
 * JSON. */
int journal_read_marked(const char *path, const struct span *marks, size_t count,
	journal_record_fn *record, void *arg, struct err *err);

/*
 * The same with only the operations that are not ended, in the order in which they began:
 * the last record of each, which is an intent, or says unknown or left. Where that one
 * has no rows it is given those of the intent. Whoever wrote it may still be at it: ask
 * who_state_of(). .begun is set. Memory and time grow with what is open alone: each
 * record says before which one nothing is, and what is older is not read.
 */
int journal_open_intents(
	const char *path, journal_record_fn *record, void *arg, struct err *err);

/* --- proving --- */

/* What somewhere else remembers of a record. */
struct journal_anchor {
	struct span op, hash;
	enum journal_phase phase; /* JOURNAL_PHASES: not known */
	uint64_t seq;		  /* 0: not known */
	/* It is in another file, or of somebody who is not known to write to this one:
	 * where that has nothing of the op, another journal has. */
	bool of_others;
	bool sure; /* else a journal of the same person elsewhere may have it */
	bool met;  /* set by journal_verify(): the journal has that record */
};

/* Reads the anchor in a line of the system's log, whatever stands around it. False: there
 * is none. The spans are in the line. */
bool journal_anchor_parse(struct journal_anchor *out, struct span line);

enum journal_fault {
	JOURNAL_SOUND,
	JOURNAL_EDITED,	   /* a record, or a line that is none, was changed */
	JOURNAL_GAP,	   /* records are missing */
	JOURNAL_REORDERED, /* all are there, but not in their order */
	JOURNAL_DUPLICATE, /* one is there twice */
	JOURNAL_TORN,	   /* the last line has no end: a crash, or a cut inside it */
	JOURNAL_CUT,	   /* an anchor tells of a record behind the last one */
	JOURNAL_RECHAINED, /* an anchor tells of another record in its place: written anew
			      with all hashes behind it */
};

const char *journal_fault_word(enum journal_fault fault);

struct journal_report {
	enum journal_fault fault; /* of the first record that is not as it was */
	uint64_t seq;		  /* which one that is; 0: only an anchor knows of it */
	uint64_t line;		  /* where; 0: nowhere */
	uint64_t records;	  /* lines that are records and what their hash is of */
	uint64_t last;		  /* seq of the last record; 0: there is none */
	char head[DIGEST_SIZE];	  /* and its hash; zeros */
	uint64_t torn;		  /* what crashes left and the chain itself tells of */
	size_t anchors;		  /* how many were given */
	size_t missing;		  /* of those the journal has no record */
	bool sure;		  /* and must have had one of some */
	size_t others;	 /* and of other journals, which says nothing of this one */
	uint64_t proven; /* the last seq that an anchor proves; what is behind it could be
			    cut and nobody would see it */
	char text[512];	 /* all of this in a sentence */
};

/* Checks the whole chain, and the anchors against it. 0 also when there is a fault: that
 * is in the report. ERR_FAILED as for journal_read(). */
int journal_verify(const char *path, struct journal_anchor *anchors, size_t count,
	struct journal_report *report, struct err *err);

#endif
