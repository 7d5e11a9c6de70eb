/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By when a text to a person is submitted and how long it may be in the air, a row a case.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"
#include "say_limits.h"

#define MIN INT64_C(60000)
#define T0 (INT64_C(1000) * MIN)

static void
table(void **unused)
{
	static const struct {
		const char *what;
		enum say_as as;
		bool late, stopped;
		int64_t now, until;
		bool may;
		int64_t submit, window;
	} rows[] = {
		{ "a reply", SAY_REPLY, false, false, T0, 0, true, T0 + 90000,
		    T0 + 15 * MIN },
		{ "read too late", SAY_REPLY, true, false, T0, 0, false, 0, 0 },
		{ "a stranger", SAY_STRANGER, false, false, T0, 0, true, T0 + 90000,
		    T0 + 90000 + 5 * MIN },
		{ "a stranger, late", SAY_STRANGER, true, false, T0, 0, false, 0, 0 },
		{ "a knock", SAY_KNOCK, false, false, T0, T0 + 60 * MIN, true,
		    T0 + 60 * MIN, T0 + 60 * MIN },
		{ "five minutes left", SAY_KNOCK, false, false, T0, T0 + 5 * MIN, true,
		    T0 + 5 * MIN, T0 + 5 * MIN },
		{ "under five minutes left", SAY_KNOCK, false, false, T0,
		    T0 + 5 * MIN - 1, false, 0, 0 },
		{ "a knock after stop", SAY_KNOCK, false, true, T0, T0 + 60 * MIN, false,
		    0, 0 },
		{ "a witness", SAY_WITNESS, false, false, T0, T0 + 1440 * MIN, true,
		    T0 + 1440 * MIN, T0 + 1440 * MIN },
		{ "the witness window is over", SAY_WITNESS, false, false, T0, T0, false,
		    0, 0 },
		{ "a witness who said stop", SAY_WITNESS, false, true, T0,
		    T0 + 1440 * MIN, false, 0, 0 },
		{ "a case worker, late in the window", SAY_DESK, true, false, T0,
		    T0 + 10 * MIN, true, T0 + 10 * MIN, T0 + 10 * MIN },
		{ "a case worker, the window nearly over", SAY_DESK, false, false, T0,
		    T0 + 5 * MIN - 1, false, 0, 0 },
		{ "a case worker after stop", SAY_DESK, false, true, T0, T0 + 10 * MIN,
		    false, 0, 0 },
		{ "a timer", SAY_NOTHING, false, false, T0, T0 + 60 * MIN, false, 0, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct say_times at = { .t0 = T0,
			.now = rows[i].now,
			.until = rows[i].until,
			.answer_ms = 90000,
			.window_ms = 15 * MIN,
			.late = rows[i].late,
			.stopped = rows[i].stopped };
		struct say_limits got;

		if (say_limits(rows[i].as, &at, &got) != rows[i].may)
			fail_msg("%s", rows[i].what);
		if (rows[i].may &&
		    (got.submit_by != rows[i].submit ||
			got.window_until != rows[i].window))
			fail_msg("%s: limits", rows[i].what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
