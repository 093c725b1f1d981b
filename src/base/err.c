/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	int exit_status;
	const char *meaning;
} kinds[ERR_KINDS] = {
#define ERR(name, word, exit_status, meaning) { word, exit_status, meaning },
#include "base/err.def"
#undef ERR
};

int
err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	if (err == NULL || err_is_set(err))
		return -1;
	err->kind = kind;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -1;
}

int
err_set_errno(
	struct err *err, enum err_kind kind, int errno_value, const char *format, ...)
{
	va_list args;
	size_t used;

	if (err == NULL || err_is_set(err))
		return -1;
	err->kind = kind;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s",
		strerrordesc_np(errno_value) ? strerrordesc_np(errno_value)
					     : "unknown error");
	return -1;
}

void
err_prefix(struct err *err, const char *format, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	size_t used;

	if (err == NULL || !err_is_set(err))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	used = strlen(text);
	snprintf(text + used, sizeof(text) - used, ": %s", err->text);
	memcpy(err->text, text, sizeof(text));
}

void
err_clear(struct err *err)
{
	if (err != NULL) {
		err->kind = ERR_OK;
		err->text[0] = '\0';
	}
}

bool
err_is_set(const struct err *err)
{
	return err->kind != ERR_OK;
}

int
err_exit_status(enum err_kind kind)
{
	return kinds[kind].exit_status;
}

const char *
err_meaning(enum err_kind kind)
{
	return kinds[kind].meaning;
}

const char *
err_word(enum err_kind kind)
{
	return kinds[kind].word;
}
