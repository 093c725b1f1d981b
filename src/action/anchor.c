/* SPDX-License-Identifier: MIT */
#include "action/anchor.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/place.h"

/* --- one --- */

void
anchor_add(struct str *out, struct span hash, const char *journal_path)
{
	struct str place = { 0 };

	place_add(&place, journal_path);
	str_add_span(out, hash);
	str_add_char(out, ' ');
	for (size_t i = 0; i < place.len; i++) {
		unsigned char c = (unsigned char)place.text[i];

		if (c <= ' ' || c > '~' || c == '%')
			str_addf(out, "%%%02X", c);
		else
			str_add_char(out, (char)c);
	}
	str_free(&place);
}

static int
digit_of(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

/* False: it is not what anchor_add() writes. */
static bool
add_path(struct str *out, struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		int high, low;

		if (name.at[i] != '%' && name.at[i] != '\0') {
			str_add_char(out, name.at[i]);
			continue;
		}
		high = i + 2 < name.len ? digit_of(name.at[i + 1]) : -1;
		low = i + 2 < name.len ? digit_of(name.at[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0)
			return false;
		str_add_char(out, (char)(high * 16 + low));
		i += 2;
	}
	return name.len > 0 && name.at[0] == '/';
}

void
anchor_read(struct span text, struct span *hash, struct str *journal_path)
{
	const char *blank = text.len > 0 ? memchr(text.at, ' ', text.len) : NULL;
	size_t before = journal_path->len;
	struct span name;

	*hash = text;
	if (blank == NULL)
		return;
	hash->len = (size_t)(blank - text.at);
	name = (struct span){ blank + 1, text.len - hash->len - 1 };
	if (!add_path(journal_path, name))
		str_cut(journal_path, before);
}

/* --- all of them --- */

struct kept {
	struct span op, hash, who;
	struct span path; /* with a NUL behind it; none: not said */
	bool elsewhere;	  /* another journal of this host must have it */
};

struct anchors {
	struct arena *arena;
	struct kept *kept; /* in the order of their paths, once they were asked for */
	size_t count, capacity;
	struct span *writers; /* each once */
	size_t writer_count;
	/* What was handed out last. */
	struct journal_anchor *all, *rest;
	struct anchors_other *others;
};

struct anchors *
anchors_new(void)
{
	struct anchors *anchors = mem_new(1, sizeof(*anchors));

	anchors->arena = arena_new();
	return anchors;
}

void
anchors_free(struct anchors *anchors)
{
	if (anchors == NULL)
		return;
	arena_free(anchors->arena);
	free(anchors->kept);
	free(anchors->writers);
	free(anchors->all);
	free(anchors->rest);
	free(anchors->others);
	free(anchors);
}

/* The same text for one path, so that most of them are there once. */
static struct span
keep_path(struct anchors *anchors, const struct kept *last, const struct str *path)
{
	if (path->len == 0)
		return SPAN_NONE;
	if (last != NULL && span_equal(last->path, str_span(path)))
		return last->path;
	return arena_span(anchors->arena, str_span(path));
}

void
anchors_add(struct anchors *anchors, const struct operation *operation)
{
	const struct kept *last =
		anchors->count > 0 ? &anchors->kept[anchors->count - 1] : NULL;
	struct str path = { 0 };
	struct kept kept;
	struct span hash;

	anchor_read(operation->anchor, &hash, &path);
	if (hash.len == 0 || (last != NULL && span_equal(last->op, operation->id) &&
				     span_equal(last->hash, hash)))
		goto end;
	kept = (struct kept){
		.op = arena_span(anchors->arena, operation->id),
		.hash = arena_span(anchors->arena, hash),
		.who = arena_span(anchors->arena, operation->who),
		.path = keep_path(anchors, last, &path),
	};
	if (anchors->count == anchors->capacity) {
		anchors->capacity = anchors->capacity == 0 ? 64 : anchors->capacity * 2;
		anchors->kept = mem_resize(
			anchors->kept, anchors->capacity, sizeof(*anchors->kept));
	}
	anchors->kept[anchors->count++] = kept;
end:
	str_free(&path);
}

static bool
is_writer(const struct anchors *anchors, struct span who)
{
	for (size_t i = anchors->writer_count; i > 0; i--)
		if (span_equal(anchors->writers[i - 1], who))
			return true;
	return false;
}

void
anchors_add_writer(struct anchors *anchors, struct span who)
{
	if (is_writer(anchors, who))
		return;
	anchors->writers = mem_resize(
		anchors->writers, anchors->writer_count + 1, sizeof(*anchors->writers));
	anchors->writers[anchors->writer_count++] = arena_span(anchors->arena, who);
}

/* "jump1" of bob@jump1. */
static struct span
host_of(struct span who)
{
	const char *at = who.len > 0 ? memrchr(who.at, '@', who.len) : NULL;
	size_t user = at != NULL ? (size_t)(at - who.at) + 1 : who.len;

	return (struct span){ who.at + user, who.len - user };
}

static int
compare_kept(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	int order = span_compare(x->path, y->path);

	return order != 0 ? order : span_compare(x->op, y->op);
}

/* The first one behind it that is of another journal. */
static size_t
end_of_journal(const struct anchors *anchors, size_t at)
{
	struct span path = anchors->kept[at].path;

	while (at < anchors->count && span_equal(anchors->kept[at].path, path))
		at++;
	return at;
}

static struct journal_anchor
anchor_of(const struct kept *kept)
{
	return (struct journal_anchor){
		.op = kept->op,
		.hash = kept->hash,
		.phase = JOURNAL_INTENT,
	};
}

struct journal_anchor *
anchors_for(
	struct anchors *anchors, struct span me, const char *journal_path, size_t *count)
{
	struct span host = host_of(me);

	free(anchors->all);
	anchors->all = mem_new(anchors->count + 1, sizeof(*anchors->all));
	*count = anchors->count;
	if (anchors->count > 0)
		qsort(anchors->kept, anchors->count, sizeof(*anchors->kept),
			compare_kept);
	for (size_t i = 0; i < anchors->count;) {
		size_t end = end_of_journal(anchors, i);
		const char *path = anchors->kept[i].path.at;
		bool is_this = path != NULL && place_is_same(path, journal_path);

		for (; i < end; i++) {
			struct kept *kept = &anchors->kept[i];
			/* Every host may have a file of that name. */
			bool is_said =
				path != NULL && span_equal(host_of(kept->who), host);
			bool is_stranger = kept->who.len > 0 &&
					   !span_equal(kept->who, me) &&
					   !is_writer(anchors, kept->who);

			kept->elsewhere = is_said && !is_this;
			anchors->all[i] = anchor_of(kept);
			anchors->all[i].of_others = is_said ? !is_this : is_stranger;
			anchors->all[i].sure = is_said && is_this;
		}
	}
	return anchors->all;
}

const struct anchors_other *
anchors_others(struct anchors *anchors, size_t *count)
{
	size_t used = 0;

	free(anchors->rest);
	free(anchors->others);
	anchors->rest = mem_new(anchors->count + 1, sizeof(*anchors->rest));
	anchors->others = mem_new(anchors->count + 1, sizeof(*anchors->others));
	*count = 0;
	for (size_t i = 0; i < anchors->count;) {
		size_t end = end_of_journal(anchors, i);
		struct anchors_other *other = &anchors->others[*count];

		*other = (struct anchors_other){
			.path = anchors->kept[i].path,
			.anchors = &anchors->rest[used],
		};
		for (; i < end; i++) {
			if (!anchors->kept[i].elsewhere || anchors->all[i].met)
				continue;
			anchors->rest[used] = anchor_of(&anchors->kept[i]);
			anchors->rest[used++].sure = true;
			other->count++;
		}
		*count += other->count > 0;
	}
	return anchors->others;
}
