/* SPDX-License-Identifier: MIT */
#include "store/dir.h"

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

/* What the time inside a file may differ from that of the file. */
#define SKEW_MAX MINUTE

/* One look at a directory. */
struct scan {
	struct dir_store *dir;
	store_row_fn *row; /* NULL: nobody listens */
	void *arg;
	bool whole;   /* every row is delivered, not only what changed */
	bool touched; /* the index changed in a way that rows tell */
	bool ghost; /* of a whole scan: a row that it delivered is gone by now, or one is
		       missing that is there */
	int64_t read_at;	/* clock_now() before the file in hand was read */
	size_t looks;		/* files looked at, to count chunks by */
	struct dir_entry *last; /* the last entry of the listing, or NULL */
	size_t listed; /* entries that the listing has shown and that are there */
	struct unsettled {
		struct dir_entry *entry;
		struct file_mark mark;
	} * unsettled; /* files that look half-written, to be read once more */
	size_t unsettled_count, unsettled_capacity;
};

static int
pace(struct scan *scan, struct err *err)
{
	struct store *store = &scan->dir->store;

	if (++scan->looks % CHUNK == 0)
		store_extend(store);
	if (!store_must_stop(store, err))
		return 0;
	err_prefix(err, "directory %s, after %zu files", scan->dir->path, scan->looks);
	return -1;
}

/* --- delivering --- */

static void
deliver(struct scan *scan, struct dir_entry *entry, unsigned flags)
{
	struct ckpt row = { .flags = flags };
	struct str memory = { 0 };

	scan->touched = true;
	if (scan->row == NULL)
		return;
	row.key = dir_entry_row_key(entry, &memory);
	dir_file_describe(&scan->dir->file, &row);
	row.where = span_of(entry->name);
	entry->told = scan->dir->round;
	scan->row(scan->arg, &row);
	str_free(&memory);
}

static void
deliver_gone(struct scan *scan, const struct dir_entry *entry, struct key key)
{
	struct ckpt row = { .key = key,
		.written_at = TIME_NONE,
		.flags = CKPT_GONE,
		.where = span_of(entry->name) };

	scan->touched = true;
	scan->ghost |= scan->whole && entry->told == scan->dir->round;
	if (scan->row != NULL && !scan->whole)
		scan->row(scan->arg, &row);
}

/* The row that an entry is beside the one that counts is there no more. */
static void
deliver_other_gone(struct scan *scan, const struct dir_entry *entry)
{
	struct str memory = { 0 };

	if (entry->flags & DIR_OTHER)
		deliver_gone(scan, entry, dir_entry_row_key(entry, &memory));
	str_free(&memory);
}

/* Another entry that has the key of this one, or NULL. */
static struct dir_entry *
sharing(const struct scan *scan, const struct dir_entry *entry)
{
	const struct dir_index *index = &scan->dir->index;
	struct dir_entry *first = dir_index_with_key(index, entry->key, NULL);

	return first != entry ? first : dir_index_with_key(index, entry->key, first);
}

/* All files of this key are to be delivered in their order at the end. Where one of them
 * is, all the others are, too. */
static void
mark_again(struct scan *scan, struct dir_entry *entry)
{
	struct dir_index *index = &scan->dir->index;
	struct dir_entry *other = sharing(scan, entry);

	scan->dir->again = true;
	entry->again = true;
	if (other == NULL || other->again)
		return;
	for (other = dir_index_with_key(index, entry->key, NULL); other != NULL;
		other = dir_index_with_key(index, entry->key, other))
		other->again = true;
}

static void
lose_key(struct scan *scan, struct dir_entry *entry)
{
	if (entry->key.job.at == NULL)
		return;
	deliver_other_gone(scan, entry);
	/* The row of the key itself goes with the last file that has it. */
	if (sharing(scan, entry) != NULL)
		mark_again(scan, entry);
	else
		deliver_gone(scan, entry, entry->key);
	dir_index_flag(&scan->dir->index, entry,
		entry->flags & ~(unsigned)(DIR_DOUBLED | DIR_OTHER), entry->damage);
	entry->again = false;
	dir_index_set_key(&scan->dir->index, entry, (struct key){ SPAN_NONE, SPAN_NONE });
}

static void
give_key(struct scan *scan, struct dir_entry *entry, struct key key)
{
	if (!key_equal(entry->key, key)) {
		lose_key(scan, entry);
		dir_index_set_key(&scan->dir->index, entry, key);
	}
	if (sharing(scan, entry) != NULL)
		mark_again(scan, entry);
}

static void
drop(struct scan *scan, struct dir_entry *entry)
{
	lose_key(scan, entry);
	if (entry->round == scan->dir->round && scan->listed > 0)
		scan->listed--;
	if (scan->last == entry)
		scan->last = NULL;
	dir_index_remove(&scan->dir->index, entry);
}

/* What dir->file holds is what this entry is now. */
static void
take(struct scan *scan, struct dir_entry *entry)
{
	struct dir_store *dir = scan->dir;
	const struct dir_file *file = &dir->file;
	struct key key = { SPAN_NONE, SPAN_NONE };
	bool guessed = false, known;
	unsigned flags = DIR_ROW;

	known = dir_key_of_file(dir, entry->name, &key, &guessed);
	entry->mark = file->mark;
	entry->read = true;
	entry->racy = file_mark_is_fresh(&file->mark, scan->read_at);
	if (!known) {
		lose_key(scan, entry);
		dir_index_flag(&dir->index, entry, DIR_FOREIGN, NULL);
		return;
	}
	give_key(scan, entry, key);
	flags |= entry->flags & (DIR_DOUBLED | DIR_OTHER);
	flags |= file->damage != NULL ? DIR_DAMAGED : 0;
	flags |= file->mark.links > 1 ? DIR_LINKED : 0;
	if (file->json != NULL && json_has_bom(file->json))
		flags |= DIR_MARKED;
	if (dir_file_is_skewed(file, dir->store.config->zone, SKEW_MAX))
		flags |= DIR_SKEWED;
	dir_index_flag(&dir->index, entry, flags, file->damage);
	if (!entry->again)
		deliver(scan, entry, guessed ? CKPT_KEY_GUESSED : 0);
}

