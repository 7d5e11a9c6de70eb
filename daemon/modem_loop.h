/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop side of a modem, shared by modem.c and modem_in.c alone.
 * Nothing here is touched by the modem's thread but what struct modem_setup and modem_abort say.
 */
#ifndef SHYRAQ_MODEM_LOOP_H
#define SHYRAQ_MODEM_LOOP_H

#include "fsm.h"
#include "modem.h"
#include "modem_slots.h"
#include "modem_thread.h"

struct modem {
	struct link link; /* first: the host has only this */
	struct fsm fsm;
	struct actor *actor;
	struct modem_setup setup;
	struct modem_abort abort;
	char *pin_state;
	uint32_t generation;
	int64_t call_by, aborted_at; /* clock_mono_us / 1000; 0: none */
	bool stopping;
	char lost[MODEM_WHY_MAX]; /* why it was lost last */
	struct slots slots;
	struct {
		uint64_t row; /* 0: none */
		uint32_t attempt;
		bool submitting;
		int64_t since; /* clock_mono_us / 1000: given to the thread */
	} send;
	struct modem_order order;
};

/* An order without a text, to fill. */
struct modem_order *modem_order(struct modem *m, enum modem_order_kind kind);
MUST_CHECK enum rc modem_tell(struct modem *m, const struct modem_order *o);

/* modem_in.c */
void modem_in_text(struct modem *m, const struct modem_text *t);
void modem_in_deleted(struct modem *m, const struct modem_report *r);
/* Another machine: slots may hold other texts; nothing ordered or offered before counts. */
void modem_in_anew(struct modem *m);
/* As link->settled. */
void modem_in_settled(struct link *l, uint64_t handle, enum bus_outcome outcome);

#endif
