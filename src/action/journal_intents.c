/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "action/journal_file.h"
#include "base/mem.h"

/* How far back whoever appends looks for what may have ended since. */
#define NEAR ((uint64_t)1 << 20)

/* Where a record is. */
struct place {
	uint64_t at, bytes, number, seq;
};

/* An operation that is not ended so far. */
struct open_op {
	char *op;
	struct place first, last;
};

struct open_ops {
	struct open_op *at;
	size_t count;
};

static struct open_op *
find(const struct open_ops *ops, struct span op)
{
	for (size_t i = 0; i < ops->count; i++)
		if (span_is(op, ops->at[i].op))
			return &ops->at[i];
	return NULL;
}

static void
forget(struct open_ops *ops, struct open_op *op)
{
	size_t behind = ops->count - (size_t)(op - ops->at) - 1;

	free(op->op);
	memmove(op, op + 1, behind * sizeof(*op));
	ops->count--;
}

static void
take(struct open_ops *ops, const struct journal_record *record, struct place place)
{
	struct open_op *op = find(ops, record->op);

	if (!journal_phase_is_open(record->phase) && !record->left) {
		if (op != NULL)
			forget(ops, op);
		return;
	}
	if (op == NULL) {
		ops->at = mem_resize(ops->at, ops->count + 1, sizeof(*ops->at));
		op = &ops->at[ops->count++];
		*op = (struct open_op){
			.op = mem_copy(record->op.at, record->op.len),
			.first = place,
		};
	}
	op->last = place;
}

static int
load(const struct journal_lines *lines, struct place place, struct str *text,
	struct line *line, struct err *err)
{
	if (journal_file_read(lines->fd, lines->path, place.at, place.bytes, text, err) !=
		0)
		return -1;
	line_parse(line, str_span(text));
	line->record.line = place.number;
	if (line->whole)
		return 0;
	line_free(line);
	return err_set(err, ERR_FAILED,
		"line %llu of the journal %s was changed while it was read",
		(unsigned long long)place.number, lines->path);
}

/* -1 on failure, 0 when the reader wants no more, else 1. */
static int
tell(const struct journal_lines *lines, const struct open_op *op,
	journal_record_fn *record, void *arg, struct err *err)
{
	struct str first_text = { 0 }, last_text = { 0 };
	struct line first = { 0 }, last = { 0 };
	int result = -1;

	if (load(lines, op->last, &last_text, &last, err) != 0 ||
		load(lines, op->first, &first_text, &first, err) != 0)
		goto end;
	last.record.begun = first.record.at;
	if (last.record.row_count == 0) {
		last.record.rows = first.record.rows;
		last.record.row_count = first.record.row_count;
		last.record.altered |= first.record.altered;
	}
	result = record(arg, &last.record) ? 1 : 0;
end:
	line_free(&first);
	line_free(&last);
	str_free(&first_text);
	str_free(&last_text);
	return result;
}

/* What is open of the lines that are still to be read. */
static int
gather(struct journal_lines *lines, struct open_ops *ops, struct err *err)
{
	int got;

	while ((got = journal_lines_next(lines, err)) > 0) {
		struct line line;

		line_parse(&line, lines->text);
		if (line.whole)
			take(ops, &line.record,
				(struct place){ lines->at, lines->text.len, lines->number,
					line.record.seq });
		line_free(&line);
	}
	return got;
}

static void
forget_all(struct open_ops *ops)
{
	while (ops->count > 0)
		forget(ops, &ops->at[ops->count - 1]);
	free(ops->at);
}

bool
journal_open_from(int fd, const char *path, uint64_t size,
	const struct journal_tail *tail, const struct journal_record *record, uint64_t at,
	struct line_place *out)
{
	struct journal_lines lines = { .path = path, .fd = fd, .size = size };
	struct place here = { .at = at, .seq = record->seq };
	const struct place *first = &here;
	struct open_ops ops = { 0 };
	struct err ignored = { 0 };
	bool known;

	/* What was ended stays so. An operation that nobody can end must not make every
	 * other one slow, and with the lock held; where it ends that is looked up. */
	if (tail->open_from.seq > 0 && size - tail->open_from.byte > NEAR &&
		record->phase != JOURNAL_RESOLVED) {
		*out = tail->open_from;
		return true;
	}
	known = journal_lines_go_to(&lines, &tail->open_from, &ignored) == 0 &&
		gather(&lines, &ops, &ignored) == 0;
	here.number = lines.number + 1;
	take(&ops, record, here);
	if (ops.count > 0)
		first = &ops.at[0].first;
	*out = (struct line_place){ first->at, first->number, first->seq };
	forget_all(&ops);
	str_free(&lines.chunk);
	return known;
}

int
journal_open_intents(
	const char *path, journal_record_fn *record, void *arg, struct err *err)
{
	struct journal_lines lines;
	struct journal_tail tail = { 0 };
	struct open_ops ops = { 0 };
	struct err ignored = { 0 };
	int got;

	if (journal_lines_open(&lines, path, err) != 0)
		return -1;
	/* A file whose end is no record is read all the same, and from its beginning. */
	if (lines.fd >= 0 &&
		journal_file_tail(lines.fd, path, lines.size, &tail, &ignored) != 0)
		tail.open_from.seq = 0;
	got = journal_lines_go_to(&lines, &tail.open_from, err);
	if (got == 0)
		got = gather(&lines, &ops, err);
	for (size_t i = 0, more = 1; got == 0 && more && i < ops.count; i++) {
		got = tell(&lines, &ops.at[i], record, arg, err);
		more = got > 0;
		got = got < 0 ? -1 : 0;
	}
	forget_all(&ops);
	journal_lines_close(&lines);
	return got;
}
