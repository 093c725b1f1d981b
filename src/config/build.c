/* SPDX-License-Identifier: MIT */
#include "config/build.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/shell.h"
#include "config/choose.h"
#include "config/decided.h"
#include "config/option.h"
#include "config/preset.h"
#include "model/head_spec.h"
#include "store/uri.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The public part with what must be ended. */
struct loaded {
	struct config config;
	struct arena *arena;
	struct zone **zones;
	size_t zone_count;
};

/* --- values of a section, with the defaults of the table --- */

static const char *
value_of(const struct section *section, enum option_section kind, const char *key)
{
	const struct entry *entry = section != NULL ? section_entry(section, key) : NULL;

	return entry != NULL ? entry->value : option_find(kind, key)->preset;
}

static unsigned
word_of(const struct section *section, enum option_section kind, const char *key)
{
	return option_word(option_find(kind, key), value_of(section, kind, key));
}

static bool
is_on(const struct section *section, enum option_section kind, const char *key)
{
	return option_bool(value_of(section, kind, key));
}

/* Who set a sticky option to yes, or NULL while it is no. */
static const char *
who_set(const struct section *section, const char *key)
{
	const struct entry *entry = section != NULL ? section_entry(section, key) : NULL;

	return entry != NULL && option_bool(entry->value) ? entry->origin : NULL;
}

/* --- [env] --- */

static struct config_env
build_env(const struct section *section, const struct paths *paths)
{
	const char *journal = value_of(section, OPTION_ENV, "journal");
	const char *max_changes = value_of(section, OPTION_ENV, "max_changes");
	const char *name = value_of(section, OPTION_ENV, "name");
	const char *stale_after = value_of(section, OPTION_ENV, "stale_after");

	return (struct config_env){
		.name = name != NULL ? name : "",
		.production = is_on(section, OPTION_ENV, "production"),
		.read_only = is_on(section, OPTION_ENV, "read_only"),
		.read_only_why = who_set(section, "read_only"),
		.require_reason = is_on(section, OPTION_ENV, "require_reason"),
		.reason_least =
			option_count(value_of(section, OPTION_ENV, "reason_least")),
		.confirm_step =
			option_count(value_of(section, OPTION_ENV, "confirm_step")),
		.max_changes = max_changes != NULL ? option_count(max_changes) : 0,
		.journal = journal != NULL ? journal : paths->journal_file,
		.hook = value_of(section, OPTION_ENV, "hook"),
		.journal_syslog = is_on(section, OPTION_ENV, "journal_syslog"),
		.theme = value_of(section, OPTION_ENV, "theme"),
		.color = word_of(section, OPTION_ENV, "color"),
		.ascii = word_of(section, OPTION_ENV, "ascii"),
		.interval = option_duration(value_of(section, OPTION_ENV, "interval")),
		.stale_after = stale_after != NULL ? option_duration(stale_after) : 0,
		.times = word_of(section, OPTION_ENV, "times"),
		.bell = is_on(section, OPTION_ENV, "bell"),
		.follow = is_on(section, OPTION_ENV, "follow"),
	};
}

/* --- [store NAME] --- */

/* The table that a store section names, in a key or in its URI; "" when it does not. */
static const char *
table_of(const struct section *section, const struct uri *uri)
{
	const struct entry *entry = section_entry(section, "table");

	if (entry != NULL)
		return entry->value;
	for (size_t i = 0; i < uri->setting_count; i++)
		if (strcmp(uri->settings[i].key, "table") == 0)
			return uri->settings[i].value;
	return "";
}

/* True when two store sections are, or may be, about the same checkpoints: one file or
 * directory, and not two different tables in it. */
