/* SPDX-License-Identifier: MIT
 * Making the store audit of a directory, and saying how. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/permit.h"
#include "base/shell.h"
#include "base/token.h"
#include "store/dir/operate.h"

#define AUDIT_NEW ".ckptop-audit-" /* and a UUID: while it is made */

/* Whoever may save into the directory may append to its audit. */
static int
describe_new(const struct dir_store *dir, struct fsio_attributes *out, struct err *err)
{
	struct stat status;

	if (fstat(dir->fd, &status) != 0)
		return err_set_errno(err, ERR_UNREACHABLE, errno,
			"directory %s cannot be looked at", dir->path);
	out->owner = geteuid() == 0 ? status.st_uid : geteuid();
	out->group = status.st_gid;
	out->mode = (status.st_mode & 0666) | 0600;
	return 0;
}

/* The same as far as we may give it: in place of a group that is not ours the audit gets
 * our own, which may then do no more than everybody. */
static int
describe_ours(const struct dir_store *dir, struct fsio_attributes *out, struct err *err)
{
	struct err ignored = { 0 };

	if (describe_new(dir, out, err) != 0)
		return -1;
	if (fsio_attributes_try(out, dir->fd, DIR_AUDIT, &ignored) == 0)
		return 0;
	out->group = getegid();
	out->mode &= ~(mode_t)060 | (out->mode & 06) << 3;
	return 0;
}

static int
add_first_line(struct str *out, struct err *err)
{
	char id[TOKEN_SIZE];

	if (token_make(id, err) != 0)
		return -1;
	str_addf(out, "{\"store\": \"%s\", \"audit\": 1}\n", id);
	return 0;
}

/* Made beside and renamed, so that nobody sees it without its first line. */
static int
make_audit(const struct dir_store *dir, bool *made, struct err *err)
{
	struct fsio_file file = { .mtime = FSIO_NO_TIME };
	char name[DIR_OWN_SIZE], id[TOKEN_SIZE];
	enum fsio_moved moved = FSIO_NOT_MOVED;
	struct stat status;
	int held = -1, result = -1;

	if (describe_ours(dir, &file.attributes, err) == 0 &&
		add_first_line(&file.bytes, err) == 0 && token_make(id, err) == 0) {
		snprintf(name, sizeof(name), AUDIT_NEW "%s", id);
		result = fsio_make(&file, &held, dir->fd, name, DIR_AUDIT, err);
	}
	fsio_file_free(&file);
	if (result != 0)
		return -1;
	if (fstat(held, &status) == 0)
		moved = fsio_move_in(dir->fd, name, status.st_ino, DIR_AUDIT);
	close(held);
	*made = moved == FSIO_MOVED;
	if (!*made && moved != FSIO_OCCUPIED)
		result = err_set_errno(err, ERR_FAILED, errno,
			"the store audit %s could not be made", DIR_AUDIT);
	if (!*made)
		unlinkat(dir->fd, name, 0);
	else if (!fsio_sync_names(dir->fd))
		result = err_set_errno(err, ERR_UNKNOWN, errno,
			"the store audit %s was made, but the directory could not be "
			"brought onto the disk; look at the disk",
			DIR_AUDIT);
	return result;
}

int
dir_audit_create(struct store *store, bool *made, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct dir_place locked;
	int fd, status;

	if (dir_lock(dir, &locked, err) != 0)
		return -1;
	status = dir_audit_look(dir, O_RDONLY, &fd, err);
	if (status == 0 && fd < 0 && permit_directory(dir->fd, dir->path, err) != 0) {
		status = -1;
	} else if (status == 0 && fd < 0) {
		status = make_audit(dir, made, err);
		err_prefix(err, "directory %s", dir->path);
	} else if (status == 0) {
		close(fd);
	}
	dir_note_audit(dir);
	fsio_unlock(dir->fd);
	return status;
}

int
dir_audit_add_script(struct store *store, struct str *out, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct fsio_attributes wanted = { 0 };
	struct str path = { 0 }, line = { 0 };
	struct stat status;
	int result = dir_check_place(dir, err);

	if (result == 0)
		result = describe_new(dir, &wanted, err);
	if (result == 0)
		result = add_first_line(&line, err);
	if (result == 0 && fstat(dir->fd, &status) == 0) {
		str_addf(&path, "%s/%s", dir->path, DIR_AUDIT);
		str_cut(&line, line.len - 1);
		str_add(out, "# Who resets needs the right to write into the directory, "
			     "to the files\n# in it, and to the audit.\nset -C\n");
		str_add(out, "printf '%s\\n' ");
		shell_add_word(out, str_span(&line));
		str_add(out, " > ");
		shell_add_word(out, str_span(&path));
		str_addf(out, "\nchown %u:%u ", (unsigned)status.st_uid,
			(unsigned)status.st_gid);
		shell_add_word(out, str_span(&path));
		str_addf(out, "\nchmod %04o ", (unsigned)wanted.mode);
		shell_add_word(out, str_span(&path));
		str_add_char(out, '\n');
	}
	str_free(&path);
	str_free(&line);
	return result;
}
