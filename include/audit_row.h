/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One link of the chain over the audit: what both who makes it and who checks it must agree on.
 * It reads no database itself. Called by dispatch (workers/audit.c) and shyraqctl (ctl_audit.c).
 */
#ifndef SHYRAQ_AUDIT_ROW_H
#define SHYRAQ_AUDIT_ROW_H

#include "db.h"
#include "seal.h"

/* Columns of a row, from `first` on: id, at in microseconds, case, referral, contact, subject, what, code. */
#define AUDIT_COLS 8

/* The link number n: over the one before (all zero before the first) and the row. */
struct seal_digest audit_digest(const struct seal_digest *before, int64_t n,
    const struct db_rows *r, int row, int first);

#endif
