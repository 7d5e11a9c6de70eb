/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/policy_next.c: in which order the shipped policies ask a table of receivers that all decline.
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

#include "policy_stage.h"
#include "str.h"

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

/* All receivers in the order they would be asked when each declines, as digits; one at a time. */
static void
ladder(const struct candidate *of, size_t n_of, const char *region, const char *who,
    const char *want)
{
	struct candidate v[ARRAY_LEN(receivers)];
	struct case_facts c = { .class = CASE_HELD,
		.slots = 2,
		.slot = { { .name = "region" }, { .name = "who" } } };
	const struct policy_when w = { .now_ms = NOON, .ngo = CONSENT_YES };
	const struct plan_at at = { .now_ms = NOON, .begin_ms = NOON };
	char got[ARRAY_LEN(receivers) + 1] = "";
	struct next next;
	struct plan plan;

	memcpy(v, of, n_of * sizeof *of);
	strcpy(c.slot[0].code, region);
	strcpy(c.slot[1].code, who);
	policy_plan(policy_all(p), &c, &w, &plan);
	for (size_t n = 0; n < ARRAY_LEN(receivers);) {
		plan_next(&plan, v, n_of, &at, &next);
		if (next.kind != NEXT_ASK)
			break;
		for (unsigned k = 0; k < next.n; k++) {
			struct candidate *one = &v[next.v[k].candidate];

			assert_false(one->asked);
			one->asked = true;
			one->state = ASK_NO;
			one->asked_ms = NOON;
			one->role = plan.v[next.v[k].ask].role;
			got[n++] = (char)('0' + one->receiver);
		}
	}
	assert_int_equal(next.kind, NEXT_OPERATOR);
	assert_string_equal(got, want);
}

static void
choices(void **state)
{
	const size_t n = ARRAY_LEN(receivers);

	(void)state;
	ladder(receivers, n, "KZ-47", "man", "3216");
	ladder(receivers, n, "KZ-35", "man", "216");
	ladder(receivers, n, "KZ-79", "woman", "16");
	ladder(receivers, n, "KZ", "woman", "16");
	ladder(receivers, n, "UZ", "woman", "6");
	ladder(receivers, n, "", "", "61"); /* home: by their language */
}

/* S15: who is there for children comes first, also from far; in a mobile group's region beside the organisation. */
static void
children_first(void **state)
{
	const struct candidate v[] = {
		{ .receiver = 1, .kind = "shelter", .regions = "KZ-11", .vetted = true },
		{ .receiver = 2, .kind = "child", .regions = "*", .vetted = true },
		{ .receiver = 3, .kind = "child", .regions = "KZ", .vetted = true },
		{ .receiver = 4, .kind = "child", .regions = "KZ-75", .vetted = true },
	};

	(void)state;
	ladder(v, ARRAY_LEN(v), "KZ-11", "child", "321");
	ladder(receivers, ARRAY_LEN(receivers), "KZ-47", "child", "38216");
}

static void
ties_by_id(void **state)
{
	struct candidate v[] = {
		{ .receiver = 9, .kind = "ngo", .regions = "*", .vetted = true },
		{ .receiver = 3, .kind = "ngo", .regions = "*", .vetted = true },
		{ .receiver = 5, .kind = "ngo", .regions = "*", .vetted = true },
	};
	struct case_facts c = { .class = CASE_HELD };
	const struct policy_when w = { .now_ms = NOON, .ngo = CONSENT_YES };
	const struct plan_at at = { .now_ms = NOON, .begin_ms = NOON };
	struct next next;
	struct plan plan;

	(void)state;
	policy_plan(policy_all(p), &c, &w, &plan);
	plan_next(&plan, v, ARRAY_LEN(v), &at, &next);
	assert_int_equal(next.kind, NEXT_ASK);
	assert_int_equal(next.v[0].candidate, 1);
	plan_next(&plan, v, 0, &at, &next);
	assert_int_equal(next.kind, NEXT_OPERATOR);
}

/* Two operators are asked for a role that nobody took: the second stands down when the first takes it. */
static void
another_took_the_role(void **state)
{
	const struct given g = {
		.region = "KZ-47", .who = "child", .class = CASE_HELD, .ngo = CONSENT_YES
	};
	struct candidate v[] = {
		{ .kind = "ngo", .role = "ngo", .group = 1, .state = ASK_TAKEN },
		{ .kind = "child", .role = "child", .state = ASK_NO },
		{ .kind = "operator", .role = PLAN_ROLE_LACKS, .state = ASK_WAITS },
		{ .kind = "operator", .role = PLAN_ROLE_LACKS, .state = ASK_WAITS },
	};
	struct plan plan;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		v[i].asked = true;
	plan_of(&g, &plan);
	assert_true(plan_still_asked(&plan, v, ARRAY_LEN(v), 2));
	assert_true(plan_still_asked(&plan, v, ARRAY_LEN(v), 3));
	v[2].state = ASK_TAKEN;
	assert_false(plan_still_asked(&plan, v, ARRAY_LEN(v), 3));
}

/* A yes was taken back, so that the plan has no role for it any more: two embassies are not asked for one. */
static void
another_took_what_is_no_role(void **state)
{
	const struct given g = { .region = "RU",
		.home = "UZ",
		.who = "man",
		.class = CASE_OTHER,
		.ngo = CONSENT_NO,
		.embassy = CONSENT_NO };
	struct candidate v[] = {
		{ .kind = "embassy", .role = "embassy", .state = ASK_WAITS },
		{ .kind = "embassy", .role = "embassy", .state = ASK_WAITS },
	};
	struct plan plan;

	(void)state;
	v[0].asked = v[1].asked = true;
	plan_of(&g, &plan);
	assert_true(plan_still_asked(&plan, v, ARRAY_LEN(v), 1));
	v[0].state = ASK_TAKEN;
	assert_false(plan_still_asked(&plan, v, ARRAY_LEN(v), 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices),
		cmocka_unit_test(children_first),
		cmocka_unit_test(ties_by_id),
		cmocka_unit_test(another_took_the_role),
		cmocka_unit_test(another_took_what_is_no_role),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
