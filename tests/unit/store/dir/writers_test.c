/* SPDX-License-Identifier: MIT
 * A pipeline saves all the time while checkpoints are reset: what it saved last is in
 * place, or was seen by who replaced it. CKPTOP_LONG=1 is as many as the issue asks for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edits.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* A reset writes what no save does. */
#define RESET_FROM INT64_C(1000000000)

/* The pipeline: a process of its own that saves 1, 2, 3, … between "go" and "stop". */
struct pipeline {
	pid_t pid;
	int to[2], from[2];
	_Atomic int64_t *saved; /* the last number whose save has returned */
	int64_t pause;		/* nanoseconds between saves */
};

static void
save_number(const struct scratch *scratch, int64_t number)
{
	char text[128];

	snprintf(text, sizeof(text),
		"{\"value\": %lld, \"metadata\": {\"n\": %lld}, \"timestamp\": "
		"\"2026-11-22T03:00:00\"}",
		(long long)number, (long long)number);
	put_file(scratch, "orders_0.json", text);
}

static bool
is_told(int fd)
{
	struct timeval none = { 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, &none) == 1;
}

/* Each byte that it is sent is "go on" or "stop", in turn; it answers once it stands. */
static void
run_pipeline(const struct scratch *scratch, const struct pipeline *pipeline)
{
	struct timespec pause = { .tv_nsec = pipeline->pause };
	int64_t number = 0;
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(pipeline->to[0], &byte, 1) == 1) {
		while (!is_told(pipeline->to[0])) {
			save_number(scratch, ++number);
			atomic_store(pipeline->saved, number);
			if (pause.tv_nsec > 0)
				nanosleep(&pause, NULL);
		}
		if (read(pipeline->to[0], &byte, 1) != 1 ||
			write(pipeline->from[1], &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static void
start(struct pipeline *pipeline, const struct scratch *scratch, int64_t pause)
{
	*pipeline = (struct pipeline){ .pause = pause };
	pipeline->saved = mmap(NULL, sizeof(*pipeline->saved), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(pipeline->saved != MAP_FAILED);
	assert_int_equal(pipe(pipeline->to), 0);
	assert_int_equal(pipe(pipeline->from), 0);
	save_number(scratch, 0);
	pipeline->pid = fork();
	if (pipeline->pid == 0) {
		close(pipeline->to[1]);
		run_pipeline(scratch, pipeline);
	}
	close(pipeline->to[0]);
	close(pipeline->from[1]);
}

static void
tell(struct pipeline *pipeline)
{
	assert_int_equal(write(pipeline->to[1], "x", 1), 1);
}

/* It stands still when this returns. */
static void
halt(struct pipeline *pipeline)
{
	char byte;

	tell(pipeline);
	assert_int_equal(read(pipeline->from[0], &byte, 1), 1);
}

static void
stop(struct pipeline *pipeline)
{
	int status;

	close(pipeline->to[1]);
	assert_int_equal(waitpid(pipeline->pid, &status, 0), pipeline->pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(pipeline->from[0]);
	munmap((void *)pipeline->saved, sizeof(*pipeline->saved));
}

/* --- what is where --- */

static int64_t
number_of(const struct opened *opened, struct span image)
{
	struct str memory = { 0 };
	struct image_facts facts;
	int64_t number = -1;
	char text[32];

	if (store_image_read(opened->store, image, &memory, &facts) &&
		facts.value.at != NULL && facts.value.len < sizeof(text)) {
		memcpy(text, facts.value.at, facts.value.len);
		text[facts.value.len] = '\0';
		number = strtoll(text, NULL, 10);
	}
	str_free(&memory);
	return number;
}

static int64_t
number_in_place(struct opened *opened)
{
	struct look look = { 0 };
	int64_t number;

	if (look_at(opened, key_of("orders", "0"), &look) != 0)
		fail_msg("%s", look.err.text);
	number = number_of(opened, str_span(&look.image));
	look_free(&look);
	return number;
}

struct count {
	int done, conflicts, overtaken;
};

/* What there was when the pipeline stood still. */
struct standing {
	int64_t saved, in_place;
};

/* One reset beside a pipeline that saves. Whatever it says, what the pipeline has saved
 * last is in place, or was what the reset has seen and replaced. */
static void
reset_once(struct opened *opened, struct pipeline *pipeline, int round,
	struct standing *before, struct count *count)
{
	struct reset reset;
	char value[32];
	int64_t in_place, last;

	snprintf(value, sizeof(value), "%lld", (long long)(RESET_FROM + round));
	tell(pipeline);
	reset_prepare(opened, &reset, value);
	apply_edit(opened, &reset.edit);
	halt(pipeline);
	last = atomic_load(pipeline->saved);
	in_place = number_in_place(opened);
	if (in_place == RESET_FROM + round) {
		assert_int_equal(reset.edit.result, CHANGE_DONE);
		assert_int_equal(number_of(opened, reset.edit.seen),
			last > before->saved ? last : before->in_place);
	} else {
		/* It has saved since, or was not overwritten. */
		assert_true(last > before->saved);
		assert_int_equal(in_place, last);
		count->overtaken += reset.edit.result == CHANGE_DONE;
	}
	if (reset.edit.result == CHANGE_CONFLICT) {
		int64_t seen = number_of(opened, reset.edit.seen);

		/* The reset before may be what was seen. */
		assert_in_range(number_of(opened, str_span(&reset.edit.found)),
			seen < RESET_FROM ? seen + 1 : 1, last);
	}
	count->done += reset.edit.result == CHANGE_DONE;
	count->conflicts += reset.edit.result == CHANGE_CONFLICT;
	*before = (struct standing){ last, in_place };
	reset_free(&reset);
}

/* At least so many resets, of which at least so many are to be done. */
static void
reset_beside(const struct scratch *scratch, int rounds, int done, int64_t pause)
{
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct pipeline pipeline;
	struct standing before = { 0, 0 };
	struct count count = { 0 };
	int round = 0;

	start(&pipeline, scratch, pause);
	while (round < rounds || count.done < done)
		reset_once(opened, &pipeline, round++, &before, &count);
	stop(&pipeline);
	print_message("%d resets: %d DONE (%d saved over since), %d CONFLICT\n", round,
		count.done, count.overtaken, count.conflicts);
	assert_int_equal(count.done + count.conflicts, round);
	assert_int_equal(scratch_count(scratch, false), 1);
	close_store(opened);
}

static int
rounds(int few, int many)
{
	const char *is_long = getenv("CKPTOP_LONG");

	return is_long != NULL && strcmp(is_long, "1") == 0 ? many : few;
}

/* X02 pipeline saves every 1 ms (file) during 3000 resets */
static void
beside_a_pipeline_nothing_is_lost(void **state)
{
	int many = rounds(100, 3000);

	reset_beside(*state, many, many, 1000000);
}

/* So often that it meets every step of a reset. */
static void
beside_a_storm_nothing_is_lost(void **state)
{
	reset_beside(*state, rounds(50, 1000), 0, 100000);
	reset_beside(*state, rounds(50, 1000), 0, 0);
}

/* --- two who reset --- */

/* Resets the key from the number that is there, again and again; _exit() tells how many
 * were done through shared memory. */
static void
reset_many(const struct scratch *scratch, int who, int many, _Atomic int *done)
{
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");

	for (int i = 0; i < many; i++) {
		struct reset reset;
		struct err err = { 0 };
		struct operation operation = operation_of(who == 0 ? "op-a" : "op-b");
		char value[32];

		memset(&reset, 0, sizeof(reset));
		if (look_at(opened, key_of("orders", "0"), &reset.look) != 0)
			_exit(2);
		snprintf(value, sizeof(value), "%lld",
			(long long)number_of(opened, str_span(&reset.look.image)) + 1);
		reset.wanted = draft_of(opened, key_of("orders", "0"),
			str_span(&reset.look.image), value);
		reset.edit = (struct edit){ .key = key_of("orders", "0"),
			.seen = str_span(&reset.look.image),
			.wanted = str_span(&reset.wanted) };
		store_apply(opened->store, &operation, &reset.edit, 1, &err);
		if (reset.edit.result == CHANGE_DONE)
			atomic_fetch_add(done, 1);
		else if (reset.edit.result != CHANGE_CONFLICT &&
			 err.kind != ERR_UNREACHABLE) /* the lock was not to be had */
			_exit(3);
		reset_free(&reset);
	}
	close_store(opened);
	_exit(0);
}

/* Each adds one to what he saw: the sum is the number of those who were told "done". */
static void
of_two_who_reset_none_overwrites_the_other(void **state)
{
	struct scratch *scratch = *state;
	_Atomic int *done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct opened *opened = open_dir_store(scratch, STORE_READ, "");
	pid_t children[2];

	assert_true(done != MAP_FAILED);
	save_number(scratch, 0);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0)
			reset_many(scratch, i, rounds(100, 1000), done);
	}
	for (int i = 0; i < 2; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	print_message("%d of %d done\n", atomic_load(done), 2 * rounds(100, 1000));
	assert_int_equal(number_in_place(opened), atomic_load(done));
	assert_int_equal(scratch_count(scratch, false), 1);
	munmap((void *)done, sizeof(*done));
	close_store(opened);
}

#define T(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(beside_a_pipeline_nothing_is_lost),
		T(beside_a_storm_nothing_is_lost),
		T(of_two_who_reset_none_overwrites_the_other),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
