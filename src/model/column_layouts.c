/* SPDX-License-Identifier: MIT
 * Where the columns stand, by the width of the screen. Each line: name, gap before it,
 * width (0: the rest), how far it may grow for long names, another title. */
#include "model/column_lists.h"

#define JOB_GROWS	40
#define PARTITION_GROWS 24
#define VALUE_GROWS	26
#define STORE_GROWS	24

/* --- jobs --- */

static const struct column_place jobs_120[] = {
	{ "state", 1, 4, 0, NULL },
	{ "since", 1, 6, 0, NULL },
	{ "age", 1, 4, 0, NULL },
	{ "job", 2, 18, JOB_GROWS, NULL },
	{ "bad", 1, 6, 0, NULL },
	{ "lag", 1, 6, 0, NULL },
	{ "rate", 1, 7, 0, NULL },
	{ "eta", 1, 5, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "wmark", 2, 5, 0, NULL },
	{ "trend", 2, 10, 0, NULL },
	{ "why", 2, 0, 0, NULL },
};

static const struct column_place jobs_100[] = {
	{ "state", 1, 4, 0, NULL },
	{ "since", 1, 6, 0, NULL },
	{ "age", 1, 4, 0, NULL },
	{ "job", 2, 18, JOB_GROWS, NULL },
	{ "bad", 1, 6, 0, NULL },
	{ "lag", 1, 6, 0, NULL },
	{ "rate", 1, 7, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "wmark", 2, 5, 0, NULL },
	{ "why", 2, 0, 0, NULL },
};

/* The age has one cell more than it needs: there is no SINCE to carry the mark of a
 * trouble that may be older. */
static const struct column_place jobs_80[] = {
	{ "state", 1, 4, 0, NULL },
	{ "age", 0, 5, 0, NULL },
	{ "job", 1, 15, JOB_GROWS, NULL },
	{ "bad", 1, 6, 0, NULL },
	{ "lag", 1, 6, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "why", 2, 0, 0, NULL },
};

static const struct column_place jobs_60[] = {
	{ "state", 1, 4, 0, NULL },
	{ "age", 0, 5, 0, NULL },
	{ "job", 1, 15, 0, NULL },
	{ "bad", 1, 6, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "why", 2, 0, 0, NULL },
};

static const struct column_place jobs_40[] = {
	{ "state", 0, 4, 0, NULL },
	{ "age", 1, 3, 0, NULL },
	{ "problem", 1, 0, 0, NULL },
};

static const struct column_place jobs_0[] = {
	{ "state", 0, 4, 0, NULL },
	{ "problem", 1, 0, 0, NULL },
};

/* --- the checkpoints of a job --- */

static const struct column_place partitions_120[] = {
	{ "state", 2, 4, 0, NULL },
	{ "since", 1, 6, 0, NULL },
	{ "age", 1, 3, 0, NULL },
	{ "partition", 1, 5, PARTITION_GROWS, NULL },
	{ "value", 1, 11, VALUE_GROWS, NULL },
	{ "moved", 1, 9, 0, NULL },
	{ "lag", 1, 9, 0, NULL },
	{ "rate", 1, 5, 0, NULL },
	{ "eta", 1, 6, 0, NULL },
	{ "updated", 1, 8, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "wmark", 1, 5, 0, NULL },
	{ "trend", 2, 10, 0, NULL },
	{ "note", 2, 0, 0, NULL },
};

static const struct column_place partitions_100[] = {
	{ "state", 2, 4, 0, NULL },
	{ "since", 1, 6, 0, NULL },
	{ "age", 1, 3, 0, NULL },
	{ "partition", 1, 5, PARTITION_GROWS, NULL },
	{ "value", 1, 11, VALUE_GROWS, NULL },
	{ "moved", 1, 9, 0, NULL },
	{ "lag", 1, 9, 0, NULL },
	{ "rate", 1, 5, 0, NULL },
	{ "updated", 1, 8, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "wmark", 1, 5, 0, NULL },
	{ "note", 2, 0, 0, NULL },
};

static const struct column_place partitions_80[] = {
	{ "state", 2, 4, 0, NULL },
	{ "age", 0, 5, 0, NULL },
	{ "partition", 1, 5, PARTITION_GROWS, NULL },
	{ "value", 1, 12, VALUE_GROWS, NULL },
	{ "moved", 1, 8, 0, "MOVE/min" },
	{ "lag", 1, 10, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "wmark", 1, 5, 0, NULL },
	{ "note", 1, 0, 0, NULL },
};

/* Without its lag the speed says little, and the note needs the room. */
static const struct column_place partitions_60[] = {
	{ "state", 2, 4, 0, NULL },
	{ "age", 0, 5, 0, NULL },
	{ "partition", 1, 5, PARTITION_GROWS, NULL },
	{ "value", 1, 12, 0, NULL },
	{ "upd", 1, 4, 0, NULL },
	{ "wmark", 1, 5, 0, NULL },
	{ "note", 1, 0, 0, NULL },
};

