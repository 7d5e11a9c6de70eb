/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop guard: texts alike, too many a minute, equal pauses; people are none of these.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "guard.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define T0 (INT64_C(1000000) * SECOND)

static const struct guard_limits limits = { 5, 12, 6 };
static const char same[17] = "00000000000000aa";

static void
alike(void **unused)
{
	struct guard g = { .same = "" };
	int64_t at = T0;

	(void)unused;
	for (int i = 1; i <= 5; i++) {
		at += i * 7 * SECOND + i * i * SECOND;
		assert_int_equal(guard_seen(&g, &limits, same, at, true), i == 5);
	}
	/* another text in between begins anew */
	at += MINUTE;
	assert_false(guard_seen(&g, &limits, "00000000000000bb", at, true));
	at += 2 * MINUTE;
	assert_false(guard_seen(&g, &limits, same, at, true));
	/* and so does an hour */
	for (int i = 0; i < 20; i++) {
		at += 61 * MINUTE + i * i * 13 * SECOND;
		assert_false(guard_seen(&g, &limits, same, at, true));
	}
}

/* "1" to each of ten questions is a person's. */
static void
answers(void **unused)
{
	struct guard g = { .same = "" };
	int64_t at = T0;

	(void)unused;
	for (int i = 0; i < 10; i++) {
		at += 9 * SECOND + i * 3 * SECOND;
		assert_false(guard_seen(&g, &limits, same, at, false));
	}
}

static void
rate(void **unused)
{
	struct guard g = { .same = "" };
	char hash[17] = "00000000000000a0";
	int64_t at = T0;

	(void)unused;
	for (int i = 1; i <= 13; i++) {
		hash[15] = (char)('a' + i % 6);
		at += i % 2 == 0 ? 1 * SECOND : 4 * SECOND;
		assert_int_equal(guard_seen(&g, &limits, hash, at, true), i == 13);
	}
	at += 2 * MINUTE;
	assert_false(guard_seen(&g, &limits, "00000000000000f0", at, true));
}

static void
rhythm(void **unused)
{
	struct guard g = { .same = "" };
	char hash[17] = "00000000000000a0";
	int64_t at = T0;

	(void)unused;
	for (int i = 1; i <= 8; i++) {
		hash[15] = (char)('a' + i % 6);
		at += 5 * MINUTE + (i % 2) * 800;
		assert_int_equal(guard_seen(&g, &limits, hash, at, true), i >= 7);
	}
}

static void
one_line(void **unused)
{
	struct guard g = { .same = "" }, back;
	char line[GUARD_LINE_MAX];

	(void)unused;
	(void)guard_seen(&g, &limits, same, T0, true);
	(void)guard_seen(&g, &limits, same, T0 + MINUTE, true);
	g.told = true;
	guard_write(&g, line);
	guard_read(&back, line);
	assert_string_equal(back.same, same);
	assert_int_equal(back.same_n, 2);
	assert_int_equal(back.last_ms, T0 + MINUTE);
	assert_true(back.told);
	guard_read(&back, "nonsense");
	assert_int_equal(back.last_ms, 0);
	guard_read(&back, "");
	assert_int_equal(back.same_n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alike),
		cmocka_unit_test(answers),
		cmocka_unit_test(rate),
		cmocka_unit_test(rhythm),
		cmocka_unit_test(one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
