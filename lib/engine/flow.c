/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One step of a conversation: rules in order, the first that fits takes the input. No socket, no
 * database, no clock, no memory of its own. Called by the turn, the authoring tools and the tests.
 */
#include "flow.h"

#include <string.h>

#include "flow_priv.h"
#include "str.h"

#define MISSES_TO_TASK 3
#define PARTS_MAX 2               /* of a text to a person */
#define CUT_MS (15LL * 60 * 1000) /* S6: cut after where: an operator's task */

/* The flow that a class of words opens; NULL when none does. */
static const struct flow *
flow_for(const struct turn *t)
{
	size_t n;
	const enum word_class *order = words_open_order(&n);

	for (size_t c = 0; c < n; c++) {
		for (unsigned i = 0; i < t->f->n; i++) {
			if (t->words.any[order[c]] != 0 &&
			    (t->f->flow[i].intents & CLASS_BIT(order[c])) != 0 &&
			    flow_is_newest(t->f, &t->f->flow[i]))
				return &t->f->flow[i];
		}
	}
	return NULL;
}

void
turn_begin(struct turn *t, const struct flow *fl, bool danger)
{
	bool anew = !danger || !session_has_case(t->s) || turn_case_closed(t);

	t->s->stopped = false;
	t->s->misses = 0;
	/* who reported others and now asks for help is another case */
	if (fl->opens == FLOW_CASE_OPEN && strcmp(t->s->flow, fl->name) != 0 &&
	    strcmp(session_slot(t->s, "about"), "others") == 0) {
		t->s->case_id = 0;
		t->s->class = CASE_NONE;
		t->s->slots = 0;
	}
	if (fl->opens == FLOW_CASE_OPEN)
		turn_open_case(t, CASE_OTHER);
	turn_keep_words(t);
	if (fl->opens == FLOW_CASE_NONE)
		fetch_keep_question(t);
	turn_enter(t, fl);
	slot_drop(t->s, SLOT_THEN);
	slot_drop(t->s, SLOT_KNOCK);
	t->first = anew && fl->opens == FLOW_CASE_OPEN;
	turn_go(t, danger ? fl->danger : fl->start);
}

/*
 * The session's end, S1a: no question is open any more. What belongs to a case that is not closed stays, so
 * that "?" and a dial still know it, and a dial still hides it.
 */
static void
forget(struct session *s, enum case_state state)
{
	static const char *const screen[] = { SLOT_FIRST, SLOT_ECHO, SLOT_WHICH, SLOT_SAY,
		SLOT_UNSAID, SLOT_TYPE, SLOT_THEN, SLOT_ROW, SLOT_BACK, SLOT_TOLD,
		SLOT_RETURN };
	enum lang lang = s->lang;
	bool chosen = s->lang_chosen, stopped = s->stopped;

	if (session_has_case(s) && state != CASE_STATE_CLOSED) {
		s->step[0] = '\0';
		s->timer_ms = 0;
		for (size_t i = 0; i < ARRAY_LEN(screen); i++)
			slot_drop(s, screen[i]);
		return;
	}
	*s = (struct session){ .lang = lang, .lang_chosen = chosen, .stopped = stopped };
}

static bool
on_expired(struct turn *t)
{
	if (t->in->kind != INPUT_EXPIRED)
		return false;
	forget(t->s, t->in->state);
	(void)effect_add(t, EFFECT_END, "", "");
	return true;
}

/* S4: the whole message is a stop word, in any language, or the person's own. */
static bool
on_stop(struct turn *t)
{
	bool before = t->s->stopped;

	if (t->words.whole[WORD_STOP] == 0 && !t->in->own_stop &&
	    !turn_stops_with_digits(t))
		return false;
	t->s->stopped = true;
	(void)effect_add(t, EFFECT_STOP, "", "");
	if (before)
		return true;
	turn_stop_lang(t);
	if (session_lang_ok(t->f, t->s))
		turn_say(t, KEY_DECOY, NULL, 0);
	return true;
}

