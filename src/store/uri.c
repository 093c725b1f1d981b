/* SPDX-License-Identifier: MIT */
#include "store/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/place.h"

#define LOCAL  true
#define REMOTE false

/* The schemes that there are, and whether their paths are of files on this host and may
 * hold '@' and ':'. */
static const struct {
	const char *name;
	bool local;
} schemes[] = {
#define BACKEND(name, where) { #name, where },
#include "store/backends.def"
#undef BACKEND
};

/* How much of the text is a scheme, or 0: letters, digits and "+-." before a ':'. */
static size_t
scheme_length(const char *text)
{
	size_t length = 0;

	if (!isalpha((unsigned char)*text))
		return 0;
	while (text[length] &&
		(isalnum((unsigned char)text[length]) || strchr("+-.", text[length])))
		length++;
	return text[length] == ':' ? length : 0;
}

/* Other names of schemes. */
static const struct {
	const char *name, *meant;
} aliases[] = {
	{ "postgres", "postgresql" },
};

/* The scheme that [text, text + length) means, or NULL where there is none. */
static const char *
meant_by(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strlen(schemes[i].name) == length &&
			!memcmp(schemes[i].name, text, length))
			return schemes[i].name;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (strlen(aliases[i].name) == length &&
			!memcmp(aliases[i].name, text, length))
			return aliases[i].meant;
	return NULL;
}

const char *
uri_scheme(const char *uri)
{
	return meant_by(uri, strcspn(uri, ":"));
}

enum place { PLACE_UNKNOWN, PLACE_LOCAL, PLACE_REMOTE };

static enum place
place_of(const char *text, size_t length)
{
	const char *meant = meant_by(text, length);

	for (size_t i = 0; meant != NULL && i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strcmp(schemes[i].name, meant) == 0)
			return schemes[i].local ? PLACE_LOCAL : PLACE_REMOTE;
	return PLACE_UNKNOWN;
}

static bool
is_local(const char *text, size_t length)
{
	return place_of(text, length) == PLACE_LOCAL;
}

bool
store_is_uri(const char *text)
{
	return strstr(text, "://") != NULL ||
	       place_of(text, scheme_length(text)) != PLACE_UNKNOWN;
}

/* --- secrets --- */

static const char *const secret_keys[] = { "password", "passwd", "pwd", "sslpassword",
	"secret", "token" };

/* The character at text, which may be encoded, and how many bytes it takes. */
static char
character_at(const char *text, size_t *length)
{
	char hex[3] = { 0 };

	*length = 1;
	if (text[0] != '%' || !isxdigit((unsigned char)text[1]) ||
		!isxdigit((unsigned char)text[2]))
		return text[0];
	*length = 3;
	memcpy(hex, text + 1, 2);
	return (char)strtoul(hex, NULL, 16);
}

/* The length of "KEY=" at text; 0: it does not stand there. */
static size_t
length_of_key(const char *text, const char *key)
{
	const char *at = text;
	size_t length;

	for (; *key != '\0'; key++, at += length)
		if (tolower((unsigned char)character_at(at, &length)) != *key)
			return 0;
	return *at == '=' ? (size_t)(at + 1 - text) : 0;
}

/* The length of "KEY=" with a secret key at text; 0: none stands there. */
static size_t
length_of_secret_key(const char *start, const char *text)
{
	size_t length = 0;

	if (text > start && (isalnum((unsigned char)text[-1]) || text[-1] == '_'))
		return 0;
	for (size_t i = 0; i < sizeof(secret_keys) / sizeof(*secret_keys); i++)
		if ((length = length_of_key(text, secret_keys[i])) > 0)
			break;
	return length;
}

/* Appends the text with the values of secret keys replaced. */
static void
add_without_secrets(struct str *out, const char *text)
{
	const char *start = text;
	size_t length;

	while (*text) {
		length = length_of_secret_key(start, text);
		if (length == 0) {
			str_add_char(out, *text++);
			continue;
		}
		str_add_span(out, (struct span){ text, length });
		str_add(out, "***");
		text += length;
		text += strcspn(text, "&; \t\n");
	}
}

