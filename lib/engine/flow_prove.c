/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is proved of a load before anybody is answered from it: every step reachable and leading to
 * an end, across flows; then each step, every text, its size and banned words. Called by flow_conf.c.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "prove.h"

/* What a walk between two questions may give; the answer, a new case and the text come on top. */
#define EFFECTS_MAX 14
#define ENDLESS 1000 /* effects of a circle without a question */

enum visit {
	VISIT_NEW,
	VISIT_OPEN,
	VISIT_DONE,
};

/* The steps of all flows as one graph. */
struct graph {
	const struct flows *f;
	bool seen[FLOWS_MAX][FLOW_STEPS];
	bool ends[FLOWS_MAX][FLOW_STEPS];
	enum visit visit[FLOWS_MAX][FLOW_STEPS];
	unsigned effects[FLOWS_MAX][FLOW_STEPS];
};

enum rc
prove_fail(struct flow_err *err, const char *where, unsigned line, const char *name,
    const char *fmt, ...)
{
	char what[FLOW_ERR_MAX - 160];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(what, sizeof what, fmt, ap) < 0)
		what[0] = '\0';
	va_end(ap);
	if (snprintf(err->s, sizeof err->s, "%s:%u: %s: %s", where, line, name, what) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}

/* Each step of the same flow that may follow, in turn; STEP_NONE at the end. */
static uint8_t
nth_next(const struct step *st, unsigned n)
{
	const uint8_t plain[] = { st->next, st->next_words, st->next_skip, st->skip,
		st->borrowed, st->silent };
	uint8_t at;

	for (unsigned i = 0; i < ARRAY_LEN(plain) + st->options + st->rules; i++) {
		if (i < ARRAY_LEN(plain))
			at = plain[i];
		else if (i < ARRAY_LEN(plain) + st->options)
			at = st->option[i - ARRAY_LEN(plain)].next;
		else
			at = st->rule[i - ARRAY_LEN(plain) - st->options].next;
		if (at != STEP_NONE && n-- == 0)
			return at;
	}
	return STEP_NONE;
}

void
prove_reach(const struct flow *fl, uint8_t at, bool seen[FLOW_STEPS])
{
	uint8_t next;

	if (at == STEP_NONE || seen[at])
		return;
	seen[at] = true;
	for (unsigned i = 0; (next = nth_next(&fl->step[at], i)) != STEP_NONE; i++)
		prove_reach(fl, next, seen);
}

/* Where a step `flow` enters; NULL for any other step. */
static const struct flow *
target(const struct flows *f, const struct step *st, uint8_t *at)
{
	const struct flow *to;

	if (st->kind != STEP_FLOW)
		return NULL;
	to = flow_by_name(f, st->goto_flow);
	if (to != NULL)
		*at = st->goto_at[0] != '\0' ? flow_step_index(to, st->goto_at)
					     : to->start;
	return to;
}

/* Steps that other flows, or the engine, enter by name. */
static void
reach_by_name(struct graph *g, unsigned n)
{
	const struct flow *fl = &g->f->flow[n];

	for (unsigned i = 0; i < g->f->n; i++) {
		for (unsigned s = 0; s < g->f->flow[i].steps; s++) {
			const struct step *st = &g->f->flow[i].step[s];

			if (st->kind == STEP_FLOW && strcmp(st->goto_flow, fl->name) == 0)
				prove_reach(
				    fl, flow_step_index(fl, st->goto_at), g->seen[n]);
		}
	}
	if (strcmp(fl->name, FLOW_FOLLOWUP) == 0)
		prove_reach(fl, flow_step_index(fl, STEP_HOW), g->seen[n]);
	for (unsigned s = 0; strcmp(fl->name, FLOW_PHRASE) == 0 && s < fl->steps; s++) {
		if (step_asks(&fl->step[s]))
			prove_reach(fl, (uint8_t)s, g->seen[n]);
	}
}

static bool
can_end(const struct graph *g, unsigned n, unsigned s)
{
	const struct step *st = &g->f->flow[n].step[s];
	const struct flow *to;
	uint8_t at = STEP_NONE, next;

	if (st->kind == STEP_END)
		return true;
	to = target(g->f, st, &at);
	if (to != NULL)
		return at != STEP_NONE && g->ends[to - g->f->flow][at];
	for (unsigned i = 0; (next = nth_next(st, i)) != STEP_NONE; i++) {
		if (g->ends[n][next])
			return true;
	}
	return false;
}

/* A fixed point: a step can end when one of its followers can. */
static void
find_ends(struct graph *g)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (unsigned n = 0; n < g->f->n; n++) {
			for (unsigned s = 0; s < g->f->flow[n].steps; s++) {
				bool can = can_end(g, n, s);

				changed = changed || can != g->ends[n][s];
				g->ends[n][s] = can;
			}
		}
	}
}

/* The effects of one step that asks nothing, or of a question that is passed by. */
static unsigned
effects_of(const struct step *st)
{
	switch (st->kind) {
	case STEP_SET:
		return (st->slot[0] != '\0' ? 1U : 0U) +
		    (st->class != CASE_NONE ? 1U : 0U) + (st->task[0] != '\0' ? 1U : 0U);
	case STEP_REFER:
	case STEP_DO:
	case STEP_END:
		return 1;
	case STEP_CHOICE:
		return 2; /* "no", and the consent */
	case STEP_SEVERAL:
	case STEP_NUMBER:
	case STEP_TEXT:
	case STEP_PLACE:
	case STEP_NOTICE:
	case STEP_HOUR:
	case STEP_SAY:
	case STEP_BRANCH:
	case STEP_FLOW:
		break;
	}
	return 0;
}

