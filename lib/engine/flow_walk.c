/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The walk from step to step: what asks nothing is carried out, the next question is asked.
 * It reads no input but the opening words. Called by flow*.c after every answer.
 */
#include <string.h>

#include "flow_priv.h"
#include "str.h"

#define HOPS_MAX (2 * FLOW_STEPS)

static void
drop_screen(struct session *s)
{
	static const char *const own[] = { SLOT_FIRST, SLOT_ECHO, SLOT_WHICH, SLOT_SAY,
		SLOT_UNSAID, SLOT_TYPE };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		slot_drop(s, own[i]);
}

/* The questions of SLOT_BACK, " a b", when they are this flow's; "" otherwise. */
static const char *
steps_back(const struct session *s, const struct flow *fl)
{
	const char *stack = session_slot(s, SLOT_BACK);
	size_t n = strlen(fl->name);

	return strncmp(stack, fl->name, n) == 0 && stack[n] == ' ' ? stack + n : "";
}

/* The question left now goes on the stack; the oldest fall off. */
static void
remember(struct turn *t, const struct step *next)
{
	const struct flow *fl = t->flow;
	const char *old = steps_back(t->s, fl);
	char stack[FLOW_CODE_MAX];

	if (t->open == NULL || t->open == next || t->backward || t->open < fl->step ||
	    t->open >= fl->step + fl->steps)
		return;
	for (;;) {
		size_t len = 0;

		if (str_add(stack, sizeof stack, &len, "%s%s %s", fl->name, old,
			t->open->name))
			break;
		if (old[0] == '\0')
			return;
		old += 1 + strcspn(old + 1, " ");
	}
	slot_set(t->s, SLOT_BACK, stack);
}

/* A case knows the country of the number; asked where they are before there is one, the session does. */
static void
guess_country(struct turn *t, const struct step *st)
{
	if (st->kind == STEP_PLACE && !session_has_case(t->s) &&
	    session_slot(t->s, st->region)[0] == '\0' && t->in->country[0] != '\0')
		slot_set(t->s, st->region, t->in->country);
}

static void
ask(struct turn *t, const struct step *st)
{
	remember(t, st);
	drop_screen(t->s);
	guess_country(t, st);
	if (!str_copy(t->s->step, sizeof t->s->step, st->name))
		t->broken = true;
	if (t->first)
		slot_set(t->s, SLOT_FIRST, "1");
	if (t->echo != NULL)
		slot_set(t->s, SLOT_ECHO, t->echo);
	if (t->say != NULL)
		slot_set(t->s, SLOT_SAY, t->say);
	t->fresh = true;
	turn_ask_again(t);
}

bool
turn_back(struct turn *t)
{
	const char *back = t->flow != NULL ? steps_back(t->s, t->flow) : "";
	const char *last = strrchr(back, ' ');
	char stack[FLOW_CODE_MAX];
	uint8_t at;
	size_t len = 0;

	at = last != NULL ? flow_step_index(t->flow, last + 1) : STEP_NONE;
	if (at == STEP_NONE || !step_asks(&t->flow->step[at]))
		return false;
	if (last != back &&
	    str_add(stack, sizeof stack, &len, "%s%.*s", t->flow->name,
		(int)(last - back), back))
		slot_set(t->s, SLOT_BACK, stack);
	else
		slot_drop(t->s, SLOT_BACK);
	t->backward = true;
	t->answered = true;
	t->s->misses = 0;
	ask(t, &t->flow->step[at]);
	return true;
}

/* Whether one of an answer's codes is this one; "" for no answer. */
static bool
answer_holds(const char *codes, const char *code)
{
	size_t n = strlen(code);

	if (n == 0)
		return codes[0] == '\0';
	for (const char *at = codes; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (len == n && memcmp(at, code, n) == 0)
			return true;
		at += len;
	}
	return false;
}

bool
session_is_abroad(const struct session *s)
{
	static const char home[][3] = { "KZ", "KG", "UZ", "TJ", "TM" };
	const char *region = session_slot(s, "region");

	for (size_t i = 0; i < ARRAY_LEN(home); i++) {
		if (strncmp(region, home[i], 2) == 0)
			return false;
	}
	return region[0] != '\0';
}

unsigned
session_exceptions(
    const struct flows *f, const struct session *s, const struct flow_input *in)
{
	const char *region = session_slot(s, "region");
	char place[FLOW_NAME_MAX];

	if (!str_copy_bytes(place, sizeof place, region, strcspn(region, "- ")))
		place[0] = '\0';
	return exceptions_stated(&f->exceptions, in->country, place);
}

