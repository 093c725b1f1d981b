/* SPDX-License-Identifier: MIT
 *
 * The gate in front of the back ends. What must hold for every store is checked here
 * once: that the URI and its settings are understood (prepared.c), that a handle opened
 * to read does not write, that nothing is written while the clock is frozen, that a
 * handle stays with its thread and process, that a call ends in time or when it is
 * interrupted. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/edits.h"
#include "store/gate.h"
#include "store/prepared.h"
#include "store/statements.h"
#include "store/trace.h"

/* --- opening and closing --- */

static int64_t
timeout_of(const struct store *store)
{
	return store->config->timeout > 0 ? store->config->timeout : STORE_TIMEOUT;
}

void
store_extend(struct store *store)
{
	store->deadline = clock_monotonic() + timeout_of(store);
}

void
store_prepare(struct store *store, const struct backend *backend,
	const struct store_config *config, enum store_mode mode)
{
	store->backend = backend;
	store->config = config;
	store->mode = mode;
	store->owner = thread_self();
	store->process = getpid();
	store->incomplete = true;
	store_extend(store);
}

int
gate_is_writable(const struct store_config *config, struct err *err)
{
	if (!config->read_only)
		return 0;
	return err_set(err, ERR_REFUSED, "%s is read-only%s%s%s; nothing was written",
		config->name, config->read_only_why ? " (" : "",
		config->read_only_why ? config->read_only_why : "",
		config->read_only_why ? ")" : "");
}

int
gate_may_write(const struct store_config *config, struct err *err)
{
	if (gate_is_writable(config, err) != 0)
		return -1;
	if (clock_is_frozen())
		return err_set(err, ERR_REFUSED,
			"the clock stands still (CKPTOP_NOW), so nothing is written; "
			"unset it to write to %s",
			config->name);
	return 0;
}

int
gate_is_written(const struct store_config *config, struct err *err)
{
	if (store_setting(config, "query") == NULL || statements_make_writable(config))
		return 0;
	return err_set(err, ERR_REFUSED,
		"%s: what a query returns is only read, for there is no reset_sql that "
		"says how it is written; nothing was written; change it with the program "
		"that it belongs to%s%s%s%s",
		config->name, config->on_reset != NULL ? "; to reset: " : "",
		config->on_reset != NULL ? config->on_reset : "",
		config->on_delete != NULL ? "; to delete: " : "",
		config->on_delete != NULL ? config->on_delete : "");
}

int
gate_refuse(const struct store *store, struct err *err)
{
	const struct store_config *config = store->config;

	if (gate_is_written(config, err) != 0)
		return -1;
	if (store->facts.view != NULL)
		return edit_view(store->facts.view, store->facts.view_name, err);
	if (statements_make_writable(config))
		return err_set(err, ERR_REFUSED,
			"%s: nothing is saved through a query; nothing was written; save "
			"it with the program that it belongs to, or change what is there "
			"with ckptop reset",
			config->name);
	return err_set(err, ERR_REFUSED,
		"%s cannot be written to: a %s store is only read; nothing was written",
		config->name, store->backend->scheme);
}

static int
cannot_save(const struct store *store, const char *where, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"%s cannot be written to (%s); nothing was written", store->config->name,
		where);
}

int
store_open(struct store **out, const struct store_config *config, enum store_mode mode,
	struct err *err)
{
	const struct backend *backend;
	struct store_config *prepared;
	struct store *store;

	*out = NULL;
	if (prepared_new(&prepared, &backend, config, err) != 0)
		return -1;
	if (mode == STORE_WRITE && (gate_may_write(prepared, err) != 0 ||
					   gate_is_written(prepared, err) != 0))
		goto failed;
	if (mode == STORE_WRITE && backend->save == NULL) {
		err_set(err, ERR_REFUSED,
			"%s cannot be written to: a %s store is only read; nothing was "
			"written",
			prepared->name, backend->scheme);
		goto failed;
	}
	if (backend->open(&store, prepared, mode, err) != 0)
		goto failed;
	store_prepare(store, backend, prepared, mode);
	if (mode == STORE_WRITE && !(store->capabilities & STORE_CAN_SAVE) &&
		!statements_make_writable(prepared)) {
		gate_refuse(store, err);
		backend->close(store);
		goto failed;
	}
	*out = log_is_open() ? trace_wrap(store) : store;
	return 0;
failed:
	prepared_free(prepared);
	return -1;
}

