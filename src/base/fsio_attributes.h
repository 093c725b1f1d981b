/* SPDX-License-Identifier: MIT
 * What a file has beside its bytes: owner, group, mode, POSIX ACL and user.* attributes.
 * What a new version of a file gets from the old one. */
#ifndef BASE_FSIO_ATTRIBUTES_H
#define BASE_FSIO_ATTRIBUTES_H

#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

struct fsio_attribute {
	struct str name; /* "user.…", or that of the ACL */
	struct str value;
};

/* Start with { 0 }, end with fsio_attributes_free(). */
struct fsio_attributes {
	uid_t owner;
	gid_t group;
	mode_t mode; /* 07777 of it */
	struct fsio_attribute *list;
	size_t count;
};

void fsio_attributes_free(struct fsio_attributes *attributes);

/* An empty attribute at the end of the list. Borrowed until the next one. */
struct fsio_attribute *fsio_attributes_add(struct fsio_attributes *attributes);

/* True for the names of attributes that are kept; no other is ever set. */
bool fsio_attribute_is_kept(struct span name);

/* Those of an open file; status is that of fstat(), the name is for messages. ERR_FAILED.
 */
int fsio_attributes_read(struct fsio_attributes *out, int fd, const struct stat *status,
	const char *name, struct err *err);

/* Gives them to a new file, which is open for writing and ours. ERR_FAILED: nothing was
 * changed, says the text, for it is the new version of the file `name`. */
int fsio_attributes_set(const struct fsio_attributes *attributes, int fd,
	const char *name, struct err *err);

/* Whether a new file in this directory may be given this owner, group and mode; leaves
 * nothing. ERR_FAILED as above, for the file `name`. */
int fsio_attributes_try(const struct fsio_attributes *attributes, int dir_fd,
	const char *name, struct err *err);

#endif
