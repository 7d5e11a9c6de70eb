/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is proved of each step by itself: consents, referrals, plain words, deeds, jumps; and that the
 * texts, words and places that it names are there. It changes nothing. Called by flow_prove.c.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "flow_priv.h"
#include "prove.h"

static const char *const own_keys[] = { KEY_INTRO, KEY_SCREEN, KEY_LANG_NAME, KEY_CALL,
	KEY_DECOY, KEY_OWN_SET, KEY_OWN_UNFIT, KEY_DOWN, KEY_STATE_NONE, KEY_STATE_SENT,
	KEY_STATE_TAKEN, KEY_STATE_NOBODY, KEY_STATE_CLOSED, KEY_STATE_NIGHT, KEY_KNOCK,
	KEY_GO_ON, KEY_RESUME_WRONG, KEY_RESUME_LOCKED, KEY_JOB_ANSWER, "except.none",
	"except.child", "except.danger", "except.child_danger" };
/* Said in a dialogue alone. */
static const char *const dial_keys[] = { KEY_URGENT_BACK, KEY_PLACE_OTHER, KEY_GO_SENT,
	KEY_GO_TAKEN, KEY_GO_NOBODY };
/* Steps of the flow "phrase" that a receiver's phrase enters. */
static const char *const phrases[] = { "come", "meet", "safe", "wait", "call112",
	"free" };

void
prove_where(char out[PATH_MAX], const char *dir, const struct flow *fl)
{
	if (snprintf(out, PATH_MAX, "%s/flows/%s", dir, fl->file) >= PATH_MAX)
		out[0] = '\0';
}

