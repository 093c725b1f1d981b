/* SPDX-License-Identifier: MIT
 * The help: keys, columns, states and findings, from the tables they are defined in. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tui/view_parts.h"

/* Where explanations begin. */
#define INDENT 19

struct item {
	enum style style;
	char *name; /* "" for a heading */
	enum style name_style;
	char *text;
	enum action action; /* what Enter does here */
	bool off;
};

/* A part of an item's text that fits the screen. */
struct line {
	size_t item;
	struct span text;
	bool first;
};

struct help {
	const char *about; /* the title of the screen it is about */
	struct item *items;
	size_t item_count;
	struct line *lines;
	size_t line_count;
	size_t cursor, top, page;
	unsigned width;
};

/* --- what it says --- */

static struct item *
add(struct help *help, enum style name_style, const char *name, const char *text)
{
	struct item *item;

	help->items = mem_resize(help->items, help->item_count + 1, sizeof(*help->items));
	item = &help->items[help->item_count++];
	*item = (struct item){
		.style = STYLE_PLAIN,
		.name = mem_copy(name, strlen(name)),
		.name_style = name_style,
		.text = mem_copy(text, strlen(text)),
	};
	return item;
}

static void
add_heading(struct help *help, const char *text)
{
	if (help->item_count > 0)
		add(help, STYLE_PLAIN, "", "");
	add(help, STYLE_PLAIN, "", text)->style = STYLE_HEADER;
}

/* Why a key of another screen does nothing on this one; NULL: it may. */
static const char *
other_screen(const struct view_ops *view, enum action action)
{
	if (action == ACTION_SUSPEND_STORE && view != view_find("stores"))
		return "on the screen of the stores only";
	if (action == ACTION_UNDO && view != view_find("audit"))
		return "on the screen of the audit only";
	return NULL;
}

static void
add_key(struct help *help, enum action action, const struct view_ops *view,
	const void *state, const struct frame *frame)
{
	const char *reason = NULL;
	struct str text = { 0 };
	struct item *item;

	if (view != NULL)
		reason = parts_off(view, state, frame, action);
	if (reason == NULL)
		reason = other_screen(view, action);
	str_add(&text, keymap_help(action));
	if (reason != NULL)
		str_addf(&text, " (off: %s)", reason);
	item = add(help, reason != NULL ? STYLE_KEY_OFF : STYLE_KEY, keymap_keys(action),
		str_text(&text));
	item->action = action;
	item->off = reason != NULL;
	if (item->off)
		item->style = STYLE_KEY_OFF;
	str_free(&text);
}

static bool
is_in_footer(const struct view_ops *view, enum action action)
{
	for (size_t i = 0; view != NULL && view->actions[i] != ACTION_NONE; i++)
		if (view->actions[i] == action)
			return true;
	return false;
}

/* Those of the key line first, then all others. */
static void
add_keys(struct help *help, const struct view_ops *view, const void *state,
	const struct frame *frame)
{
	add_heading(help, "KEYS (Enter on one of these lines does it)");
	for (size_t i = 0; view != NULL && view->actions[i] != ACTION_NONE; i++)
		add_key(help, view->actions[i], view, state, frame);
	for (int i = ACTION_NONE + 1; i < ACTIONS; i++)
		if (!is_in_footer(view, (enum action)i))
			add_key(help, (enum action)i, view, state, frame);
}

static void
add_columns(struct help *help, enum column_list kind)
{
	static const char *const headings[COLUMN_LISTS] = {
		[COLUMNS_JOBS] = "COLUMNS of jobs",
		[COLUMNS_PARTITIONS] = "COLUMNS of checkpoints",
		[COLUMNS_STORES] = "COLUMNS of stores",
	};
	size_t count;
	const struct column *table = column_table(kind, &count);

	add_heading(help, headings[kind]);
	for (size_t i = 0; i < count; i++)
		add(help, STYLE_HEADER, table[i].title, table[i].help);
}

