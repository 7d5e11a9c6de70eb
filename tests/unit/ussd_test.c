/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ussd.c and balance.c with a link that only notes what it was told to say, and a real inflight.c.
 * It opens no device; time is an argument where it matters.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "balance.h"
#include "clock.h"
#include "ussd.h"

#define SAID_MAX 32
#define P1 "+77010000001"
#define P2 "+77010000002"

static struct inflight *f;
static struct dialogues *dialogues;
static struct ussd *u;
static struct link link_a;
static char say_code[] = "*100#", pattern[] = "^([+]?[0-9]+)[*#](.*)$", stock[] = "later",
	    digits[] = "is ([0-9]+)";
static struct ussd_conf conf;
static struct bus_peer w1 = { .up = true, .name = "w1" };
static struct bus_ussd_in offered[SAID_MAX];
static size_t offered_n;
static char shown[SAID_MAX][BUS_SCREEN_MAX];
static size_t shown_n, ended_n, done_n;
static struct bus_order_done done;
static enum rc link_rc;

static enum rc
fake_ussd(struct link *l, const char *text)
{
	(void)l;
	if (link_rc == RC_OK)
		strcpy(shown[shown_n++], text);
	return link_rc;
}

static void
fake_end(struct link *l)
{
	(void)l;
	ended_n++;
}

static const struct link_ops ops = { .ussd = fake_ussd, .ussd_end = fake_end };

static enum rc
say(void *arg, enum bus_role role, struct bus_peer *to, const struct bus_msg *m)
{
	(void)arg;
	(void)to;
	assert_int_equal(role, BUS_WORKER);
	offered[offered_n++] = m->u.ussd_in;
	return RC_OK;
}

static void
hold(void *arg, bool on)
{
	(void)arg;
	(void)on;
}

static void
on_done(void *arg, const struct bus_order_done *d)
{
	(void)arg;
	done = *d;
	done_n++;
}

static int
setup(void **state)
{
	struct inflight_options in = { .texts_max = 8, .say = say, .hold = hold };
	struct ussd_options o = { .done = on_done };

	(void)state;
	memset(&link_a, 0, sizeof(link_a));
	link_a.ops = &ops;
	link_a.state = LINK_UP;
	link_a.registered = true;
	memcpy(link_a.name, "a", 2);
	conf = (struct ussd_conf){ .peer_pattern = pattern,
		.stock = stock,
		.answer_ms = 20000,
		.balance = { .code = say_code,
		    .pattern = digits,
		    .low = 100,
		    .every_ms = 86400000 } };
	f = inflight_new(&in);
	o.dialogues = dialogues = dialogues_new(f);
	u = ussd_new(&o);
	assert_int_equal(ussd_add(u, &link_a, &conf), RC_OK);
	inflight_peer(f, BUS_WORKER, &w1, true);
	inflight_credit(f, &w1, 100);
	offered_n = shown_n = ended_n = done_n = 0;
	link_rc = RC_OK;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ussd_free(u);
	dialogues_free(dialogues);
	inflight_free(f);
	return 0;
}

static void
heard(enum link_ussd what, const char *text)
{
	ussd_heard(u, &link_a, what, text);
}

static void
tick(int64_t now)
{
	dialogues_tick(dialogues, now);
	ussd_tick(u, now);
}

static void
answer(size_t i, const char *screen, bool end)
{
	struct bus_verdict v = { .token = offered[i].token, .end = end };

	strcpy(v.screen, screen);
	inflight_verdict(f, &w1, &v);
}

static void
test_whole(void **state)
{
	(void)state;
	heard(LINK_USSD_ASKS, P1 "**8500#");
	assert_int_equal(offered_n, 1);
	assert_string_equal(offered[0].from, P1);
	assert_string_equal(offered[0].text, "*8500#");
	assert_int_equal(offered[0].step, 1);
	answer(0, "1 yes", false);
	assert_string_equal(shown[0], "1 yes");
	heard(LINK_USSD_ASKS, P1 "*1");
	assert_int_equal(offered[1].step, 2);
	assert_int_equal(offered[1].dialogue, offered[0].dialogue);
	answer(1, "bye", true);
	assert_string_equal(shown[1], "bye");
	assert_int_equal(ended_n, 0); /* the network may end it itself */
	tick(clock_boot_ms() + USSD_LAST_MS + 10);
	assert_int_equal(ended_n, 1);
	assert_int_equal(offered_n, 2);
	assert_true(inflight_empty(f));
}

