/* SPDX-License-Identifier: MIT */
#include "tui/wall_digits.h"

#include <string.h>

#define LETTER_WIDTH 5
#define BLANK_WIDTH  3

static const struct letter {
	char name;
	const char *rows[WALL_LETTER_HEIGHT];
} letters[] = {
	{ '0', { " ### ", "#   #", "#   #", "#   #", " ### " } },
	{ '1', { "  #  ", " ##  ", "  #  ", "  #  ", " ### " } },
	{ '2', { "#### ", "    #", " ### ", "#    ", "#####" } },
	{ '3', { "#### ", "    #", " ### ", "    #", "#### " } },
	{ '4', { "#   #", "#   #", "#####", "    #", "    #" } },
	{ '5', { "#####", "#    ", "#### ", "    #", "#### " } },
	{ '6', { " ### ", "#    ", "#### ", "#   #", " ### " } },
	{ '7', { "#####", "    #", "   # ", "  #  ", "  #  " } },
	{ '8', { " ### ", "#   #", " ### ", "#   #", " ### " } },
	{ '9', { " ### ", "#   #", " ####", "    #", " ### " } },
	{ 'A', { " ### ", "#   #", "#####", "#   #", "#   #" } },
	{ 'K', { "#   #", "#  # ", "###  ", "#  # ", "#   #" } },
	{ 'L', { "#    ", "#    ", "#    ", "#    ", "#####" } },
	{ 'N', { "#   #", "##  #", "# # #", "#  ##", "#   #" } },
	{ 'O', { " ### ", "#   #", "#   #", "#   #", " ### " } },
	{ 'W', { "#   #", "#   #", "# # #", "## ##", "#   #" } },
};

static const struct letter *
letter_of(char name)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].name == name)
			return &letters[i];
	return NULL;
}

static unsigned
cells_of(char name)
{
	return letter_of(name) != NULL ? LETTER_WIDTH : BLANK_WIDTH;
}

unsigned
wall_letters_width(const char *text, unsigned stroke)
{
	unsigned cells = 0;

	for (const char *at = text; *at != '\0'; at++)
		cells += cells_of(*at) + (at > text);
	return cells * stroke;
}

static void
draw_letter(struct canvas *canvas, unsigned y, unsigned x, unsigned stroke,
	enum style style, const struct letter *letter)
{
	const char *block = canvas_is_ascii(canvas) ? "#" : "\u2588";

	for (unsigned row = 0; row < WALL_LETTER_HEIGHT; row++)
		for (unsigned i = 0; i < LETTER_WIDTH; i++)
			if (letter->rows[row][i] == '#')
				canvas_fill(canvas, y + row, x + i * stroke, stroke,
					style, block);
}

void
wall_letters_draw(struct canvas *canvas, unsigned y, unsigned x, unsigned stroke,
	enum style style, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		const struct letter *letter = letter_of(*at);

		if (letter != NULL)
			draw_letter(canvas, y, x, stroke, style, letter);
		x += (cells_of(*at) + 1) * stroke;
	}
}
