/* SPDX-License-Identifier: MIT
 * Where files of the program live: the XDG base directories and /etc/ckptop. */
#ifndef CONFIG_PATHS_H
#define CONFIG_PATHS_H

#include <stdbool.h>

/*
 * Absolute paths, each to be freed with paths_free(). NULL: there is no such place,
 * because the XDG variable is not set (or relative, which the XDG specification says to
 * ignore) and HOME is not an absolute path either. Nothing is created or looked at.
 */
struct paths {
	char *policy_file;  /* /etc/ckptop/policy.conf */
	char *system_file;  /* /etc/ckptop/ckptop.conf */
	char *user_file;    /* $XDG_CONFIG_HOME/ckptop/ckptop.conf */
	char *config_dir;   /* $XDG_CONFIG_HOME/ckptop, else ~/.config/ckptop */
	char *state_dir;    /* $XDG_STATE_HOME/ckptop, else ~/.local/state/ckptop */
	char *journal_file; /* journal.jsonl in state_dir */
	char *data_dir;	    /* $XDG_DATA_HOME/ckptop, else ~/.local/share/ckptop */
};

/* environment: NAME=VALUE strings ended by NULL, as environ. */
void paths_find(struct paths *out, const char *const *environment);
void paths_free(struct paths *paths);

/* The value of a variable, or NULL when it is not set or empty. Borrowed. */
const char *paths_variable(const char *const *environment, const char *name);

#endif
