/* SPDX-License-Identifier: MIT */
#include "tui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <term.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "tui/input.h"
#include "tui/outlet.h"
#include "tui/quiet.h"
#include "tui/signals.h"

#define USE_INSTEAD "; use \"ckptop list\" (or \"ckptop -b -n 1\")"

/* Pasted text comes in brackets, so that it is not taken for keys. */
#define PASTE_ON  "\x1b[?2004h"
#define PASTE_OFF "\x1b[?2004l"

#define PAIRS_MAX 64

/* At the end a terminal that takes nothing for so long is left as it is. */
#define FAREWELL_PATIENCE (2 * SECOND)

struct terminal {
	SCREEN *screen;
	struct outlet *outlet;
	struct str copied; /* is to be sent behind the picture */
	bool rings;	   /* and so is a bell */
	struct theme theme;
	struct canvas *shown; /* what the terminal shows */
	bool all;	      /* nothing of that counts */
	bool cursor_shown;
	unsigned width, height;
	struct termios modes, modes_before; /* ours, and as they were */

	bool colours, default_colours;
	struct {
		int16_t foreground, background;
	} pairs[PAIRS_MAX];
	short pair_count;

	struct input *input;
	int64_t read_at; /* clock_monotonic() of the last byte */
	bool gone;
};

/* --- taking it over --- */

bool
term_locale_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static int
check_terminal(struct err *err)
{
	const char *type = getenv("TERM");
	int status = 0;

	if (!isatty(STDOUT_FILENO))
		return err_set(
			err, ERR_USAGE, "standard output is not a terminal" USE_INSTEAD);
	if (!isatty(STDIN_FILENO))
		return err_set(
			err, ERR_USAGE, "standard input is not a terminal" USE_INSTEAD);
	if (type == NULL || type[0] == '\0')
		return err_set(err, ERR_USAGE,
			"the type of the terminal is not known, TERM is not "
			"set" USE_INSTEAD);
	if (setupterm(type, STDOUT_FILENO, &status) != OK)
		return err_set(err, ERR_USAGE,
			"the terminal type '%s' (TERM) is not known here; install "
			"ncurses-term or set TERM=xterm" USE_INSTEAD,
			type);
	const char *move = tigetstr("cup");
	bool can_move = move != NULL && move != (const char *)-1;
	del_curterm(cur_term);
	if (!can_move)
		return err_set(err, ERR_USAGE,
			"the terminal type '%s' (TERM) cannot place the "
			"cursor" USE_INSTEAD,
			type);
	return 0;
}

static void
send_text(struct terminal *term, const char *bytes)
{
	outlet_add(term->outlet, span_of(bytes));
}

/* Adds a string of the terminal description, without its pauses ("$<5>"). */
static void
add_capability(struct str *out, const char *name)
{
	const char *text = tigetstr(name);

	if (text == NULL || text == (const char *)-1)
		return;
	for (const char *end; *text != '\0';) {
		if (text[0] == '$' && text[1] == '<' &&
			(end = strchr(text, '>')) != NULL) {
			text = end + 1;
			continue;
		}
		str_add_char(out, *text++);
	}
}

/* What a signal handler writes: colours and attributes off, the cursor shown, the normal
 * screen, pastes as ever. */
static void
guard_terminal(const struct terminal *term)
{
	struct str bytes = { 0 };

	add_capability(&bytes, "sgr0");
	add_capability(&bytes, "op");
	str_add(&bytes, PASTE_OFF);
	add_capability(&bytes, "rmcup");
	add_capability(&bytes, "cnorm");
	str_add(&bytes, "\r");
	signals_guard(outlet_fd(term->outlet), &term->modes_before, str_span(&bytes));
	str_free(&bytes);
}