static void
add_states(struct help *help)
{
	static const struct {
		enum state state;
		enum style style;
		const char *meaning;
	} states[] = {
		{ STATE_CRIT, STYLE_STATE_CRIT,
			"look now: over a critical limit, or the checkpoint is damaged, "
			"gone or went back and nobody knows why" },
		{ STATE_UNKN, STYLE_STATE_UNKN,
			"we cannot see: the store does not answer; the values are the "
			"last ones read" },
		{ STATE_WARN, STYLE_STATE_WARN, "over a warning limit, or suspicious" },
		{ STATE_RPLY, STYLE_STATE_RPLY,
			"a person's reset is being replayed; rings no bell" },
		{ STATE_OK, STYLE_STATE_OK, "nothing to do" },
	};

	add_heading(help, "STATES, the worst first");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		add(help, states[i].style, state_word(states[i].state),
			states[i].meaning);
}

static void
add_findings(struct help *help)
{
	static const char *const meanings[FINDINGS] = {
#define FINDING(name, word, meaning) [FINDING_##name] = meaning,
#include "model/findings.def"
#undef FINDING
	};

	add_heading(help, "WHY, the most urgent first");
	for (int i = FINDINGS - 1; i > FINDING_NONE; i--)
		add(help, STYLE_LABEL, finding_word((enum finding)i), meanings[i]);
}

static void
add_signs(struct help *help, bool ascii)
{
	static const struct {
		const char *sign, *meaning;
	} signs[] = {
		{ "BAD 3/8", "bad partitions of all: 3 of the job's 8 are in trouble" },
		{ "?", "not known, and so not 0" },
		{ "-", "has no meaning here" },
		{ ">631k", "at least so much: some parts of the sum are not known" },
		{ ">", "the row that keys act on" },
		{ "*", "a marked row; while one is marked, rows keep their order" },
		{ "| / - \\", "behind \"read 2s ago\": moves with every read" },
	};

	add_heading(help, "SIGNS");
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		add(help, STYLE_LABEL, signs[i].sign, signs[i].meaning);
	add(help, STYLE_LABEL, ascii ? ">53m >=02:14" : "\u226553m \u226502:14",
		"so long at least: it was so already when we first looked");
}

static void
add_filter(struct help *help)
{
	static const struct {
		const char *example, *meaning;
	} examples[] = {
		{ "orders", "job or partition has this in its name" },
		{ "state:crit", "also job: part: store: why:, with * and ?" },
		{ "lag>50k", "also age> upd> wmark> with 90s 15m 2h 1d, and < <= >= =" },
		{ "not x   !x", "what does not match" },
		{ "x y   x or y", "both; one of them. (x or y) z groups" },
		{ "\"a b\"", "quotes keep blanks" },
	};

	add_heading(help, "FILTER, the / key");
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		add(help, STYLE_LABEL, examples[i].example, examples[i].meaning);
}

/* --- life --- */

static void
help_open(void *state, struct app *app, const struct view_target *target)
{
	struct help *help = state;
	const void *below_state = NULL;
	const struct view_ops *below = app_below(app, &below_state);
	const struct frame *frame = app_frame(app);

	(void)target;
	help->about = below != NULL ? below->title : "";
	add_signs(help, frame->ascii);
	add_states(help);
	add_keys(help, below, below_state, frame);
	for (int kind = 0; kind < COLUMN_LISTS; kind++)
		if (below == NULL || (below->has_list && (int)below->list == kind))
			add_columns(help, (enum column_list)kind);
	add_findings(help);
	add_filter(help);
}

static void
help_close(void *state)
{
	struct help *help = state;

	for (size_t i = 0; i < help->item_count; i++) {
		free(help->items[i].name);
		free(help->items[i].text);
	}
	free(help->items);
	free(help->lines);
}

/* --- lines --- */

/* How much of the text fits into so many cells, broken at a blank where there is one. All
 * texts are our own, so that bytes are cells but for single signs. */
static size_t
fitting_bytes(struct span text, unsigned width)
{
	size_t at = width;

	if (text.len <= width)
		return text.len;
	while (at > 0 && text.at[at] != ' ')
		at--;
	return at > 0 ? at : width;
}

static void
add_lines(struct help *help, size_t item, unsigned room)
{
	struct span rest = span_of(help->items[item].text);
	bool first = true;

	do {
		size_t len = fitting_bytes(rest, room);

		help->lines = mem_resize(
			help->lines, help->line_count + 1, sizeof(*help->lines));
		help->lines[help->line_count++] =
			(struct line){ item, { rest.at, len }, first };
		first = false;
		rest.at += len;
		rest.len -= len;
		if (rest.len > 0 && rest.at[0] == ' ') {
			rest.at++;
			rest.len--;
		}
	} while (rest.len > 0);
}

