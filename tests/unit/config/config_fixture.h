/* SPDX-License-Identifier: MIT
 * A directory that plays /etc/ckptop and the user's home, for the tests of config/. */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"
#include "config/config.h"

struct fixture {
	char directory[64];
	char policy[128], system[128], user[128];
	struct paths paths;
	struct config_request request; /* what the next load asks for; starts empty */
	struct err err;		       /* of the last load */
	struct config *config;	       /* of the last load; freed by the next one */
};

/* cmocka's setup and teardown. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Writes a file of the directory; bytes may hold NUL. Its path is borrowed until the next
 * call. */
const char *
fixture_write(struct fixture *fixture, const char *name, struct span bytes, mode_t mode);

/* Writes a text to one of the three files. */
void fixture_put(const char *path, const char *text);

/* Loads; -1 as config_load(). */
int fixture_load(struct fixture *fixture);

/* Loads and wants it to work. */
const struct config *fixture_config(struct fixture *fixture);

/* Writes the text to the user's file and wants it refused, with "FILE:LINE: " at the
 * start of the message and these words in it. line 0: the file alone. */
void fixture_refused(
	struct fixture *fixture, struct span text, unsigned line, const char *words);

/* The value and origin that `ckptop info` would show; fails the test when there is none.
 */
const struct config_setting *
fixture_setting(const struct fixture *fixture, const char *section, const char *key);

#endif
