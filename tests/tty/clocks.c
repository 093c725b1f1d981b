/* SPDX-License-Identifier: MIT
 *
 * To be preloaded: clocks that jump. The file that CLOCKS names holds how many seconds
 * the wall clock, the one that also counts while the machine sleeps, and the one that
 * does not, are ahead of those of the kernel. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	long ahead[3] = { 0 };
	char text[128] = "";
	const char *path = getenv("CLOCKS");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) > 0)
			sscanf(text, "%ld %ld %ld", &ahead[0], &ahead[1], &ahead[2]);
		close(fd);
	}
	if (clock == CLOCK_REALTIME)
		now->tv_sec += ahead[0];
	if (clock == CLOCK_BOOTTIME)
		now->tv_sec += ahead[1];
	if (clock == CLOCK_MONOTONIC)
		now->tv_sec += ahead[2];
	return result;
}