/* S5: always, but where the case is one of danger already, and not closed, an answer comes first. */
static bool
on_danger(struct turn *t)
{
	const struct flow *fl = NULL;

	if (!t->danger ||
	    (t->s->class == CASE_DANGER && t->open != NULL && !t->s->stopped &&
		!turn_case_closed(t)))
		return false;
	if (t->flow != NULL && t->flow->danger != STEP_NONE &&
	    (t->open != NULL || t->flow->opens == FLOW_CASE_OPEN))
		fl = t->flow;
	for (unsigned i = 0; fl == NULL && i < t->f->n; i++) {
		if (t->f->flow[i].danger != STEP_NONE &&
		    (t->f->flow[i].intents & CLASS_BIT(WORD_DANGER)) != 0 &&
		    flow_is_newest(t->f, &t->f->flow[i]))
			fl = &t->f->flow[i];
	}
	if (fl == NULL)
		return false;
	turn_begin(t, fl, true);
	return true;
}

/* 112 and its sisters, typed to us. */
static bool
is_emergency(const struct turn *t)
{
	static const char *const numbers[] = { "112", "102", "103", "101" };
	size_t n;
	const char *s;

	if (t->folded.tokens != 1)
		return false;
	s = match_token(&t->folded, 0, &n);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (n == 3 && memcmp(s, numbers[i], n) == 0)
			return true;
	}
	return false;
}

/* After a stop a help word opens the line again; all else is taken in silence. */
static bool
on_stopped(struct turn *t)
{
	bool help = t->words.any[WORD_HELP] != 0 || is_emergency(t);

	if (!t->s->stopped)
		return false;
	t->s->stopped = !help;
	if (!help) {
		turn_keep_words(t);
		return true;
	}
	/* it opens the line again, and is no answer to what was asked before the stop */
	t->s->step[0] = '\0';
	t->open = NULL;
	return false;
}

static void
first_screen(struct turn *t)
{
	turn_choose_lang(t);
	if (session_lang_ok(t->f, t->s) && t->in->bearer == BEARER_SMS)
		turn_say(t, KEY_SCREEN, NULL, 0);
	else
		turn_ask_row(t);
}

/* After the language row, or a language word: what was to be said in it. */
static void
go_on(struct turn *t, enum lang l, bool chosen)
{
	char then[FLOW_CODE_MAX];

	t->s->lang = l;
	t->s->lang_chosen = t->s->lang_chosen || chosen;
	t->s->misses = 0;
	if (strcmp(t->s->step, STEP_LANGUAGE) == 0) {
		if (!str_copy(then, sizeof then, session_slot(t->s, SLOT_THEN)) ||
		    !str_copy(t->s->step, sizeof t->s->step,
			strcmp(then, "-") != 0 ? then : ""))
			t->broken = true;
		slot_drop(t->s, SLOT_THEN);
		slot_drop(t->s, SLOT_ROW);
	}
	if (t->s->step[0] != '\0')
		turn_ask_again(t);
	else if (t->in->bearer == BEARER_USSD)
		dial_begin(t);
	else
		turn_say(t, KEY_SCREEN, NULL, 0);
}

static bool
on_language_word(struct turn *t)
{
	unsigned named = t->words.whole[WORD_NAME] & t->f->langs;

	if (t->words.whole[WORD_NAME] == 0 && t->words.whole[WORD_LANGUAGE] == 0)
		return false;
	t->answered = true;
	for (unsigned l = 0; l < LANGS; l++) {
		if (named == 1U << l) {
			go_on(t, (enum lang)l, true);
			return true;
		}
	}
	turn_ask_row(t);
	return true;
}

/*
 * A flow that opens a case may begin anew, as for an unknown number. One without a case only where nothing
 * of a case is asked, or when the whole text says it (erase, withdraw, write openly).
 */
