/* SPDX-License-Identifier: MIT */
#include "action/journal.h"

static void
keep(struct arena *arena, struct span *span)
{
	*span = arena_span(arena, *span);
}

static void
keep_who(struct arena *arena, struct who *who)
{
	keep(arena, &who->user);
	keep(arena, &who->login_user);
	keep(arena, &who->tty);
	keep(arena, &who->host);
	keep(arena, &who->pid_namespace);
	keep(arena, &who->parent_name);
	keep(arena, &who->boot);
	keep(arena, &who->claims.sudo_user);
	keep(arena, &who->claims.ssh_connection);
	keep(arena, &who->claims.logname);
}

static void
keep_state(struct arena *arena, struct journal_state *state)
{
	keep(arena, &state->value);
	keep(arena, &state->updated_at);
	keep(arena, &state->image);
}

static void
keep_rows(struct arena *arena, struct journal_record *record)
{
	struct journal_row *rows = arena_alloc(
		arena, record->row_count > 0 ? record->row_count : 1, sizeof(*rows));

	for (size_t i = 0; i < record->row_count; i++) {
		rows[i] = record->rows[i];
		keep(arena, &rows[i].key.job);
		keep(arena, &rows[i].key.partition);
		keep_state(arena, &rows[i].old);
		keep_state(arena, &rows[i].new);
		keep(arena, &rows[i].direction);
		keep(arena, &rows[i].result);
		keep(arena, &rows[i].note);
	}
	record->rows = rows;
}

struct journal_record *
journal_record_copy(struct arena *arena, const struct journal_record *record)
{
	struct journal_record *copy = arena_alloc(arena, 1, sizeof(*copy));

	*copy = *record;
	keep(arena, &copy->hash);
	keep(arena, &copy->prev);
	keep(arena, &copy->op);
	keep(arena, &copy->program);
	keep(arena, &copy->store.name);
	keep(arena, &copy->store.uri);
	keep(arena, &copy->store.identity);
	keep_who(arena, &copy->who);
	keep(arena, &copy->reason);
	keep(arena, &copy->plan);
	keep(arena, &copy->undo_of);
	keep(arena, &copy->group);
	keep(arena, &copy->note);
	keep_rows(arena, copy);
	return copy;
}
