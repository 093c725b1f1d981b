/* SPDX-License-Identifier: MIT */
#include "poll/poller.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../base/scratch.h"
#include "base/log.h"

/* Only for what never comes: a test that has to wait so long has failed. */
#define WATCHDOG (20 * SECOND)

static const struct rules no_rules;

static struct store_config
config_of(const char *uri)
{
	return (struct store_config){
		.name = "store",
		.uri = uri,
		.value_is_last = true,
		.interval = HOUR,
		.watermark_member = "event_time_watermark",
		.error_member = "error",
	};
}

static void
write_checkpoint(const struct scratch *scratch, const char *name, const char *value)
{
	int fd =
		openat(scratch->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_true(dprintf(fd,
			    "{\"value\": %s, \"metadata\": {\"host\": \"w1\"}, "
			    "\"timestamp\": "
			    "\"2026-11-22T03:00:00Z\"}",
			    value) > 0);
	close(fd);
}

/* Waits for a board that the test likes. */
typedef bool likes_fn(const struct board *board);

static const struct board *
wait_for(struct pollers *pollers, likes_fn *likes)
{
	int64_t until = clock_monotonic() + WATCHDOG;
	struct pollfd news = { .fd = pollers_fd(pollers), .events = POLLIN };
	const struct board *board = NULL;

	for (;;) {
		pollers_take(pollers, &board);
		if (likes(board))
			return board;
		if (clock_monotonic() > until)
			fail_msg("the board did not come");
		poll(&news, 1, 1000);
	}
}

static bool
is_read(const struct board *board)
{
	return board->store.opened && board->store.reachable;
}

static bool
has_failed(const struct board *board)
{
	return board->store.opened && !board->store.reachable;
}

static bool
has_two_rows(const struct board *board)
{
	return board->row_count == 2;
}

static bool
has_the_document(const struct board *board)
{
	return board->row_count == 2 && board->rows[1].metadata_known &&
	       !board->rows[0].metadata_known;
}

static struct pollers *
start(const struct store_config *config)
{
	struct pollers *pollers;
	struct err err = { 0 };

	if (pollers_start(&pollers, config, 1, &no_rules, NULL, NULL, &err) != 0)
		fail_msg("%s", err.text);
	return pollers;
}

static void
boards_hold_what_was_asked_for(void **state)
{
	const struct scratch *scratch = *state;
	char uri[PATH_MAX + 8];
	struct store_config config = config_of(uri);
	const struct board *board;
	struct pollers *pollers;

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	write_checkpoint(scratch, "orders_0.json", "7");
	write_checkpoint(scratch, "orders_1.json", "8");
	pollers = start(&config);
	/* Something to draw is there at once, whatever the store does. */
	pollers_take(pollers, &board);
	assert_non_null(board);
	assert_string_equal(board->store.name, "store");
	board = wait_for(pollers, is_read);
	assert_int_equal(board->row_count, 0);
	assert_int_equal(board->job_count, 1);
	pollers_interest(pollers, 0, SPAN("orders"), SPAN_NONE);
	board = wait_for(pollers, has_two_rows);
	/* Nobody asked for it: that is not the same as there being none. */
	assert_false(board->rows[1].metadata_known);
	pollers_interest(pollers, 0, SPAN("orders"), SPAN("1"));
	board = wait_for(pollers, has_the_document);
	assert_true(span_is(board->rows[1].metadata, "{\"host\": \"w1\"}"));
	assert_true(pollers_stop(pollers));
}

static uint64_t seen;

static bool
is_newer(const struct board *board)
{
	return board->sequence > seen && is_read(board);
}

static void
a_shorter_interval_counts_at_once(void **state)
{
	const struct scratch *scratch = *state;
	char uri[PATH_MAX + 8];
	struct store_config config = config_of(uri);
	struct pollers *pollers;

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	pollers = start(&config);
	seen = wait_for(pollers, is_read)->sequence;
	/* The next poll is an hour away. */
	pollers_set_interval(pollers, 10 * MILLISECOND);
	seen = wait_for(pollers, is_newer)->sequence;
	seen = wait_for(pollers, is_newer)->sequence;
	pollers_suspend(pollers, 0, true);
	pollers_refresh(pollers, 0);
	seen = wait_for(pollers, is_newer)->sequence;
	pollers_suspend(pollers, 0, false);
	wait_for(pollers, is_newer);
	assert_true(pollers_stop(pollers));
}

/* A database that another process holds is waited for up to the store's deadline; the end
 * of the program does not wait for that. */
static void
the_end_does_not_wait_for_a_lock(void **state)
{
	const struct scratch *scratch = *state;
	char uri[PATH_MAX + 16], command[2 * PATH_MAX + 320];
	int64_t until = clock_monotonic() + WATCHDOG;
	struct store_config config = config_of(uri);
	struct pollers *pollers;
	const struct board *board;
	FILE *holder;

	snprintf(uri, sizeof(uri), "sqlite:%s/state.db", scratch->path);
	snprintf(command, sizeof(command),
		"exec python3 -c 'import sqlite3,sys,os;"
		"d=sqlite3.connect(\"%s/state.db\",isolation_level=None);"
		"d.execute(\"create table "
		"checkpoints(job_id,partition_id,checkpoint_value,"
		"metadata,updated_at)\");d.execute(\"begin exclusive\");"
		"os.mkdir(\"%s/held\");sys.stdin.read()'",
		scratch->path, scratch->path);
	/* It holds the lock until its standard input ends. */
	holder = popen(command, "w");
	assert_non_null(holder);
	while (faccessat(scratch->fd, "held", F_OK, 0) != 0 && clock_monotonic() < until)
		poll(NULL, 0, 10);
	assert_int_equal(faccessat(scratch->fd, "held", F_OK, 0), 0);
	config.interval = 10 * MILLISECOND;
	pollers = start(&config);
	pollers_take(pollers, &board);
	assert_true(pollers_stop(pollers));
	pclose(holder);
}

static void
a_store_that_is_not_there_has_a_board_too(void **state)
{
	const struct scratch *scratch = *state;
	char uri[PATH_MAX + 16];
	struct store_config config = config_of(uri);
	struct pollers *pollers;
	const struct board *board;

	snprintf(uri, sizeof(uri), "dir:%s/nowhere", scratch->path);
	config.call = "--config a -s b";
	pollers = start(&config);
	board = wait_for(pollers, has_failed);
	assert_int_equal(board->store.error.kind, ERR_UNREACHABLE);
	assert_true(board->store.next_try > board->store.since.at);
	assert_string_equal(board->store.call, "--config a -s b");
	assert_true(pollers_stop(pollers));
}

/* The log names the thread that made each call. */
static void
the_thread_of_the_screen_calls_no_store(void **state)
{
	const struct scratch *scratch = *state;
	char uri[PATH_MAX + 8], path[PATH_MAX + 8], line[1024], time[64], thread[64];
	struct store_config config = config_of(uri);
	struct pollers *pollers;
	unsigned calls = 0;
	FILE *log;

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	snprintf(path, sizeof(path), "%s/log", scratch->path);
	write_checkpoint(scratch, "orders_0.json", "1");
	assert_int_equal(log_open(path, NULL), 0);
	pollers = start(&config);
	wait_for(pollers, is_read);
	assert_true(pollers_stop(pollers));
	log_close();
	log = fopen(path, "re");
	assert_non_null(log);
	for (; fgets(line, sizeof(line), log) != NULL; calls++) {
		assert_int_equal(sscanf(line, "%63s %63s", time, thread), 2);
		assert_string_equal(thread, "store");
	}
	fclose(log);
	assert_true(calls > 0);
}

static void
nothing_to_poll(void **state)
{
	struct pollers *pollers;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		pollers_start(&pollers, NULL, 0, &no_rules, NULL, NULL, &err), 0);
	assert_true(pollers_stop(pollers));
	assert_true(pollers_stop(NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(boards_hold_what_was_asked_for),
		TEST(a_shorter_interval_counts_at_once),
		TEST(the_end_does_not_wait_for_a_lock),
		TEST(a_store_that_is_not_there_has_a_board_too),
		TEST(the_thread_of_the_screen_calls_no_store),
		TEST(nothing_to_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
