/* SPDX-License-Identifier: MIT */
#include "poll/survey.h"

#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "action/explain.h"
#include "base/backoff.h"
#include "base/fsio.h"
#include "base/mem.h"
#include "poll/documents.h"
#include "poll/heads.h"
#include "poll/shown.h"
#include "poll/timings.h"
#include "poll/wanted.h"

/* How often a first read says how far it is, and after how many rows it asks the clock.
 */
#define PROGRESS_EVERY (SECOND / 2)
#define ROWS_PER_LOOK  4096
/* Who has changed something may tell the journal and the store audit a little later. */
#define EXPLAIN_FOR (30 * SECOND)

struct survey {
	const struct store_config *config;
	bool has_heads; /* the store or some rule names one */
	struct records *records;
	struct store *store; /* NULL while not open */
	bool replayed;	     /* the past of a demo store is in the records */
	bool keeps_documents;
	struct documents documents;
	struct store_wanted wanted; /* of the metadata, where they are not kept */
	size_t document_max;	    /* 0: any */
	struct shown shown;

	bool explains;
	bool half_asked;       /* a journal or an audit could not be read */
	const char *journal;   /* NULL: there is none */
	struct file_mark told; /* of the journal when it was read last */
	int64_t explain_until; /* so long it is asked whether it has grown or not */

	survey_progress_fn *progress; /* NULL: nobody wants to know */
	void *progress_arg;
	uint64_t rows_read; /* by this poll */
	int64_t told_at;    /* clock_monotonic(); TIME_NONE: nothing was told */

	bool opened; /* there was an answer, good or bad */
	bool reachable;
	struct since since; /* of reachable */
	int64_t good_at;
	struct err error;
	struct heads heads;
	struct backoff backoff;
	int64_t next_try; /* wall clock, for the picture */
	int64_t started;  /* the last good poll, clock_monotonic() */
	int64_t retry_at; /* while not reachable, clock_monotonic() */
	struct timings timings;
	uint64_t sequence;
	char *kind, *where; /* kept while the store is not open */
	char *unread;	    /* the same of what is said of its metadata; NULL: nothing */
};

/* --- life --- */

struct survey *
survey_new(const struct store_config *config, const struct rules *rules,
	const struct zone *local)
{
	struct survey *survey = mem_new(1, sizeof(*survey));
	struct records_setup setup = {
		.store = config->name,
		.rules = rules,
		.zone = config->zone,
		.local = local,
		.value_type = config->value_type,
		.value_is_last = config->value_is_last,
		.watermark_member = config->watermark_member,
		.error_member = config->error_member,
	};
	struct err ignored = { 0 };

	survey->config = config;
	survey->heads.sources.config = config;
	/* The configuration was checked when it was read; a bad head stays "none" here.
	 */
	head_parse(&setup.head, config->head, &ignored);
	survey->has_heads = setup.head.kind != HEAD_NONE;
	for (size_t i = 0; rules != NULL && i < rules->count; i++)
		survey->has_heads |= rules->rules[i].head != NULL;
	wanted_begin(&survey->wanted, config, rules);
	survey->records = records_new(&setup);
	survey->good_at = TIME_NONE;
	survey->next_try = TIME_NONE;
	survey->since = (struct since){ .at = TIME_NONE };
	backoff_fit(&survey->backoff, config->interval);
	survey->where = store_uri_redacted(config->uri);
	return survey;
}

void
survey_close(struct survey *survey)
{
	heads_close(&survey->heads);
	store_close(survey->store);
	survey->store = NULL;
}

void
survey_free(struct survey *survey)
{
	if (survey == NULL)
		return;
	survey_close(survey);
	records_free(survey->records);
	documents_free(&survey->documents);
	shown_forget(&survey->shown);
	wanted_end(&survey->wanted);
	heads_free(&survey->heads);
	free(survey->kind);
	free(survey->where);
	free(survey->unread);
	free(survey);
}

void
survey_keep_documents(struct survey *survey, bool keep)
{
	survey->keeps_documents = keep;
}

void
survey_limit_documents(struct survey *survey, size_t most)
{
	survey->document_max = most;
}

void
survey_explain_from(struct survey *survey, const char *journal)
{
	survey->explains = true;
	survey->journal = journal;
	survey->explain_until = TIME_NONE;
}

int64_t
survey_due(const struct survey *survey)
{
	/* The interval as it is now: it may have been changed since the poll. */
	return survey->reachable ? survey->started + survey->config->interval
				 : survey->retry_at;
}

