/* SPDX-License-Identifier: MIT
 *
 * What a person changes: all edits of an operation and its rows in the store audit in one
 * transaction, which holds the write lock from its beginning, so that what is compared is
 * what is replaced. */
#include "store/backend.h"

#include "store/edits.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/bystanders.h"
#include "store/sqlite/edit.h"
#include "store/sqlite/references.h"
#include "store/sqlite/statement.h"
#include "store/sqlite/write.h"

static struct sqlite_db *
db_of(const struct sqlite_work *work)
{
	return work->sqlite->file.db;
}

/* --- looking --- */

static int
examine(struct sqlite_store *sqlite, struct key key, struct arena *arena,
	struct sqlite_row *row, struct err *err)
{
	struct sqlite_reader reader;
	int status;

	if (sqlite_reader_open(&reader, sqlite, err) != 0)
		return sqlite_store_failed(sqlite);
	status = sqlite_reader_read(&reader, key, arena, row, err);
	sqlite_reader_close(&reader);
	return status != 0 ? sqlite_store_failed(sqlite)
			   : sqlite_store_verify(sqlite, err);
}

static int
sqlite_store_examine(struct store *store, struct key key, store_image_fn *image,
	void *arg, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct arena *arena = arena_new();
	struct str text = { 0 };
	struct sqlite_row row;
	int status = -1;

	if (sqlite_store_connect(sqlite, err) != 0 ||
		examine(sqlite, key, arena, &row, err) != 0)
		goto out;
	if (!row.exists) {
		sqlite_store_not_found(sqlite, key, err);
		goto out;
	}
	sqlite_image_write(&text, &row.image);
	image(arg, &row.ckpt, str_span(&text), row.hazards);
	status = 0;
out:
	str_free(&text);
	arena_free(arena);
	return status;
}

static int
sqlite_store_foresee(struct store *store, struct key key, struct span of,
	store_image_fn *image, void *arg, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct arena *arena = arena_new();
	struct sqlite_row row = { 0 };
	int status = sqlite_store_connect(sqlite, err);

	if (status == 0 && (!sqlite_image_read(&row.image, arena, of) ||
				   !sqlite_image_has_key(&row.image, key)))
		status = sqlite_not_an_image(err);
	if (status == 0) {
		sqlite_row_foresee(sqlite->table, arena, &row);
		image(arg, &row.ckpt, of, row.hazards);
	}
	arena_free(arena);
	return status;
}

static int
sqlite_store_permit(
	struct store *store, struct key key, struct span image, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;

	(void)key;
	(void)image;
	if (sqlite_store_connect(sqlite, err) != 0)
		return -1;
	if (sqlite->table->statements != NULL &&
		sqlite_statements_check(sqlite, err) != 0)
		return -1;
	return sqlite_audit_check(sqlite, err) == 0 ? sqlite_permit(&sqlite->file, err)
						    : sqlite_store_failed(sqlite);
}

/* --- the operation --- */

static bool
make_edits(struct sqlite_work *work)
{
	size_t culprit = work->count;

	for (size_t i = 0; i < work->count; i++) {
		struct edit *edit = &work->edits[i];
		bool only_look = culprit < work->count;

		edit->result = sqlite_edit_make(work, i, only_look);
		if (edit->result != CHANGE_DONE && !only_look)
			culprit = i;
		/* After a failure there may be no transaction any more. */
		if (edit->result == CHANGE_FAILED)
			break;
	}
	if (culprit < work->count)
		edits_give_up(work->edits, work->count, culprit);
	return culprit == work->count;
}

static struct span
value_of(const struct sqlite_image *image)
{
	const struct sqlite_cell *cell =
		image != NULL ? sqlite_image_role(image, LAYOUT_VALUE) : NULL;

	return cell != NULL ? cell->bytes : SPAN_NONE;
}

static int
add_audit(const struct sqlite_work *work, struct err *err)
{
	struct audit_row *rows = arena_alloc(work->arena, work->count + 1, sizeof(*rows));

	if (!work->audited || work->count == 0)
		return 0;
	for (size_t i = 0; i < work->count; i++) {
		const struct sqlite_pair *pair = &work->pairs[i];

		rows[i] = (struct audit_row){ .operation = *work->operation,
			.key = work->edits[i].key,
			.old_value = value_of(pair->seen),
			.new_value = value_of(pair->wanted),
			.existed = pair->seen != NULL,
			.exists = pair->wanted != NULL };
	}
	if (sqlite_audit_add(work->sqlite, rows, work->count, err) == 0)
		return 0;
	err_prefix(err, "the store audit");
	return -1;
}

/* All rows as they are when nothing is written any more: what one of them, or the audit,
 * sets off may reach another one. */
