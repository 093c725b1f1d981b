/* SPDX-License-Identifier: MIT
 * The picture: jobs, and the rows that were asked for, copied into a board. */
#include "model/records_inside.h"

#include <math.h>
#include <string.h>

#define INCIDENT_ROWS 64

/* What a board is filled from and into. */
struct filling {
	struct records *records;
	struct board *board;
	struct arena *arena;
	struct why_context words;
	struct str text; /* scratch */
};

/* --- one row --- */

static struct value
copy_value(struct arena *arena, const struct value *value)
{
	struct value copy = *value;

	copy.text = arena_span(arena, value->text);
	if (value->file.at != NULL)
		copy.file.at = copy.text.at + (value->file.at - value->text.at);
	return copy;
}

static const char *
text_of(struct arena *arena, struct span text)
{
	return text.at == NULL ? "" : arena_span(arena, text).at;
}

/* Why the lag is not known, as a half sentence. */
static const char *
lag_reason(struct arena *arena, const struct observation *seen, const struct value *head)
{
	static const char *const reasons[] = {
		[LAG_GAP_NO_HEAD] = "no head is configured",
		[LAG_GAP_HEAD] = "the head is not known",
		[LAG_GAP_FILES] = "value and head are in different files",
		[LAG_GAP_ZONE] = "value or head is a time without a zone",
		[LAG_GAP_VALUE] = "there is no value that is a position",
		[LAG_GAP_LOST] = "the checkpoint is gone",
		[LAG_GAP_DAMAGED] = "the checkpoint cannot be read",
		[LAG_GAP_TYPES] = NULL,
	};

	if (seen->lag.kind != LAG_UNKNOWN)
		return NULL;
	if (seen->lag.gap != LAG_GAP_TYPES)
		return reasons[seen->lag.gap];
	return arena_printf(arena, "the value is of type %s, the head of type %s",
		value_type_word(seen->value.type), value_type_word(head->type));
}

static void
fill_rates(struct filling *filling, const struct record *record,
	const struct observation *seen, struct board_row *row)
{
	bool stands = record_stands(filling->records, record);
	const struct history *history = history_of(record);
	int64_t cadence = seen->learned_cadence;

	row->lag = seen->lag;
	row->lag_reason = lag_reason(filling->arena, seen, &row->head_parsed);
	row->lag_rate = seen->lag_rate;
	row->speed = seen->speed;
	row->head_speed = seen->head_speed;
	row->eta = health_eta(seen->lag, seen->lag_rate, seen->speed, seen->head_speed);
	row->cadence = stands ? TIME_NONE : cadence;
	row->cadence_before = stands ? cadence : TIME_NONE;
	if (stands && history != NULL && !isnan(history->speed_before))
		row->speed_before = (struct rate){
			.known = true,
			.per_second = (double)history->speed_before,
		};
}

/* Of a time when nothing was read nothing is known. */
static void
blank_unread(const struct records *records, float cells[SPARK_CELLS])
{
	int64_t newest = records->now / SPARK_STEP;

	if (records->reachable || records->good_at == TIME_NONE)
		return;
	for (int64_t i = 0; i < SPARK_CELLS; i++)
		if (newest - (SPARK_CELLS - 1) + i > records->good_at / SPARK_STEP)
			cells[i] = NAN;
}

static void
fill_spark(const struct records *records, const struct record *record,
	const struct observation *seen, float out[SPARK_CELLS])
{
	bool known = seen->lag.kind == LAG_POSITIONS || seen->lag.kind == LAG_TIME;

	if (history_of(record) != NULL)
		spark_copy(out, &history_of(record)->spark, records->now);
	else
		spark_flat(out, record_watched_since(records, record), records->now,
			known ? (double)seen->lag.amount : NAN);
	blank_unread(records, out);
}

