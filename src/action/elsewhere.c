/* SPDX-License-Identifier: MIT */
#include "action/elsewhere.h"

#include <string.h>

#include "action/anchor.h"
#include "action/command.h"
#include "action/target.h"
#include "base/arena.h"
#include "base/place.h"
#include "base/shell.h"
#include "store/store_write.h"

/* Of more rows, and longer values, the audit tells. */
#define ROWS_SHOWN 3
#define VALUE_MOST 80
/* How much of an operation's id names it. */
#define OP_SHOWN 8

struct found {
	struct arena *arena;
	struct span op;	     /* what was given of it */
	struct operation of; /* its id none: there is none */
	bool several;	     /* it is not the only one that begins so */
	bool undone;	     /* by the one that follows */
	struct span undone_by, undone_who;
	struct audit_row rows[ROWS_SHOWN];
	size_t row_count; /* of all of them */
};

/* --- looking --- */

static struct span
keep(struct found *found, struct span text)
{
	return arena_span(found->arena, text);
}

static bool
begins_so(const struct found *found, struct span id)
{
	return found->op.len > 0 && id.len >= found->op.len &&
	       memcmp(id.at, found->op.at, found->op.len) == 0;
}

static void
keep_row(struct found *found, const struct audit_row *row)
{
	if (found->row_count++ >= ROWS_SHOWN)
		return;
	found->rows[found->row_count - 1] = (struct audit_row){
		.key = { keep(found, row->key.job), keep(found, row->key.partition) },
		.existed = row->existed,
		.exists = row->exists,
		.old_value = keep(found, row->old_value),
		.new_value = keep(found, row->new_value),
		.old_unreadable = row->old_unreadable,
		.new_unreadable = row->new_unreadable,
	};
}

/* An undo of the undo leaves things as the operation left them. */
static void
note_undo(struct found *found, const struct operation *operation)
{
	bool is_of_it = span_equal(operation->undo_of, found->of.id);

	if (!is_of_it && !span_equal(operation->undo_of, found->undone_by))
		return;
	if (span_equal(operation->id, found->undone_by))
		return;
	found->undone = is_of_it || !found->undone;
	found->undone_by = keep(found, operation->id);
	found->undone_who = keep(found, operation->who);
}

static void
take_row(void *arg, const struct audit_row *row)
{
	struct found *found = arg;
	const struct operation *operation = &row->operation;

	if (begins_so(found, operation->id)) {
		if (found->of.id.at == NULL)
			found->of = (struct operation){
				.id = keep(found, operation->id),
				.at = operation->at,
				.who = keep(found, operation->who),
				.action = keep(found, operation->action),
				.anchor = keep(found, operation->anchor),
			};
		if (span_equal(operation->id, found->of.id))
			keep_row(found, row);
		else
			found->several = true;
	} else if (found->of.id.at != NULL && operation->undo_of.len > 0) {
		note_undo(found, operation);
	}
}

/* --- saying --- */

static void
add_value(struct str *out, bool exists, bool is_unreadable, struct span value)
{
	if (!exists)
		str_add(out, "(none)");
	else if (is_unreadable)
		str_add(out, "(unreadable)");
	else if (value.at == NULL)
		str_add(out, "NULL");
	else if (value.len > VALUE_MOST)
		str_addf(out, "%.*s...", VALUE_MOST, value.at);
	else
		str_add_span(out, value);
}

/* "reset orders/0 900 -> 700", "delete of 3 checkpoints of orders" */
static void
add_what(struct str *out, const struct found *found)
{
	const struct audit_row *row = &found->rows[0];

	str_add_span(out, found->of.action);
	if (found->row_count > 1) {
		str_addf(out, " of %zu checkpoints of ", found->row_count);
		str_add_span(out, row->key.job);
		return;
	}
	str_add_char(out, ' ');
	key_add(out, row->key);
	str_add_char(out, ' ');
	add_value(out, row->existed, row->old_unreadable, row->old_value);
	str_add(out, " -> ");
	add_value(out, row->exists, row->new_unreadable, row->new_value);
}

/* "bob on jump1" of bob@jump1. */
static void
add_person(struct str *out, struct span who, bool with_host)
{
	const char *at = who.len > 0 ? memrchr(who.at, '@', who.len) : NULL;
	size_t user = at != NULL ? (size_t)(at - who.at) : who.len;

	str_add_span(out, (struct span){ who.at, user });
	if (with_host && at != NULL)
		str_addf(out, " on %.*s", (int)(who.len - user - 1), at + 1);
}

/* How a journal is chosen that is in this file. */
static void
add_choice(struct str *out, struct span path)
{
	const struct span name = SPAN("/ckptop/journal.jsonl");
	size_t before = path.len > name.len ? path.len - name.len : 0;

	if (before == 0 || memcmp(path.at + before, name.at, name.len) != 0) {
		str_add(out, "journal = PATH in the configuration");
		return;
	}
	str_add(out, "XDG_STATE_HOME=");
	shell_add_word(out, (struct span){ path.at, before });
}

