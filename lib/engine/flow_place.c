/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text as the answer to where: a town, one of several of a name, words, or not told.
 * It guesses no place, and keeps no words itself. Called by flow.c and flow_answer.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "str.h"

#define OLD_MINUTES 60 /* S5: after that danger asks again in which town */
#define MINUTE_MS (60LL * 1000)
#define FEW_TOKENS 3
#define TOWN_TOKENS 2 /* of a text that says a town and no house */
#define KIND_CHARS 3  /* of "obl." that "oblast" begins with */

bool
session_place_is_old(const struct session *s, int64_t now_ms)
{
	return now_ms / MINUTE_MS - strtoll(session_slot(s, SLOT_PLACED), NULL, 10) >=
	    OLD_MINUTES;
}

static bool
knows_town(const struct flows *f, const struct session *s, const char *slot)
{
	return place_by_id(f->places, session_slot(s, slot)) < places_count(f->places);
}

static void
take_place_found(struct turn *t, unsigned place)
{
	const struct places *p = t->f->places;
	char minute[FLOW_CODE_MAX];

	if (snprintf(minute, sizeof minute, "%lld",
		(long long)(t->in->now_ms / MINUTE_MS)) > 0)
		slot_set(t->s, SLOT_PLACED, minute);
	turn_answer(t, t->open->slot, place_id(p, place));
	turn_answer(t, t->open->region, place_region(p, place));
	/* a key pressed on a screen that named the town needs no echo of it */
	if (t->in->bearer == BEARER_SMS || folded_has_letters(&t->folded))
		t->echo = t->open->name;
	turn_go(t, t->open->next);
}

/* In words that are no place, or not told. A town that they named by mistake leaves no region behind. */
static void
place_not_found(struct turn *t, const char *code)
{
	if (knows_town(t->f, t->s, t->open->slot)) {
		turn_answer(t, t->open->region, t->in->country);
		if (t->in->country[0] == '\0')
			slot_drop(t->s, t->open->region);
	}
	turn_answer(t, t->open->slot, code);
}

/* The digit that answers "which of these". */
static bool
take_which(struct turn *t, const char *ids, char digit)
{
	char id[PLACE_ID_MAX];
	unsigned place;

	if (digit == '0' && t->in->bearer == BEARER_USSD) {
		slot_drop(t->s, SLOT_WHICH); /* a screen says "0 back" */
		turn_ask_again(t);
		return true;
	}
	if (digit == '0') {
		place_not_found(t, "words");
		turn_go(t, t->open->next_words);
		return true;
	}
	for (char at = '1'; *ids != '\0'; at++) {
		size_t len = strcspn(ids, " ");

		if (at == digit && str_copy_bytes(id, sizeof id, ids, len)) {
			place = place_by_id(t->f->places, id);
			if (place == places_count(t->f->places))
				return false;
			take_place_found(t, place);
			return true;
		}
		ids += len + (ids[len] == ' ');
	}
	return false;
}

static void
ask_which(struct turn *t, const unsigned *place, unsigned n)
{
	char ids[FLOW_CODE_MAX];
	size_t len = 0;

	ids[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		if (!str_add(ids, sizeof ids, &len, "%s%s", i > 0 ? " " : "",
			place_id(t->f->places, place[i])))
			break;
	}
	slot_set(t->s, SLOT_WHICH, ids);
	slot_drop(t->s, SLOT_TYPE);
	slot_drop(t->s, SLOT_FIRST);
	slot_drop(t->s, SLOT_ECHO);
	slot_drop(t->s, SLOT_SAY);
	turn_ask_again(t);
}

unsigned
step_place_menu(const struct flows *f, const struct session *s, const struct step *st,
    unsigned out[PLACE_FOUND_MAX])
{
	const char *region = session_slot(s, st->region);
	char country[3];

	if (st->kind != STEP_PLACE || session_slot(s, SLOT_WHICH)[0] != '\0' ||
	    session_slot(s, SLOT_TYPE)[0] != '\0' ||
	    !str_copy_bytes(country, sizeof country, region, strnlen(region, 2)))
		return 0;
	return place_menu(f->places, country, out);
}

/* A digit of the menu of towns on a screen; the one after the last is "other". */
static bool
take_town(struct turn *t, char digit)
{
	unsigned town[PLACE_FOUND_MAX], same[PLACE_FOUND_MAX];
	unsigned n = step_place_menu(t->f, t->s, t->open, town);
	unsigned i = (unsigned)(digit - '1'), like;

	if (n == 0 || i > n)
		return false;
	t->answered = true;
	if (i == n) {
		slot_set(t->s, SLOT_TYPE, "1");
		slot_drop(t->s, SLOT_ECHO);
		slot_drop(t->s, SLOT_SAY);
		turn_ask_again(t);
		return true;
	}
	like = place_same(t->f->places, town[i], same);
	if (like > 1)
		ask_which(t, same, like);
	else
		take_place_found(t, town[i]);
	return true;
}

