/* SPDX-License-Identifier: MIT */
#include "store/dir/dir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/mem.h"
#include "store/facts.h"

/* A temporary file of this age was left behind. */
#define LEFTOVER_AGE MINUTE

/* How full a file system may be before it is a warning, in percent. */
#define FULL_WARNING 95

/* --- examples --- */

void
dir_examples_add(struct dir_examples *examples, const char *name)
{
	size_t used = examples->count < DIR_EXAMPLES ? examples->count : DIR_EXAMPLES;
	size_t at = used;

	examples->count++;
	while (at > 0 &&
		span_compare_natural(span_of(name), span_of(examples->names[at - 1])) < 0)
		at--;
	if (at == DIR_EXAMPLES)
		return;
	if (used == DIR_EXAMPLES)
		free(examples->names[--used]);
	memmove(&examples->names[at + 1], &examples->names[at],
		(used - at) * sizeof(*examples->names));
	examples->names[at] = mem_copy(name, strlen(name));
}

void
dir_examples_free(struct dir_examples *examples)
{
	for (size_t i = 0; i < DIR_EXAMPLES; i++)
		free(examples->names[i]);
	*examples = (struct dir_examples){ 0 };
}

/* "a, b, c and 4 more" */
static void
add_examples(struct str *out, const struct dir_examples *examples)
{
	for (size_t i = 0; i < DIR_EXAMPLES && examples->names[i] != NULL; i++)
		str_addf(out, "%s%s", i > 0 ? ", " : "", examples->names[i]);
	if (examples->count > DIR_EXAMPLES)
		str_addf(out, " and %zu more", examples->count - DIR_EXAMPLES);
}

static bool
ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

