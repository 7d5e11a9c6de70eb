/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words that receivers use, in all seven languages at once.
 * Pure but for a table folded at the first call; it takes no decision. Called by receiver_words.c.
 */
#ifndef SHYRAQ_RECEIVER_LEXICON_H
#define SHYRAQ_RECEIVER_LEXICON_H

#include "match.h"
#include "receiver_words.h"

/* What a word does in a sentence. */
enum lexeme_part {
	PART_UNKNOWN,
	PART_WORD,  /* says its word, wherever it stands */
	PART_SOFT,  /* says it beside a code alone: "fine", "we can" */
	PART_FULL,  /* "no beds": a no beside a code, else no place free */
	PART_NOT,   /* a no, or the contrary of what follows */
	PART_IF,    /* makes no yes of what follows */
	PART_UNIT,  /* what a number counts: hours, people, kilometres */
	PART_LIGHT, /* "hello", "we", "already": as if it were not there */
};

struct lexeme {
	enum lexeme_part part;
	enum receiver_word word;
};

/* The longest word or group of words at token i; *used tokens of it, 1 where it is none that we know. */
struct lexeme lexicon_at(const struct folded *f, unsigned i, unsigned *used);

#endif
