/* SPDX-License-Identifier: MIT */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of the oldest system this is built on. */
#define TRUNCATE_FILE (1ULL << 14)

/* It is a property of the process, set once, while there is one thread. */
static bool entered, wanted;

static int
create_ruleset(const struct landlock_ruleset_attr *attr, size_t size, uint32_t flags)
{
	return (int)syscall(SYS_landlock_create_ruleset, attr, size, flags);
}

int
sandbox_version(void)
{
	int version = create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? version : 0;
}

/* All that changes a file system, as far as this kernel can refuse it. */
static uint64_t
refused_by(int version)
{
	uint64_t refused = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
			   LANDLOCK_ACCESS_FS_REMOVE_DIR |
			   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
			   LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
			   LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
			   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

	if (version >= 2)
		refused |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		refused |= TRUNCATE_FILE;
	return refused;
}

static int
allow_writing(int ruleset, int fd)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE,
		.parent_fd = fd,
	};

	return (int)syscall(
		SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0u);
}

/* A terminal is opened once more to be written to without waiting (tui/outlet.c). Where
 * this fails, so will that, and then it is done without. */
static void
allow_terminals(int ruleset)
{
	int tty = open("/dev/tty", O_PATH | O_CLOEXEC);

	if (tty >= 0) {
		allow_writing(ruleset, tty);
		close(tty);
	}
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (isatty(fd))
			allow_writing(ruleset, fd);
}

int
sandbox_enter(struct err *err)
{
	int version = sandbox_version(), ruleset, status = -1;
	struct landlock_ruleset_attr attr = { .handled_access_fs = refused_by(version) };

	wanted = true;
	if (entered)
		return 0;
	if (version == 0)
		return err_set(err, ERR_FAILED,
			"this kernel has no Landlock, or it is switched off");
	ruleset = create_ruleset(&attr, sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return err_set_errno(err, ERR_FAILED, errno, "landlock_create_ruleset");
	allow_terminals(ruleset);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		err_set_errno(err, ERR_FAILED, errno, "prctl(PR_SET_NO_NEW_PRIVS)");
	else if (syscall(SYS_landlock_restrict_self, ruleset, 0u) != 0)
		err_set_errno(err, ERR_FAILED, errno, "landlock_restrict_self");
	else
		status = 0;
	close(ruleset);
	entered = status == 0;
	return status;
}

bool
sandbox_is_entered(void)
{
	return entered;
}

bool
sandbox_is_wanted(void)
{
	return wanted;
}
