/* SPDX-License-Identifier: MIT
 * The members of a job and of a store. */
#include "report/field.h"

#define FIELD(name) static struct field_value get_##name(const void *of, int64_t now)
#define JOB	    const struct board_job *job = of
#define STORE	    const struct board_store *store = &((const struct board *)of)->store

FIELD(store)
{
	JOB;
	(void)now;
	return field_word(job->board->store.name);
}

FIELD(job)
{
	JOB;
	(void)now;
	return field_text(job->job);
}

FIELD(partitions)
{
	JOB;
	(void)now;
	return field_integer((int64_t)job->partitions);
}

FIELD(bad)
{
	JOB;
	(void)now;
	return field_integer((int64_t)job->bad);
}

FIELD(moving)
{
	JOB;
	(void)now;
	return field_integer((int64_t)job->moving);
}

FIELD(dormant)
{
	JOB;
	(void)now;
	return field_integer((int64_t)job->dormant);
}

FIELD(lag)
{
	JOB;
	(void)now;
	return field_lag(job->lag);
}

FIELD(lag_unit)
{
	JOB;
	(void)now;
	return field_lag_unit(job->lag);
}

FIELD(lag_known)
{
	JOB;
	(void)now;
	return field_bool((job->lag.kind == LAG_POSITIONS || job->lag.kind == LAG_TIME) &&
			  !job->lag.partial);
}

FIELD(rate)
{
	JOB;
	(void)now;
	return field_rate(job->speed, job->lag.kind == LAG_TIME);
}

FIELD(lag_rate)
{
	JOB;
	(void)now;
	return field_rate(job->lag_rate, job->lag.kind == LAG_TIME);
}

FIELD(eta_seconds)
{
	JOB;
	(void)now;
	return field_eta(job->eta);
}

FIELD(eta_never)
{
	JOB;
	(void)now;
	return field_eta_never(job->eta);
}

FIELD(updated_at)
{
	JOB;
	(void)now;
	return field_time(job->updated);
}

FIELD(age_seconds)
{
	JOB;
	return field_ago(job->updated, now);
}

FIELD(watermark)
{
	JOB;
	(void)now;
	return field_time(job->watermark);
}

FIELD(watermark_known)
{
	JOB;
	(void)now;
	return field_bool(job->watermark_known);
}

FIELD(watermark_lag_seconds)
{
	JOB;
	return field_ago(job->watermark, now);
}

FIELD(state)
{
	JOB;
	(void)now;
	return field_word(state_word(job->state));
}

FIELD(finding)
{
	JOB;
	(void)now;
	return field_word(finding_word(job->finding));
}

FIELD(why)
{
	JOB;
	(void)now;
	return field_word(job->why.full);
}

FIELD(since)
{
	JOB;
	(void)now;
	return field_time(job->since.at);
}

FIELD(since_at_least)
{
	JOB;
	(void)now;
	return field_bool(job->since.at_least);
}

FIELD(state_since)
{
	JOB;
	(void)now;
	return field_time(job->state_since.at);
}

FIELD(owner)
{
	JOB;
	(void)now;
	return field_word(job->owner);
}

FIELD(runbook)
{
	JOB;
	(void)now;
	return field_word(job->runbook);
}

static const struct field job_fields[] = {
	{ "store", "name of the store", get_store },
	{ "job", "the job", get_job },
	{ "partitions", "how many there are", get_partitions },
	{ "bad", "those of them that are in trouble", get_bad },
	{ "moving", "those of them that save within their cadence", get_moving },
	{ "dormant", "those of them that were not saved for a week when first seen",
		get_dormant },
	{ "lag", "sum of positions or the longest time; of the known parts", get_lag },
	{ "lag_unit", "positions or seconds", get_lag_unit },
	{ "lag_known", "the lag of every part is known", get_lag_known },
	{ "rate", "how fast the values move, units per second", get_rate },
	{ "lag_rate", "how fast the lag grows, units per second", get_lag_rate },
	{ "eta_seconds", "time until it has caught up at this speed", get_eta_seconds },
	{ "eta_never", "at this speed it never will", get_eta_never },
	{ "updated_at", "last save of its oldest partition", get_updated_at },
	{ "age_seconds", "how long ago that was", get_age_seconds },
	{ "watermark", "the lowest of its partitions", get_watermark },
	{ "watermark_lag_seconds", "how far that is behind now",
		get_watermark_lag_seconds },
	{ "state", "the worst of its partitions", get_state },
	{ "finding", "the kind of trouble", get_finding },
	{ "why", "the same in words", get_why },
	{ "since", "when it began", get_since },
	{ "since_at_least", "it may have begun earlier", get_since_at_least },
	{ "state_since", "when it reached this state", get_state_since },
	{ "owner", "from the configuration", get_owner },
	{ "runbook", "from the configuration", get_runbook },
	{ "watermark_known", "the watermark of every part is known: none is lower",
		get_watermark_known },
};

const struct field *
field_job_table(size_t *count)
{
	*count = sizeof(job_fields) / sizeof(*job_fields);
	return job_fields;
}

/* --- stores --- */

FIELD(store_name)
{
	STORE;
	(void)now;
	return field_word(store->name);
}

FIELD(store_kind)
{
	STORE;
	(void)now;
	return field_word(*store->kind != '\0' ? store->kind : NULL);
}

FIELD(store_where)
{
	STORE;
	(void)now;
	return field_word(store->where);
}

FIELD(store_reachable)
{
	STORE;
	(void)now;
	return field_bool(store->reachable);
}

FIELD(store_read_only)
{
	STORE;
	(void)now;
	return field_bool(store->read_only);
}

/* A store that never answered may hold anything. */
FIELD(store_checkpoints)
{
	const struct board *board = of;
	(void)now;
	if (board->store.good_at == TIME_NONE)
		return field_none();
	return field_integer((int64_t)board->checkpoint_count);
}

FIELD(store_jobs)
{
	const struct board *board = of;
	(void)now;
	if (board->store.good_at == TIME_NONE)
		return field_none();
	return field_integer((int64_t)board->job_count);
}

FIELD(store_good_at)
{
	STORE;
	(void)now;
	return field_time(store->good_at);
}

FIELD(store_read_seconds)
{
	STORE;
	(void)now;
	return field_seconds(store->read_p50);
}

FIELD(store_error)
{
	STORE;
	(void)now;
	return field_word(err_is_set(&store->error) ? store->error.text : NULL);
}

static const struct field store_fields[] = {
	{ "store", "its name", get_store_name },
	{ "kind", "what it is", get_store_kind },
	{ "where", "path and table", get_store_where },
	{ "reachable", "it could be read", get_store_reachable },
	{ "read_only", "it is never written to", get_store_read_only },
	{ "checkpoints", "how many it holds", get_store_checkpoints },
	{ "jobs", "of how many jobs", get_store_jobs },
	{ "good_at", "when it was read last", get_store_good_at },
	{ "read_seconds", "how long that took", get_store_read_seconds },
	{ "error", "why it could not be read", get_store_error },
};

const struct field *
field_store_table(size_t *count)
{
	*count = sizeof(store_fields) / sizeof(*store_fields);
	return store_fields;
}
