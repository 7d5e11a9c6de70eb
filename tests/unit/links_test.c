/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * links_choose, links_room and links_ended over tables of cases.
 * It opens no device and runs no loop: a link is a struct here.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "links.h"

#define NOW 1000000

static struct link link_a, link_b, link_c;
static struct links all = { .link = { &link_a, &link_b, &link_c }, .n = 3 };

static void
set(struct link *l, const char *name, const char *prefixes)
{
	memset(l, 0, sizeof(*l));
	memcpy(l->name, name, strlen(name) + 1);
	l->prefixes = prefixes;
	l->state = LINK_UP;
	l->registered = true;
	l->parts_per_minute = 60;
}

static int
setup(void **state)
{
	(void)state;
	memset(all.sender, 0, sizeof(all.sender));
	all.paused = 0;
	all.drained = false;
	set(&link_a, "a", "");
	set(&link_b, "b", "+7701 +77020");
	set(&link_c, "c", "+998");
	return 0;
}

static const char *
chosen(const char *way, const char *to, bool person)
{
	static struct bus_send s;
	struct link *l;

	memset(&s, 0, sizeof(s));
	memcpy(s.link, way, strlen(way) + 1);
	memcpy(s.to, to, strlen(to) + 1);
	s.person = person;
	l = links_choose(&all, &s, NOW);
	return l == NULL ? "-" : l->name;
}

