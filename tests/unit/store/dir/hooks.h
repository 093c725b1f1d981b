/* SPDX-License-Identifier: MIT
 * What others do between two system calls of an edit, and calls that fail or lie. The
 * calls of libc that change files are replaced for the program that includes this; they
 * do nothing of their own until a test asks for it. */
#ifndef UNIT_STORE_DIR_HOOKS_H
#define UNIT_STORE_DIR_HOOKS_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define HOOKS_MAX 8

enum hook_kind {
	HOOK_BEFORE, /* somebody acts, then the call is made */
	HOOK_AFTER,
	HOOK_FAIL, /* the call is not made and fails */
	HOOK_LIE,  /* the call is made, and says that it failed */
	HOOK_DIE_BEFORE,
	HOOK_DIE_AFTER,
};

struct hook {
	const char *call; /* NULL: every call that is counted here */
	int number;	  /* from 1 */
	enum hook_kind kind;
	void (*act)(void);
	int error;
};

static struct {
	struct hook list[HOOKS_MAX];
	int count;
	bool on;
	int made[HOOKS_MAX]; /* how many calls each hook has seen */
} hooks;

static void
hooks_clear(void)
{
	memset(&hooks, 0, sizeof(hooks));
}

static void
hook_add(const char *call, int number, enum hook_kind kind, void (*act)(void), int error)
{
	hooks.list[hooks.count++] = (struct hook){ call, number, kind, act, error };
	hooks.on = true;
}

/* The hooks that this call meets before it is made. True: it fails with errno. */
static bool
hooks_before(const char *call)
{
	bool fails = false;

	for (int i = 0; i < hooks.count && hooks.on; i++) {
		const struct hook *hook = &hooks.list[i];

		if (hook->call != NULL && strcmp(hook->call, call) != 0)
			continue;
		if (++hooks.made[i] != hook->number)
			continue;
		if (hook->kind == HOOK_DIE_BEFORE)
			_exit(9);
		if (hook->kind == HOOK_BEFORE) {
			hooks.on = false; /* what others do is not ours */
			hook->act();
			hooks.on = true;
		} else if (hook->kind == HOOK_FAIL) {
			errno = hook->error;
			fails = true;
		}
	}
	return fails;
}

static int
hooks_after(const char *call, int result)
{
	for (int i = 0; i < hooks.count && hooks.on; i++) {
		const struct hook *hook = &hooks.list[i];

		if ((hook->call != NULL && strcmp(hook->call, call) != 0) ||
			hooks.made[i] != hook->number)
			continue;
		if (hook->kind == HOOK_DIE_AFTER)
			_exit(9);
		if (hook->kind == HOOK_AFTER) {
			hooks.on = false;
			hook->act();
			hooks.on = true;
		} else if (hook->kind == HOOK_LIE) {
			errno = hook->error;
			result = -1;
		}
	}
	return result;
}

#define HOOKED(name, call)                                                               \
	{                                                                                \
		if (hooks_before(name))                                                  \
			return -1;                                                       \
		return hooks_after(name, (int)(call));                                   \
	}

int renameat2(int old_fd, const char *old, int new_fd, const char *new, unsigned flags);
int renameat(int old_fd, const char *old, int new_fd, const char *new);
int linkat(int old_fd, const char *old, int new_fd, const char *new, int flags);
int unlinkat(int fd, const char *name, int flags);
int fsync(int fd);
int fchmod(int fd, mode_t mode);
int futimens(int fd, const struct timespec times[2]);
int ftruncate(int fd, off_t size);
ssize_t write(int fd, const void *bytes, size_t size);
ssize_t read(int fd, void *bytes, size_t size);

int
renameat2(int old_fd, const char *old, int new_fd, const char *new,
	unsigned flags) HOOKED("renameat2",
	syscall(SYS_renameat2, old_fd, old, new_fd, new, flags))

	int renameat(int old_fd, const char *old, int new_fd, const char *new) HOOKED(
		"renameat", syscall(SYS_renameat2, old_fd, old, new_fd, new, 0))

		int linkat(int old_fd, const char *old, int new_fd, const char *new,
			int flags) HOOKED("linkat",
			syscall(SYS_linkat, old_fd, old, new_fd, new, flags))

			int unlinkat(int fd, const char *name, int flags) HOOKED(
				"unlinkat", syscall(SYS_unlinkat, fd, name, flags))

				int fsync(int fd) HOOKED("fsync", syscall(SYS_fsync, fd))

					int fchmod(int fd, mode_t mode) HOOKED(
						"fchmod", syscall(SYS_fchmod, fd, mode))

						int futimens(int fd,
							const struct timespec times
								[2]) HOOKED("futimens",
							syscall(SYS_utimensat, fd, NULL,
								times, 0))

							int ftruncate(int fd,
								off_t size) HOOKED("ftrun"
										   "cate",
								syscall(SYS_ftruncate, fd,
									size))

								ssize_t
	write(int fd, const void *bytes, size_t size)
		HOOKED("write", syscall(SYS_write, fd, bytes, size))

			ssize_t read(int fd, void *bytes, size_t size)
				HOOKED("read", syscall(SYS_read, fd, bytes, size))

#endif
