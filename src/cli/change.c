/* SPDX-License-Identifier: MIT */
#include "cli/change.h"

#include <string.h>
#include <unistd.h>

#include "action/recover.h"
#include "cli/change_inside.h"
#include "config/config.h"

#define WATCH_PRESET (15 * SECOND)

static const struct store_config *
config_of(const struct change_flow *flow)
{
	return &flow->cli->config->stores[flow->store];
}

/* --- the plan --- */

static void
tell_resolved(void *arg, const char *text)
{
	cli_complain_once(arg, text);
}

/* What can be known of a refusal is said before a person is asked. */
static int
plan(struct change_flow *flow, struct err *err)
{
	struct request request = {
		.wish = flow->wish,
		.keys = flow->selection.keys,
		.key_count = flow->selection.count,
		.undone = flow->undone,
		.board = flow->look.boards[flow->store],
	};

	if (flow->group != NULL)
		request.before =
			change_group_before(flow->group, flow, &request.before_count);
	flow->session = session_new(&flow->steward, config_of(flow));
	if (!cli_has(flow->cli, "dry-run") &&
		session_begin(flow->session, tell_resolved, flow->cli, err) != 0)
		return -1;
	if (session_plan(flow->session, &request, &flow->plan, err) != 0)
		return -1;
	if (!cli_has(flow->cli, "dry-run"))
		return session_try(flow->session, flow->plan, err);
	session_foresee(flow->session, flow->plan);
	return 0;
}

static int
gather(struct change_flow *flow, struct err *err)
{
	if (!cli_has(flow->cli, "dry-run"))
		recover_operations(&flow->steward, tell_resolved, flow->cli);
	if (change_find(flow, err) != 0)
		return -1;
	return plan(flow, err);
}

/* --- doing it --- */

static int64_t
watch_duration(const struct change_flow *flow, struct err *err)
{
	const char *given = cli_value(flow->cli, "watch");
	int64_t duration = WATCH_PRESET;

	if (given == NULL)
		return isatty(STDOUT_FILENO) && !cli_has(flow->cli, "json") ? WATCH_PRESET
									    : 0;
	if (*given != '\0' && cli_interval(flow->cli, "watch", &duration, err) != 0)
		return -1;
	return duration;
}

static int
apply(struct change_flow *flow, struct err *err)
{
	int64_t duration = watch_duration(flow, err);
	int status;

	if (duration < 0)
		return -1;
	if (output_flush(&flow->cli->out) != 0) {
		err_set(err, ERR_REFUSED,
			"the plan could not be shown, so nothing was written: %s",
			flow->cli->out.err.text);
		err_clear(&flow->cli->out.err);
		return -1;
	}
	status = session_apply(flow->session, flow->plan, &flow->outcome, err);
	if (flow->outcome == NULL)
		return -1;
	if (!cli_has(flow->cli, "json"))
		change_tell_outcome(flow);
	if (flow->outcome->done > 0 && status == 0)
		status = change_watch(flow, duration, err);
	if (cli_has(flow->cli, "json"))
		change_tell_outcome(flow);
	return status;
}

static int
carry_out(struct change_flow *flow, struct err *err)
{
	bool is_dry = cli_has(flow->cli, "dry-run");

	if (!is_dry && plan_reason_refusal(flow->plan) != NULL)
		return err_set(err, ERR_REFUSED, "%s", plan_reason_refusal(flow->plan));
	if (is_dry || !cli_has(flow->cli, "json"))
		change_tell_plan(flow);
	if (is_dry)
		return plan_check_wish(flow->plan, err);
	if (plan_is_empty(flow->plan)) {
		if (cli_has(flow->cli, "json"))
			change_tell_plan(flow);
		return 0;
	}
	if (change_ask(flow, err) != 0)
		return -1;
	return apply(flow, err);
}

