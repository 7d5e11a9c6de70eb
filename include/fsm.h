/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * States as rows (modem, SMPP, dialogue): name, events heard, states reachable.
 * It never acts and never waits: it refuses what the rows do not allow, and logs it.
 * Called by who owns the machine, from that thread alone.
 */
#ifndef SHYRAQ_FSM_H
#define SHYRAQ_FSM_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define FSM_BIT(n) (UINT32_C(1) << (n))

/* A row; its index is the state. Bits of `hears` are events, of `next` states. */
struct fsm_state {
	const char *name;
	uint32_t hears;
	uint32_t next;
};

/* A kind of machine: at most 32 states and 32 events. State 0 is the first. */
struct fsm_kind {
	const char *name;
	const struct fsm_state *states;
	unsigned states_n;
	const char *const *events;
	unsigned events_n;
};

struct fsm {
	const struct fsm_kind *kind; /* borrowed for the machine's life */
	unsigned state;
};

void fsm_init(struct fsm *f, const struct fsm_kind *kind);
const char *fsm_name(const struct fsm *f); /* of the state it is in */

/* RC_REFUSED, logged: the state does not hear this event; the machine stays as it is. */
MUST_CHECK enum rc fsm_hear(const struct fsm *f, unsigned event);
/* RC_REFUSED, logged: not reachable from this state; the machine stays as it is. */
MUST_CHECK enum rc fsm_go(struct fsm *f, unsigned state);

/*
 * Proves a kind's rows, for tests: every state and event has a name, every bit stands for one,
 * every state is reachable from the first, every event is heard somewhere.
 */
bool fsm_kind_is_sound(const struct fsm_kind *kind);

#endif
