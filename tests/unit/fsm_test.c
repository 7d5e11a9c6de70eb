/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/fsm.c: what rows allow, what they refuse, and unsound rows.
 * It never uses a real machine's rows: each machine's own test proves those.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fsm.h"

enum {
	CLOSED,
	OPENING,
	OPEN,
	STATES
};
enum {
	DIAL,
	UP,
	DOWN,
	EVENTS
};

static const struct fsm_state states[STATES] = {
	[CLOSED] = { "closed", FSM_BIT(DIAL), FSM_BIT(OPENING) },
	[OPENING] = { "opening", FSM_BIT(UP) | FSM_BIT(DOWN),
	    FSM_BIT(OPEN) | FSM_BIT(CLOSED) },
	[OPEN] = { "open", FSM_BIT(DOWN), FSM_BIT(CLOSED) },
};
static const char *const events[EVENTS] = { "dial", "up", "down" };
static const struct fsm_kind kind = { "door", states, STATES, events, EVENTS };

static void
goes_where_rows_allow(void **state)
{
	struct fsm f;

	(void)state;
	fsm_init(&f, &kind);
	assert_string_equal(fsm_name(&f), "closed");
	assert_int_equal(fsm_go(&f, OPENING), RC_OK);
	assert_int_equal(fsm_go(&f, OPEN), RC_OK);
	assert_string_equal(fsm_name(&f), "open");
	assert_int_equal(fsm_go(&f, CLOSED), RC_OK);
}

static void
refuses_the_rest(void **state)
{
	static const struct {
		unsigned from, to;
		enum rc rc;
	} rows[] = {
		{ CLOSED, OPEN, RC_REFUSED },
		{ CLOSED, CLOSED, RC_REFUSED },
		{ OPEN, OPENING, RC_REFUSED },
		{ OPENING, OPEN, RC_OK },
		{ OPENING, CLOSED, RC_OK },
		{ OPEN, STATES, RC_REFUSED },
		{ OPEN, 32, RC_REFUSED },
		{ OPEN, UINT32_MAX, RC_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fsm f = { &kind, rows[i].from };

		assert_int_equal(fsm_go(&f, rows[i].to), rows[i].rc);
		assert_int_equal(
		    f.state, rows[i].rc == RC_OK ? rows[i].to : rows[i].from);
	}
}

static void
hears_what_the_row_says(void **state)
{
	static const bool heard[STATES][EVENTS] = {
		[CLOSED] = { [DIAL] = true },
		[OPENING] = { [UP] = true, [DOWN] = true },
		[OPEN] = { [DOWN] = true },
	};

	(void)state;
	for (unsigned s = 0; s < STATES; s++) {
		struct fsm f = { &kind, s };

		for (unsigned e = 0; e < EVENTS; e++)
			assert_int_equal(
			    fsm_hear(&f, e), heard[s][e] ? RC_OK : RC_REFUSED);
		assert_int_equal(fsm_hear(&f, EVENTS), RC_REFUSED);
		assert_int_equal(fsm_hear(&f, 40), RC_REFUSED);
	}
}

static void
unsound_rows_are_found(void **state)
{
	static const struct fsm_state island[] = {
		{ "a", FSM_BIT(0), FSM_BIT(0) },
		{ "b", FSM_BIT(0), FSM_BIT(0) },
	};
	static const struct fsm_state beyond[] = { { "a", FSM_BIT(0), FSM_BIT(1) } };
	static const struct fsm_state deaf[] = { { "a", 0, FSM_BIT(0) } };
	static const struct fsm_state unknown_event[] = { { "a", FSM_BIT(0) | FSM_BIT(1),
	    1 } };
	static const struct fsm_state nameless[] = { { NULL, FSM_BIT(0), 1 } };
	const struct fsm_kind bad[] = {
		{ "island", island, 2, events, 1 },
		{ "beyond", beyond, 1, events, 1 },
		{ "deaf", deaf, 1, events, 1 },
		{ "unknown", unknown_event, 1, events, 1 },
		{ "nameless", nameless, 1, events, 1 },
		{ "empty", states, 0, events, EVENTS },
		{ "too many", states, 33, events, EVENTS },
	};

	(void)state;
	assert_true(fsm_kind_is_sound(&kind));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(fsm_kind_is_sound(&bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_where_rows_allow),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(hears_what_the_row_says),
		cmocka_unit_test(unsound_rows_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