static int
check_edits(struct sqlite_work *work, struct err *err)
{
	for (size_t i = 0; i < work->count; i++)
		if (sqlite_edit_check(work, i, err) != 0)
			return -1;
	return 0;
}

static int
read_image(const struct sqlite_work *work, struct span text, struct key key,
	const struct sqlite_image **out, struct err *err)
{
	struct sqlite_image *image;

	*out = NULL;
	if (text.at == NULL)
		return 0;
	image = arena_alloc(work->arena, 1, sizeof(*image));
	if (!sqlite_image_read(image, work->arena, text) ||
		!sqlite_image_has_key(image, key))
		return err_set(err, ERR_USAGE,
			"this is no image of that row of a SQLite table; nothing was "
			"written");
	if (!span_is(image->table, work->sqlite->table->layout.table))
		return err_set(err, ERR_REFUSED,
			"the image is of a row of table %.*s, and this store is table "
			"%s; nothing was written",
			(int)image->table.len, image->table.at,
			work->sqlite->table->layout.table);
	*out = image;
	return 0;
}

static int
read_images(struct sqlite_work *work, struct err *err)
{
	work->pairs = arena_alloc(work->arena, work->count, sizeof(*work->pairs));
	for (size_t i = 0; i < work->count; i++) {
		const struct edit *edit = &work->edits[i];

		if (read_image(work, edit->seen, edit->key, &work->pairs[i].seen, err) !=
				0 ||
			read_image(work, edit->wanted, edit->key, &work->pairs[i].wanted,
				err) != 0)
			return -1;
	}
	return 0;
}

/* The write lock is taken at once: a transaction that begins by reading fails without
 * waiting when somebody wrote in between. */
static int
begin(struct sqlite_work *work, int64_t *since, struct err *err)
{
	if (sqlite_store_connect(work->sqlite, err) != 0 || read_images(work, err) != 0)
		return -1;
	if (sqlite_db_run(db_of(work), "BEGIN IMMEDIATE", err) != 0 ||
		sqlite_unmoved(&work->sqlite->file, err) != 0 ||
		sqlite_audit_look(db_of(work), &work->audited, since, err) != 0)
		return -1;
	return sqlite_reader_open(&work->reader, work->sqlite, err);
}

/* Ends what is not ended yet. failed: the connection may be at fault. */
static void
end(struct sqlite_work *work, bool failed)
{
	struct sqlite_store *sqlite = work->sqlite;

	sqlite_reader_close(&work->reader);
	/* In this order: a ROLLBACK that succeeds hides what the trouble was. */
	if (failed)
		sqlite_store_failed(sqlite);
	sqlite_roll_back(sqlite);
	if (sqlite->file.db != NULL)
		sqlite->store.capabilities =
			(sqlite->store.capabilities & ~(unsigned)STORE_HAS_AUDIT) |
			(work->audited ? STORE_HAS_AUDIT : 0);
	/* Our own commits do not move the gate of this connection. */
	sqlite->seen = false;
	arena_free(work->arena);
}

/* --- afterwards --- */

static int
gather(struct sqlite_work *work, struct edit_evidence *out, struct err *err)
{
	int64_t rows = 0;

	*out = (struct edit_evidence){ 0 };
	if (work->audited && sqlite_audit_count(work->sqlite, work->operation->id,
				     INT64_MIN, &rows, err) != 0)
		return -1;
	out->recorded = rows > 0;
	for (size_t i = 0; i < work->count; i++) {
		struct sqlite_row row;

		if (sqlite_reader_read(&work->reader, work->edits[i].key, work->arena,
			    &row, err) != 0)
			return -1;
		out->marked |= row.exists &&
			       edit_has_mark(row.ckpt.metadata, work->operation->id);
		if (sqlite_row_is(&row, work->pairs[i].seen))
			out->seen++;
		else if (sqlite_row_is(&row, work->pairs[i].wanted))
			out->wanted++;
		else
			out->other++;
	}
	return 0;
}

/* A sqlite_look_fn. */
static enum sqlite_found
look_again(void *arg)
{
	struct sqlite_work *work = arg;
	enum sqlite_found found = SQLITE_FOUND_UNREAD;
	struct edit_evidence evidence;

	if (sqlite_audit_look(db_of(work), &work->audited, NULL, NULL) == 0 &&
		sqlite_reader_open(&work->reader, work->sqlite, NULL) == 0 &&
		gather(work, &evidence, NULL) == 0)
		found = evidence.recorded || evidence.wanted == work->count
				? SQLITE_FOUND_NEW
			: evidence.seen == work->count ? SQLITE_FOUND_OLD
						       : SQLITE_FOUND_OTHER;
	sqlite_reader_close(&work->reader);
	return found;
}

