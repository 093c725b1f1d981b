/* SPDX-License-Identifier: MIT */
#include "action/explain.h"

#include <stdlib.h>

#include "action/audit.h"
#include "action/reason.h"
#include "base/mem.h"
#include "base/syslog.h"
#include "store/store_write.h"

/* The clocks of those who tell may differ by so much, and a change takes its time. */
#define TOLERANCE (10 * SECOND)

/* --- who says so --- */

/* What was tried and not done explains nothing. */
static bool
is_made(const struct audit_entry *entry)
{
	static const char *const phases[] = { "intent", "done", "unknown", "resolved",
		"overwritten" };

	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		if (span_is(entry->phase, phases[i]))
			return true;
	return false;
}

struct place {
	const char *name;
	struct str lasting, present;
};

/* By what the store is; by its name only where neither can say more. */
static bool
is_of(const struct place *place, const struct audit_entry *entry)
{
	if (entry->in_store || entry->identity.len == 0)
		return span_is(entry->store, place->name);
	return span_equal(entry->identity, str_span(&place->lasting)) ||
	       span_equal(entry->identity, str_span(&place->present));
}

static struct explanation
explanation_of(const struct audit_entry *entry)
{
	struct explanation out = {
		.key = entry->key,
		.after = entry->at - TOLERANCE,
		.until = entry->last_at + TOLERANCE,
		.is_gone = !entry->exists,
		.from = entry->existed ? entry->old_value : SPAN_NONE,
		.to = entry->exists ? entry->new_value : SPAN_NONE,
		.by = entry->who,
		.op = entry->op,
	};

	if (!span_is(entry->action, journal_action_word(JOURNAL_ACTION_ACKNOWLEDGE)))
		return out;
	out.is_word = true;
	out.after = entry->after != 0 ? entry->after : TIME_NONE;
	out.until = entry->until != 0 ? entry->until : entry->at;
	return out;
}

int
explain_changes(struct store *store, const char *name, const char *journal,
	explain_fn *explain, void *arg, struct err *err)
{
	struct audit *audit = audit_new();
	struct place place = { .name = name };
	struct err later = { 0 };
	const struct audit_entry *entries;
	size_t count;
	int status = 0;

	if (store_identify(store, &place.lasting, &place.present, err) != 0)
		status = -1;
	if (journal != NULL &&
		audit_add_journal(audit, journal, NULL, status == 0 ? err : &later) != 0)
		status = -1;
	if (audit_add_store(audit, store, name, status == 0 ? err : &later) != 0)
		status = -1;
	entries = audit_entries(audit, &count);
	for (size_t i = count; i-- > 0;) {
		struct explanation told = explanation_of(&entries[i]);

		if (is_of(&place, &entries[i]) && (told.is_word || is_made(&entries[i])))
			explain(arg, &told);
	}
	audit_free(audit);
	str_free(&place.lasting);
	str_free(&place.present);
	return status;
}

/* --- saying why --- */

/* Operations that are about nothing else than what is acknowledged, and of which nobody
 * knows what became: somebody has looked. */
struct closing {
	const struct acknowledgement *what;
	const struct place *place;
	struct arena *arena;
	struct journal_record **found;
	size_t count;
};

static bool
is_acknowledged(const struct acknowledgement *what, struct key key)
{
	for (size_t i = 0; i < what->count; i++)
		if (key_equal(what->rows[i].key, key))
			return true;
	return false;
}

static bool
take_unknown(void *arg, const struct journal_record *record)
{
	struct closing *closing = arg;
	bool is_meant = record->phase == JOURNAL_UNKNOWN && record->row_count > 0 &&
			apply_is_store_of(record, str_span(&closing->place->lasting),
				str_span(&closing->place->present));

	for (size_t i = 0; is_meant && i < record->row_count; i++)
		is_meant = is_acknowledged(closing->what, record->rows[i].key);
	if (!is_meant)
		return true;
	closing->found = mem_resize(
		closing->found, closing->count + 1, sizeof(struct journal_record *));
	closing->found[closing->count++] = journal_record_copy(closing->arena, record);
	return true;
}

/* What their rows say of the outcome stays: it is not known now either. */
static int
close_unknown(const struct steward *steward, const struct acknowledgement *what,
	const struct place *place, struct journal *journal, struct err *err)
{
	struct closing closing = { what, place, arena_new(), NULL, 0 };
	int status = journal_open_intents(
		steward->config->env.journal, take_unknown, &closing, err);

	for (size_t i = 0; i < closing.count && status == 0; i++) {
		struct journal_record *record = closing.found[i];

		record->phase = JOURNAL_RESOLVED;
		record->program = steward->program;
		record->who = steward->who;
		record->note = SPAN("nobody knows what became of it, which was "
				    "acknowledged");
		status = journal_append(journal, record, NULL, err);
	}
	free(closing.found);
	arena_free(closing.arena);
	return status;
}

static int
append(const struct steward *steward, const struct acknowledgement *what,
	const struct place *place, const char *op, struct err *err)
{
	const struct journal_settings settings = {
		.path = steward->config->env.journal,
		.syslog = steward->config->env.journal_syslog ? SYSLOG_SOCKET : NULL,
	};
	bool lasts = place->lasting.len > 0;
	struct str uri = { 0 };
	struct journal *journal = NULL;
	struct journal_record record = {
		.op = { op, TOKEN_LEN },
		.phase = JOURNAL_ACKNOWLEDGED,
		.action = JOURNAL_ACTION_ACKNOWLEDGE,
		.program = steward->program,
		.who = steward->who,
		.reason = span_trim(what->reason),
		.after = what->after,
		.until = what->until,
		.rows = what->rows,
		.row_count = what->count,
	};
	int status = journal_open(&journal, &settings, err);

	store_add_place(&uri, what->store);
	record.store = (struct journal_store){ span_of(place->name), str_span(&uri),
		str_span(lasts ? &place->lasting : &place->present) };
	if (status == 0)
		status = journal_append(journal, &record, NULL, err);
	if (status == 0)
		status = close_unknown(steward, what, place, journal, err);
	journal_close(journal);
	str_free(&uri);
	return status;
}

int
explain_acknowledge(const struct steward *steward, const struct acknowledgement *what,
	char op[TOKEN_SIZE], struct err *err)
{
	struct place place = { .name = what->store->name };
	struct store *store = NULL;
	struct str refusal = { 0 };
	int status;

	if (what->store->read_only)
		return err_set(err, ERR_REFUSED,
			"%s is read-only here, and so is what is said of it; nothing was "
			"recorded",
			what->store->name);
	if (steward_check_journal(steward, err) != 0)
		return -1;
	if (reason_refusal(&refusal, what->reason, true,
		    (size_t)steward->config->env.reason_least)) {
		err_set(err, ERR_REFUSED, "%s", str_text(&refusal));
		str_free(&refusal);
		return -1;
	}
	if (token_make(op, err) != 0)
		return -1;
	status = store_open(&store, what->store, STORE_READ, err);
	if (status == 0)
		status = store_identify(store, &place.lasting, &place.present, err);
	if (status == 0)
		status = append(steward, what, &place, op, err);
	store_close(store);
	str_free(&place.lasting);
	str_free(&place.present);
	return status;
}
