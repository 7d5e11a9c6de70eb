/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket: one JSON object a line each way, several clients, events to followers.
 * Never blocks on a client; one that does not read is let go.
 * Called by modem_sim.c (the loop) and by whoever has an event.
 */
#ifndef SHYRAQ_SIM_CTL_H
#define SHYRAQ_SIM_CTL_H

#include "sim_sock.h"

struct sim;
struct sent;

/* RC_BROKEN: logged. A socket left by a dead simulator is replaced, a live one is not. */
MUST_CHECK enum rc ctl_open(struct sim *s);
/* Closes and removes the socket. */
void ctl_close(struct sim *s);
/* Fills what to poll, returns how many; ctl_run takes the same array back. */
size_t ctl_polls(const struct sim *s, struct pollfd fds[SOCK_POLLS_MAX]);
void ctl_run(struct sim *s, const struct pollfd *fds, size_t n);

void ctl_tell_sent(struct sim *s, const struct sent *e);
void ctl_tell_deleted(struct sim *s, unsigned slot);
void ctl_tell_call(struct sim *s, const char *what);
void ctl_tell_ussd(struct sim *s, const char *what, const char *text);

#endif
