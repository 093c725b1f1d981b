/* SPDX-License-Identifier: MIT */
#include "config_truth.h"

#include <stdlib.h>
#include <string.h>

/* A line of the text, without what stands around it; none when there are not so many. */
static struct span
line_of(struct span text, unsigned long number)
{
	for (; number > 0; number--) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;

		if (number == 1)
			return span_trim((struct span){ text.at, len });
		if (end == NULL)
			break;
		text = (struct span){ end + 1, text.len - len - 1 };
	}
	return SPAN_NONE;
}

static struct span
behind(struct span text, const char *place)
{
	return (struct span){ place, (size_t)(text.at + text.len - place) };
}

/* What is hidden of a URI is not compared, nor what follows it. */
static bool
starts_like(struct span written, struct span value, const char *hidden, bool relative)
{
	const char *colon = memchr(written.at, ':', written.len);

	value.len = (size_t)(hidden - value.at);
	if (relative && colon == NULL)
		return false;
	if (relative)
		written = behind(written, colon + 1);
	return written.len >= value.len && memcmp(written.at, value.at, value.len) == 0;
}

bool
config_tells_the_truth(
	const struct config_setting *setting, struct span text, const char *path)
{
	size_t directory = (size_t)(strrchr(path, '/') - path);
	struct span line, written, value = span_of(setting->value);
	const char *equals, *inside, *hidden;

	if (strncmp(setting->origin, path, strlen(path)) != 0 ||
		setting->origin[strlen(path)] != ':')
		return true;
	line = line_of(text, strtoul(setting->origin + strlen(path) + 1, NULL, 10));
	equals = line.len > 0 ? memchr(line.at, '=', line.len) : NULL;
	if (equals == NULL)
		return false;
	written = span_trim(behind(line, equals + 1));
	/* head_sql = QUERY is shown as head = sql:QUERY. */
	if (strcmp(setting->key, "head") == 0 && line.len > 8 &&
		memcmp(line.at, "head_sql", 8) == 0)
		value = behind(value, value.at + 4);
	/* A relative path was put into the directory of the file: compare what follows.
	 */
	inside = strstr(setting->value, path) == NULL
			 ? memmem(value.at, value.len, path, directory)
			 : NULL;
	if (strcmp(setting->key, "uri") == 0 && inside != NULL)
		value = behind(value, inside + directory + 1);
	hidden = memmem(value.at, value.len, "***", 3);
	if (strcmp(setting->key, "uri") == 0 && hidden != NULL)
		return starts_like(written, value, hidden, inside != NULL);
	if (strcmp(setting->key, "uri") == 0 && inside != NULL) {
		if (written.len <= value.len)
			return false;
		written = behind(written, written.at + written.len - value.len);
	}
	return span_equal(written, value);
}

bool
config_names_its_line(const struct err *err, struct span text, const char *path)
{
	static const char unexplained[] = "could not be parsed";
	size_t len = strlen(path);
	unsigned long line;

	if (strncmp(err->text, path, len) != 0 || err->text[len] != ':')
		return false;
	line = strtoul(err->text + len + 1, NULL, 10);
	/* Without a better word something was overlooked, unless the file has those
	 * words. */
	return line_of(text, line).at != NULL &&
	       (strstr(err->text, unexplained) == NULL ||
		       memmem(text.at, text.len, unexplained, strlen(unexplained)) !=
			       NULL);
}