static bool
take_place_digit(struct turn *t)
{
	const char *which = session_slot(t->s, SLOT_WHICH);
	char digits[4];
	unsigned runs;

	if (!turn_digits(t, digits, sizeof digits, &runs) || digits[1] != '\0')
		return false;
	if (which[0] != '\0')
		return take_which(t, which, digits[0]);
	if (digits[0] != '0')
		return t->in->bearer == BEARER_USSD && take_town(t, digits[0]);
	if (t->open->keep)
		t->answered = true; /* they do not say that they are elsewhere */
	else
		place_not_found(t, "none");
	turn_go(t, t->open->next_skip);
	return true;
}

/* Nothing that is a place: it is asked again, and the words are kept as theirs. */
static bool
ask_place_again(struct turn *t)
{
	turn_keep_words(t);
	turn_ask_again(t);
	turn_miss(t);
	return true;
}

/* The one of some places that a found place is, lies in, or holds; places_count when not one. */
static unsigned
one_of(const struct places *p, const unsigned *place, unsigned n, const unsigned *found,
    unsigned founds)
{
	unsigned one = places_count(p);

	for (unsigned i = 0; i < n; i++) {
		bool meant = false;

		for (unsigned k = 0; k < founds; k++)
			meant = meant || found[k] == place[i] ||
			    (!place_is_region(p, place[i]) &&
				strcmp(place_region(p, found[k]),
				    place_region(p, place[i])) == 0);
		if (meant && one != places_count(p))
			return places_count(p);
		if (meant)
			one = place[i];
	}
	return one;
}

/* "City" to "which Almaty": as with the name before or behind it. */
static unsigned
with_name(const struct turn *t, const unsigned *place, unsigned n)
{
	static _Thread_local struct folded with; /* too large for the stack of a turn */
	const struct places *p = t->f->places;
	unsigned none = places_count(p), one = none;

	for (unsigned i = 0; i < 2U * LANGS; i++) {
		const char *name = place_short_name(p, place[0], (enum lang)(i / 2));
		char text[2 * PLACE_LABEL_MAX];
		unsigned found[PLACE_FOUND_MAX], founds, is;
		size_t len = 0;

		if (!str_add(text, sizeof text, &len, "%s %s",
			i % 2 == 0 ? t->folded.s : name, i % 2 == 0 ? name : t->folded.s))
			return none;
		match_fold(&with, text);
		founds = place_find(p, t->f->words, &with, found);
		is = founds == 1 ? one_of(p, place, n, found, founds) : none;
		if (is != none && one != none && is != one)
			return none;
		one = is != none ? is : one;
	}
	return one;
}

/* A word of the text begins with the word for the kind in this name ("obl." of "oblast"), in a language. */
static bool
says_kind(const struct turn *t, unsigned place)
{
	static _Thread_local struct folded name;
	const struct places *p = t->f->places;

	for (unsigned l = 0; l < LANGS; l++) {
		match_fold(&name, place_name(p, place, (enum lang)l));
		for (unsigned i = 0; i < name.tokens; i++) {
			size_t n, len;
			const char *kind = match_token(&name, i, &n), *word;

			if (match_chars(kind, n) < KIND_CHARS)
				continue;
			for (unsigned k = 0; k < t->folded.tokens; k++) {
				word = match_token(&t->folded, k, &len);
				if (len >= n && memcmp(word, kind, n) == 0)
					return true;
			}
		}
	}
	return false;
}

static unsigned
of_kind(const struct turn *t, const unsigned *place, unsigned n)
{
	unsigned none = places_count(t->f->places), one = none;

	for (unsigned i = 0; i < n; i++) {
		if (!says_kind(t, place[i]))
			continue;
		if (one != none)
			return none;
		one = place[i];
	}
	return one;
}

/* Words that answer "which of these"; false when they name another place, or none of the offered. */
static bool
take_which_words(struct turn *t, const unsigned *found, unsigned founds)
{
	const struct places *p = t->f->places;
	const char *ids = session_slot(t->s, SLOT_WHICH);
	unsigned place[PLACE_FOUND_MAX], n = 0, one = places_count(p);
	char id[PLACE_ID_MAX];

	while (*ids != '\0' && n < PLACE_FOUND_MAX) {
		size_t len = strcspn(ids, " ");

		if (str_copy_bytes(id, sizeof id, ids, len) &&
		    place_by_id(p, id) < places_count(p))
			place[n++] = place_by_id(p, id);
		ids += len + (ids[len] == ' ');
	}
	if (founds > 0)
		one = one_of(p, place, n, found, founds);
	else if (n > 0 && t->folded.tokens <= FEW_TOKENS) {
		one = with_name(t, place, n);
		if (one == places_count(p))
			one = of_kind(t, place, n);
	}
	if (one == places_count(p))
		return false;
	t->answered = true; /* the name was kept before */
	take_place_found(t, one);
	return true;
}

