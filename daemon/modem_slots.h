/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lies in a modem's slots and how far each text has come; the loop side's own table.
 * It never talks to the thread. Called by modem.c alone.
 */
#ifndef SHYRAQ_MODEM_SLOTS_H
#define SHYRAQ_MODEM_SLOTS_H

#include "modem_thread.h"

/* A text that lies in a slot; kept over a re-opening, so that its first reading is not forgotten. */
struct kept {
	uint64_t id;
	struct modem_slot slot;
	int64_t first_ms; /* clock_boot_ms */
	bool broken;
	bool seen;      /* in this look at the slots */
	bool in_flight; /* taken by the host, no verdict yet */
	bool offered;   /* at some time */
	bool committed; /* to be deleted */
	bool ordered;   /* its deletion is */
};

struct slots {
	struct kept *kept;
	size_t n, max;
	uint64_t last_id;
};

void slots_clear(struct slots *v);
/* NULL: unknown. Pointers hold until the next slots_new or slots_drop. */
struct kept *slots_at(struct slots *v, const struct modem_slot *s);
struct kept *slots_id(struct slots *v, uint64_t id);
struct kept *slots_new(struct slots *v, const struct modem_slot *s);
void slots_drop(struct slots *v, struct kept *k);
/* All slots were looked at: forgets what lies there no more. */
void slots_looked(struct slots *v);
/* Another machine: ids mean nothing any more, nothing is ordered or out; first readings are kept. */
void slots_reopened(struct slots *v);

#endif
