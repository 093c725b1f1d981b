/* SPDX-License-Identifier: MIT */
#include "action/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/permit.h"

#define CHUNK ((size_t)64 << 10)

/* What is said behind a reason not to write. */
#define NO_CHANGE JOURNAL_NO_CHANGE
#define OTHERS	  "name another one in the configuration (journal = PATH)"

/* --- the directory --- */

/* The path up to its last name; "." when it has only that. To be freed with free(). */
static char *
parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	while (slash != NULL && slash > path && slash[-1] == '/')
		slash--;
	if (slash == NULL)
		return mem_copy(".", 1);
	return mem_copy(path, slash > path ? (size_t)(slash - path) : 1);
}

static int
cannot(const char *what, const char *directory, struct err *err)
{
	return err_set_errno(err, ERR_REFUSED, errno,
		"cannot %s the directory %s of the journal; " NO_CHANGE, what, directory);
}

/* What is made in somebody else's directory, as by root under sudo in the home of the
 * user, would be in his way and in his hands. */
static int
check_owner(const char *directory, const struct stat *status, struct err *err)
{
	if (status->st_uid == geteuid() || status->st_uid == 0)
		return 0;
	return err_set(err, ERR_REFUSED,
		"the directory %s of the journal belongs to the user %u, not to you "
		"(%u); "
		"" NO_CHANGE ": " OTHERS ", or with sudo use a HOME of its own (sudo -H)",
		directory, (unsigned)status->st_uid, (unsigned)geteuid());
}

/* Where others may take names away they could put a journal of their own in place of
 * ours. */
static int
check_mode(const char *directory, const struct stat *status, struct err *err)
{
	if ((status->st_mode & 022) == 0 || (status->st_mode & S_ISVTX) != 0)
		return 0;
	return err_set(err, ERR_REFUSED,
		"others may write to the directory %s of the journal (mode %04o); "
		"" NO_CHANGE ": take that from them (chmod go-w), or " OTHERS,
		directory, (unsigned)status->st_mode & 07777);
}

static int make_dir(const char *path, struct err *err);
static int open_above(const char *path, struct stat *status, struct err *err);

/* Opens a directory. One that is not there is made; where missing is given nothing is:
 * then that is told there, and the nearest one above it is opened. */
