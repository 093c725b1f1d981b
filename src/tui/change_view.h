/* SPDX-License-Identifier: MIT
 * The dialog that changes checkpoints; for the files view_change.c and change_*.c, and
 * for those who open it. */
#ifndef TUI_CHANGE_VIEW_H
#define TUI_CHANGE_VIEW_H

#include "base/arena.h"
#include "tui/prompt.h"
#include "tui/view.h"

/* Opens the dialog for what the screen on top means now; of an undo, for the operation op
 * on this store. Says why where that cannot be. */
void change_open(struct app *app, enum wish_kind kind, struct span store, struct span op);

enum change_focus {
	FOCUS_TO,
	FOCUS_REASON,
	FOCUS_HAZARD,  /* what is taken upon oneself is typed there */
	FOCUS_RUNNING, /* "running" is typed there: it goes on although the job runs */
	FOCUS_CONFIRM,
	FOCUS_WRITE,
	FOCUS_CANCEL,
	FOCUSES,
};

#define CHANGE_FIELDS FOCUS_WRITE /* those before it are fields of text */
/* What is typed to go on although the job runs. */
#define CHANGE_RUNNING "running"

struct change_line {
	enum style style;
	const char *label;
	struct span text;
};

/* What the dialog knows. */
struct dialog {
	struct app *app;
	enum wish_kind kind;
	uint64_t serial;
	unsigned revision;
	struct arena *arena; /* of what it is about, frozen when it opened */
	const char *store;
	struct span job, op;
	struct span undone; /* what it was that is undone, in words; none: not known */
	struct key *keys;
	size_t key_count;
	bool whole;	/* all partitions of the job, */
	bool is_frozen; /* which are known */
	struct key worst;

	struct prompt *fields[CHANGE_FIELDS];
	enum change_focus focus;

	const struct board
		*board;	   /* the last that the actor was given, with a reference */
	bool dirty;	   /* the wish changed: the actor must be told */
	struct plan *plan; /* of the last answer, or NULL and err */
	struct err err;
	struct span *first;   /* the values when it opened */
	size_t moved;	      /* how many are another one now */
	int64_t moved_at;     /* when the last of them did, clock_monotonic() */
	struct span *stopped; /* the values when this was stopped, until they are seen
				 again; NULL: it was not */
	size_t stopped_count;
	struct str phrase; /* what is to be typed, as it is shown */
	int64_t phrase_at; /* since when; clock_monotonic() */
	bool is_writing;

	struct arena *body_arena;
	struct change_line *lines;
	size_t line_count, line_capacity;
	size_t top, room;
	bool was_read; /* to its end */
	unsigned width, height;

	int64_t opened_at; /* clock_monotonic() */
	bool pasting;
	int64_t key_at;
	unsigned rapid; /* keys that came faster than anybody types */
};

/* change_answer.c: takes what the actor answers, and a stop of the process. */
void change_answered(void *state, struct app *app, struct answer *answer);
void change_resumed(void *state);

/* change_body.c: what is read before it is signed, as lines of at most width cells. */
void change_make_body(struct dialog *change, const struct frame *frame, unsigned width);
/* The row on the boards of now; NULL: it is not there. */
const struct board_row *
change_row(const struct frame *frame, const char *store, struct key key);

/* change_draw.c */
void change_draw(const void *state, const struct frame *frame, struct canvas *canvas);
/* How many lines of the body find room, and how wide they are; 0: the terminal is too
 * small. */
unsigned change_body_room(const struct dialog *change, unsigned *width);
/* Whether a field or button is there now. */
bool change_has(const struct dialog *change, enum change_focus focus);
/* Why it cannot be written now; NULL: it can. */
const char *change_refusal(const struct dialog *change);

#endif
