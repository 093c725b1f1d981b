/* SPDX-License-Identifier: MIT */
#include "action/hook.h"

#include <string.h>

#include "base/arena.h"
#include "base/spawn.h"
#include "base/token.h"

/* The store may be called as an option is, and even so is none behind the dashes. No
 * value is an argument: values are of any length. */
static int
run(const struct apply_terms *terms, const struct journal_record *record,
	struct span line, bool *told, struct err *err)
{
	struct arena *arena = arena_new();
	const char *const arguments[] = {
		terms->hook,
		"--",
		journal_action_word(record->action),
		journal_phase_word(record->phase),
		arena_printf(arena, "%.*s", (int)record->op.len, record->op.at),
		terms->config->name,
		NULL,
	};
	const struct spawn spawn = {
		.path = terms->hook,
		.arguments = arguments,
		.environment = terms->environment,
		.input = line,
		.timeout = HOOK_TIMEOUT,
		.stop = terms->stop,
		.started = told,
	};
	int status = spawn_check_owner(terms->hook, err);

	if (status == 0)
		status = spawn_run(&spawn, err);
	arena_free(arena);
	return status;
}

/* As an operation of its own, which has changed nothing. */
static int
record_failure(const struct apply_terms *terms, const struct journal_record *record,
	const char *text, struct err *err)
{
	char op[TOKEN_SIZE];
	struct journal_record failure = {
		.phase = JOURNAL_FAILED,
		.action = JOURNAL_ACTION_HOOK,
		.program = record->program,
		.store = record->store,
		.who = record->who,
		.reason = record->reason,
		.note = span_of(text),
	};

	if (token_make(op, err) != 0)
		return -1;
	failure.op = (struct span){ op, TOKEN_LEN };
	return journal_append(terms->journal, &failure, NULL, err);
}

int
hook_tell(const struct apply_terms *terms, const struct journal_record *record,
	struct span line, struct err *err)
{
	struct err why = { 0 }, unrecorded = { 0 };
	struct str text = { 0 };

	bool told = false;

	if (terms->hook == NULL || run(terms, record, line, &told, &why) == 0)
		return 0;
	str_addf(&text, "the hook %s was %s %s %.8s (%s)%s %s", terms->hook,
		told ? "told of" : "not told of", journal_action_word(record->action),
		record->op.at, journal_phase_word(record->phase), told ? ", but" : ":",
		why.text);
	if (record_failure(terms, record, str_text(&text), &unrecorded) != 0)
		str_addf(&text, "; and that is not in the journal: %s", unrecorded.text);
	err_set(err, ERR_FAILED, "%s", str_text(&text));
	str_free(&text);
	return -1;
}
