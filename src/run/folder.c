/* SPDX-License-Identifier: MIT */
#include "run/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#define DEPTH_MAX      16
#define PASSES_MAX     100

/* --- making --- */

static int
try_place(struct folder *out, const char *place, const char *prefix)
{
	int length;

	if (place[0] != '/')
		return EINVAL;
	length = snprintf(out->path, sizeof(out->path), "%s/%s-XXXXXX", place, prefix);
	if (length < 0 || (size_t)length >= sizeof(out->path))
		return ENAMETOOLONG;
	return mkdtemp(out->path) == NULL ? errno : 0;
}

int
folder_make(struct folder *out, const char *const *places, const char *prefix,
	struct err *err)
{
	int problem = ENOENT;

	for (; *places != NULL; places++) {
		char path[PATH_MAX];

		problem = try_place(out, *places, prefix);
		if (problem != 0)
			continue;
		memcpy(path, out->path, sizeof(path));
		if (folder_open(out, path, err) == 0)
			return 0;
		rmdir(path);
		return -1;
	}
	out->parent = out->self = -1;
	return err_set_errno(err, ERR_FAILED, problem,
		"cannot make a temporary folder (tried $XDG_RUNTIME_DIR, $TMPDIR and "
		"/tmp)");
}

/* Splits at the last slash. The parent is opened first: it is known from here on,
 * whatever its path will name. */
int
folder_open(struct folder *out, const char *path, struct err *err)
{
	const char *name = strrchr(path, '/');
	char parent[PATH_MAX];

	*out = (struct folder){ .parent = -1, .self = -1 };
	if (name == NULL || name[1] == '\0' || strlen(path) >= sizeof(out->path))
		return err_set(err, ERR_FAILED, "%s: this is no path of a folder", path);
	strcpy(out->path, path);
	snprintf(parent, sizeof(parent), "%.*s/", (int)(name - path), path);
	out->parent = open(parent, OPEN_DIRECTORY);
	if (out->parent >= 0)
		out->self = openat(out->parent, name + 1, OPEN_DIRECTORY | O_NOFOLLOW);
	if (out->self >= 0)
		return 0;
	err_set_errno(err, ERR_FAILED, errno, "cannot open %s", path);
	folder_close(out);
	return -1;
}

void
folder_close(struct folder *folder)
{
	if (folder->self >= 0)
		close(folder->self);
	if (folder->parent >= 0)
		close(folder->parent);
	folder->self = folder->parent = -1;
}

/* --- removing --- */

/* What one pass over a directory has met. */
struct pass {
	size_t removed, left;
};

static void clear_directory(int directory, dev_t device, int depth, struct pass *pass);

static void
clear_entry(int directory, const char *name, dev_t device, int depth, struct pass *pass)
{
	struct stat status;
	int inner;

	if (unlinkat(directory, name, 0) == 0) {
		pass->removed++;
		return;
	}
	inner = openat(directory, name, OPEN_DIRECTORY | O_NOFOLLOW);
	if (inner >= 0 && depth > 0 && fstat(inner, &status) == 0 &&
		status.st_dev == device)
		clear_directory(inner, device, depth - 1, pass);
	if (inner >= 0)
		close(inner);
	if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
		pass->removed++;
	else
		pass->left++;
}

static void
clear_directory(int directory, dev_t device, int depth, struct pass *pass)
{
	int again = openat(directory, ".", OPEN_DIRECTORY);
	DIR *entries = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;

	if (entries == NULL) {
		if (again >= 0)
			close(again);
		pass->left++;
		return;
	}
	while ((entry = readdir(entries)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			clear_entry(directory, entry->d_name, device, depth, pass);
	closedir(entries);
}

static bool
is_still_named(const struct folder *folder, const char *name)
{
	struct stat named, held;

	return fstatat(folder->parent, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(folder->self, &held) == 0 && named.st_dev == held.st_dev &&
	       named.st_ino == held.st_ino;
}

int
folder_remove(struct folder *folder, struct err *err)
{
	const char *name = strrchr(folder->path, '/') + 1;
	struct pass pass = { .removed = 1 };
	struct stat status;
	int result = 0;

	if (fstat(folder->self, &status) != 0)
		result = err_set_errno(
			err, ERR_FAILED, errno, "cannot look at %s", folder->path);
	/* A directory that is changed while it is read may hide a name from one pass. */
	for (int i = 0; result == 0 && pass.removed > 0 && i < PASSES_MAX; i++) {
		pass = (struct pass){ 0 };
		clear_directory(folder->self, status.st_dev, DEPTH_MAX, &pass);
	}
	if (result == 0 && is_still_named(folder, name) &&
		unlinkat(folder->parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
		result = err_set_errno(err, ERR_FAILED, errno,
			"%s is left behind, remove it by hand", folder->path);
	folder_close(folder);
	return result;
}
