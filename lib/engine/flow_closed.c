/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person says to the open question of a case that is closed: a new case, for nobody hears the old one.
 * It writes nothing to a closed case, and takes no yes over. Called by flow*.c.
 */
#include <string.h>

#include "flow_priv.h"

bool
turn_case_closed(const struct turn *t)
{
	enum case_state state = t->in->resume == RESUME_OK ? t->in->resumed_state
							   : t->in->state;

	return !t->opened && state == CASE_STATE_CLOSED && session_has_case(t->s);
}

bool
flow_refers(const struct flow *fl)
{
	for (unsigned i = 0; i < fl->steps; i++) {
		if (fl->step[i].kind == STEP_REFER)
			return true;
	}
	return false;
}

/*
 * A code goes along to the new case. Words do not, for those of the place are wiped; no hour, which was
 * agreed for the old one; no yes or no to anybody being told.
 */
static bool
goes_along(const struct flow *fl, const struct slot *v)
{
	bool known = strcmp(v->name, "region") == 0 ||
	    strcmp(v->name, SLOT_OWN_REGION) == 0;

	for (unsigned i = 0; i < fl->steps; i++) {
		const struct step *st = &fl->step[i];

		if (strcmp(st->slot, v->name) != 0)
			continue;
		if (st->kind == STEP_TEXT || st->kind == STEP_HOUR ||
		    st->consent[0] != '\0' ||
		    (st->kind == STEP_PLACE && strcmp(v->code, "words") == 0))
			return false;
		known = true;
	}
	return known;
}

static void
take_along(struct turn *t)
{
	const struct session was = *t->s;

	turn_open_case(t, was.class);
	for (unsigned i = 0; i < was.slots; i++) {
		if (was.slot[i].name[0] != '_' && goes_along(t->flow, &was.slot[i]))
			turn_answer(t, was.slot[i].name, was.slot[i].code);
	}
	t->answered = false;
}

/* Whether the text answers the open question, on a copy of all that an answer changes. */
static bool
would_answer(const struct turn *t, bool *opens)
{
	struct session s = *t->s;
	struct effects e = *t->e;
	struct turn copy = *t;
	bool taken;

	copy.s = &s;
	copy.e = &e;
	taken = turn_take_answer(&copy);
	*opens = copy.opened;
	return taken;
}

static void
begin_anew(struct turn *t, const struct flow *fl)
{
	for (unsigned i = 0; fl == NULL && i < t->f->n; i++) {
		if ((t->f->flow[i].intents & CLASS_BIT(WORD_HELP)) != 0 &&
		    flow_is_newest(t->f, &t->f->flow[i]))
			fl = &t->f->flow[i];
	}
	if (fl != NULL)
		turn_begin(t, fl, false);
}

/* In danger whoever is asked is asked at once, by all that was said; what is missing comes next. */
static void
danger_goes_on(struct turn *t)
{
	take_along(t);
	(void)turn_take_answer(t);
	t->open = NULL; /* it is answered: no question to go back to */
	if (t->flow->danger != STEP_NONE)
		turn_go(t, t->flow->danger);
}

/* Words for the case, or an answer to a receiver who has it no more; "not safe" is danger, a case of its own. */
static bool
on_closed_aside(struct turn *t)
{
	bool phrase = strcmp(t->flow->name, FLOW_PHRASE) == 0, opens;

	if ((!phrase &&
		(strcmp(t->flow->name, FLOW_RESUME) != 0 ||
		    t->open->kind != STEP_TEXT)) ||
	    !would_answer(t, &opens) || opens)
		return false;
	if (t->open->kind == STEP_TEXT) {
		begin_anew(t, NULL);
	} else {
		t->s->step[0] = '\0';
		t->answered = true;
		fetch_state(t);
	}
	return true;
}

/* Whom they know and who has seen to them: a digit alone is no danger anew, they are asked. */
static bool
was_helped(const struct turn *t)
{
	return t->in->helped && t->in->resume != RESUME_OK;
}

bool
on_closed(struct turn *t)
{
	bool opens, words = strcmp(session_slot(t->s, "where"), "words") == 0;

	if (t->open == NULL || !turn_case_closed(t))
		return false;
	if (t->flow->opens == FLOW_CASE_NONE)
		return on_closed_aside(t);
	if (!flow_refers(t->flow) || !would_answer(t, &opens))
		return false;
	t->s->misses = 0;
	if (t->s->class == CASE_DANGER && was_helped(t)) {
		begin_anew(t, NULL);
	} else if (t->s->class == CASE_DANGER) {
		danger_goes_on(t);
	} else if (session_slot(t->s, SLOT_REFERRED)[0] == '\0' && !words) {
		take_along(t);
		(void)turn_take_answer(t);
	} else { /* past the yes: what is left to ask is not what a new case needs */
		begin_anew(t, t->flow);
	}
	return true;
}

void
turn_leave_case(struct turn *t)
{
	t->s->case_id = 0;
	t->s->class = CASE_NONE;
	turn_drop_answers(t->s);
}
