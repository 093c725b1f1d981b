/* SPDX-License-Identifier: MIT */
#include "tui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "tui/keymap.h"

struct prompt {
	char *label;
	struct str text; /* always valid UTF-8 */
	size_t cursor;	 /* in bytes, at the start of a character or at the end */
	bool pasting;
};

struct prompt *
prompt_new(const char *label, const char *text)
{
	struct prompt *prompt = mem_new(1, sizeof(*prompt));

	prompt->label = mem_copy(label, strlen(label));
	prompt_set_text(prompt, text);
	return prompt;
}

void
prompt_free(struct prompt *prompt)
{
	if (prompt == NULL)
		return;
	str_free(&prompt->text);
	free(prompt->label);
	free(prompt);
}

const char *
prompt_text(const struct prompt *prompt)
{
	return str_text(&prompt->text);
}

/* --- editing --- */

/* Puts bytes in at the cursor, if they find room. */
static bool
insert(struct prompt *prompt, struct span bytes)
{
	struct str tail = { 0 };

	if (prompt->text.len + bytes.len > PROMPT_MAX)
		return false;
	str_add(&tail, str_text(&prompt->text) + prompt->cursor);
	str_cut(&prompt->text, prompt->cursor);
	str_add_span(&prompt->text, bytes);
	prompt->cursor = prompt->text.len;
	str_add_span(&prompt->text, str_span(&tail));
	str_free(&tail);
	return true;
}

/* Takes the bytes from `from` to `to` away and leaves the cursor there. */
static bool
take_out(struct prompt *prompt, size_t from, size_t to)
{
	struct str tail = { 0 };

	str_add(&tail, str_text(&prompt->text) + to);
	str_cut(&prompt->text, from);
	str_add_span(&prompt->text, str_span(&tail));
	str_free(&tail);
	prompt->cursor = from;
	return from != to;
}

void
prompt_set_text(struct prompt *prompt, const char *text)
{
	struct span rest = span_of(text);

	str_clear(&prompt->text);
	while (rest.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(rest, &cp);

		if (prompt->text.len + len > PROMPT_MAX)
			break;
		if (cp != UINT32_MAX)
			str_add_span(&prompt->text, (struct span){ rest.at, len });
		rest.at += len;
		rest.len -= len;
	}
	prompt->cursor = prompt->text.len;
}

static size_t
before(const struct prompt *prompt, size_t at)
{
	const char *text = str_text(&prompt->text);

	if (at > 0)
		at--;
	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static size_t
after(const struct prompt *prompt, size_t at)
{
	uint32_t cp;

	if (at >= prompt->text.len)
		return at;
	return at +
	       utf8_decode((struct span){ prompt->text.text + at, prompt->text.len - at },
		       &cp);
}

static size_t
word_before(const struct prompt *prompt, size_t at)
{
	const char *text = str_text(&prompt->text);

	while (at > 0 && text[at - 1] == ' ')
		at--;
	while (at > 0 && text[at - 1] != ' ')
		at--;
	return at;
}

/* --- keys --- */

static bool
insert_character(struct prompt *prompt, uint32_t key)
{
	struct str bytes = { 0 };
	bool done;

	utf8_add(&bytes, key);
	done = insert(prompt, str_span(&bytes));
	str_free(&bytes);
	return done;
}

static enum prompt_answer
changed_if(bool changed)
{
	return changed ? PROMPT_CHANGED : PROMPT_TYPING;
}

static bool
is_character(uint32_t key)
{
	return key >= ' ' && key != 0x7f && key < KEY_CODE_FIRST;
}

/* A paste is text to its end; nothing in it is a command. */
static enum prompt_answer
paste_key(struct prompt *prompt, uint32_t key)
{
	if (key == KEY_CODE_PASTE_END) {
		prompt->pasting = false;
		return PROMPT_TYPING;
	}
	if (key == KEY_CODE_NONE || key == KEY_CODE_GONE)
		return PROMPT_TYPING;
	return changed_if(insert_character(prompt, is_character(key) ? key : ' '));
}

static enum prompt_answer
edit_key(struct prompt *prompt, uint32_t key)
{
	size_t cursor = prompt->cursor, end = prompt->text.len;

	switch (key) {
	case KEY_CODE_BACKSPACE:
		return changed_if(take_out(prompt, before(prompt, cursor), cursor));
	case KEY_CODE_DELETE:
	case 'D' & 0x1f:
		return changed_if(take_out(prompt, cursor, after(prompt, cursor)));
	case 'W' & 0x1f:
		return changed_if(take_out(prompt, word_before(prompt, cursor), cursor));
	case 'U' & 0x1f: return changed_if(take_out(prompt, 0, cursor));
	case 'K' & 0x1f: return changed_if(take_out(prompt, cursor, end));
	case KEY_CODE_LEFT:
	case 'B' & 0x1f: prompt->cursor = before(prompt, cursor); break;
	case KEY_CODE_RIGHT:
	case 'F' & 0x1f: prompt->cursor = after(prompt, cursor); break;
	case KEY_CODE_HOME:
	case 'A' & 0x1f: prompt->cursor = 0; break;
	case KEY_CODE_END:
	case 'E' & 0x1f: prompt->cursor = end; break;
	default:
		if (is_character(key))
			return changed_if(insert_character(prompt, key));
	}
	return PROMPT_TYPING;
}

enum prompt_answer
prompt_key(struct prompt *prompt, uint32_t key)
{
	if (prompt->pasting)
		return paste_key(prompt, key);
	switch (key) {
	case KEY_CODE_PASTE_START: prompt->pasting = true; return PROMPT_TYPING;
	case KEY_CODE_ENTER: return PROMPT_DONE;
	case KEY_CODE_ESCAPE:
	case 'C' & 0x1f: return PROMPT_CANCELLED;
	case KEY_CODE_TAB: return PROMPT_COMPLETE;
	default: return edit_key(prompt, key);
	}
}

/* --- drawing --- */

unsigned
prompt_draw(const struct prompt *prompt, struct canvas *canvas, unsigned y, unsigned x,
	unsigned width)
{
	struct span label = span_of(prompt->label);
	unsigned used = canvas_text(canvas, y, x, width, STYLE_MESSAGE, label);
	unsigned room = width - used;
	size_t start = 0;
	struct span text;

	/* One cell stays free for the cursor behind the text. */
	if (room < 2)
		return used;
	for (;;) {
		text = (struct span){ str_text(&prompt->text) + start,
			prompt->cursor - start };
		if (safe_width(text) < room)
			break;
		start = after(prompt, start);
	}
	unsigned at = (unsigned)safe_width(text);
	text.len = prompt->text.len - start;
	unsigned shown = canvas_text(canvas, y, x + used, room, STYLE_INPUT, text);
	if (at >= shown)
		shown = at + 1;
	canvas_cursor(canvas, y, x + used + at);
	return used + shown;
}
