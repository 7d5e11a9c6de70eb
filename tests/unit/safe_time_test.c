/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Safe times: read from a slot, found on the wall clock in the zone of the place.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"
#include "safe_time.h"

#define MIN INT64_C(60000)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
#define MIDNIGHT (INT64_C(20000) * DAY) /* UTC */

static void
reads(void **unused)
{
	static const struct {
		const char *code;
		bool good;
		int from, to;
	} rows[] = {
		{ "2200-2300", true, 1320, 1380 },
		{ "2230-2330", true, 1350, 1410 },
		{ "2300-0100", true, 1380, 1500 },
		{ "0000-0100", true, 0, 60 },
		{ "2300-2400", true, 1380, 1440 },
		{ "2200-0030", false, 0, 0 }, /* wider than two hours */
		{ "2200-2200", false, 0, 0 },
		{ "2200-2160", false, 0, 0 },
		{ "2500-2600", false, 0, 0 },
		{ "22-23", false, 0, 0 },
		{ "", false, 0, 0 },
		{ "2200 2300", false, 0, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int from = 0, to = 0;

		if (safe_parse(rows[i].code, 120, &from, &to) != rows[i].good ||
		    (rows[i].good && (from != rows[i].from || to != rows[i].to)))
			fail_msg("%s: %d %d", rows[i].code, from, to);
	}
}

/* 22-23 at UTC+5 is 17-18 UTC. */
static void
finds(void **unused)
{
	const struct safe_time s = { 1320, 1380, 300, MIDNIGHT + 7 * DAY };
	int64_t start, end;

	(void)unused;
	assert_true(safe_next(&s, MIDNIGHT, &start, &end));
	assert_int_equal(start, MIDNIGHT + 17 * HOUR);
	assert_int_equal(end, MIDNIGHT + 18 * HOUR);
	assert_true(safe_next(&s, MIDNIGHT + 17 * HOUR + 30 * MIN, &start, &end));
	assert_int_equal(start, MIDNIGHT + 17 * HOUR);
	/* under five minutes left of it: tomorrow's */
	assert_true(safe_next(&s, MIDNIGHT + 18 * HOUR - 5 * MIN + 1, &start, &end));
	assert_int_equal(start, MIDNIGHT + DAY + 17 * HOUR);
	/* the last begins before the seven days are over */
	assert_true(safe_next(&s, MIDNIGHT + 6 * DAY, &start, &end));
	assert_false(safe_next(&s, MIDNIGHT + 6 * DAY + 18 * HOUR, &start, &end));
}

static void
past_midnight(void **unused)
{
	const struct safe_time s = { 1380, 1500, 0, MIDNIGHT + 7 * DAY };
	int64_t start, end;

	(void)unused;
	assert_true(safe_next(&s, MIDNIGHT + 30 * MIN, &start, &end));
	assert_int_equal(start, MIDNIGHT - HOUR);
	assert_int_equal(end, MIDNIGHT + HOUR);
	assert_true(safe_next(&s, MIDNIGHT + 2 * HOUR, &start, &end));
	assert_int_equal(start, MIDNIGHT + 23 * HOUR);
}

static void
none_agreed(void **unused)
{
	const struct safe_time s = { 0, 0, 300, 0 };
	int64_t start, end;

	(void)unused;
	assert_false(safe_next(&s, MIDNIGHT, &start, &end));
}

static void
as_said(void **unused)
{
	const struct safe_time whole = { 1320, 1380, 300, 1 },
			       half = { 1350, 1410, 300, 1 },
			       night = { 1380, 1500, 0, 1 };
	char out[SAFE_HOUR_MAX];

	(void)unused;
	safe_hour(&whole, out);
	assert_string_equal(out, "22-23");
	safe_hour(&half, out);
	assert_string_equal(out, "22:30-23:30");
	safe_hour(&night, out);
	assert_string_equal(out, "23-1");
}

static void
as_stored(void **unused)
{
	static const struct {
		int from, to;
		const char *code;
	} cases[] = { { 1320, 1380, "2200-2300" }, { 1350, 1410, "2230-2330" },
		{ 1380, 1500, "2300-0100" }, { 1380, 1440, "2300-2400" },
		{ 0, 60, "0000-0100" } };
	char out[SAFE_CODE_MAX];
	int from, to;

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		safe_code(cases[i].from, cases[i].to, out);
		assert_string_equal(out, cases[i].code);
		assert_true(safe_parse(out, 120, &from, &to));
		assert_int_equal(from, cases[i].from);
		assert_int_equal(to, cases[i].to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(finds),
		cmocka_unit_test(past_midnight),
		cmocka_unit_test(none_agreed),
		cmocka_unit_test(as_said),
		cmocka_unit_test(as_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