void
store_close(struct store *store)
{
	const struct store_config *config;

	/* What a child of fork() inherited is its parent's: closing it there would drop
	 * locks and remove files that the parent relies on. */
	if (store == NULL || store->process != getpid())
		return;
	config = store->config;
	store->backend->close(store);
	prepared_free(config);
}

int
store_create(const struct store_config *config, bool *made, struct err *err)
{
	const struct backend *backend;
	struct store_config *prepared;
	int status = -1;

	*made = false;
	if (prepared_new(&prepared, &backend, config, err) != 0)
		return -1;
	if (gate_may_write(prepared, err) != 0 || gate_is_written(prepared, err) != 0)
		goto out;
	/* The tables behind a query are somebody else's: nothing is made of them. */
	if (store_setting(prepared, "query") != NULL) {
		status = 0;
		goto out;
	}
	if (backend->create == NULL) {
		err_set(err, ERR_REFUSED,
			"%s: a %s store cannot be made by ckptop; nothing was made; make "
			"it with what belongs to it",
			prepared->name, backend->scheme);
		goto out;
	}
	status = backend->create(prepared, made, err);
out:
	prepared_free(prepared);
	return status;
}

/* --- calls --- */

/* By store_interrupt() for the present call, by config->stop for all to come. */
static bool
is_stopped(const struct store *store)
{
	const atomic_bool *stop = store->config->stop;

	return atomic_load(&store->interrupted) || (stop != NULL && atomic_load(stop));
}

static int
interrupted(struct store *store, struct err *err)
{
	return err_set(err, ERR_UNREACHABLE, "%s: interrupted", store->config->name);
}

int
gate_begin(struct store *store, struct err *err)
{
	if (store->owner != thread_self() || store->process != getpid())
		return err_set(err, ERR_FAILED,
			"%s was opened by another %s and cannot be used in this one; "
			"open it here",
			store->config->name,
			store->process != getpid() ? "process" : "thread");
	atomic_store(&store->interrupted, false);
	if (is_stopped(store))
		return interrupted(store, err);
	store_extend(store);
	return 0;
}

int
gate_end(struct store *store, int status, struct err *err)
{
	if (status == 0 && is_stopped(store))
		return interrupted(store, err);
	return status;
}

/* Ends a scan: until one is complete everything has changed. */
static int
end_scan(struct store *store, int status, struct err *err)
{
	status = gate_end(store, status, err);
	store->incomplete = status != 0;
	return status;
}

bool
store_must_stop(struct store *store, struct err *err)
{
	int64_t timeout = timeout_of(store);

	if (is_stopped(store)) {
		interrupted(store, err);
		return true;
	}
	if (clock_monotonic() < store->deadline)
		return false;
	err_set(err, ERR_UNREACHABLE, "%s: no answer for %lld.%lld s; given up",
		store->config->name, (long long)(timeout / SECOND),
		(long long)(timeout % SECOND / (SECOND / 10)));
	return true;
}

void
store_interrupt(struct store *store)
{
	atomic_store(&store->interrupted, true);
	if (store->backend->interrupt != NULL)
		store->backend->interrupt(store);
}

const struct store_facts *
store_facts(const struct store *store)
{
	return &store->facts;
}

int64_t
store_clock_ahead(const struct store *store)
{
	return store->clock_ahead;
}

size_t
store_rows_expected(const struct store *store)
{
	return store->rows_expected;
}

unsigned
store_capabilities(const struct store *store)
{
	bool can_make = store->backend->create != NULL &&
			store_setting(store->config, "query") == NULL;

	return store->capabilities | (can_make ? STORE_CAN_INIT : 0);
}

int
store_changed(struct store *store, bool *changed, struct err *err)
{
	*changed = true;
	if (gate_begin(store, err) != 0)
		return -1;
	if (gate_end(store, store->backend->changed(store, changed, err), err) != 0)
		return -1;
	*changed |= store->incomplete;
	return 0;
}

/* Whom the rows of a call are for. */
struct reader {
	store_row_fn *row;
	void *arg;
};

/* A text with a NUL in it is another one for every program that reads it as a string:
 * such a value is damaged, whatever the back end. */
static void
hand_on(void *arg, const struct ckpt *row)
{
	const struct reader *reader = arg;
	struct span value = row->value;
	struct ckpt damaged;

	if (row->damage.at == NULL && value.len > 0 &&
		memchr(value.at, '\0', value.len) != NULL) {
		damaged = *row;
		damaged.damage = SPAN("NUL byte in the value");
		row = &damaged;
	}
	reader->row(reader->arg, row);
}

