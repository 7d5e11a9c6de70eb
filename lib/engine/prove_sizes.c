/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walks all that can be said in one step, with every place's name in it, and counts the parts. The
 * bound is the largest that one of its pieces states. Called by flow_prove.c.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gsm.h"
#include "prove.h"
#include "screen.h"
#include "str.h"
#include "text_po.h"

#define PAGES_MAX 4 /* of a screen that has no short form of its own */

/* What was said before the question on one path through a flow. */
struct path {
	const struct flows *f;
	const struct flow *fl;
	const char *dir;
	enum lang lang;
	enum text_register reg;
	unsigned except; /* what the first reply states: each table in turn */
	bool first;
	const struct step *echo;
	const struct step *which;
	const char *say;
	unsigned
	    widest[PLACE_LONGEST]; /* places whose names are the longest, by alphabet */
	unsigned wide;
	struct flow_err *err;
};

static struct saying
begin(const struct path *p, char text[FLOW_TEXT_MAX])
{
	struct saying y = saying_begin(p->f, p->lang, p->reg, text);

	y.except = p->except;
	return y;
}

unsigned
flow_parts_of(const struct flows *f, enum lang l, enum text_register reg, const char *key)
{
	for (size_t i = 0; i < texts_count(f->texts); i++) {
		struct text_row r = texts_row(f->texts, i);

		if (r.lang == l && r.reg == reg && strcmp(r.key, key) == 0)
			return r.parts > 0 ? r.parts : 1;
	}
	return 1;
}

static enum rc
check(const struct path *p, const char *text, unsigned bound, const char *key)
{
	struct gsm_size size = gsm_size_of(text);
	char file[PATH_MAX];
	const char *context = p->reg == TEXT_COVER ? "cover" : "";

	if (size.parts <= bound)
		return RC_OK;
	if (snprintf(file, sizeof file, "%s/po/%s.po", p->dir, lang_code(p->lang)) >=
	    (int)sizeof file)
		file[0] = '\0';
	return prove_fail(p->err, file, po_line_of(file, context, key), key,
	    "%u parts, %u %s with what stands before it; allowed: %u", size.parts,
	    size.units, size.alphabet == GSM_7BIT ? "septets" : "UCS-2 units", bound);
}

/* A key's own screen is one; what has none is shown in pages, a few at most. */
static enum rc
check_screen(const struct path *p, const char *text, const char *key, bool own)
{
	char file[PATH_MAX], screen[SCREEN_MAX], named[FLOW_KEY_MAX + 8];
	const char *context = p->reg == TEXT_COVER ? "cover" : "";
	struct gsm_size size = gsm_size_of(text);
	bool more;
	bool good = own ? gsm_fits_screen(text)
			: screen_page(text, 0, screen, &more) &&
		!screen_page(text, PAGES_MAX, screen, &more);

	if (good)
		return RC_OK;
	if (snprintf(named, sizeof named, "%s%s", key, own ? KEY_ON_USSD : "") < 0 ||
	    snprintf(file, sizeof file, "%s/po/%s.po", p->dir, lang_code(p->lang)) >=
		(int)sizeof file)
		file[0] = '\0';
	return prove_fail(p->err, file, po_line_of(file, context, named), named,
	    "%u %s are no screen; allowed: 182 septets or 80 UCS-2 units%s", size.units,
	    size.alphabet == GSM_7BIT ? "septets" : "UCS-2 units",
	    own ? "" : ", or a few pages of them");
}

static bool
has_screen(const struct path *p, const char *key)
{
	char named[FLOW_KEY_MAX + 8];

	return snprintf(named, sizeof named, "%s" KEY_ON_USSD, key) < (int)sizeof named &&
	    text_get(p->f->texts, p->lang, p->reg, named) != NULL;
}

static enum rc
measure_screen(const struct path *p, const char *key)
{
	char text[FLOW_TEXT_MAX];
	struct saying y = begin(p, text);

	y.bearer = BEARER_USSD;
	say_key(&y, key);
	return y.failed ? RC_OK : check_screen(p, text, key, has_screen(p, key));
}

