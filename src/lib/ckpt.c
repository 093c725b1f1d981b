/* SPDX-License-Identifier: MIT */
#include "lib/handle.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "lib/fence.h"
#include "lib/status.h"
#include "store/store_write.h"

struct ckpt_handle {
	char *name;	     /* of the store, for messages */
	struct store *store; /* NULL: it could not be opened */
	struct fence *fence;
	int64_t clock_shift;	    /* of the times of its saves */
	struct err err;		    /* of the last call */
	bool found;		    /* what the last read found: a row, */
	struct ckpt row;	    /* this one, */
	struct str value, metadata; /* with this memory */
	struct str damage;
	struct str stored; /* what the last save became in the store */
};

/* --- handles --- */

static struct ckpt_handle *
new_handle(void)
{
	struct ckpt_handle *handle = mem_new(1, sizeof(*handle));

	handle->fence = fence_new();
	return handle;
}

enum ckpt_status
handle_open(
	struct ckpt_handle **out, const struct store_config *config, enum store_mode mode)
{
	struct ckpt_handle *handle = *out = new_handle();

	handle->name = config->name != NULL ? mem_copy(config->name, strlen(config->name))
					    : store_uri_redacted(config->uri);
	store_open(&handle->store, config, mode, &handle->err);
	return lib_status(&handle->err);
}

enum ckpt_status
ckpt_open(struct ckpt_handle **out, const char *uri)
{
	struct store_config config = { .uri = uri };

	if (out == NULL)
		return CKPT_USAGE;
	if (uri != NULL)
		return handle_open(out, &config, STORE_WRITE);
	*out = new_handle();
	err_set(&(*out)->err, ERR_USAGE, "ckpt_open: no URI was given");
	return CKPT_USAGE;
}

int
handle_create(const struct store_config *config, bool *made, struct err *err)
{
	return store_create(config, made, err);
}

void
handle_shift_clock(struct ckpt_handle *handle, int64_t shift)
{
	handle->clock_shift = shift;
}

struct span
handle_stored(const struct ckpt_handle *handle)
{
	return str_span(&handle->stored);
}

void
ckpt_close(struct ckpt_handle *handle)
{
	if (handle == NULL)
		return;
	store_close(handle->store);
	fence_free(handle->fence);
	str_free(&handle->value);
	str_free(&handle->metadata);
	str_free(&handle->damage);
	str_free(&handle->stored);
	free(handle->name);
	free(handle);
}

const char *
ckpt_error(const struct ckpt_handle *handle)
{
	return handle == NULL ? "there is no handle" : handle->err.text;
}

/* --- reading --- */

/* Starts a call: checks what every call is given. */
static int
begin(struct ckpt_handle *handle, const char *call, const char *job,
	const char *partition, struct key *key)
{
	struct err *err = &handle->err;

	if (handle->store == NULL) {
		if (!err_is_set(err))
			err_set(err, ERR_FAILED, "%s: the store is not open", call);
		return -1;
	}
	err_clear(err);
	if (job == NULL || job[0] == '\0')
		return err_set(err, ERR_USAGE, "%s: no job was given", call);
	if (partition == NULL)
		return err_set(err, ERR_USAGE, "%s: no partition was given", call);
	key->job = span_of(job);
	key->partition = span_of(partition);
	return 0;
}

/* A copy of a span in memory of ours; none stays none. */
static struct span
keep(struct str *memory, struct span span)
{
	str_clear(memory);
	if (span.at == NULL)
		return SPAN_NONE;
	str_add_span(memory, span);
	return (struct span){ str_text(memory), memory->len };
}

static void
keep_row(void *arg, const struct ckpt *row)
{
	struct ckpt_handle *handle = arg;

	handle->found = true;
	handle->row = (struct ckpt){ .storage = row->storage };
	handle->row.value = keep(&handle->value, row->value);
	handle->row.metadata = keep(&handle->metadata, row->metadata);
	handle->row.damage = keep(&handle->damage, row->damage);
	if (row->damage_detail.len > 0) {
		str_addf(&handle->damage, ": %.*s", (int)row->damage_detail.len,
			row->damage_detail.at);
		handle->row.damage = str_span(&handle->damage);
	}
}

