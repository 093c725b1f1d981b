/* SPDX-License-Identifier: MIT
 * One edit of a file while it is made. Of the directory back end. */
#ifndef STORE_DIR_OPERATE_H
#define STORE_DIR_OPERATE_H

#include "store/dir/dir.h"
#include "store/dir/image.h"

/* The longest name of a temporary file: a hidden one that no pipeline takes for its own.
 */
#define DIR_OWN_SIZE 96

struct dir_edit {
	struct dir_store *dir; /* locked */
	const struct operation *operation;
	size_t index;	   /* among the edits of the operation */
	struct edit *edit; /* gets the result */
	bool was, becomes; /* whether there are these: */
	struct dir_image seen, wanted;
	const char *name;	/* of the file */
	char own[DIR_OWN_SIZE]; /* of the temporary file */
	int audit_fd;		/* of the store audit, -1: there is none */
	bool settling;		/* somebody was at it before */
	int left;		/* why the temporary file is still there: an errno, 0 */
};

/* Why what is in the file cannot be relied on; NULL: it can. */
const char *dir_damage_of(const struct dir_file *file);

/*
 * Compare-and-set of one file; sets the result of the edit. What is there is compared
 * twice: before anything is done, and again after it was displaced, because only then
 * nobody can change it any more. What was displaced and is not what was seen goes back.
 */
void dir_swap(struct dir_edit *edit);

/* One version of a file, which keeps its inode while it is held. */
struct dir_version {
	bool there;
	bool read; /* file holds it; else err says why not */
	int held;  /* a descriptor, -1: none */
	uint64_t device, inode;
	struct fsio_file file;
	struct err err;
};

/* Looks at what has this name now. dir_version_drop() it. */
void dir_version_take(struct dir_version *out, int dir_fd, const char *name);
void dir_version_drop(struct dir_version *version);

/* The very version that was put in place: also its bytes, because a writer in place keeps
 * the inode. Where one cannot be read, the inode alone must tell. */
bool dir_version_is(const struct dir_version *a, const struct dir_version *b);

/* The very bytes that the edit expects, or is to make. */
bool dir_is_seen(const struct dir_edit *edit, const struct dir_version *now);
bool dir_is_wanted(const struct dir_edit *edit, const struct dir_version *now);

/*
 * Brings back what was displaced: in place is what we put there (`placed`), and the
 * temporary name has what somebody else had saved (`displaced`). Both are changed; true:
 * the newest version is in place (or the file was deleted by somebody), *displaced is
 * what is there, and the temporary file was removed. False, and the result of the edit is
 * UNKNOWN.
 */
bool dir_put_back(
	struct dir_edit *edit, struct dir_version *placed, struct dir_version *displaced);

/* The same for a file that was moved away: it goes back, unless somebody has saved since,
 * whose version is newer. */
bool dir_move_back(struct dir_edit *edit, struct dir_version *displaced);

/* Brings the names onto the disk, tells the store audit, and removes the temporary file:
 * the edit is DONE. False: the audit could not be told, *why says it, and the edit has no
 * result yet. */
bool dir_finish(struct dir_edit *edit, struct err *why);

/* Removes the temporary file, or notes why it is still there. */
void dir_remove_own(struct dir_edit *edit);

/* Finds out what became of one edit. */
void dir_settle_one(struct dir_edit *edit);

/* --- the store audit, audit.c --- */

#define DIR_AUDIT ".ckptop-audit.jsonl"

/* Opens the file with these flags of open(); *fd is -1 where there is none. */
int dir_audit_look(const struct dir_store *dir, int flags, int *fd, struct err *err);

/* Opens the store audit for appending; *fd is -1 where there is none. The directory is
 * locked. */
int dir_audit_open(struct dir_store *dir, int *fd, struct err *err);

/* Appends the row of an edit and brings it onto the disk, where there is an audit; after
 * a failure there is no row. */
int dir_audit_append(const struct dir_edit *edit, struct err *err);

/* Whether the row is there; not where there is no audit. */
int dir_audit_tells(const struct dir_edit *edit, bool *tells, struct err *err);

int dir_audit_create(struct store *store, bool *made, struct err *err);
int dir_audit_add_script(struct store *store, struct str *out, struct err *err);
int dir_audit_read(struct store *store, store_audit_fn *row, void *arg, struct err *err);
int dir_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err);

#endif
