/* SPDX-License-Identifier: MIT
 *
 * What a person changes: all edits of an operation and its rows in the store audit in one
 * transaction. The rows are locked before they are compared, so that what is compared is
 * what is replaced. */
#include "store/postgresql/operate.h"

#include <string.h>

#include "store/edits.h"
#include "store/postgresql/blocker.h"
#include "store/postgresql/counts.h"
#include "store/postgresql/foretell.h"
#include "store/postgresql/statement.h"

/* insufficient_privilege */
#define NO_RIGHT	"42501"
#define NOTHING_WRITTEN "nothing was written"

/* --- looking --- */

static int
pg_store_examine(struct store *store, struct key key, store_image_fn *image, void *arg,
	struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct arena *arena = arena_new();
	struct str text = { 0 };
	struct pg_row row;
	int status = -1;

	if (pg_store_connect(pg, err) != 0 ||
		pg_row_examine(&row, pg, key, arena, err) != 0)
		goto out;
	if (!row.exists) {
		pg_store_not_found(pg, key, err);
		goto out;
	}
	pg_image_write(&text, &row.image);
	image(arg, &row.ckpt, str_span(&text), row.hazards);
	status = 0;
out:
	str_free(&text);
	arena_free(arena);
	return status;
}

static int
pg_store_foresee(struct store *store, struct key key, struct span of,
	store_image_fn *image, void *arg, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct arena *arena = arena_new();
	struct pg_row row = { 0 };
	int status = pg_store_connect(pg, err);

	if (status == 0 && (!pg_image_read(&row.image, arena, of) ||
				   !pg_image_has_key(&row.image, key)))
		status = pg_not_an_image(err);
	if (status == 0) {
		pg_row_foresee(pg->table, arena, &row);
		image(arg, &row.ckpt, of, row.hazards);
	}
	arena_free(arena);
	return status;
}

/* --- an operation --- */

static int
read_image(const struct pg_work *work, struct span text, struct key key,
	const struct pg_image **out, struct err *err)
{
	const struct pg_table *table = work->pg->table;
	struct pg_image *image;

	*out = NULL;
	if (text.at == NULL)
		return 0;
	image = arena_alloc(work->arena, 1, sizeof(*image));
	if (!pg_image_read(image, work->arena, text) || !pg_image_has_key(image, key))
		return err_set(err, ERR_USAGE,
			"this is no image of that row of a PostgreSQL table; nothing was "
			"written");
	if (!span_is(image->table, table->name) || !span_is(image->schema, table->schema))
		return err_set(err, ERR_REFUSED,
			"the image is of a row of table %.*s.%.*s, and this store is "
			"table %s.%s; nothing was written",
			(int)image->schema.len, image->schema.at, (int)image->table.len,
			image->table.at, table->schema, table->name);
	*out = image;
	return 0;
}

