/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S1b: when words that wait may reach a person unasked: the empty knock in a safe time, the witness window.
 * It holds no words. Called by the deeds, by relay.c and receivers' acceptances; due.c runs what falls due.
 */
#ifndef SHYRAQ_KNOCK_H
#define SHYRAQ_KNOCK_H

#include "safe_time.h"
#include "turn.h"

/* Row of CASE_REACH. */
struct reach {
	int64_t peer_id; /* with the hour, else their own; 0: nobody to reach */
	bool ussd, knocked, hidden, stopped, cut, plain;
	bool left; /* some phone of the conversation may be written to */
	bool words,
	    news; /* of a receiver; taken, or an offer checked, and not told yet */
	struct safe_time safe;
	int64_t knock_due, witness_until, met_ms;
	char lang[4];
};
/* RC_AGAIN: there is no such case. */
MUST_CHECK enum rc knock_reach(struct turn *t, int64_t case_id, struct reach *out);

/* Whether anything at all may go to them unasked. */
bool knock_may_reach(const struct reach *c);

/*
 * The conversation of this very case into p->session: it is there, a dial has hidden it (the hour was agreed
 * with who holds it), or there is none any more. False: they are at something else.
 */
struct person;
MUST_CHECK bool knock_session(struct person *p, int64_t case_id, const char *lang);

/* The empty knock, in the air till `until` at most; the person is locked. */
MUST_CHECK enum rc knock_empty(struct turn *t, struct person *p, int64_t until);

/* The next knock of this case, not before `from` (0: now), if there is anything to knock for. */
MUST_CHECK enum rc knock_plan(struct turn *t, int64_t case_id, int64_t from);

#endif
