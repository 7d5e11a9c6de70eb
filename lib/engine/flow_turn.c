/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a rule may do in a step: answers, effects, the walk from step to step up to the next question.
 * It decides nothing about the input. Called by flow.c and flow_answer.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "str.h"

#define HOPS_MAX FLOW_STEPS

static const char *const class_names[] = { [CASE_NONE] = "none",
	[CASE_OTHER] = "other",
	[CASE_HELD] = "held",
	[CASE_URGENT] = "urgent",
	[CASE_DANGER] = "danger" };

const char *
case_class_name(enum case_class c)
{
	return class_names[c];
}

enum case_class
case_class_parse(const char *name)
{
	for (unsigned c = CASE_OTHER; c < ARRAY_LEN(class_names); c++) {
		if (strcmp(class_names[c], name) == 0)
			return (enum case_class)c;
	}
	return CASE_NONE;
}

const char *
session_slot(const struct session *s, const char *name)
{
	for (unsigned i = 0; i < s->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(s->slot[i].name, name) == 0)
			return s->slot[i].code;
	}
	return "";
}

void
slot_drop(struct session *s, const char *name)
{
	for (unsigned i = 0; i < s->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(s->slot[i].name, name) == 0) {
			s->slot[i] = s->slot[--s->slots];
			s->slot[s->slots] = (struct slot){ 0 };
			return;
		}
	}
}

void
slot_set(struct session *s, const char *name, const char *code)
{
	struct slot *v = NULL;

	for (unsigned i = 0; i < s->slots && i < FLOW_SLOTS; i++) {
		if (strcmp(s->slot[i].name, name) == 0)
			v = &s->slot[i];
	}
	if (v == NULL && s->slots < FLOW_SLOTS) /* flow_prove counts the slots */
		v = &s->slot[s->slots++];
	if (v == NULL || !str_copy(v->name, sizeof v->name, name) ||
	    !str_copy(v->code, sizeof v->code, code))
		return;
}

const struct flow *
flow_by_name(const struct flows *f, const char *name)
{
	const struct flow *newest = NULL;

	for (unsigned i = 0; i < f->n; i++) {
		if (strcmp(f->flow[i].name, name) == 0 &&
		    (newest == NULL || f->flow[i].version > newest->version))
			newest = &f->flow[i];
	}
	return newest;
}

const struct flow *
flow_of_session(const struct flows *f, const struct session *s)
{
	for (unsigned i = 0; i < f->n; i++) {
		if (f->flow[i].version == s->version &&
		    strcmp(f->flow[i].name, s->flow) == 0)
			return &f->flow[i];
	}
	return flow_by_name(f, s->flow);
}

bool
flow_is_newest(const struct flows *f, const struct flow *fl)
{
	return flow_by_name(f, fl->name) == fl;
}

