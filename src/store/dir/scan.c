/* SPDX-License-Identifier: MIT */
#include "store/dir/scan_rows.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* How many files are one chunk of a scan. */
#define CHUNK 256

/* A listing that took longer than LISTING_LONG serves single look-ups for so long. */
#define LISTING_SERVES SECOND
#define LISTING_LONG   (20 * MILLISECOND)

static int
pace(struct dir_scan *scan, struct err *err)
{
	struct store *store = &scan->dir->store;

	if (++scan->looks % CHUNK == 0)
		store_extend(store);
	if (!store_must_stop(store, err))
		return 0;
	err_prefix(err, "directory %s, after %zu files", scan->dir->path, scan->looks);
	return -1;
}

/* --- files --- */

static void
keep_unsettled(struct dir_scan *scan, struct dir_entry *entry)
{
	if (scan->unsettled_count == scan->unsettled_capacity) {
		scan->unsettled_capacity = scan->unsettled_capacity * 2 + 16;
		scan->unsettled = mem_resize(scan->unsettled, scan->unsettled_capacity,
			sizeof(*scan->unsettled));
	}
	scan->unsettled[scan->unsettled_count++] =
		(struct unsettled){ entry, scan->dir->file.mark };
}

/* Reads a file into dir->file. The clock is asked first: a read that takes long does not
 * make the mark older than it was when its bytes were read. */
static enum dir_file_state
read_file(struct dir_scan *scan, const struct dir_entry *entry)
{
	scan->read_at = clock_now();
	return dir_file_read(&scan->dir->file, scan->dir->fd, entry->name);
}

/* Reads one file. An entry whose file is gone is dropped. */
static void
look(struct dir_scan *scan, struct dir_entry *entry)
{
	struct dir_store *dir = scan->dir;

	if (read_file(scan, entry) == DIR_FILE_GONE)
		dir_rows_drop(scan, entry);
	else if (dir->file.unsettled)
		keep_unsettled(scan, entry);
	else
		dir_rows_take(scan, entry);
}

/* Gives the writer of the youngest half-written file a moment. */
static void
pause_for_writers(const struct dir_scan *scan)
{
	const struct file_mark *youngest = &scan->unsettled[0].mark;

	for (size_t i = 1; i < scan->unsettled_count; i++)
		if (scan->unsettled[i].mark.ctime > youngest->ctime)
			youngest = &scan->unsettled[i].mark;
	dir_file_pause(youngest);
}

/* Half-written files are read again together, until each is whole or was found twice in
 * the same state. */
static int
settle(struct dir_scan *scan, struct err *err)
{
	struct dir_file *file = &scan->dir->file;

	for (int reads = 2; scan->unsettled_count > 0; reads++) {
		size_t count = scan->unsettled_count, kept = 0;

		pause_for_writers(scan);
		for (size_t i = 0; i < count; i++) {
			struct unsettled was = scan->unsettled[i];

			if (pace(scan, err) != 0)
				return -1;
			if (read_file(scan, was.entry) == DIR_FILE_GONE)
				dir_rows_drop(scan, was.entry);
			else if (!file->unsettled || reads == DIR_FILE_READS ||
				 file_mark_equal(&file->mark, &was.mark))
				dir_rows_take(scan, was.entry);
			else
				scan->unsettled[kept++] =
					(struct unsettled){ was.entry, file->mark };
		}
		scan->unsettled_count = kept;
	}
	return 0;
}

/* --- the directory --- */

