/* SPDX-License-Identifier: MIT
 *
 * A row is the number of its cells in two bytes, and each of them its length in four and
 * then its bytes, the most significant byte of a number first. What COPY brings has a
 * header before the first row, and -1 for the number of cells behind the last. */
#include "store/postgresql/rows.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ROOM_FIRST ((size_t)64 << 10)
/* The length of NULL; no cell of the server's is longer than 1 GB. */
#define LENGTH_NULL UINT32_MAX
/* The number of cells behind the last row. */
#define COUNT_END UINT16_MAX

static const char signature[11] = "PGCOPY\n\377\r\n";

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
	rows->is_stream = false;
}

/* --- writing --- */

static char *
more(struct pg_rows *rows, size_t size)
{
	char *at;

	if (size > rows->room - rows->used) {
		rows->room = 2 * rows->room + size + ROOM_FIRST;
		rows->bytes = mem_resize(rows->bytes, rows->room, 1);
	}
	at = rows->bytes + rows->used;
	rows->used += size;
	return at;
}

static size_t
size_of(const struct span *cells, int count)
{
	size_t size = sizeof(uint16_t) + (size_t)count * sizeof(uint32_t);

	for (int i = 0; i < count; i++)
		size += cells[i].len;
	return size;
}

void
pg_rows_add(struct pg_rows *rows, const struct span *cells, int count)
{
	char *at = more(rows, size_of(cells, count));
	uint16_t number = htobe16((uint16_t)count);

	memcpy(at, &number, sizeof(number));
	at += sizeof(number);
	for (int i = 0; i < count; i++) {
		uint32_t length = htobe32(
			cells[i].at != NULL ? (uint32_t)cells[i].len : LENGTH_NULL);

		memcpy(at, &length, sizeof(length));
		at += sizeof(length);
		if (cells[i].len > 0)
			memcpy(at, cells[i].at, cells[i].len);
		at += cells[i].len;
	}
}

void
pg_rows_take(struct pg_rows *rows, struct span bytes)
{
	if (bytes.len > 0)
		memcpy(more(rows, bytes.len), bytes.at, bytes.len);
	rows->is_stream = true;
}

/* --- reading --- */

/* What is not read yet. */
struct rest {
	const char *at;
	size_t len;
};

static bool
take(void *out, size_t size, struct rest *rest)
{
	if (rest->len < size)
		return false;
	memcpy(out, rest->at, size);
	rest->at += size;
	rest->len -= size;
	return true;
}

static bool
take_length(uint32_t *out, struct rest *rest)
{
	if (!take(out, sizeof(*out), rest))
		return false;
	*out = be32toh(*out);
	return true;
}

static bool
skip(struct rest *rest, size_t len)
{
	if (rest->len < len)
		return false;
	rest->at += len;
	rest->len -= len;
	return true;
}

/* The signature, flags that mean nothing here, and what later versions may add. */
static bool
skip_header(struct rest *rest)
{
	uint32_t flags, extension;

	return rest->len >= sizeof(signature) &&
	       memcmp(rest->at, signature, sizeof(signature)) == 0 &&
	       skip(rest, sizeof(signature)) && take_length(&flags, rest) &&
	       take_length(&extension, rest) && skip(rest, extension);
}

static bool
take_cell(struct span *out, struct rest *rest)
{
	uint32_t length;

	if (!take_length(&length, rest))
		return false;
	*out = SPAN_NONE;
	if (length == LENGTH_NULL)
		return true;
	*out = (struct span){ rest->at, length };
	return skip(rest, length);
}

static bool
is_end(const struct pg_rows *rows, const struct rest *rest, uint16_t number)
{
	return rows->is_stream && number == COUNT_END && rest->len == 0;
}

bool
pg_rows_next(const struct pg_rows *rows, size_t *place, struct span *cells, int count)
{
	struct rest rest;
	uint16_t number;

	if (*place == PG_ROWS_END)
		return false;
	if (*place == rows->used && !rows->is_stream) {
		*place = PG_ROWS_END;
		return false;
	}
	rest = (struct rest){ rows->bytes + *place, rows->used - *place };
	if (*place == 0 && rows->is_stream && !skip_header(&rest))
		return false;
	if (!take(&number, sizeof(number), &rest))
		return false;
	number = be16toh(number);
	if (is_end(rows, &rest, number)) {
		*place = PG_ROWS_END;
		return false;
	}
	if (number != count)
		return false;
	for (int i = 0; i < count; i++)
		if (!take_cell(&cells[i], &rest))
			return false;
	*place = rows->used - rest.len;
	return true;
}
