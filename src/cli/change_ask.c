/* SPDX-License-Identifier: MIT
 *
 * The confirmation: an option, or a person at a terminal. What is not clearly a yes is a
 * no. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/change_inside.h"
#include "report/table.h"

/* A delete loses nothing unread: it begins anew. */
static const char *
loss_of(const struct change_flow *flow)
{
	return flow->wish->kind == WISH_DELETE ? NULL
					       : cli_value(flow->cli, "confirm-skip");
}

/* A person can be asked: the question goes to one terminal and the answer comes from it.
 */
static bool
is_person(const struct change_flow *flow)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) &&
	       !cli_has(flow->cli, "json") && !cli_has(flow->cli, "yes") &&
	       !cli_has(flow->cli, "confirm") && loss_of(flow) == NULL;
}

static void
put_question(const struct change_flow *flow)
{
	static const char *const forms[] = {
		[PLAN_CONFIRM_PLAIN] = "Write this change? [y/N] ",
		[PLAN_CONFIRM_NAME] = "Type %s to confirm (anything else is no): ",
		[PLAN_CONFIRM_LOSS] = "Type %s to confirm (anything else is no): ",
	};
	struct str text = { 0 };

	/* The phrase was shown with the plan, through the gate; here it is as it is to be
	 * typed, so it must be plain. */
	table_text(&text, span_of(plan_phrase(flow->plan)), flow->cli->ascii);
	fprintf(stderr, forms[plan_confirmation(flow->plan)], str_text(&text));
	fflush(stderr);
	str_free(&text);
}

/* Ends the waiting for an answer, and not the program. */
static void
take_interrupt(int number)
{
	(void)number;
}

/* What was typed before the question was there does not answer it, and ^C is a no. */
static bool
read_answer(const sigset_t *unblocked, char **line, size_t *size)
{
	struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t length = -1;

	tcflush(STDIN_FILENO, TCIFLUSH);
	if (ppoll(&wait, 1, NULL, unblocked) > 0)
		length = getline(line, size, stdin);
	if (length <= 0 || (*line)[length - 1] != '\n') {
		fputc('\n', stderr);
		return false;
	}
	(*line)[length - 1] = '\0';
	/* A NUL would end the answer before its end. */
	return strlen(*line) == (size_t)length - 1;
}

/* From before the question is there an interrupt waits for the answer to be waited for.
 */
static bool
ask(const struct change_flow *flow, char **line, size_t *size)
{
	const struct sigaction quiet = { .sa_handler = take_interrupt };
	struct sigaction before;
	sigset_t interrupt, unblocked;
	bool is_answered;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &unblocked);
	sigaction(SIGINT, &quiet, &before);
	put_question(flow);
	is_answered = read_answer(&unblocked, line, size);
	sigprocmask(SIG_SETMASK, &unblocked, NULL);
	sigaction(SIGINT, &before, NULL);
	return is_answered;
}

static void
take_answer(const struct change_flow *flow, const char *line, struct plan_answer *answer)
{
	enum plan_confirm wanted = plan_confirmation(flow->plan);

	answer->yes = wanted == PLAN_CONFIRM_PLAIN &&
		      (strcmp(line, "y") == 0 || strcmp(line, "yes") == 0);
	if (wanted == PLAN_CONFIRM_NAME)
		answer->name = span_of(line);
	if (wanted == PLAN_CONFIRM_LOSS)
		answer->loss = span_of(line);
}

/* Without a terminal the answer is an option. */
static void
add_option(const struct change_flow *flow, struct err *err)
{
	static const char *const options[] = {
		[PLAN_CONFIRM_PLAIN] = "--yes",
		[PLAN_CONFIRM_NAME] = "--confirm",
		[PLAN_CONFIRM_LOSS] = "--confirm-skip",
	};
	enum err_kind kind = err->kind;
	char text[sizeof(err->text)];

	if (plan_blocked(flow->plan) != NULL ||
		(plan_running_refusal(flow->plan) != NULL && !flow->wish->while_running))
		return;
	memcpy(text, err->text, sizeof(text));
	err_clear(err);
	err_set(err, kind, "%s; the option for it is %s", text,
		options[plan_confirmation(flow->plan)]);
}

int
change_ask(struct change_flow *flow, struct err *err)
{
	struct plan_answer answer = {
		.yes = cli_has(flow->cli, "yes"),
		.name = span_of(cli_value(flow->cli, "confirm")),
		.loss = span_of(loss_of(flow)),
		.while_running = flow->wish->while_running,
	};
	char *line = NULL;
	size_t size = 0;
	bool asked = false;
	int status;

	if (is_person(flow) && plan_blocked(flow->plan) == NULL &&
		(plan_running_refusal(flow->plan) == NULL || flow->wish->while_running)) {
		if (output_flush(&flow->cli->out) != 0)
			return err_set(err, ERR_REFUSED,
				"the plan could not be shown; nothing was written");
		asked = true;
		if (ask(flow, &line, &size))
			take_answer(flow, line, &answer);
	}
	status = plan_confirm(flow->plan, &answer, err);
	if (status != 0 && !asked)
		add_option(flow, err);
	free(line);
	return status;
}