char *
store_uri_redacted(const char *uri)
{
	struct str out = { 0 };
	size_t scheme = scheme_length(uri);
	const char *rest = uri + scheme + (scheme > 0), *at, *name;
	/* What begins with two slashes was not meant as a path. */
	bool local = is_local(uri, scheme) && strncmp(rest, "//", 2) != 0;

	while (!local && *rest == '/')
		rest++;
	/* USER:PASSWORD@HOST, with or without a scheme before it. A password that should
	 * have been encoded may hold anything: up to the last '@'. */
	at = local ? NULL : strrchr(rest, '@');
	name = rest > uri && rest[-1] == ':' ? rest - 1 : rest;
	name = at != NULL ? memchr(name, ':', (size_t)(at - name)) : NULL;
	if (name != NULL) {
		str_add_span(&out, (struct span){ uri, (size_t)(name + 1 - uri) });
		str_add(&out, "***");
		uri = at;
	}
	add_without_secrets(&out, uri);
	return str_take(&out);
}

/* --- taking apart --- */

/* Decodes %XX of [text, end) into memory of its own; NULL when that makes no sense. */
static char *
decode(const char *text, const char *end)
{
	struct str out = { 0 };
	char hex[3] = { 0 };

	for (; text < end; text++) {
		if (*text != '%') {
			str_add_char(&out, *text);
			continue;
		}
		if (end - text < 3 || !isxdigit((unsigned char)text[1]) ||
			!isxdigit((unsigned char)text[2]) ||
			(text[1] == '0' && text[2] == '0')) {
			str_free(&out);
			return NULL;
		}
		memcpy(hex, text + 1, 2);
		str_add_char(&out, (char)strtoul(hex, NULL, 16));
		text += 2;
	}
	return str_take(&out);
}

static int
bad_percent(const struct uri *uri, struct err *err)
{
	return err_set(err, ERR_USAGE,
		"%s: a '%%' that is not followed by two hexadecimal digits (and not 00); "
		"a percent sign itself is written %%25",
		uri->origin);
}

/* A password may hold a '?': what is not shown of the URI is not told of its settings. */
static int
given_twice(const struct uri *uri, const char *key, struct err *err)
{
	bool is_shown = strstr(uri->origin, key) != NULL;

	return err_set(err, ERR_USAGE, "%s: %s%s%s is given twice", uri->origin,
		is_shown ? "'" : "", is_shown ? key : "a setting", is_shown ? "'" : "");
}

/* One KEY=VALUE of the query. */
static int
add_setting(struct uri *uri, const char *text, const char *end, struct err *err)
{
	const char *equals = memchr(text, '=', (size_t)(end - text));
	struct store_setting *setting;

	if (equals == NULL || equals == text)
		return err_set(err, ERR_USAGE,
			"%s: what follows the '?' must be KEY=VALUE, with '&' between "
			"several; a '?' in a path is written %%3F",
			uri->origin);
	uri->settings =
		mem_resize(uri->settings, uri->setting_count + 1, sizeof(*uri->settings));
	setting = &uri->settings[uri->setting_count++];
	*setting = (struct store_setting){ .origin = uri->origin };
	setting->key = decode(text, equals);
	setting->value = decode(equals + 1, end);
	if (setting->key == NULL || setting->value == NULL)
		return bad_percent(uri, err);
	for (size_t i = 0; i + 1 < uri->setting_count; i++)
		if (strcmp(uri->settings[i].key, setting->key) == 0)
			return given_twice(uri, setting->key, err);
	return 0;
}

static int
add_query(struct uri *uri, const char *query, struct err *err)
{
	for (const char *end; *query; query = *end ? end + 1 : end) {
		end = query + strcspn(query, "&");
		if (add_setting(uri, query, end, err) != 0)
			return -1;
	}
	return 0;
}

