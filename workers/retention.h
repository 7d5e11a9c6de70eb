/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is forgotten by age: cases with all that hangs on them, people, keys of words, sealed leftovers.
 * A case under a legal hold stays, whole. Called by dispatch.c when it leads.
 */
#ifndef SHYRAQ_RETENTION_H
#define SHYRAQ_RETENTION_H

#include "db.h"

struct retention {
	struct db *db;
	int64_t keep_ms; /* after the last activity */
	int64_t at;      /* clock_boot_ms of the next look */
};

/* One small batch, in transactions of its own; the next tick goes on while there is more. */
void retention_run(struct retention *t);

#endif
