/* SPDX-License-Identifier: MIT */
#include "cli/demo_told.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cli/demo_story.h"
#include "config/config.h"
#include "poll/survey.h"

struct demo_told {
	struct survey *surveys[DEMO_STORES];
};

struct demo_told *
demo_told_new(const struct config *config)
{
	struct demo_told *told = mem_new(1, sizeof(*told));

	for (size_t i = 0; i < DEMO_STORES; i++)
		told->surveys[i] = survey_new(&config->stores[i], &config->rules, NULL);
	return told;
}

void
demo_told_free(struct demo_told *told)
{
	for (size_t i = 0; i < DEMO_STORES; i++)
		survey_free(told->surveys[i]);
	free(told);
}

static bool
is_as_told(const struct board_job *job, const struct demo_pipeline *pipeline)
{
	const struct board_row *worst = job->worst;

	if (job->finding != pipeline->finding || job->state < pipeline->state)
		return false;
	return pipeline->trend == TREND_UNKNOWN ||
	       health_trend(worst->lag_rate, worst->speed, worst->head_speed) ==
		       pipeline->trend;
}

static bool
is_on_board(const struct board *board, const struct demo_pipeline *pipeline)
{
	for (size_t i = 0; i < board->job_count; i++)
		if (span_is(board->jobs[i].job, pipeline->job))
			return is_as_told(&board->jobs[i], pipeline);
	return false;
}

bool
demo_is_told(struct demo_told *told)
{
	const struct survey_interest interest = { .rows = BOARD_ROWS_NONE };
	const struct board *boards[DEMO_STORES];
	bool result = true;

	for (size_t i = 0; i < DEMO_STORES; i++) {
		struct err shown_in_the_frame = { 0 };

		survey_poll(told->surveys[i], false, &shown_in_the_frame);
		boards[i] = survey_board(told->surveys[i], &interest);
	}
	for (size_t i = 0; i < demo_pipeline_count() && result; i++)
		result = is_on_board(boards[demo_pipeline(i)->store], demo_pipeline(i));
	for (size_t i = 0; i < DEMO_STORES; i++)
		board_unref(boards[i]);
	return result;
}
