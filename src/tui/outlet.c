/* SPDX-License-Identifier: MIT */
#include "tui/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

struct outlet {
	int fd;
	bool is_own;
	FILE *memory;
	struct str bytes; /* on their way */
	size_t taken;	  /* of them */
};

static bool
is_same_terminal(int a, int b)
{
	unsigned a_device, b_device;

	return ioctl(a, TIOCGDEV, &a_device) == 0 && ioctl(b, TIOCGDEV, &b_device) == 0 &&
	       a_device == b_device;
}

/*
 * The terminal opened once more: not to wait is a property of an open file, which a shell
 * and others share with us when they handed it down. -1: it cannot be; then a write
 * waits, as those of most programs do. After su only /dev/tty may be opened.
 */
static int
open_again(int fd)
{
	static const char *const places[] = { "/dev/tty", "/proc/self/fd/%d" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct str path = { 0 };

		str_addf(&path, places[i], fd);
		int again = open(path.text, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		str_free(&path);
		if (again >= 0 && is_same_terminal(fd, again))
			return again;
		if (again >= 0)
			close(again);
	}
	return -1;
}

int
outlet_new(struct outlet **out, int fd, struct err *err)
{
	struct outlet *outlet = mem_new(1, sizeof(*outlet));
	int memory = memfd_create("ckptop-screen", MFD_CLOEXEC);

	outlet->memory = memory >= 0 ? fdopen(memory, "w") : NULL;
	if (outlet->memory == NULL) {
		err_set_errno(err, ERR_FAILED, errno, "no memory for a screen");
		if (memory >= 0)
			close(memory);
		free(outlet);
		return -1;
	}
	outlet->fd = open_again(fd);
	outlet->is_own = outlet->fd >= 0;
	if (!outlet->is_own)
		outlet->fd = fd;
	*out = outlet;
	return 0;
}

void
outlet_free(struct outlet *outlet)
{
	if (outlet == NULL)
		return;
	if (outlet->is_own)
		close(outlet->fd);
	fclose(outlet->memory);
	str_free(&outlet->bytes);
	free(outlet);
}

FILE *
outlet_file(struct outlet *outlet)
{
	return outlet->memory;
}

void
outlet_collect(struct outlet *outlet)
{
	int fd = fileno(outlet->memory);
	off_t len = lseek(fd, 0, SEEK_CUR);
	char piece[4096];

	for (off_t at = 0; at < len;) {
		size_t wanted = sizeof(piece);

		if (len - at < (off_t)wanted)
			wanted = (size_t)(len - at);
		ssize_t got = pread(fd, piece, wanted, at);
		if (got <= 0)
			break;
		str_add_span(&outlet->bytes, (struct span){ piece, (size_t)got });
		at += got;
	}
	lseek(fd, 0, SEEK_SET);
	outlet_flush(outlet);
}

static void
forget(struct outlet *outlet)
{
	str_clear(&outlet->bytes);
	outlet->taken = 0;
}

void
outlet_add(struct outlet *outlet, struct span bytes)
{
	str_add_span(&outlet->bytes, bytes);
	outlet_flush(outlet);
}

bool
outlet_flush(struct outlet *outlet)
{
	while (outlet->taken < outlet->bytes.len) {
		ssize_t took = write(outlet->fd, outlet->bytes.text + outlet->taken,
			outlet->bytes.len - outlet->taken);

		if (took < 0 && errno == EINTR)
			continue;
		if (took < 0 && errno == EAGAIN)
			return false;
		/* A terminal that is gone tells so when it is polled. */
		if (took <= 0)
			break;
		outlet->taken += (size_t)took;
	}
	forget(outlet);
	return true;
}

void
outlet_drain(struct outlet *outlet, int64_t patience)
{
	int64_t until = clock_monotonic() + patience;

	while (!outlet_flush(outlet)) {
		struct pollfd terminal = { .fd = outlet->fd, .events = POLLOUT };
		int64_t left = until - clock_monotonic();
		int ready =
			left > 0 ? poll(&terminal, 1,
					   (int)((left + MILLISECOND - 1) / MILLISECOND))
				 : 0;

		if (ready == 0 || (ready < 0 && errno != EINTR) ||
			(ready > 0 && (terminal.revents & POLLOUT) == 0))
			break;
		if (ready > 0)
			until = clock_monotonic() + patience;
	}
	forget(outlet);
}

int
outlet_fd(const struct outlet *outlet)
{
	return outlet->fd;
}

bool
outlet_is_pending(const struct outlet *outlet)
{
	return outlet->bytes.len > 0;
}
