/* SPDX-License-Identifier: MIT
 *
 * The journal from its end: for those who ask what was last, however long it is. */
#include <string.h>

#include "action/journal_file.h"
#include "base/json.h"

#define CHUNK ((uint64_t)64 << 10)

/* What is read so far: so many bytes of the file, of which a line may begin before. */
struct backwards {
	struct journal_lines lines;
	uint64_t from; /* the first byte of the chunk */
	struct str chunk;
	size_t searched; /* so many bytes at its end have no newline but the last */
	bool too_long;	 /* the line is longer than any may be: it is passed over */
};

/* More bytes before those that are there; of a long line ever more at once. */
static int
read_more(struct backwards *back, struct err *err)
{
	uint64_t most = back->chunk.len > CHUNK ? back->chunk.len : CHUNK;
	uint64_t bytes = back->from < most ? back->from : most;
	struct str more = { 0 };
	int result = journal_file_read(
		back->lines.fd, back->lines.path, back->from - bytes, bytes, &more, err);

	back->searched = back->chunk.len;
	if (back->chunk.len > JOURNAL_LINE_MAX) {
		back->too_long = true;
		back->searched = 0;
		str_clear(&back->chunk);
	}
	str_add_span(&more, str_span(&back->chunk));
	str_free(&back->chunk);
	back->chunk = more;
	back->from -= bytes;
	return result;
}

/* The line at the end of what is left, without its newline: 1; 0: there is none left; -1.
 * It lives until it is dropped. */
static int
last_line(struct backwards *back, struct span *text, struct err *err)
{
	for (;;) {
		struct str *chunk = &back->chunk;
		size_t ends = chunk->len > 0 && chunk->text[chunk->len - 1] == '\n' &&
			      !back->too_long;
		size_t unsearched = chunk->len - back->searched;
		const char *newline = NULL;

		if (back->searched == 0 && unsearched > 0)
			unsearched -= ends;
		if (unsearched > 0)
			newline = memrchr(chunk->text, '\n', unsearched);
		if (newline != NULL || back->from == 0) {
			size_t start =
				newline != NULL ? (size_t)(newline - chunk->text) + 1 : 0;

			*text = (struct span){ str_text(chunk) + start,
				back->too_long ? 0 : chunk->len - start - ends };
			return newline != NULL || chunk->len > 0;
		}
		if (read_more(back, err) != 0)
			return -1;
	}
}

static void
drop(struct backwards *back, struct span line)
{
	str_cut(&back->chunk, (size_t)(line.at - str_text(&back->chunk)));
	back->searched = 0;
	back->too_long = false;
}

/* True where it may be of a record that is wanted: most need not be taken apart. */
static bool
may_have(struct span line, const struct span *marks, size_t count)
{
	bool found = count == 0;

	for (size_t i = 0; i < count && !found; i++)
		found = memmem(line.at, line.len, marks[i].at, marks[i].len) != NULL;
	return found;
}

static int
walk(struct backwards *back, const struct span *marks, size_t count,
	journal_record_fn *record, void *arg, struct err *err)
{
	bool go_on = true;
	struct span text;
	int got = 0;

	while (go_on && (got = last_line(back, &text, err)) > 0) {
		struct line line;

		if (may_have(text, marks, count)) {
			line_parse(&line, text);
			if (line.whole)
				go_on = record(arg, &line.record);
			line_free(&line);
		}
		drop(back, text);
	}
	return got < 0 ? -1 : 0;
}

int
journal_read_marked(const char *path, const struct span *marks, size_t count,
	journal_record_fn *record, void *arg, struct err *err)
{
	struct backwards back = { 0 };
	int status;

	if (journal_lines_open(&back.lines, path, err) != 0)
		return -1;
	back.from = back.lines.size;
	status = walk(&back, marks, count, record, arg, err);
	str_free(&back.chunk);
	journal_lines_close(&back.lines);
	return status;
}

int
journal_read_back(const char *path, const struct span *texts, size_t count,
	journal_record_fn *record, void *arg, struct err *err)
{
	struct str written[JOURNAL_TEXTS] = { 0 };
	struct span marks[JOURNAL_TEXTS] = { 0 };
	int status;

	for (size_t i = 0; i < count; i++) {
		json_add_string(&written[i], texts[i], NULL);
		marks[i] = str_span(&written[i]);
	}
	status = journal_read_marked(path, marks, count, record, arg, err);
	for (size_t i = 0; i < count; i++)
		str_free(&written[i]);
	return status;
}
