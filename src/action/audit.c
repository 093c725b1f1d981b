/* SPDX-License-Identifier: MIT */
#include "action/audit.h"

#include "action/audit_lack.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

struct audit {
	struct arena *arena;
	struct audit_entry *entries;
	size_t count, capacity;
	struct anchors *anchors;
	struct audit_place *places;
	size_t place_count;
	struct audit_missing *gaps;
	size_t gap_count;
	uint64_t order;
	bool merged;
};

struct audit *
audit_new(void)
{
	struct audit *audit = mem_new(1, sizeof(*audit));

	audit->arena = arena_new();
	audit->anchors = anchors_new();
	return audit;
}

void
audit_free(struct audit *audit)
{
	if (audit == NULL)
		return;
	arena_free(audit->arena);
	free(audit->entries);
	anchors_free(audit->anchors);
	free(audit->places);
	free(audit->gaps);
	free(audit);
}

/* --- gathering --- */

static struct audit_entry *
add(struct audit *audit)
{
	struct audit_entry *entry;

	if (audit->count == audit->capacity) {
		audit->capacity = audit->capacity == 0 ? 64 : audit->capacity * 2;
		audit->entries = mem_resize(
			audit->entries, audit->capacity, sizeof(*audit->entries));
	}
	entry = &audit->entries[audit->count++];
	*entry = (struct audit_entry){
		.order = audit->order++,
		.uid = WHO_NONE,
		.place = AUDIT_ELSEWHERE,
	};
	audit->merged = false;
	return entry;
}

static struct span
keep(struct audit *audit, struct span text)
{
	return arena_span(audit->arena, text);
}

static struct span
keep_name(struct audit *audit, const struct who *who)
{
	struct str name = { 0 };
	struct span out;

	who_add_name(&name, who);
	out = keep(audit, str_span(&name));
	str_free(&name);
	return out;
}

static void
add_row(struct audit *audit, const struct journal_record *record,
	const struct journal_row *row, struct span who)
{
	struct audit_entry *entry = add(audit);

	entry->op = keep(audit, record->op);
	entry->at = entry->last_at = record->at;
	entry->who = who;
	entry->uid = record->who.uid;
	entry->ssh = keep(audit, record->who.claims.ssh_connection);
	entry->program = keep(audit, record->program);
	entry->identity = keep(audit, record->store.identity);
	entry->uri = keep(audit, record->store.uri);
	entry->after = record->after;
	entry->until = record->until;
	entry->action = span_of(journal_action_word(record->action));
	entry->phase = row != NULL && row->result.at != NULL
			       ? keep(audit, row->result)
			       : span_of(journal_phase_word(record->phase));
	entry->store = keep(audit, record->store.name);
	entry->reason = keep(audit, record->reason);
	entry->undo_of = keep(audit, record->undo_of);
	entry->group = keep(audit, record->group);
	entry->note = keep(audit, record->note);
	entry->in_journal = true;
	entry->edited = record->altered;
	if (row == NULL)
		return;
	entry->key.job = keep(audit, row->key.job);
	entry->key.partition = keep(audit, row->key.partition);
	entry->existed = row->old.exists;
	entry->exists = row->new.exists;
	entry->old_value = keep(audit, row->old.value);
	entry->new_value = keep(audit, row->new.value);
	entry->old_unreadable = row->old.unreadable;
	entry->new_unreadable = row->new.unreadable;
	if (row->note.at != NULL)
		entry->note = keep(audit, row->note);
}

static bool
take_record(void *arg, const struct journal_record *record)
{
	struct audit *audit = arg;
	struct span who = keep_name(audit, &record->who);

	anchors_add_writer(audit->anchors, who);
	for (size_t i = 0; i < record->row_count; i++)
		add_row(audit, record, &record->rows[i], who);
	if (record->row_count == 0)
		add_row(audit, record, NULL, who);
	return true;
}

int
audit_add_journal(struct audit *audit, const char *path, size_t *damaged, struct err *err)
{
	return journal_read(path, take_record, audit, damaged, err);
}

struct store_reader {
	struct audit *audit;
	size_t place;
};

