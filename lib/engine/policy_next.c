/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom of a plan to ask now, given who was asked and what they said; and when to look again.
 * It asks nobody twice and, once a lead has accepted, nobody for that role. Called by the ladder.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy_priv.h"

#define LEADS_POLICE "ngo shelter"

/* How one role of the plan stands. */
struct standing {
	bool asked, taken;
	bool more; /* somebody is left to be asked */
	unsigned waiting;
	int64_t due_ms; /* when the first of those falls silent */
};

struct ladder {
	const struct plan *p;
	const struct candidate *v;
	size_t n;
	const struct plan_at *at;
	int64_t group;
	bool taken;
	bool operator;    /* leads: who was asked to lead is not asked any more */
	unsigned stage;   /* that is asked now; 0: none is left */
	int64_t first_ms; /* the case's first asking, 0: none */
	int64_t due_ms;
	struct standing role[PLAN_ASKS];
	struct next *out;
};

static enum ask_state
state_of(const struct candidate *c)
{
	return c->state == ASK_NOT && c->asked ? ASK_NO : c->state;
}

bool
plan_kind_leads(const char *kind)
{
	return str_has_word("ngo shelter child operator", kind);
}

bool
plan_kind_has_place(const char *kind)
{
	return plan_kind_leads(kind) || strcmp(kind, "social") == 0;
}

static bool
is_organisation(const char *kind)
{
	return plan_kind_leads(kind) && strcmp(kind, "operator") != 0;
}

unsigned
plan_ask_of(const struct plan *p, const struct candidate *c)
{
	if (state_of(c) == ASK_NOT)
		return p->n;
	for (unsigned i = 0; c->role != NULL && i < p->n; i++) {
		if (strcmp(p->v[i].role, c->role) == 0 &&
		    str_has_word(p->v[i].kinds, c->kind))
			return i;
	}
	for (unsigned i = 0; i < p->n; i++) {
		if (str_has_word(p->v[i].kinds, c->kind))
			return i;
	}
	return p->n;
}

struct clocks
plan_dues(const struct plan *p, unsigned ask, int64_t asked_ms)
{
	const struct clocks *c = &p->v[ask].clocks;
	const struct policy_hours *h = p->in_hours ? p->hours : NULL;
	int zone = p->zone_minutes;

	return (struct clocks){
		.remind_ms = policy_add_minutes(
		    h, asked_ms, c->remind_ms / MINUTE_MS, zone),
		.next_ms = policy_add_minutes(h, asked_ms, c->next_ms / MINUTE_MS, zone),
		.operator_ms = p->morning
		    ? policy_next_morning(p->hours, asked_ms, zone)
		    : policy_add_minutes(h, asked_ms, c->operator_ms / MINUTE_MS, zone),
		.lease_ms = asked_ms + c->lease_ms,
	};
}

static int
reach_of(const struct plan *p, const struct plan_ask *a, const char *regions)
{
	const char *country = p->country[0] != '\0' ? p->country : p->home;
	int close = 0;

	switch (a->reach) {
	case PLAN_NEAR:
		close = policy_closeness(regions, p->region);
		break;
	case PLAN_LOCAL:
		close = policy_closeness(regions, p->region);
		close = close > 1 ? close : 0;
		break;
	case PLAN_COUNTRY:
		close = country[0] != '\0' && str_has_word(regions, country) ? 2 : 0;
		break;
	case PLAN_HOME:
		close = p->home[0] != '\0' && str_has_word(regions, p->home) ? 2 : 0;
		break;
	}
	return close;
}

static bool
is_picked(const struct next *out, size_t i)
{
	for (unsigned k = 0; k < out->n; k++) {
		if (out->v[k].candidate == i)
			return true;
	}
	return false;
}

