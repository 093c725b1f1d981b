/* SPDX-License-Identifier: MIT */
#include "tui/input.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

#define ESCAPE 0x1b
/* A sequence that has begun is waited for so long; the network may be slow. */
#define SEQUENCE_PATIENCE SECOND
/* Longer ones are no keys. */
#define SEQUENCE_MAX 64

static const char paste_end[] = "\x1b[201~";

struct definition {
	char *sequence;
	uint32_t key;
};

struct input {
	int64_t escape_delay;
	struct definition *definitions;
	size_t definition_count;
	struct str bytes;
	size_t at; /* the first byte not yet taken */
	bool pasting;
	bool in_string; /* an answer of the terminal, up to its end */
};

struct input *
input_new(int64_t escape_delay)
{
	struct input *input = mem_new(1, sizeof(*input));

	input->escape_delay = escape_delay;
	return input;
}

void
input_free(struct input *input)
{
	if (input == NULL)
		return;
	for (size_t i = 0; i < input->definition_count; i++)
		free(input->definitions[i].sequence);
	free(input->definitions);
	str_free(&input->bytes);
	free(input);
}

void
input_define(struct input *input, const char *sequence, uint32_t key)
{
	size_t len = strlen(sequence);

	if (len < 2 || len > SEQUENCE_MAX || sequence[0] != ESCAPE)
		return;
	input->definitions = mem_resize(input->definitions, input->definition_count + 1,
		sizeof(*input->definitions));
	input->definitions[input->definition_count++] =
		(struct definition){ mem_copy(sequence, len), key };
}

void
input_feed(struct input *input, const char *bytes, size_t len)
{
	if (input->at == input->bytes.len) {
		str_clear(&input->bytes);
		input->at = 0;
	}
	str_add_span(&input->bytes, (struct span){ bytes, len });
}

static struct span
rest_of(const struct input *input)
{
	return (struct span){ str_text(&input->bytes) + input->at,
		input->bytes.len - input->at };
}

/* What a step found: how many bytes it is (0: it has only begun) and its key. */
struct found {
	size_t len;
	uint32_t key;
};

static const struct found begun = { 0, KEY_CODE_NONE };

static struct found
swallow(size_t len)
{
	return (struct found){ len, KEY_CODE_NONE };
}

/* --- characters --- */

static bool
is_cut_off(struct span rest)
{
	unsigned char first = (unsigned char)rest.at[0];
	size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;

	for (size_t i = 1; i < rest.len && i < wanted; i++)
		if (((unsigned char)rest.at[i] & 0xc0) != 0x80)
			return false;
	return rest.len < wanted;
}

static struct found
character(struct span rest, bool pasted)
{
	uint32_t cp;
	size_t len;

	if (is_cut_off(rest))
		return begun;
	len = utf8_decode(rest, &cp);
	/* Bytes of another encoding, and 8-bit controls. */
	if (cp == UINT32_MAX || (cp >= 0x80 && cp < 0xa0))
		return swallow(len);
	if (pasted)
		return (struct found){ len, cp };
	switch (cp) {
	case '\r':
	case '\n': cp = KEY_CODE_ENTER; break;
	case '\t': cp = KEY_CODE_TAB; break;
	case '\b':
	case 0x7f: cp = KEY_CODE_BACKSPACE; break;
	default: break;
	}
	return (struct found){ len, cp };
}

/* --- sequences --- */

static uint32_t
key_of_letter(char letter)
{
	switch (letter) {
	case 'A': return KEY_CODE_UP;
	case 'B': return KEY_CODE_DOWN;
	case 'C': return KEY_CODE_RIGHT;
	case 'D': return KEY_CODE_LEFT;
	case 'H': return KEY_CODE_HOME;
	case 'F': return KEY_CODE_END;
	case 'M': return KEY_CODE_ENTER;
	case 'P': return KEY_CODE_F1;
	case 'Q': return KEY_CODE_F1 + 1;
	case 'R': return KEY_CODE_F1 + 2;
	case 'S': return KEY_CODE_F1 + 3;
	case 'Z': return KEY_CODE_BACK_TAB;
	default: return KEY_CODE_NONE;
	}
}

