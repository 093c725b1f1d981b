/* SPDX-License-Identifier: MIT
 * Finding records by their keys, and the life of the table. */
#include "model/records_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SLOTS_FIRST 256

/* --- life --- */

struct records *
records_new(const struct records_setup *setup)
{
	struct records *records = mem_new(1, sizeof(*records));

	records->setup = *setup;
	records->names = (struct metadata_names){
		.watermark = setup->watermark_member,
		.error = setup->error_member,
	};
	records->met = mem_new(setup->rules != NULL ? setup->rules->count + 1 : 1,
		sizeof(*records->met));
	records->texts = texts_new();
	records->job_names = texts_new();
	records->slot_count = SLOTS_FIRST;
	records->slots = mem_new(records->slot_count, sizeof(*records->slots));
	records->last_job = UINT32_MAX;
	records->now = records->began = TIME_NONE;

	records->good_at = TIME_NONE;
	records->reachable = true;
	records->zone_quarters = ZONE_UNKNOWN;
	records->utc = zone_fixed(0);
	records->pending_arena = arena_new();
	return records;
}

void
records_free(struct records *records)
{
	if (records == NULL)
		return;
	for (size_t i = 0; i < records->count; i++) {
		free(records->all[i].history);
		free(records->all[i].incident);
	}
	for (size_t i = 0; i < job_count(records); i++) {
		free(records->jobs[i].members);
		free(records->jobs[i].spark);
	}
	for (size_t i = 0; i < records->rule_count; i++)
		free(records->rules[i]);
	free(records->rules);
	free(records->met);
	free(records->all);
	free(records->slots);
	free(records->jobs);
	free(records->order);
	free(records->pending);
	str_free(&records->trouble);
	arena_free(records->pending_arena);
	metadata_free(&records->metadata);
	zone_free(records->utc);
	texts_free(records->texts);
	texts_free(records->job_names);
	free(records);
}

/* --- jobs --- */

size_t
job_count(const struct records *records)
{
	return texts_count(records->job_names);
}

struct span
job_name(const struct records *records, uint32_t job)
{
	return texts_span(records->job_names, job + 1);
}

static bool
rule_same(const struct rule *a, const struct rule *b)
{
	return memcmp(&a->limits, &b->limits, sizeof(a->limits)) == 0 &&
	       a->name == b->name && a->match == b->match && a->store == b->store &&
	       a->head == b->head && a->owner == b->owner && a->runbook == b->runbook &&
	       a->value_type == b->value_type && a->ignore == b->ignore;
}

/* Most jobs have the same few rules; each is kept once. */
static const struct rule *
shared_rule(struct records *records, const struct rule *rule)
{
	for (size_t i = 0; i < records->rule_count; i++)
		if (rule_same(records->rules[i], rule))
			return records->rules[i];
	records->rules = mem_resize(
		records->rules, records->rule_count + 1, sizeof(struct rule *));
	records->rules[records->rule_count] = mem_new(1, sizeof(*rule));
	*records->rules[records->rule_count] = *rule;
	return records->rules[records->rule_count++];
}

/* What the job's rules name, else what the store does. A rule is checked when it is read;
 * one that is not understood names none. */
static struct head_spec
head_of(const struct records *records, const struct rule *rule)
{
	struct head_spec head;
	struct err ignored = { 0 };

	if (rule->head == NULL)
		return records->setup.head;
	head_parse(&head, rule->head, &ignored);
	return head;
}

static void
note_rules(struct records *records, struct span name)
{
	const struct rules *rules = records->setup.rules;

	for (size_t i = 0; rules != NULL && i < rules->count; i++)
		records->met[i] |= rule_is_for(
			&rules->rules[i], span_of(records->setup.store), name);
}

static void
start_job(struct records *records, uint32_t index, struct span name)
{
	struct rule rule =
		rules_resolve(records->setup.rules, span_of(records->setup.store), name);

	note_rules(records, name);
	if (index >= records->job_capacity) {
		records->job_capacity = records->job_capacity * 2 + 16;
		records->jobs = mem_resize(
			records->jobs, records->job_capacity, sizeof(*records->jobs));
	}
	records->jobs[index] = (struct job){
		.rule = shared_rule(records, &rule),
		.head = head_of(records, &rule),
		.sorted = true,
		.spark_lag = NAN,
		.watched_since = records->now,
	};
}

static uint32_t
job_of(struct records *records, struct span name)
{
	size_t known = job_count(records);
	text_id id;

	if (records->last_job != UINT32_MAX &&
		span_equal(job_name(records, records->last_job), name))
		return records->last_job;
	id = texts_find(records->job_names, name);
	if (id == 0) {
		id = texts_add(records->job_names, name);
		start_job(records, (uint32_t)known, name);
	}
	records->last_job = id - 1;
	return records->last_job;
}