static int
open_dir(const char *path, struct stat *status, bool *missing, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		if (missing != NULL) {
			*missing = true;
			return open_above(path, status, err);
		}
		if (make_dir(path, err) != 0)
			return -1;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0 || fstat(fd, status) != 0) {
		cannot("open", path, err);
	} else if (check_owner(path, status, err) == 0) {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
open_above(const char *path, struct stat *status, struct err *err)
{
	char *parent = parent_of(path);
	bool missing;
	int fd = -1;

	if (strcmp(parent, path) == 0)
		cannot("make", path, err);
	else
		fd = open_dir(parent, status, &missing, err);
	free(parent);
	return fd;
}

/* Makes a directory and those above it, for nobody but the user. */
static int
make_dir(const char *path, struct err *err)
{
	char *parent = parent_of(path);
	struct stat status;
	int result = -1, fd = -1;

	if (strcmp(parent, path) == 0) {
		cannot("make", path, err);
		goto end;
	}
	fd = open_dir(parent, &status, NULL, err);
	if (fd < 0)
		goto end;
	/* Some file systems have nothing to sync there. */
	if ((mkdir(path, 0700) != 0 && errno != EEXIST) ||
		(fsync(fd) != 0 && errno != EINVAL))
		cannot("make", path, err);
	else
		result = 0;
end:
	if (fd >= 0)
		close(fd);
	free(parent);
	return result;
}

/* --- the file --- */

static int
check_file(const char *path, const struct stat *status, struct err *err)
{
	if (!S_ISREG(status->st_mode))
		return err_set(err, ERR_REFUSED,
			"the journal %s is not a regular file; " NO_CHANGE ": " OTHERS,
			path);
	if (status->st_uid != geteuid())
		return err_set(err, ERR_REFUSED,
			"the journal %s belongs to the user %u, not to you (%u); "
			"" NO_CHANGE ": " OTHERS,
			path, (unsigned)status->st_uid, (unsigned)geteuid());
	if ((status->st_mode & 022) != 0)
		return err_set(err, ERR_REFUSED,
			"others may write to the journal %s (mode %04o); " NO_CHANGE ": "
			"look what they wrote (ckptop audit verify), then chmod go-w",
			path, (unsigned)status->st_mode & 07777);
	return 0;
}

static int
cannot_open(const char *path, int error, struct err *err)
{
	if (error == ELOOP)
		return err_set(err, ERR_REFUSED,
			"the journal %s is a symbolic link; " NO_CHANGE ": name the file "
			"itself in the configuration (journal = PATH)",
			path);
	if (error == EISDIR || error == ENXIO)
		return err_set(err, ERR_REFUSED,
			"the journal %s is not a regular file; " NO_CHANGE ": " OTHERS,
			path);
	return err_set_errno(
		err, ERR_REFUSED, error, "cannot open the journal %s; " NO_CHANGE, path);
}

/* The name of the file in its directory; NULL: there is none. */
static const char *
name_of(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;

	if (*name != '\0')
		return name;
	err_set(err, ERR_REFUSED, "\"%s\" names no file to be the journal; " NO_CHANGE,
		path);
	return NULL;
}

int
journal_file_open(const char *path, struct err *err)
{
	const char *name = name_of(path, err);
	int dir_fd, fd = -1, result = -1;
	struct stat status;
	char *directory;

	if (name == NULL)
		return -1;
	directory = parent_of(path);
	dir_fd = open_dir(directory, &status, NULL, err);
	if (dir_fd < 0 || check_mode(directory, &status, err) != 0)
		goto end;
	fd = openat(dir_fd, name,
		O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
			O_CLOEXEC,
		0600);
	if (fd < 0 || fstat(fd, &status) != 0)
		cannot_open(path, errno, err);
	else if (check_file(path, &status, err) == 0)
		result = 0;
	/* A file that has just been made must be found again after a loss of power. */
	if (result == 0 && status.st_size == 0 && fsync(dir_fd) != 0 && errno != EINVAL)
		result = err_set_errno(err, ERR_REFUSED, errno,
			"cannot write the directory of the journal %s to the disk; "
			"" NO_CHANGE,
			path);
end:
	if (dir_fd >= 0)
		close(dir_fd);
	if (result != 0 && fd >= 0)
		close(fd);
	free(directory);
	return result == 0 ? fd : -1;
}

/* In a directory that is there and may be used. */
static int
look_at_file(
	int dir_fd, const char *name, const char *path, bool *is_there, struct err *err)
{
	int fd = openat(
		dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat status;

	*is_there = fd >= 0;
	if (fd < 0 && errno == ENOENT)
		return dup(dir_fd);
	if (fd < 0 || fstat(fd, &status) != 0)
		cannot_open(path, errno, err);
	else if (check_file(path, &status, err) == 0 &&
		 permit_writing(dir_fd, name, path, err) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int
journal_file_look(const char *path, bool *is_there, struct err *err)
{
	const char *name = name_of(path, err);
	bool missing = false;
	struct stat status;
	char *directory;
	int dir_fd, fd = -1;

	*is_there = false;
	if (name == NULL)
		return -1;
	directory = parent_of(path);
	dir_fd = open_dir(directory, &status, &missing, err);
	if (dir_fd >= 0 && missing)
		fd = dup(dir_fd);
	else if (dir_fd >= 0 && check_mode(directory, &status, err) == 0)
		fd = look_at_file(dir_fd, name, path, is_there, err);
	/* Where it would have to be made. */
	if (fd >= 0 && !*is_there && permit_directory(dir_fd, directory, err) != 0) {
		close(fd);
		fd = -1;
	}
	if (dir_fd >= 0)
		close(dir_fd);
	free(directory);
	return fd;
}

bool
journal_file_is_same(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

int
journal_file_lock(int fd, const char *path, int operation, int64_t timeout,
	enum err_kind kind, struct err *err)
{
	int64_t deadline = clock_monotonic() + timeout;

	while (flock(fd, operation | LOCK_NB) != 0) {
		const struct timespec nap = { 0, 2 * MILLISECOND * 1000 };

		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set_errno(
				err, kind, errno, "cannot lock the journal %s", path);
		if (clock_monotonic() >= deadline)
			return err_set(err, kind,
				"another program holds the journal %s; see which one "
				"(fuser %s): until it has ended nothing is recorded",
				path, path);
		nanosleep(&nap, NULL);
	}
	return 0;
}

int
journal_file_read(int fd, const char *path, uint64_t at, uint64_t bytes, struct str *out,
	struct err *err)
{
	char chunk[8192];

	str_clear(out);
	while (out->len < bytes) {
		uint64_t left = bytes - out->len;
		ssize_t got = pread(fd, chunk,
			left < sizeof(chunk) ? (size_t)left : sizeof(chunk),
			(off_t)(at + out->len));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set_errno(err, ERR_FAILED, got < 0 ? errno : EIO,
				"cannot read the journal %s", path);
		str_add_span(out, (struct span){ chunk, (size_t)got });
	}
	return 0;
}

/* --- the last record --- */

/* Where the line begins whose last byte is before `end`. */
static int
line_start(int fd, const char *path, uint64_t end, uint64_t *start, struct err *err)
{
	struct str chunk = { 0 };
	int result = 0;

	/* The newline of the line itself does not count. */
	for (*start = end > 0 ? end - 1 : 0; result == 0 && *start > 0;) {
		uint64_t from = *start > CHUNK ? *start - CHUNK : 0;
		const char *newline;

		result = journal_file_read(fd, path, from, *start - from, &chunk, err);
		if (result != 0)
			break;
		newline = memrchr(chunk.text, '\n', chunk.len);
		if (newline != NULL) {
			*start = from + (uint64_t)(newline - chunk.text) + 1;
			break;
		}
		*start = from;
	}
	str_free(&chunk);
	return result;
}

/* True when the line that fills these bytes is part of the chain; *tail is it then. One
 * that was edited is one as well: what follows is linked to the hash that stands in it,
 * and it stays what does not fit. */
static int
look_at_line(int fd, const char *path, uint64_t start, uint64_t end,
	struct journal_tail *tail, bool *found, struct err *err)
{
	struct str text = { 0 };
	struct line line;
	int result = 0;

	*found = false;
	if (end - start <= JOURNAL_LINE_MAX)
		result = journal_file_read(fd, path, start, end - start, &text, err);
	if (result == 0 && text.len > 0) {
		/* A record that has lost no more than its newline is a record. */
		if (text.text[text.len - 1] == '\n')
			str_cut(&text, text.len - 1);
		else
			tail->open = true;
		line_parse(&line, str_span(&text));
		*found = line.linked && line.record.seq < UINT64_MAX;
		if (*found) {
			tail->seq = line.record.seq;
			tail->end = end;
			tail->open_from = line.open_from;
			memcpy(tail->hash, line.record.hash.at, DIGEST_LEN);
		}
		line_free(&line);
	}
	str_free(&text);
	return result;
}

static int
refuse_rest(
	const char *path, const struct journal_tail *tail, uint64_t at, struct err *err)
{
	if (tail->seq == 0)
		return err_set(err, ERR_REFUSED,
			"%s holds no record of ckptop at its end, so it is not (or not "
			"any more) its journal; " NO_CHANGE ": keep a copy and move it "
			"away (a new one begins), or " OTHERS,
			path);
	return err_set(err, ERR_REFUSED,
		"the journal %s has behind its record %llu, from byte %llu on, a line "
		"that is no record and not what a crash leaves of one, so somebody else "
		"wrote it; " NO_CHANGE ": look at it (ckptop audit verify), keep a copy "
		"and move it away; a new one begins",
		path, (unsigned long long)tail->seq, (unsigned long long)at);
}

/* True when a line behind the last record may be what a crash has left. The last one has
 * no newline then. One before it got its newline from the next record, which did not come
 * to its end either: such lines stand for no other record than the next. */
static bool
may_be_torn(const struct journal_tail *tail, struct span text, bool is_last, bool ended)
{
	bool result, begun;
	struct line line;

	line_parse(&line, text);
	begun = line_is_begun(&line, text, tail->seq + 1, tail->hash);
	result = line.record.hash.at == NULL &&
		 (is_last ? !ended && (begun || tail->seq > 0) : begun);
	line_free(&line);
	return result;
}

/* What is behind the last record is what a crash has left, or nothing. */
static int
check_rest(int fd, const char *path, uint64_t size, const struct journal_tail *tail,
	struct err *err)
{
	struct str rest = { 0 };
	int result = journal_file_read(fd, path, tail->end, size - tail->end, &rest, err);
	size_t at = 0;

	while (result == 0 && at < rest.len) {
		const char *text = rest.text + at;
		const char *newline = memchr(text, '\n', rest.len - at);
		size_t len = newline != NULL ? (size_t)(newline - text) : rest.len - at;
		size_t next = at + len + (newline != NULL);

		if (!may_be_torn(tail, (struct span){ text, len }, next == rest.len,
			    newline != NULL))
			result = refuse_rest(path, tail, tail->end + at, err);
		at = next;
	}
	str_free(&rest);
	return result;
}

int
journal_file_tail(int fd, const char *path, uint64_t size, struct journal_tail *tail,
	struct err *err)
{
	uint64_t end = size, start;
	bool found = false;

	*tail = (struct journal_tail){ .hash = JOURNAL_NO_HASH };
	while (end > 0 && size - end <= JOURNAL_LINE_MAX) {
		if (line_start(fd, path, end, &start, err) != 0 ||
			look_at_line(fd, path, start, end, tail, &found, err) != 0)
			return -1;
		if (found)
			return check_rest(fd, path, size, tail, err);
		end = start;
	}
	if (size > JOURNAL_LINE_MAX)
		return err_set(err, ERR_REFUSED,
			"the end of the journal %s holds no record; " NO_CHANGE ": look "
			"at it (ckptop audit verify), keep a copy and move it away (a "
			"new one begins), or " OTHERS,
			path);
	return check_rest(fd, path, size, tail, err);
}
