/* SPDX-License-Identifier: MIT */
#include "cli/handles.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	enum ckpt_status status;
	enum err_kind kind;
	const char *load, *save; /* what to do next, or NULL */
} answers[] = {
	{ CKPT_FAILED, ERR_FAILED, NULL, NULL },
	{ CKPT_USAGE, ERR_USAGE, NULL, NULL },
	{ CKPT_NOT_FOUND, ERR_NOT_FOUND,
		"do not start from the beginning before you know that there is none",
		NULL },
	{ CKPT_REFUSED, ERR_REFUSED, NULL, NULL },
	{ CKPT_UNREACHABLE, ERR_UNREACHABLE,
		"whether there is a checkpoint is not known: do not start from the "
		"beginning, try again",
		"nothing was saved" },
	{ CKPT_FENCED, ERR_CONFLICT, NULL, NULL },
	{ CKPT_UNKNOWN, ERR_UNKNOWN, NULL, "load it to see whether it was saved" },
	{ CKPT_UNREADABLE, ERR_DAMAGED, NULL, NULL },
};

static int
not_found(struct key key, const char *store, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_NOT_FOUND,
		"%s: there is no checkpoint %s; the pipeline has not saved one, see "
		"'ckptop list' for what there is",
		store, str_text(&name));
	str_free(&name);
	return -1;
}

/* A store that knows says so itself, with what to do next. */
static bool
says_what_was_not_done(const char *text)
{
	return strstr(text, "nothing was ") != NULL;
}

int
handles_check(enum ckpt_status status, const struct ckpt_handle *handle,
	enum handles_call call, struct key key, const char *store, struct err *err)
{
	const char *text = ckpt_error(handle);

	if (status == CKPT_OK)
		return 0;
	if (status == CKPT_NOT_FOUND && *text == '\0')
		return not_found(key, store, err);
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		const char *advice =
			call == HANDLES_LOAD ? answers[i].load : answers[i].save;

		if (answers[i].status != status)
			continue;
		if (call == HANDLES_SAVE && says_what_was_not_done(text))
			advice = NULL;
		return err_set(err, answers[i].kind, "%s%s%s", text,
			advice != NULL ? "; " : "", advice != NULL ? advice : "");
	}
	return err_set(err, ERR_FAILED, "%s", text);
}
