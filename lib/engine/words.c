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

#define TWIN_MIN_CHARS 3 /* of a word read as its look-alike */
#define SPACED_MIN 3     /* letters that stand alone and may be one word */
#define SPACED_MAX 14
#define GAP_MAX 3 /* words between the parts of a keyword */

#define WORD_CLASS_NAME(id, name, reach) [WORD_##id] = name,
#define WORD_CLASS_REACH(id, name, reach) [WORD_##id] = REACH_##reach,

static const char *const names[WORD_CLASSES] = { WORD_CLASS_LIST(WORD_CLASS_NAME) };
static const enum word_reach reach[WORD_CLASSES] = { WORD_CLASS_LIST(WORD_CLASS_REACH) };

const char *
word_class_name(enum word_class c)
{
	return c < WORD_CLASSES ? names[c] : "";
}

enum word_reach
word_class_reach(enum word_class c)
{
	return reach[c];
}

bool
word_class_is_loose(enum word_class c)
{
	return reach[c] != REACH_WHOLE;
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
	return reach[c] != REACH_WHOLE ? v->any[c] : v->whole[c];
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

/* Whether a word found in this way is one of any class. */
static bool
counts(const struct word *k, enum word_reach how)
{
	bool any = false;

	for (unsigned c = 0; k != NULL && c < WORD_CLASSES; c++)
		any = any || (k->lang[c] != 0 && reach[c] >= how);
	return any;
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
		if (counts(k, REACH_ENDING))
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
		if (counts(k, REACH_EXACT))
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
			any |= reach[c] == REACH_NEAR ? k->lang[c] : 0U;
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
add_votes(struct words_found *out, unsigned langs)
{
	for (unsigned l = 0; l < LANGS; l++) {
		if ((langs & 1U << l) != 0 && out->votes[l] < UINT8_MAX)
			out->votes[l]++;
	}
}

static void
count(struct words_found *out, struct tally *t, const struct word *k, unsigned tokens,
    enum word_reach how)
{
	uint8_t said = 0;

	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		if (k->lang[c] == 0 || reach[c] < how)
			continue;
		out->any[c] |= k->lang[c];
		t->all[c] &= k->lang[c];
		t->covered[c] += tokens;
		said |= k->lang[c];
	}
	add_votes(out, said);
}

static bool
begins_longer(const struct words *w, const struct folded *f, unsigned i)
{
	const struct word *k;
	size_t n;
	const char *s = match_token(f, i, &n);

	k = look_up(w, w->exact, s, n);
	return k != NULL && k->spans;
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

/* Letters that stand alone, read as one word: "S.O.S", "h e l p". */
static unsigned
spaced_at(
    const struct words *w, const struct folded *f, unsigned i, const struct word **k)
{
	unsigned run = 0;

	for (; i + run < f->tokens && run < SPACED_MAX; run++) {
		const struct token *c = &f->token[i + run];

		if (c->digits || match_chars(f->s + c->at, c->len) != 1)
			break;
	}
	for (; run >= SPACED_MIN; run--) {
		char joined[MATCH_WORD_MAX];
		size_t n = match_joined(joined, f, i, run);

		*k = look_up(w, w->exact, joined, n);
		if (*k != NULL && !(*k)->bare)
			return run;
	}
	return 0;
}

/* Whether the words from i on are all of those that stand where they like: whom, here, now. */
static bool
are_whom(const struct words *w, const struct folded *f, unsigned i, unsigned n)
{
	bool all = true;

	for (unsigned k = i; all && k < i + n; k++) {
		const struct word *one;
		size_t len;
		const char *s = match_token(f, k, &len);

		one = look_up(w, w->exact, s, len);
		all = one != NULL && one->lang[WORD_WHOM] != 0;
	}
	return all;
}

static void
count_need(struct words_found *out, const struct word *k)
{
	static const enum word_class need[] = { WORD_DANGER, WORD_HELP, WORD_REPORT };

	for (size_t c = 0; c < ARRAY_LEN(need); c++) {
		out->any[need[c]] |= k->lang[need[c]];
		add_votes(out, k->lang[need[c]]);
	}
}

/* The keyword whose first `front` tokens are at i and whose last `back` come `gap` tokens behind them. */
static const struct word *
parted(const struct words *w, const struct folded *f, unsigned i, unsigned front,
    unsigned gap, unsigned back)
{
	char text[2 * MATCH_WORD_MAX];
	const char *s, *rest;
	size_t n, m;

	if (i + front + gap + back > f->tokens)
		return NULL;
	s = match_span(f, i, front, &n);
	rest = match_span(f, i + front + gap, back, &m);
	if (n + 1 + m >= sizeof text)
		return NULL;
	memcpy(text, s, n);
	text[n] = ' ';
	memcpy(text + n + 1, rest, m);
	return look_up(w, w->exact, text, n + 1 + m);
}

/*
 * A keyword of two or three words in two parts: "us, five men, they hold" begins with whom it is about, "they
 * do not let us leave" has it between. Only what a person may need at once is looked for so.
 */
static void
count_parted(
    const struct words *w, const struct folded *f, unsigned i, struct words_found *out)
{
	static const uint8_t parts[][2] = { { 1, 1 }, { 1, 2 }, { 2, 1 } };
	bool whom = are_whom(w, f, i, 1);

	for (size_t p = 0; p < ARRAY_LEN(parts); p++) {
		for (unsigned gap = 1; gap <= GAP_MAX; gap++) {
			unsigned front = parts[p][0];
			const struct word *k = parted(w, f, i, front, gap, parts[p][1]);

			if (k != NULL && (whom || are_whom(w, f, i + front, gap)))
				count_need(out, k);
		}
	}
}

static const struct word *
loose_at(const struct words *w, const struct folded *f, unsigned i, unsigned near,
    enum word_reach *how)
{
	char twin[MATCH_WORD_MAX];
	const struct word *k;
	const char *s;
	size_t n;

	if (f->token[i].digits)
		return NULL;
	s = match_token(f, i, &n);
	*how = REACH_ENDING;
	k = stem_of(w, s, n);
	if (k != NULL)
		return k;
	*how = REACH_WHOLE;
	if (match_chars(s, n) >= TWIN_MIN_CHARS && match_look_alike(twin, s, n))
		k = look_up(w, w->exact, twin, strlen(twin));
	if (k != NULL && !k->bare)
		return k;
	*how = REACH_EXACT;
	k = through_skeleton(w, s, n);
	if (k != NULL)
		return k;
	*how = REACH_NEAR;
	if (i < NEAR_TOKENS && look_up(w, w->exact, s, n) == NULL)
		k = one_letter_off(w, s, n, near);
	return k;
}

/* The keyword at token i, how many tokens it took (at least 1), and how it was found; NULL for none. */
static const struct word *
word_at(const struct words *w, const struct folded *f, unsigned i, unsigned near,
    unsigned *took, enum word_reach *how)
{
	const struct word *k;

	*how = REACH_WHOLE;
	*took = spaced_at(w, f, i, &k);
	if (*took == 0)
		*took = exact_at(w, f, i, &k);
	if (*took > 0)
		return k;
	*took = 1;
	return loose_at(w, f, i, near, how);
}

void
words_find(
    const struct words *w, const struct folded *f, unsigned near, struct words_found *out)
{
	struct tally t = { .tokens = f->tokens };
	unsigned greetings, took;

	*out = (struct words_found){ 0 };
	memset(t.all, 0xff, sizeof t.all);
	for (unsigned i = 0; i < f->tokens; i += took) {
		enum word_reach how;
		const struct word *k = word_at(w, f, i, near, &took, &how);

		if (k != NULL)
			count(out, &t, k, took, how);
		if (took == 1 && begins_longer(w, f, i))
			count_parted(w, f, i, out);
	}
	greetings = t.covered[WORD_GREETING];
	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		unsigned rest = c == WORD_GREETING ? f->tokens : f->tokens - greetings;

		if (t.covered[c] > 0 && t.covered[c] == rest)
			out->whole[c] = t.all[c];
	}
}

bool
words_only(const struct words *w, const struct folded *f, uint64_t classes)
{
	for (unsigned i = 0; i < f->tokens;) {
		const struct word *k;
		unsigned took = exact_at(w, f, i, &k);
		bool one = f->token[i].digits;

		for (unsigned c = 0; k != NULL && c < WORD_CLASSES; c++)
			one = one || ((classes & CLASS_BIT(c)) != 0 && k->lang[c] != 0);
		if (!one)
			return false;
		i += took > 0 ? took : 1;
	}
	return true;
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