static void
take_row(void *arg, const struct audit_row *row)
{
	const struct store_reader *reader = arg;
	struct audit *audit = reader->audit;
	struct audit_entry *entry = add(audit);

	entry->op = keep(audit, row->operation.id);
	entry->at = entry->last_at = row->operation.at;
	entry->who = keep(audit, row->operation.who);
	entry->action = keep(audit, row->operation.action);
	entry->phase = SPAN("done");
	entry->place = reader->place;
	entry->key.job = keep(audit, row->key.job);
	entry->key.partition = keep(audit, row->key.partition);
	entry->existed = row->existed;
	entry->exists = row->exists;
	entry->old_value = keep(audit, row->old_value);
	entry->new_value = keep(audit, row->new_value);
	entry->old_unreadable = row->old_unreadable;
	entry->new_unreadable = row->new_unreadable;
	entry->reason = keep(audit, row->operation.reason);
	entry->undo_of = keep(audit, row->operation.undo_of);
	entry->in_store = true;
	anchors_add(audit->anchors, &row->operation);
}

static size_t
place_called(struct audit *audit, struct span name)
{
	size_t i = 0;

	while (i < audit->place_count && !span_equal(audit->places[i].name, name))
		i++;
	if (i < audit->place_count)
		return i;
	audit->places =
		mem_resize(audit->places, audit->place_count + 1, sizeof(*audit->places));
	audit->places[audit->place_count++] =
		(struct audit_place){ .name = keep(audit, name) };
	audit->merged = false;
	return i;
}

void
audit_ask_about(struct audit *audit, const struct store_config *config)
{
	size_t index = place_called(audit, span_of(config->name));
	struct audit_place *place = &audit->places[index];
	struct str uri = { 0 };

	store_add_place(&uri, config);
	place->uri = keep(audit, str_span(&uri));
	place->configured = store_is_configured(config);
	str_free(&uri);
}

int
audit_add_store(
	struct audit *audit, struct store *store, const char *name, struct err *err)
{
	struct store_reader reader = { audit, place_called(audit, span_of(name)) };
	struct audit_place *place = &audit->places[reader.place];
	struct str lasting = { 0 }, present = { 0 };
	int status = 0;

	/* What cannot be changed through us has no audit. */
	if (!(store_capabilities(store) & STORE_CAN_OPERATE))
		return 0;
	if (store_capabilities(store) & STORE_HAS_AUDIT)
		status = store_audit_read(store, take_row, &reader, err);
	if (status == 0)
		status = store_identify(store, &lasting, &present, err);
	if (status == 0) {
		place->lasting = keep(audit, str_span(&lasting));
		place->present = keep(audit, str_span(&present));
		place->asked = true;
	}
	audit->merged = false;
	str_free(&lasting);
	str_free(&present);
	return status;
}

static void
take_gap(void *arg, const struct audit_gap *gap)
{
	struct store_reader *reader = arg;
	struct audit *audit = reader->audit;

	audit->gaps = mem_resize(audit->gaps, audit->gap_count + 1, sizeof(*audit->gaps));
	audit->gaps[audit->gap_count++] = (struct audit_missing){
		.store = audit->places[reader->place].name,
		.gap = *gap,
	};
}

int
audit_add_gaps(
	struct audit *audit, struct store *store, const char *name, struct err *err)
{
	struct store_reader reader = { audit, place_called(audit, span_of(name)) };
	size_t before = audit->gap_count;

	if (!(store_capabilities(store) & STORE_HAS_AUDIT))
		return 0;
	if (store_audit_gaps(store, take_gap, &reader, err) == 0)
		return 0;
	audit->gap_count = before;
	return -1;
}

const struct audit_missing *
audit_gaps(const struct audit *audit, size_t *count)
{
	*count = audit->gap_count;
	return audit->gaps;
}

struct anchors *
audit_anchors(struct audit *audit)
{
	return audit->anchors;
}

/* --- merging --- */

/* What is told of one row of one operation stands together, in the order it was told. */
static int
compare_rows(const void *a, const void *b)
{
	const struct audit_entry *x = a, *y = b;
	int order = span_compare(x->op, y->op);

	if (order == 0)
		order = key_compare(x->key, y->key);
	if (order == 0)
		order = (x->order > y->order) - (x->order < y->order);
	return order;
}

