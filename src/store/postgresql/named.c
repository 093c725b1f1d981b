/* SPDX-License-Identifier: MIT
 *
 * PostgreSQL numbers its parameters; what people write in a configuration has names. */
#include "store/postgresql/store.h"
#include "store/statements.h"

size_t
pg_number_parameters(struct str *out, const char *sql, struct key key,
	struct span parameters[PG_NAMED_PARAMETERS])
{
	size_t numbers[STATEMENT_PARAMETERS] = { 0 }, count = 0;
	enum statement_parameter parameter;
	struct span before, name;

	while (statement_next_parameter(&sql, &before, &parameter, &name)) {
		str_add_span(out, before);
		if (parameter != STATEMENT_JOB && parameter != STATEMENT_PARTITION) {
			str_add_span(out, name);
			continue;
		}
		if (numbers[parameter] == 0) {
			parameters[count] =
				parameter == STATEMENT_JOB ? key.job : key.partition;
			numbers[parameter] = ++count;
		}
		str_addf(out, "$%zu::text", numbers[parameter]);
	}
	str_add_span(out, before);
	return count;
}