/* Reads a listed file if it may differ from what was read before. */
static void
examine(struct dir_scan *scan, struct dir_entry *entry)
{
	struct stat status;
	struct file_mark mark;

	if (!scan->whole && entry->read && !entry->racy &&
		fstatat(scan->dir->fd, entry->name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		mark = file_mark_of(&status);
		if (file_mark_equal(&mark, &entry->mark))
			return;
	}
	look(scan, entry);
}

static int
list_names(struct dir_scan *scan, DIR *names, struct err *err)
{
	struct dir_store *dir = scan->dir;
	struct dirent *dirent;

	while (errno = 0, (dirent = readdir(names)) != NULL) {
		struct dir_entry *entry;

		if (!dir_name_is_ours(&dir->naming, dirent->d_name)) {
			dir->unmatched += dir_name_is_json(dirent->d_name);
			dir_note_leftover(dir, dirent->d_name);
			continue;
		}
		entry = dir_index_list(&dir->index, scan->last, dirent->d_name);
		scan->last = entry;
		if (entry->round == dir->round)
			continue;
		entry->round = dir->round;
		scan->listed++;
		if (pace(scan, err) != 0)
			return -1;
		examine(scan, entry);
	}
	if (errno != 0)
		return err_set_errno(err, ERR_UNREACHABLE, errno,
			"directory %s could not be read to its end", dir->path);
	return 0;
}

/* What the listing did not show is looked for by its name before it counts as gone: a
 * listing may miss files that are replaced meanwhile. */
static void
look_if_unseen(void *arg, struct dir_entry *entry)
{
	struct dir_scan *scan = arg;

	if (entry->round == scan->dir->round)
		return;
	entry->round = scan->dir->round;
	examine(scan, entry);
}

/* What was to be read again is found by the listing. */
static void
forget_changed(struct dir_store *dir)
{
	for (struct dir_entry *entry = dir->changed; entry != NULL;
		entry = entry->next_changed) {
		entry->changed = false;
		entry->read = false;
	}
	dir->changed = NULL;
}

static int
list(struct dir_scan *scan, struct err *err)
{
	struct dir_store *dir = scan->dir;
	int64_t start = clock_monotonic();
	int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = fd < 0 ? NULL : fdopendir(fd);
	int status;

	if (names == NULL) {
		err_set_errno(err, ERR_UNREACHABLE, errno,
			"directory %s cannot be listed", dir->path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	forget_changed(dir);
	dir_examples_free(&dir->leftovers);
	dir_examples_free(&dir->unended);
	dir->unmatched = 0;
	dir->round++;
	status = list_names(scan, names, err);
	closedir(names);
	if (status != 0 || settle(scan, err) != 0)
		return -1;
	if (scan->listed != dir->index.count)
		dir_index_walk(&dir->index, look_if_unseen, scan);
	dir->list = false;
	dir->listed_at = clock_monotonic();
	dir->listing_took = dir->listed_at - start;
	return settle(scan, err);
}

/* Reads the files that the kernel has named. */
static int
look_at_changed(struct dir_scan *scan, struct err *err)
{
	struct dir_store *dir = scan->dir;

	while (dir->changed != NULL) {
		struct dir_entry *entry = dir->changed;

		if (pace(scan, err) != 0)
			return -1;
		dir->changed = entry->next_changed;
		entry->changed = false;
		look(scan, entry);
	}
	return settle(scan, err);
}

/* --- a whole look --- */

static int
look_around(struct dir_scan *scan, bool *steady, struct err *err)
{
	struct dir_store *dir = scan->dir;
	struct stat before = { 0 }, after = { 0 };
	bool first = dir->listed_at == TIME_NONE;

	*steady = false;
	if (dir_check_place(dir, err) != 0)
		return -1;
	fstat(dir->fd, &before);
	dir_drain(dir);
	if ((scan->whole || dir_list_is_due(dir)) && list(scan, err) != 0)
		return -1;
	dir_drain(dir);
	if (look_at_changed(scan, err) != 0)
		return -1;
	if (dir_rows_again(scan) && pace(scan, err) != 0)
		return -1;
	fstat(dir->fd, &after);
	/* A first listing that nobody watched over may have missed what was replaced; any
	 * other is checked name by name. */
	*steady = !dir->list &&
		  (dir->watch_fd >= 0 || !first ||
			  (before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
				  before.st_mtim.tv_nsec == after.st_mtim.tv_nsec)) &&
		  !scan->ghost;
	return 0;
}

static int
run(struct dir_scan *scan, bool *steady, struct err *err)
{
	int status = look_around(scan, steady, err);

	if (status != 0)
		scan->dir->list = true;
	free(scan->unsettled);
	return status;
}

int
dir_scan(struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct dir_scan scan = { .dir = dir, .row = row, .arg = arg, .whole = true };

	if (run(&scan, steady, err) != 0)
		return -1;
	dir->scanned = true;
	/* Only another whole scan takes back what this one delivered. */
	dir->untold = scan.ghost;
	dir_update_facts(dir);
	return 0;
}

int
dir_scan_changes(struct store *store, store_row_fn *row, void *arg, bool *whole,
	bool *steady, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct dir_scan scan = { .dir = dir, .row = row, .arg = arg };

	*whole = !dir->scanned || dir->untold;
	if (*whole)
		return dir_scan(store, row, arg, steady, err);
	if (run(&scan, steady, err) != 0)
		return -1;
	dir_update_facts(dir);
	return 0;
}

int
dir_refresh(struct dir_store *dir, struct err *err)
{
	struct dir_scan scan = { .dir = dir };
	bool steady;
	int status;

	if (dir->watch_fd < 0 && !dir->list && dir->listing_took > LISTING_LONG &&
		clock_monotonic() - dir->listed_at < LISTING_SERVES)
		return 0;
	status = run(&scan, &steady, err);
	dir->untold |= scan.touched;
	return status;
}
