/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outgoing.c when the network says "accepted" after the end of an attempt, with a link that only notes what
 * it was told and a real inflight.c. It opens no socket and no device.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outgoing_stage.h"

/* The network's word after the end of an attempt: it settles the row, and nothing of it goes again. */
static void
test_accepted_late(void **state)
{
	(void)state;
	assert_int_equal(take(1, 1), RC_OK);
	run();
	outgoing_submitting(o, 1, 1);
	end(1, 1, BUS_UNCERTAIN);
	end(1, 1, BUS_FAILED); /* nothing else changes a result */
	assert_int_equal(offered_n, 1);
	/* before the first is committed: in its place */
	end(1, 1, BUS_ACCEPTED);
	assert_int_equal(offered_n, 2);
	assert_int_equal(offered[1].state, BUS_ACCEPTED);
	assert_int_equal(ask(1, 1), BUS_ACCEPTED);
	commit(0);
	assert_false(outgoing_empty(o));
	commit(1);
	/* and behind it, of a row that is out of the table; once */
	assert_int_equal(take(2, 1), RC_OK);
	run();
	end(2, 1, BUS_UNCERTAIN);
	commit(2);
	assert_true(outgoing_empty(o));
	end(2, 1, BUS_ACCEPTED);
	end(2, 1, BUS_ACCEPTED);
	assert_int_equal(offered_n, 4);
	assert_int_equal(offered[3].row, 2);
	assert_int_equal(offered[3].attempt, 1);
	commit(3);
	end(2, 1, BUS_ACCEPTED);
	end(3, 1, BUS_ACCEPTED); /* one that it never had */
	assert_int_equal(offered_n, 4);
	assert_int_equal(ask(2, 2), BUS_ACCEPTED);
	run();
	assert_int_equal(ordered_n, 2);
}

/* A repeat that waits, or is out already, when the first attempt turns out to have gone. */
static void
test_accepted_late_stops_a_repeat(void **state)
{
	(void)state;
	for (uint64_t id = 1; id <= 2; id++) {
		assert_int_equal(take(id, 1), RC_OK);
		run();
		end(id, 1, BUS_UNCERTAIN);
		commit(offered_n - 1);
	}
	ordered_n = offered_n = 0;
	assert_int_equal(take(1, 2), RC_OK);
	end(1, 1, BUS_ACCEPTED);
	run();
	assert_int_equal(ordered_n, 0);
	assert_int_equal(take(2, 2), RC_OK);
	run();
	outgoing_submitting(o, 2, 2);
	end(2, 1, BUS_ACCEPTED);
	assert_int_equal(offered_n, 2);
	assert_int_equal(offered[0].attempt, 2);
	assert_int_equal(offered[1].attempt, 2);
	end(2, 2, BUS_HELD); /* whatever comes of it */
	end(2, 2, BUS_UNCERTAIN);
	run();
	assert_int_equal(ordered_n, 1);
	assert_int_equal(offered_n, 2);
	assert_int_equal(offered[1].state, BUS_ACCEPTED);
}

/* Parts that the first result told are not told again: the second waits until it is committed. */
static void
test_accepted_late_in_parts(void **state)
{
	struct bus_result r = { .row = 1, .attempt = 1, .state = BUS_UNCERTAIN };

	(void)state;
	assert_int_equal(take(1, 1), RC_OK);
	run();
	r.parts_done = 5;
	r.refs_n = 2;
	outgoing_result(o, &r);
	r.state = BUS_ACCEPTED;
	r.parts_done = 7;
	r.refs_n = 1;
	r.refs[0] = 99;
	outgoing_result(o, &r);
	assert_int_equal(offered_n, 1);
	assert_int_equal(ask(1, 1), BUS_ACCEPTED);
	commit(0);
	assert_int_equal(offered_n, 2);
	assert_int_equal(offered[1].state, BUS_ACCEPTED);
	assert_int_equal(offered[1].refs_n, 1);
	assert_int_equal(offered[1].refs[0], 99);
	commit(1);
	assert_true(outgoing_empty(o));
	assert_int_equal(offered_n, 2);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_accepted_late),
		T(test_accepted_late_stops_a_repeat),
		T(test_accepted_late_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