static void
test_way_it_came(void **state)
{
	static const struct {
		const char *way, *to;
		bool person;
		const char *expect;
	} rows[] = {
		{ "a", "+77010000001", true, "a" },
		{ "c", "+77010000001", false, "c" },
		{ "", "+77010000001", true, "b" }, /* none: the longest prefix */
		{ "", "+77020000001", false, "b" },
		{ "", "+998900000001", false, "c" },
		{ "", "+996500000001", false, "a" }, /* all alike: the first */
		{ "gone", "+77010000001", true, "b" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(
		    chosen(rows[i].way, rows[i].to, rows[i].person), rows[i].expect);
}

static void
test_busy_way_is_waited_for(void **state)
{
	(void)state;
	link_a.sending = true;
	assert_string_equal(chosen("a", "+77010000001", false), "-");
	link_a.sending = false;
	link_a.free_at = NOW + 1;
	assert_string_equal(chosen("a", "+77010000001", true), "-");
	link_a.free_at = NOW;
	assert_string_equal(chosen("a", "+77010000001", true), "a");
}

/* A person hears only from the sender they wrote to; a receiver from any. */
static void
test_down(void **state)
{
	(void)state;
	link_a.state = LINK_DOWN;
	assert_string_equal(chosen("a", "+77010000001", true), "-");
	assert_string_equal(chosen("a", "+77010000001", false), "b");
	link_a.state = LINK_UP;
	link_a.registered = false;
	assert_string_equal(chosen("a", "+77010000001", true), "-");
	assert_string_equal(chosen("a", "+998900000001", false), "c");
	link_b.state = link_c.state = LINK_BROKEN;
	assert_string_equal(chosen("", "+77010000001", false), "-");
}

static void
test_rate_spreads(void **state)
{
	(void)state;
	link_a.prefixes = link_b.prefixes = link_c.prefixes = "";
	link_a.free_at = NOW - 10;
	link_b.free_at = NOW - 1000;
	link_c.free_at = NOW - 500;
	assert_string_equal(chosen("", "+996500000001", false), "b");
	link_b.sending = true;
	assert_string_equal(chosen("", "+996500000001", false), "c");
}

static void
test_room(void **state)
{
	uint32_t whole = links_room(&all);

	(void)state;
	assert_true(whole >= 3);
	link_a.registered = false;
	assert_int_equal(links_room(&all), whole / 3 * 2);
	link_b.state = LINK_REFUSED;
	link_c.state = LINK_DOWN;
	assert_int_equal(links_room(&all), 0);
	assert_false(links_may_send(&all, NOW));
}

static void
test_ended(void **state)
{
	(void)state;
	assert_false(links_ended(&all));
	link_a.state = LINK_ENDED;
	link_b.state = LINK_BROKEN;
	assert_false(links_ended(&all));
	link_c.state = LINK_REFUSED;
	assert_true(links_ended(&all));
	assert_true(links_any_broken(&all));
}

static const char *
chosen_for(const char *way, bool person, uint32_t priority)
{
	static struct bus_send s;
	struct link *l;

	memset(&s, 0, sizeof(s));
	memcpy(s.link, way, strlen(way) + 1);
	memcpy(s.to, "+996500000001", 14);
	s.person = person;
	s.priority = priority;
	l = links_choose(&all, &s, NOW);
	assert_true(l == NULL || !links_is_held(&all, &s));
	return l == NULL ? "-" : l->name;
}

/* One word of an operator is taken back by the same word, or by one for all links or classes. */
static void
test_pauses(void **state)
{
	static const struct {
		const char *link; /* "" all */
		uint32_t class;
		bool on;
		const char *reply, *campaign; /* to a person, by a */
	} rows[] = {
		{ "a", 4, true, "-", "a" }, { "a", 6, true, "-", "-" },
		{ "a", 4, false, "a", "-" }, { "", 0, true, "-", "-" },
		{ "a", 0, false, "-", "-" }, /* the one for all stands */
		{ "", 4, false, "-", "-" },  /* another class than that one's */
		{ "", 0, false, "a", "a" }, { "b", 0, true, "a", "a" },
		{ "a", 4, true, "-", "a" }, { "", 0, false, "a", "a" }, /* all of all */
		{ "a", 7, true, "a", "a" }, /* no such class */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		links_pause(
		    &all, links_find(&all, rows[i].link), rows[i].class, rows[i].on);
		assert_string_equal(chosen_for("a", true, 3), rows[i].reply);
		assert_string_equal(chosen_for("a", true, 5), rows[i].campaign);
	}
}

static void
test_drain(void **state)
{
	uint32_t whole = links_room(&all);

	(void)state;
	links_drain(&all, &link_a, true);
	assert_string_equal(chosen_for("a", true, 3), "-");
	assert_string_not_equal(chosen_for("a", false, 3), "a");
	assert_int_equal(links_room(&all), whole / 3 * 2);
	links_drain(&all, NULL, true);
	assert_string_equal(chosen_for("b", false, 3), "-");
	assert_int_equal(links_room(&all), 0);
	links_drain(&all, NULL, false);
	assert_string_equal(chosen_for("a", true, 3), "a");
}

/* What waits for an operator is told from what waits for a link. */
static void
test_held(void **state)
{
	struct bus_send s = { .to = "+996500000001", .link = "a", .priority = 3 };

	(void)state;
	assert_false(links_is_held(&all, &s));
	links_pause(&all, &link_a, 0, true);
	assert_false(links_is_held(&all, &s)); /* another link may take it */
	s.person = true;
	assert_true(links_is_held(&all, &s));
	links_pause(&all, &link_a, 0, false);
	link_a.state = LINK_DOWN;
	assert_false(links_is_held(&all, &s));
	links_pause(&all, NULL, 4, true);
	s.person = false;
	assert_true(links_is_held(&all, &s));
}

/* A receiver knows the sender: the same link as before, while it is healthy, even if another is free. */
static void
test_same_sender(void **state)
{
	(void)state;
	links_remember(&all, "+996500000001", &link_b);
	assert_string_equal(chosen_for("", false, 2), "b");
	link_b.sending = true;
	assert_string_equal(chosen_for("", false, 2), "-");
	link_b.sending = false;
	link_b.free_at = NOW + 5;
	assert_string_equal(chosen_for("", false, 2), "-");
	link_b.registered = false;
	assert_string_equal(chosen_for("", false, 2), "a");
	links_remember(&all, "+996500000001", &link_c);
	link_b.registered = true;
	assert_string_equal(chosen_for("", false, 2), "c");
	assert_string_equal(
	    chosen_for("a", false, 2), "a"); /* the way it came is first */
	link_a.registered = false;
	assert_string_equal(chosen_for("a", false, 2), "c");
	assert_string_equal(chosen("", "+998900000001", false), "c"); /* another number */
}

/* Room follows what the modem does, not what the config hopes. */
static void
test_room_by_real_speed(void **state)
{
	uint32_t before = links_room(&all);

	(void)state;
	link_a.part_ms = 6000;
	assert_int_equal(links_room(&all), before - 5);
	link_a.part_ms = 100; /* faster than configured: not above that */
	assert_int_equal(links_room(&all), before);
}

/* Each rule where those before it say nothing; every one of them turned round, too. */
static void
test_rules_in_order(void **state)
{
	static const struct {
		const char *prefixes, *countries;
		unsigned cost;
		bool silent;
		int64_t free_at;
	} rule[][2] = {
		/* the better, against all that follows */
		{ { "", "", 9, false, NOW - 1 }, { "+7701", "KZ", 0, true, NOW - 99 } },
		{ { "+7701", "", 9, false, NOW - 1 },
		    { "+770", "KZ", 0, false, NOW - 99 } },
		{ { "+7701", "", 9, false, NOW - 1 }, { "", "KZ", 0, false, NOW - 99 } },
		{ { "", "KG KZ", 9, false, NOW - 1 },
		    { "", "RU UZ", 0, false, NOW - 99 } },
		{ { "", "KZ", 4, false, NOW - 1 }, { "", "KZ KG", 5, false, NOW - 99 } },
		{ { "", "KZ", 4, false, NOW - 99 }, { "", "KZ", 4, false, NOW - 1 } },
	};

	(void)state;
	link_c.state = LINK_DOWN;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rule); i++) {
		struct link *link[] = { &link_a, &link_b };

		for (size_t k = 0; k < 2; k++) {
			struct link *l = link[i % 2 == 0 ? k : 1 - k];

			l->prefixes = rule[i / 2][k].prefixes;
			l->countries = rule[i / 2][k].countries;
			l->cost = rule[i / 2][k].cost;
			l->silent = rule[i / 2][k].silent;
			l->free_at = rule[i / 2][k].free_at;
		}
		assert_string_equal(
		    chosen("", "+77010000001", false), i % 2 == 0 ? "a" : "b");
	}
}

