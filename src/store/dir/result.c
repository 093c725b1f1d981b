/* SPDX-License-Identifier: MIT
 *
 * How an edit ends: with what was wanted, with what was there before, or with a word of
 * why nobody knows. */
#include "store/dir/result.h"

#include <errno.h>
#include <unistd.h>

/* So often somebody may save at the very moment that an older version is put back. Each
 * time is some microseconds. */
#define BACK_TRIES 1000

/* --- results --- */

void
dir_edit_fail(struct dir_edit *edit, enum change_result result)
{
	edit->edit->result = result;
	err_prefix(&edit->edit->err, "directory %s", edit->dir->path);
}

void
dir_edit_refuse(struct dir_edit *edit, const char *why, const char *what_to_do)
{
	err_set(&edit->edit->err, ERR_REFUSED, "%s %s; nothing was written; %s",
		edit->name, why, what_to_do);
	dir_edit_fail(edit, CHANGE_FAILED);
}

void
dir_edit_conflict(struct dir_edit *edit, const struct dir_version *now)
{
	struct dir_file *file = &edit->dir->file;
	struct err *err = &edit->edit->err;

	if (now->there && !now->read && now->err.kind != ERR_DAMAGED) {
		err_set(err, now->err.kind,
			"%s; so it is as it was, nothing was written; try again",
			now->err.text);
		dir_edit_fail(edit, CHANGE_FAILED);
		return;
	}
	if (!now->there)
		err_set(err, ERR_CONFLICT,
			"there is no file %s any more; nothing was written; look again",
			edit->name);
	else if (!now->read)
		err_set(err, ERR_CONFLICT,
			"%s was replaced (%s); nothing was written; look again",
			edit->name, now->err.text);
	if (now->read) {
		dir_image_add(&edit->edit->found, span_of(edit->name), &now->file);
		dir_file_parse(file, str_span(&now->file.bytes), &now->file.mark);
		if (file->damage != NULL)
			err_set(err, ERR_CONFLICT,
				"%s is damaged now (%s); nothing was written; look at it",
				edit->name, str_text(&file->detail));
		dir_refuse_value(edit->dir, edit->name, err);
	}
	dir_edit_fail(edit, CHANGE_CONFLICT);
}

void
dir_edit_not_moved(struct dir_edit *edit, enum fsio_moved moved)
{
	if (moved == FSIO_UNCERTAIN) {
		err_set_errno(&edit->edit->err, ERR_UNKNOWN, errno,
			"cannot tell whether %s was changed; read it again, and look at "
			"%s beside it",
			edit->name, edit->own);
		dir_edit_fail(edit, CHANGE_UNKNOWN);
		return;
	}
	err_set_errno(&edit->edit->err, ERR_FAILED, errno,
		"cannot put the new version of %s in place; nothing was changed",
		edit->name);
	dir_edit_fail(edit, CHANGE_FAILED);
}

void
dir_remove_own(struct dir_edit *edit)
{
	edit->left = 0;
	if (unlinkat(edit->dir->fd, edit->own, 0) != 0 && errno != ENOENT)
		edit->left = errno;
}

static bool
sync_names(struct dir_edit *edit, const char *state)
{
	if (fsio_sync_names(edit->dir->fd))
		return true;
	err_set_errno(&edit->edit->err, ERR_UNKNOWN, errno,
		"%s %s, but the directory could not be brought onto the disk: a power "
		"loss "
		"may undo that; look at the disk, then read the file again",
		edit->name, state);
	dir_edit_fail(edit, CHANGE_UNKNOWN);
	return false;
}

/* The temporary file stays until the names are on the disk and the audit was told: it
 * tells what happened. */
bool
dir_finish(struct dir_edit *edit, struct err *why)
{
	bool told = false;

	if (!sync_names(edit, edit->becomes ? "has its new version" : "is deleted"))
		return true;
	if (edit->settling && dir_audit_tells(edit, &told, why) != 0)
		return false;
	if (!told && dir_audit_append(edit, why) != 0)
		return false;
	dir_remove_own(edit);
	/* A sync that has failed once may say that all is well when it is asked again.
	 * Only what was changed since shows whether the disk still takes anything, and
	 * what came before with it. */
	if (!edit->settling || sync_names(edit, "is as it was wanted"))
		edit->edit->result = CHANGE_DONE;
	return true;
}

void
dir_edit_withdrawn(struct dir_edit *edit, const struct err *why)
{
	err_set(&edit->edit->err, ERR_FAILED,
		"%s; %s was put back as it was, nothing was changed", why->text,
		edit->name);
	dir_edit_fail(edit, CHANGE_FAILED);
}

/* --- putting back --- */

/*
 * Two exchanges are needed to look at what is in place, and somebody may save in between.
 * Only when what comes out is the very version that was put in last, nobody has: then
 * what went in is the newest. To take any bytes of our own for that is not enough: an
 * older version of somebody else's would stay over a newer one.
 */
bool
dir_put_back(
	struct dir_edit *edit, struct dir_version *placed, struct dir_version *displaced)
{
	int fd = edit->dir->fd;
	bool back = false;

	for (int i = 0; i < BACK_TRIES && !back; i++) {
		struct dir_version out;
		enum fsio_moved moved =
			fsio_exchange(fd, edit->own, displaced->inode, edit->name);

		if (moved == FSIO_MISSING) {
			/* Deleted since: nothing older comes back. */
			displaced->there = displaced->read = false;
			break;
		}
		if (moved != FSIO_MOVED)
			goto unknown;
		dir_version_take(&out, fd, edit->own);
		if (out.there && out.inode == 0) {
			dir_version_drop(&out);
			goto unknown;
		}
		back = dir_version_is(&out, placed);
		dir_version_drop(placed);
		if (back) {
			*placed = out;
		} else {
			*placed = *displaced;
			*displaced = out;
		}
	}
	if (!back && displaced->there)
		goto unknown;
	if (!sync_names(edit, "is as somebody else has saved it"))
		return false;
	dir_remove_own(edit);
	return true;
unknown:
	err_set(&edit->edit->err, ERR_UNKNOWN,
		"%s was saved while it was changed, and could not be put back: the "
		"newest "
		"version may be in %s; look at both",
		edit->name, edit->own);
	dir_edit_fail(edit, CHANGE_UNKNOWN);
	return false;
}

bool
dir_move_back(struct dir_edit *edit, struct dir_version *displaced)
{
	enum fsio_moved moved =
		fsio_move_in(edit->dir->fd, edit->own, displaced->inode, edit->name);

	if (moved != FSIO_MOVED && moved != FSIO_OCCUPIED) {
		err_set_errno(&edit->edit->err, ERR_UNKNOWN, errno,
			"%s could not be put back: it is in %s; rename that", edit->name,
			edit->own);
		dir_edit_fail(edit, CHANGE_UNKNOWN);
		return false;
	}
	if (!sync_names(edit, "is as somebody else has saved it"))
		return false;
	if (moved == FSIO_OCCUPIED) {
		dir_remove_own(edit);
		dir_version_drop(displaced);
		dir_version_take(displaced, edit->dir->fd, edit->name);
	}
	return true;
}
