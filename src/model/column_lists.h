/* SPDX-License-Identifier: MIT
 * The tables behind column.c: one a list, and the layouts of all. */
#ifndef MODEL_COLUMN_LISTS_H
#define MODEL_COLUMN_LISTS_H

#include <stddef.h>

#include "model/column.h"

extern const struct column columns_jobs[];
extern const size_t columns_jobs_count;
extern const struct column columns_partitions[];
extern const size_t columns_partitions_count;
extern const struct column columns_stores[];
extern const size_t columns_stores_count;

/* Of all lists; within a list the widest first, the last with min_width 0. */
extern const struct column_layout column_layouts[];
extern const size_t column_layouts_count;

#endif