/* Who cannot hear the answer is not who asks, while there is another. */
static void
test_silent(void **state)
{
	(void)state;
	link_a.silent = true;
	assert_string_equal(chosen("a", "+77010000001", false), "b");
	assert_string_equal(chosen("a", "+77010000001", true), "a");
	links_remember(&all, "+996500000001", &link_a);
	assert_string_not_equal(chosen("", "+996500000001", false), "a");
	link_b.silent = link_c.silent = true;
	assert_string_equal(chosen("", "+77010000001", false), "b");
}

/* Who takes no texts is the last to be asked, until it is time to try it again. */
static void
test_failing(void **state)
{
	(void)state;
	link_a.failing_until = NOW + 1;
	assert_string_equal(chosen("a", "+77010000001", false), "b");
	links_remember(&all, "+996500000001", &link_a);
	assert_string_not_equal(chosen("", "+996500000001", false), "a");
	link_b.state = link_c.state = LINK_DOWN; /* better than none */
	assert_string_equal(chosen("", "+996500000001", false), "a");
	assert_string_equal(chosen("a", "+996500000001", false), "a");
	link_b.state = link_c.state = LINK_UP;
	link_a.failing_until = NOW;
	assert_string_equal(chosen("a", "+77010000001", false), "a");
}

/* A person hears from the sender they wrote to all the same: by a link that takes texts, if one shows it. */
static void
test_failing_way_of_a_person(void **state)
{
	(void)state;
	memcpy(link_a.number, "8500", 5);
	memcpy(link_c.number, "8500", 5);
	link_a.failing_until = NOW + 1;
	assert_string_equal(chosen("a", "+77010000001", true), "c");
	link_c.failing_until = NOW + 1;
	assert_string_equal(chosen("a", "+77010000001", true), "a");
	link_a.sending = true; /* waited for: none is better */
	assert_string_equal(chosen("a", "+77010000001", true), "-");
	link_a.state = LINK_DOWN;
	assert_string_equal(chosen("a", "+77010000001", true), "c");
	link_c.number[3] = '1';
	assert_string_equal(chosen("a", "+77010000001", true), "-");
}