static bool
is_same_place(const struct section *a, const struct section *b)
{
	struct uri a_uri, b_uri = { 0 };
	const char *a_table, *b_table;
	bool same = false;

	if (uri_parse(&a_uri, value_of(a, OPTION_STORE, "uri"), NULL) != 0)
		return a == b;
	if (uri_parse(&b_uri, value_of(b, OPTION_STORE, "uri"), NULL) == 0) {
		a_table = table_of(a, &a_uri);
		b_table = table_of(b, &b_uri);
		/* SQL does not tell Orders from orders. */
		same = (a_table[0] == '\0' || b_table[0] == '\0' ||
			       strcasecmp(a_table, b_table) == 0) &&
		       uri_is_same_place(&a_uri, &b_uri);
		uri_free(&b_uri);
	}
	uri_free(&a_uri);
	return same;
}

/* Who made a store read-only: whoever protects everything, its own section, or another
 * section about the same place; a second name must not open what the first one closed. */
static const char *
who_protects(const struct settings *settings, const struct config_env *env,
	const struct section *section)
{
	if (env->read_only)
		return env->read_only_why;
	if (who_set(section, "read_only") != NULL)
		return who_set(section, "read_only");
	for (const struct section *s = settings->first; s != NULL; s = s->next)
		if (s->kind == OPTION_STORE && who_set(s, "read_only") != NULL &&
			is_same_place(s, section))
			return who_set(s, "read_only");
	return NULL;
}

static void
build_settings_of(
	struct store_config *store, struct arena *arena, const struct section *section)
{
	struct store_setting *settings;
	size_t count = 0;

	for (const struct entry *entry = section->first; entry != NULL;
		entry = entry->next)
		count++;
	settings = arena_alloc(arena, count + 1, sizeof(*settings));
	for (const struct entry *entry = section->first; entry != NULL;
		entry = entry->next)
		if (option_find(OPTION_STORE, entry->key) == NULL)
			settings[store->setting_count++] = (struct store_setting){
				entry->key,
				entry->value,
				entry->origin,
			};
	store->settings = settings;
}

static int
build_zone(struct loaded *loaded, const struct zone **out, const struct section *section,
	struct err *err)
{
	const char *name = value_of(section, OPTION_STORE, "tz");

	if (name == NULL)
		return 0;
	if (zone_load(&loaded->zones[loaded->zone_count], name, err) != 0) {
		err_prefix(err, "%s", section_entry(section, "tz")->origin);
		return -1;
	}
	*out = loaded->zones[loaded->zone_count++];
	return 0;
}

/* The options that choose this store: those of this call, and -s with what it takes. */
static const char *
call_of(struct arena *arena, const struct config_request *request,
	const struct section *section)
{
	struct str call = { 0 };
	const char *result;

	if (request->no_config)
		str_add(&call, "--no-config ");
	if (request->file != NULL) {
		str_add(&call, "--config ");
		shell_add_word(&call, span_of(request->file));
		str_add_char(&call, ' ');
	}
	str_add(&call, "-s ");
	shell_add_word(
		&call, span_of(section->given != NULL ? section->given : section->name));
	result = arena_text(arena, str_text(&call));
	str_free(&call);
	return result;
}

static int
build_store(struct store_config *out, struct loaded *loaded,
	const struct settings *settings, const struct section *section, struct err *err)
{
	const char *interval = value_of(section, OPTION_STORE, "interval");
	const struct config_env *env = &loaded->config.env;

	*out = (struct store_config){
		.name = section->name,
		.uri = value_of(section, OPTION_STORE, "uri"),
		.origin = section_entry(section, "uri")->origin,
		.head = value_of(section, OPTION_STORE, "head"),
		.value_is_last = word_of(section, OPTION_STORE, "offset_is") == 0,
		.watermark_member = value_of(section, OPTION_STORE, "watermark_member"),
		.error_member = value_of(section, OPTION_STORE, "error_member"),
		.on_reset = value_of(section, OPTION_STORE, "on_reset"),
		.on_delete = value_of(section, OPTION_STORE, "on_delete"),
		.read_only_why = who_protects(settings, env, section),
		.interval = interval != NULL ? option_duration(interval) : env->interval,
		.timeout = option_duration(value_of(section, OPTION_STORE, "timeout")),
	};
	out->read_only = out->read_only_why != NULL;
	out->value_type = word_of(section, OPTION_STORE, "value_type");
	build_settings_of(out, loaded->arena, section);
	return build_zone(loaded, &out->zone, section, err);
}

