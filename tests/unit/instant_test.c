/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instants and days as people write them, to milliseconds and back.
 * It reads no clock. Called by `make test`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "instant.h"
#include "registry.h"

#define NEW_YEAR INT64_C(1767225600000) /* 2026-01-01 00:00Z */
#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static void
instants(void **unused)
{
	static const struct {
		const char *s;
		int64_t ms; /* -1: none */
	} cases[] = { { "now", 1000 }, { "+2h", 1000 + 2 * HOUR },
		{ "+30m", 1000 + HOUR / 2 }, { "+0h", -1 }, { "+2d", -1 },
		{ "2026-01-01 00:00Z", NEW_YEAR }, { "2026-01-01T05:00+05", NEW_YEAR },
		{ "2025-12-31 21:30-0230", NEW_YEAR },
		{ "2026-01-01 06:30+06:30", NEW_YEAR }, { "2026-01-01 00:00", -1 },
		{ "2026-02-29 00:00Z", -1 },
		{ "2028-02-29 00:00Z", NEW_YEAR + (365 + 365 + 59) * DAY },
		{ "2026-01-01 24:00Z", -1 }, { "2026-01-01", -1 }, { "", -1 } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ms = -1;

		assert_int_equal(instant_parse(cases[i].s, 1000, &ms), cases[i].ms != -1);
		if (cases[i].ms != -1)
			assert_int_equal(ms, cases[i].ms);
	}
}

static void
days(void **unused)
{
	static const char *const wrong[] = { "2026-02-30", "2026-1-01", "2026-01-01 ", "",
		"2026-01-01Z", "1999-12-31" };
	int64_t ms;

	(void)unused;
	assert_true(instant_day("2026-01-01", false, &ms));
	assert_int_equal(ms, NEW_YEAR - 5 * HOUR);
	assert_true(instant_day("2026-01-01", true, &ms));
	assert_int_equal(ms, NEW_YEAR + 19 * HOUR);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(instant_day(wrong[i], true, &ms));
}

/* What is kept of a sheet comes back as it was, and means the same. */
static void
until(void **unused)
{
	static const struct {
		const char *written, *kept;
		int64_t ms;
	} cases[] = { { "2025-12-31", "2025-12-31", NEW_YEAR - 5 * HOUR },
		{ "2026-01-01 00:00+05", "2025-12-31", NEW_YEAR - 5 * HOUR },
		{ "2026-01-01 06:00+06", "2026-01-01 00:00Z", NEW_YEAR }, { "no", "", 0 },
		{ "", "", 0 } };
	struct intake_receiver r = { 0 };
	char why[REGISTRY_WHY_MAX];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(registry_give(&r, INTAKE_UNTIL, cases[i].written, NULL, why));
		assert_string_equal(intake_given(&r, INTAKE_UNTIL), cases[i].kept);
		assert_true(registry_give(&r, INTAKE_UNTIL, cases[i].kept, NULL, why));
		assert_string_equal(intake_given(&r, INTAKE_UNTIL), cases[i].kept);
		assert_int_equal(registry_until_ms(cases[i].kept), cases[i].ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(instants),
		cmocka_unit_test(days), cmocka_unit_test(until) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
