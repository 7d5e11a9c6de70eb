/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folding what people type to one form: case, look-alike letters, apostrophes, missing marks,
 * digits of other scripts; the second try in Cyrillic skeletons; edit distance 1. Pure: it knows no
 * word. Called by words.c, place.c, the flow engine, and by whoever reads receivers' words.
 */
#ifndef SHYRAQ_MATCH_H
#define SHYRAQ_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "flow.h"

#define MATCH_TOKENS 2048
#define MATCH_TOKEN_CHARS 48 /* a longer run of letters is cut in pieces */
#define MATCH_WORD_MAX 128   /* bytes of a folded word or skeleton, with NUL */
#define MATCH_ALL_LANGS ((1U << LANGS) - 1)

struct token {
	uint16_t at, len; /* in struct folded's s; one blank stands between tokens */
	bool digits;      /* of digits only; letters and digits never share a token */
};

struct folded {
	char s[FLOW_INPUT_MAX + MATCH_TOKENS];
	struct token token[MATCH_TOKENS];
	unsigned tokens;
	unsigned
	    langs; /* bit LANG_x: languages that its letters allow; all bits when they say nothing */
	bool latin, cyrillic;
	bool question; /* "?" and nothing else */
};

/* `text` is well-formed UTF-8; what is past FLOW_INPUT_MAX or MATCH_TOKENS is dropped. */
void match_fold(struct folded *f, const char *text);
const char *match_token(const struct folded *f, unsigned i, size_t *len);
/* Tokens i to i + n - 1 with the blanks between them. */
const char *match_span(const struct folded *f, unsigned i, unsigned n, size_t *len);

/* A second spelling of an unfolded word: sh ch zh for one letter, the other reading of a Tajik one. */
bool match_other_spelling(char *out, size_t size, const char *word);

/* How Latin letters are read where languages differ. */
enum match_reading {
	MATCH_READ_COMMON,
	MATCH_READ_TAJIK,  /* j is the letter that folds to ч */
	MATCH_READ_KAZAKH, /* w is у */
	MATCH_READINGS,
};
enum match_reading match_reading_of(enum lang l);

/*
 * A folded word in either script to the Cyrillic skeleton both share. False, and out is "", when it
 * does not fit. False too when `r` reads this word no otherwise than MATCH_READ_COMMON.
 */
bool match_skeleton(char *out, const char *s, size_t n, enum match_reading r);

/* The same word in the other script, if every letter of it has a look-alike there. */
bool match_look_alike(char *out, const char *s, size_t n);

/* Tokens i to i + n - 1 without blanks; 0 when it does not fit. */
size_t match_joined(
    char out[MATCH_WORD_MAX], const struct folded *f, unsigned i, unsigned n);

/* Two names that folding makes one ("Ақтау", "Актау"). */
bool match_same_folded(const char *a, const char *b);

/* Edit distance of at most one character. */
bool match_near(const char *a, size_t an, const char *b, size_t bn);
unsigned match_chars(const char *s, size_t n);

#endif
