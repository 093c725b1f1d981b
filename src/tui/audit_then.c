/* SPDX-License-Identifier: MIT */
#include "tui/audit_then.h"

#include "model/value.h"
#include "tui/view_parts.h"

/* --- the checkpoint of now --- */

enum found {
	FOUND_NO_STORE,
	FOUND_UNREAD, /* its rows are not here yet */
	FOUND_GONE,
	FOUND_ROW,
};

struct found_row {
	enum found found;
	const struct board *board;
	const struct board_row *row;
};

static const struct board *
find_board(const struct frame *frame, struct span store)
{
	for (size_t i = 0; i < frame->board_count; i++)
		if (span_is(store, frame->boards[i]->store.name))
			return frame->boards[i];
	return NULL;
}

static const struct board_row *
find_partition(const struct board_job *job, struct span partition)
{
	if (span_equal(job->worst->key.partition, partition))
		return job->worst;
	for (size_t i = 0; job->rows != NULL && i < job->partitions; i++)
		if (span_equal(job->rows[i]->key.partition, partition))
			return job->rows[i];
	return NULL;
}

static struct found_row
find_row(const struct frame *frame, const struct audit_entry *entry)
{
	struct found_row out = { .board = find_board(frame, entry->store) };
	const struct board_job *job = NULL;

	if (out.board == NULL)
		return out;
	for (size_t i = 0; job == NULL && i < out.board->job_count; i++)
		if (span_equal(out.board->jobs[i].job, entry->key.job))
			job = &out.board->jobs[i];
	if (job != NULL)
		out.row = find_partition(job, entry->key.partition);
	if (out.row != NULL && out.row->finding != FINDING_LOST)
		out.found = FOUND_ROW;
	else if (out.board->store.good_at == TIME_NONE ||
		 (out.row == NULL && job != NULL && job->rows == NULL))
		out.found = FOUND_UNREAD;
	else
		out.found = FOUND_GONE;
	return out;
}

/* --- where it is, seen from the old value --- */

static bool
was_changed(const struct audit_entry *entry)
{
	return entry->key.partition.at != NULL &&
	       (span_is(entry->phase, "done") || span_is(entry->phase, "overwritten"));
}

/* From the value before the operation to the one of now. */
static bool
distance_to(int64_t *out, const struct audit_entry *entry, const struct board_row *row)
{
	struct value old = value_parse(entry->old_value, row->parsed.type, NULL);

	if (!entry->existed || entry->old_value.at == NULL ||
		!value_comparable(&row->parsed, &old))
		return false;
	*out = value_distance(&row->parsed, &old);
	return true;
}

/* It was set back: the old value is there to be passed again. */
static bool
is_rewind(const struct audit_entry *entry, enum value_type type)
{
	struct value from = value_parse(entry->old_value, type, NULL);
	struct value to = value_parse(entry->new_value, type, NULL);

	return entry->existed && entry->exists && entry->old_value.at != NULL &&
	       entry->new_value.at != NULL && value_comparable(&from, &to) &&
	       value_distance(&to, &from) < 0;
}

/* Somebody else's change lay between: what was passed then is not what this one left. */
static bool
was_changed_again(
	const struct ledger *ledger, const struct audit_entry *entry, int64_t until)
{
	for (size_t i = 0; ledger != NULL && i < ledger->count; i++) {
		const struct audit_entry *other = &ledger->entries[i];

		if (other->at < entry->at)
			break;
		if (other->at <= until && !span_equal(other->op, entry->op) &&
			span_equal(other->store, entry->store) &&
			key_equal(other->key, entry->key) && was_changed(other))
			return true;
	}
	return false;
}

/* By when a look found the old value passed again, TIME_NONE: none did. A replay that had
 * to pass a higher one has passed this one too. */
static int64_t
passed_at(const struct frame *frame, const struct audit_entry *entry,
	const struct board_row *row)
{
	const struct replay *replay = &row->replay;
	struct value old = value_parse(entry->old_value, row->parsed.type, NULL);

	if (replay->active || !replay->from_known || old.type == VALUE_FILE_POS ||
		old.type == VALUE_OPAQUE || replay->from < old.number ||
		replay->passed_at <= entry->at ||
		was_changed_again(frame->ledger, entry, replay->passed_at))
		return TIME_NONE;
	return replay->passed_at;
}

/* --- words --- */

static void
add_now(struct str *out, const struct frame *frame, const struct found_row *found)
{
	const struct board_store *store = &found->board->store;

	str_add(out, "now ");
	if (!store->reachable) {
		str_clear(out);
		str_add(out, "when last read, ");
		parts_add_time(out, store->good_at, frame, "%H:%M:%S");
		str_add(out, ": ");
	}
	audit_add_value(out, true, found->row->value);
}

