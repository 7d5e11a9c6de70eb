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
#define READ_MS 3000    /* less than a text needs to come and be read */
#define BESIDE_TOKENS 6 /* of a text that says yes or no in the words of the question */
#define STEM_CHARS 5    /* a word of the question in another form */

/* How many letters two words have in common from their beginning. */
static unsigned
same_letters(const char *a, size_t an, const char *b, size_t bn)
{
	size_t i = 0;

	while (i < an && i < bn && a[i] == b[i])
		i++;
	return match_chars(a, i);
}

/* The same beginning, of `stem` letters; or one less, and what is asked has an ending more. */
static bool
is_form_of(const char *asked, size_t len, const char *word, size_t n, unsigned stem)
{
	unsigned same = same_letters(asked, len, word, n);

	return same >= stem || (same + 1 >= stem && same == match_chars(word, n));
}

/*
 * Whether a word stands in the open question: "2 papers taken" repeats what it offers. With `stem` it
 * may stand there in another form (is_form_of); 0: as it is.
 */
static bool
repeats_question(const struct turn *t, const char *word, size_t n, unsigned stem)
{
	static _Thread_local struct folded asked; /* too large for the stack of a turn */
	char text[FLOW_TEXT_MAX];
	struct saying y = saying_to(t->f, t->s, t->in, text);

	say_open_question(&y, t->flow, t->s);
	match_fold(&asked, text);
	for (unsigned i = 0; !y.failed && i < asked.tokens; i++) {
		size_t len;
		const char *s = match_token(&asked, i, &len);

		if ((len == n && memcmp(s, word, n) == 0) ||
		    (stem > 0 && is_form_of(s, len, word, n, stem)))
			return true;
	}
	return false;
}

bool
turn_digits(const struct turn *t, char *out, size_t size, unsigned *runs)
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
			bool is_long = match_chars(s, n) > 2 * SHORT_CHARS &&
			    t->open->kind != STEP_NUMBER;

			if ((++other > FEW_TOKENS || is_long) &&
			    !repeats_question(t, s, n, 0))
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

/* Digits said in words of the conversation's language, and nothing else ("bir uch"): as turn_digits. */
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

