/* SPDX-License-Identifier: MIT */
#include "cli/audit_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/table.h"

/* How much of an operation's id names it. */
#define OP_SHOWN 8
/* Below so many cells titles give way to what stands below them. */
#define NARROW 100
/* What is this old has its year, whatever that costs. */
#define OLD_NEWS (300 * DAY)

enum cell {
	CELL_WHEN,
	CELL_WHO,
	CELL_WHAT,
	CELL_STORE,
	CELL_KEY,
	CELL_OLD,
	CELL_NEW,
	CELL_OP,
	CELL_REASON,
	CELLS
};

static const struct table_column columns[CELLS] = {
	[CELL_WHEN] = { .title = "WHEN UTC", .least = 11 },
	[CELL_WHO] = { .title = "WHO", .least = 5 },
	[CELL_WHAT] = { .title = "WHAT", .least = 6 },
	[CELL_STORE] = { .title = "STORE", .least = 5 },
	[CELL_KEY] = { .title = "JOB/PARTITION", .least = 9 },
	[CELL_OLD] = { .title = "OLD", .right = true, .least = 7 },
	[CELL_NEW] = { .title = "NEW", .right = true, .least = 7 },
	[CELL_OP] = { .title = "OPERATION" },
	[CELL_REASON] = { .title = "REASON", .least = 6 },
};

struct listing {
	enum cell cells[CELLS]; /* which column is which */
	/* One entry of every store that is in the table. */
	const struct audit_entry **stores;
	size_t store_count;
};

/* --- which stores --- */

static bool
is_same_store(const struct audit_entry *a, const struct audit_entry *b)
{
	if (a->place != AUDIT_ELSEWHERE || b->place != AUDIT_ELSEWHERE)
		return a->place == b->place;
	return span_equal(a->store, b->store) && span_equal(a->uri, b->uri);
}

static void
note_store(struct listing *listing, const struct audit_entry *entry)
{
	for (size_t i = 0; i < listing->store_count; i++)
		if (is_same_store(listing->stores[i], entry))
			return;
	listing->stores = mem_resize(
		listing->stores, listing->store_count + 1, sizeof(struct audit_entry *));
	listing->stores[listing->store_count++] = entry;
}

/* By its name, unless another one has that too: there is an etl.db in many places. Of a
 * place the end tells most. */
static void
add_store(struct str *out, const struct listing *listing, const struct audit_entry *entry,
	unsigned width)
{
	struct span uri = entry->uri;
	size_t alike = 0, cut = 0;

	for (size_t i = 0; i < listing->store_count; i++)
		alike += span_equal(listing->stores[i]->store, entry->store);
	if (alike < 2 || uri.len == 0) {
		str_add_span(out, entry->store);
		return;
	}
	if (width > 0 && uri.len > width) {
		cut = uri.len - width + 1;
		while (cut < uri.len && ((unsigned char)uri.at[cut] & 0xc0) == 0x80)
			cut++;
		str_add_char(out, '~');
	}
	str_add_span(out, (struct span){ uri.at + cut, uri.len - cut });
}

/* --- cells --- */

static void
add_when(struct str *out, const struct audit_entry *entry, unsigned width)
{
	bool is_old = clock_now() - entry->at > OLD_NEWS;

	time_addf(out, entry->at, NULL,
		width == 0 || width >= 19 ? "%Y-%m-%d %H:%M:%S"
		: width >= 16		  ? "%Y-%m-%d %H:%M"
		: is_old		  ? "%Y-%m-%d"
		: width >= 14		  ? "%m-%d %H:%M:%S"
					  : "%m-%d %H:%M");
}

/* Without the host where there is no place for it. */
static void
add_who(struct str *out, const struct audit_entry *entry, unsigned width)
{
	struct span who = entry->who;
	const char *at = who.len > 0 ? memchr(who.at, '@', who.len) : NULL;

	if (width > 0 && who.len > width && at != NULL)
		who.len = (size_t)(at - who.at);
	str_add_span(out, who);
}

/* What was tried and not done must not look like what was; nor may what somebody has
 * changed in the journal, whatever it says now. */
static void
add_what(struct str *out, const struct audit_entry *entry, unsigned width)
{
	bool is_done = span_is(entry->phase, "done") ||
		       span_is(entry->phase, "resolved") ||
		       span_is(entry->phase, "acknowledged");
	struct span word = entry->edited ? SPAN("edited") : entry->phase;
	bool is_plain = is_done && !entry->edited;
	size_t whole = entry->action.len + 1 + word.len;

	if (is_plain || width == 0 || width >= whole)
		str_add_span(out, entry->action);
	if (is_plain)
		return;
	if (out->len > 0)
		str_add_char(out, ' ');
	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i];

		str_add_char(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
}

static void
add_key(struct str *out, const struct audit_entry *entry)
{
	if (entry->key.job.at != NULL)
		key_add(out, entry->key);
}

static void
add_cell(void *arg, const void *row, size_t column, unsigned width, struct str *out)
{
	const struct listing *listing = arg;
	const struct audit_entry *entry = row;
	struct span op = entry->op;

	if (op.len > OP_SHOWN)
		op.len = OP_SHOWN;
	switch (listing->cells[column]) {
	case CELL_WHEN: add_when(out, entry, width); break;
	case CELL_WHO: add_who(out, entry, width); break;
	case CELL_WHAT: add_what(out, entry, width); break;
	case CELL_STORE: add_store(out, listing, entry, width); break;
	case CELL_KEY: add_key(out, entry); break;
	case CELL_OLD: audit_put_side(out, entry, false); break;
	case CELL_NEW: audit_put_side(out, entry, true); break;
	case CELL_OP: str_add_span(out, op); break;
	case CELL_REASON: str_add_span(out, entry->reason); break;
	case CELLS: break;
	}
}

/* --- the table --- */

void
audit_table_print(struct cli *cli, const struct audit_entry *const *entries, size_t count)
{
	struct output *out = &cli->out;
	struct table_column shown[CELLS];
	struct listing listing = { .stores = NULL };
	struct table table = {
		.columns = shown,
		.rows = (const void *const *)entries,
		.row_count = count,
		.cell = add_cell,
		.arg = &listing,
		.width = cli_width(cli),
		.most = 40,
		.ascii = cli->ascii,
	};
	struct table_widths widths;

	for (size_t i = 0; i < count; i++)
		note_store(&listing, entries[i]);
	for (enum cell cell = 0; cell < CELLS; cell++) {
		if (cell == CELL_STORE && listing.store_count < 2)
			continue;
		shown[table.column_count] = columns[cell];
		if (cell == CELL_OP && table.width > 0 && table.width < NARROW)
			shown[table.column_count].title = "OP";
		listing.cells[table.column_count++] = cell;
	}
	table_measure(&table, &widths);
	table_titles(&out->text, &table, &widths);
	for (size_t i = 0; i < count && output_pace(out) == 0; i++)
		table_row(&out->text, &table, &widths, entries[i]);
	free(listing.stores);
}
