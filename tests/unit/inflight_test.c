/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * inflight.c with peers that are nothing but a list of what was said to them.
 * It opens no socket; its clock is an argument, or stands still for as long as a test takes.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "inflight.h"

#define SAID_MAX 64

static struct inflight *f;
static struct bus_peer w1 = { .up = true, .name = "w1" },
		       w2 = { .up = true, .name = "w2" },
		       c1 = { .up = true, .name = "c1" };
static struct said {
	struct bus_peer *to;
	enum bus_type type;
	uint64_t token, age_ms;
	bool again;
	char from[PHONE_MAX];
} said[SAID_MAX];
static size_t said_n;
static bool say_fails, held;
static uint64_t settled[SAID_MAX];
static enum bus_outcome outcomes[SAID_MAX];
static size_t settled_n;
static int owner_a, owner_b;

static enum rc
say(void *arg, enum bus_role role, struct bus_peer *to, const struct bus_msg *m)
{
	struct said *s = &said[said_n++];

	(void)arg;
	(void)role;
	if (say_fails) {
		said_n--;
		return RC_BROKEN;
	}
	s->to = to;
	s->type = m->type;
	s->token = m->u.sms_in.token;
	s->again = m->type == BUS_SMS_IN && m->u.sms_in.again;
	s->age_ms = m->type == BUS_SMS_IN ? m->u.sms_in.age_ms : 0;
	memset(s->from, 0, sizeof(s->from));
	if (m->type == BUS_SMS_IN)
		memcpy(s->from, m->u.sms_in.from, sizeof(s->from));
	return RC_OK;
}

static void
hold(void *arg, bool on)
{
	(void)arg;
	held = on;
}

static void
on_settled(void *arg, uint64_t handle, enum bus_outcome outcome)
{
	(void)arg;
	settled[settled_n] = handle;
	outcomes[settled_n++] = outcome;
}

static int
setup(void **state)
{
	struct inflight_options o = { .texts_max = 8, .say = say, .hold = hold };

	(void)state;
	f = inflight_new(&o);
	said_n = settled_n = 0;
	say_fails = held = false;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	inflight_free(f);
	return 0;
}

static enum rc
take_of(enum bus_type type, const char *from, uint64_t handle, int *owner_arg)
{
	static struct bus_msg m;
	struct inflight_owner owner = {
		.settled = on_settled, .arg = owner_arg, .handle = handle
	};

	memset(&m, 0, sizeof(m));
	m.type = type;
	if (type == BUS_SMS_IN) {
		memcpy(m.u.sms_in.from, from, strlen(from) + 1);
		m.u.sms_in.text_n = 5;
		memcpy(m.u.sms_in.text, "hello", 6);
	}
	return inflight_take(f, &m, clock_boot_ms() - 40, &owner);
}

static enum rc
take(const char *from, uint64_t handle)
{
	return take_of(BUS_SMS_IN, from, handle, &owner_a);
}

static void
verdict(struct bus_peer *p, uint64_t token, enum bus_outcome outcome)
{
	struct bus_verdict v = { .token = token, .outcome = outcome };

	inflight_verdict(f, p, &v);
}

static void
up(struct bus_peer *p, enum bus_role role, uint32_t credit)
{
	inflight_peer(f, role, p, true);
	inflight_credit(f, p, credit);
}

static void
test_offered_and_settled(void **state)
{
	(void)state;
	assert_int_equal(take("+77010000001", 7), RC_OK);
	assert_int_equal(said_n, 0);
	up(&w1, BUS_WORKER, 4);
	assert_int_equal(said_n, 1);
	assert_false(said[0].again);
	assert_true(said[0].age_ms >= 40 && said[0].age_ms < 5000);
	verdict(&w1, said[0].token, BUS_DONE);
	assert_int_equal(settled_n, 1);
	assert_int_equal(settled[0], 7);
	assert_int_equal(outcomes[0], BUS_DONE);
	assert_true(inflight_empty(f));
	verdict(&w1, said[0].token, BUS_DONE);
	assert_int_equal(settled_n, 1);
	assert_int_equal(inflight_counts(f).stray, 1);
}