/* Every configured store must make sense, chosen or not. */
static int
check_stores(const struct settings *settings, struct err *err)
{
	for (const struct section *s = settings->first; s != NULL; s = s->next) {
		struct store_config store = { .name = s->name };

		if (s->kind != OPTION_STORE)
			continue;
		if (settings_check_store(s, err) != 0)
			return -1;
		store.uri = value_of(s, OPTION_STORE, "uri");
		store.on_delete = value_of(s, OPTION_STORE, "on_delete");
		store.origin = section_entry(s, "uri")->origin;
		build_settings_of(&store, settings->arena, s);
		if (store_check(&store, err) != 0)
			return -1;
	}
	return 0;
}

/* Every store that is configured, as far as a head is asked in it. */
static struct store_config *
build_neighbours(struct arena *arena, const struct settings *settings, size_t *count)
{
	struct store_config *list;

	*count = 0;
	for (const struct section *s = settings->first; s != NULL; s = s->next)
		*count += s->kind == OPTION_STORE;
	list = arena_alloc(arena, *count + 1, sizeof(*list));
	*count = 0;
	for (const struct section *s = settings->first; s != NULL; s = s->next) {
		struct store_config *store = &list[*count];

		if (s->kind != OPTION_STORE)
			continue;
		store->name = s->name;
		store->uri = value_of(s, OPTION_STORE, "uri");
		store->origin = section_entry(s, "uri")->origin;
		store->timeout = option_duration(value_of(s, OPTION_STORE, "timeout"));
		build_settings_of(store, arena, s);
		++*count;
	}
	return list;
}

static int
build_stores(struct loaded *loaded, struct settings *settings,
	const struct config_request *request, struct section *const *chosen, size_t count,
	struct err *err)
{
	struct store_config *stores =
		arena_alloc(settings->arena, count + 1, sizeof(*stores));
	size_t neighbour_count;
	const struct store_config *neighbours =
		build_neighbours(settings->arena, settings, &neighbour_count);

	loaded->zones = arena_alloc(settings->arena, count + 1, sizeof(*loaded->zones));
	for (size_t i = 0; i < count; i++) {
		if (build_store(&stores[i], loaded, settings, chosen[i], err) != 0)
			return -1;
		stores[i].call = call_of(settings->arena, request, chosen[i]);
		stores[i].neighbours = neighbours;
		stores[i].neighbour_count = neighbour_count;
	}
	loaded->config.stores = stores;
	loaded->config.store_count = count;
	loaded->config.stores_chosen = request->store_count > 0;
	return 0;
}

/* --- [rule NAME] --- */

static const struct {
	const char *key;
	size_t offset;	      /* in struct limits */
	const char *at_least; /* the key that it must not be below, or NULL */
} limits[] = {
	{ "warn_age", offsetof(struct limits, warn_age), NULL },
	{ "crit_age", offsetof(struct limits, crit_age), "warn_age" },
	{ "warn_lag", offsetof(struct limits, warn_lag), NULL },
	{ "crit_lag", offsetof(struct limits, crit_lag), "warn_lag" },
	{ "warn_watermark", offsetof(struct limits, warn_watermark), NULL },
	{ "crit_watermark", offsetof(struct limits, crit_watermark), "warn_watermark" },
	{ "cadence", offsetof(struct limits, cadence), NULL },
};

static int64_t
limit_of(const char *key, const char *value)
{
	return option_find(OPTION_RULE, key)->type == OPTION_COUNT
		       ? option_count(value)
		       : option_duration(value);
}

