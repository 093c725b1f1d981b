/* SPDX-License-Identifier: MIT */
#include "store/dir_operate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* So often somebody may save at the very moment that an older version is put back. Each
 * time is some microseconds. */
#define BACK_TRIES 1000

/* --- versions --- */

/* What cannot be read can be told from others all the same; where not even that is known,
 * it has no inode. */
static void
hold(struct dir_version *version, int dir_fd, const char *name)
{
	struct stat status;

	version->held = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	version->there = version->held >= 0 || errno != ENOENT;
	if (version->held < 0 || fstat(version->held, &status) != 0)
		return;
	version->device = status.st_dev;
	version->inode = status.st_ino;
}

void
dir_version_take(struct dir_version *out, int dir_fd, const char *name)
{
	*out = (struct dir_version){ .held = -1 };
	out->read = fsio_capture(&out->file, &out->held, dir_fd, name, DIR_FILE_MAX,
			    &out->err) == 0;
	if (out->read) {
		out->there = true;
		out->device = out->file.mark.device;
		out->inode = out->file.mark.inode;
	} else if (out->err.kind != ERR_NOT_FOUND) {
		hold(out, dir_fd, name);
	}
}

void
dir_version_drop(struct dir_version *version)
{
	if (version->held >= 0)
		close(version->held);
	version->held = -1;
	fsio_file_free(&version->file);
}

static bool
same_bytes(const struct fsio_file *a, const struct fsio_file *b)
{
	return a->bytes.len == b->bytes.len &&
	       (a->bytes.len == 0 ||
		       memcmp(a->bytes.text, b->bytes.text, a->bytes.len) == 0);
}

/* The very version that was put in place: also its bytes, because a writer in place keeps
 * the inode. Where one cannot be read, the inode alone must tell. */
static bool
is_version(const struct dir_version *a, const struct dir_version *b)
{
	return a->there && b->there && a->inode != 0 && a->inode == b->inode &&
	       a->device == b->device &&
	       (!a->read || !b->read || same_bytes(&a->file, &b->file));
}

bool
dir_is_wanted(const struct dir_edit *edit, const struct dir_version *now)
{
	return now->read && edit->becomes && same_bytes(&now->file, &edit->wanted.file);
}

bool
dir_is_seen(const struct dir_edit *edit, const struct dir_version *now)
{
	return now->read && edit->was && same_bytes(&now->file, &edit->seen.file);
}

/* --- results --- */

static void
fail(struct dir_edit *edit, enum change_result result)
{
	edit->edit->result = result;
	err_prefix(&edit->edit->err, "directory %s", edit->dir->path);
}

static void
refuse(struct dir_edit *edit, const char *why, const char *what_to_do)
{
	err_set(&edit->edit->err, ERR_REFUSED, "%s %s; nothing was written; %s",
		edit->name, why, what_to_do);
	fail(edit, CHANGE_FAILED);
}

