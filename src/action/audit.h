/* SPDX-License-Identifier: MIT
 * Who changed what: the journal of this host and the audits of the stores, merged by
 * operation. */
#ifndef ACTION_AUDIT_H
#define ACTION_AUDIT_H

#include "action/anchor.h"
#include "store/store_write.h"

/* What the audit of its store should have of a change that the journal calls done. */
enum audit_lack {
	AUDIT_LACKS_NOTHING, /* it has it; or it was not asked, or was not there then */
	AUDIT_LACKS_ROW,     /* it is the one that was there then */
	AUDIT_LACKS_ALL,     /* it has another identity, or there is none, and nobody said
				why */
};

/* One checkpoint of one operation. Spans are none where nothing is known. */
struct audit_entry {
	struct span op;
	int64_t at, last_at; /* of its first record, and of its last */
	struct span who;
	struct span action; /* "reset", … */
	struct span phase;  /* of the row where it has a result, else of the operation */
	/* Its name here where it is one of the stores that were asked about, else that
	 * under which it was changed. */
	struct span store;
	struct span uri;      /* where it is, or was then; none: not known */
	struct span identity; /* which store that is; only of the journal, may be none */
	size_t place; /* which of the stores that were asked about; AUDIT_ELSEWHERE */
	struct span program, ssh; /* by which; from where it was claimed to come */
	int64_t uid;		  /* WHO_NONE: not known */
	/* Of an acknowledgement: see struct journal_record. */
	int64_t after, until;
	struct key key;
	bool existed, exists;
	struct span old_value, new_value;
	bool old_unreadable, new_unreadable; /* no value, for it could not be read */
	struct span reason, undo_of, note;
	struct span group; /* only the journal knows it */
	bool edited;	   /* a record of it in the journal is not as it was written */
	bool in_journal, in_store; /* who tells of it */
	enum audit_lack lack;
	/* The same as the audit of the store tells it, where that is not what the journal
	 * tells; else NULL. Lives as long as the audit. */
	const struct audit_entry *otherwise;
	uint64_t order; /* among entries of one time */
};

/* What both tell of a change. */
enum audit_member {
	AUDIT_WHO,
	AUDIT_ACTION,
	AUDIT_OLD,
	AUDIT_NEW,
	AUDIT_REASON,
	AUDIT_UNDO_OF,
	AUDIT_MEMBERS
};

/* None of the stores that were asked about. */
#define AUDIT_ELSEWHERE SIZE_MAX

struct audit;

struct audit *audit_new(void);
void audit_free(struct audit *audit);

/* Adds what the journal tells. *damaged: lines that are no records. */
int audit_add_journal(
	struct audit *audit, const char *path, size_t *damaged, struct err *err);

/* Says which store is asked about, whether it answers or not: so that what the journal
 * has of it is known for what it is. Before the first entries are looked at. */
void audit_ask_about(struct audit *audit, const struct store_config *config);

/* Adds what the audit of a store tells; nothing where it has none. It is that of this
 * name which is asked about, or one more. */
int audit_add_store(
	struct audit *audit, struct store *store, const char *name, struct err *err);

/* Where numbers are missing in the audit of a store. */
struct audit_missing {
	struct span store;
	struct audit_gap gap;
};

/* Adds where numbers are missing in the audit of a store, which has one or none. */
int audit_add_gaps(
	struct audit *audit, struct store *store, const char *name, struct err *err);
/* In the order in which they were added. Valid until more is. */
const struct audit_missing *audit_gaps(const struct audit *audit, size_t *count);

/* The entries, newest first, those of one operation in the order of its rows. Valid until
 * more is added. */
const struct audit_entry *audit_entries(struct audit *audit, size_t *count);

/* Appends what a checkpoint held as it is stored: "(none)" where there was none, "NULL".
 */
void audit_put_value(struct str *out, bool exists, struct span value);

/* The same of an entry, before it or after it; "(unreadable)". */
void audit_put_side(struct str *out, const struct audit_entry *entry, bool after);

/* Its name in the JSON. */
const char *audit_member_word(enum audit_member member);
/* Whether two entries tell the same of it. */
bool audit_agree(const struct audit_entry *a, const struct audit_entry *b,
	enum audit_member member);
/* What an entry tells of it; none where that is nothing. Borrowed. */
struct span audit_member_text(const struct audit_entry *entry, enum audit_member member);
/* The same for people; "(none)" where it tells nothing. */
void audit_put_member(
	struct str *out, const struct audit_entry *entry, enum audit_member member);

/* audit_json.c: appends an entry as one object, as `ckptop audit --json` has it. */
void audit_add_json(struct str *out, const struct audit_entry *entry);
/* Appends where journal and store audit do not agree about an entry that has .otherwise:
 * an object with what each tells. */
void audit_add_difference_json(struct str *out, const struct audit_entry *entry);

/* How many of its checkpoints a record says were changed. */
size_t audit_count_changed(const struct journal_record *record);

/* The operation that an undo of it would look at: the last record of the journal with the
 * results of its rows, or ERR_NOT_FOUND, ERR_USAGE where the beginning of an op fits
 * several; ERR_REFUSED where it was undone already. record is called once. */
int audit_find_operation(const char *path, struct span op, journal_record_fn *record,
	void *arg, struct err *err);

/* Whether an operation, given with its whole id, was undone and the undo stands. Fails as
 * audit_find_operation() does for any other reason. */
int audit_is_undone(const char *path, struct span op, bool *undone, struct err *err);

/* What the stores remember of records of journals; with those who wrote to the journal
 * that was added. It lives as long as the audit. */
struct anchors *audit_anchors(struct audit *audit);

#endif
