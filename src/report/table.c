/* SPDX-License-Identifier: MIT */
#include "report/table.h"

#include <stdint.h>

#include "base/utf8.h"

#define APART 2

/* Replaces each character above 0x7e in what was appended since start by as many '?' as
 * it took cells. */
static void
make_ascii(struct str *text, size_t start)
{
	struct str plain = { 0 };
	struct span rest = { str_text(text) + start, text->len - start };

	while (rest.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(rest, &cp);

		if (cp <= 0x7e)
			str_add_char(&plain, (char)cp);
		else
			str_add_repeated(&plain, '?', utf8_width(cp));
		rest.at += len;
		rest.len -= len;
	}
	str_cut(text, start);
	str_add_span(text, str_span(&plain));
	str_free(&plain);
}

void
table_text(struct str *out, struct span text, bool ascii)
{
	size_t start = out->len;

	safe_text(out, text);
	if (ascii)
		make_ascii(out, start);
}

/* The widest column that may still shrink, or column_count. */
static size_t
widest(const struct table *table, const struct table_widths *widths)
{
	size_t found = table->column_count;

	for (size_t i = 0; i < table->column_count; i++) {
		unsigned least = table->columns[i].least;

		if (least == 0 || widths->cells[i] <= least)
			continue;
		if (found == table->column_count ||
			widths->cells[i] >= widths->cells[found])
			found = i;
	}
	return found;
}

static void
shrink(const struct table *table, struct table_widths *widths)
{
	size_t used = APART * (table->column_count - 1), column;

	for (size_t i = 0; i < table->column_count; i++)
		used += widths->cells[i];
	for (; used > table->width; used--) {
		column = widest(table, widths);
		if (column == table->column_count)
			return;
		widths->cells[column]--;
	}
}

void
table_measure(const struct table *table, struct table_widths *widths)
{
	struct str text = { 0 };

	for (size_t i = 0; i < table->column_count; i++)
		widths->cells[i] = (unsigned)safe_width(span_of(table->columns[i].title));
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t i = 0; i < table->column_count; i++) {
			size_t width;

			str_clear(&text);
			table->cell(table->arg, table->rows[row], i, 0, &text);
			width = safe_width(str_span(&text));
			if (width > widths->cells[i])
				widths->cells[i] = (unsigned)width;
		}
	}
	str_free(&text);
	for (size_t i = 0; table->most > 0 && i + 1 < table->column_count; i++)
		if (table->columns[i].least > 0 && widths->cells[i] > table->most)
			widths->cells[i] = table->most;
	if (table->width > 0)
		shrink(table, widths);
}

/* One cell with its padding; blanks before what comes next are owed until something does.
 */
static void
add_cell(struct str *out, const struct table *table, const struct table_widths *widths,
	size_t column, struct span text, const char *colour, size_t *owed)
{
	struct str shown = { 0 };
	size_t width = safe_text_cut(&shown, text, widths->cells[column]);
	size_t blanks = widths->cells[column] - width;

	if (table->ascii)
		make_ascii(&shown, 0);
	if (table->columns[column].right)
		*owed += blanks;
	if (shown.len > 0) {
		str_add_repeated(out, ' ', *owed);
		*owed = 0;
		if (colour != NULL)
			str_addf(out, "\033[%sm", colour);
		str_add_span(out, str_span(&shown));
		if (colour != NULL)
			str_add(out, "\033[m");
	}
	if (!table->columns[column].right)
		*owed += blanks;
	*owed += APART;
	str_free(&shown);
}

void
table_titles(
	struct str *out, const struct table *table, const struct table_widths *widths)
{
	size_t owed = 0;

	for (size_t i = 0; i < table->column_count; i++)
		add_cell(out, table, widths, i, span_of(table->columns[i].title),
			table->colour != NULL ? "1" : NULL, &owed);
	str_add_char(out, '\n');
}

void
table_row(struct str *out, const struct table *table, const struct table_widths *widths,
	const void *row)
{
	struct str text = { 0 };
	size_t owed = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		str_clear(&text);
		table->cell(table->arg, row, i, widths->cells[i], &text);
		add_cell(out, table, widths, i, str_span(&text),
			table->colour != NULL ? table->colour(table->arg, row, i) : NULL,
			&owed);
	}
	str_add_char(out, '\n');
	str_free(&text);
}
