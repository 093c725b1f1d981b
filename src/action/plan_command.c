/* SPDX-License-Identifier: MIT
 *
 * The command that would do the same. It names every checkpoint, so that it does not mean
 * others once there are more of them, and the plan by its digest. */
#include "action/plan_inside.h"

#include "action/command.h"
#include "base/shell.h"

static void
add_keys(struct str *out, const struct plan *plan)
{
	struct str name = { 0 };
	bool dash = false;

	if (plan->row_count == 1) {
		command_add_key(out, plan->rows[0].key);
		return;
	}
	for (size_t i = 0; i < plan->row_count; i++)
		dash |= plan->rows[i].key.job.len > 0 &&
			plan->rows[i].key.job.at[0] == '-';
	str_add(out, dash ? " --" : "");
	for (size_t i = 0; i < plan->row_count; i++) {
		str_clear(&name);
		key_add(&name, plan->rows[i].key);
		str_add_char(out, ' ');
		shell_add_word(out, str_span(&name));
	}
	str_free(&name);
}

const char *
plan_call(const struct plan *plan)
{
	return plan->call;
}

void
plan_add_command(const struct plan *plan, struct str *out)
{
	const struct wish *wish = &plan->wish;
	struct str target = { 0 };

	str_addf(out, "ckptop %s %s", plan->call, wish_word(wish->kind));
	if (wish->kind == WISH_RESET) {
		target_add(&target, &wish->target);
		command_add_option(out, "--to", str_span(&target));
		str_free(&target);
	}
	if (wish->reason.len > 0)
		command_add_option(out, "--reason", wish->reason);
	if (wish->if_value_given && wish->if_value.at != NULL)
		command_add_option(out, "--if-value", wish->if_value);
	command_add_option(
		out, "--if-digest", (struct span){ plan->digest, PLAN_DIGEST_SHOWN });
	if (wish->while_running)
		str_add(out, " --while-running");
	if (wish->most > 0) {
		str_add(out, " --max ");
		str_add_integer(out, wish->most);
	}
	if (plan->group.at != NULL)
		command_add_option(out, "--group", plan->group);
	if (wish->watch.at != NULL)
		str_addf(out, " --watch%s", wish->watch.len > 0 ? "=" : "");
	if (wish->watch.len > 0)
		shell_add_word(out, wish->watch);
	plan_add_hazard_options(out, wish->accepted);
	if (wish->kind == WISH_UNDO) {
		str_add_char(out, ' ');
		shell_add_word(out, wish->undo_of);
	} else {
		add_keys(out, plan);
	}
}
