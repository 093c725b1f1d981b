/* SPDX-License-Identifier: MIT
 *
 * One operation of the journal, and whether it stands. What undid it came later: the
 * journal is read from its end, once, and of whatever is not about it no line is taken
 * apart. */
#include <stdlib.h>
#include <string.h>

#include "action/audit.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/token.h"

/* What brought something back. */
struct undo {
	struct span op, undo_of;
};

struct finder {
	struct span op;
	bool is_whole; /* and not only the beginning of one */
	struct arena *arena;
	struct span whole; /* of the operation that fits; none: there is none */
	bool several;
	bool is_word; /* it has explained what others did, and changed nothing */
	/* Its last record with rows; NULL: it has none. */
	struct journal_record *found;
	struct undo *undos; /* the newest first */
	size_t undo_count;
};

static bool
begins_with(struct span text, struct span beginning)
{
	return text.len >= beginning.len &&
	       memcmp(text.at, beginning.at, beginning.len) == 0;
}

size_t
audit_count_changed(const struct journal_record *record)
{
	size_t count = 0;

	for (size_t i = 0; i < record->row_count; i++)
		count += span_is(record->rows[i].result, "done") ||
			 span_is(record->rows[i].result, "overwritten");
	return count;
}

static void
note_undo(struct finder *finder, const struct journal_record *record)
{
	if (record->undo_of.at == NULL || audit_count_changed(record) == 0)
		return;
	finder->undos =
		mem_resize(finder->undos, finder->undo_count + 1, sizeof(*finder->undos));
	finder->undos[finder->undo_count++] = (struct undo){
		arena_span(finder->arena, record->op),
		arena_span(finder->arena, record->undo_of),
	};
}

/* Before it was begun nobody can have undone it. */
static bool
find(void *arg, const struct journal_record *record)
{
	struct finder *finder = arg;

	note_undo(finder, record);
	if (!begins_with(record->op, finder->op))
		return true;
	if (finder->whole.at == NULL) {
		finder->whole = arena_span(finder->arena, record->op);
		finder->is_word = record->action == JOURNAL_ACTION_ACKNOWLEDGE;
	} else if (!span_equal(record->op, finder->whole)) {
		finder->several = true;
	}
	if (finder->found == NULL && record->row_count > 0)
		finder->found = journal_record_copy(finder->arena, record);
	return !finder->is_whole || record->phase != JOURNAL_INTENT;
}

/* Its whole id, that of what has undone it, of what has undone that, and so on: it is
 * undone where their number is even. An undo that was undone leaves things as the
 * operation left them. */
static struct span *
chain_of(const struct finder *finder, size_t *count)
{
	struct span *chain = mem_new(finder->undo_count + 1, sizeof(*chain));

	chain[0] = finder->whole;
	*count = 1;
	for (size_t i = finder->undo_count; i > 0; i--) {
		const struct undo *undo = &finder->undos[i - 1];
		size_t link = 0;

		while (link < *count && !span_equal(undo->op, chain[link]))
			link++;
		if (link < *count)
			continue;
		for (link = 0; link < *count; link++)
			if (span_equal(undo->undo_of, chain[link])) {
				chain[link + 1] = undo->op;
				*count = link + 2;
				break;
			}
	}
	return chain;
}

/* False: it stands. *last becomes the undo that does, or the operation itself. */
static bool
is_undone(const struct finder *finder, struct span *last)
{
	size_t count;
	struct span *chain = chain_of(finder, &count);

	*last = chain[count - 1];
	free(chain);
	return count % 2 == 0;
}

static int
check_stands(const struct finder *finder, struct err *err)
{
	struct span last;

	if (!is_undone(finder, &last))
		return 0;
	return err_set(err, ERR_REFUSED,
		"%.*s was undone already, by %.*s; nothing was written; to have it again "
		"undo that one",
		(int)finder->whole.len, finder->whole.at, (int)last.len, last.at);
}

/* The journal was read. */
static int
check_found(const struct finder *finder, const char *path, struct err *err)
{
	int len = (int)finder->whole.len;

	if (finder->op.len == 0 || finder->whole.at == NULL)
		return err_set(err, ERR_NOT_FOUND,
			"no operation %.*s in the journal %s; nothing was written; see "
			"ckptop audit",
			(int)finder->op.len, finder->op.at, path);
	if (finder->several)
		return err_set(err, ERR_USAGE,
			"%.*s is the beginning of more than one operation; give more of "
			"it (ckptop audit)",
			(int)finder->op.len, finder->op.at);
	if (finder->found == NULL)
		return err_set(err, ERR_REFUSED,
			"%.*s has changed nothing, so there is nothing to undo; nothing "
			"was written; see ckptop audit",
			len, finder->whole.at);
	if (finder->is_word)
		return err_set(err, ERR_REFUSED,
			"%.*s only says why somebody else's change was made: there is "
			"nothing to undo; nothing was written",
			len, finder->whole.at);
	return 0;
}

static void
finder_begin(struct finder *finder, struct span op)
{
	*finder = (struct finder){
		.op = op,
		.is_whole = token_is_one(op),
		.arena = arena_new(),
	};
}

static void
finder_end(struct finder *finder)
{
	free(finder->undos);
	arena_free(finder->arena);
}

static int
search(struct finder *finder, const char *path, struct err *err)
{
	struct str begun = { 0 };
	struct span marks[] = { SPAN_NONE, SPAN("\"undo_of\":\"") };
	int status;

	str_add(&begun, "\"op\":");
	json_add_string(&begun, finder->op, NULL);
	/* Without the quote at its end it is the beginning of one. */
	marks[0] = (struct span){ begun.text, begun.len - 1 };
	status = journal_read_marked(path, marks, 2, find, finder, err);
	if (status == 0)
		status = check_found(finder, path, err);
	str_free(&begun);
	return status;
}

int
audit_find_operation(const char *path, struct span op, journal_record_fn *record,
	void *arg, struct err *err)
{
	struct finder finder;
	int status;

	finder_begin(&finder, op);
	status = search(&finder, path, err);
	if (status == 0)
		status = check_stands(&finder, err);
	if (status == 0)
		record(arg, finder.found);
	finder_end(&finder);
	return status;
}

int
audit_is_undone(const char *path, struct span op, bool *undone, struct err *err)
{
	struct finder finder;
	struct span last;
	int status;

	finder_begin(&finder, op);
	status = search(&finder, path, err);
	*undone = status == 0 && is_undone(&finder, &last);
	finder_end(&finder);
	return status;
}
