/* SPDX-License-Identifier: MIT
 * One look at a directory, and the rows that it finds. Of the directory back end. */
#ifndef STORE_DIR_SCAN_ROWS_H
#define STORE_DIR_SCAN_ROWS_H

#include "store/dir/dir.h"

/* One look. */
struct dir_scan {
	struct dir_store *dir;
	store_row_fn *row; /* NULL: nobody listens */
	void *arg;
	bool whole;   /* every row is delivered, not only what changed */
	bool touched; /* the index changed in a way that rows tell */
	bool ghost; /* of a whole scan: a row that it delivered is gone by now, or one is
		       missing that is there */
	int64_t read_at;	/* clock_now() before the file in hand was read */
	size_t looks;		/* files looked at, to count chunks by */
	struct dir_entry *last; /* the last entry of the listing, or NULL */
	size_t listed; /* entries that the listing has shown and that are there */
	struct unsettled {
		struct dir_entry *entry;
		struct file_mark mark;
	} * unsettled; /* files that look half-written, to be read once more */
	size_t unsettled_count, unsettled_capacity;
};

/* What dir->file holds is what this entry is now. */
void dir_rows_take(struct dir_scan *scan, struct dir_entry *entry);

/* There is no such file any more; the entry goes. */
void dir_rows_drop(struct dir_scan *scan, struct dir_entry *entry);

/* Delivers files that share a key with others, once all were looked at. Of several with
 * one key the last counts: the one with the proper name, else the last by name. The
 * others are rows beside it. False: there are none. */
bool dir_rows_again(struct dir_scan *scan);

#endif
