/* SPDX-License-Identifier: MIT */
#include "base/syslog.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

bool
syslog_send(const char *socket_path, const char *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	time_t now = (time_t)(clock_now() / SECOND);
	struct str line = { 0 };
	struct tm local = { 0 };
	char stamp[32] = "";
	bool sent = false;
	int fd;

	if (strlen(socket_path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, socket_path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	/* The protocol that all who listen there take has local times. */
	localtime_r(&now, &local);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &local);
	str_addf(&line, "<%d>%s ckptop[%ld]: %s", LOG_AUTHPRIV | LOG_NOTICE, stamp,
		(long)getpid(), text);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		sent = send(fd, line.text, line.len, MSG_NOSIGNAL) == (ssize_t)line.len;
	close(fd);
	str_free(&line);
	return sent;
}
