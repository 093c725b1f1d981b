/* SPDX-License-Identifier: MIT
 *
 * A library to be loaded before all others: of the allocations of a program one fails, or
 * all from one on. NO_MEMORY=N or N+ says which; NO_MEMORY_TOLD=FILE is told how many
 * there were, when the first fails and at the end.
 *
 * Those of the C library's user database are spared: without memory it fails an assertion
 * of its own (glibc 2.36, nss_database_reload_1), against which nobody above it can do
 * anything. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static atomic_ulong count;
static _Thread_local bool is_spared;
static unsigned long wanted;
static bool for_ever, ready;
static const char *told;

static void
tell(const char *what)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%s %lu\n", what, atomic_load(&count));
	int fd = told != NULL
			 ? open(told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
			 : -1;

	if (fd < 0)
		return;
	if (write(fd, text, (size_t)len) != len)
		_exit(99);
	close(fd);
}

/* What comes before the program itself is the loader's and is not counted. */
__attribute__((constructor)) static void
begin(void)
{
	const char *text = getenv("NO_MEMORY");

	told = getenv("NO_MEMORY_TOLD");
	if (text != NULL) {
		wanted = strtoul(text, NULL, 10);
		for_ever = strchr(text, '+') != NULL;
	}
	ready = true;
}

__attribute__((destructor)) static void
end(void)
{
	ready = false;
	tell("end");
}

static bool
fails(void)
{
	unsigned long now;

	if (!ready || is_spared)
		return false;
	now = atomic_fetch_add(&count, 1) + 1;
	if (now == wanted)
		tell("failed");
	if (wanted == 0 || (now != wanted && !(for_ever && now > wanted)))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t members, size_t size)
{
	return fails() ? NULL : __libc_calloc(members, size);
}

void *
realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

int
getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
	struct passwd **result)
{
	typedef int getpwuid_r_fn(
		uid_t, struct passwd *, char *, size_t, struct passwd **);
	getpwuid_r_fn *real;
	int status;

	is_spared = true;
	*(void **)&real = dlsym(RTLD_NEXT, "getpwuid_r");
	status = real(uid, entry, buffer, size, result);
	is_spared = false;
	return status;
}
