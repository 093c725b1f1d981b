/* SPDX-License-Identifier: MIT */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/thread.h"

/* What a process in the sandbox must not be able to do, in a folder with a file f, a
 * folder d and a program p. Each returns 0, or an errno. */

static int
open_file(const char *name, int flags)
{
	int fd = open(name, flags, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : errno;
}

static int
to_write(void)
{
	return open_file("f", O_WRONLY);
}

static int
to_read_and_write(void)
{
	return open_file("f", O_RDWR);
}

static int
to_append(void)
{
	return open_file("f", O_WRONLY | O_APPEND);
}

static int
to_make(void)
{
	return open_file("new", O_RDONLY | O_CREAT);
}

static int
without_a_name(void)
{
	return open_file(".", O_RDWR | O_TMPFILE);
}

static int
to_remove(void)
{
	return unlink("f") == 0 ? 0 : errno;
}

static int
to_rename(void)
{
	return rename("f", "g") == 0 ? 0 : errno;
}

static int
to_link(void)
{
	return link("f", "g") == 0 ? 0 : errno;
}

static int
to_link_by_name(void)
{
	return symlink("f", "g") == 0 ? 0 : errno;
}

static int
to_make_a_folder(void)
{
	return mkdir("e", 0700) == 0 ? 0 : errno;
}

static int
to_remove_a_folder(void)
{
	return rmdir("d") == 0 ? 0 : errno;
}

static int
to_make_a_pipe(void)
{
	return mkfifo("q", 0600) == 0 ? 0 : errno;
}

static int
to_execute(void)
{
	char *const args[] = { "p", NULL };

	execv("./p", args);
	return errno;
}

static int (*const forbidden[])(void) = { to_write, to_read_and_write, to_append, to_make,
	without_a_name, to_remove, to_rename, to_link, to_link_by_name, to_make_a_folder,
	to_remove_a_folder, to_make_a_pipe, to_execute };

#define FORBIDDEN (sizeof(forbidden) / sizeof(forbidden[0]))

/* --- a folder for each try --- */

static char folder[] = "sandbox-test-XXXXXX";

static void
make_file(const char *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x\n", 2), 2);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
enter_folder(void **state)
{
	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	make_file("f", 0600);
	make_file("p", 0700);
	assert_int_equal(mkdir("d", 0700), 0);
	return 0;
}

static int
leave_folder(void **state)
{
	static const char *const files[] = { "f", "g", "p", "new", "q" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	rmdir("d");
	rmdir("e");
	assert_int_equal(chdir(".."), 0);
	assert_int_equal(rmdir(folder), 0);
	return 0;
}

/* What a function returns in a process of its own. */
static int
in_a_child(int (*what)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(what());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* --- tests --- */

static size_t which;

static int
try_outside(void)
{
	return forbidden[which]();
}

static int
try_inside(void)
{
	struct err err = { 0 };

	if (sandbox_enter(&err) != 0 || !sandbox_is_entered())
		return 255;
	return forbidden[which]();
}

static void
nothing_can_be_changed_any_more(void **state)
{
	if (sandbox_version() == 0)
		skip();
	for (which = 0; which < FORBIDDEN; which++) {
		int outcome;

		outcome = in_a_child(try_inside);
		if (outcome != EACCES)
			print_error("number %zu was answered %d\n", which, outcome);
		assert_int_equal(outcome, EACCES);
		/* It is the sandbox that forbids it; but p is no program. */
		if (forbidden[which] != to_execute)
			assert_int_equal(in_a_child(try_outside), 0);
		else
			assert_int_equal(in_a_child(try_outside), ENOEXEC);
		leave_folder(state);
		enter_folder(state);
	}
}

static int
read_inside(void)
{
	struct err err = { 0 };
	char c;
	int fd;

	if (sandbox_enter(&err) != 0)
		return 255;
	fd = open("f", O_RDONLY);
	return fd >= 0 && read(fd, &c, 1) == 1 && open("/", O_RDONLY | O_DIRECTORY) >= 0
		       ? 0
		       : 1;
}

static void
all_can_be_read(void **state)
{
	(void)state;
	if (sandbox_version() == 0)
		skip();
	assert_int_equal(in_a_child(read_inside), 0);
}

static int
keep_descriptor(void)
{
	int fd = open("f", O_WRONLY);
	struct err err = { 0 };

	if (sandbox_enter(&err) != 0)
		return 255;
	return write(fd, "y", 1) == 1 ? 0 : 1;
}

static void
what_is_open_stays_open(void **state)
{
	(void)state;
	if (sandbox_version() == 0)
		skip();
	assert_int_equal(in_a_child(keep_descriptor), 0);
}

static void
write_in_a_thread(void *arg)
{
	*(int *)arg = to_write();
}

static int
start_a_thread(void)
{
	struct thread *thread;
	struct err err = { 0 };
	int outcome = 0;

	/* A second time does nothing. */
	if (sandbox_enter(&err) != 0 || sandbox_enter(&err) != 0 ||
		thread_start(&thread, "test", write_in_a_thread, &outcome, &err) != 0)
		return 255;
	thread_join(thread);
	return outcome;
}

static void
threads_are_in_it_too(void **state)
{
	(void)state;
	if (sandbox_version() == 0)
		skip();
	assert_int_equal(in_a_child(start_a_thread), EACCES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nothing_can_be_changed_any_more, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(
			all_can_be_read, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(
			what_is_open_stays_open, enter_folder, leave_folder),
		cmocka_unit_test_setup_teardown(
			threads_are_in_it_too, enter_folder, leave_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
