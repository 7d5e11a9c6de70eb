/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S4: a stop word of the person's own, kept as a keyed hash of the number and the folded word.
 * It keeps and logs no word. Called by people_input.c and step.c.
 */
#ifndef SHYRAQ_OWN_STOP_H
#define SHYRAQ_OWN_STOP_H

#include "people.h"

/* Whether the whole text is the word that this number has chosen. */
bool own_stop_is(const struct turn *t, const struct person *p);
/* This word, folded, from now on; "": none any more. */
MUST_CHECK enum rc own_stop_set(struct turn *t, const struct person *p, const char *word);

#endif
