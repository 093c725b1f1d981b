/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "action/journal_file.h"
#include "base/clock.h"

#define CHUNK ((size_t)64 << 10)

int
journal_lines_open(struct journal_lines *out, const char *path, struct err *err)
{
	struct stat status;
	int result;

	*out = (struct journal_lines){ .path = path };
	out->fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (out->fd < 0 && errno == ENOENT)
		return 0;
	if (out->fd < 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot read the journal %s%s", path,
			errno == ELOOP ? ", which is a symbolic link" : "");
	/* Whoever writes has the lock until a record is whole. */
	result = journal_file_lock(
		out->fd, path, LOCK_SH, JOURNAL_TIMEOUT, ERR_FAILED, err);
	if (result == 0 && fstat(out->fd, &status) != 0)
		result = err_set_errno(
			err, ERR_FAILED, errno, "cannot look at the journal %s", path);
	if (result == 0 && !S_ISREG(status.st_mode))
		result = err_set(err, ERR_FAILED,
			"the journal %s is not a regular file, so it was not read", path);
	if (result != 0) {
		journal_lines_close(out);
		return -1;
	}
	flock(out->fd, LOCK_UN);
	out->size = (uint64_t)status.st_size;
	return 0;
}

/* Puts more bytes behind those of the chunk that are not used yet. */
static int
fill(struct journal_lines *lines, struct err *err)
{
	uint64_t at = lines->next + lines->chunk.len - lines->used;
	uint64_t left = lines->size - at;
	struct str more = { 0 };
	int result = journal_file_read(
		lines->fd, lines->path, at, left < CHUNK ? left : CHUNK, &more, err);

	if (lines->used > 0) {
		memmove(lines->chunk.text, lines->chunk.text + lines->used,
			lines->chunk.len - lines->used);
		str_cut(&lines->chunk, lines->chunk.len - lines->used);
		lines->used = 0;
	}
	str_add_span(&lines->chunk, str_span(&more));
	str_free(&more);
	return result;
}

/* A line that is too long is passed over, and an empty one in its place. */
static int
next_line(struct journal_lines *lines, struct err *err)
{
	bool too_long = false;
	size_t seen = 0;

	for (;;) {
		struct span have = { str_text(&lines->chunk) + lines->used,
			lines->chunk.len - lines->used };
		const char *newline = memchr(have.at + seen, '\n', have.len - seen);
		size_t len = newline != NULL ? (size_t)(newline - have.at) : have.len;

		if (newline != NULL || lines->next + have.len >= lines->size) {
			lines->ended = newline != NULL;
			lines->text = (struct span){ have.at, too_long ? 0 : len };
			lines->used += len + lines->ended;
			lines->next += len + lines->ended;
			return 1;
		}
		seen = have.len;
		if (have.len > JOURNAL_LINE_MAX) {
			too_long = true;
			lines->next += have.len;
			lines->used = lines->chunk.len;
			seen = 0;
		}
		if (fill(lines, err) != 0)
			return -1;
	}
}

int
journal_lines_next(struct journal_lines *lines, struct err *err)
{
	if (lines->fd < 0 || lines->next >= lines->size)
		return 0;
	lines->at = lines->next;
	lines->number++;
	return next_line(lines, err);
}

/* From here on, whatever was read before. */
static void
start_at(struct journal_lines *lines, uint64_t byte, uint64_t line)
{
	str_free(&lines->chunk);
	lines->used = 0;
	lines->next = byte;
	lines->number = line - 1;
}

/* Whether this record begins there: a file that was cut or put together anew has others
 * there, or none. */
static int
is_at(struct journal_lines *lines, const struct line_place *place, bool *is_there,
	struct err *err)
{
	struct str before = { 0 };
	struct line line;
	int got = 0;

	*is_there = false;
	if (place->seq == 0 || place->byte >= lines->size)
		return 0;
	if (place->byte > 0 && journal_file_read(lines->fd, lines->path, place->byte - 1,
				       1, &before, err) != 0)
		return -1;
	if (place->byte == 0 || before.text[0] == '\n') {
		start_at(lines, place->byte, place->line);
		got = journal_lines_next(lines, err);
	}
	str_free(&before);
	if (got <= 0)
		return got;
	line_parse(&line, lines->text);
	*is_there = line.sound && line.record.seq == place->seq;
	line_free(&line);
	return 0;
}

int
journal_lines_go_to(
	struct journal_lines *lines, const struct line_place *place, struct err *err)
{
	bool is_there = false;

	if (lines->fd >= 0 && is_at(lines, place, &is_there, err) != 0)
		return -1;
	if (is_there)
		start_at(lines, place->byte, place->line);
	else
		start_at(lines, 0, 1);
	return 0;
}

void
journal_lines_close(struct journal_lines *lines)
{
	if (lines->fd >= 0)
		close(lines->fd);
	lines->fd = -1;
	str_free(&lines->chunk);
}

/* What is not among the records that were handed out. */
struct lack {
	size_t damaged; /* lines that are no records */
	size_t missing; /* records: their numbers are left out between others */
	size_t behind;	/* whole lines that are no records, behind the last one */
	uint64_t last;	/* the highest number so far */
};

/* What a crash has left of a record has no number: it was written anew with it. */
static void
note_record(struct lack *lack, uint64_t seq)
{
	lack->behind = 0;
	if (seq <= lack->last)
		return;
	lack->missing += seq - lack->last - 1;
	lack->last = seq;
}

static void
note_damage(struct lack *lack, bool ended)
{
	lack->damaged++;
	lack->behind += ended;
}

static int
read_all(const char *path, journal_record_fn *record, void *arg, struct lack *lack,
	struct err *err)
{
	struct journal_lines lines;
	bool go_on = true;
	int got = 0;

	if (journal_lines_open(&lines, path, err) != 0)
		return -1;
	while (go_on && (got = journal_lines_next(&lines, err)) > 0) {
		struct line line;

		line_parse(&line, lines.text);
		line.record.line = lines.number;
		if (line.whole) {
			note_record(lack, line.record.seq);
			go_on = record(arg, &line.record);
		} else {
			note_damage(lack, lines.ended);
		}
		line_free(&line);
	}
	journal_lines_close(&lines);
	return got < 0 ? -1 : 0;
}

int
journal_read(const char *path, journal_record_fn *record, void *arg, size_t *damaged,
	struct err *err)
{
	struct lack lack = { 0 };
	int status = read_all(path, record, arg, &lack, err);

	if (damaged != NULL)
		*damaged = lack.damaged;
	return status;
}

int
journal_read_every(const char *path, journal_record_fn *record, void *arg, size_t *lost,
	struct err *err)
{
	struct lack lack = { 0 };
	int status = read_all(path, record, arg, &lack, err);

	*lost = lack.missing + lack.behind;
	return status;
}
