/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is proved of a load before anybody is answered from it: every step reachable and leading to
 * an end, every text there, in its size and free of banned words. Called by flow_conf.c alone.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "prove.h"

#define OWN_SLOTS 7
#define ACTS_MAX \
	8 /* set and refer steps between two questions: bounds the effects of a step */

static const char *const own_keys[] = { KEY_INTRO, KEY_SCREEN, KEY_LANG_NAME, KEY_CALL,
	KEY_DECOY, KEY_STATE_NONE, KEY_STATE_SENT, KEY_STATE_TAKEN, KEY_STATE_NOBODY,
	KEY_STATE_CLOSED, "except.none", "except.child", "except.danger",
	"except.child_danger" };

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

/* Each step that may follow, in turn; STEP_NONE at the end. */
static uint8_t
nth_next(const struct step *st, unsigned n)
{
	const uint8_t plain[] = { st->next, st->next_words, st->next_skip };
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

static void
reach(const struct flow *fl, uint8_t at, bool seen[FLOW_STEPS])
{
	uint8_t next;

	if (at == STEP_NONE || seen[at])
		return;
	seen[at] = true;
	for (unsigned i = 0; (next = nth_next(&fl->step[at], i)) != STEP_NONE; i++)
		reach(fl, next, seen);
}

/* A fixed point: a step can end when one of its followers can. */
static void
find_ends(const struct flow *fl, bool ends[FLOW_STEPS])
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (unsigned s = 0; s < fl->steps; s++) {
			bool can = fl->step[s].kind == STEP_END;
			uint8_t next;

			for (unsigned i = 0;
			     (next = nth_next(&fl->step[s], i)) != STEP_NONE && !can; i++)
				can = ends[next];
			changed = changed || (can && !ends[s]);
			ends[s] = can;
		}
	}
}

/* The most acts between here and the next question; above ACTS_MAX also for a circle without one. */
static unsigned
acts_from(const struct flow *fl, uint8_t at, unsigned hops)
{
	const struct step *st = &fl->step[at];
	unsigned most = 0;
	uint8_t next;

	if (step_asks(st) || st->kind == STEP_END)
		return 0;
	if (hops > fl->steps)
		return ACTS_MAX + 1;
	for (unsigned i = 0; (next = nth_next(st, i)) != STEP_NONE; i++) {
		unsigned acts = acts_from(fl, next, hops + 1);

		most = acts > most ? acts : most;
	}
	return most + (st->kind == STEP_SET || st->kind == STEP_REFER);
}

static bool
asks_consent(const struct flow *fl, const char *name)
{
	for (unsigned i = 0; i < fl->steps; i++) {
		if (strcmp(fl->step[i].consent, name) == 0 &&
		    strcmp(fl->step[i].slot, name) == 0)
			return true;
	}
	return false;
}

static enum rc
prove_refer(const struct flows *f, const struct flow *fl, const struct step *st,
    const char *where, struct flow_err *err)
{
	bool child = strcmp(st->under, "child") == 0,
	     danger = strcmp(st->under, "danger") == 0;

	if ((child && (f->exceptions & EXCEPT_CHILD) == 0) ||
	    (danger && (f->exceptions & EXCEPT_DANGER) == 0))
		return prove_fail(err, where, st->line, st->name,
		    "the policy has no exception %s; allowed: those in conf/policies",
		    st->under);
	if (!child && !danger && !asks_consent(fl, st->under))
		return prove_fail(err, where, st->line, st->name,
		    "no question asks for the consent %s; allowed: child danger, or the consent "
		    "of a choice whose slot has its name",
		    st->under);
	return RC_OK;
}

static enum rc
prove_words(
    const struct flows *f, const struct step *st, const char *where, struct flow_err *err)
{
	for (unsigned i = 0; i < st->options; i++) {
		for (unsigned c = 0; c < WORD_CLASSES; c++) {
			if ((st->option[i].words & 1U << c) == 0)
				continue;
			for (unsigned l = 0; l < LANGS; l++) {
				if ((f->langs & 1U << l) == 0 ||
				    words_has(f->words, (enum word_class)c, (enum lang)l))
					continue;
				return prove_fail(err, where, st->line, st->name,
				    "option %u: %s has no words in %s",
				    st->option[i].digit,
				    word_class_name((enum word_class)c),
				    lang_code((enum lang)l));
			}
		}
	}
	return RC_OK;
}

static enum rc
prove_step(const struct flows *f, const struct flow *fl, unsigned i, const char *where,
    struct flow_err *err)
{
	const struct step *st = &fl->step[i];
	enum rc rc = RC_OK;

	if (acts_from(fl, (uint8_t)i, 0) > ACTS_MAX)
		return prove_fail(err, where, st->line, st->name,
		    "a circle without a question, or more than %d acts before one",
		    ACTS_MAX);
	for (unsigned k = 0; k < st->options; k++) {
		if (st->consent[0] != '\0' && strcmp(st->option[k].code, "yes") != 0 &&
		    strcmp(st->option[k].code, "no") != 0)
			rc = prove_fail(err, where, st->line, st->name,
			    "a consent is yes or no; allowed: codes yes and no");
	}
	if (rc == RC_OK && st->kind == STEP_REFER)
		rc = prove_refer(f, fl, st, where, err);
	if (rc == RC_OK)
		rc = prove_words(f, st, where, err);
	return rc;
}

