/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The octets of a session: name, connection, TLS, all without waiting.
 * It knows no PDU. Called by smpp.c, in the loop.
 */
#ifndef SHYRAQ_SMPP_WIRE_H
#define SHYRAQ_SMPP_WIRE_H

#include <stdint.h>

#include "base.h"
#include "loop.h"

struct smpp_wire_options {
	const char *name; /* of the link, for the log */
	const char *host;
	uint16_t port;
	int64_t within_ms; /* an opening has so long for all addresses of the host */
	bool tls;
	const char *ca, *tls_name, *cert, *key; /* "" for none */
	void *arg;
	void (*opened)(void *arg);
	/* there may be something to read, or room to write again */
	void (*ready)(void *arg);
	/* it is closed; `why` in a word or two. Never from within a call of ours. */
	void (*lost)(void *arg, const char *why);
};

struct smpp_wire;

/* Borrows what `o` points at. */
struct smpp_wire *smpp_wire_new(struct loop *loop, const struct smpp_wire_options *o);
void smpp_wire_free(struct smpp_wire *w);
/* From closed: `opened` or `lost` follows, unless it is closed before. */
void smpp_wire_open(struct smpp_wire *w);
/* What was opened is of use: the next opening begins with the same address, else with the one behind it. */
void smpp_wire_is_good(struct smpp_wire *w);
/* Any time; a second time does nothing. */
void smpp_wire_close(struct smpp_wire *w);
/* Octets read; 0: none now. -1: the other side is gone. */
long smpp_wire_read(struct smpp_wire *w, void *to, size_t n);
/* Octets taken, maybe fewer; then `ready` says when more go. -1: gone. */
long smpp_wire_write(struct smpp_wire *w, const void *from, size_t n);
/* Why it was lost last. */
const char *smpp_wire_why(const struct smpp_wire *w);
/* Looks whether the name is known by now, and whether another address has its turn. */
void smpp_wire_tick(struct smpp_wire *w);

#endif
