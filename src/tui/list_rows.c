/* SPDX-License-Identifier: MIT */
#include "tui/list_rows.h"

#include <string.h>

#include "base/mem.h"
#include "model/board.h"

struct row_id
row_id_of(enum column_list kind, const void *row)
{
	struct row_id id = { SPAN_NONE, SPAN_NONE, SPAN_NONE };

	if (kind == COLUMNS_JOBS) {
		const struct board_job *job = row;
		id.store = span_of(job->board->store.name);
		id.job = job->job;
	} else if (kind == COLUMNS_PARTITIONS) {
		const struct board_row *checkpoint = row;
		id.store = span_of(checkpoint->board->store.name);
		id.job = checkpoint->key.job;
		id.partition = checkpoint->key.partition;
	} else {
		const struct board *board = row;
		id.store = span_of(board->store.name);
	}
	return id;
}

bool
row_id_equal(const struct row_id *a, const struct row_id *b)
{
	return span_equal(a->partition, b->partition) && span_equal(a->job, b->job) &&
	       span_equal(a->store, b->store);
}

unsigned long long
row_id_hash(const struct row_id *id)
{
	unsigned long long hash = span_hash(id->store);

	hash = hash * 1099511628211ull + span_hash(id->job);
	return hash * 1099511628211ull + span_hash(id->partition);
}

static void
copy_span(char **memory, struct span *out, struct span span)
{
	*out = span;
	if (span.at == NULL)
		return;
	if (span.len > 0)
		memcpy(*memory, span.at, span.len);
	out->at = *memory;
	*memory += span.len;
}

void *
row_id_copy(struct row_id *out, const struct row_id *id)
{
	char *memory = mem_new(id->store.len + id->job.len + id->partition.len + 1, 1);
	char *at = memory;

	copy_span(&at, &out->store, id->store);
	copy_span(&at, &out->job, id->job);
	copy_span(&at, &out->partition, id->partition);
	return memory;
}

static const struct board *
board_of(enum column_list kind, const void *row)
{
	if (kind == COLUMNS_JOBS)
		return ((const struct board_job *)row)->board;
	if (kind == COLUMNS_PARTITIONS)
		return ((const struct board_row *)row)->board;
	return row;
}

enum state
row_state(enum column_list kind, const void *row)
{
	const struct board_store *store = &board_of(kind, row)->store;

	if (kind == COLUMNS_JOBS)
		return ((const struct board_job *)row)->state;
	if (kind == COLUMNS_PARTITIONS)
		return ((const struct board_row *)row)->state;
	return store->reachable || !store->opened ? STATE_OK : STATE_CRIT;
}

enum style
row_state_style(enum column_list kind, const void *row)
{
	static const enum style styles[STATES] = {
		[STATE_OK] = STYLE_STATE_OK,
		[STATE_RPLY] = STYLE_STATE_RPLY,
		[STATE_WARN] = STYLE_STATE_WARN,
		[STATE_UNKN] = STYLE_STATE_UNKN,
		[STATE_CRIT] = STYLE_STATE_CRIT,
	};
	return styles[row_state(kind, row)];
}

bool
row_is_old(enum column_list kind, const void *row)
{
	const struct board_store *store = &board_of(kind, row)->store;

	return kind != COLUMNS_STORES && store->opened && !store->reachable;
}

bool
row_moved(enum column_list kind, const void *row)
{
	if (kind != COLUMNS_PARTITIONS)
		return false;
	const struct board_row *checkpoint = row;
	const struct board_store *store = &checkpoint->board->store;
	return !checkpoint->moved.at_least && checkpoint->moved.at != TIME_NONE &&
	       store->good_at != TIME_NONE &&
	       checkpoint->moved.at > store->good_at - store->interval;
}
