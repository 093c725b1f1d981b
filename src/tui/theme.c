/* SPDX-License-Identifier: MIT */
#include "tui/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define THEME_BYTES_MAX 65536

static const struct theme_file {
	const char *name, *text;
} theme_files[] = {
#include "tui/themes.inc"
};

#define THEME_FILES (sizeof(theme_files) / sizeof(theme_files[0]))

static const char *const attribute_names[] = { "bold", "dim", "reverse", "underline" };

#define ATTRIBUTES (sizeof(attribute_names) / sizeof(attribute_names[0]))

static const char *const colour_names[] = {
	"black",
	"red",
	"green",
	"yellow",
	"blue",
	"magenta",
	"cyan",
	"white",
	"bright-black",
	"bright-red",
	"bright-green",
	"bright-yellow",
	"bright-blue",
	"bright-magenta",
	"bright-cyan",
	"bright-white",
	"default",
};

#define COLOUR_NAMES   (sizeof(colour_names) / sizeof(colour_names[0]))
#define COLOUR_DEFAULT (COLOUR_NAMES - 1)

/* The keys beyond those of style.def. */
enum row_key { ROW_SELECTED, ROW_MARKED, ROW_DIM, ROW_KEYS };

#define THEME_KEYS (STYLES + ROW_KEYS)

static const char *
key_name(size_t index)
{
	static const char *const rows[ROW_KEYS] = { "row.selected", "row.marked",
		"row.dim" };

	return index < STYLES ? style_key((enum style)index) : rows[index - STYLES];
}

static struct theme_look *
look_of(struct theme *theme, size_t index)
{
	struct theme_look *const rows[ROW_KEYS] = { &theme->selected, &theme->marked,
		&theme->dim };

	return index < STYLES ? &theme->looks[index] : rows[index - STYLES];
}

/* --- reading --- */

struct reader {
	const char *file;
	unsigned line;
	bool in_section;
	bool seen[THEME_KEYS];
	struct theme *theme;
	struct err *err;
};

static int
unknown_word(struct reader *reader, const char *what, struct span word,
	const char *const *candidates, size_t count)
{
	struct str text = { 0 };

	str_add_span(&text, word);
	const char *nearest = str_nearest(str_text(&text), candidates, count);
	if (nearest != NULL)
		err_set(reader->err, ERR_USAGE,
			"%s:%u: unknown %s '%s', did you mean '%s'?", reader->file,
			reader->line, what, str_text(&text), nearest);
	else
		err_set(reader->err, ERR_USAGE, "%s:%u: unknown %s '%s'", reader->file,
			reader->line, what, str_text(&text));
	str_free(&text);
	return -1;
}

static int
read_colour(struct reader *reader, struct span word, int16_t *out)
{
	unsigned number = 0;

	for (size_t i = 0; i < COLOUR_NAMES; i++)
		if (span_is(word, colour_names[i])) {
			*out = i == COLOUR_DEFAULT ? -1 : (int16_t)i;
			return 0;
		}
	for (size_t i = 0; i < word.len; i++) {
		if (word.at[i] < '0' || word.at[i] > '9' || i > 2)
			return unknown_word(
				reader, "colour", word, colour_names, COLOUR_NAMES);
		number = number * 10 + (unsigned)(word.at[i] - '0');
	}
	if (word.len == 0 || number > 255)
		return unknown_word(reader, "colour", word, colour_names, COLOUR_NAMES);
	*out = (int16_t)number;
	return 0;
}

static int
read_attribute(struct reader *reader, struct span word, uint8_t *attributes)
{
	for (size_t i = 0; i < ATTRIBUTES; i++)
		if (span_is(word, attribute_names[i])) {
			*attributes |= (uint8_t)(1u << i);
			return 0;
		}
	return unknown_word(reader, "attribute", word, attribute_names, ATTRIBUTES);
}

/* "fg, bg, attribute, ...": the background and what follows may be left out. */
static int
read_look(struct reader *reader, struct span value, struct theme_look *look)
{
	*look = (struct theme_look){ .foreground = -1, .background = -1 };
	for (unsigned part = 0;; part++) {
		const char *comma = memchr(value.at, ',', value.len);
		size_t len = comma != NULL ? (size_t)(comma - value.at) : value.len;
		struct span word = span_trim((struct span){ value.at, len });
		int result = part == 0 ? read_colour(reader, word, &look->foreground)
			     : part == 1
				     ? read_colour(reader, word, &look->background)
				     : read_attribute(reader, word, &look->attributes);

		if (result != 0 || comma == NULL)
			return result;
		value.at += len + 1;
		value.len -= len + 1;
	}
}

static int
read_key(struct reader *reader, struct span key, struct span value)
{
	const char *names[THEME_KEYS];

	for (size_t i = 0; i < THEME_KEYS; i++) {
		names[i] = key_name(i);
		if (!span_is(key, names[i]))
			continue;
		if (reader->seen[i])
			return err_set(reader->err, ERR_USAGE,
				"%s:%u: '%s' is set a second time", reader->file,
				reader->line, names[i]);
		reader->seen[i] = true;
		return read_look(reader, value, look_of(reader->theme, i));
	}
	return unknown_word(reader, "key", key, names, THEME_KEYS);
}

