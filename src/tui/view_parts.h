/* SPDX-License-Identifier: MIT
 * The parts that all screens share: the lines at the top and the keys at the bottom. */
#ifndef TUI_VIEW_PARTS_H
#define TUI_VIEW_PARTS_H

#include "tui/view.h"

/* What a view says about itself in the lines at the top. All may be none. */
struct parts_place {
	struct span path;     /* "JOBS > orders-daily"; of the first screen "JOBS" */
	struct span about;    /* "16 partitions    sort: state, age v    filter: -" */
	struct span right;    /* at the right end: "pg:main  poll 5s  1-16 of 16" */
	struct span narrow;   /* behind the path where there is little room: "pg:main" */
	struct span position; /* "1-13/16", where there is little room */
	const char *store;    /* all that is shown is of this one */
	bool first; /* the first screen: narrow screens show the stores, not the path */
};

/*
 * Line 1: what is wrong, how bad, since when. Line 2: can the data be trusted. Line 3 on
 * wide screens: where we are. 80 cells have two lines, 40 have one (and the age of the
 * data and the position stand where messages stand). Returns the lines used at the top.
 */
unsigned parts_header(const struct frame *frame, struct canvas *canvas,
	const struct parts_place *place);
/* How many parts_header() uses on a screen of this size. */
unsigned parts_header_lines(unsigned width, unsigned height);

/* The first line that is not the view's: the message line. The keys are below it. On a
 * screen of very few lines it is the height: there are none. */
unsigned parts_body(unsigned height);

/* The last line: the keys of the view, dim where off. HELP, and BACK or CLOSE, stay when
 * others find no room. */
void parts_footer(const struct view_ops *view, const void *state,
	const struct frame *frame, struct canvas *canvas);

/* Why an action is off on this screen now; NULL: it is on. */
const char *parts_off(const struct view_ops *view, const void *state,
	const struct frame *frame, enum action action);

/* "sort: state, age v    filter: -    marked: 0", what a list says about itself. */
struct list;
void parts_add_list(struct str *out, const struct list *list);
/* "1-16 of 43" and "1-16/43". */
void parts_add_position(struct str *out, const struct list *list, const char *of);

/* What a screen says of itself where no store can be written to. */
const char *parts_read_only(const struct frame *frame);

/* How often stores are read, and how old what was read is; of this store (NULL: of all).
 * "poll 5s", "poll 1s-5m" where they differ; with the next try of one that is down. */
void parts_add_poll(struct str *out, const struct frame *frame, const char *store);
/* "read 2s ago |", with a sign that changes with every poll. */
void parts_add_read(struct str *out, const struct frame *frame, const char *store);
/* "next try in 12s" (brief: "try in 12s"), "trying": of the store that is down and was
 * read longest ago. False, and nothing is added: none is, or it is not polled. */
bool
parts_add_try(struct str *out, const struct frame *frame, const char *store, bool brief);
/* When a store that was read at each interval was read longest ago; TIME_NONE: never. */
int64_t parts_oldest_read(const struct frame *frame);
/* The interval of a store in this frame. */
int64_t parts_interval(const struct frame *frame, const struct board_store *store);
/* A person stopped polling it. */
bool parts_is_suspended(const struct frame *frame, const char *store);

/* "02:14" of today, "Fri" of this week, "11-15" before, with the mark of a trouble that
 * may be older; "02:14:02" with seconds. */
void parts_add_since(
	struct str *out, struct since since, const struct frame *frame, bool seconds);
/* "Sun 22 Nov 03:07:41 UTC" by strftime's pattern, in the zone of the screen. */
void parts_add_time(
	struct str *out, int64_t at, const struct frame *frame, const char *format);

/* The name of a job is in more than one of these stores: it does not tell which is meant.
 */
bool parts_names_are_ambiguous(const struct board *const *boards, size_t count);

#endif
