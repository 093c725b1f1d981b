/* SPDX-License-Identifier: MIT
 * Whoever changes the journal later is found out: by the chain, or by an anchor that was
 * left elsewhere. */
#include "journal_bench.h"

#include <sys/socket.h>
#include <sys/un.h>

#define RECORDS 7

#define DIGEST_OF_NOTHING                                                                \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A journal of RECORDS records, its lines, and the hashes they had. */
struct book {
	const char *path;
	char heads[RECORDS][DIGEST_SIZE];
	struct str lines[RECORDS + 2];
	size_t count;
};

static void
read_lines(struct book *book)
{
	struct str bytes = bench_bytes(book->path);
	char *rest = bytes.text, *line;

	for (book->count = 0; (line = strsep(&rest, "\n")) != NULL && *line != '\0';)
		str_add(&book->lines[book->count++], line);
	str_free(&bytes);
}

static void
make_book(struct book *book, void **state)
{
	*book = (struct book){ .path = bench_path(state, "journal.jsonl") };
	bench_fill(book->path, RECORDS, book->heads);
	read_lines(book);
	assert_int_equal(book->count, RECORDS);
}

static void
write_lines(const struct book *book)
{
	struct str bytes = { 0 };

	for (size_t i = 0; i < book->count; i++)
		str_addf(&bytes, "%s\n", str_text(&book->lines[i]));
	bench_put(book->path, str_span(&bytes));
	str_free(&bytes);
}

static void
free_book(struct book *book)
{
	for (size_t i = 0; i < COUNT_OF(book->lines); i++)
		str_free(&book->lines[i]);
}

/* --- what an attacker does --- */

static void
remove_line(struct book *book, size_t at)
{
	str_free(&book->lines[at]);
	memmove(&book->lines[at], &book->lines[at + 1],
		(--book->count - at) * sizeof(*book->lines));
	book->lines[book->count] = (struct str){ 0 };
}

static void
insert_copy(struct book *book, size_t at, size_t of)
{
	struct str copy = { 0 };

	str_add(&copy, book->lines[of].text);
	memmove(&book->lines[at + 1], &book->lines[at],
		(book->count++ - at) * sizeof(*book->lines));
	book->lines[at] = copy;
}

static void
swap_lines(struct book *book, size_t a, size_t b)
{
	struct str line = book->lines[a];

	book->lines[a] = book->lines[b];
	book->lines[b] = line;
}

/* Same length, other words. */
static void
edit_line(struct book *book, size_t at)
{
	char *reason = strstr(book->lines[at].text, "INC-4711");

	assert_non_null(reason);
	memcpy(reason, "INC-0815", strlen("INC-0815"));
}

/* Makes the hash of a line right, and gives it to the caller. */
static void
rehash_line(struct book *book, size_t at, char hash[DIGEST_SIZE])
{
	char *line = book->lines[at].text, *tail = strstr(line, ",\"hash\":\"");

	assert_non_null(tail);
	digest_of(hash, (struct span){ line, (size_t)(tail - line) });
	memcpy(tail + strlen(",\"hash\":\""), hash, DIGEST_LEN);
}

/* Links every line from this one on to the one before it, with hashes that are right: the
 * file is then as good as any. */
static void
rechain(struct book *book, size_t from)
{
	char hash[DIGEST_SIZE];

	for (size_t i = from; i < book->count; i++) {
		char *prev = strstr(book->lines[i].text, "\"prev\":\"");

		if (i > from)
			memcpy(prev + strlen("\"prev\":\""), hash, DIGEST_LEN);
		rehash_line(book, i, hash);
	}
}

/* --- the chain alone --- */

static void
expect(const struct book *book, enum journal_fault fault, uint64_t seq, uint64_t line)
{
	struct journal_report report;

	write_lines(book);
	report = bench_verify(book->path, NULL, 0);
	if (report.fault != fault || report.seq != seq || report.line != line)
		fail_msg("%s, record %llu, line %llu: not %s, %llu, %llu",
			journal_fault_word(report.fault), (unsigned long long)report.seq,
			(unsigned long long)report.line, journal_fault_word(fault),
			(unsigned long long)seq, (unsigned long long)line);
}

