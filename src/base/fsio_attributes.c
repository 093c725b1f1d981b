/* SPDX-License-Identifier: MIT */
#include "base/fsio_attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/mem.h"

#define ACL "system.posix_acl_access"

void
fsio_attributes_free(struct fsio_attributes *attributes)
{
	for (size_t i = 0; i < attributes->count; i++) {
		str_free(&attributes->list[i].name);
		str_free(&attributes->list[i].value);
	}
	free(attributes->list);
	*attributes = (struct fsio_attributes){ 0 };
}

struct fsio_attribute *
fsio_attributes_add(struct fsio_attributes *attributes)
{
	struct fsio_attribute *added;

	attributes->list = mem_resize(
		attributes->list, attributes->count + 1, sizeof(*attributes->list));
	added = &attributes->list[attributes->count++];
	*added = (struct fsio_attribute){ 0 };
	return added;
}

bool
fsio_attribute_is_kept(struct span name)
{
	static const char users[] = "user.";

	return span_is(name, ACL) ||
	       (name.len >= sizeof(users) && memchr(name.at, '\0', name.len) == NULL &&
		       memcmp(name.at, users, sizeof(users) - 1) == 0);
}

/* --- reading --- */

static int
read_value(struct fsio_attributes *out, int fd, const char *name)
{
	ssize_t size = fgetxattr(fd, name, NULL, 0);
	struct fsio_attribute *added;
	char *value;

	if (size < 0)
		return errno == ENODATA ? 0 : -1; /* removed meanwhile */
	value = mem_new(size > 0 ? (size_t)size : 1, 1);
	size = fgetxattr(fd, name, value, (size_t)size);
	if (size >= 0) {
		added = fsio_attributes_add(out);
		str_add(&added->name, name);
		str_add_span(&added->value, (struct span){ value, (size_t)size });
	}
	free(value);
	return size < 0 ? -1 : 0;
}

/* The names of the attributes, one NUL-terminated name after the other; free() them. */
static ssize_t
list_names(int fd, char **names)
{
	ssize_t size = flistxattr(fd, NULL, 0);

	*names = NULL;
	if (size <= 0)
		return size < 0 && errno == ENOTSUP ? 0 : size;
	*names = mem_new((size_t)size, 1);
	return flistxattr(fd, *names, (size_t)size);
}

int
fsio_attributes_read(struct fsio_attributes *out, int fd, const struct stat *status,
	const char *name, struct err *err)
{
	char *names;
	ssize_t size = list_names(fd, &names);
	int result = size < 0 ? -1 : 0;

	out->owner = status->st_uid;
	out->group = status->st_gid;
	out->mode = status->st_mode & 07777;
	for (ssize_t at = 0; at < size && result == 0;
		at += (ssize_t)strlen(names + at) + 1)
		if (fsio_attribute_is_kept(span_of(names + at)))
			result = read_value(out, fd, names + at);
	if (result != 0)
		err_set_errno(err, ERR_FAILED, errno,
			"cannot keep the ACL and attributes of %s; nothing was changed",
			name);
	free(names);
	return result;
}

/* --- setting --- */

static int
set_value(int fd, const struct fsio_attribute *attribute)
{
	return fsetxattr(fd, str_text(&attribute->name), str_text(&attribute->value),
		attribute->value.len, 0);
}

static int
refuse_value(const struct fsio_attribute *attribute, const char *name, struct err *err)
{
	return err_set_errno(err, ERR_FAILED, errno,
		"cannot keep the %s%s of %s; nothing was changed; do this as root",
		span_is(str_span(&attribute->name), ACL) ? "ACL" : "attribute ",
		span_is(str_span(&attribute->name), ACL) ? ""
							 : str_text(&attribute->name),
		name);
}

/* The ACL last, because it may take from us the right to set attributes. */
static int
set_values(const struct fsio_attributes *attributes, int fd, const char *name,
	struct err *err)
{
	const struct fsio_attribute *acl = NULL;

	for (size_t i = 0; i < attributes->count; i++) {
		const struct fsio_attribute *attribute = &attributes->list[i];

		if (span_is(str_span(&attribute->name), ACL))
			acl = attribute;
		else if (set_value(fd, attribute) != 0)
			return refuse_value(attribute, name, err);
	}
	if (acl != NULL)
		return set_value(fd, acl) == 0 ? 0 : refuse_value(acl, name, err);
	/* What the new file has is the directory's default ACL, not the old file's. */
	if (fremovexattr(fd, ACL) != 0 && errno != ENODATA && errno != ENOTSUP)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot take the ACL of the directory from the new version of "
			"%s; nothing was changed; do this as root",
			name);
	return 0;
}

static int
refuse_owner(const struct fsio_attributes *attributes, int error, const char *name,
	struct err *err)
{
	if (attributes->owner == geteuid())
		return err_set_errno(err, ERR_FAILED, error,
			"cannot keep the group of %s (%u, which this user is not in); "
			"nothing was changed; do this as root, or when you are in it",
			name, (unsigned)attributes->group);
	return err_set_errno(err, ERR_FAILED, error,
		"cannot keep the owner of %s (user %u, group %u); nothing was changed; "
		"do this as that user or as root",
		name, (unsigned)attributes->owner, (unsigned)attributes->group);
}

static int
set_owner_and_mode(const struct fsio_attributes *attributes, int fd, const char *name,
	struct err *err)
{
	struct stat now;
	bool is_owner;

	if (fstat(fd, &now) != 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot look at the new version of %s; nothing was changed",
			name);
	is_owner = now.st_uid == attributes->owner && now.st_gid == attributes->group;
	if (!is_owner && fchown(fd, attributes->owner, attributes->group) != 0)
		return refuse_owner(attributes, errno, name, err);
	/* Another owner may have cleared bits of it. Where modes are what the file system
	 * says, as on some in user space, nobody need set them. */
	if (is_owner && (now.st_mode & 07777) == attributes->mode)
		return 0;
	if (fchmod(fd, attributes->mode) != 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot keep the mode %04o of %s; nothing was changed; do this "
			"as its owner (user %u) or as root",
			(unsigned)attributes->mode, name, (unsigned)attributes->owner);
	return 0;
}

int
fsio_attributes_set(const struct fsio_attributes *attributes, int fd, const char *name,
	struct err *err)
{
	if (set_values(attributes, fd, name, err) != 0)
		return -1;
	/* The mode last: it may be one that forbids us the rest. */
	return set_owner_and_mode(attributes, fd, name, err);
}

/* --- asking before --- */

static bool
is_our_group(gid_t group)
{
	int count = getgroups(0, NULL);
	gid_t *groups = mem_new(count > 0 ? (size_t)count : 1, sizeof(*groups));
	bool found = group == getegid();

	count = getgroups(count > 0 ? count : 0, groups);
	for (int i = 0; i < count && !found; i++)
		found = groups[i] == group;
	free(groups);
	return found;
}

int
fsio_attributes_try(const struct fsio_attributes *attributes, int dir_fd,
	const char *name, struct err *err)
{
	int fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), result;

	if (fd >= 0) {
		result = set_owner_and_mode(attributes, fd, name, err);
		close(fd);
		return result;
	}
	/* The file system has no files without a name, or is full. */
	if (geteuid() == 0 ||
		(attributes->owner == geteuid() && is_our_group(attributes->group)))
		return 0;
	return refuse_owner(attributes, EPERM, name, err);
}
