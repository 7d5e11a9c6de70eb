/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bus: every message there and back, bounds, who may say what, greeting, silence, a restart.
 * It never leaves this machine: ipc between two ends of one loop. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus.h"
#include "loop.h"

static struct bus_msg in, out;

static enum rc
round_trip(struct bus_room *room)
{
	size_t n;
	uint8_t *p;
	enum rc rc;

	in.times.sent = 1;
	p = bus_pack(&in, &n);
	rc = bus_unpack(p, n, room, &out);

	free(p);
	return rc;
}

static void
good_sms(void)
{
	memset(&in, 0, sizeof(in));
	in.type = BUS_SMS_IN;
	in.u.sms_in.token = 7;
	strcpy(in.u.sms_in.link, "a");
	strcpy(in.u.sms_in.link_group, "sim1");
	strcpy(in.u.sms_in.from, "+77010000001");
	strcpy(in.u.sms_in.text, "\xd0\xb4\xd0\xb0");
	in.u.sms_in.text_n = 4;
	in.u.sms_in.smsc_ms = -5;
	in.u.sms_in.part = 2;
	in.u.sms_in.total = 3;
	in.u.sms_in.ref = 65535;
	in.u.sms_in.ref_bits = 16;
}

static void
good_send(struct bus_send *s)
{
	memset(s, 0, sizeof(*s));
	s->row = 1;
	s->attempt = 2;
	s->instance = 3;
	s->person = true;
	s->submit_ms = 90000;
	strcpy(s->to, "+77010000001");
	strcpy(s->text, "ok");
}

static void
test_there_and_back(void **unused)
{
	struct bus_room *room = bus_room_new();
	struct bus_verdict verdict[2] = { { .token = 1, .outcome = BUS_DONE },
		{ .token = 2,
		    .outcome = BUS_ASIDE,
		    .end = true,
		    .screen = "1 \xd0\xb4\xd0\xb0" } };
	struct bus_send send;

	(void)unused;
	good_sms();
	assert_int_equal(round_trip(room), RC_OK);
	assert_int_equal(out.u.sms_in.smsc_ms, -5);
	assert_int_equal(out.u.sms_in.part, 2);
	assert_string_equal(out.u.sms_in.text, in.u.sms_in.text);

	memset(&in, 0, sizeof(in));
	good_send(&send);
	in.type = BUS_VERDICTS;
	in.u.verdicts = (struct bus_verdicts){ 2, 1, 5, verdict, &send };
	assert_int_equal(round_trip(room), RC_OK);
	assert_int_equal(out.u.verdicts.verdicts_n, 2);
	assert_int_equal(out.u.verdicts.verdicts[1].outcome, BUS_ASIDE);
	assert_string_equal(out.u.verdicts.verdicts[1].screen, verdict[1].screen);
	assert_string_equal(out.u.verdicts.sends[0].text, "ok");
	assert_int_equal(out.u.verdicts.credit, 5);

	memset(&in, 0, sizeof(in));
	in.type = BUS_RESULT;
	in.u.result = (struct bus_result){ .row = 9,
		.attempt = 1,
		.state = BUS_ACCEPTED,
		.refs_n = 2,
		.refs = { 10, 11 },
		.parts_done = 3 };
	assert_int_equal(round_trip(room), RC_OK);
	assert_int_equal(out.u.result.refs[1], 11);
	bus_room_free(room);
}

/* Each breaks one bound of a good message. */
static void
break_sms(int how)
{
	good_sms();
	switch (how) {
	case 0:
		in.u.sms_in.token = 0;
		break;
	case 1:
		in.u.sms_in.part = 5;
		break;
	case 2:
		in.u.sms_in.ref_bits = 7;
		break;
	case 3:
		strcpy(in.u.sms_in.text, "\xff\xfe");
		in.u.sms_in.text_n = 2;
		break;
	case 4:
		strcpy(in.u.sms_in.from, "no number");
		break;
	case 5:
		in.u.sms_in.link[0] = '\0';
		break;
	default:
		strcpy(in.u.sms_in.link, "a b");
		break;
	}
}