/* How well a candidate fits a role that may ask it, 0: not at all. */
static int
fit(const struct ladder *l, const struct plan_ask *a, size_t i, bool outside)
{
	const struct candidate *c = &l->v[i];
	int close;

	if (state_of(c) != ASK_NOT || c->bypassed || c->away || is_picked(l->out, i) ||
	    (l->p->vetted_only && !c->vetted) || !str_has_word(a->kinds, c->kind) ||
	    (c->takes != NULL && c->takes[0] != '\0' && l->p->who[0] != '\0' &&
		!str_has_word(c->takes, l->p->who)) ||
	    (c->of != NULL && c->of[0] != '\0' && l->p->home[0] != '\0' &&
		strcmp(c->of, l->p->home) != 0))
		return 0;
	close = reach_of(l->p, a, c->regions);
	if (close == 0 ||
	    (a->grouped && !outside &&
		(c->group == 0 || (l->group != 0 && c->group != l->group))))
		return 0;
	return 16 * close + 8 * (l->group != 0 && c->group == l->group) + 4 * !c->full +
	    2 * (c->langs != NULL && str_has_word(c->langs, l->p->lang));
}

static size_t
best_where(const struct ladder *l, const struct plan_ask *a, bool outside)
{
	size_t best = l->n;
	int most = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct candidate *c = &l->v[i], *b = &l->v[best < l->n ? best : i];
		int value = fit(l, a, i, outside);

		if (value == 0 || value < most ||
		    (value == most &&
			(b->order < c->order ||
			    (b->order == c->order && b->receiver <= c->receiver))))
			continue;
		best = i;
		most = value;
	}
	return best;
}

/*
 * The best candidate of a role, l->n: none. A member of the group that said no, or nothing, is followed
 * by others of its kind, so that a role beside it that waits holds nobody up.
 */
static size_t
best_of(const struct ladder *l, const struct plan_ask *a)
{
	size_t best = best_where(l, a, false);

	return best == l->n && a->grouped && l->role[a - l->p->v].asked
	    ? best_where(l, a, true)
	    : best;
}

/* The group that was asked, else that of the best lead in any. */
static void
choose_group(struct ladder *l)
{
	l->group = 0;
	for (size_t i = 0; i < l->n; i++) {
		unsigned ask = plan_ask_of(l->p, &l->v[i]);

		if (l->v[i].group != 0 && ask < l->p->n && l->p->v[ask].grouped)
			l->group = l->v[i].group;
	}
	for (unsigned i = 0; l->group == 0 && i < l->p->n; i++) {
		const struct plan_ask *a = &l->p->v[i];
		size_t best = a->grouped && a->lead ? best_of(l, a) : l->n;

		if (best < l->n)
			l->group = l->v[best].group;
	}
}

/* Asked before the region was known, and of no group: the group does not wait for it. */
static bool
is_before_group(const struct ladder *l, unsigned ask, const struct candidate *c)
{
	if (!l->p->v[ask].grouped || l->group == 0 || c->group == l->group)
		return false;
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].group == l->group && plan_ask_of(l->p, &l->v[i]) == ask)
			return false;
	}
	return true;
}

/* Asked because a role was silent beside a lead that has accepted. */
static bool
lacks(const struct candidate *c)
{
	return c->role != NULL && strcmp(c->role, PLAN_ROLE_LACKS) == 0;
}

/* Not beside a lead, for a role that was empty. */
static bool
leads_as_operator(const struct candidate *c)
{
	return strcmp(c->kind, "operator") == 0 && !lacks(c);
}

static void
read_standing(struct ladder *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct candidate *c = &l->v[i];
		enum ask_state state = state_of(c);
		unsigned ask = plan_ask_of(l->p, c);
		struct standing *s = &l->role[ask < l->p->n ? ask : 0];
		int64_t due;

		if (state == ASK_NOT)
			continue;
		if (c->asked_ms > 0 && (l->first_ms == 0 || c->asked_ms < l->first_ms))
			l->first_ms = c->asked_ms;
		if (state == ASK_TAKEN &&
		    (ask < l->p->n ? l->p->v[ask].lead : is_organisation(c->kind)))
			l->taken = true;
		l->operator= l->operator||(state == ASK_TAKEN && leads_as_operator(c));
		if (ask == l->p->n)
			continue;
		s->asked = true;
		s->taken = s->taken || state == ASK_TAKEN;
		due = plan_dues(l->p, ask, c->asked_ms).next_ms;
		if (state != ASK_WAITS || l->at->now_ms >= due ||
		    is_before_group(l, ask, c))
			continue;
		s->due_ms = s->waiting == 0 || due < s->due_ms ? due : s->due_ms;
		s->waiting++;
	}
	for (unsigned i = 0; i < l->p->n; i++)
		l->role[i].more = best_of(l, &l->p->v[i]) < l->n;
}

