/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers that are fetched, not pushed (S1b): the state of a case, words that wait, the knock, and a
 * case opened by its code from another phone. Nothing here is said unless the person asks.
 * Called by flow.c and flow_dial.c.
 */
#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "str.h"

/* The open question waits, unseen, until the phrase is answered: "flow:version:step". */
void
fetch_keep_question(struct turn *t)
{
	const struct flow *fl = flow_of_session(t->f, t->s);
	const char *step = t->s->step;
	char kept[FLOW_CODE_MAX];
	size_t len = 0;

	if (strcmp(step, STEP_LANGUAGE) == 0 || strcmp(step, STEP_GO) == 0)
		step = session_slot(t->s, SLOT_THEN);
	if (fl == NULL || flow_step_index(fl, step) == STEP_NONE)
		step = "";
	if (fl == NULL || fl->opens == FLOW_CASE_NONE) /* it keeps what it came from */
		return;
	if (str_add(kept, sizeof kept, &len, "%s:%u:%s", t->s->flow, t->s->version, step))
		slot_set(t->s, SLOT_RETURN, kept);
}

void
fetch_return(struct turn *t)
{
	const struct flow *fl = flow_of_session(t->f, t->s);
	char kept[FLOW_CODE_MAX], *version, *step;
	unsigned n = 0;

	if (fl == NULL || fl->opens == FLOW_CASE_OPEN || t->s->step[0] != '\0' ||
	    !str_copy(kept, sizeof kept, session_slot(t->s, SLOT_RETURN)))
		return;
	slot_drop(t->s, SLOT_RETURN);
	version = strchr(kept, ':');
	step = version != NULL ? strchr(version + 1, ':') : NULL;
	if (step == NULL)
		return;
	*version++ = '\0';
	*step++ = '\0';
	for (const char *d = version; *d >= '0' && *d <= '9' && n < 10000; d++)
		n = n * 10 + (unsigned)(*d - '0');
	if (!str_copy(t->s->flow, sizeof t->s->flow, kept) ||
	    !str_copy(t->s->step, sizeof t->s->step, step))
		t->broken = true;
	t->s->version = (uint16_t)n;
	if (step[0] == '\0')
		return;
	slot_set(t->s, SLOT_UNSAID, "1");
	/* they wanted it in plain words: that is the question, not that it was heard */
	if (t->s->plain && strcmp(fl->name, FLOW_PLAIN) == 0)
		turn_ask_again(t);
}

/* The phrase with a time, with words, with both, or neither: each is a step of its own where it has one. */
static uint8_t
phrase_step(const struct flow *fl, const struct flow_waiting *w)
{
	const char *at = w->at != NULL && w->at[0] != '\0' ? "_at" : "";
	const char *words = w->words != NULL && w->words[0] != '\0' ? "_words" : "";
	char name[FLOW_NAME_MAX];
	uint8_t step = STEP_NONE;

	if (snprintf(name, sizeof name, "%s%s%s", w->step, at, words) < (int)sizeof name)
		step = flow_step_index(fl, name);
	return step != STEP_NONE ? step : flow_step_index(fl, w->step);
}

/* What a receiver has written, and the question that goes with it. */
bool
fetch_waiting(struct turn *t)
{
	const struct flow *fl = flow_by_name(t->f, FLOW_PHRASE);
	uint8_t at;

	if (t->in->waiting.step == NULL || fl == NULL || !session_lang_ok(t->f, t->s))
		return false;
	at = phrase_step(fl, &t->in->waiting);
	if (at == STEP_NONE)
		return false;
	fetch_keep_question(t);
	slot_drop(t->s, SLOT_KNOCK);
	(void)effect_add(t, EFFECT_READ, "relay", "");
	turn_start_flow(t, fl, at);
	return true;
}

void
fetch_state(struct turn *t)
{
	static const char *const keys[] = { [CASE_STATE_NONE] = KEY_STATE_NONE,
		[CASE_STATE_SENT] = KEY_STATE_SENT,
		[CASE_STATE_TAKEN] = KEY_STATE_TAKEN,
		[CASE_STATE_NOBODY] = KEY_STATE_NOBODY,
		[CASE_STATE_CLOSED] = KEY_STATE_CLOSED };
	const char *key = keys[t->in->state];

	if (t->in->night && t->in->state == CASE_STATE_SENT)
		key = KEY_STATE_NIGHT;
	/* S19: asked in vain where no organisation is: whom to call, and the way home */
	if (t->in->state == CASE_STATE_NOBODY && session_is_abroad(t->s))
		key = KEY_STATE_NOCOUNTRY;
	/* what should have been done by now was not: no comfort of what is not so */
	if (t->in->down && t->in->state != CASE_STATE_TAKEN &&
	    t->in->state != CASE_STATE_CLOSED)
		key = KEY_DOWN;
	turn_say(t, key, NULL, 0);
}

