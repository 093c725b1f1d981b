/* SPDX-License-Identifier: MIT
 * Which checkpoint a file name stands for, and the other way round. Of the directory back
 * end.
 *
 * Without a rule of the user's own, {job}_{partition}.json splits at the last underscore.
 * What the file itself says in its members "job" and "partition" comes before any of
 * this. */
#ifndef STORE_DIR_NAME_H
#define STORE_DIR_NAME_H

#include <regex.h>
#include <stdbool.h>

#include "model/key.h"
#include "store/store.h"

/* The longest name that Linux file systems take, in bytes. */
#define DIR_NAME_MAX 255

/* Behind it in the name of the temporary file of an operation: its id, and a number. */
#define DIR_CHANGE_PREFIX ".ckptop-"

struct dir_naming {
	bool has_regex;
	regex_t regex;
	size_t job_group, partition_group;
};

/* Reads the settings name_regex (POSIX extended, over the whole file name), job_group and
 * partition_group (numbers of its groups; 1 and 2). ERR_USAGE. dir_naming_free() it. */
int dir_naming_init(
	struct dir_naming *out, const struct store_config *config, struct err *err);
void dir_naming_free(struct dir_naming *naming);

/* True for names of checkpoints as far as one can see: not hidden, ending in ".json". */
bool dir_name_is_json(const char *name);

/* True for the names that are looked at: such names that match name_regex, where there is
 * one. */
bool dir_name_is_ours(const struct dir_naming *naming, const char *name);

/* True for the temporary file of an operation, see operate.h. */
bool dir_name_is_of_change(const char *name);

/* The key that the name says, borrowed from it; false when it says none. *guessed: the
 * name could as well be that of another key. */
bool dir_name_split(const struct dir_naming *naming, const char *name, struct key *out,
	bool *guessed);

/* {job}_{partition}.json into *out (cleared first). ERR_REFUSED with a reason for a name
 * that must not be made. */
int dir_name_make(struct str *out, struct key key, struct err *err);

#endif
