/* SPDX-License-Identifier: MIT */
#include "cli/output.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define MUCH 65536

/* Somebody made standard output non-blocking; wait as if it were not. */
static void
wait_for_reader(void)
{
	struct pollfd room = { .fd = STDOUT_FILENO, .events = POLLOUT };

	poll(&room, 1, -1);
}

int
output_flush(struct output *output)
{
	const char *at = str_text(&output->text);
	size_t rest = output->text.len;

	while (rest > 0 && !output->gone && !err_is_set(&output->err)) {
		ssize_t written = write(STDOUT_FILENO, at, rest);

		if (written >= 0) {
			at += written;
			rest -= (size_t)written;
		} else if (errno == EPIPE) {
			output->gone = true;
		} else if (errno == EAGAIN) {
			wait_for_reader();
		} else if (errno != EINTR) {
			err_set_errno(&output->err, ERR_FAILED, errno,
				"cannot write to standard output, what was to be printed "
				"is not complete");
		}
	}
	str_clear(&output->text);
	return output->gone || err_is_set(&output->err) ? -1 : 0;
}

int
output_pace(struct output *output)
{
	if (output->gone || err_is_set(&output->err))
		return -1;
	return output->text.len < MUCH ? 0 : output_flush(output);
}

int
output_end(struct output *output, struct err *err)
{
	output_flush(output);
	str_free(&output->text);
	if (!err_is_set(&output->err))
		return 0;
	return err_set(err, output->err.kind, "%s", output->err.text);
}
