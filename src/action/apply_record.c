/* SPDX-License-Identifier: MIT */
#include "action/apply_record.h"

#include <stdlib.h>
#include <string.h>

#include "action/hook.h"
#include "base/mem.h"
#include "base/token.h"

enum journal_action
apply_action(enum wish_kind kind)
{
	static const enum journal_action actions[] = {
		[WISH_RESET] = JOURNAL_ACTION_RESET,
		[WISH_DELETE] = JOURNAL_ACTION_DELETE,
		[WISH_UNDO] = JOURNAL_ACTION_UNDO,
	};

	return actions[kind];
}

/* --- which store --- */

struct span
apply_identity(const struct apply_terms *terms)
{
	return terms->lasting.len > 0 ? terms->lasting : terms->present;
}

bool
apply_is_store_of(
	const struct journal_record *record, struct span lasting, struct span present)
{
	struct span identity = record->store.identity;

	return identity.len > 0 &&
	       (span_equal(identity, lasting) || span_equal(identity, present));
}

/* --- records --- */

/* The texts of one image live in its memory. */
static struct journal_state
state_of(const struct store *store, struct span image, struct str *memory)
{
	struct journal_state state = { .exists = image.at != NULL, .image = image };
	struct image_facts facts;

	if (store_image_read(store, image, memory, &facts)) {
		state.value = facts.value;
		state.unreadable = facts.unreadable;
		state.updated_at = facts.updated_text;
	}
	return state;
}

static struct span
note_of(const struct outcome_row *row)
{
	return err_is_set(&row->err) ? span_of(row->err.text) : SPAN_NONE;
}

/* What comes to the record of each row when its outcome is known; written as JSON it may
 * be longer. */
static size_t
room_for_outcome(size_t rows)
{
	return rows * 2 * sizeof(((struct err *)NULL)->text);
}

/* A record, and what it borrows. */
struct recording {
	struct journal_record record;
	struct journal_row *rows;
	struct str *memory; /* two a row */
	struct str place;
};

/* outcome NULL: of the intent. */
static void
compose(struct recording *out, const struct apply_terms *terms, const struct plan *plan,
	const struct outcome *outcome)
{
	const struct wish *wish = plan_wish(plan);
	size_t count;
	const struct plan_row *rows = plan_rows(plan, &count);

	*out = (struct recording){
		.rows = mem_new(count > 0 ? count : 1, sizeof(*out->rows)),
		.memory = mem_new(count > 0 ? count * 2 : 1, sizeof(*out->memory)),
	};
	store_add_place(&out->place, terms->config);
	for (size_t i = 0; i < count; i++) {
		struct span after = rows[i].direction == DIRECTION_SAME ? rows[i].seen
									: rows[i].wanted;

		if (outcome != NULL && outcome->rows[i].made.at != NULL)
			after = outcome->rows[i].made;
		out->rows[i] = (struct journal_row){
			.key = rows[i].key,
			.old = state_of(terms->store, rows[i].seen, &out->memory[2 * i]),
			.new = state_of(terms->store, after, &out->memory[2 * i + 1]),
			.direction = span_of(direction_word(rows[i].direction)),
		};
		if (outcome == NULL)
			continue;
		out->rows[i].result = span_of(row_result_word(outcome->rows[i].result));
		out->rows[i].note = note_of(&outcome->rows[i]);
	}
	out->record = (struct journal_record){
		.op = terms->op,
		.phase = outcome != NULL ? outcome->phase : JOURNAL_INTENT,
		.action = apply_action(plan_kind(plan)),
		.room = outcome == NULL ? room_for_outcome(count) : 0,
		.program = terms->program,
		.store = { span_of(terms->config->name), str_span(&out->place),
			apply_identity(terms) },
		.who = *terms->who,
		.reason = wish->reason,
		.plan = plan_digest(plan),
		.undo_of = wish->undo_of,
		.group = terms->group,
		.rows = out->rows,
		.row_count = count,
		.left = outcome != NULL && outcome->left,
	};
}

static void
dispose(struct recording *recording)
{
	for (size_t i = 0; i < recording->record.row_count * 2; i++)
		str_free(&recording->memory[i]);
	free(recording->memory);
	free(recording->rows);
	str_free(&recording->place);
}

int
apply_record_try(
	const struct apply_terms *terms, const struct plan *plan, struct err *err)
{
	struct recording recording;
	int status;

	compose(&recording, terms, plan, NULL);
	status = journal_try(terms->journal, &recording.record, err);
	dispose(&recording);
	return status;
}

int
apply_record_look(const struct apply_terms *terms, const struct plan *plan,
	const struct journal_settings *settings, struct err *err)
{
	struct recording recording;
	int status;

	compose(&recording, terms, plan, NULL);
	status = journal_look(settings, &recording.record, err);
	dispose(&recording);
	return status;
}

int
apply_record_intent(const struct apply_terms *terms, const struct plan *plan, char *head,
	struct err *err)
{
	struct recording recording;
	int status;

	compose(&recording, terms, plan, NULL);
	status = journal_append(terms->journal, &recording.record, head, err);
	dispose(&recording);
	return status;
}

/* The journal says why for a change that is yet to come; this one is made. */
static void
say_unrecorded(struct err *out, const struct outcome *outcome, const struct err *why)
{
	static const char clause[] = "; " JOURNAL_NO_CHANGE;
	const char *found = strstr(why->text, clause);
	size_t head = found != NULL ? (size_t)(found - why->text) : strlen(why->text);

	err_set(out, why->kind,
		"the journal has the intent of operation %.8s, but not what came of it "
		"(%.*s%s); the next ckptop that changes this store looks it up by its id "
		"and completes the record",
		outcome->op.at, (int)head, why->text,
		found != NULL ? found + strlen(clause) : "");
}