/* "Go on" of a cut dialogue says what is known, then asks: together one screen where the question has its own. */
static enum rc
measure_go_on(const struct path *p, const struct step *st)
{
	static const char *const known[] = { KEY_GO_SENT, KEY_GO_TAKEN, KEY_GO_NOBODY };
	char text[FLOW_TEXT_MAX];
	enum rc rc = RC_OK;

	if (p->fl->again == STEP_NONE || p->fl->opens != FLOW_CASE_OPEN ||
	    st->kind == STEP_PLACE || st->kind == STEP_NOTICE)
		return RC_OK;
	for (size_t i = 0; i < ARRAY_LEN(known) && rc == RC_OK; i++) {
		struct saying y = saying_begin(p->f, p->lang, p->reg, text);

		y.bearer = BEARER_USSD;
		say_key(&y, known[i]);
		say_key(&y, st->text);
		if (!y.failed)
			rc = check_screen(p, text, st->text, has_screen(p, st->text));
	}
	return rc;
}

/* The question for a place, as a dialogue shows it in each country that has a menu of towns. */
static enum rc
measure_menu(const struct path *p, const struct step *st)
{
	struct session s = { .lang = p->lang, .plain = p->reg == TEXT_PLAIN };
	struct flow_input in = { .bearer = BEARER_USSD, .taken_at = "" };
	char text[FLOW_TEXT_MAX];
	enum rc rc = RC_OK;

	for (unsigned i = 0; i < places_count(p->f->places) && rc == RC_OK; i++) {
		const char *id = place_id(p->f->places, i);
		struct saying y;

		if (strlen(id) != 2)
			continue;
		s.slots = 0;
		slot_set(&s, st->region, id);
		if (!str_copy(s.step, sizeof s.step, st->name))
			return RC_REFUSED;
		y = saying_to(p->f, &s, &in, text);
		say_open_question(&y, p->fl, &s);
		if (y.failed)
			return prove_fail(p->err, p->fl->file, st->line, st->text,
			    "its screen for %s cannot be filled; allowed placeholder: list",
			    id);
		rc = check_screen(p, text, st->text, true);
	}
	return rc;
}

static unsigned
bound_of(const struct path *p, const char *key)
{
	unsigned bound = flow_parts_of(p->f, p->lang, p->reg, key);
	const char *const more[] = { p->first ? KEY_INTRO : NULL,
		p->echo != NULL ? p->echo->echo : NULL, p->say };

	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		unsigned parts = more[i] != NULL
		    ? flow_parts_of(p->f, p->lang, p->reg, more[i])
		    : 0;

		bound = parts > bound ? parts : bound;
	}
	return bound;
}

static enum rc
measure(const struct path *p, const char *key)
{
	unsigned places = p->echo != NULL ? p->wide : 1;
	unsigned bound = bound_of(p, key);
	char text[FLOW_TEXT_MAX];
	enum rc rc = RC_OK;

	for (unsigned i = 0; i < places && rc == RC_OK; i++) {
		struct saying y = begin(p, text);

		if (p->first)
			say_intro(&y);
		if (p->say != NULL)
			say_key(&y, p->say);
		if (p->echo != NULL)
			say_echo(&y, p->echo, p->widest[i]);
		say_key(&y, key);
		if (y.failed)
			return prove_fail(p->err, p->fl->file, 1, key,
			    "it cannot be filled; allowed placeholders: except in %s, town in an "
			    "echo, list in which",
			    KEY_INTRO);
		rc = check(p, text, bound, key);
	}
	return rc;
}

