/* SPDX-License-Identifier: MIT
 * The stack of views. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/app_state.h"

static const struct view_ops *const all_views[] = {
#define VIEW(name) &view_##name,
#include "tui/views.def"
#undef VIEW
	NULL,
};

const struct view_ops *
view_at(size_t index)
{
	return all_views[index];
}

const struct view_ops *
view_find(const char *name)
{
	for (size_t i = 0; all_views[i] != NULL; i++)
		if (strcmp(all_views[i]->name, name) == 0)
			return all_views[i];
	return NULL;
}

/* --- targets --- */

static void
keep_span(struct str *kept, bool *has, struct span span)
{
	*has = span.at != NULL;
	str_clear(kept);
	str_add_span(kept, span);
}

static struct span
kept_span(const struct str *kept, bool has)
{
	return has ? (struct span){ str_text(kept), kept->len } : SPAN_NONE;
}

static void
keep_target(struct kept_target *kept, const struct view_target *target)
{
	free(kept->store);
	kept->store = target->store != NULL
			      ? mem_copy(target->store, strlen(target->store))
			      : NULL;
	keep_span(&kept->job, &kept->has_job, target->job);
	keep_span(&kept->partition, &kept->has_partition, target->partition);
}

static struct view_target
target_of(const struct kept_target *kept)
{
	return (struct view_target){
		.store = kept->store,
		.job = kept_span(&kept->job, kept->has_job),
		.partition = kept_span(&kept->partition, kept->has_partition),
	};
}

static void
forget_target(struct kept_target *kept)
{
	free(kept->store);
	str_free(&kept->job);
	str_free(&kept->partition);
}

static bool
same_target(const struct kept_target *kept, const struct view_target *target)
{
	struct view_target old = target_of(kept);

	return span_equal(span_of(old.store), span_of(target->store)) &&
	       span_equal(old.job, target->job) &&
	       span_equal(old.partition, target->partition);
}

/* --- views --- */

struct open_view *
app_top(struct app *app)
{
	return &app->views[app->view_count - 1];
}

void
app_close_top(struct app *app)
{
	struct open_view *view = app_top(app);

	if (view->ops->close != NULL)
		view->ops->close(view->state);
	free(view->state);
	forget_target(&view->target);
	forget_target(&view->interest);
	app->view_count--;
}

void
app_close(struct app *app)
{
	if (app->view_count > 1)
		app_close_top(app);
	else
		app->ended = true;
}

void
app_close_all(struct app *app)
{
	while (app->view_count > 1)
		app_close_top(app);
}

void
app_push(struct app *app, const struct view_ops *ops, const struct view_target *target)
{
	struct open_view *view;
	struct view_target kept;

	app->views = mem_resize(app->views, app->view_count + 1, sizeof(*app->views));
	app->view_count++;
	view = app_top(app);
	*view = (struct open_view){ .ops = ops, .shown_at = TIME_NONE };
	view->state = mem_new(1, ops->state_size + 1);
	keep_target(&view->target, target);
	kept = target_of(&view->target);
	if (ops->open != NULL)
		ops->open(view->state, app, &kept);
}

void
app_open(struct app *app, const struct view_ops *view, const struct view_target *target)
{
	static const struct view_target nothing = { NULL, SPAN_NONE, SPAN_NONE };

	if (target == NULL)
		target = &nothing;
	if (view == NULL) {
		app_message(app, STYLE_ERROR, "there is no such screen");
		return;
	}
	for (size_t i = 0; i < app->view_count; i++)
		if (app->views[i].ops == view &&
			same_target(&app->views[i].target, target)) {
			while (app->view_count > i + 1)
				app_close_top(app);
			return;
		}
	app_push(app, view, target);
}

const struct view_ops *
app_below(const struct app *app, const void **state)
{
	if (app->view_count < 2)
		return NULL;
	*state = app->views[app->view_count - 2].state;
	return app->views[app->view_count - 2].ops;
}

void
app_meant(const struct app *app, view_meant_fn *meant, void *arg)
{
	const struct open_view *view = &app->views[app->view_count - 1];

	if (view->ops->meant != NULL)
		view->ops->meant(view->state, meant, arg);
}

void
app_interest(struct app *app, const char *store, struct span job, struct span partition)
{
	const struct view_target wanted = { store, job, partition };

	keep_target(&app_top(app)->interest, &wanted);
}

void
app_wanted(const struct app *app, const char **store, struct span *job,
	struct span *partition)
{
	struct view_target wanted = target_of(&app->views[app->view_count - 1].interest);

	*store = wanted.store;
	*job = wanted.job;
	*partition = wanted.partition;
}
