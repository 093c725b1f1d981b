/* SPDX-License-Identifier: MIT */
#include "action/audit_place.h"

#include <string.h>

/* What stands behind the mark of the whole file or database: which table of it. */
static struct span
table_of(struct span identity)
{
	const char *blank =
		identity.len > 0 ? memchr(identity.at, ' ', identity.len) : NULL;
	size_t head = blank != NULL ? (size_t)(blank - identity.at) + 1 : identity.len;

	return (struct span){ identity.at + head, identity.len - head };
}

static bool
is_identity_of(const struct audit_place *place, const struct audit_entry *entry)
{
	return entry->identity.len > 0 &&
	       (span_equal(entry->identity, place->lasting) ||
		       span_equal(entry->identity, place->present));
}

/* One database may have several stores: its tables. */
static bool
may_be_table_of(const struct audit_place *place, const struct audit_entry *entry)
{
	return entry->identity.len == 0 || place->present.len == 0 ||
	       span_equal(table_of(entry->identity), table_of(place->present));
}

/* A file that was put back, or a table that was made anew, is what people mean by the
 * place: what was done there before is told of it. */
static bool
is_where_it_was(const struct audit_place *place, const struct audit_entry *entry)
{
	return entry->uri.len > 0 && span_equal(entry->uri, place->uri) &&
	       may_be_table_of(place, entry);
}

/* A name that was made from a URI says nothing where more is known: there is an etl.db in
 * many places. */
static bool
is_called_so(const struct audit_place *place, const struct audit_entry *entry)
{
	return span_equal(entry->store, place->name) &&
	       (place->configured || place->uri.len == 0 || entry->uri.len == 0) &&
	       may_be_table_of(place, entry);
}

size_t
audit_place_of(
	const struct audit_place *places, size_t count, const struct audit_entry *entry)
{
	static bool (*const tests[])(
		const struct audit_place *, const struct audit_entry *) = {
		is_identity_of,
		is_where_it_was,
		is_called_so,
	};

	for (size_t test = 0; test < sizeof(tests) / sizeof(tests[0]); test++)
		for (size_t i = 0; i < count; i++)
			if (tests[test](&places[i], entry))
				return i;
	return count;
}
