/* SPDX-License-Identifier: MIT
 *
 * Versions of a file, and whether they are the same. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/dir/operate.h"

/* What cannot be read can be told from others all the same; where not even that is known,
 * it has no inode. */
static void
hold(struct dir_version *version, int dir_fd, const char *name)
{
	struct stat status;

	version->held = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	version->there = version->held >= 0 || errno != ENOENT;
	if (version->held < 0 || fstat(version->held, &status) != 0)
		return;
	version->device = status.st_dev;
	version->inode = status.st_ino;
}

void
dir_version_take(struct dir_version *out, int dir_fd, const char *name)
{
	*out = (struct dir_version){ .held = -1 };
	out->read = fsio_capture(&out->file, &out->held, dir_fd, name, DIR_FILE_MAX,
			    &out->err) == 0;
	if (out->read) {
		out->there = true;
		out->device = out->file.mark.device;
		out->inode = out->file.mark.inode;
	} else if (out->err.kind != ERR_NOT_FOUND) {
		hold(out, dir_fd, name);
	}
}

void
dir_version_drop(struct dir_version *version)
{
	if (version->held >= 0)
		close(version->held);
	version->held = -1;
	fsio_file_free(&version->file);
}

static bool
same_bytes(const struct fsio_file *a, const struct fsio_file *b)
{
	return a->bytes.len == b->bytes.len &&
	       (a->bytes.len == 0 ||
		       memcmp(a->bytes.text, b->bytes.text, a->bytes.len) == 0);
}

bool
dir_version_is(const struct dir_version *a, const struct dir_version *b)
{
	return a->there && b->there && a->inode != 0 && a->inode == b->inode &&
	       a->device == b->device &&
	       (!a->read || !b->read || same_bytes(&a->file, &b->file));
}

bool
dir_is_wanted(const struct dir_edit *edit, const struct dir_version *now)
{
	return now->read && edit->becomes && same_bytes(&now->file, &edit->wanted.file);
}

bool
dir_is_seen(const struct dir_edit *edit, const struct dir_version *now)
{
	return now->read && edit->was && same_bytes(&now->file, &edit->seen.file);
}
