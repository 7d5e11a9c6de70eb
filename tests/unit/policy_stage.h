/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipped policies, a moment, and cases told in a line: what tests of policies begin with.
 * It asks nobody. Included by tests/unit/policy_*test.c, which run from the top folder.
 */
#ifndef SHYRAQ_POLICY_STAGE_H
#define SHYRAQ_POLICY_STAGE_H

#include <string.h>

#include "policy.h"

#define MINUTE 60000LL
/* 2026-11-25, a Wednesday, 12:00 in UTC+5 */
#define NOON 1795590000000LL
#define ZONE 300

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

struct given {
	const char *region, *who;
	enum case_class class;
	const char *about, *whom, *home;
	enum consent ngo, police, embassy;
	bool supervisors;
};

static void
facts_of(const struct given *g, struct case_facts *c, struct policy_when *w)
{
	const char *const v[][2] = { { "region", g->region }, { "who", g->who },
		{ "about", g->about }, { "about_whom", g->whom } };

	memset(c, 0, sizeof *c);
	c->class = g->class;
	c->person_lang = LANG_RU;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (v[i][1] == NULL)
			continue;
		strcpy(c->slot[c->slots].name, v[i][0]);
		strcpy(c->slot[c->slots++].code, v[i][1]);
	}
	*w = (struct policy_when){ .now_ms = NOON,
		.zone_minutes = ZONE,
		.home = g->home,
		.ngo = g->ngo,
		.police = g->police,
		.embassy = g->embassy,
		.supervisors = g->supervisors };
}

__attribute__((unused)) static void
plan_of(const struct given *g, struct plan *out)
{
	struct case_facts c;
	struct policy_when w;

	facts_of(g, &c, &w);
	policy_plan(policy_all(p), &c, &w, out);
}

#endif
