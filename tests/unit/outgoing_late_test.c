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
#include <string.h>

#include "clock.h"
#include "inflight.h"
#include "outgoing.h"

#define INSTANCE 77
#define TO "+77010000001"
#define MIN_MS 60000

static struct inflight *f;
static struct outgoing *o;
static struct link link_a;
static struct links links;
static size_t ordered_n;
static struct bus_result offered[64]; /* results with a token, to the worker */
static size_t offered_n;
static struct bus_result answer;
static size_t answers;
static struct bus_peer w1 = { .up = true, .name = "w1" },
		       c1 = { .up = true, .name = "c1" };

static enum rc
fake_send(struct link *l, const struct bus_send *s, struct link_limits limits)
{
	(void)limits;
	l->sending = true;
	(void)s;
	ordered_n++;
	return RC_OK;
}

static const struct link_ops ops = { .send = fake_send };

static enum rc
say_offer(void *arg, enum bus_role role, struct bus_peer *to, const struct bus_msg *m)
{
	(void)arg;
	(void)role;
	(void)to;
	assert_int_equal(m->type, BUS_RESULT);
	offered[offered_n++] = m->u.result;
	return RC_OK;
}

static enum rc
say_dispatch(void *arg, struct bus_peer *to, const struct bus_msg *m)
{
	(void)arg;
	(void)to;
	if (m->type == BUS_RESULT) {
		answer = m->u.result;
		answers++;
	}
	return RC_OK;
}

static void
hold(void *arg, bool on)
{
	(void)arg;
	(void)on;
}

static int
setup(void **state)
{
	struct inflight_options in = { .texts_max = 8, .say = say_offer, .hold = hold };
	struct outgoing_options out = { .instance = INSTANCE,
		.rows_max = 6,
		.memory_max = 8,
		.links = &links,
		.say = say_dispatch };

	(void)state;
	memset(&link_a, 0, sizeof(link_a));
	link_a.ops = &ops;
	link_a.state = LINK_UP;
	link_a.registered = true;
	link_a.parts_per_minute = 60;
	memcpy(link_a.name, "a", 2);
	links = (struct links){ .link = { &link_a }, .n = 1 };
	f = inflight_new(&in);
	out.inflight = f;
	o = outgoing_new(&out);
	inflight_peer(f, BUS_WORKER, &w1, true);
	inflight_credit(f, &w1, 100);
	ordered_n = offered_n = answers = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	outgoing_free(o);
	inflight_free(f);
	return 0;
}

static struct bus_send
row(uint64_t id, uint32_t attempt)
{
	struct bus_send s = { .row = id,
		.attempt = attempt,
		.instance = INSTANCE,
		.to = TO,
		.priority = 3,
		.text = "hello" };

	return s;
}

static enum rc
take(uint64_t id, uint32_t attempt)
{
	struct bus_send s = row(id, attempt);

	return outgoing_take(o, &s);
}

static void
run(void)
{
	outgoing_run(o, clock_boot_ms());
}

static void
end(uint64_t id, uint32_t attempt, enum bus_state state)
{
	struct bus_result r = { .row = id, .attempt = attempt, .state = state };

	link_a.sending = false;
	outgoing_result(o, &r);
}

static void
commit(size_t i)
{
	struct bus_verdict v = { .token = offered[i].token, .outcome = BUS_DONE };

	inflight_verdict(f, &w1, &v);
}

/* -1: silence */
static int
ask(uint64_t id, uint32_t attempt)
{
	struct bus_ask a = { id, attempt, INSTANCE };
	size_t before = answers;

	outgoing_ask(o, &c1, &a);
	if (answers == before)
		return -1;
	assert_int_equal(answer.token, 0);
	assert_int_equal(answer.row, id);
	assert_int_equal(answer.attempt, attempt);
	return (int)answer.state;
}

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
