/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Proves a load of policies over all cases that make a difference, and walks each plan to its end.
 * It takes no rule from policy_plan.c: what may be asked is said here once more. Called by shyraqctl and tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"
#include "policy_priv.h"
#include "str.h"

#define MOMENTS_MAX 64
#define VALUES_MAX 24 /* of one answer, that some policy names */
#define ALIKE_MAX 96
#define SEEN (1U << 18)
#define WALK_STEPS 200
#define MONDAY \
	(4 * DAY_MS) /* 1970-01-05; moments lie in a week of its own, far from it */
#define WEEK_AT (2964 * 7 * DAY_MS)

static const char *const whos[] = { "man", "woman", "woman_children", "child", "", "+" };
/* what the case is about, and whom a complaint names */
static const struct {
	const char *about, *whom;
} situations[] = { { "", "" }, { "self", "police" }, { "self", "operator" },
	{ "others", "" }, { "relative", "" } };
static const char *const kinds[] = { "ngo", "shelter", "child", "social", "legal",
	"health", "labour", "police", "embassy" };

/* What can make a difference beside what is tried for every region. */
enum varied {
	VARY_WHAT,
	VARY_NEED,
	VARY_LANG,
	VARY_HOME,
	VARIED,
};
struct values {
	size_t n;
	char v[VALUES_MAX][FLOW_CODE_MAX]; /* the first is "": as the answer is else */
};

struct proving {
	const struct policies *p;
	struct policy_proof *proof;
	struct flow_err *err;
	struct case_facts facts;
	struct policy_when when;
	struct plan plan;
	unsigned moments;
	int64_t moment[MOMENTS_MAX];
	struct values vary[VARIED];
	uint64_t *seen;
};

static bool
wrong(struct proving *y, const char *what)
{
	static const char *const consents[] = { "none", "yes", "no" };
	int64_t minute = (y->when.now_ms / MINUTE_MS + y->when.zone_minutes) %
	    DAY_MINUTES;

	if (snprintf(y->err->s, sizeof y->err->s,
		"%s: %s (region %s, class %s, who %s%s, what %s, need %s, lang %s, home "
		"%s, about %s, complaint %s, ngo %s, police %s, embassy %s, %02d:%02d)",
		y->plan.policy, what, policy_fact(&y->facts, "region"),
		case_class_name(y->facts.class), policy_fact(&y->facts, "who"),
		policy_fact(&y->facts, "child")[0] != '\0' ? "+child" : "",
		policy_fact(&y->facts, "what"), policy_fact(&y->facts, "need"),
		lang_code(y->facts.person_lang), y->when.home,
		policy_fact(&y->facts, "about"), policy_fact(&y->facts, "about_whom"),
		consents[y->when.ngo], consents[y->when.police],
		consents[y->when.embassy], (int)minute / 60, (int)minute % 60) < 0)
		y->err->s[0] = '\0';
	return false;
}

/* By the table of the number's country, of every country for an unknown one; and by that of the place. */
static bool
is_excepted(const struct proving *y, unsigned which)
{
	const struct exceptions *e = policy_exceptions(y->p);
	const char *place = y->plan.country;
	bool stated = y->when.home[0] != '\0'
	    ? (exceptions_in(e, y->when.home) & which) != 0
	    : (e->base & which) != 0;

	for (unsigned i = 0; y->when.home[0] == '\0' && i < e->n; i++)
		stated = stated && (e->v[i].held & which) != 0;
	return stated && (place[0] == '\0' || (exceptions_in(e, place) & which) != 0);
}

static bool
may_ask(const struct proving *y, const char *kind)
{
	const struct policy_when *w = &y->when;
	bool child = strcmp(policy_fact(&y->facts, "who"), "child") == 0 ||
	    strcmp(policy_fact(&y->facts, "child"), "yes") == 0;

	if (strcmp(kind, "police") == 0)
		return (w->police == CONSENT_YES || w->supervisors) &&
		    strcmp(policy_fact(&y->facts, "about_whom"), "police") != 0;
	if (strcmp(kind, "embassy") == 0)
		return w->embassy == CONSENT_YES;
	return w->ngo == CONSENT_YES ||
	    strcmp(policy_fact(&y->facts, "about"), "others") == 0 ||
	    (child && is_excepted(y, EXCEPT_CHILD)) ||
	    (y->facts.class == CASE_DANGER && is_excepted(y, EXCEPT_DANGER));
}

