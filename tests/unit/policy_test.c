/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/policy*.c: clocks as shipped, plans, and ladders moment by moment.
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

#include "except.h"
#include "policy_stage.h"
#include "str.h"

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
	const struct exceptions *e = policy_exceptions(policy_all(p));

	(void)state;
	assert_int_equal(e->base, EXCEPT_CHILD | EXCEPT_DANGER);
	assert_int_equal(e->n, 0);
}

static void
no_folder(void **state)
{
	struct policy *none;
	struct flow_err err;

	(void)state;
	assert_int_equal(policy_load("conf/nowhere", &none, &err), RC_REFUSED);
	assert_null(none);
	assert_string_equal(
	    err.s, "conf/nowhere:1: file: no policy; allowed: one or more");
}

/* plans ---------------------------------------------------------------------------------------- */

#define YES CONSENT_YES
#define NO CONSENT_NO
#define NONE CONSENT_NONE

/* Cases, the policy that decides each, whom it asks at which stage, how it ends. */
static const struct {
	struct given g;
	const char *policy, *asks; /* "stage role:kinds" */
	enum plan_end end;
} planned[] = {
	{ { "KZ-75", "man", CASE_OTHER, .ngo = YES }, "ngo_first", "1 ngo:ngo shelter",
	    PLAN_OPERATOR },
	{ { "KZ-75", "man", CASE_OTHER, .ngo = YES, .police = YES }, "ngo_first",
	    "1 ngo:ngo shelter, 0 police:police", PLAN_OPERATOR },
	{ { "KZ-75", "man", CASE_OTHER, .ngo = YES, .supervisors = true }, "ngo_first",
	    "1 ngo:ngo shelter, 0 police:police", PLAN_OPERATOR },
	{ { "KZ-75", "man", CASE_OTHER, .ngo = NO, .police = NO }, "ngo_first", "",
	    PLAN_KEPT },
	{ { "KZ-75", "man", CASE_OTHER, .ngo = NONE }, "ngo_first", "", PLAN_OPERATOR },
	{ { "", "man", CASE_OTHER, .ngo = YES }, "ngo_first",
	    "1 ngo:ngo shelter, 2 home:ngo shelter", PLAN_OPERATOR },
	{ { "KZ-75", "man", CASE_OTHER, .about = "others" }, "ngo_first",
	    "1 ngo:ngo shelter", PLAN_OPERATOR },
	{ { "KZ-47", "man", CASE_HELD, .ngo = YES, .police = NO }, "mobile_group",
	    "1 ngo:ngo shelter, 1 social:social, 2 near:ngo shelter", PLAN_OPERATOR },
	{ { "KZ-61", "", CASE_HELD, .about = "others", .police = YES }, "mobile_group",
	    "1 ngo:ngo shelter, 1 social:social, 2 near:ngo shelter, 0 police:police",
	    PLAN_OPERATOR },
	{ { "KZ-35", "child", CASE_HELD, .ngo = YES }, "mobile_group",
	    "1 ngo:ngo shelter, 1 social:social, 1 child:child, 2 near:ngo shelter, "
	    "2 child_near:child",
	    PLAN_OPERATOR },
	/* the exception for a child is for child receivers */
	{ { "KZ-35", "child", CASE_HELD, .ngo = NO }, "mobile_group",
	    "1 child:child, 2 child_near:child", PLAN_OPERATOR },
	{ { "KG-GB", "child", CASE_OTHER, .ngo = YES }, "child",
	    "1 child:child, 3 ngo:ngo shelter", PLAN_OPERATOR },
	{ { "KZ-75", "woman", CASE_DANGER, .ngo = NONE }, "ngo_first",
	    "1 ngo:ngo shelter", PLAN_OPERATOR },
	{ { "", "woman", CASE_DANGER, .ngo = NO }, "danger",
	    "2 ngo:ngo shelter, 3 any:ngo shelter", PLAN_OPERATOR },
	{ { "TR", "man", CASE_OTHER, .ngo = YES, .embassy = NO }, "abroad",
	    "2 ngo:ngo shelter, 3 home:ngo shelter, 4 any:ngo shelter", PLAN_OPERATOR },
	{ { "SEA-TH", "man", CASE_OTHER, .ngo = YES, .embassy = YES }, "abroad",
	    "2 ngo:ngo shelter, 3 home:ngo shelter, 4 any:ngo shelter, "
	    "0 embassy:embassy",
	    PLAN_OPERATOR },
	{ { "KZ-75", "", CASE_OTHER, .whom = "police", .police = YES }, "complaint", "",
	    PLAN_SUPERVISOR },
	{ { "KZ-75", "", CASE_HELD, .whom = "police", .police = YES, .ngo = YES },
	    "ngo_first", "1 ngo:ngo shelter", PLAN_OPERATOR },
	{ { "KZ-75", "", CASE_HELD, .whom = "operator", .ngo = YES }, "ngo_first",
	    "1 ngo:ngo shelter", PLAN_SUPERVISOR },
};

