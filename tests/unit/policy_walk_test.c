/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/policy_*.c: random cases against receivers who are late, silent, decline, answer twice or
 * let it lapse; POLICY_CASES says how many. It asks nobody. Called by make test, from the top folder.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "place.h"
#include "policy.h"

#define CASES 20000
#define MINUTE 60000LL
#define RECEIVERS 14
#define STEPS 600
#define BEGIN (1790000000000LL) /* a Monday of 2026 */

static struct policy *policy;
static uint64_t seed = 88172645463325252U;

static unsigned
draw(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % n);
}

#define ANY_OF(list) ((list)[draw(ARRAY_LEN(list))])

enum habit {
	SILENT,
	DECLINES,
	TAKES,
	TAKES_TWICE,
	TAKES_AND_LAPSES,
	GIVES_BACK,
};
struct receiver {
	enum habit habit;
	int64_t answers_ms; /* 0: nothing is due of it */
	unsigned asked;
	char regions[64];
};
struct world {
	struct case_facts facts;
	struct policy_when when;
	struct plan plan;
	struct plan_at at;
	size_t n;
	struct candidate v[RECEIVERS];
	struct receiver r[RECEIVERS];
	unsigned told;
	int64_t changes_ms; /* a place, a class or a consent comes then */
};
static struct {
	uint64_t taken, operator, kept, asks, police, embassy, beside, placed, steps;
} sum;

static void
wrong(const struct world *w, const char *what)
{
	fail_msg("%s: %s (seed %" PRIu64 ", told %u, asks %" PRIu64 ")", w->plan.policy,
	    what, seed, w->told, sum.asks);
}

static void
set(struct world *w, const char *name, const char *code)
{
	struct slot *s = &w->facts.slot[w->facts.slots++];

	strcpy(s->name, name);
	strcpy(s->code, code);
}

static const char *const regions[] = { "KZ-47", "KZ-61", "KZ-35", "KZ-75", "KZ", "UZ-TK",
	"RU-MOW", "TR", "SEA-TH", "", "" };

static void
make_case(struct world *w)
{
	static const char *const who[] = { "man", "woman", "woman_children", "child",
		"" };
	static const char *const about[] = { "", "", "self", "others", "relative" };
	static const char *const whom[] = { "", "", "", "police", "operator" };
	static const char *const home[] = { "KZ", "UZ", "TR", "" };
	static const char *const need[] = { "", "bed", "doctor", "advice papers",
		"doctor wages" };

	memset(w, 0, sizeof *w);
	w->facts.class = (enum case_class)draw(CASE_DANGER + 1);
	w->facts.person_lang = (enum lang)draw(LANGS + 1);
	set(w, "region", ANY_OF(regions));
	set(w, "who", ANY_OF(who));
	set(w, "about", ANY_OF(about));
	set(w, "about_whom", ANY_OF(whom));
	set(w, "child", draw(6) == 0 ? "yes" : "");
	set(w, "need", ANY_OF(need));
	w->when.home = ANY_OF(home);
	w->when.zone_minutes = 300;
	w->when.ngo = draw(3) == 0 ? (enum consent)draw(3) : CONSENT_YES;
	w->when.police = (enum consent)draw(3);
	w->when.embassy = (enum consent)draw(3);
	w->when.supervisors = draw(20) == 0;
	w->at.begin_ms = BEGIN + (int64_t)draw(14 * 1440) * MINUTE;
	w->at.now_ms = w->at.begin_ms;
	w->changes_ms = draw(2) == 0 ? 0 : w->at.begin_ms + draw(120) * MINUTE;
}

