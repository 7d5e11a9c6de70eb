/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cases that are one: linked by a person at a console, offered when several tell of one place and day.
 * Nothing here links by itself. Called by due.c, the ladder and intake_case.c.
 */
#ifndef SHYRAQ_CASE_LINK_H
#define SHYRAQ_CASE_LINK_H

#include "turn.h"

/* The case that `id` goes along with, 0: none. */
MUST_CHECK enum rc case_link_head(struct turn *t, int64_t id, int64_t *head);

/* Due, `id` a case: with two others it makes a task link_offer. */
MUST_CHECK enum rc due_offer(struct turn *t, int64_t id, int64_t due_ms);

/*
 * `id` goes along with `to` from now on: nobody is asked about it any more, who was asked hears which
 * case it is. Both are locked by the caller, in order of id.
 */
MUST_CHECK enum rc case_link_put(
    struct turn *t, int64_t id, int64_t to, int64_t to_number, const char *by);
/* On its own again; *was: it was linked. */
MUST_CHECK enum rc case_link_off(struct turn *t, int64_t id, const char *by, bool *was);

#endif
