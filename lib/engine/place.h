/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Towns and regions: found in what a person writes, named in a reader's language.
 * It keeps no words of a person. Made from conf/places; called by the flow engine and refer_text.c.
 */
#ifndef SHYRAQ_PLACE_H
#define SHYRAQ_PLACE_H

#include "match.h"
#include "words.h"

#define PLACE_FOUND_MAX 3
#define PLACE_ID_MAX 24
#define PLACE_MENU 3
#define PLACE_NAME_CHARS 22
#define PLACE_LABEL_MAX 128 /* bytes of "town (region)" */
#define PLACE_LONGEST 4

struct places;
MUST_CHECK enum rc places_load(
    const char *dir, struct places **out, struct flow_err *err);
void places_free(struct places *p);

/*
 * The places a text names: 0 none; 1 found; more: their like names must be asked about ("Almaty" is
 * a city and a region; "Aksu" three towns). A region that the found town lies in is not counted, and
 * a like name is settled by another place of the text ("Almaty, Talgar"). Names that are also common
 * words ("Osh", "Mary") count as the whole answer, or with an ending. Call it only for an answer to
 * the question where.
 */
unsigned place_find(const struct places *p, const struct words *w, const struct folded *f,
    unsigned out[PLACE_FOUND_MAX]);

/* The same, but one letter off is another word: for a text that need not name a place. */
unsigned place_find_spelled(const struct places *p, const struct words *w,
    const struct folded *f, unsigned out[PLACE_FOUND_MAX]);

unsigned places_count(const struct places *p);
/* Index of an id ("jetibay", "KZ-47", "KZ"); places_count when unknown. */
unsigned place_by_id(const struct places *p, const char *id);
const char *place_id(const struct places *p, unsigned i);
const char *place_region(const struct places *p, unsigned i);
/* "KZ" ... "RU", or "SEA" for South-East Asia, whose regions are countries ("SEA-TH"). */
const char *place_country(const struct places *p, unsigned i);
const char *place_name(const struct places *p, unsigned i, enum lang l);
/* The name without what tells city and region apart: "Almaty" for "Almaty city". */
const char *place_short_name(const struct places *p, unsigned i, enum lang l);
/* The name of list[k]; with its region in brackets when another of the list has, folded, the same. */
void place_label(const struct places *p, const unsigned *list, unsigned n, unsigned k,
    enum lang l, char out[PLACE_LABEL_MAX]);
/* True for a row that is a region or country itself. */
bool place_is_region(const struct places *p, unsigned i);

/*
 * The towns that a screen offers in a country, in order; returns how many. A screen says their short
 * names; where place_same finds more than one, the choice must be asked about.
 */
unsigned place_menu(
    const struct places *p, const char *country, unsigned out[PLACE_MENU]);
/* Row i first, then the region that has the very same short name; returns how many, at least 1. */
unsigned place_same(const struct places *p, unsigned i, unsigned out[PLACE_FOUND_MAX]);

/* Minutes east of UTC of the place's region. */
int place_zone_minutes(const struct places *p, unsigned i);

/*
 * For counts of sizes: the places whose echo ("town, region") is longest in a language, among those of
 * the GSM-7 alphabet and among the others, and the longest names; no other makes a text longer.
 */
unsigned place_longest(const struct places *p, enum lang l, unsigned out[PLACE_LONGEST]);

#endif
