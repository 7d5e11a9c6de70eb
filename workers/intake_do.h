/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each kind of intake does, inside the transaction of its row. It opens no box and commits nothing.
 * Called by intake.c alone.
 */
#ifndef SHYRAQ_INTAKE_DO_H
#define SHYRAQ_INTAKE_DO_H

#include "turn.h"

struct intake_job {
	struct turn *t;
	int64_t id;
	char by[64]; /* the login that asked */
	char *text;  /* opened; n bytes, wiped by intake.c */
	size_t n;
	bool refused;
	char answer[160]; /* what the console shows: counts and states, never a number */
};

/* Nothing of it was done, and `why` goes to who asked. Always RC_OK: the row is settled. */
enum rc intake_refuse(struct intake_job *j, const char *why);

/* A row of the audit: who asked stands in it. OUT_NULL: none. */
MUST_CHECK enum rc intake_audit(
    struct intake_job *j, const char *what, int64_t contact, int64_t receiver);

/* intake_contact.c: one phone alone */
struct intake_active;
MUST_CHECK enum rc intake_contact(struct intake_job *j, const struct intake_active *in);
/* intake_receiver.c */
MUST_CHECK enum rc intake_receiver(struct intake_job *j);
MUST_CHECK enum rc intake_receivers(struct intake_job *j);
MUST_CHECK enum rc intake_active(struct intake_job *j);
/* A receiver whose phones were made inactive: its ladders go on, nothing more is sent to it, tasks. */
MUST_CHECK enum rc receiver_suspend(struct turn *t, int64_t receiver, int *cases);
/* intake_job.c */
MUST_CHECK enum rc intake_job(struct intake_job *j);
/* intake_case.c */
MUST_CHECK enum rc intake_case(struct intake_job *j);
/* intake_retry.c */
MUST_CHECK enum rc intake_retry(struct intake_job *j);
/* intake_task.c */
MUST_CHECK enum rc intake_task(struct intake_job *j);
/* intake_desk.c */
MUST_CHECK enum rc intake_desk(struct intake_job *j);

#endif
