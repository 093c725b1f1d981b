/* SPDX-License-Identifier: MIT */
#include "store/sqlite/open.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/permit.h"
#include "base/sandbox.h"

/* One try to open; what is needed for another one. */
struct opening {
	struct sqlite_file *file;
	enum sqlite_purpose purpose;
	sqlite_stop_fn *stop;
	void *stop_arg;
};

static int
connect(const struct opening *opening, enum sqlite_mode mode, struct err *err)
{
	sqlite_db_free(opening->file->db);
	return sqlite_db_new(&opening->file->db, opening->file->path, mode, opening->stop,
		opening->stop_arg, err);
}

static int
read_journal_mode(struct sqlite_file *file, struct err *err)
{
	struct sqlite_query *query;
	struct span text;
	int status;

	if (sqlite_query_new(&query, file->db, "PRAGMA journal_mode", err) != 0)
		return -1;
	status = sqlite_query_step(query, err);
	if (status == 1) {
		text = sqlite_column(query, 0);
		snprintf(file->journal_mode, sizeof(file->journal_mode), "%.*s",
			(int)text.len, text.at != NULL ? text.at : "");
	}
	sqlite_query_free(query);
	return status < 0 ? -1 : 0;
}

/*
 * The first statements: settings of the connection, and a look at the schema, which shows
 * whether the database can be read at all. EXTRA is what keeps a commit over a power loss
 * in rollback mode; in WAL mode it is the same as FULL.
 */
static int
settle(const struct opening *opening, struct err *err)
{
	const char *statements[] = { "PRAGMA cache_size = -1024", "PRAGMA mmap_size = 0",
		"PRAGMA cell_size_check = ON",
		opening->purpose == SQLITE_TO_READ ? "PRAGMA query_only = ON"
						   : "PRAGMA synchronous = EXTRA",
		/* A sort that is too large for the cache finds no file to go to. */
		sandbox_is_wanted() ? "PRAGMA temp_store = MEMORY"
				    : "PRAGMA temp_store = DEFAULT",
		"SELECT count(*) FROM sqlite_schema" };

	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
		if (sqlite_db_run(opening->file->db, statements[i], err) != 0)
			return -1;
	return read_journal_mode(opening->file, err);
}

static int
open_snapshot(const struct opening *opening, struct err *err)
{
	opening->file->snapshot = true;
	if (connect(opening, SQLITE_MODE_IMMUTABLE, err) != 0 ||
		settle(opening, err) != 0)
		return -1;
	return sqlite_unmoved(opening->file, err);
}

/* True when a failure may come from files that cannot be made beside the database. */
static bool
cannot_make_files(const struct sqlite_file *file, const struct err *err)
{
	return sqlite_db_trouble(file->db) == SQLITE_TROUBLE_OTHER &&
	       err->kind != ERR_DAMAGED && !sqlite_db_lacks_descriptors(file->db) &&
	       !file->files.has_wal && !file->files.has_shm;
}

static int
open_to_read(const struct opening *opening, struct err *err)
{
	struct sqlite_file *file = opening->file;
	struct err failure = { 0 };
	enum sqlite_way way;
	bool wal_mode;

	if (sqlite_files_look(&file->files, file->path, err) != 0 ||
		connect(opening, SQLITE_MODE_READ, err) != 0 ||
		sqlite_db_header(file->db, &wal_mode, err) != 0)
		return -1;
	way = sqlite_files_way(&file->files, wal_mode, file->path, err);
	if (way == SQLITE_WAY_REFUSED)
		return -1;
	if (way == SQLITE_WAY_SNAPSHOT)
		return open_snapshot(opening, err);
	if (settle(opening, &failure) == 0)
		return sqlite_unmoved(file, err);
	/* In a sandbox not even the owner can make the files that WAL mode needs. */
	if (wal_mode && cannot_make_files(file, &failure))
		return open_snapshot(opening, err);
	return err_set(err, failure.kind, "%s", failure.text);
}

