/* SPDX-License-Identifier: MIT
 * Checkpoints in a directory of JSON files: opening it, and noticing that it changed. */
#include "store/dir/dir.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/dir/watch.h"

/* A watched directory is listed all the same after this time (or after a hundred times
 * what the listing takes): writes through a mapping or another hard link go unseen. */
#define LIST_EVERY (60 * SECOND)

static const struct store_key keys[] = {
	{ "name_regex",
		"POSIX extended regular expression over the whole file name, with "
		"groups for job and partition; other files are not looked at" },
	{ "job_group", "number of the group in name_regex that is the job (1)" },
	{ "partition_group", "number of the group in name_regex that is the partition "
			     "(2)" },
	{ NULL, NULL },
};

static struct dir_store *
dir_of(struct store *store)
{
	return (struct dir_store *)store;
}

/* --- the directory itself --- */

/* Only readers watch: they are few, and a user may have only 128 watching handles. */
static void
start_watch(struct dir_store *dir)
{
	if (dir->watch_fd >= 0)
		close(dir->watch_fd);
	dir->watch_fd = -1;
	dir->unwatched = "opened for writing";
	if (dir->store.mode == STORE_READ) {
		dir->unwatched = "other hosts may write here";
		if (!fsio_is_shared(fsio_type(dir->fd))) {
			dir->watch_fd = dir_watch_start(dir->fd, NULL);
			dir->unwatched =
				"inotify was refused (see fs.inotify.max_user_instances)";
		}
	}
	if (dir->watch_fd >= 0)
		dir->unwatched = NULL;
}

/* Opens what the path means now; a link to a directory is followed, as every other
 * program that is given this path does. */
static int
open_place(struct dir_store *dir, struct err *err)
{
	char *real = realpath(dir->path, NULL);
	struct stat status;
	int fd = -1;

	if (real == NULL)
		return err_set_errno(err, ERR_UNREACHABLE, errno,
			"directory %s cannot be opened", dir->path);
	if (stat(real, &status) == 0 && !S_ISDIR(status.st_mode)) {
		free(real);
		return err_set(err, ERR_UNREACHABLE,
			"%s is no directory; nothing was read or written; check the "
			"path",
			dir->path);
	}
	fd = fsio_open_dir(real, err);
	free(real);
	if (fd < 0)
		return -1;
	if (fstat(fd, &status) != 0) {
		err_set_errno(err, ERR_UNREACHABLE, errno,
			"directory %s cannot be looked at", dir->path);
		close(fd);
		return -1;
	}
	if (dir->fd >= 0)
		close(dir->fd);
	dir->fd = fd;
	dir->device = status.st_dev;
	dir->inode = status.st_ino;
	dir->list = true;
	dir_note_audit(dir);
	start_watch(dir);
	return 0;
}

int
dir_check_place(struct dir_store *dir, struct err *err)
{
	struct stat status;

	if (stat(dir->path, &status) != 0)
		return err_set_errno(err, ERR_UNREACHABLE, errno,
			errno == ENOENT ? "directory %s is not there any more"
					: "directory %s cannot be reached",
			dir->path);
	if (status.st_dev == dir->device && status.st_ino == dir->inode)
		return 0;
	dir->replaced_at = clock_now();
	return open_place(dir, err);
}

/* --- what changed --- */

void
dir_mark_changed(struct dir_store *dir, struct dir_entry *entry)
{
	if (entry->changed)
		return;
	entry->changed = true;
	entry->next_changed = dir->changed;
	dir->changed = entry;
}

static void
note_name(void *arg, const char *name)
{
	struct dir_store *dir = arg;

	if (dir_name_is_ours(&dir->naming, name))
		dir_mark_changed(dir, dir_index_add(&dir->index, name));
}

void
dir_drain(struct dir_store *dir)
{
	if (dir->watch_fd >= 0 && dir_watch_drain(dir->watch_fd, note_name, dir) != 0)
		dir->list = true;
}

