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

#define FEW_TOKENS 3
#define SHORT_CHARS 3

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
			if (++other > FEW_TOKENS || match_chars(s, n) > 2 * SHORT_CHARS)
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

static const struct option *
option_of_digit(const struct step *st, char digit)
{
	for (unsigned i = 0; i < st->options; i++) {
		if (st->option[i].digit == digit - '0')
			return &st->option[i];
	}
	return NULL;
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
			    ((st->option[i].words & 1U << c) != 0 && langs != 0);
		}
		if (means && found != NULL)
			return NULL;
		if (means)
			found = &st->option[i];
	}
	return found;
}

static bool
take_choice(struct turn *t)
{
	const struct option *o = NULL;
	const struct step *st = t->open;
	struct effect *consent;
	char digits[4];
	unsigned runs;

	if (digits_of(t, digits, sizeof digits, &runs)) {
		if (runs == 1 && digits[1] == '\0')
			o = option_of_digit(st, digits[0]);
	} else if (runs == 0) {
		o = option_of_words(t);
	}
	if (o == NULL)
		return false;
	turn_answer(t, st->slot, o->code);
	if (st->consent[0] != '\0') {
		consent = effect_add(t, EFFECT_CONSENT, st->consent, o->code);
		consent->key = st->text;
	}
	turn_raise_class(t, o->class);
	turn_go(t, o->next);
	return true;
}

static bool
take_several(struct turn *t)
{
	const struct step *st = t->open;
	enum case_class class = CASE_NONE;
	bool chosen[FLOW_OPTIONS] = { false };
	char digits[24], codes[FLOW_CODE_MAX] = "";
	const struct option *o;
	size_t len = 0;
	unsigned runs;

	if (digits_of(t, digits, sizeof digits, &runs)) {
		for (const char *d = digits; *d != '\0'; d++) {
			o = option_of_digit(st, *d);
			if (o == NULL)
				return false;
			chosen[o - st->option] = true;
		}
	} else {
		o = runs == 0 ? option_of_words(t) : NULL;
		if (o == NULL)
			return false;
		chosen[o - st->option] = true;
	}
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
	} else if (runs > 0 || (t->words.whole[WORD_NO] & 1U << t->s->lang) == 0) {
		return false;
	}
	if (v > FLOW_NUMBER_MAX || snprintf(code, sizeof code, "%ld", v) < 0)
		return false;
	turn_answer(t, t->open->slot, code);
	turn_go(t, t->open->next);
	return true;
}

static bool
take_text(struct turn *t)
{
	if (!folded_has_letters(&t->folded) || t->words.whole[WORD_STRANGER] != 0)
		return false;
	turn_answer(t, t->open->slot, "told");
	t->answered = false; /* words of theirs, to be sealed */
	turn_go(t, t->open->next);
	return true;
}

static void
take_place_found(struct turn *t, unsigned place)
{
	const struct places *p = t->f->places;

	turn_answer(t, t->open->slot, place_id(p, place));
	turn_answer(t, t->open->region, place_region(p, place));
	t->echo = t->open->name;
	turn_go(t, t->open->next);
}

/* The digit that answers "which of these". */
static bool
take_which(struct turn *t, const char *ids, char digit)
{
	char id[PLACE_ID_MAX];
	unsigned place;

	if (digit == '0') {
		turn_answer(t, t->open->slot, "words");
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
	slot_drop(t->s, SLOT_FIRST);
	slot_drop(t->s, SLOT_ECHO);
	slot_drop(t->s, SLOT_SAY);
	turn_ask_again(t);
}

static bool
take_place(struct turn *t)
{
	unsigned place[PLACE_FOUND_MAX], n, runs;
	const char *which = session_slot(t->s, SLOT_WHICH);
	char digits[4];

	if (!folded_has_letters(&t->folded)) {
		if (!digits_of(t, digits, sizeof digits, &runs) || digits[1] != '\0')
			return false;
		if (which[0] != '\0')
			return take_which(t, which, digits[0]);
		if (digits[0] != '0')
			return false;
		turn_answer(t, t->open->slot, "none");
		turn_go(t, t->open->next_skip);
		return true;
	}
	if (t->words.whole[WORD_STRANGER] != 0 || t->words.whole[WORD_HELP] != 0)
		return false;
	t->answered = true;
	(void)effect_add(t, EFFECT_PLACE, "", "");
	n = place_find(t->f->places, t->f->words, &t->folded, place);
	if (n == 1) {
		take_place_found(t, place[0]);
	} else if (n > 1) {
		ask_which(t, place, n);
	} else {
		turn_answer(t, t->open->slot, "words");
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
	case STEP_SAY:
	case STEP_BRANCH:
	case STEP_SET:
	case STEP_REFER:
	case STEP_END:
		break;
	}
	return false;
}