static int
build_limits(struct limits *out, const struct section *section, struct err *err)
{
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		const struct entry *entry = section_entry(section, limits[i].key);
		const struct entry *least =
			limits[i].at_least != NULL
				? section_entry(section, limits[i].at_least)
				: NULL;
		int64_t limit;

		if (entry == NULL)
			continue;
		limit = limit_of(entry->key, entry->value);
		if (least != NULL && limit < limit_of(least->key, least->value))
			return err_set(err, ERR_USAGE, "%s: %s (%s) is below %s (%s, %s)",
				entry->origin, entry->key, entry->value, least->key,
				least->value, least->origin);
		memcpy((char *)out + limits[i].offset, &limit, sizeof(limit));
	}
	return 0;
}

static int
build_rule(struct rule *out, const struct section *section, struct err *err)
{
	*out = rule_unset();
	out->name = section->name;
	out->match = value_of(section, OPTION_RULE, "match");
	out->store = value_of(section, OPTION_RULE, "store");
	out->value_type = word_of(section, OPTION_RULE, "value_type");
	out->head = value_of(section, OPTION_RULE, "head");
	out->owner = value_of(section, OPTION_RULE, "owner");
	out->runbook = value_of(section, OPTION_RULE, "runbook");
	out->ignore = is_on(section, OPTION_RULE, "ignore");
	if (out->match == NULL)
		return err_set(err, ERR_USAGE,
			"%s: [rule %s] has no match; say which jobs it is for, "
			"as orders-* or *",
			section->origin, section->name);
	return build_limits(&out->limits, section, err);
}

/* The names of all stores. Returns how many; *configured: some were not made from a URI.
 */
static size_t
list_stores(const char **names, const struct settings *settings, bool *configured)
{
	size_t count = 0;

	*configured = false;
	for (const struct section *s = settings->first; s != NULL; s = s->next)
		if (s->kind == OPTION_STORE) {
			names[count++] = s->name;
			*configured |= strcmp(s->origin, CHOOSE_ORIGIN) != 0;
		}
	return count;
}

static int
refuse_store_of_rule(const struct section *rule, const struct entry *store,
	const char *const *names, size_t count, struct err *err)
{
	const char *nearest = str_nearest(store->value, names, count);
	struct str next = { 0 };

	if (nearest != NULL)
		str_addf(&next, "did you mean \"%s\"?", nearest);
	else
		str_add(&next, "name a [store] or write a pattern");
	err_set(err, ERR_USAGE,
		"%s: [rule %s] is for the store \"%s\", which is not configured; %s",
		store->origin, rule->name, store->value, str_text(&next));
	str_free(&next);
	return -1;
}

/* A rule for a store that there is not would set its limits for no job, and say nothing.
 * Where no store is configured its name may be that of a URI of another day. */
static int
check_stores_of_rules(const struct settings *settings, const char *const *names,
	size_t count, struct err *err)
{
	for (const struct section *s = settings->first; s != NULL; s = s->next) {
		const struct entry *store =
			s->kind == OPTION_RULE ? section_entry(s, "store") : NULL;
		bool known = store == NULL || count == 0 ||
			     strpbrk(store->value, "*?[\\") != NULL;

		for (size_t i = 0; i < count && !known; i++)
			known = strcmp(names[i], store->value) == 0;
		if (!known)
			return refuse_store_of_rule(s, store, names, count, err);
	}
	return 0;
}

static int
refuse_place_of_head(const struct section *section, const struct entry *head,
	struct span place, const char *const *names, size_t count, struct err *err)
{
	char *wanted = mem_copy(place.at, place.len);
	const char *nearest = str_nearest(wanted, names, count);

