/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orders of the control socket, one handler each.
 * Never reads or writes a socket: sim_ctl.c does.
 * Called by sim_ctl.c.
 */
#ifndef SHYRAQ_SIM_CTL_OPS_H
#define SHYRAQ_SIM_CTL_OPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct sim;
struct sent;

/* What the order asks of the connection it came on. */
struct ctl_follow {
	bool on;
	uint64_t after;
};

/* A new reference: {"ok":...}. */
json_t *ctl_order(struct sim *s, const json_t *req, struct ctl_follow *follow);
json_t *ctl_error(const char *why);
json_t *ctl_sent_entry(const struct sent *e);
json_t *ctl_on_fault(struct sim *s, const json_t *req, struct ctl_follow *follow);
/* An integer field; unset when it is not there or no integer. */
int64_t ctl_int(const json_t *req, const char *name, int64_t unset);
const char *ctl_string(const json_t *req, const char *name, const char *unset);
bool ctl_bool(const json_t *req, const char *name, bool unset);

#endif
