/* SPDX-License-Identifier: MIT
 * One file of a directory of checkpoints: read, understood, and where it cannot be
 * understood, said why. Of the directory back end. */
#ifndef STORE_DIR_FILE_H
#define STORE_DIR_FILE_H

#include "base/fsio.h"
#include "base/json.h"
#include "model/ckpt.h"

/* No file larger than this is read. */
#define DIR_FILE_MAX ((size_t)1 << 20)

/*
 * What was found in one file. Start with { 0 }, read as many files into it as you like,
 * end with dir_file_free(). Spans live until the next read.
 */
struct dir_file {
	struct file_mark mark;
	const char *damage; /* in the words of the WHY column; NULL: none */
	struct str detail;  /* the same for a sentence */
	bool unsettled;	    /* a writer at work would look like this damage */
	bool has_key;	    /* the members "job" and "partition" are there */
	struct key key;
	struct span value, metadata, updated_text;
	enum ckpt_storage storage;
	struct stamp updated;

	/* For those who write: the document and where its members are. */
	struct str text;
	struct json *json; /* NULL when it could not be parsed */
	json_at job_at, partition_at, value_at, metadata_at, timestamp_at;

	struct str job_memory, partition_memory, value_memory, updated_memory;
};

void dir_file_free(struct dir_file *file);

enum dir_file_state {
	DIR_FILE_READ, /* something with this name is there, readable or damaged */
	DIR_FILE_GONE, /* nothing is there */
};

/* Reads a file once. */
enum dir_file_state dir_file_read(struct dir_file *file, int dir_fd, const char *name);

/* Understands bytes that were read from a file with this mark. */
void
dir_file_parse(struct dir_file *file, struct span bytes, const struct file_mark *mark);

/*
 * Reads a file until what it says can be trusted: a file that looks half-written is read
 * again after a moment, and only when two reads in a row say so is it damaged. Takes at
 * most a tenth of a second.
 */
enum dir_file_state
dir_file_read_settled(struct dir_file *file, int dir_fd, const char *name);

/* How long a writer in place is given to go on before its file is read again, in
 * microseconds, and how many reads it gets at most. */
#define DIR_FILE_PAUSE (20 * MILLISECOND)
#define DIR_FILE_READS 5

/* Waits that long, when the file is so young that its writer may still be at work. */
void dir_file_pause(const struct file_mark *mark);

/* The offset from UTC, in microseconds, that brings the time inside nearest to that of
 * the file. False when that is not the offset of any zone, or the time has a zone of its
 * own.
 */
bool dir_file_zone(const struct dir_file *file, int64_t *offset);

/* True when the time inside is further from that of the file than `most`: it was copied
 * here, or a clock is wrong. A time without a zone is taken in `zone`, or, when that is
 * NULL, may be off by a zone's offset. */
bool
dir_file_is_skewed(const struct dir_file *file, const struct zone *zone, int64_t most);

/* Fills a checkpoint with what the file says; key, flags and where are the caller's. */
void dir_file_describe(const struct dir_file *file, struct ckpt *out);

#endif