static void
plans(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(planned); i++) {
		struct plan plan;
		char got[256] = "";
		size_t len = 0;

		plan_of(&planned[i].g, &plan);
		for (unsigned k = 0; k < plan.n; k++)
			assert_true(str_add(got, sizeof got, &len, "%s%u %s:%s",
			    k > 0 ? ", " : "", plan.v[k].stage, plan.v[k].role,
			    plan.v[k].kinds));
		if (strcmp(plan.policy, planned[i].policy) != 0 ||
		    strcmp(got, planned[i].asks) != 0 || plan.end != planned[i].end)
			fail_msg(
			    "row %zu: %s, %s, end %u", i, plan.policy, got, plan.end);
		assert_int_equal(plan.card, strcmp(plan.policy, "abroad") == 0);
	}
}

/* ladders -------------------------------------------------------------------------------------- */

struct ladder {
	struct given given;
	struct plan plan;
	struct plan_at at;
	struct candidate v[12];
	size_t n;
	char said[512];
	size_t len;
};

static void
begin(struct ladder *l, const struct given *g, const struct candidate *v, size_t n)
{
	memset(l, 0, sizeof *l);
	l->given = *g;
	l->at = (struct plan_at){ .now_ms = NOON, .begin_ms = NOON };
	memcpy(l->v, v, n * sizeof *v);
	l->n = n;
	plan_of(g, &l->plan);
}

/* Runs to `minute`, writes down whom it asks: "0:AB 15:C 20:op". */
static void
run_to(struct ladder *l, int minute)
{
	int64_t until = NOON + minute * MINUTE;

	for (int i = 0; i < 100; i++) {
		struct next next;
		int64_t at = (l->at.now_ms - NOON) / MINUTE;

		plan_next(&l->plan, l->v, l->n, &l->at, &next);
		if (next.kind == NEXT_DONE ||
		    (next.kind == NEXT_WAIT && next.due_ms > until)) {
			if (next.kind == NEXT_DONE && until > l->at.now_ms)
				assert_true(str_add(l->said, sizeof l->said, &l->len,
				    " %lld:end", (long long)at));
			l->at.now_ms = until;
			return;
		}
		if (next.kind == NEXT_WAIT) {
			l->at.now_ms = next.due_ms;
			continue;
		}
		assert_true(str_add(l->said, sizeof l->said, &l->len, " %lld:%s",
		    (long long)at, next.kind == NEXT_OPERATOR ? "op" : ""));
		l->at.operator_told = l->at.operator_told || next.kind == NEXT_OPERATOR;
		for (unsigned k = 0; k < next.n; k++) {
			struct candidate *c = &l->v[next.v[k].candidate];

			assert_true(str_add(l->said, sizeof l->said, &l->len, "%c",
			    (char)('A' + next.v[k].candidate)));
			*c = (struct candidate){ .receiver = c->receiver,
				.kind = c->kind,
				.regions = c->regions,
				.vetted = c->vetted,
				.order = c->order,
				.group = c->group,
				.role = l->plan.v[next.v[k].ask].role,
				.state = ASK_WAITS,
				.asked = true,
				.asked_ms = l->at.now_ms };
		}
	}
	fail_msg("no end:%s", l->said);
}

/* clang-format off */
#define WHO(k, r, g) { .kind = k, .regions = r, .vetted = true, .group = g }
/* clang-format on */

