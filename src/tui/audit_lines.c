/* SPDX-License-Identifier: MIT */
#include "tui/audit_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/number.h"
#include "model/value.h"

/* How much of an operation's id names it. */
#define OP_SHOWN 8

/* --- values --- */

void
audit_add_value(struct str *out, bool exists, struct span value)
{
	struct value parsed = value_parse(value, VALUE_AUTO, NULL);

	if (!exists)
		str_add(out, "(none)");
	else if (value.at == NULL)
		str_add(out, "NULL");
	else if (parsed.type == VALUE_INT)
		number_add_grouped(out, parsed.number);
	else
		str_add_span(out, value);
}

/* One side of an entry: before or after it. */
struct side {
	bool exists, unreadable;
	struct span value;
};

static struct side
side_of(const struct audit_entry *entry, bool after)
{
	return after ? (struct side){ entry->exists, entry->new_unreadable,
		entry->new_value }
		     : (struct side){ entry->existed, entry->old_unreadable,
			       entry->old_value };
}

void
audit_add_side(struct str *out, const struct audit_entry *entry, bool after)
{
	struct side side = side_of(entry, after);

	if (side.exists && side.unreadable)
		str_add(out, "(unreadable)");
	else
		audit_add_value(out, side.exists, side.value);
}

static void
add_distance(struct str *out, enum value_type type, int64_t distance, bool brief)
{
	if (distance > 0)
		str_add_char(out, '+');
	if (type == VALUE_TIME) {
		if (distance < 0)
			str_add_char(out, '-');
		duration_add_short(out, distance < 0 ? -distance : distance);
	} else if (brief) {
		number_add_short(out, distance);
	} else {
		number_add_grouped(out, distance);
	}
}

void
audit_add_change(struct str *out, struct span from, struct span to, bool brief)
{
	struct value a = value_parse(from, VALUE_AUTO, NULL);
	struct value b = value_parse(to, VALUE_AUTO, NULL);

	if (from.at == NULL || to.at == NULL || !value_comparable(&a, &b))
		str_add_char(out, '?');
	else
		add_distance(out, a.type, value_distance(&b, &a), brief);
}

/* --- what is recorded --- */

static bool
is_acknowledgement(const struct audit_entry *entry)
{
	return span_is(entry->action, journal_action_word(JOURNAL_ACTION_ACKNOWLEDGE));
}

/* What did not come out as it was meant to is said aloud, and what is not told any more
 * as it was. */
static struct span
what_of(const struct audit_entry *entry)
{
	static const struct {
		const char *phase, *word;
	} words[] = {
		{ "intent", "OPEN" },
		{ "failed", "FAILED" },
		{ "conflict", "CONFLICT" },
		{ "unknown", "UNKNOWN" },
		{ "refused", "REFUSED" },
		{ "overwritten", "OVERWRITTEN" },
	};

	if (entry->edited)
		return SPAN("EDITED");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_is(entry->phase, words[i].phase))
			return span_of(words[i].word);
	return is_acknowledgement(entry) ? SPAN("explain") : entry->action;
}

static struct span
keep(struct audit_lines *lines, struct str *text)
{
	struct span kept = arena_span(lines->arena, str_span(text));

	str_clear(text);
	return kept;
}

static bool
all_alike(const struct audit_line *line, bool after)
{
	struct side first = side_of(line->entries, after);

	for (size_t i = 1; i < line->count; i++) {
		struct side other = side_of(&line->entries[i], after);

		if (other.exists != first.exists ||
			other.unreadable != first.unreadable ||
			!span_equal(other.value, first.value))
			return false;
	}
	return true;
}

static bool
add_up(const struct audit_line *line, bool after, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < line->count; i++) {
		struct side side = side_of(&line->entries[i], after);
		struct value value = value_parse(side.value, VALUE_INT, NULL);

		if (!side.exists || value.type != VALUE_INT ||
			__builtin_add_overflow(*out, value.number, out))
			return false;
	}
	return true;
}

/* Numbers of several checkpoints are added up, and marked as a sum; of anything else is
 * said what all have in common. */
static bool
add_side(struct str *out, struct audit_line *line, bool after, bool ascii, int64_t *total)
{
	if (add_up(line, after, total)) {
		line->is_sum = true;
		str_add(out, ascii ? "*" : "\u03a3");
		number_add_grouped(out, *total);
		return true;
	}
	if (all_alike(line, after))
		audit_add_side(out, line->entries, after);
	else
		str_add(out, "various");
	return false;
}

static void
fill_sum(struct audit_lines *lines, struct audit_line *line, bool ascii)
{
	const struct audit_entry *entry = line->entries;
	int64_t from, to;
	struct str text = { 0 };
	bool numbers = add_side(&text, line, false, ascii, &from);

	line->old_value = keep(lines, &text);
	numbers = add_side(&text, line, true, ascii, &to) && numbers;
	line->new_value = keep(lines, &text);
	if (numbers)
		add_distance(&text, VALUE_INT, to - from, true);
	else if (entry->existed && entry->exists && all_alike(line, false) &&
		 all_alike(line, true))
		audit_add_change(&text, entry->old_value, entry->new_value, true);
	line->change = keep(lines, &text);
	str_free(&text);
}

static void
fill_values(struct audit_lines *lines, struct audit_line *line)
{
	const struct audit_entry *entry = line->entries;
	struct str text = { 0 };

	audit_add_side(&text, entry, false);
	line->old_value = keep(lines, &text);
	audit_add_side(&text, entry, true);
	line->new_value = keep(lines, &text);
	if (entry->existed && entry->exists) {
		audit_add_change(&text, entry->old_value, entry->new_value, true);
		line->change = keep(lines, &text);
	}
	str_free(&text);
}

