/* SPDX-License-Identifier: MIT
 * What a directory back end remembers of every file: its mark and its key, nothing of
 * what is in it. By name and by key. */
#ifndef STORE_DIR_INDEX_H
#define STORE_DIR_INDEX_H

#include "base/fsio.h"
#include "model/key.h"

enum dir_entry_flag {
	DIR_ROW = 1 << 0,     /* it is a checkpoint */
	DIR_FOREIGN = 1 << 1, /* neither its name nor its members say which one */
	DIR_DAMAGED = 1 << 2,
	DIR_LINKED = 1 << 3,  /* it has several names */
	DIR_SKEWED = 1 << 4,  /* the time inside is far from that of the file */
	DIR_DOUBLED = 1 << 5, /* another file has the same key */
	DIR_OTHER = 1 << 6,  /* and that one counts: this is a row of its own beside it */
	DIR_MARKED = 1 << 7, /* it begins with a byte order mark */
	DIR_FLAGS = 8
};

/* One file. */
struct dir_entry {
	struct dir_entry *next_by_name, *next_by_key;
	char *key_memory;   /* the key, where it is not a part of the name */
	struct key key;	    /* job none: it has none */
	unsigned flags;	    /* enum dir_entry_flag */
	const char *damage; /* in words, or NULL */

	/* What follows belongs to those who look at the files. */
	struct dir_entry *next_listed,
		*listed_before; /* neighbours in the last listing */
	struct dir_entry *next_changed;
	struct file_mark mark;
	unsigned round; /* of the last listing that saw it */
	unsigned told;	/* of the last listing in which it was delivered */
	bool read;	/* it has been read at all */
	bool racy;	/* read so soon after a change that the next may not show */
	bool changed;	/* it is in the list of those to be read again */
	bool again;	/* its key is shared: to be delivered in order */
	char name[];
};

struct dir_index {
	struct dir_entry **by_name, **by_key;
	size_t capacity, count;
	size_t flagged[DIR_FLAGS]; /* how many entries have each flag */
	bool moved;		   /* a flag or damage changed; cleared by the holder */
};

void dir_index_free(struct dir_index *index);

struct dir_entry *dir_index_find(const struct dir_index *index, const char *name);

/* The entry of that name, made when there is none. */
struct dir_entry *dir_index_add(struct dir_index *index, const char *name);

/* The same in a listing, where it follows the entry `last` (NULL: none). A listing mostly
 * has the order of the one before, in which no name needs to be looked up. */
struct dir_entry *
dir_index_list(struct dir_index *index, struct dir_entry *last, const char *name);

/* Takes the entry out and frees it. */
void dir_index_remove(struct dir_index *index, struct dir_entry *entry);

/* Gives an entry its key, or none where key.job is none. A key borrowed from entry->name
 * is not copied. */
void dir_index_set_key(struct dir_index *index, struct dir_entry *entry, struct key key);

/* The key of the row that an entry is: its own, and with DIR_OTHER "PARTITION@FILE", so
 * that no file hides another. Made in *memory; str_free() it. */
struct key dir_entry_row_key(const struct dir_entry *entry, struct str *memory);

/* The entry with DIR_OTHER whose row has this key, or NULL. */
struct dir_entry *dir_index_other(const struct dir_index *index, struct key key);

/* What is known of an entry beyond its key. damage is a constant text, or NULL. */
void dir_index_flag(struct dir_index *index, struct dir_entry *entry, unsigned flags,
	const char *damage);

/* Walks the entries that have a key: start with NULL, ends with NULL. */
struct dir_entry *dir_index_with_key(
	const struct dir_index *index, struct key key, const struct dir_entry *last);

/* Walks all entries in no particular order; the one in hand may be removed. */
typedef void dir_index_walk_fn(void *arg, struct dir_entry *entry);
void dir_index_walk(struct dir_index *index, dir_index_walk_fn *walk, void *arg);

#endif