static struct input *
new_input(void)
{
	static const struct {
		const char *capability;
		uint32_t key;
	} keys[] = {
		{ "kcuu1", KEY_CODE_UP },
		{ "kcud1", KEY_CODE_DOWN },
		{ "kcub1", KEY_CODE_LEFT },
		{ "kcuf1", KEY_CODE_RIGHT },
		{ "kpp", KEY_CODE_PAGE_UP },
		{ "knp", KEY_CODE_PAGE_DOWN },
		{ "khome", KEY_CODE_HOME },
		{ "kend", KEY_CODE_END },
		{ "kdch1", KEY_CODE_DELETE },
		{ "kcbt", KEY_CODE_BACK_TAB },
		{ "kent", KEY_CODE_ENTER },
		{ "kf1", KEY_CODE_F1 },
		{ "kf4", KEY_CODE_F1 + 3 },
		{ "kf5", KEY_CODE_F1 + 4 },
	};
	const char *delay = getenv("ESCDELAY");
	long milliseconds = delay != NULL ? strtol(delay, NULL, 10) : 0;
	struct input *input =
		input_new((milliseconds > 0 && milliseconds < 10000 ? milliseconds : 25) *
			  MILLISECOND);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *sequence = tigetstr(keys[i].capability);
		if (sequence != NULL && sequence != (const char *)-1)
			input_define(input, sequence, keys[i].key);
	}
	return input;
}

static void
prepare_screen(struct terminal *term)
{
	nonl();
	nodelay(stdscr, TRUE);
	/* Keys are read here and not by curses, which passes half an answer of the
	 * terminal on as keys; it must not look for them either. */
	typeahead(-1);
	scrollok(stdscr, FALSE);
	curs_set(0);
	term->colours = false;
	for (int i = 0; i < STYLES; i++)
		term->colours |= term->theme.looks[i].foreground >= 0 ||
				 term->theme.looks[i].background >= 0;
	if (term->colours && (!has_colors() || start_color() != OK || COLORS < 8)) {
		term->colours = false;
		theme_mono(&term->theme);
	}
	if (term->colours)
		term->default_colours = use_default_colors() == OK;
}

/* Keys come as they are typed, and none of them stands for a signal or is shown. */
static void
take_modes(struct terminal *term)
{
	term->modes = term->modes_before;
	term->modes.c_iflag &=
		~(tcflag_t)(BRKINT | PARMRK | IXON | ICRNL | INLCR | IGNCR);
	term->modes.c_oflag &= ~(tcflag_t)ONLCR;
	term->modes.c_lflag &= ~(tcflag_t)(ICANON | ISIG | IEXTEN | ECHO | ECHONL);
	term->modes.c_cc[VMIN] = 1;
	term->modes.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &term->modes);
}

static void
free_terminal(struct terminal *term)
{
	outlet_free(term->outlet);
	input_free(term->input);
	canvas_free(term->shown);
	str_free(&term->copied);
	free(term);
}

int
term_open(struct terminal **out, const struct theme *theme, struct err *err)
{
	struct terminal *term;

	if (check_terminal(err) != 0)
		return -1;
	term = mem_new(1, sizeof(*term));
	term->theme = *theme;
	if (tcgetattr(STDIN_FILENO, &term->modes_before) != 0) {
		err_set_errno(err, ERR_FAILED, errno, "the modes of the terminal");
		free_terminal(term);
		return -1;
	}
	if (outlet_new(&term->outlet, STDOUT_FILENO, err) != 0 ||
		signals_open(err) != 0) {
		free_terminal(term);
		return -1;
	}
	/* Curses waits for a terminal that is slow, with all that the program does: so it
	 * writes into memory, and what is there then goes out as it is taken. */
	term->screen = newterm(NULL, outlet_file(term->outlet), stdin);
	if (term->screen == NULL) {
		err_set(err, ERR_FAILED, "the terminal cannot be used" USE_INSTEAD);
		signals_close();
		free_terminal(term);
		return -1;
	}
	guard_terminal(term);
	take_modes(term);
	prepare_screen(term);
	term->input = new_input();
	term->shown = canvas_new(0, 0, false);
	term_resize(term);
	outlet_collect(term->outlet);
	send_text(term, PASTE_ON);
	quiet_begin();
	*out = term;
	return 0;
}

/* The terminal as it was before. */
static void
give_back(struct terminal *term)
{
	send_text(term, PASTE_OFF);
	endwin();
	outlet_collect(term->outlet);
	outlet_drain(term->outlet, FAREWELL_PATIENCE);
	tcsetattr(STDIN_FILENO, TCSANOW, &term->modes_before);
	quiet_end();
	signals_unguard();
}

void
term_close(struct terminal *term)
{
	if (term == NULL)
		return;
	give_back(term);
	delscreen(term->screen);
	signals_close();
	free_terminal(term);
}

/* --- size, suspension --- */