/* Which push goes on with a dialogue, and which begins another. */
static void
test_next_or_new(void **state)
{
	static const struct {
		const char *text;
		bool same;
		const char *from, *keyed;
	} rows[] = {
		{ P1 "*2", true, P1, "2" },
		{ "2", true, P1, "2" }, /* a relay that names the peer only once */
		{ P1 "**8500#", false, P1, "*8500#" },
		{ P1 "#*8500*1#", false, P1, "*8500*1#" },
		{ P1 "**", true, P1, "*" },
		{ P2 "*2", false, P2, "2" },
		{ "12*2", false, "", "2" },
		{ P1 "*", true, P1, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct bus_ussd_in *first, *last;

		if (i > 0) {
			teardown(state);
			setup(state);
		}
		heard(LINK_USSD_ASKS, P1 "**8500#");
		answer(0, "menu", false);
		heard(LINK_USSD_ASKS, rows[i].text);
		for (size_t k = 1; k < offered_n; k++) {
			if (offered[k].gone)
				answer(k, "", false);
		}
		first = &offered[0];
		last = &offered[offered_n - 1];
		assert_int_equal(offered_n, rows[i].same ? 2 : 3);
		assert_int_equal(last->dialogue == first->dialogue, rows[i].same);
		assert_int_equal(last->step, rows[i].same ? 2 : 1);
		assert_string_equal(last->from, rows[i].from);
		assert_string_equal(last->text, rows[i].keyed);
	}
}

/* The network's end in each state: what is told to workers, what is said to the network. */
static void
test_ends(void **state)
{
	static const enum link_ussd ends[] = { LINK_USSD_NOTE, LINK_USSD_ENDED,
		LINK_USSD_OTHER, LINK_USSD_NONE, LINK_USSD_LATE };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		/* while the worker thinks: its screen goes nowhere */
		heard(LINK_USSD_ASKS, P1 "*1");
		heard(ends[i], "");
		answer(0, "nobody sees this", false);
		assert_int_equal(shown_n, 0);
		assert_true(offered[1].gone);
		assert_int_equal(offered[1].step, 2);
		answer(1, "nor this", false);
		assert_int_equal(shown_n, 0);
		assert_true(inflight_empty(f));
		/* while the peer thinks */
		heard(LINK_USSD_ASKS, P1 "*1");
		answer(2, "menu", false);
		heard(ends[i], "");
		assert_true(offered[3].gone);
		answer(3, "", false);
		/* after our last word */
		heard(LINK_USSD_ASKS, P1 "*1");
		answer(4, "bye", true);
		heard(ends[i], "");
		tick(clock_boot_ms() + USSD_LAST_MS + 10);
		assert_int_equal(ended_n, 0);
		assert_int_equal(offered_n, 5);
		teardown(state);
		setup(state);
	}
}

static void
test_no_screen(void **state)
{
	(void)state;
	heard(LINK_USSD_ASKS, P1 "*1");
	tick(clock_boot_ms() + 19000);
	assert_int_equal(shown_n, 0);
	tick(clock_boot_ms() + 20100);
	assert_string_equal(shown[0], stock);
	answer(0, "too late", false);
	assert_int_equal(shown_n, 1);
	assert_true(offered[1].gone);
	tick(clock_boot_ms() + USSD_LAST_MS + 100);
	assert_int_equal(ended_n, 1);
	answer(1, "", false);
	/* put aside, without a screen */
	heard(LINK_USSD_ASKS, P1 "*1");
	answer(2, "", false);
	assert_string_equal(shown[1], stock);
}

static void
test_no_room(void **state)
{
	(void)state;
	for (int i = 0; i < 9; i++) {
		static struct bus_msg m;
		struct inflight_owner owner = { .arg = &w1 };

		m.type = BUS_SMS_IN;
		(void)!inflight_take(f, &m, 0, &owner);
	}
	heard(LINK_USSD_ASKS, P1 "*1");
	assert_string_equal(shown[0], stock);
}

static void
test_silent_peer(void **state)
{
	(void)state;
	heard(LINK_USSD_ASKS, P1 "*1");
	answer(0, "menu", false);
	tick(clock_boot_ms() + DIALOGUE_PEER_MS + 10);
	assert_int_equal(ended_n, 1);
	assert_true(offered[1].gone);
}