static bool
prove_kinds(struct proving *y, const struct plan_ask *a)
{
	bool any = false;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		if (!str_has_word(a->kinds, kinds[k]))
			continue;
		any = true;
		if (!may_ask(y, kinds[k]))
			return wrong(y,
			    strcmp(kinds[k], "police") == 0
				? "police stand in the plan without a yes"
				: "somebody stands in the plan without a yes");
		if (strcmp(kinds[k], "police") == 0 &&
		    (a->lead || a->place != PLAN_PLACE_AFTER_NGO))
			return wrong(y, "police get the place too early");
	}
	return any || wrong(y, "a role that no kind may take");
}

static bool
prove_ask(struct proving *y, unsigned i)
{
	const struct plan_ask *a = &y->plan.v[i];
	struct clocks due = plan_dues(&y->plan, i, y->when.now_ms);

	if (a->clocks.remind_ms <= 0 || a->clocks.remind_ms >= a->clocks.next_ms ||
	    a->clocks.next_ms > a->clocks.operator_ms || due.remind_ms >= due.next_ms ||
	    due.remind_ms <= y->when.now_ms || due.operator_ms <= y->when.now_ms)
		return wrong(y, "clocks are not in order");
	if (y->facts.class == CASE_DANGER &&
	    (y->plan.in_hours || a->after_ms > 2 * MINUTE_MS ||
		due.next_ms - y->when.now_ms > 15 * MINUTE_MS))
		return wrong(y, "danger waits too long");
	return prove_kinds(y, a);
}

static bool
prove_plan(struct proving *y)
{
	const struct plan *p = &y->plan;
	unsigned first = PLAN_ASKS, child = PLAN_ASKS;

	for (unsigned i = 0; i < p->n; i++) {
		const struct plan_ask *a = &p->v[i];

		if (!prove_ask(y, i))
			return false;
		if (a->lead && a->stage < first)
			first = a->stage;
		if (a->lead && a->stage < child && str_has_word(a->kinds, "child"))
			child = a->stage;
	}
	if (p->end == PLAN_KEPT && (p->n > 0 || y->when.ngo != CONSENT_NO))
		return wrong(y, "it ends with nobody, and nobody said no");
	if (policy_is_child(&y->facts) && first < PLAN_ASKS && child != first)
		return wrong(y, "a child, and child receivers are not first");
	if (first == PLAN_ASKS && y->when.ngo == CONSENT_YES)
		return wrong(y, "a yes to an organisation, and none is asked");
	return true;
}

struct walk {
	struct candidate v[2 * ARRAY_LEN(kinds)];
	char regions[2 * FLOW_NAME_MAX + 4 + FLOW_NAME_MAX];
	size_t n;
	struct plan_at at;
	bool decline;
	unsigned told;
};

/* Two of every kind, here, at home and everywhere; the first of each in a group. */
static void
register_all(const struct plan *p, struct walk *w)
{
	size_t len = 0;

	w->regions[0] = '\0';
	(void)!str_add(w->regions, sizeof w->regions, &len, "%s %s %s", p->region,
	    p->country, p->home);
	for (size_t i = 0; i < ARRAY_LEN(w->v); i++)
		w->v[i] = (struct candidate){
			.receiver = (int64_t)i + 1,
			.kind = kinds[i / 2],
			.regions = i % 2 == 0 ? w->regions : "*",
			.vetted = true,
			.order = (int64_t)i,
			.group = i % 2 == 0 ? 1 : 0,
		};
	w->n = ARRAY_LEN(w->v);
}

static bool
walk_asks(struct proving *y, struct walk *w, const struct next *next)
{
	for (unsigned k = 0; k < next->n; k++) {
		struct candidate *c = &w->v[next->v[k].candidate];

		if (c->asked || c->state != ASK_NOT)
			return wrong(y, "somebody is asked twice");
		c->asked = true;
		c->asked_ms = w->at.now_ms;
		c->role = y->plan.v[next->v[k].ask].role;
		c->state = w->decline ? ASK_NO : ASK_WAITS;
	}
	return true;
}