static void
fill_updated(struct filling *filling, const struct record *record,
	const struct observation *seen, struct board_row *row)
{
	row->updated = seen->updated;
	row->updated_if = row->written_at = TIME_NONE;
	if (incident_of(record) != NULL && incident_of(record)->damaged.at != TIME_NONE)
		row->written_at = incident_of(record)->written_at;
	if (seen->updated_doubtful && filling->records->setup.zone != NULL) {
		const struct zone *zone = filling->records->setup.zone;

		row->updated_assumed = arena_text(filling->arena, zone_name(zone));
		row->updated_if = zone_to_utc(zone, record->updated_at, NULL) -
				  filling->records->clock_ahead;
	} else if (seen->updated_doubtful) {
		int8_t agreed = filling->records->zones.agreed;

		agreed = agreed == ZONE_UNKNOWN ? 0 : agreed;
		str_clear(&filling->text);
		record_add_zone(&filling->text, agreed);
		row->updated_assumed =
			arena_text(filling->arena, str_text(&filling->text));
		row->updated_if = record->updated_at - agreed * QUARTER -
				  filling->records->clock_ahead;
		row->updated_unzoned = true;
	}
	str_clear(&filling->text);
	if (record_add_updated_text(filling->records, record, &filling->text))
		row->updated_text = arena_span(filling->arena, str_span(&filling->text));
}

static void
fill_error(struct filling *filling, const struct record *record,
	const struct observation *seen, struct board_row *row)
{
	row->error_since = TIME_NONE;
	row->error = arena_span(filling->arena, seen->error);
	if (seen->error.at == NULL)
		return;
	/* Nothing but the save that we see brought it, where none was seen since. */
	row->error_since =
		history_of(record) != NULL ? history_of(record)->error_since : TIME_NONE;
	if (row->error_since == TIME_NONE)
		row->error_since = seen->updated;
}

static void
fill_note(struct filling *filling, const struct record *record,
	const struct observation *seen, struct board_row *row)
{
	struct span note = texts_span(filling->records->texts, record->note);
	struct span by = seen->replay.by;

	if (record->note_is_status)
		row->status = text_of(filling->arena, note);
	if (!seen->replay.active)
		row->note = record->note_is_status ? "" : text_of(filling->arena, note);
	else if (by.len > 0)
		row->note =
			arena_printf(filling->arena, "reset by %.*s", (int)by.len, by.at);
	else
		row->note = "reset";
	row->reset_at =
		incident_of(record) != NULL ? incident_of(record)->reset_at : TIME_NONE;
	row->replay = seen->replay;
	row->replay.by = arena_span(filling->arena, by);
}

static void
fill_verdict(struct filling *filling, const struct record *record,
	const struct observation *seen, struct board_row *row)
{
	const struct job *job = &filling->records->jobs[record->job];
	const struct limits *limits = &job->rule->limits;
	struct verdict verdict = health_judge(seen, limits);

	row->state = verdict.state;
	row->finding = verdict.finding;
	row->since = verdict.since;
	row->state_since = verdict.state_since;
	/* The only partition of a job needs no name, but a done date is one. */
	row->why = why_of_checkpoint(&filling->words, seen, &verdict, limits,
		job->roll.partitions > 1 || seen->superseded ? row->key.partition
							     : SPAN_NONE);
}

/* What goes on, before what is over. */
static void
fill_doubt(struct filling *filling, const struct record *record,
	const struct observation *seen, struct board_row *row)
{
	const struct incident *incident = incident_of(record);
	struct doubt *doubt = &row->doubt;
	const struct period *when = NULL;

	if (seen->lost.at != TIME_NONE) {
		*doubt = (struct doubt){
			.kind = DOUBT_GONE, .since = seen->lost, .from = row->value
		};
		when = &incident->lost_in;
	} else if (seen->went_back.at != TIME_NONE) {
		*doubt = (struct doubt){ .kind = DOUBT_BACK, .since = seen->went_back };
		when = &incident->went_back_in;
	} else if (seen->unexplained.at != TIME_NONE) {
		*doubt = (struct doubt){ .kind = DOUBT_PASSED,
			.since = seen->unexplained };
		when = &incident->unexplained_in;
	} else {
		return;
	}
	if (doubt->kind != DOUBT_GONE) {
		doubt->from = arena_span(filling->arena, seen->went_back_from.text);
		doubt->to = arena_span(filling->arena, seen->went_back_to.text);
	}
	doubt->after = when->after;
	doubt->until = when->until;
}