static void
one_at_a_time(void **state)
{
	static const struct candidate v[] = { WHO("ngo", "KZ", 0),
		WHO("shelter", "KZ-75", 0), WHO("ngo", "*", 0), WHO("police", "KZ-75", 0),
		WHO("operator", "*", 0) };
	static const struct given g = { "KZ-75", "woman", CASE_URGENT,
		.ngo = CONSENT_YES };
	struct ladder l;

	(void)state;
	begin(&l, &g, v, ARRAY_LEN(v));
	run_to(&l, 300);
	assert_string_equal(l.said, " 0:B 15:A 30:op 30:C 45:end");

	/* a decline moves on at once; an acceptance ends it; what lapsed goes on from there */
	begin(&l, &g, v, ARRAY_LEN(v));
	run_to(&l, 5);
	l.v[1].state = ASK_NO;
	run_to(&l, 10);
	l.v[0].state = ASK_TAKEN;
	run_to(&l, 130);
	l.v[0].state = ASK_BACK;
	run_to(&l, 200);
	assert_string_equal(l.said, " 0:B 5:A 10:end 130:op 130:C 145:end");

	/* a bare yes rests it for five minutes; the operator's clock goes on */
	begin(&l, &g, v, ARRAY_LEN(v));
	run_to(&l, 14);
	l.at.rest_until_ms = NOON + 19 * MINUTE;
	run_to(&l, 60);
	assert_string_equal(l.said, " 0:B 19:A 30:op 34:C 49:end");

	/* the one the complaint names, the one who is away, who does not take women */
	begin(&l, &g, v, ARRAY_LEN(v));
	l.v[0].away = true;
	l.v[1].bypassed = true;
	l.v[2].takes = "man";
	run_to(&l, 60);
	assert_string_equal(l.said, " 0:op 0:end");
}

static void
order_of_choice(void **state)
{
	static const struct given g = { "KZ-75", "woman", CASE_URGENT,
		.ngo = CONSENT_YES };
	struct candidate v[] = { WHO("ngo", "KZ-75", 0), WHO("ngo", "KZ-75", 0),
		WHO("shelter", "KZ-75", 0), WHO("ngo", "KZ-75", 0) };
	struct ladder l;

	(void)state;
	v[0].full = true;
	v[1].order = 5;
	v[2].langs = "kk ru";
	v[3].order = 2;
	begin(&l, &g, v, ARRAY_LEN(v));
	run_to(&l, 100);
	assert_string_equal(l.said, " 0:C 15:D 30:op 30:B 45:A 60:end");
}

static const struct candidate group_61[] = { WHO("ngo", "KZ-61", 7),
	WHO("police", "KZ-61", 7), WHO("social", "KZ-61", 7), WHO("child", "KZ-61", 0),
	WHO("child", "KZ", 0), WHO("police", "KZ-61", 0), WHO("ngo", "KZ-61", 0),
	WHO("ngo", "KZ-61", 8) };

static void
group_answers(void **state)
{
	static const struct given g = { "KZ-61", "", CASE_HELD, .about = "others",
		.police = CONSENT_YES };
	struct ladder l;

	(void)state;
	/* journey 3: a child among them; the unit outside the group is never needed */
	begin(&l, &g, group_61, ARRAY_LEN(group_61));
	strcpy(l.plan.who, "");
	{
		struct case_facts c;
		struct policy_when w;

		facts_of(&g, &c, &w);
		strcpy(c.slot[c.slots].name, "child");
		strcpy(c.slot[c.slots++].code, "yes");
		policy_plan(policy_all(p), &c, &w, &l.plan);
	}
	run_to(&l, 12);
	assert_false(plan_may_have_place(&l.plan, l.v, l.n, 1));
	l.v[1].state = ASK_TAKEN; /* police before the organisation: no place yet */
	assert_false(plan_may_have_place(&l.plan, l.v, l.n, 1));
	l.v[3].state = ASK_TAKEN; /* nor by the child service alone */
	assert_false(plan_may_have_place(&l.plan, l.v, l.n, 1));
	l.v[3].state = ASK_WAITS;
	l.v[0].state = ASK_TAKEN;
	assert_true(plan_may_have_place(&l.plan, l.v, l.n, 0));
	assert_true(plan_may_have_place(&l.plan, l.v, l.n, 1));
	assert_false(plan_may_have_place(&l.plan, l.v, l.n, 2));
	l.v[2].state = ASK_NO;
	run_to(&l, 200);
	assert_string_equal(l.said, " 0:ACDB 45:E 90:op 90:end");
}

