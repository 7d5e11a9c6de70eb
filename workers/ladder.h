/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ladder: whom the plan of a case wants asked now, in the database. It runs from due times alone, so
 * any restart goes on where it stood; it asks nobody twice. Called by due.c, receiver_acts.c, lease.c, step.c.
 */
#ifndef SHYRAQ_LADDER_H
#define SHYRAQ_LADDER_H

#include "duty.h"
#include "policy.h"
#include "referral.h"

/* A case with its plan and everybody who may be asked or was; for one transaction, under the case's lock. */
struct ladder {
	struct turn *t;
	struct case_row *c;
	struct plan plan;
	struct candidate *v;
	size_t n;
	struct db_rows *rows; /* v borrows its strings */
	char home[8];
	const struct duty *on; /* operators' phones to ask; NULL: those on shift */
	bool withdrawn;        /* the person's yes to an organisation was taken back */
};
MUST_CHECK enum rc ladder_open(struct turn *t, struct case_row *c, struct ladder *out);
void ladder_close(struct ladder *l);
/* The referral of a candidate, 0: none; and the language of its texts. */
int64_t ladder_referral(const struct ladder *l, size_t i);
const char *ladder_lang(const struct ladder *l, size_t i);
/* "asked", "lapsed" ...; when it was answered. */
const char *ladder_state(const struct ladder *l, size_t i);
int64_t ladder_answered(const struct ladder *l, size_t i);
/* It was told the place. */
bool ladder_has_place(const struct ladder *l, size_t i);
/* The candidate of a referral; l->n: none. */
size_t ladder_of(const struct ladder *l, int64_t referral);
/* When it is for the hours of a receiver or phone: a day off is a Sunday. */
int64_t ladder_shift_ms(const struct ladder *l);
/* Whether an acceptance of this candidate settles the case: a lead of the plan, or an operator. */
bool ladder_leads(const struct ladder *l, size_t i);
/* An operator who was asked for a role that nobody took beside a lead. */
bool ladder_lacks(const struct ladder *l, size_t i);
/* An acceptance that settles the case and stands, but for candidate `but`; l->n: none. */
size_t ladder_lead(const struct ladder *l, size_t but);
/*
 * "НКО: взяли. Полиция: взяли." as `i` reads it of the other roles that somebody took, or of those that
 * wait, one a line.
 */
#define LADDER_OTHERS_MAX 160
void ladder_others(const struct ladder *l, size_t i, enum lang lang, bool took,
    char out[LADDER_OTHERS_MAX]);

/* Asks whoever is due, tells the end of the plan, stores when to look again (ladder_ask.c does the asking). */
MUST_CHECK enum rc ladder_look(struct turn *t, struct case_row *c);
/*
 * One candidate as the plan says, or an operator (`pick` NULL): all its contacts on shift, each with a code.
 * An operator who was asked for a role that was empty is asked for the case, by the code that each has.
 */
MUST_CHECK enum rc ladder_ask(struct ladder *l, size_t i, const struct plan_pick *pick);

/* The first text of a referral to one contact, by its code; `text`: which one, "first", "police" ... */
MUST_CHECK enum rc ladder_first_text(struct turn *t, const struct case_row *c,
    int64_t contact, const char *text, enum lang lang, unsigned code);

/*
 * Whoever was asked and whose answer counts no more stands down: one text each. So hear the other phones of
 * referral `taken`; `but`, the contact who writes, does not.
 */
MUST_CHECK enum rc ladder_stand_down(struct ladder *l, int64_t taken, int64_t but);
/* The person was met by candidate i: police who took it hear so, who was still asked stands down. */
MUST_CHECK enum rc ladder_met(struct ladder *l, size_t i);
/* The end of the plan: operators are asked, or a supervisor has a task. */
MUST_CHECK enum rc ladder_end(struct ladder *l);
/*
 * The person's words for the place to each who has accepted and may have it and was not told, but to
 * candidate `but`; `anew`: also to those who were. S11: what may be a phone's number in them goes nowhere.
 */
MUST_CHECK enum rc ladder_tell_place(
    struct ladder *l, const char *words, bool anew, size_t but);

/*
 * S5: a case that is danger from now on: who was asked and has not answered gets the first text again,
 * urgent, with the same code, and the clocks of danger count from now; who has taken it hears so. Once.
 * `said`: an answer to a question of theirs goes out beside this and says it already. A linked case is asked
 * about as its head, so that one is danger too.
 */
MUST_CHECK enum rc ladder_danger(struct turn *t, int64_t case_id, bool said);
/*
 * The town that was told before is wrong: who was asked and has not answered gets the first text again, with
 * the same code; who has taken it hears the right one, unless their words for it go out beside this (`placed`).
 * `region` NULL: as it was.
 */
MUST_CHECK enum rc ladder_town(
    struct turn *t, int64_t case_id, const char *town, const char *region, bool placed);
/* The place was written just now: to whoever may have it. */
MUST_CHECK enum rc ladder_place(struct turn *t, int64_t case_id, const char *words);

#endif
