/* SPDX-License-Identifier: MIT */
#include "action/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "action/journal_file.h"
#include "action/journal_room.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/syslog.h"
#include "base/token.h"

/* How often the file is opened anew because another one took its place. */
#define TRIES 5

struct journal {
	char *path, *syslog;
	int64_t timeout;
	int fd;
};

/* --- opening --- */

static int
check_clock(struct err *err)
{
	if (!clock_is_frozen())
		return 0;
	return err_set(err, ERR_REFUSED,
		"the clock stands still (CKPTOP_NOW), so nothing is written to the "
		"journal, and without a journal nothing is changed; unset it");
}

int
journal_open(
	struct journal **out, const struct journal_settings *settings, struct err *err)
{
	struct journal *journal;
	int fd;

	*out = NULL;
	if (check_clock(err) != 0)
		return -1;
	fd = journal_file_open(settings->path, err);
	if (fd < 0)
		return -1;
	journal = mem_new(1, sizeof(*journal));
	journal->fd = fd;
	journal->path = mem_copy(settings->path, strlen(settings->path));
	journal->timeout = settings->timeout > 0 ? settings->timeout : JOURNAL_TIMEOUT;
	if (settings->syslog != NULL)
		journal->syslog = mem_copy(settings->syslog, strlen(settings->syslog));
	*out = journal;
	return 0;
}

void
journal_close(struct journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->path);
	free(journal->syslog);
	free(journal);
}

/* Locks the file that is at the path now. It may have been moved away since it was
 * opened, and another one may be in its place. */
static int
lock(struct journal *journal, struct err *err)
{
	for (int i = 0; i < TRIES; i++) {
		if (journal->fd < 0)
			journal->fd = journal_file_open(journal->path, err);
		if (journal->fd < 0 ||
			journal_file_lock(journal->fd, journal->path, LOCK_EX,
				journal->timeout, ERR_REFUSED, err) != 0)
			return -1;
		if (journal_file_is_same(journal->fd, journal->path))
			return 0;
		close(journal->fd);
		journal->fd = -1;
	}
	return err_set(err, ERR_REFUSED,
		"the journal %s is replaced again and again; without a journal nothing "
		"is changed: see by what",
		journal->path);
}

/* --- appending --- */

/* The bytes that a crash has left behind the last record, and the newline that will end
 * them: it and the record are one write, so that a crash in it leaves no such line with a
 * newline. They become part of the chain. */
static int
describe_torn(const struct journal *journal, const struct journal_tail *tail,
	uint64_t size, struct line_torn *torn, char hash[DIGEST_SIZE], struct err *err)
{
	struct str bytes = { 0 };
	int result;

	*torn = (struct line_torn){ 0 };
	if (tail->end == size)
		return 0;
	result = journal_file_read(
		journal->fd, journal->path, tail->end, size - tail->end, &bytes, err);
	if (result == 0) {
		if (tail->open)
			str_add_char(&bytes, '\n');
		digest_of(hash, str_span(&bytes));
		torn->bytes = bytes.len;
		torn->hash = (struct span){ hash, DIGEST_LEN };
	}
	str_free(&bytes);
	return result;
}

/* Takes back what is behind the last good byte. */
static int
take_back(const struct journal *journal, uint64_t size, struct err *err)
{
	if (ftruncate(journal->fd, (off_t)size) == 0)
		return -1;
	return err_set(err, ERR_UNKNOWN,
		"the journal %s could not be written, and what was written of a record "
		"could not be taken back (%s)",
		journal->path, strerror(errno));
}

/* What tried whether there is room has done so. */
static bool
is_cut(const struct journal *journal, uint64_t size, size_t blanks)
{
	return blanks == 0 ||
	       (ftruncate(journal->fd, (off_t)size) == 0 && fsync(journal->fd) == 0);
}

/* One write; all of it is on the disk, or none of it is in the file. The last of it are
 * so many blanks, which do not stay there. */
static int
write_line(const struct journal *journal, uint64_t size, struct span line, size_t blanks,
	struct err *err)
{
	struct err why = { 0 };
	ssize_t put;

