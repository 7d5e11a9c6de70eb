/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An acceptance is a lease: without a sign of life its receiver is asked, then the operator and the next.
 * It holds no words. Called by due.c and receiver_acts.c.
 */
#ifndef SHYRAQ_LEASE_H
#define SHYRAQ_LEASE_H

#include "ladder.h"

/*
 * Until when an acceptance of candidate i, or a sign of life of it, stands: wall clock. 0: for ever, as who
 * has neither the place nor the person owes no sign of life.
 */
int64_t lease_until(const struct ladder *l, size_t i);
/* Noon of the next day, local: when the outcome of who was met is asked for. */
int64_t lease_outcome_due(int64_t now_ms, int zone_minutes);
/* Theirs no more ("given_back", "lapsed"): another acceptance leads, or the case is open again at once. */
MUST_CHECK enum rc lease_end(struct ladder *l, size_t i, const char *state);

#endif
