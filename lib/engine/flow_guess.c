/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a text says beside its answer: in which language a person goes on, and that they are no adult.
 * It asks nothing and opens no case by itself. Called by flow.c and flow_answer.c.
 */
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"

#define ADULT 18
#define LEAST_AGE_ALONE 10 /* a smaller number alone is a slip of the thumb */

/* A language that was only guessed gives way to that of a later word of need; a chosen one stays. */
void
turn_follow_lang(struct turn *t)
{
	static const enum word_class need[] = { WORD_DANGER, WORD_HELP, WORD_REPORT };
	enum word_class said = WORD_CLASSES;
	enum lang l;

	if (t->s->lang_chosen || !session_lang_ok(t->f, t->s))
		return;
	for (size_t i = 0; i < ARRAY_LEN(need) && said == WORD_CLASSES; i++) {
		if (t->words.any[need[i]] != 0)
			said = need[i];
	}
	if (said == WORD_CLASSES || (t->words.any[said] & 1U << t->s->lang) != 0)
		return;
	l = words_guess_lang(&t->words, &t->folded, said, t->in->country);
	if (l < LANGS && (t->f->langs & 1U << l) != 0)
		t->s->lang = l;
}

/* The option that means "under 18"; NULL where the open question is not who they are. */
static const struct option *
option_of_child(const struct step *st)
{
	for (unsigned i = 0; i < st->options; i++) {
		if ((st->option[i].words & CLASS_BIT(WORD_CHILD)) != 0)
			return &st->option[i];
	}
	return NULL;
}

static bool
is_digit_of(const struct step *st, long n)
{
	for (unsigned i = 0; i < st->options; i++) {
		if (st->option[i].digit == n)
			return true;
	}
	return false;
}

/* The only number of a text; -1 when it has none or several. */
static long
only_number(const struct folded *f)
{
	long n = -1;

	for (unsigned i = 0; i < f->tokens; i++) {
		if (!f->token[i].digits)
			continue;
		if (n >= 0 || f->token[i].len > 2)
			return -1;
		n = strtol(f->s + f->token[i].at, NULL, 10);
	}
	return n;
}

/* "17", "me 17", "a girl of 16 years", "under 18": never the age of somebody else ("my son is 12"). */
static bool
is_under_age(const struct turn *t, long n)
{
	const uint64_t self = CLASS_BIT(WORD_YEARS) | CLASS_BIT(WORD_SELF) |
	    CLASS_BIT(WORD_MAN) | CLASS_BIT(WORD_WOMAN) | CLASS_BIT(WORD_CHILD) |
	    CLASS_BIT(WORD_GREETING);
	bool years = t->words.any[WORD_YEARS] != 0;

	if (n == ADULT)
		return t->words.any[WORD_CHILD] != 0;
	if (n <= 0 || n > ADULT || !words_only(t->f->words, &t->folded, self))
		return false;
	if (n >= LEAST_AGE_ALONE || years)
		return true;
	return !is_digit_of(t->open, n) && t->words.any[WORD_SELF] != 0;
}

bool
turn_take_age(struct turn *t)
{
	const struct option *o = option_of_child(t->open);

	if (o == NULL || !is_under_age(t, only_number(&t->folded)))
		return false;
	turn_go(t, turn_choose(t, t->open, o));
	return true;
}