static void
test_orders(void **unused)
{
	struct bus_room *room = bus_room_new();

	(void)unused;
	memset(&in, 0, sizeof(in));
	in.type = BUS_ORDER;
	in.u.order = (struct bus_order){
		.id = 4, .kind = BUS_DIAL_USSD, .link = "a", .text = "*100#"
	};
	assert_int_equal(round_trip(room), RC_OK);
	assert_string_equal(out.u.order.text, "*100#");
	strcpy(
	    in.u.order.text, "1\",15\rAT+CMGD=1,4\r"); /* would be a command on a modem */
	assert_int_equal(round_trip(room), RC_REFUSED);
	in.u.order.text[0] = '\0';
	in.u.order.class = 7;
	assert_int_equal(round_trip(room), RC_REFUSED);

	memset(&in, 0, sizeof(in));
	in.type = BUS_USSD_IN;
	in.u.ussd_in = (struct bus_ussd_in){ .token = 1,
		.dialogue = 2,
		.step = 1,
		.link = "a",
		.link_group = "g",
		.text = "*8500#" };
	assert_int_equal(round_trip(room), RC_OK);
	assert_string_equal(out.u.ussd_in.text, "*8500#");
	in.u.ussd_in.dialogue = 0;
	assert_int_equal(round_trip(room), RC_REFUSED);

	memset(&in, 0, sizeof(in));
	in.type = BUS_LINK_STATE;
	in.u.link_state = (struct bus_link_state){ .link = "a",
		.state = "ready",
		.signal = -1,
		.balance = -7,
		.balance_ms = 1,
		.balance_low = true };
	assert_int_equal(round_trip(room), RC_OK);
	assert_int_equal(out.u.link_state.balance, -7);
	assert_true(out.u.link_state.balance_low);
	in.u.link_state.signal = 101;
	assert_int_equal(round_trip(room), RC_REFUSED);
	bus_room_free(room);
}

static void
test_bounds(void **unused)
{
	struct bus_room *room = bus_room_new();
	static const uint8_t junk[] = { 0xff, 0xff, 0xff, 0xff, 0xff };
	struct bus_send send;

	(void)unused;
	for (int how = 0; how <= 6; how++) {
		break_sms(how);
		if (round_trip(room) != RC_REFUSED)
			fail_msg("broken in way %d, and let through", how);
	}
	assert_int_equal(bus_unpack(junk, sizeof(junk), room, &out), RC_REFUSED);
	assert_int_equal(bus_unpack(junk, 0, room, &out), RC_REFUSED);
	memset(&in, 0, sizeof(in));
	in.type = BUS_SEND;
	good_send(&send);
	in.u.send = send;
	assert_int_equal(round_trip(room), RC_OK);
	in.u.send.priority = 6;
	assert_int_equal(round_trip(room), RC_REFUSED);
	in.u.send.priority = 5;
	in.u.send.instance = 0;
	assert_int_equal(round_trip(room), RC_REFUSED);
	bus_room_free(room);
}

/* The way of a frame is taken off what remains and added to ages, by the receiver's clock alone. */
static void
test_way_counts(void **unused)
{
	struct bus_send send;

	(void)unused;
	memset(&in, 0, sizeof(in));
	in.type = BUS_SEND;
	good_send(&in.u.send);
	in.u.send.window_ms = 0;
	in.times = (struct bus_times){ .sent = 5, .heard = 1000, .heard_ago = 200 };
	assert_true(bus_count_way(&in, 61200)); /* 60 s on the way */
	assert_int_equal(in.u.send.submit_ms, 30000);
	assert_int_equal(in.u.send.window_ms, 0); /* no limit stays none */
	assert_true(bus_count_way(&in, 61200));
	assert_int_equal(in.u.send.submit_ms, 1); /* over is not "no limit" */

	good_sms();
	in.u.sms_in.age_ms = 10;
	in.times = (struct bus_times){ .sent = 5, .heard = 1000, .heard_ago = 0 };
	assert_true(bus_count_way(&in, 1500));
	assert_int_equal(in.u.sms_in.age_ms, 510);

	good_send(&send);
	memset(&in, 0, sizeof(in));
	in.type = BUS_VERDICTS;
	in.u.verdicts = (struct bus_verdicts){ 0, 1, 1, NULL, &send };
	in.times = (struct bus_times){ .sent = 5, .heard = 1000, .heard_ago = 0 };
	assert_true(bus_count_way(&in, 11000));
	assert_int_equal(send.submit_ms, 80000);

	assert_false(
	    bus_count_way(&in, 61001)); /* longer on its way than anybody remembers */

	in.times.heard = 0; /* nothing heard yet: no time may be carried */
	assert_false(bus_count_way(&in, 11000));
	in.times.heard = 12000; /* of our future */
	assert_false(bus_count_way(&in, 11000));
	in.u.verdicts.sends_n = 0; /* verdicts alone carry none */
	assert_true(bus_count_way(&in, 11000));
}

