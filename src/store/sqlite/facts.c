/* SPDX-License-Identifier: MIT
 *
 * What the panel of a store says about a SQLite database. */
#include "store/sqlite/store.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/facts.h"

/* A log larger than this says that nobody checkpoints it, or that a reader holds it. */
#define WAL_LARGE (64 << 20)

static const char *
bytes_text(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
	double number = (double)bytes;
	int unit = 0;

	for (; number >= 1000 && unit < 4; unit++)
		number /= 1000;
	return arena_printf(arena, unit > 0 && number < 10 ? "%.1f %s" : "%.0f %s",
		number, units[unit]);
}

static const char *
owner_text(struct arena *arena, const struct sqlite_files *files)
{
	struct passwd entry, *found = NULL;
	char memory[4096];

	getpwuid_r(files->owner, &entry, memory, sizeof(memory), &found);
	return arena_printf(arena, "%s (uid %u), mode %04o%s",
		found != NULL ? found->pw_name : "nobody known", files->owner,
		files->mode, files->ours ? "" : "; we are not its owner");
}

static void
add_again(struct facts *facts, const struct sqlite_store *sqlite)
{
	if (!sqlite->scanned || sqlite->again == 0)
		return;
	facts_add(facts, "keys", true,
		arena_printf(facts->arena,
			"%zu %s the key of another row; of each key the last one is "
			"shown%s",
			sqlite->again, sqlite->again == 1 ? "row has" : "rows have",
			sqlite->table->layout.query != NULL
				? ""
				: ", and none can be saved before it is the only one"));
}

static void
add_table(struct facts *facts, const struct sqlite_store *sqlite)
{
	const struct sqlite_table *table = sqlite->table;
	struct str text = { 0 };

	if (table->layout.query != NULL) {
		facts_add_query(facts, &table->layout, sqlite->scanned, sqlite->rows,
			sqlite->cut);
		add_again(facts, sqlite);
		return;
	}
	str_addf(&text, "%s, a %s", table->layout.table, table->kind);
	if (strcmp(table->layout.shape, table->layout.table) != 0)
		str_addf(&text, " of shape %s", table->layout.shape);
	if (sqlite->scanned)
		str_addf(&text, ", %s%zu rows", sqlite->cut ? "more than " : "",
			sqlite->rows);
	if (!table->unique)
		str_add(&text, ", no unique key");
	facts_add(facts, "table", false, arena_text(facts->arena, str_text(&text)));
	str_free(&text);
	add_again(facts, sqlite);
	if (sqlite->cut)
		facts_add(facts, "rows", true,
			arena_printf(facts->arena,
				"only the first %zu rows of the %s are shown",
				sqlite->rows, table->kind));
	else if (table->order == SQLITE_AT_ONCE)
		facts_add(facts, "reading", false,
			arena_printf(facts->arena,
				"in one statement: a %s cannot be read in chunks",
				table->kind));
	if (table->triggers != NULL)
		facts_add(facts, "triggers", false,
			arena_printf(facts->arena,
				"%s (those made for a change run with it)",
				table->triggers));
	if (table->referrers != NULL)
		facts_add(facts, "referred to", false,
			arena_printf(facts->arena,
				"by foreign keys of %s (none acts when ckptop writes)",
				table->referrers));
	if (table->layout.missing_note != NULL)
		facts_add(facts, "columns", true,
			arena_printf(facts->arena, "there is no %s",
				table->layout.missing_note));
	if (table->layout.others != NULL)
		facts_add(facts, "also there", false,
			arena_text(facts->arena, table->layout.others));
}

static void
add_files(struct facts *facts, const struct sqlite_store *sqlite,
	const struct sqlite_files *files)
{
	struct arena *arena = facts->arena;
	const char *path = store_path(sqlite->store.config);
	const char *type = sqlite_files_system(path);
	bool may_write = sqlite->store.mode == STORE_WRITE ||
			 faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;

	facts_add(facts, "size", false,
		files->has_wal ? arena_printf(arena, "%s, write-ahead log %s",
					 bytes_text(arena, files->database.size),
					 bytes_text(arena, files->wal.size))
			       : bytes_text(arena, files->database.size));
	if (files->has_wal && files->wal.size > WAL_LARGE)
		facts_add(facts, "log", true,
			"the write-ahead log is large: a reader holds it, or nobody "
			"checkpoints it");
	facts_add(facts, "owner", false, owner_text(arena, files));
	facts_add(facts, "writes", false,
		sqlite->store.config->read_only
			? "not by ckptop: the store is read-only here"
		: may_write ? "allowed for this user"
			    : "not allowed for this user");
	if (fsio_is_shared(type))
		facts_add(facts, "disk", true,
			arena_printf(arena,
				"%s: locks over a network are not safe, look on the host "
				"that writes the database",
				type));
	else if (*type != '\0')
		facts_add(facts, "disk", false, arena_text(arena, type));
}

static void
add_replaced(struct facts *facts, const struct sqlite_store *sqlite)
{
	struct str text = { 0 };

	if (sqlite->replaced == 0)
		return;
	str_add(&text, "another file took its place");
	if (sqlite->replaced > 1)
		str_addf(&text, " %u times, the last time", sqlite->replaced);
	str_add(&text, ", seen at ");
	time_addf(&text, sqlite->replaced_at, NULL, "%Y-%m-%d %H:%M:%SZ");
	str_add(&text, "; what is shown is that of the new file");
	facts_add(facts, "replaced", true, arena_text(facts->arena, str_text(&text)));
	str_free(&text);
}

/* Whatever the rights: what has no rows of its own is only shown. */
static const char *
why_never(const struct sqlite_table *table, struct arena *arena)
{
	if (table->layout.query != NULL)
		return facts_why_query(table->statements);
	return strcmp(table->kind, "table") == 0
		       ? NULL
		       : arena_printf(arena, "a %s is only shown", table->kind);
}

void
sqlite_store_set_facts(struct sqlite_store *sqlite)
{
	struct facts facts;
	const char *path = store_path(sqlite->store.config);
	const char *refuses;
	struct sqlite_files files;

	facts_begin(&facts);
	if (sqlite_files_look(&files, path, NULL) != 0)
		files = sqlite->file.files;
	facts_add(&facts, "sqlite", false,
		arena_printf(facts.arena, "%s, journal mode %s", sqlite_version(),
			sqlite->quiet ? "wal" : sqlite->file.journal_mode));
	add_replaced(&facts, sqlite);
	add_table(&facts, sqlite);
	add_files(&facts, sqlite, &files);
	refuses = why_never(sqlite->table, facts.arena);
	facts_add_refusal(&facts, sqlite->store.config, refuses);
	if (sqlite->quiet)
		facts_add(&facts, "access", false,
			"without locks, opened anew for every read: nobody has the "
			"database open");
	sqlite->store.facts = (struct store_facts){
		.kind = "sqlite",
		.where = arena_printf(
			facts.arena, "%s %s", path, sqlite->table->layout.table),
		.refuses = refuses,
		.triggers = sqlite->table->triggers,
		.inserters = sqlite->table->triggers,
		.view = sqlite->table->layout.query == NULL &&
					strcmp(sqlite->table->kind, "table") != 0
				? sqlite->table->kind
				: NULL,
		.view_name = sqlite->table->layout.table,
		.referrers = sqlite->table->referrers,
	};
	facts_tell_kept(&facts, &sqlite->table->layout, sqlite->table->statements,
		&sqlite->store.facts);
	facts_end(&facts, &sqlite->facts, &sqlite->store.facts);
}
