/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S3: the words that no cover text may hold, of all languages at once, held against what receivers
 * write to a person. It changes no text. Called by relay.c; loaded beside the flows.
 */
#ifndef SHYRAQ_BANLIST_H
#define SHYRAQ_BANLIST_H

#include <stdbool.h>

#include "base.h"

struct banlist;

/* DIR/po/ban.<language>; a list that is not there is empty (the load of the texts says so). */
struct banlist *banlist_load(const char *dir);
void banlist_free(struct banlist *b);

/* NULL: there is no list, and all is banned. */
bool banlist_holds(const struct banlist *b, const char *text);

#endif
