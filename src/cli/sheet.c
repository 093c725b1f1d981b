/* SPDX-License-Identifier: MIT */
#include "cli/sheet.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"
#include "cli/rows.h"
#include "config/config.h"
#include "report/table.h"

#define LABEL 13

/* --- lines --- */

void
sheet_line(struct cli *cli, const char *label, struct span text)
{
	struct str *out = &cli->out.text;
	size_t width;

	width = safe_text(out, span_of(label));
	str_add_repeated(out, ' ', width + 2 > LABEL ? 2 : LABEL - width);
	table_text(out, text, cli->ascii);
	str_add_char(out, '\n');
}

/* The line of a text that was put together, which is empty again. */
static void
take_line(const struct look *look, const char *label, struct str *text)
{
	if (text->len > 0)
		sheet_line(look->cli, label, str_span(text));
	str_clear(text);
}

static void
title(const struct look *look, struct span name, const struct board *board)
{
	struct str text = { 0 };

	str_add_span(&text, name);
	str_addf(&text, " in %s", board->store.name);
	if (*board->store.kind != '\0')
		str_addf(&text, " (%s, %s)", board->store.kind, board->store.where);
	table_text(&look->cli->out.text, str_span(&text), look->cli->ascii);
	str_add_char(&look->cli->out.text, '\n');
	str_free(&text);
}

/* --- pieces of text --- */

static void
add_time(struct str *out, const struct look *look, int64_t at)
{
	if (look->zone != NULL)
		time_addf(out, at, look->zone, "%Y-%m-%d %H:%M:%S %Z");
	else
		time_add_rfc3339(out, at);
}

/* "2026-11-22T02:14:02Z, 53m39s ago" */
static void
add_moment(struct str *out, const struct look *look, int64_t at)
{
	add_time(out, look, at);
	if (at == TIME_NONE)
		return;
	str_add(out, ", ");
	duration_add(out, at <= look->now ? look->now - at : at - look->now);
	str_add(out, at <= look->now ? " ago" : " in the FUTURE");
}

/* As lists have it: "-" where a store has no place for one. */
static void
add_watermark(struct str *out, const struct look *look, int64_t watermark, unsigned flags)
{
	if (watermark == TIME_NONE && (flags & CKPT_NO_METADATA) != 0)
		str_add_char(out, '-');
	else
		add_moment(out, look, watermark);
}

static void
add_lag(struct str *out, struct lag lag)
{
	if (lag.partial)
		str_add_char(out, lag.amount < 0 ? '<' : '>');
	switch (lag.kind) {
	case LAG_UNKNOWN: str_add(out, "?"); break;
	case LAG_NONE: str_add(out, "-"); break;
	case LAG_POSITIONS: number_add_grouped(out, lag.amount); break;
	case LAG_TIME: duration_add(out, lag.amount); break;
	}
}

static void
add_rate(struct str *out, struct rate rate, bool of_time, const char *what)
{
	double amount = of_time ? rate.per_second / (double)SECOND : rate.per_second;

	if (rate.known)
		str_addf(out, "%s%s%.6g%s/s", what, rate.partial ? "~" : "", amount,
			of_time ? "s" : "");
}

static void
add_state(struct str *out, const struct look *look, enum state state,
	enum finding finding, struct since since, struct since state_since)
{
	why_add_since(out, state, finding, since, state_since, look->now, look->zone,
		look->cli->ascii);
}

static void
add_eta(struct str *out, struct eta eta)
{
	if (eta.kind == ETA_NEVER)
		str_add(out, "never at this speed");
	else if (eta.kind == ETA_AFTER)
		duration_add(out, eta.after);
}

static const struct why *
words(const struct look *look, const struct why *why)
{
	return look->zone != NULL && why->local != NULL ? why->local : why;
}

/* --- a checkpoint --- */

static void
add_value(struct str *out, struct span text, const struct value *value)
{
	if (text.at == NULL) {
		str_add(out, "none (NULL)");
		return;
	}
	str_add_span(out, text);
	str_addf(out, "  (%s)", value_type_word(value->type));
}

static const struct zone *
configured_zone(const struct look *look, const struct board_row *row)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->boards[i] == row->board)
			return look->cli->config->stores[i].zone;
	return NULL;
}

/* Where the zone of a time comes from that has none itself. */
static void
add_zone_source(struct str *out, const struct look *look, const struct board_row *row)
{
	const struct zone *zone = configured_zone(look, row);
	struct zone *found;
	struct stamp stamp;

	if (row->updated == TIME_NONE || !stamp_parse(&stamp, row->updated_text) ||
		(stamp.form != STAMP_NAIVE && stamp.form != STAMP_DATE))
		return;
	if (zone != NULL) {
		str_addf(out, " in %s (tz)", zone_name(zone));
		return;
	}
	found = zone_fixed((int)((stamp.at - row->updated) / SECOND));
	str_addf(out, " in %s (found out)", zone_name(found));
	zone_free(found);
}

