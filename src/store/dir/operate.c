/* SPDX-License-Identifier: MIT
 * What a person changes: resets, deletes and undos of a directory's files. */
#include "store/dir/operate.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/permit.h"
#include "store/dir/doc.h"

/* So often a file may be saved between finding it and reading it whole. */
#define EXAMINE_TRIES 20

/* --- looking --- */

/* What is in it may be anything, but what it is must be a file that can be replaced. */
static int
refuse_file(const struct dir_store *dir, const char *name, const struct err *why,
	struct err *err)
{
	return err_set(err, why->kind == ERR_DAMAGED ? ERR_REFUSED : why->kind,
		"directory %s: %s; it cannot be changed, and nothing was written; look "
		"at "
		"%s",
		dir->path, why->text, name);
}

/* Reads the file that holds a key into dir->file and *out: the same bytes. */
static int
find_whole(struct dir_store *dir, struct key *key, struct str *name,
	struct fsio_file *out, bool *guessed, struct err *err)
{
	struct key asked = *key;

	for (int i = 0; i < EXAMINE_TRIES; i++) {
		struct err local = { 0 };
		enum dir_found found;

		*key = asked;
		found = dir_find(dir, key, name, guessed, err);
		if (found == DIR_ERROR)
			return -1;
		if (found != DIR_FOUND)
			return dir_refuse_absent(dir, asked, err);
		if (fsio_capture(out, NULL, dir->fd, name->text, DIR_FILE_MAX, &local) ==
			0) {
			if (span_equal(str_span(&out->bytes), str_span(&dir->file.text)))
				return 0;
		} else if (local.kind != ERR_NOT_FOUND) {
			return refuse_file(dir, name->text, &local, err);
		}
	}
	return err_set(err, ERR_UNREACHABLE,
		"directory %s: %s was saved each of the %d times that it was read; try "
		"again",
		dir->path, name->text, EXAMINE_TRIES);
}

/* A text with a NUL in it is damage to everybody who reads a row. */
const char *
dir_damage_of(const struct dir_file *file)
{
	if (file->damage != NULL)
		return str_text(&file->detail);
	if (file->value.len > 0 && memchr(file->value.at, '\0', file->value.len) != NULL)
		return "NUL byte in the value";
	return NULL;
}

/* What is below the path of the directory; str_free() it. */
static struct str
path_below(const struct dir_store *dir, const char *name)
{
	struct str path = { 0 };

	str_addf(&path, "%s/%s", dir->path, name);
	return path;
}

/* Whether this user may change files here at all, and tell the audit of it. */
static int
permit_change(const struct dir_store *dir, struct err *err)
{
	struct str audit = path_below(dir, DIR_AUDIT);
	int status = permit_directory(dir->fd, dir->path, err);

	if (status == 0)
		status = permit_writing(dir->fd, DIR_AUDIT, str_text(&audit), err);
	str_free(&audit);
	return status;
}

static int
refuse_image(const struct dir_store *dir, struct err *err)
{
	return err_set(err, ERR_USAGE,
		"directory %s: this is no image of a file of it; nothing was written",
		dir->path);
}

/* False also where it is of a file that is not in the directory. */
static bool
read_image(struct dir_image *out, struct span image)
{
	return dir_image_read(out, image) && strchr(str_text(&out->name), '/') == NULL;
}

static int
permit_file(const struct dir_store *dir, const struct str *name, struct err *err)
{
	struct str path = path_below(dir, name->text);
	int status = permit_replacing(dir->fd, name->text, str_text(&path), err);

	str_free(&path);
	return status;
}

/* Which file it is the image says: to find the key among all of them takes long. */
static int
dir_permit(struct store *store, struct key key, struct span image, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct dir_image from = { 0 };
	int status = dir_check_place(dir, err);

	(void)key;
	if (status == 0 && !read_image(&from, image))
		status = refuse_image(dir, err);
	if (status == 0)
		status = permit_change(dir, err);
	if (status == 0)
		status = permit_file(dir, &from.name, err);
	dir_image_free(&from);
	return status;
}

