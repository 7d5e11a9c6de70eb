/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A control socket: one JSON object a line each way, several clients, events to followers.
 * Never blocks on a client; one that does not read is let go.
 * Called by sim_ctl.c and smsc_ctl.c.
 */
#ifndef SHYRAQ_SIM_SOCK_H
#define SHYRAQ_SIM_SOCK_H

#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base.h"

struct sock;

enum {
	SOCK_CLIENTS_MAX = 16,
	SOCK_POLLS_MAX = SOCK_CLIENTS_MAX + 1,
	SOCK_LINE_MAX = 1 << 17,
	SOCK_OUT_MAX = 1 << 24,
};

/* What the order asks of the connection it came on. */
struct ctl_follow {
	bool on;
	uint64_t after;
};

struct sock_owner {
	/* A new reference: {"ok":...}. */
	json_t *(*order)(void *of, const json_t *req, struct ctl_follow *follow);
	/* A new array: the events after that number, for who begins to follow. */
	json_t *(*missed)(void *of, uint64_t after);
};

/* RC_BROKEN: logged. A socket left by a dead simulator is replaced, a live one is not. */
MUST_CHECK enum rc sock_open(
    struct sock **out, const char *path, const struct sock_owner *owner, void *of);
/* Closes and removes the socket; NULL is fine. */
void sock_close(struct sock *k);
/* Fills what to poll, returns how many; sock_run takes the same array back. */
size_t sock_polls(const struct sock *k, struct pollfd fds[SOCK_POLLS_MAX]);
void sock_run(struct sock *k, const struct pollfd *fds, size_t n);
/* Takes the reference. */
void sock_tell(struct sock *k, json_t *event);

#endif
