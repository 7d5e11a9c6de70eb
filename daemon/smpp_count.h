/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers for binds and readings that never go back, over restarts and whatever the wall clock does; and
 * which binds of a group stand. It never waits for a disk. Called by shyraqd.c and smpp*.c.
 */
#ifndef SHYRAQ_SMPP_COUNT_H
#define SHYRAQ_SMPP_COUNT_H

#include <stdint.h>

#include "base.h"
#include "bus.h"

#define SMPP_BINDS_MAX 256
#define SMPP_COUNTERS 1024

struct smpp_numbers {
	char *path; /* where the last one is kept; NULL: nowhere */
	uint64_t last;
	uint16_t
	    own; /* what is left of each by SMPP_COUNTERS: another daemon's are others */
	int64_t save_at; /* clock_boot_ms */
	struct {
		uint64_t bind; /* 0: free */
		char group[BUS_GROUP_MAX];
	} stands[SMPP_BINDS_MAX];
};

/* Reads what an earlier process left in `dir`; NULL: nothing is kept (tests). */
void smpp_numbers_init(struct smpp_numbers *n, const char *dir);
void smpp_numbers_clear(struct smpp_numbers *n);
/* Higher than all before. */
uint64_t smpp_numbers_next(struct smpp_numbers *n);
/* Keeps the last one, every few seconds. */
void smpp_numbers_tick(struct smpp_numbers *n, int64_t now);

/* A bind of this group stands, or has ended. */
void smpp_numbers_bound(struct smpp_numbers *n, const char *group, uint64_t bind);
void smpp_numbers_ended(struct smpp_numbers *n, uint64_t bind);
/* Binds of the group that stand, but this one: at most BUS_LIVE_MAX. */
uint32_t smpp_numbers_live(const struct smpp_numbers *n, const char *group, uint64_t but,
    uint64_t live[BUS_LIVE_MAX]);

#endif
