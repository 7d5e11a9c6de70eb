/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A case for the live desk: who is on duty hears by SMS that there is one, and not what it is.
 * It delays nothing: the ladder and the operator's task run beside it. Called by step.c and due.c.
 */
#ifndef SHYRAQ_DESK_PAGE_H
#define SHYRAQ_DESK_PAGE_H

#include "duty.h"
#include "step.h"

/* Danger in this step, or words that fit nothing where somebody is held: the desk wants the case. */
void desk_want(struct stepping *st);

/* "No402 danger, desk" to one phone. */
MUST_CHECK enum rc desk_page(
    struct turn *t, int64_t case_id, int64_t number, const struct duty_contact *to);

#endif