/* The longest names three at a time: no list of like names is longer. */
static enum rc
measure_which(const struct path *p, const struct step *st)
{
	unsigned longest[PLACE_FOUND_MAX] = { 0 }, units[PLACE_FOUND_MAX] = { 0 };
	char text[FLOW_TEXT_MAX];
	struct saying y = saying_begin(p->f, p->lang, p->reg, text);

	for (unsigned i = 0; i < places_count(p->f->places); i++) {
		unsigned at, n = gsm_size_of(place_name(p->f->places, i, p->lang)).units;

		for (at = PLACE_FOUND_MAX; at > 0 && units[at - 1] < n; at--) {
			if (at < PLACE_FOUND_MAX) {
				units[at] = units[at - 1];
				longest[at] = longest[at - 1];
			}
		}
		if (at < PLACE_FOUND_MAX) {
			units[at] = n;
			longest[at] = i;
		}
	}
	say_which(&y, st, longest, PLACE_FOUND_MAX);
	if (y.failed)
		return prove_fail(p->err, p->fl->file, st->line, st->which,
		    "it cannot be filled; allowed placeholder: list");
	return check(p, text, flow_parts_of(p->f, p->lang, p->reg, st->which), st->which);
}

static enum rc
walk(struct path p, uint8_t at)
{
	const struct step *st;
	enum rc rc = RC_OK;

	if (at == STEP_NONE)
		return RC_OK;
	st = &p.fl->step[at];
	if (st->kind == STEP_END && st->text[0] == '\0')
		return RC_OK; /* nothing is said */
	if ((step_asks(st) && st->kind != STEP_NOTICE) || st->kind == STEP_END) {
		if (st->kind == STEP_END && p.first)
			p.first = false;
		if (st->kind == STEP_END)
			p.echo = NULL;
		return measure(&p,
		    p.first && st->after_intro[0] != '\0' ? st->after_intro : st->text);
	}
	if (st->kind == STEP_NOTICE) /* on a screen only: another text begins behind it */
		return walk(p, st->next);
	if (st->kind == STEP_SAY)
		p.say = st->text;
	for (unsigned i = 0; i < st->rules && rc == RC_OK; i++) {
		const struct rule *r = &st->rule[i];

		/* behind the first reply nothing has been answered */
		if (p.first && r->slot[0] != '\0' && r->is[0] != '\0')
			continue;
		rc = walk(p, r->next);
		if (p.first && r->slot[0] != '\0' && r->class == CASE_NONE)
			return rc;
	}
	return rc == RC_OK ? walk(p, st->next) : rc;
}

/* What can follow one question. */
static enum rc
leave(struct path p, const struct step *st)
{
	enum rc rc = RC_OK;

	for (unsigned i = 0; i < st->options && rc == RC_OK; i++)
		rc = walk(p, st->option[i].next);
	if (rc == RC_OK && st->kind == STEP_PLACE) {
		rc = measure_which(&p, st);
		if (rc == RC_OK)
			rc = walk(p, st->next_words);
		if (rc == RC_OK)
			rc = walk(p, st->next_skip);
		p.echo = st;
	}
	return rc == RC_OK ? walk(p, st->next) : rc;
}

static enum rc
measure_own(struct path p)
{
	static const char *const keys[] = { KEY_SCREEN, KEY_CALL, KEY_DECOY, KEY_OWN_SET,
		KEY_OWN_UNFIT, KEY_DOWN, KEY_STATE_NONE, KEY_STATE_SENT, KEY_STATE_TAKEN,
		KEY_STATE_NOBODY, KEY_STATE_CLOSED, KEY_STATE_NIGHT, KEY_KNOCK, KEY_GO_ON,
		KEY_RESUME_WRONG, KEY_RESUME_LOCKED, KEY_JOB_ANSWER };
	char text[FLOW_TEXT_MAX];
	enum rc rc = RC_OK;

	for (size_t i = 0; i < ARRAY_LEN(keys) && rc == RC_OK; i++) {
		struct saying y = saying_begin(p.f, p.lang, p.reg, text);

		say_key(&y, keys[i]);
		if (y.failed)
			return prove_fail(p.err, "the engine's own texts", 1, keys[i],
			    "it cannot be filled; allowed placeholders: at hour code words dial card");
		rc = check(&p, text, flow_parts_of(p.f, p.lang, p.reg, keys[i]), keys[i]);
		if (rc == RC_OK)
			rc = measure_screen(&p, keys[i]);
	}
	return rc;
}

