/* SPDX-License-Identifier: MIT */
#include "base/syslog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "scratch.h"

static char path[PATH_MAX + 16];

/* A socket that is listened at as the system's log is. */
static int
listener(void **state)
{
	const struct scratch *scratch = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(path, sizeof(path), "%s/log", scratch->path);
	assert_true(strlen(path) < sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void
a_line_arrives(void **state)
{
	int fd = listener(state), hour, minute, second, day, at = 0, pid;
	char line[256] = "", month[4];

	assert_true(syslog_send(path, "journal seq=1"));
	assert_true(recv(fd, line, sizeof(line) - 1, MSG_DONTWAIT) > 0);
	assert_int_equal(sscanf(line, "<85>%3s %d %d:%d:%d ckptop[%d]: %n", month, &day,
				 &hour, &minute, &second, &pid, &at),
		6);
	assert_int_equal(pid, getpid());
	assert_string_equal(line + at, "journal seq=1");
	close(fd);
}

/* A log that hangs takes no more at some point; that is found out, and not waited for. */
static void
a_log_that_hangs_is_not_waited_for(void **state)
{
	int fd = listener(state), sent = 0;

	while (sent < 1000000 && syslog_send(path, "journal seq=1"))
		sent++;
	assert_in_range(sent, 1, 999999);
	close(fd);
}

static void
without_a_log_nothing_is_sent(void **state)
{
	char longer[300];

	close(listener(state));
	assert_false(syslog_send(path, "nobody listens any more"));
	unlink(path);
	assert_false(syslog_send(path, "nor is there a socket"));
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_false(syslog_send(longer, "nor can there be one"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_arrives),
		TEST(a_log_that_hangs_is_not_waited_for),
		TEST(without_a_log_nothing_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
