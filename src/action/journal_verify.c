/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/journal_file.h"
#include "base/mem.h"

static const char *const fault_words[] = {
	[JOURNAL_SOUND] = "sound",
	[JOURNAL_EDITED] = "edited",
	[JOURNAL_GAP] = "gap",
	[JOURNAL_REORDERED] = "reordered",
	[JOURNAL_DUPLICATE] = "duplicate",
	[JOURNAL_TORN] = "torn",
	[JOURNAL_CUT] = "cut",
	[JOURNAL_RECHAINED] = "rechained",
};

const char *
journal_fault_word(enum journal_fault fault)
{
	return fault_words[fault];
}

/* An anchor, and what the journal has for it. */
struct claim {
	struct journal_anchor *anchor;
	uint64_t other; /* seq of another record in its place; 0: there is none */
};

struct check {
	struct journal_report *report;
	const struct journal_lines *lines;
	struct claim *claims; /* in the order of their ops */
	size_t claim_count;
	bool any_prev; /* the hash of the record before is not known */
	/* Bytes behind the last record that are none. */
	uint64_t damage_at, damage_bytes, damage_line, damage_seq;
	bool damage_begun;   /* its last line is the beginning of the next record */
	bool damage_foreign; /* no crash leaves it */
};

/* Only the first fault counts: it may have made those behind it. */
static void
fault(struct check *check, enum journal_fault kind, uint64_t seq, uint64_t line)
{
	struct journal_report *report = check->report;

	if (report->fault != JOURNAL_SOUND)
		return;
	report->fault = kind;
	report->seq = seq;
	report->line = line;
}

/* --- anchors --- */

static int
compare_claims(const void *a, const void *b)
{
	return span_compare(((const struct claim *)a)->anchor->op,
		((const struct claim *)b)->anchor->op);
}