/* Shows what was read: dir->file and file are the same bytes. */
static void
show(struct dir_store *dir, struct ckpt *ckpt, const struct str *name,
	const struct fsio_file *file, store_image_fn *image, void *arg)
{
	struct str text = { 0 };
	unsigned hazards = 0;

	dir_file_describe(&dir->file, ckpt);
	ckpt->where = str_span(name);
	if (dir_damage_of(&dir->file) != NULL) {
		hazards |= EDIT_DAMAGED;
		if (ckpt->damage.at == NULL)
			ckpt->damage = span_of(dir_damage_of(&dir->file));
	}
	hazards |= file->mark.links > 1 ? EDIT_LINKED : 0;
	hazards |= fsio_can_exchange(fsio_type(dir->fd)) ? 0 : EDIT_UNGUARDED;
	dir_image_add(&text, str_span(name), file);
	image(arg, ckpt, str_span(&text), hazards);
	str_free(&text);
}

static int
dir_examine(struct store *store, struct key key, store_image_fn *image, void *arg,
	struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct ckpt ckpt = { .key = key }; /* as asked for */
	struct str name = { 0 };
	struct fsio_file file = { 0 };
	bool guessed;
	int status = dir_check_place(dir, err);

	if (status == 0)
		status = find_whole(dir, &key, &name, &file, &guessed, err);
	if (status == 0) {
		ckpt.flags |= guessed ? CKPT_KEY_GUESSED : 0;
		show(dir, &ckpt, &name, &file, image, arg);
	}
	str_free(&name);
	fsio_file_free(&file);
	return status;
}

/* The file is the identity: another one may have its key, and is another checkpoint. */
static int
dir_examine_again(struct store *store, struct key key, struct span like,
	store_image_fn *image, void *arg, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct ckpt ckpt = { .key = key };
	struct dir_image from = { 0 };
	struct fsio_file file = { 0 };
	struct err local = { 0 };
	int status = dir_check_place(dir, err);

	if (status == 0 && !read_image(&from, like))
		status = refuse_image(dir, err);
	if (status == 0 && fsio_capture(&file, NULL, dir->fd, from.name.text,
				   DIR_FILE_MAX, &local) != 0)
		status = local.kind == ERR_NOT_FOUND
				 ? dir_refuse_absent(dir, key, err)
				 : refuse_file(dir, from.name.text, &local, err);
	if (status == 0) {
		dir_file_parse(&dir->file, str_span(&file.bytes), &file.mark);
		show(dir, &ckpt, &from.name, &file, image, arg);
	}
	dir_image_free(&from);
	fsio_file_free(&file);
	return status;
}

/* A file that is put in the place of another has no other names. */
static int
dir_foresee(struct store *store, struct key key, struct span of, store_image_fn *image,
	void *arg, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct ckpt ckpt = { .key = key };
	struct dir_image from = { 0 };

	if (!dir_image_read(&from, of))
		return refuse_image(dir, err);
	dir_file_parse(&dir->file, str_span(&from.file.bytes), &from.file.mark);
	show(dir, &ckpt, &from.name, &from.file, image, arg);
	dir_image_free(&from);
	return 0;
}

/* --- images --- */

/* A name that allows several keys is not made to say one of them: other readers of the
 * file take another. */
static struct key
key_to_write(const struct dir_store *dir, const char *name, struct key key)
{
	struct key found;
	bool guessed;

	if (dir_name_is_json(name) &&
		dir_name_split(&dir->naming, name, &found, &guessed) && !guessed &&
		key_equal(found, key))
		return key;
	return (struct key){ SPAN_NONE, SPAN_NONE };
}

static int
dir_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct change change = { .value = draft->value,
		.keep_metadata = draft->keep_metadata,
		.metadata = draft->metadata,
		.updated_at = draft->updated_at };
	struct dir_image from = { 0 };
	struct dir_file file = { 0 };
	struct str text = { 0 };
	int status;

	if (!dir_image_read(&from, image))
		return refuse_image(dir, err);
	dir_file_parse(&file, str_span(&from.file.bytes), &from.file.mark);
	/* Of a sound document only what is asked for is changed. */
	if (file.damage != NULL)
		change.key = key_to_write(dir, from.name.text, draft->key);
	status = dir_doc_make(&text, file.damage == NULL ? &file : NULL, &change,
		dir->store.config->zone, err);
	if (status == 0) {
		str_free(&from.file.bytes);
		from.file.bytes = text;
		text = (struct str){ 0 };
		from.file.mtime = FSIO_NO_TIME;
		dir_image_add(out, str_span(&from.name), &from.file);
	}
	str_free(&text);
	dir_file_free(&file);
	dir_image_free(&from);
	return status;
}