/* Nobody takes it: the operator must be told, once, and then it must come to rest. */
static bool
walk(struct proving *y, struct walk *w)
{
	w->at = (struct plan_at){ .now_ms = y->when.now_ms, .begin_ms = y->when.now_ms };
	y->proof->walks++;
	for (unsigned i = 0; i < WALK_STEPS; i++) {
		struct next next;

		plan_next(&y->plan, w->v, w->n, &w->at, &next);
		if (next.kind == NEXT_DONE)
			return (w->told == 1) == (y->plan.end != PLAN_KEPT) ||
			    wrong(y, "it ends and the wrong ones know");
		if (next.kind == NEXT_ASK && !walk_asks(y, w, &next))
			return false;
		if (next.kind == NEXT_OPERATOR) {
			int64_t took = w->at.now_ms - w->at.begin_ms;

			w->at.operator_told = true;
			w->told++;
			if (took > y->proof->longest_ms)
				y->proof->longest_ms = took;
		}
		if (next.kind == NEXT_WAIT && next.due_ms <= w->at.now_ms)
			return wrong(y, "it waits for what has been");
		if (next.kind == NEXT_WAIT)
			w->at.now_ms = next.due_ms;
	}
	return wrong(y, "it has no end");
}

static bool
prove_walks(struct proving *y)
{
	struct walk silent = { .n = 0 }, declines = { .decline = true },
		    none = { .n = 0 };

	register_all(&y->plan, &silent);
	register_all(&y->plan, &declines);
	return walk(y, &silent) && walk(y, &declines) && walk(y, &none);
}

static uint64_t
hash_of(uint64_t h, const void *data, size_t n)
{
	const unsigned char *at = data;

	for (size_t i = 0; i < n; i++)
		h = (h ^ at[i]) * 1099511628211U;
	return h;
}

/* What a walk depends on: the roles, the clocks, the minute where it counts, and which places are known. */
static bool
is_new(struct proving *y)
{
	const struct plan *p = &y->plan;
	const int64_t facts[] = { p->end, p->in_hours, p->morning, p->region[0] != '\0',
		p->country[0] != '\0', p->home[0] != '\0',
		strcmp(p->country, p->home) == 0,
		p->in_hours || p->morning ? y->when.now_ms + p->zone_minutes : 0 };
	uint64_t h = hash_of(14695981039346656037U, facts, sizeof facts);
	size_t i;

	h = hash_of(h, p->v, p->n * sizeof p->v[0]) | 1U;
	for (i = h % SEEN; y->seen[i] != 0; i = (i + 1) % SEEN) {
		if (y->seen[i] == h)
			return false;
	}
	/* a table that is full to the half stays so: the rest is walked each time */
	if (y->proof->plans < SEEN / 2) {
		y->seen[i] = h;
		y->proof->plans++;
	}
	return true;
}

static bool
prove_case(struct proving *y)
{
	policy_plan(y->p, &y->facts, &y->when, &y->plan);
	y->proof->cases++;
	for (size_t i = 0; i < y->p->n; i++)
		y->proof->of[i] += strcmp(y->p->v[i]->name, y->plan.policy) == 0;
	return prove_plan(y) && (!is_new(y) || prove_walks(y));
}

static bool
prove_consents(struct proving *y)
{
	/* none, yes, no, and two supervisors in place of a yes */
	for (unsigned k = 0; k < 3 * 4 * 2; k++) {
		y->when.ngo = (enum consent)(k % 3);
		y->when.police = k / 3 % 4 < 3 ? (enum consent)(k / 3 % 4) : CONSENT_NO;
		y->when.supervisors = k / 3 % 4 == 3;
		y->when.embassy = k / 12 != 0 ? CONSENT_YES : CONSENT_NONE;
		for (unsigned m = 0; m < y->moments; m++) {
			y->when.now_ms = y->moment[m] - y->when.zone_minutes * MINUTE_MS;
			if (!prove_case(y))
				return false;
		}
	}
	return true;
}

