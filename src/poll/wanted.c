/* SPDX-License-Identifier: MIT */
#include "poll/wanted.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/head_spec.h"
#include "model/metadata.h"

static void
add(const char **members, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(members[i], name) == 0)
			return;
	members[(*count)++] = name;
}

/* The member of a head that stands in the metadata. */
static void
add_head(const char **members, size_t *count, const char *text)
{
	struct head_spec head;
	struct err ignored = { 0 };

	if (head_parse(&head, text, &ignored) == 0 && head.kind == HEAD_METADATA)
		add(members, count, head.argument);
}

void
wanted_begin(struct store_wanted *out, const struct store_config *config,
	const struct rules *rules)
{
	size_t fixed_count, rule_count = rules != NULL ? rules->count : 0, count = 0;
	const char *const *fixed = metadata_fixed_members(&fixed_count);
	const char **members = mem_new(fixed_count + rule_count + 2, sizeof(*members));

	for (size_t i = 0; i < fixed_count; i++)
		add(members, &count, fixed[i]);
	if (config->error_member != NULL)
		add(members, &count, config->error_member);
	add_head(members, &count, config->head);
	for (size_t i = 0; i < rule_count; i++)
		add_head(members, &count, rules->rules[i].head);
	*out = (struct store_wanted){ config->watermark_member, members, count };
}

void
wanted_end(struct store_wanted *wanted)
{
	free((void *)wanted->members);
	*wanted = (struct store_wanted){ 0 };
}