/* A text that was put into memory that may still move. */
struct kept {
	bool there;
	size_t at, len;
};

static struct kept
keep(struct str *memory, struct span text)
{
	struct kept kept = { text.at != NULL, memory->len, text.len };

	if (kept.there)
		str_add_span(memory, text);
	return kept;
}

static struct span
kept_span(const struct str *memory, struct kept kept)
{
	return kept.there ? (struct span){ str_text(memory) + kept.at, kept.len }
			  : SPAN_NONE;
}

static bool
dir_image_facts(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out)
{
	struct dir_image from = { 0 };
	struct dir_file file = { 0 };
	struct kept value, updated, metadata;

	(void)store;
	if (!dir_image_read(&from, image))
		return false;
	dir_file_parse(&file, str_span(&from.file.bytes), &from.file.mark);
	value = keep(memory, file.value);
	updated = keep(memory, file.updated_text);
	metadata = keep(memory, file.metadata);
	out->value = kept_span(memory, value);
	out->updated_text = kept_span(memory, updated);
	out->metadata = kept_span(memory, metadata);
	out->unreadable = file.damage != NULL && !value.there;
	dir_file_free(&file);
	dir_image_free(&from);
	return true;
}

static bool
dir_same(const struct store *store, struct span a, struct span b)
{
	struct dir_image first = { 0 }, second = { 0 };
	bool same = dir_image_read(&first, a) && dir_image_read(&second, b) &&
		    dir_image_same(&first, &second);

	(void)store;
	dir_image_free(&first);
	dir_image_free(&second);
	return same;
}

/* --- applying --- */

/* Whether the row of this key is the one that is in this file. */
static bool
has_key(struct dir_store *dir, const struct dir_image *image, struct key key)
{
	struct dir_file *file = &dir->file;
	struct str beside = { 0 };
	struct key found;
	bool guessed, has;

	dir_file_parse(file, str_span(&image->file.bytes), &image->file.mark);
	if (!dir_key_of_file(dir, image->name.text, &found, &guessed))
		return false;
	has = key_equal(found, key) ||
	      (guessed && dir_name_is_proper(image->name.text, key));
	if (!has) {
		/* As the row of a file beside another one with its key. */
		str_add_span(&beside, found.partition);
		str_addf(&beside, "@%s", image->name.text);
		found.partition = str_span(&beside);
		has = key_equal(found, key);
	}
	str_free(&beside);
	return has;
}

/* An operation's id is a part of names of files. */
static bool
is_sound_id(struct span id)
{
	for (size_t i = 0; i < id.len; i++) {
		char c = id.at[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
			!(c >= 'A' && c <= 'Z') && c != '-')
			return false;
	}
	return id.len > 0 && id.len <= 64;
}

/* Understands what an edit asks for; -1: the edit has failed, and says why. */
static int
prepare(struct dir_edit *edit)
{
	const struct span id = edit->operation->id;
	struct err *err = &edit->edit->err;

	edit->was = edit->edit->seen.at != NULL;
	edit->becomes = edit->edit->wanted.at != NULL;
	if ((edit->was && !dir_image_read(&edit->seen, edit->edit->seen)) ||
		(edit->becomes && !dir_image_read(&edit->wanted, edit->edit->wanted)))
		return refuse_image(edit->dir, err);
	edit->name = edit->was ? edit->seen.name.text : edit->wanted.name.text;
	if (!is_sound_id(id))
		return err_set(err, ERR_USAGE,
			"'%.*s' is no id of an operation; nothing was written",
			(int)id.len, id.at != NULL ? id.at : "");
	if (strchr(edit->name, '/') != NULL ||
		!dir_name_is_ours(&edit->dir->naming, edit->name))
		return err_set(err, ERR_REFUSED,
			"directory %s: %s is no name of a checkpoint; nothing was "
			"written",
			edit->dir->path, edit->name);
	if (edit->was && edit->becomes && strcmp(edit->name, edit->wanted.name.text) != 0)
		return err_set(err, ERR_USAGE,
			"directory %s: an edit of %s into %s; nothing was written",
			edit->dir->path, edit->name, edit->wanted.name.text);
	if (!has_key(edit->dir, edit->was ? &edit->seen : &edit->wanted, edit->edit->key))
		return err_set(err, ERR_USAGE,
			"directory %s: the image of %s is not one of this checkpoint; "
			"nothing was written",
			edit->dir->path, edit->name);
	snprintf(edit->own, sizeof(edit->own), DIR_CHANGE_PREFIX "%.*s-%zu", (int)id.len,
		id.at, edit->index);
	return 0;
}

