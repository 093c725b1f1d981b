/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* How much of a text that is too long is kept of its end: what was not done, and what to
 * do next. */
#define TAIL 480

static const struct {
	const char *word;
	int exit_status;
	const char *meaning;
} kinds[ERR_KINDS] = {
#define ERR(name, word, exit_status, meaning) { word, exit_status, meaning },
#include "base/err.def"
#undef ERR
};

/* Not the first byte of a character. */
static bool
is_within_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Moves the text into the error. One that is too long, because it names something long,
 * loses its middle. */
static void
keep(struct err *err, struct str *text)
{
	const char gap[] = "…";
	size_t head = text->len, tail = text->len;

	if (text->len >= sizeof(err->text)) {
		head = sizeof(err->text) - TAIL - sizeof(gap);
		tail = text->len - TAIL;
		for (int i = 0; i < 3 && is_within_character(text->text[head]); i++)
			head--;
		for (int i = 0; i < 3 && is_within_character(text->text[tail]); i++)
			tail++;
	}
	snprintf(err->text, sizeof(err->text), "%.*s%s%s", (int)head, str_text(text),
		head < text->len ? gap : "", str_text(text) + tail);
	str_free(text);
}

int
err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;

	if (err == NULL || err_is_set(err))
		return -1;
	err->kind = kind;
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	keep(err, &text);
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
	struct str text = { 0 };
	va_list args;

	if (err == NULL || err_is_set(err))
		return -1;
	err->kind = kind;
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	str_addf(&text, ": %s%s%s", reason != NULL ? reason : "unknown error",
		advice != NULL ? "; " : "", advice != NULL ? advice : "");
	keep(err, &text);
	return -1;
}

void
err_prefix(struct err *err, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;

	if (err == NULL || !err_is_set(err))
		return;
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	str_addf(&text, ": %s", err->text);
	keep(err, &text);
}

void
err_append(struct err *err, const char *text)
{
	struct str whole = { 0 };

	if (err == NULL || !err_is_set(err))
		return;
	str_addf(&whole, "%s; %s", err->text, text);
	keep(err, &whole);
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