static int
compare_times(const void *a, const void *b)
{
	const struct audit_entry *x = a, *y = b;
	int order = (x->at < y->at) - (x->at > y->at);

	if (order == 0)
		order = span_compare(x->op, y->op);
	if (order == 0)
		order = (x->order > y->order) - (x->order < y->order);
	return order;
}

static bool
is_same_row(const struct audit_entry *a, const struct audit_entry *b)
{
	return span_equal(a->op, b->op) && key_equal(a->key, b->key);
}

/* A row of the audit of a store beside what the journal tells of it. */
static const struct audit_entry *
find_difference(
	struct audit *audit, const struct audit_entry *a, const struct audit_entry *b)
{
	const struct audit_entry *journal = a->in_journal ? a : b;
	const struct audit_entry *store = a->in_journal ? b : a;
	struct audit_entry *out;

	if (!journal->in_journal || !store->in_store || store->in_journal)
		return NULL;
	for (int i = 0; i < AUDIT_MEMBERS; i++) {
		if (audit_agree(journal, store, (enum audit_member)i))
			continue;
		out = arena_alloc(audit->arena, 1, sizeof(*out));
		*out = *store;
		return out;
	}
	return NULL;
}

/* What is told later counts, but for when it began; where the journal tells, the store
 * only confirms. */
static void
merge(struct audit *audit, struct audit_entry *into, const struct audit_entry *later)
{
	if (into->otherwise == NULL)
		into->otherwise = find_difference(audit, into, later);
	into->in_store |= later->in_store;
	into->edited |= later->edited;
	into->old_unreadable |= later->old_unreadable;
	into->new_unreadable |= later->new_unreadable;
	if (into->place == AUDIT_ELSEWHERE)
		into->place = later->place;
	into->last_at = later->last_at > into->last_at ? later->last_at : into->last_at;
	if (!later->in_journal)
		return;
	if (!into->in_journal) {
		into->who = later->who;
		into->uid = later->uid;
		into->ssh = later->ssh;
		into->program = later->program;
		into->identity = later->identity;
		into->uri = later->uri;
		into->store = later->store;
		into->reason = later->reason;
		into->group = later->group;
	}
	into->in_journal = true;
	into->phase = later->phase;
	if (later->note.at != NULL)
		into->note = later->note;
}

static void
find_place(const struct audit *audit, struct audit_entry *entry)
{
	size_t place = entry->place;

	if (place == AUDIT_ELSEWHERE)
		place = audit_place_of(audit->places, audit->place_count, entry);
	if (place == audit->place_count)
		return;
	entry->place = place;
	entry->store = audit->places[place].name;
	if (entry->uri.len == 0)
		entry->uri = audit->places[place].uri;
}

const struct audit_entry *
audit_entries(struct audit *audit, size_t *count)
{
	size_t kept = 0;

	if (!audit->merged && audit->count > 0) {
		qsort(audit->entries, audit->count, sizeof(*audit->entries),
			compare_rows);
		for (size_t i = 1; i < audit->count; i++) {
			if (is_same_row(&audit->entries[kept], &audit->entries[i]))
				merge(audit, &audit->entries[kept], &audit->entries[i]);
			else
				audit->entries[++kept] = audit->entries[i];
		}
		audit->count = kept + 1;
		qsort(audit->entries, audit->count, sizeof(*audit->entries),
			compare_times);
		for (size_t i = 0; i < audit->count; i++)
			find_place(audit, &audit->entries[i]);
		audit_find_lacks(
			audit->entries, audit->count, audit->places, audit->place_count);
	}
	audit->merged = true;
	*count = audit->count;
	return audit->entries;
}

void
audit_put_value(struct str *out, bool exists, struct span value)
{
	if (!exists)
		str_add(out, "(none)");
	else if (value.at == NULL)
		str_add(out, "NULL");
	else
		str_add_span(out, value);
}

void
audit_put_side(struct str *out, const struct audit_entry *entry, bool after)
{
	if (after ? entry->exists && entry->new_unreadable
		  : entry->existed && entry->old_unreadable)
		str_add(out, "(unreadable)");
	else if (after)
		audit_put_value(out, entry->exists, entry->new_value);
	else
		audit_put_value(out, entry->existed, entry->old_value);
}