static int
read_images(struct pg_work *work, struct err *err)
{
	work->pairs = arena_alloc(work->arena, work->count + 1, sizeof(*work->pairs));
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

int
pg_work_begin(struct pg_work *work, struct err *err)
{
	struct pg_store *pg = work->pg;

	work->arena = arena_new();
	if (pg_store_connect(pg, err) != 0 || read_images(work, err) != 0)
		return -1;
	/* Who settles has waited for the lock, and must see what came meanwhile. */
	if ((pg->table->statements != NULL && !work->settles ? pg_transaction_begin_still
							     : pg_transaction_begin)(
		    &work->transaction, pg, work->arena, err) != 0 ||
		pg_transaction_claim(pg, work->operation->id, err) != 0)
		return -1;
	work->is_begun = pg_fields_read(&work->fields, pg, work->arena, err) == 0 &&
			 pg_audit_look(&work->audit, pg, work->arena, err) == 0 &&
			 (pg->table->statements == NULL ||
				 pg_transaction_names(&work->transaction, err) == 0);
	return work->is_begun ? 0 : -1;
}

void
pg_work_end(struct pg_work *work)
{
	struct pg_store *pg = work->pg;

	pg_transaction_end(pg);
	if (pg->link != NULL && work->is_begun)
		pg->store.capabilities =
			(pg->store.capabilities & ~(unsigned)STORE_HAS_AUDIT) |
			(work->audit.exists ? STORE_HAS_AUDIT : 0);
	arena_free(work->arena);
}

void
pg_store_blame(const struct pg_store *pg, const char *done, struct err *err)
{
	enum err_kind kind = err->kind;
	const char *next = NULL;
	enum pg_trouble trouble;
	char text[sizeof(err->text)];

	if (pg->link == NULL || pg_link_trouble(pg->link) == PG_TROUBLE_NONE)
		return;
	trouble = pg_link_trouble(pg->link);
	if (trouble == PG_TROUBLE_LOST || trouble == PG_TROUBLE_STOPPED)
		next = "try again when it answers";
	else if (*done != '\0' && strcmp(pg_link_state(pg->link), NO_RIGHT) == 0)
		next = pg->refuses;
	else if (*done != '\0' && kind == ERR_FAILED)
		next = pg_refusal_of(pg_link_state(pg->link), &kind);
	memcpy(text, err->text, sizeof(text));
	err_clear(err);
	err_set(err, kind, "%s: %s%s%s%s%s", pg_link_place(pg->link), text,
		*done != '\0' ? "; " : "", done, next != NULL ? "; " : "",
		next != NULL ? next : "");
}

/* An image of before a column was added would bring the row back without it. */
static int
check_columns(const struct pg_work *work, struct err *err)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct pg_image *seen = work->pairs[i].seen;

		for (size_t k = 0; seen != NULL && k < work->fields.count; k++)
			if (pg_image_name(seen, span_of(work->fields.list[k].name)) ==
				NULL)
				return err_set(err, ERR_CONFLICT,
					"table %s has a column %s that it had not when "
					"the row was looked at; nothing was written; "
					"look again",
					work->pg->table->layout.table,
					work->fields.list[k].name);
	}
	return 0;
}

int
pg_work_lock_table(const struct pg_work *work, struct err *err)
{
	struct str sql = { 0 };
	bool inserts = false;
	int status;

	for (size_t i = 0; i < work->count; i++)
		inserts |= work->pairs[i].seen == NULL;
	if (!inserts || work->pg->table->unique || work->pg->table->statements != NULL)
		return 0;
	str_add(&sql, "LOCK TABLE ");
	pg_table_add_name(&sql, work->pg->table);
	str_add(&sql, " IN SHARE ROW EXCLUSIVE MODE");
	status = pg_run(work->pg->link, NULL, str_text(&sql), NULL, 0, err);
	str_free(&sql);
	return status;
}

/* Runs a step over all edits. After a failure there is no transaction any more; all
 * conflicts are found. */
static bool
step(struct pg_work *work, enum change_result (*make)(struct pg_work *work, size_t index))
{
	size_t culprit = work->count;

	for (size_t i = 0; i < work->count; i++) {
		struct edit *edit = &work->edits[i];

		edit->result = make(work, i);
		if (edit->result != CHANGE_DONE && culprit == work->count)
			culprit = i;
		if (edit->result == CHANGE_FAILED) {
			pg_store_blame(work->pg, NOTHING_WRITTEN, &edit->err);
			pg_blocker_tell(work->pg, edit->key, &edit->err);
			break;
		}
		/* A conflict that the server has found ends it, too. */
		if (work->pg->link == NULL || !pg_link_in_transaction(work->pg->link))
			break;
	}
	if (culprit == work->count)
		return true;
	edits_give_up(work->edits, work->count, culprit);
	return false;
}

static struct span
value_of(const struct pg_image *image)
{
	const struct pg_cell *cell =
		image != NULL ? pg_image_role(image, LAYOUT_VALUE) : NULL;

	return cell != NULL ? cell->text : SPAN_NONE;
}

static int
add_audit(const struct pg_work *work, struct err *err)
{
	struct audit_row *rows = arena_alloc(work->arena, work->count + 1, sizeof(*rows));

	if (!work->audit.exists || work->count == 0)
		return 0;
	for (size_t i = 0; i < work->count; i++) {
		const struct pg_pair *pair = &work->pairs[i];

		rows[i] = (struct audit_row){ .operation = *work->operation,
			.key = work->edits[i].key,
			.old_value = value_of(pair->seen),
			.new_value = value_of(pair->wanted),
			.existed = pair->seen != NULL,
			.exists = pair->wanted != NULL };
	}
	if (pg_audit_add(&work->transaction, &work->audit, rows, work->count, err) == 0)
		return 0;
	err_prefix(err, "the store audit");
	return -1;
}

