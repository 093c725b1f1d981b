/* SPDX-License-Identifier: MIT */
#include "store/dir/dir.h"

#include "store/dir/doc.h"

/* How much of a value an error shows. */
#define SHOWN 64

/* How often the directory may be replaced while we wait for its lock. */
#define PLACES_MAX 3

/*
 * Savers that lock see each other: between the lock and the replacement nobody of them
 * changes a file, so the comparison with the guard holds. A writer that does not lock
 * (the Python class renames without) may put its file in place in between; it is then
 * replaced unseen, and its next save replaces ours. CHANGE_DONE says that our bytes were
 * put in place and will survive, not that they are there still.
 */
int
dir_lock(struct dir_store *dir, struct dir_place *locked, struct err *err)
{
	for (int i = 0; i < PLACES_MAX; i++) {
		int64_t timeout;

		if (dir_check_place(dir, err) != 0)
			return -1;
		*locked = (struct dir_place){ dir->device, dir->inode };
		timeout = dir->store.deadline - clock_monotonic();
		if (fsio_lock(dir->fd, timeout > 0 ? timeout : 0, err) != 0) {
			err_prefix(err, "directory %s, nothing was written", dir->path);
			return -1;
		}
		if (dir_check_place(dir, err) != 0) {
			fsio_unlock(dir->fd);
			return -1;
		}
		if (dir_is_at(dir, *locked))
			return 0;
	}
	return err_set(err, ERR_UNREACHABLE,
		"directory %s is replaced again and again, nothing was written",
		dir->path);
}

bool
dir_is_at(const struct dir_store *dir, struct dir_place place)
{
	return dir->device == place.device && dir->inode == place.inode;
}

/* --- what must not be there --- */

/* The name of a checkpoint for a message; str_free() it. */
static struct str
name_of(struct key key)
{
	struct str out = { 0 };

	key_add(&out, key);
	return out;
}

static int
refuse_occupied(struct dir_store *dir, struct key key, const char *name, struct err *err)
{
	struct str wanted = name_of(key), other = { 0 };
	struct key found;
	bool guessed;

	if (dir_key_of_file(dir, name, &found, &guessed))
		key_add(&other, found);
	err_set(err, ERR_REFUSED,
		"file %s holds the checkpoint %s, not %s; nothing was written; rename "
		"one of them",
		name, other.len > 0 ? other.text : "of another key", str_text(&wanted));
	str_free(&wanted);
	str_free(&other);
	return -1;
}

/* What could not be read at all may be good. */
static int
refuse_damaged(struct dir_store *dir, const char *name, struct err *err)
{
	if (dir->file.json == NULL && dir->file.text.len == 0 && dir->file.mark.size > 0)
		return err_set(err, ERR_REFUSED,
			"directory %s: file %s could not be read (%s), nothing was "
			"written; look at it and try again",
			dir->path, name, str_text(&dir->file.detail));
	return err_set(err, ERR_REFUSED,
		"directory %s: file %s is damaged (%s), nothing was written; look at it "
		"and move it away to start from nothing",
		dir->path, name, str_text(&dir->file.detail));
}

/* --- the guard --- */

int
dir_refuse_value(const struct dir_store *dir, const char *name, struct err *err)
{
	struct span now = dir->file.value;

	if (now.at == NULL)
		now = SPAN("null");
	return err_set(err, ERR_CONFLICT,
		"the value in %s is %.*s%s now, saved %.*s; nothing was written; look "
		"again",
		name, (int)(now.len < SHOWN ? now.len : SHOWN), now.at,
		now.len > SHOWN ? "…" : "", (int)dir->file.updated_text.len,
		dir->file.updated_text.at ? dir->file.updated_text.at
					  : "at a time not known");
}

/* Compares what is there with what the caller has seen. */
static int
check_guard(const struct dir_store *dir, enum dir_found found, const char *name,
	const struct guard *guard, struct err *err)
{
	if (guard->kind == GUARD_NONE)
		return 0;
	if (found == DIR_ABSENT)
		return guard->kind == GUARD_ABSENT
			       ? 0
			       : err_set(err, ERR_CONFLICT,
					 "there is no file %s any "
					 "more; nothing was written; look again",
					 name);
	if (guard->kind == GUARD_VALUE && dir->file.storage == guard->storage &&
		span_equal(dir->file.value, guard->value))
		return 0;
	return dir_refuse_value(dir, name, err);
}

/* A new file must be one that we find again. */
static int
check_new_name(
	const struct dir_store *dir, struct key key, struct str *name, struct err *err)
{
	if (dir_name_make(name, key, err) != 0)
		return -1;
	if (dir_name_is_ours(&dir->naming, name->text))
		return 0;
	return err_set(err, ERR_REFUSED,
		"name_regex does not match %s, so a checkpoint in it would not be found "
		"again; nothing was written; take a key that it matches",
		name->text);
}

static int
check(struct dir_store *dir, enum dir_found found, const struct change *change,
	struct str *name, struct err *err)
{
	if (found == DIR_ERROR)
		return -1;
	if (found == DIR_OCCUPIED)
		return refuse_occupied(dir, change->key, name->text, err);
	if (found == DIR_FOUND && dir->file.damage != NULL)
		return refuse_damaged(dir, name->text, err);
	if (found == DIR_ABSENT && check_new_name(dir, change->key, name, err) != 0)
		return -1;
	return check_guard(dir, found, name->text, &change->guard, err);
}

/* --- a save --- */

/* 0: written; 1: nothing was, for looking for the file led to another directory. */
static int
save_locked(struct dir_store *dir, struct dir_place locked, const struct change *change,
	struct err *err)
{
	struct str name = { 0 }, text = { 0 };
	struct change made = *change;
	bool guessed;
	enum dir_found found = dir_find(dir, &made.key, &name, &guessed, err);
	int status;

	if (found != DIR_ERROR && !dir_is_at(dir, locked)) {
		str_free(&name);
		return 1;
	}
	status = check(dir, found, &made, &name, err);
	if (status == 0)
		status = dir_doc_make(&text, found == DIR_FOUND ? &dir->file : NULL,
			&made, dir->store.config->zone, err);
	if (status == 0) {
		status = fsio_replace(dir->fd, name.text, str_span(&text), err);
		err_prefix(err, "directory %s", dir->path);
	}
	str_free(&name);
	str_free(&text);
	return status;
}

enum change_result
dir_save(struct store *store, const struct change *change, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct dir_place locked;
	struct err local = { 0 };
	int status = 1;

	for (int i = 0; i < PLACES_MAX && status == 1; i++) {
		status = dir_lock(dir, &locked, &local);
		if (status != 0)
			break;
		status = save_locked(dir, locked, change, &local);
		fsio_unlock(dir->fd);
	}
	if (status == 1)
		err_set(&local, ERR_UNREACHABLE,
			"directory %s is replaced again and again, nothing was written",
			dir->path);
	if (status == 0)
		return CHANGE_DONE;
	err_set(err, local.kind, "%s", local.text);
	if (local.kind == ERR_CONFLICT)
		return CHANGE_CONFLICT;
	return local.kind == ERR_UNKNOWN ? CHANGE_UNKNOWN : CHANGE_FAILED;
}
