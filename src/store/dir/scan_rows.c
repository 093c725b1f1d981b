/* SPDX-License-Identifier: MIT
 *
 * What the files of a directory are as rows: which key each has, which of several with
 * one key counts, and what is told of them. */
#include "store/dir/scan_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What the time inside a file may differ from that of the file. */
#define SKEW_MAX MINUTE

/* --- delivering --- */

static void
deliver(struct dir_scan *scan, struct dir_entry *entry, unsigned flags)
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
deliver_gone(struct dir_scan *scan, const struct dir_entry *entry, struct key key)
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
deliver_other_gone(struct dir_scan *scan, const struct dir_entry *entry)
{
	struct str memory = { 0 };

	if (entry->flags & DIR_OTHER)
		deliver_gone(scan, entry, dir_entry_row_key(entry, &memory));
	str_free(&memory);
}

/* Another entry that has the key of this one, or NULL. */
static struct dir_entry *
sharing(const struct dir_scan *scan, const struct dir_entry *entry)
{
	const struct dir_index *index = &scan->dir->index;
	struct dir_entry *first = dir_index_with_key(index, entry->key, NULL);

	return first != entry ? first : dir_index_with_key(index, entry->key, first);
}

/* All files of this key are to be delivered in their order at the end. Where one of them
 * is, all the others are, too. */
static void
mark_again(struct dir_scan *scan, struct dir_entry *entry)
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
lose_key(struct dir_scan *scan, struct dir_entry *entry)
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
give_key(struct dir_scan *scan, struct dir_entry *entry, struct key key)
{
	if (!key_equal(entry->key, key)) {
		lose_key(scan, entry);
		dir_index_set_key(&scan->dir->index, entry, key);
	}
	if (sharing(scan, entry) != NULL)
		mark_again(scan, entry);
}

void
dir_rows_drop(struct dir_scan *scan, struct dir_entry *entry)
{
	lose_key(scan, entry);
	if (entry->round == scan->dir->round && scan->listed > 0)
		scan->listed--;
	if (scan->last == entry)
		scan->last = NULL;
	dir_index_remove(&scan->dir->index, entry);
}

void
dir_rows_take(struct dir_scan *scan, struct dir_entry *entry)
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
deliver_again(struct dir_scan *scan, struct dir_entry *entry, bool doubled, bool other)
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

bool
dir_rows_again(struct dir_scan *scan)
{
	struct again again = { 0 };

	if (!scan->dir->again)
		return false;
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
	free(again.entries);
	return true;
}
