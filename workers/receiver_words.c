/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver may text. Words are folded as people's are, in all seven languages at once: an
 * intent is the same in each. Pure but for a table folded at the first call. Called by receivers.c.
 */
#include "receiver_words.h"

#include <string.h>

#include "match.h"

/* Drafts until signed by native speakers, in the order kk ru uz ky tg tk en, then a plain yes of each. */
static const struct {
	enum receiver_word word;
	const char *text;
} words[] = {
	{ SAYS_TAKE, "аламын" },
	{ SAYS_TAKE, "беру" },
	{ SAYS_TAKE, "olaman" },
	{ SAYS_TAKE, "алам" },
	{ SAYS_TAKE, "мегирам" },
	{ SAYS_TAKE, "alýaryn" },
	{ SAYS_TAKE, "take" },
	{ SAYS_TAKE, "иә" },
	{ SAYS_TAKE, "да" },
	{ SAYS_TAKE, "ha" },
	{ SAYS_TAKE, "ооба" },
	{ SAYS_TAKE, "ҳа" },
	{ SAYS_TAKE, "hawa" },
	{ SAYS_TAKE, "yes" },
	{ SAYS_TAKE, "берем" },
	{ SAYS_TAKE, "берём" },
	{ SAYS_CANNOT, "жоқ" },
	{ SAYS_CANNOT, "нет" },
	{ SAYS_CANNOT, "yo'q" },
	{ SAYS_CANNOT, "жок" },
	{ SAYS_CANNOT, "не" },
	{ SAYS_CANNOT, "ýok" },
	{ SAYS_CANNOT, "no" },
	{ SAYS_ON_THE_WAY, "жолда" },
	{ SAYS_ON_THE_WAY, "едем" },
	{ SAYS_ON_THE_WAY, "yo'lda" },
	{ SAYS_ON_THE_WAY, "жолдо" },
	{ SAYS_ON_THE_WAY, "ýolda" },
	{ SAYS_ON_THE_WAY, "going" },
	{ SAYS_MET, "кездестік" },
	{ SAYS_MET, "встретили" },
	{ SAYS_MET, "uchrashdik" },
	{ SAYS_MET, "жолуктук" },
	{ SAYS_MET, "вохӯрдем" },
	{ SAYS_MET, "duşuşdyk" },
	{ SAYS_MET, "met" },
};
#define WORDS (sizeof(words) / sizeof(words[0]))
#define FOLDED_MAX 64

static char folded_word[WORDS][FOLDED_MAX];

static void
fold_words(void)
{
	static struct folded f;

	if (folded_word[0][0] != '\0')
		return;
	for (size_t i = 0; i < WORDS; i++) {
		size_t n;
		const char *p;

		match_fold(&f, words[i].text);
		p = match_token(&f, 0, &n);
		if (n < FOLDED_MAX)
			memcpy(folded_word[i], p, n);
	}
}

static enum receiver_word
word_of(const char *p, size_t n)
{
	for (size_t i = 0; i < WORDS; i++) {
		if (strlen(folded_word[i]) == n && memcmp(folded_word[i], p, n) == 0)
			return words[i].word;
	}
	return SAYS_NONE;
}

static int
number_of(const char *p, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (p[i] - '0');
	return v;
}

/* One run of digits: an action, a code, or both in four. False: none of these. */
static bool
take_digits(struct receiver_words *w, const char *p, size_t n)
{
	if (n == 4 && p[0] <= '7' && w->code < 0) {
		w->word = (enum receiver_word)(p[0] - '0');
		w->code = number_of(p + 1, 3);
	} else if (n == 3 && w->code < 0) {
		w->code = number_of(p, 3);
	} else if (n == 1 && p[0] <= '7' && w->word == SAYS_NONE) {
		w->word = (enum receiver_word)(p[0] - '0');
	} else {
		return false;
	}
	return true;
}

struct receiver_words
receiver_words_parse(const char *text)
{
	struct receiver_words w = { SAYS_NONE, -1, -1 };
	static struct folded f;

	fold_words();
	match_fold(&f, text);
	for (unsigned i = 0; i < f.tokens && i < 8; i++) {
		size_t n;
		const char *p = match_token(&f, i, &n);

		if (f.token[i].digits) {
			if (!take_digits(&w, p, n))
				return (struct receiver_words){ SAYS_NONE, -1, -1 };
		} else if (w.word == SAYS_NONE) {
			w.word = word_of(p, n);
		}
	}
	if (f.tokens == 1 && f.token[0].digits && f.token[0].len == 1)
		w.digit = f.s[f.token[0].at] - '0';
	if (w.word == SAYS_NONE && w.code >= 0 && f.tokens == 1)
		w.word = SAYS_TAKE; /* the code alone */
	return w;
}
