/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dialogue.c with a way that only notes what it was told to say, and a real inflight.c.
 * It opens no device and no socket. Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "dialogue.h"

static struct inflight *f;
static struct dialogues *v;
static struct bus_peer w1 = { .up = true, .name = "w1" };
static uint64_t token, committed[4];
static size_t offered_n, committed_n, shown_n;

static enum rc
say(void *arg, enum bus_role role, struct bus_peer *to, const struct bus_msg *m)
{
	(void)arg;
	(void)role;
	(void)to;
	token = m->u.ussd_in.token;
	offered_n++;
	return RC_OK;
}

static void
hold(void *arg, bool on)
{
	(void)arg;
	(void)on;
}

/* What is told of a step comes before its screen is said. */
static void
on_committed(void *arg, uint64_t handle)
{
	assert_ptr_equal(arg, &committed_n);
	assert_int_equal(shown_n, committed_n);
	committed[committed_n++ % ARRAY_LEN(committed)] = handle;
}

static enum rc
on_show(struct dialogue *d, const char *screen, bool last)
{
	(void)d;
	(void)screen;
	(void)last;
	shown_n++;
	return RC_OK;
}

static const struct dialogue_ops ops = { .show = on_show };
static struct dialogue_way way = { .ops = &ops,
	.stock = "later",
	.answer_ms = 20000,
	.peer_ms = 1000,
	.last_ms = 1000,
	.link = "a",
	.group = "g" };

static int
setup(void **state)
{
	struct inflight_options in = { .texts_max = 8, .say = say, .hold = hold };

	(void)state;
	f = inflight_new(&in);
	v = dialogues_new(f);
	dialogues_on_committed(v, on_committed, &committed_n);
	inflight_peer(f, BUS_WORKER, &w1, true);
	inflight_credit(f, &w1, BUS_CREDIT_MAX);
	offered_n = committed_n = shown_n = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	dialogues_free(v);
	inflight_free(f);
	return 0;
}

static void
verdict(bool end)
{
	struct bus_verdict m = { .token = token, .end = end, .screen = "menu" };

	inflight_credit(f, &w1, 1);
	inflight_verdict(f, &w1, &m);
}

static struct dialogue *
open_one(size_t i)
{
	struct phone peer = { "" };

	snprintf(peer.s, sizeof(peer.s), "+7701%07zu", i);
	return dialogue_open(v, &way, &peer, "");
}

/* A step has one handle while it is with a worker, and its commit is told by it. */
static void
test_handles(void **state)
{
	struct dialogue *d = open_one(1);
	uint64_t first = dialogue_key(d, "1"), second;

	(void)state;
	assert_int_not_equal(first, 0);
	assert_int_equal(dialogue_key(d, "1"), first);
	assert_int_equal(offered_n, 1);
	verdict(false);
	assert_int_equal(committed_n, 1);
	assert_int_equal(committed[0], first);
	assert_int_equal(shown_n, 1);
	second = dialogue_key(d, "1");
	assert_int_not_equal(second, first);
	dialogue_drop(d, "it is over");
	verdict(false); /* of what was told of its end */
	assert_int_equal(committed_n, 2);
}

/* What finds no room is not taken. */
static void
test_no_room(void **state)
{
	struct dialogue *d = NULL;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		d = open_one(i);
		assert_int_not_equal(dialogue_key(d, "1"), 0);
	}
	assert_int_equal(dialogue_key(open_one(9), "1"), 0);
	assert_int_equal(shown_n, 1);
}

/* At the bound, who had the last word longest ago gives way; who still reads does not. */
static void
test_full(void **state)
{
	struct dialogue *d;

	(void)state;
	for (size_t i = 0; i < DIALOGUES_MAX; i++) {
		d = open_one(i);
		assert_non_null(d);
		(void)dialogue_key(d, "1");
		verdict(i == 3 || i == 5);
	}
	assert_int_equal(dialogues_count(v), DIALOGUES_MAX);
	assert_non_null(open_one(DIALOGUES_MAX));
	assert_non_null(open_one(DIALOGUES_MAX + 1));
	assert_int_equal(dialogues_count(v), DIALOGUES_MAX);
	assert_null(open_one(DIALOGUES_MAX + 2));
	for (size_t i = 0; i < 7; i++) {
		struct phone peer = { "" };

		snprintf(peer.s, sizeof(peer.s), "+7701%07zu", i);
		d = dialogue_find(v, &way, &peer, "");
		assert_true((d == NULL) == (i == 3 || i == 5));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_handles, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
