/* SPDX-License-Identifier: MIT
 * The configuration: files, environment and options of the command line, read strictly
 * and merged. Whatever is not understood is an error that names its line; nothing is
 * skipped. The keys are in options.def. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "config/paths.h"
#include "model/column.h"
#include "model/rule.h"
#include "store/store.h"

enum config_when { CONFIG_AUTO, CONFIG_ALWAYS, CONFIG_NEVER };

/* The [env] section. */
struct config_env {
	const char *name; /* of the environment, "" when not set */
	bool production;
	bool read_only;		   /* and with it every store */
	const char *read_only_why; /* who said so: "/etc/ckptop/policy.conf:3", NULL */
	bool require_reason;	   /* of changes; in production it is required anyway */
	int64_t reason_least;	   /* characters of it */
	int64_t confirm_step;	   /* positions that a plain yes may read again */
	int64_t max_changes;	   /* of checkpoints in an hour; 0: any number */
	/* Absolute path, which lives as long as the configuration: sessions and threads
	 * borrow it. NULL: there is no place for it. */
	const char *journal;
	bool journal_syslog; /* tell the system's log of every record */
	const char *hook;    /* absolute path of a program; NULL: none */
	const char *theme;
	enum config_when color; /* CONFIG_AUTO: where there is a terminal that can */
	enum config_when ascii; /* CONFIG_AUTO: where the locale is not UTF-8 */
	int64_t interval;	/* between polls, microseconds */
	int64_t stale_after;	/* data older than this is marked as old, microseconds; 0:
				   the intervals say when */
	enum column_times times;
	bool bell;   /* for a job that becomes CRIT */
	bool follow; /* the cursor follows its job */
};

/* One setting as it was decided, for `ckptop info`. */
struct config_setting {
	const char *section; /* "env", "store NAME", "rule NAME" */
	const char *key;
	const char *value;  /* secrets replaced */
	const char *origin; /* FILE:LINE, a variable, an option, or "default" */
};

/* One file that was, or was not, read. */
struct config_file {
	const char *path;    /* NULL: there is no such place */
	const char *role;    /* "policy", "system", "user", "--config" */
	const char *skipped; /* why it was not read; NULL: it was */
};

/* Everything is constant and lives until config_free(). */
struct config {
	struct config_env env;
	/* The stores that were chosen, in the order of the command line, else all. */
	const struct store_config *stores;
	size_t store_count;
	bool stores_chosen; /* they were: what is about others is not asked for */
	struct rules rules;
	const struct config_setting *settings;
	size_t setting_count;
	const struct config_file *files;
	size_t file_count;
};

/* An [env] key given on the command line: { "theme", "mono", "--theme" }. */
struct config_override {
	const char *key, *value;
	const char *option; /* as the user wrote it, for messages */
};

struct config_request {
	const struct paths *paths;
	const char *const *environment; /* as environ */
	const char *file;		/* --config: only this one and the policy */
	bool no_config;			/* --no-config: only the policy */
	const char *const *stores;	/* -s: names or URIs; none: all configured */
	size_t store_count;
	const struct config_override *overrides;
	size_t override_count;
};

/*
 * Reads the policy, the configuration files, the environment (CKPTOP_KEY for each [env]
 * key, NO_COLOR, CKPTOP_NO_COLOR) and the overrides, in this order; later ones win, but
 * what the sticky ones have been set to by any of them none can take back, nor the path
 * that the policy has named, nor can they pass its limits.
 * ERR_USAGE with FILE:LINE for whatever is wrong. Loads time zones: only while the
 * process has one thread. config_free() the result; NULL is allowed there.
 */
int
config_load(struct config **out, const struct config_request *request, struct err *err);
void config_free(struct config *config);

/* --- the table, for the manual, completion and messages --- */

enum option_section { OPTION_ENV, OPTION_STORE, OPTION_RULE };

enum option_type {
	OPTION_TEXT,
	OPTION_STICKY,	 /* yes or no; a yes from any source stays */
	OPTION_PATH,	 /* an absolute path; what a policy names stays */
	OPTION_BOOL,	 /* yes or no */
	OPTION_WORD,	 /* one of the words in values, separated by '|' */
	OPTION_DURATION, /* 5s, 1h30m; values: FROM..TO */
	OPTION_COUNT,	 /* a whole number; values: FROM..TO */
	OPTION_CEILING,	 /* a COUNT; what a policy names is the most it can be */
	OPTION_FLOOR,	 /* a COUNT; what a policy names is the least it can be */
	OPTION_ZONE,	 /* UTC, local, +05:30, Europe/Berlin */
	OPTION_HEAD,	 /* a head provider, see store/head.h */
	OPTION_SQL,	 /* a query; KEY_file names a file that holds it */
};

struct option {
	enum option_section section;
	const char *key;
	enum option_type type;
	const char *preset; /* the default as text, or NULL */
	const char *values; /* see enum option_type, or NULL */
	const char *help;
};

const struct option *config_options(size_t *count);

#endif
