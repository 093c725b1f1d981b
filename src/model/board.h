/* SPDX-License-Identifier: MIT
 * The immutable picture of one store at one moment: made by its worker, read by any
 * thread. Everything in it lives in its arena and ends with the last reference. */
#ifndef MODEL_BOARD_H
#define MODEL_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "model/ckpt.h"
#include "model/health.h"
#include "model/why.h"

/* The lag of the last hour: SPARK_CELLS maxima of SPARK_STEP each, oldest first, NAN:
 * unknown. Steps lie on multiples of SPARK_STEP, so that a picture shifts only on a
 * step's edge. */
#define SPARK_CELLS 10
#define SPARK_STEP  (6 * MINUTE)

/* What has happened to a checkpoint without a record. */
enum doubt_kind {
	DOUBT_NONE,
	DOUBT_BACK,   /* it went back */
	DOUBT_PASSED, /* the same, and its old value was passed again */
	DOUBT_GONE,
};

/* One checkpoint. */
struct board_row {
	const struct board *board;
	struct key key;
	struct span value; /* as stored; none for NULL */
	/* What nobody has said the reason of: from which value to which (none: not
	 * there), and between which two looks. */
	struct doubt {
		enum doubt_kind kind;
		struct since since;
		struct span from, to;
		int64_t after, until; /* after may be TIME_NONE */
	} doubt;
	enum ckpt_storage storage;
	struct value parsed;
	enum state state;
	enum finding finding;
	struct since since, state_since;
	struct why why;
	struct span head; /* none: not known */
	struct value head_parsed;
	int64_t head_at; /* when it was read */
	struct lag lag;
	const char *lag_reason; /* why it is not known; NULL: it is, or has no meaning */
	struct rate lag_rate, speed, head_speed; /* speed: of the value */
	struct rate speed_before; /* of the value before it stopped; unknown while it
				     moves */
	struct eta eta;
	int64_t updated; /* TIME_NONE: not known, or not without assuming a zone */
	struct span updated_text;    /* as the store writes it; none: it gave no time */
	const char *updated_assumed; /* the zone to be assumed for a naive time ("UTC"),
					NULL: none needed */
	int64_t updated_if;	     /* updated if that zone is right */
	bool updated_unzoned;	     /* no zone is configured; one would make it known */
	int64_t written_at;	     /* of a damaged one: when its medium says it was
					written, or TIME_NONE */
	struct since moved;	     /* when the value last changed; at_least: not seen to
					change since we first looked */
	int64_t cadence,
		cadence_before; /* time between saves: now (TIME_NONE: none) and before */
	int64_t watermark;
	float spark[SPARK_CELLS];
	struct span error;   /* from the metadata */
	int64_t error_since; /* the first save seen with this error, TIME_NONE */
	const char *note;    /* who: "worker-07 att 3", "reset by bob"; may be "" */
	const char *status; /* what the program says of itself in the store; NULL: it says
			       nothing */
	int64_t watched_since;
	struct replay replay;
	int64_t reset_at; /* of the last recorded reset, forward too; TIME_NONE: none */
	struct span metadata;	/* the document, or its beginning */
	uint64_t metadata_more; /* how many bytes of it follow that were not read */
	bool metadata_known; /* false: not asked for, not read yet, or not to be read */
	struct span damage, damage_detail; /* as in struct ckpt */
	struct span where;
	unsigned flags; /* enum ckpt_flag */
	const struct board_job *job;
};