int
uri_parse(struct uri *out, const char *text, struct err *err)
{
	size_t scheme = scheme_length(text);
	const char *path = text + scheme + 1, *end;

	*out = (struct uri){ .origin = store_uri_redacted(text) };
	if (scheme == 0) {
		err_set(err, ERR_USAGE,
			"'%s' is no store: write SCHEME:PATH, such as sqlite:/path/to.db",
			out->origin);
		goto failed;
	}
	out->scheme =
		meant_by(text, scheme) != NULL
			? mem_copy(meant_by(text, scheme), strlen(meant_by(text, scheme)))
			: mem_copy(text, scheme);
	end = path + strcspn(path, "?");
	/* Where a library reads the path itself, what is encoded stays so. */
	out->path = place_of(text, scheme) == PLACE_REMOTE
			    ? mem_copy(path, (size_t)(end - path))
			    : decode(path, end);
	if (out->path == NULL) {
		bad_percent(out, err);
		goto failed;
	}
	if (*end == '?' && add_query(out, end + 1, err) != 0)
		goto failed;
	return 0;
failed:
	uri_free(out);
	return -1;
}

void
uri_free(struct uri *uri)
{
	for (size_t i = 0; i < uri->setting_count; i++) {
		free((char *)uri->settings[i].key);
		free((char *)uri->settings[i].value);
	}
	free(uri->settings);
	free(uri->scheme);
	free(uri->path);
	free(uri->origin);
	*uri = (struct uri){ 0 };
}

bool
uri_is_local(const struct uri *uri)
{
	return is_local(uri->scheme, strlen(uri->scheme));
}

void
uri_stands_at(struct uri *uri, const char *place)
{
	struct str origin = { 0 };

	str_addf(&origin, "%s: %s", place, uri->origin);
	free(uri->origin);
	uri->origin = str_take(&origin);
	for (size_t i = 0; i < uri->setting_count; i++)
		uri->settings[i].origin = uri->origin;
}

void
uri_add(struct str *out, const char *scheme, const char *path)
{
	bool is_remote = place_of(scheme, strlen(scheme)) == PLACE_REMOTE;

	str_addf(out, "%s:", scheme);
	for (; *path; path++) {
		if (!is_remote && strchr("%?#", *path) != NULL)
			str_addf(out, "%%%02X", (unsigned char)*path);
		else
			str_add_char(out, *path);
	}
}

bool
uri_is_same_place(const struct uri *a, const struct uri *b)
{
	if (strcmp(a->scheme, b->scheme) != 0)
		return false;
	return uri_is_local(a) ? place_is_same(a->path, b->path)
			       : strcmp(a->path, b->path) == 0;
}

/* "?table=orders": a server has many tables, and a section may name one that its URI does
 * not. A query is too long to be repeated. */
static void
add_table(struct str *out, const struct store_config *config, bool has_settings)
{
	static const char *const names[] = { "table", "layout", "preset", "query_file",
		"query" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (size_t k = 0; k < config->setting_count; k++) {
			const struct store_setting *setting = &config->settings[k];

			if (strcmp(setting->key, names[i]) != 0)
				continue;
			str_addf(out, "%c%s=", has_settings ? '&' : '?', names[i]);
			has_settings = true;
			if (strcmp(names[i], "query") == 0)
				str_addf(out, "%016llx",
					span_hash(span_of(setting->value)));
			else
				str_add(out, setting->value);
			break;
		}
}

void
store_add_place(struct str *out, const struct store_config *config)
{
	struct err ignored = { 0 };
	struct uri uri;
	char *redacted;

	if (uri_parse(&uri, config->uri, &ignored) == 0) {
		if (uri_is_local(&uri)) {
			str_addf(out, "%s:", uri.scheme);
			place_add(out, uri.path);
			uri_free(&uri);
			return;
		}
		uri_free(&uri);
	}
	redacted = store_uri_redacted(config->uri);
	str_add(out, redacted);
	add_table(out, config, strchr(redacted, '?') != NULL);
	free(redacted);
}

bool
store_is_configured(const struct store_config *config)
{
	return config->origin == NULL || strcmp(config->origin, STORE_ORIGIN_OPTION) != 0;
}
