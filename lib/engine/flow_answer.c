/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text as the answer to the open question, by the question's kind. Whatever fits nothing is left
 * to the caller; nothing is guessed about yes and no. Called by flow.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow_priv.h"
#include "str.h"

#define ABUSE_TOKENS 3
#define FEW_TOKENS 3
#define SHORT_CHARS 3
#define READ_MS 3000 /* less than a text needs to come and be read */

/* Whether a word stands in the open question: "2 papers taken" repeats what it offers. */
static bool
repeats_question(const struct turn *t, const char *word, size_t n)
{
	static _Thread_local struct folded asked; /* too large for the stack of a turn */
	char text[FLOW_TEXT_MAX];
	struct saying y = saying_to(t->f, t->s, t->in, text);

	say_open_question(&y, t->flow, t->s);
	match_fold(&asked, text);
	for (unsigned i = 0; !y.failed && i < asked.tokens; i++) {
		size_t len;
		const char *s = match_token(&asked, i, &len);

		if (len == n && memcmp(s, word, n) == 0)
			return true;
	}
	return false;
}

/* The digits of a text that is little else, as one string ("23" for "2, 3"); false otherwise. */
static bool
digits_of(const struct turn *t, char *out, size_t size, unsigned *runs)
{
	const struct folded *f = &t->folded;
	unsigned other = 0;
	size_t len = 0;

	*runs = 0;
	out[0] = '\0';
	for (unsigned i = 0; i < f->tokens; i++) {
		size_t n;
		const char *s = match_token(f, i, &n);

		if (!f->token[i].digits) {
			if ((++other > FEW_TOKENS ||
				match_chars(s, n) > 2 * SHORT_CHARS) &&
			    !repeats_question(t, s, n))
				return false;
			continue;
		}
		++*runs;
		if (len + n >= size)
			return false;
		memcpy(out + len, s, n);
		len += n;
		out[len] = '\0';
	}
	return *runs > 0;
}

/* Digits said in words of the conversation's language, and nothing else ("bir uch"): as digits_of. */
static bool
spelled_digits_of(const struct turn *t, char *out, size_t size, unsigned *runs)
{
	size_t len = 0;

	*runs = 0;
	out[0] = '\0';
	for (unsigned i = 0; i < t->folded.tokens; i++) {
		size_t n;
		const char *s = match_token(&t->folded, i, &n);
		int v = words_number(t->f->words, s, n, 1U << t->s->lang);

		if (v < 0 || !str_add(out, size, &len, "%d", v))
			return false;
		++*runs;
	}
	return *runs > 0;
}

static const struct option *
option_of_number(const struct step *st, const char *digits)
{
	long v = strtol(digits, NULL, 10);

	if (digits[0] == '0' && digits[1] != '\0')
		return NULL;
	for (unsigned i = 0; i < st->options; i++) {
		if (st->option[i].digit == v)
			return &st->option[i];
	}
	return NULL;
}

static const struct option *
option_of_digit(const struct step *st, char digit)
{
	const char digits[2] = { digit, '\0' };

	return option_of_number(st, digits);
}

/* Yes, no and the like: the whole text, in the conversation's language. Urgency: anywhere. */
static const struct option *
option_of_words(const struct turn *t)
{
	const struct step *st = t->open;
	const struct option *found = NULL;

	for (unsigned i = 0; i < st->options; i++) {
		bool means = false;

		for (unsigned c = 0; c < WORD_CLASSES; c++) {
			unsigned langs = word_class_is_loose((enum word_class)c)
			    ? t->words.any[c]
			    : t->words.whole[c] & 1U << t->s->lang;

			means = means ||
			    ((st->option[i].words & CLASS_BIT(c)) != 0 && langs != 0);
		}
		if (means && found != NULL)
			return NULL;
		if (means)
			found = &st->option[i];
	}
	return found;
}

/* The one option in whose country every place lies that a text names. */
static const struct option *
option_of_place(const struct turn *t)
{
	const struct places *p = t->f->places;
	const struct step *st = t->open;
	unsigned place[PLACE_FOUND_MAX], n;
	const struct option *found = NULL;
	bool any = false;

	for (unsigned i = 0; i < st->options; i++)
		any = any || st->option[i].place[0] != '\0';
	n = any ? place_find(p, t->f->words, &t->folded, place) : 0;
	for (unsigned k = 0; k < n; k++) {
		const struct option *of = NULL;

		for (unsigned i = 0; i < st->options; i++) {
			if (st->option[i].place[0] != '\0' &&
			    strcmp(place_country(p, place[k]), st->option[i].place) == 0)
				of = &st->option[i];
		}
		if (of == NULL || (found != NULL && of != found))
			return NULL;
		found = of;
	}
	return found;
}