static unsigned
count_slots(const struct flow *fl)
{
	unsigned n = OWN_SLOTS + 1; /* the region that an opened case has */

	for (unsigned i = 0; i < fl->steps; i++) {
		bool before = false;

		for (unsigned k = 0; k < i; k++)
			before = before ||
			    strcmp(fl->step[k].slot, fl->step[i].slot) == 0;
		n += fl->step[i].slot[0] != '\0' && !before;
	}
	return n;
}

static enum rc
prove_flow(
    const struct flows *f, const struct flow *fl, const char *dir, struct flow_err *err)
{
	bool seen[FLOW_STEPS] = { false }, ends[FLOW_STEPS] = { false };
	char where[PATH_MAX];
	enum rc rc = RC_OK;

	if (snprintf(where, sizeof where, "%s/flows/%s", dir, fl->file) >=
	    (int)sizeof where)
		where[0] = '\0';
	reach(fl, fl->start, seen);
	reach(fl, fl->danger, seen);
	find_ends(fl, ends);
	for (unsigned i = 0; i < fl->steps; i++) {
		const struct step *st = &fl->step[i];

		if (!seen[i])
			return prove_fail(
			    err, where, st->line, st->name, "nothing leads here");
		if (!ends[i])
			return prove_fail(err, where, st->line, st->name,
			    "a dead end: no end can be reached from here");
	}
	if (count_slots(fl) > FLOW_SLOTS)
		return prove_fail(err, where, 1, fl->name, "too many slots; allowed: %d",
		    FLOW_SLOTS - OWN_SLOTS - 1);
	for (unsigned i = 0; i < fl->steps && rc == RC_OK; i++)
		rc = prove_step(f, fl, i, where, err);
	return rc;
}

/* A text of a person in every language, in both registers. */
static enum rc
prove_key(const struct flows *f, const char *key, const char *where, unsigned line,
    struct flow_err *err)
{
	for (unsigned l = 0; l < LANGS; l++) {
		bool has[2] = { false, false };

		if ((f->langs & 1U << l) == 0)
			continue;
		for (size_t i = 0; i < texts_count(f->texts); i++) {
			struct text_row r = texts_row(f->texts, i);

			if (r.lang == l && strcmp(r.key, key) == 0)
				has[r.reg] = true;
		}
		for (unsigned reg = 0; reg < 2; reg++) {
			if (!has[reg])
				return prove_fail(err, where, line, key,
				    "no %s text in %s.po; allowed: one with%s msgctxt \"cover\"",
				    reg == TEXT_COVER ? "cover" : "plain",
				    lang_code((enum lang)l),
				    reg == TEXT_COVER ? "" : "out");
		}
	}
	return RC_OK;
}

static enum rc
prove_keys(const struct flows *f, const char *dir, struct flow_err *err)
{
	char where[PATH_MAX];
	enum rc rc = RC_OK;

	for (size_t i = 0; i < ARRAY_LEN(own_keys) && rc == RC_OK; i++)
		rc = prove_key(f, own_keys[i], "the engine's own texts", 1, err);
	for (unsigned n = 0; n < f->n; n++) {
		const struct flow *fl = &f->flow[n];

		if (snprintf(where, sizeof where, "%s/flows/%s", dir, fl->file) >=
		    (int)sizeof where)
			where[0] = '\0';
		for (unsigned i = 0; i < fl->steps; i++) {
			const struct step *st = &fl->step[i];
			const char *const keys[] = { st->text, st->after_intro, st->echo,
				st->which };

			for (size_t k = 0; k < ARRAY_LEN(keys) && rc == RC_OK; k++) {
				if (keys[k][0] != '\0')
					rc = prove_key(f, keys[k], where, st->line, err);
			}
		}
	}
	return rc;
}

enum rc
flow_prove(const struct flows *f, const char *dir, struct flow_err *err)
{
	uint32_t claimed = 0;
	enum rc rc = RC_OK;

	for (unsigned i = 0; i < f->n && rc == RC_OK; i++) {
		/* older versions answer those who are on them, and open for nobody */
		if (flow_is_newest(f, &f->flow[i]) && (f->flow[i].intents & claimed) != 0)
			return prove_fail(err, f->flow[i].file, 1, "intents",
			    "another flow has one of them");
		if (flow_is_newest(f, &f->flow[i]))
			claimed |= f->flow[i].intents;
		rc = prove_flow(f, &f->flow[i], dir, err);
	}
	if (rc == RC_OK)
		rc = prove_keys(f, dir, err);
	if (rc == RC_OK)
		rc = prove_sizes(f, dir, err);
	if (rc == RC_OK)
		rc = prove_ban(f, dir, err);
	if (rc == RC_OK)
		rc = prove_refer_texts(f, dir, err);
	return rc;
}
