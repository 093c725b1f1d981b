/* SPDX-License-Identifier: MIT
 * The files of a SQLite database as stat() sees them, and the rule by which they may be
 * opened for reading without harm to their owner. Opens nothing: closing a descriptor of
 * the database would drop the locks that SQLite holds in this process. */
#ifndef STORE_SQLITE_FILES_H
#define STORE_SQLITE_FILES_H

#include "base/err.h"
#include "base/fsio.h"

struct sqlite_files {
	struct file_mark database, wal; /* wal: zero while there is none */
	bool has_wal, has_shm, has_journal;
	uint32_t owner;	     /* uid of the database */
	uint32_t mode;	     /* its permissions */
	bool directory_ours; /* we may make files beside it */
	bool ours;	     /* we are its owner, or root */
};

/* Looks. ERR_UNREACHABLE: there is no such file, or it cannot be reached; ERR_DAMAGED: it
 * is no regular file, or empty. */
int sqlite_files_look(struct sqlite_files *out, const char *path, struct err *err);

/* The same where more than a look was wanted: messages say that nothing was `undone`. */
int sqlite_files_look_to(
	struct sqlite_files *out, const char *path, const char *undone, struct err *err);

/* What is there is neither a file nor can it become one. */
bool sqlite_files_is_taken(const char *path);

/* The type of the file system it is on, see fsio_type(). */
const char *sqlite_files_system(const char *path);

/* Nothing was written between the two looks, to the database or its write-ahead log. */
bool sqlite_files_equal(const struct sqlite_files *a, const struct sqlite_files *b);

/* The path still names the file that was looked at. ERR_UNREACHABLE: it names another
 * one, or none. Cheap. */
int
sqlite_files_same(const struct sqlite_files *files, const char *path, struct err *err);

enum sqlite_way {
	SQLITE_WAY_LOCKS,    /* mode=ro, with SQLite's locks */
	SQLITE_WAY_SNAPSHOT, /* immutable, for one poll, if nothing moves meanwhile */
	SQLITE_WAY_REFUSED,  /* with err set */
};

/*
 * How to read. A database in rollback mode is always read with locks. In WAL mode a
 * reader with locks needs the -wal and -shm files and makes them where they are missing;
 * made by somebody else than the owner they break the owner's next write. So a database
 * that nobody has open is taken as a snapshot, unless we are its owner (or root, for whom
 * SQLite keeps the owner) and may make them.
 */
enum sqlite_way sqlite_files_way(const struct sqlite_files *files, bool wal_mode,
	const char *path, struct err *err);

#endif
