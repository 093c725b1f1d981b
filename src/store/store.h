/* SPDX-License-Identifier: MIT
 * Reading checkpoints where they live. What every floor above may include; changing is in
 * store_write.h, implementing in backend.h. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "model/ckpt.h"
#include "model/rule.h"

/* Stands in an identity (see store_identify()) for the table of a query of which it is
 * not known which one is written: its statements call a function, or are no such ones. */
#define STORE_NO_TABLE "the query"

/* The origin of a store that is not configured, but was given by its URI. */
#define STORE_ORIGIN_OPTION "--store"

/* One key of a [store NAME] section, or of the query part of a URI. */
struct store_setting {
	const char *key, *value;
	const char *origin; /* "ckptop.conf:12" or "--store", for error messages */
};

/* Of the metadata of every checkpoint, what somebody looks at who reads all of them. */
struct store_wanted {
	const char *watermark; /* the member that holds it */
	const char *const *members;
	size_t count;
};

/* Everything that is said about a store before it is opened. Borrowed while it is open.
 */
struct store_config {
	const char *name;   /* as configured, or made from the URI */
	const char *uri;    /* sqlite:PATH, dir:PATH, demo:[FILE] */
	const char *origin; /* of the URI, for messages: "ckptop.conf:12", "--store";
			       NULL: not said */
	const char *call;   /* the options of ckptop that choose this store, quoted for a
			       shell; NULL: -s and its name */
	const struct zone *zone; /* tz = …; NULL: not said */
	const char *head;	 /* head provider of the store, see head.h; NULL: none */
	enum value_type value_type;		     /* VALUE_AUTO: from the text */
	bool value_is_last;			     /* offset_is = last | next */
	const char *watermark_member, *error_member; /* in the metadata */
	/* What a scan needs of the metadata, so that a store which can take it out need
	 * not bring the rest: what comes is the document, or one with these members. The
	 * watermark may come by itself, and of a document that is too large to be looked
	 * into comes nothing but its size. NULL: whole documents are needed. */
	const struct store_wanted *wanted;
	/* How many bytes of a document store_load() needs at most; a store may bring
	 * more. 0: all. */
	size_t document_max;
	const char *on_reset, *on_delete; /* what these mean to the program whose store
					     it is; NULL: not said */
	bool read_only;			  /* a write handle is refused */
	const char *read_only_why;	  /* who said so */
	int64_t interval;		  /* between polls, microseconds */
	int64_t timeout;		  /* of a call, microseconds; 0: STORE_TIMEOUT */
	const atomic_bool
		*stop; /* NULL: none. Once true, this and every later call, open too,
			  ends soon with ERR_UNREACHABLE: for threads that end */
	const struct store_setting *settings; /* keys of the back end itself */
	size_t setting_count;
	/* The stores that are configured, chosen or not: a head may be asked in one of
	 * them. Of these there is no more than the back end needs. */
	const struct store_config *neighbours;
	size_t neighbour_count;
};

/* How long a call that reaches a store may take when nothing else is said. */
#define STORE_TIMEOUT (5 * SECOND)

/* Bound once, at open: a handle that was opened to read cannot write whoever asks. */
enum store_mode {
	STORE_READ,
	STORE_WRITE,
};

/* What a store can do; facts of the back end and of this very store. */
enum store_capability {
	STORE_CAN_SAVE = 1 << 0,     /* write one checkpoint */
	STORE_CAN_METADATA = 1 << 1, /* has a place for it */
	STORE_CAN_GUARD = 1 << 2,    /* compare-and-set */
	STORE_CAN_SQL_HEAD = 1 << 3, /* head_sql can be asked */
	STORE_CAN_REPLAY = 1 << 4,   /* can be polled at moments of the past (demo) */
	STORE_CAN_INIT = 1 << 5,     /* store_create() can make one */
	STORE_CAN_OPERATE = 1 << 6,  /* store_examine() and what follows it */
	STORE_IS_ATOMIC = 1 << 7,    /* an operation is made whole or not at all */
	STORE_HAS_AUDIT = 1 << 8,    /* there is a store audit */
	STORE_NO_DELETE = 1 << 9,    /* can be changed, and nothing be deleted */
	STORE_NO_INSERT = 1 << 10,   /* nothing that was deleted can be brought back */
};

/*
 * An open store. Every call but store_interrupt() belongs to the thread (and the process)
 * that opened it; any other is refused with ERR_FAILED. Calls that reach the store take
 * at most its timeout and then fail with ERR_UNREACHABLE; a scan has that long for every
 * chunk.
 */
struct store;

/*
 * Opens the store of config->uri. ERR_USAGE: the URI or a setting is not understood;
 * ERR_UNREACHABLE: it is not there or cannot be read now; ERR_REFUSED: STORE_WRITE of a
 * read-only store, or while the clock is frozen; ERR_DAMAGED: it is not what it should be
 * (no such table or column: the text names it).
 */
int store_open(struct store **out, const struct store_config *config,
	enum store_mode mode, struct err *err);

/* What can be said of the URI and the settings without looking at the store, as ERR_USAGE
 * of store_open() and store_create(). The text begins with the origin. */
int store_check(const struct store_config *config, struct err *err);

/* Always works, also after errors; NULL is allowed. In a child of fork() it does nothing:
 * the store is the parent's. */
void store_close(struct store *store);

/* Makes a call that is under way in another thread return soon with ERR_UNREACHABLE. The
 * one call that any thread may make. */
void store_interrupt(struct store *store);

/* A URI with everything secret replaced, for messages. To be freed with free(). */
char *store_uri_redacted(const char *uri);

