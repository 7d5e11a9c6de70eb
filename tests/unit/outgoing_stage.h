/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outgoing.c with a link that only notes what it was told to send, and a real inflight.c: what its tests begin with.
 * It opens no socket and no device. Included by tests/unit/outgoing_test.c and outgoing_late_test.c.
 */
#ifndef SHYRAQ_OUTGOING_STAGE_H
#define SHYRAQ_OUTGOING_STAGE_H

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
static uint64_t ordered[64];
static size_t ordered_n;
static struct bus_result offered[64]; /* results with a token, to the worker */
static size_t offered_n;
static struct bus_result answer;
static size_t answers;
static uint32_t room;
static struct bus_peer w1 = { .up = true, .name = "w1" },
		       c1 = { .up = true, .name = "c1" };

static enum rc
fake_send(struct link *l, const struct bus_send *s, struct link_limits limits)
{
	(void)limits;
	l->sending = true;
	ordered[ordered_n++] = s->row;
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
	if (m->type == BUS_SEND_ROOM) {
		room += m->u.room;
	} else {
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
	room = 0;
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

#endif