/* Reads what is there now; that nothing is there is no failure. */
static int
read_now(struct ckpt_handle *handle, struct key key)
{
	struct err err = { 0 };

	handle->found = false;
	if (store_load(handle->store, key, keep_row, handle, &err) == 0)
		return 0;
	handle->found = false;
	if (err.kind == ERR_NOT_FOUND)
		return 0;
	handle->err = err;
	return -1;
}

/* There is none as far as this role is shown. */
static void
say_hidden(struct ckpt_handle *handle, struct key key)
{
	const char *hides = store_facts(handle->store)->hides;
	struct str name = { 0 };

	if (hides == NULL)
		return;
	key_add(&name, key);
	err_set(&handle->err, ERR_NOT_FOUND,
		"%s: there is no checkpoint %s that this role may see: %s may hide it",
		handle->name, str_text(&name), hides);
	str_free(&name);
}

static void
say_damaged(struct ckpt_handle *handle, struct key key, enum err_kind kind,
	const char *advice)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(&handle->err, kind, "%s: the checkpoint %s is there but damaged (%s); %s",
		handle->name, str_text(&name), str_text(&handle->damage), advice);
	str_free(&name);
}

enum ckpt_status
ckpt_load(struct ckpt_handle *handle, const char *job, const char *partition,
	const char **value, const char **metadata)
{
	struct key key;

	if (handle == NULL)
		return CKPT_USAGE;
	if (value != NULL)
		*value = NULL;
	if (metadata != NULL)
		*metadata = "";
	if (begin(handle, "ckpt_load", job, partition, &key) != 0 ||
		read_now(handle, key) != 0)
		return lib_status(&handle->err);
	if (!handle->found) {
		fence_set_absent(handle->fence, key);
		say_hidden(handle, key);
		return CKPT_NOT_FOUND;
	}
	if (handle->row.damage.at != NULL) {
		fence_forget(handle->fence, key);
		say_damaged(handle, key, ERR_DAMAGED, "do not start from the beginning");
		return CKPT_UNREADABLE;
	}
	fence_set_value(handle->fence, key, handle->row.value);
	if (value != NULL)
		*value = handle->row.value.at;
	if (metadata != NULL && handle->row.metadata.at != NULL)
		*metadata = handle->row.metadata.at;
	return CKPT_OK;
}

/* --- writing --- */

static int
begin_save(struct ckpt_handle *handle, const char *call, struct change *change,
	const char *job, const char *partition, const char *value, const char *metadata)
{
	struct err *err = &handle->err;

	*change = (struct change){ .updated_at = clock_now() + handle->clock_shift,
		.stored = &handle->stored };
	str_clear(&handle->stored);
	if (begin(handle, call, job, partition, &change->key) != 0)
		return -1;
	if (value == NULL)
		return err_set(err, ERR_USAGE, "%s: no value was given", call);
	change->value = span_of(value);
	change->metadata = span_of(metadata);
	if (metadata == NULL)
		return 0;
	if (json_check_strict(change->metadata, err) != 0)
		err_prefix(err, "%s: nothing was written, metadata", call);
	return err_is_set(err) ? -1 : 0;
}

/* Reads what is in the way of a save; something damaged is not written over. */
static int
read_before_save(struct ckpt_handle *handle, struct key key)
{
	if (read_now(handle, key) != 0)
		return -1;
	if (handle->found && handle->row.damage.at != NULL)
		say_damaged(handle, key, ERR_REFUSED, "nothing was written");
	return err_is_set(&handle->err) ? -1 : 0;
}

/* As it is read from now on. */
static struct span
stored_value(const struct change *change)
{
	return change->stored->len > 0 ? str_span(change->stored) : change->value;
}

/* It is there, or what was there before still is: both let the next save go on. Where
 * nobody looked what was there, the next save has to. */
static void
doubt(struct fence *fence, const struct change *change)
{
	switch (change->guard.kind) {
	case GUARD_NONE: fence_forget(fence, change->key); return;
	case GUARD_ABSENT: fence_set_absent(fence, change->key); break;
	case GUARD_VALUE: fence_set_value(fence, change->key, change->guard.value); break;
	}
	fence_set_doubtful(fence, change->key, stored_value(change));
}