/*
 * Yes, no and a greeting are no place. A plea, or what answers no list, is asked about once more; then its
 * words are taken, for they may be the only ones.
 */
static bool
is_no_place(const struct turn *t)
{
	static const enum word_class never[] = { WORD_YES, WORD_NO, WORD_GREETING,
		WORD_URGENT };
	bool plea = t->words.any[WORD_HELP] != 0 || t->words.any[WORD_URGENT] != 0;

	for (size_t i = 0; i < ARRAY_LEN(never); i++) {
		if (t->words.whole[never[i]] != 0)
			return true;
	}
	return t->s->misses == 0 && (plea || session_slot(t->s, SLOT_WHICH)[0] != '\0');
}

/* Words that say where; a town alone leaves those that were said before. */
static void
keep_place(struct turn *t, unsigned found)
{
	bool told = strcmp(session_slot(t->s, t->open->slot), "words") == 0;

	if (!told || found == 0 || t->folded.tokens > TOWN_TOKENS)
		(void)effect_add(t, EFFECT_PLACE, "", "");
}

bool
turn_take_place(struct turn *t)
{
	bool which = session_slot(t->s, SLOT_WHICH)[0] != '\0';
	unsigned place[PLACE_FOUND_MAX], n;

	if (!folded_has_letters(&t->folded))
		return take_place_digit(t);
	if (t->words.whole[WORD_STRANGER] != 0 || t->words.whole[WORD_HELP] != 0 ||
	    t->words.whole[WORD_DANGER] != 0)
		return false;
	n = which ? place_find_spelled(t->f->places, t->f->words, &t->folded, place)
		  : place_find(t->f->places, t->f->words, &t->folded, place);
	if (which && take_which_words(t, place, n))
		return true;
	if (n == 0 &&
	    (t->words.any[WORD_STRANGER] != 0 || t->words.any[WORD_DANGER] != 0 ||
		turn_is_abuse(t) || turn_takes_back(t)))
		return false; /* "who is this, what number": whoever holds the phone now */
	if (n == 0 && is_no_place(t))
		return ask_place_again(t);
	turn_need_case(t);
	keep_place(t, n);
	t->answered = true;
	if (n == 1) {
		take_place_found(t, place[0]);
	} else if (n > 1) {
		ask_which(t, place, n);
	} else {
		/* words without a town do not say that they are in another one */
		if (!t->open->keep || !knows_town(t->f, t->s, t->open->slot))
			place_not_found(t, "words");
		turn_go(t, t->open->next_words);
	}
	return true;
}

/* The question where of this flow; NULL when it has none. */
static const struct step *
where_step(const struct flow *fl)
{
	for (unsigned i = 0; fl != NULL && i < fl->steps; i++) {
		if (fl->step[i].kind == STEP_PLACE)
			return &fl->step[i];
	}
	return NULL;
}

/* The text as the answer to where, whatever is asked: it names a town, in danger, and none is known. */
static bool
take_town_said(struct turn *t, bool house)
{
	const struct step *where = where_step(t->flow);
	unsigned place[PLACE_FOUND_MAX];

	if (t->s->class != CASE_DANGER || where == NULL || t->open == NULL ||
	    t->open->kind == STEP_PLACE || !folded_has_letters(&t->folded) ||
	    knows_town(t->f, t->s, where->slot) || turn_case_closed(t) ||
	    place_find_spelled(t->f->places, t->f->words, &t->folded, place) == 0)
		return false;
	if (house && t->folded.tokens > TOWN_TOKENS)
		turn_answer(t, t->open->slot, "told");
	slot_drop(t->s, SLOT_WHICH);
	if (!str_copy(t->s->step, sizeof t->s->step, where->name))
		t->broken = true;
	t->open = where;
	(void)turn_take_place(t);
	t->s->misses = 0;
	return true;
}

bool
on_street(struct turn *t)
{
	return t->open != NULL && t->open->kind == STEP_TEXT && t->open->place &&
	    take_town_said(t, true);
}

bool
on_town(struct turn *t)
{
	return t->open != NULL && t->open->kind != STEP_TEXT && take_town_said(t, false);
}