static void
a_journal_as_it_was_written_is_sound(void **state)
{
	struct journal_report report;
	struct book book;

	make_book(&book, state);
	report = bench_verify(book.path, NULL, 0);
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.records, RECORDS);
	assert_int_equal(report.last, RECORDS);
	assert_string_equal(report.head, book.heads[RECORDS - 1]);
	assert_int_equal(report.proven, 0);
	assert_string_equal(report.text,
		"7 records, none changed; no anchor was given, so the tail is not "
		"provable");
	unlink(book.path);
	report = bench_verify(book.path, NULL, 0);
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.last, 0);
	free_book(&book);
}

static void
an_edit_is_found(void **state)
{
	char hash[DIGEST_SIZE];
	struct book book;

	for (size_t at = 0; at < RECORDS; at++) {
		make_book(&book, state);
		edit_line(&book, at);
		expect(&book, JOURNAL_EDITED, at + 1, at + 1);
		/* With a hash of its own made right the next record does not fit. */
		rehash_line(&book, at, hash);
		if (at + 1 < RECORDS)
			expect(&book, JOURNAL_EDITED, at + 1, at + 1);
		/* A line that is no record any more. */
		str_cut(&book.lines[at], 20);
		expect(&book, JOURNAL_EDITED, at + 1, at + 1);
		unlink(book.path);
		free_book(&book);
	}
}

/* Every byte of a record counts. */
static void
every_byte_counts(void **state)
{
	struct book book;
	size_t len;

	make_book(&book, state);
	len = book.lines[3].len;
	for (size_t i = 0; i < len; i++) {
		struct journal_report report;

		book.lines[3].text[i] ^= 1;
		write_lines(&book);
		report = bench_verify(book.path, NULL, 0);
		if (report.fault != JOURNAL_EDITED || report.seq != 4)
			fail_msg("byte %zu was changed, and the journal is %s", i,
				report.text);
		book.lines[3].text[i] ^= 1;
	}
	expect(&book, JOURNAL_SOUND, 0, 0);
	free_book(&book);
}

static void
lines_that_move_are_found(void **state)
{
	struct book book;

	for (size_t at = 0; at + 1 < RECORDS; at++) {
		make_book(&book, state);
		remove_line(&book, at);
		expect(&book, JOURNAL_GAP, at + 1, at + 1);
		free_book(&book);
		unlink(book.path);
		make_book(&book, state);
		insert_copy(&book, at + 1, at);
		expect(&book, JOURNAL_DUPLICATE, at + 1, at + 2);
		free_book(&book);
		unlink(book.path);
		make_book(&book, state);
		swap_lines(&book, at, RECORDS - 1);
		expect(&book, JOURNAL_REORDERED, at + 1, at + 1);
		free_book(&book);
		unlink(book.path);
	}
}

static void
a_line_without_its_end_is_torn(void **state)
{
	struct journal_report report;
	struct str bytes;
	struct book book;
	size_t whole;

	make_book(&book, state);
	bytes = bench_bytes(book.path);
	whole = bytes.len - book.lines[RECORDS - 1].len - 1;
	/* Without its newline alone it is what it was. */
	str_cut(&bytes, bytes.len - 1);
	bench_put(book.path, str_span(&bytes));
	assert_int_equal(bench_verify(book.path, NULL, 0).fault, JOURNAL_SOUND);
	for (size_t len = bytes.len - 1; len > whole; len--) {
		str_cut(&bytes, len);
		bench_put(book.path, str_span(&bytes));
		report = bench_verify(book.path, NULL, 0);
		assert_int_equal(report.fault, JOURNAL_TORN);
		assert_int_equal(report.seq, RECORDS);
		assert_int_equal(report.line, RECORDS);
		assert_int_equal(report.last, RECORDS);
	}
	str_free(&bytes);
	free_book(&book);
}

/* Records after it do not make an edit good: not of the last record, nor of all of them,
 * nor with the newline gone as after a crash, or half a record put behind. */
