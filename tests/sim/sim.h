/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One simulated modem: the whole state that its files share.
 * Never holds a type of a foreign library; the control socket's own is opaque.
 * Made by modem_sim.c, used by every sim_*.c.
 */
#ifndef SHYRAQ_SIM_H
#define SHYRAQ_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "sim_at.h"
#include "sim_fault.h"
#include "sim_net.h"
#include "sim_store.h"
#include "sim_tty.h"

struct sock;

struct sim_options {
	const char *tty, *control, *number, *imsi, *smsc, *pin, *state, *clock;
	unsigned slots, bps;
	unsigned charsets; /* bits of at_charset_bit() */
};

struct sim_counts {
	uint64_t commands, submits, refused, deletes, reads, lists, delivered, reports;
};

struct sim {
	struct sim_options opt;
	struct tty tty;
	struct at at;
	struct store store;
	struct net net;
	struct fault fault;
	struct sim_counts count;
	struct sock *ctl;
};

/* For timers: real time, whatever a test does to the clock. */
static inline int64_t
sim_now_ms(void)
{
	return clock_mono_us() / 1000;
}

#endif
