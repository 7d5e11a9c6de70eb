/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a case ends: the outcome asked for, answered by digits, overdue; who hears of it, what is wiped.
 * The person is told nothing unasked. Called by due.c, receivers.c and intake_case.c.
 */
#ifndef SHYRAQ_OUTCOME_H
#define SHYRAQ_OUTCOME_H

#include "outcome_codes.h"
#include "receiver_state.h"

/* Due, `id` a referral: asked for, reminded once, then a task. */
MUST_CHECK enum rc due_outcome(struct turn *t, int64_t id, int64_t due_ms);

/*
 * A digit of a receiver who owes an outcome: with a code (`ask`, a row of asks) or bare (-1, where one alone
 * is owed). *taken: it was one, and answered.
 */
MUST_CHECK enum rc receiver_outcome(struct writing *w, int ask, int digit, bool *taken);

/*
 * What police made of it: who has the case hears so, and where it was closed or made lighter a supervisor has
 * a task. `inbox` and `contact`: whose word it is, OUT_NULL: a person at a console.
 */
MUST_CHECK enum rc outcome_police(struct turn *t, const struct case_row *c,
    const char *code, int64_t inbox, int64_t contact);

/* S17: a row of the history; `referral` 0 and `by` a login, or the other way round. */
MUST_CHECK enum rc outcome_assert(struct turn *t, int64_t case_id, const char *what,
    const char *code, int64_t referral, const char *by, const char *note);

/*
 * Closed: who was asked and did not answer stands down, words and place are wiped, nothing is due. The
 * case is locked.
 */
MUST_CHECK enum rc outcome_close(
    struct turn *t, const struct case_row *c, const char *code);

#endif
