/* SPDX-License-Identifier: MIT
 * The one door to inih.
 *
 * inih as it is packaged cuts long lines and takes the rest for another line, cuts
 * section names, takes " ;" in a value for a comment and an indented line for more of the
 * value above. So it gets its lines from a reader that lets none of these through: what
 * it would misread is refused, with the number of the line. */
#include "config/config.h"

#include <stdarg.h>
#include <string.h>

#include <ini.h>

#include "base/utf8.h"
#include "config/assign.h"
#include "config/build.h"
#include "config/environment.h"
#include "config/settings.h"
#include "config/source.h"

/* inih keeps section names in 50 bytes. */
#define SECTION_MAX 49

/* A ';' travels through inih as this: no control character is let in. */
#define SEMICOLON '\001'

/* One file on its way through inih. */
struct input {
	struct settings *settings;
	const char *path;
	struct span rest;     /* what has not been read yet */
	unsigned long number; /* of the present line */
	bool open_to_others;
	struct section *section;
	char heading[SECTION_MAX + 1]; /* of the section, as inih will give it back */
	struct span key,
		value; /* what inih must give back for this line; none: nothing */
	struct err *err;
};

static int refuse(struct input *input, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int
refuse(struct input *input, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	err_set(input->err, ERR_USAGE, "%s:%lu: %s", input->path, input->number,
		str_text(&text));
	str_free(&text);
	return -1;
}

static const char *
origin_of(const struct input *input)
{
	return arena_printf(input->settings->arena, "%s:%lu", input->path, input->number);
}

/* --- what a line may hold --- */

static int
check_characters(struct input *input, struct span line)
{
	for (size_t at = 0, size; at < line.len; at += size) {
		uint32_t cp;

		size = utf8_decode((struct span){ line.at + at, line.len - at }, &cp);
		if (cp == UINT32_MAX)
			return refuse(input,
				"byte %zu is not UTF-8; save the file in that encoding",
				at + 1);
		if ((cp < 0x20 && cp != '\t') || (cp >= 0x7f && cp < 0xa0))
			return refuse(input, "control character 0x%02x at byte %zu",
				(unsigned)cp, at + 1);
	}
	return 0;
}

/* A name that can stand on a command line and on a screen. */
static bool
is_name(const char *name)
{
	return name[0] != '\0' && name[0] != '-' && strpbrk(name, " \t/[]\";#") == NULL;
}

/* Opens a section of a known kind, if its name will do. */
static int
open_known(struct input *input, enum option_section kind, const char *name)
{
	if (kind == OPTION_ENV && name[0] != '\0')
		return refuse(input, "[env] has no name");
	if (kind != OPTION_ENV && !is_name(name))
		return refuse(input, "[%s] needs a name without blanks and / [ ] \" ; #",
			input->heading);
	if (kind == OPTION_STORE && store_is_uri(name))
		return refuse(input,
			"a store cannot have the name \"%s\", it reads as a URI", name);
	input->section =
		settings_open(input->settings, kind, name, origin_of(input), input->err);
	return input->section != NULL ? 0 : -1;
}

/* Opens the section of "env", "store NAME" or "rule NAME". */
static int
open_section(struct input *input, struct span heading)
{
	static const char *const words[] = { "env", "store", "rule" };
	char text[SECTION_MAX + 1] = { 0 };
	const char *name, *nearest;
	size_t len;

	if (heading.len > 0)
		memcpy(text, heading.at, heading.len);
	len = strcspn(text, " \t");
	name = text + len + strspn(text + len, " \t");
	text[len] = '\0';
	for (size_t kind = 0; kind < sizeof(words) / sizeof(words[0]); kind++)
		if (strcmp(text, words[kind]) == 0)
			return open_known(input, kind, name);
	nearest = str_nearest(text, words, sizeof(words) / sizeof(words[0]));
	return refuse(input, "unknown section [%s]; %s%s%s", input->heading,
		nearest != NULL ? "did you mean [" : "there are [env], [store NAME] and ",
		nearest != NULL ? nearest : "[rule NAME", nearest != NULL ? " …]?" : "]");
}

static int
check_section(struct input *input, struct span line)
{
	const char *end = memchr(line.at, ']', line.len);
	struct span name;

	if (end == NULL)
		return refuse(input, "the section has no ']' at its end");
	if (end != line.at + line.len - 1)
		return refuse(input,
			"nothing may follow the ']' of a section; comments stand "
			"on lines of their own");
	name = (struct span){ line.at + 1, line.len - 2 };
	if (name.len > SECTION_MAX)
		return refuse(input,
			"the name of the section has %zu bytes, at most %d fit", name.len,
			SECTION_MAX);
	memcpy(input->heading, name.at, name.len);
	input->heading[name.len] = '\0';
	return open_section(input, span_trim(name));
}

static bool
is_key_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int
check_key(struct input *input, struct span line)
{
	const char *equals = memchr(line.at, '=', line.len);
	struct span key;

	if (equals == NULL)
		return refuse(input, "is neither [SECTION] nor KEY = VALUE");
	key = span_trim((struct span){ line.at, (size_t)(equals - line.at) });
	for (size_t i = 0; i < key.len; i++)
		if (!is_key_character(key.at[i]))
			return refuse(
				input, "\"%.*s\" is not a key", (int)key.len, key.at);
	if (key.len == 0)
		return refuse(input, "there is no key before the '='");
	if (input->section == NULL)
		return refuse(input, "\"%.*s\" stands before the first section",
			(int)key.len, key.at);
	input->key = key;
	input->value = span_trim(
		(struct span){ equals + 1, (size_t)(line.at + line.len - equals - 1) });
	return 0;
}

/* Says what is wrong with a line that inih shall see, and opens sections. */
static int
check_line(struct input *input, struct span line, size_t max)
{
	if (line.at[0] == ' ' || line.at[0] == '\t')
		return refuse(input,
			"the line is indented; every key starts in the first column and "
			"has its value on one line");
	if (line.len > max)
		return refuse(input,
			"the line has %zu bytes, at most %zu can be read; a long query "
			"goes into a file of its own (KEY_file = PATH)",
			line.len, max);
	return line.at[0] == '[' ? check_section(input, line) : check_key(input, line);
}

/* --- the reader and the handler that inih calls --- */

static struct span
next_line(struct input *input)
{
	const char *end = memchr(input->rest.at, '\n', input->rest.len);
	size_t len = end != NULL ? (size_t)(end - input->rest.at) : input->rest.len;
	struct span line = { input->rest.at, len };

	input->number++;
	input->rest.at += len + (end != NULL);
	input->rest.len -= len + (end != NULL);
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

static void
hand_over(char *out, struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		out[i] = line.at[i] == ';' ? SEMICOLON : line.at[i];
	out[line.len] = '\0';
}

/* fgets() for inih: the next line that is neither blank nor a comment. NULL at the end
 * and after the first error. */
static char *
read_line(char *out, int size, void *arg)
{
	struct input *input = arg;

	if (input->key.at != NULL)
		refuse(input, "could not be parsed");
	while (!err_is_set(input->err) && input->rest.len > 0) {
		struct span line = next_line(input);
		struct span text = span_trim(line);

		if (check_characters(input, line) != 0)
			return NULL;
		if (text.len == 0 || text.at[0] == ';' || text.at[0] == '#')
			continue;
		line.len = (size_t)(text.at + text.len - line.at);
		if (check_line(input, line, (size_t)size - 2) != 0)
			return NULL;
		hand_over(out, line);
		return out;
	}
	return NULL;
}

static void
take_back(char *text)
{
	for (; *text != '\0'; text++)
		*text = *text == SEMICOLON ? ';' : *text;
}

/* inih gives a key back: it must be the one that went in, whole. Anything but 1 would
 * only make inih remember the line. */
static int
take_key(void *arg, const char *heading, const char *key, const char *value)
{
	struct input *input = arg;
	struct str text = { 0 };

	if (err_is_set(input->err))
		return 1;
	str_add(&text, value);
	if (text.text != NULL)
		take_back(text.text);
	if (strcmp(heading, input->heading) != 0 || !span_is(input->key, key) ||
		!span_is(input->value, str_text(&text)))
		refuse(input, "could not be parsed");
	else
		assign(input->settings, input->section,
			&(struct assignment){ .key = key,
				.value = str_text(&text),
				.path = input->path,
				.line = input->number,
				.open_to_others = input->open_to_others },
			input->err);
	input->key = SPAN_NONE;
	str_free(&text);
	return 1;
}

/* Reads one file into the settings. */
static int
parse(struct settings *settings, const char *path, struct span text, bool open_to_others,
	struct err *err)
{
	struct input input = {
		.settings = settings,
		.path = path,
		.rest = text,
		.open_to_others = open_to_others,
		.err = err,
	};
	int line;

	if (text.len >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0) {
		input.rest.at += 3;
		input.rest.len -= 3;
	}
	line = ini_parse_stream(read_line, &input, take_key, &input);
	if (!err_is_set(err) && (line != 0 || input.key.at != NULL))
		refuse(&input, "could not be parsed");
	return err_is_set(err) ? -1 : 0;
}

/* --- files, variables, options: what weighs more comes later --- */

/* Reads a file if it is there. required: it must be. */
static int
read_file(struct settings *settings, struct config_file *file, bool required,
	struct err *err)
{
	bool open_to_others, absent = false;
	struct str text = { 0 };
	int result;

	if (file->skipped != NULL)
		return 0;
	result = source_read(
		&text, &open_to_others, required ? NULL : &absent, file->path, err);
	if (absent)
		file->skipped = "there is none";
	settings_next_source(settings, strcmp(file->role, "policy") == 0);
	if (result == 0 && !absent)
		result =
			parse(settings, file->path, str_span(&text), open_to_others, err);
	str_free(&text);
	return result;
}

#define FILES_MAX 4

/* Lists the files that count, and why others do not. Returns how many. */
static size_t
list_files(struct config_file *files, const struct config_request *request)
{
	const struct paths *paths = request->paths;
	const char *skipped = request->file != NULL ? "--config was given"
			      : request->no_config  ? "--no-config was given"
						    : NULL;
	size_t count = 0;

	files[count++] = (struct config_file){ paths->policy_file, "policy", NULL };
	files[count++] = (struct config_file){ paths->system_file, "system", skipped };
	files[count++] = (struct config_file){ paths->user_file, "user",
		skipped != NULL		   ? skipped
		: paths->user_file == NULL ? "neither XDG_CONFIG_HOME nor HOME is "
					     "an absolute path"
					   : NULL };
	if (request->file != NULL)
		files[count++] = (struct config_file){ request->file, "--config", NULL };
	return count;
}

int
config_load(struct config **out, const struct config_request *request, struct err *err)
{
	struct settings settings = { .arena = arena_new() };
	struct config_file files[FILES_MAX];
	size_t count = list_files(files, request);
	int result = 0;

	*out = NULL;
	if (request->file != NULL && request->no_config)
		result = err_set(
			err, ERR_USAGE, "--config and --no-config contradict each other");
	for (size_t i = 0; result == 0 && i < count; i++)
		result = read_file(
			&settings, &files[i], files[i].path == request->file, err);
	if (result == 0)
		result = environment_read(&settings, request->environment, err);
	if (result == 0)
		result = environment_override(
			&settings, request->overrides, request->override_count, err);
	if (result == 0)
		result = build_config(out, &settings, request, files, count, err);
	if (result != 0)
		arena_free(settings.arena);
	return result;
}