static enum rc
prove_flow_sizes(struct path p)
{
	enum rc rc;

	p.first = p.fl->opens == FLOW_CASE_OPEN;
	rc = walk(p, p.fl->start);
	if (rc == RC_OK)
		rc = walk(p, p.fl->danger);
	p.first = false;
	if (rc == RC_OK)
		rc = walk(p, p.fl->danger);
	for (unsigned i = 0; i < p.fl->steps && rc == RC_OK; i++) {
		if (p.fl->step[i].kind == STEP_END && p.fl->step[i].text[0] != '\0')
			rc = measure_screen(&p, p.fl->step[i].text);
		if (rc != RC_OK || !step_asks(&p.fl->step[i]))
			continue;
		rc = measure(&p, p.fl->step[i].text); /* asked again, alone */
		if (rc == RC_OK && p.fl->step[i].kind == STEP_PLACE)
			rc = measure_menu(&p, &p.fl->step[i]);
		else if (rc == RC_OK)
			rc = measure_screen(&p, p.fl->step[i].text);
		if (rc == RC_OK)
			rc = measure_go_on(&p, &p.fl->step[i]);
		if (rc == RC_OK)
			rc = leave(p, &p.fl->step[i]);
	}
	return rc;
}

/* "9 if wrong" must not be an answer to the question behind the echo. */
static enum rc
prove_nine(
    const struct flow *fl, const struct step *from, uint8_t at, struct flow_err *err)
{
	const struct step *st;
	enum rc rc = RC_OK;

	if (at == STEP_NONE)
		return RC_OK;
	st = &fl->step[at];
	if (st->kind == STEP_NUMBER)
		return prove_fail(err, fl->file, st->line, st->name,
		    "a number is asked behind the echo of %s, where 9 means back",
		    from->name);
	for (unsigned i = 0; i < st->options; i++) {
		if (st->option[i].digit == 9)
			return prove_fail(err, fl->file, st->line, st->name,
			    "9 is an option behind the echo of %s, where it means back",
			    from->name);
	}
	if (step_asks(st) || st->kind == STEP_END)
		return RC_OK;
	for (unsigned i = 0; i < st->rules && rc == RC_OK; i++)
		rc = prove_nine(fl, from, st->rule[i].next, err);
	return rc == RC_OK ? prove_nine(fl, from, st->next, err) : rc;
}

/* One flow in one language and register, whatever exceptions the first reply states. */
static enum rc
prove_in(struct path p)
{
	unsigned told[EXCEPT_TABLES];
	size_t n = exceptions_told(&p.f->exceptions, told);
	enum rc rc;

	p.wide = place_longest(p.f->places, p.lang, p.widest);
	rc = measure_own(p);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		p.except = told[i];
		rc = prove_flow_sizes(p);
	}
	return rc;
}

enum rc
prove_sizes(const struct flows *f, const char *dir, struct flow_err *err)
{
	enum rc rc = RC_OK;

	for (unsigned i = 0; i < f->n; i++) {
		for (unsigned s = 0; s < f->flow[i].steps && rc == RC_OK; s++) {
			const struct step *st = &f->flow[i].step[s];

			if (st->kind == STEP_PLACE)
				rc = prove_nine(&f->flow[i], st, st->next, err);
		}
		for (unsigned l = 0; l < LANGS; l++) {
			for (unsigned reg = 0; reg < 2 && rc == RC_OK; reg++) {
				struct path p = { .f = f,
					.fl = &f->flow[i],
					.dir = dir,
					.lang = (enum lang)l,
					.reg = (enum text_register)reg,
					.err = err };

				if ((f->langs & 1U << l) == 0)
					break;
				rc = prove_in(p);
			}
		}
	}
	return rc;
}
