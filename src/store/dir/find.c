/* SPDX-License-Identifier: MIT */
#include "store/dir/dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool
dir_key_of_file(
	const struct dir_store *dir, const char *name, struct key *out, bool *guessed)
{
	*guessed = false;
	if (dir->file.has_key) {
		*out = dir->file.key;
		return true;
	}
	return dir_name_split(&dir->naming, name, out, guessed);
}

bool
dir_name_is_proper(const char *name, struct key key)
{
	struct str proper = { 0 };
	bool same =
		dir_name_make(&proper, key, NULL) == 0 && strcmp(proper.text, name) == 0;

	str_free(&proper);
	return same;
}

/* True when dir->file, read under this name, is the checkpoint of this key. A name that
 * the key would get is enough where the file does not say another one: whoever saved
 * "a", "b_c" with the plain rule finds it in a_b_c.json, though a list must guess. */
static bool
is_file_of(const struct dir_store *dir, const char *name, struct key key, bool *guessed)
{
	struct key found;
	bool has_key = dir_key_of_file(dir, name, &found, guessed);

	if (has_key && key_equal(found, key))
		return true;
	return *guessed && dir_name_is_proper(name, key);
}

/* The entry that counts among those that have a key: the one with the proper name, else
 * the last by name. */
static const struct dir_entry *
choose(const struct dir_store *dir, struct key key)
{
	const struct dir_entry *best = NULL;

	for (const struct dir_entry *entry = dir_index_with_key(&dir->index, key, NULL);
		entry != NULL; entry = dir_index_with_key(&dir->index, key, entry)) {
		if (dir_name_is_proper(entry->name, key))
			return entry;
		if (best == NULL || strcmp(entry->name, best->name) > 0)
			best = entry;
	}
	return best;
}

/* --- directories that fold names --- */

/* True where a file may be opened under names that it does not have, because upper and
 * lower case are the same there (vfat, a share of Windows, ext4 with casefold). False
 * alarms are harmless: the listing decides. */
static bool
may_fold(const struct dir_store *dir, struct span name)
{
	static const char end[] = ".JSON"; /* of a name that ends in .json */
	struct str other = { 0 };
	struct stat status;
	bool is_there;

	str_add_span(&other, (struct span){ name.at, name.len - strlen(end) });
	str_add(&other, end);
	is_there = fstatat(dir->fd, other.text, &status, AT_SYMLINK_NOFOLLOW) == 0;
	str_free(&other);
	return is_there;
}

/* True when the file that was read into dir->file under this name has it, letter by
 * letter. Else *name becomes the name that it has: the checkpoint of ORDERS is not that
 * of orders. */
static bool
has_this_name(const struct dir_store *dir, struct str *name)
{
	struct str has = { 0 };
	struct dirent *dirent;
	bool found = false;
	int fd;
	DIR *names;

	if (!may_fold(dir, str_span(name)))
		return true;
	fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	names = fd < 0 ? NULL : fdopendir(fd);
	if (names == NULL && fd >= 0)
		close(fd);
	while (names != NULL && !found && (dirent = readdir(names)) != NULL) {
		found = strcmp(dirent->d_name, name->text) == 0;
		if (dirent->d_ino != dir->file.mark.inode &&
			strcasecmp(dirent->d_name, name->text) != 0)
			continue;
		str_clear(&has);
		str_add(&has, dirent->d_name);
	}
	if (names != NULL)
		closedir(names);
	if (!found && has.len > 0) {
		str_clear(name);
		str_add_span(name, str_span(&has));
	}
	str_free(&has);
	return found;
}

/* Looks among the files that do not have the name that the key would get. */
static enum dir_found
find_elsewhere(struct dir_store *dir, struct key *key, struct str *name, bool *guessed,
	struct err *err)
{
	const struct dir_entry *entry;

	if (dir_refresh(dir, err) != 0)
		return DIR_ERROR;
	entry = choose(dir, *key);
	if (entry == NULL && (entry = dir_index_other(&dir->index, *key)) != NULL)
		key->partition.len = entry->key.partition.len;
	if (entry == NULL ||
		dir_file_read_settled(&dir->file, dir->fd, entry->name) !=
			DIR_FILE_READ ||
		!is_file_of(dir, entry->name, *key, guessed))
		return DIR_ABSENT;
	str_clear(name);
	str_add(name, entry->name);
	return DIR_FOUND;
}

enum dir_found
dir_find(struct dir_store *dir, struct key *key, struct str *name, bool *guessed,
	struct err *err)
{
	bool occupied = false;
	enum dir_found found;

	*guessed = false;
	if (dir_name_make(name, *key, NULL) != 0)
		str_clear(name);
	if (name->len > 0 && dir_name_is_ours(&dir->naming, name->text) &&
		dir_file_read_settled(&dir->file, dir->fd, name->text) == DIR_FILE_READ) {
		if (has_this_name(dir, name) &&
			is_file_of(dir, name->text, *key, guessed))
			return DIR_FOUND;
		occupied = true;
	}
	found = find_elsewhere(dir, key, name, guessed, err);
	if (found != DIR_ABSENT || !occupied)
		return found;
	/* Read once more: looking elsewhere used the same buffers. */
	return dir_file_read_settled(&dir->file, dir->fd, name->text) == DIR_FILE_READ
		       ? DIR_OCCUPIED
		       : DIR_ABSENT;
}

int
dir_refuse_absent(const struct dir_store *dir, struct key key, struct err *err)
{
	struct str text = { 0 };

	key_add(&text, key);
	err_set(err, ERR_NOT_FOUND, "there is no checkpoint %s in %s", str_text(&text),
		dir->path);
	str_free(&text);
	return -1;
}

int
dir_load(struct store *store, struct key key, store_row_fn *row, void *arg,
	struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct ckpt ckpt = { .key = key }; /* as asked for */
	struct str name = { 0 };
	bool guessed;
	enum dir_found found = DIR_ERROR;

	if (dir_check_place(dir, err) == 0)
		found = dir_find(dir, &key, &name, &guessed, err);
	if (found == DIR_FOUND) {
		dir_file_describe(&dir->file, &ckpt);
		ckpt.where = str_span(&name);
		if (guessed)
			ckpt.flags |= CKPT_KEY_GUESSED;
		row(arg, &ckpt);
	} else if (found != DIR_ERROR) {
		dir_refuse_absent(dir, key, err);
	}
	str_free(&name);
	return found == DIR_FOUND ? 0 : -1;
}
