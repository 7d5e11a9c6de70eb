/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S12: a ten-digit code in a text opens a conversation from any phone; wrong ones are counted.
 * It shows nothing of the case. Called by people_input.c.
 */
#ifndef SHYRAQ_RESUME_H
#define SHYRAQ_RESUME_H

#include "people.h"

/* Ten digits, in groups or not, with at most one word beside them. False: the text is no code. */
bool resume_digits(const char *text, char code[CASECODE_DIGITS + 1]);

/* Fills in->resume, resumed, resumed_class, resumed_state. */
MUST_CHECK enum rc resume_look(
    struct turn *t, const struct person *p, struct flow_input *in);

#endif
