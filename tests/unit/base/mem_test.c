/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void
none_of_nothing_is_still_memory(void **state)
{
	void *zero = mem_new(0, 8), *resized;
	char *copy = mem_copy(NULL, 0);

	(void)state;
	assert_non_null(zero);
	resized = mem_resize(zero, 0, 0);
	assert_non_null(resized);
	assert_string_equal(copy, "");
	free(resized);
	free(copy);
}

static void
new_is_zeroed_and_copies_end_in_nul(void **state)
{
	unsigned char *memory = mem_new(100, 3);
	char *copy = mem_copy("a\0bc", 3);

	(void)state;
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(memory[i], 0);
	assert_memory_equal(copy, "a\0b", 4);
	memory = mem_resize(memory, 1000, 3);
	assert_int_equal(memory[299], 0);
	free(memory);
	free(copy);
}

static void
ask_new(void)
{
	free(mem_new(SIZE_MAX / 2, 3));
}

static void
ask_resize(void)
{
	free(mem_resize(NULL, SIZE_MAX / 4, 5));
}

static void
ask_copy(void)
{
	free(mem_copy("x", SIZE_MAX));
}

/* A product that overflows must never become a small allocation. */
static void
overflow_says_so_and_aborts(void **state)
{
	static void (*const asks[])(void) = { ask_new, ask_resize, ask_copy };

	(void)state;
	for (size_t i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
		char text[200] = "";
		int ends[2], status;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			signal(SIGABRT, SIG_DFL);
			dup2(ends[1], STDERR_FILENO);
			asks[i]();
			_exit(0);
		}
		close(ends[1]);
		assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
		close(ends[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGABRT);
		assert_non_null(strstr(text, "out of memory"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_of_nothing_is_still_memory),
		cmocka_unit_test(new_is_zeroed_and_copies_end_in_nul),
		cmocka_unit_test(overflow_says_so_and_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
