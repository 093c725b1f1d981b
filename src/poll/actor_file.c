/* SPDX-License-Identifier: MIT
 *
 * A file for a person, written beside the screen's thread: a disk may take its time. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/mem.h"
#include "poll/actor_inside.h"

struct kept_file *
kept_file_new(const char *path, struct span bytes)
{
	struct kept_file *kept = mem_new(1, sizeof(*kept));

	kept->path = mem_copy(path, strlen(path));
	str_add_span(&kept->bytes, bytes);
	return kept;
}

void
kept_file_free(struct kept_file *kept)
{
	free(kept->path);
	str_free(&kept->bytes);
	free(kept);
}

/* What could not be written whole is no file. */
static int
fill(int fd, const struct kept_file *file, struct err *err)
{
	int error = 0;

	if (fsio_write(fd, file->path, str_span(&file->bytes), NULL) != 0 ||
		fsio_sync(fd) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0)
		return 0;
	if (unlink(file->path) != 0)
		return err_set_errno(err, ERR_FAILED, error,
			"%s could not be written whole, and what there is of it could "
			"not be removed; nothing else was written",
			file->path);
	return err_set_errno(err, ERR_FAILED, error,
		"%s could not be written whole and was removed again; nothing was "
		"written",
		file->path);
}

/* Whatever has this name already stays as it is, also a link to nowhere. */
static int
write_file(const struct kept_file *file, struct err *err)
{
	int fd = open(file->path,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return err_set(err, ERR_FAILED,
			"%s is there already; nothing was written; choose another name",
			file->path);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"%s cannot be made; nothing was written", file->path);
	return fill(fd, file, err);
}

void
desk_write_file(const struct kept_file *file, desk_tell *tell, void *arg)
{
	struct answer *answer = answer_new(ANSWER_FILE, 0);
	char here[PATH_MAX];

	if (write_file(file, &answer->err) != 0)
		str_addf(&answer->text, "%s", answer->err.text);
	else if (file->path[0] != '/' && getcwd(here, sizeof(here)) != NULL)
		str_addf(&answer->text, "wrote %s/%s", here, file->path);
	else
		str_addf(&answer->text, "wrote %s", file->path);
	tell(arg, answer);
}
