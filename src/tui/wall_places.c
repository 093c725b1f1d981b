/* SPDX-License-Identifier: MIT
 * Where things stand on a wallboard of this size. */
#include "tui/view_wall.h"

#include "tui/wall_digits.h"

#define TALL   30 /* there is room for blank lines */
#define MEDIUM 20 /* … for large letters */
#define SMALL  16 /* … for three lines at the bottom */
#define TINY   8  /* … for the line of stores */

#define BANNER_TOP 6 /* lines of the banner, with what is said below it */

static unsigned
stroke_of(const struct wall *wall, const struct frame *frame)
{
	if (wall->height < MEDIUM)
		return 0;
	if (wall->width >= WALL_WIDE && wall_letters_fit(frame, wall->width, 2))
		return 2;
	return wall_letters_fit(frame, wall->width, 1) ? 1 : 0;
}

static void
place_top(struct wall *wall, const struct frame *frame)
{
	struct wall_places *places = &wall->places;

	places->stroke = frame->stale ? 0 : stroke_of(wall, frame);
	if (frame->stale) {
		places->rows = wall->height >= SMALL ? BANNER_TOP : 3;
	} else if (places->stroke > 0) {
		unsigned gap = wall->height >= TALL ? 1 : 0;

		places->letters = 2;
		places->words = places->letters + WALL_LETTER_HEIGHT + gap;
		places->oldest = places->words + 1 + gap;
		places->rule[0] = places->oldest + 1;
		places->rows = places->rule[0] + 1;
	} else {
		places->words = 1;
		places->oldest = wall->height >= TINY ? 2 : 0;
		places->rows = 2 + (places->oldest > 0);
	}
}

static void
place_bottom(struct wall *wall)
{
	struct wall_places *places = &wall->places;
	unsigned end = wall->height > 0 ? wall->height - 1 : 0;

	places->status = end;
	if (wall->height >= TINY)
		places->stores = --end;
	if (wall->height >= SMALL)
		places->ok = --end;
	if (wall->height >= MEDIUM)
		places->rule[1] = --end;
	places->rows_end = end > places->rows ? end : places->rows;
}

/* The most lines a row that all of them find room on one page. */
static void
share_room(struct wall *wall)
{
	struct wall_places *places = &wall->places;
	size_t count = wall->row_count, room = places->rows_end - places->rows;

	places->row_height = 1;
	if (2 * count <= room + 1)
		places->row_height = 2;
	if (3 * count <= room + 1 && wall->width >= WALL_NARROW)
		places->row_height = 3;
	/* The blank line before the first is the first to give way. */
	if (places->row_height > 1 && count * places->row_height <= room)
		places->rows++;
	wall->page_rows = places->row_height > 1 ? count : room;
	if (wall->page_rows == 0)
		wall->page_rows = 1;
	wall->pages = count == 0 ? 1 : (count + wall->page_rows - 1) / wall->page_rows;
}

void
wall_find_places(struct wall *wall, const struct frame *frame)
{
	wall->places = (struct wall_places){ 0 };
	place_top(wall, frame);
	place_bottom(wall);
	share_room(wall);
}