/* All rows as they are when nothing is written any more: what one of them, or the audit,
 * sets off may reach another one, also at the very end. */
static int
check_edits(struct pg_work *work, struct err *err)
{
	if (pg_run(work->pg->link, NULL, "SET CONSTRAINTS ALL IMMEDIATE", NULL, 0, err) !=
			0 ||
		pg_transaction_as(&work->transaction, PG_OURS, err) != 0 ||
		(work->pg->table->statements != NULL &&
			pg_transaction_names(&work->transaction, err) != 0))
		return -1;
	for (size_t i = 0; i < work->count; i++)
		if (pg_edit_check(work, i, err) != 0)
			return -1;
	return 0;
}

/* What was changed before the first edit, in the table and in those that refer to it. */
struct counts_before {
	struct pg_counts rows, referring;
	struct str sum; /* of the other rows of a query */
};

/* What functions do others do at the same time, and it is seen at once. */
static bool
is_summed(const struct pg_table *table)
{
	return table->statements != NULL && !pg_statements_call(table);
}

static int
count_before(const struct pg_work *work, struct counts_before *out, struct err *err)
{
	struct span oid = span_of(work->pg->table->oid);

	if (is_summed(work->pg->table) && pg_statement_sum(work, &out->sum, err) != 0)
		return -1;
	if (pg_counts_read(&out->rows, work->pg, oid, PG_ROWS, err) != 0)
		return -1;
	return pg_counts_read(&out->referring, work->pg, oid, PG_REFERRING_ROWS, err);
}

/* A foreign key may take along what refers to a row that is deleted. */
static int
check_referring(
	const struct pg_work *work, const struct pg_counts *before, struct err *err)
{
	struct pg_counts now;
	bool deletes = false;

	for (size_t i = 0; i < work->count; i++)
		deletes |= work->pairs[i].wanted == NULL;
	if (!deletes)
		return 0;
	if (pg_counts_read(&now, work->pg, span_of(work->pg->table->oid),
		    PG_REFERRING_ROWS, err) != 0)
		return -1;
	if (now.updated == before->updated && now.deleted == before->deleted)
		return 0;
	return err_set(err, ERR_REFUSED,
		"rows of other tables refer to a row of table %s that is to be deleted, "
		"and would be changed or removed with it, which no undo would bring "
		"back; nothing was written; see to those rows first, in the database "
		"itself",
		work->pg->table->layout.table);
}

/* The transaction sees one moment: what is another one now, this operation has made. */
static int
check_sum(const struct pg_work *work, const struct str *before, struct err *err)
{
	struct str now = { 0 };
	int status = 0;

	if (is_summed(work->pg->table))
		status = pg_statement_sum(work, &now, err);
	if (status == 0 && !span_equal(str_span(&now), str_span(before)))
		status = statement_touched_others(
			statement_of_edit(work->pairs[0].seen != NULL,
				work->pairs[0].wanted != NULL),
			err);
	str_free(&now);
	return status;
}

static int
check_others(
	const struct pg_work *work, const struct counts_before *before, struct err *err)
{
	struct pg_counts expected = { 0 }, now;

	if (work->pg->table->statements != NULL)
		return check_referring(work, &before->referring, err) == 0
			       ? check_sum(work, &before->sum, err)
			       : -1;
	for (size_t i = 0; i < work->count; i++) {
		const struct pg_pair *pair = &work->pairs[i];

		if (!pg_pair_writes(pair))
			continue;
		expected.inserted += pair->seen == NULL;
		expected.deleted += pair->wanted == NULL;
		expected.updated += pair->seen != NULL && pair->wanted != NULL;
	}
	if (check_referring(work, &before->referring, err) != 0 ||
		pg_counts_read(
			&now, work->pg, span_of(work->pg->table->oid), PG_ROWS, err) != 0)
		return -1;
	if (!pg_counts_exceed(&now, &before->rows, &expected))
		return 0;
	return err_set(err, ERR_REFUSED,
		"a trigger (%s) changes, adds or removes other rows of table %s than "
		"those asked for, and no undo would bring them back; nothing was "
		"written; ask who made it, or change the rows in the table itself",
		work->pg->triggers != NULL ? work->pg->triggers : "of the server",
		work->pg->table->layout.table);
}

