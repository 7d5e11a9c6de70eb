/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repeats over SMPP against a real PostgreSQL: each line of the rule of docs/adr/0004, and what is kept.
 * It never goes over the bus. Called by scripts/db-tests with a database of its own.
 */
#include "play.h"

#include <stdio.h>

#include "housekeep.h"

#define GROUP "smsc/shyraq"
#define INSTANCE 7001

static struct turn_in in[3];
static uint64_t reading; /* the last one given */
static unsigned phone;   /* a new one a test */

/* A text "1" read on this bind, with the number `n`. */
static struct bus_sms_in *
text(struct turn_in *t, uint64_t bind, uint64_t n)
{
	struct bus_sms_in *m = &t->u.sms;

	memset(t, 0, sizeof(*t));
	t->kind = TURN_SMS;
	t->instance = INSTANCE;
	t->read_ms = play_now();
	strcpy(t->daemon, "site1");
	strcpy(m->link, "op");
	strcpy(m->link_group, GROUP);
	snprintf(m->from, sizeof(m->from), "+7701%07u", phone);
	strcpy(m->text, "1");
	m->text_n = 1;
	m->bind = bind;
	m->reading = n;
	return m;
}

/* Whether the engine was asked: a repeat never reaches it. */
static bool
runs(struct turn_in *t)
{
	struct turn_in *const v[1] = { t };
	int before = play_steps;

	play_script_now = play_silent;
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	assert_true(t->decided && t->outcome == BUS_DONE);
	return play_steps > before;
}

static bool
read_on(uint64_t bind, uint64_t n)
{
	(void)text(&in[0], bind, n);
	return runs(&in[0]);
}

static void
confirm(uint64_t n)
{
	struct turn_in *const v[1] = { &in[0] };

	memset(&in[0], 0, sizeof(in[0]));
	in[0].kind = TURN_CONFIRM;
	strcpy(in[0].u.confirm.link_group, GROUP);
	in[0].u.confirm.n = 1;
	in[0].u.confirm.readings[0] = n;
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	assert_true(in[0].decided && in[0].outcome == BUS_DONE);
}

static int64_t
rows(const char *which)
{
	return play_number(
	    "SELECT count(*) FROM inbox_key WHERE bind IS NOT NULL AND %s", which);
}

/* Nothing of an earlier test is left, and numbers begin above all of them. */
static uint64_t
begin(void)
{
	play_run("DELETE FROM inbox_key WHERE bind IS NOT NULL");
	phone++;
	reading += 1000;
	return reading;
}

static void
our_re_offer(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	assert_false(read_on(b, b + 1));
	assert_int_equal(rows("open"), 1);
	/* also when it is confirmed by now */
	confirm(b + 1);
	assert_false(read_on(b, b + 1));
	assert_int_equal(rows("NOT open"), 1);
}

static void
one_twice_on_one_bind_is_two(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	assert_true(read_on(b, b + 2));
	assert_int_equal(rows("open"), 2);
}

static void
a_lost_response_is_one(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	assert_false(read_on(b + 2, b + 3)); /* on a later bind */
	assert_int_equal(rows("open"), 1);
	assert_int_equal(play_number("SELECT reading FROM inbox_key WHERE bind = %lld",
			     (long long)(b + 2)),
	    (int64_t)(b + 3));
	/* and again: a row answers for one repeat a bind */
	assert_false(read_on(b + 4, b + 5));
	assert_true(read_on(b + 4, b + 6));
	assert_int_equal(rows("open"), 2);
}

static void
a_confirmed_one_is_not_repeated(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	confirm(b + 1);
	assert_true(read_on(b + 2, b + 3)); /* a person's "1" of the next day */
	assert_int_equal(rows("true"), 2);
	/* a confirmation of what another reading took over confirms nothing */
	assert_false(read_on(b + 4, b + 5));
	confirm(b + 3);
	assert_int_equal(rows("open"), 1);
}

static void
read_before_the_rows_is_old(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	/* the offer (b, 1) lies with a slow worker while the next bind brings both */
	assert_true(read_on(b + 2, b + 3));
	assert_false(read_on(b, b + 1));
	assert_int_equal(play_number("SELECT reading FROM inbox_key WHERE bind = %lld",
			     (long long)(b + 2)),
	    (int64_t)(b + 3)); /* it moves a row forward only: the next one is new */
	assert_true(read_on(b + 2, b + 4));
	assert_int_equal(rows("open"), 2);
	/* whatever the state of the rows */
	confirm(b + 3);
	confirm(b + 4);
	assert_false(read_on(b, b + 1));
}

static void
not_answered_in_time(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	/* on the same bind, and the daemon says that the first was not answered in time */
	text(&in[0], b, b + 2)->lapsed_n = 1;
	in[0].u.sms.lapsed[0] = b + 1;
	assert_false(runs(&in[0]));
	/* the row has gone on: the same word counts once */
	text(&in[0], b, b + 3)->lapsed_n = 1;
	in[0].u.sms.lapsed[0] = b + 1;
	assert_true(runs(&in[0]));
	assert_int_equal(rows("open"), 2);
}

