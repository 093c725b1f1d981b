/* SPDX-License-Identifier: MIT
 * The demo store: what another program does is write its scenario anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "fixture.h"
#include "outside.h"
#include "store/store.h"

#define ENTRIES 32

struct demo_entry {
	char *job, *partition, *value, *metadata;
	bool damaged;
};

struct demo_site {
	struct demo_entry entries[ENTRIES];
	size_t count;
};

static char *
copy(const char *text)
{
	return text != NULL ? mem_copy(text, strlen(text)) : NULL;
}

static void
free_entry(struct demo_entry *entry)
{
	free(entry->job);
	free(entry->partition);
	free(entry->value);
	free(entry->metadata);
	*entry = (struct demo_entry){ 0 };
}

static void
add_member(struct str *out, const char *name, const char *text)
{
	str_addf(out, "\"%s\": ", name);
	json_add_string(out, span_of(text), NULL);
	str_add(out, ", ");
}

static void
write_scenario(struct site *site)
{
	struct demo_site *demo = site->own;
	struct str text = { 0 };

	str_add(&text, "{ \"kind\": \"demo\", \"where\": \"a file\", \"took\": \"1ms\", "
		       "\"facts\": [], \"moments\": [ [\"-1h\", \"1h\"] ], "
		       "\"checkpoints\": [");
	for (size_t i = 0; i < demo->count; i++) {
		const struct demo_entry *entry = &demo->entries[i];

		str_add(&text, i > 0 ? ", { " : " { ");
		add_member(&text, "job", entry->job);
		add_member(&text, "partition", entry->partition);
		str_add(&text, "\"saves\": [ [\"-10m\", \"never\"] ], ");
		if (entry->damaged)
			str_add(&text, "\"damage\": [ [\"-10m\", \"unreadable\"] ], ");
		if (entry->metadata != NULL)
			str_addf(&text, "\"metadata\": [ [\"-1h\", %s] ], ",
				entry->metadata);
		str_add(&text, "\"value\": [ [\"-1h\", ");
		json_add_string(&text, span_of(entry->value), NULL);
		str_add(&text, "] ] }");
	}
	str_add(&text, " ] }");
	outside_file(site->path, str_text(&text));
	str_free(&text);
}

static void
make(struct site *site)
{
	site->own = mem_new(1, sizeof(struct demo_site));
	snprintf(site->path, sizeof(site->path), "%s/scenario.json", site->directory);
	snprintf(site->uri, sizeof(site->uri), "demo:%s", site->path);
	write_scenario(site);
}

static void
unmake(struct site *site)
{
	struct demo_site *demo = site->own;

	for (size_t i = 0; i < demo->count; i++)
		free_entry(&demo->entries[i]);
	free(demo);
}

static struct demo_entry *
find(struct site *site, const char *job, const char *partition)
{
	struct demo_site *demo = site->own;

	for (size_t i = 0; i < demo->count; i++)
		if (strcmp(demo->entries[i].job, job) == 0 &&
			strcmp(demo->entries[i].partition, partition) == 0)
			return &demo->entries[i];
	return NULL;
}

static void
put(struct site *site, const struct entry *entry)
{
	struct demo_site *demo = site->own;
	struct demo_entry *old = find(site, entry->job, entry->partition);

	if (old == NULL)
		old = &demo->entries[demo->count++];
	free_entry(old);
	*old = (struct demo_entry){ copy(entry->job), copy(entry->partition),
		copy(entry->value), copy(entry->metadata), false };
	write_scenario(site);
}

static void
damage(struct site *site, const char *job, const char *partition, unsigned way)
{
	(void)way;
	find(site, job, partition)->damaged = true;
	write_scenario(site);
}

static void
remove_entry(struct site *site, const char *job, const char *partition)
{
	struct demo_site *demo = site->own;
	struct demo_entry *entry = find(site, job, partition);

	free_entry(entry);
	if (entry != &demo->entries[--demo->count])
		*entry = demo->entries[demo->count];
	demo->entries[demo->count] = (struct demo_entry){ 0 };
	write_scenario(site);
}

static const char *
look(struct site *site, const char *job, const char *partition)
{
	struct demo_entry *entry = find(site, job, partition);

	return entry != NULL ? entry->value : NULL;
}

static void
lose(struct site *site)
{
	outside_file(site->path, NULL);
}

const struct fixture fixture_demo = {
	.name = "demo",
	.to_read = STORE_CAN_METADATA | STORE_CAN_REPLAY,
	.make = make,
	.unmake = unmake,
	.put = put,
	.ways = 1,
	.damage = damage,
	.remove = remove_entry,
	.look = look,
	.lose = lose,
};
