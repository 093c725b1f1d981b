/* SPDX-License-Identifier: MIT
 * What a back end implements. Only files of store/ include this.
 *
 * store.c is the gate in front of it: it has checked the mode, the capability, the thread
 * and the configuration before a back end is asked, so that a back end stays small. Back
 * ends never see audit, policy, confirmation or retry. */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/thread.h"
#include "store/store.h"
#include "store/store_write.h"

struct backend;

/* The common part; a back end embeds it as its first member. */
struct store {
	const struct backend *backend;
	const struct store_config *config;
	enum store_mode mode;
	thread_id owner;
	unsigned capabilities; /* enum store_capability but STORE_CAN_INIT; set by open,
				  and anew wherever they may have changed */
	struct store_facts facts;
	int64_t clock_ahead;  /* see store_clock_ahead() */
	size_t rows_expected; /* see store_rows_expected() */
	atomic_bool
		interrupted; /* set by store_interrupt(), cleared when a call starts */
	int64_t deadline;    /* clock_monotonic() by which the present call must return */
	/* The gate's own: */
	int64_t process; /* that opened it */
	bool incomplete; /* no scan yet, or the last one failed */
};

/*
 * Required: open, close, changed, scan, load. The contracts are those of the functions of
 * the same name in store.h and store_write.h; each is called in the owner's thread. open
 * allocates the whole back-end struct (zeroed), calls store_prepare() on it, sets
 * capabilities and facts, fills *out and returns 0; on failure it frees all.
 *
 * The config comes from the gate and lives as long as the store: its uri is SCHEME:PATH,
 * decoded and without a query, and the path is not empty; the settings of the query are
 * among its settings; every setting is one of the back end's keys.
 */
typedef int backend_open_fn(struct store **out, const struct store_config *config,
	enum store_mode mode, struct err *err);
typedef void backend_close_fn(struct store *store);
typedef int backend_changed_fn(struct store *store, bool *changed, struct err *err);
typedef int backend_scan_fn(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err);
/* Optional: whether the settings make sense, without a look at the store. The gate asks
 * before open and create. ERR_USAGE, see store_blame(). */
typedef int backend_check_fn(const struct store_config *config, struct err *err);
/* Optional; without it store_scan_changes() is store_scan(). */
typedef int backend_scan_changes_fn(struct store *store, store_row_fn *row, void *arg,
	bool *whole, bool *steady, struct err *err);
typedef int backend_load_fn(struct store *store, struct key key, store_row_fn *row,
	void *arg, struct err *err);

/* Optional, with a capability bit each. */
typedef enum change_result
backend_save_fn(struct store *store, const struct change *change, struct err *err);
/* Makes an empty store; *made false: there was one already (see store_create()). */
typedef int
backend_create_fn(const struct store_config *config, bool *made, struct err *err);
typedef int backend_sql_head_fn(struct store *store, const char *sql, struct key key,
	struct str *out, bool *known, struct err *err);
/* Any thread, while a call is under way. Back ends that look at store->interrupted often
 * enough need none. */
typedef void backend_interrupt_fn(struct store *store);

/*
 * What a person changes: the contracts are those of store_write.h, with the names there.
 * With the capability STORE_CAN_OPERATE all of them are there, but for examine_again,
 * foresee and image_add_unlike. The gate has checked the mode, that keys are sound, and
 * that edits have what they need. apply and settle set result and err of every edit; err
 * of the call is made from them by the gate.
 */
struct backend_operations {
	int (*examine)(struct store *store, struct key key, store_image_fn *image,
		void *arg, struct err *err);
	/* NULL: a key is a place, and examine will do. */
	int (*examine_again)(struct store *store, struct key key, struct span like,
		store_image_fn *image, void *arg, struct err *err);
	/* NULL: it cannot tell. */
	int (*foresee)(struct store *store, struct key key, struct span of,
		store_image_fn *image, void *arg, struct err *err);
	int (*permit)(
		struct store *store, struct key key, struct span image, struct err *err);
	/* NULL: whoever may change a row may delete it. */
	int (*permit_delete)(struct store *store, struct key key, struct err *err);
	int (*draft)(struct store *store, struct span image, const struct draft *draft,
		struct str *out, struct err *err);
	/* NULL: nothing that could refuse it is known. */
	int (*foretell)(struct store *store, struct key key, struct span seen,
		struct span wanted, struct err *err);
	bool (*image_read)(const struct store *store, struct span image,
		struct str *memory, struct image_facts *out);
	bool (*image_same)(const struct store *store, struct span a, struct span b);
	/* NULL: an image is written whole. */
	void (*image_add_unlike)(
		const struct store *store, struct span a, struct span b, struct str *out);
	void (*apply)(struct store *store, const struct operation *operation,
		struct edit *edits, size_t count);
	void (*settle)(struct store *store, const struct operation *operation,
		struct edit *edits, size_t count);
	int (*audit_create)(struct store *store, bool *made, struct err *err);
	int (*audit_add_script)(struct store *store, struct str *out, struct err *err);
	int (*audit_read)(
		struct store *store, store_audit_fn *row, void *arg, struct err *err);
	/* NULL: the rows have no numbers. */
	int (*audit_gaps)(
		struct store *store, store_gap_fn *gap, void *arg, struct err *err);
	int (*identify)(struct store *store, struct str *lasting, struct str *present,
		struct err *err);
};

/* Only the demo store has a past. */
struct backend_replay {
	int64_t (*start)(const struct store *store);
	int64_t (*next)(const struct store *store, int64_t at);
	void (*at)(struct store *store, int64_t at);
	int64_t (*took)(const struct store *store);
};

struct backend {
	const char *scheme;	      /* before the ':' of the URI */
	const char *form;	      /* of the URI, for messages */
	const char *help;	      /* one line of the manual */
	const struct store_key *keys; /* settings it accepts, ended by a NULL name */
	backend_check_fn *check;
	backend_open_fn *open;
	backend_close_fn *close;
	backend_changed_fn *changed;
	backend_scan_fn *scan;
	backend_scan_changes_fn *scan_changes;
	backend_load_fn *load;
	backend_save_fn *save;
	backend_create_fn *create;
	backend_sql_head_fn *sql_head;
	backend_interrupt_fn *interrupt;
	const struct backend_operations *operations;
	const struct backend_replay *replay;
};

#define BACKEND(name, where) extern const struct backend backend_##name;
#include "store/backends.def"
#undef BACKEND

/* The value of a setting, or NULL. */
const char *store_setting(const struct store_config *config, const char *key);

/* Puts the origin of a setting before an error about it. Returns -1. */
int store_blame(const struct store_config *config, const char *key, struct err *err);

/* What stands behind the "SCHEME:" of the config's uri. */
const char *store_path(const struct store_config *config);

/* Fills the common part of a new store: back end, config, mode, owner, deadline. */
void store_prepare(struct store *store, const struct backend *backend,
	const struct store_config *config, enum store_mode mode);

/* What a change asks of the store beyond writing at all: a sound key and value, and the
 * capabilities. The gate asks before a save; a back end that finds out only then what it
 * can do (because it connected anew) asks again. ERR_USAGE, ERR_REFUSED. */
int
store_can_change(const struct store *store, const struct change *change, struct err *err);

/* The next chunk of a scan has the whole timeout again. */
void store_extend(struct store *store);

/* True, with err set, when the call was interrupted or is past its deadline; to be asked
 * between chunks. */
bool store_must_stop(struct store *store, struct err *err);

#endif
