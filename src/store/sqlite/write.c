/* SPDX-License-Identifier: MIT */
#include "store/sqlite/write.h"

#include <string.h>

/* --- the end of the transaction --- */

void
sqlite_roll_back(const struct sqlite_store *sqlite)
{
	if (sqlite->file.db != NULL && sqlite_db_in_transaction(sqlite->file.db))
		sqlite_db_run(sqlite->file.db, "ROLLBACK", NULL);
}

/*
 * In WAL mode a commit stands in the log before it is synced. When that fails, those who
 * are there now do not see it, but whoever recovers the log after a crash would.
 */
static bool
may_be_in_the_log(const struct sqlite_store *sqlite, enum sqlite_trouble trouble,
	const struct err *err)
{
	return strcmp(sqlite->file.journal_mode, "wal") == 0 &&
	       trouble == SQLITE_TROUBLE_OTHER && err->kind == ERR_UNREACHABLE;
}

/* The reason of the failure, but not what it says of the change. */
static void
say_unknown(const struct err *commit, const char *outcome, struct err *err)
{
	const char *end = strstr(commit->text, "; nothing was written");
	size_t length = end != NULL ? (size_t)(end - commit->text) : strlen(commit->text);

	err_set(err, ERR_UNKNOWN,
		"%.*s at the end of the transaction; it is not known whether the change "
		"was written: %s; look before you try again",
		(int)length, commit->text, outcome);
}

static enum sqlite_found
look_again(struct sqlite_store *sqlite, sqlite_look_fn *look, void *arg)
{
	sqlite_store_disconnect(sqlite);
	store_extend(&sqlite->store);
	return sqlite_store_connect(sqlite, NULL) == 0 ? look(arg) : SQLITE_FOUND_UNREAD;
}

static enum change_result
resolve(struct sqlite_store *sqlite, bool in_log, sqlite_look_fn *look, void *arg,
	struct err *err)
{
	static const char *const outcomes[] = {
		[SQLITE_FOUND_UNREAD] = "it could not be read again",
		[SQLITE_FOUND_NEW] =
			"the new value is there, but may be lost with the power",
		[SQLITE_FOUND_OLD] =
			"the old value is there, but a crash may bring the new one",
		[SQLITE_FOUND_OTHER] = "by now there is another value",
	};
	enum sqlite_found found = look_again(sqlite, look, arg);
	struct err commit = *err;

	if (found == SQLITE_FOUND_OLD && !in_log)
		return CHANGE_FAILED;
	err_clear(err);
	say_unknown(&commit, outcomes[found], err);
	return CHANGE_UNKNOWN;
}

enum change_result
sqlite_commit(
	struct sqlite_store *sqlite, sqlite_look_fn *look, void *arg, struct err *err)
{
	struct sqlite_db *db = sqlite->file.db;
	enum sqlite_trouble trouble;
	bool in_log;

	if (sqlite_db_run(db, "COMMIT", err) == 0)
		return CHANGE_DONE;
	trouble = sqlite_db_trouble(db);
	in_log = may_be_in_the_log(sqlite, trouble, err);
	/* Where the transaction is still open, it can be given up as a whole. */
	if (!in_log && sqlite_db_in_transaction(db) &&
		sqlite_db_run(db, "ROLLBACK", NULL) == 0) {
		if (trouble == SQLITE_TROUBLE_OTHER)
			sqlite_store_disconnect(sqlite);
		return CHANGE_FAILED;
	}
	return resolve(sqlite, in_log, look, arg, err);
}