static void
sqlite_store_apply(struct store *store, const struct operation *operation,
	struct edit *edits, size_t count)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct sqlite_work work = { .sqlite = sqlite,
		.operation = operation,
		.edits = edits,
		.count = count,
		.arena = arena_new() };
	enum change_result result = CHANGE_FAILED;
	struct sqlite_bystanders bystanders = { 0 };
	struct sqlite_references references = { 0 };
	struct err err = { 0 };

	if (begin(&work, NULL, &err) != 0 || sqlite_audit_check(sqlite, &err) != 0 ||
		sqlite_bystanders_look(&work, &bystanders, &err) != 0 ||
		sqlite_references_look(&work, &references, &err) != 0) {
		edits_set_all(edits, count, CHANGE_FAILED, &err);
	} else if (make_edits(&work)) {
		if (add_audit(&work, &err) == 0 && check_edits(&work, &err) == 0 &&
			sqlite_bystanders_check(&work, &bystanders, &err) == 0 &&
			sqlite_references_check(&references, &err) == 0) {
			sqlite_reader_close(&work.reader);
			result = sqlite_commit(sqlite, look_again, &work, &err);
		}
		edits_set_all(edits, count, result, &err);
	}
	sqlite_bystanders_free(&bystanders);
	sqlite_references_free(&references);
	end(&work, result != CHANGE_DONE);
}

/*
 * A commit of ours behind it: what is there now stays, over a loss of power too, and what
 * is left of another one in the log of a WAL is gone. It changes nothing but the count of
 * commits.
 */
static int
make_sure(struct sqlite_work *work, struct err *err)
{
	struct sqlite_query *query;
	struct str sql = { 0 };
	int64_t version = 0;
	int status;

	if (sqlite_query_new(&query, db_of(work), "PRAGMA user_version", err) != 0)
		return -1;
	status = sqlite_query_step(query, err);
	if (status == 1)
		version = sqlite_column_integer(query, 0);
	sqlite_query_free(query);
	if (status != 1)
		return -1;
	str_addf(&sql, "PRAGMA user_version = %lld", (long long)version);
	status = sqlite_db_run(db_of(work), str_text(&sql), err);
	str_free(&sql);
	if (status != 0)
		return -1;
	sqlite_reader_close(&work->reader);
	return sqlite_db_run(db_of(work), "COMMIT", err);
}

static void
sqlite_store_settle(struct store *store, const struct operation *operation,
	struct edit *edits, size_t count)
{
	struct sqlite_work work = { .sqlite = (struct sqlite_store *)store,
		.operation = operation,
		.edits = edits,
		.count = count,
		.arena = arena_new() };
	enum change_result result = CHANGE_UNKNOWN;
	struct edit_evidence evidence;
	struct err err = { 0 };
	int64_t since = TIME_NONE;

	if (begin(&work, &since, &err) == 0 && gather(&work, &evidence, &err) == 0 &&
		make_sure(&work, &err) == 0) {
		evidence.would_know =
			work.audited && since != TIME_NONE && since <= operation->at;
		result = edit_judge(&evidence, &err);
	}
	edits_set_all(edits, count, result, &err);
	end(&work, err_is_set(&err) && result == CHANGE_UNKNOWN);
}

/* --- what would be refused --- */

/* What guard_sql refuses is said before anybody is asked. */
static int
foretell(struct store *store, struct key key, struct span seen, struct span wanted,
	struct err *err)
{
	struct sqlite_work work = { .sqlite = (struct sqlite_store *)store };
	const struct sqlite_image *before, *after;
	int status = -1;

	if (store_setting(store->config, "guard_sql") == NULL)
		return 0;
	work.arena = arena_new();
	if (sqlite_store_connect(work.sqlite, err) == 0 &&
		read_image(&work, seen, key, &before, err) == 0 &&
		read_image(&work, wanted, key, &after, err) == 0)
		status = sqlite_statement_ask(work.sqlite, key, before, after, err);
	arena_free(work.arena);
	return status;
}

const struct backend_operations sqlite_operations = {
	.examine = sqlite_store_examine,
	.foresee = sqlite_store_foresee,
	.permit = sqlite_store_permit,
	.draft = sqlite_store_draft,
	.foretell = foretell,
	.image_read = sqlite_store_image_read,
	.image_same = sqlite_store_image_same,
	.image_add_unlike = sqlite_store_image_add_unlike,
	.apply = sqlite_store_apply,
	.settle = sqlite_store_settle,
	.audit_create = sqlite_store_audit_create,
	.audit_add_script = sqlite_store_audit_add_script,
	.audit_read = sqlite_store_audit_read,
	.audit_gaps = sqlite_store_audit_gaps,
	.identify = sqlite_store_identify,
};
