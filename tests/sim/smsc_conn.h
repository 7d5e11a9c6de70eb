/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection to the simulated SMSC: frames in, answers out, who is bound.
 * It keeps no message: what is submitted is answered and forgotten. Called by smsc_sim.c.
 */
#ifndef SHYRAQ_SMSC_CONN_H
#define SHYRAQ_SMSC_CONN_H

#include "smpp_frame.h"

#define SMSC_OUT_MAX \
	(1u << 18) /* octets that wait for a reader; one slower than that is cut off */

struct smsc_options {
	const char *system_id, *password; /* what a bind must bring */
};

struct smsc_conn {
	int fd; /* -1: free */
	const struct smsc_options *opt;
	struct smpp_frames in;
	uint8_t *out;
	size_t out_n;
	enum smpp_command bound; /* the bind, SMPP_COMMANDS: none */
	bool ending;             /* nothing more is read; closes when all is written */
	uint32_t sequence;       /* of our own last request */
	uint64_t submitted;      /* so far: the next one's message_id */
};

/* Takes fd, which does not block. `opt` is borrowed for its life. */
void smsc_conn_open(struct smsc_conn *c, int fd, const struct smsc_options *opt);
void smsc_conn_close(struct smsc_conn *c);
/* Reads what is there and answers it; RC_BROKEN: close it. */
MUST_CHECK enum rc smsc_conn_read(struct smsc_conn *c);
/* Writes what it can; RC_BROKEN: close it. */
MUST_CHECK enum rc smsc_conn_write(struct smsc_conn *c);
/* What to poll for. */
short smsc_conn_events(const struct smsc_conn *c);
/* Queues one PDU. RC_BROKEN: nobody reads. */
MUST_CHECK enum rc smsc_conn_send(struct smsc_conn *c, const struct smpp_pdu *pdu);

#endif