static void
test_codes(void **state)
{
	static const char *const bad[] = { "", "hello", "*100#\r", "*1\"#", "*1#\x1b",
		"*1#\x1a", "*1#;", "*1#\n", "*1 #" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_non_null(ussd_dial(u, &link_a, bad[i], 1));
	assert_int_equal(shown_n, 0);
	link_a.registered = false;
	assert_non_null(ussd_dial(u, &link_a, "*100#", 1));
	link_a.registered = true;
	assert_null(ussd_dial(u, &link_a, "*100#", 7));
	assert_non_null(ussd_dial(u, &link_a, "*100#", 8));
	heard(LINK_USSD_NOTE, "your balance is 5");
	assert_int_equal(done_n, 1);
	assert_true(done.done && done.id == 7);
	assert_string_equal(done.text, "your balance is 5");
	heard(LINK_USSD_ENDED, ""); /* nobody waits any more */
	assert_int_equal(done_n, 1);
	assert_int_equal(ended_n, 0);
}

static void
test_codes_unanswered(void **state)
{
	static const enum link_ussd ends[] = { LINK_USSD_ENDED, LINK_USSD_NONE,
		LINK_USSD_LATE, LINK_USSD_FAILED };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		assert_null(ussd_dial(u, &link_a, "*1#", i + 1));
		heard(ends[i], "");
		assert_int_equal(done_n, i + 1);
		assert_true(!done.done && done.text[0] != '\0' && done.id == i + 1);
	}
	assert_null(ussd_dial(u, &link_a, "*1#", 9));
	tick(clock_boot_ms() + USSD_DIAL_MS + 10);
	assert_true(!done.done && done.id == 9);
	assert_int_equal(ended_n, 1);
	assert_null(ussd_dial(u, &link_a, "*1#", 10));
	ussd_link_down(u, &link_a);
	assert_true(!done.done && done.id == 10);
}

/* A person before a code, on one SIM. */
static void
test_code_and_dialogue(void **state)
{
	(void)state;
	assert_null(ussd_dial(u, &link_a, "*1#", 1));
	heard(LINK_USSD_ASKS, P1 "*1");
	assert_true(done_n == 1 && !done.done);
	assert_int_equal(offered_n, 1);
	assert_non_null(ussd_dial(u, &link_a, "*1#", 2));
	answer(0, "bye", true);
	heard(LINK_USSD_ENDED, "");
	/* a menu in answer to a code is its answer, and ends there */
	assert_null(ussd_dial(u, &link_a, "*1#", 3));
	heard(LINK_USSD_ASKS, "1 more");
	assert_true(done.done && done.id == 3);
	assert_int_equal(ended_n, 1);
	assert_int_equal(offered_n, 1);
}

static void
test_balance_schedule(void **state)
{
	int64_t now = clock_boot_ms();

	(void)state;
	tick(now);
	assert_int_equal(shown_n, 0);
	tick(now + 61000);
	assert_string_equal(shown[0], say_code);
	assert_int_equal(link_a.balance.at, 0);
	heard(LINK_USSD_NOTE, "it is 17");
	assert_int_equal(done_n, 0);
	assert_true(link_a.balance.at >= now && link_a.balance.low);
	assert_int_equal(link_a.balance.value, 17);
	tick(now + 62000);
	tick(now + 86000000);
	assert_int_equal(shown_n, 1);
	tick(now + 61000 + 86400000);
	assert_int_equal(shown_n, 2);
	/* silence: once more in an hour */
	tick(now + 61000 + 86400000 + USSD_DIAL_MS);
	assert_int_equal(ended_n, 1);
	tick(now + 2 * 86400000);
	assert_int_equal(shown_n, 3);
}

static void
test_balance_value(void **state)
{
	static const struct {
		const char *text;
		bool found;
		int64_t value;
	} rows[] = {
		{ "it is 1234 KZT", true, 1234 },
		{ "it is 0", true, 0 },
		{ "it is none", false, 0 },
		{ "", false, 0 },
		{ "is 99999999999999999999", false, 0 },
		{ "ваш счёт is 7 тг", true, 7 },
	};
	struct balance b;
	int64_t v;

	(void)state;
	assert_int_equal(balance_init(&b, &conf.balance, "a"), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		v = 0;
		assert_int_equal(balance_value(&b, rows[i].text, &v), rows[i].found);
		assert_int_equal(v, rows[i].value);
	}
	balance_clear(&b);
}

static void
test_stop(void **state)
{
	(void)state;
	heard(LINK_USSD_ASKS, P1 "*1");
	ussd_stop(u);
	dialogues_stop(dialogues);
	assert_string_equal(shown[0], stock);
	assert_non_null(ussd_dial(u, &link_a, "*1#", 1));
	heard(LINK_USSD_ENDED, "");
	heard(LINK_USSD_ASKS, P2 "*1");
	assert_int_equal(ended_n, 1);
	assert_int_equal(shown_n, 1);
}

int
main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_whole),
		T(test_next_or_new),
		T(test_ends),
		T(test_no_screen),
		T(test_no_room),
		T(test_silent_peer),
		T(test_codes),
		T(test_codes_unanswered),
		T(test_code_and_dialogue),
		T(test_balance_schedule),
		T(test_balance_value),
		T(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