/* --- files --- */

static void
keep_unsettled(struct scan *scan, struct dir_entry *entry)
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
read_file(struct scan *scan, const struct dir_entry *entry)
{
	scan->read_at = clock_now();
	return dir_file_read(&scan->dir->file, scan->dir->fd, entry->name);
}

/* Reads one file. An entry whose file is gone is dropped. */
static void
look(struct scan *scan, struct dir_entry *entry)
{
	struct dir_store *dir = scan->dir;

	if (read_file(scan, entry) == DIR_FILE_GONE)
		drop(scan, entry);
	else if (dir->file.unsettled)
		keep_unsettled(scan, entry);
	else
		take(scan, entry);
}

/* Gives the writer of the youngest half-written file a moment. */
static void
pause_for_writers(const struct scan *scan)
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
settle(struct scan *scan, struct err *err)
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
				drop(scan, was.entry);
			else if (!file->unsettled || reads == DIR_FILE_READS ||
				 file_mark_equal(&file->mark, &was.mark))
				take(scan, was.entry);
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
examine(struct scan *scan, struct dir_entry *entry)
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
list_names(struct scan *scan, DIR *names, struct err *err)
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
	struct scan *scan = arg;

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
list(struct scan *scan, struct err *err)
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
look_at_changed(struct scan *scan, struct err *err)
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

/* --- keys that several files have --- */

static int
compare_again(const void *a, const void *b)
{
	const struct dir_entry *x = *(struct dir_entry *const *)a;
	const struct dir_entry *y = *(struct dir_entry *const *)b;
	int order = key_compare(x->key, y->key);

	if (order == 0)
		order = dir_name_is_proper(x->name, x->key) -
			dir_name_is_proper(y->name, y->key);
	return order != 0 ? order : strcmp(x->name, y->name);
}

struct again {
	struct dir_entry **entries;
	size_t count;
};

static void
collect_again(void *arg, struct dir_entry *entry)
{
	struct again *again = arg;

	if (!entry->again)
		return;
	if ((again->count & (again->count - 1)) == 0)
		again->entries = mem_resize(
			again->entries, again->count * 2 + 1, sizeof(*again->entries));
	again->entries[again->count++] = entry;
	entry->again = false;
}

/* Delivers one of several, read once more. What moved meanwhile is left to the next look.
 */
static void
deliver_again(struct scan *scan, struct dir_entry *entry, bool doubled, bool other)
{
	struct dir_store *dir = scan->dir;
	struct key key;
	bool guessed;
	unsigned flags = entry->flags & ~(unsigned)(DIR_DOUBLED | DIR_OTHER);

	if (dir_file_read(&dir->file, dir->fd, entry->name) == DIR_FILE_GONE ||
		!file_mark_equal(&dir->file.mark, &entry->mark) ||
		!dir_key_of_file(dir, entry->name, &key, &guessed)) {
		dir_mark_changed(dir, entry);
		scan->ghost |= scan->whole;
		return;
	}
	if (!other)
		deliver_other_gone(scan, entry);
	flags |= (doubled ? DIR_DOUBLED : 0) | (other ? DIR_OTHER : 0);
	dir_index_flag(&dir->index, entry, flags, entry->damage);
	deliver(scan, entry,
		(guessed ? CKPT_KEY_GUESSED : 0) | (doubled ? CKPT_KEY_REPEATED : 0));
}

/* Of several files with one key the last counts: the one with the proper name, else the
 * last by name. The others are rows beside it. */
static int
look_again(struct scan *scan, struct err *err)
{
	struct again again = { 0 };
	int status = 0;

	if (!scan->dir->again)
		return 0;
	scan->dir->again = false;
	dir_index_walk(&scan->dir->index, collect_again, &again);
	if (again.count > 0)
		qsort(again.entries, again.count, sizeof(*again.entries), compare_again);
	for (size_t i = 0; i < again.count; i++) {
		struct dir_entry *entry = again.entries[i];
		bool other = i + 1 < again.count &&
			     key_equal(entry->key, again.entries[i + 1]->key);

		deliver_again(scan, entry, sharing(scan, entry) != NULL, other);
	}
	status = pace(scan, err);
	free(again.entries);
	return status;
}

/* --- a whole look --- */

static int
look_around(struct scan *scan, bool *steady, struct err *err)
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
	if (look_at_changed(scan, err) != 0 || look_again(scan, err) != 0)
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
run(struct scan *scan, bool *steady, struct err *err)
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
	struct scan scan = { .dir = dir, .row = row, .arg = arg, .whole = true };

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
	struct scan scan = { .dir = dir, .row = row, .arg = arg };

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
	struct scan scan = { .dir = dir };
	bool steady;
	int status;

	if (dir->watch_fd < 0 && !dir->list && dir->listing_took > LISTING_LONG &&
		clock_monotonic() - dir->listed_at < LISTING_SERVES)
		return 0;
	status = run(&scan, &steady, err);
	dir->untold |= scan.touched;
	return status;
}
