/* SPDX-License-Identifier: MIT
 *
 * The settings of a store: which there are, and what is said of one that there is not. */
#include <string.h>

#include "store/store.h"

#include "base/str.h"

#define NAMES_MAX 48

/* The scheme of the URI as the back end has it, or NULL: there is none. */
static const char *
find_scheme(const char *uri)
{
	size_t length = strcspn(uri, ":");

	for (size_t i = 0; i < store_backend_count(); i++) {
		const char *scheme = store_backend_scheme(i);

		if (strlen(scheme) == length && memcmp(scheme, uri, length) == 0)
			return scheme;
	}
	return NULL;
}

/* A password of a URI may look like a setting: what is not shown is not told of. */
static int
unknown_setting(const char *scheme, const struct store_setting *setting,
	const char *const *names, size_t count, struct err *err)
{
	const char *nearest = str_nearest(setting->key, names, count);
	bool is_uri = strchr(setting->origin, '?') != NULL;
	struct str known = { 0 };

	for (size_t i = 0; i < count; i++)
		str_addf(&known, "%s%s", i > 0 ? ", " : "", names[i]);
	if (count == 0)
		str_add(&known, "none of its own");
	if (is_uri && strstr(setting->origin, setting->key) == NULL)
		err_set(err, ERR_USAGE,
			"%s: a %s store has not all of these settings; it has %s",
			setting->origin, scheme, str_text(&known));
	else if (nearest != NULL)
		err_set(err, ERR_USAGE,
			"%s: a %s store has no setting '%s', did you mean '%s'? It has "
			"%s",
			setting->origin, scheme, setting->key, nearest, str_text(&known));
	else
		err_set(err, ERR_USAGE, "%s: a %s store has no setting '%s'; it has %s",
			setting->origin, scheme, setting->key, str_text(&known));
	str_free(&known);
	return -1;
}

int
store_check_setting(const char *uri, const struct store_setting *setting,
	const char *const *more, struct err *err)
{
	const char *scheme = find_scheme(uri), *names[NAMES_MAX];
	size_t count = 0;

	if (scheme == NULL)
		return 0;
	for (const struct store_key *key = store_keys(uri); key->name != NULL; key++) {
		if (count < NAMES_MAX)
			names[count++] = key->name;
		if (strcmp(key->name, setting->key) != 0)
			continue;
		if (*setting->value != '\0')
			return 0;
		return err_set(err, ERR_USAGE,
			"%s: nothing stands behind '%s='; leave it out, or say what it "
			"is",
			setting->origin, setting->key);
	}
	for (; more != NULL && *more != NULL && count < NAMES_MAX; more++)
		names[count++] = *more;
	return unknown_setting(scheme, setting, names, count, err);
}
