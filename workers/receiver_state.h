/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver says of itself, of no referral: beds, away, here, what is open, a lost phone; and the
 * question that its phone was asked last. It never tells a place. Called by receivers.c and its helpers.
 */
#ifndef SHYRAQ_RECEIVER_STATE_H
#define SHYRAQ_RECEIVER_STATE_H

#include "receiver_acts.h"

/* A receiver's phone that writes, as it stands. */
struct writing {
	struct answering a;
	int64_t receiver;
	char question[12]; /* "": none */
	int64_t question_of, question_ms;
	char region[16]; /* the first it works in: its clock */
	bool away;
};

/* What a bare digit answers. Texts say them, contact.question keeps them. */
#define QUESTION_HELP "help"   /* 1 your referrals 2 a person needs help */
#define QUESTION_LOST "lost"   /* which phone */
#define QUESTION_SURE "sure"   /* that one? question_of: the contact */
#define QUESTION_NOISE "noise" /* of the outcome; question_of: the referral */

/* From now on a bare digit answers `question`; `of`: 0 nothing. */
MUST_CHECK enum rc writing_ask(struct writing *w, const char *question, int64_t of);
/* True: it is open, and not so old that the digit may mean something else. */
bool writing_is_asked(const struct writing *w, const char *question);
/* A text with {n}; 0: without. */
MUST_CHECK enum rc writing_say(
    struct writing *w, int64_t case_id, const char *key, int64_t number);

MUST_CHECK enum rc receiver_beds(struct writing *w, int beds);
/* Full by its own word: no place free. */
MUST_CHECK enum rc receiver_full(struct writing *w);
MUST_CHECK enum rc receiver_open(struct writing *w);
MUST_CHECK enum rc receiver_away(struct writing *w, const char *text);
MUST_CHECK enum rc receiver_here(struct writing *w);
/* Somebody who was away says that they are there, takes a case, is on the way or has met the person. */
MUST_CHECK enum rc receiver_back(struct writing *w);
/* Take it? The ladder of an open case rests meanwhile, so that what the text says is true. */
MUST_CHECK enum rc receiver_which(struct answering *a, const struct case_row *c, int ask);
/* What is known so far, to who was asked; never the place. */
MUST_CHECK enum rc receiver_more(struct writing *w, int ask);

/* Three wrong codes: an acceptance from this phone waits for an operator. */
MUST_CHECK enum rc receivers_is_held(struct turn *t, int64_t contact_id, bool *held);

/* receiver_lost.c */
MUST_CHECK enum rc receiver_lost(struct writing *w);
MUST_CHECK enum rc receiver_lost_which(struct writing *w, int digit);
MUST_CHECK enum rc receiver_lost_sure(struct writing *w, int digit);

#endif
