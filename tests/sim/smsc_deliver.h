/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the SMSC brings to those who are bound: texts, receipts, dialled codes. It keeps each until
 * it is answered and brings it again when it is not, as networks do.
 * It makes no text. Called by smsc_*.c.
 */
#ifndef SHYRAQ_SMSC_DELIVER_H
#define SHYRAQ_SMSC_DELIVER_H

#include "smpp_pdu.h"

struct smsc;
struct smsc_account;
struct smsc_conn;

enum delivery_kind {
	DELIVERY_TEXT,
	DELIVERY_RECEIPT,
	DELIVERY_USSD,
};

struct delivery {
	struct delivery *next;
	uint64_t id;
	enum delivery_kind kind;
	struct smsc_account *account;
	uint64_t session; /* of DELIVERY_USSD */
	int64_t due_ms;   /* while it rests */
	unsigned tries;
	bool copy; /* of another one, made by a fault */
	size_t n;
	uint8_t octets[]; /* the PDU; its sequence number is set when it goes */
};

struct deliveries {
	struct delivery *first, **end; /* of an empty list: NULL, whatever */
	size_t n;
};

struct deliver {
	uint64_t id; /* of the newest */
};

/*
 * Makes one of a deliver_sm or data_sm and queues it for that account; *id its number.
 * RC_REFUSED: 3.4 has no such PDU.
 */
MUST_CHECK enum rc deliver_add(struct smsc *s, struct smsc_account *a,
    enum delivery_kind kind, const struct smpp_pdu *pdu, uint64_t session, uint64_t *id);
/* Sends what the windows let through. */
void deliver_pump(struct smsc *s);
/* A response to one that went out on c, or to none. */
MUST_CHECK enum rc deliver_answered(struct smsc_conn *c, const struct smpp_pdu *in);
/* c is bound: what was held for such a time joins the queue. */
void deliver_bound(struct smsc_conn *c);
/* c closes: what is out on it is the first to go again. */
void deliver_return(struct smsc_conn *c);
/* Brings again what has waited for its response too long. */
void deliver_run(struct smsc *s, int64_t now_ms);
int64_t deliver_due_ms(const struct smsc *s);
/* Whether somebody is bound who would take a delivery of that account. */
bool deliver_may(const struct smsc *s, const struct smsc_account *a);
/* What waits to go, and what is out. */
size_t deliver_queued(const struct smsc *s);
size_t deliver_out(const struct smsc *s);
void deliver_clear(struct smsc *s);

#endif