static void
an_edit_is_found_for_ever(void **state)
{
	static const char *const ends[] = { "\n", "", "\n{\"v\":1,\"se" };
	struct journal_record record = bench_record(bench_op(99), JOURNAL_INTENT);
	struct book book;

	for (size_t i = 0; i < COUNT_OF(ends) * RECORDS; i++) {
		size_t first = i % RECORDS;
		struct str bytes;

		make_book(&book, state);
		for (size_t at = first; at < RECORDS; at++)
			edit_line(&book, at);
		write_lines(&book);
		bytes = bench_bytes(book.path);
		str_cut(&bytes, bytes.len - 1);
		str_add(&bytes, ends[i / RECORDS]);
		bench_put(book.path, str_span(&bytes));
		for (unsigned more = 0; more < 3; more++) {
			struct journal_report report = bench_verify(book.path, NULL, 0);

			assert_int_equal(report.fault, JOURNAL_EDITED);
			assert_int_equal(report.seq, first + 1);
			assert_int_equal(report.line, first + 1);
			assert_int_equal(report.records, first + more);
			assert_int_equal(report.torn, more > 0 && i / RECORDS == 2);
			bench_append(book.path, &record, NULL);
		}
		assert_int_equal(bench_verify(book.path, NULL, 0).last, RECORDS + 3);
		str_free(&bytes);
		free_book(&book);
		unlink(book.path);
	}
}

/* A line with a newline is none that a crash has left, and stays what was added: nothing
 * is written behind it, whatever is put behind it to look like a crash. */
static void
a_line_of_others_is_not_gone_on_behind(void **state)
{
	static const char *const texts[] = { "not a record\n", "\n", "{\"v\":1}\n",
		"{\"v\":1,\"seq\":4\n", "x\n{\"v\":1,\"seq\":4",
		"{\"v\":1,\"seq\":5\n{\"v\":1", "\n\n{" };
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_record record = bench_record(bench_op(99), JOURNAL_INTENT);
	struct str three;

	bench_fill(path, 3, NULL);
	three = bench_bytes(path);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct str bytes = { 0 }, after;
		struct journal *journal;
		struct err err = { 0 };
		bool torn = texts[i][strlen(texts[i]) - 1] != '\n';

		str_add_span(&bytes, str_span(&three));
		str_add(&bytes, texts[i]);
		bench_put(path, str_span(&bytes));
		journal = bench_open(path);
		assert_int_equal(journal_append(journal, &record, NULL, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, "behind its record 3, from byte"));
		assert_non_null(strstr(err.text, "move it away; a new one begins"));
		journal_close(journal);
		after = bench_bytes(path);
		assert_true(span_equal(str_span(&after), str_span(&bytes)));
		assert_true(torn || bench_verify(path, NULL, 0).fault == JOURNAL_EDITED);
		str_free(&after);
		str_free(&bytes);
	}
	/* What it tells to do helps. */
	assert_int_equal(rename(path, bench_path(state, "kept")), 0);
	bench_append(path, &record, NULL);
	assert_int_equal(bench_verify(path, NULL, 0).fault, JOURNAL_SOUND);
	str_free(&three);
}

/* --- anchors --- */

/* The system's log, which keeps what it is told. */
struct log {
	int fd;
	char path[PATH_MAX + 64];
	char lines[RECORDS][512];
	struct journal_anchor anchors[RECORDS];
};

