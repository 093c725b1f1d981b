/* SPDX-License-Identifier: MIT
 * What the wallboard knows, for the files view_wall.c and wall_*.c only. */
#ifndef TUI_VIEW_WALL_H
#define TUI_VIEW_WALL_H

#include "tui/parts_pen.h"
#include "tui/view.h"

#define WALL_WIDE   100
#define WALL_NARROW 60
/* How long what is over is told of. */
#define WALL_REMEMBERS (12 * HOUR)

/* A trouble that is over. */
struct wall_past {
	char *store;
	struct str job;
	struct past past;
};

/* Where everything stands; lines are counted from the top. */
struct wall_places {
	unsigned letters, stroke; /* large numbers, 0: a line of words instead */
	unsigned words;		  /* the line below them, or instead of them */
	unsigned oldest;	  /* 0: none */
	unsigned rule[2];	  /* 0: none */
	unsigned rows, rows_end;
	unsigned row_height; /* 1; 2: a blank line behind; 3: the sentence and one */
	unsigned ok, stores; /* 0: none */
	unsigned status;
};

struct wall {
	/* The last board of each store that was read, with a reference: when data is old,
	 * what it said is shown. */
	const struct board **good;
	size_t good_count;
	struct listing problems; /* of the boards, or of those when data is old */
	/* The problems, and then what is ok again and nobody has explained. */
	const struct board_job **rows;
	size_t row_count, unexplained;
	bool tells_stores; /* a job of the same name is in several of them */

	struct wall_past *past; /* newest first */
	size_t past_count;

	bool has_way_back; /* it was opened from another screen */

	uint64_t generation;
	unsigned width, height;
	struct wall_places places;
	size_t page, pages, page_rows;
	int64_t turned_at; /* when the page was last turned */
	size_t crit;	   /* how many there were */
};

/* --- wall_past.c --- */

/* Takes note of the troubles that boards tell of, and forgets the old ones. */
void wall_note_past(struct wall *wall, const struct frame *frame);
void wall_forget_past(struct wall *wall);

/* --- wall_places.c --- */

/* Finds the places for this size, and how many pages the rows take. */
void wall_find_places(struct wall *wall, const struct frame *frame);
/* --- wall_counts.c --- */

/* With strokes of so many cells the numbers of all states fit on a line. */
bool wall_letters_fit(const struct frame *frame, unsigned width, unsigned stroke);
void wall_draw_counts(
	const struct wall *wall, const struct frame *frame, struct canvas *canvas);
/* The styles of a state: of its word, and of large letters. */
enum style wall_word_style(enum state state);
enum style wall_letter_style(enum state state);

/* --- wall_rows.c --- */

/* The job, and where its name does not tell which is meant, " (STORE)". */
void wall_add_job(
	struct str *out, const struct wall *wall, struct span job, const char *store);
/* The page of problems. */
void
wall_draw_rows(const struct wall *wall, const struct frame *frame, struct canvas *canvas);

/* --- wall_calm.c --- */

/* Nothing is wrong, as far as can be seen. */
bool wall_is_calm(const struct wall *wall, const struct frame *frame);
void
wall_draw_calm(const struct wall *wall, const struct frame *frame, struct canvas *canvas);

/* --- wall_frame.c --- */

void wall_draw_top(const struct frame *frame, struct canvas *canvas);
void wall_draw_banner(
	const struct wall *wall, const struct frame *frame, struct canvas *canvas);
void wall_draw_bottom(
	const struct wall *wall, const struct frame *frame, struct canvas *canvas);

#endif
