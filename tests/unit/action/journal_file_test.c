/* SPDX-License-Identifier: MIT
 * The file under the journal: where it is refused, what a crash and a full disk leave,
 * and that others wait. */
#include "journal_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/clock.h"

static const struct journal_record intent = {
	.op = SPAN("6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
	.phase = JOURNAL_INTENT,
};

/* Opening and one record, which are refused for this reason. */
static void
refused_in(const char *path, const char *reason, int64_t timeout)
{
	const struct journal_settings settings = { .path = path, .timeout = timeout };
	struct journal *journal;
	struct err err = { 0 };
	int result = journal_open(&journal, &settings, &err);

	if (result == 0)
		result = journal_append(journal, &intent, NULL, &err);
	journal_close(journal);
	if (result == 0)
		fail_msg("%s was not refused", path);
	if (err.kind != ERR_REFUSED || strstr(err.text, reason) == NULL)
		fail_msg("%s, kind %d: not '%s'", err.text, err.kind, reason);
}

static void
refused(const char *path, const char *reason)
{
	refused_in(path, reason, 0);
}

/* --- where it is --- */

static mode_t
mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode & 07777;
}

static void
it_is_made_for_its_user_alone(void **state)
{
	const struct scratch *scratch = *state;
	mode_t old = umask(0);

	assert_int_equal(chdir(scratch->path), 0);
	bench_append("a/b/journal.jsonl", &intent, NULL);
	assert_int_equal(mode_of("a"), 0700);
	assert_int_equal(mode_of("a/b"), 0700);
	assert_int_equal(mode_of("a/b/journal.jsonl"), 0600);
	bench_append("journal.jsonl", &intent, NULL);
	bench_append(".//journal.jsonl", &intent, NULL);
	assert_int_equal(bench_verify("journal.jsonl", NULL, 0).last, 2);
	umask(old);
	unlink("a/b/journal.jsonl");
	rmdir("a/b");
	assert_int_equal(chdir("/"), 0);
}

static void
put_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

/* A03 audit path is symlink */
static void
a03_what_is_no_file_of_ours_is_refused(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	const char *other = bench_path(state, "other");

	bench_append(other, &intent, NULL);
	assert_int_equal(symlink(other, path), 0);
	refused(path, "is a symbolic link");
	assert_int_equal(bench_verify(other, NULL, 0).last, 1);
	unlink(other);
	refused(path, "is a symbolic link");
	assert_int_not_equal(access(other, F_OK), 0);
	unlink(path);

	assert_int_equal(mkfifo(path, 0600), 0);
	refused(path, "is not a regular file");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	refused(path, "is not a regular file");
	rmdir(path);
	put_socket(path);
	refused(path, "is not a regular file");
	unlink(path);
	refused("/dev/null", "is not a regular file");
	refused("/dev/full/journal.jsonl", "Not a directory");
	refused("/tmp/", "names no file");

	bench_append(path, &intent, NULL);
	for (mode_t bit = 020; bit != 0; bit = bit == 020 ? 002 : 0) {
		assert_int_equal(chmod(path, 0600 | bit), 0);
		refused(path, "others may write to the journal");
	}
	assert_int_equal(chmod(path, 0644), 0);
	bench_append(path, &intent, NULL);
	assert_int_equal(bench_verify(path, NULL, 0).last, 2);
}

static void
a_directory_of_others_is_refused(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = bench_path(state, "journal.jsonl");

	for (mode_t bit = 020; bit != 0; bit = bit == 020 ? 002 : 0) {
		assert_int_equal(chmod(scratch->path, 0700 | bit), 0);
		refused(path, "others may write to the directory");
		assert_int_not_equal(access(path, F_OK), 0);
	}
	/* There nobody may take away what is not theirs. */
	assert_int_equal(chmod(scratch->path, 01777), 0);
	bench_append(path, &intent, NULL);
	/* A directory of our own in one that others write to, as with umask 002, is ours.
	 */
	assert_int_equal(chmod(scratch->path, 0775), 0);
	bench_append(bench_path(state, "own/journal.jsonl"), &intent, NULL);
	unlink(bench_path(state, "own/journal.jsonl"));
	assert_int_equal(chmod(scratch->path, 0700), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(path, 65534, 65534), 0);
	refused(path, "belongs to the user 65534, not to you (0)");
	assert_int_equal(chown(path, 0, 0), 0);
	assert_int_equal(chown(scratch->path, 65534, 65534), 0);
	refused(path, "of the journal belongs to the user 65534");
	refused(bench_path(state, "new/journal.jsonl"),
		"with sudo use a HOME of its own");
	assert_int_not_equal(access(bench_path(state, "new"), F_OK), 0);
	assert_int_equal(chown(scratch->path, 0, 0), 0);
}

