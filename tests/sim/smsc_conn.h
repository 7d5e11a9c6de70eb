/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection to the simulated SMSC: frames in, answers out, who is bound, what is unanswered.
 * It keeps no message but the deliveries that are out on it. Called by smsc_*.c.
 */
#ifndef SHYRAQ_SMSC_CONN_H
#define SHYRAQ_SMSC_CONN_H

#include "smpp_frame.h"

#define SMSC_OUT_MAX \
	(1u << 18) /* octets that wait for a reader; one slower than that is cut off */

struct delivery;
struct smsc;
struct smsc_account;

/* A delivery that has gone out and waits for its response. */
struct out_slot {
	struct delivery *d; /* owned; NULL: free */
	uint32_t sequence;
	int64_t at_ms;
};

struct smsc_conn {
	int fd; /* -1: free */
	uint64_t serial;
	struct smsc *s;
	struct smsc_account *account; /* NULL: not bound */
	struct smpp_frames in;
	uint8_t *out; /* owned */
	size_t out_n;
	enum smpp_command bound; /* the bind, SMPP_COMMANDS: none */
	bool ending;             /* nothing more is read; closes when all is written */
	uint32_t sequence;       /* of our own last request */
	int64_t hang_until;      /* until then it neither reads nor writes */
	struct out_slot *slots;  /* owned, SMSC_WINDOW_MAX */
	size_t slots_n;          /* in use */
};

/* Takes fd, which does not block. */
void smsc_conn_open(struct smsc_conn *c, int fd, struct smsc *s);
/* What is out on it will come again. */
void smsc_conn_close(struct smsc_conn *c);
/* Reads what is there and answers it; RC_BROKEN: close it. */
MUST_CHECK enum rc smsc_conn_read(struct smsc_conn *c);
/* Writes what it can; RC_BROKEN: close it. */
MUST_CHECK enum rc smsc_conn_write(struct smsc_conn *c);
/* What to poll for. */
short smsc_conn_events(const struct smsc_conn *c);
bool smsc_conn_hangs(const struct smsc_conn *c);
bool smsc_conn_sends(const struct smsc_conn *c);
bool smsc_conn_receives(const struct smsc_conn *c);
/* Queues one PDU. RC_BROKEN: nobody reads, or a fault has ended it. */
MUST_CHECK enum rc smsc_conn_send(struct smsc_conn *c, const struct smpp_pdu *pdu);
/* The same for octets as they are. */
MUST_CHECK enum rc smsc_conn_raw(struct smsc_conn *c, const uint8_t *octets, size_t n);
/* The same after so many ms; dropped if the connection has gone by then. */
MUST_CHECK enum rc smsc_conn_send_late(
    struct smsc_conn *c, const struct smpp_pdu *pdu, int64_t ms);
/* A request of our own without a body: enquire_link, unbind. */
MUST_CHECK enum rc smsc_conn_ask(struct smsc_conn *c, enum smpp_command command);
/* Its next sequence number. */
uint32_t smsc_conn_number(struct smsc_conn *c);

#endif