static void
join_job(struct records *records, uint32_t index)
{
	struct job *job = &records->jobs[records->all[index].job];

	if (job->count == job->capacity) {
		job->capacity = job->capacity * 2 + 1;
		job->members =
			mem_resize(job->members, job->capacity, sizeof(*job->members));
	}
	job->members[job->count++] = index;
	job->sorted = job->count == 1;
}

/* --- keys --- */

struct key
record_key(const struct records *records, const struct record *record)
{
	return (struct key){
		.job = job_name(records, record->job),
		.partition = texts_span(records->texts, record->partition),
	};
}

static uint64_t
mix(uint32_t job, text_id partition)
{
	uint64_t hash = ((uint64_t)job << 32 | partition) * 0x9e3779b97f4a7c15ULL;

	return hash ^ hash >> 29;
}

/* Where the search for a key begins. Stores deliver the partitions of a job one after the
 * other: eight of them share a line of the processor's cache. */
static size_t
first_slot(uint32_t job, text_id partition, size_t mask)
{
	return (mix(job, partition / 8) & mask & ~(size_t)7) | partition % 8;
}

static size_t
slot_of(const struct records *records, uint32_t job, text_id partition)
{
	uint64_t hash = mix(job, partition);
	size_t mask = records->slot_count - 1, slot = first_slot(job, partition, mask);

	for (; records->slots[slot] != 0; slot = (slot + 1) & mask) {
		const struct record *record;

		if (records->slots[slot] >> 32 != hash >> 32)
			continue;
		record = &records->all[(uint32_t)records->slots[slot] - 1];
		if (record->job == job && record->partition == partition)
			break;
	}
	return slot;
}

static void
resize_slots(struct records *records, size_t slot_count)
{
	size_t mask = slot_count - 1;
	uint64_t *slots = mem_new(slot_count, sizeof(*slots));

	for (size_t i = 0; i < records->count; i++) {
		const struct record *record = &records->all[i];
		uint64_t hash = mix(record->job, record->partition);
		size_t slot = first_slot(record->job, record->partition, mask);

		while (slots[slot] != 0)
			slot = (slot + 1) & mask;
		slots[slot] = (hash >> 32 << 32) | (i + 1);
	}
	free(records->slots);
	records->slots = slots;
	records->slot_count = slot_count;
}

/* They are full at three quarters. */
static bool
is_room_for(size_t slot_count, size_t count)
{
	return count * 4 <= slot_count * 3;
}

void
records_reserve(struct records *records, size_t count)
{
	size_t slot_count = records->slot_count;

	while (!is_room_for(slot_count, count))
		slot_count *= 2;
	if (slot_count > records->slot_count)
		resize_slots(records, slot_count);
}

/* A blank record in the empty slot of its key; the partition's reference becomes its own.
 */
static struct record *
add_record(struct records *records, uint32_t job, text_id partition, size_t slot)
{
	struct record *record;
	size_t index = records->count;

	if (records->count == records->capacity) {
		records->capacity = records->capacity + records->capacity / 2 + 256;
		records->all = mem_resize(
			records->all, records->capacity, sizeof(*records->all));
	}
	if (!is_room_for(records->slot_count, records->count + 1)) {
		resize_slots(records, 2 * records->slot_count);
		slot = slot_of(records, job, partition);
	}
	records->slots[slot] = (mix(job, partition) >> 32 << 32) | (index + 1);
	record = &records->all[records->count++];
	*record = (struct record){
		.job = job,
		.partition = partition,
		.head_at = TIME_NONE,
		.updated_at = TIME_NONE,
		.watermark_at = TIME_NONE,
		.flags = RECORD_NEW | (records->judged ? 0 : RECORD_FROM_START),
		.zone_quarters = ZONE_UNKNOWN,
		.value_type = VALUE_OPAQUE,
		.head_type = VALUE_OPAQUE,
	};
	record_watch_from(records, record, records->now);
	join_job(records, (uint32_t)index);
	records->shown++;
	return record;
}

struct record *
record_find(struct records *records, struct key key)
{
	text_id job = texts_find(records->job_names, key.job);
	text_id partition = texts_find(records->texts, key.partition);
	uint64_t slot;

	if (job == 0 || partition == 0)
		return NULL;
	slot = records->slots[slot_of(records, job - 1, partition)];
	return slot == 0 ? NULL : &records->all[(uint32_t)slot - 1];
}

/* Stores deliver their rows in the same order each time: the next row is probably the
 * next record. */
static struct record *
predicted(struct records *records, struct key key)
{
	struct record *record;

	if (records->next >= records->count)
		return NULL;
	record = &records->all[records->next];
	if (!key_equal(record_key(records, record), key))
		return NULL;
	records->next++;
	return record;
}

