/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keywords in a folded text: exactly, with an ending, as its look-alike, through the skeleton, one
 * letter off. It allocates nothing. Called by the flow engine and receivers' words.
 */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "words_priv.h"

#define BIT(l) (1U << LANG_##l)
#define STEM_MIN_CHARS 4
#define NEAR_TOKENS \
	128 /* words of a text that may be a letter off: bounds the time of a step */

#define WORD_CLASS_NAME(id, name, loose) [WORD_##id] = name,
#define WORD_CLASS_LOOSE(id, name, loose) [WORD_##id] = loose,

static const char *const names[WORD_CLASSES] = { WORD_CLASS_LIST(WORD_CLASS_NAME) };
static const bool is_loose[WORD_CLASSES] = { WORD_CLASS_LIST(WORD_CLASS_LOOSE) };

const char *
word_class_name(enum word_class c)
{
	return c < WORD_CLASSES ? names[c] : "";
}

bool
word_class_is_loose(enum word_class c)
{
	return is_loose[c];
}

enum word_class
word_class_parse(const char *name)
{
	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		if (strcmp(names[c], name) == 0)
			return (enum word_class)c;
	}
	return WORD_CLASSES;
}

const enum word_class *
words_open_order(size_t *n)
{
	static const enum word_class order[] = { WORD_DANGER, WORD_HELP, WORD_REPORT,
		WORD_RELATIVE, WORD_AFTER, WORD_COMPLAINT, WORD_ERASE, WORD_WITHDRAW,
		WORD_EMBASSY, WORD_JOB, WORD_PAY, WORD_PAPERS, WORD_REGISTRATION,
		WORD_CONTRACT, WORD_LEAVING, WORD_VIOLENCE, WORD_CHILDINFO, WORD_ABROAD,
		WORD_INFO, WORD_PLAIN, WORD_MENU };

	*n = ARRAY_LEN(order);
	return order;
}

unsigned
words_opens(const struct words_found *v, enum word_class c)
{
	return is_loose[c] ? v->any[c] : v->whole[c];
}

void
words_free(struct words *w)
{
	if (w == NULL)
		return;
	dict_free(w->exact);
	dict_free(w->skeleton);
	dict_free(w->ending);
	dict_free(w->number);
	free(w->numbers);
	free(w->word);
	free(w->near);
	free(w);
}

bool
words_has(const struct words *w, enum word_class c, enum lang l)
{
	for (uint32_t i = 0; i < w->n; i++) {
		if ((w->word[i].lang[c] & 1U << l) != 0)
			return true;
	}
	return false;
}

static const struct word *
look_up(const struct words *w, const struct dict *d, const char *s, size_t n)
{
	uint32_t i = dict_find(d, s, n);

	return i == DICT_NONE ? NULL : &w->word[dict_value(d, i)];
}

bool
words_is_ending(const struct words *w, const char *s, size_t n)
{
	return dict_find(w->ending, s, n) != DICT_NONE;
}

int
words_number(const struct words *w, const char *s, size_t n, unsigned langs)
{
	uint32_t i = dict_find(w->number, s, n);

	for (unsigned l = 0; i != DICT_NONE && l < LANGS; l++) {
		int v = w->numbers[dict_value(w->number, i)].value[l];

		if ((langs & 1U << l) != 0 && v >= 0)
			return v;
	}
	return -1;
}

/* A keyword with an ending of the language on it: "yordamga". */
static const struct word *
stem_of(const struct words *w, const char *s, size_t n)
{
	for (size_t cut = n - 1; cut > 0; cut--) {
		const struct word *k;

		if (((unsigned char)s[cut] & 0xc0) == 0x80)
			continue;
		if (match_chars(s, cut) < STEM_MIN_CHARS)
			return NULL;
		if (!words_is_ending(w, s + cut, n - cut))
			continue;
		k = look_up(w, w->exact, s, cut);
		if (k != NULL)
			return k;
	}
	return NULL;
}

static const struct word *
through_skeleton(const struct words *w, const char *s, size_t n)
{
	char bones[MATCH_WORD_MAX];

	if (match_chars(s, n) < STEM_MIN_CHARS)
		return NULL;
	for (unsigned r = 0; r < MATCH_READINGS; r++) {
		const struct word *k;

		if (!match_skeleton(bones, s, n, (enum match_reading)r))
			continue;
		k = look_up(w, w->skeleton, bones, strlen(bones));
		if (k != NULL)
			return k;
	}
	return NULL;
}

/* People seldom err in the first letter, and other words differ in it: "filling" kills nobody. */
static bool
begins_alike(const char *a, size_t an, const char *b, size_t bn)
{
	uint32_t x = 0, y = 0;

	return str_next(a, an, &x) > 0 && str_next(b, bn, &y) > 0 && x == y;
}

static const struct word *
one_letter_off(const struct words *w, const char *s, size_t n, unsigned langs)
{
	if (match_chars(s, n) < WORD_NEAR_CHARS)
		return NULL;
	for (uint32_t i = 0; i < w->nears; i++) {
		const struct word *k = &w->word[dict_value(w->exact, w->near[i])];
		const char *key;
		unsigned any = 0;
		size_t len;

		key = dict_key(w->exact, w->near[i], &len);
		if (!begins_alike(s, n, key, len) || !match_near(s, n, key, len))
			continue;
		for (unsigned c = 0; c < WORD_CLASSES; c++)
			any |= is_loose[c] ? k->lang[c] : 0U;
		if ((any & langs) != 0)
			return k;
	}
	return NULL;
}