/* "1 no", "not 1": a word that means another option beside the digit of this one. */
static bool
is_contradicted(const struct turn *t, const struct option *o)
{
	const struct step *st = t->open;

	for (unsigned i = 0; i < st->options; i++) {
		for (unsigned c = 0; c < WORD_CLASSES; c++) {
			if (&st->option[i] != o &&
			    (st->option[i].words & CLASS_BIT(c)) != 0 &&
			    (o->words & CLASS_BIT(c)) == 0 &&
			    (t->words.any[c] & 1U << t->s->lang) != 0)
				return true;
		}
	}
	return false;
}

/* S3a: a key sent twice is no answer to the plain question, which nobody can have read yet. */
static bool
is_too_soon(const struct turn *t)
{
	return t->open->plain && t->in->bearer == BEARER_SMS && t->s->expires_ms != 0 &&
	    t->in->now_ms - (t->s->expires_ms - SESSION_MS) < READ_MS;
}

/* A bare yes where no option means it: they are here, and have chosen nothing yet. */
static bool
is_bare_yes(const struct turn *t)
{
	bool offered = false;

	for (unsigned i = 0; i < t->open->options; i++)
		offered = offered ||
		    (t->open->option[i].words & CLASS_BIT(WORD_YES)) != 0;
	return !offered && (t->words.whole[WORD_YES] & 1U << t->s->lang) != 0;
}

static bool
take_choice(struct turn *t)
{
	const struct option *o = NULL;
	char digits[16];
	unsigned runs;

	if (digits_of(t, digits, sizeof digits, &runs)) {
		if (runs == 1)
			o = option_of_number(t->open, digits);
		if (o != NULL && is_contradicted(t, o))
			return false;
		if (o != NULL && is_too_soon(t)) {
			turn_ask_again(t);
			return true;
		}
	} else if (runs == 0) {
		o = option_of_words(t);
		if (o == NULL && spelled_digits_of(t, digits, sizeof digits, &runs) &&
		    runs == 1)
			o = option_of_number(t->open, digits);
		if (o == NULL)
			o = option_of_place(t);
	}
	if (o == NULL && is_bare_yes(t)) {
		t->answered = true;
		turn_ask_again(t);
		return true;
	}
	if (o == NULL)
		return false;
	turn_go(t, turn_choose(t, t->open, o));
	return true;
}

/* Each digit an option; "none of these" beside another is no answer. */
static bool
choose_digits(const struct step *st, const char *digits, bool chosen[FLOW_OPTIONS])
{
	for (const char *d = digits; *d != '\0'; d++) {
		const struct option *o = option_of_digit(st, *d);

		if (o == NULL || (*d == '0' && strspn(digits, "0") != strlen(digits)))
			return false;
		chosen[o - st->option] = true;
	}
	return true;
}

static bool
take_several(struct turn *t)
{
	const struct step *st = t->open;
	enum case_class class = CASE_NONE;
	bool chosen[FLOW_OPTIONS] = { false };
	char digits[24], codes[FLOW_CODE_MAX] = "";
	const struct option *o = NULL;
	size_t len = 0;
	unsigned runs;

	if (!digits_of(t, digits, sizeof digits, &runs)) {
		o = runs == 0 ? option_of_words(t) : NULL;
		if (o != NULL)
			chosen[o - st->option] = true;
		else if (runs > 0 || !spelled_digits_of(t, digits, sizeof digits, &runs))
			return false;
	}
	if (o == NULL && !choose_digits(st, digits, chosen))
		return false;
	for (unsigned i = 0; i < st->options; i++) {
		if (!chosen[i])
			continue;
		if (!str_add(codes, sizeof codes, &len, "%s%s", len > 0 ? " " : "",
			st->option[i].code))
			return false;
		if (st->option[i].class > class)
			class = st->option[i].class;
	}
	turn_answer(t, st->slot, codes);
	turn_raise_class(t, class);
	turn_go(t, st->next);
	return true;
}

static bool
take_number(struct turn *t)
{
	char digits[8], code[8];
	long v = 0;
	unsigned runs;

	if (digits_of(t, digits, sizeof digits, &runs)) {
		if (runs != 1)
			return false;
		v = strtol(digits, NULL, 10);
	} else if (runs > 0) {
		return false;
	} else if ((t->words.whole[WORD_NO] & 1U << t->s->lang) == 0) {
		if (!spelled_digits_of(t, digits, sizeof digits, &runs) || runs != 1)
			return false;
		v = strtol(digits, NULL, 10);
	}
	if (v > FLOW_NUMBER_MAX || snprintf(code, sizeof code, "%ld", v) < 0)
		return false;
	turn_answer(t, t->open->slot, code);
	turn_go(t, t->open->next);
	return true;
}

