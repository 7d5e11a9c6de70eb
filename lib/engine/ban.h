/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S3: one line of a list of banned words (conf/po/ban.<language>), read. It holds nothing against a text.
 * Called by prove_ban.c and the workers' banlist.c.
 */
#ifndef SHYRAQ_BAN_H
#define SHYRAQ_BAN_H

#include <limits.h>
#include <stdbool.h>

#include "match.h"

#define BAN_LINE_BYTES 256
#define BAN_WORDS 4

/* Words in a row, the last perhaps only the beginning of one ("*" after it). */
struct ban {
	char word[BAN_WORDS][MATCH_WORD_MAX]; /* folded */
	unsigned words;                       /* 1 to BAN_WORDS */
	bool prefix;
};

/* DIR/po/ban.<language>; "" when that is longer than a path may be. */
void ban_path(char out[PATH_MAX], const char *dir, enum lang l);
/* A line without its end; f is room to work in. False: no word, too many, or one too long. */
MUST_CHECK bool ban_read(struct folded *f, const char *line, struct ban *b);

#endif