bool
dir_list_is_due(const struct dir_store *dir)
{
	int64_t period = LIST_EVERY;

	if (dir->list || dir->watch_fd < 0)
		return true;
	if (dir->listing_took * 100 > period)
		period = dir->listing_took * 100;
	return clock_monotonic() - dir->listed_at >= period;
}

static int
dir_changed(struct store *store, bool *changed, struct err *err)
{
	struct dir_store *dir = dir_of(store);

	if (dir_check_place(dir, err) != 0)
		return -1;
	dir_drain(dir);
	*changed = !dir->scanned || dir->untold || dir->changed != NULL ||
		   dir_list_is_due(dir);
	return 0;
}

/* --- a handle --- */

static void
dir_close(struct store *store)
{
	struct dir_store *dir = dir_of(store);

	dir_naming_free(&dir->naming);
	dir_index_free(&dir->index);
	dir_file_free(&dir->file);
	dir_examples_free(&dir->leftovers);
	dir_examples_free(&dir->unended);
	for (size_t i = 0; i < DIR_WARNINGS; i++)
		dir_examples_free(&dir->warned[i]);
	if (dir->facts != NULL)
		arena_free(dir->facts);
	if (dir->watch_fd >= 0)
		close(dir->watch_fd);
	if (dir->fd >= 0)
		close(dir->fd);
	free(dir);
}

static int
dir_check(const struct store_config *config, struct err *err)
{
	struct dir_naming naming;

	if (dir_naming_init(&naming, config, err) != 0)
		return -1;
	dir_naming_free(&naming);
	return 0;
}

static int
dir_open(struct store **out, const struct store_config *config, enum store_mode mode,
	struct err *err)
{
	struct dir_store *dir = mem_new(1, sizeof(*dir));

	store_prepare(&dir->store, &backend_dir, config, mode);
	dir->store.capabilities = STORE_CAN_SAVE | STORE_CAN_METADATA | STORE_CAN_GUARD |
				  STORE_CAN_INIT | STORE_CAN_OPERATE;
	dir->path = store_path(config);
	dir->fd = dir->watch_fd = -1;
	dir->listed_at = dir->replaced_at = TIME_NONE;
	if (dir_naming_init(&dir->naming, config, err) != 0 ||
		open_place(dir, err) != 0) {
		dir_close(&dir->store);
		return -1;
	}
	dir_update_facts(dir);
	*out = &dir->store;
	return 0;
}

/* --- a new one --- */

/* Makes one directory unless it is there. */
static int
make_directory(const char *path, bool *made, struct err *err)
{
	struct stat status;

	if (mkdir(path, 0777) == 0) {
		*made = true;
		return 0;
	}
	if (errno != EEXIST)
		return err_set_errno(err, ERR_REFUSED, errno,
			"directory %s cannot be made, so there is no store", path);
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return 0;
	return err_set(err, ERR_REFUSED,
		"%s is there and is no directory; no store was made; take another path",
		path);
}

/* Whatever is made above it, the last directory of the path is made after that: what was
 * made at all was the store. */
static int
dir_create(const struct store_config *config, bool *made, struct err *err)
{
	const char *path = store_path(config);
	char *copy = mem_copy(path, strlen(path));
	int status = 0;

	*made = false;
	for (char *slash = strchr(copy + 1, '/'); slash != NULL && status == 0;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		status = make_directory(copy, made, err);
		*slash = '/';
	}
	if (status == 0)
		status = make_directory(copy, made, err);
	free(copy);
	return status;
}

const struct backend backend_dir = {
	.scheme = "dir",
	.form = "dir:PATH",
	.help = "dir:PATH, a directory of {job}_{partition}.json files",
	.keys = keys,
	.check = dir_check,
	.open = dir_open,
	.close = dir_close,
	.changed = dir_changed,
	.scan = dir_scan,
	.scan_changes = dir_scan_changes,
	.load = dir_load,
	.save = dir_save,
	.create = dir_create,
	.operations = &dir_operations,
};
