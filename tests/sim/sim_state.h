/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SIM's slots and the sent list in a file, across restarts of the simulator.
 * Never keeps faults or what still waits in the network.
 * Called by modem_sim.c.
 */
#ifndef SHYRAQ_SIM_STATE_H
#define SHYRAQ_SIM_STATE_H

#include "base.h"

struct sim;

/* RC_OK also when there is no file yet; RC_BROKEN: it is no state of ours, logged. */
MUST_CHECK enum rc state_load(struct sim *s);
/* Writes it when something changed. */
void state_save(struct sim *s);

#endif
