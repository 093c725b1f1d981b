/* SPDX-License-Identifier: MIT
 *
 * The undo of a group: one operation after the other, and one document of all. */
#include "action/group.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/change_inside.h"
#include "config/config.h"

/* What would be done so far, where nothing is written. */
struct planned {
	size_t store; /* index in the configuration */
	struct plan *plan;
};

struct change_group {
	struct cli *cli;
	struct span name;
	const struct span *ops; /* the newest first */
	size_t count, done;
	bool is_dry, is_json;
	struct planned *planned;
	size_t planned_count;
};

const struct plan *const *
change_group_before(
	const struct change_group *group, const struct change_flow *flow, size_t *count)
{
	const struct plan **plans =
		arena_alloc(flow->arena, group->planned_count + 1, sizeof(*plans));

	*count = 0;
	for (size_t i = 0; i < group->planned_count; i++)
		if (group->planned[i].store == flow->store)
			plans[(*count)++] = group->planned[i].plan;
	return plans;
}

/* Of a dry run the plan is kept for those that come behind it. */
static void
keep_plan(struct change_group *group, struct change_flow *flow)
{
	if (!group->is_dry || flow->plan == NULL)
		return;
	group->planned = mem_resize(
		group->planned, group->planned_count + 1, sizeof(*group->planned));
	group->planned[group->planned_count++] =
		(struct planned){ flow->store, flow->plan };
	flow->plan = NULL;
}

static int
undo_next(struct change_group *group, struct err *err)
{
	struct wish wish = { .kind = WISH_UNDO, .undo_of = group->ops[group->done] };
	struct change_flow flow = { .cli = group->cli, .wish = &wish, .group = group };
	struct str *out = &group->cli->out.text;
	int status;

	if (group->is_json && group->done > 0)
		str_add_char(out, ',');
	if (!group->is_json && group->is_dry && group->done > 0)
		str_add_char(out, '\n');
	status = change_carry(&flow, err);
	keep_plan(group, &flow);
	change_end(&flow);
	group->done += status == 0;
	return status;
}

/* Of a dry run nothing was done in part. */
static void
say_how_many(const struct change_group *group, struct err *err)
{
	struct err before = *err;

	if (group->done == 0)
		return;
	err_clear(err);
	if (group->is_dry)
		err_set(err, before.kind,
			"%zu of %zu operations of the group could be undone, then: %s",
			group->done, group->count, before.text);
	else
		err_set(err, before.kind == ERR_UNKNOWN ? ERR_UNKNOWN : ERR_PARTIAL,
			"%zu of %zu operations of the group were undone, then: %s",
			group->done, group->count, before.text);
}

static int
undo_all(struct change_group *group, struct err *err)
{
	struct str *out = &group->cli->out.text;
	int status = 0;

	if (group->is_json) {
		str_add(out, "{\"schema\":1");
		json_add_member(out, "group", group->name);
		str_addf(out, ",\"count\":%zu,\"undos\":[", group->count);
	}
	while (status == 0 && group->done < group->count)
		status = undo_next(group, err);
	if (status != 0)
		say_how_many(group, err);
	if (group->is_json) {
		str_add_char(out, ']');
		if (status != 0) {
			str_add_char(out, ',');
			change_add_error(out, err);
		}
		str_add(out, "}\n");
	}
	return status;
}

int
change_undo_group(struct cli *cli, struct span name, struct err *err)
{
	struct arena *arena = arena_new();
	struct change_group group = {
		.cli = cli,
		.name = name,
		.is_dry = cli_has(cli, "dry-run"),
		.is_json = cli_has(cli, "json"),
	};
	int status = group_check(name, err);

	/* What a crash has left open may be of the group, and have changed something. */
	if (status == 0)
		status = change_recover(cli, err);
	if (status == 0)
		status = group_find(cli->config->env.journal, name, arena, &group.ops,
			&group.count, err);
	status = status == 0 ? undo_all(&group, err) : change_refused(cli, err);
	for (size_t i = 0; i < group.planned_count; i++)
		plan_free(group.planned[i].plan);
	free(group.planned);
	arena_free(arena);
	return status;
}
