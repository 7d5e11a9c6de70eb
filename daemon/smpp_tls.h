/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to OpenSSL: TLS over a socket that does not block, the certificate always checked.
 * It opens and closes no socket. Called by smpp_wire.c alone.
 */
#ifndef SHYRAQ_SMPP_TLS_H
#define SHYRAQ_SMPP_TLS_H

#include "base.h"

struct smpp_tls;

struct smpp_tls_options {
	const char *ca; /* file of certificates to trust; "": the system's */
	const char
	    *name; /* that the certificate must be for: a host name or an address */
	const char *cert, *key; /* our own, when the other side asks; "" for none */
};

enum smpp_tls_is {
	SMPP_TLS_DONE,
	SMPP_TLS_READ,  /* goes on when there is something to read */
	SMPP_TLS_WRITE, /* when there is room to write */
	SMPP_TLS_FAILED,
};

/* NULL: *why says it. */
struct smpp_tls *smpp_tls_new(const struct smpp_tls_options *o, int fd, const char **why);
void smpp_tls_free(struct smpp_tls *t);
enum smpp_tls_is smpp_tls_shake(struct smpp_tls *t, const char **why);
/* *got octets, when DONE; 0: the other side closed. */
enum smpp_tls_is smpp_tls_read(struct smpp_tls *t, void *to, size_t n, size_t *got);
enum smpp_tls_is smpp_tls_write(
    struct smpp_tls *t, const void *from, size_t n, size_t *taken);
/* Says goodbye, if it goes at once. */
void smpp_tls_end(struct smpp_tls *t);

#endif
