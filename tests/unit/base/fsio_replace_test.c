/* SPDX-License-Identifier: MIT
 * Every system call of a replacement is made to fail in turn: this program's own
 * definitions of them come before the C library's. */
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"

#define OLD "{\"value\": 1}"
#define NEW "{\"value\": 2, \"metadata\": {\"host\": \"worker-07\"}}"

/* --- the system calls --- */

enum call {
	CALL_OPEN,
	CALL_RANDOM,
	CALL_WRITE,
	CALL_CHOWN,
	CALL_CHMOD,
	CALL_SETXATTR,
	CALL_FSYNC,
	CALL_CLOSE,
	CALL_RENAME,
	CALLS,
};

static struct {
	bool on;	/* calls are counted, and may fail */
	enum call call; /* the call to fail, */
	int nth, error; /* which time, with what */
	int counts[CALLS];
	bool short_writes, lost_reply, lost_file, fixed_random, foreign_owner;
	uid_t chown_uid;
	int open_flags;
	char names[4][NAME_MAX + 1]; /* of the files made */
	char order[64];		     /* one letter a call */
} sim;

/* Counts a call and says whether it is to fail. */
static bool
fails(enum call call, char letter)
{
	size_t len = strlen(sim.order);

	if (!sim.on)
		return false;
	if (len + 1 < sizeof(sim.order))
		sim.order[len] = letter;
	sim.counts[call]++;
	errno = sim.error;
	return sim.error != 0 && call == sim.call && sim.counts[call] == sim.nth;
}

int
openat(int dir_fd, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(args, mode_t);
	va_end(args);
	/* Without O_CREAT it opens the old file, where the kernel has no openat2(). */
	if ((flags & O_CREAT) != 0 && fails(CALL_OPEN, 'o'))
		return -1;
	if (sim.on && (flags & O_CREAT) != 0) {
		sim.open_flags = flags;
		snprintf(sim.names[sim.counts[CALL_OPEN] % 4], sizeof(sim.names[0]), "%s",
			name);
	}
	return (int)syscall(SYS_openat, dir_fd, name, flags, mode);
}

ssize_t
getrandom(void *buffer, size_t size, unsigned flags)
{
	if (fails(CALL_RANDOM, 'r'))
		return -1;
	if (sim.on && sim.fixed_random) {
		memset(buffer, 0, size);
		return (ssize_t)size;
	}
	return syscall(SYS_getrandom, buffer, size, flags);
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
	if (fails(CALL_WRITE, 'w'))
		return -1;
	if (sim.on && sim.short_writes && size > 1)
		size = 1 + size / 3;
	return syscall(SYS_write, fd, bytes, size);
}

int
fchown(int fd, uid_t owner, gid_t group)
{
	if (fails(CALL_CHOWN, 'O'))
		return -1;
	sim.chown_uid = owner;
	return sim.on && sim.foreign_owner ? 0
					   : (int)syscall(SYS_fchown, fd, owner, group);
}

int
fchmod(int fd, mode_t mode)
{
	return fails(CALL_CHMOD, 'M') ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int
fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)
{
	if (fails(CALL_SETXATTR, 'X'))
		return -1;
	return (int)syscall(SYS_fsetxattr, fd, name, value, size, flags);
}

int
fsync(int fd)
{
	struct stat status;

	if (syscall(SYS_fstat, fd, &status) != 0)
		return -1;
	if (fails(CALL_FSYNC, S_ISDIR(status.st_mode) ? 'D' : 'F'))
		return -1;
	return (int)syscall(SYS_fsync, fd);
}

int
close(int fd)
{
	int result;
	bool failing = fails(CALL_CLOSE, 'c');

	/* As Linux has it: it is closed also when close() says no. */
	result = (int)syscall(SYS_close, fd);
	if (failing) {
		errno = sim.error;
		return -1;
	}
	return result;
}

int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	if (fails(CALL_RENAME, 'R'))
		return -1;
	if (sim.on && sim.lost_file) {
		unlinkat(from_fd, from, 0);
		errno = EIO;
		return -1;
	}
	if (syscall(SYS_renameat2, from_fd, from, to_fd, to, 0) != 0)
		return -1;
	if (sim.on && sim.lost_reply) {
		errno = EIO;
		return -1;
	}
	return 0;
}

int
fstat(int fd, struct stat *status)
{
	int result = (int)syscall(SYS_newfstatat, fd, "", status, AT_EMPTY_PATH);

	/* The old file alone has been written to before it is looked at. */
	if (result == 0 && sim.on && sim.foreign_owner && sim.counts[CALL_OPEN] == 0)
		status->st_uid = 12345;
	return result;
}

static int
set_up(void **state)
{
	memset(&sim, 0, sizeof(sim));
	return scratch_make(state);
}

