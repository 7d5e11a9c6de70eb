/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A receiver who writes, and what their digits and phrases do to a case.
 * Included by receivers.c, receiver_acts.c and relay.c alone.
 */
#ifndef SHYRAQ_RECEIVER_ACTS_H
#define SHYRAQ_RECEIVER_ACTS_H

#include "people.h"
#include "receiver_reason.h"
#include "receiver_words.h"
#include "referral.h"

struct answering {
	struct turn *t;
	struct person *p;
	enum lang lang;
	int64_t wrong, wrong_since, reason_for;
	bool muted; /* S13: a machine, and no word of the card */
	struct db_rows
	    *asks; /* ASKS_OF: code, referral, case, state, receiver, case number, kind */
};

/* "№317", "482", "21:49" for templates, and one argument more. */
struct said {
	char number[24], code[8], time[8];
	struct text_arg arg[4];
};
const struct text_arg *said_args(
    struct said *s, int64_t number, int64_t code, int64_t at_ms, const char *region);

MUST_CHECK enum rc answering_reply(
    struct answering *a, int64_t case_id, const char *key, const char *text);
MUST_CHECK enum rc answering_say(struct answering *a, int64_t case_id, const char *key,
    const struct text_arg *args, size_t n);

/* By the row of a->asks. */
MUST_CHECK enum rc receiver_accept(struct answering *a, int ask);
MUST_CHECK enum rc receiver_decline(
    struct answering *a, int ask, enum receiver_reason why);
/*
 * An acceptance that waited for an operator is one now: intake_case.c, the case locked. *done false: it
 * counts no more.
 */
MUST_CHECK enum rc receiver_confirm(
    struct turn *t, int64_t case_id, int64_t referral, bool *done);
/* True: this word is one of the digits 4 to 7 and 0. */
bool receiver_may_act(enum receiver_word word);
/* SAYS_NONE: an answer, but which cannot be told; from who has not taken the case. */
MUST_CHECK enum rc receiver_act(struct answering *a, int ask, enum receiver_word word);
/* What one hears who has not taken it: who has, whether they take it, or that it went on. */
MUST_CHECK enum rc receiver_not_yours(
    struct answering *a, const struct case_row *c, int ask);
/* relay.c: words for the person. */
MUST_CHECK enum rc receiver_relay(
    struct answering *a, int ask, const struct relay_words *w);

#endif