void
survey_tell_progress(struct survey *survey, survey_progress_fn *progress, void *arg)
{
	survey->progress = progress;
	survey->progress_arg = arg;
	survey->told_at = TIME_NONE;
}

/* --- one poll --- */

static void fill_store(struct survey *survey, struct board *board);

static void
tell_progress(struct survey *survey)
{
	int64_t now = clock_monotonic();
	struct board *board;

	if (survey->told_at != TIME_NONE && now - survey->told_at < PROGRESS_EVERY)
		return;
	survey->told_at = now;
	board = board_new();
	board->sequence = ++survey->sequence;
	board->taken_at = clock_now();
	fill_store(survey, board);
	board->store.rows_read = survey->rows_read;
	survey->progress(survey->progress_arg, board);
}

static void
put_row(void *arg, const struct ckpt *row)
{
	struct survey *survey = arg;

	if (survey->rows_read++ == 0)
		records_reserve(survey->records, store_rows_expected(survey->store));
	if (survey->progress != NULL && !survey->opened &&
		survey->rows_read % ROWS_PER_LOOK == 0)
		tell_progress(survey);
	records_put(survey->records, row);
	shown_note(&survey->shown, row->key);
	if (survey->keeps_documents)
		documents_put(&survey->documents, row->key, row->metadata);
}

static void
ignore_row(void *arg, const struct ckpt *row)
{
	(void)arg;
	(void)row;
}

/* The thread is to end: whatever asks the store many times stops asking. */
static bool
is_stopping(const struct survey *survey)
{
	return survey->config->stop != NULL && atomic_load(survey->config->stop);
}

/* A row that a steady scan did not deliver is gone; otherwise it may have moved under the
 * scan, and the store is asked for it. */
struct gone {
	const struct survey *survey;
	bool steady;
};

static bool
is_gone(void *arg, struct key key)
{
	struct gone *gone = arg;
	struct err err = { 0 };

	if (gone->steady)
		return true;
	if (is_stopping(gone->survey))
		return false;
	return store_load(gone->survey->store, key, ignore_row, NULL, &err) != 0 &&
	       err.kind == ERR_NOT_FOUND;
}

static int
read_store(struct survey *survey, int64_t now, struct err *err)
{
	struct gone gone = { .survey = survey };
	bool changed;

	if (store_changed(survey->store, &changed, err) != 0)
		return -1;
	records_set_clock(survey->records, store_clock_ahead(survey->store));
	if (changed) {
		bool whole;

		records_begin(survey->records, now);
		if (store_scan_changes(survey->store, put_row, survey, &whole,
			    &gone.steady, err) != 0)
			return -1;
		/* Where only changes came, what is gone came as gone. */
		if (whole) {
			records_end(survey->records, is_gone, &gone);
			shown_forget(&survey->shown);
		}
	}
	if (survey->has_heads)
		heads_ask(&survey->heads, survey->records, survey->store, now,
			survey->config->stop);
	return 0;
}

/* --- what others tell --- */

static void
take_explanation(void *arg, const struct explanation *explanation)
{
	struct survey *survey = arg;

	records_explain(survey->records, explanation);
}

/* Whether the journal is another one than when it was read last. */
static bool
has_grown(struct survey *survey)
{
	struct file_mark mark = { 0 };
	struct stat status;
	bool same;

	if (survey->journal != NULL && stat(survey->journal, &status) == 0)
		mark = file_mark_of(&status);
	same = file_mark_equal(&mark, &survey->told);
	survey->told = mark;
	return !same;
}

/* Before anything is called unexplained, those who keep records are asked. */
static void
explain(struct survey *survey, int64_t now)
{
	struct err ignored = { 0 };
	bool fresh;
	size_t open = records_unexplained(survey->records, &fresh);

	if (!survey->explains || (open == 0 && !fresh))
		return;
	if (fresh)
		survey->explain_until = now + EXPLAIN_FOR;
	if (!has_grown(survey) && now >= survey->explain_until && !survey->half_asked)
		return;
	/* What cannot be asked explains nothing; the audit screen says what that is. A
	 * store whose checkpoints we do not change has nothing to be asked for. */
	survey->half_asked =
		explain_changes(survey->store, survey->config->name, survey->journal,
			take_explanation, survey, &ignored) != 0 &&
		(store_capabilities(survey->store) & STORE_CAN_OPERATE) != 0;
	records_set_asked(survey->records, !survey->half_asked);
}