/* It was opened, and then something else was put there. */
static void
another_file_at_the_path_is_looked_at_again(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	const char *other = bench_path(state, "other");
	struct journal *journal = bench_open(path);
	struct err err = { 0 };

	assert_int_equal(journal_append(journal, &intent, NULL, NULL), 0);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(journal_append(journal, &intent, NULL, NULL), 0);
	assert_int_equal(bench_verify(path, NULL, 0).last, 1);
	assert_int_equal(bench_verify(other, NULL, 0).last, 1);
	unlink(path);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(journal_append(journal, &intent, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_int_equal(bench_verify(other, NULL, 0).last, 1);
	unlink(path);
	assert_int_equal(journal_append(journal, &intent, NULL, NULL), 0);
	assert_int_equal(bench_verify(path, NULL, 0).last, 1);
	journal_close(journal);
}

static void
a_frozen_clock_writes_nothing(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal *journal = bench_open(path);
	struct err err = { 0 };

	clock_freeze(SECOND);
	assert_int_equal(journal_append(journal, &intent, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "CKPTOP_NOW"));
	refused(path, "CKPTOP_NOW");
	clock_freeze(TIME_NONE);
	assert_int_equal(bench_verify(path, NULL, 0).records, 0);
	journal_close(journal);
}

/* --- records that are not taken --- */

static void
what_is_no_operation_is_not_taken(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal *journal = bench_open(path);
	struct journal_record record = intent;
	struct err err = { 0 };

	record.op = SPAN("x\n");
	assert_int_equal(journal_append(journal, &record, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	record.op = SPAN_NONE;
	assert_int_equal(journal_append(journal, &record, NULL, NULL), -1);
	assert_int_equal(bench_verify(path, NULL, 0).records, 0);
	journal_close(journal);
}

static bool
meet_long(void *arg, const struct journal_record *record)
{
	assert_true(span_equal(record->reason, *(struct span *)arg));
	return true;
}

static void
long_records_are_taken_up_to_a_limit(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal *journal = bench_open(path);
	size_t len = JOURNAL_LINE_MAX;
	struct journal_record record = intent;
	struct err err = { 0 };
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, 'x', len);
	record.reason = (struct span){ text, len };
	assert_int_equal(journal_append(journal, &record, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.text, "change fewer checkpoints"));
	assert_int_equal(bench_verify(path, NULL, 0).records, 0);
	record.reason.len = 3 << 19;
	for (int i = 0; i < 3; i++)
		assert_int_equal(journal_append(journal, &record, NULL, NULL), 0);
	assert_int_equal(journal_read(path, meet_long, &record.reason, NULL, NULL), 0);
	assert_int_equal(bench_verify(path, NULL, 0).records, 3);
	journal_close(journal);
	free(text);
}

/* --- what a crash leaves --- */

/* The journal of three records with these bytes behind it, and one record more. */
static struct journal_report
go_on_behind(const char *path, struct span before, struct span torn)
{
	struct str bytes = { 0 }, after;

	str_add_span(&bytes, before);
	str_add_span(&bytes, torn);
	bench_put(path, str_span(&bytes));
	bench_append(path, &intent, NULL);
	after = bench_bytes(path);
	assert_true(after.len > bytes.len);
	assert_memory_equal(after.text, bytes.text, bytes.len);
	str_free(&after);
	str_free(&bytes);
	return bench_verify(path, NULL, 0);
}

static void
a_torn_record_stays_and_is_told_of(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct str three, four;
	struct journal_report report;

	bench_fill(path, 3, NULL);
	three = bench_bytes(path);
	bench_append(path, &intent, NULL);
	four = bench_bytes(path);
	for (size_t len = three.len + 1; len < four.len - 1; len++) {
		struct span torn = { four.text + three.len, len - three.len };

		report = go_on_behind(path, str_span(&three), torn);
		if (report.fault != JOURNAL_SOUND || report.torn != 1 || report.last != 4)
			fail_msg("%zu bytes of a record: %s", torn.len, report.text);
	}
	/* It has lost no more than its newline: so it is a record. */
	report = go_on_behind(path, (struct span){ four.text, four.len - 1 }, SPAN(""));
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.torn, 0);
	assert_int_equal(report.last, 5);
	report = go_on_behind(path, str_span(&three), SPAN("{\"v\":1,\"se"));
	/* Again and again, and it goes on. */
	for (int i = 0; i < 3; i++) {
		struct str bytes = bench_bytes(path);

		report = go_on_behind(path, str_span(&bytes), SPAN("{\"v\":1,\"se"));
		str_free(&bytes);
	}
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.torn, 4);
	assert_int_equal(report.last, 7);
	assert_non_null(strstr(report.text, "torn by a crash"));
	str_free(&three);
	str_free(&four);
}

/* A crash while the newline of what the crash before has left, and a record, are written.
 */
static void
what_is_torn_twice_is_told_of(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct str three, four, torn = { 0 };
	struct journal_report report;

	bench_fill(path, 3, NULL);
	three = bench_bytes(path);
	bench_append(path, &intent, NULL);
	four = bench_bytes(path);
	str_add_span(&torn, (struct span){ four.text + three.len, 200 });
	for (size_t len = 1; len < 200; len++) {
		str_cut(&torn, 200);
		str_add_char(&torn, '\n');
		str_add_span(&torn, (struct span){ four.text + three.len, len });
		report = go_on_behind(path, str_span(&three), str_span(&torn));
		assert_int_equal(report.fault, JOURNAL_SOUND);
		assert_int_equal(report.torn, 1);
		assert_int_equal(report.last, 4);
	}
	str_free(&torn);
	str_free(&three);
	str_free(&four);
}

static void
the_first_record_may_be_torn(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_report report;
	struct str one;

	bench_fill(path, 1, NULL);
	one = bench_bytes(path);
	for (size_t len = 1; len < one.len; len++) {
		report = go_on_behind(path, SPAN(""), (struct span){ one.text, len });
		assert_int_equal(report.fault, JOURNAL_SOUND);
		assert_int_equal(report.last, len == one.len - 1 ? 2 : 1);
	}
	str_free(&one);
}

/* What the chain tells of is evidence, and counts like a record. */
static void
evidence_cannot_be_taken_away(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct str before, after;
	size_t place;

	bench_fill(path, 3, NULL);
	before = bench_bytes(path);
	go_on_behind(path, str_span(&before), SPAN("{\"v\":1,"));
	after = bench_bytes(path);
	place = before.len;
	after.text[place + 2] = 'w';
	bench_put(path, str_span(&after));
	assert_int_equal(bench_verify(path, NULL, 0).fault, JOURNAL_EDITED);
	assert_int_equal(bench_verify(path, NULL, 0).seq, 4);
	/* All of it, with the newline that ended it. */
	memmove(after.text + place, after.text + place + 8, after.len - place - 8);
	str_cut(&after, after.len - 8);
	bench_put(path, str_span(&after));
	assert_int_equal(bench_verify(path, NULL, 0).fault, JOURNAL_GAP);
	assert_int_equal(bench_verify(path, NULL, 0).seq, 4);
	str_free(&before);
	str_free(&after);
}

static void
a_file_of_others_is_not_written_to(void **state)
{
	static const char *const texts[] = { "root:x:0:0:root:/root:/bin/bash\n", "\n",
		"{\"v\":1}\n", "x", "{\"v\":1,\"seq\":2" };
	const char *path = bench_path(state, "journal.jsonl");

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct str bytes;

		bench_put(path, span_of(texts[i]));
		chmod(path, 0600);
		refused(path, "holds no record of ckptop");
		bytes = bench_bytes(path);
		assert_string_equal(bytes.text, texts[i]);
		str_free(&bytes);
	}
}