/* A person's way is down: another link may only if it shows the same sender. */
static void
test_same_sender_for_a_person(void **state)
{
	(void)state;
	memcpy(link_a.number, "8500", 5);
	memcpy(link_b.number, "8500", 5);
	memcpy(link_c.number, "+77000000001", 13);
	link_a.state = LINK_DOWN;
	assert_string_equal(chosen("a", "+996500000001", true), "b");
	link_b.sender = "HELP";
	assert_string_equal(chosen("a", "+996500000001", true), "-");
	link_a.sender = "HELP";
	assert_string_equal(chosen("a", "+996500000001", true), "b");
	link_b.free_at = NOW + 1;
	assert_string_equal(chosen("a", "+996500000001", true), "-");
	link_a.sender = link_b.sender = "";
	link_b.number[0] = link_a.number[0] = '\0'; /* nothing known is nothing alike */
	link_b.free_at = NOW;
	assert_string_equal(chosen("a", "+996500000001", true), "-");
}

static bool
go_beside(const char *to, bool person, const char *by)
{
	static struct bus_send s;

	memset(&s, 0, sizeof(s));
	memcpy(s.to, to, strlen(to) + 1);
	s.person = person;
	return links_go_beside(&all, &s, by);
}

/* Refused by the short code, and foreign: the long number beside it, for that person and no other. */
static void
test_beside(void **state)
{
	(void)state;
	memset(all.refused, 0, sizeof(all.refused));
	memcpy(link_a.number, "8500", 5);
	memcpy(link_c.number, "+77000000001", 13);
	link_a.beside = "+77000000001";
	link_a.countries = "KZ";
	assert_string_equal(chosen("a", "+996500000001", true), "a");
	assert_false(go_beside("+77010000001", true, "a")); /* at home */
	assert_false(go_beside("+996500000001", false, "a"));
	assert_false(go_beside("+996500000001", true, "b")); /* none beside it */
	assert_false(go_beside("+996500000001", true, "gone"));
	assert_true(go_beside("+996500000001", true, "a"));
	assert_false(go_beside("+996500000001", true, "a")); /* once */
	assert_string_equal(chosen("a", "+996500000001", true), "c");
	assert_string_equal(chosen("a", "+996500000002", true), "a");
	link_c.state = LINK_DOWN;
	assert_string_equal(chosen("a", "+996500000001", true), "-");
	link_a.beside = "";
	assert_string_equal(chosen("a", "+996500000001", true), "a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rules_in_order, setup),
		cmocka_unit_test_setup(test_silent, setup),
		cmocka_unit_test_setup(test_failing, setup),
		cmocka_unit_test_setup(test_failing_way_of_a_person, setup),
		cmocka_unit_test_setup(test_same_sender_for_a_person, setup),
		cmocka_unit_test_setup(test_beside, setup),
		cmocka_unit_test_setup(test_way_it_came, setup),
		cmocka_unit_test_setup(test_busy_way_is_waited_for, setup),
		cmocka_unit_test_setup(test_down, setup),
		cmocka_unit_test_setup(test_rate_spreads, setup),
		cmocka_unit_test_setup(test_room, setup),
		cmocka_unit_test_setup(test_ended, setup),
		cmocka_unit_test_setup(test_pauses, setup),
		cmocka_unit_test_setup(test_drain, setup),
		cmocka_unit_test_setup(test_held, setup),
		cmocka_unit_test_setup(test_same_sender, setup),
		cmocka_unit_test_setup(test_room_by_real_speed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