static void
note_reachable(struct survey *survey, bool reachable, int64_t now)
{
	if (!survey->opened || survey->reachable != reachable) {
		survey->since.at = now;
		/* What was so at the first look may have been so before. */
		survey->since.at_least = !survey->opened;
	}
	survey->opened = true;
	survey->reachable = reachable;
}

static int
poll_failed(struct survey *survey, int64_t now, struct err *err)
{
	int64_t delay;

	/* Keys may have changed it. */
	backoff_fit(&survey->backoff, survey->config->interval);
	delay = backoff_next(&survey->backoff);
	survey->error = *err;
	records_set_trouble(survey->records, span_of(err->text));
	survey->retry_at = clock_monotonic() + delay;
	survey->next_try = now + delay;
	/* It was last known to answer at the last good read. */
	note_reachable(survey, false,
		survey->good_at != TIME_NONE && survey->reachable ? survey->good_at
								  : now);
	return -1;
}

static int64_t
read_duration(const struct survey *survey, int64_t started)
{
	if (store_capabilities(survey->store) & STORE_CAN_REPLAY)
		return store_replay_took(survey->store);
	return clock_monotonic() - started;
}

static int
poll_at(struct survey *survey, int64_t now, struct err *err)
{
	int64_t started = clock_monotonic();

	survey->rows_read = 0;
	if (read_store(survey, now, err) != 0) {
		poll_failed(survey, now, err);
		records_judge(survey->records, now, false, survey->good_at);
		return -1;
	}
	explain(survey, now);
	survey->good_at = now;
	note_reachable(survey, true, now);
	err_clear(&survey->error);
	backoff_reset(&survey->backoff);
	survey->next_try = TIME_NONE;
	records_judge(survey->records, now, true, now);
	timings_add(&survey->timings, read_duration(survey, started), now);
	survey->started = started;
	return 0;
}

/* Polls the moments of the past as they would have been polled then, with a jitter that
 * is the same every time. */
static void
replay(struct survey *survey, int64_t now)
{
	struct err ignored = { 0 };

	survey->replayed = true;
	survey->backoff.seed = 1;
	for (int64_t at = store_replay_start(survey->store); at < now;
		at = store_replay_next(survey->store, at)) {
		if (survey->next_try != TIME_NONE && at < survey->next_try)
			continue;
		store_replay_at(survey->store, at);
		err_clear(&ignored);
		poll_at(survey, at, &ignored);
	}
}

static int
open_store(struct survey *survey, int64_t now, struct err *err)
{
	struct store_config config = *survey->config;
	struct store *store;

	if (!survey->keeps_documents)
		config.wanted = &survey->wanted;
	config.document_max = survey->document_max;
	shown_forget(&survey->shown);
	if (store_open(&store, &config, STORE_READ, err) != 0) {
		poll_failed(survey, now, err);
		records_judge(survey->records, now, false, survey->good_at);
		return -1;
	}
	survey->store = store;
	return 0;
}

/* It is not time to try again: the error is still the last one. */
static int
still_down(struct survey *survey, int64_t now, struct err *err)
{
	*err = survey->error;
	records_judge(survey->records, now, false, survey->good_at);
	return -1;
}

int
survey_poll(struct survey *survey, bool force, struct err *err)
{
	int64_t now = clock_now();

	/* What a server refused when it was opened it may have been told to allow. */
	if (force && survey->store != NULL && store_facts(survey->store)->may_relent)
		survey_close(survey);
	if (survey->store == NULL) {
		if (!force && clock_monotonic() < survey->retry_at)
			return still_down(survey, now, err);
		if (open_store(survey, now, err) != 0)
			return -1;
	}
	if (store_capabilities(survey->store) & STORE_CAN_REPLAY) {
		if (!survey->replayed)
			replay(survey, now);
		if (!force && survey->next_try != TIME_NONE && now < survey->next_try)
			return still_down(survey, now, err);
		store_replay_at(survey->store, now);
	}
	if (poll_at(survey, now, err) == 0)
		return 0;
	/* A store that failed is opened afresh: it may have been replaced. One with a
	 * past has its failures in its script. */
	if (!(store_capabilities(survey->store) & STORE_CAN_REPLAY))
		survey_close(survey);
	return -1;
}

/* --- the picture --- */

static void
keep_text(char **kept, const char *text)
{
	if (text == NULL || (*kept != NULL && strcmp(*kept, text) == 0))
		return;
	free(*kept);
	*kept = mem_copy(text, strlen(text));
}