static void
make_receivers(struct world *w)
{
	static const char *const kinds[] = { "ngo", "ngo", "shelter", "child", "social",
		"police", "police", "embassy", "legal", "health", "labour" };
	static const char *const covers[] = { "KZ", "UZ", "*", "KZ-47 KZ-61", "RU",
		"TR SEA" };

	w->n = draw(RECEIVERS + 1);
	for (size_t i = 0; i < w->n; i++) {
		struct receiver *r = &w->r[i];
		const char *here = w->facts.slot[0].code;

		r->habit = (enum habit)draw(GIVES_BACK + 1);
		strcpy(
		    r->regions, draw(2) == 0 && here[0] != '\0' ? here : ANY_OF(covers));
		w->v[i] = (struct candidate){ .receiver = (int64_t)i + 1,
			.kind = ANY_OF(kinds),
			.regions = r->regions,
			.vetted = draw(8) != 0,
			.order = draw(4),
			.group = draw(3),
			.bypassed = draw(12) == 0,
			.full = draw(5) == 0,
			.away = draw(15) == 0,
			.takes = draw(6) == 0 ? "woman woman_children" : NULL,
			.langs = draw(3) == 0 ? "kk ru" : NULL };
	}
}

/* What the law says, said without the code that is tested. */
static bool
may_ask(const struct world *w, const struct candidate *c)
{
	bool child = strcmp(w->facts.slot[1].code, "child") == 0 ||
	    w->facts.slot[4].code[0] != '\0';

	if (!c->vetted || c->bypassed || c->away)
		return false;
	if (strcmp(c->kind, "police") == 0)
		return (w->when.police == CONSENT_YES || w->when.supervisors) &&
		    strcmp(w->facts.slot[3].code, "police") != 0;
	if (strcmp(c->kind, "embassy") == 0)
		return w->when.embassy == CONSENT_YES;
	return w->when.ngo == CONSENT_YES ||
	    strcmp(w->facts.slot[2].code, "others") == 0 ||
	    (child && strcmp(c->kind, "child") == 0) || w->facts.class == CASE_DANGER;
}

static bool
is_taken(const struct world *w, const char *role)
{
	for (size_t i = 0; i < w->n; i++) {
		unsigned ask = plan_ask_of(&w->plan, &w->v[i]);

		if (w->v[i].state == ASK_TAKEN && ask < w->plan.n &&
		    (role != NULL ? strcmp(w->plan.v[ask].role, role) == 0
				  : w->plan.v[ask].lead))
			return true;
	}
	return false;
}

/* Asked for one need, once somebody leads. */
static bool
stands_beside(const char *kind)
{
	return strcmp(kind, "legal") == 0 || strcmp(kind, "health") == 0 ||
	    strcmp(kind, "labour") == 0;
}

static void
do_ask(struct world *w, const struct next *next)
{
	for (unsigned k = 0; k < next->n; k++) {
		size_t i = next->v[k].candidate;
		const struct plan_ask *a = &w->plan.v[next->v[k].ask];

		if (w->r[i].asked++ > 0)
			wrong(w, "asked twice");
		if (!may_ask(w, &w->v[i]))
			wrong(w,
			    strcmp(w->v[i].kind, "police") == 0 ? "police without a yes"
								: "asked without a yes");
		if (is_taken(w, NULL) &&
		    (is_taken(w, a->role) || (a->lead && a->mode == PLAN_FIRST)))
			wrong(w, "asked after the acceptance");
		if (w->facts.class == CASE_DANGER &&
		    next->v[k].next_ms != w->at.now_ms + 15 * MINUTE)
			wrong(w, "danger's clock");
		if (next->v[k].remind_ms <= w->at.now_ms ||
		    next->v[k].remind_ms >= next->v[k].next_ms)
			wrong(w, "the reminder is not before the next");
		if (stands_beside(w->v[i].kind) &&
		    (!is_taken(w, NULL) || w->when.ngo != CONSENT_YES) &&
		    strcmp(w->facts.slot[2].code, "others") != 0)
			wrong(w, "asked beside nobody, or without the yes");
		sum.beside += stands_beside(w->v[i].kind);
		sum.asks++;
		sum.police += strcmp(w->v[i].kind, "police") == 0;
		sum.embassy += strcmp(w->v[i].kind, "embassy") == 0;
	}
	/* only now: those of one call are asked together */
	for (unsigned k = 0; k < next->n; k++) {
		size_t i = next->v[k].candidate;

		w->v[i].asked = true;
		w->v[i].state = ASK_WAITS;
		w->v[i].asked_ms = w->at.now_ms;
		w->v[i].role = w->plan.v[next->v[k].ask].role;
		if (w->r[i].habit != SILENT)
			w->r[i].answers_ms = w->at.now_ms + (1 + draw(300)) * MINUTE;
	}
}

