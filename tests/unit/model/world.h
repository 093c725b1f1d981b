/* SPDX-License-Identifier: MIT
 * A store that is told what it contains, poll by poll, and the picture that comes out. */
#ifndef TESTS_UNIT_MODEL_WORLD_H
#define TESTS_UNIT_MODEL_WORLD_H

#include "model/records.h"

/* Sunday 2026-11-22 03:07:41 UTC. */
#define NOW (INT64_C(1795316861) * SECOND)

/* One row of the store, or the head that a provider gives for it. */
struct world_row {
	const char *job, *partition; /* NULL: "orders", "0" */
	const char *value;	     /* NULL: SQL NULL */
	int64_t updated;	     /* as RFC 3339; 0: updated_text */
	const char *updated_text;    /* NULL: no time */
	int64_t written_at;	     /* 0: not known */
	const char *metadata, *watermark, *head, *damage, *where;
	const char *lag, *state; /* of a query */
	const char *asked_head;	 /* of a head provider */
	unsigned flags;
};

struct world {
	struct records_setup setup;
	struct rule rule_list[4];
	struct rules rules;
	struct records *records; /* NULL: made by the first poll from setup and rules */
	struct board *board;
};

void world_start(struct world *world);
void world_stop(struct world *world);

/* Another rule for jobs of this pattern, to be filled before the first poll. */
struct rule *world_rule(struct world *world, const char *match);

/* A whole poll of a store that contains these rows. */
void
world_poll(struct world *world, int64_t now, const struct world_row *rows, size_t count);
#define POLL(world, now, ...)                                                            \
	world_poll(world, now, (const struct world_row[]){ __VA_ARGS__ },                \
		sizeof((const struct world_row[]){ __VA_ARGS__ }) /                      \
			sizeof(struct world_row))

/* A poll that finds nothing changed, and one that gets no answer. */
void world_look(struct world *world, int64_t now);
void world_fail(struct world *world, int64_t now, int64_t good_at);

/* Its pieces. */
void world_put(struct world *world, const struct world_row *row);

/* In the picture of the last poll; NULL: not there. */
const struct board_job *world_job(const struct world *world, const char *job);
const struct board_row *
world_row(const struct world *world, const char *job, const char *partition);

/* Fails unless state, finding and text of the row are these. */
void world_expect(const struct world *world, const char *job, const char *partition,
	enum state state, enum finding finding, const char *text);
void world_expect_job(const struct world *world, const char *job, enum state state,
	enum finding finding, const char *text);

#endif
