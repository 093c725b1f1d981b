/* SPDX-License-Identifier: MIT */
#include "store/sqlite/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sandbox.h"

/* stat() of PATH and a suffix. */
static bool
beside(const char *path, const char *suffix, struct stat *status)
{
	struct str name = { 0 };
	bool there;

	str_addf(&name, "%s%s", path, suffix);
	there = stat(str_text(&name), status) == 0;
	str_free(&name);
	return there;
}

const char *
sqlite_files_system(const char *path)
{
	char *copy = mem_copy(path, strlen(path));
	int directory = fsio_open_dir(dirname(copy), NULL);
	const char *type = "";

	free(copy);
	if (directory >= 0) {
		type = fsio_type(directory);
		close(directory);
	}
	return type;
}

static bool
may_write_directory(const char *path)
{
	char *copy = mem_copy(path, strlen(path));
	bool may = faccessat(AT_FDCWD, dirname(copy), W_OK | X_OK, AT_EACCESS) == 0;

	free(copy);
	return may;
}

static int
not_a_database(
	const struct stat *status, const char *path, const char *undone, struct err *err)
{
	if (S_ISDIR(status->st_mode))
		return err_set(err, ERR_DAMAGED,
			"%s is a directory; nothing was %s; for checkpoint files "
			"write dir:%s",
			path, undone, path);
	if (!S_ISREG(status->st_mode))
		return err_set(err, ERR_DAMAGED,
			"%s is not a regular file; nothing was %s", path, undone);
	return err_set(err, ERR_DAMAGED,
		"%s is an empty file, it has no table checkpoints; nothing was %s; the "
		"pipeline's first save makes it, or `ckptop init -s sqlite:%s`",
		path, undone, path);
}

static void
look_at(struct sqlite_files *out, const char *path, const struct stat *status)
{
	struct stat other;

	out->database = file_mark_of(status);
	out->owner = status->st_uid;
	out->mode = status->st_mode & 07777;
	out->has_wal = beside(path, "-wal", &other);
	if (out->has_wal)
		out->wal = file_mark_of(&other);
	out->has_shm = beside(path, "-shm", &other);
	out->has_journal = beside(path, "-journal", &other);
	out->directory_ours = may_write_directory(path);
	out->ours = geteuid() == 0 || geteuid() == status->st_uid;
}

int
sqlite_files_look_to(
	struct sqlite_files *out, const char *path, const char *undone, struct err *err)
{
	struct stat status;
	/* SQLite's own files stand beside the file that a link leads to. */
	char *real = realpath(path, NULL);
	int result = 0;

	*out = (struct sqlite_files){ 0 };
	if (real == NULL || stat(real, &status) != 0) {
		if (errno == ENOENT)
			result = err_set(err, ERR_UNREACHABLE,
				"%s: no such file; nothing was %s; check the path, or "
				"make an empty store with `ckptop init -s sqlite:%s`",
				path, undone, path);
		else
			result = err_set_errno(err, ERR_UNREACHABLE, errno,
				"%s cannot be reached; nothing was %s", path, undone);
	} else if (!S_ISREG(status.st_mode) || status.st_size == 0) {
		result = not_a_database(&status, path, undone, err);
	} else {
		look_at(out, real, &status);
	}
	free(real);
	return result;
}

int
sqlite_files_look(struct sqlite_files *out, const char *path, struct err *err)
{
	return sqlite_files_look_to(out, path, "read", err);
}

bool
sqlite_files_is_taken(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

bool
sqlite_files_equal(const struct sqlite_files *a, const struct sqlite_files *b)
{
	return file_mark_equal(&a->database, &b->database) && a->has_wal == b->has_wal &&
	       file_mark_equal(&a->wal, &b->wal);
}

int
sqlite_files_same(const struct sqlite_files *files, const char *path, struct err *err)
{
	struct sqlite_files now;
	struct stat status;

	if (stat(path, &status) != 0)
		return sqlite_files_look(&now, path, err);
	if (status.st_dev == files->database.device &&
		status.st_ino == files->database.inode)
		return 0;
	return err_set(err, ERR_UNREACHABLE,
		"%s was replaced by another file while it was open; nothing was read or "
		"written; try again",
		path);
}

enum sqlite_way
sqlite_files_way(const struct sqlite_files *files, bool wal_mode, const char *path,
	struct err *err)
{
	bool may_make_files =
		files->ours && files->directory_ours && !sandbox_is_wanted();

	if (!wal_mode || (files->has_shm && files->has_wal) || may_make_files)
		return SQLITE_WAY_LOCKS;
	if (!files->has_shm && !files->has_wal)
		return SQLITE_WAY_SNAPSHOT;
	/* Where only one of the two is missing, somebody died or keeps the database to
	 * himself: what is in the log cannot be read without making the other. */
	err_set(err, ERR_UNREACHABLE,
		"%s is in WAL mode and its %s file is missing: to read it would make one "
		"that %s; nothing was read; open it once as its owner (uid %u), or let "
		"the pipeline run",
		path, files->has_shm ? "-wal" : "-shm",
		sandbox_is_wanted()	? "a process that only reads cannot make"
		: files->directory_ours ? "is ours and stops the owner's next write"
					: "this directory does not let us make",
		files->owner);
	return SQLITE_WAY_REFUSED;
}
