/* SPDX-License-Identifier: MIT
 *
 * Making an empty store: the table of the seed in a database that has none. */
#include "store/postgresql/operate.h"

/* As pipelines have it, but for the zone: without one nobody could tell the age of a row.
 */
#define CREATE_TABLE                                                                     \
	"CREATE TABLE checkpoints (job_id VARCHAR(255) NOT NULL, "                       \
	"partition_id VARCHAR(255) NOT NULL, checkpoint_value VARCHAR(255) NOT NULL, "   \
	"metadata JSONB, updated_at TIMESTAMPTZ NOT NULL, "                              \
	"PRIMARY KEY (job_id, partition_id))"

/* A setting that says which table, and not only how to connect. */
static const struct store_setting *
find_mapping(const struct store_config *config)
{
	for (size_t i = 0; i < config->setting_count; i++)
		if (pg_store_is_mapping(config->settings[i].key))
			return &config->settings[i];
	return NULL;
}

static int
refuse(const struct store_config *config, const struct err *why, struct err *err)
{
	const struct store_setting *mapping = find_mapping(config);

	/* No such table, or not its columns. */
	if (why->kind != ERR_DAMAGED)
		return err_set(err, why->kind, "%s", why->text);
	if (mapping == NULL)
		return 0;
	return err_set(err, ERR_USAGE,
		"%s = %s: only the table checkpoints can be made, without settings; "
		"nothing was made; make the table by hand",
		mapping->key, mapping->value);
}

static int
make_table(struct pg_store *pg, struct err *err)
{
	if (pg_check_takes_changes(pg, err) == 0 &&
		pg_run(pg->link, NULL, CREATE_TABLE, NULL, 0, err) == 0)
		return 0;
	if (pg_link_trouble(pg->link) != PG_TROUBLE_NONE)
		err_prefix(err, "%s", pg_link_place(pg->link));
	return -1;
}

int
pg_store_create(const struct store_config *config, bool *made, struct err *err)
{
	struct pg_store *pg;
	struct err why = { 0 };
	int status = -1;

	pg = pg_store_new(config, STORE_WRITE);
	*made = false;
	if (pg_store_connect(pg, &why) == 0) {
		status = 0;
	} else if (refuse(config, &why, err) == 0 && pg_store_join(pg, err) == 0) {
		status = make_table(pg, err);
		*made = status == 0;
	}
	pg_store_free(pg);
	return status;
}
