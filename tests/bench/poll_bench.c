/* SPDX-License-Identifier: MIT
 * How long polls of one store take, as a worker of the dashboard makes them: the first
 * one, which reads everything, and later ones, which read what has changed or find that
 * nothing did.
 *
 *	poll_bench URI ROUNDS [unwatched] [paced] [reading]
 *
 * One line a poll: number, wall time and CPU time in microseconds, checkpoints.
 * unwatched: nothing can be watched for, as on a network file system, so that every poll
 * of a directory looks at every file. paced: each poll waits for a line of input.
 * reading: the store alone, without the records that are kept of it and judged; what is
 * counted are the rows that came. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>

#include "poll/survey.h"
#include "poll/wanted.h"

struct bench {
	struct store_config config;
	struct survey *survey; /* NULL: reading */
	struct store *store;
	bool paced;
};

static int64_t
cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * SECOND + now.tv_nsec / 1000;
}

/* Takes all watching handles that this user may have. */
static void
use_up_watches(void)
{
	while (inotify_init1(IN_CLOEXEC) >= 0) {
	}
}

static size_t
checkpoints_of(struct survey *survey)
{
	const struct survey_interest nothing = { .rows = BOARD_ROWS_NONE };
	const struct board *board = survey_board(survey, &nothing);
	size_t count = board->checkpoint_count;

	board_unref(board);
	return count;
}

static void
count_row(void *arg, const struct ckpt *row)
{
	(void)row;
	++*(size_t *)arg;
}

static int
read_store(struct bench *bench, size_t *count, struct err *err)
{
	bool changed, whole, steady;

	*count = 0;
	if (bench->store == NULL &&
		store_open(&bench->store, &bench->config, STORE_READ, err) != 0)
		return -1;
	if (store_changed(bench->store, &changed, err) != 0)
		return -1;
	return !changed ? 0
			: store_scan_changes(
				  bench->store, count_row, count, &whole, &steady, err);
}

static int
poll_once(struct bench *bench, size_t *count, struct err *err)
{
	if (bench->survey == NULL)
		return read_store(bench, count, err);
	if (survey_poll(bench->survey, true, err) != 0)
		return -1;
	*count = checkpoints_of(bench->survey);
	return 0;
}

static int
poll_rounds(struct bench *bench, long rounds)
{
	struct err err = { 0 };
	char line[16];

	for (long i = 0; i < rounds; i++) {
		int64_t wall, cpu;
		size_t count;

		if (bench->paced && fgets(line, sizeof(line), stdin) == NULL)
			break;
		wall = clock_monotonic();
		cpu = cpu_now();
		if (poll_once(bench, &count, &err) != 0) {
			fprintf(stderr, "poll_bench: %s\n", err.text);
			return 1;
		}
		printf("%ld %lld %lld %zu\n", i, (long long)(clock_monotonic() - wall),
			(long long)(cpu_now() - cpu), count);
		if (bench->paced)
			fflush(stdout);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct rules no_rules = { 0 };
	struct bench bench = { .config = { .value_is_last = true,
				       .timeout = 60 * SECOND,
				       .watermark_member = "event_time_watermark",
				       .error_member = "error" } };
	struct store_wanted wanted;
	bool reading = false;
	int status;

	if (argc < 3) {
		fputs("usage: poll_bench URI ROUNDS [unwatched] [paced] [reading]\n",
			stderr);
		return 2;
	}
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "unwatched") == 0)
			use_up_watches();
		bench.paced |= strcmp(argv[i], "paced") == 0;
		reading |= strcmp(argv[i], "reading") == 0;
	}
	bench.config.uri = argv[1];
	wanted_begin(&wanted, &bench.config, &no_rules);
	if (reading)
		bench.config.wanted = &wanted;
	else
		bench.survey = survey_new(&bench.config, &no_rules, NULL);
	status = poll_rounds(&bench, strtol(argv[2], NULL, 10));
	store_close(bench.store);
	if (bench.survey != NULL)
		survey_close(bench.survey);
	survey_free(bench.survey);
	wanted_end(&wanted);
	return status;
}