int
store_scan(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err)
{
	struct reader reader = { row, arg };

	*steady = false;
	if (gate_begin(store, err) != 0)
		return -1;
	return end_scan(
		store, store->backend->scan(store, hand_on, &reader, steady, err), err);
}

int
store_scan_changes(struct store *store, store_row_fn *row, void *arg, bool *whole,
	bool *steady, struct err *err)
{
	backend_scan_changes_fn *scan_changes = store->backend->scan_changes;
	struct reader reader = { row, arg };

	*whole = true;
	if (scan_changes == NULL)
		return store_scan(store, row, arg, steady, err);
	*steady = false;
	if (gate_begin(store, err) != 0)
		return -1;
	return end_scan(
		store, scan_changes(store, hand_on, &reader, whole, steady, err), err);
}

int
store_load(struct store *store, struct key key, store_row_fn *row, void *arg,
	struct err *err)
{
	struct reader reader = { row, arg };

	if (gate_begin(store, err) != 0)
		return -1;
	return gate_end(
		store, store->backend->load(store, key, hand_on, &reader, err), err);
}

int
store_sql_head(struct store *store, const char *sql, struct key key, struct str *out,
	bool *known, struct err *err)
{
	str_clear(out);
	*known = false;
	if (gate_begin(store, err) != 0)
		return -1;
	if (store->backend->sql_head == NULL)
		return err_set(err, ERR_REFUSED,
			"%s: a %s store cannot be asked with SQL for a head",
			store->config->name, store->backend->scheme);
	return gate_end(
		store, store->backend->sql_head(store, sql, key, out, known, err), err);
}

int
gate_check_key(struct key key, struct err *err)
{
	const char *fault = NULL;

	if (key.job.len == 0)
		fault = "the job is empty";
	else if (memchr(key.job.at, '\0', key.job.len) != NULL)
		fault = "there is a NUL byte in the job";
	else if (key.partition.at == NULL)
		fault = "the partition is missing";
	else if (memchr(key.partition.at, '\0', key.partition.len) != NULL)
		fault = "there is a NUL byte in the partition";
	if (fault == NULL)
		return 0;
	return err_set(err, ERR_USAGE,
		"%s; nothing was written; give the checkpoint another name", fault);
}

int
store_can_change(const struct store *store, const struct change *change, struct err *err)
{
	unsigned can = store->capabilities;

	if (gate_check_key(change->key, err) != 0)
		return -1;
	if (change->value.at == NULL)
		return err_set(err, ERR_USAGE,
			"a checkpoint needs a value; nothing was written");
	if (!(can & STORE_CAN_SAVE))
		return gate_refuse(store, err);
	if (change->guard.kind != GUARD_NONE && !(can & STORE_CAN_GUARD))
		return cannot_save(store, "it cannot compare before it writes", err);
	if (!change->keep_metadata && change->metadata.at != NULL &&
		!(can & STORE_CAN_METADATA))
		return cannot_save(store, "it has no place for metadata", err);
	return 0;
}

int
gate_is_writer(const struct store *store, struct err *err)
{
	if (store->mode == STORE_WRITE)
		return 0;
	return err_set(err, ERR_REFUSED, "%s was opened to read; nothing was written",
		store->config->name);
}

enum change_result
store_save(struct store *store, const struct change *change, struct err *err)
{
	struct change theirs = *change;

	if (change->stored != NULL)
		str_clear(change->stored);
	if (gate_begin(store, err) != 0)
		return CHANGE_FAILED;
	if (gate_is_writer(store, err) != 0 || gate_may_write(store->config, err) != 0 ||
		store_can_change(store, change, err) != 0)
		return CHANGE_FAILED;
	theirs.updated_at += store->clock_ahead;
	return store->backend->save(store, &theirs, err);
}

/* --- the past --- */

int64_t
store_replay_start(const struct store *store)
{
	return store->backend->replay->start(store);
}

int64_t
store_replay_next(const struct store *store, int64_t at)
{
	return store->backend->replay->next(store, at);
}

void
store_replay_at(struct store *store, int64_t at)
{
	store->backend->replay->at(store, at);
}

int64_t
store_replay_took(const struct store *store)
{
	return store->backend->replay->took(store);
}