static bool
rule_holds(const struct turn *t, const struct rule *r)
{
	enum case_state state = t->in->resume == RESUME_OK ? t->in->resumed_state
							   : t->in->state;

	if ((r->class != CASE_NONE && t->s->class != r->class) ||
	    (r->by_bearer && t->in->bearer != r->bearer) ||
	    (r->by_state && state != r->state) ||
	    (r->abroad && !session_is_abroad(t->s)) ||
	    (r->old && !session_place_is_old(t->s, t->in->now_ms)) ||
	    (session_exceptions(t->f, t->s, t->in) & r->except) != r->except)
		return false;
	if (r->reg != REGISTER_ANY && t->s->plain != (r->reg == REGISTER_PLAIN))
		return false;
	return r->slot[0] == '\0' || answer_holds(session_slot(t->s, r->slot), r->is);
}

static uint8_t
branch(const struct turn *t, const struct step *st)
{
	for (unsigned i = 0; i < st->rules; i++) {
		if (rule_holds(t, &st->rule[i]))
			return st->rule[i].next;
	}
	return st->next;
}

/* An answer that is taken back: its slot goes, the code stored for the case is empty. */
static void
unanswer(struct turn *t, const char *slot)
{
	turn_answer(t, slot, "");
	slot_drop(t->s, slot);
}

/* Danger is theirs who write, also when they told of a relative: where they are, not in that country. */
static void
own_danger(struct turn *t)
{
	char own[FLOW_CODE_MAX];

	if (strcmp(session_slot(t->s, "about"), "relative") != 0)
		return;
	if (session_slot(t->s, SLOT_REFERRED)[0] != '\0') {
		/* the relative's goes on with those who were asked; this is another case */
		t->s->case_id = 0;
		t->s->class = CASE_NONE;
		turn_open_case(t, CASE_OTHER);
		if (folded_has_letters(&t->folded))
			(void)effect_add(t, EFFECT_NARRATIVE, "", "");
		t->first = true;
		return;
	}
	turn_answer(t, "about", "self");
	if (!str_copy(own, sizeof own, session_slot(t->s, SLOT_OWN_REGION)) ||
	    own[0] == '\0')
		return;
	if (strcmp(own, "-") == 0)
		unanswer(t, "region");
	else
		turn_answer(t, "region", own);
	unanswer(t, SLOT_OWN_REGION);
}

static void
set(struct turn *t, const struct step *st)
{
	if (st->class == CASE_DANGER)
		own_danger(t);
	if (st->slot[0] != '\0')
		turn_answer(t, st->slot, st->code);
	turn_raise_class(t, st->class);
	if (st->reg != REGISTER_ANY)
		t->s->plain = st->reg == REGISTER_PLAIN;
	if (st->task[0] != '\0')
		(void)effect_add(t, EFFECT_TASK, st->task, "");
}

/* S6, S10: nobody is asked without the person's yes, or an exception that the first reply states. */
static bool
may_refer(const struct turn *t, const char *under)
{
	unsigned held = session_exceptions(t->f, t->s, t->in);

	if (!session_has_case(t->s))
		return false;
	if (strcmp(under, "danger") == 0)
		return t->s->class == CASE_DANGER && (held & EXCEPT_DANGER) != 0;
	if (strcmp(under, "child") == 0)
		return strcmp(session_slot(t->s, "who"), "child") == 0 &&
		    (held & EXCEPT_CHILD) != 0;
	if (strcmp(under, "witness") == 0)
		return strcmp(session_slot(t->s, "about"), "others") == 0;
	return strcmp(session_slot(t->s, under), "yes") == 0;
}

/* One referral a step, the earliest. */
static void
refer(struct turn *t, const struct step *st)
{
	turn_need_case(t);
	if (!may_refer(t, st->under))
		return;
	slot_set(t->s, SLOT_REFERRED, "1");
	for (unsigned i = 0; i < t->e->n; i++) {
		struct effect *v = &t->e->v[i];

		if (v->kind == EFFECT_REFER) {
			v->ms = st->after_ms < v->ms ? st->after_ms : v->ms;
			return;
		}
	}
	effect_add(t, EFFECT_REFER, "", "")->ms = st->after_ms;
}

static void
deed(struct turn *t, const struct step *st)
{
	char code[FLOW_CODE_MAX] = "";

	turn_need_case(t);
	if (st->code_of[0] != '\0' &&
	    !str_copy(code, sizeof code, session_slot(t->s, st->code_of)))
		t->broken = true;
	(void)effect_add(t, EFFECT_DO, st->deed, code);
	if (strcmp(st->deed, "withdraw") == 0 && code[0] != '\0')
		slot_set(t->s, code, "no");
	if (strcmp(st->deed, "erase") == 0 && session_slot(t->s, SLOT_RESUMED)[0] == '\0')
		t->erased = true;
}

