/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shifts and opening hours: what is read, what is refused, and each minute of a week.
 * Run by `make test`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shift.h"

#define MINUTE_MS 60000LL
#define MONDAY_MS 1764547200000LL /* 2025-12-01 00:00 UTC, a Monday */
#define AT(day, hour, minute) \
	(MONDAY_MS + ((day)*1440LL + (hour)*60 + (minute)) * MINUTE_MS)

static void
test_read(void **state)
{
	static const char *const good[] = { "", "  ", "09:00-18:00", "00:00-24:00",
		"20:00-08:00 mon-sun", "09:00-18:00 mon-fri; 10:00-14:00 sat",
		" 09:00-18:00  mon,wed,fri-sat ", "22:00-06:00;09:00-10:00 sun" };
	static const char *const bad[] = { "9:00-18:00", "09:00", "09:00-18:00 monday",
		"09:00-09:00", "24:00-08:00", "09:00-24:01", "09:60-18:00",
		"09:00-18:00 mo", "09:00-18:00 mon-", "09:00-18:00 mon,", "09:00-18:00;",
		"always", ";", "09:00-18:00 mon-fri sat", "09:00 - 18:00",
		"09:00-18:00, mon", "09:00-18:00 MON",
		"01:00-02:00;03:00-04:00;05:00-06:00;07:00-08:00;09:00-10:00" };
	struct shift s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		if (!shift_parse(good[i], &s))
			fail_msg("refused: \"%s\"", good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (shift_parse(bad[i], &s))
			fail_msg("taken: \"%s\"", bad[i]);
	}
	assert_true(shift_parse("20:00-08:00 fri-mon", &s));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.v[0].from, 1200);
	assert_int_equal(s.v[0].to, 480);
	assert_int_equal(s.v[0].days, 0x71);
}

static void
test_on(void **state)
{
	static const struct {
		const char *shift;
		int64_t at;
		int zone;
		bool on;
	} v[] = {
		{ "", AT(0, 3, 0), 300, true },
		{ "no shift", AT(0, 3, 0), 300, true },
		{ "09:00-18:00", AT(0, 8, 59), 0, false },
		{ "09:00-18:00", AT(0, 9, 0), 0, true },
		{ "09:00-18:00", AT(0, 17, 59), 0, true },
		{ "09:00-18:00", AT(0, 18, 0), 0, false },
		{ "00:00-24:00 tue", AT(1, 23, 59), 0, true },
		{ "00:00-24:00 tue", AT(2, 0, 0), 0, false },
		/* the zone moves the day as well */
		{ "09:00-18:00 tue", AT(0, 23, 0), 600, true },
		{ "09:00-18:00 mon", AT(0, 23, 0), 600, false },
		{ "09:00-18:00 sun", AT(0, 1, 0), -480, true },
		{ "09:00-18:00 mon-fri", AT(5, 12, 0), 300, false },
		{ "09:00-18:00 mon-fri;10:00-14:00 sat", AT(5, 5, 0), 300, true },
		{ "09:00-18:00 mon-fri;10:00-14:00 sat", AT(5, 9, 0), 300, false },
		/* a night belongs to the day on which it begins */
		{ "20:00-08:00 fri", AT(4, 19, 59), 0, false },
		{ "20:00-08:00 fri", AT(4, 20, 0), 0, true },
		{ "20:00-08:00 fri", AT(5, 7, 59), 0, true },
		{ "20:00-08:00 fri", AT(5, 8, 0), 0, false },
		{ "20:00-08:00 fri", AT(4, 7, 0), 0, false },
		{ "20:00-08:00 sun", AT(7, 7, 0), 0, true },
		{ "20:00-08:00 fri-mon", AT(1, 7, 0), 0, true },
		{ "20:00-08:00 fri-mon", AT(2, 7, 0), 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (shift_is_on(v[i].shift, v[i].at, v[i].zone) != v[i].on)
			fail_msg("row %zu: \"%s\"", i, v[i].shift);
	}
}

/* Day and night shift together: one of the two is on at each minute of a week, never both. */
static void
test_week(void **state)
{
	(void)state;
	for (int64_t m = 0; m < 7 * 1440; m++) {
		int64_t at = MONDAY_MS + m * MINUTE_MS;
		bool day = shift_is_on("08:00-20:00", at, 300);
		bool night = shift_is_on("20:00-08:00 mon-sun", at, 300);

		assert_true(day != night);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_on),
		cmocka_unit_test(test_week),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
