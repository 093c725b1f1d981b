/* SPDX-License-Identifier: MIT */
#include "store/dir/result.h"

#include <errno.h>
#include <sys/stat.h>

/* --- what is asked before --- */

static bool
may_change(struct dir_edit *edit, const struct dir_version *now)
{
	struct dir_file *file = &edit->dir->file;
	unsigned accepted = edit->edit->accepted;
	const char *damage;

	dir_file_parse(file, str_span(&now->file.bytes), &now->file.mark);
	damage = dir_damage_of(file);
	if (damage != NULL && !(accepted & EDIT_DAMAGED)) {
		err_set(&edit->edit->err, ERR_REFUSED,
			"%s is damaged (%s); nothing was written; look at it; "
			"--replace-damaged does it all the same",
			edit->name, damage);
		dir_edit_fail(edit, CHANGE_FAILED);
		return false;
	}
	if (now->file.mark.links > 1 && !(accepted & EDIT_LINKED)) {
		dir_edit_refuse(edit, "has other names, too (hard links)",
			"they would keep what is there; --break-hardlink does it all the "
			"same");
		return false;
	}
	return true;
}

/* True when what was seen is there and may be changed. */
static bool
check(struct dir_edit *edit, const struct dir_version *now)
{
	if (now->there && !now->read) {
		err_set(&edit->edit->err,
			now->err.kind == ERR_DAMAGED ? ERR_REFUSED : now->err.kind,
			"%s; nothing was written", now->err.text);
		dir_edit_fail(edit, CHANGE_FAILED);
		return false;
	}
	if (!dir_is_seen(edit, now)) {
		dir_edit_conflict(edit, now);
		return false;
	}
	return may_change(edit, now);
}

static bool
may_go_unguarded(struct dir_edit *edit)
{
	if (edit->edit->accepted & EDIT_UNGUARDED)
		return true;
	dir_edit_refuse(edit, "is on a file system that cannot exchange two files",
		"we cannot detect concurrent writes here: a save by somebody else at the "
		"same moment would be overwritten unseen; --accept-no-cas does it all "
		"the "
		"same");
	return false;
}

/* --- replacing --- */

/* Makes the new version: bytes as wanted, the rest as it is now. */
static bool
make(struct dir_edit *edit, const struct fsio_attributes *attributes,
	struct dir_version *out)
{
	struct fsio_file file = { .bytes = edit->wanted.file.bytes,
		.attributes = *attributes,
		.mtime = edit->wanted.file.mtime };
	struct stat status;

	*out = (struct dir_version){ .held = -1 };
	if (fsio_make(&file, &out->held, edit->dir->fd, edit->own, edit->name,
		    &edit->edit->err) != 0) {
		dir_edit_fail(edit, CHANGE_FAILED);
		return false;
	}
	if (fstat(out->held, &status) != 0) {
		err_set_errno(&edit->edit->err, ERR_FAILED, errno,
			"cannot look at the new version of %s; nothing was changed",
			edit->name);
		dir_remove_own(edit);
		dir_edit_fail(edit, CHANGE_FAILED);
		return false;
	}
	out->there = out->read = true;
	out->device = status.st_dev;
	out->inode = status.st_ino;
	str_add_span(&out->file.bytes, str_span(&file.bytes));
	return true;
}

/* What was replaced for good cannot be taken back. */
static void
untold(struct dir_edit *edit, const struct err *why)
{
	err_set(&edit->edit->err, ERR_UNKNOWN,
		"%s was changed, but the store audit has no row of it: %s; see to the "
		"audit %s there; do not ask for the same again",
		edit->name, why->text, DIR_AUDIT);
	dir_edit_fail(edit, CHANGE_UNKNOWN);
}

/* Where nothing can be exchanged: compare once more, and replace. */
static void
replace_unguarded(struct dir_edit *edit, const struct dir_version *made)
{
	enum fsio_moved moved;
	struct dir_version now;
	struct err why = { 0 };
	bool same = false;

	dir_version_take(&now, edit->dir->fd, edit->name);
	if (may_go_unguarded(edit))
		same = check(edit, &now);
	dir_version_drop(&now);
	if (!same) {
		dir_remove_own(edit);
		return;
	}
	moved = fsio_move_over(edit->dir->fd, edit->own, made->inode, edit->name);
	if (moved == FSIO_MOVED) {
		if (!dir_finish(edit, &why))
			untold(edit, &why);
		return;
	}
	dir_edit_not_moved(edit, moved);
	if (moved != FSIO_UNCERTAIN)
		dir_remove_own(edit);
}

/* Looks at what the exchange has displaced. */
static void
judge_displaced(struct dir_edit *edit, struct dir_version *made)
{
	struct dir_version displaced;
	struct err why = { 0 };

	dir_version_take(&displaced, edit->dir->fd, edit->own);
	if (!displaced.there) {
		dir_edit_not_moved(edit, FSIO_UNCERTAIN);
	} else if (!dir_is_seen(edit, &displaced)) {
		if (dir_put_back(edit, made, &displaced))
			dir_edit_conflict(edit, &displaced);
	} else if (!dir_finish(edit, &why) && dir_put_back(edit, made, &displaced)) {
		dir_edit_withdrawn(edit, &why);
	}
	dir_version_drop(&displaced);
}

