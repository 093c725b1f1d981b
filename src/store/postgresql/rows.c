/* SPDX-License-Identifier: MIT
 *
 * A row is the lengths of its cells and then their bytes. */
#include "store/postgresql/rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ROOM_FIRST ((size_t)64 << 10)
/* The length of NULL; no cell of the server's is longer than 1 GB. */
#define LENGTH_NULL UINT32_MAX

void
pg_rows_free(struct pg_rows *rows)
{
	free(rows->bytes);
	*rows = (struct pg_rows){ 0 };
}

void
pg_rows_clear(struct pg_rows *rows)
{
	rows->used = 0;
	rows->count = 0;
}

static size_t
size_of(const struct span *cells, int count)
{
	size_t size = (size_t)count * sizeof(uint32_t);

	for (int i = 0; i < count; i++)
		size += cells[i].len + 1;
	return size;
}

void
pg_rows_add(struct pg_rows *rows, const struct span *cells, int count)
{
	size_t size = size_of(cells, count);
	char *lengths, *at;

	if (size > rows->room - rows->used) {
		rows->room = 2 * rows->room + size + ROOM_FIRST;
		rows->bytes = mem_resize(rows->bytes, rows->room, 1);
	}
	lengths = rows->bytes + rows->used;
	at = lengths + (size_t)count * sizeof(uint32_t);
	for (int i = 0; i < count; i++, lengths += sizeof(uint32_t)) {
		uint32_t length =
			cells[i].at != NULL ? (uint32_t)cells[i].len : LENGTH_NULL;

		memcpy(lengths, &length, sizeof(length));
		if (length == LENGTH_NULL)
			continue;
		memcpy(at, cells[i].at, length);
		at[length] = '\0';
		at += length + 1;
	}
	rows->used = (size_t)(at - rows->bytes);
	rows->count++;
}

void
pg_rows_next(const struct pg_rows *rows, size_t *place, struct span *cells, int count)
{
	const char *lengths = rows->bytes + *place;
	const char *at = lengths + (size_t)count * sizeof(uint32_t);

	for (int i = 0; i < count; i++, lengths += sizeof(uint32_t)) {
		uint32_t length;

		memcpy(&length, lengths, sizeof(length));
		cells[i] = SPAN_NONE;
		if (length == LENGTH_NULL)
			continue;
		cells[i] = (struct span){ at, length };
		at += length + 1;
	}
	*place = (size_t)(at - rows->bytes);
}
