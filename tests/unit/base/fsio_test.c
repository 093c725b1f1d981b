/* SPDX-License-Identifier: MIT */
#include "base/fsio.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/thread.h"
#include "scratch.h"

static void
write_file(const struct scratch *scratch, const char *name, const char *bytes, size_t len)
{
	int fd = openat(scratch->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

/* --- a file that changes while it is read --- */

static const struct scratch *changing;
static int changes_left, reads;

/* Instead of the C library's: while a test wants it, the file is another one after each
 * read of its bytes. */
ssize_t
read(int fd, void *buffer, size_t size)
{
	ssize_t got = syscall(SYS_read, fd, buffer, size);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = changes_left } };
	const char digit = (char)('0' + changes_left % 10);
	int other;

	reads++;
	if (changes_left > 0 && got > 0) {
		changes_left--;
		other = openat(changing->fd, "file", O_WRONLY);
		if (other < 0 || pwrite(other, &digit, 1, 0) != 1 ||
			futimens(other, times) != 0)
			abort();
		close(other);
	}
	return got;
}

/* F19 pipeline_writes_in_place */
static void
a_moving_file_is_read_again(void **state)
{
	struct scratch *scratch = *state;
	struct file_mark mark;
	struct str out = { 0 };
	struct err err = { 0 };

	write_file(scratch, "file", "half", 4);
	changing = scratch;
	changes_left = 4;
	assert_int_equal(fsio_read(&out, &mark, scratch->fd, "file", 100, &err), 0);
	assert_int_equal(changes_left, 0);
	assert_string_equal(str_text(&out), "1alf");
	assert_int_equal(mark.mtime, INT64_C(1000000000));

	changes_left = 1000;
	assert_int_equal(fsio_read(&out, &mark, scratch->fd, "file", 100, &err), -1);
	assert_int_equal(changes_left, 995);
	changes_left = 0;
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_int_equal(out.len, 0);
	str_free(&out);
}

/* --- what is read, and what is not --- */

static void
bytes_come_as_they_are(void **state)
{
	struct scratch *scratch = *state;
	static char big[100000];
	struct file_mark mark;
	struct str out = { 0 };

	memset(big, 'x', sizeof(big));
	big[7] = '\0';
	write_file(scratch, "file", big, sizeof(big));
	str_add(&out, "what was here before");
	assert_int_equal(
		fsio_read(&out, &mark, scratch->fd, "file", sizeof(big), NULL), 0);
	assert_int_equal(out.len, sizeof(big));
	assert_memory_equal(str_text(&out), big, sizeof(big));
	assert_int_equal(mark.size, sizeof(big));
	assert_int_equal(mark.links, 1);

	write_file(scratch, "file", "", 0);
	assert_int_equal(fsio_read(&out, NULL, scratch->fd, "file", 0, NULL), 0);
	assert_int_equal(out.len, 0);
	str_free(&out);
}

/* One read of bytes is enough for a small file; none is missing at any size, nor of a
 * file that does not say its size. */
static void
every_byte_is_read_with_few_reads(void **state)
{
	static const size_t sizes[] = { 0, 1, 16383, 16384, 16385, 32768, 100000 };
	struct scratch *scratch = *state;
	static char bytes[100000];
	struct str out = { 0 };
	int fd = open("/proc/self", O_RDONLY | O_DIRECTORY);

	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		write_file(scratch, "file", bytes, sizes[i]);
		reads = 0;
		assert_int_equal(
			fsio_read(&out, NULL, scratch->fd, "file", 100000, NULL), 0);
		assert_int_equal(out.len, sizes[i]);
		assert_int_equal(reads, sizes[i] / 16384 + 1);
	}
	assert_true(fd >= 0);
	assert_int_equal(fsio_read(&out, NULL, fd, "cmdline", 100000, NULL), 0);
	assert_true(out.len > 0);
	close(fd);
	str_free(&out);
}

static enum err_kind
failure(const struct scratch *scratch, const char *name, size_t max, const char *words)
{
	struct err err = { 0 };
	struct str out = { 0 };

	assert_int_equal(fsio_read(&out, NULL, scratch->fd, name, max, &err), -1);
	assert_int_equal(out.len, 0);
	if (strstr(err.text, words) == NULL)
		fail_msg("'%s' does not say '%s'", err.text, words);
	str_free(&out);
	return err.kind;
}