static void
add_updated(struct str *out, const struct look *look, const struct board_row *row)
{
	if (row->updated == TIME_NONE && row->updated_assumed != NULL) {
		str_addf(out, "? (if its zone is %s: ", row->updated_assumed);
		add_moment(out, look, row->updated_if);
		str_add(out, ")");
	} else if (row->updated == TIME_NONE && row->written_at != TIME_NONE) {
		str_add(out, "? (its file was written ");
		add_moment(out, look, row->written_at);
		str_add(out, ")");
	} else if ((row->flags & CKPT_NO_UPDATED) != 0) {
		str_add(out, "? (the store has no place for it)");
	} else if (row->updated == TIME_NONE && row->updated_text.len > 0) {
		str_add(out, "? (no time that can be read)");
	} else {
		add_moment(out, look, row->updated);
	}
	if (row->updated_text.at != NULL) {
		str_add(out, "; stored as ");
		str_add_span(out, row->updated_text);
		add_zone_source(out, look, row);
	}
}

static void
position_lines(const struct look *look, const struct board_row *row)
{
	struct str text = { 0 };

	if (row->value.at == NULL && row->damage.at != NULL)
		str_add_char(&text, '?');
	else
		add_value(&text, row->value, &row->parsed);
	take_line(look, "value", &text);
	if (row->head.at != NULL) {
		add_value(&text, row->head, &row->head_parsed);
		if (row->head_at != TIME_NONE) {
			str_add(&text, ", read ");
			add_moment(&text, look, row->head_at);
		}
	} else {
		str_add(&text, "?");
	}
	take_line(look, "head", &text);
	add_lag(&text, row->lag);
	if (row->lag_reason != NULL)
		str_addf(&text, ", %s", row->lag_reason);
	add_rate(&text, row->lag_rate, row->lag.kind == LAG_TIME, ", changing by ");
	take_line(look, "lag", &text);
	add_rate(&text, row->speed, row->parsed.type == VALUE_TIME, "");
	take_line(look, "speed", &text);
	add_eta(&text, row->eta);
	take_line(look, "catches up", &text);
	str_free(&text);
}

static void
time_lines(const struct look *look, const struct board_row *row)
{
	struct str text = { 0 };

	add_updated(&text, look, row);
	take_line(look, "updated", &text);
	if (row->cadence != TIME_NONE) {
		str_add(&text, "every ");
		duration_add(&text, row->cadence);
	}
	take_line(look, "saves", &text);
	add_watermark(&text, look, row->watermark, row->flags);
	take_line(look, "watermark", &text);
	str_free(&text);
}

/* The other keys that a file name may stand for: a job and a partition around each of its
 * underscores. */
static void
add_candidates(struct str *out, const struct board_row *row)
{
	struct span stem = row->where;
	struct str own = { 0 }, candidate = { 0 };

	stem.len -= stem.len > strlen(".json") ? strlen(".json") : 0;
	key_add(&own, row->key);
	for (size_t i = 1; i < stem.len; i++) {
		struct key key = { { stem.at, i },
			{ stem.at + i + 1, stem.len - i - 1 } };

		if (stem.at[i] != '_')
			continue;
		str_clear(&candidate);
		key_add(&candidate, key);
		if (!span_equal(str_span(&candidate), str_span(&own)))
			str_addf(out, "%s%s", out->len > 0 ? " or " : "", candidate.text);
	}
	str_free(&own);
	str_free(&candidate);
}

static void
guess_line(const struct look *look, const struct board_row *row)
{
	struct str text = { 0 }, candidates = { 0 };

	if ((row->flags & CKPT_KEY_GUESSED) == 0)
		return;
	add_candidates(&candidates, row);
	str_addf(&text, "guessed from that of the file, which may as well mean %s",
		str_text(&candidates));
	take_line(look, "name", &text);
	str_free(&candidates);
	str_free(&text);
}

static void
damage_line(const struct look *look, const struct board_row *row)
{
	struct str text = { 0 };

	if (row->damage.at == NULL)
		return;
	str_add_span(&text, row->damage);
	if (row->damage_detail.len > 0) {
		str_add(&text, ": ");
		str_add_span(&text, row->damage_detail);
	}
	take_line(look, "damage", &text);
	str_free(&text);
}

/* What would come from metadata that cannot be read. */
static void
unread_line(const struct look *look, const char *name, const struct board_row *row)
{
	struct str text = { 0 };

	if (row->board->store.metadata_unread == NULL)
		return;
	str_addf(&text, "? (%s)", row->board->store.metadata_unread);
	take_line(look, name, &text);
	str_free(&text);
}

static void
note_lines(const struct look *look, const struct board_row *row)
{
	struct cli *cli = look->cli;

	if (row->note != NULL && *row->note != '\0')
		sheet_line(cli, "note", span_of(row->note));
	else
		unread_line(look, "note", row);
	if (row->status != NULL)
		sheet_line(cli, "status", span_of(row->status));
	if (row->where.at != NULL)
		sheet_line(cli, "where", row->where);
	damage_line(look, row);
	guess_line(look, row);
	if ((row->flags & CKPT_KEY_REPEATED) != 0)
		sheet_line(cli, "key",
			row->where.at != NULL
				? SPAN("several files have it: the one that counts is "
				       "PARTITION, the others are PARTITION@FILE")
				: SPAN("there is more than one row with it; the last one "
				       "is shown"));
	if ((row->flags & CKPT_SUPERSEDED) != 0)
		sheet_line(cli, "done", SPAN("a later date is the live one"));
}

