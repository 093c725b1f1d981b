/* SPDX-License-Identifier: MIT
 *
 * Threads: the desk is the actor's alone. What is asked and what is answered lies in one
 * place under a lock that is held to move pointers. */
#include "poll/actor.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "poll/actor_inside.h"

#define STOP_PATIENCE (1 * SECOND)
#define LOOK_AGAIN    (1 * SECOND)

struct actor {
	struct desk desk;
	struct thread *thread;
	struct lock *lock;
	/* Guarded by the lock. */
	struct kept_wish wish; /* a new one */
	bool forget;
	struct plan *plan; /* a confirmed one */
	uint64_t plan_serial;
	struct kept_word *words; /* oldest first */
	struct kept_file *files; /* the same */
	struct answer *answers;

	struct bell *wake, *news;
	atomic_bool stop, ended;
	apply_end end;
};

/* --- in the actor's thread --- */

/* Of plans only the newest is of use. */
static void
post(void *arg, struct answer *answer)
{
	struct actor *actor = arg;
	struct answer **at = &actor->answers, *old = NULL;

	lock_take(actor->lock);
	while (*at != NULL) {
		if (answer->kind == ANSWER_PLAN && (*at)->kind == ANSWER_PLAN) {
			old = *at;
			*at = old->next;
		} else {
			at = &(*at)->next;
		}
	}
	*at = answer;
	lock_give(actor->lock);
	answer_free(old);
	bell_ring(actor->news);
}

struct asked {
	struct kept_wish wish;
	bool forget;
	struct plan *plan;
	uint64_t plan_serial;
	struct kept_word *words;
	struct kept_file *files;
};

static struct asked
take_asked(struct actor *actor)
{
	struct asked asked;

	lock_take(actor->lock);
	asked = (struct asked){ actor->wish, actor->forget, actor->plan,
		actor->plan_serial, actor->words, actor->files };
	actor->wish = (struct kept_wish){ 0 };
	actor->forget = false;
	actor->plan = NULL;
	actor->words = NULL;
	actor->files = NULL;
	lock_give(actor->lock);
	return asked;
}

static void
look(struct actor *actor)
{
	struct desk *desk = &actor->desk;
	struct answer *answer = answer_new(ANSWER_PLAN, desk->looked.wish.serial);

	answer->revision = desk->looked.wish.revision;
	desk_look(desk, &answer->plan, &answer->err);
	post(actor, answer);
}

static void
do_what_was_asked(struct actor *actor, struct asked *asked)
{
	struct desk *desk = &actor->desk;

	while (asked->words != NULL) {
		struct kept_word *word = asked->words;

		asked->words = word->next;
		desk_acknowledge(desk, &word->word, post, actor);
		kept_word_free(word);
	}
	while (asked->files != NULL) {
		struct kept_file *file = asked->files;

		asked->files = file->next;
		desk_write_file(file, post, actor);
		kept_file_free(file);
	}
	if (asked->plan != NULL)
		desk_apply(desk, asked->plan_serial, asked->plan, post, actor);
	if (asked->forget || asked->plan != NULL)
		desk_forget(desk);
	if (asked->wish.arena == NULL)
		return;
	if (asked->wish.wish.serial != desk->looked.wish.serial)
		desk_forget(desk);
	kept_wish_free(&desk->looked);
	desk->looked = asked->wish;
}

void
actor_round(struct actor *actor)
{
	struct desk *desk = &actor->desk;
	struct asked asked = take_asked(actor);

	if (desk->steward.arena == NULL)
		desk_set_up(desk);
	do_what_was_asked(actor, &asked);
	if (desk->looked.arena != NULL)
		look(actor);
	if (desk_is_watching(desk))
		desk_watch(desk, post, actor);
}

static void
run_actor(void *arg)
{
	struct actor *actor = arg;
	struct desk *desk = &actor->desk;

	while (!atomic_load(&actor->stop)) {
		actor_round(actor);
		bell_wait(actor->wake,
			desk->looked.arena != NULL || desk_is_watching(desk) ? LOOK_AGAIN
									     : -1);
	}
	desk_clear(desk);
	atomic_store(&actor->ended, true);
	bell_ring(actor->news);
}

/* --- in the caller's thread --- */

int
actor_new(struct actor **out, const struct config *config, const char *const *environment,
	const struct who_sources *sources, struct err *err)
{
	struct actor *actor = mem_new(1, sizeof(*actor));

	*out = actor;
	actor->desk.config = config;
	actor->desk.sources = sources != NULL ? *sources : who_sources_real(environment);
	actor->desk.stop = &actor->stop;
	actor->desk.end = &actor->end;
	actor->lock = lock_new();
	if (bell_new(&actor->wake, err) == 0 && bell_new(&actor->news, err) == 0)
		return 0;
	actor_stop(actor);
	*out = NULL;
	return -1;
}

int
actor_start(struct actor **out, const struct config *config,
	const char *const *environment, struct err *err)
{
	if (actor_new(out, config, environment, NULL, err) != 0)
		return -1;
	if (thread_start(&(*out)->thread, "actor", run_actor, *out, err) == 0)
		return 0;
	actor_stop(*out);
	*out = NULL;
	return -1;
}

