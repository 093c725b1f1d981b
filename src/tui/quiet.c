/* SPDX-License-Identifier: MIT */
#include "tui/quiet.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"

/* What standard error was; -1: it still is. */
static int kept = -1;

/* Where nothing may be opened for writing (a sandbox), what cannot be written there is
 * lost as well. */
static int
open_nowhere(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	return fd >= 0 ? fd : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void
quiet_begin(void)
{
	int log = log_descriptor(), nowhere = -1;

	if (kept >= 0 || !isatty(STDERR_FILENO))
		return;
	if (log < 0)
		nowhere = open_nowhere();
	if (log < 0 && nowhere < 0)
		return;
	kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (kept >= 0)
		dup2(log >= 0 ? log : nowhere, STDERR_FILENO);
	if (nowhere >= 0)
		close(nowhere);
}

void
quiet_end(void)
{
	if (kept < 0)
		return;
	dup2(kept, STDERR_FILENO);
	close(kept);
	kept = -1;
}