/* A step for a group, and there is none. */
static bool
has_no_group(const struct ladder *l, unsigned stage)
{
	for (unsigned i = 0; l->group == 0 && i < l->p->n; i++) {
		if (l->p->v[i].stage == stage && l->p->v[i].grouped)
			return true;
	}
	return false;
}

/* That of the acceptance; else the first in which a lead is or can be asked. */
static void
choose_stage(struct ladder *l)
{
	l->stage = 0;
	for (unsigned i = 0; i < l->p->n; i++) {
		const struct plan_ask *a = &l->p->v[i];
		const struct standing *s = &l->role[i];
		bool so = l->taken ? s->taken : s->waiting > 0 || s->more;

		if (a->lead && so && (l->taken || !has_no_group(l, a->stage)) &&
		    (l->stage == 0 || a->stage < l->stage))
			l->stage = a->stage;
	}
}

static void
look_again(struct ladder *l, int64_t at_ms)
{
	if (at_ms > l->at->now_ms && at_ms < l->due_ms)
		l->due_ms = at_ms;
}

/* Whether a role is asked in this state of the case. */
static bool
is_current(const struct ladder *l, unsigned i)
{
	const struct plan_ask *a = &l->p->v[i];

	if (a->stage != 0 && a->stage != l->stage)
		return false;
	if (a->accepted && !l->taken)
		return false;
	return !(l->taken && a->stage != 0 && a->mode == PLAN_FIRST);
}

static void
pick(struct ladder *l, unsigned i)
{
	const struct plan_ask *a = &l->p->v[i];
	const struct standing *s = &l->role[i];
	int64_t begins = l->at->begin_ms + a->after_ms;

	if (s->taken)
		return;
	if (s->waiting > 0)
		look_again(l, s->due_ms);
	if (s->waiting >= a->at_once || !s->more)
		return;
	if (begins < l->at->rest_until_ms)
		begins = l->at->rest_until_ms;
	if (l->at->now_ms < begins) {
		look_again(l, begins);
		return;
	}
	for (unsigned k = s->waiting; k < a->at_once && l->out->n < PLAN_PICKS; k++) {
		size_t best = best_of(l, a);
		struct clocks due;

		if (best == l->n)
			return;
		due = plan_dues(l->p, i, l->at->now_ms);
		l->out->v[l->out->n++] = (struct plan_pick){
			.candidate = best,
			.ask = i,
			.remind_ms = due.remind_ms,
			.next_ms = due.next_ms,
		};
	}
}

/* Nobody has taken it and nobody is left, or too much time has passed; or a role that must be is empty. */
static bool
wants_operator(struct ladder *l)
{
	bool missing = false;

	if (!l->taken && l->stage == 0)
		return true;
	if (!l->taken && l->first_ms > 0 && l->p->n > 0) {
		int64_t due = plan_dues(l->p, 0, l->first_ms).operator_ms;

		if (due < l->at->rest_until_ms)
			due = l->at->rest_until_ms;
		if (l->at->now_ms >= due)
			return true;
		look_again(l, due);
	}
	for (unsigned i = 0; l->taken && i < l->p->n; i++) {
		const struct standing *s = &l->role[i];

		missing = missing ||
		    (is_current(l, i) && l->p->v[i].must && !s->taken &&
			s->waiting == 0 && !s->more);
	}
	return missing;
}

