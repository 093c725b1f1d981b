/* SPDX-License-Identifier: MIT
 * JOB, JOB/PARTITION, --job and --partition: what the user means, and where it is. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "cli/command.h"
#include "cli/look.h"
#include "model/key.h"

/* For the tables of options of commands that have a target. */
#define TARGET_OPTIONS                                                                   \
	{ "job", 0, "JOB", "the job, as it stands: a slash does not split it" },         \
	{                                                                                \
		"partition", 0, "PARTITION", "the partition, as it stands"               \
	}

struct target {
	struct str memory;
	struct key key; /* job none: everything; partition none: the whole job */
};

/* Reads JOB[/PARTITION] from an operand (NULL: there is none) or from the options.
 * ERR_USAGE. target_free() it in any case. */
int target_read(
	struct target *out, const struct cli *cli, const char *operand, struct err *err);
void target_free(struct target *target);

/* True for the rows that are meant. */
bool target_has(const struct target *target, struct key key);

/*
 * Whether the target is anywhere on the boards of the last look, which must hold the rows
 * of its job. ERR_NOT_FOUND names the nearest; where a store could not be read, what it
 * holds is not known: the kind of failure is that of look_reached(), and the text says
 * both. only: it must be in one store, whose index it gives; ERR_USAGE lists the choices.
 * only may be NULL.
 */
int target_find(const struct target *target, const struct look *look, size_t *only,
	struct err *err);

/*
 * The same for what is to be changed: ERR_UNREACHABLE also where it was found, and
 * another store could not be read. Every text says that nothing was written.
 */
int target_find_to_change(const struct target *target, const struct look *look,
	size_t *only, struct err *err);

#endif
