/* SPDX-License-Identifier: MIT
 * Finding records by their keys, and the life of the table. */
#include "model/records_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define RECORDS_FIRST 192

const struct extra extra_none = { .head_at = TIME_NONE };

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
	records_reserve(records, RECORDS_FIRST);
	records->last_job = UINT32_MAX;
	records->now = records->began = TIME_NONE;

	records->good_at = TIME_NONE;
	records->reachable = true;
	records->zone_quarters = ZONE_UNKNOWN;
	records->utc = zone_fixed(0);
	records->pending_arena = arena_new();
	records->extras = arena_new();
	return records;
}

void
records_free(struct records *records)
{
	if (records == NULL)
		return;
	for (size_t i = 0; i < records->count; i++) {
		free(history_of(&records->all[i]));
		free(incident_of(&records->all[i]));
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
	free(records->slots.tags);
	free(records->slots.indexes);
	free(records->jobs);
	free(records->order);
	free(records->pending);
	str_free(&records->trouble);
	arena_free(records->pending_arena);
	arena_free(records->extras);
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

/* Stores deliver the partitions of a job one after the other: so many of them lie side by
 * side, so that most are in the processor's cache when they are looked for. */
#define SLOTS_TOGETHER 8

static uint64_t
mix(uint32_t job, text_id partition)
{
	uint64_t hash = ((uint64_t)job << 32 | partition) * 0x9e3779b97f4a7c15ULL;

	return hash ^ hash >> 29;
}

/* Tells most keys that meet in the table apart without a look at their records. */
static uint8_t
tag_of(uint32_t job, text_id partition)
{
	uint8_t tag = (uint8_t)(mix(job, partition) >> 24);

	return tag != 0 ? tag : 1;
}

/* Where the search for a key begins. */
static size_t
first_slot(const struct slots *slots, uint32_t job, text_id partition)
{
	uint64_t hash = mix(job, partition / SLOTS_TOGETHER) >> 32;

	return (hash * (slots->count / SLOTS_TOGETHER) >> 32) * SLOTS_TOGETHER +
	       partition % SLOTS_TOGETHER;
}

static size_t
next_slot(const struct slots *slots, size_t slot)
{
	return slot + 1 < slots->count ? slot + 1 : 0;
}

/* Of a key, or a free one. */
static size_t
slot_of(const struct records *records, uint32_t job, text_id partition)
{
	const struct slots *slots = &records->slots;
	uint8_t tag = tag_of(job, partition);
	size_t slot = first_slot(slots, job, partition);

	for (; slots->tags[slot] != 0; slot = next_slot(slots, slot)) {
		const struct record *record;

		if (slots->tags[slot] != tag)
			continue;
		record = &records->all[slots->indexes[slot]];
		if (record->job == job && record->partition == partition)
			break;
	}
	return slot;
}

static void
fill_slot(struct slots *slots, size_t slot, const struct record *record, size_t index)
{
	slots->tags[slot] = tag_of(record->job, record->partition);
	slots->indexes[slot] = (uint32_t)index;
}

static void
resize_slots(struct records *records, size_t count)
{
	struct slots *slots = &records->slots;

	count = (count / SLOTS_TOGETHER + 1) * SLOTS_TOGETHER;
	free(slots->tags);
	free(slots->indexes);
	*slots = (struct slots){
		.tags = mem_new(count, sizeof(*slots->tags)),
		.indexes = mem_new(count, sizeof(*slots->indexes)),
		.count = count,
	};
	for (size_t i = 0; i < records->count; i++) {
		const struct record *record = &records->all[i];
		size_t slot = first_slot(slots, record->job, record->partition);

		while (slots->tags[slot] != 0)
			slot = next_slot(slots, slot);
		fill_slot(slots, slot, record, i);
	}
}

/* They are full at three quarters. */
static size_t
slots_for(size_t count)
{
	return count + count / 3 + SLOTS_TOGETHER;
}

void
records_reserve(struct records *records, size_t count)
{
	if (slots_for(count) > records->slots.count)
		resize_slots(records, slots_for(count));
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
	if (slots_for(records->count + 1) > records->slots.count) {
		resize_slots(records, 2 * records->slots.count);
		slot = slot_of(records, job, partition);
	}
	record = &records->all[records->count++];
	*record = (struct record){
		.job = job,
		.partition = partition,
		.updated_at = TIME_NONE,
		.watermark_at = TIME_NONE,
		.flags = RECORD_NEW | (records->judged ? 0 : RECORD_FROM_START),
		.zone_quarters = ZONE_UNKNOWN,
		.value_type = VALUE_OPAQUE,
		.head_type = VALUE_OPAQUE,
	};
	fill_slot(&records->slots, slot, record, index);
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
	size_t slot;

	if (job == 0 || partition == 0)
		return NULL;
	slot = slot_of(records, job - 1, partition);
	return records->slots.tags[slot] == 0
		       ? NULL
		       : &records->all[records->slots.indexes[slot]];
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
	if (records->slots.tags[slot] != 0) {
		texts_drop(records->texts, partition);
		record = &records->all[records->slots.indexes[slot]];
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
	return incident_of(record) != NULL && incident_of(record)->lost.at != TIME_NONE;
}

const struct limits *
record_limits(const struct records *records, const struct record *record)
{
	return &records->jobs[record->job].rule->limits;
}

struct extra *
extra_make(struct records *records, struct record *record)
{
	if (record->extra == NULL) {
		record->extra = arena_alloc(records->extras, 1, sizeof(*record->extra));
		*record->extra = extra_none;
	}
	return record->extra;
}

struct history *
record_history(struct records *records, struct record *record, struct lag before)
{
	bool known = before.kind == LAG_POSITIONS || before.kind == LAG_TIME;
	struct extra *extra = extra_make(records, record);
	struct spark *spark;

	if (extra->history != NULL)
		return extra->history;
	extra->history = history_new();
	spark = &extra->history->spark;
	spark->step = records->now / SPARK_STEP;
	spark_flat(spark->cells, record_watched_since(records, record), records->now,
		known ? (double)before.amount : NAN);
	return extra->history;
}

int64_t
record_watched_since(const struct records *records, const struct record *record)
{
	return (records->began / SECOND + extra_of(record)->watched_since) * SECOND;
}

void
record_watch_from(struct records *records, struct record *record, int64_t at)
{
	int64_t seconds = at / SECOND - records->began / SECOND;

	/* A clock that was set by decades says nothing. */
	if (seconds > INT32_MAX || seconds < INT32_MIN)
		seconds = seconds > 0 ? INT32_MAX : INT32_MIN;
	if (seconds != extra_of(record)->watched_since)
		extra_make(records, record)->watched_since = (int32_t)seconds;
}

struct incident *
record_incident(struct records *records, struct record *record)
{
	static const struct since never = { .at = TIME_NONE };

	if (incident_of(record) == NULL) {
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
		extra_make(records, record)->incident = incident;
	}
	return incident_of(record);
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
