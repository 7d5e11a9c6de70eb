/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The phones of the simulated network: what each has received, texts and screens.
 * They never act by themselves. Called by smsc_submit.c, smsc_ussd.c and smsc_ctl.c.
 */
#ifndef SHYRAQ_SMSC_PHONE_H
#define SHYRAQ_SMSC_PHONE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gsm.h"

#define SMSC_NUMBER_SIZE 66

struct phone_parts;

struct handset {
	struct handset *next;
	char digits[SMSC_NUMBER_SIZE];
	json_t *texts, *screens; /* the last ones; owned */
	uint64_t received, repeats;
	struct phone_parts *open; /* texts that are not whole */
	uint64_t *seen;           /* of each text it had, sorted by nothing; owned */
	size_t seen_n, seen_room;
};

enum {
	PHONE_BUCKETS = 8192,
};

struct phones {
	struct handset *bucket[PHONE_BUCKETS];
};

/* By the digits of a number in whatever form; made when it is new. */
struct handset *phone_of(struct phones *p, const char *number);
/*
 * A text, or a part of one with `concat`. True: it, or the whole that it completes, or the very part,
 * has been received before.
 */
bool phone_text(
    struct handset *h, int64_t at_ms, const char *utf8, const struct gsm_concat *concat);
void phone_screen(struct handset *h, int64_t at_ms, const char *utf8, bool end);
void phone_clear(struct phones *p);
/* FNV-1a of a number's digits alone, or of a text. */
uint64_t phone_hash(const char *s, bool digits);

#endif
