/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outbox_next_try, a table of cases: S2 for persons, repetition and caps for receivers.
 * It never opens a database. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "outbox.h"

#define NOW INT64_C(1000000000)
#define SOON (NOW + 60000) /* a person's answer still has a minute */
#define OVER (NOW - 1)

static const struct {
	const char *what;
	struct outbox_row row;
	enum bus_state result;
	const char *state;
	int64_t due; /* 0: not looked at */
	unsigned failures, uncertain;
} cases[] = {
	{ "accepted", { true, 0, 0, SOON }, BUS_ACCEPTED, "sent", 0, 0, 0 },
	{ "accepted late still counts", { true, 0, 1, OVER }, BUS_ACCEPTED, "sent", 0, 0,
	    1 },
	{ "refused for good", { false, 3, 0, 0 }, BUS_STATE_REFUSED, "refused", 0, 3, 0 },
	{ "expired at the daemon", { true, 0, 0, SOON }, BUS_EXPIRED, "expired", 0, 0,
	    0 },
	{ "dropped: due at once, no failure", { true, 0, 0, SOON }, BUS_DROPPED, "due",
	    NOW, 0, 0 },
	{ "never had: due at once", { false, 2, 1, 0 }, BUS_NEVER_HAD, "due", NOW, 2, 1 },
	{ "dropped past a person's time", { true, 0, 0, OVER }, BUS_DROPPED, "expired", 0,
	    0, 0 },
	{ "person, first uncertain, in time", { true, 0, 0, SOON }, BUS_UNCERTAIN, "due",
	    NOW, 0, 1 },
	{ "person, second uncertain: never", { true, 0, 1, SOON }, BUS_UNCERTAIN,
	    "uncertain", 0, 0, 2 },
	{ "person, uncertain past 90 s: never", { true, 0, 0, OVER }, BUS_UNCERTAIN,
	    "uncertain", 0, 0, 1 },
	{ "person, uncertain at the very end", { true, 0, 0, NOW }, BUS_UNCERTAIN,
	    "uncertain", 0, 0, 1 },
	{ "receiver, uncertain goes again", { false, 0, 0, 0 }, BUS_UNCERTAIN, "due",
	    NOW + 5000, 0, 1 },
	{ "receiver, uncertain is capped", { false, 4, 3, 0 }, BUS_UNCERTAIN, "failed", 0,
	    4, 4 },
	{ "failed once: 5 s", { false, 0, 0, 0 }, BUS_FAILED, "due", NOW + 5000, 1, 0 },
	{ "failed twice: 10 s", { false, 1, 0, 0 }, BUS_FAILED, "due", NOW + 10000, 2,
	    0 },
	{ "failed seven times: 320 s", { false, 6, 0, 0 }, BUS_FAILED, "due",
	    NOW + 320000, 7, 0 },
	{ "failed eight times: the end", { false, 7, 0, 0 }, BUS_FAILED, "failed", 0, 8,
	    0 },
	{ "person, failed, back-off in time", { true, 0, 0, SOON }, BUS_FAILED, "due",
	    NOW + 5000, 1, 0 },
	{ "person, back-off past their time", { true, 4, 0, SOON }, BUS_FAILED, "expired",
	    0, 5, 0 },
};

static void
test_table(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct outbox_next next = outbox_next_try(
		    &cases[i].row, cases[i].result, NOW);

		if (strcmp(next.state, cases[i].state) != 0)
			fail_msg(
			    "%s: %s, not %s", cases[i].what, next.state, cases[i].state);
		if (cases[i].due != 0 && next.due_ms != cases[i].due)
			fail_msg("%s: due in %lld ms", cases[i].what,
			    (long long)(next.due_ms - NOW));
		if (next.failures != cases[i].failures ||
		    next.uncertain != cases[i].uncertain)
			fail_msg("%s: %u failures, %u uncertain", cases[i].what,
			    next.failures, next.uncertain);
	}
}

/* Whatever comes back, in any order: it ends, and a person's row has at most one uncertain repeat. */
static void
test_always_ends(void **unused)
{
	static const enum bus_state results[] = { BUS_FAILED, BUS_UNCERTAIN };

	(void)unused;
	for (unsigned seed = 0; seed < 1u << 12; seed++) {
		struct outbox_row row = { .person = (seed & 1) != 0 };
		int64_t now = NOW;
		unsigned steps = 0, repeats = 0;

		row.submit_by = row.person ? NOW + 90000 : 0;
		for (;;) {
			enum bus_state result = results[seed >> (steps % 11 + 1) & 1];
			struct outbox_next next = outbox_next_try(&row, result, now);

			steps++;
			assert_true(steps <= 2 * OUTBOX_TRIES);
			if (strcmp(next.state, "due") != 0)
				break;
			repeats += result == BUS_UNCERTAIN;
			assert_true(!row.person || next.due_ms < row.submit_by);
			now = next.due_ms + 700;
			row.failures = next.failures;
			row.uncertain = next.uncertain;
		}
		assert_true(!row.person || repeats <= 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_always_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