/* A role that must be taken is not. */
static bool
misses_role(const struct ladder *l)
{
	bool misses = false;

	for (unsigned i = 0; i < l->p->n; i++)
		misses = misses ||
		    (is_current(l, i) && l->p->v[i].must && !l->role[i].taken);
	return misses;
}

/* Of a role that the plan does not have any more, as when a yes was taken back: another has it. */
static bool
is_taken_beside(const struct candidate *v, size_t n, size_t i)
{
	for (size_t k = 0; v[i].role != NULL && k < n; k++) {
		if (k != i && state_of(&v[k]) == ASK_TAKEN && v[k].role != NULL &&
		    strcmp(v[k].role, v[i].role) == 0)
			return true;
	}
	return false;
}

bool
plan_still_asked(const struct plan *p, const struct candidate *v, size_t n, size_t i)
{
	const struct plan_at at = { .now_ms = 0 };
	struct next none = { .n = 0 };
	struct ladder l = { .p = p, .v = v, .n = n, .at = &at, .out = &none };
	unsigned ask = plan_ask_of(p, &v[i]);

	/* a no, or what was given back, may be a yes again while nobody has the role */
	if (state_of(&v[i]) != ASK_WAITS && state_of(&v[i]) != ASK_NO &&
	    state_of(&v[i]) != ASK_BACK)
		return false;
	choose_group(&l);
	read_standing(&l);
	choose_stage(&l);
	if (ask == p->n)
		return !is_taken_beside(v, n, i) &&
		    (!(l.taken || l.operator) || (lacks(&v[i]) && misses_role(&l)));
	if (l.operator&& p->v[ask].lead)
		return false;
	return !l.role[ask].taken && (!l.taken || is_current(&l, ask));
}

void
plan_next(const struct plan *p, const struct candidate *v, size_t n,
    const struct plan_at *at, struct next *out)
{
	struct ladder l = {
		.p = p, .v = v, .n = n, .at = at, .due_ms = INT64_MAX, .out = out
	};
	bool call;

	memset(out, 0, sizeof *out);
	out->kind = NEXT_DONE;
	if (p->end == PLAN_KEPT)
		return;
	choose_group(&l);
	read_standing(&l);
	choose_stage(&l);
	out->taken = l.taken;
	call = !at->operator_told && wants_operator(&l);
	if (call) {
		out->kind = NEXT_OPERATOR;
		return;
	}
	for (unsigned i = 0; i < p->n; i++) {
		if (is_current(&l, i))
			pick(&l, i);
	}
	if (out->n > 0) {
		out->kind = NEXT_ASK;
	} else if (l.due_ms < INT64_MAX) {
		out->kind = NEXT_WAIT;
		out->due_ms = l.due_ms;
	}
}

/* An NGO is asked in the same step as this role: a child service alone opens the place to nobody else. */
static bool
has_ngo(const struct plan *p, unsigned role)
{
	for (unsigned i = 0; i < p->n; i++) {
		if (p->v[i].stage == p->v[role].stage && p->v[i].lead &&
		    policy_shares(p->v[i].kinds, LEADS_POLICE))
			return true;
	}
	return false;
}

bool
plan_may_have_place(const struct plan *p, const struct candidate *v, size_t n, size_t i)
{
	unsigned ask = plan_ask_of(p, &v[i]);

	if (state_of(&v[i]) != ASK_TAKEN || ask == p->n || v[i].bypassed)
		return false;
	if (p->v[ask].place != PLAN_PLACE_AFTER_NGO)
		return p->v[ask].place == PLAN_PLACE_TAKEN;
	for (size_t k = 0; k < n; k++) {
		unsigned other = plan_ask_of(p, &v[k]);

		if (k != i && state_of(&v[k]) == ASK_TAKEN && other < p->n &&
		    p->v[other].lead &&
		    (str_has_word(LEADS_POLICE, v[k].kind) || !has_ngo(p, other)))
			return true;
	}
	return false;
}
