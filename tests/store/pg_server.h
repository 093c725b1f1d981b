/* SPDX-License-Identifier: MIT
 * A PostgreSQL server of a test program's own: see postgres.py. */
#ifndef TESTS_STORE_PG_SERVER_H
#define TESTS_STORE_PG_SERVER_H

#include <stdbool.h>

/* PostgreSQL is installed. The first call starts the server. */
bool pg_server_is_there(void);

/* The port of the server on 127.0.0.1, which the first call starts. Everybody may come in
 * as postgres. Fails the test where there is none. */
int pg_server_port(void);

/* Ends it; it ends by itself when this program does. */
void pg_server_end(void);

/* For a group of tests: ends the other program, and then the server. */
int pg_server_teardown(void **state);

#endif