static void
group_without_police(void **state)
{
	struct given g = { "KZ-61", "man", CASE_HELD, .ngo = CONSENT_YES,
		.police = CONSENT_NO };
	struct ladder l;

	(void)state;
	/* journey 1: the organisation and the social worker; silent, so others of the region */
	begin(&l, &g, group_61, ARRAY_LEN(group_61));
	run_to(&l, 300);
	assert_string_equal(l.said, " 0:AC 45:G 90:op 90:H 135:end");
	/* a yes to police while it runs: the member is asked at once, before the other unit */
	begin(&l, &g, group_61, ARRAY_LEN(group_61));
	l.v[1].order = 1; /* the member, though another unit's order is smaller */
	run_to(&l, 20);
	l.v[0].state = ASK_TAKEN;
	run_to(&l, 54);
	g.police = CONSENT_YES;
	plan_of(&g, &l.plan);
	run_to(&l, 60);
	assert_string_equal(l.said, " 0:AC 45:end 54:B");
	/* and taken back: who was asked may not have the place */
	l.v[1].state = ASK_TAKEN;
	assert_true(plan_may_have_place(&l.plan, l.v, l.n, 1));
	g.police = CONSENT_NO;
	plan_of(&g, &l.plan);
	assert_false(plan_may_have_place(&l.plan, l.v, l.n, 1));
	/* its organisation says no: another of the region at once, though the social worker waits */
	begin(&l, &g, group_61, ARRAY_LEN(group_61));
	run_to(&l, 5);
	l.v[0].state = ASK_NO;
	run_to(&l, 40);
	assert_string_equal(l.said, " 0:AC 5:G");
	/* no group there: the organisations of the region */
	g.region = "KZ-47";
	begin(&l, &g, group_61, ARRAY_LEN(group_61));
	l.v[6].regions = "KZ-47";
	l.v[2].regions = "KZ-47"; /* of no group: the step is left out */
	l.v[2].group = 0;
	run_to(&l, 300);
	assert_string_equal(l.said, " 0:G 45:op 45:end");
}

static void
danger_abroad_and_police(void **state)
{
	static const struct candidate v[] = { WHO("ngo", "KZ", 0), WHO("ngo", "KZ-75", 0),
		WHO("police", "KZ-75", 0), WHO("child", "KZ", 0), WHO("ngo", "*", 0),
		WHO("ngo", "TR", 0), WHO("ngo", "UZ", 0), WHO("embassy", "TR", 0),
		WHO("embassy", "TR", 0) };
	struct given g = { "", "woman", CASE_DANGER, .home = "KZ" };
	struct ladder l;

	(void)state;
	/* no place: country-wide, after two minutes; the place brings its own */
	begin(&l, &g, v, ARRAY_LEN(v));
	run_to(&l, 10);
	g.region = "KZ-75";
	plan_of(&g, &l.plan);
	run_to(&l, 19);
	assert_string_equal(l.said, " 2:A 17:B");
	/* a yes to police before anybody took it: they hear of it afterwards, at once */
	g.police = CONSENT_YES;
	plan_of(&g, &l.plan);
	run_to(&l, 21);
	l.v[1].state = ASK_TAKEN;
	run_to(&l, 60);
	assert_string_equal(l.said, " 2:A 17:B 21:C 36:op 36:end");

	g = (struct given){ "TR-34", "man", CASE_HELD, .home = "UZ", .ngo = CONSENT_YES };
	begin(&l, &g, v, ARRAY_LEN(v));
	run_to(&l, 300);
	assert_string_equal(l.said, " 0:F 45:G 90:op 90:E 135:end");
	g.embassy = CONSENT_YES;
	begin(&l, &g, v, ARRAY_LEN(v));
	l.v[7].of = "KZ";
	l.v[8].of = "UZ";
	run_to(&l, 10);
	assert_string_equal(l.said, " 0:FI");
}

/* Two roles of one stage, first takes it: the acceptance of either ends both. */
static void
either_role(void **state)
{
	static const struct candidate v[] = { WHO("child", "TR", 0),
		WHO("child", "UZ", 0), WHO("child", "UZ", 0) };
	static const struct given g = { "TR-34", "child", CASE_HELD, .home = "UZ",
		.ngo = CONSENT_YES };
	struct ladder l;

	(void)state;
	begin(&l, &g, v, ARRAY_LEN(v));
	run_to(&l, 20);
	l.v[0].state = ASK_TAKEN;
	run_to(&l, 100);
	assert_string_equal(l.said, " 0:AB 20:end");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_as_agreed),
		cmocka_unit_test(exceptions),
		cmocka_unit_test(no_folder),
		cmocka_unit_test(plans),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(order_of_choice),
		cmocka_unit_test(group_answers),
		cmocka_unit_test(group_without_police),
		cmocka_unit_test(danger_abroad_and_police),
		cmocka_unit_test(either_role),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