static int
read_line(struct reader *reader, struct span line)
{
	static const char *const sections[] = { "[style]" };

	line = span_trim(line);
	if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
		return 0;
	if (line.at[0] == '[') {
		reader->in_section = span_is(line, sections[0]);
		return reader->in_section
			       ? 0
			       : unknown_word(reader, "section", line, sections, 1);
	}
	if (!reader->in_section)
		return err_set(reader->err, ERR_USAGE,
			"%s:%u: no [style] line before this", reader->file, reader->line);
	const char *equals = memchr(line.at, '=', line.len);
	if (equals == NULL)
		return err_set(reader->err, ERR_USAGE,
			"%s:%u: neither [SECTION] nor KEY = VALUE", reader->file,
			reader->line);
	size_t len = (size_t)(equals - line.at);
	return read_key(reader, span_trim((struct span){ line.at, len }),
		span_trim((struct span){ equals + 1, line.len - len - 1 }));
}

static int
read_theme(struct theme *out, const char *file, struct span text, struct err *err)
{
	struct reader reader = { .file = file, .theme = out, .err = err };

	while (text.len > 0) {
		const char *newline = memchr(text.at, '\n', text.len);
		size_t len = newline != NULL ? (size_t)(newline - text.at) : text.len;

		reader.line++;
		if (read_line(&reader, (struct span){ text.at, len }) != 0)
			return -1;
		len += newline != NULL;
		text.at += len;
		text.len -= len;
	}
	return 0;
}

static const struct theme_file *
compiled_in(const char *name)
{
	for (size_t i = 0; i < THEME_FILES; i++)
		if (strcmp(theme_files[i].name, name) == 0)
			return &theme_files[i];
	return NULL;
}

void
theme_mono(struct theme *out)
{
	const struct theme_look plain = { .foreground = -1, .background = -1 };
	struct err err = { 0 };

	for (size_t i = 0; i < THEME_KEYS; i++)
		*look_of(out, i) = plain;
	read_theme(out, "mono", span_of(compiled_in("mono")->text), &err);
}

/* Reads a whole file; 1: there is none. */
static int
read_file(struct str *out, const char *path, struct err *err)
{
	struct stat status;
	char buffer[4096];
	ssize_t got;
	int result = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0)
		return err_set_errno(err, ERR_USAGE, errno, "theme %s", path);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		err_set(err, ERR_USAGE, "theme %s is not a regular file", path);
		goto done;
	}
	while ((got = read(fd, buffer, sizeof(buffer))) > 0 && out->len < THEME_BYTES_MAX)
		str_add_span(out, (struct span){ buffer, (size_t)got });
	if (got < 0)
		err_set_errno(err, ERR_USAGE, errno, "theme %s", path);
	else if (got > 0)
		err_set(err, ERR_USAGE, "theme %s is larger than %d bytes", path,
			THEME_BYTES_MAX);
	else
		result = 0;
done:
	close(fd);
	return result;
}

static int
no_such_theme(const char *name, const char *path, struct err *err)
{
	struct str known = { 0 };

	for (size_t i = 0; i < THEME_FILES; i++)
		str_addf(&known, "%s%s", i > 0 ? ", " : "", theme_files[i].name);
	if (strchr(name, '/') != NULL)
		err_set(err, ERR_USAGE, "no theme file %s", path);
	else if (path[0] != '\0')
		err_set(err, ERR_USAGE,
			"no theme '%s': there is no %s, and built in are %s", name, path,
			str_text(&known));
	else
		err_set(err, ERR_USAGE, "no theme '%s': built in are %s", name,
			str_text(&known));
	str_free(&known);
	return -1;
}

int
theme_load(struct theme *out, const char *name, const char *directory, bool no_color,
	struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	const struct theme_file *file = NULL;
	int result = 1;

	if (strchr(name, '/') != NULL)
		str_add(&path, name);
	else if (directory != NULL)
		str_addf(&path, "%s/%s.theme", directory, name);
	theme_mono(out);
	if (path.len > 0)
		result = read_file(&text, str_text(&path), err);
	if (result == 0) {
		result = read_theme(out, str_text(&path), str_span(&text), err);
	} else if (result > 0) {
		file = strchr(name, '/') == NULL ? compiled_in(name) : NULL;
		result = file == NULL
				 ? no_such_theme(name, str_text(&path), err)
				 : read_theme(out, file->name, span_of(file->text), err);
	}
	if (result == 0 && no_color)
		theme_mono(out);
	str_free(&path);
	str_free(&text);
	return result;
}

size_t
theme_count(void)
{
	return THEME_FILES;
}

const char *
theme_name(size_t index)
{
	return theme_files[index].name;
}

/* --- fewer colours --- */

/* Red, green and blue of a colour above the first 16, each 0 to 5. */
static void
cube_of(int colour, int out[3])
{
	if (colour >= 232) {
		out[0] = out[1] = out[2] = (colour - 232) * 5 / 23;
		return;
	}
	out[0] = (colour - 16) / 36;
	out[1] = (colour - 16) / 6 % 6;
	out[2] = (colour - 16) % 6;
}

int16_t
theme_reduce(int16_t colour, int colours)
{
	int part[3];

	if (colour < 0 || colours < 8)
		return -1;
	if (colour < colours)
		return colour;
	if (colour >= 16) {
		cube_of(colour, part);
		bool bright = part[0] > 3 || part[1] > 3 || part[2] > 3;
		int most = bright ? 2 : 1;
		colour = (int16_t)((part[0] > most) | (part[1] > most) << 1 |
				   (part[2] > most) << 2);
		if (bright && colours >= 16)
			colour = (int16_t)(colour + 8);
	}
	return colour >= colours ? (int16_t)(colour - 8) : colour;
}