void
term_size(const struct terminal *term, unsigned *width, unsigned *height)
{
	*width = term->width;
	*height = term->height;
}

void
term_resize(struct terminal *term)
{
	struct winsize size;

	term->width = (unsigned)COLS;
	term->height = (unsigned)LINES;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
		size.ws_row > 0) {
		term->width = size.ws_col;
		term->height = size.ws_row;
	}
	resizeterm((int)term->height, (int)term->width);
	term_redraw(term);
}

void
term_redraw(struct terminal *term)
{
	term->all = true;
}

void
term_resume(struct terminal *term)
{
	quiet_begin();
	guard_terminal(term);
	take_modes(term);
	reset_prog_mode();
	send_text(term, PASTE_ON);
	term_resize(term);
}

void
term_suspend(struct terminal *term)
{
	give_back(term);
	signals_stop_here();
	term_resume(term);
}

/* --- showing --- */

static short
pair_of(struct terminal *term, int16_t foreground, int16_t background)
{
	foreground = theme_reduce(foreground, COLORS);
	background = theme_reduce(background, COLORS);
	if (foreground < 0 && background < 0)
		return 0;
	if (!term->default_colours) {
		foreground = foreground < 0 ? COLOR_WHITE : foreground;
		background = background < 0 ? COLOR_BLACK : background;
	}
	for (short i = 0; i < term->pair_count; i++)
		if (term->pairs[i].foreground == foreground &&
			term->pairs[i].background == background)
			return (short)(i + 1);
	if (term->pair_count >= PAIRS_MAX || term->pair_count + 1 >= COLOR_PAIRS)
		return 0;
	term->pairs[term->pair_count].foreground = foreground;
	term->pairs[term->pair_count].background = background;
	init_pair(++term->pair_count, foreground, background);
	return term->pair_count;
}

static void
put_on_top(struct theme_look *look, const struct theme_look *top)
{
	if (top->foreground >= 0)
		look->foreground = top->foreground;
	if (top->background >= 0)
		look->background = top->background;
	look->attributes |= top->attributes;
}

static struct theme_look
look_of(const struct terminal *term, const struct cell *cell)
{
	struct theme_look look = term->theme.looks[cell->style];

	if (cell->attribute & CELL_DIM)
		put_on_top(&look, &term->theme.dim);
	if (cell->attribute & CELL_MARKED)
		put_on_top(&look, &term->theme.marked);
	if (cell->attribute & CELL_SELECTED)
		put_on_top(&look, &term->theme.selected);
	if (cell->attribute & CELL_UNDERLINE)
		look.attributes |= THEME_UNDERLINE;
	return look;
}

static attr_t
attributes_of(unsigned attributes)
{
	return (attributes & THEME_BOLD ? A_BOLD : 0) |
	       (attributes & THEME_DIM ? A_DIM : 0) |
	       (attributes & THEME_REVERSE ? A_REVERSE : 0) |
	       (attributes & THEME_UNDERLINE ? A_UNDERLINE : 0);
}

/*
 * Puts one cell on the screen of curses. Where its idea of a character's width is not
 * ours, everything behind it on the line would move: such a character becomes '?'.
 */
static void
put_cell(struct terminal *term, unsigned y, unsigned x, const struct cell *cell)
{
	struct theme_look look = look_of(term, cell);
	short pair = term->colours ? pair_of(term, look.foreground, look.background) : 0;
	attr_t attributes = attributes_of(look.attributes);
	wchar_t text[CCHARW_MAX + 1] = { 0 };
	struct span rest = span_of(cell->glyph);
	cchar_t wide;
	size_t count = 0;

	while (rest.len > 0 && count < CCHARW_MAX) {
		uint32_t cp;
		size_t len = utf8_decode(rest, &cp);

		text[count++] = (wchar_t)cp;
		rest.at += len;
		rest.len -= len;
	}
	if (wcwidth(text[0]) != cell->width) {
		setcchar(&wide, L"?", attributes, pair, NULL);
		for (unsigned i = 0; i < cell->width; i++)
			mvadd_wch((int)y, (int)(x + i), &wide);
		return;
	}
	setcchar(&wide, text, attributes, pair, NULL);
	mvadd_wch((int)y, (int)x, &wide);
}

