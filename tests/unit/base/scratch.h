/* SPDX-License-Identifier: MIT
 * A directory of its own for each test, made before it and removed with all its files. */
#ifndef UNIT_BASE_SCRATCH_H
#define UNIT_BASE_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
	char path[PATH_MAX];
	int fd;
};

/* How many names are in the directory; with remove they are gone then. */
static inline int
scratch_count(const struct scratch *scratch, bool remove_them)
{
	DIR *dir = opendir(scratch->path);
	struct dirent *entry;
	int count = 0;

	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		count++;
		if (remove_them && unlinkat(scratch->fd, entry->d_name, 0) != 0)
			unlinkat(scratch->fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
	return count;
}

/* For cmocka_unit_test_setup_teardown(): *state becomes a struct scratch. */
static inline int
scratch_make(void **state)
{
	const char *parent = getenv("TMPDIR");
	struct scratch *scratch = calloc(1, sizeof(*scratch));

	if (scratch == NULL)
		return -1;
	*state = scratch;
	snprintf(scratch->path, sizeof(scratch->path), "%s/unit_test.XXXXXX",
		parent != NULL ? parent : "/tmp");
	if (mkdtemp(scratch->path) == NULL)
		return -1;
	scratch->fd = open(scratch->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return scratch->fd < 0 ? -1 : 0;
}

static inline int
scratch_remove(void **state)
{
	struct scratch *scratch = *state;
	int result;

	scratch_count(scratch, true);
	close(scratch->fd);
	result = rmdir(scratch->path);
	free(scratch);
	return result;
}

#endif