bool
actor_stop(struct actor *actor)
{
	int64_t deadline = clock_monotonic() + STOP_PATIENCE, left;
	struct answer *answer;

	if (actor == NULL)
		return true;
	if (actor->thread != NULL) {
		atomic_store(&actor->stop, true);
		bell_ring(actor->wake);
		while (!atomic_load(&actor->ended) &&
			(left = deadline - clock_monotonic()) > 0)
			bell_wait(actor->news, left);
		if (!atomic_load(&actor->ended))
			return false;
		thread_join(actor->thread);
	} else {
		desk_clear(&actor->desk);
	}
	while ((answer = actor_take(actor)) != NULL)
		answer_free(answer);
	while (actor->words != NULL) {
		struct kept_word *word = actor->words;

		actor->words = word->next;
		kept_word_free(word);
	}
	while (actor->files != NULL) {
		struct kept_file *file = actor->files;

		actor->files = file->next;
		kept_file_free(file);
	}
	kept_wish_free(&actor->wish);
	plan_free(actor->plan);
	bell_free(actor->wake);
	bell_free(actor->news);
	lock_free(actor->lock);
	free(actor);
	return true;
}

void
actor_end(struct actor *actor, const char *why)
{
	atomic_store(&actor->end, why);
}

int
actor_fd(const struct actor *actor)
{
	return bell_fd(actor->news);
}

void
actor_look(struct actor *actor, const struct actor_wish *wish)
{
	struct kept_wish kept = { 0 }, before;

	kept_wish_take(&kept, wish);
	lock_take(actor->lock);
	before = actor->wish;
	actor->wish = kept;
	lock_give(actor->lock);
	kept_wish_free(&before);
	bell_ring(actor->wake);
}

void
actor_forget(struct actor *actor)
{
	struct kept_wish before;

	lock_take(actor->lock);
	before = actor->wish;
	actor->wish = (struct kept_wish){ 0 };
	actor->forget = true;
	lock_give(actor->lock);
	kept_wish_free(&before);
	bell_ring(actor->wake);
}

void
actor_apply(struct actor *actor, uint64_t serial, struct plan *plan)
{
	struct plan *before;

	lock_take(actor->lock);
	before = actor->plan;
	actor->plan = plan;
	actor->plan_serial = serial;
	lock_give(actor->lock);
	/* Nobody can confirm a second one before the first is done. */
	plan_free(before);
	bell_ring(actor->wake);
}

void
actor_acknowledge(struct actor *actor, const struct actor_word *word)
{
	struct kept_word *kept = kept_word_new(word), **at = &actor->words;

	lock_take(actor->lock);
	while (*at != NULL)
		at = &(*at)->next;
	*at = kept;
	lock_give(actor->lock);
	bell_ring(actor->wake);
}

void
actor_write_file(struct actor *actor, const char *path, struct span bytes)
{
	struct kept_file *kept = kept_file_new(path, bytes), **at = &actor->files;

	lock_take(actor->lock);
	while (*at != NULL)
		at = &(*at)->next;
	*at = kept;
	lock_give(actor->lock);
	bell_ring(actor->wake);
}

struct answer *
actor_take(struct actor *actor)
{
	struct answer *answer;

	if (actor->news != NULL)
		bell_clear(actor->news);
	lock_take(actor->lock);
	answer = actor->answers;
	if (answer != NULL)
		actor->answers = answer->next;
	lock_give(actor->lock);
	return answer;
}

/* --- answers and wishes --- */

struct answer *
answer_new(enum answer_kind kind, uint64_t serial)
{
	struct answer *answer = mem_new(1, sizeof(*answer));

	answer->kind = kind;
	answer->serial = serial;
	return answer;
}

void
answer_free(struct answer *answer)
{
	if (answer == NULL)
		return;
	plan_free(answer->plan);
	str_free(&answer->text);
	free(answer);
}

void
kept_wish_take(struct kept_wish *kept, const struct actor_wish *wish)
{
	struct arena *arena = arena_new();
	struct key *keys = arena_alloc(arena, wish->key_count + 1, sizeof(*keys));

	*kept = (struct kept_wish){ arena, *wish };
	for (size_t i = 0; i < wish->key_count; i++)
		keys[i] = (struct key){ arena_span(arena, wish->keys[i].job),
			arena_span(arena, wish->keys[i].partition) };
	kept->wish.keys = keys;
	kept->wish.store = arena_text(arena, wish->store);
	kept->wish.target = arena_span(arena, wish->target);
	kept->wish.reason = arena_span(arena, wish->reason);
	kept->wish.undo_of = arena_span(arena, wish->undo_of);
	kept->wish.board = wish->board != NULL ? board_ref(wish->board) : NULL;
}

void
kept_wish_free(struct kept_wish *kept)
{
	if (kept->arena == NULL)
		return;
	if (kept->wish.board != NULL)
		board_unref(kept->wish.board);
	arena_free(kept->arena);
	*kept = (struct kept_wish){ 0 };
}
