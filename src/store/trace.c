/* SPDX-License-Identifier: MIT */
#include "store/trace.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/trace_call.h"

struct call
trace_begin_key(struct store *store, const char *name, struct key key)
{
	struct trace *trace = (struct trace *)store;

	trace->inner->deadline = store->deadline;
	atomic_store(&trace->inner->interrupted, false);
	if (atomic_load(&store->interrupted))
		atomic_store(&trace->inner->interrupted, true);
	return (struct call){ trace, name, key, clock_monotonic() };
}

struct call
trace_begin(struct store *store, const char *name)
{
	return trace_begin_key(store, name, (struct key){ SPAN_NONE, SPAN_NONE });
}

void
trace_end(
	const struct call *call, bool failed, const struct err *err, const char *outcome)
{
	struct store *inner = call->trace->inner, *store = &call->trace->store;
	int64_t took = clock_monotonic() - call->started;
	struct str key = { 0 };

	if (call->key.job.at != NULL) {
		str_add_char(&key, ' ');
		key_add(&key, call->key);
	}
	store->facts = inner->facts;
	store->capabilities = inner->capabilities;
	log_add("%s %s%s: %s%s in %lld.%03lld ms", store->config->name, call->name,
		str_text(&key), failed ? "FAILED: " : "",
		failed && err != NULL ? err->text : outcome,
		(long long)(took / MILLISECOND), (long long)(took % MILLISECOND));
	str_free(&key);
}

static void
trace_close(struct store *store)
{
	struct trace *trace = (struct trace *)store;
	struct call call = trace_begin(store, "close");

	trace->inner->backend->close(trace->inner);
	log_add("%s close in %lld us", store->config->name,
		(long long)(clock_monotonic() - call.started));
	free(trace);
}

static int
trace_changed(struct store *store, bool *changed, struct err *err)
{
	struct call call = trace_begin(store, "changed");
	struct store *inner = call.trace->inner;
	int status = inner->backend->changed(inner, changed, err);

	trace_end(&call, status != 0, err, *changed ? "yes" : "no");
	return status;
}

/* Counts the rows on their way. */
struct counted {
	store_row_fn *row;
	void *arg;
	size_t count, damaged;
};

static void
count_row(void *arg, const struct ckpt *row)
{
	struct counted *counted = arg;

	counted->count++;
	counted->damaged += row->damage.at != NULL;
	counted->row(counted->arg, row);
}

static void
end_rows(const struct call *call, int status, const struct err *err,
	const struct counted *counted, const char *how)
{
	struct str outcome = { 0 };

	str_addf(&outcome, "%zu rows, %zu damaged%s", counted->count, counted->damaged,
		how);
	trace_end(call, status != 0, err, str_text(&outcome));
	str_free(&outcome);
}

static int
trace_scan(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err)
{
	struct call call = trace_begin(store, "scan");
	struct store *inner = call.trace->inner;
	struct counted counted = { .row = row, .arg = arg };
	int status = inner->backend->scan(inner, count_row, &counted, steady, err);

	end_rows(&call, status, err, &counted, *steady ? ", steady" : ", not steady");
	return status;
}

static int
trace_scan_changes(struct store *store, store_row_fn *row, void *arg, bool *whole,
	bool *steady, struct err *err)
{
	struct call call = trace_begin(store, "scan of changes");
	struct store *inner = call.trace->inner;
	struct counted counted = { .row = row, .arg = arg };
	int status = inner->backend->scan_changes(
		inner, count_row, &counted, whole, steady, err);

	end_rows(&call, status, err, &counted,
		*whole	  ? ", the whole store"
		: *steady ? ", steady"
			  : ", not steady");
	return status;
}

static int
trace_load(struct store *store, struct key key, store_row_fn *row, void *arg,
	struct err *err)
{
	struct call call = trace_begin_key(store, "load", key);
	struct store *inner = call.trace->inner;
	struct counted counted = { .row = row, .arg = arg };
	int status = inner->backend->load(inner, key, count_row, &counted, err);

	end_rows(&call, status, err, &counted, "");
	return status;
}

const char *
trace_result_word(enum change_result result)
{
	static const char *const words[] = { [CHANGE_DONE] = "done",
		[CHANGE_CONFLICT] = "conflict",
		[CHANGE_FAILED] = "failed",
		[CHANGE_UNKNOWN] = "outcome unknown" };

	return words[result];
}

static enum change_result
trace_save(struct store *store, const struct change *change, struct err *err)
{
	struct call call = trace_begin_key(store, "save", change->key);
	struct store *inner = call.trace->inner;
	enum change_result result = inner->backend->save(inner, change, err);

	trace_end(&call, result != CHANGE_DONE, err, trace_result_word(result));
	return result;
}

static int
trace_sql_head(struct store *store, const char *sql, struct key key, struct str *out,
	bool *known, struct err *err)
{
	struct call call = trace_begin_key(store, "head", key);
	struct store *inner = call.trace->inner;
	int status = inner->backend->sql_head(inner, sql, key, out, known, err);

	trace_end(&call, status != 0, err, *known ? str_text(out) : "not known");
	return status;
}

static void
trace_interrupt(struct store *store)
{
	struct trace *trace = (struct trace *)store;

	atomic_store(&trace->inner->interrupted, true);
	if (trace->inner->backend->interrupt != NULL)
		trace->inner->backend->interrupt(trace->inner);
}

/* --- a past is looked at without a word --- */

static int64_t
trace_replay_start(const struct store *store)
{
	const struct trace *trace = (const struct trace *)store;

	return trace->inner->backend->replay->start(trace->inner);
}

static int64_t
trace_replay_next(const struct store *store, int64_t at)
{
	const struct trace *trace = (const struct trace *)store;

	return trace->inner->backend->replay->next(trace->inner, at);
}

static void
trace_replay_at(struct store *store, int64_t at)
{
	struct trace *trace = (struct trace *)store;

	trace->inner->backend->replay->at(trace->inner, at);
}

static int64_t
trace_replay_took(const struct store *store)
{
	const struct trace *trace = (const struct trace *)store;

	return trace->inner->backend->replay->took(trace->inner);
}

static const struct backend_replay trace_replay = {
	.start = trace_replay_start,
	.next = trace_replay_next,
	.at = trace_replay_at,
	.took = trace_replay_took,
};

struct store *
trace_wrap(struct store *store)
{
	const struct backend *traced = store->backend;
	struct trace *trace = mem_new(1, sizeof(*trace));
	struct backend *backend = &trace->backend;

	*backend = *traced;
	backend->close = trace_close;
	backend->changed = trace_changed;
	backend->scan = trace_scan;
	backend->load = trace_load;
	backend->interrupt = trace_interrupt;
	if (traced->scan_changes != NULL)
		backend->scan_changes = trace_scan_changes;
	if (traced->save != NULL)
		backend->save = trace_save;
	if (traced->sql_head != NULL)
		backend->sql_head = trace_sql_head;
	if (traced->operations != NULL)
		backend->operations = &trace_operations;
	if (traced->replay != NULL)
		backend->replay = &trace_replay;
	trace->inner = store;
	store_prepare(&trace->store, backend, store->config, store->mode);
	trace->store.facts = store->facts;
	trace->store.capabilities = store->capabilities;
	log_add("%s open: %s, %s", store->config->name, store->facts.kind,
		store->facts.where);
	return &trace->store;
}
