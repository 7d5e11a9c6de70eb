/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outgoing.c with links that only note what they were told to send, and a real inflight.c.
 * It opens no socket and no device, and waits for no clock: time is an argument.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outgoing_stage.h"

static void
test_whole_way(void **state)
{
	(void)state;
	assert_int_equal(take(1, 1), RC_OK);
	assert_int_equal(ask(1, 1), BUS_HELD);
	run();
	assert_int_equal(ordered_n, 1);
	assert_int_equal(ask(1, 1), BUS_HELD);
	outgoing_submitting(o, 1, 1);
	assert_int_equal(ask(1, 1), BUS_SUBMITTED);
	end(1, 1, BUS_ACCEPTED);
	assert_int_equal(offered_n, 1);
	assert_true(offered[0].token != 0);
	assert_int_equal(offered[0].state, BUS_ACCEPTED);
	assert_int_equal(ask(1, 1), BUS_ACCEPTED);
	assert_false(outgoing_empty(o));
	commit(0);
	assert_true(outgoing_empty(o));
	run();
	assert_int_equal(ordered_n, 1);
}

/* What the network took is never sent again, whatever is asked or handed out. */
static void
test_accepted_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(take(1, 1), RC_OK);
	run();
	end(1, 1, BUS_ACCEPTED);
	assert_int_equal(take(1, 2), RC_OK);
	assert_int_equal(offered_n, 2);
	assert_int_equal(offered[1].attempt, 2);
	assert_int_equal(offered[1].state, BUS_ACCEPTED);
	commit(0); /* of the first attempt: it is not what the entry has now */
	assert_false(outgoing_empty(o));
	commit(1);
	assert_true(outgoing_empty(o));
	assert_int_equal(ask(1, 2), BUS_ACCEPTED);
	assert_int_equal(ask(1, 3), BUS_ACCEPTED);
	assert_int_equal(take(1, 3), RC_REFUSED);
	assert_int_equal(take(1, 4), RC_OK);
	assert_int_equal(offered[2].attempt, 4);
	assert_int_equal(offered[2].state, BUS_ACCEPTED);
	run();
	assert_int_equal(ordered_n, 1);
}

static void
test_taken_over(void **state)
{
	struct bus_send s = row(1, 1);

	(void)state;
	/* held: once */
	assert_int_equal(take(1, 1), RC_OK);
	assert_int_equal(take(1, 2), RC_OK);
	assert_int_equal(outgoing_counts(o).held, 1);
	run();
	assert_int_equal(ordered_n, 1);
	/* out: what becomes of it is the higher one's */
	outgoing_submitting(o, 1, 2);
	assert_int_equal(take(1, 3), RC_OK);
	assert_int_equal(ask(1, 3), BUS_SUBMITTED);
	end(1, 2, BUS_UNCERTAIN);
	assert_int_equal(offered[0].attempt, 3);
	assert_int_equal(offered[0].state, BUS_UNCERTAIN);
	/* a result that is not "accepted": held again, with the parts that went */
	s.attempt = 4;
	assert_int_equal(outgoing_take(o, &s), RC_OK);
	assert_int_equal(ask(1, 4), BUS_HELD);
	commit(0);
	assert_int_equal(ask(1, 4), BUS_HELD);
	run();
	assert_int_equal(ordered_n, 2);
	end(1, 4, BUS_FAILED);
	assert_int_equal(offered[1].attempt, 4);
}

static void
test_attempts(void **state)
{
	struct bus_send s = row(1, 3);

	(void)state;
	assert_int_equal(outgoing_take(o, &s), RC_OK);
	assert_int_equal(take(1, 3), RC_REFUSED);
	assert_int_equal(take(1, 2), RC_REFUSED);
	s.attempt = 4;
	s.instance = INSTANCE + 1;
	assert_int_equal(outgoing_take(o, &s), RC_REFUSED);
	run();
	end(1, 3, BUS_FAILED);
	commit(0);
	assert_int_equal(take(1, 3), RC_REFUSED);
	assert_int_equal(take(1, 4), RC_OK);
	run();
	assert_int_equal(ordered_n, 2);
}

/* "Never had" is a promise. */
static void
test_asked_before_it_came(void **state)
{
	(void)state;
	assert_int_equal(ask(5, 2), BUS_NEVER_HAD);
	assert_int_equal(ask(5, 2), BUS_NEVER_HAD);
	assert_int_equal(take(5, 1), RC_REFUSED);
	assert_int_equal(take(5, 2), RC_REFUSED);
	assert_int_equal(take(5, 3), RC_OK);
	assert_int_equal(ask(5, 2), -1);
	/* asked for a later one: the held one is not sent any more */
	assert_int_equal(ask(5, 4), BUS_NEVER_HAD);
	run();
	assert_int_equal(ordered_n, 0);
	assert_int_equal(take(5, 4), RC_REFUSED);
	assert_int_equal(take(5, 5), RC_OK);
}

