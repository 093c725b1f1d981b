/* SPDX-License-Identifier: MIT */
#include "store/sqlite/value.h"

#include "store/number_text.h"

static bool
bind_number(struct sqlite_query *query, int parameter, struct span text,
	enum ckpt_storage storage)
{
	int64_t integer;
	double real;

	if (storage == CKPT_STORAGE_INTEGER && number_read_integer(&integer, text))
		sqlite_bind_integer(query, parameter, integer);
	else if (storage == CKPT_STORAGE_REAL && number_read_real(&real, text))
		sqlite_bind_real(query, parameter, real);
	else
		return false;
	return true;
}

void
sqlite_bind_stored(struct sqlite_query *query, int parameter, struct span text,
	enum ckpt_storage storage)
{
	if (storage == CKPT_STORAGE_NULL || text.at == NULL)
		sqlite_bind_text(query, parameter, SPAN_NONE);
	else if (storage == CKPT_STORAGE_BLOB)
		sqlite_bind_blob(query, parameter, text);
	else if (!bind_number(query, parameter, text, storage))
		sqlite_bind_text(query, parameter, text);
}
