/* SPDX-License-Identifier: MIT
 * What became of an edit whose maker died, or who could not tell: from the temporary file
 * that he left, from what is in place, and from the store audit. */
#include "store/dir/operate.h"

#include <string.h>

/* --- results --- */

static const char *
what_was_wanted(const struct dir_edit *edit)
{
	if (!edit->becomes)
		return "deleted";
	return edit->was ? "changed" : "brought back";
}

static void
not_made(struct dir_edit *edit, const char *how)
{
	edit->edit->result = CHANGE_FAILED;
	err_set(&edit->edit->err, ERR_FAILED,
		"directory %s: %s was not %s: %s; look at it, and ask again if that is "
		"still wanted",
		edit->dir->path, edit->name, what_was_wanted(edit), how);
}

static void
not_known(struct dir_edit *edit, const char *why)
{
	edit->edit->result = CHANGE_UNKNOWN;
	err_set(&edit->edit->err, ERR_UNKNOWN,
		"directory %s: nothing tells whether %s was %s: %s; nothing was done "
		"now; look at it, and ask again only if it is not as wanted",
		edit->dir->path, edit->name, what_was_wanted(edit), why);
}

/* It was made; what is still to be done is done now. */
static void
made(struct dir_edit *edit)
{
	struct err why = { 0 };

	if (dir_finish(edit, &why))
		return;
	edit->edit->result = CHANGE_UNKNOWN;
	err_set(&edit->edit->err, ERR_UNKNOWN,
		"directory %s: %s was %s, but the store audit may have no row of it: %s; "
		"see to the audit %s there; do not ask for the same again",
		edit->dir->path, edit->name, what_was_wanted(edit), why.text, DIR_AUDIT);
}

static void
never_put(struct dir_edit *edit)
{
	dir_remove_own(edit);
	not_made(edit, "its new version was not put in place");
}

static void
was_put_back(struct dir_edit *edit)
{
	not_made(edit, "somebody had saved it meanwhile, and his version is in place");
}

/* --- without a temporary file --- */

/* Either nothing was begun, or all was ended; the audit tells which. */
static void
settle_by_audit(struct dir_edit *edit)
{
	struct err why = { 0 };
	bool tells = false;

	if (edit->audit_fd < 0)
		not_known(edit,
			"it was saved since, and this store has no audit of its own");
	else if (dir_audit_tells(edit, &tells, &why) != 0)
		not_known(edit, why.text);
	else if (tells)
		edit->edit->result = CHANGE_DONE;
	else if (!edit->was)
		/* Its new version leaves nothing beside it, and the row comes after it.
		 */
		not_known(edit, "it was saved since");
	else
		not_made(edit, "the store audit has no row of it");
}

static void
settle_by_place(struct dir_edit *edit, const struct dir_version *now)
{
	bool is_new = edit->becomes ? dir_is_wanted(edit, now) : !now->there;
	bool is_old = edit->was ? dir_is_seen(edit, now) : !now->there;

	if (is_new && (edit->becomes || edit->audit_fd < 0))
		made(edit);
	else if (is_old)
		not_made(edit, edit->was ? "what was seen before is still in place"
					 : "there is still no such file");
	else
		settle_by_audit(edit);
}

/* --- by the temporary file --- */

/* The beginning of the new version, or what a loss of power leaves of it. */
static bool
is_torn(const struct dir_edit *edit, const struct dir_version *own)
{
	const struct str *bytes = &own->file.bytes, *wanted = &edit->wanted.file.bytes;
	size_t zeros = 0;

	if (!own->read || !edit->becomes)
		return false;
	while (zeros < bytes->len && bytes->text[zeros] == '\0')
		zeros++;
	return zeros == bytes->len ||
	       (bytes->len < wanted->len &&
		       memcmp(bytes->text, wanted->text, bytes->len) == 0);
}

/* Somebody else's version was displaced. In place is ours, or (he died while he put it
 * back) another one of somebody else's, of which the older must not stay. */
static void
settle_displaced(struct dir_edit *edit, struct dir_version *own, struct dir_version *now)
{
	bool hides_newer = dir_is_wanted(edit, now) ||
			   (now->read && own->file.mtime > now->file.mtime);

	if (now->there && hides_newer) {
		if (dir_put_back(edit, now, own))
			was_put_back(edit);
		return;
	}
	dir_remove_own(edit);
	was_put_back(edit);
}

static void
settle_replaced(struct dir_edit *edit, struct dir_version *own, struct dir_version *now)
{
	if (dir_is_seen(edit, own)) {
		made(edit);
	} else if (dir_is_wanted(edit, own) || is_torn(edit, own)) {
		if (dir_is_wanted(edit, now))
			made(edit);
		else
			never_put(edit);
	} else if (own->read) {
		settle_displaced(edit, own, now);
	} else {
		not_known(edit, own->err.text);
	}
}

static void
settle_deleted(struct dir_edit *edit, struct dir_version *own, struct dir_version *now)
{
	(void)now;
	if (dir_is_seen(edit, own))
		made(edit);
	else if (dir_move_back(edit, own))
		was_put_back(edit);
}

static void
settle_restored(struct dir_edit *edit, struct dir_version *own, struct dir_version *now)
{
	if (dir_is_wanted(edit, now))
		made(edit);
	else if (dir_is_wanted(edit, own) || is_torn(edit, own))
		never_put(edit);
	else if (dir_move_back(edit, own))
		was_put_back(edit);
}

void
dir_settle_one(struct dir_edit *edit)
{
	struct dir_version own, now;

	dir_version_take(&own, edit->dir->fd, edit->own);
	dir_version_take(&now, edit->dir->fd, edit->name);
	if (!own.there)
		settle_by_place(edit, &now);
	else if (edit->was && edit->becomes)
		settle_replaced(edit, &own, &now);
	else if (edit->was)
		settle_deleted(edit, &own, &now);
	else
		settle_restored(edit, &own, &now);
	dir_version_drop(&own);
	dir_version_drop(&now);
}
