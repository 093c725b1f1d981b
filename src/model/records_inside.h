/* SPDX-License-Identifier: MIT
 * The inside of the records, shared by the files of that name and nobody else. */
#ifndef MODEL_RECORDS_INSIDE_H
#define MODEL_RECORDS_INSIDE_H

#include "base/arena.h"
#include "model/history.h"
#include "model/metadata.h"
#include "model/records.h"
#include "model/texts.h"

/* What a record is, besides the lower bits: enum ckpt_flag as the store set them. */
enum record_flag {
	RECORD_CKPT_FLAGS = (1 << 5) - 1,
	RECORD_FROM_START = 1 << 5, /* it was there when we first looked */
	RECORD_NEW = 1 << 6,	    /* not judged yet */
	RECORD_HEAD_NEW = 1 << 7,   /* its head was not known at the last judgement */
	RECORD_HEAD_ASKED = 1 << 8, /* a head provider has answered */
	RECORD_REMOVED = 1 << 9,    /* not there any more, and nobody minds */
	RECORD_DORMANT = 1 << 10,
	RECORD_REPEATED = 1 << 11,    /* its key comes more than once in a scan */
	RECORD_NO_VALUE = 1 << 12,    /* SQL NULL */
	RECORD_VALUE_NAIVE = 1 << 13, /* a time without a zone, and none configured */
	RECORD_HEAD_NAIVE = 1 << 14,
	RECORD_DATE_ONLY = 1 << 15,
};

#define ZONE_UNKNOWN INT8_MIN

/* Between which two looks something happened; after at TIME_NONE: before any. */
struct period {
	int64_t after, until;
};

/* What only troubled records have. A since at TIME_NONE: it is not so. */
struct incident {
	struct since unexplained; /* it went back, nobody said why, and it was passed */
	struct since damaged, lost, went_back, lag_over[2], watermark_over[2], future,
		watermark_future, ahead, blind, repeated, calm;
	struct period lost_in, went_back_in, unexplained_in;
	text_id damage, damage_detail, went_back_from, went_back_to, unexplained_from,
		unexplained_to, replay_from, reset_by;
	uint64_t reset_mark;  /* tells one recorded reset from another; 0: none */
	int64_t reset_at;     /* when that says it was, or TIME_NONE */
	text_id reset_id;     /* its operation, until that has told what it wrote */
	struct replay replay; /* by is in reset_by */
	int64_t written_at;   /* of what is damaged, or TIME_NONE */
	struct past trouble;  /* the one that goes on; until is not used */
	struct past past;
};

/* What most records have in common, or none of. */
struct extra {
	struct history *history;   /* NULL: it was never seen to move */
	struct incident *incident; /* NULL: nothing was ever wrong */
	int64_t head, head_at;	   /* head_at TIME_NONE: not known */
	text_id head_text;	   /* 0: the decimal digits of the number */
	text_id error, where;
	int32_t watched_since; /* record_watched_since() */
};

/*
 * One checkpoint. A million of them must fit, so what can be made from something else is
 * not kept, and what most do not have is behind a pointer.
 */
struct record {
	uint32_t job;
	text_id partition;
	int64_t value;
	int64_t updated_at;   /* as in its stamp: naive forms are not resolved */
	int64_t watermark_at; /* the same */
	struct extra *extra;  /* NULL: as extra_none; see extra_of() and extra_make() */
	text_id value_text;   /* 0: the decimal digits of the number */
	text_id updated_pattern; /* a struct stamp, or the text of an unreadable one */
	text_id note;
	uint32_t metadata_hash;
	uint16_t flags;
	int8_t zone_quarters; /* of its naive times: quarters of an hour, or unknown */
	uint8_t generation;   /* of the scan that delivered it last */
	unsigned value_type : 3, head_type : 3, storage : 4, updated_form : 4,
		watermark_form : 4, state : 4, finding : 7,
		zone_of_file : 1, /* zone_quarters is what its file's time implies */
		head_is_lag : 1,  /* the store gave the lag in the place of a head */
		note_is_status : 1;
};

_Static_assert(sizeof(struct record) <= 64, "a million of these are kept");

_Static_assert(FINDINGS <= 128, "finding has seven bits");

_Static_assert(VALUE_OPAQUE < 8, "types have three bits");

/*
 * What the naive times in the files of a store say of its zone together, counted anew by
 * every judgement. One file on its own proves little: a copy has the time of its save
 * inside and that of the copying outside, and so implies any zone.
 */
struct zones {
	uint32_t told; /* files that imply an offset */
	int8_t agreed; /* the one that most imply, in quarters of an hour; ZONE_UNKNOWN */
	int8_t shifted; /* the same in the other half of the year; ZONE_UNKNOWN: none */
};