	err_set(err, ERR_USAGE,
		"%s: the head of [%s %s] is asked in the store \"%s\", which is not "
		"configured; %s%s%s",
		head->origin, section->kind == OPTION_RULE ? "rule" : "store",
		section->name, wanted, nearest != NULL ? "did you mean \"" : "",
		nearest != NULL ? nearest : "write a [store] for it",
		nearest != NULL ? "\"?" : "");
	free(wanted);
	return -1;
}

/* A head that is asked in another store needs that one. */
static int
check_places_of_heads(const struct settings *settings, const char *const *names,
	size_t count, struct err *err)
{
	for (const struct section *s = settings->first; s != NULL; s = s->next) {
		const struct entry *head =
			s->kind == OPTION_ENV ? NULL : section_entry(s, "head");
		struct err ignored = { 0 };
		struct head_spec spec;
		bool known = head == NULL ||
			     head_parse(&spec, head->value, &ignored) != 0 ||
			     spec.place.at == NULL;

		for (size_t i = 0; i < count && !known; i++)
			known = span_is(spec.place, names[i]);
		if (!known)
			return refuse_place_of_head(
				s, head, spec.place, names, count, err);
	}
	return 0;
}

static int
build_rules(struct loaded *loaded, const struct settings *settings, struct err *err)
{
	struct rule *rules;
	const char **stores;
	size_t count = 0, store_count;
	bool configured;

	for (const struct section *s = settings->first; s != NULL; s = s->next)
		count++;
	rules = arena_alloc(settings->arena, count + 1, sizeof(*rules));
	stores = arena_alloc(settings->arena, count + 1, sizeof(*stores));
	store_count = list_stores(stores, settings, &configured);
	if (check_stores_of_rules(settings, stores, configured ? store_count : 0, err) !=
			0 ||
		check_places_of_heads(settings, stores, store_count, err) != 0)
		return -1;
	count = 0;
	for (const struct section *s = settings->first; s != NULL; s = s->next)
		if (s->kind == OPTION_RULE && build_rule(&rules[count++], s, err) != 0)
			return -1;
	loaded->config.rules = (struct rules){ rules, count };
	return 0;
}

/* --- all of it --- */

static void
end_zones(struct loaded *loaded)
{
	for (size_t i = 0; i < loaded->zone_count; i++)
		zone_free(loaded->zones[i]);
	loaded->zone_count = 0;
}

static void
list_files(struct loaded *loaded, const struct config_file *files, size_t count)
{
	struct config_file *copies = arena_alloc(loaded->arena, count, sizeof(*copies));

	for (size_t i = 0; i < count; i++)
		copies[i] = (struct config_file){
			.path = files[i].path != NULL
					? arena_text(loaded->arena, files[i].path)
					: NULL,
			.role = files[i].role,
			.skipped = files[i].skipped,
		};
	loaded->config.files = copies;
	loaded->config.file_count = count;
}

int
build_config(struct config **out, struct settings *settings,
	const struct config_request *request, const struct config_file *files,
	size_t file_count, struct err *err)
{
	struct loaded *loaded = arena_alloc(settings->arena, 1, sizeof(*loaded));
	struct section **chosen;
	size_t count;

	loaded->arena = settings->arena;
	loaded->config.env =
		build_env(settings_find(settings, OPTION_ENV, ""), request->paths);
	if (choose_stores(&chosen, &count, settings, request->stores,
		    request->store_count, err) != 0 ||
		presets_apply(settings, request->paths->config_dir, err) != 0 ||
		check_stores(settings, err) != 0 ||
		build_stores(loaded, settings, request, chosen, count, err) != 0 ||
		build_rules(loaded, settings, err) != 0) {
		end_zones(loaded);
		return -1;
	}
	decided_list(&loaded->config, settings, chosen);
	list_files(loaded, files, file_count);
	*out = &loaded->config;
	return 0;
}

void
config_free(struct config *config)
{
	struct loaded *loaded = (struct loaded *)(void *)config;

	if (config == NULL)
		return;
	end_zones(loaded);
	arena_free(loaded->arena);
}
