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

struct places;
MUST_CHECK enum rc places_load(
    const char *dir, struct places **out, struct flow_err *err);
void places_free(struct places *p);

/*
 * The places a text names: 0 none; 1 found; more: their like names must be asked about. A region
 * that the found town lies in is not counted.
 */
unsigned place_find(const struct places *p, const struct words *w, const struct folded *f,
    unsigned out[PLACE_FOUND_MAX]);

unsigned places_count(const struct places *p);
/* Index of an id ("jetibay", "KZ-47", "KZ"); places_count when unknown. */
unsigned place_by_id(const struct places *p, const char *id);
const char *place_id(const struct places *p, unsigned i);
const char *place_region(const struct places *p, unsigned i);
const char *place_name(const struct places *p, unsigned i, enum lang l);
/* True for a row that is a region or country itself. */
bool place_is_region(const struct places *p, unsigned i);

#endif