	do
		put = write(journal->fd, line.at, line.len);
	while (put < 0 && errno == EINTR);
	if (put == (ssize_t)line.len && fsync(journal->fd) == 0 &&
		is_cut(journal, size + line.len - blanks, blanks))
		return 0;
	if (put >= 0 && put < (ssize_t)line.len)
		err_set(&why, ERR_REFUSED,
			"the journal %s takes only %zd of %zu bytes more; without a "
			"journal nothing is changed: make room on its file system, or "
			"raise the limit (ulimit -f, quota)",
			journal->path, put, line.len);
	else
		err_set_errno(&why, ERR_REFUSED, errno,
			"cannot write the journal %s; without a journal nothing is "
			"changed",
			journal->path);
	if (put > 0)
		take_back(journal, size, err);
	return err_set(err, why.kind, "%s", why.text);
}

/* Before an intent is in the file there is room for what will become of it: a disk that
 * is full refuses the change, and not its record once it is made. */
static uint64_t
room_behind(const struct journal_record *record, const struct str *line)
{
	return line->len + record->room + JOURNAL_ROOM_OTHERS;
}

static int
make_room(const struct journal *journal, const struct journal_record *record,
	uint64_t size, struct str *line, size_t *blanks, struct err *err)
{
	uint64_t behind = room_behind(record, line);
	bool kept;

	*blanks = 0;
	if (record->room == 0)
		return 0;
	if (journal_room_keep(journal->fd, journal->path, size, line->len + behind, &kept,
		    err) != 0)
		return -1;
	if (!kept) {
		*blanks = behind;
		str_add_repeated(line, ' ', behind);
	}
	return 0;
}

/* A record on its way into the file. */
struct appending {
	struct journal_tail tail;
	uint64_t size; /* of the file */
	uint64_t seq;
	struct str line; /* with the newline that the last line lacks before it */
};

/* With the lock held: the line as it has to be behind what is in the file now. */
static int
compose(const struct journal *journal, const struct journal_record *record,
	struct appending *out, char head[DIGEST_SIZE], struct err *err)
{
	struct journal_record full = *record;
	struct journal_tail *tail = &out->tail;
	char torn_hash[DIGEST_SIZE];
	struct line_torn torn;
	struct stat status;
	struct line_place open_from;
	const struct line_place *known = NULL;

	if (fstat(journal->fd, &status) != 0)
		return err_set_errno(err, ERR_REFUSED, errno,
			"cannot look at the journal %s", journal->path);
	/* Of one that is not there yet the directory is looked at. */
	out->size = S_ISDIR(status.st_mode) ? 0 : (uint64_t)status.st_size;
	if (journal_file_tail(journal->fd, journal->path, out->size, tail, err) != 0 ||
		describe_torn(journal, tail, out->size, &torn, torn_hash, err) != 0)
		return -1;
	if (tail->open)
		str_add_char(&out->line, '\n');
	full.seq = out->seq = tail->seq + 1;
	full.at = clock_now();
	full.prev = (struct span){ tail->hash, DIGEST_LEN };
	if (journal_open_from(journal->fd, journal->path, out->size, tail, &full,
		    out->size + out->line.len, &open_from))
		known = &open_from;
	line_write(&out->line, head, &full, &torn, known);
	if (out->line.len > JOURNAL_LINE_MAX)
		return err_set(err, ERR_USAGE,
			"the record of this operation has %zu bytes, more than a line of "
			"the journal may have (%d); change fewer checkpoints at once",
			out->line.len, JOURNAL_LINE_MAX);
	return 0;
}

/* With the lock held. */
static int
append_locked(struct journal *journal, const struct journal_record *record,
	char head[DIGEST_SIZE], uint64_t *seq, struct str *told, struct err *err)
{
	struct appending appending = { 0 };
	struct str *line = &appending.line;
	size_t blanks = 0;
	int result = compose(journal, record, &appending, head, err);

	if (result == 0)
		result = make_room(journal, record, appending.size, line, &blanks, err);
	if (result == 0)
		result = write_line(journal, appending.size, str_span(line), blanks, err);
	if (result == 0 && told != NULL) {
		size_t before = appending.tail.open ? 1 : 0;

		str_add_span(told, (struct span){ line->text + before,
					   line->len - blanks - before });
	}
	*seq = appending.seq;
	str_free(line);
	return result;
}