static void
add_passed(struct str *out, const struct frame *frame, const struct audit_entry *entry,
	const struct board_row *row, int64_t distance)
{
	int64_t at = passed_at(frame, entry, row);

	str_add(out, distance < 0 && at == TIME_NONE ? "not passed " : "passed ");
	audit_add_value(out, true, entry->old_value);
	str_add(out, " again");
	if (at != TIME_NONE) {
		str_add(out, " by ");
		parts_add_time(out, at, frame,
			at / DAY == entry->at / DAY ? "%H:%M:%S" : "%F %H:%M:%S");
		str_add(out, " (");
		duration_add(out, (at - entry->at) / SECOND * SECOND);
		str_add(out, " later)");
	} else if (distance >= 0) {
		str_add(out, ", when was not seen");
	}
	str_add(out, "; ");
}

static void
add_one(struct str *out, const struct frame *frame, const struct audit_entry *entry)
{
	struct found_row found = find_row(frame, entry);
	struct str now = { 0 };
	int64_t distance;

	if (found.found == FOUND_UNREAD) {
		str_add(out, "not read yet");
	} else if (found.found == FOUND_GONE) {
		str_add(out, entry->exists ? "not there now" : "still not there");
	} else {
		if (is_rewind(entry, found.row->parsed.type) &&
			distance_to(&distance, entry, found.row))
			add_passed(out, frame, entry, found.row, distance);
		else if (!entry->exists)
			str_add(out, "there again; ");
		add_now(&now, frame, &found);
		str_add_span(out, str_span(&now));
	}
	str_free(&now);
}

/* Of several: how many there are of what. */
struct tally {
	size_t passed, not_passed, there, gone, unread;
};

static struct tally
count_all(const struct frame *frame, const struct audit_line *line)
{
	struct tally tally = { 0 };

	for (size_t i = 0; i < line->count; i++) {
		const struct audit_entry *entry = &line->entries[i];
		struct found_row found = find_row(frame, entry);
		int64_t distance;

		tally.unread += found.found == FOUND_UNREAD;
		tally.gone += found.found == FOUND_GONE;
		if (found.found != FOUND_ROW)
			continue;
		if (is_rewind(entry, found.row->parsed.type) &&
			distance_to(&distance, entry, found.row))
			*(distance >= 0 ? &tally.passed : &tally.not_passed) += 1;
		else
			tally.there++;
	}
	return tally;
}

static void
add_count(struct str *out, size_t count, size_t all, const char *words)
{
	if (count == 0)
		return;
	if (out->len == 0)
		str_addf(out, "%zu of %zu %s", count, all, words);
	else
		str_addf(out, ", %zu %s", count, words);
}

static void
add_tally(struct str *out, const struct frame *frame, const struct audit_line *line)
{
	struct tally tally = count_all(frame, line);

	add_count(out, tally.passed, line->count, "passed their OLD again");
	add_count(out, tally.not_passed, line->count, "not yet at their OLD again");
	add_count(out, tally.there, line->count, "there");
	add_count(out, tally.gone, line->count, "not there");
	add_count(out, tally.unread, line->count, "not read yet");
}

bool
audit_add_then(struct str *out, const struct frame *frame, const struct audit_line *line)
{
	if (line->entries == NULL || !was_changed(line->entries) ||
		find_board(frame, line->store) == NULL)
		return false;
	if (line->count > 1)
		add_tally(out, frame, line);
	else
		add_one(out, frame, line->entries);
	return true;
}

/* --- undo --- */

static const struct audit_entry *
find_undo(const struct ledger *ledger, struct span op)
{
	for (size_t i = 0; ledger != NULL && i < ledger->count; i++)
		if (span_equal(ledger->entries[i].undo_of, op) &&
			was_changed(&ledger->entries[i]))
			return &ledger->entries[i];
	return NULL;
}

static void
add_direction(struct str *out, const struct audit_entry *entry, int64_t distance,
	const struct board_row *row)
{
	struct str size = { 0 };

	if (distance == 0) {
		str_add(out, "it is at that value now");
		return;
	}
	audit_add_change(&size, distance > 0 ? entry->old_value : row->value,
		distance > 0 ? row->value : entry->old_value, false);
	str_addf(out, "it would go %s %s from where it is now",
		distance > 0 ? "BACK" : "FORWARD", str_text(&size) + 1);
	str_free(&size);
}

bool
audit_add_undo(struct str *out, const struct frame *frame, const struct audit_line *line)
{
	const struct audit_entry *entry = line->entries, *undone;
	struct found_row found;
	int64_t distance;

	if (entry == NULL || line->count > 1 || !was_changed(entry) || !entry->existed)
		return false;
	undone = find_undo(frame->ledger, entry->op);
	if (undone != NULL && find_undo(frame->ledger, undone->op) == NULL) {
		str_addf(out, "undone already, by %.*s", (int)undone->op.len,
			undone->op.at);
		return true;
	}
	if (!entry->in_journal) {
		str_addf(out,
			"not from here: the old row is in the journal of %.*s; u "
			"says what to do",
			(int)entry->who.len, entry->who.at);
		return true;
	}
	found = find_row(frame, entry);
	if (found.found == FOUND_ROW && distance_to(&distance, entry, found.row)) {
		str_add(out, "u asks first; ");
		add_direction(out, entry, distance, found.row);
	} else if (found.found == FOUND_GONE) {
		str_add(out, "u asks first; it would be there again with ");
		audit_add_value(out, true, entry->old_value);
	} else {
		return false;
	}
	return true;
}
