/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What falls due: one handler a kind of due time, each inside the turn's transaction, each finding out
 * under a lock whether it is still due. Called through turn_due by dispatch.
 */
#ifndef SHYRAQ_DUE_H
#define SHYRAQ_DUE_H

#include "turn.h"

/* One thing that fell due, once: its inbox key says whether another did it. */
MUST_CHECK enum rc due_run(struct turn *t, const char *kind, int64_t id, int64_t due_ms);

/* It was refused (class 22, 23, a text that does not exist): a task, and it falls due no more. */
MUST_CHECK enum rc due_refuse(struct turn *t, const char *kind, int64_t id);

/* ladder.c */
MUST_CHECK enum rc due_refer(struct turn *t, int64_t id, int64_t due_ms);
MUST_CHECK enum rc due_ladder(struct turn *t, int64_t id, int64_t due_ms);
/* ladder_ask.c */
MUST_CHECK enum rc due_remind(struct turn *t, int64_t id, int64_t due_ms);
/* lease.c */
MUST_CHECK enum rc due_lease(struct turn *t, int64_t id, int64_t due_ms);
/* due.c */
MUST_CHECK enum rc due_session(struct turn *t, int64_t id, int64_t due_ms);
MUST_CHECK enum rc due_parts(struct turn *t, int64_t id, int64_t due_ms);
/* A person as they stand, for an input that no network brought: nothing can be answered, S1. RC_AGAIN: gone. */
struct person;
MUST_CHECK enum rc due_person(
    struct turn *t, int64_t peer_id, struct turn_in *in, struct person *p);
/* knock.c */
MUST_CHECK enum rc due_timer(struct turn *t, int64_t id, int64_t due_ms);
MUST_CHECK enum rc due_knock(struct turn *t, int64_t id, int64_t due_ms);
MUST_CHECK enum rc due_unread(struct turn *t, int64_t id, int64_t due_ms);
/* erase.c */
MUST_CHECK enum rc due_erase(struct turn *t, int64_t id, int64_t due_ms);
MUST_CHECK enum rc due_forget(struct turn *t, int64_t id, int64_t due_ms);
/* followup.c */
MUST_CHECK enum rc due_followup(struct turn *t, int64_t id, int64_t due_ms);
/* desk_page.c */
MUST_CHECK enum rc due_page(struct turn *t, int64_t id, int64_t due_ms);
MUST_CHECK enum rc due_look(struct turn *t, int64_t id, int64_t due_ms);
/* task_page.c */
MUST_CHECK enum rc due_task(struct turn *t, int64_t id, int64_t due_ms);
/* intake.c */
MUST_CHECK enum rc due_intake(struct turn *t, int64_t id, int64_t due_ms);

#endif
