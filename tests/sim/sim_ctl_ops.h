/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of the control socket, one handler each.
 * Never reads or writes a socket: sim_ctl.c does.
 * Called by sim_ctl.c.
 */
#ifndef SHYRAQ_SIM_CTL_OPS_H
#define SHYRAQ_SIM_CTL_OPS_H

#include "sim_json.h"
#include "sim_sock.h"

struct sim;
struct sent;

/* A new reference: {"ok":...}. */
json_t *ctl_order(struct sim *s, const json_t *req, struct ctl_follow *follow);
json_t *ctl_sent_entry(const struct sent *e);
json_t *ctl_on_fault(struct sim *s, const json_t *req, struct ctl_follow *follow);

#endif