/* ESC [ NUMBER ~ */
static uint32_t
key_of_number(struct span number)
{
	static const struct {
		const char *number;
		uint32_t key;
	} keys[] = {
		{ "1", KEY_CODE_HOME },
		{ "3", KEY_CODE_DELETE },
		{ "4", KEY_CODE_END },
		{ "5", KEY_CODE_PAGE_UP },
		{ "6", KEY_CODE_PAGE_DOWN },
		{ "7", KEY_CODE_HOME },
		{ "8", KEY_CODE_END },
		{ "11", KEY_CODE_F1 },
		{ "12", KEY_CODE_F1 + 1 },
		{ "13", KEY_CODE_F1 + 2 },
		{ "14", KEY_CODE_F1 + 3 },
		{ "15", KEY_CODE_F1 + 4 },
		{ "17", KEY_CODE_F1 + 5 },
		{ "18", KEY_CODE_F1 + 6 },
		{ "19", KEY_CODE_F1 + 7 },
		{ "20", KEY_CODE_F1 + 8 },
		{ "21", KEY_CODE_F1 + 9 },
		{ "23", KEY_CODE_F1 + 10 },
		{ "24", KEY_CODE_F12 },
		{ "200", KEY_CODE_PASTE_START },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (span_is(number, keys[i].number))
			return keys[i].key;
	return KEY_CODE_NONE;
}

/* ESC [ PARAMETERS FINAL. With parameters before a letter it is a report (or a key with
 * modifiers, which has no meaning here). */
static struct found
control_sequence(struct span rest)
{
	size_t at = 2;
	struct span parameters;

	while (at < rest.len && rest.at[at] >= 0x20 && rest.at[at] <= 0x3f)
		at++;
	if (at > SEQUENCE_MAX)
		return swallow(at);
	if (at == rest.len)
		return begun;
	parameters = (struct span){ rest.at + 2, at - 2 };
	/* A control or another Escape breaks it off. */
	if (rest.at[at] < 0x40 || rest.at[at] > 0x7e)
		return swallow(at);
	/* The function keys of the Linux console, ESC [ [ A, and the mouse of old, with
	 * three bytes behind. */
	if (rest.at[at] == '[' && parameters.len == 0) {
		if (rest.len < 4)
			return begun;
		return rest.at[3] >= 'A' && rest.at[3] <= 'E' ? (struct found){ 4,
			KEY_CODE_F1 + (uint32_t)(rest.at[3] - 'A') }
							      : swallow(4);
	}
	if (rest.at[at] == 'M' && parameters.len == 0)
		return rest.len < 6 ? begun : swallow(6);
	if (rest.at[at] == '~')
		return (struct found){ at + 1, key_of_number(parameters) };
	if (parameters.len > 0)
		return swallow(at + 1);
	return (struct found){ at + 1, key_of_letter(rest.at[at]) };
}

/* ESC O LETTER, as the keys come in application mode. */
static struct found
single_shift(struct span rest)
{
	size_t at = 2;

	while (at < rest.len && rest.at[at] >= 0x30 && rest.at[at] <= 0x3f)
		at++;
	if (at == rest.len)
		return at > SEQUENCE_MAX ? swallow(at) : begun;
	if (rest.at[at] < 0x40 || rest.at[at] > 0x7e)
		return swallow(at);
	return (struct found){ at + 1,
		at == 2 ? key_of_letter(rest.at[at]) : KEY_CODE_NONE };
}

/* Swallows up to the end of a string: BEL, or ESC and '\'. */
static struct found
string(struct input *input, struct span rest)
{
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.at[i] == '\a') {
			input->in_string = false;
			return swallow(i + 1);
		}
		if (rest.at[i] != ESCAPE)
			continue;
		if (i + 1 == rest.len)
			return i > 0 ? swallow(i) : begun;
		input->in_string = false;
		return swallow(rest.at[i + 1] == '\\' ? i + 2 : i);
	}
	return swallow(rest.len);
}

