/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The chain over the audit: rows that were committed get their link, in order of id, once a second.
 * It writes no row of the audit itself. Called by dispatch.c when it leads.
 */
#ifndef SHYRAQ_AUDIT_H
#define SHYRAQ_AUDIT_H

#include "db.h"

struct audit_chain {
	struct db *db;
	int64_t at; /* clock_boot_ms of the next look */
};

/* In a transaction of its own; what cannot be chained now is chained at the next look. */
void audit_chain_run(struct audit_chain *a);

#endif
