/* SPDX-License-Identifier: MIT */
#include "config/preset.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "config/source.h"
#include "store/statements.h"

/* The files of presets/, in the order of their names. */
static const struct preset_file {
	const char *name, *text;
} files[] = {
#include "config/presets.inc"
};

#define FILES (sizeof(files) / sizeof(files[0]))

/* More keys than a preset has lines for. */
#define ENTRIES_MAX 32

size_t
preset_count(void)
{
	return FILES;
}

const char *
preset_name(size_t index)
{
	return files[index].name;
}

const char *
preset_text(const struct preset *preset, const char *key)
{
	for (size_t i = 0; i < preset->count; i++)
		if (strcmp(preset->entries[i].key, key) == 0)
			return preset->entries[i].value;
	return NULL;
}

/* --- reading --- */

struct reader {
	struct arena *arena;
	const char *origin; /* without the line */
	struct preset_entry *entries;
	size_t count, line;
};

static const char *
origin_of(const struct reader *reader)
{
	return arena_printf(reader->arena, "%s:%zu", reader->origin, reader->line);
}

static int
add_entry(struct reader *reader, struct span key, struct span value, struct err *err)
{
	key = span_trim(key);
	value = span_trim(value);
	for (size_t i = 0; i < reader->count; i++)
		if (span_is(key, reader->entries[i].key))
			return err_set(err, ERR_USAGE,
				"%s: \"%s\" was set before; keep one", origin_of(reader),
				reader->entries[i].key);
	if (key.len == 0 || value.len == 0 || reader->count == ENTRIES_MAX)
		return err_set(err, ERR_USAGE,
			"%s: write KEY = VALUE, at most %d of them, or [query] and the "
			"query below it, or one of its statements in the same way",
			origin_of(reader), ENTRIES_MAX);
	reader->entries[reader->count++] = (struct preset_entry){
		.key = arena_span(reader->arena, key).at,
		.value = arena_span(reader->arena, value).at,
		.origin = origin_of(reader),
	};
	return 0;
}

/* Takes the next line; none at the end. */
static struct span
next_line(struct span *rest)
{
	const char *end;
	struct span line;

	if (rest->len == 0)
		return SPAN_NONE;
	end = memchr(rest->at, '\n', rest->len);
	line = (struct span){ rest->at,
		end != NULL ? (size_t)(end - rest->at) : rest->len };
	*rest = (struct span){ rest->at + line.len, rest->len - line.len };
	if (end != NULL)
		*rest = (struct span){ rest->at + 1, rest->len - 1 };
	return line;
}

/* The key of a line [KEY] that is followed by SQL; none: it is no such line. */
static struct span
block_of(struct span line)
{
	struct span key = SPAN("query");

	line = span_trim(line);
	if (line.len < 3 || line.at[0] != '[' || line.at[line.len - 1] != ']')
		return SPAN_NONE;
	line = (struct span){ line.at + 1, line.len - 2 };
	for (int kind = 0; kind < STATEMENTS && !span_equal(line, key); kind++)
		key = span_of(statement_key((enum statement_kind)kind));
	return span_equal(line, key) ? key : SPAN_NONE;
}

/* Takes what stands below such a line, up to the next one. */
static int
read_block(struct reader *reader, struct span key, struct span *text, struct err *err)
{
	struct span block = { text->at, 0 }, rest = *text, line;
	size_t lines = 0;
	int status;

	while ((line = next_line(&rest)).at != NULL && block_of(line).at == NULL) {
		lines++;
		*text = rest;
		block.len = (size_t)(rest.at - block.at);
	}
	status = add_entry(reader, key, block, err);
	reader->line += lines;
	return status;
}

static int
read_entries(struct reader *reader, struct span text, struct err *err)
{
	struct span line;

	while ((line = next_line(&text)).at != NULL) {
		struct span trimmed = span_trim(line), key = block_of(line);
		const char *equals;

		reader->line++;
		if (trimmed.len == 0 || trimmed.at[0] == '#' || trimmed.at[0] == ';')
			continue;
		if (key.at != NULL) {
			if (read_block(reader, key, &text, err) != 0)
				return -1;
			continue;
		}
		equals = memchr(line.at, '=', line.len);
		if (add_entry(reader,
			    equals != NULL
				    ? (struct span){ line.at, (size_t)(equals - line.at) }
				    : SPAN(""),
			    equals != NULL
				    ? (struct span){ equals + 1,
					      line.len - (size_t)(equals + 1 - line.at) }
				    : SPAN(""),
			    err) != 0)
			return -1;
	}
	return 0;
}

static int
read_text(struct preset *out, struct arena *arena, const char *origin, struct span text,
	struct err *err)
{
	struct reader reader = { .arena = arena, .origin = origin };

	if (!utf8_is_valid(text) || memchr(text.at, '\0', text.len) != NULL)
		return err_set(err, ERR_USAGE, "%s: is not UTF-8 text", origin);
	reader.entries = arena_alloc(arena, ENTRIES_MAX, sizeof(*reader.entries));
	if (read_entries(&reader, text, err) != 0)
		return -1;
	out->entries = reader.entries;
	out->count = reader.count;
	return 0;
}

static int
no_such_preset(const char *name, const char *path, struct err *err)
{
	const char *names[FILES], *nearest;
	struct str known = { 0 };

	for (size_t i = 0; i < FILES; i++) {
		names[i] = files[i].name;
		str_addf(&known, "%s%s", i > 0 ? ", " : "", files[i].name);
	}
	nearest = str_nearest(name, names, FILES);
	err_set(err, ERR_USAGE,
		"no preset '%s'%s%s%s: there is no %s, and built in are %s", name,
		nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
		nearest != NULL ? "'?" : "", path != NULL ? path : "file of that name",
		str_text(&known));
	str_free(&known);
	return -1;
}

int
preset_load(struct preset *out, struct arena *arena, const char *name, const char *folder,
	struct err *err)
{
	bool is_path = strchr(name, '/') != NULL, absent = true, open_to_others;
	const char *path =
		is_path		 ? name
		: folder != NULL ? arena_printf(arena, "%s/presets/%s.ini", folder, name)
				 : NULL;
	struct str text = { 0 };
	int status = 0;

	*out = (struct preset){ .name = arena_text(arena, name) };
	if (path != NULL)
		status = source_read(
			&text, &open_to_others, is_path ? NULL : &absent, path, err);
	if (status == 0 && path != NULL && (is_path || !absent)) {
		status = read_text(out, arena, path, str_span(&text), err);
		goto out;
	}
	for (size_t i = 0; i < FILES && status == 0; i++) {
		if (strcmp(files[i].name, name) != 0)
			continue;
		status = read_text(out, arena, arena_printf(arena, "preset %s", name),
			span_of(files[i].text), err);
		goto out;
	}
	if (status == 0)
		status = no_such_preset(name, path, err);
out:
	str_free(&text);
	return status;
}