/* --- no room, no right --- */

/* Runs a part of a test in a process of its own, which may lose what it needs. False:
 * the part could not be tried here. */
static bool
in_child(int (*part)(const char *path), const char *path)
{
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(part(path));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 77))
		fail_msg("a part of the test failed: status %x", (unsigned)status);
	return WEXITSTATUS(status) == 0;
}

/* What is wrong with an append that should be refused; 0: nothing. */
static int
not_refused(const char *path, const char *reason)
{
	const struct journal_settings settings = { .path = path };
	struct journal *journal;
	struct err err = { 0 };
	int result = journal_open(&journal, &settings, &err);

	if (result == 0)
		result = journal_append(journal, &intent, NULL, &err);
	journal_close(journal);
	if (result == 0)
		return 1;
	if (err.kind == ERR_REFUSED && strstr(err.text, reason) != NULL)
		return 0;
	fprintf(stderr, "%s: not '%s'\n", err.text, reason);
	return 2;
}

static off_t
size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : -1;
}

/* Every limit that cuts the record somewhere. */
static int
with_small_files(const char *path)
{
	off_t size = size_of(path);

	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t more = 0; more < 300; more += 7) {
		const struct rlimit limit = { (rlim_t)size + more, RLIM_INFINITY };

		if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
			return 77;
		if (not_refused(path,
			    more == 0 ? "cannot write the journal" : "takes only") != 0 ||
			size_of(path) != size)
			return 1;
	}
	return 0;
}

