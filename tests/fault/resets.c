/* SPDX-License-Identifier: MIT
 *
 * Resets orders/0 of a store again and again, for beside_test.py to have a pipeline save
 *at the same time:
 *
 *	resets URI STATE COUNT HIGHEST
 *
 * goes on until COUNT of them are done; each to a number lower by one than the one
 *before, from HIGHEST on, as `ckptop reset --while-running` does it. It prints how each
 *ended. A journal has only some resets, because whoever begins reads all of it: they are
 *STATE/0.jsonl, STATE/1.jsonl, … */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "action/session.h"

#define BATCH	 10
#define ATTEMPTS 1000 /* for each that is to be done */

#define PROGRAM SPAN("ckptop tests")

struct loop {
	const char *uri, *state;
	long wanted, highest;
	long tried, done, overwritten, conflicts;
};

static void
say_resolved(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "resolved: %s\n", text);
}

/* 0 when it was done or in conflict, and the journal knows. */
static int
count(struct loop *loop, const struct outcome *outcome)
{
	if (outcome == NULL || err_is_set(&outcome->journal_err) ||
		outcome->done + outcome->overwritten + outcome->conflicts != 1)
		return -1;
	loop->done += (long)outcome->done;
	loop->overwritten += (long)outcome->overwritten;
	loop->conflicts += (long)outcome->conflicts;
	return 0;
}

/* Looks, plans and resets; 0 when it was done or in conflict. */
static int
reset(struct loop *loop, struct session *session, struct err *err)
{
	const struct key key = { SPAN("orders"), SPAN("0") };
	const struct plan_answer answer = { .name = SPAN("orders"),
		.while_running = true };
	const struct wish wish = { .kind = WISH_RESET,
		.reason = SPAN("INC-4711 bad tax"),
		.while_running = true };
	struct span target;
	const struct request request = {
		.wish = &wish, .target = &target, .keys = &key, .key_count = 1
	};
	struct plan *plan = NULL;
	struct outcome *outcome = NULL;
	char value[32];
	int status;

	snprintf(value, sizeof(value), "%ld", loop->highest - loop->tried++);
	target = span_of(value);
	status = session_begin(session, say_resolved, NULL, err);
	if (status == 0)
		status = session_plan(session, &request, &plan, err);
	if (status == 0)
		status = plan_confirm(plan, &answer, err);
	if (status == 0)
		session_apply(session, plan, &outcome, err);
	if (status == 0)
		status = count(loop, outcome);
	outcome_free(outcome);
	plan_free(plan);
	return status;
}

static bool
is_enough(const struct loop *loop)
{
	return loop->done + loop->overwritten == loop->wanted;
}

/* Those that share a journal. */
static int
run_batch(struct loop *loop, long number, struct err *err)
{
	char path[4096];
	const struct config_override journal = { "journal", path, "STATE" };
	struct config_request request = {
		.environment = (const char *const *)environ,
		.no_config = true,
		.stores = &loop->uri,
		.store_count = 1,
		.overrides = &journal,
		.override_count = 1,
	};
	const struct who_sources sources = who_sources_real(request.environment);
	struct steward steward = { 0 };
	struct config *config = NULL;
	struct paths paths;
	int status;

	snprintf(path, sizeof(path), "%s/%ld.jsonl", loop->state, number);
	paths_find(&paths, request.environment);
	request.paths = &paths;
	status = config_load(&config, &request, err);
	if (status == 0)
		steward_begin(&steward, config, &sources, PROGRAM, NULL);
	for (int i = 0; i < BATCH && status == 0 && !is_enough(loop); i++) {
		struct session *session = session_new(&steward, &config->stores[0]);

		err_clear(err);
		status = reset(loop, session, err);
		session_free(session);
	}
	if (config != NULL)
		steward_end(&steward);
	config_free(config);
	paths_free(&paths);
	return status;
}

int
main(int argc, char **argv)
{
	struct loop loop = { 0 };
	struct err err = { 0 };
	int status = 0;

	if (argc != 5)
		return 2;
	loop = (struct loop){ .uri = argv[1],
		.state = argv[2],
		.wanted = atol(argv[3]),
		.highest = atol(argv[4]) };
	for (long i = 0; status == 0 && !is_enough(&loop); i++) {
		status = run_batch(&loop, i, &err);
		if (loop.tried >= loop.wanted * ATTEMPTS)
			break;
	}
	printf("%ld done, %ld overwritten, %ld conflict\n", loop.done, loop.overwritten,
		loop.conflicts);
	if (status != 0)
		fprintf(stderr, "%s\n", err.text);
	return status == 0 && is_enough(&loop) ? 0 : 1;
}
