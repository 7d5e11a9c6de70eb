/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces of long messages, joined in the database: any order, twice, or never (then at their deadline).
 * Keyed by sender, reference, its width and the total. Called by people.c and referral.c.
 */
#ifndef SHYRAQ_PARTS_H
#define SHYRAQ_PARTS_H

#include "people.h"

/*
 * Keeps this part, sealed. When it was the last one missing, p->text is the whole; else p->text stays NULL
 * and p->inbox says "part". A copy of a part that was had, also of a set already joined, changes nothing.
 */
MUST_CHECK enum rc parts_take(struct turn *t, struct person *p);

/* The deadline passed: what is there, in order, "…" for each gap. *text is malloc'd, the caller's. */
struct parts_key {
	int64_t peer_id;
	int64_t ref, ref_bits, total;
	int64_t set; /* a reference wraps and is used again: another text, another set */
};
MUST_CHECK enum rc parts_give_up(
    struct turn *t, const struct parts_key *k, char **text, int64_t *t0);

#endif