int
apply_record_outcome(
	const struct apply_terms *terms, const struct plan *plan, struct outcome *outcome)
{
	struct recording recording;
	struct str line = { 0 };
	struct err why = { 0 };
	int status;

	compose(&recording, terms, plan, outcome);
	status =
		journal_append_line(terms->journal, &recording.record, NULL, &line, &why);
	if (status == 0)
		hook_tell(terms, &recording.record, str_span(&line), &outcome->hook_err);
	else
		say_unrecorded(&outcome->journal_err, outcome, &why);
	dispose(&recording);
	str_free(&line);
	return status;
}

/* --- which store it is --- */

int
apply_check_present(const struct apply_terms *terms, struct span present, struct err *err)
{
	if (terms->present.at == NULL || span_equal(present, terms->present))
		return 0;
	return err_set(err, ERR_REFUSED,
		"%s is not the store that was looked at any more: it was "
		"replaced meanwhile; nothing was written; look again",
		terms->config->name);
}

/* "TOKEN TABLE", or "SERVER:DATABASE:NUMBER TABLE". */
struct identity {
	struct span base; /* in which the table is */
	struct span table;
};

static struct identity
identity_of(struct span text)
{
	const char *space = text.len > 0 ? memchr(text.at, ' ', text.len) : NULL;
	size_t id = space != NULL ? (size_t)(space - text.at) : text.len;
	struct identity identity = { .base = { text.at, id } };

	if (space != NULL)
		identity.table = (struct span){ space + 1, text.len - id - 1 };
	if (!apply_is_lasting(text))
		while (identity.base.len > 0 && text.at[identity.base.len - 1] != ':')
			identity.base.len--;
	return identity;
}

static void
add_table(struct str *out, struct span table)
{
	static const struct span none = SPAN("." STORE_NO_TABLE);

	if (table.len >= none.len &&
		memcmp(table.at + table.len - none.len, none.at, none.len) == 0)
		str_add(out, "a table that cannot be told from it");
	else
		str_add_span(out, table);
}

bool
apply_tell_rewritten(struct str *out, const struct store *store, struct span was,
	struct span lasting, struct span present, const char *when)
{
	struct identity then = identity_of(was);
	/* The audit, which has the lasting one, is beside the table that is written. */
	bool is_marked = apply_is_lasting(was) && lasting.len > 0;
	struct identity now = identity_of(is_marked ? lasting : present);

	if (store_facts(store)->kept == NULL || then.table.len == 0 ||
		now.table.len == 0 || span_equal(then.table, now.table) ||
		((is_marked || !apply_is_lasting(was)) &&
			!span_equal(then.base, now.base)))
		return false;
	str_add(out, "its reset_sql now writes to ");
	add_table(out, now.table);
	str_addf(out, ", and %s wrote to ", when);
	add_table(out, then.table);
	return true;
}

struct pin {
	struct span name;    /* under which it is configured; none: it is not */
	struct str place;    /* where it is */
	struct str identity; /* of the last operation under this name */
	bool known;
};

bool
apply_is_lasting(struct span identity)
{
	return identity.len >= TOKEN_LEN &&
	       token_is_one((struct span){ identity.at, TOKEN_LEN });
}

/* The newest first. */
static bool
find_pin(void *arg, const struct journal_record *record)
{
	struct pin *pin = arg;

	bool is_meant =
		span_equal(record->store.uri, str_span(&pin->place)) ||
		(pin->name.at != NULL && span_equal(record->store.name, pin->name));

	if (!is_meant || record->phase == JOURNAL_REFUSED)
		return true;
	str_add_span(&pin->identity, record->store.identity);
	pin->known = apply_is_lasting(record->store.identity);
	return false;
}

int
apply_check_pin(const struct apply_terms *terms, struct span lasting, struct err *err)
{
	const char *name = terms->config->name, *call = terms->config->call;
	/* A name that was made from a URI says nothing: there is an etl.db in many
	 * places. */
	struct pin pin = { .name = store_is_configured(terms->config) ? span_of(name)
								      : SPAN_NONE };
	struct span texts[2] = { SPAN_NONE, pin.name };
	struct str rewritten = { 0 };
	int status;

	store_add_place(&pin.place, terms->config);
	texts[0] = str_span(&pin.place);
	status = journal_read_back(terms->journal_path, texts,
		pin.name.at != NULL ? 2 : 1, find_pin, &pin, err);
	if (status == 0 && pin.known && !span_equal(str_span(&pin.identity), lasting) &&
		apply_tell_rewritten(&rewritten, terms->store, str_span(&pin.identity),
			lasting, terms->present, "when it was changed last"))
		status = err_set(err, ERR_REFUSED,
			"%s: %s; nothing was written; write it as it was, or, if it is "
			"meant so: ckptop %s%s init --repin --reason TEXT",
			name, str_text(&rewritten), call != NULL ? call : "-s ",
			call != NULL ? "" : name);
	else if (status == 0 && pin.known &&
		 !span_equal(str_span(&pin.identity), lasting))
		status = err_set(err, ERR_REFUSED,
			"%s is not the store that was changed under this name before (it "
			"is %.*s, it was %s); nothing was written; if it was restored or "
			"moved on purpose: ckptop %s%s init --repin --reason TEXT",
			name, (int)(lasting.len > 0 ? lasting.len : 9),
			lasting.len > 0 ? lasting.at : "unmarked",
			str_text(&pin.identity), call != NULL ? call : "-s ",
			call != NULL ? "" : name);
	str_free(&rewritten);
	str_free(&pin.identity);
	str_free(&pin.place);
	return status;
}
