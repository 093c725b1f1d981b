/* SPDX-License-Identifier: MIT
 * A store that is a directory of JSON files, one for each checkpoint. What the files of
 * this back end share; nobody else includes it.
 *
 *	backend.c  opens and watches: the entry points
 *	find.c     finds one checkpoint
 *	scan.c     delivers what is there, or what changed
 *	save.c     writes one checkpoint
 *	operate.c  what a person changes: looking, drafting, applying
 *	swap.c     compare-and-set of one file
 *	settle.c   what became of an edit whose maker died
 *	audit.c    the store audit; audit_make.c makes it
 *	image.c    all that a file has, as text
 *	facts.c    says how the directory is
 *	index.c    remembers every file's mark and key
 *	file.c     reads one file
 *	name.c     file names and keys
 *	watch.c    inotify */
#ifndef STORE_DIR_DIR_H
#define STORE_DIR_DIR_H

#include "base/arena.h"
#include "store/backend.h"
#include "store/dir/file.h"
#include "store/dir/index.h"
#include "store/dir/name.h"

/* How many names a warning gives before it only counts, and how many warnings there are
 * about files. */
#define DIR_EXAMPLES 3
#define DIR_WARNINGS 6

/* A few names out of many: the first in order. */
struct dir_examples {
	size_t count;
	char *names[DIR_EXAMPLES];
};

void dir_examples_add(struct dir_examples *examples, const char *name);
void dir_examples_free(struct dir_examples *examples);

struct dir_store {
	struct store store;	/* must be the first */
	const char *path;	/* as configured */
	int fd;			/* the directory */
	uint64_t device, inode; /* of it */
	int watch_fd;		/* inotify, or -1 */
	const char *unwatched;	/* why not; NULL when it is watched */
	struct dir_naming naming;
	struct dir_index index;
	struct dir_entry *changed; /* to be read again, linked by next_changed */
	unsigned round;		   /* number of the last listing */
	bool scanned;		   /* a scan was complete */
	bool list;		   /* the directory must be listed again */
	bool again;		   /* some entry is marked `again` */
	bool untold;	   /* the index was brought up to date without delivering rows */
	int64_t listed_at; /* clock_monotonic() when a listing ended; TIME_NONE */
	int64_t listing_took;	       /* microseconds */
	int64_t replaced_at;	       /* clock_now(); TIME_NONE: never */
	struct dir_examples leftovers; /* temporary files older than a minute */
	struct dir_examples unended;   /* those of changes, not of saves */
	size_t unmatched;	       /* names that name_regex leaves out */
	struct dir_examples warned[DIR_WARNINGS]; /* those of facts.c */
	struct dir_file file;			  /* the one in hand */
	struct arena *facts;			  /* owns what store.facts points to */
};

/* Makes sure that fd is still the directory that the path names; opens the new one when
 * it was replaced. ERR_UNREACHABLE when there is none. */
int dir_check_place(struct dir_store *dir, struct err *err);

/* Notes what the kernel says has changed. */
void dir_drain(struct dir_store *dir);

/* Puts an entry among those to be read again. */
void dir_mark_changed(struct dir_store *dir, struct dir_entry *entry);

/* True when a look at all files is due that does not rely on the kernel's word. */
bool dir_list_is_due(const struct dir_store *dir);

/* The entry points store_scan() and store_scan_changes(). */
backend_scan_fn dir_scan;
backend_scan_changes_fn dir_scan_changes;

/* Brings the index up to date without delivering anything. Where listing takes long and
 * there is no watch it may be up to a second old, so that many questions do not become as
 * many listings. */
int dir_refresh(struct dir_store *dir, struct err *err);

/* The key of dir->file under a name: what its members say, else what the name says.
 * False: neither does. *guessed as in dir_name_split(). */
bool dir_key_of_file(
	const struct dir_store *dir, const char *name, struct key *out, bool *guessed);

/* True when the name is the one that we would give to a new file of this key. */
bool dir_name_is_proper(const char *name, struct key key);

/* What dir_find() found. */
enum dir_found {
	DIR_FOUND,    /* dir->file holds it; *name is its name */
	DIR_ABSENT,   /* there is none; *name is the one it would get, or empty */
	DIR_OCCUPIED, /* there is none, and the file *name holds the key dir->file.key */
	DIR_ERROR,
};

/* Finds and reads the file of a key. *guessed: only its name says that it is this key,
 * and it allows others. Of several files with one key it is the one that counts; the key
 * of another's row (see dir_entry_row_key()) finds that file, and *key becomes the one
 * that is in it. */
enum dir_found dir_find(struct dir_store *dir, struct key *key, struct str *name,
	bool *guessed, struct err *err);

/* Says that there is no checkpoint of this key: ERR_NOT_FOUND. Returns -1. */
int dir_refuse_absent(const struct dir_store *dir, struct key key, struct err *err);

/* The entry point store_load(). */
backend_load_fn dir_load;

/*
 * Locks the directory that the path names now; err says that nothing was written. Unlock
 * it with fsio_unlock(dir->fd). A directory that was replaced after it was locked is
 * another one, and not locked: dir_is_at() tells.
 */
struct dir_place {
	uint64_t device, inode;
};

int dir_lock(struct dir_store *dir, struct dir_place *locked, struct err *err);
bool dir_is_at(const struct dir_store *dir, struct dir_place place);

/* Says what dir->file holds instead of what was expected: ERR_CONFLICT. Returns -1. */
int dir_refuse_value(const struct dir_store *dir, const char *name, struct err *err);

/* Sets STORE_HAS_AUDIT, or clears it. */
void dir_note_audit(struct dir_store *dir);

/* What a person changes. */
extern const struct backend_operations dir_operations;

/* The entry point store_save(). */
backend_save_fn dir_save;

/* Notes a temporary file that its writer has left behind, if it is one. */
void dir_note_leftover(struct dir_store *dir, const char *name);

/* Brings store.facts up to date. */
void dir_update_facts(struct dir_store *dir);

#endif
