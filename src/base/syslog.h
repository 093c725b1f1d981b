/* SPDX-License-Identifier: MIT
 * A line to the system's log, without waiting for it: syslog(3) blocks for as long as a
 * log that hangs does. */
#ifndef BASE_SYSLOG_H
#define BASE_SYSLOG_H

#include <stdbool.h>

#define SYSLOG_SOCKET "/dev/log"

/*
 * Sends one line to the facility of logins and privileges (LOG_AUTHPRIV, LOG_NOTICE) as
 * "ckptop[PID]: text". False where nobody listens at the socket, or nobody has read it
 * for too long: then it was not sent. The text is to be plain. Any thread.
 */
bool syslog_send(const char *socket_path, const char *text);

#endif