/* One job: the roll-up of its partitions. Lag: sum of positions or maximum of times. */
struct board_job {
	const struct board *board;
	struct span job;
	enum state state;
	unsigned rank; /* among jobs of one state: the higher first, before their age */
	enum finding finding;
	struct since since, state_since;
	struct why why;
	size_t partitions, bad; /* bad: partitions in a problem state other than RPLY */
	size_t dormant;		/* of the partitions */
	size_t moving;		/* partitions that save within their cadence */
	struct lag lag;
	struct rate lag_rate, speed;
	struct eta eta;
	int64_t updated; /* oldest of those that are not done, idle or dormant, if any */
	int64_t watermark;			 /* the minimum of those that are known */
	bool watermark_known;			 /* all are: else it may be older */
	const struct board_row *holds_watermark; /* the partition that has it; NULL: none,
						    or not on this board */
	float spark[SPARK_CELLS];
	const struct board_row
		*worst;		     /* the partition the state comes from; never NULL */
	const char *owner, *runbook; /* NULL: not configured */
	struct limits limits;
	struct past past;	  /* the trouble of a partition that ended last */
	struct since unexplained; /* the first of those that went back, were passed again,
				     and nobody said why; at TIME_NONE: none */
	const struct board_row *const *rows; /* as many as partitions, in their order;
						NULL when the board has no rows of it */
};

/* One line "name: text" about a store, for its panel. */
struct board_fact {
	const char *name, *text;
	bool warning;
};

/* A head that is configured and could not be read. */
struct board_head {
	const char *head;  /* as it is configured */
	const char *error; /* of which checkpoints, and why */
	enum err_kind kind;
	size_t checkpoints; /* whose lag is not known for that */
};

/* A rule of the configuration, and whether this store has something for it. */
struct board_rule {
	const char *name, *match;
	bool is_for; /* it is for jobs of this store */
	bool met;    /* one was seen */
};

struct board_store {
	const char *name;
	const char *call;  /* the options of ckptop that choose it, for a shell */
	const char *kind;  /* "sqlite", "json dir", … */
	const char *where; /* path, table, file system */
	bool reachable;
	bool opened;	    /* false until the first answer, good or bad */
	uint64_t rows_read; /* so far, by a first read that goes on */
	struct since since; /* of this state of the store */
	int64_t good_at;    /* the last good read, TIME_NONE: never */
	struct err error;   /* set while not reachable */
	unsigned tries;	    /* failures in a row */
	int64_t next_try;   /* when the next is due, TIME_NONE */
	int64_t backoff_first, backoff_last;
	int64_t read_p50, read_p95; /* duration of reads, TIME_NONE: none yet */
	int64_t read_slowest, read_slowest_at;
	int64_t interval; /* between polls */
	bool read_only;
	const char *hides; /* what may keep rows from us, in some words; NULL: nothing */
	const char *metadata_unread; /* why no metadata of it is known, though there may
					be some, in some words; NULL: that is not so */
	const char *refuses; /* why nothing in it can be changed, in some words; NULL:
				nothing is known that forbids it */
	const char *refuses_delete; /* the same where it is only that nothing in it can
				       be deleted; NULL: nothing says so */
	bool may_relent;	    /* and to read it by hand asks for that again */
	bool half_asked; /* who changed what could not be asked of all that keep records
			  */
	const struct board_fact *facts;
	size_t fact_count;
	const struct board_head *heads;
	size_t head_count;
};

struct board {
	uint64_t sequence; /* grows with every board of this store */
	int64_t taken_at;
	struct board_store store;
	const struct board_job *jobs; /* in natural order of their names */
	size_t job_count;
	const struct board_row *rows; /* as asked for, by job and partition */
	size_t row_count;
	size_t checkpoint_count;	/* all of the store, shown or not */
	const struct board_rule *rules; /* all, in their order */
	size_t rule_count;
	size_t dormant_jobs; /* folded: counted here, and in jobs[] with their finding */
	struct arena *arena;
};

/* A new empty board with one reference; the worker fills it and lets nobody see it
 * before. */
struct board *board_new(void);

/* Another reference, and its end. Any thread. */
const struct board *board_ref(const struct board *board);
void board_unref(const struct board *board);

/* Whether this rule is for no job at all: it was seen in no store that it is for, and all
 * of these were read. */
bool boards_lack_rule(const struct board *const *boards, size_t count, size_t rule);

#endif
