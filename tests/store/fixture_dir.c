/* SPDX-License-Identifier: MIT
 * A directory of JSON files, written by the seed's FileCheckpointStore. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "fixture.h"
#include "outside.h"
#include "store/store.h"

#define CAPABILITIES                                                                     \
	(STORE_CAN_SAVE | STORE_CAN_METADATA | STORE_CAN_GUARD | STORE_CAN_INIT |        \
		STORE_CAN_OPERATE)

static void
make(struct site *site)
{
	snprintf(site->path, sizeof(site->path), "%s/checkpoints", site->directory);
	snprintf(site->uri, sizeof(site->uri), "dir:%s", site->path);
	mkdir(site->path, 0777);
}

/* The file that the class gives a checkpoint. */
static const char *
file_of(const struct site *site, const char *job, const char *partition)
{
	static char path[600];

	snprintf(path, sizeof(path), "%s/%s_%s.json", site->path, job, partition);
	return path;
}

static void
put(struct site *site, const struct entry *entry)
{
	struct str text = { 0 };

	str_add(&text, "{\"value\": ");
	json_add_string(&text, span_of(entry->value), NULL);
	str_addf(&text, ", \"metadata\": %s, \"timestamp\": \"",
		entry->metadata != NULL ? entry->metadata : "{}");
	if (entry->updated != NULL)
		str_add(&text, entry->updated);
	else
		time_addf(&text, clock_now(), NULL, "%Y-%m-%dT%H:%M:%S");
	str_add(&text, "\"}");
	outside_file(file_of(site, entry->job, entry->partition), str_text(&text));
	str_free(&text);
}

static const char *const damages[] = { "{\"value\": \"12", "{\"value\": \"1\\u00002\"}" };

static void
damage(struct site *site, const char *job, const char *partition, unsigned way)
{
	outside_file(file_of(site, job, partition), damages[way]);
}

static void
remove_file(struct site *site, const char *job, const char *partition)
{
	outside_file(file_of(site, job, partition), NULL);
}

static const char *
look(struct site *site, const char *job, const char *partition)
{
	static struct str value;
	FILE *file = fopen(file_of(site, job, partition), "r");
	struct err err = { 0 };
	struct json *json;
	char text[4096];
	size_t length;

	if (file == NULL)
		return NULL;
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	str_clear(&value);
	if (json_parse(&json, (struct span){ text, length }, &err) == 0)
		json_scalar(json, json_member(json, JSON_ROOT, "value", NULL), &value);
	json_free(json);
	return str_text(&value);
}

static void
lose(struct site *site)
{
	char away[160];

	snprintf(away, sizeof(away), "%s.away", site->path);
	rename(site->path, away);
}

const struct fixture fixture_dir = {
	.name = "dir",
	.traits = FIXTURE_TIMES | FIXTURE_ANY_TIME | FIXTURE_ANY_VALUE | FIXTURE_WRITES,
	.to_read = CAPABILITIES,
	.to_write = CAPABILITIES,
	.ways = sizeof(damages) / sizeof(*damages),
	.make = make,
	.put = put,
	.damage = damage,
	.remove = remove_file,
	.look = look,
	.lose = lose,
};
