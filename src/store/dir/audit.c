/* SPDX-License-Identifier: MIT
 * The store audit of a directory: a hidden file of JSON lines. The first says which store
 * this is, each other one edit. It is written under the lock of the directory. */
#include "store/dir/operate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
dir_note_audit(struct dir_store *dir)
{
	struct stat status;

	dir->store.capabilities &= ~(unsigned)STORE_HAS_AUDIT;
	if (fstatat(dir->fd, DIR_AUDIT, &status, AT_SYMLINK_NOFOLLOW) == 0)
		dir->store.capabilities |= STORE_HAS_AUDIT;
}

/* --- opening --- */

/* 0: *fd is open, or -1 where there is no audit. */
int
dir_audit_look(const struct dir_store *dir, int flags, int *fd, struct err *err)
{
	struct stat status;

	*fd = openat(dir->fd, DIR_AUDIT,
		flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		return 0;
	/* ELOOP: it is a symbolic link. */
	if (*fd < 0 && errno != ELOOP)
		return err_set_errno(err, ERR_FAILED, errno,
			"directory %s: the store audit %s cannot be opened; nothing was "
			"changed",
			dir->path, DIR_AUDIT);
	if (*fd >= 0) {
		if (fstat(*fd, &status) == 0 && S_ISREG(status.st_mode))
			return 0;
		close(*fd);
		*fd = -1;
	}
	return err_set(err, ERR_REFUSED,
		"directory %s: the store audit %s is not a regular file; nothing was "
		"changed; look at it",
		dir->path, DIR_AUDIT);
}

int
dir_audit_open(struct dir_store *dir, int *fd, struct err *err)
{
	dir_note_audit(dir);
	return dir_audit_look(dir, O_RDWR | O_APPEND, fd, err);
}

/* --- reading --- */

/* One look at the audit. */
struct reading {
	FILE *stream;
	char *line;
	size_t capacity, number;
	struct json *json; /* of the line; NULL: it cannot be understood */
	int failed;	   /* errno: there may be more, and it could not be read */
};

static int
cannot_read(const struct dir_store *dir, int error, struct err *err)
{
	return err_set_errno(err, ERR_UNREACHABLE, error,
		"directory %s: the store audit %s cannot be read", dir->path, DIR_AUDIT);
}

static int
start_reading(
	struct reading *reading, const struct dir_store *dir, int fd, struct err *err)
{
	*reading = (struct reading){ .stream = fdopen(fd, "r") };
	if (reading->stream != NULL)
		return 0;
	cannot_read(dir, errno, err);
	close(fd);
	return -1;
}

/* -1: not all of it was read, and what was not seen may be there. */
static int
end_reading(struct reading *reading, const struct dir_store *dir, struct err *err)
{
	json_free(reading->json);
	free(reading->line);
	fclose(reading->stream);
	return reading->failed != 0 ? cannot_read(dir, reading->failed, err) : 0;
}

/* The next line. A last one that nobody has ended was cut off while it was written: then
 * nothing was done. */
static bool
next_line(struct reading *reading)
{
	ssize_t len;

	errno = 0;
	len = getline(&reading->line, &reading->capacity, reading->stream);
	if (ferror(reading->stream) || (len <= 0 && !feof(reading->stream)))
		reading->failed = errno != 0 ? errno : EIO;
	json_free(reading->json);
	reading->json = NULL;
	if (len <= 0 || reading->failed != 0)
		return false;
	reading->number++;
	if (json_parse(&reading->json, (struct span){ reading->line, (size_t)len },
		    NULL) != 0)
		reading->json = NULL;
	return reading->json != NULL || reading->line[len - 1] == '\n';
}

/* The texts of a row, which it borrows. */
enum text {
	TEXT_OP,
	TEXT_WHO,
	TEXT_ACTION,
	TEXT_REASON,
	TEXT_ANCHOR,
	TEXT_UNDO_OF,
	TEXT_JOB,
	TEXT_PARTITION,
	TEXT_OLD,
	TEXT_NEW,
	TEXTS
};

/* Which stand there only where they are true. */
#define OLD_UNREADABLE "old_unreadable"
#define NEW_UNREADABLE "new_unreadable"

static const char *const text_names[TEXTS] = { "op", "who", "action", "reason", "anchor",
	"undo_of", "job", "partition", "old", "new" };

static bool
read_flag(const struct json *json, const char *name, bool *out)
{
	json_at at = json_member(json, JSON_ROOT, name, NULL);

	*out = span_is(json_raw(json, at), "true");
	return json_kind(json, at) == JSON_BOOL;
}

static bool
is_set(const struct json *json, const char *name)
{
	bool set = false;

	return read_flag(json, name, &set) && set;
}

/* False: this is no row. */
static bool
read_row(const struct json *json, struct str *memory, struct audit_row *out)
{
	struct span texts[TEXTS];

	for (int i = 0; i < TEXTS; i++) {
		bool read = dir_member_read(json, JSON_ROOT, text_names[i], &memory[i]);

		texts[i] = read ? str_span(&memory[i]) : SPAN_NONE;
	}
	*out = (struct audit_row){
		.operation = { .id = texts[TEXT_OP],
			.who = texts[TEXT_WHO],
			.action = texts[TEXT_ACTION],
			.reason = texts[TEXT_REASON],
			.anchor = texts[TEXT_ANCHOR],
			.undo_of = texts[TEXT_UNDO_OF] },
		.key = { texts[TEXT_JOB], texts[TEXT_PARTITION] },
		.old_value = texts[TEXT_OLD],
		.new_value = texts[TEXT_NEW],
		.old_unreadable = is_set(json, OLD_UNREADABLE),
		.new_unreadable = is_set(json, NEW_UNREADABLE),
	};
	return texts[TEXT_OP].at != NULL && texts[TEXT_JOB].at != NULL &&
	       dir_member_integer(json, JSON_ROOT, "at", &out->operation.at) &&
	       read_flag(json, "existed", &out->existed) &&
	       read_flag(json, "exists", &out->exists);
}

static bool
deliver(const struct json *json, store_audit_fn *row, void *arg)
{
	struct str memory[TEXTS] = { { 0 } };
	struct audit_row out;
	bool is_row = read_row(json, memory, &out);

	if (is_row)
		row(arg, &out);
	for (int i = 0; i < TEXTS; i++)
		str_free(&memory[i]);
	return is_row;
}

/* What can be read is delivered, what cannot is said. */
int
dir_audit_read(struct store *store, store_audit_fn *row, void *arg, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct reading reading;
	size_t damaged = 0;
	int fd, status = 0;

	if (dir_check_place(dir, err) != 0)
		return -1;
	dir_note_audit(dir);
	if (dir_audit_look(dir, O_RDONLY, &fd, err) != 0)
		return -1;
	if (fd < 0)
		return 0;
	if (start_reading(&reading, dir, fd, err) != 0)
		return -1;
	while (!store_must_stop(store, err) && next_line(&reading))
		if (reading.number > 1 &&
			(reading.json == NULL || !deliver(reading.json, row, arg)) &&
			damaged++ == 0)
			status = err_set(err, ERR_DAMAGED,
				"directory %s: line %zu of the store audit %s cannot be "
				"understood; "
				"somebody has written there; the other lines were read",
				dir->path, reading.number, DIR_AUDIT);
	if (end_reading(&reading, dir, err) != 0 || store_must_stop(store, err))
		status = -1;
	return status;
}

/* A descriptor that can be closed apart from the one that appends. */
static int
open_again(const struct dir_edit *edit, struct reading *reading, struct err *err)
{
	int fd;

	if (dir_audit_look(edit->dir, O_RDONLY, &fd, err) != 0)
		return -1;
	if (fd < 0)
		return err_set(
			err, ERR_FAILED, "the store audit %s was removed", DIR_AUDIT);
	return start_reading(reading, edit->dir, fd, err);
}

int
dir_audit_tells(const struct dir_edit *edit, bool *tells, struct err *err)
{
	struct reading reading;
	struct str op = { 0 };
	int64_t index;

	*tells = false;
	if (edit->audit_fd < 0)
		return 0;
	if (open_again(edit, &reading, err) != 0)
		return -1;
	while (!*tells && next_line(&reading)) {
		str_clear(&op);
		*tells = reading.json != NULL &&
			 dir_member_read(reading.json, JSON_ROOT, "op", &op) &&
			 span_equal(str_span(&op), edit->operation->id) &&
			 dir_member_integer(reading.json, JSON_ROOT, "edit", &index) &&
			 index == (int64_t)edit->index;
	}
	str_free(&op);
	return end_reading(&reading, edit->dir, err);
}

/* --- appending --- */

static void
add_text(struct str *out, enum text text, struct span bytes)
{
	str_add(out, ", ");
	dir_member_add(out, text_names[text], bytes);
}

/* The value in an image; none: null, and why. */
static void
add_value(struct str *out, enum text text, const char *unreadable, bool there,
	const struct fsio_file *from)
{
	struct dir_file file = { 0 };

	if (there)
		dir_file_parse(&file, str_span(&from->bytes), &from->mark);
	add_text(out, text, file.value);
	if (file.damage != NULL && file.value.at == NULL)
		str_addf(out, ", \"%s\": true", unreadable);
	dir_file_free(&file);
}

static void
add_row(struct str *out, const struct dir_edit *edit)
{
	const struct operation *operation = edit->operation;

	str_add_char(out, '{');
	dir_member_add(out, text_names[TEXT_OP], operation->id);
	str_addf(out, ", \"edit\": %zu, \"at\": %" PRId64, edit->index, operation->at);
	add_text(out, TEXT_WHO, operation->who);
	add_text(out, TEXT_ACTION, operation->action);
	add_text(out, TEXT_REASON, operation->reason);
	add_text(out, TEXT_ANCHOR, operation->anchor);
	add_text(out, TEXT_UNDO_OF, operation->undo_of);
	add_text(out, TEXT_JOB, edit->edit->key.job);
	add_text(out, TEXT_PARTITION, edit->edit->key.partition);
	str_add(out, ", ");
	dir_member_add(out, "file", span_of(edit->name));
	add_value(out, TEXT_OLD, OLD_UNREADABLE, edit->was, &edit->seen.file);
	add_value(out, TEXT_NEW, NEW_UNREADABLE, edit->becomes, &edit->wanted.file);
	str_addf(out, ", \"existed\": %s, \"exists\": %s}\n",
		edit->was ? "true" : "false", edit->becomes ? "true" : "false");
}

/* A last line without an end was cut off while it was written, by a loss of power or a
 * full disk: nobody was told that it was there. Where it is a whole row all the same,
 * only its end is missing (an editor took it away). -1 and errno. */
static int
end_last_line(int fd, off_t *size)
{
	char chunk[4096];
	off_t at = *size, start = 0;
	struct json *json = NULL;
	struct str tail = { 0 };
	int status = 0;

	while (at > 0 && start == 0) {
		off_t from = at > (off_t)sizeof(chunk) ? at - (off_t)sizeof(chunk) : 0;
		ssize_t got = pread(fd, chunk, (size_t)(at - from), from);
		const char *last;

		if (got != (ssize_t)(at - from))
			return -1;
		last = memrchr(chunk, '\n', (size_t)got);
		if (last != NULL)
			start = from + (last - chunk) + 1;
		at = from;
	}
	if (start == *size)
		return 0;
	for (at = start; at < *size && status == 0;) {
		ssize_t got = pread(fd, chunk, sizeof(chunk), at);

		status = got > 0 ? 0 : -1;
		if (got > 0)
			str_add_span(&tail, (struct span){ chunk, (size_t)got });
		at += got;
	}
	if (status == 0 && json_parse(&json, str_span(&tail), NULL) == 0)
		status = write(fd, "\n", 1) == 1 ? 0 : -1;
	else if (status == 0)
		status = ftruncate(fd, start);
	*size = json != NULL ? *size + 1 : start;
	json_free(json);
	str_free(&tail);
	return status;
}

/* Writes one line behind the others; what cannot be written whole is taken away. */
static int
append(int fd, struct span line)
{
	struct stat status;
	int error;

	if (fstat(fd, &status) != 0 || end_last_line(fd, &status.st_size) != 0)
		return -1;
	if (fsio_write(fd, DIR_AUDIT, line, NULL) == 0 && fsio_sync(fd) == 0)
		return 0;
	error = errno;
	if (ftruncate(fd, status.st_size) != 0)
		error = errno;
	errno = error;
	return -1;
}

int
dir_audit_append(const struct dir_edit *edit, struct err *err)
{
	struct str line = { 0 };
	int status = 0;

	if (edit->audit_fd < 0)
		return 0;
	add_row(&line, edit);
	if (append(edit->audit_fd, str_span(&line)) != 0)
		status = err_set_errno(err, ERR_FAILED, errno,
			"the store audit %s could not be written", DIR_AUDIT);
	str_free(&line);
	return status;
}

/* --- which store it is --- */

int
dir_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct reading reading;
	bool known;
	int fd;

	if (dir_check_place(dir, err) != 0)
		return -1;
	dir_note_audit(dir);
	str_addf(present, "%" PRIu64 ":%" PRIu64, dir->device, dir->inode);
	if (dir_audit_look(dir, O_RDONLY, &fd, err) != 0)
		return -1;
	if (fd < 0)
		return 0;
	if (start_reading(&reading, dir, fd, err) != 0)
		return -1;
	known = next_line(&reading) && reading.json != NULL &&
		dir_member_read(reading.json, JSON_ROOT, "store", lasting);
	if (end_reading(&reading, dir, err) != 0)
		return -1;
	if (known)
		return 0;
	return err_set(err, ERR_DAMAGED,
		"directory %s: the first line of the store audit %s does not say which "
		"store this is; look at it",
		dir->path, DIR_AUDIT);
}
