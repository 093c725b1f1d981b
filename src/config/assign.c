/* SPDX-License-Identifier: MIT */
#include "config/assign.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"
#include "config/source.h"
#include "store/store.h"
#include "store/uri.h"

bool
assign_is_secret(const char *key, const char *value)
{
	char *redacted;
	bool differs;

	if (strstr(key, "password") != NULL || strstr(key, "secret") != NULL)
		return true;
	if (strcmp(key, "uri") != 0)
		return false;
	redacted = store_uri_redacted(value);
	differs = strcmp(redacted, value) != 0;
	free(redacted);
	return differs;
}

static bool
ends_with(struct span text, struct span end)
{
	return text.len >= end.len &&
	       memcmp(text.at + text.len - end.len, end.at, end.len) == 0;
}

/* True for KEY_file where KEY is a query; *stem is KEY then. */
static bool
names_query_file(struct span key, struct span *stem)
{
	struct span file = SPAN("_file");

	if (!ends_with(key, file))
		return false;
	*stem = (struct span){ key.at, key.len - file.len };
	return span_is(*stem, "query") || ends_with(*stem, SPAN("_sql"));
}

/* The directory of the configuration file with its slash; none where the file is named
 * without one, for then relative paths are already right. */
static struct span
directory_of(const struct assignment *assignment)
{
	const char *slash = strrchr(assignment->path, '/');

	return slash == NULL ? SPAN("")
			     : (struct span){ assignment->path,
				       (size_t)(slash + 1 - assignment->path) };
}

/* Appends a URI; a relative path in it starts from the directory of the configuration. */
static void
add_uri(struct str *out, const struct assignment *assignment)
{
	struct str directory = { 0 };
	struct uri uri;

	if (uri_parse(&uri, assignment->value, NULL) != 0) {
		str_add(out, assignment->value);
		return;
	}
	if (uri.path[0] != '\0' && uri.path[0] != '/')
		str_add_span(&directory, directory_of(assignment));
	uri_add(out, uri.scheme, str_text(&directory));
	str_add(out, strchr(assignment->value, ':') + 1);
	str_free(&directory);
	uri_free(&uri);
}

/* Reads a file that is named from the directory of the configuration. */
static int
read_query(struct str *query, const struct assignment *assignment, struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	bool open_to_others;
	int result;

	if (assignment->value[0] != '/')
		str_add_span(&path, directory_of(assignment));
	str_add(&path, assignment->value);
	result = source_read(&text, &open_to_others, NULL, str_text(&path), err);
	if (result == 0 && (memchr(str_text(&text), '\0', text.len) != NULL ||
				   !utf8_is_valid(str_span(&text))))
		result =
			err_set(err, ERR_USAGE, "%s: is not UTF-8 text", str_text(&path));
	str_add_span(query, span_trim(str_span(&text)));
	if (result == 0 && query->len == 0)
		result = err_set(err, ERR_USAGE, "%s: is empty", str_text(&path));
	str_free(&path);
	str_free(&text);
	return result;
}

/* Works out which key is set to what. */
static int
resolve(struct str *key, struct str *value, const struct section *section,
	const struct assignment *assignment, struct err *err)
{
	struct span written = span_of(assignment->key), stem;
	struct str head = { 0 };

	if (names_query_file(written, &stem) && assignment->value[0] != '\0') {
		written = stem;
		if (read_query(value, assignment, err) != 0)
			return -1;
	} else if (section->kind == OPTION_STORE && span_is(written, "uri")) {
		add_uri(value, assignment);
	} else {
		if (section->kind == OPTION_STORE && span_is(written, "preset") &&
			strchr(assignment->value, '/') != NULL &&
			assignment->value[0] != '/')
			str_add_span(value, directory_of(assignment));
		str_add(value, assignment->value);
	}
	str_add_span(key, written);
	if (!span_is(written, "head_sql") || value->len == 0)
		return 0;
	str_addf(&head, "sql:%s", str_text(value));
	str_free(value);
	*value = head;
	str_clear(key);
	str_add(key, "head");
	return 0;
}

int
assign(struct settings *settings, struct section *section,
	const struct assignment *assignment, struct err *err)
{
	const char *origin = arena_printf(
		settings->arena, "%s:%lu", assignment->path, assignment->line);
	struct str key = { 0 }, value = { 0 };
	int result;

	if (assignment->open_to_others &&
		assign_is_secret(assignment->key, assignment->value))
		return err_set(err, ERR_USAGE,
			"%s: \"%s\" holds a password and others can read this file; use "
			"chmod 600, or better a password file of the database",
			origin, assignment->key);
	result = resolve(&key, &value, section, assignment, err);
	if (result != 0)
		err_prefix(err, "%s", origin);
	else
		result = settings_put(settings, section, str_text(&key), assignment->key,
			str_text(&value), origin, err);
	str_free(&key);
	str_free(&value);
	return result;
}
