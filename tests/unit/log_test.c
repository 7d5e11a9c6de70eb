/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/log.c: the form of a line, its bound, one write a line, levels, and fatal ends.
 * It never lets a line through to the real stderr: a packet pipe stands there.
 * Called by make test.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"

static int real_stderr = -1;
static int reader = -1;
static char line[4096];

static int
listen_to_stderr(void **state)
{
	int fds[2];

	(void)state;
	real_stderr = dup(STDERR_FILENO);
	if (real_stderr < 0 || pipe2(fds, O_DIRECT | O_NONBLOCK | O_CLOEXEC) != 0)
		return -1;
	reader = fds[0];
	if (dup2(fds[1], STDERR_FILENO) < 0)
		return -1;
	return close(fds[1]);
}

static int
let_go_of_stderr(void **state)
{
	(void)state;
	if (dup2(real_stderr, STDERR_FILENO) < 0)
		return -1;
	close(real_stderr);
	return close(reader);
}

/* What one write brought; "" for none. */
static const char *
heard(void)
{
	ssize_t n = read(reader, line, sizeof(line) - 1);

	line[n > 0 ? n : 0] = '\0';
	return line;
}

static void
a_line_has_its_form(void **state)
{
	(void)state;
	log_open("shyraqd", LOG_LEVEL_DEBUG);
	log_info("sms.taken", "link=%s ref=%s parts=%d", "a", "1f2e3d4c", 1);
	assert_string_equal(
	    heard(), "<6>shyraqd sms.taken link=a ref=1f2e3d4c parts=1\n");
	log_error("a.b", "n=%d", 3);
	assert_string_equal(heard(), "<3>shyraqd a.b n=3\n");
	log_warn("a.b", "n=%d", 4);
	assert_string_equal(heard(), "<4>shyraqd a.b n=4\n");
	log_debug("a.b", "n=%d", 7);
	assert_string_equal(heard(), "<7>shyraqd a.b n=7\n");
	log_info("no.facts", "%s", "");
	assert_string_equal(heard(), "<6>shyraqd no.facts\n");
	assert_string_equal(heard(), "");
}

static void
a_fact_cannot_forge_a_line(void **state)
{
	(void)state;
	log_info("a.b", "why=%s", "x\n<3>shyraqd c.d\r\033[2J\177\tend");
	assert_string_equal(heard(), "<6>shyraqd a.b why=x?<3>shyraqd c.d??[2J??end\n");
	assert_string_equal(heard(), "");
}

static void
a_line_is_bounded(void **state)
{
	static char big[3000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	log_info("a.b", "why=%s", big);
	assert_int_equal(strlen(heard()), 1024 - 1);
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_string_equal(heard(), "");
	/* cut between characters: sixteen bytes stand before the first of them */
	for (size_t i = 0; i + 2 < sizeof(big); i += 2)
		memcpy(big + i, "ж", 2);
	big[sizeof(big) - 2] = '\0';
	for (size_t shift = 0; shift < 2; shift++) {
		log_info("a.b", "%s%s", &"x"[shift], big);
		assert_true(strlen(heard()) >= 1021);
		assert_memory_equal(line + strlen(line) - 3, "ж\n", 3);
	}
}

static void
levels_hold_back(void **state)
{
	static const struct {
		const char *name;
		unsigned lines;
	} rows[] = { { "error", 1 }, { "warn", 2 }, { "info", 3 }, { "debug", 4 } };
	enum log_level level = LOG_LEVEL_ERROR;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned lines = 0;

		assert_int_equal(log_level_parse(rows[i].name, &level), RC_OK);
		log_open("p", level);
		log_error("a.b", "%d", 1);
		log_warn("a.b", "%d", 1);
		log_info("a.b", "%d", 1);
		log_debug("a.b", "%d", 1);
		while (*heard() != '\0')
			lines++;
		assert_int_equal(lines, rows[i].lines);
	}
	assert_int_equal(log_level_parse("INFO", &level), RC_REFUSED);
	assert_int_equal(log_level_parse("", &level), RC_REFUSED);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

static void
errno_is_kept(void **state)
{
	(void)state;
	assert_int_equal(close(STDERR_FILENO), 0); /* a write that fails sets it */
	errno = EXDEV;
	log_error("a.b", "%d", 1);
	assert_int_equal(errno, EXDEV);
}

static int
exit_code_of(pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
fatal_says_why_and_ends(void **state)
{
	pid_t pid;

	(void)state;
	log_open("p", LOG_LEVEL_ERROR);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		errno = ENOENT;
		fatal("key.unread", "file=%s", "a.key");
	}
	assert_int_equal(exit_code_of(pid), 1);
	assert_string_equal(
	    heard(), "<3>p key.unread file=a.key why=\"No such file or directory\"\n");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		fatalx("rows.lost", "n=%d", 2);
	assert_int_equal(exit_code_of(pid), 1);
	assert_string_equal(heard(), "<3>p rows.lost n=2\n");
}

/* Of a transaction: said when it was done, in order and a write each; what did not happen is not said. */
static void
lines_wait_for_a_commit(void **state)
{
	(void)state;
	log_open("p", LOG_LEVEL_DEBUG);
	log_hold();
	log_info("a.b", "n=%d", 1);
	log_warn("c.d", "n=%d", 2);
	log_debug("e.f", "n=%d", 3);
	assert_string_equal(heard(), "<4>p c.d n=2\n");
	assert_string_equal(heard(), "");
	log_held(true);
	assert_string_equal(heard(), "<6>p a.b n=1\n");
	assert_string_equal(heard(), "<7>p e.f n=3\n");
	assert_string_equal(heard(), "");
	for (int i = 0; i < 2; i++) {
		log_hold();
		log_info("a.b", "n=%d", 4);
	}
	log_held(false);
	assert_string_equal(heard(), "");
	log_info("a.b", "n=%d", 5);
	assert_string_equal(heard(), "<6>p a.b n=5\n");
}

#define LISTENING(f) \
	cmocka_unit_test_setup_teardown(f, listen_to_stderr, let_go_of_stderr)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LISTENING(a_line_has_its_form),
		LISTENING(a_fact_cannot_forge_a_line),
		LISTENING(a_line_is_bounded),
		LISTENING(levels_hold_back),
		LISTENING(errno_is_kept),
		LISTENING(lines_wait_for_a_commit),
		LISTENING(fatal_says_why_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
