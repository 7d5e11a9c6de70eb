/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver that was asked may know before it decides: all coded facts, two parts.
 * Never the place, never how to reach the person. Pure; called by the turn.
 */
#ifndef SHYRAQ_REFER_MORE_H
#define SHYRAQ_REFER_MORE_H

#include "refer_text.h"

MUST_CHECK enum rc refer_more(const struct flows *f, enum lang l,
    const struct case_facts *c, unsigned code, char out[REFER_TEXT_MAX]);

#endif