static void
test_other_instance_is_not_answered(void **state)
{
	struct bus_ask a = { 1, 1, INSTANCE + 1 };

	(void)state;
	outgoing_ask(o, &c1, &a);
	assert_int_equal(answers, 0);
	assert_int_equal(take(1, 1), RC_OK);
}

static void
test_memory_ends(void **state)
{
	int64_t now = clock_boot_ms();

	(void)state;
	assert_int_equal(take(1, 7), RC_OK);
	run();
	end(1, 7, BUS_ACCEPTED);
	commit(0);
	outgoing_run(o, now + OUTGOING_MEMORY_MS - 1000);
	assert_int_equal(take(1, 7), RC_REFUSED);
	outgoing_run(o, now + OUTGOING_MEMORY_MS * 5 / 4 + 1000);
	assert_int_equal(take(1, 7), RC_OK);
}

static void
test_bounds(void **state)
{
	(void)state;
	link_a.state = LINK_DOWN;
	for (uint64_t i = 1; i <= 6; i++)
		assert_int_equal(take(i, 1), RC_OK);
	assert_int_equal(take(7, 1), RC_AGAIN);
	/* not remembered: as if it had never come */
	assert_int_equal(ask(7, 1), BUS_NEVER_HAD);
	assert_int_equal(ask(8, 1), BUS_NEVER_HAD);
	/* no memory left to promise with: silence */
	assert_int_equal(ask(9, 1), -1);
}

static void
test_priorities(void **state)
{
	struct bus_send s = row(1, 1);

	(void)state;
	s.priority = 5;
	assert_int_equal(outgoing_take(o, &s), RC_OK);
	assert_int_equal(take(2, 1), RC_OK);
	s.row = 3;
	s.priority = 1;
	assert_int_equal(outgoing_take(o, &s), RC_OK);
	assert_int_equal(take(4, 1), RC_OK);
	for (size_t i = 0; i < 4; i++) {
		run();
		end(ordered[i], 1, BUS_ACCEPTED);
	}
	assert_int_equal(ordered[0], 3);
	assert_int_equal(ordered[1], 2);
	assert_int_equal(ordered[2], 4);
	assert_int_equal(ordered[3], 1);
}