/* What the system's log is told holds nothing that anybody else has written. */
static void
tell_syslog(const struct journal *journal, const struct journal_record *record,
	uint64_t seq, const char *head)
{
	struct str text = { 0 };

	if (journal->syslog == NULL)
		return;
	str_addf(&text, "journal seq=%llu op=%.*s phase=%s action=%s uid=%u head=%s",
		(unsigned long long)seq, (int)record->op.len, record->op.at,
		journal_phase_word(record->phase), journal_action_word(record->action),
		(unsigned)getuid(), head);
	syslog_send(journal->syslog, text.text);
	str_free(&text);
}

/* What could stop it, in the order in which it would. */
static int
check_writing(const struct journal_record *record, struct err *err)
{
	if (check_clock(err) != 0)
		return -1;
	if (!token_is_one(record->op))
		return err_set(err, ERR_USAGE,
			"an operation without a UUID has no place in the journal");
	return 0;
}

int
journal_append(struct journal *journal, const struct journal_record *record,
	char head[DIGEST_SIZE], struct err *err)
{
	return journal_append_line(journal, record, head, NULL, err);
}

int
journal_append_line(struct journal *journal, const struct journal_record *record,
	char head[DIGEST_SIZE], struct str *line, struct err *err)
{
	char own_head[DIGEST_SIZE];
	uint64_t seq = 0;
	int result;

	if (head == NULL)
		head = own_head;
	if (check_writing(record, err) != 0 || lock(journal, err) != 0)
		return -1;
	result = append_locked(journal, record, head, &seq, line, err);
	flock(journal->fd, LOCK_UN);
	if (result == 0)
		tell_syslog(journal, record, seq, head);
	return result;
}

int
journal_try(struct journal *journal, const struct journal_record *record, struct err *err)
{
	struct appending appending = { 0 };
	char head[DIGEST_SIZE];
	uint64_t bytes;
	bool kept = true;
	int result;

	if (check_writing(record, err) != 0 || lock(journal, err) != 0)
		return -1;
	result = compose(journal, record, &appending, head, err);
	bytes = appending.line.len + room_behind(record, &appending.line);
	if (result == 0)
		result = journal_room_keep(
			journal->fd, journal->path, appending.size, bytes, &kept, err);
	if (result == 0 && !kept)
		result = journal_room_look(journal->fd, journal->path, bytes, err);
	flock(journal->fd, LOCK_UN);
	str_free(&appending.line);
	return result;
}

/* Those who write are waited for. */
static int
look_locked(const struct journal *journal, bool is_there,
	const struct journal_record *record, struct err *err)
{
	struct appending appending = { 0 };
	char head[DIGEST_SIZE];
	int result = 0;

	if (is_there)
		result = journal_file_lock(journal->fd, journal->path, LOCK_SH,
			journal->timeout, ERR_REFUSED, err);
	if (result == 0)
		result = compose(journal, record, &appending, head, err);
	if (result == 0)
		result = journal_room_foresee(journal->fd, journal->path, appending.size,
			appending.line.len + room_behind(record, &appending.line), err);
	str_free(&appending.line);
	return result;
}

int
journal_look(const struct journal_settings *settings, const struct journal_record *record,
	struct err *err)
{
	struct journal journal = { .timeout = settings->timeout > 0 ? settings->timeout
								    : JOURNAL_TIMEOUT };
	bool is_there;
	int result;

	if (check_writing(record, err) != 0)
		return -1;
	journal.fd = journal_file_look(settings->path, &is_there, err);
	if (journal.fd < 0)
		return -1;
	journal.path = mem_copy(settings->path, strlen(settings->path));
	result = look_locked(&journal, is_there, record, err);
	close(journal.fd);
	free(journal.path);
	return result;
}