static unsigned effects_from(struct graph *g, unsigned n, uint8_t at);

static unsigned
effects_behind(struct graph *g, unsigned n, const struct step *st)
{
	const struct flow *to;
	unsigned most = 0;
	uint8_t at = STEP_NONE, next;

	to = target(g->f, st, &at);
	if (to != NULL)
		return effects_from(g, (unsigned)(to - g->f->flow), at);
	for (unsigned i = 0; (next = nth_next(st, i)) != STEP_NONE; i++) {
		unsigned v = effects_from(g, n, next);

		most = v > most ? v : most;
	}
	return most;
}

/* The most effects between here and the next question; ENDLESS and more for a circle without one. */
static unsigned
effects_from(struct graph *g, unsigned n, uint8_t at)
{
	const struct step *st;

	if (at == STEP_NONE)
		return 0;
	st = &g->f->flow[n].step[at];
	if (step_asks(st) && !st->plain && st->kind != STEP_NOTICE)
		return 0;
	if (g->visit[n][at] == VISIT_OPEN)
		return ENDLESS;
	if (g->visit[n][at] == VISIT_NEW) {
		g->visit[n][at] = VISIT_OPEN;
		g->effects[n][at] = effects_of(st) + effects_behind(g, n, st);
		g->visit[n][at] = VISIT_DONE;
	}
	return g->effects[n][at];
}

static enum rc
prove_flow(struct graph *g, unsigned n, const char *dir, struct flow_err *err)
{
	const struct flow *fl = &g->f->flow[n];
	char where[PATH_MAX];
	enum rc rc = RC_OK;

	prove_where(where, dir, fl);
	for (unsigned i = 0; i < fl->steps && rc == RC_OK; i++)
		rc = prove_target(g->f, &fl->step[i], where, err);
	if (rc != RC_OK)
		return rc;
	prove_reach(fl, fl->start, g->seen[n]);
	prove_reach(fl, fl->danger, g->seen[n]);
	prove_reach(fl, fl->again, g->seen[n]);
	reach_by_name(g, n);
	for (unsigned i = 0; i < fl->steps; i++) {
		const struct step *st = &fl->step[i];

		if (!g->seen[n][i])
			return prove_fail(
			    err, where, st->line, st->name, "nothing leads here");
		if (!g->ends[n][i])
			return prove_fail(err, where, st->line, st->name,
			    "a dead end: no end can be reached from here");
		if (effects_from(g, n, (uint8_t)i) > EFFECTS_MAX)
			return prove_fail(err, where, st->line, st->name,
			    "a circle without a question, or more than %d effects before "
			    "one",
			    EFFECTS_MAX);
	}
	if (OWN_SLOTS + flow_slots_of(fl) > FLOW_SLOTS)
		return prove_fail(err, where, 1, fl->name, "too many slots; allowed: %d",
		    FLOW_SLOTS - OWN_SLOTS);
	return prove_steps(g->f, fl, where, err);
}

static enum rc
prove_flows(const struct flows *f, const char *dir, struct flow_err *err)
{
	struct graph *g = xcalloc(1, sizeof *g);
	enum rc rc = RC_OK;

	g->f = f;
	find_ends(g);
	for (unsigned i = 0; i < f->n && rc == RC_OK; i++)
		rc = prove_flow(g, i, dir, err);
	free(g);
	return rc;
}

/* One flow an intent, and one that a dial opens; older versions open for nobody. */
static enum rc
prove_doors(const struct flows *f, const char *dir, struct flow_err *err)
{
	unsigned dials = 0;
	uint64_t claimed = 0;
	char where[PATH_MAX];

	for (unsigned i = 0; i < f->n; i++) {
		const struct flow *fl = &f->flow[i];

		if (!flow_is_newest(f, fl))
			continue;
		prove_where(where, dir, fl);
		if ((fl->intents & claimed) != 0)
			return prove_fail(
			    err, where, 1, "intents", "another flow has one of them");
		claimed |= fl->intents;
		if (fl->dial && ++dials > 1)
			return prove_fail(
			    err, where, 1, "dial", "a dial opens another flow already");
	}
	for (size_t i = 0; dials == 0 && i < texts_count(f->texts); i++) {
		if (strstr(texts_row(f->texts, i).key, KEY_ON_USSD) != NULL)
			return prove_fail(err, dir, 1, "dial",
			    "the text %s is a dialogue's, and no flow has dial; allowed: "
			    "dial = \"yes\" in one",
			    texts_row(f->texts, i).key);
	}
	return RC_OK;
}

enum rc
flow_prove(const struct flows *f, const char *dir, struct flow_err *err)
{
	enum rc rc = prove_doors(f, dir, err);

	if (rc == RC_OK)
		rc = prove_flows(f, dir, err);
	if (rc == RC_OK)
		rc = prove_keys(f, dir, err);
	if (rc == RC_OK)
		rc = prove_sizes(f, dir, err);
	if (rc == RC_OK)
		rc = prove_ban(f, dir, err);
	if (rc == RC_OK)
		rc = prove_refer_texts(f, dir, err);
	if (rc == RC_OK)
		rc = prove_lists(f, dir, err);
	return rc;
}
