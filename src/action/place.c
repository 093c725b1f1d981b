/* SPDX-License-Identifier: MIT */
#include "action/place.h"

#include "action/apply_record.h"

#include <stdlib.h>

int
place_make_audit(const struct store_config *config, bool *made, struct err *err)
{
	struct store *store = NULL;
	int status;

	*made = false;
	if (store_open(&store, config, STORE_WRITE, err) != 0)
		return -1;
	status = store_audit_create(store, made, err);
	store_close(store);
	return status;
}

int
place_add_script(const struct store_config *config, struct str *out, struct err *err)
{
	struct store *store = NULL;
	int status;

	if (store_open(&store, config, STORE_READ, err) != 0)
		return -1;
	status = store_audit_add_script(store, out, err);
	store_close(store);
	return status;
}

int
place_pin(const struct apply_terms *terms, struct span reason, struct err *err)
{
	struct str place = { 0 };
	struct journal_record record = {
		.op = terms->op,
		.phase = JOURNAL_DONE,
		.action = JOURNAL_ACTION_INIT,
		.program = terms->program,
		.store = { span_of(terms->config->name), SPAN_NONE,
			apply_identity(terms) },
		.who = *terms->who,
		.reason = reason,
	};
	int status;

	store_add_place(&place, terms->config);
	record.store.uri = str_span(&place);
	status = journal_append(terms->journal, &record, NULL, err);

	str_free(&place);
	return status;
}