bool
flows_has(const struct flows *f, const char *name, uint16_t version)
{
	for (unsigned i = 0; i < f->n; i++) {
		if (f->flow[i].version == version && strcmp(f->flow[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Where a flow stands in its file says nothing about it. */
static bool
is_same(const struct flow *a, const struct flow *b)
{
	struct flow *x = xmalloc(2 * sizeof *x), *y = x + 1;
	bool same;

	memcpy(x, a, sizeof *x);
	memcpy(y, b, sizeof *y);
	memset(x->file, 0, sizeof x->file);
	memset(y->file, 0, sizeof y->file);
	for (unsigned i = 0; i < FLOW_STEPS; i++)
		x->step[i].line = y->step[i].line = 0;
	same = memcmp(x, y, sizeof *x) == 0;
	free(x);
	return same;
}

enum rc
flows_follow(const struct flows *old, const struct flows *new, struct flow_err *err)
{
	for (unsigned i = 0; i < old->n; i++) {
		for (unsigned k = 0; k < new->n; k++) {
			const struct flow *a = &old->flow[i], *b = &new->flow[k];

			if (a->version != b->version || strcmp(a->name, b->name) != 0 ||
			    is_same(a, b))
				continue;
			(void)snprintf(err->s, sizeof err->s,
			    "%s:1: version: flow %s was changed and is still version %u; "
			    "allowed: another number, for people are on this one",
			    b->file, b->name, b->version);
			return RC_REFUSED;
		}
	}
	return RC_OK;
}

uint8_t
flow_step_index(const struct flow *fl, const char *name)
{
	for (uint8_t i = 0; i < fl->steps; i++) {
		if (strcmp(fl->step[i].name, name) == 0)
			return i;
	}
	return STEP_NONE;
}

bool
step_asks(const struct step *st)
{
	return st->kind == STEP_CHOICE || st->kind == STEP_SEVERAL ||
	    st->kind == STEP_NUMBER || st->kind == STEP_TEXT || st->kind == STEP_PLACE;
}

struct effect *
effect_add(struct turn *t, enum effect_kind kind, const char *name, const char *code)
{
	static struct effect spare; /* never read; flow_prove bounds what a step can do */
	struct effect *v = t->e->n < FLOW_EFFECTS ? &t->e->v[t->e->n++] : &spare;

	*v = (struct effect){ .kind = kind };
	if (!str_copy(v->name, sizeof v->name, name) ||
	    !str_copy(v->code, sizeof v->code, code))
		t->broken = true;
	return v;
}

bool
session_has_case(const struct session *s)
{
	return s->case_id != 0 || s->class != CASE_NONE;
}

void
turn_open_case(struct turn *t, enum case_class c)
{
	if (session_has_case(t->s) && t->in->state != CASE_STATE_CLOSED)
		return;
	t->s->case_id = 0;
	t->s->class = c;
	t->s->slots = 0;
	effect_add(t, EFFECT_CASE_OPEN, "", "")->class = c;
	if (t->in->country[0] != '\0')
		turn_answer(t, "region", t->in->country);
	t->answered = false;
}

void
turn_raise_class(struct turn *t, enum case_class c)
{
	if (c <= t->s->class)
		return;
	t->s->class = c;
	for (unsigned i = 0; i < t->e->n; i++) {
		if (t->e->v[i].kind == EFFECT_CASE_OPEN) {
			t->e->v[i].class = c;
			return;
		}
	}
	effect_add(t, EFFECT_CASE_CLASS, "", "")->class = c;
}

void
turn_answer(struct turn *t, const char *slot, const char *code)
{
	slot_set(t->s, slot, code);
	(void)effect_add(t, EFFECT_ANSWER, slot, code);
	t->answered = true;
}

bool
folded_has_letters(const struct folded *f)
{
	for (unsigned i = 0; i < f->tokens; i++) {
		if (!f->token[i].digits)
			return true;
	}
	return false;
}

/* The person's own words, once an input. A menu digit is none. */
void
turn_keep_words(struct turn *t)
{
	if (session_has_case(t->s) && !t->answered && folded_has_letters(&t->folded))
		(void)effect_add(t, EFFECT_NARRATIVE, "", "");
	t->answered = true;
}

void
turn_choose_lang(struct turn *t)
{
	static const enum word_class order[] = { WORD_DANGER, WORD_HELP, WORD_REPORT,
		WORD_JOB, WORD_INFO };
	enum word_class best = WORD_CLASSES;
	enum lang l;

	if (session_lang_ok(t->f, t->s))
		return;
	for (size_t i = 0; i < ARRAY_LEN(order) && best == WORD_CLASSES; i++) {
		if (t->words.any[order[i]] != 0)
			best = order[i];
	}
	l = words_guess_lang(&t->words, &t->folded, best, t->in->country);
	t->s->lang = l < LANGS && (t->f->langs & 1U << l) != 0 ? l : LANG_NONE;
}

static struct saying
begin(struct turn *t)
{
	return saying_begin(t->f, t->s->lang, session_register(t->s), t->e->text);
}

void
turn_say(struct turn *t, const char *key, const struct text_arg *args, size_t n)
{
	struct saying y = begin(t);

	say_text(&y, key, args, n);
	t->broken = t->broken || y.failed;
	t->key = key;
}

/* Opens the language row; the step it hides is asked afterwards. */
void
turn_ask_row(struct turn *t)
{
	char order[FLOW_CODE_MAX];
	struct saying y;

	if (strcmp(t->s->step, STEP_LANGUAGE) != 0) {
		slot_set(t->s, SLOT_THEN, t->s->step[0] != '\0' ? t->s->step : "-");
		if (!str_copy(t->s->step, sizeof t->s->step, STEP_LANGUAGE))
			t->broken = true;
	}
	row_order(t->f, t->in->country, order);
	slot_set(t->s, SLOT_ROW, order);
	y = begin(t);
	say_row(&y, order);
	t->broken = t->broken || y.failed;
	t->key = KEY_ROW;
	t->asked = true;
}

void
turn_ask_again(struct turn *t)
{
	const struct flow *fl = flow_of_session(t->f, t->s);
	struct saying y;
	uint8_t i;

	turn_choose_lang(t);
	slot_drop(t->s, SLOT_UNSAID);
	if (!session_lang_ok(t->f, t->s)) {
		turn_ask_row(t);
		return;
	}
	y = begin(t);
	say_open_question(&y, fl, t->s);
	t->broken = t->broken || y.failed;
	i = fl != NULL ? flow_step_index(fl, t->s->step) : STEP_NONE;
	if (i == STEP_NONE)
		t->key = KEY_SCREEN;
	else if (session_slot(t->s, SLOT_WHICH)[0] != '\0')
		t->key = fl->step[i].which;
	else
		t->key = fl->step[i].text;
	t->asked = true;
}

static void
ask(struct turn *t, const struct step *st)
{
	static const char *const own[] = { SLOT_FIRST, SLOT_ECHO, SLOT_WHICH, SLOT_SAY,
		SLOT_UNSAID };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		slot_drop(t->s, own[i]);
	if (!str_copy(t->s->step, sizeof t->s->step, st->name))
		t->broken = true;
	if (t->first)
		slot_set(t->s, SLOT_FIRST, "1");
	if (t->echo != NULL)
		slot_set(t->s, SLOT_ECHO, t->echo);
	if (t->say != NULL)
		slot_set(t->s, SLOT_SAY, t->say);
	turn_ask_again(t);
}

static bool
rule_holds(const struct session *s, const struct rule *r)
{
	if (r->class != CASE_NONE && s->class != r->class)
		return false;
	return r->slot[0] == '\0' || strcmp(session_slot(s, r->slot), r->is) == 0;
}

static uint8_t
branch(const struct session *s, const struct step *st)
{
	for (unsigned i = 0; i < st->rules; i++) {
		if (rule_holds(s, &st->rule[i]))
			return st->rule[i].next;
	}
	return st->next;
}

static void
set(struct turn *t, const struct step *st)
{
	if (st->slot[0] != '\0')
		turn_answer(t, st->slot, st->code);
	turn_raise_class(t, st->class);
	if (st->task[0] != '\0')
		(void)effect_add(t, EFFECT_TASK, st->task, "");
}

/* S6, S10: nobody is asked without the person's yes, or an exception that the first reply states. */
static bool
may_refer(const struct turn *t, const char *under)
{
	if (strcmp(under, "danger") == 0)
		return t->s->class == CASE_DANGER &&
		    (t->f->exceptions & EXCEPT_DANGER) != 0;
	if (strcmp(under, "child") == 0)
		return strcmp(session_slot(t->s, "who"), "child") == 0 &&
		    (t->f->exceptions & EXCEPT_CHILD) != 0;
	return strcmp(session_slot(t->s, under), "yes") == 0;
}

/* One referral a step, the earliest. */
static void
refer(struct turn *t, const struct step *st)
{
	if (!may_refer(t, st->under))
		return;
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
end(struct turn *t, const struct step *st)
{
	static const char *const own[] = { SLOT_FIRST, SLOT_ECHO, SLOT_WHICH, SLOT_SAY,
		SLOT_UNSAID };
	struct saying y;

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		slot_drop(t->s, own[i]);
	t->s->step[0] = '\0';
	turn_choose_lang(t);
	if (session_lang_ok(t->f, t->s)) {
		y = begin(t);
		if (t->say != NULL)
			say_key(&y, t->say);
		say_key(&y, st->text);
		t->broken = t->broken || y.failed;
		t->key = st->text;
	}
	(void)effect_add(t, EFFECT_END, "", "");
}

void
turn_go(struct turn *t, uint8_t next)
{
	for (unsigned hops = 0; hops < HOPS_MAX && next < t->flow->steps; hops++) {
		const struct step *st = &t->flow->step[next];

		switch (st->kind) {
		case STEP_CHOICE:
		case STEP_SEVERAL:
		case STEP_NUMBER:
		case STEP_TEXT:
		case STEP_PLACE:
			ask(t, st);
			return;
		case STEP_END:
			end(t, st);
			return;
		case STEP_SAY:
			t->say = st->text;
			break;
		case STEP_BRANCH:
			next = branch(t->s, st);
			continue;
		case STEP_SET:
			set(t, st);
			break;
		case STEP_REFER:
			refer(t, st);
			break;
		}
		next = st->next;
	}
}
