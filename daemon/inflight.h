/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Taken from a network, or learned from one, and not yet committed: offered until a verdict comes.
 * It keeps nothing durable: the network, or outgoing.c, still has what stands here.
 * Called by shyraqd.c (bus, clock), the drivers and outgoing.c; never talks to a device.
 *
 * Texts go to workers, one in flight a sender, in the order they were taken. Steps of USSD dialogues
 * keep the same order among themselves and go before texts: who holds the line waits. Results and
 * receipts go to workers too, or to dispatch while no worker is up; a receipt goes behind the result
 * that it is of.
 */
#ifndef SHYRAQ_INFLIGHT_H
#define SHYRAQ_INFLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"
#include "bus.h"

#define INFLIGHT_VERDICT_MS 5000 /* without a verdict for so long: offered to another */
#define INFLIGHT_STEP_MS \
	2000 /* the same of a step of a dialogue: somebody holds the line */

/* Whose offer it is; told once, with BUS_DONE or BUS_ASIDE. */
struct inflight_owner {
	void (*settled)(void *arg, uint64_t handle, enum bus_outcome outcome);
	/* in place of it, of a UssdIn: the verdict has its screen */
	void (*answered)(void *arg, uint64_t handle, const struct bus_verdict *v);
	void *arg;
	uint64_t handle;
};

struct inflight_options {
	size_t
	    texts_max; /* texts, steps and receipts; results are bounded by outgoing.c */
	uint64_t
	    first_token; /* random a process start: a verdict for the dead fits nothing of ours */
	void *arg;
	/* RC_OK: queued to the peer */
	enum rc (*say)(
	    void *arg, enum bus_role role, struct bus_peer *to, const struct bus_msg *m);
	/* the bound is reached (true), or there is room again (false) */
	void (*hold)(void *arg, bool on);
};

struct inflight_counts {
	uint64_t taken, offered, reoffered, done, again, aside, stray;
	size_t texts, results, out; /* now: waiting or out; all; with a peer */
};

struct inflight;

struct inflight *inflight_new(const struct inflight_options *o);
void inflight_free(struct inflight *f);

/*
 * Takes a copy of a text, step, receipt or result. RC_AGAIN: no room (never for results).
 * `read_ms` is the clock_boot_ms of its first reading; its age is counted from there.
 */
MUST_CHECK enum rc inflight_take(struct inflight *f, const struct bus_msg *m,
    int64_t read_ms, const struct inflight_owner *owner);
/* Drops what this owner waits to have offered; what is out is forgotten when its verdict comes. */
void inflight_withdraw(struct inflight *f, const void *owner_arg);
/* The same for one handle of that owner. */
void inflight_withdraw_one(struct inflight *f, const void *owner_arg, uint64_t handle);

void inflight_peer(struct inflight *f, enum bus_role role, struct bus_peer *p, bool up);
void inflight_credit(struct inflight *f, const struct bus_peer *p, uint32_t credit);
void inflight_verdict(
    struct inflight *f, const struct bus_peer *p, const struct bus_verdict *v);
/* Every 50 ms or so: delays and verdicts that do not come. */
void inflight_tick(struct inflight *f, int64_t now);

bool inflight_empty(const struct inflight *f);
struct inflight_counts inflight_counts(const struct inflight *f);

#endif