static bool
may_interrupt(const struct turn *t, const struct flow *fl)
{
	static const enum word_class whole[] = { WORD_ERASE, WORD_WITHDRAW, WORD_PLAIN,
		WORD_MENU };

	if (fl->opens == FLOW_CASE_OPEN || t->flow->opens == FLOW_CASE_NONE)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		if (t->words.whole[whole[i]] != 0 &&
		    (fl->intents & CLASS_BIT(whole[i])) != 0)
			return true;
	}
	return false;
}

static bool
on_unsaid(struct turn *t)
{
	const struct flow *fl;

	if (t->s->step[0] == '\0' || session_slot(t->s, SLOT_UNSAID)[0] == '\0')
		return false;
	fl = flow_for(t);
	if (fl != NULL && fl->opens == FLOW_CASE_NONE && t->open != NULL &&
	    may_interrupt(t, fl))
		return false;
	turn_keep_words(t);
	turn_ask_again(t);
	return true;
}

char
lone_digit(const struct turn *t)
{
	const struct folded *f = &t->folded;

	return f->tokens == 1 && f->token[0].digits && f->token[0].len == 1
	    ? f->s[f->token[0].at]
	    : '\0';
}

static bool
on_row(struct turn *t)
{
	const char *order = session_slot(t->s, SLOT_ROW);
	char digit = lone_digit(t), code[3] = "";
	enum lang before = t->s->lang;
	size_t at;

	if (strcmp(t->s->step, STEP_LANGUAGE) != 0)
		return false;
	if (digit >= '1' && digit <= '9') {
		at = (size_t)(digit - '1') * 3;
		if (at + 2 <= strlen(order) &&
		    str_copy_bytes(code, sizeof code, order + at, 2) &&
		    (t->f->langs & 1U << lang_parse(code)) != 0) {
			t->answered = true;
			go_on(t, lang_parse(code), true);
			return true;
		}
	}
	if (t->flow == NULL && (flow_for(t) != NULL || is_emergency(t))) {
		t->s->step[0] = '\0';
		return false;
	}
	if (t->in->bearer == BEARER_USSD && digit != '\0') {
		turn_ask_row(t);
		return true;
	}
	turn_keep_words(t);
	t->s->lang = LANG_NONE;
	if (t->folded.tokens > 0 && digit == '\0')
		turn_choose_lang(t);
	if (session_lang_ok(t->f, t->s)) {
		go_on(t, t->s->lang, false);
		return true;
	}
	t->s->lang = before;
	return false;
}

/* "9 if wrong" after an echoed place. */
static bool
on_back(struct turn *t)
{
	uint8_t back;

	if (t->open == NULL || lone_digit(t) != '9')
		return false;
	back = flow_step_index(t->flow, session_slot(t->s, SLOT_ECHO));
	if (back == STEP_NONE)
		return false;
	t->answered = true;
	t->s->misses = 0;
	turn_go(t, back);
	return true;
}

static bool
on_emergency(struct turn *t)
{
	if (t->open == NULL || !is_emergency(t) || !session_lang_ok(t->f, t->s))
		return false;
	turn_say(t, KEY_CALL, NULL, 0);
	return true;
}

static bool
on_answer(struct turn *t)
{
	if (t->open == NULL || !turn_take_answer(t))
		return false;
	turn_keep_words(t);
	if (!t->missed)
		t->s->misses = 0;
	return true;
}

void
turn_miss(struct turn *t)
{
	t->missed = true;
	if (++t->s->misses < MISSES_TO_TASK)
		return;
	t->s->misses = 0;
	(void)effect_add(t, EFFECT_TASK, "unanswerable", "");
}

static bool
on_intent(struct turn *t)
{
	const struct flow *fl = flow_for(t);

	for (unsigned i = 0; fl == NULL && is_emergency(t) && i < t->f->n; i++) {
		if ((t->f->flow[i].intents & CLASS_BIT(WORD_HELP)) != 0)
			fl = &t->f->flow[i];
	}
	/* a word on pay or papers is no new subject while a question of a case is open */
	if (fl != NULL && t->open != NULL && !may_interrupt(t, fl))
		fl = NULL;
	if (fl == NULL)
		return false;
	if (t->danger && t->open != NULL) {
		turn_keep_words(t);
		(void)effect_add(t, EFFECT_TASK, "danger", "");
		turn_ask_again(t);
	} else {
		turn_begin(t, fl, false);
	}
	return true;
}