/* The first claim whose op is not before this one. */
static size_t
first_claim(const struct check *check, struct span op)
{
	size_t low = 0, high = check->claim_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(check->claims[middle].anchor->op, op) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
meet_claims(struct check *check, const struct line *line)
{
	const struct journal_record *record = &line->record;

	if (!line->whole)
		return;
	for (size_t i = first_claim(check, record->op);
		i < check->claim_count &&
		span_equal(check->claims[i].anchor->op, record->op);
		i++) {
		struct claim *claim = &check->claims[i];

		if (span_equal(claim->anchor->hash, record->hash)) {
			claim->anchor->met = true;
			if (record->seq > check->report->proven)
				check->report->proven = record->seq;
		} else if (claim->anchor->phase == record->phase) {
			claim->other = record->seq;
		}
	}
}

/* What an anchor that was not met says: the record was written anew, or cut off. */
static void
judge_claim(const struct check *check, const struct claim *claim,
	enum journal_fault *kind, uint64_t *seq)
{
	*seq = claim->anchor->seq;
	if (claim->other > 0) {
		*kind = JOURNAL_RECHAINED;
		*seq = claim->other;
	} else {
		*kind = *seq > 0 && *seq <= check->report->last ? JOURNAL_RECHAINED
								: JOURNAL_CUT;
	}
}

/* The lowest seq is the first bad record; one that is not known comes last. */
static void
judge_claims(struct check *check)
{
	enum journal_fault worst = JOURNAL_SOUND, kind;
	uint64_t first = 0, seq;

	for (size_t i = 0; i < check->claim_count; i++) {
		if (check->claims[i].anchor->met)
			continue;
		/* Whoever else changes the same store has a journal of his own. */
		if (check->claims[i].anchor->of_others && check->claims[i].other == 0) {
			check->report->others++;
			continue;
		}
		check->report->missing++;
		check->report->sure |= check->claims[i].anchor->sure;
		judge_claim(check, &check->claims[i], &kind, &seq);
		if (worst == JOURNAL_SOUND || (seq > 0 && (first == 0 || seq < first))) {
			worst = kind;
			first = seq;
		}
	}
	if (worst == JOURNAL_CUT && first > check->report->last + 1)
		first = check->report->last + 1;
	if (worst != JOURNAL_SOUND)
		fault(check, worst, first, 0);
}

/* --- the chain --- */

/* A line that is no record. A crash leaves no hash; and what it leaves has a line behind
 * it only when that is what another crash has left of the same record. */
static void
take_damage(struct check *check, const struct line *line)
{
	uint64_t bytes = check->lines->text.len + check->lines->ended;

	if (check->damage_bytes == 0) {
		check->damage_at = check->lines->at;
		check->damage_line = check->lines->number;
		check->damage_seq = check->report->last + 1;
		check->damage_begun = true;
		check->damage_foreign = false;
	}
	check->damage_foreign |= !check->damage_begun || line->record.hash.at != NULL;
	check->damage_begun = line_is_begun(
		line, check->lines->text, check->report->last + 1, check->report->head);
	check->damage_bytes = check->lines->at + bytes - check->damage_at;
}

/* Nobody tells of the damage: it is no crash. What stood there is not known, so the chain
 * goes on with whatever follows. */
static void
damage_is_edit(struct check *check)
{
	if (check->damage_bytes == 0)
		return;
	fault(check, JOURNAL_EDITED, check->damage_seq, check->damage_line);
	check->any_prev = true;
	check->report->last = check->damage_seq;
	check->damage_bytes = 0;
}

/* A line that is linked and not what its hash is of was a record, and whole. Whatever the
 * next one tells, no crash has made it. */
static void
take_edited(struct check *check)
{
	damage_is_edit(check);
	fault(check, JOURNAL_EDITED, check->report->last + 1, check->lines->number);
	check->any_prev = true;
	check->report->last++;
}

/* The damage before this record is what it tells of: what a crash has left. */
static int
meet_torn(struct check *check, const struct line *line, struct err *err)
{
	struct str bytes = { 0 };
	char hash[DIGEST_SIZE];
	int result = 0;

	if (line->torn.bytes == 0) {
		damage_is_edit(check);
		return 0;
	}
	if (check->damage_bytes == line->torn.bytes && !check->damage_foreign &&
		line->torn.bytes <= 2 * (uint64_t)JOURNAL_LINE_MAX) {
		result = journal_file_read(check->lines->fd, check->lines->path,
			check->damage_at, check->damage_bytes, &bytes, err);
		digest_of(hash, str_span(&bytes));
		if (result == 0 && span_is(line->torn.hash, hash)) {
			check->report->torn++;
			check->damage_bytes = 0;
		}
	} else if (check->damage_bytes == 0) {
		fault(check, JOURNAL_GAP, line->record.seq, check->lines->number);
	}
	damage_is_edit(check);
	str_free(&bytes);
	return result;
}

static void
meet_link(struct check *check, const struct line *line)
{
	const struct journal_record *record = &line->record;
	struct journal_report *report = check->report;
	uint64_t number = check->lines->number, next = report->last + 1;

	if (record->seq > next) {
		fault(check, JOURNAL_GAP, next, number);
	} else if (record->seq < next) {
		/* One that was missed before comes later. */
		if (report->fault == JOURNAL_GAP && report->seq == record->seq)
			report->fault = JOURNAL_REORDERED;
		fault(check, JOURNAL_DUPLICATE, record->seq, number);
		return;
	} else if (!check->any_prev && !span_is(record->prev, report->head)) {
		/* The one before is not the one that this was chained to. */
		fault(check, JOURNAL_EDITED, report->last > 0 ? report->last : 1,
			report->last > 0 ? number - 1 : number);
	}
	report->last = record->seq;
	check->any_prev = false;
	memcpy(report->head, record->hash.at, DIGEST_LEN);
}

static int
take_line(struct check *check, struct err *err)
{
	struct line line;
	int result = 0;

	line_parse(&line, check->lines->text);
	if (!line.linked) {
		take_damage(check, &line);
	} else if (!line.sound) {
		take_edited(check);
	} else {
		result = meet_torn(check, &line, err);
		meet_link(check, &line);
		meet_claims(check, &line);
		check->report->records++;
	}
	line_free(&line);
	return result;
}

/* --- words --- */

static void
add_fault(struct str *out, const struct journal_report *report)
{
	static const char *const sentences[] = {
		[JOURNAL_EDITED] = "was changed after it was written",
		[JOURNAL_GAP] = "is missing",
		[JOURNAL_REORDERED] = "is not in its place",
		[JOURNAL_DUPLICATE] = "is there twice",
		[JOURNAL_TORN] = "is torn: a crash while it was written, or a cut",
		[JOURNAL_CUT] = "is not there, and an anchor tells of it: the end was "
				"cut off, or an older copy put in place",
		[JOURNAL_RECHAINED] = "is not the one that an anchor tells of: it was "
				      "written anew, and the chain behind it",
	};

	if (report->seq > 0)
		str_addf(out, "record %llu", (unsigned long long)report->seq);
	else
		str_add(out, "a record");
	if (report->line > 0)
		str_addf(out, " (line %llu)", (unsigned long long)report->line);
	str_addf(out, " %s", sentences[report->fault]);
	if (report->fault == JOURNAL_CUT && report->seq == 0 && !report->sure)
		str_add(out, ", or it is in another journal of the same user (sudo, "
			     "another HOME): which of these is not provable");
}

static void
add_proof(struct str *out, const struct journal_report *report)
{
	if (report->anchors == report->others)
		str_addf(out, "no anchor %s given, so the tail is not provable",
			report->others > 0 ? "of it was" : "was");
	else if (report->proven == 0)
		str_add(out, "no anchor was met, so the tail is not provable");
	else if (report->proven < report->last)
		str_addf(out,
			"anchors prove it up to record %llu; the tail behind is not "
			"provable",
			(unsigned long long)report->proven);
	else
		str_add(out, "an anchor proves its last record");
}

static void
say(struct journal_report *report)
{
	struct str text = { 0 };

	if (report->fault == JOURNAL_SOUND)
		str_addf(&text, "%llu record%s, none changed",
			(unsigned long long)report->records,
			report->records == 1 ? "" : "s");
	else
		add_fault(&text, report);
	if (report->torn > 0)
		str_addf(&text, "; torn by a crash and told of by the next record: %llu",
			(unsigned long long)report->torn);
	str_add(&text, "; ");
	add_proof(&text, report);
	snprintf(report->text, sizeof(report->text), "%s", text.text);
	str_free(&text);
}

int
journal_verify(const char *path, struct journal_anchor *anchors, size_t count,
	struct journal_report *report, struct err *err)
{
	struct journal_lines lines;
	struct check check = { .report = report, .lines = &lines, .claim_count = count };
	int got;

	*report = (struct journal_report){ .anchors = count, .head = JOURNAL_NO_HASH };
	if (journal_lines_open(&lines, path, err) != 0)
		return -1;
	check.claims = mem_new(count > 0 ? count : 1, sizeof(*check.claims));
	for (size_t i = 0; i < count; i++) {
		anchors[i].met = false;
		check.claims[i].anchor = &anchors[i];
	}
	qsort(check.claims, count, sizeof(*check.claims), compare_claims);
	while ((got = journal_lines_next(&lines, err)) > 0)
		if (take_line(&check, err) != 0) {
			got = -1;
			break;
		}
	if (got == 0) {
		if (check.damage_bytes > 0 && !check.damage_foreign && !lines.ended)
			fault(&check, JOURNAL_TORN, check.damage_seq, check.damage_line);
		damage_is_edit(&check);
		judge_claims(&check);
		say(report);
	}
	free(check.claims);
	journal_lines_close(&lines);
	return got;
}
