/* SPDX-License-Identifier: MIT */
#include "action/apply_look.h"

#include <string.h>

struct look {
	const struct store *store;
	struct arena *arena;
	struct span wanted;
	bool same;
	struct outcome_row *row;
};

static void
compare(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	struct look *look = arg;

	(void)hazards;
	look->same = store_image_same(look->store, image, look->wanted);
	if (look->same)
		return;
	look->row->now_exists = true;
	look->row->now_value = arena_span(look->arena, row->value);
	if (row->value.at == NULL)
		look->row->now_damage = arena_span(look->arena, row->damage);
}

/* What a store says behind the first clause is of a change that it has not made, and of
 * what to do then. This one is made. */
static void
take_cause(struct err *out, const struct err *failure)
{
	const char *end = strstr(failure->text, "; ");
	size_t len = end != NULL ? (size_t)(end - failure->text) : strlen(failure->text);

	err_clear(out);
	err_set(out, failure->kind, "%.*s", (int)len, failure->text);
}

/* 1: somebody has saved over it; 0: it is there; -1: it could not be read. */
static int
look_at(struct store *store, const struct plan_row *row, struct outcome_row *out,
	struct arena *arena)
{
	struct span wanted = out->made.at != NULL ? out->made : row->wanted;
	struct look look = { store, arena, wanted, false, out };
	struct err failure = { 0 };

	err_clear(&out->unseen);
	out->now_exists = false;
	if (store_examine_again(store, row->key, wanted.at != NULL ? wanted : row->seen,
		    compare, &look, &failure) == 0)
		return look.same ? 0 : 1;
	if (failure.kind == ERR_NOT_FOUND)
		return wanted.at == NULL ? 0 : 1;
	take_cause(&out->unseen, &failure);
	return -1;
}

static void
say_overwritten(struct outcome_row *row)
{
	struct str now = { 0 };

	if (!row->now_exists)
		str_add(&now, "now gone");
	else if (row->now_damage.at != NULL)
		str_addf(&now, "what is there now cannot be read (%.*s)",
			(int)row->now_damage.len, row->now_damage.at);
	else
		str_addf(&now, "now %.*s",
			(int)(row->now_value.at != NULL ? row->now_value.len : 4),
			row->now_value.at != NULL ? row->now_value.at : "NULL");
	err_clear(&row->err);
	err_set(&row->err, ERR_CONFLICT,
		"it was done, and somebody has saved over it since: %s", str_text(&now));
	str_free(&now);
}

size_t
apply_look(struct outcome *outcome, struct outcome_row *results,
	const struct plan_row *rows, struct store *store, struct arena *arena)
{
	size_t changed = 0;

	outcome->unseen = 0;
	for (size_t i = 0; i < outcome->row_count; i++) {
		int status;

		results[i].just_now = false;
		if (results[i].result != ROW_DONE)
			continue;
		status = look_at(store, &rows[i], &results[i], arena);
		outcome->unseen += status < 0;
		if (status <= 0)
			continue;
		results[i].result = ROW_OVERWRITTEN;
		results[i].just_now = true;
		say_overwritten(&results[i]);
		changed++;
	}
	return changed;
}
