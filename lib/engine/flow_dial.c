/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a dial shows, and the keys that a dialogue has beside its answers: 0 back, 00 from the start,
 * 77 to the conversation that a dial hides (S18). It asks no question of its own but "go on?".
 * Called by flow.c.
 */
#include <string.h>

#include "flow_priv.h"
#include "gsm.h"
#include "str.h"

#define REDIAL_MS (24LL * 60 * 60 * 1000)
#define KEYS_BACK "77"
#define KEYS_START "00"
#define KEY_STATE_STEP "_state" /* SLOT_THEN: nothing was open */

/*
 * After an answer that says danger or not let out the number is shown what an unknown one is shown. A bed
 * tonight raises the class above held, so all that is urgent hides.
 */
bool
dial_must_hide(const struct session *s)
{
	return s->class >= CASE_HELD;
}

static const struct flow *
dial_flow(const struct flows *f)
{
	for (unsigned i = 0; i < f->n; i++) {
		if (f->flow[i].dial && flow_is_newest(f, &f->flow[i]))
			return &f->flow[i];
	}
	return NULL;
}

/* An answer about an offer, before the first question, which the next key shows; never past what is hidden. */
static void
tell_job(struct turn *t)
{
	if ((t->in->hidden != NULL && t->in->hidden->flow[0] != '\0') || !fetch_job(t))
		return;
	t->asked = false;
	if (t->s->step[0] != '\0')
		slot_set(t->s, SLOT_UNSAID, "1");
}

/* The conversation a dial begins; the language row first when the language is not sure. */
void
dial_begin(struct turn *t)
{
	const struct flow *fl = dial_flow(t->f);

	t->s->misses = 0;
	t->s->step[0] = '\0';
	if (!session_lang_ok(t->f, t->s))
		turn_ask_row(t);
	else if (fl == NULL)
		turn_say(t, KEY_SCREEN, NULL, 0);
	else
		turn_start_flow(t, fl, fl->start);
	tell_job(t);
}

/*
 * The answers so far are not asked for again in this sitting; the case and its referral stand. A closed one
 * is left: what is answered from here is of another.
 */
static void
from_the_start(struct turn *t)
{
	bool closed = turn_case_closed(t);
	bool was = !closed && session_slot(t->s, SLOT_REFERRED)[0] != '\0';
	char country[3];

	(void)!str_copy_bytes(country, sizeof country, session_slot(t->s, "region"),
	    strnlen(session_slot(t->s, "region"), 2));
	if (closed)
		turn_leave_case(t);
	t->s->slots = 0;
	if (was)
		slot_set(t->s, SLOT_REFERRED, "1");
	if (country[0] != '\0')
		slot_set(t->s, "region", country);
	dial_begin(t);
}

static void
ask_go_on(struct turn *t)
{
	if (strcmp(t->s->step, STEP_GO) != 0)
		slot_set(
		    t->s, SLOT_THEN, t->s->step[0] != '\0' ? t->s->step : KEY_STATE_STEP);
	if (!str_copy(t->s->step, sizeof t->s->step, STEP_GO))
		t->broken = true;
	turn_say(t, KEY_GO_ON, NULL, 0);
	t->asked = true;
}

static bool
is_live(const struct turn *t)
{
	const struct session *s = t->s;

	return s->flow[0] != '\0' &&
	    (s->step[0] != '\0' ||
		(session_has_case(s) &&
		    (t->in->state != CASE_STATE_CLOSED || t->in->follow == FOLLOW_ASK)));
}

/* S18. The conversation that is not kept is forgotten by the dial, not by its case. */
static void
hide(struct turn *t)
{
	struct session *s = t->s;

	dial_cut(t);
	slot_drop(s, SLOT_TOLD);
	/* the first stays: whoever plays urgent at this phone does not take its place */
	if (t->in->hidden->flow[0] == '\0' || !dial_must_hide(t->in->hidden))
		*t->in->hidden = *s;
	*s = (struct session){ .lang = LANG_NONE, .expires_ms = s->expires_ms };
	t->flow = NULL;
	t->open = NULL;
}

static bool
is_fresh(const struct turn *t)
{
	const struct flow_input *in = t->in;
	int64_t stands = in->session_ms != 0 ? in->session_ms : SESSION_MS;
	int64_t offered = in->redial_ms != 0 ? in->redial_ms : REDIAL_MS;

	return in->now_ms - (t->s->expires_ms - stands) < offered;
}

bool
on_dial(struct turn *t)
{
	struct session *s = t->s;

	if (t->in->kind != INPUT_DIAL)
		return false;
	s->stopped = false;
	t->answered = true;
	if (strcmp(s->step, STEP_LANGUAGE) == 0)
		s->step[0] = '\0'; /* cut at the row: the row again */
	if (is_live(t) && t->in->hidden != NULL && dial_must_hide(s)) {
		hide(t);
		turn_ask_row(t);
	} else if (is_live(t) && session_lang_ok(t->f, s) && is_fresh(t)) {
		ask_go_on(t);
	} else if (session_has_case(s)) {
		from_the_start(t);
	} else {
		dial_begin(t);
	}
	return true;
}

/* Whether the screen is one that a dial begins with. */
static bool
at_first_screen(const struct turn *t)
{
	const char *step = t->s->step;

	return strcmp(step, STEP_LANGUAGE) == 0 || strcmp(step, STEP_GO) == 0 ||
	    (t->open != NULL && t->open->kind == STEP_NOTICE);
}

static bool
is_keys(const struct turn *t, const char *keys)
{
	size_t n;
	const char *s;

	if (t->folded.tokens != 1)
		return false;
	s = match_token(&t->folded, 0, &n);
	return n == strlen(keys) && memcmp(s, keys, n) == 0;
}

