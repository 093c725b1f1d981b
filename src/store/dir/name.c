/* SPDX-License-Identifier: MIT */
#include "store/dir/name.h"

#include <string.h>

#include "base/token.h"
#include "base/utf8.h"
#include "store/backend.h"

#define SUFFIX	   ".json"
#define SUFFIX_LEN (sizeof(SUFFIX) - 1)
#define GROUPS_MAX 9

/* --- the user's own rule --- */

/* A setting that is the number of a group, or fallback when it is not set. */
static int
read_group(size_t *out, const struct store_config *config, const char *key,
	size_t fallback, struct err *err)
{
	const char *text = store_setting(config, key);

	*out = fallback;
	if (text == NULL)
		return 0;
	if (strlen(text) != 1 || text[0] < '1' || text[0] > '0' + GROUPS_MAX) {
		err_set(err, ERR_USAGE,
			"%s = %s: the number of a group in name_regex is needed, 1 to %d",
			key, text, GROUPS_MAX);
		return store_blame(config, key, err);
	}
	*out = (size_t)(text[0] - '0');
	return 0;
}

static int
compile(struct dir_naming *naming, const char *text, struct err *err)
{
	char reason[128];
	int status = regcomp(&naming->regex, text, REG_EXTENDED);

	if (status != 0) {
		regerror(status, &naming->regex, reason, sizeof(reason));
		return err_set(err, ERR_USAGE, "name_regex = %s: %s", text, reason);
	}
	naming->has_regex = true;
	if (naming->job_group <= naming->regex.re_nsub &&
		naming->partition_group <= naming->regex.re_nsub)
		return 0;
	return err_set(err, ERR_USAGE,
		"name_regex = %s: it has %zu groups in parentheses, but group %zu is to "
		"be the job and group %zu the partition",
		text, naming->regex.re_nsub, naming->job_group, naming->partition_group);
}

int
dir_naming_init(
	struct dir_naming *out, const struct store_config *config, struct err *err)
{
	const char *regex = store_setting(config, "name_regex");

	memset(out, 0, sizeof(*out));
	if (read_group(&out->job_group, config, "job_group", 1, err) != 0 ||
		read_group(&out->partition_group, config, "partition_group", 2, err) != 0)
		return -1;
	if (regex == NULL)
		return 0;
	if (compile(out, regex, err) == 0)
		return 0;
	dir_naming_free(out);
	return store_blame(config, "name_regex", err);
}

void
dir_naming_free(struct dir_naming *naming)
{
	if (naming->has_regex)
		regfree(&naming->regex);
	naming->has_regex = false;
}

static bool
match(const struct dir_naming *naming, const char *name, regmatch_t *groups, size_t count)
{
	return regexec(&naming->regex, name, count, groups, 0) == 0;
}

static bool
split_by_regex(const struct dir_naming *naming, const char *name, struct key *out)
{
	regmatch_t groups[GROUPS_MAX + 1];
	const regmatch_t *job = &groups[naming->job_group];
	const regmatch_t *partition = &groups[naming->partition_group];

	if (!match(naming, name, groups, GROUPS_MAX + 1) || job->rm_so < 0 ||
		partition->rm_so < 0 || job->rm_so == job->rm_eo)
		return false;
	out->job = (struct span){ name + job->rm_so, (size_t)(job->rm_eo - job->rm_so) };
	out->partition = (struct span){ name + partition->rm_so,
		(size_t)(partition->rm_eo - partition->rm_so) };
	return true;
}

/* --- names that are there --- */

bool
dir_name_is_json(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > SUFFIX_LEN &&
	       memcmp(name + len - SUFFIX_LEN, SUFFIX, SUFFIX_LEN) == 0;
}

bool
dir_name_is_ours(const struct dir_naming *naming, const char *name)
{
	return dir_name_is_json(name) &&
	       (!naming->has_regex || match(naming, name, NULL, 0));
}

bool
dir_name_is_of_change(const char *name)
{
	struct span id = span_of(name);

	if (id.len < strlen(DIR_CHANGE_PREFIX) + TOKEN_LEN + 2 ||
		memcmp(name, DIR_CHANGE_PREFIX, strlen(DIR_CHANGE_PREFIX)) != 0)
		return false;
	id.at += strlen(DIR_CHANGE_PREFIX);
	id.len = TOKEN_LEN;
	return token_is_one(id) && id.at[TOKEN_LEN] == '-' &&
	       strspn(id.at + TOKEN_LEN + 1, "0123456789") ==
		       strlen(id.at + TOKEN_LEN + 1);
}

bool
dir_name_split(
	const struct dir_naming *naming, const char *name, struct key *out, bool *guessed)
{
	const char *end = name + strlen(name) - SUFFIX_LEN;
	const char *underscore;

	*guessed = false;
	if (naming->has_regex)
		return split_by_regex(naming, name, out);
	underscore = memrchr(name, '_', (size_t)(end - name));
	if (underscore == NULL || underscore == name)
		return false;
	out->job = (struct span){ name, (size_t)(underscore - name) };
	out->partition = (struct span){ underscore + 1, (size_t)(end - underscore - 1) };
	*guessed = memchr(name, '_', out->job.len) != NULL;
	return true;
}

/* --- names that we make --- */

static bool
has_control(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
			return true;
	return false;
}

/* Why a part of the key must not become a part of a file name, or NULL. */
static const char *
fault_of(struct span part)
{
	if (memchr(part.at, '\0', part.len) != NULL)
		return "contains a NUL byte";
	if (memchr(part.at, '/', part.len) != NULL)
		return "contains a '/'";
	if (part.len > 0 && part.at[0] == '.')
		return "starts with a '.'";
	if (has_control(part))
		return "contains a control character";
	if (!utf8_is_valid(part))
		return "is not valid UTF-8";
	return NULL;
}

static const char *
fault_of_job(struct span job)
{
	if (job.at == NULL || job.len == 0)
		return "is empty";
	if (job.at[0] == '-')
		return "starts with a '-'";
	return fault_of(job);
}

static int
refuse(struct key key, const char *part, const char *fault, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"no file name can be made for %.*s/%.*s: the %s %s; nothing was written; "
		"take another key",
		(int)key.job.len, key.job.at ? key.job.at : "", (int)key.partition.len,
		key.partition.at ? key.partition.at : "", part, fault);
}

int
dir_name_make(struct str *out, struct key key, struct err *err)
{
	const char *fault = fault_of_job(key.job);

	str_clear(out);
	if (fault != NULL)
		return refuse(key, "job", fault, err);
	fault = key.partition.at == NULL ? "is missing" : fault_of(key.partition);
	if (fault != NULL)
		return refuse(key, "partition", fault, err);
	str_add_span(out, key.job);
	str_add_char(out, '_');
	str_add_span(out, key.partition);
	str_add(out, SUFFIX);
	if (out->len <= DIR_NAME_MAX)
		return 0;
	return err_set(err, ERR_REFUSED,
		"no file name can be made for %.*s…: it would have %zu bytes, %d is the "
		"most; nothing was written; take a shorter key",
		32, out->text, out->len, DIR_NAME_MAX);
}