static int
take_options(struct change_flow *flow, struct err *err)
{
	static const struct {
		const char *option;
		enum edit_hazard hazard;
	} accepting[] = {
		{ "replace-damaged", EDIT_DAMAGED },
		{ "break-hardlink", EDIT_LINKED },
		{ "accept-no-cas", EDIT_UNGUARDED },
	};
	const struct cli *cli = flow->cli;
	struct wish *wish = flow->wish;
	size_t most;

	wish->reason = span_of(cli_value(cli, "reason"));
	wish->if_value_given = cli_has(cli, "if-value");
	wish->if_value = span_of(cli_value(cli, "if-value"));
	wish->if_digest = span_of(cli_value(cli, "if-digest"));
	wish->while_running = cli_has(cli, "while-running");
	wish->watch = span_of(cli_value(cli, "watch"));
	for (size_t i = 0; i < sizeof(accepting) / sizeof(*accepting); i++)
		if (cli_has(cli, accepting[i].option))
			wish->accepted |= accepting[i].hazard;
	if (!cli_has(cli, "max"))
		return 0;
	if (cli_count(cli, "max", &most, err) != 0)
		return -1;
	wish->most = (int64_t)most;
	return 0;
}

static int
begin(struct change_flow *flow, struct err *err)
{
	static const struct span program = SPAN("ckptop " PACKAGE_VERSION " cli");
	struct who_sources sources = who_sources_real(flow->cli->environment);

	flow->arena = arena_new();
	steward_begin(&flow->steward, flow->cli->config, &sources, program, NULL);
	if (flow->wish != NULL && cli_has(flow->cli, "group"))
		flow->steward.group = span_of(cli_value(flow->cli, "group"));
	return steward_check_journal(&flow->steward, err);
}

/* A store that could not even be looked at says nothing of what was to be changed. */
static void
say_not_begun(struct err *err)
{
	if (err->kind == ERR_UNREACHABLE && strstr(err->text, "nothing was") == NULL)
		err_append(err, "nothing was written; try again when it answers");
}

int
change_carry(struct change_flow *flow, struct err *err)
{
	struct cli *cli = flow->cli;
	int status = begin(flow, err);

	if (status == 0)
		status = take_options(flow, err);
	look_start(&flow->look, cli, true);
	if (status == 0)
		status = gather(flow, err);
	if (status == 0)
		status = carry_out(flow, err);
	if (status != 0 && flow->outcome == NULL)
		say_not_begun(err);
	/* Of a dry run the plan says what hinders it. */
	if (status != 0 && flow->outcome == NULL && cli_has(cli, "json") &&
		!(cli_has(cli, "dry-run") && flow->plan != NULL))
		change_tell_refusal(flow, err);
	return status;
}

void
change_end(struct change_flow *flow)
{
	outcome_free(flow->outcome);
	plan_free(flow->plan);
	session_free(flow->session);
	steward_end(&flow->steward);
	look_free(&flow->look);
	selection_free(&flow->selection);
	arena_free(flow->arena);
}

int
change_run(struct cli *cli, struct wish *wish, struct err *err)
{
	struct change_flow flow = { .cli = cli, .wish = wish };
	int status = change_carry(&flow, err);

	change_end(&flow);
	return status;
}

int
change_recover(struct cli *cli, struct err *err)
{
	struct change_flow flow = { .cli = cli };
	int status = begin(&flow, err);

	if (status == 0 && !cli_has(cli, "dry-run"))
		recover_operations(&flow.steward, tell_resolved, cli);
	change_end(&flow);
	return status;
}

int
change_repin(struct cli *cli, struct err *err)
{
	struct span reason = span_of(cli_value(cli, "reason"));
	struct change_flow flow = { .cli = cli };
	int status = begin(&flow, err);

	if (status == 0 && reason.len == 0)
		status = err_set(
			err, ERR_REFUSED, "say why with --reason; nothing was recorded");
	flow.session = session_new(&flow.steward, config_of(&flow));
	if (status == 0)
		status = session_begin(flow.session, tell_resolved, cli, err);
	if (status == 0)
		status = session_pin(flow.session, reason, err);
	change_end(&flow);
	return status;
}