/* 77: no screen shows it. What was begun by a code may have no language yet: the one chosen now. */
static bool
on_unhide(struct turn *t)
{
	struct session *hidden = t->in->hidden;
	enum lang now = t->s->lang;

	if (hidden == NULL || hidden->flow[0] == '\0' || !at_first_screen(t) ||
	    !is_keys(t, KEYS_BACK) ||
	    (!session_lang_ok(t->f, hidden) && !session_lang_ok(t->f, t->s)))
		return false;
	t->answered = true;
	*t->s = *hidden;
	if (!session_lang_ok(t->f, t->s))
		t->s->lang = now;
	*hidden = (struct session){ .lang = LANG_NONE };
	ask_go_on(t);
	return true;
}

/* What is known, then what is missing. */
static void
go_on(struct turn *t)
{
	static const char *const known[] = { [CASE_STATE_NONE] = NULL,
		[CASE_STATE_SENT] = KEY_GO_SENT,
		[CASE_STATE_TAKEN] = KEY_GO_TAKEN,
		[CASE_STATE_NOBODY] = KEY_GO_NOBODY,
		[CASE_STATE_CLOSED] = NULL };
	const struct flow *fl = flow_of_session(t->f, t->s);
	char then[FLOW_CODE_MAX];
	bool open;

	if (!str_copy(then, sizeof then, session_slot(t->s, SLOT_THEN)))
		t->broken = true;
	slot_drop(t->s, SLOT_THEN);
	t->flow = fl;
	t->s->step[0] = '\0';
	open = fl != NULL && flow_step_index(fl, then) != STEP_NONE;
	if (open && !str_copy(t->s->step, sizeof t->s->step, then))
		t->broken = true;
	if (fetch_waiting(t) || (t->in->follow == FOLLOW_ASK && fetch_followup(t)))
		return;
	/* closed since the dial: nothing that "go on" leads to is heard */
	if (!open &&
	    (t->in->down || turn_case_closed(t) ||
		(t->in->state == CASE_STATE_NOBODY && session_is_abroad(t->s)))) {
		fetch_state(t);
		return;
	}
	t->say = known[t->in->state];
	if (fl != NULL && fl->again != STEP_NONE &&
	    (!open || t->in->state == CASE_STATE_TAKEN)) {
		turn_go(t, fl->again);
	} else if (open) {
		if (t->say != NULL)
			slot_set(t->s, SLOT_SAY, t->say);
		turn_ask_again(t);
	} else if (!fetch_job(t)) {
		fetch_state(t);
	}
}

static bool
on_go(struct turn *t)
{
	if (strcmp(t->s->step, STEP_GO) != 0)
		return false;
	t->answered = true;
	if (is_keys(t, "1"))
		go_on(t);
	else if (is_keys(t, "2"))
		from_the_start(t);
	else
		ask_go_on(t);
	return true;
}

/* Whether 0 is an answer that the screen itself names: an option, none, or skip. */
static bool
step_names_zero(const struct flows *f, const struct step *st, const struct session *s)
{
	unsigned town[PLACE_FOUND_MAX];

	for (unsigned i = 0; i < st->options; i++) {
		if (st->option[i].digit == 0)
			return true;
	}
	if (st->kind == STEP_PLACE)
		return session_slot(s, SLOT_WHICH)[0] == '\0' &&
		    (session_slot(s, SLOT_TYPE)[0] != '\0' ||
			step_place_menu(f, s, st, town) == 0);
	return st->kind == STEP_NUMBER ||
	    (st->kind == STEP_TEXT && st->skip != STEP_NONE);
}

/* A list of towns with one name: back to the question, where it is typed. */
static bool
back_from_which(struct turn *t)
{
	if (session_slot(t->s, SLOT_WHICH)[0] == '\0')
		return false;
	slot_drop(t->s, SLOT_WHICH);
	turn_ask_again(t);
	return true;
}

static bool
on_back_key(struct turn *t)
{
	if (t->open == NULL || !is_keys(t, "0") || step_names_zero(t->f, t->open, t->s))
		return false;
	t->answered = true;
	if (session_slot(t->s, SLOT_TYPE)[0] != '\0') {
		slot_drop(t->s, SLOT_TYPE);
		turn_ask_again(t);
	} else if (!back_from_which(t) && !turn_back(t)) {
		turn_ask_again(t);
	}
	return true;
}

/* Keys of a dialogue that are no answer. */
bool
on_keys(struct turn *t)
{
	if (t->in->bearer != BEARER_USSD || t->in->kind != INPUT_TEXT)
		return false;
	if (on_unhide(t) || on_go(t))
		return true;
	if (is_keys(t, KEYS_START)) {
		t->answered = true;
		from_the_start(t);
		return true;
	}
	return on_back_key(t);
}

/* Once, on the first screen with room for it: how to come back unseen (S18). */
void
dial_tell_way_back(struct turn *t, const struct flow *fl)
{
	char text[FLOW_TEXT_MAX];
	struct saying y;

	if (t->in->bearer != BEARER_USSD || !dial_must_hide(t->s) ||
	    t->s->step[0] == '\0' || session_slot(t->s, SLOT_TOLD)[0] != '\0')
		return;
	slot_set(t->s, SLOT_TOLD, t->s->step);
	y = saying_to(t->f, t->s, t->in, text);
	say_open_question(&y, fl, t->s);
	if (y.failed || !gsm_fits_screen(text) ||
	    !str_copy(t->e->text, sizeof t->e->text, text))
		slot_drop(t->s, SLOT_TOLD);
}
