/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case under its lock, its facts and its place, and one text to one receiver. It asks nobody.
 * Called by the ladder, by receivers' answers and by the effects of a step.
 */
#ifndef SHYRAQ_REFERRAL_H
#define SHYRAQ_REFERRAL_H

#include "refer_text.h"
#include "turn.h"

/* A case as the ladder sees it, locked. */
struct case_row {
	int64_t id;
	struct case_facts facts;
	char state[12];
	int64_t peer_id;
	int64_t taken_ms; /* 0: not taken */
	int64_t taken_by;
	int64_t met_ms;     /* 0: not yet */
	bool with_operator; /* an operator took it */
	enum refer_led led; /* who has accepted and leads */
	int64_t refer_due, ladder_due, asked_ms, begun_ms, rest_ms; /* 0: none */
	bool operator_told; /* nobody is left to ask, or it took too long */
	int64_t cut_ms;     /* S4: the person is not to be written to; 0: they may be */
	char *
	    place; /* opened only by referral_case_place; malloc'd, wiped by referral_case_clear */
};
/* One asking of one receiver, locked after its case. */
struct referral_row {
	int64_t case_id, remind_ms, lease_ms, asked_ms, outcome_ms;
	bool ended; /* of a receiver that was there for a time alone, and it is over */
	char state[12];
	bool lease_asked;
};
/*
 * The case is locked before the referral, as an answer does, so that no two wait for each other. RC_AGAIN:
 * there is no such referral.
 */
MUST_CHECK enum rc referral_lock_both(
    struct turn *t, int64_t id, struct case_row *c, struct referral_row *f);
/* RC_AGAIN when there is no such case. */
MUST_CHECK enum rc referral_case_lock(struct turn *t, int64_t id, struct case_row *c);
/* Opens the person's words for the place: only for a receiver that accepted. */
MUST_CHECK enum rc referral_case_place(struct turn *t, struct case_row *c);
void referral_case_clear(struct case_row *c);
const char *referral_case_region(const struct case_row *c);
bool referral_case_is_open(const struct case_row *c);

/* The language a receiver is written to: theirs when there are texts in it, else Russian, else any. */
enum lang referral_lang(const struct turn *t, const char *code);

/*
 * The person is not to be written to any more: everyone asked or acting hears it, once. `phone` has said stop:
 * nothing is cut while another of the conversation may be written to; 0: whatever phones there are.
 */
MUST_CHECK enum rc referral_cut(struct turn *t, int64_t case_id, int64_t phone);
/* A phone of the conversation writes: who heard of a cut hears that it is over; *was: there was one. */
MUST_CHECK enum rc referral_uncut(struct turn *t, int64_t case_id, bool *was);

/* A text to one contact, due (dispatch hands it out). `number` is not needed: the row names the contact. */
MUST_CHECK enum rc referral_tell(struct turn *t, int64_t contact_id, int64_t case_id,
    const char *key, const char *text);

#endif