/* The role is kept as in a row of the database, not in the plan, which is made anew. */
static void
plan(struct world *w)
{
	static const char *const names[] = { "ngo", "home", "police", "social", "child",
		"child_home", "near", "any", "embassy", "legal", "health", "labour" };

	for (size_t i = 0; i < w->n; i++) {
		for (size_t k = 0; w->v[i].role != NULL && k < ARRAY_LEN(names); k++) {
			if (strcmp(names[k], w->v[i].role) == 0) {
				w->v[i].role = names[k];
				break;
			}
		}
	}
	policy_plan(policy_all(policy), &w->facts, &w->when, &w->plan);
}

static void
answer(struct world *w, size_t i)
{
	struct candidate *c = &w->v[i];
	struct receiver *r = &w->r[i];
	bool was = is_taken(w, NULL);

	r->answers_ms = 0;
	if (c->state == ASK_TAKEN) {
		if (r->habit != TAKES_TWICE)
			c->state = ASK_BACK;
		return;
	}
	if (r->habit == DECLINES || plan_ask_of(&w->plan, c) == w->plan.n) {
		c->state = r->habit == DECLINES ? ASK_NO : ASK_OFF;
		return;
	}
	/* a late yes to what another has taken changes nothing */
	if (is_taken(w, c->role) ||
	    (was && w->plan.v[plan_ask_of(&w->plan, c)].mode == PLAN_FIRST &&
		w->plan.v[plan_ask_of(&w->plan, c)].lead)) {
		c->state = ASK_OFF;
		return;
	}
	c->state = ASK_TAKEN;
	if (r->habit != TAKES)
		r->answers_ms = w->at.now_ms + (1 + draw(200)) * MINUTE;
}

static void
change(struct world *w)
{
	w->changes_ms = 0;
	switch (draw(5)) {
	case 0:
		strcpy(w->facts.slot[0].code, ANY_OF(regions));
		break;
	case 1:
		w->facts.class = CASE_DANGER;
		break;
	case 2:
		w->when.police = (enum consent)draw(3);
		break;
	case 3:
		w->when.ngo = CONSENT_NO;
		break;
	case 4:
		w->at.rest_until_ms = w->at.now_ms + 5 * MINUTE;
		break;
	}
}

/* What happens first, up to `until`; false: nothing does. */
static bool
happen(struct world *w, int64_t until)
{
	int64_t first = w->changes_ms != 0 && w->changes_ms <= until ? w->changes_ms : 0;
	size_t who = w->n;

	for (size_t i = 0; i < w->n; i++) {
		if (w->r[i].answers_ms != 0 && w->r[i].answers_ms <= until &&
		    (first == 0 || w->r[i].answers_ms < first)) {
			first = w->r[i].answers_ms;
			who = i;
		}
	}
	if (first == 0)
		return false;
	if (first > w->at.now_ms)
		w->at.now_ms = first;
	w->when.now_ms = w->at.now_ms;
	if (who < w->n)
		answer(w, who);
	else
		change(w);
	return true;
}