static struct audit_line *
add(struct audit_lines *lines)
{
	struct audit_line *line;

	lines->lines = mem_resize(lines->lines, lines->count + 1, sizeof(*lines->lines));
	line = &lines->lines[lines->count++];
	*line = (struct audit_line){ .count = 1 };
	return line;
}

static void
add_entries(struct audit_lines *lines, const struct audit_entry *entries, size_t count,
	bool ascii)
{
	struct audit_line *line = add(lines);
	struct str text = { 0 };

	line->entries = entries;
	line->count = count;
	line->at = entries->at;
	line->op = (struct span){ entries->op.at,
		entries->op.len < OP_SHOWN ? entries->op.len : OP_SHOWN };
	line->who = entries->who;
	line->what = what_of(entries);
	line->store = entries->store;
	line->job = entries->key.job;
	line->partition = entries->key.partition;
	line->reason = entries->reason;
	if (count > 1) {
		str_addf(&text, "*(%zu)", count);
		line->partition = keep(lines, &text);
		fill_sum(lines, line, ascii);
	} else if (entries->key.job.at != NULL) {
		fill_values(lines, line);
	}
	str_free(&text);
}

/* How many entries from here on are one line: of one operation on one job that came out
 * alike. */
static size_t
alike(const struct audit_entry *entries, size_t count)
{
	size_t same = 1;

	while (same < count && span_equal(entries[same].op, entries->op) &&
		span_equal(entries[same].store, entries->store) &&
		span_equal(entries[same].key.job, entries->key.job) &&
		span_equal(entries[same].phase, entries->phase) &&
		entries[same].edited == entries->edited)
		same++;
	return same;
}

/* --- what nobody explains --- */

static void
add_unexplained(struct audit_lines *lines, const struct board_row *row)
{
	const struct doubt *doubt = &row->doubt;
	bool gone = doubt->kind == DOUBT_GONE;
	struct audit_line *line;
	struct str text = { 0 };

	if (doubt->kind == DOUBT_NONE)
		return;
	line = add(lines);
	lines->unexplained++;
	line->row = row;
	line->at = doubt->since.at;
	line->at_least = doubt->since.at_least;
	line->who = SPAN("?");
	line->what = gone ? SPAN("GONE") : SPAN("BACK");
	line->store = span_of(row->board->store.name);
	line->job = row->key.job;
	line->partition = row->key.partition;
	str_add(&text, row->board->store.half_asked ? "no record on this host"
						    : "no record: NOT by ckptop");
	if (doubt->kind == DOUBT_PASSED)
		str_add(&text, "; passed again");
	line->reason = keep(lines, &text);
	audit_add_value(&text, true, doubt->from);
	line->old_value = keep(lines, &text);
	audit_add_value(&text, !gone, doubt->to);
	line->new_value = keep(lines, &text);
	if (!gone) {
		audit_add_change(&text, doubt->from, doubt->to, true);
		line->change = keep(lines, &text);
	}
	str_free(&text);
}

/* Boards have all rows of jobs with something unexplained; of large ones the worst. */
static void
add_all_unexplained(struct audit_lines *lines, const struct frame *frame)
{
	for (size_t i = 0; i < frame->board_count; i++)
		for (size_t j = 0; j < frame->boards[i]->job_count; j++) {
			const struct board_job *job = &frame->boards[i]->jobs[j];

			if (job->rows == NULL)
				add_unexplained(lines, job->worst);
			for (size_t k = 0; job->rows != NULL && k < job->partitions; k++)
				add_unexplained(lines, job->rows[k]);
		}
}

/* --- all of them --- */

static bool
has_word(const struct audit_line *line, struct span word)
{
	const struct span texts[] = { line->op, line->who, line->what, line->store,
		line->job, line->partition, line->reason };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].at != NULL && span_contains(texts[i], word))
			return true;
	return false;
}

static bool
matches(const struct audit_line *line, struct span filter, struct span job)
{
	struct span rest = span_trim(filter);

	if (job.at != NULL && !span_equal(line->job, job))
		return false;
	while (rest.len > 0) {
		const char *blank = memchr(rest.at, ' ', rest.len);
		size_t length = blank != NULL ? (size_t)(blank - rest.at) : rest.len;

		if (!has_word(line, (struct span){ rest.at, length }))
			return false;
		rest = span_trim((struct span){ rest.at + length, rest.len - length });
	}
	return true;
}

static void
choose(struct audit_lines *lines, struct span filter, struct span job)
{
	size_t kept = 0;

	for (size_t i = 0; i < lines->count; i++)
		if (matches(&lines->lines[i], filter, job))
			lines->lines[kept++] = lines->lines[i];
	lines->count = kept;
}

void
audit_lines_take(struct audit_lines *lines, const struct frame *frame, struct span filter,
	struct span job)
{
	const struct ledger *ledger = frame->ledger;
	size_t next;

	arena_free(lines->arena);
	lines->arena = arena_new();
	lines->count = lines->unexplained = 0;
	add_all_unexplained(lines, frame);
	for (size_t i = 0; ledger != NULL && i < ledger->count; i += next) {
		next = alike(&ledger->entries[i], ledger->count - i);
		add_entries(lines, &ledger->entries[i], next, frame->ascii);
	}
	lines->total = lines->count;
	choose(lines, filter, job);
}

void
audit_lines_free(struct audit_lines *lines)
{
	arena_free(lines->arena);
	free(lines->lines);
	*lines = (struct audit_lines){ 0 };
}