static bool
fills(const struct flow *fl, const char *slot)
{
	for (unsigned i = 0; i < fl->steps; i++) {
		if (strcmp(fl->step[i].slot, slot) == 0)
			return true;
	}
	return false;
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

/* Whether a step fills a slot with this code. */
static bool
may_be(const struct flow *fl, const char *slot, const char *code)
{
	for (unsigned i = 0; i < fl->steps; i++) {
		const struct step *st = &fl->step[i];

		if (strcmp(st->slot, slot) != 0)
			continue;
		if (strcmp(st->code, code) == 0)
			return true;
		for (unsigned k = 0; k < st->options; k++) {
			if (strcmp(st->option[k].code, code) == 0)
				return true;
		}
	}
	return false;
}

enum rc
prove_target(
    const struct flows *f, const struct step *st, const char *where, struct flow_err *err)
{
	const struct flow *to;

	if (st->kind != STEP_FLOW)
		return RC_OK;
	to = flow_by_name(f, st->goto_flow);
	if (to == NULL)
		return prove_fail(
		    err, where, st->line, st->name, "no flow is named %s", st->goto_flow);
	if (st->goto_at[0] != '\0' && flow_step_index(to, st->goto_at) == STEP_NONE)
		return prove_fail(err, where, st->line, st->name,
		    "the flow %s has no step %s", st->goto_flow, st->goto_at);
	return RC_OK;
}

static enum rc
prove_refer(const struct flows *f, const struct flow *fl, const struct step *st,
    const char *where, struct flow_err *err)
{
	bool child = strcmp(st->under, "child") == 0,
	     danger = strcmp(st->under, "danger") == 0,
	     witness = strcmp(st->under, "witness") == 0;

	unsigned told[EXCEPT_TABLES], any = 0;

	for (size_t i = exceptions_told(&f->exceptions, told); i-- > 0;)
		any |= told[i];
	if ((child && (any & EXCEPT_CHILD) == 0) ||
	    (danger && (any & EXCEPT_DANGER) == 0))
		return prove_fail(err, where, st->line, st->name,
		    "no country has the exception %s; allowed: those in conf/policies",
		    st->under);
	if (witness && !may_be(fl, "about", "others"))
		return prove_fail(err, where, st->line, st->name,
		    "no question has the slot about with the code others; allowed: witness "
		    "behind one");
	if (!child && !danger && !witness && !asks_consent(fl, st->under))
		return prove_fail(err, where, st->line, st->name,
		    "no question asks for the consent %s; allowed: child danger witness, or "
		    "the consent of a choice whose slot has its name",
		    st->under);
	return RC_OK;
}

/* A flow without a case refers nobody, and has nothing that could. */
static enum rc
prove_no_case(const struct step *st, const char *where, struct flow_err *err)
{
	bool class = st->class != CASE_NONE;

	for (unsigned i = 0; i < st->options; i++)
		class = class || st->option[i].class != CASE_NONE;
	if (st->kind == STEP_REFER || class || st->consent[0] != '\0')
		return prove_fail(err, where, st->line, st->name,
		    "a flow without a case has %s; allowed: case = \"open\"",
		    st->kind == STEP_REFER ? "refer"
			: class            ? "a class"
					   : "a consent");
	return RC_OK;
}

/* S3: police only in plain words, and plain words only behind leave for them. */
static bool
has_leave_before(const struct flow *fl, unsigned at)
{
	for (unsigned i = 0; i < fl->steps; i++) {
		const struct step *st = &fl->step[i];
		bool seen[FLOW_STEPS] = { false };
		bool asks = st->kind == STEP_CHOICE && strcmp(st->slot, "open") == 0;

		if (!asks && st->reg != REGISTER_PLAIN)
			continue;
		prove_reach(fl, (uint8_t)i, seen);
		if (i != at && seen[at])
			return true;
	}
	return false;
}

static enum rc
prove_consent(const struct flow *fl, unsigned i, const char *where, struct flow_err *err)
{
	const struct step *st = &fl->step[i];

	if ((strcmp(st->slot, "ngo") == 0 || strcmp(st->slot, "police") == 0) &&
	    strcmp(st->consent, st->slot) != 0)
		return prove_fail(err, where, st->line, st->name,
		    "the slot %s is a consent's; allowed: consent = \"%s\"", st->slot,
		    st->slot);
	for (unsigned k = 0; k < st->options && st->consent[0] != '\0'; k++) {
		if (strcmp(st->option[k].code, "yes") != 0 &&
		    strcmp(st->option[k].code, "no") != 0)
			return prove_fail(err, where, st->line, st->name,
			    "a consent is yes or no; allowed: codes yes and no");
	}
	if (strcmp(st->consent, "police") == 0 && !st->plain)
		return prove_fail(err, where, st->line, st->name,
		    "police is asked in plain words alone; allowed: plain = \"yes\"");
	return RC_OK;
}

static enum rc
prove_plain(const struct flow *fl, unsigned i, const char *where, struct flow_err *err)
{
	const struct step *st = &fl->step[i];
	bool no = false;

	if (!st->plain)
		return RC_OK;
	for (unsigned k = 0; k < st->options; k++)
		no = no ||
		    (st->kind == STEP_CHOICE && strcmp(st->option[k].code, "no") == 0);
	if (!no)
		return prove_fail(err, where, st->line, st->name,
		    "without leave a plain question is answered no; allowed: a choice with "
		    "the code no");
	if (!has_leave_before(fl, i))
		return prove_fail(err, where, st->line, st->name,
		    "no leave for plain words before it; allowed: a choice with the slot "
		    "open, or set register plain");
	return RC_OK;
}

static bool
is_coded(const char *deed)
{
	static const char *const coded[] = { "withdraw", "told", "follow_agree",
		"follow_said" };

	for (size_t i = 0; i < ARRAY_LEN(coded); i++) {
		if (strcmp(coded[i], deed) == 0)
			return true;
	}
	return false;
}

static enum rc
prove_do(
    const struct flow *fl, const struct step *st, const char *where, struct flow_err *err)
{
	bool coded = is_coded(st->deed);

	if (st->kind != STEP_DO)
		return RC_OK;
	if (coded != (st->code_of[0] != '\0'))
		return prove_fail(err, where, st->line, st->name,
		    "code_of goes with withdraw and told, follow_agree and follow_said, and "
		    "with no other deed");
	if (coded && !fills(fl, st->code_of))
		return prove_fail(err, where, st->line, st->name,
		    "no question has the slot %s", st->code_of);
	if (strcmp(st->deed, "safe_time") == 0 && !fills(fl, "hour"))
		return prove_fail(
		    err, where, st->line, st->name, "no question has the slot hour");
	return RC_OK;
}

static enum rc
prove_words(const struct flows *f, const struct step *st, uint64_t words,
    const char *where, struct flow_err *err)
{
	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		if ((words & CLASS_BIT(c)) == 0)
			continue;
		for (unsigned l = 0; l < LANGS; l++) {
			if ((f->langs & 1U << l) == 0 ||
			    words_has(f->words, (enum word_class)c, (enum lang)l))
				continue;
			return prove_fail(err, where, st != NULL ? st->line : 1,
			    st != NULL ? st->name : "intents", "%s has no words in %s",
			    word_class_name((enum word_class)c), lang_code((enum lang)l));
		}
	}
	return RC_OK;
}

/* What only the engine knows by name. */
static enum rc
prove_shape(const struct flow *fl, const char *where, struct flow_err *err)
{
	const struct step *st = &fl->step[fl->start];

	if (fl->opening && (st->kind != STEP_CHOICE || st->consent[0] != '\0'))
		return prove_fail(err, where, st->line, st->name,
		    "the opening text answers it; allowed: a choice that is no consent");
	for (size_t i = 0; strcmp(fl->name, FLOW_PHRASE) == 0 && i < ARRAY_LEN(phrases);
	     i++) {
		uint8_t at = flow_step_index(fl, phrases[i]);

		if (at == STEP_NONE || !step_asks(&fl->step[at]))
			return prove_fail(err, where, 1, fl->name,
			    "no question is named %s, which a receiver's phrase enters",
			    phrases[i]);
	}
	if (strcmp(fl->name, FLOW_FOLLOWUP) == 0 &&
	    (flow_step_index(fl, STEP_OFFER) == STEP_NONE ||
		flow_step_index(fl, STEP_HOW) == STEP_NONE))
		return prove_fail(err, where, 1, fl->name,
		    "no steps offer and how, which a fetch enters");
	return RC_OK;
}