static void
error_line(const struct look *look, const struct board_row *row)
{
	struct str text = { 0 };

	str_add_span(&text, row->error);
	if (row->error.at != NULL && row->error_since != TIME_NONE) {
		str_add(&text, "; first seen ");
		add_moment(&text, look, row->error_since);
	}
	take_line(look, "error", &text);
	str_free(&text);
}

void
sheet_checkpoint(const struct look *look, const struct board_row *row)
{
	struct cli *cli = look->cli;
	struct str text = { 0 };

	key_add(&text, row->key);
	title(look, str_span(&text), row->board);
	str_clear(&text);
	add_state(&text, look, row->state, row->finding, row->since, row->state_since);
	take_line(look, "state", &text);
	str_add(&text, words(look, &row->why)->sentence);
	take_line(look, "why", &text);
	error_line(look, row);
	position_lines(look, row);
	time_lines(look, row);
	note_lines(look, row);
	if ((row->flags & CKPT_NO_METADATA) != 0)
		sheet_line(cli, "metadata", SPAN("the store has no place for it"));
	else if (row->board->store.metadata_unread != NULL)
		unread_line(look, "metadata", row);
	else
		sheet_line(cli, "metadata",
			row->metadata.at != NULL ? row->metadata : SPAN("none"));
	if (row->metadata_more > 0) {
		str_clear(&text);
		str_addf(&text, "... %llu more bytes; --json prints all",
			(unsigned long long)row->metadata_more);
		take_line(look, "", &text);
	}
	str_free(&text);
}

/* --- a job --- */

static void
progress_lines(const struct look *look, const struct board_job *job)
{
	struct str text = { 0 };

	add_lag(&text, job->lag);
	add_rate(&text, job->lag_rate, job->lag.kind == LAG_TIME, ", changing by ");
	take_line(look, "lag", &text);
	add_rate(&text, job->speed, job->lag.kind == LAG_TIME, "");
	take_line(look, "speed", &text);
	add_eta(&text, job->eta);
	take_line(look, "catches up", &text);
	add_moment(&text, look, job->updated);
	take_line(look, "updated", &text);
	if (job->watermark != TIME_NONE && !job->watermark_known)
		str_add(&text, "at most ");
	add_watermark(
		&text, look, job->watermark, job->worst != NULL ? job->worst->flags : 0);
	if (job->holds_watermark != NULL && job->partitions > 1) {
		str_add(&text, ", of partition ");
		str_add_span(&text, job->holds_watermark->key.partition);
	}
	take_line(look, "watermark", &text);
	str_free(&text);
}

void
sheet_job(const struct look *look, const struct board_job *job)
{
	struct str text = { 0 };

	key_add(&text, (struct key){ job->job, SPAN_NONE });
	title(look, str_span(&text), job->board);
	str_clear(&text);
	add_state(&text, look, job->state, job->finding, job->since, job->state_since);
	take_line(look, "state", &text);
	str_add(&text, words(look, &job->why)->sentence);
	take_line(look, "why", &text);
	str_addf(&text, "%zu", job->partitions);
	if (job->bad > 0)
		str_addf(&text, ", %zu bad", job->bad);
	if (job->dormant > 0)
		str_addf(&text, ", %zu dormant", job->dormant);
	take_line(look, "partitions", &text);
	progress_lines(look, job);
	if (job->owner != NULL)
		sheet_line(look->cli, "owner", span_of(job->owner));
	if (job->runbook != NULL)
		sheet_line(look->cli, "runbook", span_of(job->runbook));
	str_free(&text);
}

/* --- a store --- */

void
sheet_store(const struct look *look, const struct board *board)
{
	const struct board_store *store = &board->store;
	struct cli *cli = look->cli;
	struct str text = { 0 };

	table_text(&cli->out.text, span_of(store->name), cli->ascii);
	str_add_char(&cli->out.text, '\n');
	if (*store->kind != '\0')
		sheet_line(cli, "kind", span_of(store->kind));
	sheet_line(cli, "where", span_of(store->where));
	if (store->good_at != TIME_NONE)
		str_addf(&text, "%zu of %zu %s", board->checkpoint_count,
			board->job_count, board->job_count == 1 ? "job" : "jobs");
	take_line(look, "checkpoints", &text);
	if (!store->reachable)
		sheet_line(cli, "error", span_of(store->error.text));
	for (size_t i = 0; i < store->fact_count; i++) {
		if (store->facts[i].warning)
			str_add(&text, "WARNING: ");
		str_add(&text, store->facts[i].text);
		take_line(look, store->facts[i].name, &text);
	}
	str_free(&text);
}