static void
fill_row(struct filling *filling, uint32_t index, const struct board_job *job,
	struct board_row *row)
{
	const struct records *records = filling->records;
	const struct record *record = &records->all[index];
	struct arena *arena = filling->arena;
	struct digits digits, head_digits;
	struct observation seen;
	struct value head;

	record_observe(records, record, &digits, &seen);
	row->board = filling->board;
	row->job = job;
	row->key.job = job->job;
	row->key.partition = arena_span(arena, record_key(records, record).partition);
	row->parsed = copy_value(arena, &seen.value);
	row->value = row->parsed.text;
	row->storage = record->storage;
	fill_doubt(filling, record, &seen, row);
	fill_verdict(filling, record, &seen, row);
	head = record_head(records, record, &head_digits);
	row->head_parsed = copy_value(arena, &head);
	row->head = row->head_parsed.text;
	row->head_at = extra_of(record)->head_at;
	fill_rates(filling, record, &seen, row);
	fill_updated(filling, record, &seen, row);
	row->moved = seen.value_moved;
	row->watermark = seen.watermark;
	fill_spark(records, record, &seen, row->spark);
	fill_error(filling, record, &seen, row);
	fill_note(filling, record, &seen, row);
	row->watched_since = record_watched_since(records, record);
	if (seen.damaged.at != TIME_NONE) {
		row->damage = arena_span(arena, seen.damage);
		row->damage_detail = arena_span(arena, seen.damage_detail);
	}
	row->where =
		arena_span(arena, texts_span(records->texts, extra_of(record)->where));
	row->flags = record->flags & RECORD_CKPT_FLAGS;
}

/* --- one job --- */

static void
fill_job(struct filling *filling, uint32_t index, struct board_job *out)
{
	const struct records *records = filling->records;
	const struct job *job = &records->jobs[index];
	const struct roll *roll = &job->roll;
	struct lag lag = roll->lag;
	bool known = lag.kind == LAG_POSITIONS || lag.kind == LAG_TIME;

	*out = (struct board_job){
		.board = filling->board,
		.job = arena_span(filling->arena, job_name(records, index)),
		.state = roll->verdict.state,
		.rank = roll->rewound > 0 && roll->rewound == roll->live,
		.finding = roll->verdict.finding,
		.since = roll->verdict.since,
		.state_since = roll->verdict.state_since,
		.why = job_why(records, job, &filling->words),
		.partitions = roll->partitions,
		.bad = roll->bad,
		.dormant = roll->dormant,
		.moving = roll->moving,
		.lag = lag,
		.lag_rate = roll->lag_rate,
		.speed = roll->speed,
		.eta = health_eta(lag, roll->lag_rate, roll->speed, roll->head_speed),
		.updated = roll->updated,
		.watermark = roll->watermark,
		.watermark_known =
			roll->watermark != TIME_NONE && roll->watermarks_unknown == 0,
		.owner = job->rule->owner,
		.runbook = job->rule->runbook,
		.limits = job->rule->limits,
		.past = roll->past,
		.unexplained = roll->unexplained,
	};
	if (job->spark != NULL)
		spark_copy(out->spark, job->spark, records->now);
	else
		spark_flat(out->spark, job->watched_since, records->now,
			known ? (double)lag.amount : NAN);
	blank_unread(records, out->spark);
}

/* All rows of a job, from *next on. */
static void
fill_rows(struct filling *filling, uint32_t index, struct board_job *out,
	struct board_row **next)
{
	struct records *records = filling->records;
	struct job *job = &records->jobs[index];
	const struct board_row **rows =
		arena_alloc(filling->arena, job->count + 1, sizeof(*rows));
	size_t count = 0;