/* None of these blocks, and none is followed. */
static void
only_regular_files_are_read(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct scratch *scratch = *state;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	write_file(scratch, "file", "secret", 6);
	assert_int_equal(mkfifoat(scratch->fd, "fifo", 0644), 0);
	assert_int_equal(mkdirat(scratch->fd, "dir", 0755), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/socket",
		scratch->path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	close(listener);
	assert_int_equal(
		failure(scratch, "fifo", 100, "not a regular file"), ERR_DAMAGED);
	assert_int_equal(failure(scratch, "dir", 100, "not a regular file"), ERR_DAMAGED);
	assert_int_equal(
		failure(scratch, "socket", 100, "not a regular file"), ERR_DAMAGED);

	assert_int_equal(symlinkat("file", scratch->fd, "link"), 0);
	assert_int_equal(failure(scratch, "link", 100, "symbolic link"), ERR_DAMAGED);
	unlinkat(scratch->fd, "link", 0);
	assert_int_equal(symlinkat("nowhere", scratch->fd, "link"), 0);
	assert_int_equal(failure(scratch, "link", 100, "symbolic link"), ERR_DAMAGED);
	assert_int_equal(
		failure(scratch, "missing", 100, "no file missing"), ERR_NOT_FOUND);
}

static void
only_plain_names_are_taken(void **state)
{
	static const char *const names[] = { "", ".", "..", "../file", "/etc/passwd",
		"dir/file", "file/", "./file" };
	struct scratch *scratch = *state;

	write_file(scratch, "file", "text", 4);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
			failure(scratch, names[i], 100, "plain file name"), ERR_USAGE);
		assert_int_equal(
			fsio_replace(scratch->fd, names[i], SPAN("x"), NULL), -1);
	}
}