static void
test_deadlines(void **state)
{
	static const struct {
		uint64_t submit, window;
		bool person;
		int64_t after;
		bool sent;
	} rows[] = {
		{ 90000, 900000, true, 0, true },
		{ 90000, 900000, true, 89000, true },
		{ 90000, 900000, true, 90100, false },
		{ 0, 6 * MIN_MS, true, MIN_MS / 2, true },
		{ 0, 6 * MIN_MS, true, 2 * MIN_MS, false }, /* under five minutes left */
		{ 0, 4 * MIN_MS, true, 0, false },
		{ 0, 4 * MIN_MS, false, 0, true },
		{ 0, 4 * MIN_MS, false, 5 * MIN_MS, false },
		{ 0, 0, false, 1000 * MIN_MS, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bus_send s = row(100 + i, 1);

		s.submit_ms = rows[i].submit;
		s.window_ms = rows[i].window;
		s.person = rows[i].person;
		ordered_n = offered_n = 0;
		assert_int_equal(outgoing_take(o, &s), RC_OK);
		outgoing_run(o, clock_boot_ms() + rows[i].after);
		assert_int_equal(ordered_n, rows[i].sent);
		if (rows[i].sent)
			end(100 + i, 1, BUS_ACCEPTED);
		else
			assert_int_equal(offered[0].state, BUS_EXPIRED);
		assert_int_equal(offered_n, 1);
		commit(0);
		outgoing_run(o, clock_boot_ms() + OUTGOING_MEMORY_MS * 5 / 4 + 1000);
	}
}

static void
test_clock_jump_holds_persons(void **state)
{
	struct bus_send s = row(1, 1);

	(void)state;
	s.person = true;
	assert_int_equal(outgoing_take(o, &s), RC_OK);
	outgoing_hold_persons(o, true);
	assert_int_equal(take(2, 1), RC_OK);
	run();
	assert_int_equal(ordered_n, 1);
	assert_int_equal(ordered[0], 2);
	end(2, 1, BUS_ACCEPTED);
	outgoing_hold_persons(o, false);
	run();
	assert_int_equal(ordered[1], 1);
}

static void
test_not_begun_comes_back(void **state)
{
	(void)state;
	assert_int_equal(take(1, 1), RC_OK);
	assert_int_equal(take(2, 1), RC_OK);
	run();
	end(1, 1, BUS_HELD);
	assert_int_equal(offered_n, 0);
	run();
	assert_int_equal(ordered[1], 1); /* in front of the other */
}

static void
test_stop(void **state)
{
	(void)state;
	assert_int_equal(take(1, 1), RC_OK);
	assert_int_equal(take(2, 1), RC_OK);
	assert_int_equal(take(3, 1), RC_OK);
	run();
	outgoing_stop(o);
	assert_int_equal(offered_n, 2);
	assert_int_equal(offered[0].state, BUS_DROPPED);
	assert_int_equal(take(4, 1), RC_OK);
	assert_int_equal(offered[2].state, BUS_DROPPED);
	end(1, 1, BUS_HELD);
	assert_int_equal(offered[3].row, 1);
	assert_int_equal(offered[3].state, BUS_DROPPED);
	for (size_t i = 0; i < 4; i++)
		commit(i);
	assert_true(outgoing_empty(o));
}

static void
test_room(void **state)
{
	uint32_t all = links_room(&links);

	(void)state;
	assert_true(all >= 2 && all < 6 + 3);
	outgoing_dispatch(o, &c1, true);
	assert_int_equal(room, all);
	run();
	assert_int_equal(room, all);
	outgoing_dispatch_sent(o, &c1);
	assert_int_equal(take(1, 1), RC_OK);
	link_a.sending = true; /* it is held, and counts */
	run();
	assert_int_equal(room, all);
	link_a.sending = false;
	run();
	assert_int_equal(room, all + 1);
	/* a new dispatch knows nothing of what the old one was given */
	outgoing_dispatch(o, &c1, false);
	outgoing_dispatch(o, &c1, true);
	assert_int_equal(room, all + 1 + all);
	link_a.state = LINK_DOWN;
	outgoing_dispatch_sent(o, &c1);
	run();
	assert_int_equal(room, all + 1 + all);
}

/* Held by an operator: not sent, takes no room of what may go, dies with its time. */
static void
test_paused(void **state)
{
	struct bus_send s = row(1, 1);
	uint32_t all = links_room(&links);

	(void)state;
	outgoing_dispatch(o, &c1, true);
	links_pause(&links, NULL, 6, true);
	s.priority = 5;
	s.submit_ms = 90000;
	outgoing_dispatch_sent(o, &c1);
	assert_int_equal(outgoing_take(o, &s), RC_OK);
	run();
	assert_int_equal(ordered_n, 0);
	assert_int_equal(room, all + 1);
	outgoing_count_waiting(o);
	assert_int_equal(link_a.waiting, 0); /* its way is no link of ours */
	assert_int_equal(take(2, 1), RC_OK);
	run();
	assert_int_equal(ordered[0], 2);
	end(2, 1, BUS_ACCEPTED);
	outgoing_run(o, clock_boot_ms() + 91000);
	assert_int_equal(offered[1].row, 1);
	assert_int_equal(offered[1].state, BUS_EXPIRED);
	memcpy(s.link, "a", 2);
	s.row = 3;
	assert_int_equal(outgoing_take(o, &s), RC_OK);
	outgoing_count_waiting(o);
	assert_int_equal(link_a.waiting, 1);
	links_pause(&links, NULL, 6, false);
	run();
	assert_int_equal(ordered[1], 3);
}

/* However many are held back, the table keeps room for the others. */
static void
test_paused_many(void **state)
{
	uint32_t before;

	(void)state;
	outgoing_dispatch(o, &c1, true);
	links_pause(&links, NULL, 6, true);
	for (uint64_t i = 1; i <= 5; i++) {
		struct bus_send s = row(i, 1);

		s.priority = 5;
		outgoing_dispatch_sent(o, &c1);
		assert_int_equal(outgoing_take(o, &s), RC_OK);
		before = room;
		run();
		assert_int_equal(room > before, i <= 3); /* half of rows_max */
	}
}

/* Refused, and foreign: the same attempt goes by the link beside, unless a part went. */
static void
test_goes_beside(void **state)
{
	struct link link_b = link_a;
	struct bus_send s = row(1, 1);
	struct bus_result r = { .attempt = 1, .state = BUS_FAILED, .link = "a" };

	(void)state;
	memcpy(link_b.name, "b", 2);
	memcpy(link_b.number, "+77000000001", 13);
	link_a.beside = "+77000000001";
	links = (struct links){ .link = { &link_a, &link_b }, .n = 2 };
	memcpy(s.link, "a", 2);
	s.person = true;
	for (uint64_t id = 1; id <= 2; id++) {
		s.row = r.row = id;
		r.parts_done = id == 1;
		link_a.sending = link_b.sending = false;
		assert_int_equal(outgoing_take(o, &s), RC_OK);
		run();
		assert_true(link_a.sending);
		outgoing_submitting(o, id, 1);
		outgoing_result(o, &r);
		assert_int_equal(offered_n, 1);
		run();
		assert_true(link_b.sending == (id == 2));
	}
	memcpy(r.link, "b", 2);
	outgoing_result(o, &r);
	assert_int_equal(offered_n, 2);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_goes_beside),
		T(test_whole_way),
		T(test_accepted_is_accepted),
		T(test_taken_over),
		T(test_attempts),
		T(test_asked_before_it_came),
		T(test_other_instance_is_not_answered),
		T(test_memory_ends),
		T(test_bounds),
		T(test_priorities),
		T(test_deadlines),
		T(test_clock_jump_holds_persons),
		T(test_not_begun_comes_back),
		T(test_stop),
		T(test_room),
		T(test_paused),
		T(test_paused_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