static void
open_log(struct log *log, void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*log = (struct log){ .fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	snprintf(log->path, sizeof(log->path), "%s", bench_path(state, "log"));
	unlink(log->path);
	assert_true(strlen(log->path) < sizeof(address.sun_path));
	strcpy(address.sun_path, log->path);
	assert_int_equal(bind(log->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* A book whose every record the system's log was told of. */
static void
make_told_book(struct book *book, struct log *log, void **state)
{
	struct journal_settings settings = { .syslog = log->path };
	struct journal *journal;

	open_log(log, state);
	*book = (struct book){ .path = bench_path(state, "journal.jsonl") };
	unlink(book->path);
	settings.path = book->path;
	assert_int_equal(journal_open(&journal, &settings, NULL), 0);
	for (unsigned i = 0; i < RECORDS; i++) {
		/* Intent and outcome of one operation, then those of the next. */
		struct journal_record record = bench_record(
			bench_op(i / 2 + 1), i % 2 == 0 ? JOURNAL_INTENT : JOURNAL_DONE);

		assert_int_equal(
			journal_append(journal, &record, book->heads[i], NULL), 0);
		assert_true(recv(log->fd, log->lines[i], sizeof(log->lines[i]) - 1,
				    MSG_DONTWAIT) > 0);
		assert_true(
			journal_anchor_parse(&log->anchors[i], span_of(log->lines[i])));
	}
	journal_close(journal);
	close(log->fd);
	read_lines(book);
}

static void
the_log_tells_where_each_record_is(void **state)
{
	struct journal_report report;
	struct book book;
	struct log log;

	make_told_book(&book, &log, state);
	for (unsigned i = 0; i < RECORDS; i++) {
		assert_int_equal(log.anchors[i].seq, i + 1);
		assert_int_equal(
			log.anchors[i].phase, i % 2 == 0 ? JOURNAL_INTENT : JOURNAL_DONE);
		assert_true(span_is(log.anchors[i].hash, book.heads[i]));
	}
	report = bench_verify(book.path, log.anchors, RECORDS);
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.missing, 0);
	assert_int_equal(report.proven, RECORDS);
	assert_non_null(strstr(report.text, "an anchor proves its last record"));
	report = bench_verify(book.path, log.anchors, 4);
	assert_int_equal(report.proven, 4);
	assert_non_null(strstr(report.text, "up to record 4; the tail behind is not"));
	free_book(&book);
}

/* Anchors of a store audit are those of intents and know no number. */
static void
forget_numbers(struct log *log)
{
	for (size_t i = 0; i < RECORDS; i++)
		log->anchors[i].seq = 0;
}

/* The end cut off, or an older copy put in its place: the chain is sound, and nothing but
 * an anchor knows. */
static void
a_cut_tail_is_found_by_an_anchor(void **state)
{
	struct journal_report report;
	struct book book;
	struct log log;

	for (size_t left = 0; left < RECORDS; left++) {
		make_told_book(&book, &log, state);
		while (book.count > left)
			remove_line(&book, book.count - 1);
		expect(&book, JOURNAL_SOUND, 0, 0);
		report = bench_verify(book.path, log.anchors, RECORDS);
		assert_int_equal(report.fault, JOURNAL_CUT);
		assert_int_equal(report.seq, left + 1);
		assert_int_equal(report.missing, RECORDS - left);
		assert_int_equal(report.proven, left);
		assert_non_null(strstr(report.text, "was cut off, or an older copy"));
		forget_numbers(&log);
		report = bench_verify(book.path, log.anchors, RECORDS);
		assert_int_equal(report.fault, JOURNAL_CUT);
		assert_int_equal(report.seq, 0);
		free_book(&book);
	}
}

/* An older copy to which new records were added since. */
static void
a_copy_that_went_on_is_found_by_an_anchor(void **state)
{
	struct journal_record record = bench_record(bench_op(99), JOURNAL_INTENT);
	struct journal_report report;
	struct book book;
	struct log log;

	make_told_book(&book, &log, state);
	while (book.count > 4)
		remove_line(&book, book.count - 1);
	write_lines(&book);
	for (int i = 0; i < 5; i++)
		bench_append(book.path, &record, NULL);
	assert_int_equal(bench_verify(book.path, NULL, 0).fault, JOURNAL_SOUND);
	report = bench_verify(book.path, log.anchors, RECORDS);
	assert_int_equal(report.fault, JOURNAL_RECHAINED);
	assert_int_equal(report.seq, 5);
	free_book(&book);
}

/* What others did in the same store is no claim on this journal, as long as it has
 * nothing of the operation. */
static void
an_anchor_of_others_is_no_cut_tail(void **state)
{
	struct journal_report report;
	struct book book;
	struct log log;

	make_told_book(&book, &log, state);
	forget_numbers(&log);
	while (book.count > 4)
		remove_line(&book, book.count - 1);
	write_lines(&book);
	for (size_t i = 4; i < RECORDS; i++)
		log.anchors[i].of_others = true;
	report = bench_verify(book.path, log.anchors, RECORDS);
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.others, RECORDS - 4);
	assert_int_equal(report.missing, 0);
	assert_int_equal(report.proven, 4);
	/* None of them proves anything here. */
	report = bench_verify(book.path, &log.anchors[4], RECORDS - 4);
	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_non_null(strstr(report.text, "no anchor of it was given, so the tail"));
	/* One of its own among them is missed all the same. */
	log.anchors[5].of_others = false;
	report = bench_verify(book.path, log.anchors, RECORDS);
	assert_int_equal(report.fault, JOURNAL_CUT);
	assert_int_equal(report.missing, 1);
	assert_int_equal(report.others, RECORDS - 5);
	assert_non_null(strstr(report.text, "in another journal of the same user"));
	/* What it has of an operation is its own, whoever is said to have done it. */
	log.anchors[0].of_others = true;
	edit_line(&book, 0);
	rechain(&book, 0);
	write_lines(&book);
	report = bench_verify(book.path, log.anchors, 1);
	assert_int_equal(report.fault, JOURNAL_RECHAINED);
	assert_int_equal(report.seq, 1);
	free_book(&book);
}

/* A01 audit file edited */
static void
a01_every_change_names_its_first_record(void **state)
{
	a_journal_as_it_was_written_is_sound(state);
	an_edit_is_found(state);
	lines_that_move_are_found(state);
	a_cut_tail_is_found_by_an_anchor(state);
	an_anchor_of_others_is_no_cut_tail(state);
	a_copy_that_went_on_is_found_by_an_anchor(state);
}

/* A07 re-chain attack */
static void
a07_a_chain_written_anew_is_found_by_an_anchor(void **state)
{
	struct journal_report report;
	struct book book;
	struct log log;

	for (size_t at = 0; at < RECORDS; at++) {
		make_told_book(&book, &log, state);
		edit_line(&book, at);
		rechain(&book, at);
		expect(&book, JOURNAL_SOUND, 0, 0);
		report = bench_verify(book.path, log.anchors, RECORDS);
		assert_int_equal(report.fault, JOURNAL_RECHAINED);
		assert_int_equal(report.seq, at + 1);
		assert_int_equal(report.missing, RECORDS - at);
		forget_numbers(&log);
		report = bench_verify(book.path, log.anchors, RECORDS);
		assert_int_equal(report.fault, JOURNAL_RECHAINED);
		assert_int_equal(report.seq, at + 1);
		/* One anchor behind the change is enough. */
		report = bench_verify(book.path, &log.anchors[RECORDS - 1], 1);
		assert_int_equal(report.fault, JOURNAL_RECHAINED);
		assert_int_equal(report.seq, RECORDS);
		free_book(&book);
	}
}

static void
lines_of_a_log_are_anchors_only_when_they_are(void **state)
{
	static const char *const bad[] = { "",
		"op= head=", "sshd[1]: Accepted publickey for bob",
		"journal seq=1 op=00000000-0000-4000-8000-000000000001 head=12",
		("journal seq=1 op=1 head=" DIGEST_OF_NOTHING) };
	struct journal_anchor anchor;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(journal_anchor_parse(&anchor, span_of(bad[i])));
	assert_false(journal_anchor_parse(&anchor, SPAN_NONE));
	assert_false(journal_anchor_parse(&anchor, SPAN("a\0op=")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_byte_counts),
		TEST(a_line_without_its_end_is_torn),
		TEST(an_edit_is_found_for_ever),
		TEST(a_line_of_others_is_not_gone_on_behind),
		TEST(the_log_tells_where_each_record_is),
		TEST(a01_every_change_names_its_first_record),
		TEST(a07_a_chain_written_anew_is_found_by_an_anchor),
		TEST(lines_of_a_log_are_anchors_only_when_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
