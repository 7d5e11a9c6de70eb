/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver may text: a digit or a word, and the three-digit answer code, in any order.
 * "1 482", "1482", "482 1", "482", "да 482", "беру 482" are alike. Pure. Called by receivers.c.
 */
#ifndef SHYRAQ_RECEIVER_WORDS_H
#define SHYRAQ_RECEIVER_WORDS_H

#include <stdbool.h>

/* The digits are for ever: printed on receivers' cards. */
enum receiver_word {
	SAYS_OPERATOR = 0,
	SAYS_TAKE = 1,
	SAYS_CANNOT = 2,
	SAYS_MORE = 3,
	SAYS_ON_THE_WAY = 4,
	SAYS_MET = 5,
	SAYS_NOT_FOUND = 6,
	SAYS_GIVE_BACK = 7,
	SAYS_NONE, /* nothing that we know */
	/* of no referral: they stand without a code */
	SAYS_BEDS,
	SAYS_OPEN,
	SAYS_AWAY,
	SAYS_HERE,
	SAYS_LOST,
	SAYS_HELP,
};

#define RECEIVER_BEDS_MAX 99 /* more is nonsense */

struct receiver_words {
	enum receiver_word word;
	int code;   /* 0..999, -1: none */
	int digit;  /* a bare digit and nothing else, else -1 */
	int lead;   /* the digit that stands with a code, else -1: an outcome */
	int number; /* behind "№": the case they mean, -1: none */
	int beds;   /* SAYS_BEDS: how many, -1: no number that makes sense */
};

/* `text` is well-formed UTF-8 of any length. */
struct receiver_words receiver_words_parse(const char *text);

/* Of the free-standing ones. */
bool receiver_word_is_free(enum receiver_word w);

#endif