static int
permit(const struct sqlite_file *file, bool wal_mode, struct err *err)
{
	static const char *const suffixes[] = { "-wal", "-shm" };
	struct str beside = { 0 };
	struct sqlite_files now;
	int status = permit_writing(AT_FDCWD, file->path, file->path, err);

	if (status == 0)
		status = sqlite_files_look(&now, file->path, err);
	if (status == 0 && !(wal_mode && now.has_wal && now.has_shm))
		return permit_beside(file->path,
			wal_mode ? "its -wal and -shm files" : "its -journal file", err);
	for (int i = 0; i < 2 && status == 0; i++) {
		str_clear(&beside);
		str_addf(&beside, "%s%s", file->path, suffixes[i]);
		status = permit_writing(
			AT_FDCWD, str_text(&beside), str_text(&beside), err);
	}
	str_free(&beside);
	return status;
}

int
sqlite_permit(const struct sqlite_file *file, struct err *err)
{
	return permit(
		file, file->snapshot || strcmp(file->journal_mode, "wal") == 0, err);
}

/* What SQLite says of a file that it cannot make is said better where one knows it. */
static int
settle_to_write(const struct opening *opening, bool wal_mode, struct err *err)
{
	struct err failure = { 0 };

	if (settle(opening, &failure) == 0)
		return 0;
	if (opening->purpose == SQLITE_TO_WRITE &&
		permit(opening->file, wal_mode, err) != 0)
		return -1;
	return err_set(err, failure.kind, "%s", failure.text);
}

static int
open_to_write(const struct opening *opening, struct err *err)
{
	struct sqlite_file *file = opening->file;
	bool create = opening->purpose == SQLITE_TO_CREATE, wal_mode = false;
	struct err missing = { 0 };

	if (sqlite_files_look_to(&file->files, file->path, create ? "made" : "written",
		    &missing) != 0 &&
		(!create || sqlite_files_is_taken(file->path)))
		return err_set(err, missing.kind, "%s", missing.text);
	if (err_is_set(&missing) && permit_making(file->path, err) != 0)
		return -1;
	if (connect(opening, create ? SQLITE_MODE_CREATE : SQLITE_MODE_WRITE, err) != 0)
		return -1;
	if (!err_is_set(&missing) && sqlite_db_header(file->db, &wal_mode, err) != 0)
		return -1;
	if (!sqlite_db_is_writable(file->db)) {
		permit_writing(AT_FDCWD, file->path, file->path, err);
		return err_set(err, ERR_REFUSED,
			"%s cannot be written by this user (it belongs to uid %u, mode "
			"%04o); nothing was written; see why it cannot",
			file->path, file->files.owner, file->files.mode);
	}
	if (create && !err_is_set(&missing) && permit(file, wal_mode, err) != 0)
		return -1;
	if (settle_to_write(opening, wal_mode, err) != 0)
		return -1;
	return create ? 0 : sqlite_unmoved(file, err);
}

int
sqlite_open(struct sqlite_file *out, const char *path, enum sqlite_purpose purpose,
	sqlite_stop_fn *stop, void *stop_arg, struct err *err)
{
	struct opening opening = { out, purpose, stop, stop_arg };
	int status;

	*out = (struct sqlite_file){ .path = mem_copy(path, strlen(path)) };
	status = purpose == SQLITE_TO_READ ? open_to_read(&opening, err)
					   : open_to_write(&opening, err);
	if (status != 0)
		sqlite_close(out);
	return status;
}

void
sqlite_close(struct sqlite_file *file)
{
	sqlite_db_free(file->db);
	free(file->path);
	*file = (struct sqlite_file){ 0 };
}

int
sqlite_unmoved(const struct sqlite_file *file, struct err *err)
{
	struct sqlite_files now;

	if (sqlite_files_same(&file->files, file->path, err) != 0)
		return -1;
	if (sqlite_db_has_moved(file->db))
		return err_set(err, ERR_UNREACHABLE,
			"%s was moved or replaced while it was open; nothing was read or "
			"written; try again",
			file->path);
	if (!file->snapshot)
		return 0;
	if (sqlite_files_look(&now, file->path, err) != 0)
		return -1;
	if (!sqlite_files_equal(&now, &file->files))
		return err_set(err, ERR_UNREACHABLE,
			"%s changed while it was read without locks; what was read "
			"was thrown away; try again",
			file->path);
	return 0;
}
