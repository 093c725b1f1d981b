/* SPDX-License-Identifier: MIT
 *
 * The gate in front of what a person changes: resets, deletes and undos, and the audit in
 * the store. */
#include "store/store_write.h"

#include "store/gate.h"
#include "store/statements.h"

static const struct backend_operations *
operations_of(const struct store *store)
{
	return store->backend->operations;
}

static bool
can_operate(const struct store *store)
{
	return operations_of(store) != NULL &&
	       (store->capabilities & STORE_CAN_OPERATE) != 0;
}

/* Starts a call that only reads. */
static int
begin(struct store *store, struct err *err)
{
	if (gate_begin(store, err) != 0)
		return -1;
	return can_operate(store) ? 0 : gate_refuse(store, err);
}

/* Starts a call that writes. */
static int
begin_write(struct store *store, struct err *err)
{
	if (gate_begin(store, err) != 0 || gate_is_writer(store, err) != 0 ||
		gate_may_write(store->config, err) != 0)
		return -1;
	return can_operate(store) ? 0 : gate_refuse(store, err);
}

int
store_examine(struct store *store, struct key key, store_image_fn *image, void *arg,
	struct err *err)
{
	if (begin(store, err) != 0 || gate_check_key(key, err) != 0)
		return -1;
	return gate_end(
		store, operations_of(store)->examine(store, key, image, arg, err), err);
}

int
store_examine_again(struct store *store, struct key key, struct span like,
	store_image_fn *image, void *arg, struct err *err)
{
	if (begin(store, err) != 0 || gate_check_key(key, err) != 0)
		return -1;
	if (operations_of(store)->examine_again == NULL)
		return gate_end(store,
			operations_of(store)->examine(store, key, image, arg, err), err);
	return gate_end(store,
		operations_of(store)->examine_again(store, key, like, image, arg, err),
		err);
}

int
store_foresee(struct store *store, struct key key, struct span of, store_image_fn *image,
	void *arg, struct err *err)
{
	if (begin(store, err) != 0 || gate_check_key(key, err) != 0)
		return -1;
	if (operations_of(store)->foresee == NULL)
		return err_set(err, ERR_REFUSED,
			"%s: what a change leaves cannot be told of this %s store before "
			"it is made; nothing was written; make them one by one",
			store->config->name, store->backend->scheme);
	return operations_of(store)->foresee(store, key, of, image, arg, err);
}

int
store_permit(struct store *store, struct key key, struct span image, struct err *err)
{
	if (begin(store, err) != 0 || gate_check_key(key, err) != 0 ||
		gate_is_writable(store->config, err) != 0)
		return -1;
	return gate_end(store, operations_of(store)->permit(store, key, image, err), err);
}

int
store_permit_delete(struct store *store, struct key key, struct err *err)
{
	if (begin(store, err) != 0 || gate_check_key(key, err) != 0)
		return -1;
	if (operations_of(store)->permit_delete == NULL)
		return 0;
	return gate_end(store, operations_of(store)->permit_delete(store, key, err), err);
}

int
store_can_become(const struct store *store, bool exists, bool will_exist, struct err *err)
{
	enum statement_kind kind = statement_of_edit(exists, will_exist);

	if ((kind == STATEMENT_DELETE && (store->capabilities & STORE_NO_DELETE)) ||
		(kind == STATEMENT_INSERT && (store->capabilities & STORE_NO_INSERT)))
		return statement_missing(store->config, kind, err);
	return 0;
}

int
store_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err)
{
	struct draft theirs = *draft;

	str_clear(out);
	if (begin(store, err) != 0 || gate_check_key(draft->key, err) != 0)
		return -1;
	if (draft->value.at == NULL)
		return err_set(err, ERR_USAGE,
			"a checkpoint needs a value; nothing was written");
	theirs.updated_at += store->clock_ahead;
	return operations_of(store)->draft(store, image, &theirs, out, err);
}

int
store_foretell(struct store *store, struct key key, struct span seen, struct span wanted,
	struct err *err)
{
	if (begin(store, err) != 0 || gate_check_key(key, err) != 0)
		return -1;
	if (operations_of(store)->foretell == NULL)
		return 0;
	return gate_end(store,
		operations_of(store)->foretell(store, key, seen, wanted, err), err);
}