static void
set(struct proving *y, unsigned i, const char *name, const char *code)
{
	(void)!str_copy(y->facts.slot[i].name, FLOW_NAME_MAX, name);
	(void)!str_copy(y->facts.slot[i].code, FLOW_CODE_MAX, code);
	y->facts.slots = (uint8_t)(i + 1);
}

/* The k-th of the combinations; 0 is the one without any. */
static void
set_varied(struct proving *y, size_t k)
{
	const char *v[VARIED];

	for (size_t i = 0; i < VARIED; i++) {
		v[i] = y->vary[i].v[k % y->vary[i].n];
		k /= y->vary[i].n;
	}
	set(y, 5, "what", v[VARY_WHAT]);
	set(y, 6, "need", v[VARY_NEED]);
	if (v[VARY_LANG][0] != '\0')
		y->facts.person_lang = lang_parse(v[VARY_LANG]);
	if (v[VARY_HOME][0] != '\0')
		y->when.home = v[VARY_HOME];
}

static bool
prove_region(struct proving *y, const char *region, int zone, size_t combination)
{
	y->when.zone_minutes = zone;
	for (unsigned k = 0; k < 4 * ARRAY_LEN(whos) * ARRAY_LEN(situations); k++) {
		const char *who = whos[k / 4 % ARRAY_LEN(whos)];
		size_t s = k / 4 / ARRAY_LEN(whos);

		y->facts.class = (enum case_class)(CASE_OTHER + k % 4);
		/* home known by the number, by the language alone, or not at all */
		y->when.home = k % 3 == 0 ? "UZ" : "";
		y->facts.person_lang = k % 3 == 2 ? LANG_KY : LANG_RU;
		set(y, 0, "region", region);
		set(y, 1, "who", who[0] == '+' ? "" : who);
		set(y, 2, "child", who[0] == '+' ? "yes" : "");
		set(y, 3, "about", situations[s].about);
		set(y, 4, "about_whom", situations[s].whom);
		set_varied(y, combination);
		if (!prove_consents(y))
			return false;
	}
	return true;
}

static void
add_moment(struct proving *y, int day, int minute)
{
	int64_t at = WEEK_AT + MONDAY + day * DAY_MS + minute * MINUTE_MS;

	for (unsigned i = 0; i < y->moments; i++) {
		if (y->moment[i] == at)
			return;
	}
	if (minute >= 0 && minute < DAY_MINUTES && y->moments < MOMENTS_MAX)
		y->moment[y->moments++] = at;
}

/* The hours and days at which some condition begins or ends to hold, and one of each side of opening. */
static void
find_moments(struct proving *y)
{
	for (size_t i = 0; i < y->p->n; i++) {
		const struct policy_file *f = y->p->v[i];

		for (unsigned k = 0; k <= f->n; k++) {
			const struct policy_if *c = k == f->n ? &f->when : &f->v[k].when;

			add_moment(y, 2, c->hour_from);
			add_moment(y, 2, c->hour_to);
			for (int d = 0; c->days != 0 && d < 7; d++)
				add_moment(y, d, 12 * 60);
		}
	}
	add_moment(y, 2, 2 * 60 + 11);
	add_moment(y, 2, 12 * 60);
	add_moment(y, 6, 12 * 60);
}

static const struct policy_if *
condition_at(const struct policies *p, size_t *file, unsigned *k)
{
	const struct policy_if *c;

	if (*file == p->n)
		return NULL;
	c = *k == 0 ? &p->v[*file]->when : &p->v[*file]->v[*k - 1].when;
	if ((*k)++ == p->v[*file]->n) {
		*k = 0;
		(*file)++;
	}
	return c;
}

static void
add_value(struct values *to, const char *word, size_t n)
{
	char one[FLOW_CODE_MAX];

	if (!str_copy_bytes(one, sizeof one, word, n))
		return;
	for (size_t i = 0; i < to->n; i++) {
		if (strcmp(to->v[i], one) == 0)
			return;
	}
	if (to->n < VALUES_MAX)
		memcpy(to->v[to->n++], one, sizeof one);
}

