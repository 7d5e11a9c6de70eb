/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S10: two supervisors let police know of a case of danger, or of a child. It asks no police itself.
 * Called by intake_case.c.
 */
#ifndef SHYRAQ_INTAKE_POLICE_H
#define SHYRAQ_INTAKE_POLICE_H

#include "intake_case.h"
#include "intake_do.h"
#include "referral.h"

/* One supervisor's word, or that word taken back. */
MUST_CHECK enum rc intake_police(
    struct intake_job *j, const struct intake_case *in, const struct case_row *c);

#endif