static void
test_one_in_flight_a_sender(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 10);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	assert_int_equal(take("+77010000001", 2), RC_OK);
	assert_int_equal(take("+77010000002", 3), RC_OK);
	assert_int_equal(take("+77010000001", 4), RC_OK);
	assert_int_equal(said_n, 2);
	verdict(&w1, said[0].token, BUS_DONE);
	assert_int_equal(said_n, 3);
	assert_string_equal(said[2].from, "+77010000001");
	verdict(&w1, said[2].token, BUS_ASIDE);
	assert_int_equal(said_n, 4);
	verdict(&w1, said[3].token, BUS_DONE);
	verdict(&w1, said[1].token, BUS_DONE);
	assert_int_equal(settled_n, 4);
	assert_int_equal(settled[0], 1);
	assert_int_equal(settled[1], 2);
	assert_int_equal(outcomes[1], BUS_ASIDE);
	assert_int_equal(settled[2], 4);
	assert_true(inflight_empty(f));
}

static void
test_unknown_senders_have_no_order(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 10);
	assert_int_equal(take("", 1), RC_OK);
	assert_int_equal(take("", 2), RC_OK);
	assert_int_equal(said_n, 2);
}

static void
test_credit_bounds(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 1);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	assert_int_equal(take("+77010000002", 2), RC_OK);
	assert_int_equal(said_n, 1);
	up(&w2, BUS_WORKER, 1);
	assert_int_equal(said_n, 2);
	assert_ptr_equal(said[1].to, &w2);
	assert_int_equal(take("+77010000003", 3), RC_OK);
	assert_int_equal(said_n, 2);
	inflight_credit(f, &w1, 1);
	assert_int_equal(said_n, 3);
}

static void
test_silent_worker(void **state)
{
	int64_t now = clock_boot_ms();

	(void)state;
	up(&w1, BUS_WORKER, 8);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	up(&w2, BUS_WORKER, 4);
	inflight_tick(f, now + INFLIGHT_VERDICT_MS - 500);
	assert_int_equal(said_n, 1);
	inflight_tick(f, now + INFLIGHT_VERDICT_MS + 100);
	assert_int_equal(said_n, 2);
	assert_ptr_equal(said[1].to, &w2); /* though w1 has more credit */
	assert_true(said[1].again);
	assert_int_equal(said[1].token, said[0].token);
	/* the first wakes up: "again" means nothing now, "done" does */
	verdict(&w1, said[0].token, BUS_AGAIN);
	assert_int_equal(settled_n, 0);
	assert_int_equal(inflight_counts(f).again, 0);
	verdict(&w1, said[0].token, BUS_DONE);
	assert_int_equal(settled_n, 1);
	verdict(&w2, said[1].token, BUS_DONE);
	assert_int_equal(settled_n, 1);
	assert_int_equal(inflight_counts(f).out, 0);
}

static void
test_only_a_silent_one_is_left(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 8);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	inflight_tick(f, clock_boot_ms() + INFLIGHT_VERDICT_MS + 100);
	assert_int_equal(said_n, 2);
	assert_true(said[1].again);
}

static void
test_worker_gone(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 8);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	assert_int_equal(take("+77010000001", 2), RC_OK);
	assert_int_equal(take("+77010000002", 3), RC_OK);
	assert_int_equal(said_n, 2);
	inflight_peer(f, BUS_WORKER, &w1, false);
	up(&w2, BUS_WORKER, 8);
	assert_int_equal(said_n, 4);
	assert_int_equal(said[2].token, said[0].token); /* in the order they were taken */
	assert_int_equal(said[3].token, said[1].token);
	assert_true(said[2].again && said[3].again);
}

static void
test_again_waits_longer_each_time(void **state)
{
	int64_t now = clock_boot_ms(), before = 0;

	(void)state;
	up(&w1, BUS_WORKER, 100);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	for (size_t i = 0; i < 5; i++) {
		int64_t waited = 0;

		verdict(&w1, said[i].token, BUS_AGAIN);
		assert_int_equal(said_n, i + 1);
		while (said_n == i + 1 && waited < 20000) {
			waited += 50;
			inflight_tick(f, now + waited);
		}
		assert_true(said[i + 1].again);
		assert_true(waited >= before && waited <= 10050);
		before = waited;
	}
	assert_true(before > 1000);
}

/* A poison message delays its sender, nobody else. */
static void
test_again_holds_its_sender_only(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 100);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	assert_int_equal(take("+77010000001", 2), RC_OK);
	verdict(&w1, said[0].token, BUS_AGAIN);
	assert_int_equal(take("+77010000002", 3), RC_OK);
	assert_int_equal(said_n, 2);
	assert_string_equal(said[1].from, "+77010000002");
}