/* Something else is there than what was seen, or nobody can tell. */
static void
conflict(struct dir_edit *edit, const struct dir_version *now)
{
	struct dir_file *file = &edit->dir->file;
	struct err *err = &edit->edit->err;

	if (now->there && !now->read && now->err.kind != ERR_DAMAGED) {
		err_set(err, now->err.kind,
			"%s; so it is as it was, nothing was written; try again",
			now->err.text);
		fail(edit, CHANGE_FAILED);
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
	fail(edit, CHANGE_CONFLICT);
}

static void
not_moved(struct dir_edit *edit, enum fsio_moved moved)
{
	if (moved == FSIO_UNCERTAIN) {
		err_set_errno(&edit->edit->err, ERR_UNKNOWN, errno,
			"cannot tell whether %s was changed; read it again, and look at "
			"%s beside it",
			edit->name, edit->own);
		fail(edit, CHANGE_UNKNOWN);
		return;
	}
	err_set_errno(&edit->edit->err, ERR_FAILED, errno,
		"cannot put the new version of %s in place; nothing was changed",
		edit->name);
	fail(edit, CHANGE_FAILED);
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
	fail(edit, CHANGE_UNKNOWN);
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

/* The end of an edit that was taken back. */
static void
withdrawn(struct dir_edit *edit, const struct err *why)
{
	err_set(&edit->edit->err, ERR_FAILED,
		"%s; %s was put back as it was, nothing was changed", why->text,
		edit->name);
	fail(edit, CHANGE_FAILED);
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
		back = is_version(&out, placed);
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
	fail(edit, CHANGE_UNKNOWN);
	return false;
}

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
		fail(edit, CHANGE_FAILED);
		return false;
	}
	if (now->file.mark.links > 1 && !(accepted & EDIT_LINKED)) {
		refuse(edit, "has other names, too (hard links)",
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
		fail(edit, CHANGE_FAILED);
		return false;
	}
	if (!dir_is_seen(edit, now)) {
		conflict(edit, now);
		return false;
	}
	return may_change(edit, now);
}

static bool
may_go_unguarded(struct dir_edit *edit)
{
	if (edit->edit->accepted & EDIT_UNGUARDED)
		return true;
	refuse(edit, "is on a file system that cannot exchange two files",
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
		fail(edit, CHANGE_FAILED);
		return false;
	}
	if (fstat(out->held, &status) != 0) {
		err_set_errno(&edit->edit->err, ERR_FAILED, errno,
			"cannot look at the new version of %s; nothing was changed",
			edit->name);
		dir_remove_own(edit);
		fail(edit, CHANGE_FAILED);
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
	fail(edit, CHANGE_UNKNOWN);
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
	not_moved(edit, moved);
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
		not_moved(edit, FSIO_UNCERTAIN);
	} else if (!dir_is_seen(edit, &displaced)) {
		if (dir_put_back(edit, made, &displaced))
			conflict(edit, &displaced);
	} else if (!dir_finish(edit, &why) && dir_put_back(edit, made, &displaced)) {
		withdrawn(edit, &why);
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
	case FSIO_UNCERTAIN: not_moved(edit, moved); return;
	case FSIO_MISSING: conflict(edit, &none); break;
	default: not_moved(edit, moved); break;
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

bool
dir_move_back(struct dir_edit *edit, struct dir_version *displaced)
{
	enum fsio_moved moved =
		fsio_move_in(edit->dir->fd, edit->own, displaced->inode, edit->name);

	if (moved != FSIO_MOVED && moved != FSIO_OCCUPIED) {
		err_set_errno(&edit->edit->err, ERR_UNKNOWN, errno,
			"%s could not be put back: it is in %s; rename that", edit->name,
			edit->own);
		fail(edit, CHANGE_UNKNOWN);
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

static void
judge_deleted(struct dir_edit *edit)
{
	struct dir_version displaced;
	struct err why = { 0 };

	dir_version_take(&displaced, edit->dir->fd, edit->own);
	if (!displaced.there) {
		not_moved(edit, FSIO_UNCERTAIN);
	} else if (!dir_is_seen(edit, &displaced)) {
		if (dir_move_back(edit, &displaced))
			conflict(edit, &displaced);
	} else if (!dir_finish(edit, &why) && dir_move_back(edit, &displaced)) {
		withdrawn(edit, &why);
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
	fail(edit, CHANGE_FAILED);
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
		conflict(edit, &none);
	else
		not_moved(edit, moved);
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
		if (is_version(&out, made))
			dir_remove_own(edit);
		else
			is_back = dir_move_back(edit, &out);
		dir_version_drop(&out);
	}
	if (is_back)
		withdrawn(edit, why);
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
		conflict(edit, &now);
		dir_version_drop(&now);
	} else if (!err_is_set(&edit->edit->err)) {
		not_moved(edit, moved);
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
		conflict(edit, &now);
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
