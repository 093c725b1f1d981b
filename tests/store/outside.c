/* SPDX-License-Identifier: MIT */
#include "outside.h"

#include <ctype.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"

static struct {
	pid_t parent, child;
	FILE *requests, *answers;
	struct str answer;
} outside;

static void
start(void)
{
	const char *source = getenv("srcdir");
	char script[4096];
	int down[2], up[2];

	snprintf(script, sizeof(script), "%s/tests/store/outside.py",
		source != NULL ? source : ".");
	/* What a parent started stays the parent's. */
	if (outside.requests != NULL && outside.parent != getpid()) {
		close(fileno(outside.requests));
		close(fileno(outside.answers));
	}
	assert_int_equal(pipe2(down, 0), 0);
	assert_int_equal(pipe2(up, 0), 0);
	outside.parent = getpid();
	outside.child = fork();
	assert_true(outside.child >= 0);
	if (outside.child == 0) {
		dup2(down[0], 0);
		dup2(up[1], 1);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execlp("python3", "python3", script, (char *)NULL);
		_exit(127);
	}
	close(down[0]);
	close(up[1]);
	outside.requests = fdopen(down[1], "w");
	outside.answers = fdopen(up[0], "r");
}

/* Sends a line and reads the answer; true when it begins with "ok". */
static bool
ask(const struct str *request)
{
	struct json *json;
	struct err err = { 0 };
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	bool ok;

	if (outside.requests == NULL || outside.parent != getpid())
		start();
	fprintf(outside.requests, "%s\n", str_text(request));
	fflush(outside.requests);
	length = getline(&line, &room, outside.answers);
	if (length <= 0)
		fail_msg("python3 does not answer: is it there?");
	ok = strncmp(line, "ok ", 3) == 0;
	str_clear(&outside.answer);
	if (json_parse(&json, span_of(strchr(line, ' ') + 1), &err) != 0)
		fail_msg("%s", err.text);
	json_text(json, JSON_ROOT, &outside.answer);
	json_free(json);
	free(line);
	return ok;
}

bool
outside_try(const char *database, const char *sql, const char **answer_or_message)
{
	struct str request = { 0 };
	bool ok;

	str_add(&request, "{\"db\": ");
	json_add_string(&request, span_of(database), NULL);
	str_add(&request, ", \"sql\": ");
	json_add_string(&request, span_of(sql), NULL);
	str_add_char(&request, '}');
	ok = ask(&request);
	str_free(&request);
	*answer_or_message = str_text(&outside.answer);
	return ok;
}

const char *
outside_sql(const char *database, const char *format, ...)
{
	struct str sql = { 0 };
	const char *answer;
	va_list args;

	va_start(args, format);
	str_addv(&sql, format, args);
	va_end(args);
	if (!outside_try(database, str_text(&sql), &answer))
		fail_msg("%s: %s", str_text(&sql), answer);
	str_free(&sql);
	return answer;
}

void
outside_close(const char *database)
{
	struct str request = { 0 };

	if (outside.requests == NULL || outside.parent != getpid())
		return;
	str_add(&request, "{\"close\": ");
	json_add_string(&request, span_of(database), NULL);
	str_add_char(&request, '}');
	assert_true(ask(&request));
	str_free(&request);
}

void
outside_file(const char *path, const char *text)
{
	struct str request = { 0 };

	str_add(&request, "{\"file\": ");
	json_add_string(&request, span_of(path), NULL);
	str_add(&request, ", \"text\": ");
	if (text != NULL)
		json_add_string(&request, span_of(text), NULL);
	else
		str_add(&request, "null");
	str_add_char(&request, '}');
	if (!ask(&request))
		fail_msg("%s: %s", path, str_text(&outside.answer));
	str_free(&request);
}

void
outside_kill(void)
{
	if (outside.requests == NULL || outside.parent != getpid())
		return;
	kill(outside.child, SIGKILL);
	waitpid(outside.child, NULL, 0);
	fclose(outside.requests);
	fclose(outside.answers);
	outside.requests = outside.answers = NULL;
}

const char *
quoted(const char *text)
{
	static struct str literals[8];
	static unsigned turn;
	struct str *literal = &literals[turn++ % 8];

	str_clear(literal);
	if (text == NULL) {
		str_add(literal, "NULL");
		return str_text(literal);
	}
	str_add_char(literal, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			str_add_char(literal, '\'');
		str_add_char(literal, *text);
	}
	str_add_char(literal, '\'');
	return str_text(literal);
}

void
uri_add_setting(char *uri, size_t size, char before, const char *key, const char *text)
{
	struct str out = { 0 };

	str_addf(&out, "%c%s=", before, key);
	for (; *text; text++)
		str_addf(&out, isalnum((unsigned char)*text) ? "%c" : "%%%02X",
			(unsigned char)*text);
	assert_true(strlen(uri) + out.len < size);
	memcpy(uri + strlen(uri), str_text(&out), out.len + 1);
	str_free(&out);
}