static void
test_bound(void **state)
{
	char from[PHONE_MAX] = "+7701000000x";

	(void)state;
	for (uint64_t i = 0; i < 8; i++) {
		assert_false(held);
		from[11] = (char)('0' + i);
		assert_int_equal(take(from, i), RC_OK);
	}
	assert_true(held);
	assert_int_equal(take("+77010000099", 9), RC_AGAIN);
	/* results have a bound of their own */
	assert_int_equal(take_of(BUS_RESULT, "", 10, &owner_b), RC_OK);
	up(&w1, BUS_WORKER, 100);
	assert_int_equal(said_n, 9);
	for (size_t i = 0; i < 5; i++)
		verdict(&w1, said[i].token, BUS_DONE);
	assert_false(held);
	assert_int_equal(take("+77010000099", 9), RC_OK);
}

static void
test_results_go_to_dispatch_without_workers(void **state)
{
	(void)state;
	up(&c1, BUS_DISPATCH, 4);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	assert_int_equal(take_of(BUS_RESULT, "", 2, &owner_b), RC_OK);
	assert_int_equal(take_of(BUS_RECEIPT, "", 3, &owner_a), RC_OK);
	assert_int_equal(said_n, 2);
	assert_int_equal(said[0].type, BUS_RESULT);
	assert_int_equal(said[1].type, BUS_RECEIPT);
	verdict(&c1, said[0].token, BUS_DONE);
	assert_int_equal(settled[0], 2);
	up(&w1, BUS_WORKER, 4);
	assert_int_equal(said_n, 3);
	assert_int_equal(take_of(BUS_RESULT, "", 4, &owner_b), RC_OK);
	assert_ptr_equal(said[3].to, &w1);
}

static void
test_withdrawn(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 1);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	assert_int_equal(take("+77010000002", 2), RC_OK);
	assert_int_equal(take_of(BUS_SMS_IN, "+77010000003", 3, &owner_b), RC_OK);
	inflight_withdraw(f, &owner_a);
	/* the one that is out still keeps the order of its sender */
	assert_int_equal(take("+77010000001", 4), RC_OK);
	inflight_credit(f, &w1, 10);
	assert_int_equal(said_n, 2);
	assert_string_equal(said[1].from, "+77010000003");
	verdict(&w1, said[0].token, BUS_DONE);
	assert_int_equal(settled_n, 0);
	assert_int_equal(said_n, 3);
	verdict(&w1, said[2].token, BUS_DONE);
	assert_int_equal(settled[0], 4);
}

static void
test_full_queue_of_a_peer(void **state)
{
	(void)state;
	say_fails = true;
	up(&w1, BUS_WORKER, 4);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	say_fails = false;
	up(&w2, BUS_WORKER, 4);
	assert_int_equal(said_n, 1);
	assert_ptr_equal(said[0].to, &w2);
	assert_false(said[0].again);
}

static char screen[BUS_SCREEN_MAX];
static bool screen_end;

static void
on_answered(void *arg, uint64_t handle, const struct bus_verdict *v)
{
	on_settled(arg, handle, v->outcome);
	memcpy(screen, v->screen, sizeof(screen));
	screen_end = v->end;
}

static void
take_step(const char *from, uint64_t handle)
{
	static struct bus_msg m;
	struct inflight_owner owner = {
		.answered = on_answered, .arg = &owner_b, .handle = handle
	};

	memset(&m, 0, sizeof(m));
	m.type = BUS_USSD_IN;
	memcpy(m.u.ussd_in.from, from, strlen(from) + 1);
	memcpy(m.u.ussd_in.text, "1", 2);
	assert_int_equal(inflight_take(f, &m, clock_boot_ms(), &owner), RC_OK);
}

/* Steps are in order among themselves, go before texts, and wait for none of their sender's. */
static void
test_steps(void **state)
{
	struct bus_verdict v = { .outcome = BUS_DONE, .screen = "2 no", .end = true };

	(void)state;
	up(&w1, BUS_WORKER, 1);
	assert_int_equal(take("+77010000001", 1), RC_OK);
	assert_int_equal(take("+77010000002", 2), RC_OK);
	take_step("+77010000001", 3);
	take_step("+77010000001", 4);
	take_step("", 5);
	take_step("", 6);
	assert_int_equal(said_n, 1);
	inflight_credit(f, &w1, 10);
	assert_int_equal(said_n, 5);
	assert_int_equal(said[1].type, BUS_USSD_IN);
	assert_int_equal(said[2].type, BUS_USSD_IN);
	assert_int_equal(said[3].type, BUS_USSD_IN);
	assert_int_equal(said[4].type, BUS_SMS_IN);
	v.token = said[1].token;
	inflight_verdict(f, &w1, &v);
	assert_int_equal(settled[0], 3);
	assert_string_equal(screen, "2 no");
	assert_true(screen_end);
	assert_int_equal(said_n, 6); /* the sender's next step */
	assert_int_equal(said[5].type, BUS_USSD_IN);
}

