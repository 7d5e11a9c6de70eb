/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses to listen on, and lists of networks that may knock: numbers alone, no names.
 * It opens no socket but the listening one and looks nothing up. Called by lib/http.c and who sets it up.
 */
#ifndef SHYRAQ_NET_H
#define SHYRAQ_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base.h"

#define NET_LIST_MAX 64

/* "127.0.0.1:8080" or "[::1]:8080"; port 0: any free one. RC_REFUSED: neither. */
MUST_CHECK enum rc net_parse(const char *text, struct sockaddr_storage *out);
bool net_is_loopback(const struct sockaddr_storage *a);

struct net {
	bool v6;
	unsigned bits;
	uint8_t b[16];
};

struct net_list {
	size_t n;
	struct net net[NET_LIST_MAX];
};

/* "127.0.0.0/8 10.1.2.3 ::1", blank-separated. RC_REFUSED: one of them is no address, or too many. */
MUST_CHECK enum rc net_list_parse(const char *text, struct net_list *out);
/* An IPv4 address counts as itself also where IPv6 shows it mapped. */
bool net_list_has(const struct net_list *l, const struct sockaddr *a);

/* A listening socket, not blocking. RC_BROKEN, errno says why. *port is the one it has. */
MUST_CHECK enum rc net_listen(const struct sockaddr_storage *a, int *fd, unsigned *port);

#endif
