/* SPDX-License-Identifier: MIT
 * What the tests of operations share. */
#ifndef TESTS_STORE_OPERATE_H
#define TESTS_STORE_OPERATE_H

#include "bench.h"

#define RESET_AT KEPT_AT

#define OP	 "6f1d0a3e-52c4-4b8e-9d0f-3a7c1e5b9f20"
#define OTHER_OP "0b9c8d7e-1a2b-4c3d-8e4f-5a6b7c8d9e0f"

/* A row as it was examined. */
struct picture {
	struct str image, value, metadata, updated;
	unsigned hazards;
};

void picture_free(struct picture *picture);

/* Examines; fails the test when that fails. picture_free() it. */
struct picture bench_examine(struct store *store, const char *job, const char *partition);

/* The same of what a row will be once it is this image. */
struct picture bench_foresee(
	struct store *store, const char *job, const char *partition, struct span of);

void assert_not_examined(struct store *store, const char *job, const char *partition);

struct operation operation_of(const char *id, const char *action);

/* What a reset at RESET_AT makes of the row. metadata NULL: that of the row. */
struct str bench_draft(struct store *store, const struct picture *picture,
	const char *job, const char *partition, const char *value, const char *metadata);

struct edit
edit_of(const char *job, const char *partition, struct span seen, struct span wanted);

/* All are DONE. */
void assert_applied(struct store *store, const struct operation *operation,
	struct edit *edits, size_t count);

/* Somebody else's save is in the way of the edit. found: the value that is there instead,
 * or NULL. */
void assert_conflict(struct store *store, struct edit edit, const char *found);

/* A bench with one checkpoint orders/0 of the value 100, open to write, an image of it,
 * and a draft of the value 50. */
struct scene {
	struct bench *bench;
	struct store *store;
	struct picture seen;
	struct str wanted;
};

struct scene scene_open(struct bench *bench);
void scene_close(struct scene *scene);
struct edit scene_edit(const struct scene *scene); /* its reset */
struct edit scene_delete(const struct scene *scene);

#endif
