/* SPDX-License-Identifier: MIT
 * What a key would be about, and whether that became something else without a key: new
 * boards may put another row under the cursor, and who presses a key a moment later means
 * the one that he has seen. */
#include "tui/app_state.h"

/* Nobody sees a new row and means it faster. */
#define UNSEEN (500 * MILLISECOND)

static void
add_meant(void *arg, struct span store, struct span job, struct span partition)
{
	const struct span names[] = { store, job, partition };
	struct str *out = arg;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		str_addf(out, "%zu ", names[i].at != NULL ? names[i].len + 1 : 0);
		str_add_span(out, names[i]);
	}
}

/* False: keys of this view are about no row. */
static bool
add_row(struct app *app, struct str *out)
{
	const struct view_ops *ops = app_top(app)->ops;

	if (ops->meant == NULL && ops->row == NULL)
		return false;
	/* What the view has borrowed may be gone since it was drawn. */
	app_update_top(app);
	if (ops->row != NULL)
		ops->row(app_top(app)->state, out);
	else
		app_meant(app, add_meant, out);
	return true;
}

void
app_row_keep(struct app *app)
{
	str_clear(&app->row);
	add_row(app, &app->row);
}

void
app_row_compare(struct app *app)
{
	struct str row = { 0 };

	/* Where there was none, none was mistaken for another. */
	if (add_row(app, &row) && app->row.len > 0 &&
		!span_equal(str_span(&row), str_span(&app->row)))
		app->row_at = clock_monotonic();
	str_free(&row);
}

bool
app_row_is_new(const struct app *app)
{
	return app->row_at != TIME_NONE && clock_monotonic() - app->row_at < UNSEEN;
}