/* What a human says about an offer. */
bool
fetch_job(struct turn *t)
{
	if (t->in->job_answer == NULL || t->in->job_answer[0] == '\0' ||
	    !session_lang_ok(t->f, t->s))
		return false;
	(void)effect_add(t, EFFECT_READ, "job", "");
	turn_say(t, KEY_JOB_ANSWER, NULL, 0);
	return true;
}

/*
 * After its knock the question how it is; before, whether it may come at all. That one only where the hour is
 * known that it would come in, and by SMS alone: who came by USSD gets none.
 */
bool
fetch_followup(struct turn *t)
{
	const struct flow *fl = flow_by_name(t->f, FLOW_FOLLOWUP);
	bool offer = t->in->follow == FOLLOW_OFFER;

	if (fl == NULL || t->in->follow == FOLLOW_NONE || !session_lang_ok(t->f, t->s) ||
	    (offer &&
		(t->in->bearer != BEARER_SMS || t->in->late ||
		    session_slot(t->s, "hour")[0] == '\0')))
		return false;
	if (offer)
		fetch_keep_question(t);
	slot_drop(t->s, SLOT_KNOCK);
	turn_start_flow(t, fl, flow_step_index(fl, offer ? STEP_OFFER : STEP_HOW));
	return true;
}

void
fetch_end(struct turn *t)
{
	if (!session_lang_ok(t->f, t->s) || fetch_waiting(t))
		return;
	fetch_state(t);
	(void)effect_add(t, EFFECT_END, "", "");
}

/* All that can be fetched; the first that there is. */
static void
fetch(struct turn *t)
{
	slot_drop(t->s, SLOT_KNOCK); /* asked for, it is answered */
	turn_choose_lang(t);
	if (!session_lang_ok(t->f, t->s)) {
		turn_ask_row(t);
	} else if (fetch_waiting(t) || fetch_job(t) || fetch_followup(t)) {
		return;
	} else if (t->s->step[0] != '\0' && t->in->state == CASE_STATE_NONE) {
		turn_ask_again(t);
	} else {
		fetch_state(t);
	}
}

/* S19: what is known, by "?". */
bool
on_state(struct turn *t)
{
	if (!t->folded.question)
		return false;
	t->s->stopped = false;
	t->answered = true;
	fetch(t);
	return true;
}

/* The 1 that the knock has asked for. */
bool
on_knocked(struct turn *t)
{
	if (session_slot(t->s, SLOT_KNOCK)[0] == '\0' || t->s->stopped ||
	    lone_digit(t) != '1')
		return false;
	slot_drop(t->s, SLOT_KNOCK);
	t->answered = true;
	fetch(t);
	return true;
}

/* Empty of content, once; the turn sees to the hour. */
bool
on_knock(struct turn *t)
{
	if (t->in->kind != INPUT_KNOCK)
		return false;
	if (!t->s->stopped && session_lang_ok(t->f, t->s)) {
		const struct flow *fl = flow_by_name(t->f, FLOW_FOLLOWUP);
		bool plain = t->s->plain;

		/* all else is forgotten: a dial must know that something waits */
		if (t->in->follow == FOLLOW_ASK && t->s->flow[0] == '\0' && fl != NULL)
			turn_enter(t, fl);
		slot_set(t->s, SLOT_KNOCK, "1");
		t->s->plain = false; /* in cover words: nobody knows who reads it */
		turn_say(t, KEY_KNOCK, NULL, 0);
		t->s->plain = plain;
	}
	return true;
}

/* S12: a code opens the conversation, write-only; nothing of an earlier answer is shown. */
bool
on_resume(struct turn *t)
{
	const struct flow *fl = flow_by_name(t->f, FLOW_RESUME);
	struct session *s = t->s;

	if (t->in->resume == RESUME_NONE || fl == NULL)
		return false;
	t->answered = true;
	turn_choose_lang(t);
	if (t->in->resume == RESUME_OK) {
		*s = (struct session){ .lang = s->lang,
			.lang_chosen = s->lang_chosen,
			.expires_ms = s->expires_ms,
			.case_id = t->in->resumed,
			.class = t->in->resumed_class };
		slot_set(s, SLOT_REFERRED, "1");
		slot_set(s, SLOT_RESUMED, "1");
		turn_start_flow(t, fl, fl->start);
		if (!session_lang_ok(t->f, s)) /* its question waits behind the row */
			return true;
	} else if (session_lang_ok(t->f, s)) {
		turn_say(t,
		    t->in->resume == RESUME_WRONG ? KEY_RESUME_WRONG : KEY_RESUME_LOCKED,
		    NULL, 0);
	} else {
		turn_ask_row(t);
	}
	return true;
}