static void
two_lapsed_two_repeats(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	assert_true(read_on(b, b + 2));
	for (uint64_t n = b + 3; n <= b + 4; n++) {
		struct bus_sms_in *m = text(&in[0], b, n);

		m->lapsed_n = 2;
		m->lapsed[0] = b + 1;
		m->lapsed[1] = b + 2;
		assert_false(runs(&in[0]));
	}
	assert_true(read_on(b, b + 5));
	assert_int_equal(rows("open"), 3);
}

static void
a_bind_that_stands_repeats_nothing(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 2));
	/* another bind of the same account: the first still stands */
	text(&in[0], b + 1, b + 3)->live_n = 1;
	in[0].u.sms.live[0] = b;
	assert_true(runs(&in[0]));
	text(&in[0], b, b + 4)->live_n = 1;
	in[0].u.sms.live[0] = b + 1;
	assert_true(runs(&in[0]));
	assert_int_equal(rows("open"), 3);
}

static void
what_it_says_counts(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	strcpy(text(&in[0], b + 2, b + 3)->text, "2");
	assert_true(runs(&in[0]));
	/* a part of a long one, with its place in sar_* alone */
	text(&in[0], b + 2, b + 4)->part = 1;
	in[0].u.sms.total = 2;
	in[0].u.sms.ref = 9;
	in[0].u.sms.ref_bits = 16;
	(void)runs(&in[0]);
	text(&in[0], b + 2, b + 5)->part = 2;
	in[0].u.sms.total = 2;
	in[0].u.sms.ref = 9;
	in[0].u.sms.ref_bits = 16;
	assert_true(runs(&in[0])); /* joined, and run */
	assert_int_equal(rows("open"), 4);
	/* another account knows nothing of it */
	strcpy(text(&in[0], b + 6, b + 7)->link_group, "other/shyraq");
	assert_true(runs(&in[0]));
}

static void
a_batch_of_them(void **unused)
{
	struct turn_in *const v[3] = { &in[0], &in[1], &in[2] };
	uint64_t b = begin();
	int before;

	(void)unused;
	assert_true(read_on(b, b + 1));
	(void)text(&in[0], b + 2, b + 3); /* a repeat */
	phone++;
	(void)text(&in[1], b + 2, b + 4);
	in[1].u.sms.bind = in[1].u.sms.reading = 0; /* a SIM's */
	phone++;
	(void)text(&in[2], b + 2, b + 5);
	before = play_steps;
	assert_int_equal(turn_run(&play_worker, v, 3), RC_OK);
	assert_int_equal(play_steps, before + 2);
	assert_int_equal(rows("open"), 2);
}

/* Dispatch's hourly and minutely work, as if both were due. */
static void
purge(void)
{
	struct housekeep h = { .db = play_dispatch.db };

	housekeep_run(&h);
}

static void
kept_so_long(void **unused)
{
	uint64_t b = begin();

	(void)unused;
	assert_true(read_on(b, b + 1));
	assert_true(read_on(b, b + 2));
	confirm(b + 1);
	play_forward(11 * MINUTE);
	purge();
	assert_int_equal(rows("open"), 1);
	assert_int_equal(rows("NOT open"), 0);
	play_forward(DAY);
	purge();
	assert_int_equal(rows("true"), 0);
}

/* Where as many went as may go at once, dispatch looks again at once, not in a minute. */
static void
what_is_more_goes_at_once(void **unused)
{
	struct housekeep h = { .db = play_dispatch.db };

	(void)unused;
	play_run("INSERT INTO inbox_key (link_group, key, inbox_id, at) "
		 "SELECT 'old', decode(md5(n::text), 'hex'), n, "
		 "shyraq_now() - interval '8 days' FROM generate_series(1, 20500) n");
	for (int64_t left = 10500; left >= 500; left -= 10000) {
		housekeep_run(&h);
		assert_int_equal(play_number("SELECT count(*) FROM inbox_key WHERE "
					     "link_group = 'old'"),
		    left);
	}
	housekeep_run(&h);
	assert_int_equal(
	    play_number("SELECT count(*) FROM inbox_key WHERE link_group = 'old'"), 0);
	play_run("INSERT INTO inbox_key (link_group, key, inbox_id, at) SELECT 'old', "
		 "decode(md5(''), 'hex'), 1, shyraq_now() - interval '8 days'");
	housekeep_run(&h); /* and then not before a minute has gone */
	assert_int_equal(
	    play_number("SELECT count(*) FROM inbox_key WHERE link_group = 'old'"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_re_offer),
		cmocka_unit_test(what_is_more_goes_at_once),
		cmocka_unit_test(one_twice_on_one_bind_is_two),
		cmocka_unit_test(a_lost_response_is_one),
		cmocka_unit_test(a_confirmed_one_is_not_repeated),
		cmocka_unit_test(read_before_the_rows_is_old),
		cmocka_unit_test(not_answered_in_time),
		cmocka_unit_test(two_lapsed_two_repeats),
		cmocka_unit_test(a_bind_that_stands_repeats_nothing),
		cmocka_unit_test(what_it_says_counts),
		cmocka_unit_test(a_batch_of_them),
		cmocka_unit_test(kept_so_long),
	};

	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