static void
fill_facts(struct survey *survey, struct board *board)
{
	const struct store_facts *facts;
	struct board_fact *copies;
	size_t count = 0;
	size_t head_count = survey->heads.count;
	struct str note = { 0 };

	if (survey->store != NULL) {
		facts = store_facts(survey->store);
		keep_text(&survey->kind, facts->kind);
		keep_text(&survey->where, facts->where);
		free(survey->unread);
		survey->unread = NULL;
		keep_text(&survey->unread, facts->metadata_unread);
		board->store.hides = facts->hides != NULL
					     ? arena_text(board->arena, facts->hides)
					     : NULL;
		board->store.refuses = facts->refuses != NULL
					       ? arena_text(board->arena, facts->refuses)
					       : NULL;
		board->store.refuses_delete =
			facts->refuses_delete != NULL
				? arena_text(board->arena, facts->refuses_delete)
				: NULL;
		board->store.may_relent = facts->may_relent;
		copies = arena_alloc(board->arena, facts->fact_count + head_count + 2,
			sizeof(*copies));
		for (size_t i = 0; i < facts->fact_count; i++)
			copies[count++] = (struct board_fact){
				.name = arena_text(board->arena, facts->facts[i].name),
				.text = arena_text(board->arena, facts->facts[i].text),
				.warning = facts->facts[i].warning,
			};
	} else {
		copies = arena_alloc(board->arena, head_count + 2, sizeof(*copies));
	}
	for (size_t i = 0; i < head_count; i++)
		copies[count++] = (struct board_fact){
			.name = "head",
			.text = board->store.heads[i].error,
			.warning = true,
		};
	if (records_add_zone_note(survey->records, &note))
		copies[count++] = (struct board_fact){
			.name = "zones",
			.text = arena_text(board->arena, str_text(&note)),
			.warning = true,
		};
	str_free(&note);
	board->store.facts = copies;
	board->store.fact_count = count;
	board->store.kind =
		arena_text(board->arena, survey->kind != NULL ? survey->kind : "");
	board->store.where = arena_text(board->arena, survey->where);
	if (survey->unread != NULL)
		board->store.metadata_unread = arena_text(board->arena, survey->unread);
}

static void
fill_store(struct survey *survey, struct board *board)
{
	struct board_store *store = &board->store;

	heads_fill(&survey->heads, board);
	fill_facts(survey, board);
	store->name = arena_text(board->arena, survey->config->name);
	store->call = survey->config->call != NULL
			      ? arena_text(board->arena, survey->config->call)
			      : arena_printf(board->arena, "-s %s", store->name);
	store->reachable = survey->reachable;
	store->opened = survey->opened;
	store->since = survey->since;
	store->good_at = survey->good_at;
	store->error = survey->error;
	store->tries = survey->backoff.tries;
	store->next_try = survey->next_try;
	store->backoff_first = survey->backoff.first;
	store->backoff_last = survey->backoff.last;
	store->interval = survey->config->interval;
	store->read_only = survey->config->read_only;
	store->half_asked = survey->half_asked;
	timings_fill(&survey->timings, store);
}

/* Adds the metadata document of one checkpoint. It stays unknown when it cannot be read
 * now: the store is not open or does not answer, or the row is gone. */
static void
fill_document(struct survey *survey, struct board *board, struct key key)
{
	if (survey->store == NULL || key.partition.at == NULL ||
		shown_read(&survey->shown, survey->store, key) != 0)
		return;
	for (size_t i = 0; i < board->row_count; i++) {
		/* The board is ours alone until it is handed out. */
		struct board_row *row = (struct board_row *)&board->rows[i];

		if (!key_equal(row->key, key))
			continue;
		row->metadata = arena_span(board->arena, survey->shown.metadata);
		row->metadata_more = survey->shown.more;
		row->metadata_known = true;
	}
}

static void
fill_documents(struct survey *survey, struct board *board)
{
	for (size_t i = 0; i < board->row_count; i++) {
		struct board_row *row = (struct board_row *)&board->rows[i];

		row->metadata = arena_span(
			board->arena, documents_get(&survey->documents, row->key));
		row->metadata_known = true;
	}
}

const struct board *
survey_board(struct survey *survey, const struct survey_interest *interest)
{
	struct board *board = board_new();

	board->sequence = ++survey->sequence;
	board->taken_at = clock_now();
	fill_store(survey, board);
	records_fill(survey->records, board, interest->rows, interest->job);
	if (survey->keeps_documents)
		fill_documents(survey, board);
	else if (interest->rows != BOARD_ROWS_NONE)
		fill_document(survey, board,
			(struct key){ interest->job, interest->partition });
	return board;
}