/* Appends where a store is, without anything secret: SCHEME:PATH from the root, through
 * links, however the URI spells it; of a server its URI and which table it is. */
void store_add_place(struct str *out, const struct store_config *config);

/* True where its name is a person's, and not made from a URI. */
bool store_is_configured(const struct store_config *config);

/* True when the text is a URI and not the name of a configured store. */
bool store_is_uri(const char *text);

/* What the store is, known once it is open and updated by every scan. Borrowed until the
 * next call with this store. */
struct store_fact {
	const char *name, *text;
	bool warning;
};

struct store_facts {
	const char *kind;  /* "sqlite", "json dir" */
	const char *where; /* path and table, file system */
	const struct store_fact *facts;
	size_t fact_count;
	const char *hides; /* what may keep rows from us without a word, in some words
			      ("row security"); NULL: nothing */
	const char *metadata_unread; /* why the metadata of none of its checkpoints is
					known ("role etl may not read metadata"); NULL:
					that is not so */
	const char *refuses; /* why none of its checkpoints can be changed, in some words
				("it is a view"); NULL: nothing that was asked says so */
	const char *refuses_delete; /* the same where it is only that none of them can be
				       deleted; NULL: nothing says so */
	bool may_relent;	    /* and it may be otherwise when it is opened again */
	const char *triggers;  /* names of what the store itself may run with a change, as
				  a list; NULL: nothing */
	const char *inserters; /* those of them that may run when a row that was deleted
				  is brought back; NULL: nothing */
	const char *referred;  /* names of what such a row would refer to, which must be
				  there then; NULL: nothing that is known */
	bool takes_time; /* a trigger may set the time of a save to now: that is taken */
	const char *referrers; /* names of what refers to checkpoints, as a list: it must
				  not be left behind by a delete; NULL: nothing */
	const char *kept; /* names of all that an image holds of a row, as a list: what
			     else the row has is neither compared nor brought back;
			     NULL: an image holds the whole row */
	const char *restored; /* those of `kept` that a reset sets, and so an undo; */
	const char *unset; /* and the others: what a reset makes of them is its own; NULL:
			      none */
	const char *view, *view_name; /* what is read, where that is no table ("view",
					 "foreign table"), and so is not changed; NULL: a
					 table, a query, or no database */
	bool is_shared; /* other hosts write to it: in which zone the times are that name
			   none, ours does not tell */
};

const struct store_facts *store_facts(const struct store *store);
unsigned store_capabilities(const struct store *store); /* enum store_capability */
/* How far the store's own clock is ahead of ours, in microseconds, as it was seen last; 0
 * where it has none, or agrees. */
int64_t store_clock_ahead(const struct store *store);

/* How many rows the scan that goes on will bring, roughly; 0: that is not known. */
size_t store_rows_expected(const struct store *store);

/* The gate: sets *changed when something may differ from what the last complete scan saw.
 * Cheap; reads no row. False is proof, true is not. */
int store_changed(struct store *store, bool *changed, struct err *err);

/* Called for every row, in store order. The row is borrowed. */
typedef void store_row_fn(void *arg, const struct ckpt *row);

/*
 * Reads all rows in bounded chunks with nothing held between them. A key may come twice;
 * the last wins. *steady says that nothing changed from the first chunk to the last, so
 * that a missing row is a deleted row; otherwise the next store_changed() answers true. A
 * row that cannot be read is delivered with its damage; only a store that cannot be read
 * fails.
 */
int store_scan(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err);

/*
 * As store_scan(), but rows that are as this handle delivered them last may be left out.
 * *whole true: nothing was left out, a missing row is (where *steady) a deleted row.
 * *whole false: what did not come is unchanged, and what is gone came with CKPT_GONE. A
 * back end that can only read everything does so. What was delivered before a failure
 * counts as delivered.
 */
int store_scan_changes(struct store *store, store_row_fn *row, void *arg, bool *whole,
	bool *steady, struct err *err);

/* Reads one checkpoint, with its metadata. ERR_NOT_FOUND when it is not there. */
int store_load(struct store *store, struct key key, store_row_fn *row, void *arg,
	struct err *err);

/* Asks `sql` for a head: the first column of the first row, as text, into *out (cleared
 * first). Parameters :job and :partition are bound. No row or NULL: returns 0 with *known
 * false. */
int store_sql_head(struct store *store, const char *sql, struct key key, struct str *out,
	bool *known, struct err *err);

/* For STORE_CAN_REPLAY: when the past of the store begins and how far apart its moments
 * are; the next calls answer as of `at`. */
int64_t store_replay_start(const struct store *store);
int64_t store_replay_next(const struct store *store, int64_t at);
void store_replay_at(struct store *store, int64_t at);
/* How long a read is said to take; the pictures of a past do not depend on this machine.
 */
int64_t store_replay_took(const struct store *store);

/* One line for each back end, for the manual and `ckptop info`. */
size_t store_backend_count(void);
const char *store_backend_scheme(size_t index);
const char *store_backend_form(size_t index); /* of its URIs: "sqlite:PATH" */
const char *store_backend_help(size_t index);

/* The settings that a back end knows, for the configuration: NULL after the last. */
struct store_key {
	const char *name;
	const char *help; /* "": known only in order to be refused with a reason */
};

const struct store_key *store_keys(const char *uri);

/*
 * Checks one setting of a URI or section: ERR_USAGE where the back end has none of that
 * name or there is nothing in it. What is said of it names those that there are, with
 * `more` (ended by NULL; or NULL), which the caller knows.
 */
int store_check_setting(const char *uri, const struct store_setting *setting,
	const char *const *more, struct err *err);

#endif
