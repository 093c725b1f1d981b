/* SPDX-License-Identifier: MIT
 * The loop: keys, boards, signals and the clock in; pictures and requests out. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/sandbox.h"
#include "config/config.h"
#include "poll/actor.h"
#include "poll/clerk.h"
#include "poll/poller.h"
#include "tui/app.h"
#include "tui/signals.h"
#include "tui/term.h"
#include "tui/theme.h"

extern char **environ;

/* Nobody reads a question faster. */
#define DEAF (300 * MILLISECOND)

/* What makes the loop a wallboard. */
struct wall_manner {
	bool keys, bell;
};

struct loop {
	const struct config *config;
	const struct wall_manner *wall; /* NULL: the dashboard */
	struct theme theme;
	struct zone *zone;
	struct terminal *terminal;
	struct app *app;
	struct pollers *pollers;
	struct clerk *clerk;
	struct actor *actor;	     /* NULL: nothing can be changed */
	const struct board **boards; /* one a store, borrowed from the pollers */
	struct str interest;	     /* what the pollers were told last */
	int interest_store;	     /* -1: nobody */
	int ended_by;		     /* a signal, or 0 */
	bool gone;		     /* the terminal is */
	struct clock_watch clocks;
};

/* --- opening --- */

static int
load_theme(struct loop *loop, struct err *err)
{
	const struct config_env *env = &loop->config->env;
	/* NO_COLOR has had its say in env->color; here is always a terminal. */
	bool no_color = env->color == CONFIG_NEVER;
	struct str directory = { 0 };
	struct paths paths;
	int result;

	paths_find(&paths, (const char *const *)environ);
	if (paths.config_dir != NULL)
		str_addf(&directory, "%s/themes", paths.config_dir);
	result = theme_load(&loop->theme, env->theme, directory.text, no_color, err);
	str_free(&directory);
	paths_free(&paths);
	return result;
}

static const enum action wall_keys[] = {
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_CLOSE,
	ACTION_QUIT,
	ACTION_NONE,
};
static const enum action no_keys[] = { ACTION_NONE };

static void
set_up_wall(const struct wall_manner *manner, struct app_setup *setup)
{
	setup->root = view_find("wall");
	setup->only = manner->keys ? wall_keys : no_keys;
	setup->bell = manner->bell;
}

static struct app *
new_app(const struct loop *loop)
{
	const struct config_env *env = &loop->config->env;
	struct app_setup setup = {
		.ascii = env->ascii == CONFIG_ALWAYS ||
			 (env->ascii == CONFIG_AUTO && !term_locale_is_utf8()),
		.environment = env->name,
		.production = env->production,
		.read_only = env->read_only,
		.read_only_why = env->read_only_why,
		.sandboxed = sandbox_is_entered(),
		.interval = env->interval,
		.stale_after = env->stale_after,
		.times = env->times,
		.zone = loop->zone,
		.bell = env->bell,
		.follow = env->follow,
	};

	setup.actor = loop->actor;
	setup.deaf = DEAF;
	if (loop->wall != NULL)
		set_up_wall(loop->wall, &setup);
	term_size(loop->terminal, &setup.width, &setup.height);
	/* Whatever was asked for: this terminal would show something else. */
	setup.ascii |= !term_locale_is_utf8();
	return app_new(&setup);
}

static int
open_all(struct loop *loop, struct err *err)
{
	const struct config *config = loop->config;
	struct err why = { 0 };

	setlocale(LC_CTYPE, "");
	if (load_theme(loop, err) != 0)
		return -1;
	/* While there is one thread only. */
	zone_load_shown(&loop->zone, &why);
	if (term_open(&loop->terminal, &loop->theme, err) != 0)
		return -1;
	if (loop->wall == NULL && !config->env.read_only &&
		actor_start(&loop->actor, config, (const char *const *)environ, err) != 0)
		return -1;
	loop->app = new_app(loop);
	if (err_is_set(&why))
		app_message(loop->app, STYLE_MESSAGE, "%s", why.text);
	loop->boards = mem_new(config->store_count + 1, sizeof(const struct board *));
	loop->interest_store = -1;
	/* They answer later; the screen is there before. */
	if (pollers_start(&loop->pollers, config->stores, config->store_count,
		    &config->rules, loop->zone, config->env.journal, err) != 0)
		return -1;
	return clerk_start(&loop->clerk,
		&(struct ledger_terms){
			.journal = config->env.journal,
			.stores = config->stores,
			.store_count = config->store_count,
			.only_these = config->stores_chosen,
		},
		err);
}

