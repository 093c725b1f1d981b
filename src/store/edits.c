/* SPDX-License-Identifier: MIT */
#include "store/edits.h"

#include "base/json.h"

void
edits_set_all(struct edit *edits, size_t count, enum change_result result,
	const struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		edits[i].result = result;
		edits[i].err = *err;
	}
}

void
edits_give_up(struct edit *edits, size_t count, size_t culprit)
{
	const struct edit *cause = &edits[culprit];
	struct str name = { 0 };

	key_add(&name, cause->key);
	for (size_t i = 0; i < count; i++) {
		struct edit *edit = &edits[i];

		if (err_is_set(&edit->err))
			continue;
		edit->result = CHANGE_FAILED;
		err_set(&edit->err, cause->err.kind,
			"nothing was written, because an operation is made whole or not "
			"at all, and of %s: %s",
			str_text(&name), cause->err.text);
	}
	str_free(&name);
}

static enum change_result
gone(struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_CONFLICT,
		"there is no checkpoint %s any more; nothing was written; look again",
		str_text(&name));
	str_free(&name);
	return CHANGE_CONFLICT;
}

static enum change_result
changed(struct key key, const struct ckpt *now, struct err *err)
{
	struct span value = now->value, when = now->updated_text;
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_CONFLICT,
		"%s is now %.*s, saved %.*s; nothing was written; look again",
		str_text(&name), (int)(value.at != NULL ? value.len : 4),
		value.at != NULL ? value.at : "NULL",
		(int)(when.at != NULL ? when.len : 7),
		when.at != NULL ? when.at : "at some time");
	str_free(&name);
	return CHANGE_CONFLICT;
}

enum change_result
edit_conflict(struct edit *edit, const struct ckpt *row)
{
	return row == NULL ? gone(edit->key, &edit->err)
			   : changed(edit->key, row, &edit->err);
}

enum change_result
edit_save_conflict(const struct layout *layout, struct key key, const struct ckpt *now,
	bool absent, struct err *err)
{
	struct str name = { 0 };

	if (now != NULL)
		return changed(key, now, err);
	if (!absent)
		return gone(key, err);
	key_add(&name, key);
	err_set(err, ERR_CONFLICT,
		"another row of %s is in the way of %s; nothing was written; look at the "
		"table itself",
		layout->table, str_text(&name));
	str_free(&name);
	return CHANGE_CONFLICT;
}

int
edit_repeated(const char *table, struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"more than one row of %s has the key %s; nothing was written; make the "
		"key unique first",
		table, str_text(&name));
	str_free(&name);
	return -1;
}

int
edit_view(const char *kind, const char *name, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"%s is a %s, and what a change of it would do to the tables behind it is "
		"not known; nothing was written; change the row in the table itself, or "
		"configure a query with reset_sql in its place",
		name, kind);
}

int
edit_brought_back(const char *table, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"a trigger of table %s brings the row back; nothing was written; ask who "
		"made the trigger",
		table);
}

int
edit_moved(const char *table, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"a trigger or the types of the columns of table %s make another row of "
		"it, "
		"which would not be found again; nothing was written; look at both in "
		"the "
		"table itself",
		table);
}

int
edit_altered(const char *table, struct span column, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"a trigger or the type of the column makes something else of %.*s in "
		"table "
		"%s than was asked for; nothing was written; look at both in the table "
		"itself",
		(int)column.len, column.at, table);
}

int
edit_nameless(const struct layout *layout, enum layout_role role, struct key key,
	struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"%s is NULL in the row %s of table %s, so whoever loads it would find it "
		"damaged; nothing was written; put a name there in the table itself, or "
		"delete the row",
		layout->columns[role], str_text(&name), layout->table);
	str_free(&name);
	return -1;
}

int
edit_no_such_key(const struct layout *layout, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"table %s holds only checkpoints of %s%s%s%s%s; nothing was written; "
		"take that key",
		layout->table, layout->job != NULL ? "job " : "",
		layout->job != NULL ? layout->job : "",
		layout->job != NULL && layout->partition != NULL ? " and " : "",
		layout->partition != NULL ? "partition " : "",
		layout->partition != NULL ? layout->partition : "");
}

int
edit_renamed(const struct layout *layout, struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"table %s would keep %s under another name (its columns hold numbers), "
		"so it would not be found again; nothing was written; take a key that "
		"they hold",
		layout->table, str_text(&name));
	str_free(&name);
	return -1;
}

int
edit_remade(const struct layout *layout, struct key key, struct span value,
	struct span held, struct err *err)
{
	struct str name = { 0 };

	if (held.at == NULL)
		held = SPAN("NULL");
	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"%s: table %s makes %.*s of the value %.*s (a trigger, a rule or the "
		"type of its column %s); nothing was written; save a value that it "
		"keeps, or see to the table",
		str_text(&name), layout->table, (int)(held.len < 100 ? held.len : 100),
		held.at, (int)(value.len < 100 ? value.len : 100), value.at,
		layout->columns[LAYOUT_VALUE]);
	str_free(&name);
	return -1;
}

enum change_result
edit_damaged(struct edit *edit, const struct ckpt *row)
{
	err_set(&edit->err, ERR_REFUSED,
		"what is there is damaged (%.*s) and would be replaced; nothing was "
		"written; look at it in the table itself",
		(int)row->damage.len, row->damage.at);
	return CHANGE_FAILED;
}

void
edit_add_unlike(struct str *unlike, struct span column)
{
	str_add(unlike, unlike->len > 0 ? ", " : "");
	str_add_span(unlike, column);
}

bool
edit_has_mark(struct span metadata, struct span operation)
{
	struct json *json = NULL;
	struct str id = { 0 };
	bool marked;

	if (metadata.at == NULL || json_parse(&json, metadata, NULL) != 0)
		return false;
	json_text(json, json_member(json, JSON_ROOT, "reset_id", NULL), &id);
	marked = id.len > 0 && span_equal(str_span(&id), operation);
	str_free(&id);
	json_free(json);
	return marked;
}

static enum change_result
conclude(const struct edit_evidence *evidence)
{
	if (evidence->recorded || evidence->marked)
		return CHANGE_DONE;
	/* What is there all the same is somebody else's. */
	if (evidence->would_know)
		return CHANGE_FAILED;
	if (evidence->seen > 0 && evidence->wanted > 0)
		return CHANGE_UNKNOWN;
	if (evidence->wanted > 0)
		return CHANGE_DONE;
	return evidence->seen > 0 ? CHANGE_FAILED : CHANGE_UNKNOWN;
}

enum change_result
edit_judge(const struct edit_evidence *evidence, struct err *err)
{
	enum change_result result = conclude(evidence);

	if (result == CHANGE_FAILED)
		err_set(err, ERR_FAILED, "the change was never made");
	else if (result == CHANGE_UNKNOWN)
		err_set(err, ERR_UNKNOWN,
			"by now there is something else, and nothing in the store tells "
			"whether the change was made before; look before you try again");
	return result;
}
