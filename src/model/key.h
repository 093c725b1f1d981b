/* SPDX-License-Identifier: MIT
 * The key of a checkpoint, and the patterns that select some. */
#ifndef MODEL_KEY_H
#define MODEL_KEY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* partition is none where a whole job is meant. Borrows its bytes. */
struct key {
	struct span job, partition;
};

bool key_equal(struct key a, struct key b);

/* Job, then partition, both in natural order. <0, 0, >0. */
int key_compare(struct key a, struct key b);

/*
 * Reads JOB or JOB/PARTITION as a user types it: splits at the first '/', "\/" is a slash
 * and "\\" a backslash inside a name. The names replace what is in *memory (one memory a
 * key; it must outlive *out). ERR_USAGE for an empty job or partition or any other
 * backslash.
 */
int key_parse(struct key *out, struct str *memory, const char *text, struct err *err);

/* Appends JOB or JOB/PARTITION so that key_parse() reads it back (but for names that are
 * empty or hold a NUL, which cannot be typed). */
void key_add(struct str *out, struct key key);

/* Appends "p7" for the partition 7; one that has a name of its own keeps it. */
void key_add_partition(struct str *out, struct span partition);

/* Shell-style pattern over a whole name: * ? [a-z] [!a-z] \x. Case counts, '/' and a
 * leading dot are ordinary, '?' takes a whole UTF-8 character, a '[' without its ']'
 * stands for itself. Never slower than the product of the two lengths. */
bool pattern_matches(struct span pattern, struct span name);

#endif