static void
test_directions(void **unused)
{
	(void)unused;
	assert_true(bus_may(BUS_DAEMON, BUS_WORKER, BUS_SMS_IN));
	assert_false(bus_may(BUS_WORKER, BUS_DAEMON, BUS_SMS_IN));
	assert_false(bus_may(BUS_DAEMON, BUS_DISPATCH, BUS_SMS_IN));
	assert_true(bus_may(BUS_WORKER, BUS_DAEMON, BUS_VERDICTS));
	assert_false(bus_may(BUS_WORKER, BUS_DAEMON, BUS_SEND));
	assert_true(bus_may(BUS_DISPATCH, BUS_DAEMON, BUS_SEND));
	assert_false(bus_may(BUS_DAEMON, BUS_DISPATCH, BUS_SEND));
	assert_false(bus_may(BUS_WORKER, BUS_DISPATCH, BUS_HELLO));
}

/* Two ends in one loop. */
struct end {
	struct bus *bus;
	int ups, downs, got;
};

static struct loop *loop;

static void
on_change(void *arg, struct bus_peer *p, bool up)
{
	struct end *e = arg;

	(void)p;
	e->ups += up;
	e->downs += !up;
}

static void
on_any(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct end *e = arg;

	(void)from;
	(void)m;
	e->got++;
}

static bus_handler *const on_all[BUS_TYPES] = {
	[BUS_READY] = on_any, [BUS_SMS_IN] = on_any
};

static void
open_end(struct end *e, enum bus_role self, enum bus_role other, const char *endpoint,
    uint64_t instance)
{
	struct bus_options o = { .self = self,
		.other = other,
		.endpoint = endpoint,
		.name = "x",
		.instance = instance,
		.on = on_all,
		.change = on_change,
		.arg = e };

	memset(e, 0, sizeof(*e));
	assert_int_equal(bus_open(loop, &o, &e->bus), RC_OK);
}

static void
on_time(void *arg)
{
	loop_end(arg);
}

/* The loop ends once; a fresh one would lose its watches: short runs by a timer each. */
static void
run_for(unsigned ms)
{
	int timer = loop_every(loop, ms, on_time, loop);

	loop_run(loop);
	loop_again(loop);
	loop_stop_timer(loop, timer);
}

static void
test_greeting_and_restart(void **unused)
{
	char endpoint[64];
	struct end d, w;

	(void)unused;
	snprintf(
	    endpoint, sizeof(endpoint), "ipc:///tmp/shyraq-bus-test.%d", (int)getpid());
	loop = loop_new();
	open_end(&w, BUS_WORKER, BUS_DAEMON, endpoint, 11);
	run_for(200);
	assert_int_equal(w.ups, 0); /* nobody there yet */
	in = (struct bus_msg){ .type = BUS_READY };
	in.u.credit = 1;
	assert_int_equal(bus_send(w.bus, bus_only(w.bus), &in), RC_BROKEN);

	open_end(&d, BUS_DAEMON, BUS_WORKER, endpoint, 22);
	run_for(1500);
	assert_int_equal(w.ups, 1);
	assert_int_equal(d.ups, 1);
	assert_int_equal(bus_send(w.bus, bus_only(w.bus), &in), RC_OK);
	run_for(100);
	assert_int_equal(d.got, 1);
	in.u.credit = 0; /* below its bound: packed by a liar, dropped by the other */
	assert_int_equal(bus_send(w.bus, bus_only(w.bus), &in), RC_OK);
	run_for(100);
	assert_int_equal(d.got, 1);
	assert_int_equal(bus_counts(d.bus).bad, 1);

	/* one side alone takes a silence for the end: the other begins anew too, and only once */
	bus_only(w.bus)->heard_ms -= 2 * BUS_GONE_MS;
	run_for(1200);
	assert_int_equal(w.downs, 1);
	assert_int_equal(w.ups, 2);
	assert_int_equal(d.downs, 1);
	assert_int_equal(d.ups, 2);
	bus_next(d.bus, &(size_t){ 0 })->heard_ms -= 2 * BUS_GONE_MS;
	run_for(3000); /* the next ping of the worker finds out */
	assert_int_equal(w.downs, 2);
	assert_int_equal(w.ups, 3);
	assert_int_equal(d.downs, 2);
	assert_int_equal(d.ups, 3);

	bus_close(d.bus); /* the daemon restarts: another instance */
	open_end(&d, BUS_DAEMON, BUS_WORKER, endpoint, 33);
	run_for(3000);
	assert_int_equal(w.downs, 3);
	assert_int_equal(w.ups, 4);
	assert_int_equal(bus_only(w.bus)->instance, 33);
	assert_int_equal(d.ups, 1);
	bus_close(w.bus);
	bus_close(d.bus);
	loop_free(loop);
	unlink(endpoint + 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_way_counts),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_greeting_and_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
