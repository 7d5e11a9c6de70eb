/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Erasing one answer of a case: nothing is left of its code but that it was erased, by whom, when.
 * It erases no case. Called by intake_case.c.
 */
#ifndef SHYRAQ_ANSWER_FORGET_H
#define SHYRAQ_ANSWER_FORGET_H

#include "intake_case.h"
#include "intake_do.h"

/* `in->what` of case `id`. RC_OK also where it is refused: j says why. */
MUST_CHECK enum rc answer_forget(
    struct intake_job *j, const struct intake_case *in, int64_t id);

#endif
