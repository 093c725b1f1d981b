/* SPDX-License-Identifier: MIT
 * Journals. Whatever is in the file, it is read, proven and gone on with or refused, and
 * no byte of it changes; a journal that is called sound has none but sound records; and
 * any text in a record comes back as it was. The bytes are tried as they are, and with a
 * hash behind every line, which nobody makes up. */
#include "fuzz.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "action/journal_line.h"

#define OP "6ba7b810-9dad-41d1-80b4-00c04fd430c8"

struct counts {
	uint64_t records, altered, appended;
};

static bool
count(void *arg, const struct journal_record *record)
{
	struct counts *counts = arg;

	counts->records++;
	counts->altered += record->altered;
	counts->appended += span_is(record->reason, "appended by the target");
	WANT(record->line > 0 && record->seq > 0);
	WANT(record->phase < JOURNAL_PHASES && record->action < JOURNAL_ACTIONS);
	WANT(digest_is_one(record->hash) && digest_is_one(record->prev));
	return true;
}

static bool
count_open(void *arg, const struct journal_record *record)
{
	WANT(journal_phase_is_open(record->phase));
	return count(arg, record);
}

/* --- a file of any bytes --- */

static void
put(const char *path, struct span bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	WANT(fd >= 0 && write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len);
	close(fd);
}

static void
get(const char *path, struct str *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[4096];
	ssize_t got;

	WANT(fd >= 0);
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		str_add_span(out, (struct span){ chunk, (size_t)got });
	close(fd);
}

static void
check_reading(const char *path, struct journal_report *report)
{
	struct counts all = { 0 }, open_ones = { 0 };
	size_t damaged;

	WANT(journal_verify(path, NULL, 0, report, NULL) == 0);
	WANT(journal_read(path, count, &all, &damaged, NULL) == 0);
	WANT(journal_open_intents(path, count_open, &open_ones, NULL) == 0);
	WANT(open_ones.records <= all.records);
	WANT(report->text[0] != '\0' && report->proven == 0);
	if (report->fault == JOURNAL_SOUND) {
		WANT(report->records == report->last);
		WANT(all.altered == 0);
		WANT(damaged == 0 || report->torn > 0 || all.records < report->records);
	}
}

/* What was there stays, and what was sound is sound. */
static void
check_appending(const char *path, struct span bytes, const struct journal_report *before)
{
	const struct journal_settings settings = { .path = path };
	const struct journal_record record = { .op = SPAN(OP),
		.reason = SPAN("appended by the target") };
	struct journal_report after;
	struct journal *journal;
	struct str now = { 0 };
	struct counts counts = { 0 };
	struct err err = { 0 };
	char head[DIGEST_SIZE];
	bool appended;

	WANT(journal_open(&journal, &settings, &err) == 0);
	appended = journal_append(journal, &record, head, &err) == 0;
	journal_close(journal);
	get(path, &now);
	WANT(now.len >= bytes.len && memcmp(str_text(&now), bytes.at, bytes.len) == 0);
	if (appended) {
		check_reading(path, &after);
		WANT(journal_read(path, count, &counts, NULL, NULL) == 0);
		WANT(counts.appended >= 1);
		WANT(after.fault != JOURNAL_SOUND || strcmp(after.head, head) == 0);
		WANT(before->fault != JOURNAL_SOUND || after.fault == JOURNAL_SOUND);
		/* Going on makes nothing good but what a crash has left. */
		WANT(before->fault == JOURNAL_SOUND || before->fault == JOURNAL_TORN ||
			after.fault != JOURNAL_SOUND);
	} else {
		WANT(err.kind == ERR_REFUSED && now.len == bytes.len);
		WANT(before->fault != JOURNAL_SOUND);
	}
	str_free(&now);
}

static void
check_file(const char *path, struct span bytes)
{
	struct journal_report report;

	put(path, bytes);
	check_reading(path, &report);
	check_appending(path, bytes, &report);
}

/* --- the same with hashes --- */

static void
add_sealed(struct str *out, struct span line)
{
	char hash[DIGEST_SIZE];
	struct line parsed;
	size_t start = out->len;

	digest_of(hash, line);
	str_add_span(out, line);
	str_addf(out, ",\"hash\":\"%s\"}", hash);
	line_parse(&parsed, (struct span){ out->text + start, out->len - start });
	WANT(!parsed.whole || parsed.linked);
	WANT(parsed.sound == parsed.linked);
	line_free(&parsed);
	str_add_char(out, '\n');
}

static void
check_sealed(const char *path, struct span bytes)
{
	struct str sealed = { 0 };

	while (bytes.len > 0) {
		const char *end = memchr(bytes.at, '\n', bytes.len);
		size_t len = end != NULL ? (size_t)(end - bytes.at) : bytes.len;

		add_sealed(&sealed, (struct span){ bytes.at, len });
		len += end != NULL;
		bytes = (struct span){ bytes.at + len, bytes.len - len };
	}
	check_file(path, (struct span){ str_text(&sealed), sealed.len });
	str_free(&sealed);
}

/* --- any text in a record --- */

static void
check_text(struct span got, struct span wanted)
{
	WANT(span_equal(got, wanted));
}

static void
check_round_trip(struct span text)
{
	const struct line_torn torn = { 0 };
	struct journal_row row = { .key = { text, text },
		.old = { .exists = true,
			.value = text,
			.updated_at = text,
			.image = text },
		.note = text };
	struct journal_record record = { .seq = 1,
		.at = 0,
		.op = text,
		.prev = SPAN(JOURNAL_NO_HASH),
		.reason = text,
		.rows = &row,
		.row_count = 1,
		.store = { text, SPAN_NONE, text },
		.who = { .user = text, .claims = { .logname = text } } };
	char hash[DIGEST_SIZE];
	struct str written = { 0 };
	struct line line;

	line_write(&written, hash, &record, &torn, NULL);
	WANT(memchr(written.text, '\n', written.len) == written.text + written.len - 1);
	line_parse(&line, (struct span){ written.text, written.len - 1 });
	WANT(line.whole && line.sound && span_is(line.record.hash, hash));
	check_text(line.record.op, text);
	check_text(line.record.reason, text);
	check_text(line.record.store.identity, text);
	check_text(line.record.store.uri, SPAN_NONE);
	check_text(line.record.who.user, text);
	check_text(line.record.who.claims.logname, text);
	WANT(line.record.row_count == 1 && line.record.rows[0].old.exists);
	WANT(!line.record.rows[0].new.exists);
	check_text(line.record.rows[0].key.job, text);
	check_text(line.record.rows[0].old.value, text);
	check_text(line.record.rows[0].old.image, text);
	check_text(line.record.rows[0].note, text);
	line_free(&line);
	str_free(&written);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	struct span bytes = fuzz_span(data, size);
	struct journal_anchor anchor;
	char directory[64], path[96];

	snprintf(directory, sizeof(directory), "%s/fuzz-journal-XXXXXX", memory);
	WANT(mkdtemp(directory) != NULL);
	snprintf(path, sizeof(path), "%s/journal.jsonl", directory);
	check_file(path, bytes);
	check_sealed(path, bytes);
	check_round_trip(bytes);
	if (journal_anchor_parse(&anchor, bytes))
		WANT(digest_is_one(anchor.hash) && anchor.op.len == strlen(OP));
	WANT(unlink(path) == 0 && rmdir(directory) == 0);
	return 0;
}
