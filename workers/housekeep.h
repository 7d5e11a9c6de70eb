/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What dispatch does now and then: partitions ahead, old ones dropped, old keys purged, links' clocks.
 * It decides nothing about a person. Called by dispatch.c when it leads.
 */
#ifndef SHYRAQ_HOUSEKEEP_H
#define SHYRAQ_HOUSEKEEP_H

#include "db.h"

struct housekeep {
	struct db *db;    /* dispatch's own */
	struct db *owner; /* NULL: old partitions stay until somebody drops them */
	int64_t retention_ms;
	int64_t minute_at, hour_at, seconds_at; /* clock_boot_ms */
};

/* Does what is due; each piece is its own transaction and may fail until the next time. */
void housekeep_run(struct housekeep *h);

#endif
