/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a rule may do in a step: answers, effects, a case, a text; and which flow a session is on.
 * It decides nothing about the input. Called by flow*.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "gsm.h"
#include "str.h"

#define PARTS_MAX 2 /* of a text to a person */

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
	    st->kind == STEP_NUMBER || st->kind == STEP_TEXT || st->kind == STEP_PLACE ||
	    st->kind == STEP_NOTICE || st->kind == STEP_HOUR;
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
turn_drop_answers(struct session *s)
{
	static const char *const of_case[] = { SLOT_REFERRED, SLOT_CUT, SLOT_KNOCK,
		SLOT_RETURN };

	for (unsigned i = 0; i < s->slots;) {
		if (s->slot[i].name[0] == '_')
			i++;
		else
			slot_drop(s, s->slot[i].name);
	}
	for (size_t i = 0; i < ARRAY_LEN(of_case); i++)
		slot_drop(s, of_case[i]);
}

void
turn_open_case(struct turn *t, enum case_class c)
{
	if (session_has_case(t->s) && !turn_case_closed(t))
		return;
	t->opened = true;
	t->s->case_id = 0;
	t->s->class = c;
	turn_drop_answers(t->s);
	effect_add(t, EFFECT_CASE_OPEN, "", "")->class = c;
	if (t->in->country[0] != '\0')
		turn_answer(t, "region", t->in->country);
	t->answered = false;
}

void
turn_need_case(struct turn *t)
{
	if (t->flow != NULL && t->flow->opens == FLOW_CASE_OPEN &&
	    (!session_has_case(t->s) || (turn_case_closed(t) && flow_refers(t->flow))))
		turn_open_case(t, CASE_OTHER);
}

void
turn_raise_class(struct turn *t, enum case_class c)
{
	if (c != CASE_NONE)
		turn_need_case(t);
	if (c <= t->s->class || !session_has_case(t->s))
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
	if (slot[0] != '_')
		turn_need_case(t);
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
	bool kept = false;

	for (unsigned i = 0; i < t->e->n; i++) /* a new case may be opened behind them */
		kept = kept || t->e->v[i].kind == EFFECT_NARRATIVE;
	if (session_has_case(t->s) && !t->answered && !kept &&
	    folded_has_letters(&t->folded))
		(void)effect_add(t, EFFECT_NARRATIVE, "", "");
	t->answered = true;
}

void
turn_choose_lang(struct turn *t)
{
	enum word_class best = WORD_CLASSES;
	const enum word_class *order;
	enum lang l;
	size_t n;

	if (session_lang_ok(t->f, t->s))
		return;
	order = words_open_order(&n);
	for (size_t i = 0; i < n && best == WORD_CLASSES; i++) {
		if (words_opens(&t->words, order[i]) != 0)
			best = order[i];
	}
	l = words_guess_lang(&t->words, &t->folded, best, t->in->country);
	t->s->lang = l < LANGS && (t->f->langs & 1U << l) != 0 ? l : LANG_NONE;
}

static struct saying
begin(struct turn *t)
{
	return saying_to(t->f, t->s, t->in, t->e->text);
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

/* S3a: the one plain question is shown once; who wants it again is asked for leave again. */
static void
leave_plain(struct turn *t, const struct flow *fl)
{
	uint8_t at = fl != NULL ? flow_step_index(fl, t->s->step) : STEP_NONE;

	if (t->fresh || t->s->plain || at == STEP_NONE || !fl->step[at].plain)
		return;
	for (uint8_t i = 0; i < fl->steps; i++) {
		if (strcmp(fl->step[i].slot, "open") != 0 || !step_asks(&fl->step[i]))
			continue;
		slot_drop(t->s, "open");
		if (!str_copy(t->s->step, sizeof t->s->step, fl->step[i].name))
			t->broken = true;
		return;
	}
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
	leave_plain(t, fl);
	y = begin(t);
	say_open_question(&y, fl, t->s);
	/* in the middle of a conversation a question may have no room behind the first reply */
	if (t->in->bearer == BEARER_SMS && session_slot(t->s, SLOT_FIRST)[0] != '\0' &&
	    gsm_size_of(t->e->text).parts > PARTS_MAX) {
		slot_drop(t->s, SLOT_FIRST);
		y = begin(t);
		say_open_question(&y, fl, t->s);
	}
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