/* Who holds the line does not wait as long as a text does, nor for dispatch. */
static void
test_silence_on_a_step(void **state)
{
	int64_t now = clock_boot_ms();

	(void)state;
	up(&c1, BUS_DISPATCH, 10);
	take_step("+77010000001", 1);
	assert_int_equal(said_n, 0);
	up(&w1, BUS_WORKER, 10);
	up(&w2, BUS_WORKER, 10);
	assert_int_equal(said_n, 1);
	inflight_tick(f, now + INFLIGHT_STEP_MS - 100);
	assert_int_equal(said_n, 1);
	inflight_tick(f, now + INFLIGHT_STEP_MS + 100);
	assert_int_equal(said_n, 2);
	assert_ptr_not_equal(said[1].to, said[0].to);
	assert_int_equal(said[1].token, said[0].token);
}

static void
take_result(const char *link, uint32_t ref, uint64_t handle)
{
	struct bus_msg m = { .type = BUS_RESULT };
	struct inflight_owner owner = {
		.settled = on_settled, .arg = &owner_b, .handle = handle
	};

	memcpy(m.u.result.link, link, strlen(link) + 1);
	m.u.result.state = BUS_ACCEPTED;
	m.u.result.refs_n = 2;
	m.u.result.refs[0] = ref;
	m.u.result.refs[1] = ref + 1;
	assert_int_equal(inflight_take(f, &m, clock_boot_ms(), &owner), RC_OK);
}

static void
take_receipt(const char *link, uint32_t ref, uint64_t handle)
{
	struct bus_msg m = { .type = BUS_RECEIPT };
	struct inflight_owner owner = {
		.settled = on_settled, .arg = &owner_a, .handle = handle
	};

	memcpy(m.u.receipt.link, link, strlen(link) + 1);
	m.u.receipt.ref = ref;
	assert_int_equal(inflight_take(f, &m, clock_boot_ms(), &owner), RC_OK);
}

/* A receipt of a text whose result is not committed yet would match nothing in the database. */
static void
test_receipt_behind_its_result(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 10);
	take_result("m1", 7, 1);
	take_receipt("m1", 8, 2);
	take_receipt("m1", 7, 3);
	assert_int_equal(said_n, 1);
	take_receipt("m1", 9, 4); /* of another text: it goes at once */
	take_receipt("m2", 7, 5); /* of another link */
	assert_int_equal(said_n, 3);
	verdict(&w1, said[0].token, BUS_DONE);
	assert_int_equal(said_n, 5);
	assert_int_equal(said[3].type, BUS_RECEIPT);
	assert_true(said[3].token < said[4].token);
	take_receipt("m1", 7, 6);
	assert_int_equal(said_n, 6);
	for (size_t i = 1; i < 6; i++)
		verdict(&w1, said[i].token, BUS_DONE);
	assert_true(inflight_empty(f));
}

static void
test_receipt_withdrawn_behind_its_result(void **state)
{
	(void)state;
	up(&w1, BUS_WORKER, 10);
	take_result("m1", 7, 1);
	take_receipt("m1", 7, 2);
	inflight_withdraw(f, &owner_a);
	verdict(&w1, said[0].token, BUS_DONE);
	assert_int_equal(said_n, 1);
	assert_true(inflight_empty(f));
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_offered_and_settled),
		T(test_one_in_flight_a_sender),
		T(test_unknown_senders_have_no_order),
		T(test_credit_bounds),
		T(test_silent_worker),
		T(test_only_a_silent_one_is_left),
		T(test_worker_gone),
		T(test_again_waits_longer_each_time),
		T(test_again_holds_its_sender_only),
		T(test_bound),
		T(test_results_go_to_dispatch_without_workers),
		T(test_withdrawn),
		T(test_full_queue_of_a_peer),
		T(test_steps),
		T(test_silence_on_a_step),
		T(test_receipt_behind_its_result),
		T(test_receipt_withdrawn_behind_its_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
