/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proofs of a load, each in its file; errors as "FILE:LINE: name: what". They change nothing.
 * Called by flow_prove.c, and by each other.
 */
#ifndef SHYRAQ_PROVE_H
#define SHYRAQ_PROVE_H

#include <limits.h>

#include "flow_priv.h"

/* Fills err; always RC_REFUSED. */
MUST_CHECK enum rc prove_fail(struct flow_err *err, const char *where, unsigned line,
    const char *name, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* flow_prove.c: the steps of the same flow that may follow a step, it too. */
void prove_reach(const struct flow *fl, uint8_t at, bool seen[FLOW_STEPS]);

/* flow_prove_step.c; `where` is the flow's file. */
void prove_where(char out[PATH_MAX], const char *dir, const struct flow *fl);
MUST_CHECK enum rc prove_target(const struct flows *f, const struct step *st,
    const char *where, struct flow_err *err);
MUST_CHECK enum rc prove_steps(const struct flows *f, const struct flow *fl,
    const char *where, struct flow_err *err);
MUST_CHECK enum rc prove_keys(
    const struct flows *f, const char *dir, struct flow_err *err);
/* The words of intents and options, the places of options. */
MUST_CHECK enum rc prove_lists(
    const struct flows *f, const char *dir, struct flow_err *err);

/* prove_sizes.c: every text that can be put together costs at most its parts. */
MUST_CHECK enum rc prove_sizes(
    const struct flows *f, const char *dir, struct flow_err *err);
/* prove_ban.c: no cover text holds a banned word of its language. */
MUST_CHECK enum rc prove_ban(
    const struct flows *f, const char *dir, struct flow_err *err);
/* refer_text.c: every text to a receiver is there and fits, for every place. */
MUST_CHECK enum rc prove_refer_texts(
    const struct flows *f, const char *dir, struct flow_err *err);

#endif
