/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes wrong on request: how often, for how long, or by chance of a seed.
 * It does no harm itself: the files that ask do. Called by smsc_*.c.
 */
#ifndef SHYRAQ_SMSC_FAULT_H
#define SHYRAQ_SMSC_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

struct smsc;

enum fault {
	FAULT_REFUSE_BIND,
	FAULT_BIND_SILENT,
	FAULT_EARLY_DELIVER,
	FAULT_THROTTLE,
	FAULT_REFUSE_SUBMIT,
	FAULT_SUBMIT_SILENT,
	FAULT_SUBMIT_DROP,
	FAULT_SUBMIT_LOST,
	FAULT_SLOW,
	FAULT_WRONG_SEQUENCE,
	FAULT_NACK,
	FAULT_DELIVER_DROP,
	FAULT_RESPONSE_LOST,
	FAULT_RESPONSE_IGNORED,
	FAULT_DUPLICATE,
	FAULT_REPEAT_ON_BIND,
	FAULT_CUT,
	FAULT_ENQUIRE_SILENT,
	FAULTS,
};

enum {
	FAULT_ALWAYS = -1, /* as `left`: until cleared */
};

struct fault_row {
	int64_t left;     /* so often still */
	int64_t until_ms; /* always, to that time */
	double rate;      /* else by chance */
	uint32_t code;    /* a command_status, where one goes with it */
	int64_t wait_ms;  /* where something is late */
};

struct faults {
	struct fault_row row[FAULTS];
	uint64_t seed; /* where chance stands now */
};

/* FAULTS: none of that name. */
enum fault fault_of(const char *name);
const char *fault_name(enum fault f);
bool fault_in_force(const struct smsc *s, enum fault f);
/* Whether it happens now; one of its count is used up. */
bool fault_hits(struct smsc *s, enum fault f);
void fault_clear(struct smsc *s);

/* At once. On every connection, or the one of that serial number. */
void fault_drop(struct smsc *s, uint64_t serial);
void fault_hang(struct smsc *s, uint64_t serial, int64_t ms);

#endif