/* The sums over the partitions of a job, made anew by every judgement. */
struct roll {
	struct verdict verdict; /* of the worst; for an ok job what holds for all */
	uint32_t worst;
	struct since calm;
	size_t partitions, live, dormant, bad, moving, rewound, doubted;
	uint32_t ok_findings; /* of the live: a bit each */
	struct lag lag;
	struct rate lag_rate, speed, head_speed;
	size_t lag_unknown;
	bool lag_mixed;
	int64_t updated, updated_of_all, watermark;
	uint32_t holds_watermark;
	size_t watermarks_unknown;
	struct past past;
	struct since unexplained;
};

struct job {
	const struct rule *rule;
	struct head_spec head;
	uint32_t *members;
	uint32_t count, capacity;
	bool sorted;
	struct spark *spark; /* NULL: the sum was never seen to change */
	double spark_lag;    /* what it was; NAN: not known */
	int64_t watched_since;
	struct roll roll;
};

struct records {
	struct records_setup setup;
	struct metadata_names names;
	struct texts *texts;
	struct texts *job_names; /* never dropped: the id is the index of the job + 1 */

	struct record *all;
	struct arena *extras;
	size_t count, capacity, shown;
	struct slots {
		uint8_t *tags;	   /* of the keys; 0: free */
		uint32_t *indexes; /* into all */
		size_t count;	   /* a multiple of SLOTS_TOGETHER */
	} slots;
	size_t next; /* the record that is probably delivered next */

	struct job *jobs;
	size_t job_capacity;
	uint32_t last_job;
	uint32_t *order; /* the jobs by their names */
	size_t ordered;

	struct rule **rules; /* resolved, each once */
	size_t rule_count;
	bool *met; /* of each in setup.rules: a job that it is for was seen */

	int64_t now;
	int64_t began;	    /* the first of these; TIME_NONE before it */
	int64_t seen_until; /* up to here the store was seen before this scan, or
			       TIME_NONE */
	uint8_t generation;
	bool judged, reachable;
	bool wondering;	    /* something without a record came since the last judgement */
	size_t unexplained; /* checkpoints, at the last judgement */
	bool half_asked;    /* records_set_asked() */
	int64_t good_at;
	struct str trouble;	/* records_set_trouble() */
	int64_t clock_ahead;	/* of the store, see records_set_clock() */
	int8_t zone_quarters;	/* learned for all; ZONE_UNKNOWN */
	bool zones_are_implied; /* some file has implied one */
	struct zones zones;
	struct zone *utc;

	struct metadata metadata; /* scratch */
	struct arena *pending_arena;
	struct pending *pending;
	size_t pending_count, pending_capacity;
};

extern const struct extra extra_none;

/* Of a record, to look at. */
static inline const struct extra *
extra_of(const struct record *record)
{
	return record->extra != NULL ? record->extra : &extra_none;
}

static inline struct history *
history_of(const struct record *record)
{
	return extra_of(record)->history;
}

static inline struct incident *
incident_of(const struct record *record)
{
	return extra_of(record)->incident;
}

/* Other rows of its table have its key. Of files each is a row of its own. */
static inline bool
record_is_repeated(const struct record *record)
{
	return (record->flags & CKPT_KEY_REPEATED) && extra_of(record)->where == 0;
}

/* --- records_table.c --- */

size_t job_count(const struct records *records);
struct span job_name(const struct records *records, uint32_t job);
/* The record of a key, made where it is new. NULL: the job is ignored. */
struct record *record_of(struct records *records, struct key key, bool *is_new);
struct record *record_find(struct records *records, struct key key);
struct key record_key(const struct records *records, const struct record *record);
bool record_is_shown(const struct record *record);
bool record_is_lost(const struct record *record);
const struct limits *
record_limits(const struct records *records, const struct record *record);
/* To be changed; made where there is none. */
struct extra *extra_make(struct records *records, struct record *record);
/* Made where there is none; before is the lag that stood until now. */
struct history *
record_history(struct records *records, struct record *record, struct lag before);
struct incident *record_incident(struct records *records, struct record *record);

/* Since when it has been looked at. Kept in whole seconds from when anything was, which
 * holds in any year. */
int64_t record_watched_since(const struct records *records, const struct record *record);
void record_watch_from(struct records *records, struct record *record, int64_t at);
/* The members of a job in natural order of their partitions. */
void job_sort(const struct records *records, struct job *job);
/* The jobs in natural order of their names. */
void jobs_sort(struct records *records);

/* --- records_value.c --- */

/* Room for the digits of a number. */
struct digits {
	char text[24];
};

/* The value as it was read; the text borrows from *digits or from the records. Without
 * digits (NULL) a number has no text. */
struct value record_value(const struct records *records, const struct record *record,
	struct digits *digits);
struct value record_head(const struct records *records, const struct record *record,
	struct digits *digits);
bool record_has_value(const struct records *records, const struct record *record,
	const struct value *value);
void record_set_value(
	struct records *records, struct record *record, const struct value *value);
