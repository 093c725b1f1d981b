/* SPDX-License-Identifier: MIT
 * The file under the journal: opened with care, locked, and read line by line. Only for
 * the files of the journal. */
#ifndef ACTION_JOURNAL_FILE_H
#define ACTION_JOURNAL_FILE_H

#include <stdint.h>

#include "action/journal_line.h"

#define JOURNAL_TIMEOUT (5 * SECOND)

/* Opens the file to append to, made where it is not there. -1 and ERR_REFUSED: see
 * journal_open(). */
int journal_file_open(const char *path, struct err *err);

/* The same without making or changing anything: opens it to read. *is_there false: it is
 * not there and could be made; then it is a directory that is opened, on the file system
 * it would be on. */
int journal_file_look(const char *path, bool *is_there, struct err *err);

/* False when the path leads to another file by now, or to none. */
bool journal_file_is_same(int fd, const char *path);

/* flock() with LOCK_EX or LOCK_SH; closing the file ends it. The failure has this kind.
 */
int journal_file_lock(int fd, const char *path, int operation, int64_t timeout,
	enum err_kind kind, struct err *err);

/* Reads so many bytes at a place into *out (cleared first). ERR_FAILED, also when there
 * are fewer. */
int journal_file_read(int fd, const char *path, uint64_t at, uint64_t bytes,
	struct str *out, struct err *err);

/* The end of the chain. */
struct journal_tail {
	uint64_t seq; /* of the last record, edited or not; 0: there is none */
	char hash[DIGEST_SIZE];
	uint64_t end; /* the first byte behind its line: what is there a crash has left */
	bool open;    /* the last line of the file, whatever it is, has no newline */
	struct line_place open_from; /* what the record says of it, see line_write() */
};

/* Finds the last record of a file of so many bytes, also where it was edited: that must
 * not pass for torn. ERR_REFUSED: behind it, or in all of the file, is something that is
 * no record and that no crash leaves, as a line with a newline. */
int journal_file_tail(int fd, const char *path, uint64_t size, struct journal_tail *tail,
	struct err *err);

/* Reading forwards. */
struct journal_lines {
	const char *path;
	int fd; /* -1: there is no such file */
	uint64_t size, next;
	struct str chunk; /* bytes from `next` on */
	size_t used;	  /* of the chunk */

	/* The line that journal_lines_next() has found. */
	struct span text;
	uint64_t at, number; /* its first byte; counted from 1 */
	bool ended;	     /* false: the file ends before the line does */
};

/* What is in the file now, and nothing of what others write later. */
int journal_lines_open(struct journal_lines *out, const char *path, struct err *err);

/* Goes on at a record, if it is there; else at the first byte of the file. */
int journal_lines_go_to(
	struct journal_lines *lines, const struct line_place *place, struct err *err);

/* 1 with a line, which lives until the next call and is empty in place of one of more
 * than JOURNAL_LINE_MAX; 0 at the end; -1 ERR_FAILED. */
int journal_lines_next(struct journal_lines *lines, struct err *err);
void journal_lines_close(struct journal_lines *lines);

/*
 * With the lock held: before which record nothing will be open once this one, which has
 * its seq, is at so many bytes of a file of this size. False: that could not be found
 * out.
 */
bool journal_open_from(int fd, const char *path, uint64_t size,
	const struct journal_tail *tail, const struct journal_record *record, uint64_t at,
	struct line_place *out);

#endif