static const struct column_place partitions_40[] = {
	{ "state", 0, 4, 0, NULL },
	{ "age", 1, 3, 0, NULL },
	{ "partition", 1, 5, 12, NULL },
	{ "note", 1, 0, 0, NULL },
};

static const struct column_place partitions_0[] = {
	{ "state", 0, 4, 0, NULL },
	{ "partition", 1, 5, 12, NULL },
	{ "note", 1, 0, 0, NULL },
};

/* --- stores --- */

static const struct column_place stores_120[] = {
	{ "state", 2, 4, 0, NULL },
	{ "since", 1, 6, 0, NULL },
	{ "age", 2, 4, 0, NULL },
	{ "store", 2, 11, STORE_GROWS, NULL },
	{ "kind", 2, 13, 0, NULL },
	{ "where", 1, 0, 0, NULL },
	{ "jobs", 1, 4, 0, NULL },
	{ "ckpts", 2, 5, 0, NULL },
	{ "read", 2, 15, 0, NULL },
	{ "good", 1, 9, 0, NULL },
};

static const struct column_place stores_100[] = {
	{ "state", 2, 4, 0, NULL },
	{ "since", 1, 6, 0, NULL },
	{ "age", 2, 4, 0, NULL },
	{ "store", 2, 11, STORE_GROWS, NULL },
	{ "kind", 2, 13, 0, NULL },
	{ "where", 1, 0, 0, NULL },
	{ "jobs", 1, 4, 0, NULL },
	{ "ckpts", 1, 5, 0, NULL },
	{ "p95", 2, 6, 0, NULL },
	{ "good", 1, 9, 0, NULL },
};

static const struct column_place stores_80[] = {
	{ "state", 2, 4, 0, NULL },
	{ "age", 0, 5, 0, NULL },
	{ "store", 1, 11, STORE_GROWS, NULL },
	{ "kind", 2, 13, 0, NULL },
	{ "jobs", 1, 4, 0, NULL },
	{ "ckpts", 1, 5, 0, NULL },
	{ "p95", 2, 6, 0, NULL },
	{ "good", 1, 9, 0, NULL },
};

static const struct column_place stores_60[] = {
	{ "state", 2, 4, 0, NULL },
	{ "age", 0, 5, 0, NULL },
	{ "store", 1, 11, STORE_GROWS, NULL },
	{ "jobs", 1, 4, 0, NULL },
	{ "ckpts", 1, 5, 0, NULL },
	{ "p95", 2, 6, 0, NULL },
	{ "good", 1, 9, 0, NULL },
};

static const struct column_place stores_40[] = {
	{ "state", 0, 4, 0, NULL },
	{ "age", 1, 3, 0, NULL },
	{ "store", 1, 0, 0, NULL },
	{ "ckpts", 1, 5, 0, NULL },
	{ "good", 1, 9, 0, NULL },
};

static const struct column_place stores_0[] = {
	{ "state", 0, 4, 0, NULL },
	{ "store", 1, 0, 0, NULL },
};

/* --- the ladder --- */

#define LAYOUT(list, min_width, places, keep)                                            \
	{                                                                                \
		list, min_width, places, sizeof(places) / sizeof(places[0]), keep        \
	}

const struct column_layout column_layouts[] = {
	LAYOUT(COLUMNS_JOBS, 120, jobs_120, 27),
	LAYOUT(COLUMNS_JOBS, 100, jobs_100, 27),
	LAYOUT(COLUMNS_JOBS, 80, jobs_80, 27),
	LAYOUT(COLUMNS_JOBS, 60, jobs_60, 17),
	LAYOUT(COLUMNS_JOBS, 40, jobs_40, 0),
	LAYOUT(COLUMNS_JOBS, 0, jobs_0, 0),
	LAYOUT(COLUMNS_PARTITIONS, 120, partitions_120, 12),
	LAYOUT(COLUMNS_PARTITIONS, 100, partitions_100, 12),
	LAYOUT(COLUMNS_PARTITIONS, 80, partitions_80, 12),
	LAYOUT(COLUMNS_PARTITIONS, 60, partitions_60, 12),
	LAYOUT(COLUMNS_PARTITIONS, 40, partitions_40, 17),
	LAYOUT(COLUMNS_PARTITIONS, 0, partitions_0, 8),
	LAYOUT(COLUMNS_STORES, 120, stores_120, 12),
	LAYOUT(COLUMNS_STORES, 100, stores_100, 12),
	LAYOUT(COLUMNS_STORES, 80, stores_80, 0),
	LAYOUT(COLUMNS_STORES, 60, stores_60, 0),
	LAYOUT(COLUMNS_STORES, 40, stores_40, 0),
	LAYOUT(COLUMNS_STORES, 0, stores_0, 0),
};

const size_t column_layouts_count = sizeof(column_layouts) / sizeof(column_layouts[0]);