static void
end(struct turn *t, const struct step *st)
{
	struct saying y;

	drop_screen(t->s);
	slot_drop(t->s, SLOT_BACK);
	t->s->step[0] = '\0';
	turn_choose_lang(t);
	if (st->fetch) {
		fetch_end(t);
		return;
	}
	if (session_lang_ok(t->f, t->s) && (t->say != NULL || st->text[0] != '\0')) {
		y = saying_to(t->f, t->s, t->in, t->e->text);
		if (t->say != NULL)
			say_key(&y, t->say);
		if (st->text[0] != '\0')
			say_key(&y, st->text);
		t->broken = t->broken || y.failed;
		t->key = st->text[0] != '\0' ? st->text : t->say;
	}
	(void)effect_add(t, EFFECT_END, "", "");
}

/* The case lies in the country of the option, not where they are who write: their own hours stay theirs. */
static void
move_case(struct turn *t, const struct step *st, const struct option *o)
{
	char own[FLOW_CODE_MAX];

	if (st->region[0] == '\0')
		return;
	turn_need_case(t);
	if (session_slot(t->s, SLOT_OWN_REGION)[0] == '\0' &&
	    str_copy(own, sizeof own, session_slot(t->s, st->region)))
		turn_answer(t, SLOT_OWN_REGION, own[0] != '\0' ? own : "-");
	turn_answer(t, st->region, o->place);
	if (o->place[0] == '\0')
		slot_drop(t->s, st->region);
}

static void
choose(struct turn *t, const struct step *st, const struct option *o)
{
	if (o->code[0] != '\0')
		turn_answer(t, st->slot, o->code);
	move_case(t, st, o);
	if (st->consent[0] != '\0')
		effect_add(t, EFFECT_CONSENT, st->consent, o->code)->key = st->text;
	turn_raise_class(t, o->class);
}

uint8_t
turn_choose(struct turn *t, const struct step *st, const struct option *o)
{
	t->answered = true;
	choose(t, st, o);
	return o->next;
}

/* S3: without leave for plain words the question is not asked, and the answer is no. */
static uint8_t
decline(struct turn *t, const struct step *st)
{
	for (unsigned i = 0; i < st->options; i++) {
		if (strcmp(st->option[i].code, "no") == 0) {
			choose(t, st, &st->option[i]);
			return st->option[i].next;
		}
	}
	return STEP_NONE; /* flow_prove: never */
}

/* The one option whose words are in the opening text; yes and no only as the whole of it. */
static const struct option *
opening_option(const struct turn *t, const struct step *st)
{
	const struct option *found = NULL;

	for (unsigned i = 0; i < st->options; i++) {
		bool means = false;

		for (unsigned c = 0; c < WORD_CLASSES; c++) {
			const uint8_t *langs = c == WORD_YES || c == WORD_NO
			    ? t->words.whole
			    : t->words.any;

			means = means ||
			    ((st->option[i].words & CLASS_BIT(c)) != 0 && langs[c] != 0);
		}
		if (means && found != NULL)
			return NULL;
		if (means)
			found = &st->option[i];
	}
	return found;
}

/* Whether this text began the flow: no question was open, and it says an intent of the flow. */
static bool
is_opening(const struct turn *t)
{
	bool says = false;

	for (unsigned c = 0; c < WORD_CLASSES; c++)
		says = says ||
		    ((t->flow->intents & CLASS_BIT(c)) != 0 &&
			words_opens(&t->words, (enum word_class)c) != 0);
	return t->open == NULL && says;
}

/* S14: a yes that stands is not asked for again: it is taken back by a choice of its own. */
static uint8_t
agreed(const struct turn *t, const struct step *st)
{
	if (st->consent[0] == '\0' || turn_case_closed(t) ||
	    strcmp(session_slot(t->s, st->slot), "yes") != 0)
		return STEP_NONE;
	for (unsigned i = 0; i < st->options; i++) {
		if (strcmp(st->option[i].code, "yes") == 0)
			return st->option[i].next;
	}
	return STEP_NONE;
}

/* Where a question leads that needs no asking; STEP_NONE: it is asked. */
static uint8_t
pass_by(struct turn *t, const struct step *st)
{
	const struct option *o;
	uint8_t next = agreed(t, st);

	if (next != STEP_NONE)
		return next;
	if (st->kind == STEP_NOTICE && t->in->bearer == BEARER_SMS)
		return st->next;
	if (st->plain && !t->s->plain && strcmp(session_slot(t->s, "open"), "yes") != 0)
		return decline(t, st);
	if (!t->flow->opening || st != &t->flow->step[t->flow->start] || !is_opening(t))
		return STEP_NONE;
	o = opening_option(t, st);
	return o != NULL ? turn_choose(t, st, o) : STEP_NONE;
}

/* The case was asked about after it had ended: what is said now is of another. */
static bool
is_followed(const struct turn *t, const struct flow *to)
{
	return to->opens == FLOW_CASE_OPEN && t->in->state == CASE_STATE_CLOSED &&
	    strcmp(t->flow->name, FLOW_FOLLOWUP) == 0;
}

