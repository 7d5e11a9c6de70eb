/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The proofs of a load, each in its file; errors as "FILE:LINE: name: what". They change nothing.
 * Called by flow_prove.c alone.
 */
#ifndef SHYRAQ_PROVE_H
#define SHYRAQ_PROVE_H

#include "flow_priv.h"

/* Fills err; always RC_REFUSED. */
MUST_CHECK enum rc prove_fail(struct flow_err *err, const char *where, unsigned line,
    const char *name, const char *fmt, ...) PRINTF_LIKE(5, 6);

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