/* The temporary file could not be removed: a part of the truth, whatever the result is.
 * Where that is not known the text names the file already. */
static void
tell_left(struct dir_edit *edit)
{
	struct err *err = &edit->edit->err, before = *err;

	edit->edit->left = true;
	if (edit->edit->result == CHANGE_UNKNOWN)
		return;
	err_clear(err);
	err_set_errno(err, err_is_set(&before) ? before.kind : ERR_FAILED, edit->left,
		"%s%sthe temporary file %s/%s could not be removed and lies there still; "
		"the next change in this directory tries again",
		before.text, err_is_set(&before) ? "; " : "", edit->dir->path, edit->own);
}

typedef void edit_fn(struct dir_edit *edit);

static void
do_one(struct dir_edit *edit, edit_fn *act)
{
	if (prepare(edit) == 0)
		act(edit);
	if (edit->left != 0)
		tell_left(edit);
	else if (edit->settling && edit->edit->result == CHANGE_UNKNOWN)
		edit->edit->left = faccessat(edit->dir->fd, edit->own, F_OK,
					   AT_SYMLINK_NOFOLLOW) == 0;
	dir_image_free(&edit->seen);
	dir_image_free(&edit->wanted);
}

/* Locks the directory and opens its audit. */
static int
begin(struct dir_store *dir, int *audit_fd, struct err *err)
{
	struct dir_place locked;

	*audit_fd = -1;
	if (dir_lock(dir, &locked, err) != 0)
		return -1;
	if (dir_audit_open(dir, audit_fd, err) == 0)
		return 0;
	fsio_unlock(dir->fd);
	return -1;
}

static void
end(struct dir_store *dir, int audit_fd)
{
	if (audit_fd >= 0)
		close(audit_fd);
	fsio_unlock(dir->fd);
}

static void
give_up(struct edit *edits, size_t count, enum change_result result,
	const struct err *failure)
{
	for (size_t i = 0; i < count; i++) {
		edits[i].result = result;
		edits[i].err = *failure;
	}
}

static void
dir_apply(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct err failure = { 0 };
	int audit_fd;
	size_t i;

	if (begin(dir, &audit_fd, &failure) != 0) {
		give_up(edits, count, CHANGE_FAILED, &failure);
		return;
	}
	for (i = 0; i < count; i++) {
		struct dir_edit edit = { dir, operation, i, .edit = &edits[i],
			.audit_fd = audit_fd };

		do_one(&edit, dir_swap);
		if (edits[i].result != CHANGE_DONE)
			break;
	}
	/* The temporary files that were removed need not come back after a loss of power;
	 * where they do, nothing else is lost. After a failure nothing is synced again.
	 */
	if (i == count)
		fsio_sync_names(dir->fd);
	end(dir, audit_fd);
	if (i + 1 >= count)
		return;
	err_set(&failure, ERR_FAILED,
		"not tried and so was not written, because of the one before it; "
		"look into that, then try again; it was: %s",
		edits[i].err.text);
	give_up(&edits[i + 1], count - i - 1, CHANGE_FAILED, &failure);
}

static void
dir_settle(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count)
{
	struct dir_store *dir = (struct dir_store *)store;
	struct err failure = { 0 };
	int audit_fd;

	if (begin(dir, &audit_fd, &failure) != 0) {
		give_up(edits, count, CHANGE_UNKNOWN, &failure);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct dir_edit edit = { dir, operation, i, .edit = &edits[i],
			.audit_fd = audit_fd, .settling = true };

		do_one(&edit, dir_settle_one);
	}
	end(dir, audit_fd);
}

const struct backend_operations dir_operations = {
	.examine = dir_examine,
	.examine_again = dir_examine_again,
	.foresee = dir_foresee,
	.permit = dir_permit,
	.draft = dir_draft,
	.image_read = dir_image_facts,
	.image_same = dir_same,
	.apply = dir_apply,
	.settle = dir_settle,
	.audit_create = dir_audit_create,
	.audit_add_script = dir_audit_add_script,
	.audit_read = dir_audit_read,
	.identify = dir_identify,
};