/* In cover words, whatever this person has chosen: who asks may be somebody else. */
static void
stranger_screen(struct turn *t)
{
	bool plain = t->s->plain;

	t->s->plain = false;
	first_screen(t);
	t->s->plain = plain;
}

/* S8, S18: what an unknown number gets; an open question stays open and no state is shown. */
static bool
on_rest(struct turn *t)
{
	t->stranger = t->s->flow[0] != '\0' || session_has_case(t->s);
	turn_keep_words(t);
	turn_miss(t);
	if (t->in->bearer == BEARER_USSD && t->open != NULL)
		turn_ask_again(
		    t); /* a dialogue is in one hand: the question, not a stranger's answer */
	else
		stranger_screen(t);
	return true;
}

/* S6: the place is known, a question is open, and nobody has been asked or refused. */
static bool
would_be_cut(const struct session *s)
{
	/* of somebody else the country is where */
	bool where = session_slot(s, "where")[0] != '\0' ||
	    session_slot(s, SLOT_OWN_REGION)[0] != '\0';

	return s->step[0] != '\0' && session_has_case(s) && where &&
	    session_slot(s, SLOT_REFERRED)[0] == '\0' &&
	    session_slot(s, SLOT_CUT)[0] == '\0' &&
	    strcmp(session_slot(s, "ngo"), "no") != 0;
}

/* S18: a dial that hides a conversation cuts it as well. */
void
dial_cut(struct turn *t)
{
	if (!would_be_cut(t->s))
		return;
	slot_set(t->s, SLOT_CUT, "1");
	effect_add(t, EFFECT_TASK, "cut", "")->ms = t->s->case_id;
}

/* The open question; behind "go on?" and the language row the one that waits there. */
static const struct step *
question_of(const struct flow *fl, const struct session *s)
{
	const char *step = s->step;
	uint8_t at;

	if (strcmp(step, STEP_GO) == 0 || strcmp(step, STEP_LANGUAGE) == 0)
		step = session_slot(s, SLOT_THEN);
	at = fl != NULL ? flow_step_index(fl, step) : STEP_NONE;
	return at != STEP_NONE ? &fl->step[at] : NULL;
}

/* Silence to a question that says what silence means, or a conversation that was cut. */
static bool
on_timer(struct turn *t)
{
	const struct step *st;

	if (t->in->kind != INPUT_TIMER)
		return false;
	st = question_of(t->flow, t->s);
	t->answered = true;
	t->s->timer_ms = 0;
	if (st != NULL && st->silent != STEP_NONE) {
		turn_go(t, st->silent);
	} else if (would_be_cut(t->s)) {
		slot_set(t->s, SLOT_CUT, "1");
		(void)effect_add(t, EFFECT_TASK, "cut", "");
	}
	return true;
}

static void
set_timer(struct turn *t)
{
	const struct flow *fl = flow_of_session(t->f, t->s);
	const struct step *st = question_of(fl, t->s);
	bool waits = st != NULL && strcmp(t->s->step, st->name) != 0;
	int64_t was = t->s->timer_ms;

	t->s->timer_ms = 0;
	if (st != NULL && st->silent != STEP_NONE)
		t->s->timer_ms = waits && was != 0 ? was : t->in->now_ms + st->silent_ms;
	else if (would_be_cut(t->s))
		t->s->timer_ms = t->in->now_ms + CUT_MS;
}

/* S16: nothing of the conversation is left but its case, which the deed needs; the next step drops it. */
static void
erase_session(struct turn *t)
{
	*t->s = (struct session){ .lang = LANG_NONE,
		.stopped = t->s->stopped,
		.case_id = t->s->case_id,
		.class = t->s->class };
	if (!str_copy(t->s->flow, sizeof t->s->flow, FLOW_ERASE))
		t->broken = true;
}

