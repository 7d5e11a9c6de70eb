/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of struct words, shared by the file that fills it and the file that reads it.
 * Nobody else includes it: words.c and words_conf.c.
 */
#ifndef SHYRAQ_WORDS_PRIV_H
#define SHYRAQ_WORDS_PRIV_H

#include "dict.h"
#include "words.h"

#define WORD_SPAN 3 /* tokens of the longest keyword */
#define WORD_NEAR_CHARS 5

struct word {
	uint8_t lang[WORD_CLASSES];
	bool spans;   /* begins a longer keyword */
	bool bare;    /* does nothing else */
	uint8_t from; /* language of the file that gave it first, and the line there */
	unsigned line;
};

/* What a word counts in each language; -1: it is no number there. */
struct number {
	int16_t value[LANGS];
};

struct words {
	struct word *word;
	uint32_t n, room;
	struct dict *exact;    /* folded words */
	struct dict *skeleton; /* their skeletons */
	struct dict *ending;
	struct dict *number; /* value: index in `numbers` */
	struct number *numbers;
	uint32_t number_n, number_room;
	uint32_t *near; /* entries of `exact` that edit distance 1 may reach */
	uint32_t nears;
};

#endif
