/* SPDX-License-Identifier: MIT
 * A terminal that takes little at a time: nothing is waited for, lost or sent twice. */
#include "tui/outlet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

/* More than the kernel holds of a terminal's output. */
#define MUCH (1 << 20)

struct line {
	int master, slave;
	struct outlet *outlet;
};

static struct line
open_line(void)
{
	struct line line;
	struct termios raw;
	struct err err = { 0 };

	assert_int_equal(openpty(&line.master, &line.slave, NULL, NULL, NULL), 0);
	assert_int_equal(tcgetattr(line.slave, &raw), 0);
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(line.slave, TCSANOW, &raw), 0);
	if (outlet_new(&line.outlet, line.slave, &err) != 0)
		fail_msg("%s", err.text);
	return line;
}

static void
close_line(struct line *line)
{
	outlet_free(line->outlet);
	close(line->slave);
	close(line->master);
}

/* Reads what has come; the terminal's side. */
static void
take(const struct line *line, struct str *out)
{
	struct pollfd fd = { .fd = line->master, .events = POLLIN };
	char buffer[4096];

	while (poll(&fd, 1, 0) == 1) {
		ssize_t got = read(line->master, buffer, sizeof(buffer));

		if (got <= 0)
			break;
		str_add_span(out, (struct span){ buffer, (size_t)got });
	}
}

/* Reads until all of it has come. */
static void
take_all(const struct line *line, size_t len, struct str *out)
{
	int64_t until = clock_monotonic() + MINUTE;

	while (out->len < len) {
		outlet_flush(line->outlet);
		take(line, out);
		if (clock_monotonic() > until)
			fail_msg("%zu of %zu bytes came", out->len, len);
	}
}

static void
what_is_not_taken_yet_comes_later_and_in_order(void **state)
{
	struct line line = open_line();
	struct str sent = { 0 }, came = { 0 };

	(void)state;
	assert_false(outlet_is_pending(line.outlet));
	for (unsigned i = 0; sent.len < MUCH; i++)
		str_addf(&sent, "%u ", i);
	/* In two pieces: the second one behind the first. */
	outlet_add(line.outlet, (struct span){ sent.text, 1000 });
	outlet_add(line.outlet, (struct span){ sent.text + 1000, sent.len - 1000 });
	assert_true(outlet_is_pending(line.outlet));
	assert_false(outlet_flush(line.outlet));
	take_all(&line, sent.len, &came);
	assert_true(span_equal(str_span(&came), str_span(&sent)));
	assert_true(outlet_flush(line.outlet));
	assert_false(outlet_is_pending(line.outlet));
	str_free(&sent);
	str_free(&came);
	close_line(&line);
}

static void
what_is_written_to_the_file_is_sent_once(void **state)
{
	struct line line = open_line();
	struct str came = { 0 };
	int fd = fileno(outlet_file(line.outlet));

	(void)state;
	/* The second picture is a shorter one. */
	assert_int_equal(write(fd, "a long picture,", 15), 15);
	outlet_collect(line.outlet);
	outlet_collect(line.outlet);
	assert_int_equal(write(fd, "short", 5), 5);
	outlet_collect(line.outlet);
	take_all(&line, 20, &came);
	outlet_collect(line.outlet);
	take(&line, &came);
	assert_string_equal(str_text(&came), "a long picture,short");
	str_free(&came);
	close_line(&line);
}

static void
a_terminal_that_takes_nothing_is_left(void **state)
{
	struct line line = open_line();
	struct str much = { 0 }, came = { 0 };

	(void)state;
	str_add_repeated(&much, 'x', MUCH);
	outlet_add(line.outlet, str_span(&much));
	outlet_drain(line.outlet, MILLISECOND);
	assert_false(outlet_is_pending(line.outlet));
	take(&line, &came);
	/* What is thrown away does not come after all. */
	outlet_add(line.outlet, SPAN("y"));
	for (struct pollfd fd = { .fd = line.master, .events = POLLIN };
		strchr(str_text(&came), 'y') == NULL;) {
		assert_int_equal(poll(&fd, 1, 60000), 1);
		take(&line, &came);
	}
	assert_true(came.len < MUCH);
	str_free(&much);
	str_free(&came);
	close_line(&line);
}

static void
others_who_have_it_open_wait_as_ever(void **state)
{
	struct line line = open_line();

	(void)state;
	assert_int_equal(fcntl(line.slave, F_GETFL) & O_NONBLOCK, 0);
	assert_int_not_equal(outlet_fd(line.outlet), line.slave);
	assert_int_equal(fcntl(outlet_fd(line.outlet), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	close_line(&line);
}

static void
a_terminal_that_is_gone_holds_nobody(void **state)
{
	struct line line = open_line();
	struct str much = { 0 };

	(void)state;
	str_add_repeated(&much, 'x', MUCH);
	close(line.master);
	outlet_add(line.outlet, str_span(&much));
	assert_false(outlet_is_pending(line.outlet));
	outlet_drain(line.outlet, MINUTE);
	str_free(&much);
	line.master = dup(line.slave);
	close_line(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_taken_yet_comes_later_and_in_order),
		cmocka_unit_test(what_is_written_to_the_file_is_sent_once),
		cmocka_unit_test(a_terminal_that_takes_nothing_is_left),
		cmocka_unit_test(others_who_have_it_open_wait_as_ever),
		cmocka_unit_test(a_terminal_that_is_gone_holds_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
