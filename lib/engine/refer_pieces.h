/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pieces that texts to receivers are made of, with a weight each. Pure.
 * It never counts parts. Included by refer_text.c, refer_detail.c and refer_pieces.c alone.
 */
#ifndef SHYRAQ_REFER_PIECES_H
#define SHYRAQ_REFER_PIECES_H

#include "refer_text.h"

#define PIECES_MAX 24

/* A piece of a text; the one with the least weight is dropped first, 0 never. */
struct piece {
	char s[REFER_TEXT_MAX / 2];
	unsigned weight;
};
struct pieces {
	struct piece v[PIECES_MAX];
	unsigned n;
};

/* NULL and "" are no piece. */
void pieces_add(struct pieces *p, const char *s, unsigned weight);
/*
 * A word for each code of a slot that weighs at least so much: "ref.what.papers". Codes without a
 * word are left out.
 */
void pieces_add_codes(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, const char *slot, unsigned least);
/* Of the person's needs those of this role: the first is never dropped, others before all else. */
void pieces_add_own_needs(struct pieces *p, const struct flows *f, enum lang l,
    const struct case_facts *c, enum refer_role role);
/* How much a code tells who decides. */
unsigned pieces_weight(const char *slot, const char *code);
/* False: it does not fit. */
bool pieces_join(char *out, size_t size, const struct pieces *p, const char *between);
/* The last of the lightest; false: none may go. */
bool pieces_drop_lightest(struct pieces *p);

/* The codes of an answer, "" for none. */
const char *refer_fact(const struct case_facts *c, const char *name);
/* NULL: there is no such text. */
const char *refer_text_of(const struct flows *f, enum lang l, const char *key);
/* The town, else the region, in the reader's language; "" when neither is known. */
const char *refer_town_name(
    const struct flows *f, enum lang l, const struct case_facts *c);
bool refer_number(char out[24], int64_t number);

#endif
