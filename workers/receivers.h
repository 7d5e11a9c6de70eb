/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text from a receiver's phone: which referral, what it changes, the one reply.
 * A number proves nothing without its answer code. Called by people.c inside the turn.
 */
#ifndef SHYRAQ_RECEIVERS_H
#define SHYRAQ_RECEIVERS_H

#include "people.h"

MUST_CHECK enum rc receivers_text(struct turn *t, struct person *p);

#endif
