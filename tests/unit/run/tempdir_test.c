/* SPDX-License-Identifier: MIT
 * Every test has an owner of a folder in a process of its own, so that it can be killed.
 * This process is the one that orphans come to, and so can wait for the guardian. */
#include "run/tempdir.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "../base/scratch.h"

/* --- the owner --- */

static struct tempdir *
make_and_fill(const char *place)
{
	const char *places[] = { place, NULL };
	struct tempdir *tempdir;
	char path[PATH_MAX];
	int fd;

	if (tempdir_new(&tempdir, places, "owner", NULL) != 0)
		_exit(10);
	snprintf(path, sizeof(path), "%s/state.db", tempdir_path(tempdir));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		_exit(11);
	close(fd);
	return tempdir;
}

static void
end_well(const char *place, int told)
{
	struct tempdir *tempdir = make_and_fill(place);
	char path[PATH_MAX];

	(void)told;
	snprintf(path, sizeof(path), "%s", tempdir_path(tempdir));
	if (tempdir_end(tempdir, NULL) != 0)
		_exit(12);
	_exit(access(path, F_OK) == -1 ? 0 : 13);
}

/* Says that the folder is there, and stays. */
static void
stay(const char *place, int told)
{
	make_and_fill(place);
	if (write(told, "x", 1) != 1)
		_exit(12);
	pause();
	_exit(14);
}

/* As above, with a heir that outlives it and goes on writing. */
static void
stay_with_heir(const char *place, int told)
{
	struct tempdir *tempdir = make_and_fill(place);

	if (fork() == 0) {
		char path[PATH_MAX];
		pid_t owner = getppid();

		if (write(told, "x", 1) != 1)
			_exit(12);
		while (getppid() == owner)
			sched_yield();
		for (int i = 0; i < 200; i++) {
			snprintf(path, sizeof(path), "%s/late%d", tempdir_path(tempdir),
				i);
			if (open(path, O_WRONLY | O_CREAT, 0600) < 0)
				_exit(15);
		}
		_exit(0);
	}
	pause();
	_exit(14);
}

/* --- its end --- */

/* Who runs this in the background may have it ignore some. Long after the test has failed
 * it ends by itself. */
static void
take_signals(void)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGALRM };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	alarm(120);
}

static pid_t
start(void (*life)(const char *place, int told), const char *place, int told[2])
{
	pid_t pid;

	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(told[0]);
		setpgid(0, 0);
		take_signals();
		life(place, told[1]);
	}
	close(told[1]);
	return pid;
}

/* Waits for all that comes to an end; every end but that of the owner must be a good
 * one. */
static int
wait_for_all(pid_t owner)
{
	int status, of_owner = -1;
	pid_t pid;

	while ((pid = wait(&status)) > 0) {
		if (pid == owner)
			of_owner = status;
		else
			assert_int_equal(status, 0);
	}
	return of_owner;
}

static void
is_gone_after_its_end(void **state)
{
	struct scratch *scratch = *state;
	int told[2];
	pid_t owner = start(end_well, scratch->path, told);

	assert_int_equal(wait_for_all(owner), 0);
	assert_int_equal(scratch_count(scratch, false), 0);
	close(told[0]);
}

static void
kill_with(struct scratch *scratch, void (*life)(const char *place, int told), int number,
	bool whole_group)
{
	int told[2];
	pid_t owner = start(life, scratch->path, told);
	char byte;

	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(scratch_count(scratch, false), 1);
	assert_int_equal(kill(whole_group ? -owner : owner, number), 0);
	assert_int_equal(WTERMSIG(wait_for_all(owner)), number);
	assert_int_equal(scratch_count(scratch, false), 0);
	close(told[0]);
}

static void
is_gone_after_a_signal(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGKILL };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		kill_with(*state, stay, signals[i], false);
		kill_with(*state, stay, signals[i], true);
	}
}

/* The guardian waits for all who may write, else it would remove under their hands. */
static void
is_gone_after_the_last_holder(void **state)
{
	kill_with(*state, stay_with_heir, SIGKILL, false);
}

static void
no_place_is_said(void **state)
{
	const char *places[] = { "/nowhere/at/all", NULL };
	struct tempdir *tempdir;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(tempdir_new(&tempdir, places, "owner", &err), -1);
	assert_null(tempdir);
	assert_non_null(strstr(err.text, "cannot make a temporary folder"));
	assert_int_equal(wait(NULL), -1);
}

#define IN_SCRATCH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(is_gone_after_its_end),
		IN_SCRATCH(is_gone_after_a_signal),
		IN_SCRATCH(is_gone_after_the_last_holder),
		cmocka_unit_test(no_place_is_said),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
