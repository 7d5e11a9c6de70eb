/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a person's text: folding, keywords, places, skeletons, nearness stay in their bounds.
 * It never checks a meaning: tests/unit/match_test.c does. Called by make fuzz, from the top folder.
 */
#include "fuzz.h"
#include "match.h"
#include "place.h"
#include "str.h"
#include "words.h"

static struct words *words;
static struct places *places;
static struct folded f, again;

static void
load(void)
{
	struct flow_err err;

	if (words_load("conf", &words, &err) != RC_OK ||
	    places_load("conf", &places, &err) != RC_OK) {
		fputs(err.s, stderr);
		abort();
	}
}

static void
tokens_hold(void)
{
	size_t end = 0;

	insist(f.tokens <= MATCH_TOKENS && strlen(f.s) < sizeof f.s);
	insist(str_is_utf8(f.s, strlen(f.s)));
	insist((f.langs & MATCH_ALL_LANGS) != 0);
	for (unsigned i = 0; i < f.tokens; i++) {
		char bones[MATCH_WORD_MAX];
		size_t len;
		const char *s = match_token(&f, i, &len);

		insist(len > 0 && f.token[i].at >= end &&
		    f.token[i].at + len <= strlen(f.s));
		end = f.token[i].at + len;
		insist(match_near(s, len, s, len));
		insist(words_number(words, s, len, MATCH_ALL_LANGS) <= WORDS_NUMBER_MAX);
		for (unsigned r = 0; r < MATCH_READINGS; r++) {
			if (match_skeleton(bones, s, len, (enum match_reading)r))
				insist(str_is_utf8(bones, strlen(bones)));
		}
		if (match_look_alike(bones, s, len))
			insist(str_is_utf8(bones, strlen(bones)));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	unsigned found[PLACE_FOUND_MAX], places_found;
	struct words_found v;
	char *text, other[MATCH_WORD_MAX];

	if (words == NULL)
		load();
	text = malloc(3 * n + 1);
	insist(text != NULL);
	str_clean_utf8(text, 3 * n + 1, data, n);
	match_fold(&f, text);
	tokens_hold();
	words_find(words, &f, MATCH_ALL_LANGS, &v);
	for (unsigned c = 0; c < WORD_CLASSES; c++)
		insist((v.whole[c] & ~v.any[c]) == 0);
	insist(words_guess_lang(&v, &f, WORD_CLASSES, "KZ") <= LANG_NONE);
	places_found = place_find(places, words, &f, found);
	insist(places_found <= PLACE_FOUND_MAX);
	for (unsigned i = 0; i < places_found; i++) {
		insist(found[i] < places_count(places));
		for (unsigned k = 0; k < i; k++)
			insist(found[i] != found[k]);
	}
	/* what is folded stays as it is */
	if (f.tokens < MATCH_TOKENS && strlen(f.s) < FLOW_INPUT_MAX) {
		match_fold(&again, f.s);
		match_fold(&f, again.s);
		insist(strcmp(f.s, again.s) == 0);
	}
	(void)match_other_spelling(other, sizeof other, text);
	free(text);
	return 0;
}