/* The number of the transaction, for whoever asks later what came of it. */
static int
remember(const struct pg_work *work, struct err *err)
{
	struct pg_last *last = &work->pg->last;

	str_clear(&last->operation);
	if (pg_transaction_name(work->pg, last, err) != 0)
		return -1;
	str_add_span(&last->operation, work->operation->id);
	return 0;
}

/* From the first look to the commit. False: the edits say why. */
static bool
make_edits(struct pg_work *work, const struct counts_before *before, struct err *err)
{
	if (!step(work, pg_edit_lock))
		return false;
	if (pg_transaction_as(&work->transaction, PG_OTHERS, err) != 0)
		return true;
	if (!step(work, pg_edit_write))
		return false;
	if (add_audit(work, err) == 0 && check_edits(work, err) == 0 &&
		check_others(work, before, err) == 0)
		remember(work, err);
	return true;
}

/* A function may have done what no ROLLBACK takes back. */
static void
doubt(const struct pg_work *work, enum change_result result, const struct err *failure)
{
	struct err err = { 0 };

	if (!work->has_called || result == CHANGE_DONE || result == CHANGE_UNKNOWN)
		return;
	err_set(&err, ERR_UNKNOWN,
		"%s; but reset_sql or delete_sql calls a function, and what that has "
		"done may stand; look before you try again",
		failure->text);
	edits_set_all(work->edits, work->count, CHANGE_UNKNOWN, &err);
}

static void
pg_store_apply(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count)
{
	struct pg_work work = { .pg = (struct pg_store *)store,
		.operation = operation,
		.edits = edits,
		.count = count };
	enum change_result result = CHANGE_FAILED;
	struct counts_before before = { 0 };
	struct err err = { 0 };
	bool is_whole = true;

	if (pg_work_begin(&work, &err) == 0 &&
		pg_audit_check(work.pg, &work.audit, &err) == 0 &&
		check_columns(&work, &err) == 0 && pg_work_lock_table(&work, &err) == 0 &&
		count_before(&work, &before, &err) == 0)
		is_whole = make_edits(&work, &before, &err);
	if (is_whole) {
		if (err_is_set(&err)) {
			pg_store_blame(work.pg, NOTHING_WRITTEN, &err);
			if (count > 0)
				pg_blocker_tell(work.pg, edits[0].key, &err);
		} else
			result = pg_transaction_commit(work.pg, &err);
		edits_set_all(edits, count, result, &err);
	}
	if (count > 0)
		doubt(&work, result, err_is_set(&err) ? &err : &edits[0].err);
	str_free(&before.sum);
	pg_work_end(&work);
}

/* --- what would be refused --- */

/* What guard_sql, or the table itself, refuses is said before anybody is asked. */
static int
foretell(struct store *store, struct key key, struct span seen, struct span wanted,
	struct err *err)
{
	struct pg_work work = { .pg = (struct pg_store *)store, .arena = arena_new() };
	const struct pg_image *before, *after;
	int status = -1;

	if (pg_store_connect(work.pg, err) != 0 ||
		read_image(&work, seen, key, &before, err) != 0 ||
		read_image(&work, wanted, key, &after, err) != 0)
		goto out;
	status = 0;
	if (work.pg->table->statements != NULL)
		status = pg_statement_foretell(work.pg, key, before, after, err);
	else if (after != NULL)
		status = pg_foretell(work.pg, after, err);
out:
	arena_free(work.arena);
	return status;
}

const struct backend_operations pg_operations = {
	.examine = pg_store_examine,
	.foresee = pg_store_foresee,
	.permit = pg_store_permit,
	.permit_delete = pg_store_permit_delete,
	.draft = pg_store_draft,
	.foretell = foretell,
	.image_read = pg_store_image_read,
	.image_same = pg_store_image_same,
	.image_add_unlike = pg_store_image_add_unlike,
	.apply = pg_store_apply,
	.settle = pg_store_settle,
	.audit_create = pg_store_audit_create,
	.audit_add_script = pg_store_audit_add_script,
	.audit_read = pg_store_audit_read,
	.audit_gaps = pg_store_audit_gaps,
	.identify = pg_store_identify,
};