static int
tear_down(void **state)
{
	memset(&sim, 0, sizeof(sim));
	return scratch_remove(state);
}

static void
put_old(const struct scratch *scratch, const char *name, mode_t mode)
{
	int fd;

	unlinkat(scratch->fd, name, 0);
	fd = openat(scratch->fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, OLD, strlen(OLD)), strlen(OLD));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
replace(const struct scratch *scratch, const char *name, struct err *err)
{
	int result;

	memset(sim.counts, 0, sizeof(sim.counts));
	memset(sim.order, 0, sizeof(sim.order));
	sim.on = true;
	result = fsio_replace(scratch->fd, name, SPAN(NEW), err);
	sim.on = false;
	return result;
}

static void
expect_content(const struct scratch *scratch, const char *name, const char *content)
{
	char text[200] = "";
	int fd = openat(scratch->fd, name, O_RDONLY | O_NOFOLLOW);

	if (content == NULL) {
		assert_int_equal(fd, -1);
		return;
	}
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, content);
}

static int
open_files(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* --- what happens, and in which order --- */

static void
the_bytes_are_on_the_disk_before_the_name(void **state)
{
	struct scratch *scratch = *state;
	struct err err = { 0 };

	put_old(scratch, "file", 0640);
	assert_int_equal(replace(scratch, "file", &err), 0);
	expect_content(scratch, "file", NEW);
	assert_string_equal(sim.order, "rowMFcRDc");
	assert_int_equal(scratch_count(scratch, false), 1);

	assert_int_equal(replace(scratch, "new", &err), 0);
	expect_content(scratch, "new", NEW);
	assert_string_equal(sim.order, "rowFcRD");
	assert_int_equal(scratch_count(scratch, false), 2);
}

/* F03 short_write */
static void
short_writes_are_completed(void **state)
{
	struct scratch *scratch = *state;

	sim.short_writes = true;
	put_old(scratch, "file", 0640);
	assert_int_equal(replace(scratch, "file", NULL), 0);
	expect_content(scratch, "file", NEW);
	assert_true(sim.counts[CALL_WRITE] > 3);
}

static void
the_temporary_name_is_random_and_owes_nothing_to_the_target(void **state)
{
	struct scratch *scratch = *state;
	char longest[NAME_MAX + 1], first[NAME_MAX + 1];

	memset(longest, 'j', NAME_MAX);
	memcpy(longest + NAME_MAX - 5, ".json", 6);
	put_old(scratch, longest, 0644);
	assert_int_equal(replace(scratch, longest, NULL), 0);
	expect_content(scratch, longest, NEW);
	strcpy(first, sim.names[1]);
	assert_int_equal(strlen(first), strlen(".ckptop-XXXXXXXXXXXX.tmp"));
	assert_memory_equal(first, ".ckptop-", 8);
	assert_string_equal(first + strlen(first) - 4, ".tmp");
	assert_int_equal(sim.open_flags & (O_EXCL | O_CREAT | O_NOFOLLOW | O_CLOEXEC),
		O_EXCL | O_CREAT | O_NOFOLLOW | O_CLOEXEC);
	assert_int_equal(replace(scratch, longest, NULL), 0);
	assert_string_not_equal(first, sim.names[1]);
}

/* Somebody guessed the name and left a link there. */
static void
a_name_that_is_taken_is_not_used(void **state)
{
	struct scratch *scratch = *state;
	struct err err = { 0 };

	put_old(scratch, "file", 0640);
	put_old(scratch, "victim", 0640);
	assert_int_equal(symlinkat("victim", scratch->fd, ".ckptop-aaaaaaaaaaaa.tmp"), 0);
	sim.fixed_random = true;
	assert_int_equal(replace(scratch, "file", &err), -1);
	assert_int_equal(err.kind, ERR_FAILED);
	assert_non_null(strstr(err.text, "nothing was changed"));
	expect_content(scratch, "file", OLD);
	expect_content(scratch, "victim", OLD);
	assert_int_equal(faccessat(scratch->fd, ".ckptop-aaaaaaaaaaaa.tmp", F_OK,
				 AT_SYMLINK_NOFOLLOW),
		0);
}

/* --- faults --- */

/* An attribute to be copied, where the file system has attributes. */
static void
mark_old(const struct scratch *scratch)
{
	int fd = openat(scratch->fd, "file", O_RDONLY);

	assert_true(fd >= 0);
	fsetxattr(fd, "user.origin", "pipeline", 8, 0);
	close(fd);
}

static bool
is_retried(enum call call)
{
	return call == CALL_OPEN || call == CALL_WRITE || call == CALL_FSYNC ||
	       call == CALL_CLOSE;
}

/* One replacement with one fault: the file is old or new and whole, the answer says
 * which, and nothing is left behind. */
static void
try_fault(const struct scratch *scratch, const char *before)
{
	struct err err = { 0 };
	int files = open_files(), result = replace(scratch, "file", &err);
	bool hit = sim.counts[sim.call] >= sim.nth;

	if (result == 0 || err.kind == ERR_UNKNOWN)
		expect_content(scratch, "file", NEW);
	else
		expect_content(scratch, "file", before);
	if (hit && sim.error == EINTR && is_retried(sim.call))
		assert_int_equal(result, 0);
	/* Only the close of the old file, which was read, may go wrong unnoticed. */
	if (hit && sim.error != EINTR && !(sim.call == CALL_CLOSE && sim.nth == 2))
		assert_int_equal(result, -1);
	if (result != 0) {
		bool directory = sim.call == CALL_FSYNC && sim.nth == 2;

		assert_int_equal(err.kind, directory ? ERR_UNKNOWN : ERR_FAILED);
		assert_true(strstr(err.text, "nothing was changed") != NULL || directory);
	}
	assert_int_equal(scratch_count(scratch, false),
		before != NULL || result == 0 || err.kind == ERR_UNKNOWN ? 1 : 0);
	assert_int_equal(open_files(), files);
}

static void
every_fault_leaves_the_old_or_the_new_file(void **state)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EACCES, EPERM, EROFS, EINTR };
	struct scratch *scratch = *state;

	sim.short_writes = true;
	sim.foreign_owner = true;
	for (sim.call = 0; sim.call < CALLS; sim.call++) {
		for (sim.nth = 1; sim.nth <= 3; sim.nth++) {
			for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
				sim.error = 0;
				put_old(scratch, "file", 0640);
				mark_old(scratch);
				sim.error = errors[i];
				try_fault(scratch, OLD);
				unlinkat(scratch->fd, "file", 0);
				try_fault(scratch, NULL);
				unlinkat(scratch->fd, "file", 0);
			}
		}
	}
}