enum rc
prove_steps(
    const struct flows *f, const struct flow *fl, const char *where, struct flow_err *err)
{
	enum rc rc = prove_shape(fl, where, err);

	for (unsigned i = 0; i < fl->steps && rc == RC_OK; i++) {
		const struct step *st = &fl->step[i];

		if (fl->opens == FLOW_CASE_NONE)
			rc = prove_no_case(st, where, err);
		if (rc == RC_OK && st->kind == STEP_REFER)
			rc = prove_refer(f, fl, st, where, err);
		if (rc == RC_OK)
			rc = prove_consent(fl, i, where, err);
		if (rc == RC_OK)
			rc = prove_plain(fl, i, where, err);
		if (rc == RC_OK)
			rc = prove_do(fl, st, where, err);
	}
	return rc;
}

/* A text of a person in every language, in both registers. */
static enum rc
prove_key(const struct flows *f, const char *key, const char *where, unsigned line,
    struct flow_err *err)
{
	bool has[LANGS][2] = { { false, false } };

	for (size_t i = 0; i < texts_count(f->texts); i++) {
		struct text_row r = texts_row(f->texts, i);

		if (r.lang < LANGS && strcmp(r.key, key) == 0)
			has[r.lang][r.reg] = true;
	}
	for (unsigned l = 0; l < LANGS; l++) {
		for (unsigned reg = 0; reg < 2; reg++) {
			if ((f->langs & 1U << l) != 0 && !has[l][reg])
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
prove_step_keys(
    const struct flows *f, const struct step *st, const char *where, struct flow_err *err)
{
	const char *const keys[] = { st->text, st->after_intro, st->echo, st->which };
	enum rc rc = RC_OK;

	for (size_t k = 0; k < ARRAY_LEN(keys) && rc == RC_OK; k++) {
		if (keys[k][0] != '\0')
			rc = prove_key(f, keys[k], where, st->line, err);
	}
	return rc;
}

/* A screen in one register or language is one in all. */
static enum rc
prove_screens(const struct flows *f, struct flow_err *err)
{
	const char *last = "";
	enum rc rc = RC_OK;

	for (size_t i = 0; i < texts_count(f->texts) && rc == RC_OK; i++) {
		struct text_row r = texts_row(f->texts, i);

		if (strstr(r.key, KEY_ON_USSD) == NULL || strcmp(r.key, last) == 0)
			continue;
		last = r.key;
		rc = prove_key(f, r.key, "the screens of a dialogue", 1, err);
	}
	return rc;
}

enum rc
prove_keys(const struct flows *f, const char *dir, struct flow_err *err)
{
	char where[PATH_MAX];
	enum rc rc = RC_OK;
	bool dial = false;

	for (size_t i = 0; i < ARRAY_LEN(own_keys) && rc == RC_OK; i++)
		rc = prove_key(f, own_keys[i], "the engine's own texts", 1, err);
	for (unsigned n = 0; n < f->n; n++) {
		const struct flow *fl = &f->flow[n];

		dial = dial || fl->dial;
		prove_where(where, dir, fl);
		for (unsigned i = 0; i < fl->steps && rc == RC_OK; i++)
			rc = prove_step_keys(f, &fl->step[i], where, err);
	}
	for (size_t i = 0; dial && i < ARRAY_LEN(dial_keys) && rc == RC_OK; i++)
		rc = prove_key(f, dial_keys[i], "the engine's own texts", 1, err);
	return rc == RC_OK ? prove_screens(f, err) : rc;
}

enum rc
prove_lists(const struct flows *f, const char *dir, struct flow_err *err)
{
	char where[PATH_MAX];
	enum rc rc = RC_OK;

	for (unsigned n = 0; n < f->n && rc == RC_OK; n++) {
		const struct flow *fl = &f->flow[n];

		prove_where(where, dir, fl);
		rc = prove_words(f, NULL, fl->intents, where, err);
		for (unsigned i = 0; i < fl->steps && rc == RC_OK; i++) {
			const struct step *st = &fl->step[i];

			for (unsigned k = 0; k < st->options && rc == RC_OK; k++) {
				const struct option *o = &st->option[k];

				rc = prove_words(f, st, o->words, where, err);
				if (rc == RC_OK && o->place[0] != '\0' &&
				    place_by_id(f->places, o->place) ==
					places_count(f->places))
					rc = prove_fail(err, where, st->line, st->name,
					    "option %u: conf/places has no %s", o->digit,
					    o->place);
			}
		}
	}
	return rc;
}