void
dir_note_leftover(struct dir_store *dir, const char *name)
{
	bool is_of_change = dir_name_is_of_change(name);
	struct file_mark mark;
	struct stat status;

	if ((!is_of_change && !ends_with(name, ".tmp")) ||
		fstatat(dir->fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	mark = file_mark_of(&status);
	/* What a change has displaced is as old as it was, and has its name since then.
	 */
	if (clock_now() - (is_of_change ? mark.ctime : mark.mtime) / 1000 > LEFTOVER_AGE)
		dir_examples_add(is_of_change ? &dir->unended : &dir->leftovers, name);
}

/* --- facts --- */

struct look {
	struct dir_store *dir;
	struct facts facts;
};

static void
add(struct look *look, const char *name, bool warning, const char *text)
{
	facts_add(&look->facts, name, warning, arena_text(look->facts.arena, text));
}

/* What is warned of, one for each flag of an entry. */
static const struct warning {
	unsigned flag;
	const char *name, *one, *many;
} warnings[] = {
	{ DIR_DAMAGED, "damage", "1 file cannot be read", "files cannot be read" },
	{ DIR_SKEWED, "times", "1 file has mtime != timestamp inside by more than 60 s",
		"files have mtime != timestamp inside by more than 60 s" },
	{ DIR_DOUBLED, "keys", "1 file has the key of another",
		"files share their key with another; the one named "
		"{job}_{partition}.json counts, the others are rows PARTITION@FILE" },
	{ DIR_LINKED, "links",
		"1 file has several names (hard links); a save leaves the "
		"others behind",
		"files have several names (hard links); a save leaves the others "
		"behind" },
	{ DIR_MARKED, "marks",
		"1 file begins with a byte order mark, which Python's json.load() "
		"refuses",
		"files begin with a byte order mark, which Python's json.load() "
		"refuses" },
	{ DIR_FOREIGN, "names", "1 name matches no job", "names match no job" },
};

_Static_assert(sizeof(warnings) / sizeof(*warnings) == DIR_WARNINGS, "one for each");

static void
gather_one(void *arg, struct dir_entry *entry)
{
	struct dir_store *dir = arg;
	struct str text = { 0 };

	if ((entry->flags & ~(unsigned)DIR_ROW) == 0)
		return;
	str_add(&text, entry->name);
	if (entry->damage != NULL)
		str_addf(&text, " (%s)", entry->damage);
	for (size_t i = 0; i < DIR_WARNINGS; i++)
		if (entry->flags & warnings[i].flag)
			dir_examples_add(&dir->warned[i], text.text);
	str_free(&text);
}

/* How many files have this flag. */
static size_t
flagged(const struct dir_store *dir, unsigned flag)
{
	size_t bit = 0;

	while (flag >> bit != 1)
		bit++;
	return dir->index.flagged[bit];
}

static void
add_warning(struct look *look, const struct warning *warning,
	const struct dir_examples *examples)
{
	struct str text = { 0 };

	if (examples->count == 0)
		return;
	if (examples->count == 1)
		str_add(&text, warning->one);
	else
		str_addf(&text, "%zu %s", examples->count, warning->many);
	str_add(&text, ": ");
	add_examples(&text, examples);
	add(look, warning->name, true, text.text);
	str_free(&text);
}

static void
add_counts(struct look *look)
{
	struct dir_store *dir = look->dir;
	size_t rows = flagged(dir, DIR_ROW);
	size_t foreign = flagged(dir, DIR_FOREIGN) + dir->unmatched;

	add(look, "files", false,
		arena_printf(look->facts.arena,
			"%zu file%s, %zu unreadable, %zu left-over .tmp older than 1 "
			"min, "
			"%zu %s no job",
			rows, rows == 1 ? "" : "s", flagged(dir, DIR_DAMAGED),
			dir->leftovers.count, foreign,
			foreign == 1 ? "name that matches" : "names that match"));
}

/* A walk over all entries, and so only when something has moved. */
static void
gather(struct dir_store *dir)
{
	size_t wanted = 0;

	for (size_t i = 0; i < DIR_WARNINGS; i++) {
		dir_examples_free(&dir->warned[i]);
		wanted += flagged(dir, warnings[i].flag);
	}
	if (wanted > 0)
		dir_index_walk(&dir->index, gather_one, dir);
	dir->index.moved = false;
}

static void
add_warnings(struct look *look)
{
	struct dir_store *dir = look->dir;

	if (dir->index.moved)
		gather(dir);
	for (size_t i = 0; i < DIR_WARNINGS; i++)
		add_warning(look, &warnings[i], &dir->warned[i]);
}

static void
add_leftovers(struct look *look)
{
	static const struct warning warning = { 0, "left over",
		"1 temporary file is older than 1 min, its writer may have died",
		"temporary files are older than 1 min, their writers may have died" };

	static const struct warning unended = { 0, "unended",
		"1 file of a change that nobody has ended; the next one of the same user "
		"on the same host in this directory does",
		"files of changes that nobody has ended; the next one of the same user "
		"on the same host in this directory does" };

	add_warning(look, &warning, &look->dir->leftovers);
	add_warning(look, &unended, &look->dir->unended);
}

static void
add_watching(struct look *look)
{
	struct dir_store *dir = look->dir;
	struct str text = { 0 };

	if (dir->replaced_at != TIME_NONE) {
		str_add(&text, "the directory was replaced and opened again at ");
		time_add_rfc3339(&text, dir->replaced_at);
		add(look, "replaced", true, text.text);
	}
	if (dir->unwatched == NULL) {
		add(look, "changes", false, "told by the kernel (inotify)");
	} else {
		str_clear(&text);
		str_addf(&text, "found by looking at every file in each poll: %s",
			dir->unwatched);
		add(look, "changes", dir->store.mode == STORE_READ, text.text);
	}
	str_free(&text);
}

/* Whether this user may save, as far as the directory's permissions say. */
static void
add_writes(struct look *look)
{
	bool may = faccessat(look->dir->fd, ".", W_OK | X_OK, AT_EACCESS) == 0;

	add(look, "writes", false,
		look->dir->store.config->read_only
			? "not by ckptop: the store is read-only here"
		: may ? "allowed for this user"
		      : "not allowed for this user");
}

/* --- the file system --- */

/* How much of something is in use, in percent as df counts it, or -1. */
static int
percent_used(uint64_t total, uint64_t unused, uint64_t available)
{
	uint64_t used = total - unused;

	if (total == 0 || unused > total || used + available == 0)
		return -1;
	return (int)((used * 100 + used + available - 1) / (used + available));
}

static void
add_file_system(struct look *look)
{
	struct dir_store *dir = look->dir;
	const char *type = fsio_type(dir->fd);
	struct statvfs status;
	int blocks = -1, inodes = -1;

	if (fstatvfs(dir->fd, &status) == 0) {
		blocks = percent_used(status.f_blocks, status.f_bfree, status.f_bavail);
		inodes = percent_used(status.f_files, status.f_ffree, status.f_favail);
	}
	if (type[0] == '\0')
		type = "file system not known";
	dir->store.facts.kind = "json dir";
	dir->store.facts.where =
		blocks < 0 ? arena_printf(look->facts.arena, "%s (%s)", dir->path, type)
			   : arena_printf(look->facts.arena, "%s (%s, %d%% full)",
				     dir->path, type, blocks);
	if (blocks >= FULL_WARNING)
		add(look, "space", true,
			arena_printf(look->facts.arena,
				"the file system is %d%% full: saves may soon fail",
				blocks));
	if (inodes >= FULL_WARNING)
		add(look, "inodes", true,
			arena_printf(look->facts.arena,
				"%d%% of the file system's inodes are in use: saves may "
				"soon fail",
				inodes));
}

void
dir_update_facts(struct dir_store *dir)
{
	struct look look = { .dir = dir };

	facts_begin(&look.facts);
	add_counts(&look);
	add_warnings(&look);
	add_leftovers(&look);
	add_file_system(&look);
	add_watching(&look);
	add_writes(&look);
	facts_end(&look.facts, &dir->facts, &dir->store.facts);
}