/* A file system of our own, full up to a few bytes that the journal still has. */
static int
on_a_full_disk(const char *path)
{
	char block[4096] = { 0 };
	off_t size;
	int fd;

	if (unshare(CLONE_NEWNS) != 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", path, "tmpfs", 0, "size=64k,mode=0700") != 0)
		return 77;
	if (chdir(path) != 0)
		return 3;
	bench_fill("journal.jsonl", 3, NULL);
	fd = open("filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) == sizeof(block))
		;
	close(fd);
	/* The last block of the journal has room for some records. */
	size = size_of("journal.jsonl");
	for (int i = 0; not_refused("journal.jsonl", "takes only") == 1; i++) {
		size = size_of("journal.jsonl");
		if (i > 20)
			return 4;
	}
	if (size_of("journal.jsonl") != size ||
		bench_verify("journal.jsonl", NULL, 0).fault != JOURNAL_SOUND)
		return 5;
	if (not_refused("new/journal.jsonl", "") != 0)
		return 6;
	if (mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0)
		return 77;
	if (not_refused("journal.jsonl", "Read-only file system") != 0 ||
		size_of("journal.jsonl") != size)
		return 7;
	return 0;
}

static int
without_a_right(const char *path)
{
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		return 77;
	return not_refused(path, "Permission denied");
}

static void
without_room_nothing_is_left_half(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = bench_path(state, "journal.jsonl");

	bench_fill(path, 3, NULL);
	if (!in_child(with_small_files, path))
		print_message("no limit of the size of files could be set\n");
	assert_int_equal(bench_verify(path, NULL, 0).last, 3);
	assert_int_equal(bench_verify(path, NULL, 0).fault, JOURNAL_SOUND);
	bench_append(path, &intent, NULL);
	assert_int_equal(bench_verify(path, NULL, 0).last, 4);
	if (!in_child(on_a_full_disk, scratch->path))
		print_message("no file system could be mounted\n");
	assert_int_equal(chmod(scratch->path, 0500), 0);
	if (!in_child(without_a_right, bench_path(state, "new.jsonl")))
		print_message("no other user could be taken\n");
	assert_int_equal(chmod(scratch->path, 0700), 0);
}

/* --- the lock --- */

static void
whoever_holds_the_lock_is_waited_for_and_not_for_ever(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	int fd;

	bench_append(path, &intent, NULL);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	refused_in(path, "another program holds the journal", 20 * MILLISECOND);
	close(fd);
	bench_append(path, &intent, NULL);
	assert_int_equal(bench_verify(path, NULL, 0).last, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_made_for_its_user_alone),
		TEST(a03_what_is_no_file_of_ours_is_refused),
		TEST(a_directory_of_others_is_refused),
		TEST(another_file_at_the_path_is_looked_at_again),
		TEST(a_frozen_clock_writes_nothing),
		TEST(what_is_no_operation_is_not_taken),
		TEST(long_records_are_taken_up_to_a_limit),
		TEST(a_torn_record_stays_and_is_told_of),
		TEST(what_is_torn_twice_is_told_of),
		TEST(the_first_record_may_be_torn),
		TEST(evidence_cannot_be_taken_away),
		TEST(a_file_of_others_is_not_written_to),
		TEST(without_room_nothing_is_left_half),
		TEST(whoever_holds_the_lock_is_waited_for_and_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