bool
store_image_read(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out)
{
	str_clear(memory);
	*out = (struct image_facts){ 0 };
	return operations_of(store) != NULL && image.at != NULL &&
	       operations_of(store)->image_read(store, image, memory, out);
}

bool
store_image_same(const struct store *store, struct span a, struct span b)
{
	if (a.at == NULL || b.at == NULL)
		return a.at == b.at;
	return operations_of(store) != NULL &&
	       operations_of(store)->image_same(store, a, b);
}

void
store_image_add_unlike(
	const struct store *store, struct span a, struct span b, struct str *out)
{
	if (a.at != NULL && b.at != NULL && operations_of(store) != NULL &&
		operations_of(store)->image_add_unlike != NULL)
		operations_of(store)->image_add_unlike(store, a, b, out);
}

void
edit_clear(struct edit *edit)
{
	str_free(&edit->found);
	str_free(&edit->made);
	str_free(&edit->unlike);
}

/* Until the back end has said otherwise nothing was done. */
static void
prepare(struct edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		edits[i].result = CHANGE_FAILED;
		err_clear(&edits[i].err);
		edits[i].left = false;
		str_clear(&edits[i].found);
		str_clear(&edits[i].made);
		str_clear(&edits[i].unlike);
	}
}

static int
check_edits(const struct edit *edits, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (gate_check_key(edits[i].key, err) != 0)
			return -1;
		if (edits[i].seen.at == NULL && edits[i].wanted.at == NULL)
			return err_set(err, ERR_USAGE,
				"an edit of nothing into nothing; nothing was written");
	}
	return 0;
}

/* The first failure is that of the call. */
static int
sum_up(const struct edit *edits, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (edits[i].result != CHANGE_DONE)
			return err_set(err, edits[i].err.kind, "%s", edits[i].err.text);
	return 0;
}

/* What hinders all hinders each. */
static int
refuse_all(struct edit *edits, size_t count, enum change_result result, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		edits[i].result = result;
		edits[i].err = *err;
	}
	return -1;
}

/* What the edits are when nobody can even begin: untouched, or as unknown as before. */
static int
check(struct store *store, struct edit *edits, size_t count, enum change_result otherwise,
	struct err *err)
{
	struct err failure = { 0 };

	prepare(edits, count);
	if (begin_write(store, &failure) == 0 && check_edits(edits, count, &failure) == 0)
		return 0;
	err_set(err, failure.kind, "%s", failure.text);
	return refuse_all(edits, count, otherwise, &failure);
}

int
store_apply(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count, struct err *err)
{
	if (check(store, edits, count, CHANGE_FAILED, err) != 0)
		return -1;
	operations_of(store)->apply(store, operation, edits, count);
	return sum_up(edits, count, err);
}

int
store_settle(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count, struct err *err)
{
	if (check(store, edits, count, CHANGE_UNKNOWN, err) != 0)
		return -1;
	operations_of(store)->settle(store, operation, edits, count);
	return sum_up(edits, count, err);
}

int
store_audit_create(struct store *store, bool *made, struct err *err)
{
	*made = false;
	if (begin_write(store, err) != 0)
		return -1;
	return operations_of(store)->audit_create(store, made, err);
}

int
store_audit_add_script(struct store *store, struct str *out, struct err *err)
{
	if (begin(store, err) != 0)
		return -1;
	return operations_of(store)->audit_add_script(store, out, err);
}

int
store_audit_read(struct store *store, store_audit_fn *row, void *arg, struct err *err)
{
	if (begin(store, err) != 0)
		return -1;
	return gate_end(
		store, operations_of(store)->audit_read(store, row, arg, err), err);
}

int
store_audit_gaps(struct store *store, store_gap_fn *gap, void *arg, struct err *err)
{
	if (begin(store, err) != 0)
		return -1;
	if (operations_of(store)->audit_gaps == NULL)
		return 0;
	return gate_end(
		store, operations_of(store)->audit_gaps(store, gap, arg, err), err);
}

int
store_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err)
{
	str_clear(lasting);
	str_clear(present);
	if (begin(store, err) != 0)
		return -1;
	return operations_of(store)->identify(store, lasting, present, err);
}
