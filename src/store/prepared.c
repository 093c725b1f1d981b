/* SPDX-License-Identifier: MIT
 *
 * The back ends that there are, their settings, and what one is given of a URI and its
 * settings. */
#include "store/prepared.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/backend.h"
#include "store/uri.h"

static const struct backend *const backends[] = {
#define BACKEND(name, where) &backend_##name,
#include "store/backends.def"
#undef BACKEND
};

#define BACKENDS (sizeof(backends) / sizeof(*backends))

/* As many settings are named where one is not known. */
#define NAMES_MAX 64

/* --- the list of back ends --- */

size_t
store_backend_count(void)
{
	return BACKENDS;
}

const char *
store_backend_scheme(size_t index)
{
	return backends[index]->scheme;
}

const char *
store_backend_form(size_t index)
{
	return backends[index]->form;
}

const char *
store_backend_help(size_t index)
{
	return backends[index]->help;
}

static const struct backend *
find_backend(const char *uri)
{
	const char *scheme = uri_scheme(uri);

	for (size_t i = 0; scheme != NULL && i < BACKENDS; i++)
		if (strcmp(backends[i]->scheme, scheme) == 0)
			return backends[i];
	return NULL;
}

const struct store_key *
store_keys(const char *uri)
{
	static const struct store_key none = { NULL, NULL };
	const struct backend *backend = find_backend(uri);

	return backend != NULL ? backend->keys : &none;
}

/* --- one setting --- */

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
	const struct backend *backend = find_backend(uri);
	const char *names[NAMES_MAX] = { NULL };
	size_t count = 0;

	if (backend == NULL)
		return 0;
	for (const struct store_key *key = backend->keys; key->name != NULL; key++) {
		if (count < NAMES_MAX && *key->help != '\0')
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
	return unknown_setting(backend->scheme, setting, names, count, err);
}

/* --- the configuration that a back end is given --- */

/* The caller's config with the URI taken apart; config comes first, so that a back end's
 * config leads back to this. */
struct prepared {
	struct store_config config;
	struct uri uri;
	char *plain; /* SCHEME:PATH, decoded */
	char *name;
	struct store_setting *settings;
};

void
prepared_free(const struct store_config *config)
{
	struct prepared *prepared = (struct prepared *)config;

	if (prepared == NULL)
		return;
	uri_free(&prepared->uri);
	free(prepared->plain);
	free(prepared->name);
	free(prepared->settings);
	free(prepared);
}

const char *
store_setting(const struct store_config *config, const char *key)
{
	for (size_t i = 0; i < config->setting_count; i++)
		if (strcmp(config->settings[i].key, key) == 0)
			return config->settings[i].value;
	return NULL;
}

int
store_blame(const struct store_config *config, const char *key, struct err *err)
{
	for (size_t i = 0; i < config->setting_count; i++)
		if (strcmp(config->settings[i].key, key) == 0 &&
			config->settings[i].origin != NULL)
			err_prefix(err, "%s", config->settings[i].origin);
	return -1;
}

const char *
store_path(const struct store_config *config)
{
	return strchr(config->uri, ':') + 1;
}

static int
unknown_scheme(const struct uri *uri, struct err *err)
{
	struct str known = { 0 };

	for (size_t i = 0; i < BACKENDS; i++)
		str_addf(&known, "%s%s:", i > 0 ? ", " : "", backends[i]->scheme);
	err_set(err, ERR_USAGE, "%s: no store of kind '%s'; there are %s", uri->origin,
		uri->scheme, str_text(&known));
	str_free(&known);
	return -1;
}

/* Puts the settings of the configuration and of the URI together. */
static int
merge_settings(
	struct prepared *prepared, const struct store_config *config, struct err *err)
{
	const struct uri *uri = &prepared->uri;
	size_t count = config->setting_count;

	prepared->settings = mem_new(count + uri->setting_count, sizeof(*uri->settings));
	if (count > 0)
		memcpy(prepared->settings, config->settings,
			count * sizeof(*uri->settings));
	prepared->config.settings = prepared->settings;
	prepared->config.setting_count = count;
	for (size_t i = 0; i < uri->setting_count; i++) {
		if (store_setting(&prepared->config, uri->settings[i].key) != NULL)
			return err_set(err, ERR_USAGE,
				"%s: '%s' is also set elsewhere; say it once",
				uri->origin, uri->settings[i].key);
		prepared->settings[count + i] = uri->settings[i];
	}
	prepared->config.setting_count = count + uri->setting_count;
	for (size_t i = 0; i < prepared->config.setting_count; i++)
		if (store_check_setting(config->uri, &prepared->settings[i], NULL, err) !=
			0)
			return -1;
	return 0;
}

/* Takes the URI apart; its settings come from where it stands. */
static int
read_uri(struct uri *out, const struct store_config *config, struct err *err)
{
	if (uri_parse(out, config->uri, err) != 0) {
		if (config->origin != NULL)
			err_prefix(err, "%s", config->origin);
		return -1;
	}
	if (config->origin != NULL)
		uri_stands_at(out, config->origin);
	return 0;
}

static int
check_path(const struct uri *uri, struct err *err)
{
	if (*uri->path == '\0')
		return err_set(err, ERR_USAGE, "%s has no path; write %s", uri->origin,
			find_backend(uri->scheme)->form);
	if (uri_is_local(uri) && strncmp(uri->path, "//", 2) == 0)
		return err_set(err, ERR_USAGE,
			"%s: it is not clear whether the path begins with one slash; "
			"write %s:PATH, such as %s:/var/lib/x",
			uri->origin, uri->scheme, uri->scheme);
	return 0;
}

int
prepared_new(struct store_config **out, const struct backend **backend,
	const struct store_config *config, struct err *err)
{
	struct prepared *prepared;
	struct str plain = { 0 };
	struct uri uri;

	if (read_uri(&uri, config, err) != 0)
		return -1;
	prepared = mem_new(1, sizeof(*prepared));
	prepared->config = *config;
	prepared->uri = uri;
	*backend = find_backend(config->uri);
	if (*backend == NULL) {
		unknown_scheme(&uri, err);
		goto failed;
	}
	if (check_path(&uri, err) != 0)
		goto failed;
	str_addf(&plain, "%s:%s", uri.scheme, uri.path);
	prepared->plain = str_take(&plain);
	prepared->config.uri = prepared->plain;
	prepared->name = config->name != NULL
				 ? mem_copy(config->name, strlen(config->name))
				 : store_uri_redacted(config->uri);
	prepared->config.name = prepared->name;
	if (merge_settings(prepared, config, err) != 0)
		goto failed;
	if ((*backend)->check != NULL && (*backend)->check(&prepared->config, err) != 0)
		goto failed;
	*out = &prepared->config;
	return 0;
failed:
	prepared_free(&prepared->config);
	return -1;
}

int
store_check(const struct store_config *config, struct err *err)
{
	const struct backend *backend;
	struct store_config *prepared;

	if (prepared_new(&prepared, &backend, config, err) != 0)
		return -1;
	prepared_free(prepared);
	return 0;
}