static void
put_line(struct terminal *term, const struct canvas *canvas, unsigned y)
{
	for (unsigned x = 0; x < canvas_width(canvas); x++) {
		const struct cell *cell = canvas_cell(canvas, y, x);

		if (cell->width == 0)
			continue;
		if (term->all || !cell_equal(cell, canvas_cell(term->shown, y, x)) ||
			(cell->width == 2 && !cell_equal(canvas_cell(canvas, y, x + 1),
						     canvas_cell(term->shown, y, x + 1))))
			put_cell(term, y, x, cell);
	}
}

/* What waited for its turn behind a picture. */
static void
send_aside(struct terminal *term)
{
	if (term->rings)
		send_text(term, "\a");
	term->rings = false;
	outlet_add(term->outlet, str_span(&term->copied));
	str_clear(&term->copied);
}

void
term_show(struct terminal *term, const struct canvas *canvas)
{
	unsigned y, x;
	bool cursor = canvas_cursor_at(canvas, &y, &x);

	/* What changes until the last picture is taken will all be in the next one. */
	if (!outlet_flush(term->outlet))
		return;
	send_aside(term);
	if (canvas_width(canvas) != canvas_width(term->shown) ||
		canvas_height(canvas) != canvas_height(term->shown))
		term->all = true;
	if (!term->all && canvas_equal(canvas, term->shown))
		return;
	if (term->all) {
		erase();
		clearok(curscr, TRUE);
	}
	for (unsigned line = 0; line < canvas_height(canvas); line++)
		put_line(term, canvas, line);
	if (cursor != term->cursor_shown)
		curs_set(cursor);
	term->cursor_shown = cursor;
	/* A hidden cursor may stay where the last character was drawn. */
	leaveok(stdscr, !cursor);
	if (cursor)
		move((int)y, (int)x);
	wnoutrefresh(stdscr);
	doupdate();
	outlet_collect(term->outlet);
	canvas_copy(term->shown, canvas);
	term->all = false;
}

void
term_bell(struct terminal *term)
{
	term->rings = true;
}

void
term_copy(struct terminal *term, struct span text)
{
	struct str quoted = { 0 };

	json_add_base64(&quoted, text);
	str_clear(&term->copied);
	str_add(&term->copied, "\x1b]52;c;");
	str_add_span(&term->copied, (struct span){ quoted.text + 1, quoted.len - 2 });
	str_add_char(&term->copied, '\a');
	str_free(&quoted);
}

/* --- keys --- */

int
term_fd(const struct terminal *term)
{
	(void)term;
	return STDIN_FILENO;
}

/* Reads what is there; false: nothing. */
static bool
read_bytes(struct terminal *term)
{
	struct pollfd terminals[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = STDOUT_FILENO } };
	char buffer[4096];
	ssize_t got;

	if (poll(terminals, 2, 0) <= 0)
		return false;
	if (terminals[0].revents & POLLIN) {
		got = read(STDIN_FILENO, buffer, sizeof(buffer));
		if (got > 0) {
			input_feed(term->input, buffer, (size_t)got);
			term->read_at = clock_monotonic();
			return true;
		}
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			return false;
		term->gone = true;
	}
	if ((terminals[0].revents | terminals[1].revents) &
		(POLLHUP | POLLERR | POLLNVAL))
		term->gone = true;
	return false;
}

int
term_output_fd(const struct terminal *term)
{
	return outlet_is_pending(term->outlet) ? outlet_fd(term->outlet) : -1;
}

uint32_t
term_key(struct terminal *term)
{
	uint32_t key;

	while ((key = input_next(term->input, 0)) == KEY_CODE_NONE && !term->gone &&
		read_bytes(term))
		;
	/* Not before all was read that is there: it was we who were late, not the rest of
	 * a sequence. */
	if (key == KEY_CODE_NONE)
		key = input_next(term->input, clock_monotonic() - term->read_at);
	return key == KEY_CODE_NONE && term->gone ? KEY_CODE_GONE : key;
}

void
term_forget_keys(struct terminal *term)
{
	/* Parsed all the same: half of what a terminal answers must not become a key. */
	while (!term->gone && read_bytes(term))
		while (input_next(term->input, 0) != KEY_CODE_NONE)
			;
}

int64_t
term_patience(const struct terminal *term)
{
	int64_t patience = input_patience(term->input), idle;

	if (patience < 0)
		return -1;
	idle = clock_monotonic() - term->read_at;
	return idle < patience ? patience - idle : 0;
}
