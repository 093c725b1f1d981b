/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
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

/* What a person can do about it; NULL where that depends on what was tried. */
static const char *
advice_of(int errno_value)
{
	static const struct {
		int value;
		const char *advice;
	} advices[] = {
		{ EACCES, "check who may do that" },
		{ EDQUOT, "make room, or have the quota raised" },
		{ EINTR, "try again" },
		{ EIO, "look into the kernel's log" },
		{ EMFILE, "raise the limit of open files (ulimit -n)" },
		{ ENFILE, "see what holds so many files open on this machine" },
		{ ENOENT, "check the path" },
		{ ENOLCK, "look on the host that the file system is on" },
		{ ENOMEM, "see what uses up the memory" },
		{ ENOSPC, "make room on the file system (df, df -i)" },
		{ EPERM, "check its owner and its attributes (lsattr)" },
		{ EROFS, "see why the file system is mounted read-only" },
		{ ESTALE, "try again" },
	};

	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (advices[i].value == errno_value)
			return advices[i].advice;
	return NULL;
}

int
err_set_errno(
	struct err *err, enum err_kind kind, int errno_value, const char *format, ...)
{
	const char *reason = strerrordesc_np(errno_value);
	const char *advice = advice_of(errno_value);
	va_list args;
	size_t used;

	if (err == NULL || err_is_set(err))
		return -1;
	err->kind = kind;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s%s%s",
		reason != NULL ? reason : "unknown error", advice != NULL ? "; " : "",
		advice != NULL ? advice : "");
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
