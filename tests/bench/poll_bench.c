/* SPDX-License-Identifier: MIT
 * How long polls of one store take, as a worker of the dashboard makes them: the first
 *one, which reads everything, and later ones, which find that nothing changed.
 *
 *	poll_bench URI ROUNDS [unwatched]
 *
 * One line a poll: number, wall time and CPU time in microseconds, checkpoints.
 *unwatched: nothing can be watched for, as on a network file system, so that every poll
 *of a directory looks at every file. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>

#include "poll/survey.h"

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

static int
poll_rounds(struct survey *survey, long rounds)
{
	struct err err = { 0 };

	for (long i = 0; i < rounds; i++) {
		int64_t wall = clock_monotonic(), cpu = cpu_now();
		size_t count;

		if (survey_poll(survey, true, &err) != 0) {
			fprintf(stderr, "poll_bench: %s\n", err.text);
			return 1;
		}
		count = checkpoints_of(survey);
		printf("%ld %lld %lld %zu\n", i, (long long)(clock_monotonic() - wall),
			(long long)(cpu_now() - cpu), count);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct rules no_rules = { 0 };
	struct store_config config = { .value_is_last = true, .timeout = 60 * SECOND };
	struct survey *survey;
	int status;

	if (argc < 3) {
		fputs("usage: poll_bench URI ROUNDS [unwatched]\n", stderr);
		return 2;
	}
	if (argc > 3 && strcmp(argv[3], "unwatched") == 0)
		use_up_watches();
	config.uri = argv[1];
	survey = survey_new(&config, &no_rules, NULL);
	status = poll_rounds(survey, strtol(argv[2], NULL, 10));
	survey_close(survey);
	survey_free(survey);
	return status;
}