static void
a_rename_whose_answer_was_lost_is_seen(void **state)
{
	struct scratch *scratch = *state;
	struct err err = { 0 };

	put_old(scratch, "file", 0640);
	sim.lost_reply = true;
	assert_int_equal(replace(scratch, "file", &err), 0);
	expect_content(scratch, "file", NEW);
	assert_non_null(strstr(sim.order, "RD"));

	sim.lost_reply = false;
	sim.lost_file = true;
	assert_int_equal(replace(scratch, "file", &err), -1);
	assert_int_equal(err.kind, ERR_UNKNOWN);
}

static void
a_directory_that_cannot_be_synced_is_no_fault(void **state)
{
	struct scratch *scratch = *state;

	put_old(scratch, "file", 0640);
	sim.call = CALL_FSYNC;
	sim.nth = 2;
	sim.error = EINVAL;
	assert_int_equal(replace(scratch, "file", NULL), 0);
}

static void
what_is_no_file_is_not_replaced(void **state)
{
	struct scratch *scratch = *state;
	struct err err = { 0 };

	put_old(scratch, "victim", 0640);
	assert_int_equal(symlinkat("victim", scratch->fd, "file"), 0);
	assert_int_equal(replace(scratch, "file", &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	expect_content(scratch, "victim", OLD);
	unlinkat(scratch->fd, "file", 0);
	err_clear(&err);
	assert_int_equal(mkfifoat(scratch->fd, "file", 0600), 0);
	assert_int_equal(replace(scratch, "file", &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_int_equal(scratch_count(scratch, false), 2);
}

/* --- what is kept --- */

static void
the_owner_is_kept_or_nothing_is_done(void **state)
{
	struct scratch *scratch = *state;
	struct err err = { 0 };

	put_old(scratch, "file", 0640);
	sim.foreign_owner = true;
	assert_int_equal(replace(scratch, "file", &err), 0);
	assert_int_equal(sim.chown_uid, 12345);

	put_old(scratch, "file", 0640);
	sim.call = CALL_CHOWN;
	sim.nth = 1;
	sim.error = EPERM;
	assert_int_equal(replace(scratch, "file", &err), -1);
	assert_non_null(strstr(err.text, "user 12345"));
	expect_content(scratch, "file", OLD);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_bytes_are_on_the_disk_before_the_name),
		IN_SCRATCH(short_writes_are_completed),
		IN_SCRATCH(the_temporary_name_is_random_and_owes_nothing_to_the_target),
		IN_SCRATCH(a_name_that_is_taken_is_not_used),
		IN_SCRATCH(every_fault_leaves_the_old_or_the_new_file),
		IN_SCRATCH(a_rename_whose_answer_was_lost_is_seen),
		IN_SCRATCH(a_directory_that_cannot_be_synced_is_no_fault),
		IN_SCRATCH(what_is_no_file_is_not_replaced),
		IN_SCRATCH(the_owner_is_kept_or_nothing_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
