/* SPDX-License-Identifier: MIT */
#include "base/place.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

/* As many links in one path as the kernel follows. */
#define LINKS_MAX 40

/* Cuts the last name off; "" is the root. */
static void
go_up(struct str *place)
{
	const char *slash = strrchr(str_text(place), '/');

	str_cut(place, slash != NULL ? (size_t)(slash - str_text(place)) : 0);
}

/* Reads the link that stands there into *target; false when it is none. */
static bool
read_link(const struct str *place, struct str *target)
{
	char text[PATH_MAX];
	ssize_t length = readlink(str_text(place), text, sizeof(text));

	if (length <= 0)
		return false;
	str_add_span(target, (struct span){ text, (size_t)length });
	return true;
}

/* Spells a path out from the root, name by name, so that names that are not there (a link
 * to a file that is yet to be made) have one spelling as well. */
static void
spell_out(struct str *place, const char *path)
{
	struct str rest = { 0 }, target = { 0 };
	char here[PATH_MAX];
	int links = 0;

	if (path[0] != '/' && getcwd(here, sizeof(here)) != NULL)
		str_addf(&rest, "%s/", here);
	str_add(&rest, path);
	for (size_t at = 0; at < rest.len;) {
		size_t length = strcspn(str_text(&rest) + at, "/");
		struct span name = { str_text(&rest) + at, length };

		at += length + (at + length < rest.len);
		if (name.len == 0 || span_is(name, "."))
			continue;
		if (span_is(name, "..")) {
			go_up(place);
			continue;
		}
		str_add_char(place, '/');
		str_add_span(place, name);
		if (links >= LINKS_MAX || !read_link(place, &target))
			continue;
		links++;
		if (str_text(&target)[0] == '/')
			str_clear(place);
		else
			go_up(place);
		str_addf(&target, "/%s", str_text(&rest) + at);
		str_clear(&rest);
		str_add_span(&rest, str_span(&target));
		str_clear(&target);
		at = 0;
	}
	str_free(&rest);
	str_free(&target);
}

void
place_add(struct str *out, const char *path)
{
	struct str place = { 0 };

	spell_out(&place, path);
	str_add(out, place.len > 0 ? place.text : "/");
	str_free(&place);
}

bool
place_is_same(const char *a, const char *b)
{
	struct str a_place = { 0 }, b_place = { 0 };
	struct stat a_status, b_status;
	bool same;

	if (strcmp(a, b) == 0)
		return true;
	if (*a == '\0' || *b == '\0')
		return false;
	if (stat(a, &a_status) == 0 && stat(b, &b_status) == 0)
		return a_status.st_dev == b_status.st_dev &&
		       a_status.st_ino == b_status.st_ino;
	spell_out(&a_place, a);
	spell_out(&b_place, b);
	same = strcmp(str_text(&a_place), str_text(&b_place)) == 0;
	str_free(&a_place);
	str_free(&b_place);
	return same;
}