static void
exchange(struct dir_edit *edit, struct dir_version *made)
{
	enum fsio_moved moved =
		fsio_exchange(edit->dir->fd, edit->own, made->inode, edit->name);
	struct dir_version none = { .held = -1 };

	switch (moved) {
	case FSIO_MOVED: judge_displaced(edit, made); return;
	case FSIO_UNSUPPORTED: replace_unguarded(edit, made); return;
	case FSIO_UNCERTAIN: dir_edit_not_moved(edit, moved); return;
	case FSIO_MISSING: dir_edit_conflict(edit, &none); break;
	default: dir_edit_not_moved(edit, moved); break;
	}
	dir_remove_own(edit);
}

static void
replace(struct dir_edit *edit)
{
	struct dir_version now, made = { .held = -1 };

	dir_version_take(&now, edit->dir->fd, edit->name);
	if (check(edit, &now) && make(edit, &now.file.attributes, &made))
		exchange(edit, &made);
	dir_version_drop(&made);
	dir_version_drop(&now);
}

/* --- deleting --- */

static void
judge_deleted(struct dir_edit *edit)
{
	struct dir_version displaced;
	struct err why = { 0 };

	dir_version_take(&displaced, edit->dir->fd, edit->own);
	if (!displaced.there) {
		dir_edit_not_moved(edit, FSIO_UNCERTAIN);
	} else if (!dir_is_seen(edit, &displaced)) {
		if (dir_move_back(edit, &displaced))
			dir_edit_conflict(edit, &displaced);
	} else if (!dir_finish(edit, &why) && dir_move_back(edit, &displaced)) {
		dir_edit_withdrawn(edit, &why);
	}
	dir_version_drop(&displaced);
}

/* What is deleted can be undone: that is promised before, so it is tried before. */
static bool
may_come_back(struct dir_edit *edit, const struct dir_version *now)
{
	if (fsio_attributes_try(&now->file.attributes, edit->dir->fd, edit->name,
		    &edit->edit->err) == 0)
		return true;
	err_prefix(&edit->edit->err, "an undo could not bring the file back as it is");
	dir_edit_fail(edit, CHANGE_FAILED);
	return false;
}

static void
remove_seen(struct dir_edit *edit)
{
	struct dir_version now, none = { .held = -1 };
	enum fsio_moved moved;
	bool may;

	dir_version_take(&now, edit->dir->fd, edit->name);
	may = check(edit, &now) && may_come_back(edit, &now);
	dir_version_drop(&now);
	if (!may)
		return;
	moved = fsio_move_out(edit->dir->fd, edit->name, edit->own);
	if (moved == FSIO_MOVED)
		judge_deleted(edit);
	else if (moved == FSIO_MISSING)
		dir_edit_conflict(edit, &none);
	else
		dir_edit_not_moved(edit, moved);
}

/* --- bringing back --- */

/* What was brought back and must not stay. What somebody has saved over it stays. */
static void
take_out(struct dir_edit *edit, const struct dir_version *made, const struct err *why)
{
	struct dir_version out;
	bool is_back = true;

	if (fsio_move_out(edit->dir->fd, edit->name, edit->own) == FSIO_MOVED) {
		dir_version_take(&out, edit->dir->fd, edit->own);
		if (dir_version_is(&out, made))
			dir_remove_own(edit);
		else
			is_back = dir_move_back(edit, &out);
		dir_version_drop(&out);
	}
	if (is_back)
		dir_edit_withdrawn(edit, why);
}

static void
move_in(struct dir_edit *edit, const struct dir_version *made)
{
	int fd = edit->dir->fd;
	enum fsio_moved moved = fsio_move_in(fd, edit->own, made->inode, edit->name);
	struct dir_version now;
	struct err why = { 0 };

	if (moved == FSIO_UNSUPPORTED && may_go_unguarded(edit))
		moved = fsio_move_over(fd, edit->own, made->inode, edit->name);
	if (moved == FSIO_MOVED) {
		if (!dir_finish(edit, &why))
			take_out(edit, made, &why);
		return;
	}
	if (moved == FSIO_OCCUPIED) {
		dir_version_take(&now, fd, edit->name);
		dir_edit_conflict(edit, &now);
		dir_version_drop(&now);
	} else if (!err_is_set(&edit->edit->err)) {
		dir_edit_not_moved(edit, moved);
	}
	if (moved != FSIO_UNCERTAIN)
		dir_remove_own(edit);
}

static void
restore(struct dir_edit *edit)
{
	struct dir_version now, made = { .held = -1 };

	dir_version_take(&now, edit->dir->fd, edit->name);
	if (now.there)
		dir_edit_conflict(edit, &now);
	else if (make(edit, &edit->wanted.file.attributes, &made))
		move_in(edit, &made);
	dir_version_drop(&made);
	dir_version_drop(&now);
}

void
dir_swap(struct dir_edit *edit)
{
	if (edit->was && edit->becomes)
		replace(edit);
	else if (edit->was)
		remove_seen(edit);
	else
		restore(edit);
}
