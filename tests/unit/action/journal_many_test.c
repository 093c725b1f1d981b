/* SPDX-License-Identifier: MIT
 * Many processes at one journal: all of their records are there, whole and in one chain,
 * also when some of them are killed. */
#include "journal_bench.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/fsio.h"

#define PROCESSES 20
#define EACH	  15

/* Records of very different lengths, so that torn ones would show. */
static int
append_some(const char *path, unsigned number, int start)
{
	const struct journal_settings settings = { .path = path, .timeout = MINUTE };
	static char text[100000];
	struct journal *journal;
	struct err err = { 0 };
	char byte;

	/* All begin when the other end is closed. */
	if (read(start, &byte, 1) != 0)
		return 1;
	memset(text, 'a' + (int)number, sizeof(text));
	if (journal_open(&journal, &settings, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	for (unsigned i = 0; i < EACH; i++) {
		struct journal_record record =
			bench_record(bench_op(number * EACH + i), JOURNAL_INTENT);

		record.reason =
			(struct span){ text, (number * 7919 + i * 104729) % 9000 };
		if (i == number % EACH)
			record.reason.len = sizeof(text);
		if (journal_append(journal, &record, NULL, &err) != 0) {
			fprintf(stderr, "%s\n", err.text);
			return 3;
		}
	}
	journal_close(journal);
	return 0;
}

struct seen {
	unsigned next[PROCESSES]; /* which record of each comes next */
	unsigned count;
};

static bool
see(void *arg, const struct journal_record *record)
{
	struct seen *seen = arg;
	unsigned number = (unsigned)strtoul(record->op.at + 24, NULL, 10);
	unsigned process = number / EACH;

	assert_in_range(process, 0, PROCESSES - 1);
	assert_int_equal(number % EACH, seen->next[process]++);
	assert_false(record->altered);
	for (size_t i = 0; i < record->reason.len; i++)
		assert_int_equal(record->reason.at[i], 'a' + (int)process);
	seen->count++;
	return true;
}

/* X10 audit file appended by 20 processes */
static void
x10_twenty_processes_write_one_chain(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_report report;
	struct seen seen = { 0 };
	pid_t children[PROCESSES];
	size_t damaged;
	int start[2];

	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	for (unsigned i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			close(start[1]);
			_exit(append_some(path, i, start[0]));
		}
	}
	close(start[0]);
	close(start[1]);
	for (unsigned i = 0; i < PROCESSES; i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	report = bench_verify(path, NULL, 0);
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.records, PROCESSES * EACH);
	assert_int_equal(report.torn, 0);
	assert_int_equal(journal_read(path, see, &seen, &damaged, NULL), 0);
	assert_int_equal(seen.count, PROCESSES * EACH);
	assert_int_equal(damaged, 0);
}

/* Takes both locks that there are of files, of the journal and of a directory store, says
 * so and keeps them for ever. */
static void
hold_locks(const char *path, int dir_fd, int ready)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (flock(fd, LOCK_EX) == 0 && fsio_lock(dir_fd, 0, NULL) == 0 &&
		write(ready, "r", 1) == 1)
		for (;;)
			pause();
	_exit(1);
}

/* X08 lock holder dies */
static void
x08_the_lock_of_a_dead_process_is_free(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_settings settings = { .path = path, .timeout = MILLISECOND };
	struct journal_record record = bench_record(bench_op(1), JOURNAL_INTENT);
	struct journal *journal;
	int ready[2], dir_fd;
	char byte;
	pid_t child;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	journal = bench_open(path);
	journal_close(journal);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		/* A lock belongs to what was opened, so it opens the directory itself. */
		hold_locks(path, fsio_open_dir(scratch->path, NULL), ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	dir_fd = fsio_open_dir(scratch->path, NULL);
	assert_int_equal(journal_open(&journal, &settings, NULL), 0);
	assert_int_equal(journal_append(journal, &record, NULL, NULL), -1);
	assert_int_equal(fsio_lock(dir_fd, 0, NULL), -1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(journal_append(journal, &record, NULL, NULL), 0);
	assert_int_equal(fsio_lock(dir_fd, 0, NULL), 0);
	/* And there is nothing else that a lock could have left. */
	assert_int_equal(scratch_count(scratch, false), 1);
	journal_close(journal);
	close(dir_fd);
	close(ready[0]);
	close(ready[1]);
}

/* Whoever is killed in the middle of it leaves a whole record or what the next one tells
 * of; nothing is lost that was answered for. */
static void
killed_writers_leave_a_chain(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_report report;

	for (unsigned i = 0; i < 40; i++) {
		uint64_t answered = 0, number;
		int answers[2], killed_after = (int)(i % 5);
		pid_t child;

		assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			for (number = bench_verify(path, NULL, 0).last + 1;; number++) {
				struct journal_record record =
					bench_record(bench_op(i), JOURNAL_INTENT);

				bench_append(path, &record, NULL);
				if (write(answers[1], &number, sizeof(number)) < 0)
					_exit(1);
			}
		close(answers[1]);
		while (killed_after-- >= 0)
			assert_int_equal(
				read(answers[0], &answered, sizeof(answered)), 8);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		while (read(answers[0], &answered, sizeof(answered)) == 8)
			;
		close(answers[0]);
		report = bench_verify(path, NULL, 0);
		assert_true(
			report.fault == JOURNAL_SOUND || report.fault == JOURNAL_TORN);
		assert_true(report.last >= answered);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(x10_twenty_processes_write_one_chain),
		TEST(x08_the_lock_of_a_dead_process_is_free),
		TEST(killed_writers_leave_a_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
