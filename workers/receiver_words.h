/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver may text: a digit or a word, and the three-digit answer code, in any order.
 * "1 482", "1482", "482 1", "482", "да 482", "беру 482" are alike; what else stands there is speech.
 * Pure. Called by receivers.c.
 */
#ifndef SHYRAQ_RECEIVER_WORDS_H
#define SHYRAQ_RECEIVER_WORDS_H

#include <stdbool.h>
#include <stdint.h>

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
#define ANSWER_CODES 1000

/* The codes to which this phone may still answer; they decide only between two that a text holds. */
struct answer_codes {
	uint8_t has[ANSWER_CODES];
};

struct receiver_words {
	enum receiver_word word;
	int code;   /* 0..999, -1: none */
	int digit;  /* a bare digit and nothing else, else -1 */
	int lead;   /* the digit that stands with a code, else -1: an outcome */
	int number; /* behind "№": the case they mean, -1: none */
	int beds;   /* SAYS_BEDS: how many, -1: no number that makes sense */
	bool
	    beside; /* the word stands right beside the code; a digit behind it counts nothing */
	bool loose;   /* it is no word of the card: from who has the case it is speech */
	bool unclear; /* an answer to `code`, but which: nothing may be settled */
	bool head;    /* the code opens the text: words to the person may follow */
	/* on the way, met or not found as a word of the card anywhere beside a code, else SAYS_NONE */
	enum receiver_word road;
	bool road_sure; /* nothing in the text takes it back */
};

/* `text` is well-formed UTF-8 of any length; `theirs` may be NULL: none. */
struct receiver_words receiver_words_parse(
    const char *text, const struct answer_codes *theirs);

/* Of the free-standing ones. */
bool receiver_word_is_free(enum receiver_word w);

#endif