static void
scroll(struct help *help)
{
	size_t last_top =
		help->line_count > help->page ? help->line_count - help->page : 0;

	if (help->cursor >= help->line_count)
		help->cursor = help->line_count - 1;
	if (help->cursor < help->top)
		help->top = help->cursor;
	if (help->page > 0 && help->cursor >= help->top + help->page)
		help->top = help->cursor - help->page + 1;
	if (help->top > last_top)
		help->top = last_top;
}

static void
help_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct help *help = state;
	unsigned used = parts_header_lines(width, height), body = parts_body(height);

	(void)frame;
	help->page = body > used ? body - used : 0;
	if (help->width != width) {
		unsigned room = width > INDENT + 12 ? width - INDENT - 1 : 12;

		help->width = width;
		help->line_count = 0;
		for (size_t i = 0; i < help->item_count; i++)
			add_lines(help, i, room);
	}
	scroll(help);
}

/* --- drawing --- */

static void
draw_line(const struct help *help, struct canvas *canvas, unsigned y, size_t index)
{
	const struct line *line = &help->lines[index];
	const struct item *item = &help->items[line->item];
	bool heading = item->name[0] == '\0';

	if (line->first && !heading)
		canvas_text(
			canvas, y, 1, INDENT - 2, item->name_style, span_of(item->name));
	canvas_text(canvas, y, heading ? 1 : INDENT, UINT32_MAX, item->style, line->text);
	if (index == help->cursor)
		canvas_attribute(canvas, y, 0, canvas_width(canvas), CELL_SELECTED);
}

static void
help_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct help *help = state;
	struct str path = { 0 }, position = { 0 }, right = { 0 };
	size_t last = help->top + help->page < help->line_count ? help->top + help->page
								: help->line_count;

	str_addf(&path, "HELP%s%s", help->about[0] != '\0' ? " on " : "", help->about);
	str_addf(&position, "%zu-%zu/%zu", help->top + 1, last, help->line_count);
	str_addf(&right, "%zu-%zu of %zu", help->top + 1, last, help->line_count);
	const struct parts_place place = {
		.path = str_span(&path),
		.position = str_span(&position),
		.right = str_span(&right),
	};
	unsigned y = parts_header(frame, canvas, &place);
	for (size_t i = help->top; i < last; i++)
		draw_line(help, canvas, y++, i);
	str_free(&path);
	str_free(&position);
	str_free(&right);
}

/* --- keys --- */

static enum view_answer
run_line(struct help *help, struct app *app)
{
	const struct line *line = &help->lines[help->cursor];
	enum action action = help->items[line->item].action;

	if (action == ACTION_NONE || action == ACTION_HELP)
		return VIEW_HANDLED;
	app_close(app);
	app_act(app, action);
	return VIEW_HANDLED;
}

static enum view_answer
help_act(void *state, struct app *app, enum action action)
{
	struct help *help = state;
	size_t page = help->page > 1 ? help->page - 1 : 1;

	switch (action) {
	case ACTION_UP: help->cursor -= help->cursor > 0; break;
	case ACTION_DOWN: help->cursor++; break;
	case ACTION_PAGE_UP:
		help->cursor -= help->cursor < page ? help->cursor : page;
		break;
	case ACTION_PAGE_DOWN: help->cursor += page; break;
	case ACTION_FIRST: help->cursor = 0; break;
	case ACTION_LAST: help->cursor = help->line_count - 1; break;
	case ACTION_OPEN: return run_line(help, app);
	case ACTION_HELP: return VIEW_CLOSE;
	default: return VIEW_IGNORED;
	}
	scroll(help);
	return VIEW_HANDLED;
}

static const enum action help_actions[] = { ACTION_OPEN, ACTION_PAGE_DOWN, ACTION_PAGE_UP,
	ACTION_BACK, ACTION_NONE };

const struct view_ops view_help = {
	.name = "help",
	.title = "HELP",
	.help = "keys, columns, states and findings, and why a key is off",
	.state_size = sizeof(struct help),
	.open = help_open,
	.close = help_close,
	.update = help_update,
	.draw = help_draw,
	.act = help_act,
	.actions = help_actions,
};