static void
add_values(struct values *to, const char *words)
{
	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		add_value(to, at, n);
		at += n;
	}
}

/* Several digits are one answer: all that is named at once, too. */
static void
add_all_at_once(struct values *to)
{
	char all[FLOW_CODE_MAX] = "";
	size_t len = 0;

	for (size_t i = 1; i < to->n; i++)
		(void)!str_add(
		    all, sizeof all, &len, "%s%s", len > 0 ? " " : "", to->v[i]);
	if (to->n > 2)
		add_value(to, all, len);
}

static void
find_values(struct proving *y)
{
	const struct exceptions *e = policy_exceptions(y->p);
	const struct policy_if *c;
	unsigned k = 0;
	size_t file = 0;

	for (size_t i = 0; i < VARIED; i++)
		add_value(&y->vary[i], "", 0);
	while ((c = condition_at(y->p, &file, &k)) != NULL) {
		add_values(&y->vary[VARY_WHAT], c->what);
		add_values(&y->vary[VARY_NEED], c->need);
		add_values(&y->vary[VARY_LANG], c->langs);
		add_values(&y->vary[VARY_HOME], c->homes);
	}
	for (unsigned i = 0; i < e->n; i++)
		add_values(&y->vary[VARY_HOME], e->v[i].country);
	add_all_at_once(&y->vary[VARY_WHAT]);
	add_all_at_once(&y->vary[VARY_NEED]);
}

/* Whether no policy, table or calendar tells these two regions apart. */
static bool
are_alike(const struct policies *p, const char *a, const char *b)
{
	static const char ours[] = "KZ KG UZ TJ TM";
	const struct exceptions *e = policy_exceptions(p);
	char in_a[FLOW_NAME_MAX], in_b[FLOW_NAME_MAX];
	const struct policy_if *c;
	unsigned k = 0;
	size_t file = 0;

	policy_country(in_a, a);
	policy_country(in_b, b);
	if (strcmp(in_a, in_b) != 0 &&
	    (str_has_word(ours, in_a) || str_has_word(ours, in_b) ||
		policy_hours(p, in_a) != policy_hours(p, in_b) ||
		exceptions_in(e, in_a) != exceptions_in(e, in_b)))
		return false;
	while ((c = condition_at(p, &file, &k)) != NULL) {
		if (str_has_word(c->regions, a) != str_has_word(c->regions, b) ||
		    str_has_word(c->countries, in_a) != str_has_word(c->countries, in_b))
			return false;
	}
	return true;
}

/* Every region once; what policies name beside it, once for regions that are alike. */
static bool
prove_place(struct proving *y, const char *region, int zone, const char *alike[ALIKE_MAX],
    size_t *n)
{
	size_t combinations = 1;

	for (size_t i = 0; i < VARIED; i++)
		combinations *= y->vary[i].n;
	for (size_t i = 0; i < *n; i++) {
		if (are_alike(y->p, alike[i], region))
			combinations = 1;
	}
	if (combinations > 1 && *n < ALIKE_MAX)
		alike[(*n)++] = region;
	for (size_t i = 0; i < combinations; i++) {
		if (!prove_region(y, region, zone, i))
			return false;
	}
	return true;
}

enum rc
policy_prove(const struct policies *p, const struct places *places, const char *country,
    struct policy_proof *out, struct flow_err *err)
{
	struct proving *y = xcalloc(1, sizeof *y);
	const char *alike[ALIKE_MAX];
	size_t n = 0;
	bool so;

	memset(out, 0, sizeof *out);
	y->p = p;
	y->proof = out;
	y->err = err;
	y->seen = xcalloc(SEEN, sizeof *y->seen);
	find_moments(y);
	out->moments = y->moments;
	find_values(y);
	so = prove_place(y, "", 0, alike, &n);
	for (unsigned i = 0; so && i < places_count(places); i++) {
		if (!place_is_region(places, i) ||
		    (country != NULL && strcmp(place_country(places, i), country) != 0))
			continue;
		out->regions++;
		so = prove_place(
		    y, place_id(places, i), place_zone_minutes(places, i), alike, &n);
	}
	free(y->seen);
	free(y);
	return so ? RC_OK : RC_REFUSED;
}
