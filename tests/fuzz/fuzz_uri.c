/* SPDX-License-Identifier: MIT
 * URIs of stores, as users write them. What was read can be written and read again as the
 * same; what is said of a URI never holds the password in it. */
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "store/uri.h"

/* --- taken apart and put together --- */

/* Appends the bytes with all that could mean something encoded. */
static void
add_encoded(struct str *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (isalnum((unsigned char)*text))
			str_add_char(out, *text);
		else
			str_addf(out, "%%%02x", (unsigned char)*text);
}

static bool
same_settings(const struct uri *a, const struct uri *b)
{
	if (a->setting_count != b->setting_count)
		return false;
	for (size_t i = 0; i < a->setting_count; i++)
		if (strcmp(a->settings[i].key, b->settings[i].key) != 0 ||
			strcmp(a->settings[i].value, b->settings[i].value) != 0)
			return false;
	return true;
}

static void
check_again(const struct uri *uri)
{
	struct str plain = { 0 }, encoded = { 0 };
	struct uri again;

	uri_add(&plain, uri->scheme, uri->path);
	WANT(uri_parse(&again, str_text(&plain), NULL) == 0);
	WANT(strcmp(again.scheme, uri->scheme) == 0);
	WANT(strcmp(again.path, uri->path) == 0 && again.setting_count == 0);
	uri_free(&again);

	str_addf(&encoded, "%s:", uri->scheme);
	/* What a library reads itself is handed on as it is written. */
	if (uri_scheme(uri->scheme) != NULL && !uri_is_local(uri))
		str_add(&encoded, uri->path);
	else
		add_encoded(&encoded, uri->path);
	for (size_t i = 0; i < uri->setting_count; i++) {
		str_add_char(&encoded, i == 0 ? '?' : '&');
		add_encoded(&encoded, uri->settings[i].key);
		str_add_char(&encoded, '=');
		add_encoded(&encoded, uri->settings[i].value);
	}
	WANT(uri_parse(&again, str_text(&encoded), NULL) == 0);
	WANT(strcmp(again.path, uri->path) == 0 && same_settings(&again, uri));
	uri_free(&again);
	str_free(&plain);
	str_free(&encoded);
}

/* A decoded text: each of its bytes stands in the URI, or %XX does. */
static void
check_decoded(const char *decoded, const char *text)
{
	WANT(strlen(decoded) <= strlen(text));
	if (strchr(text, '%') == NULL)
		WANT(strstr(text, decoded) != NULL);
}

/* --- secrets --- */

#define SECRET "S3cret"

static unsigned
count(const char *text)
{
	unsigned number = 0;

	while ((text = strstr(text, SECRET)) != NULL) {
		number++;
		text += strlen(SECRET);
	}
	return number;
}

/* A secret where it should not be: how often it may be said at most. An error may name a
 * setting once more. */
static void
check_secret(const char *uri, unsigned most, unsigned most_in_error)
{
	struct err err = { 0 };
	struct uri parsed;
	char *redacted = store_uri_redacted(uri);

	WANT(count(redacted) <= most);
	if (uri_parse(&parsed, uri, &err) == 0) {
		WANT(count(parsed.origin) <= most);
		uri_free(&parsed);
	} else {
		WANT(err.kind == ERR_USAGE && count(err.text) <= most_in_error);
	}
	free(redacted);
}

/* The password of a user, whatever it is made of, and a setting. */
static void
check_secrets(const char *text)
{
	struct str uri = { 0 };

	str_addf(&uri, "postgresql://bob:%s" SECRET "@host/db", text);
	check_secret(str_text(&uri), 0, 0);
	str_clear(&uri);
	str_addf(&uri, "%s&password=" SECRET "&x=y", text);
	check_secret(str_text(&uri), count(text), count(text) + 1);
	str_free(&uri);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_copy(fuzz_span(data, size).at, size), *twice, *once;
	struct err err = { 0 };
	struct uri uri;

	if (uri_parse(&uri, text, &err) == 0) {
		WANT(uri.scheme[0] != '\0');
		check_decoded(uri.path, text);
		for (size_t i = 0; i < uri.setting_count; i++) {
			WANT(uri.settings[i].key[0] != '\0');
			check_decoded(uri.settings[i].value, text);
		}
		check_again(&uri);
		uri_free(&uri);
	} else {
		WANT(err.kind == ERR_USAGE && uri.scheme == NULL && uri.path == NULL);
	}
	once = store_uri_redacted(text);
	twice = store_uri_redacted(once);
	WANT(strcmp(once, twice) == 0);
	check_secrets(text);
	free(once);
	free(twice);
	free(text);
	return 0;
}