/* What such a conversation left: it is nobody's, and the next case another. */
static void
drop_erased(struct session *s)
{
	if (strcmp(s->flow, FLOW_ERASE) == 0 && s->step[0] == '\0' &&
	    s->lang == LANG_NONE)
		*s = (struct session){ .lang = LANG_NONE,
			.stopped = s->stopped,
			.expires_ms = s->expires_ms };
}

static void
finish(struct turn *t)
{
	struct effect *v;

	if (t->erased)
		erase_session(t);
	else
		fetch_return(t);
	if (t->asked)
		dial_tell_way_back(t, flow_of_session(t->f, t->s));
	if (t->in->late || t->in->kind == INPUT_TIMER) {
		if (t->asked)
			slot_set(t->s, SLOT_UNSAID, "1");
		t->e->text[0] = '\0';
	}
	if (t->in->kind != INPUT_KNOCK)
		set_timer(t);
	if (t->e->text[0] != '\0') {
		v = effect_add(t, EFFECT_SAY, "", "");
		v->key = t->key;
		v->stranger = t->stranger;
	}
	if (t->in->kind != INPUT_TIMER && t->in->kind != INPUT_KNOCK)
		t->s->expires_ms = t->in->now_ms + SESSION_MS;
}

/* The open step, or RC_REFUSED when the session names what is not there. */
static enum rc
locate(struct turn *t)
{
	struct session *s = t->s;
	uint8_t i;

	if (s->slots > FLOW_SLOTS || s->lang > LANG_NONE || s->class > CASE_DANGER)
		return RC_REFUSED;
	if (s->flow[0] != '\0') {
		t->flow = flow_of_session(t->f, s);
		if (t->flow == NULL)
			return RC_REFUSED;
	}
	if (s->step[0] == '\0' || strcmp(s->step, STEP_LANGUAGE) == 0 ||
	    strcmp(s->step, STEP_GO) == 0)
		return RC_OK;
	i = t->flow != NULL ? flow_step_index(t->flow, s->step) : STEP_NONE;
	if (i == STEP_NONE || !step_asks(&t->flow->step[i]))
		return RC_REFUSED;
	t->open = &t->flow->step[i];
	return RC_OK;
}

static bool (*const rules[])(struct turn *) = { on_expired, on_timer, on_knock, on_dial,
	on_stop, on_danger, on_state, on_own_word, on_stopped, on_resume, on_knocked,
	on_keys, on_language_word, on_unsaid, on_row, on_back, on_emergency, on_closed,
	on_street, on_answer, on_town, on_intent, on_rest };

enum rc
flow_step(const struct flows *f, struct session *s, const struct flow_input *in,
    struct effects *e)
{
	struct turn t;
	unsigned near;

	memset(&t, 0, offsetof(struct turn, folded));
	memset(&t.words, 0, sizeof t - offsetof(struct turn, words));
	t.f = f;
	t.s = s;
	t.in = in;
	t.e = e;
	e->n = 0;
	e->text[0] = '\0';
	if (s->expires_ms != 0 && in->now_ms >= s->expires_ms)
		forget(s, in->state);
	drop_erased(s);
	if (locate(&t) != RC_OK)
		return RC_REFUSED;
	match_fold(&t.folded, in->kind == INPUT_TEXT ? in->text : "");
	near = session_lang_ok(f, s) ? 1U << s->lang : t.folded.langs;
	words_find(f->words, &t.folded, near, &t.words);
	turn_follow_lang(&t);
	t.danger = t.words.any[WORD_DANGER] != 0 ||
	    (t.words.any[WORD_URGENT] != 0 && t.words.any[WORD_HELP] != 0);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (rules[i](&t))
			break;
	}
	if (in->kind != INPUT_EXPIRED)
		finish(&t);
	return t.broken ? RC_REFUSED : RC_OK;
}
