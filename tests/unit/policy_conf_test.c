/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/policy_conf.c, policy_if.c, policy_hours.c: what a load refuses, conditions, calendars.
 * It asks nobody. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "except.h"
#include "policy_stage.h"

/* calendars ------------------------------------------------------------------------------------ */

/* "2026-11-25 12:00" as UTC+5; for days of one month. */
static int64_t
at(int day, int hour, int minute)
{
	return NOON + (day - 25) * 1440 * MINUTE + (hour - 12) * 60 * MINUTE +
	    minute * MINUTE;
}

static void
hours(void **state)
{
	/* Monday to Friday; the 26th is off, the 28th (Saturday) is worked */
	const struct policy_hours h = { .from = 540,
		.to = 1080,
		.days = 0x1f,
		.holidays = 1,
		.holiday = { -1126 },
		.works = 1,
		.work = { 20785 } };
	static const struct {
		int64_t day, hour, minute, add, want_day, want_hour, want_minute;
	} rows[] = {
		{ 25, 12, 0, 60, 25, 13, 0 },
		{ 25, 17, 30, 30, 25, 18, 0 },
		{ 25, 17, 30, 31, 27, 9, 1 },
		{ 25, 3, 0, 60, 25, 10, 0 },
		{ 25, 23, 0, 60, 27, 10, 0 },
		{ 26, 12, 0, 240, 27, 13, 0 },
		{ 27, 17, 0, 120, 28, 10, 0 },
		{ 28, 17, 0, 120, 30, 10, 0 },
		{ 29, 12, 0, 540, 30, 18, 0 },
		{ 27, 9, 0, 0, 27, 9, 0 },
	};
	static const struct {
		int day, hour, want;
	} mornings[] = { { 25, 12, 27 }, { 25, 8, 25 }, { 25, 9, 27 }, { 27, 9, 28 },
		{ 28, 12, 30 }, { 29, 0, 30 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t got = policy_add_minutes(&h,
		    at((int)rows[i].day, (int)rows[i].hour, (int)rows[i].minute),
		    rows[i].add, ZONE);

		if (got !=
		    at((int)rows[i].want_day, (int)rows[i].want_hour,
			(int)rows[i].want_minute))
			fail_msg("row %zu: off by %lld min", i,
			    (long long)(got -
				at((int)rows[i].want_day, (int)rows[i].want_hour,
				    (int)rows[i].want_minute)) /
				MINUTE);
	}
	for (size_t i = 0; i < ARRAY_LEN(mornings); i++)
		assert_int_equal(policy_next_morning(
				     &h, at(mornings[i].day, mornings[i].hour, 0), ZONE),
		    at(mornings[i].want, 9, 0));
	assert_int_equal(policy_add_minutes(NULL, NOON, 90, ZONE), NOON + 90 * MINUTE);
	assert_true(policy_is_open(&h, at(28, 9, 0), ZONE));
	assert_false(policy_is_open(&h, at(28, 18, 0), ZONE));
	assert_false(policy_is_open(&h, at(26, 12, 0), ZONE));
}

static void
shipped_holidays(void **state)
{
	const struct policy_hours *kz = policy_hours(policy_all(p), "KZ");
	struct given g = { "KZ-75", "man", CASE_OTHER, .ngo = CONSENT_YES };
	struct plan plan;

	(void)state;
	assert_true(kz->holidays >= 10);
	/* 2026-12-16 is a Wednesday and off in one country, not in the next */
	assert_false(policy_is_open(kz, at(25 + 21, 12, 0), ZONE));
	assert_true(
	    policy_is_open(policy_hours(policy_all(p), "KG"), at(25 + 21, 12, 0), ZONE));
	assert_int_equal(policy_hours(policy_all(p), "XX")->holidays, 0);
	/* class other counts in hours, and the operator comes next morning; the rest by the clock */
	plan_of(&g, &plan);
	assert_false(plan.night);
	assert_int_equal(plan_dues(&plan, 0, at(25, 17, 30)).remind_ms, at(26, 9, 30));
	assert_int_equal(plan_dues(&plan, 0, at(25, 17, 30)).next_ms, at(26, 12, 30));
	assert_int_equal(plan_dues(&plan, 0, NOON).operator_ms, at(26, 9, 0));
	g.class = CASE_HELD;
	plan_of(&g, &plan);
	assert_int_equal(plan_dues(&plan, 0, at(25, 17, 30)).next_ms, at(25, 18, 15));
}

/* files ---------------------------------------------------------------------------------------- */

static char dir[] = "/tmp/policy_test.XXXXXX";
#define CLOCKS "{ remind = 10; next = 15; operator = 20; lease = 60; };"
#define BASE "name = \"base\"; rank = 900; " BASE_REST
#define BASE_REST                                                                    \
	"steps = ({ name = \"a\"; ask = ({ role = \"r\"; kinds = [\"ngo\"]; }); });" \
	"exceptions = [\"child\", \"danger\"]; exceptions_in = { KG = [\"danger\"]; };" ALL_CLOCKS
#define BASE_IN(tables)                                                              \
	"name = \"base\"; rank = 900; vetted_only = \"yes\";"                        \
	"steps = ({ name = \"a\"; ask = ({ role = \"r\"; kinds = [\"ngo\"]; }); });" \
	"exceptions = []; exceptions_in = { " tables " };" ALL_CLOCKS
#define ALL_CLOCKS \
	"danger = " CLOCKS "urgent = " CLOCKS "held = " CLOCKS "other = " CLOCKS
#define FIRST(when, ask)                                    \
	"name = \"first\"; rank = 10; when = { " when " };" \
	"steps = ({ name = \"a\"; ask = ({ role = \"x\"; " ask " }); });"
#define NGO "kinds = [\"ngo\"];"

static void
put(const char *name, const char *text)
{
	char path[80];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	if (text == NULL) {
		(void)remove(path);
		return;
	}
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Policies and holidays as files, and what is said of those that are refused. */
static const struct {
	const char *first, *base, *holidays, *want; /* NULL: it loads */
} policy_files[] = {
	{ FIRST("child = \"yes\";", NGO), BASE, "05-01 May\n# x\nwork 2026-05-30\n",
	    NULL },
	{ FIRST("child = \"maybe\";", NGO), BASE, "", "child: allowed" },
	{ FIRST("regions = [];", NGO), BASE, "", "would never hold" },
	{ FIRST("hours = \"9-18\";", NGO), BASE, "", "hours: allowed" },
	{ FIRST("days = [\"friday\"];", NGO), BASE, "", "days: allowed: mon" },
	{ FIRST("classes = [\"big\"];", NGO), BASE, "", "big: unknown" },
	{ FIRST("", NGO), BASE, "", "no condition" },
	{ BASE, "name = \"x\"; rank = 950;" BASE_REST, "", "never decides" },
	{ FIRST("moon = \"yes\";", NGO), BASE, "", "moon: unknown name" },
	{ NULL, FIRST("child = \"yes\";", NGO), "", "the last has conditions" },
	{ FIRST("child = \"yes\";", "kinds = [\"ngo\", \"police\"];"), BASE, "",
	    "police is never asked without" },
	{ FIRST("child = \"yes\";", "kinds = [\"embassy\"];"), BASE, "",
	    "embassy is never asked without" },
	{ FIRST("child = \"yes\";",
	      "kinds = [\"police\"]; yes = \"police\"; place = \"after_ngo\";"),
	    BASE, "", "nobody here can settle" },
	{ FIRST("child = \"yes\";",
	      "kinds = [\"police\"]; yes = \"police\"; lead = \"yes\";"),
	    BASE, "", "an organisation alone" },
	{ FIRST("child = \"yes\";", NGO) "beside = ({ role = \"p\"; kinds = "
					 "[\"police\"]; yes = \"police\"; });",
	    BASE, "", "police gets the place after" },
	{ FIRST("child = \"yes\";", "kinds = [\"wizard\"];"), BASE, "",
	    "wizard: unknown" },
	{ FIRST("child = \"yes\";", NGO) "danger = { remind = 5; next = 9; operator "
					 "= 8; lease = 9; };",
	    BASE, "", "the operator comes before" },
	{ FIRST("child = \"yes\";", NGO) "danger = { remind = 5; next = 9; operator "
					 "= 9; lease = 9; hours = \"open\"; };",
	    BASE, "", "danger waits for no hours" },
	{ FIRST("child = \"yes\";", NGO) "exceptions = [];", BASE, "",
	    "without conditions alone" },
	{ NULL, BASE_IN("Kg = [\"danger\"];"), "", "Kg: no country" },
	{ NULL, BASE_IN("KG = [\"police\"];"), "", "unknown exception" },
	{ FIRST("child = \"yes\";", NGO), BASE, "05-32 May\n", "holidays.KZ:1:" },
	{ FIRST("child = \"yes\";", NGO), BASE, "2026-02-29 x\n", "no day" },
};

static void
refusals(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_LEN(policy_files); i++) {
		struct policy *q;
		struct flow_err err = { "" };
		enum rc rc;

		put("a.conf", policy_files[i].first);
		put("b.conf", policy_files[i].base);
		put("holidays.KZ", policy_files[i].holidays);
		rc = policy_load(dir, &q, &err);
		if ((rc == RC_OK) != (policy_files[i].want == NULL) ||
		    (policy_files[i].want != NULL &&
			strstr(err.s, policy_files[i].want) == NULL))
			fail_msg("row %zu: %s", i, err.s);
		policy_free(q);
	}
}

static void
two_at_once(void **state)
{
	struct candidate v[] = {
		{ .receiver = 1, .kind = "ngo", .regions = "*", .vetted = true },
		{ .receiver = 2, .kind = "ngo", .regions = "*", .vetted = true },
		{ .receiver = 3, .kind = "ngo", .regions = "*", .vetted = true },
		{ .receiver = 4, .kind = "ngo", .regions = "*", .vetted = true },
	};
	struct given g = { "KZ-75", "man", CASE_OTHER, .ngo = CONSENT_YES };
	struct plan_at now = { .now_ms = NOON, .begin_ms = NOON };
	struct case_facts c;
	struct policy_when w;
	struct plan plan;
	struct policy *q;
	struct flow_err err;
	struct next next;

	(void)state;
	put("holidays.KZ", NULL);
	put("b.conf", BASE);
	put("a.conf", FIRST("child = \"no\";", NGO "at_once = 2;"));
	if (policy_load(dir, &q, &err) != RC_OK)
		fail_msg("%s", err.s);
	facts_of(&g, &c, &w);
	policy_plan(policy_all(q), &c, &w, &plan);
	plan_next(&plan, v, ARRAY_LEN(v), &now, &next);
	assert_int_equal(next.kind, NEXT_ASK);
	assert_int_equal(next.n, 2);
	for (unsigned i = 0; i < 2; i++) {
		v[i].state = i == 0 ? ASK_WAITS : ASK_NO;
		v[i].asked = true;
		v[i].asked_ms = NOON;
	}
	plan_next(&plan, v, ARRAY_LEN(v), &now, &next);
	assert_int_equal(next.n, 1);
	assert_int_equal(next.v[0].candidate, 2);
	policy_free(q);
}

/* Whose conditions are looked at: a man at a site; a child abroad, of whom a relative tells; no place yet. */
enum whom {
	SITE,
	FAR,
	NOWHERE
};
static const struct given cases[] = {
	[SITE] = { "KG-O", "man", CASE_OTHER, .home = "UZ", .ngo = CONSENT_YES,
	    .police = CONSENT_YES },
	[FAR] = { "RU-MOW", "child", CASE_DANGER, "relative", "police", "UZ",
	    .ngo = CONSENT_NO, .embassy = CONSENT_YES },
	[NOWHERE] = { NULL, "woman", CASE_URGENT },
};

/* Conditions, an hour, whether they hold then, and for which case. */
static const struct {
	const char *when;
	int hour;
	bool want;
	enum whom of;
} held[] = {
	{ "hours = \"22:00-06:00\";", 23, true, SITE },
	{ "hours = \"22:00-06:00\";", 5, true, SITE },
	{ "hours = \"22:00-06:00\";", 6, false, SITE },
	{ "hours = \"09:00-18:00\";", 9, true, SITE },
	{ "hours = \"09:00-18:00\";", 18, false, SITE },
	{ "days = [\"wed\"];", 12, true, SITE },
	{ "days = [\"tue\", \"thu\"];", 12, false, SITE },
	{ "what = [\"held\", \"sex\"];", 12, true, SITE },
	{ "what = [\"papers\"];", 12, false, SITE },
	{ "need = [\"bed\"];", 12, false, SITE },
	{ "langs = [\"kk\", \"ru\"];", 12, true, SITE },
	{ "langs = [\"uz\"];", 12, false, SITE },
	{ "countries = [\"KG\"];", 12, true, SITE },
	{ "regions = [\"KG-GB\"];", 12, false, SITE },
	{ "homes = [\"UZ\"];", 12, true, SITE },
	{ "police = [\"no\", \"none\"];", 12, false, SITE },
	{ "police = [\"yes\"]; langs = [\"ru\"];", 12, true, SITE },
	{ "police = [\"yes\"]; langs = [\"ky\"];", 12, false, SITE },
	{ "place = \"yes\"; abroad = \"no\";", 12, true, SITE },
	{ "child = \"no\";", 12, true, SITE },
	{ "classes = [\"danger\", \"urgent\"];", 12, true, FAR },
	{ "classes = [\"danger\"];", 12, true, FAR },
	{ "classes = [\"danger\", \"urgent\"];", 12, true, NOWHERE },
	{ "classes = [\"danger\", \"urgent\", \"held\"];", 12, false, SITE },
	{ "who = [\"woman\", \"man\"];", 12, true, SITE },
	{ "who = [\"woman\", \"man\"];", 12, false, FAR },
	{ "about = [\"relative\"];", 12, true, FAR },
	{ "about = [\"others\"];", 12, false, FAR },
	{ "about = [\"self\", \"others\", \"relative\"];", 12, false, SITE },
	{ "ngo = [\"yes\"];", 12, true, SITE },
	{ "ngo = [\"yes\", \"none\"];", 12, false, FAR },
	{ "ngo = [\"none\"];", 12, true, NOWHERE },
	{ "embassy = [\"yes\"];", 12, true, FAR },
	{ "embassy = [\"yes\", \"no\"];", 12, false, SITE },
	{ "complaint = \"yes\";", 12, true, FAR },
	{ "complaint = \"yes\";", 12, false, SITE },
	{ "complaint = \"no\";", 12, true, SITE },
	{ "complaint = \"no\";", 12, false, FAR },
	{ "child = \"yes\";", 12, true, FAR },
	{ "child = \"yes\";", 12, false, SITE },
	{ "child = \"no\";", 12, false, FAR },
	{ "abroad = \"yes\";", 12, true, FAR },
	{ "abroad = \"yes\";", 12, false, SITE },
	{ "abroad = \"yes\";", 12, false, NOWHERE },
	{ "abroad = \"no\";", 12, false, FAR },
	{ "place = \"no\";", 12, true, NOWHERE },
	{ "place = \"no\";", 12, false, SITE },
	{ "place = \"yes\";", 12, false, NOWHERE },
};

/* Each kind of condition, held and not; the country's own table of exceptions. */
static void
conditions(void **state)
{
	char text[400];

	(void)state;
	put("holidays.KZ", NULL);
	put("b.conf", BASE);
	for (size_t i = 0; i < ARRAY_LEN(held); i++) {
		struct policy *q;
		struct flow_err err = { "" };
		const struct exceptions *tables;
		struct case_facts c;
		struct policy_when w;
		struct plan plan;

		snprintf(text, sizeof text,
		    "name = \"first\"; rank = 10; steps = (); when = { %s };",
		    held[i].when);
		put("a.conf", text);
		if (policy_load(dir, &q, &err) != RC_OK)
			fail_msg("%s", err.s);
		facts_of(&cases[held[i].of], &c, &w);
		w.now_ms = at(25, held[i].hour, 0);
		strcpy(c.slot[c.slots].name, "what");
		strcpy(c.slot[c.slots++].code, "unpaid held");
		policy_plan(policy_all(q), &c, &w, &plan);
		if ((strcmp(plan.policy, "first") == 0) != held[i].want)
			fail_msg("row %zu: %s", i, plan.policy);
		tables = policy_exceptions(policy_all(q));
		assert_int_equal(tables->base, EXCEPT_CHILD | EXCEPT_DANGER);
		assert_int_equal(tables->n, 1);
		assert_int_equal(exceptions_in(tables, "KG"), EXCEPT_DANGER);
		policy_free(q);
	}
	put("a.conf", NULL);
	put("b.conf", NULL);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours),
		cmocka_unit_test(shipped_holidays),
		cmocka_unit_test(refusals),
		cmocka_unit_test(two_at_once),
		cmocka_unit_test(conditions),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
