/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The network behind the modem. What finds no room in the SIM waits here, in order.
 * Never drops a text, never writes to the line itself.
 * Called by sim_at_sms.c, sim_ctl_ops.c, sim_fault.c and the loop.
 */
#include "sim_net.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "sim.h"
#include "sim_ctl.h"

void
net_init(struct net *n)
{
	n->registration = NET_HOME;
	n->receipts = NET_RECEIPTS_AUTO;
}

void
net_clear(struct net *n)
{
	while (n->waiting > 0) {
		free(n->queue[n->first].hex);
		n->first = (n->first + 1) % NET_QUEUE_MAX;
		n->waiting--;
	}
}

bool
net_is_registered(const struct net *n)
{
	return n->registration == NET_HOME || n->registration == NET_ROAMING;
}

void
net_register(struct sim *s, enum net_registration to)
{
	if (s->net.registration == to)
		return;
	s->net.registration = to;
	at_tell_registration(s);
}

enum rc
net_arrive(struct sim *s, const char *hex, bool report)
{
	struct net *n = &s->net;
	struct net_arrival *a;

	if (n->waiting == NET_QUEUE_MAX)
		return RC_AGAIN;
	a = &n->queue[(n->first + n->waiting++) % NET_QUEUE_MAX];
	a->report = report;
	a->hex = xstrdup(hex);
	return RC_OK;
}

struct sent *
net_accept(struct sim *s, const struct pdu *pdu, const struct pdu_submit *in)
{
	struct sent *e = store_add_sent(&s->store);

	e->at_ms = clock_wall_ms();
	e->ref = ++s->net.last_ref;
	e->submit = *in;
	pdu_to_hex(e->hex, pdu);
	s->count.submits++;
	if (in->wants_receipt && s->net.receipts == NET_RECEIPTS_AUTO &&
	    net_report(s, e, 0, s->net.receipt_delay_ms) != RC_OK)
		s->count.refused++;
	ctl_tell_sent(s, e);
	return e;
}

enum rc
net_report(struct sim *s, const struct sent *of, uint8_t status, int64_t delay_ms)
{
	struct net *n = &s->net;
	struct net_receipt *r = &n->receipt[n->receipts_due];
	struct pdu_report report = {
		.to = of->submit.to,
		.smsc = s->at.smsc,
		.ref = of->ref,
		.status = status,
		.sent = { of->at_ms / 1000, NET_ZONE },
		.done = { (clock_wall_ms() + delay_ms) / 1000, NET_ZONE },
	};

	if (n->receipts_due == NET_RECEIPTS_MAX)
		return RC_AGAIN;
	r->due_ms = sim_now_ms() + delay_ms;
	if (pdu_write_report(&r->pdu, &report) != RC_OK)
		return RC_REFUSED;
	n->receipts_due++;
	return RC_OK;
}

void
net_ring(struct sim *s, const char *caller, unsigned times)
{
	strncpy(s->net.caller, caller, sizeof s->net.caller - 1);
	s->net.rings = times;
	s->net.ring_at_ms = sim_now_ms();
}

bool
net_hang_up(struct sim *s)
{
	bool there = s->net.rings > 0;

	s->net.rings = 0;
	if (there)
		ctl_tell_call(s, "refused");
	return there;
}

/* RC_AGAIN: it stays where it is */
static MUST_CHECK enum rc
deliver(struct sim *s, const struct net_arrival *a)
{
	unsigned index = 0;
	enum rc rc;

	if (a->report && s->at.cnmi[AT_CNMI_REPORT] == 0)
		return RC_OK; /* nobody asked for reports: the modem drops them */
	if (at_routes_direct(s, a->report)) {
		at_tell_direct(s, a->hex, a->report);
		return RC_OK;
	}
	rc = store_put(&s->store, a->hex, &index);
	if (rc == RC_OK)
		at_tell_stored(s, index, a->report);
	return rc;
}

static void
run_queue(struct sim *s)
{
	struct net *n = &s->net;
	struct net_arrival *a;

	while (n->waiting > 0 && net_is_registered(n) && at_takes_texts(s)) {
		a = &n->queue[n->first];
		if (deliver(s, a) == RC_AGAIN)
			return;
		if (a->report)
			s->count.reports++;
		else
			s->count.delivered++;
		free(a->hex);
		n->first = (n->first + 1) % NET_QUEUE_MAX;
		n->waiting--;
	}
}

static void
run_receipts(struct sim *s, int64_t now_ms)
{
	struct net *n = &s->net;
	char hex[PDU_HEX_MAX];
	size_t i = 0;

	while (i < n->receipts_due) {
		if (n->receipt[i].due_ms > now_ms) {
			i++;
			continue;
		}
		pdu_to_hex(hex, &n->receipt[i].pdu);
		if (net_arrive(s, hex, true) != RC_OK)
			return;
		n->receipts_due--;
		memmove(&n->receipt[i], &n->receipt[i + 1],
		    (n->receipts_due - i) * sizeof n->receipt[0]);
	}
}

void
net_run(struct sim *s, int64_t now_ms)
{
	struct net *n = &s->net;

	run_receipts(s, now_ms);
	run_queue(s);
	if (n->rings > 0 && now_ms >= n->ring_at_ms) {
		at_tell_ring(s, n->caller);
		n->ring_at_ms = now_ms + NET_RING_MS;
		if (--n->rings == 0)
			ctl_tell_call(s, "missed");
	}
}

int64_t
net_due_ms(const struct sim *s)
{
	int64_t due = s->net.rings > 0 ? s->net.ring_at_ms : INT64_MAX;
	size_t i;

	for (i = 0; i < s->net.receipts_due; i++) {
		if (s->net.receipt[i].due_ms < due)
			due = s->net.receipt[i].due_ms;
	}
	return due;
}