static void
large_files_are_refused_unread(void **state)
{
	struct scratch *scratch = *state;
	struct file_mark mark;
	struct str out = { 0 };
	struct err err = { 0 };
	int fd;

	write_file(scratch, "file", "12345", 5);
	assert_int_equal(failure(scratch, "file", 4, "larger than 4 bytes"), ERR_DAMAGED);
	fd = openat(scratch->fd, "sparse", O_WRONLY | O_CREAT, 0644);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
	close(fd);
	assert_int_equal(
		fsio_read(&out, &mark, scratch->fd, "sparse", 1 << 20, &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_null(out.text);
	assert_int_equal(mark.size, INT64_C(1) << 40);
	assert_true(mark.mtime > 0);
}

static void
an_unreadable_directory_is_said(void **state)
{
	struct scratch *scratch = *state;
	struct file_mark mark = { .size = 7 };
	struct str out = { 0 };
	struct err err = { 0 };

	assert_int_equal(fsio_read(&out, &mark, -1, "file", 100, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_int_equal(mark.size, 0);
	(void)scratch;
}

/* --- marks --- */

static void
marks_tell_versions_apart(void **state)
{
	struct scratch *scratch = *state;
	struct file_mark first, second;
	struct stat status;
	int64_t now;

	write_file(scratch, "file", "1", 1);
	assert_int_equal(fstatat(scratch->fd, "file", &status, 0), 0);
	first = file_mark_of(&status);
	assert_true(file_mark_equal(&first, &first));
	assert_int_equal(linkat(scratch->fd, "file", scratch->fd, "other", 0), 0);
	assert_int_equal(fstatat(scratch->fd, "file", &status, 0), 0);
	second = file_mark_of(&status);
	assert_int_equal(second.links, 2);
	second.ctime = first.ctime;
	assert_true(file_mark_equal(&first, &second));
	assert_int_equal(fsio_replace(scratch->fd, "file", SPAN("2"), NULL), 0);
	assert_int_equal(fstatat(scratch->fd, "file", &status, 0), 0);
	second = file_mark_of(&status);
	assert_false(file_mark_equal(&first, &second));

	now = second.ctime / 1000;
	assert_true(file_mark_is_fresh(&second, now));
	assert_true(file_mark_is_fresh(&second, now + 19 * MILLISECOND));
	assert_true(file_mark_is_fresh(&second, now - HOUR));
	assert_false(file_mark_is_fresh(&second, now + 21 * MILLISECOND));
	clock_freeze(now);
	assert_false(file_mark_is_fresh(&second, now));
	clock_freeze(TIME_NONE);
}

static void
times_beyond_2262_do_not_overflow(void **state)
{
	struct stat status = { 0 };

	(void)state;
	status.st_mtim.tv_sec = INT64_C(15032385535); /* the last second of ext4, 2446 */
	status.st_mtim.tv_nsec = 5;
	assert_true(file_mark_of(&status).mtime == INT64_MAX);
}

/* --- directories --- */

static void
directories_are_opened_without_links(void **state)
{
	struct scratch *scratch = *state;
	char path[PATH_MAX + 16];
	struct err err = { 0 };
	int fd;

	snprintf(path, sizeof(path), "%s//", scratch->path);
	fd = fsio_open_dir(path, &err);
	assert_true(fd >= 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	close(fd);
	fd = fsio_open_dir("/", &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlinkat(scratch->path, scratch->fd, "link"), 0);
	snprintf(path, sizeof(path), "%s/link", scratch->path);
	assert_int_equal(fsio_open_dir(path, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "link"));
	snprintf(path, sizeof(path), "%s/link/", scratch->path);
	assert_int_equal(fsio_open_dir(path, NULL), -1);
	write_file(scratch, "file", "", 0);
	snprintf(path, sizeof(path), "%s/file", scratch->path);
	assert_int_equal(fsio_open_dir(path, NULL), -1);
	assert_int_equal(fsio_open_dir("", NULL), -1);
}

static void
the_type_of_a_file_system(void **state)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_string_equal(fsio_type(fd), "");
	close(fd);
	assert_string_equal(fsio_type(-1), "");
}

static void
network_file_systems_are_shared(void **state)
{
	static const char *const shared[] = { "nfs", "cifs", "smb", "smb2", "9p", "fuse",
		"ceph", "afs", "lustre", "gfs2", "ocfs2", "coda", "vboxsf", "gpfs" };
	static const char *const own[] = { "", "ext4", "xfs", "btrfs", "tmpfs", "overlay",
		"zfs", "vfat", "nf" };

	(void)state;
	for (size_t i = 0; i < sizeof(shared) / sizeof(*shared); i++)
		if (!fsio_is_shared(shared[i]))
			fail_msg("%s is not shared", shared[i]);
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (fsio_is_shared(own[i]))
			fail_msg("'%s' is shared", own[i]);
}

/* --- locks --- */

struct holder {
	int fd;
	struct bell *go;
};

static void
let_go(void *arg)
{
	struct holder *holder = arg;

	bell_wait(holder->go, -1);
	fsio_unlock(holder->fd);
}

static void
a_lock_is_waited_for(void **state)
{
	struct scratch *scratch = *state;
	struct holder holder = { .fd = open(scratch->path, O_RDONLY | O_DIRECTORY) };
	struct thread *thread = NULL;
	struct err err = { 0 };

	assert_int_equal(bell_new(&holder.go, NULL), 0);
	assert_int_equal(fsio_lock(holder.fd, 0, &err), 0);
	assert_int_equal(fsio_lock(scratch->fd, 0, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_int_equal(fsio_lock(scratch->fd, 5 * MILLISECOND, NULL), -1);

	assert_int_equal(thread_start(&thread, "holder", let_go, &holder, NULL), 0);
	bell_ring(holder.go);
	assert_int_equal(fsio_lock(scratch->fd, INT64_MAX, NULL), 0);
	thread_join(thread);
	assert_int_equal(fsio_lock(holder.fd, 0, NULL), -1);
	fsio_unlock(scratch->fd);
	assert_int_equal(fsio_lock(holder.fd, 0, NULL), 0);
	close(holder.fd);
	assert_int_equal(fsio_lock(scratch->fd, 0, NULL), 0);
	fsio_unlock(scratch->fd);
	bell_free(holder.go);
	assert_int_equal(fsio_lock(-1, HOUR, NULL), -1);
}

#define IN_SCRATCH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(a_moving_file_is_read_again),
		IN_SCRATCH(bytes_come_as_they_are),
		IN_SCRATCH(every_byte_is_read_with_few_reads),
		IN_SCRATCH(only_regular_files_are_read),
		IN_SCRATCH(only_plain_names_are_taken),
		IN_SCRATCH(large_files_are_refused_unread),
		IN_SCRATCH(an_unreadable_directory_is_said),
		IN_SCRATCH(marks_tell_versions_apart),
		cmocka_unit_test(times_beyond_2262_do_not_overflow),
		IN_SCRATCH(directories_are_opened_without_links),
		cmocka_unit_test(the_type_of_a_file_system),
		cmocka_unit_test(network_file_systems_are_shared),
		IN_SCRATCH(a_lock_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
