/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/clock.c and lib/variant_test.c: the moved clock, the watch for jumps, kill points.
 * It never waits for time to pass: the clock's file moves it.
 * Called by make test.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "variant.h"

#define SLACK_MS 2000
#define YEAR_2020_MS INT64_C(1577836800000)

enum {
	OFFSET_ALL,
	OFFSET_WALL,
};

static char dir[] = "/tmp/shyraq-clock-test-XXXXXX";
static char clock_path[sizeof(dir) + 16];
static char list_path[sizeof(dir) + 16];
static uint64_t *offsets;
static const char *self; /* this program, to be run again */

static void
move(int which, int64_t ms)
{
	offsets[which] = htole64((uint64_t)ms);
}

static void
assert_near(int64_t a, int64_t b)
{
	assert_true(a >= b && a - b < SLACK_MS);
}

static void
both_clocks_move(void **state)
{
	static const int64_t rows[] = { 0, 1, 90 * 1000, INT64_C(72) * 3600 * 1000,
		-60000 };
	int64_t wall = clock_wall_ms(), boot = clock_boot_ms(), mono = clock_mono_us();

	(void)state;
	assert_true(wall > YEAR_2020_MS);
	assert_true(boot > 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		move(OFFSET_ALL, rows[i]);
		assert_near(clock_wall_ms(), wall + rows[i]);
		assert_near(clock_boot_ms(), boot + rows[i]);
		assert_near(clock_mono_us() / 1000, mono / 1000);
	}
	move(OFFSET_ALL, 0);
}

static void
the_wall_moves_alone(void **state)
{
	int64_t wall = clock_wall_ms(), boot = clock_boot_ms();

	(void)state;
	move(OFFSET_WALL, 3600 * 1000);
	assert_near(clock_wall_ms(), wall + 3600 * 1000);
	assert_near(clock_boot_ms(), boot);
	move(OFFSET_WALL, 0);
}

static void
a_jump_is_seen(void **state)
{
	struct clock_watch w = { 0 };
	int64_t jump;

	(void)state;
	assert_int_equal(clock_watch_jump_ms(&w), 0);
	move(OFFSET_ALL, 3600 * 1000); /* time passes: no jump */
	jump = clock_watch_jump_ms(&w);
	assert_true(jump >= -100 && jump <= 100);
	move(OFFSET_WALL, 6000);
	assert_true(clock_watch_jump_ms(&w) > CLOCK_JUMP_MS);
	move(OFFSET_WALL, -6000);
	assert_true(clock_watch_jump_ms(&w) < -CLOCK_JUMP_MS);
	clock_watch_reset(&w);
	jump = clock_watch_jump_ms(&w);
	assert_true(jump >= -100 && jump <= 100);
	move(OFFSET_WALL, 0);
	assert_true(clock_watch_jump_ms(&w) > CLOCK_JUMP_MS);
	move(OFFSET_ALL, 0);
}

/* Runs in a child with the variable set: passes "a", "b", "a"; its wait status. */
static int
pass_points(const char *kill_at)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		execl(self, "clock_test", "points", kill_at, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int
points(const char *kill_at)
{
	if (setenv("SHYRAQ_KILL_AT", kill_at, 1) != 0)
		return 126;
	kill_point("a");
	kill_point("b");
	kill_point("a");
	return 0;
}

static void
kill_points(void **state)
{
	static const struct {
		const char *at;
		const char *passed; /* as listed; NULL: refused, nothing is run */
		bool killed;
	} rows[] = {
		{ "a:1", "a\n", true },
		{ "a:2", "a\nb\n", true },
		{ "a:3", "a\nb\n", false },
		{ "b:1", "a\nb\n", true },
		{ "c:1", "a\nb\n", false },
		{ "", "a\nb\n", false },
		{ "a", NULL, false },
		{ "a:", NULL, false },
		{ "a:0", NULL, false },
		{ "a:1x", NULL, false },
		{ ":1", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char listed[64] = "";
		int status = pass_points(rows[i].at);
		int fd = open(list_path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0) {
			assert_true(read(fd, listed, sizeof(listed) - 1) >= 0);
			close(fd);
		}
		unlink(list_path);
		if (rows[i].killed)
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		else
			assert_int_equal(
			    WEXITSTATUS(status), rows[i].passed != NULL ? 0 : 1);
		assert_string_equal(listed, rows[i].passed != NULL ? rows[i].passed : "");
	}
}

static void
the_variant_says_its_name(void **state)
{
	(void)state;
	assert_string_equal(variant_name(), "test");
}

static int
set_up(void **state)
{
	int fd;

	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(clock_path, sizeof(clock_path), "%s/clock", dir);
	snprintf(list_path, sizeof(list_path), "%s/points", dir);
	fd = open(clock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, 2 * sizeof(*offsets)) != 0)
		return -1;
	offsets = mmap(
	    NULL, 2 * sizeof(*offsets), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (offsets == MAP_FAILED || setenv("SHYRAQ_KILL_LIST", list_path, 1) != 0)
		return -1;
	return setenv("SHYRAQ_CLOCK_FILE", clock_path, 1);
}

static int
clean_up(void **state)
{
	(void)state;
	munmap(offsets, 2 * sizeof(*offsets));
	unlink(clock_path);
	unlink(list_path);
	return rmdir(dir);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_clocks_move),
		cmocka_unit_test(the_wall_moves_alone),
		cmocka_unit_test(a_jump_is_seen),
		cmocka_unit_test(kill_points),
		cmocka_unit_test(the_variant_says_its_name),
	};

	self = argv[0];
	if (argc == 3 && strcmp(argv[1], "points") == 0)
		return points(argv[2]);
	return cmocka_run_group_tests(tests, set_up, clean_up);
}
