/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queues of an account, windows of a connection, redelivery with a new sequence number.
 * It never drops one that was not answered, but for a USSD step whose session is over.
 * Called by smsc_*.c.
 */
#include "smsc_deliver.h"

#include <stdlib.h>
#include <string.h>

#include "smsc.h"
#include "smsc_ctl.h"

#define SEQUENCE_AT 12

static void
append(struct deliveries *l, struct delivery *d)
{
	d->next = NULL;
	if (l->first == NULL)
		l->end = &l->first;
	*l->end = d;
	l->end = &d->next;
	l->n++;
}

static void
prepend(struct deliveries *l, struct delivery *d)
{
	d->next = l->first;
	if (l->first == NULL)
		l->end = &d->next;
	l->first = d;
	l->n++;
}

static struct delivery *
take_first(struct deliveries *l)
{
	struct delivery *d = l->first;

	if (d != NULL) {
		l->first = d->next;
		l->n--;
	}
	return d;
}

enum rc
deliver_add(struct smsc *s, struct smsc_account *a, enum delivery_kind kind,
    const struct smpp_pdu *pdu, uint64_t session, uint64_t *id)
{
	static uint8_t octets[SMPP_FRAME_MAX];
	size_t source = SMPP_HEADER + strlen(pdu->service_type) + 1, n;
	struct smpp_pdu strict = *pdu;
	struct smpp_fault fault;
	struct delivery *d;

	strict.source.ton = strict.source.npi = 0;
	if (smpp_encode(&strict, octets, sizeof(octets), &n, &fault) != RC_OK)
		return RC_REFUSED;
	/* networks use values that 3.4 does not have */
	octets[source] = pdu->source.ton;
	octets[source + 1] = pdu->source.npi;
	d = xmalloc(sizeof(*d) + n);
	*d = (struct delivery){
		.id = ++s->deliver.id,
		.kind = kind,
		.account = a,
		.session = session,
		.n = n,
	};
	memcpy(d->octets, octets, n);
	append(&a->waiting, d);
	*id = d->id;
	return RC_OK;
}

static bool
is_over(struct smsc *s, const struct delivery *d)
{
	return d->kind == DELIVERY_USSD && !ussd_wants(s, d->session);
}

static bool
has_room(const struct smsc_conn *c, const struct smsc_account *a)
{
	return c->fd >= 0 && !c->ending && c->account == a && smsc_conn_receives(c) &&
	    !smsc_conn_hangs(c) && c->slots_n < (size_t)c->s->set.window;
}

/* The receivers of an account take turns. */
static struct smsc_conn *
next_receiver(struct smsc *s, struct smsc_account *a)
{
	for (size_t i = 1; i <= SMSC_CONNS_MAX; i++) {
		size_t at = (a->turn + i) % SMSC_CONNS_MAX;

		if (has_room(&s->conns[at], a)) {
			a->turn = at;
			return &s->conns[at];
		}
	}
	return NULL;
}

static enum rc
write_one(struct smsc_conn *c, struct delivery *d, uint32_t sequence)
{
	for (int i = 0; i < 4; i++)
		d->octets[SEQUENCE_AT + i] = (uint8_t)(sequence >> (24 - 8 * i));
	if (fault_hits(c->s, FAULT_CUT)) {
		c->ending = true;
		return smsc_conn_raw(c, d->octets, d->n / 2);
	}
	return smsc_conn_raw(c, d->octets, d->n);
}

static struct delivery *
copy_of(struct smsc *s, const struct delivery *d)
{
	struct delivery *copy = xmalloc(sizeof(*d) + d->n);

	memcpy(copy, d, sizeof(*d) + d->n);
	copy->id = ++s->deliver.id;
	copy->copy = true;
	return copy;
}

/* c has room for it. */
static enum rc
send_one(struct smsc_conn *c, struct delivery *d)
{
	struct smsc *s = c->s;
	struct out_slot *slot = c->slots;
	enum rc rc;

	while (slot->d != NULL)
		slot++;
	*slot = (struct out_slot){ d, smsc_conn_number(c), smsc_now_ms() };
	c->slots_n++;
	s->count[COUNT_DELIVERS]++;
	s->count[COUNT_REDELIVERED] += d->tries > 0;
	d->tries++;
	if (!d->copy && fault_hits(s, FAULT_DUPLICATE))
		prepend(&d->account->waiting, copy_of(s, d));
	rc = write_one(c, d, slot->sequence);
	if (rc == RC_OK && fault_hits(s, FAULT_DELIVER_DROP)) {
		rc = smsc_conn_write(c);
		return RC_BROKEN;
	}
	return rc;
}

static void
pump_account(struct smsc *s, struct smsc_account *a)
{
	while (a->waiting.first != NULL) {
		struct smsc_conn *c;

		if (is_over(s, a->waiting.first)) {
			free(take_first(&a->waiting));
			continue;
		}
		c = next_receiver(s, a);
		if (c == NULL)
			return;
		if (send_one(c, take_first(&a->waiting)) != RC_OK)
			smsc_conn_close(c);
	}
}

void
deliver_pump(struct smsc *s)
{
	for (size_t i = 0; i < s->accounts; i++)
		pump_account(s, &s->account[i]);
}