/* The one option that these words mean: in the conversation's language, urgency and topics in any. */
static const struct option *
option_of(const struct turn *t, const struct words_found *w)
{
	const struct step *st = t->open;
	const struct option *found = NULL;

	for (unsigned i = 0; i < st->options; i++) {
		bool means = false;

		for (unsigned c = 0; c < WORD_CLASSES; c++) {
			unsigned langs = word_class_is_loose((enum word_class)c)
			    ? w->any[c]
			    : w->whole[c] & 1U << t->s->lang;

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

/* Whether one word of the text is an option's by itself: it stays, though the question names it too. */
static bool
is_option_word(const struct turn *t, const char *word, size_t n)
{
	static _Thread_local struct folded one;
	struct words_found found;
	char text[MATCH_WORD_MAX];

	if (!str_copy_bytes(text, sizeof text, word, n))
		return false;
	match_fold(&one, text);
	words_find(t->f->words, &one, 0, &found);
	for (unsigned i = 0; i < t->open->options; i++) {
		for (unsigned c = 0; c < WORD_CLASSES; c++) {
			if ((t->open->option[i].words & CLASS_BIT(c)) != 0 &&
			    (found.whole[c] & 1U << t->s->lang) != 0)
				return true;
		}
	}
	return false;
}

/* "Not calm", to "calm now?": what is left without the words of the question. */
static const struct option *
option_beside_question(const struct turn *t)
{
	static _Thread_local struct folded rest;
	struct words_found found;
	char text[BESIDE_TOKENS * MATCH_WORD_MAX] = "";
	bool repeats = false;
	size_t len = 0;

	if (t->folded.tokens > BESIDE_TOKENS)
		return NULL;
	for (unsigned i = 0; i < t->folded.tokens; i++) {
		size_t n;
		const char *s = match_token(&t->folded, i, &n);

		if (!is_option_word(t, s, n) && repeats_question(t, s, n, STEM_CHARS))
			repeats = true;
		else if (!str_add(text, sizeof text, &len, "%.*s ", (int)n, s))
			return NULL;
	}
	if (!repeats)
		return NULL;
	match_fold(&rest, text);
	words_find(t->f->words, &rest, 0, &found);
	return option_of(t, &found);
}

/* "Yes I come", to what somebody proposes who has taken the case: no consent hangs on it. */
static const struct option *
option_of_first_word(const struct turn *t)
{
	static _Thread_local struct folded first;
	struct words_found found, other;
	char text[MATCH_WORD_MAX];
	const char *s;
	size_t n;

	if (strcmp(t->flow->name, FLOW_PHRASE) != 0 || t->folded.tokens != 2)
		return NULL;
	s = match_token(&t->folded, 1, &n);
	if (!str_copy_bytes(text, sizeof text, s, n))
		return NULL;
	match_fold(&first, text);
	words_find(t->f->words, &first, 1U << t->s->lang, &other);
	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		if (other.any[c] != 0 && c != WORD_COMMON)
			return NULL;
	}
	s = match_token(&t->folded, 0, &n);
	if (!str_copy_bytes(text, sizeof text, s, n))
		return NULL;
	match_fold(&first, text);
	words_find(t->f->words, &first, 0, &found);
	return option_of(t, &found);
}

/* "I do not agree", to a consent that is asked for, is a no to it while there is no yes to take back. */
static const struct option *
option_of_refusal(const struct turn *t)
{
	static const char *const kinds[] = { "ngo", "police", "embassy" };

	if (t->open->consent[0] == '\0' || t->words.whole[WORD_WITHDRAW] == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(session_slot(t->s, kinds[i]), "yes") == 0)
			return NULL;
	}
	for (unsigned i = 0; i < t->open->options; i++) {
		if (strcmp(t->open->option[i].code, "no") == 0)
			return &t->open->option[i];
	}
	return NULL;
}

/* Yes, no and the like: the whole text, but for words of the question itself. */
static const struct option *
option_of_words(const struct turn *t)
{
	const struct option *o = option_of(t, &t->words);

	if (o == NULL)
		o = option_of_refusal(t);
	if (o == NULL)
		o = option_beside_question(t);
	return o != NULL ? o : option_of_first_word(t);
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

	if (turn_take_age(t))
		return true;
	if (turn_digits(t, digits, sizeof digits, &runs)) {
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

	if (!turn_digits(t, digits, sizeof digits, &runs)) {
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

/* One number, in a figure or a word, beside a few words: "seven of us". */
static bool
number_of(const struct turn *t, char *out, size_t size)
{
	unsigned runs, others = 0, numbers = 0;
	size_t len = 0;

	if (turn_digits(t, out, size, &runs))
		return runs == 1;
	for (unsigned i = 0; i < t->folded.tokens && runs == 0; i++) {
		size_t n;
		const char *s = match_token(&t->folded, i, &n);
		int v = words_number(t->f->words, s, n, 1U << t->s->lang);

		others += v < 0;
		numbers += v >= 0;
		if (v >= 0 && !str_add(out, size, &len, "%d", v))
			return false;
	}
	return numbers == 1 && others <= FEW_TOKENS;
}

static bool
take_number(struct turn *t)
{
	char digits[8], code[8];
	long v = 0;

	if (number_of(t, digits, sizeof digits))
		v = strtol(digits, NULL, 10);
	else if ((t->words.whole[WORD_NO] & 1U << t->s->lang) == 0)
		return false;
	if (v > FLOW_NUMBER_MAX || snprintf(code, sizeof code, "%ld", v) < 0)
		return false;
	turn_answer(t, t->open->slot, code);
	turn_go(t, t->open->next);
	return true;
}

/* Nothing but abuse: a few words among which it is. In a longer text it may stand beside a place. */
bool
turn_is_abuse(const struct turn *t)
{
	if (t->words.any[WORD_ABUSE] == 0)
		return false;
	return t->words.whole[WORD_ABUSE] != 0 || t->folded.tokens <= ABUSE_TOKENS;
}

/* All gone, or the yes taken back: no question of free words keeps these. */
bool
turn_takes_back(const struct turn *t)
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
	    t->words.whole[WORD_STRANGER] != 0 || turn_is_abuse(t) || turn_takes_back(t))
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
		return turn_take_place(t);
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