/* Makes the change, and remembers what that means for the next save. */
static enum ckpt_status
write_now(struct ckpt_handle *handle, const struct change *change)
{
	switch (store_save(handle->store, change, &handle->err)) {
	case CHANGE_DONE:
		fence_set_value(handle->fence, change->key, stored_value(change));
		break;
	case CHANGE_UNKNOWN: doubt(handle->fence, change); break;
	case CHANGE_CONFLICT:
	case CHANGE_FAILED: break;
	}
	return lib_status(&handle->err);
}

/* What was read just now, in words. */
static const char *
found_value(const struct ckpt_handle *handle)
{
	if (!handle->found)
		return "absent";
	if (handle->row.value.at == NULL)
		return "null";
	return handle->row.value.len > 0 ? handle->row.value.at : "empty";
}

static enum ckpt_status
say_fenced(struct ckpt_handle *handle, struct key key, const struct fence_post *post)
{
	struct str name = { 0 };
	const char *expected = "absent";

	if (post->present)
		expected = post->null		 ? "null"
			   : post->value.len > 0 ? str_text(&post->value)
						 : "empty";
	key_add(&name, key);
	err_set(&handle->err, ERR_CONFLICT,
		"%s: the checkpoint %s was changed by someone else, it is %.100s now and "
		"not %.100s; nothing was written, load it again or stop",
		handle->name, str_text(&name), found_value(handle), expected);
	str_free(&name);
	return CKPT_FENCED;
}

/* The caller's condition does not hold; nobody need have changed anything. */
static enum ckpt_status
say_unmet(struct ckpt_handle *handle, struct key key, const char *expected)
{
	struct str name = { 0 };

	if (expected == NULL)
		expected = "absent";
	key_add(&name, key);
	err_set(&handle->err, ERR_CONFLICT,
		"%s: the checkpoint %s is %.100s, not %.100s as required; nothing was "
		"written, look at it before you try again",
		handle->name, str_text(&name), found_value(handle),
		*expected != '\0' ? expected : "empty");
	str_free(&name);
	return CKPT_FENCED;
}

/* Writes what must still be as it was read a moment ago. */
static enum ckpt_status
write_over_row(struct ckpt_handle *handle, struct change *change)
{
	change->guard.kind = handle->found ? GUARD_VALUE : GUARD_ABSENT;
	change->guard.value = handle->row.value;
	change->guard.storage = handle->row.storage;
	return write_now(handle, change);
}

enum ckpt_status
ckpt_save(struct ckpt_handle *handle, const char *job, const char *partition,
	const char *value, const char *metadata)
{
	const struct fence_post *post;
	struct change change;

	if (handle == NULL)
		return CKPT_USAGE;
	if (begin_save(handle, "ckpt_save", &change, job, partition, value, metadata) !=
			0 ||
		read_before_save(handle, change.key) != 0)
		return lib_status(&handle->err);
	post = fence_find(handle->fence, change.key);
	if (post != NULL && !fence_holds(post, handle->found ? &handle->row : NULL))
		return say_fenced(handle, change.key, post);
	return write_over_row(handle, &change);
}

enum ckpt_status
ckpt_save_if(struct ckpt_handle *handle, const char *job, const char *partition,
	const char *value, const char *metadata, const char *expected)
{
	struct change change;
	bool holds;

	if (handle == NULL)
		return CKPT_USAGE;
	if (begin_save(handle, "ckpt_save_if", &change, job, partition, value,
		    metadata) != 0 ||
		read_before_save(handle, change.key) != 0)
		return lib_status(&handle->err);
	holds = expected == NULL ? !handle->found
				 : handle->found && handle->row.value.at != NULL &&
					   span_is(handle->row.value, expected);
	if (!holds)
		return say_unmet(handle, change.key, expected);
	return write_over_row(handle, &change);
}

enum ckpt_status
ckpt_save_unfenced(struct ckpt_handle *handle, const char *job, const char *partition,
	const char *value, const char *metadata)
{
	struct change change;

	if (handle == NULL)
		return CKPT_USAGE;
	if (begin_save(handle, "ckpt_save_unfenced", &change, job, partition, value,
		    metadata) != 0)
		return lib_status(&handle->err);
	return write_now(handle, &change);
}