/* Whose the journal is that has the old rows, and how one gets at it. */
static void
add_whose(struct str *out, const struct elsewhere_terms *terms, const struct found *found)
{
	struct str path = { 0 };
	struct span hash;

	anchor_read(found->of.anchor, &hash, &path);
	if (!span_equal(found->of.who, terms->me)) {
		str_add(out, "the journal ");
		if (path.len > 0)
			str_addf(out, "%s ", path.text);
		str_add(out, "of ");
		add_person(out, found->of.who, true);
		str_add(out, ": ask ");
		add_person(out, found->of.who, false);
		str_add(out, ", or run there as that user");
	} else if (path.len == 0) {
		str_add(out, "another journal of yours (sudo, another HOME), or was cut "
			     "off of this one (ckptop audit verify): with that journal "
			     "run");
	} else if (place_is_same(path.text, terms->journal)) {
		str_add(out, "no journal any more, unless there is a copy of this one "
			     "from before it was cut off (ckptop audit verify): with "
			     "that run");
	} else {
		str_addf(out, "your journal %s (sudo, another HOME): with that one (",
			path.text);
		add_choice(out, str_span(&path));
		str_add(out, ") run");
	}
	str_free(&path);
}

/* As a reset takes it for that very value. */
static void
add_target(struct str *out, struct span value)
{
	struct reset_target target;
	struct err ignored = { 0 };
	struct str text = { 0 };

	if (target_parse(&target, value, 0, &ignored) != 0 ||
		target.kind != TARGET_VALUE || target.is_text)
		str_add(&text, "text:");
	str_add_span(&text, value);
	command_add_option(out, "--to", str_span(&text));
	str_free(&text);
}

static void
add_save(struct str *out, const struct audit_row *row)
{
	const struct span words[] = { row->key.job, row->key.partition, row->old_value };
	bool dash = false;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		dash |= words[i].len > 0 && words[i].at[0] == '-';
	str_add(out, " save --if-absent");
	str_add(out, dash ? " --" : "");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		str_add_char(out, ' ');
		shell_add_word(out, words[i]);
	}
}

/* The command that makes of one row what its value was. False: there is none. */
static bool
add_way_back(
	struct str *out, const struct store_config *config, const struct audit_row *row)
{
	if (row->existed && (row->old_value.len == 0 || row->old_value.len > VALUE_MOST))
		return false;
	str_add(out, "ckptop ");
	command_add_store(out, config);
	if (row->existed && !row->exists) {
		add_save(out, row);
		return true;
	}
	str_add(out, row->existed ? " reset" : " delete");
	if (row->existed)
		add_target(out, row->old_value);
	str_add(out, " --reason TEXT");
	command_add_key(out, row->key);
	return true;
}

static void
add_ways_back(
	struct str *out, const struct store_config *config, const struct found *found)
{
	size_t start = out->len, count = found->row_count;
	bool all = count <= ROWS_SHOWN;

	for (size_t i = 0; all && i < count; i++) {
		str_add(out, i > 0 ? " && " : "");
		all = add_way_back(out, config, &found->rows[i]);
	}
	if (all)
		return;
	str_cut(out, start);
	str_add(out, "a reset of each to its OLD value, which is in ckptop ");
	command_add_store(out, config);
	str_add(out, " audit --json ");
	shell_add_word(out, found->rows[0].key.job);
}

static void
refuse(const struct elsewhere_terms *terms, const struct found *found, struct err *err)
{
	struct str what = { 0 }, whose = { 0 }, call = { 0 }, back = { 0 }, at = { 0 };
	struct span who = found->of.who;

	add_what(&what, found);
	add_whose(&whose, terms, found);
	time_add_rfc3339(&at, found->of.at);
	command_add_store(&call, terms->config);
	add_ways_back(&back, terms->config, found);
	if (found->undone)
		err_set(err, ERR_REFUSED,
			"%.*s (%s, by %.*s at %s) was undone already, by %.*s (%.*s); "
			"nothing was written",
			OP_SHOWN, found->of.id.at, str_text(&what), (int)who.len, who.at,
			str_text(&at), OP_SHOWN, found->undone_by.at,
			(int)found->undone_who.len, found->undone_who.at);
	else
		err_set(err, ERR_REFUSED,
			"%.*s (%s, by %.*s at %s) is in the audit of %s and not in the "
			"journal %s; nothing was written; what was there before is in "
			"%s: ckptop %s undo %.*s --reason TEXT; the old "
			"value alone can be set from here: %s",
			OP_SHOWN, found->of.id.at, str_text(&what), (int)who.len, who.at,
			str_text(&at), terms->config->name, terms->journal,
			str_text(&whose), str_text(&call), OP_SHOWN, found->of.id.at,
			str_text(&back));
	str_free(&what);
	str_free(&whose);
	str_free(&call);
	str_free(&back);
	str_free(&at);
}

bool
elsewhere_refuse(const struct elsewhere_terms *terms, struct span op, bool *unread,
	struct err *err)
{
	struct found found = { .arena = arena_new(), .op = op };
	struct err ignored = { 0 };
	int status = 0;
	bool is_there;

	if (store_capabilities(terms->store) & STORE_HAS_AUDIT)
		status = store_audit_read(terms->store, take_row, &found, &ignored);
	if (status != 0 && unread != NULL)
		*unread = true;
	is_there = status == 0 && found.of.id.len >= OP_SHOWN;
	if (is_there) {
		err_clear(err);
		if (found.several)
			err_set(err, ERR_USAGE,
				"%.*s is the beginning of more than one operation; give "
				"more of it (ckptop audit)",
				(int)op.len, op.at);
		else
			refuse(terms, &found, err);
	}
	arena_free(found.arena);
	return is_there;
}
