/* SPDX-License-Identifier: MIT
 * What the tests of the contract share: an empty store under test, and rows that were
 * delivered. */
#ifndef TESTS_STORE_BENCH_H
#define TESTS_STORE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "fixture.h"
#include "store/store_write.h"

/* The state of every test. */
struct bench {
	const struct fixture *fixture;
	struct site site;
	struct zone *zone; /* of naive times: UTC */
	struct store_config config;
};

/* Rows as they were delivered, copied. Ended by rows_free(). */
struct rows {
	struct arena *arena;
	struct ckpt list[512];
	size_t count;
};

/* A store_row_fn over struct rows. */
void rows_take(void *rows, const struct ckpt *row);
void rows_free(struct rows *rows);

/* The last row with this key, or NULL. */
const struct ckpt *
rows_find(const struct rows *rows, const char *job, const char *partition);

struct key key_of(const char *job, const char *partition);

/* Opens the store of the bench; fails the test when that fails. */
struct store *bench_open(const struct bench *bench, enum store_mode mode);

/* Reads everything; the rows must be freed. */
void bench_scan(struct store *store, struct rows *rows);
void bench_load(
	struct store *store, const char *job, const char *partition, struct rows *rows);
bool bench_changed(struct store *store);
/* Nothing has changed, where that can be known. */
void assert_unchanged(const struct bench *bench, struct store *store);

/* Another program writes a checkpoint. */
void bench_put(struct bench *bench, const char *job, const char *partition,
	const char *value, const char *metadata);

/* Saves without a guard; fails the test when that fails. */
void bench_save(struct store *store, const char *job, const char *partition,
	const char *value, const char *metadata);

/* A save with everything said. */
struct change change_of(const char *job, const char *partition, const char *value);

/* The value that another program reads is this one (NULL: there is none). */
void assert_outside(
	struct bench *bench, const char *job, const char *partition, const char *value);

void assert_span(struct span span, const char *expected);

/* These are the metadata, in whatever spelling the store gives back. */
void assert_metadata(const struct bench *bench, struct span span, const char *expected);

/* 2026-11-22T04:00:00.25Z */
#define KEPT_AT (1795320000 * SECOND + 250 * MILLISECOND)

/* Times as they are stored, and in which format a save at KEPT_AT leaves them: ended by
 * one without a text. */
struct kept_time {
	const char *before, *after;
};

extern const struct kept_time kept_times[];

/* The tests, by what they are about: ended by a NULL name. traits are those that a
 * fixture must have to be tested so. */
struct contract {
	const char *name;
	CMUnitTestFunction test;
	unsigned traits, capabilities;
};

extern const struct contract contract_of_handles[];
extern const struct contract contract_of_reading[];
extern const struct contract contract_of_writing[];
extern const struct contract contract_of_operating[];
extern const struct contract contract_of_guarding[];
extern const struct contract contract_of_settling[];

#endif
