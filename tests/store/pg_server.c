/* SPDX-License-Identifier: MIT */
#include "pg_server.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "outside.h"

static struct {
	pid_t parent, child;
	int port;
	FILE *ends; /* it does when this does */
} server;

static void
start_server(void)
{
	const char *source = getenv("srcdir");
	char script[4096], answer[32] = "";
	int down[2], up[2];
	FILE *told;

	snprintf(script, sizeof(script), "%s/tests/store/postgres.py",
		source != NULL ? source : ".");
	assert_int_equal(pipe2(down, O_CLOEXEC), 0);
	assert_int_equal(pipe2(up, O_CLOEXEC), 0);
	server.parent = getpid();
	server.child = fork();
	assert_true(server.child >= 0);
	if (server.child == 0) {
		dup2(down[0], 0);
		dup2(up[1], 1);
		execlp("python3", "python3", script, (char *)NULL);
		_exit(127);
	}
	close(down[0]);
	close(up[1]);
	server.ends = fdopen(down[1], "w");
	told = fdopen(up[0], "r");
	if (fgets(answer, sizeof(answer), told) == NULL)
		fail_msg("no PostgreSQL server could be started");
	server.port = atoi(answer); /* 0 of "none" */
	fclose(told);
}

void
pg_server_end(void)
{
	if (server.ends == NULL || server.parent != getpid())
		return;
	fclose(server.ends);
	server.ends = NULL;
	waitpid(server.child, NULL, 0);
}

int
pg_server_teardown(void **state)
{
	(void)state;
	outside_kill();
	pg_server_end();
	return 0;
}

bool
pg_server_is_there(void)
{
	if (server.parent == 0)
		start_server();
	return server.port != 0;
}

int
pg_server_port(void)
{
	if (!pg_server_is_there())
		fail_msg("PostgreSQL is not installed");
	return server.port;
}
