/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A receiver's phone on which a person needs help: HELP asks which, a danger word asks nothing.
 * Included by receivers.c alone.
 */
#ifndef SHYRAQ_RECEIVER_HELP_H
#define SHYRAQ_RECEIVER_HELP_H

#include "receiver_state.h"

/* Whose text it is while a person's question is open on this phone: what names no referral is the person's. */
bool receiver_is_person(
    const struct writing *w, const struct receiver_words *s, bool relay, int ask);
/* A step of the person's conversation; what it leaves without an answer gets the receiver's. */
MUST_CHECK enum rc receiver_as_person(struct writing *w);
/* "1 your referrals 2 a person needs help" */
MUST_CHECK enum rc receiver_help(struct writing *w);
MUST_CHECK enum rc receiver_help_answer(struct writing *w, int digit, bool *taken);

#endif