	job_sort(records, job);
	for (uint32_t i = 0; i < job->count; i++) {
		struct board_row *row = *next;

		if (!record_is_shown(&records->all[job->members[i]]))
			continue;
		fill_row(filling, job->members[i], out, row);
		if (job->members[i] == job->roll.worst)
			out->worst = row;
		if (job->roll.watermark != TIME_NONE &&
			job->members[i] == job->roll.holds_watermark)
			out->holds_watermark = row;
		rows[count++] = row;
		(*next)++;
	}
	out->rows = rows;
}

/* Only the worst, which a job has in any case. */
static void
fill_worst(struct filling *filling, uint32_t index, struct board_job *out)
{
	const struct roll *roll = &filling->records->jobs[index].roll;
	struct board_row *row = arena_alloc(filling->arena, 1, sizeof(*row));

	fill_row(filling, roll->worst, out, row);
	out->worst = row;
	if (roll->watermark != TIME_NONE && roll->holds_watermark == roll->worst)
		out->holds_watermark = row;
}

/* --- all --- */

/* Of a job that went back or lost something and nobody knows why, the rows are part of
 * every picture, as far as they are few. */
static bool
is_incident(const struct job *job)
{
	return job->roll.doubted > 0 && job->count <= INCIDENT_ROWS;
}

static bool
is_wanted(const struct records *records, uint32_t job, enum board_rows rows,
	struct span name)
{
	return rows == BOARD_ROWS_ALL || is_incident(&records->jobs[job]) ||
	       (rows == BOARD_ROWS_JOB && span_equal(job_name(records, job), name));
}

static size_t
count_wanted(const struct records *records, enum board_rows rows, struct span name)
{
	size_t count = 0;

	for (size_t i = 0; i < job_count(records); i++)
		if (is_wanted(records, (uint32_t)i, rows, name))
			count += records->jobs[i].count;
	return count;
}

static void
fill_rules(const struct records *records, struct board *board)
{
	const struct rules *rules = records->setup.rules;
	size_t count = rules != NULL ? rules->count : 0;
	struct board_rule *out = arena_alloc(board->arena, count + 1, sizeof(*out));

	for (size_t i = 0; i < count; i++) {
		const struct rule *rule = &rules->rules[i];

		out[i] = (struct board_rule){
			.name = arena_text(board->arena, rule->name),
			.match = arena_text(board->arena, rule->match),
			.is_for = rule_is_for(
				rule, span_of(records->setup.store), SPAN_NONE),
			.met = records->met[i],
		};
	}
	board->rules = out;
	board->rule_count = count;
}

void
records_fill(struct records *records, struct board *board, enum board_rows rows,
	struct span job)
{
	struct filling filling = {
		.records = records,
		.board = board,
		.arena = board->arena,
		.words = { .arena = board->arena, .local = records->setup.local },
	};
	struct board_job *jobs =
		arena_alloc(board->arena, job_count(records) + 1, sizeof(*jobs));
	size_t row_count = count_wanted(records, rows, job);
	struct board_row *all = arena_alloc(board->arena, row_count + 1, sizeof(*all));
	struct board_row *next = all;

	fill_rules(records, board);
	jobs_sort(records);
	for (size_t i = 0; i < job_count(records); i++) {
		uint32_t index = records->order[i];
		struct board_job *out = &jobs[board->job_count];

		/* Nothing was judged yet, or nothing is left. */
		if (records->jobs[index].roll.partitions == 0)
			continue;
		fill_job(&filling, index, out);
		if (is_wanted(records, index, rows, job))
			fill_rows(&filling, index, out, &next);
		else
			fill_worst(&filling, index, out);
		board->job_count++;
		board->dormant_jobs += out->finding == FINDING_DORMANT;
	}
	board->jobs = jobs;
	board->rows = all;
	board->row_count = (size_t)(next - all);
	board->checkpoint_count = records->shown;
	str_free(&filling.text);
}
