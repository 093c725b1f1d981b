/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

int
fixture_setup(void **state)
{
	struct fixture *fixture = mem_new(1, sizeof(*fixture));

	snprintf(fixture->directory, sizeof(fixture->directory), "/tmp/config-XXXXXX");
	if (mkdtemp(fixture->directory) == NULL)
		return -1;
	snprintf(fixture->policy, sizeof(fixture->policy), "%s/policy.conf",
		fixture->directory);
	snprintf(fixture->system, sizeof(fixture->system), "%s/system.conf",
		fixture->directory);
	snprintf(
		fixture->user, sizeof(fixture->user), "%s/user.conf", fixture->directory);
	fixture->paths.policy_file = fixture->policy;
	fixture->paths.system_file = fixture->system;
	fixture->paths.user_file = fixture->user;
	fixture->request.paths = &fixture->paths;
	*state = fixture;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	char command[96];
	int status;

	config_free(fixture->config);
	snprintf(command, sizeof(command), "rm -rf %s", fixture->directory);
	status = system(command);
	free(fixture);
	return status;
}

const char *
fixture_write(struct fixture *fixture, const char *name, struct span bytes, mode_t mode)
{
	static char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

void
fixture_put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

int
fixture_load(struct fixture *fixture)
{
	config_free(fixture->config);
	fixture->config = NULL;
	err_clear(&fixture->err);
	return config_load(&fixture->config, &fixture->request, &fixture->err);
}

const struct config *
fixture_config(struct fixture *fixture)
{
	int result = fixture_load(fixture);

	assert_string_equal(fixture->err.text, "");
	assert_int_equal(result, 0);
	assert_non_null(fixture->config);
	return fixture->config;
}

void
fixture_refused(
	struct fixture *fixture, struct span text, unsigned line, const char *words)
{
	char start[160];

	fixture_write(fixture, "user.conf", text, 0600);
	if (line > 0)
		snprintf(start, sizeof(start), "%s:%u: ", fixture->user, line);
	else
		snprintf(start, sizeof(start), "%s: ", fixture->user);
	if (fixture_load(fixture) == 0)
		fail_msg("accepted: %.*s", (int)text.len, text.at);
	assert_null(fixture->config);
	assert_int_equal(fixture->err.kind, ERR_USAGE);
	if (strncmp(fixture->err.text, start, strlen(start)) != 0 ||
		strstr(fixture->err.text, words) == NULL)
		fail_msg("\"%s\" should start with \"%s\" and hold \"%s\"",
			fixture->err.text, start, words);
}

const struct config_setting *
fixture_setting(const struct fixture *fixture, const char *section, const char *key)
{
	const struct config *config = fixture->config;

	for (size_t i = 0; i < config->setting_count; i++)
		if (strcmp(config->settings[i].section, section) == 0 &&
			strcmp(config->settings[i].key, key) == 0)
			return &config->settings[i];
	fail_msg("[%s] %s is not listed", section, key);
	return NULL;
}