/* Takes the head as the type of the value. Returns whether it moved; *back: backwards. */
bool record_take_head(struct records *records, struct record *record, struct span text,
	int64_t now, bool *back);
/* Takes the lag where there is no head, in positions; what is no number is unknown.
 * Returns whether it changed. */
bool record_take_lag(
	struct records *records, struct record *record, struct span text, int64_t now);
struct lag record_lag(const struct records *records, const struct record *record);
struct value records_parse(
	const struct records *records, const struct record *record, struct span text);

/* --- records_time.c --- */

/* The instant of a time that the pipeline of this record wrote. A naive one is taken in
 * the zone that is configured or was found out; TIME_NONE where there is none. */
int64_t record_instant(const struct records *records, const struct record *record,
	int64_t at, enum stamp_form form);
/* The time of the last save; TIME_NONE: not known, or doubtful. */
int64_t record_updated(const struct records *records, const struct record *record);
bool record_is_doubtful(const struct records *records, const struct record *record);
/* What a naive time, written or saved just now, tells about its zone. */
void record_learn_zone(struct records *records, struct record *record,
	const struct ckpt *ckpt, bool live);
bool stamp_is_naive(enum stamp_form form);
/* Keeps the stamp of the last save. */
void record_set_updated(
	struct records *records, struct record *record, const struct ckpt *ckpt);
bool record_has_updated(const struct records *records, const struct record *record,
	const struct ckpt *ckpt);
/* Appends the time of the last save as the store writes it. */
bool record_add_updated_text(
	const struct records *records, const struct record *record, struct str *out);
/* Our clock was set back: nothing that we have seen lies after now. */
void records_step_back(struct records *records, int64_t now);

/* --- records_zones.c --- */

#define QUARTER (15 * MINUTE)

/* Counts what the files imply. */
void records_agree_on_zone(struct records *records);
/* False where the zone of this record was implied by its file and the others do not
 * agree. */
bool record_zone_is_good(const struct records *records, const struct record *record);
/* "UTC", "+05:30" */
void record_add_zone(struct str *out, int quarters);

/* --- records_scan.c --- */

/* Applies the last row of each key that came more than once. */
void records_apply_pending(struct records *records);

/* --- records_put.c --- */

/* One row against what is known of it. */
struct change {
	bool first; /* nothing is known of it yet */
	bool moved; /* the value differs */
	bool saved;
	bool is_reset;	     /* with the record of a reset that is new */
	bool read_document;  /* records->metadata holds its members */
	int64_t old_updated; /* TIME_NONE: not known */
	struct digits old_digits;
	struct value old, new;
};

/* Takes a row over. first: nothing is concluded from what was there before. */
void record_put(struct records *records, struct record *record, const struct ckpt *ckpt,
	bool first);
/* Lost or damaged: its value is not that of now. */
bool record_is_troubled(const struct record *record);

/* --- records_back.c --- */

/* When what this scan brings happened: at its save, where that lies between the last look
 * and now. */
int64_t record_happened_at(const struct records *records, const struct record *record);
/* The value went back, it did not, or it is seen for the first time. */
void record_went_back(
	struct records *records, struct record *record, const struct change *change);
void record_went_on(
	struct records *records, struct record *record, const struct change *change);
void record_first_replay(
	struct records *records, struct record *record, const struct change *change);
/* From now on it is replayed what was between these two (to may be NULL: not known). Who
 * did it is in reset_by. */
void record_replay(struct records *records, struct record *record,
	const struct value *from, const struct value *to, int64_t at);

/* --- records_explain.c --- */

/* Something without a record happened between the last look and this one; goes_on: and
 * before, as *when says. */
void records_wonder(struct records *records, struct period *when, bool goes_on);
/* Whether it went back or is gone, and nobody has said why. */
bool record_is_unexplained(const struct record *record);

/* --- records_observe.c --- */

/* No save for longer than its habit: rates and cadence are of before. */
bool record_stands(const struct records *records, const struct record *record);
struct reading record_reading(const struct records *records, const struct record *record);
/* digits: with the texts that only words need, the value's borrowed from there. NULL:
 * without them. */
void record_observe(const struct records *records, const struct record *record,
	struct digits *digits, struct observation *seen);

/* --- records_roll.c --- */

void roll_start(struct roll *roll);
void roll_add(struct roll *roll, const struct records *records, uint32_t index,
	const struct observation *seen, const struct verdict *verdict);
/* After the last: what holds for the whole job. */
void roll_end(const struct records *records, struct job *job);
/* Saves within its habit, as far as can be seen. */
bool record_moves(const struct observation *seen, const struct limits *limits,
	const struct verdict *verdict);

/* --- records_words.c --- */

/* The words for a job, from its roll-up and its worst row. */
struct why job_why(const struct records *records, const struct job *job,
	const struct why_context *context);

#endif
