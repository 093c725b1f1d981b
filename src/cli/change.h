/* SPDX-License-Identifier: MIT
 * What reset, delete and undo have in common: looking, planning, asking, doing, telling.
 * What they differ in is the wish. */
#ifndef CLI_CHANGE_H
#define CLI_CHANGE_H

#include "action/plan.h"
#include "cli/command.h"

/* Options of all three. */
#define CHANGE_OPTIONS                                                                   \
	{ "reason", 'r', "TEXT", "why; it is recorded" },                                \
		{ "dry-run", 'n', NULL, "print the plan and write nothing" },            \
		{ "yes", 'y', NULL, "what needs a plain yes is confirmed" },             \
		{ "confirm", 0, "NAME", "the name that would have to be typed" },        \
		{ "while-running", 0, NULL, "also while the job is running" },           \
		{ "if-value", 0, "VALUE", "only if this is the stored value" },          \
		{ "if-digest", 0, "DIGEST", "only if this is the digest of the plan" },  \
		{ "observe", 0, "DURATION", "watch so long whether the job runs; 3s" },  \
		{ "watch", 0, "[=DURATION]",                                             \
			"then see whether the job saves over it; 15s" },                 \
		{ "max", 0, "N", "only if no more than N checkpoints would change" },    \
		{ "group", 0, "ID", "record it as one of this group of operations" },    \
		{ "replace-damaged", 0, NULL, "replace what cannot be read" },           \
		{ "break-hardlink", 0, NULL, "also a file that has other names" },       \
		{ "accept-no-cas", 0, NULL,                                              \
			"also where the store cannot compare and exchange in one "       \
			"step" },                                                        \
	{                                                                                \
		"json", 0, NULL, "one JSON document: the plan, or what came of it"       \
	}

/* Makes the wish true. What these options say is taken from them, the rest is the
 * caller's. */
int change_run(struct cli *cli, struct wish *wish, struct err *err);

/* What is refused before that: a program that wants JSON is told as by change_run().
 * Returns -1. */
int change_refused(struct cli *cli, const struct err *err);

/* Undoes the operations of a group, the newest first, each with a plan of its own; ends
 * at the first that fails. ERR_PARTIAL: not all of them. Where nothing is to be written
 * each is planned for what those before it would leave. */
int change_undo_group(struct cli *cli, struct span group, struct err *err);

/* Records that the only store has this identity from now on, see place_pin(). */
int change_repin(struct cli *cli, struct err *err);

#endif
