/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers for binds and readings that never go back, over restarts and whatever the wall clock does; which
 * binds of a group stand, and what was learned of its ids. It never waits for a disk. Called by shyraqd.c and smpp*.c.
 */
#ifndef SHYRAQ_SMPP_COUNT_H
#define SHYRAQ_SMPP_COUNT_H

#include <stdint.h>

#include "base.h"
#include "bus.h"
#include "smpp_receipt.h"

#define SMPP_BINDS_MAX 256
#define SMPP_COUNTERS 1024
#define SMPP_FORMS_MAX 64 /* groups that a form of ids was learned of */

/* Where a receipt says an id: each has a form of its own. */
enum smpp_id_kind {
	SMPP_ID_IN_TEXT,
	SMPP_ID_IN_TLV,
	SMPP_ID_KINDS,
};

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
	char *forms_path; /* as path */
	struct {
		char group[BUS_GROUP_MAX]; /* "": free */
		bool known[SMPP_ID_KINDS];
		enum smpp_id_form form[SMPP_ID_KINDS];
	} learned[SMPP_FORMS_MAX];
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

/* The form of the group's ids that was learned, by this process or an earlier one; false: none. */
bool smpp_numbers_form(const struct smpp_numbers *n, const char *group,
    enum smpp_id_kind kind, enum smpp_id_form *form);
void smpp_numbers_learned(struct smpp_numbers *n, const char *group,
    enum smpp_id_kind kind, enum smpp_id_form form);

#endif
