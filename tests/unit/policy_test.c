/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/policy.c: clocks as shipped, and whom it chooses by a table of receivers.
 * It asks nobody. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy.h"

#define MINUTE 60000LL

static struct policy *p;

static int
load(void **state)
{
	struct flow_err err;

	(void)state;
	if (policy_load("conf/policies", &p, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	policy_free(p);
	policy_free(NULL);
	return 0;
}

static void
clocks_as_agreed(void **state)
{
	static const struct {
		enum case_class c;
		int64_t remind, next, operator, lease;
	} rows[] = {
		{ CASE_DANGER, 10, 15, 20, 120 },
		{ CASE_URGENT, 10, 15, 30, 120 },
		{ CASE_HELD, 30, 45, 90, 1440 },
		{ CASE_OTHER, 60, 240, 720, 1440 },
		{ CASE_NONE, 60, 240, 720, 1440 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct clocks c = policy_clocks(p, rows[i].c);

		assert_int_equal(c.remind_ms, rows[i].remind * MINUTE);
		assert_int_equal(c.next_ms, rows[i].next * MINUTE);
		assert_int_equal(c.operator_ms, rows[i].operator* MINUTE);
		assert_int_equal(c.lease_ms, rows[i].lease * MINUTE);
	}
}

static void
exceptions(void **state)
{
	(void)state;
	assert_true(policy_excepts(p, "child"));
	assert_true(policy_excepts(p, "danger"));
	assert_false(policy_excepts(p, "police"));
	assert_false(policy_excepts(p, ""));
}

static const struct candidate receivers[] = {
	{ .receiver = 1, .kind = "ngo", .regions = "KZ", .vetted = true, .order = 1 },
	{ .receiver = 2,
	    .kind = "shelter",
	    .regions = "KZ-35 KZ-47",
	    .vetted = true,
	    .order = 5 },
	{ .receiver = 3, .kind = "ngo", .regions = "KZ-47", .vetted = true, .order = 2 },
	{ .receiver = 4,
	    .kind = "police",
	    .regions = "KZ-47",
	    .vetted = true,
	    .order = 0 },
	{ .receiver = 5, .kind = "ngo", .regions = "KZ-47", .vetted = false, .order = 0 },
	{ .receiver = 6, .kind = "ngo", .regions = "*", .vetted = true, .order = 0 },
	{ .receiver = 7, .kind = "operator", .regions = "*", .vetted = true, .order = 0 },
	{ .receiver = 8,
	    .kind = "child",
	    .regions = "KZ-47",
	    .vetted = true,
	    .order = 1 },
	{ .receiver = 9, .kind = "ngo", .regions = "KZ-4", .vetted = true, .order = 0 },
};

/* All receivers in the order they would be asked, as digits. */
static void
ladder(const char *region, const char *who, const char *want)
{
	struct candidate v[ARRAY_LEN(receivers)];
	struct case_facts c = { .slots = 2,
		.slot = { { .name = "region" }, { .name = "who" } } };
	char got[ARRAY_LEN(receivers) + 1] = "";
	int i;

	memcpy(v, receivers, sizeof v);
	strcpy(c.slot[0].code, region);
	strcpy(c.slot[1].code, who);
	for (size_t n = 0; (i = policy_choose(p, &c, v, ARRAY_LEN(v))) >= 0; n++) {
		assert_false(v[i].asked);
		v[i].asked = true;
		got[n] = (char)('0' + v[i].receiver);
	}
	assert_string_equal(got, want);
}

static void
choices(void **state)
{
	(void)state;
	ladder("KZ-47", "man", "3216");
	ladder("KZ-47", "child", "83216");
	ladder("KZ-35", "man", "216");
	ladder("KZ-79", "woman", "16");
	ladder("KZ", "woman", "16");
	ladder("UZ", "woman", "6");
	ladder("", "", "6");
}

/* S15: who is there for children comes first, also from far; of those the nearest. */
static void
children_first(void **state)
{
	struct candidate v[] = {
		{ .receiver = 1, .kind = "shelter", .regions = "KZ-47", .vetted = true },
		{ .receiver = 2, .kind = "child", .regions = "*", .vetted = true },
		{ .receiver = 3, .kind = "child", .regions = "KZ", .vetted = true },
		{ .receiver = 4, .kind = "child", .regions = "KZ-75", .vetted = true },
	};
	struct case_facts c = { .slots = 2,
		.slot = { { .name = "region", .code = "KZ-47" },
		    { .name = "who", .code = "child" } } };

	(void)state;
	assert_int_equal(policy_choose(p, &c, v, ARRAY_LEN(v)), 2);
	v[2].asked = true;
	assert_int_equal(policy_choose(p, &c, v, ARRAY_LEN(v)), 1);
	v[1].asked = true;
	assert_int_equal(policy_choose(p, &c, v, ARRAY_LEN(v)), 0);
}

static void
ties_by_id(void **state)
{
	struct candidate v[] = {
		{ .receiver = 9, .kind = "ngo", .regions = "*", .vetted = true },
		{ .receiver = 3, .kind = "ngo", .regions = "*", .vetted = true },
		{ .receiver = 5, .kind = "ngo", .regions = "*", .vetted = true },
	};
	struct case_facts c = { .slots = 0 };

	(void)state;
	assert_int_equal(policy_choose(p, &c, v, ARRAY_LEN(v)), 1);
	assert_int_equal(policy_choose(p, &c, v, 0), -1);
}

static void
no_folder(void **state)
{
	struct policy *none;
	struct flow_err err;

	(void)state;
	assert_int_equal(policy_load("conf/nowhere", &none, &err), RC_REFUSED);
	assert_null(none);
	assert_string_equal(err.s, "conf/nowhere:1: file: 0 policies; allowed: one file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_as_agreed),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(choices),
		cmocka_unit_test(children_first),
		cmocka_unit_test(ties_by_id),
		cmocka_unit_test(no_folder),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