/* The tally of one text, while it is read. */
struct tally {
	unsigned tokens; /* without greetings */
	unsigned covered[WORD_CLASSES];
	uint8_t all[WORD_CLASSES];
};

static void
count(struct words_found *out, struct tally *t, const struct word *k, unsigned tokens,
    bool exact)
{
	uint8_t said = 0;

	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		if (k->lang[c] == 0 || (!exact && !is_loose[c]))
			continue;
		out->any[c] |= k->lang[c];
		t->all[c] &= k->lang[c];
		t->covered[c] += tokens;
		said |= k->lang[c];
	}
	for (unsigned l = 0; l < LANGS; l++) {
		if ((said & 1U << l) != 0 && out->votes[l] < UINT8_MAX)
			out->votes[l]++;
	}
}

/* The longest keyword that begins at token i; returns how many tokens it took, 0 for none. */
static unsigned
exact_at(const struct words *w, const struct folded *f, unsigned i, const struct word **k)
{
	const char *s;
	unsigned most = 1;
	size_t n;

	s = match_token(f, i, &n);
	*k = look_up(w, w->exact, s, n);
	if (*k != NULL && (*k)->spans)
		most = f->tokens - i < WORD_SPAN ? f->tokens - i : WORD_SPAN;
	for (unsigned span = most; span > 1; span--) {
		const struct word *longer;

		s = match_span(f, i, span, &n);
		longer = look_up(w, w->exact, s, n);
		if (longer != NULL) {
			*k = longer;
			return span;
		}
	}
	if (*k != NULL && (*k)->bare)
		*k = NULL; /* only the beginning of a longer keyword */
	return *k != NULL ? 1 : 0;
}

static const struct word *
loose_at(const struct words *w, const struct folded *f, unsigned i, unsigned near)
{
	char twin[MATCH_WORD_MAX];
	const struct word *k;
	const char *s;
	size_t n;

	if (f->token[i].digits)
		return NULL;
	s = match_token(f, i, &n);
	k = stem_of(w, s, n);
	if (k == NULL && match_look_alike(twin, s, n))
		k = look_up(w, w->exact, twin, strlen(twin));
	if (k == NULL)
		k = through_skeleton(w, s, n);
	if (k == NULL && i < NEAR_TOKENS && look_up(w, w->exact, s, n) == NULL)
		k = one_letter_off(w, s, n, near);
	return k;
}

void
words_find(
    const struct words *w, const struct folded *f, unsigned near, struct words_found *out)
{
	struct tally t = { .tokens = f->tokens };
	unsigned greetings;

	*out = (struct words_found){ 0 };
	memset(t.all, 0xff, sizeof t.all);
	for (unsigned i = 0; i < f->tokens;) {
		const struct word *k;
		unsigned took = exact_at(w, f, i, &k);
		bool exact = took > 0;

		if (!exact)
			k = loose_at(w, f, i, near);
		if (k != NULL)
			count(out, &t, k, exact ? took : 1, exact);
		i += exact ? took : 1;
	}
	greetings = t.covered[WORD_GREETING];
	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		unsigned rest = c == WORD_GREETING ? f->tokens : f->tokens - greetings;

		if (t.covered[c] > 0 && t.covered[c] == rest)
			out->whole[c] = t.all[c];
	}
}

static unsigned
narrow(unsigned langs, unsigned to)
{
	return (langs & to) != 0 ? langs & to : langs;
}

static unsigned
most_votes(const struct words_found *v)
{
	unsigned langs = 0, most = 1;

	for (unsigned l = 0; l < LANGS; l++) {
		if (v->votes[l] > most) {
			most = v->votes[l];
			langs = 0;
		}
		if (v->votes[l] == most)
			langs |= 1U << l;
	}
	return langs;
}

enum lang
words_guess_lang(const struct words_found *v, const struct folded *f,
    enum word_class best, const char *country)
{
	static const struct {
		char country[3];
		uint8_t langs;
	} homes[] = {
		{ "KZ", BIT(KK) | BIT(RU) },
		{ "UZ", BIT(UZ) },
		{ "KG", BIT(KY) },
		{ "TJ", BIT(TG) },
		{ "TM", BIT(TK) },
	};
	unsigned langs = MATCH_ALL_LANGS;

	if (best < WORD_CLASSES)
		langs = narrow(langs, v->any[best]);
	langs = narrow(langs, f->langs);
	if (best == WORD_CLASSES && f->latin && !f->cyrillic)
		langs = narrow(langs, BIT(UZ) | BIT(TK) | BIT(EN));
	if ((langs & (langs - 1)) != 0)
		langs = narrow(langs, most_votes(v));
	for (size_t i = 0; i < ARRAY_LEN(homes) && (langs & (langs - 1)) != 0; i++) {
		if (strcmp(homes[i].country, country) == 0)
			langs = narrow(langs, homes[i].langs);
	}
	for (unsigned l = 0; l < LANGS; l++) {
		if (langs == 1U << l)
			return (enum lang)l;
	}
	return LANG_NONE;
}
