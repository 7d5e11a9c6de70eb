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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_way_it_came, setup),
		cmocka_unit_test_setup(test_busy_way_is_waited_for, setup),
		cmocka_unit_test_setup(test_down, setup),
		cmocka_unit_test_setup(test_rate_spreads, setup),
		cmocka_unit_test_setup(test_room, setup),
		cmocka_unit_test_setup(test_ended, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
