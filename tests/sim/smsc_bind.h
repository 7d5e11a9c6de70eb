/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the simulated SMSC does with each PDU that it reads.
 * It reads no socket. Called by smsc_conn.c.
 */
#ifndef SHYRAQ_SMSC_BIND_H
#define SHYRAQ_SMSC_BIND_H

#include "smsc_conn.h"

/* RC_BROKEN: the connection is to be closed at once. */
MUST_CHECK enum rc smsc_take(struct smsc_conn *c, struct smpp_octets frame);

#endif
