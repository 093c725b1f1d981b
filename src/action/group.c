/* SPDX-License-Identifier: MIT */
#include "action/group.h"

#include <stdlib.h>

#include "action/audit.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"

/* So many records that are too old end the search for those that are not. */
#define OLDER_IN_A_ROW 100

/* One operation, with what its last record says. */
struct member {
	struct span op;
	struct span undo_of; /* none: it is no undo */
	size_t changed;
	size_t brought_back; /* of these, by undos that stand */
};

struct gathering {
	struct arena *arena;
	struct span group; /* none: whatever its group, and undos as well */
	int64_t since;
	struct member *members; /* in the order of the reading */
	size_t count, room;
	unsigned older; /* records in a row that are older than since */
	size_t altered; /* records that are not as they were written */
};

int
group_check(struct span group, struct err *err)
{
	bool fits = group.len > 0 && group.len <= GROUP_MAX && utf8_is_valid(group);

	for (size_t i = 0; fits && i < group.len; i++)
		fits = (unsigned char)group.at[i] >= ' ' && group.at[i] != '\x7f';
	if (fits)
		return 0;
	return err_set(err, ERR_USAGE,
		"\"%.*s\" is no name of a group, which has 1 to %d bytes and no control "
		"characters; nothing was written",
		(int)(group.len < 100 ? group.len : 100), group.at, GROUP_MAX);
}

/* NULL: it is not among them. */
static struct member *
find_member(const struct gathering *gathering, struct span op)
{
	/* Its records stand close together. */
	for (size_t i = gathering->count; i > 0; i--)
		if (span_equal(gathering->members[i - 1].op, op))
			return &gathering->members[i - 1];
	return NULL;
}

static struct member *
add_member(struct gathering *gathering, const struct journal_record *record)
{
	struct member *member;

	if (gathering->count == gathering->room) {
		gathering->room = gathering->room == 0 ? 64 : gathering->room * 2;
		gathering->members = mem_resize(
			gathering->members, gathering->room, sizeof(*gathering->members));
	}
	member = &gathering->members[gathering->count++];
	*member = (struct member){ .op = arena_span(gathering->arena, record->op),
		.undo_of = arena_span(gathering->arena, record->undo_of) };
	return member;
}

static bool
gather(void *arg, const struct journal_record *record)
{
	struct gathering *gathering = arg;
	size_t changed = audit_count_changed(record);
	struct member *member;

	gathering->altered += record->altered;
	if (changed == 0 ||
		(gathering->group.at != NULL &&
			(record->action == JOURNAL_ACTION_UNDO ||
				!span_equal(record->group, gathering->group))))
		return true;
	/* What was saved over later was changed all the same, and once. */
	member = find_member(gathering, record->op);
	if (member == NULL)
		member = add_member(gathering, record);
	member->changed = changed > member->changed ? changed : member->changed;
	return true;
}

/* The newest first. A clock that was wrong for a moment must not hide what is before. */
static bool
gather_lately(void *arg, const struct journal_record *record)
{
	struct gathering *gathering = arg;

	if (record->at < gathering->since)
		return ++gathering->older < OLDER_IN_A_ROW;
	gathering->older = 0;
	return gather(arg, record);
}

/* Whoever undoes all of a group must be told that not all of it may be seen. */
static int
check_lost(const char *journal_path, struct span group, size_t lost, struct err *err)
{
	if (lost == 0)
		return 0;
	return err_set(err, ERR_PARTIAL,
		"%zu line%s of the journal %s cannot be read, or %s missing or changed, "
		"so the group %.*s may have more operations than can be seen; nothing "
		"was "
		"undone; see ckptop audit verify, undo one by one what ckptop audit "
		"--group lists, and look at the other checkpoints",
		lost, lost == 1 ? "" : "s", journal_path, lost == 1 ? "is" : "are",
		(int)group.len, group.at);
}

/* Those that stand, the newest first. */
static int
list_standing(const struct gathering *gathering, const char *journal_path,
	struct span *found, size_t *count, struct err *err)
{
	for (size_t i = gathering->count; i > 0; i--) {
		struct span op = gathering->members[i - 1].op;
		bool undone;

		if (audit_is_undone(journal_path, op, &undone, err) != 0)
			return -1;
		if (!undone)
			found[(*count)++] = op;
	}
	return 0;
}

int
group_find(const char *journal_path, struct span group, struct arena *arena,
	const struct span **ops, size_t *count, struct err *err)
{
	struct gathering gathering = { .arena = arena, .group = group };
	struct span *found = NULL;
	size_t lost = 0;
	int status;

	*count = 0;
	status = journal_read_every(journal_path, gather, &gathering, &lost, err);
	if (status == 0)
		status = check_lost(journal_path, group, lost + gathering.altered, err);
	if (status == 0) {
		found = arena_alloc(
			arena, gathering.count > 0 ? gathering.count : 1, sizeof(*found));
		status = list_standing(&gathering, journal_path, found, count, err);
	}
	free(gathering.members);
	*ops = found;
	if (status != 0 || *count > 0)
		return status;
	return err_set(err, ERR_NOT_FOUND,
		"no operation of the group %.*s is in the journal %s that has changed "
		"something and is not undone; nothing was written; see ckptop audit",
		(int)group.len, group.at, journal_path);
}

/* What is left of it, once what undos brought back is taken off; of an undo nothing. */
static int64_t
count_standing(const struct gathering *gathering, const struct member *member)
{
	size_t stands = member->changed > member->brought_back
				? member->changed - member->brought_back
				: 0;
	struct member *undone;

	if (member->undo_of.at == NULL)
		return (int64_t)stands;
	undone = find_member(gathering, member->undo_of);
	if (undone != NULL)
		undone->brought_back += stands;
	return 0;
}

int
group_count_since(
	const char *journal_path, int64_t since, int64_t *count, struct err *err)
{
	struct arena *arena = arena_new();
	struct gathering gathering = { .arena = arena, .since = since };
	int status =
		journal_read_back(journal_path, NULL, 0, gather_lately, &gathering, err);

	*count = 0;
	/* The newest first, so that of an undo it is known whether it stands. */
	for (size_t i = 0; i < gathering.count; i++)
		*count += count_standing(&gathering, &gathering.members[i]);
	free(gathering.members);
	arena_free(arena);
	return status;
}