static void
hold_places(const struct world *w)
{
	bool organisation = false;

	for (size_t i = 0; i < w->n; i++)
		organisation = organisation ||
		    (w->v[i].state == ASK_TAKEN && strcmp(w->v[i].kind, "police") != 0 &&
			strcmp(w->v[i].kind, "embassy") != 0 &&
			!stands_beside(w->v[i].kind));
	for (size_t i = 0; i < w->n; i++) {
		if (!plan_may_have_place(&w->plan, w->v, w->n, i))
			continue;
		sum.placed++;
		if (w->v[i].state != ASK_TAKEN)
			wrong(w, "the place to who has not accepted");
		if (stands_beside(w->v[i].kind))
			wrong(w, "the place to who stands beside");
		if (strcmp(w->v[i].kind, "police") == 0 &&
		    (!organisation ||
			(w->when.police != CONSENT_YES && !w->when.supervisors)))
			wrong(w, "the place to police too early");
	}
}

static void
live(struct world *w)
{
	for (unsigned step = 0; step < STEPS; step++) {
		struct next next;

		w->when.now_ms = w->at.now_ms;
		plan(w);
		plan_next(&w->plan, w->v, w->n, &w->at, &next);
		hold_places(w);
		sum.steps++;
		if (next.kind == NEXT_ASK) {
			do_ask(w, &next);
		} else if (next.kind == NEXT_OPERATOR) {
			w->at.operator_told = true;
			if (w->plan.end == PLAN_KEPT)
				wrong(w, "told, although they said no");
			if (w->told++ > 0)
				wrong(w, "the operator is told twice");
		} else if (next.kind == NEXT_WAIT) {
			if (next.due_ms <= w->at.now_ms)
				wrong(w, "it waits for what has been");
			if (!happen(w, next.due_ms))
				w->at.now_ms = next.due_ms;
		} else if (!happen(w, INT64_MAX)) {
			sum.kept += w->plan.end == PLAN_KEPT;
			sum.taken += next.taken;
			sum.operator+= w->told;
			if (!next.taken && w->told == 0 && w->plan.end != PLAN_KEPT)
				wrong(w, "it ends and nobody knows");
			return;
		}
	}
	wrong(w, "no end");
}

static void
every_case_ends(void **state)
{
	const char *env = getenv("POLICY_CASES");
	unsigned long n = env != NULL ? strtoul(env, NULL, 10) : CASES;
	struct world *w = calloc(1, sizeof *w);

	(void)state;
	assert_non_null(w);
	for (unsigned long i = 0; i < n; i++) {
		make_case(w);
		make_receivers(w);
		live(w);
	}
	free(w);
	printf("# %lu cases: taken %" PRIu64 ", operator told %" PRIu64 ", kept %" PRIu64
	       "; asks %" PRIu64 ", police %" PRIu64 ", embassy %" PRIu64
	       ", steps %" PRIu64 "\n",
	    n, sum.taken, sum.operator, sum.kept, sum.asks, sum.police, sum.embassy,
	    sum.steps);
	assert_true(sum.taken > n / 10 && sum.operator> n / 10 && sum.kept> n / 100);
	assert_true(sum.beside > n / 100);
	assert_true(sum.police > n / 20 && sum.embassy > n / 100 && sum.placed > n / 10);
}

static void
shipped_policies_hold(void **state)
{
	static const char *const countries[] = { "UZ", "BH", "SEA" };
	struct places *places;
	struct policy_proof proof;
	struct flow_err err;

	(void)state;
	if (places_load("conf", &places, &err) != RC_OK)
		fail_msg("%s", err.s);
	for (size_t i = 0; i < ARRAY_LEN(countries); i++) {
		if (policy_prove(
			policy_all(policy), places, countries[i], &proof, &err) != RC_OK)
			fail_msg("%s", err.s);
		assert_true(proof.cases > 0 && proof.walks > 0);
	}
	places_free(places);
}

static int
load(void **state)
{
	struct flow_err err;

	(void)state;
	if (policy_load("conf/policies", &policy, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	policy_free(policy);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_ends),
		cmocka_unit_test(shipped_policies_hold),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
