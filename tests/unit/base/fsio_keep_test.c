/* SPDX-License-Identifier: MIT
 * What a replaced file keeps of the old one, on the real file system. */
#include "base/fsio.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/xattr.h>

#include <cmocka.h>

#include "scratch.h"

#define ACL "system.posix_acl_access"

static void
put_old(const struct scratch *scratch, const char *name, mode_t mode)
{
	int fd;

	unlinkat(scratch->fd, name, 0);
	fd = openat(scratch->fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "old", 3), 3);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int
replace(const struct scratch *scratch, const char *name)
{
	return fsio_replace(scratch->fd, name, SPAN("new"), NULL);
}

static struct stat
look(const struct scratch *scratch, const char *name)
{
	struct stat status;

	assert_int_equal(fstatat(scratch->fd, name, &status, AT_SYMLINK_NOFOLLOW), 0);
	return status;
}

static void
the_mode_is_kept(void **state)
{
	static const mode_t modes[] = { 0664, 0600, 0444, 0400, 0777, 02755 };
	struct scratch *scratch = *state;
	mode_t old = umask(077);

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		put_old(scratch, "file", modes[i]);
		assert_int_equal(replace(scratch, "file"), 0);
		assert_int_equal(look(scratch, "file").st_mode & 07777, modes[i]);
	}
	umask(027);
	assert_int_equal(replace(scratch, "new"), 0);
	assert_int_equal(look(scratch, "new").st_mode & 07777, 0640);
	umask(old);
}

/* Only root can give files away; fsio_replace_test has the rest of it. */
static void
the_owner_is_kept(void **state)
{
	struct scratch *scratch = *state;
	bool root = geteuid() == 0;
	uid_t user = root ? 65534 : geteuid();
	gid_t group = root ? 65533 : getegid();

	put_old(scratch, "file", 0664);
	assert_int_equal(fchownat(scratch->fd, "file", user, group, 0), 0);
	assert_int_equal(replace(scratch, "file"), 0);
	assert_int_equal(look(scratch, "file").st_uid, user);
	assert_int_equal(look(scratch, "file").st_gid, group);
	assert_int_equal(look(scratch, "file").st_mode & 07777, 0664);
}

/* Owner rw, user 65533 rw, group r, mask rw, others nothing. */
static const unsigned char acl[] = { 2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 6,
	0, 253, 255, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 6, 0, 255, 255, 255,
	255, 32, 0, 0, 0, 255, 255, 255, 255 };

static int
open_file(const struct scratch *scratch, const char *name)
{
	int fd = openat(scratch->fd, name, O_RDONLY);

	assert_true(fd >= 0);
	return fd;
}

static void
acl_and_attributes_are_kept(void **state)
{
	struct scratch *scratch = *state;
	unsigned char bytes[200];
	mode_t mode;
	int fd;

	put_old(scratch, "file", 0640);
	fd = open_file(scratch, "file");
	if (fsetxattr(fd, ACL, acl, sizeof(acl), 0) != 0 ||
		fsetxattr(fd, "user.origin", "pipe\0line", 9, 0) != 0 ||
		fsetxattr(fd, "user.empty", "", 0, 0) != 0) {
		close(fd);
		print_message("the file system of the tests has no ACL or attributes\n");
		skip();
	}
	close(fd);
	mode = look(scratch, "file").st_mode;
	assert_int_equal(mode & 0777, 0660);
	assert_int_equal(replace(scratch, "file"), 0);
	assert_int_equal(look(scratch, "file").st_mode, mode);
	fd = open_file(scratch, "file");
	assert_int_equal(fgetxattr(fd, ACL, bytes, sizeof(bytes)), sizeof(acl));
	assert_memory_equal(bytes, acl, sizeof(acl));
	assert_int_equal(fgetxattr(fd, "user.origin", bytes, sizeof(bytes)), 9);
	assert_memory_equal(bytes, "pipe\0line", 9);
	assert_int_equal(fgetxattr(fd, "user.empty", bytes, sizeof(bytes)), 0);
	close(fd);
}

static void
the_default_acl_is_for_new_files_only(void **state)
{
	struct scratch *scratch = *state;
	unsigned char bytes[200];
	int fd;

	put_old(scratch, "file", 0640);
	if (fsetxattr(scratch->fd, "system.posix_acl_default", acl, sizeof(acl), 0) !=
		0) {
		print_message("the file system of the tests has no ACL\n");
		skip();
	}
	assert_int_equal(replace(scratch, "file"), 0);
	assert_int_equal(look(scratch, "file").st_mode & 07777, 0640);
	fd = open_file(scratch, "file");
	assert_int_equal(fgetxattr(fd, ACL, bytes, sizeof(bytes)), -1);
	assert_int_equal(errno, ENODATA);
	close(fd);
	assert_int_equal(replace(scratch, "new"), 0);
	fd = open_file(scratch, "new");
	assert_int_equal(fgetxattr(fd, ACL, bytes, sizeof(bytes)), sizeof(acl));
	close(fd);
}

#define IN_SCRATCH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(the_mode_is_kept),
		IN_SCRATCH(the_owner_is_kept),
		IN_SCRATCH(acl_and_attributes_are_kept),
		IN_SCRATCH(the_default_acl_is_for_new_files_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