struct record *
record_of(struct records *records, struct key key, bool *is_new)
{
	struct record *record = predicted(records, key);
	text_id partition;
	uint32_t job;
	size_t slot;

	*is_new = false;
	if (record != NULL)
		return record;
	/* A row without a partition has one without a name. */
	if (key.partition.at == NULL)
		key.partition = SPAN("");
	job = job_of(records, key.job);
	if (records->jobs[job].rule->ignore)
		return NULL;
	partition = texts_add(records->texts, key.partition);
	slot = slot_of(records, job, partition);
	if (records->slots[slot] != 0) {
		texts_drop(records->texts, partition);
		record = &records->all[(uint32_t)records->slots[slot] - 1];
	} else {
		record = add_record(records, job, partition, slot);
		*is_new = true;
	}
	records->next = (size_t)(record - records->all) + 1;
	return record;
}

/* --- what hangs on a record --- */

bool
record_is_shown(const struct record *record)
{
	return !(record->flags & RECORD_REMOVED);
}

bool
record_is_lost(const struct record *record)
{
	return record->incident != NULL && record->incident->lost.at != TIME_NONE;
}

const struct limits *
record_limits(const struct records *records, const struct record *record)
{
	return &records->jobs[record->job].rule->limits;
}

struct history *
record_history(const struct records *records, struct record *record, struct lag before)
{
	bool known = before.kind == LAG_POSITIONS || before.kind == LAG_TIME;
	struct spark *spark;

	if (record->history != NULL)
		return record->history;
	record->history = history_new();
	spark = &record->history->spark;
	spark->step = records->now / SPARK_STEP;
	spark_flat(spark->cells, record_watched_since(records, record), records->now,
		known ? (double)before.amount : NAN);
	return record->history;
}

int64_t
record_watched_since(const struct records *records, const struct record *record)
{
	return (records->began / SECOND + record->watched_since) * SECOND;
}

void
record_watch_from(const struct records *records, struct record *record, int64_t at)
{
	int64_t seconds = at / SECOND - records->began / SECOND;

	/* A clock that was set by decades says nothing. */
	if (seconds > INT32_MAX || seconds < INT32_MIN)
		seconds = seconds > 0 ? INT32_MAX : INT32_MIN;
	record->watched_since = (int32_t)seconds;
}

struct incident *
record_incident(const struct records *records, struct record *record)
{
	static const struct since never = { .at = TIME_NONE };

	if (record->incident == NULL) {
		struct incident *incident = mem_new(1, sizeof(*incident));

		incident->damaged = incident->lost = incident->went_back = never;
		incident->future = incident->watermark_future = incident->ahead = never;
		incident->repeated = never;
		incident->blind = incident->unexplained = never;
		incident->reset_at = incident->replay.passed_at = TIME_NONE;
		for (int i = 0; i < 2; i++)
			incident->lag_over[i] = incident->watermark_over[i] = never;
		incident->calm = (struct since){
			.at = record_watched_since(records, record),
			.at_least = record->flags & RECORD_FROM_START,
		};
		record->incident = incident;
	}
	return record->incident;
}

size_t
records_count(const struct records *records)
{
	return records->shown;
}

/* --- order --- */

static int
compare_members(const void *a, const void *b, void *arg)
{
	const struct records *records = arg;
	const struct record *x = &records->all[*(const uint32_t *)a];
	const struct record *y = &records->all[*(const uint32_t *)b];

	return span_compare_natural(texts_span(records->texts, x->partition),
		texts_span(records->texts, y->partition));
}

/* Many stores deliver the partitions of a job in this order. */
static bool
is_sorted(const struct records *records, const struct job *job)
{
	for (uint32_t i = 1; i < job->count; i++)
		if (compare_members(&job->members[i - 1], &job->members[i],
			    (void *)(uintptr_t)records) > 0)
			return false;
	return true;
}

void
job_sort(const struct records *records, struct job *job)
{
	if (!job->sorted && !is_sorted(records, job))
		qsort_r(job->members, job->count, sizeof(*job->members), compare_members,
			(void *)records);
	job->sorted = true;
}

static int
compare_jobs(const void *a, const void *b, void *arg)
{
	const struct records *records = arg;

	return span_compare_natural(job_name(records, *(const uint32_t *)a),
		job_name(records, *(const uint32_t *)b));
}

void
jobs_sort(struct records *records)
{
	size_t count = job_count(records);

	if (records->ordered == count)
		return;
	records->order = mem_resize(records->order, count, sizeof(*records->order));
	for (size_t i = 0; i < count; i++)
		records->order[i] = (uint32_t)i;
	qsort_r(records->order, count, sizeof(*records->order), compare_jobs, records);
	records->ordered = count;
}
