/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The question how it is, some weeks after a case has ended well: agreed to beforehand, one empty knock in
 * the agreed hour, once a case. Called by deeds.c and outcome.c; due.c runs what falls due.
 */
#ifndef SHYRAQ_FOLLOWUP_H
#define SHYRAQ_FOLLOWUP_H

#include "step.h"

/* When the question of this case is due, and of those linked to it: where it was agreed to and has ended well. */
MUST_CHECK enum rc followup_plan(struct turn *t, int64_t case_id);

/* "yes" or "no" to being asked later, kept as a consent with its wording. */
MUST_CHECK enum rc deed_follow_agree(struct stepping *st, const char *code);

/* "well", "help" or "no_more": kept with the case that was asked about, whatever case is open now. */
MUST_CHECK enum rc deed_follow_said(struct stepping *st, const char *code);

#endif