static void
close_all(struct loop *loop)
{
	/* The terminal first: workers may take their time. */
	term_close(loop->terminal);
	app_free(loop->app);
	if (loop->actor != NULL && (loop->gone || loop->ended_by == SIGHUP))
		actor_end(loop->actor, "hangup");
	actor_stop(loop->actor);
	clerk_stop(loop->clerk);
	if (pollers_stop(loop->pollers))
		zone_free(loop->zone);
	free(loop->boards);
	str_free(&loop->interest);
}

/* --- what the app asks for --- */

static int
store_index(const struct loop *loop, const char *name)
{
	for (size_t i = 0; name != NULL && i < loop->config->store_count; i++)
		if (strcmp(loop->config->stores[i].name, name) == 0)
			return (int)i;
	return -1;
}

static void
copy_text(struct loop *loop, const char *text)
{
	term_copy(loop->terminal, span_of(text));
	if (paths_variable((const char *const *)environ, "TMUX") != NULL)
		app_message(loop->app, STYLE_MESSAGE,
			"copied: %s (tmux passes it on with \"set -g set-clipboard on\")",
			text);
}

static void
suspend(struct loop *loop)
{
	term_suspend(loop->terminal);
	app_resumed(loop->app);
}

static void
perform(struct loop *loop, const struct app_request *request)
{
	int store = store_index(loop, request->text);

	switch (request->kind) {
	case APP_NOTHING: break;
	case APP_REFRESH: pollers_refresh(loop->pollers, store); break;
	case APP_SUSPEND_STORE:
	case APP_RESUME_STORE:
		if (store >= 0)
			pollers_suspend(
				loop->pollers, store, request->kind == APP_SUSPEND_STORE);
		break;
	case APP_INTERVAL: pollers_set_interval(loop->pollers, request->interval); break;
	case APP_AUDIT: clerk_ask(loop->clerk); break;
	case APP_COPY: copy_text(loop, request->text); break;
	case APP_BELL: term_bell(loop->terminal); break;
	case APP_REDRAW: term_redraw(loop->terminal); break;
	case APP_STOP: suspend(loop); break;
	}
}

static void
add_interest(struct str *out, struct span span)
{
	str_addf(out, "%zu ", span.at != NULL ? span.len + 1 : 0);
	str_add_span(out, span);
}

/* Tells the pollers whose rows are wanted, when that is news. */
static void
tell_interest(struct loop *loop)
{
	const char *store;
	struct span job, partition;
	struct str wanted = { 0 };
	int index;

	app_wanted(loop->app, &store, &job, &partition);
	index = store_index(loop, store);
	add_interest(&wanted, job);
	add_interest(&wanted, partition);
	if (index != loop->interest_store ||
		!span_equal(str_span(&wanted), str_span(&loop->interest))) {
		if (loop->interest_store >= 0 && index != loop->interest_store)
			pollers_interest(loop->pollers, loop->interest_store, SPAN_NONE,
				SPAN_NONE);
		if (index >= 0)
			pollers_interest(loop->pollers, index, job, partition);
		loop->interest_store = index;
		str_clear(&loop->interest);
		str_add_span(&loop->interest, str_span(&wanted));
	}
	str_free(&wanted);
}

/* --- going round --- */

static void
take_ledger(struct loop *loop)
{
	const struct ledger *ledger = clerk_take(loop->clerk);

	if (ledger != NULL)
		app_take_ledger(loop->app, ledger);
	ledger_unref(ledger);
}

static void
take_answers(struct loop *loop)
{
	struct answer *answer;

	while (loop->actor != NULL && (answer = actor_take(loop->actor)) != NULL)
		app_take_answer(loop->app, answer);
}

static void
take_size(struct loop *loop)
{
	unsigned width, height;

	term_resize(loop->terminal);
	term_size(loop->terminal, &width, &height);
	app_resize(loop->app, width, height);
}

static void
take_signals(struct loop *loop)
{
	unsigned events = signals_take(&loop->ended_by);

	if (events & SIGNAL_STOP)
		suspend(loop);
	if (events & SIGNAL_CONTINUED) {
		term_resume(loop->terminal);
		app_resumed(loop->app);
	}
	if (events & (SIGNAL_RESIZED | SIGNAL_STOP | SIGNAL_CONTINUED))
		take_size(loop);
}