/* Out of a flow that has no case, beside one that is closed: as somebody new. */
static bool
is_left(const struct turn *t, const struct flow *to)
{
	return to->opens == FLOW_CASE_OPEN && t->flow->opens == FLOW_CASE_NONE &&
	    !is_followed(t, to) && turn_case_closed(t);
}

static bool
opens_first(const struct turn *t, const struct flow *to)
{
	return is_followed(t, to) ||
	    (to->opens == FLOW_CASE_OPEN && t->flow->opens == FLOW_CASE_NONE &&
		!session_has_case(t->s));
}

/* The step after one that asks nothing; STEP_NONE at an end. */
static uint8_t
carry_out(struct turn *t, const struct step *st)
{
	const struct flow *fl;
	uint8_t at;

	switch (st->kind) {
	case STEP_SAY:
		t->say = st->text;
		return st->next;
	case STEP_BRANCH:
		return branch(t, st);
	case STEP_SET:
		set(t, st);
		return st->next;
	case STEP_REFER:
		refer(t, st);
		return st->next;
	case STEP_DO:
		deed(t, st);
		return st->next;
	case STEP_FLOW:
		fl = flow_by_name(t->f, st->goto_flow);
		if (fl == NULL)
			return STEP_NONE; /* flow_prove: never */
		if (is_left(t, fl))
			turn_leave_case(t);
		/* S9: the exceptions are said before anybody is asked under one of them */
		t->first = t->first || opens_first(t, fl);
		if (is_followed(t, fl))
			turn_open_case(t, CASE_OTHER);
		turn_enter(t, fl);
		at = flow_step_index(fl, st->goto_at);
		return at != STEP_NONE ? at : fl->start;
	case STEP_END:
		end(t, st);
		return STEP_NONE;
	case STEP_CHOICE:
	case STEP_SEVERAL:
	case STEP_NUMBER:
	case STEP_TEXT:
	case STEP_PLACE:
	case STEP_NOTICE:
	case STEP_HOUR:
		break;
	}
	return STEP_NONE;
}

void
turn_go(struct turn *t, uint8_t next)
{
	for (unsigned hops = 0; hops < HOPS_MAX && next < t->flow->steps; hops++) {
		const struct step *st = &t->flow->step[next];
		uint8_t past;

		if (!step_asks(st)) {
			next = carry_out(t, st);
			continue;
		}
		past = pass_by(t, st);
		if (past == STEP_NONE) {
			ask(t, st);
			return;
		}
		next = past;
	}
}

static bool
flow_knows(const struct flow *fl, const char *slot)
{
	if (slot[0] == '_' || strcmp(slot, "region") == 0 ||
	    strcmp(slot, SLOT_OWN_REGION) == 0)
		return true;
	for (unsigned i = 0; i < fl->steps; i++) {
		if (strcmp(fl->step[i].slot, slot) == 0 ||
		    strcmp(fl->step[i].region, slot) == 0)
			return true;
	}
	return false;
}

unsigned
flow_slots_of(const struct flow *fl)
{
	unsigned n =
	    2; /* the region that an opened case has, and that of who tells of another */

	for (unsigned i = 0; i < fl->steps; i++) {
		const char *slot = fl->step[i].slot;
		bool before = strcmp(slot, "region") == 0;

		for (unsigned k = 0; k < i; k++)
			before = before || strcmp(fl->step[k].slot, slot) == 0;
		n += slot[0] != '\0' && !before;
	}
	return n;
}

/* Answers of other flows that would leave this one no room. */
static void
make_room(struct session *s, const struct flow *fl)
{
	unsigned needs = OWN_SLOTS + flow_slots_of(fl);
	unsigned room = needs < FLOW_SLOTS ? FLOW_SLOTS - needs : 0;
	unsigned others = 0;

	for (unsigned i = 0; i < s->slots; i++)
		others += !flow_knows(fl, s->slot[i].name);
	for (unsigned i = 0; i < s->slots && others > room;) {
		if (flow_knows(fl, s->slot[i].name)) {
			i++;
			continue;
		}
		slot_drop(s, s->slot[i].name);
		others--;
	}
}

void
turn_enter(struct turn *t, const struct flow *fl)
{
	slot_drop(t->s, SLOT_BACK);
	if (fl->opens == FLOW_CASE_OPEN)
		slot_drop(t->s, SLOT_RETURN);
	make_room(t->s, fl);
	t->flow = fl;
	t->s->version = fl->version;
	if (!str_copy(t->s->flow, sizeof t->s->flow, fl->name))
		t->broken = true;
}

void
turn_start_flow(struct turn *t, const struct flow *fl, uint8_t at)
{
	turn_enter(t, fl);
	turn_go(t, at != STEP_NONE ? at : fl->start);
}