/* The sequence of this terminal that stands here; begun when one may. */
static bool
defined(const struct input *input, struct span rest, struct found *found)
{
	bool may_be = false;

	for (size_t i = 0; i < input->definition_count; i++) {
		const struct definition *definition = &input->definitions[i];
		size_t len = strlen(definition->sequence);

		if (memcmp(rest.at, definition->sequence,
			    len < rest.len ? len : rest.len) != 0)
			continue;
		if (len <= rest.len) {
			*found = (struct found){ len, definition->key };
			return true;
		}
		may_be = true;
	}
	*found = begun;
	return may_be;
}

static struct found
escape_sequence(struct input *input, struct span rest)
{
	struct found found;

	if (rest.len == 1)
		return begun;
	if (defined(input, rest, &found))
		return found;
	switch (rest.at[1]) {
	case ESCAPE: return (struct found){ 1, KEY_CODE_ESCAPE };
	case '[': return control_sequence(rest);
	case 'O': return single_shift(rest);
	case ']':
	case 'P':
	case '^':
	case '_':
	case 'X': input->in_string = true; return swallow(2);
	default: break;
	}
	/* A key with Alt: it has no meaning, and the character alone has another. */
	rest.at++;
	rest.len--;
	found = character(rest, true);
	return found.len == 0 ? begun : swallow(found.len + 1);
}

/* --- pastes --- */

static struct found
pasted(struct input *input, struct span rest)
{
	size_t end = sizeof(paste_end) - 1;

	if (rest.at[0] != ESCAPE)
		return character(rest, true);
	if (memcmp(rest.at, paste_end, rest.len < end ? rest.len : end) != 0)
		return (struct found){ 1, ESCAPE };
	if (rest.len < end)
		return begun;
	input->pasting = false;
	return (struct found){ end, KEY_CODE_PASTE_END };
}

/* --- all of it --- */

static struct found
step(struct input *input, struct span rest)
{
	if (input->pasting)
		return pasted(input, rest);
	if (input->in_string)
		return string(input, rest);
	if (rest.at[0] == ESCAPE)
		return escape_sequence(input, rest);
	return character(rest, false);
}

/* How long what has begun is waited for. */
static int64_t
patience_for(const struct input *input, struct span rest)
{
	bool lone = !input->pasting && !input->in_string && rest.at[0] == ESCAPE &&
		    rest.len == 1;

	return lone ? input->escape_delay : SEQUENCE_PATIENCE;
}

/* Nothing came to complete it: an Escape was the key itself, the rest is nothing. */
static struct found
give_up(struct input *input, struct span rest)
{
	if (input->pasting)
		return rest.at[0] == ESCAPE ? (struct found){ 1, ESCAPE } : swallow(1);
	if (rest.at[0] == ESCAPE && rest.len == 1 && !input->in_string)
		return (struct found){ 1, KEY_CODE_ESCAPE };
	input->in_string = false;
	return swallow(rest.len);
}

uint32_t
input_next(struct input *input, int64_t idle)
{
	for (;;) {
		struct span rest = rest_of(input);

		if (rest.len == 0) {
			/* An answer without an end must not swallow keys for ever. */
			if (input->in_string && idle >= SEQUENCE_PATIENCE)
				input->in_string = false;
			return KEY_CODE_NONE;
		}
		struct found found = step(input, rest);
		if (found.len == 0) {
			if (idle < patience_for(input, rest))
				return KEY_CODE_NONE;
			found = give_up(input, rest);
		}
		input->at += found.len;
		if (found.key == KEY_CODE_PASTE_START)
			input->pasting = true;
		if (found.key != KEY_CODE_NONE)
			return found.key;
	}
}

int64_t
input_patience(const struct input *input)
{
	struct span rest = rest_of(input);

	if (rest.len > 0)
		return patience_for(input, rest);
	return input->in_string ? SEQUENCE_PATIENCE : -1;
}
