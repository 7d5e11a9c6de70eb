/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ladder in the database: who is asked next, reminders, the operator; facts of a case for texts.
 * It runs from due times alone, so any restart goes on where it stood. Called by turn.c, receivers.c.
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
	int64_t refer_due, operator_due, asked_ms;
	char *
	    place; /* opened only by referral_case_place; malloc'd, wiped by referral_case_clear */
};
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
 * S5: a case that is danger from now on: who was asked and has not answered gets the first text again,
 * urgent, with the same code, and the clocks of danger count from now; who has taken it hears so. Once.
 * `said`: an answer to a question of theirs goes out beside this and says it already.
 */
MUST_CHECK enum rc referral_danger(struct turn *t, int64_t case_id, bool said);

/* The person's phone is not to be written to any more: everyone asked or acting hears it, once. */
MUST_CHECK enum rc referral_cut(struct turn *t, int64_t case_id);

/* A text to one contact, due (dispatch hands it out). `number` is not needed: the row names the contact. */
MUST_CHECK enum rc referral_tell(struct turn *t, int64_t contact_id, int64_t case_id,
    const char *key, const char *text);

#endif
