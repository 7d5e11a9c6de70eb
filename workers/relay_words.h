/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver may say to a person: "52 482 6:30 words", phrase, code, time, one slot; or
 * "349 words". And the slot in the letters of the person's language. Pure; called by receivers.c and relay.c.
 */
#ifndef SHYRAQ_RELAY_WORDS_H
#define SHYRAQ_RELAY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

#define RELAY_CHARS 40  /* characters of the slot at most */
#define RELAY_BYTES 256 /* room for more than that: longer is told, never cut */
#define RELAY_FREE 0

struct relay_words {
	int phrase; /* 51 to 55, or RELAY_FREE */
	int code;   /* the answer code */
	char at[6]; /* "6:30" or "" */
	char words[RELAY_BYTES];
	bool too_long; /* did not even fit in `words` */
};

/* False: it is no such text. */
bool relay_words_parse(const char *text, struct relay_words *w);

/* "come" "meet" "safe" "wait" "call112" "free": the step of the flow that says it. */
const char *relay_phrase_step(int phrase);

/* The words in Latin or Cyrillic letters, as `l` is written; false: no room. */
bool relay_script(const char *words, enum lang l, char out[RELAY_BYTES]);

/* A full stop behind words that end without one: a sentence of ours follows. */
void relay_end(char words[RELAY_BYTES]);

unsigned relay_chars(const char *words);
/* S11: six digits or more in a row, as a number of a phone would have. */
bool relay_has_number(const char *words);
/* Six digits in all, whatever stands between them: a slot of 40 characters needs no more. */
bool relay_digits(const char *words);

#endif
