/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network behind the modem: what waits for the SIM, receipts, registration, calls.
 * Never writes to the line itself: it asks sim_at.c to tell the host.
 * Called by sim_at_sms.c, sim_ctl_ops.c, sim_fault.c and the loop.
 */
#ifndef SHYRAQ_SIM_NET_H
#define SHYRAQ_SIM_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "sim_pdu.h"
#include "sim_store.h"

struct sim;

enum {
	NET_QUEUE_MAX = 4096,
	NET_RECEIPTS_MAX = 4096,
	NET_ZONE = 20, /* +05:00 in quarters of an hour */
	NET_RING_MS = 3000,
};

enum net_registration {
	NET_IDLE,
	NET_HOME,
	NET_SEARCHING,
	NET_DENIED,
	NET_UNKNOWN,
	NET_ROAMING,
	NET_STATES,
};

enum net_receipts {
	NET_RECEIPTS_OFF,
	NET_RECEIPTS_AUTO,
	NET_RECEIPTS_MANUAL,
};

struct net_arrival {
	bool report;
	char *hex; /* owned */
};

struct net_receipt {
	int64_t due_ms;
	struct pdu pdu;
};

struct net {
	enum net_registration registration;
	struct net_arrival queue[NET_QUEUE_MAX]; /* a ring */
	size_t first, waiting;
	enum net_receipts receipts;
	int64_t receipt_delay_ms;
	struct net_receipt receipt[NET_RECEIPTS_MAX];
	size_t receipts_due;
	uint8_t last_ref;     /* TP-MR given to the last submit */
	unsigned last_concat; /* reference of the last long text to the SIM */
	unsigned rings;       /* still to ring */
	int64_t ring_at_ms;
	char caller[PDU_DIGITS_MAX + 2];
};

void net_init(struct net *n);
void net_clear(struct net *n);
bool net_is_registered(const struct net *n);
void net_register(struct sim *s, enum net_registration to);

/* RC_AGAIN: the queue is full. Takes a copy. net_run delivers. */
MUST_CHECK enum rc net_arrive(struct sim *s, const char *hex, bool report);
/* The submit is accepted: a reference, an entry in the sent list, a receipt if asked. */
struct sent *net_accept(
    struct sim *s, const struct pdu *pdu, const struct pdu_submit *in);
/* RC_AGAIN: too many wait; RC_REFUSED: no report can be made. */
MUST_CHECK enum rc net_report(
    struct sim *s, const struct sent *of, uint8_t status, int64_t delay_ms);
void net_ring(struct sim *s, const char *caller, unsigned times);
/* True when there was a call to end. */
bool net_hang_up(struct sim *s);

void net_run(struct sim *s, int64_t now_ms);
int64_t net_due_ms(const struct sim *s);

#endif