/* Nothing but abuse: a few words among which it is. In a longer text it may stand beside a place. */
static bool
is_abuse(const struct turn *t)
{
	if (t->words.any[WORD_ABUSE] == 0)
		return false;
	return t->words.whole[WORD_ABUSE] != 0 || t->folded.tokens <= ABUSE_TOKENS;
}

/* All gone, or the yes taken back: no question of free words keeps these. */
static bool
takes_back(const struct turn *t)
{
	return t->words.whole[WORD_ERASE] != 0 || t->words.whole[WORD_WITHDRAW] != 0;
}

/* Words of theirs; for a place, a house and a flat in figures too. */
static bool
take_text(struct turn *t)
{
	const struct step *st = t->open;

	if (st->skip != STEP_NONE && lone_digit(t) == '0') {
		turn_answer(t, st->slot, "none");
		turn_go(t, st->skip);
		return true;
	}
	if ((!folded_has_letters(&t->folded) && !(st->place && t->folded.tokens > 1)) ||
	    t->words.whole[WORD_STRANGER] != 0 || is_abuse(t) || takes_back(t))
		return false;
	turn_answer(t, st->slot, "told");
	(void)effect_add(t, st->place ? EFFECT_PLACE : EFFECT_NARRATIVE, "", "");
	turn_go(t, st->next);
	return true;
}

static bool
take_hour(struct turn *t)
{
	const struct step *st = t->open;
	char code[HOUR_CODE_MAX];

	if (hour_read(code, t->f->words, &t->folded, t->in->text)) {
		turn_answer(t, st->slot, code);
		turn_go(t, st->next);
		return true;
	}
	if (st->borrowed == STEP_NONE || t->words.any[WORD_BORROWED] == 0)
		return false;
	t->answered = true;
	turn_go(t, st->borrowed);
	return true;
}

/* Anything leads on, but for the digit that leads back. */
static bool
take_notice(struct turn *t)
{
	if (lone_digit(t) == '0' && t->in->bearer == BEARER_USSD)
		return false;
	turn_go(t, t->open->next);
	return true;
}

static void
take_place_found(struct turn *t, unsigned place)
{
	const struct places *p = t->f->places;

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
	const char *was = session_slot(t->s, t->open->slot);

	if (place_by_id(t->f->places, was) < places_count(t->f->places)) {
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

	if (!digits_of(t, digits, sizeof digits, &runs) || digits[1] != '\0')
		return false;
	if (which[0] != '\0')
		return take_which(t, which, digits[0]);
	if (digits[0] != '0')
		return t->in->bearer == BEARER_USSD && take_town(t, digits[0]);
	place_not_found(t, "none");
	turn_go(t, t->open->next_skip);
	return true;
}

static bool
take_place(struct turn *t)
{
	unsigned place[PLACE_FOUND_MAX], n;

	if (!folded_has_letters(&t->folded))
		return take_place_digit(t);
	if (t->words.whole[WORD_STRANGER] != 0 || t->words.whole[WORD_HELP] != 0 ||
	    t->words.whole[WORD_DANGER] != 0)
		return false;
	n = place_find(t->f->places, t->f->words, &t->folded, place);
	if (n == 0 &&
	    (t->words.any[WORD_STRANGER] != 0 || t->words.any[WORD_DANGER] != 0 ||
		is_abuse(t) || takes_back(t)))
		return false; /* "who is this, what number": whoever holds the phone now */
	turn_need_case(t);
	t->answered = true;
	(void)effect_add(t, EFFECT_PLACE, "", "");
	if (n == 1) {
		take_place_found(t, place[0]);
	} else if (n > 1) {
		ask_which(t, place, n);
	} else {
		place_not_found(t, "words");
		turn_go(t, t->open->next_words);
	}
	return true;
}

bool
turn_take_answer(struct turn *t)
{
	switch (t->open->kind) {
	case STEP_CHOICE:
		return take_choice(t);
	case STEP_SEVERAL:
		return take_several(t);
	case STEP_NUMBER:
		return take_number(t);
	case STEP_TEXT:
		return take_text(t);
	case STEP_PLACE:
		return take_place(t);
	case STEP_NOTICE:
		return take_notice(t);
	case STEP_HOUR:
		return take_hour(t);
	case STEP_DO:
	case STEP_FLOW:
	case STEP_SAY:
	case STEP_BRANCH:
	case STEP_SET:
	case STEP_REFER:
	case STEP_END:
		break;
	}
	return false;
}