static void
rest(struct smsc *s, struct delivery *d)
{
	d->due_ms = smsc_now_ms() + s->set.retry_ms;
	append(&d->account->resting, d);
}

/* ESME_RX_T_APPN and the like: it is to come again. */
static bool
is_put_off(uint32_t status)
{
	return status == SMPP_TEMPORARY || status == SMPP_QUEUE_FULL ||
	    status == SMPP_THROTTLED || status == SMPP_SYSTEM_ERROR;
}

static void
settle(struct smsc *s, struct delivery *d, uint32_t status)
{
	ctl_tell_answered(s, d->id, status);
	if (is_put_off(status)) {
		rest(s, d);
		return;
	}
	if (d->kind == DELIVERY_USSD)
		ussd_answered(s, d->session, status);
	if (status != SMPP_OK) {
		s->count[COUNT_REJECTED]++;
	} else if (fault_hits(s, FAULT_REPEAT_ON_BIND)) {
		append(&d->account->held, d);
		return;
	} else {
		s->count[COUNT_DELIVERED]++;
	}
	free(d);
}

enum rc
deliver_answered(struct smsc_conn *c, const struct smpp_pdu *in)
{
	struct smsc *s = c->s;

	for (size_t i = 0; i < SMSC_WINDOW_MAX; i++) {
		struct out_slot *slot = &c->slots[i];
		struct delivery *d = slot->d;

		if (d == NULL || slot->sequence != in->sequence)
			continue;
		if (fault_hits(s, FAULT_RESPONSE_LOST))
			return RC_BROKEN;
		if (fault_hits(s, FAULT_RESPONSE_IGNORED))
			return RC_OK;
		slot->d = NULL;
		c->slots_n--;
		settle(s, d, in->status);
		return RC_OK;
	}
	s->count[COUNT_STRAYS]++;
	return RC_OK;
}

void
deliver_bound(struct smsc_conn *c)
{
	struct delivery *d;

	while (smsc_conn_receives(c) && (d = take_first(&c->account->held)) != NULL)
		append(&c->account->waiting, d);
}

void
deliver_return(struct smsc_conn *c)
{
	/* the oldest shall be the first again */
	for (;;) {
		struct out_slot *newest = NULL;

		for (size_t i = 0; i < SMSC_WINDOW_MAX; i++) {
			struct out_slot *slot = &c->slots[i];

			if (slot->d != NULL &&
			    (newest == NULL || slot->sequence > newest->sequence))
				newest = slot;
		}
		if (newest == NULL)
			break;
		prepend(&newest->d->account->waiting, newest->d);
		newest->d = NULL;
	}
	c->slots_n = 0;
}

static void
run_slots(struct smsc_conn *c, int64_t now)
{
	for (size_t i = 0; c->slots_n > 0 && i < SMSC_WINDOW_MAX; i++) {
		struct out_slot *slot = &c->slots[i];

		if (slot->d == NULL || now < slot->at_ms + c->s->set.response_ms)
			continue;
		prepend(&slot->d->account->waiting, slot->d);
		slot->d = NULL;
		c->slots_n--;
	}
}

void
deliver_run(struct smsc *s, int64_t now)
{
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		if (s->conns[i].fd >= 0)
			run_slots(&s->conns[i], now);
	}
	for (size_t i = 0; i < s->accounts; i++) {
		struct smsc_account *a = &s->account[i];

		while (a->resting.first != NULL && a->resting.first->due_ms <= now)
			append(&a->waiting, take_first(&a->resting));
	}
}

int64_t
deliver_due_ms(const struct smsc *s)
{
	int64_t due = INT64_MAX;

	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		const struct smsc_conn *c = &s->conns[i];

		for (size_t j = 0; c->fd >= 0 && c->slots_n > 0 && j < SMSC_WINDOW_MAX;
		     j++) {
			if (c->slots[j].d != NULL &&
			    c->slots[j].at_ms + s->set.response_ms < due)
				due = c->slots[j].at_ms + s->set.response_ms;
		}
	}
	for (size_t i = 0; i < s->accounts; i++) {
		const struct delivery *d = s->account[i].resting.first;

		if (d != NULL && d->due_ms < due)
			due = d->due_ms;
	}
	return due;
}

bool
deliver_may(const struct smsc *s, const struct smsc_account *a)
{
	for (size_t i = 0; i < SMSC_CONNS_MAX; i++) {
		const struct smsc_conn *c = &s->conns[i];

		if (c->fd >= 0 && !c->ending && c->account == a && smsc_conn_receives(c))
			return true;
	}
	return false;
}

size_t
deliver_queued(const struct smsc *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->accounts; i++)
		n += s->account[i].waiting.n + s->account[i].resting.n +
		    s->account[i].held.n;
	return n;
}

size_t
deliver_out(const struct smsc *s)
{
	size_t n = 0;

	for (size_t i = 0; i < SMSC_CONNS_MAX; i++)
		n += s->conns[i].fd < 0 ? 0 : s->conns[i].slots_n;
	return n;
}

static void
free_all(struct deliveries *l)
{
	while (l->first != NULL)
		free(take_first(l));
}

void
deliver_clear(struct smsc *s)
{
	for (size_t i = 0; i < s->accounts; i++) {
		free_all(&s->account[i].waiting);
		free_all(&s->account[i].resting);
		free_all(&s->account[i].held);
	}
}