static void
take_keys(struct loop *loop)
{
	uint32_t key;

	while (!app_ended(loop->app) &&
		(key = term_key(loop->terminal)) != KEY_CODE_NONE) {
		if (key == KEY_CODE_GONE) {
			loop->gone = true;
			/* The signal that tells so may come before this or after. */
			if (loop->ended_by == 0 && !signals_ignored(SIGHUP))
				loop->ended_by = SIGHUP;
			return;
		}
		app_key(loop->app, key);
	}
}

/* Until the clock on the screen changes, or a key may have become one. */
static int
time_to_wait(const struct loop *loop)
{
	int64_t now = clock_now(), second = SECOND - now % SECOND,
		patience = term_patience(loop->terminal);
	int64_t wait = patience >= 0 && patience < second ? patience : second;

	return (int)((wait + MILLISECOND - 1) / MILLISECOND);
}

static int
wait_for_something(const struct loop *loop, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = term_fd(loop->terminal), .events = POLLIN },
		{ .fd = signals_fd(), .events = POLLIN },
		{ .fd = pollers_fd(loop->pollers), .events = POLLIN },
		{ .fd = clerk_fd(loop->clerk), .events = POLLIN },
		{ .fd = loop->actor != NULL ? actor_fd(loop->actor) : -1,
			.events = POLLIN },
		{ .fd = term_output_fd(loop->terminal), .events = POLLOUT },
	};

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), time_to_wait(loop)) < 0 &&
		errno != EINTR)
		return err_set_errno(err, ERR_FAILED, errno, "poll");
	return 0;
}

static bool
is_over(const struct loop *loop)
{
	return app_ended(loop->app) || loop->gone || loop->ended_by != 0;
}

/* Timers stand still while the machine sleeps: what is due by then must be asked for. */
static void
look_at_the_clocks(struct loop *loop)
{
	struct clock_jump jump;

	if (clock_is_frozen())
		return;
	jump = clock_look(&loop->clocks);
	if (jump.absent != 0 || jump.set != 0)
		app_jumped(loop->app, &jump, clock_now());
}

/* A wallboard is not shown where it is not proven of a store that it is only read. One
 * that was read before stays on it as down, with the reason. */
static int
check_proofs(const struct loop *loop, struct err *err)
{
	for (size_t i = 0; loop->wall != NULL && i < loop->config->store_count; i++) {
		const struct board_store *store =
			loop->boards[i] != NULL ? &loop->boards[i]->store : NULL;

		if (store != NULL && store->error.kind == ERR_UNPROVEN &&
			store->good_at == TIME_NONE)
			return err_set(err, ERR_UNPROVEN,
				"%s; a wallboard shows only what is proven to be read "
				"and not written, so it was not started: name the "
				"server itself and not what stands before it, or leave "
				"this store out",
				store->error.text);
	}
	return 0;
}

static int
go_round(struct loop *loop, struct err *err)
{
	struct app_request request;

	while (!is_over(loop)) {
		look_at_the_clocks(loop);
		pollers_take(loop->pollers, loop->boards);
		if (check_proofs(loop, err) != 0)
			return -1;
		take_ledger(loop);
		take_answers(loop);
		app_update(
			loop->app, loop->boards, loop->config->store_count, clock_now());
		take_keys(loop);
		while (app_request(loop->app, &request))
			perform(loop, &request);
		/* Not once more round: that would wait for the clock to move. */
		if (is_over(loop))
			break;
		tell_interest(loop);
		term_show(loop->terminal, app_draw(loop->app));
		if (app_shown(loop->app))
			term_forget_keys(loop->terminal);
		if (wait_for_something(loop, err) != 0)
			return -1;
		take_signals(loop);
	}
	return 0;
}

static int
run(struct loop *loop, struct err *err)
{
	int result = open_all(loop, err);

	if (result == 0)
		result = go_round(loop, err);
	close_all(loop);
	if (loop->gone && loop->ended_by == 0)
		return err_set(err, ERR_FAILED, "the terminal is gone");
	if (loop->ended_by != 0) {
		signals_end_by(loop->ended_by);
		return 128 + loop->ended_by;
	}
	return result;
}

int
app_run(const struct config *config, struct err *err)
{
	struct loop loop = { .config = config };

	return run(&loop, err);
}

int
app_run_wall(const struct config *config, bool keys, bool bell, struct err *err)
{
	const struct wall_manner manner = { keys, bell };
	struct loop loop = { .config = config, .wall = &manner };

	return run(&loop, err);
}
