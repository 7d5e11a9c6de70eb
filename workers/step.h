/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The effects of one step of the engine on their way into rows: what their writers share.
 * Included by step.c, deeds.c, followup.c, withdraw.c, erase.c alone.
 */
#ifndef SHYRAQ_STEP_H
#define SHYRAQ_STEP_H

#include "people.h"

struct stepping {
	struct turn *t;
	struct person *p;
	const struct effects *e;
	const char *text;         /* this input's */
	bool stranger;            /* what was said opens no window (S18) */
	bool muted;               /* S13: a machine, and nothing that must be answered */
	bool asked, moved;        /* a question was open, and another or none is now */
	bool opened;              /* a case, in this step: its row is not written yet */
	enum lang spoke;          /* they, before this step */
	char town[FLOW_CODE_MAX]; /* that they had named before; "" none */
};

static inline int64_t
step_case(const struct stepping *st)
{
	return st->p->session.case_id == 0 ? OUT_NULL : st->p->session.case_id;
}

/* EFFECT_DO: one of FLOW_DO (deeds.c); what is not, is refused. */
MUST_CHECK enum rc deed_run(struct stepping *st, const struct effect *f);
/* S14 (withdraw.c); `kind` "ngo" (all), "police", "embassy". */
MUST_CHECK enum rc deed_withdraw(struct stepping *st, const char *kind);
/* S16 (erase.c) */
MUST_CHECK enum rc deed_erase(struct stepping *st);
/* The words that name an offer of work, when there is no case to hold them (deeds.c). */
MUST_CHECK enum rc deed_job_words(struct stepping *st);

/* A text by key to a contact, {n} the case's number and one argument more ("" none). */
MUST_CHECK enum rc step_tell(struct turn *t, int64_t contact, int64_t case_id,
    const char *lang, const char *key, int64_t number, const char *name,
    const char *value);

#endif
