/* SPDX-License-Identifier: MIT
 * Does a line of a list match? */
#include "model/filter.h"

#include "model/filter_tree.h"

/* A line: a checkpoint when row is not NULL, else a job. */
struct line {
	const struct board_job *job;
	const struct board_row *row;
	int64_t now;
};

/* --- texts --- */

/* Compares in any case; the pattern is in lower case already. */
static bool
matches_any_case(const struct filter_term *term, struct span text)
{
	struct str low = { 0 };
	bool matches;

	if (!term->wild)
		return span_contains(text, term->pattern);
	str_add_span(&low, text);
	for (size_t i = 0; i < low.len; i++)
		if (low.text[i] >= 'A' && low.text[i] <= 'Z')
			low.text[i] = (char)(low.text[i] - 'A' + 'a');
	matches = pattern_matches(term->pattern, str_span(&low));
	str_free(&low);
	return matches;
}

static struct span
job_of(const struct line *line)
{
	return line->row != NULL ? line->row->key.job : line->job->job;
}

typedef bool text_test(const struct filter_term *term, struct span text);

static bool
matches_whole(const struct filter_term *term, struct span text)
{
	return pattern_matches(term->pattern, text);
}

/* The partition of a checkpoint, or one of those that the board has of a job. */
static bool
partition_matches(
	const struct filter_term *term, const struct line *line, text_test *test)
{
	const struct board_job *job = line->job;

	if (line->row != NULL)
		return test(term, line->row->key.partition);
	if (job->rows == NULL)
		return test(term, job->worst->key.partition);
	for (size_t i = 0; i < job->partitions; i++)
		if (test(term, job->rows[i]->key.partition))
			return true;
	return false;
}

static bool
word_matches(const struct filter_term *term, const struct line *line)
{
	return matches_any_case(term, job_of(line)) ||
	       partition_matches(term, line, matches_any_case);
}

static bool
state_matches(const struct filter_term *term, const struct line *line)
{
	enum state state = line->row != NULL ? line->row->state : line->job->state;
	enum finding finding =
		line->row != NULL ? line->row->finding : line->job->finding;
	struct filter_term whole = *term;

	/* "ok" must not be found within another word. */
	whole.wild = true;
	return matches_any_case(&whole, span_of(state_word(state))) ||
	       (finding == FINDING_DORMANT && matches_any_case(&whole, SPAN("dormant")));
}

static bool
store_matches(const struct filter_term *term, const struct line *line)
{
	const struct board *board =
		line->row != NULL ? line->row->board : line->job->board;

	return pattern_matches(term->pattern, span_of(board->store.name));
}

static bool
why_matches(const struct filter_term *term, const struct line *line)
{
	const struct why *why = line->row != NULL ? &line->row->why : &line->job->why;

	return matches_any_case(term, span_of(why->full)) ||
	       (line->row != NULL && matches_any_case(term, line->row->error));
}

/* --- amounts --- */

/* at_least: the true amount is this or more, so only "more than" can be answered. */
static bool
compares(const struct filter_term *term, int64_t amount, bool at_least)
{
	unsigned is = amount < term->amount   ? COMPARE_LESS
		      : amount > term->amount ? COMPARE_MORE
					      : COMPARE_EQUAL;

	if (at_least && ((term->compare & COMPARE_LESS) != 0 || is == COMPARE_LESS ||
				term->compare == COMPARE_EQUAL))
		return false;
	return (term->compare & is) != 0;
}

static bool
lag_matches(const struct filter_term *term, const struct line *line)
{
	struct lag lag = line->row != NULL ? line->row->lag : line->job->lag;
	enum lag_kind wanted = term->is_duration ? LAG_TIME : LAG_POSITIONS;

	if (lag.kind != wanted &&
		!(term->amount == 0 &&
			(lag.kind == LAG_TIME || lag.kind == LAG_POSITIONS)))
		return false;
	return compares(term, lag.amount, lag.partial);
}

/* How long ago a moment was. */
static bool
ago_matches(const struct filter_term *term, int64_t now, struct since since)
{
	int64_t ago;

	if (since.at == TIME_NONE || __builtin_sub_overflow(now, since.at, &ago))
		return false;
	return compares(term, ago, since.at_least);
}

static bool
age_matches(const struct filter_term *term, const struct line *line)
{
	return ago_matches(
		term, line->now, line->row != NULL ? line->row->since : line->job->since);
}

static bool
upd_matches(const struct filter_term *term, const struct line *line)
{
	int64_t updated = line->row != NULL ? line->row->updated : line->job->updated;

	return ago_matches(term, line->now, (struct since){ updated, false });
}

static bool
wmark_matches(const struct filter_term *term, const struct line *line)
{
	int64_t watermark =
		line->row != NULL ? line->row->watermark : line->job->watermark;

	return ago_matches(term, line->now, (struct since){ watermark, false });
}

/* --- the tree --- */

static bool
term_matches(const struct filter_term *term, const struct line *line)
{
	switch (term->field) {
	case FIELD_WORD: return word_matches(term, line);
	case FIELD_STATE: return state_matches(term, line);
	case FIELD_JOB: return pattern_matches(term->pattern, job_of(line));
	case FIELD_PARTITION: return partition_matches(term, line, matches_whole);
	case FIELD_STORE: return store_matches(term, line);
	case FIELD_WHY: return why_matches(term, line);
	case FIELD_LAG: return lag_matches(term, line);
	case FIELD_AGE: return age_matches(term, line);
	case FIELD_UPD: return upd_matches(term, line);
	case FIELD_WMARK: return wmark_matches(term, line);
	}
	return false;
}

static bool
node_matches(const struct filter_node *node, const struct line *line)
{
	if (node->kind == FILTER_TERM)
		return term_matches(&node->term, line);
	if (node->kind == FILTER_NOT)
		return !node_matches(node->first, line);
	for (const struct filter_node *part = node->first; part != NULL;
		part = part->next)
		if (node_matches(part, line) == (node->kind == FILTER_ANY))
			return node->kind == FILTER_ANY;
	return node->kind == FILTER_ALL;
}

bool
filter_matches_job(const struct filter *filter, const struct board_job *job, int64_t now)
{
	struct line line = { .job = job, .now = now };

	return filter == NULL || node_matches(filter->root, &line);
}

bool
filter_matches_row(const struct filter *filter, const struct board_row *row, int64_t now)
{
	struct line line = { .row = row, .now = now };

	return filter == NULL || node_matches(filter->root, &line);
}

static bool
term_names(const struct filter_term *term, const struct board_job *job)
{
	struct line line = { .job = job };

	switch (term->field) {
	case FIELD_WORD: return matches_any_case(term, job->job);
	case FIELD_JOB: return pattern_matches(term->pattern, job->job);
	case FIELD_STATE:
		return span_is(term->pattern, "dormant") && state_matches(term, &line);
	default: return false;
	}
}

/* "not tmp" names nothing. */
static bool
node_names(const struct filter_node *node, const struct board_job *job, bool negated)
{
	if (node->kind == FILTER_TERM)
		return !negated && term_names(&node->term, job);
	for (const struct filter_node *part = node->first; part != NULL;
		part = part->next)
		if (node_names(part, job, negated != (node->kind == FILTER_NOT)))
			return true;
	return false;
}

bool
filter_names_job(const struct filter *filter, const struct board_job *job)
{
	return filter != NULL && node_names(filter->root, job, false);
}
