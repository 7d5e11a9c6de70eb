/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated SMSC's control socket: orders in, answers and events out (shyraq-smscsim(1)).
 * Never blocks on a client. Called by smsc_sim.c (the loop) and by whoever has an event.
 */
#ifndef SHYRAQ_SMSC_CTL_H
#define SHYRAQ_SMSC_CTL_H

#include "sim_json.h"
#include "sim_sock.h"

struct sent;
struct smsc;
struct smsc_conn;

/* RC_BROKEN: logged. */
MUST_CHECK enum rc ctl_open(struct smsc *s, const char *path);

void ctl_tell_sent(struct smsc *s, const struct sent *e);
void ctl_tell_screen(
    struct smsc *s, const char *to, uint64_t session, const char *text, bool end);
void ctl_tell_gone(struct smsc *s, const char *to, uint64_t session, const char *why);
void ctl_tell_bind(const struct smsc_conn *c);
void ctl_tell_unbound(const struct smsc_conn *c);
void ctl_tell_answered(struct smsc *s, uint64_t id, uint32_t status);

/* An order each; a new reference. */
typedef json_t *ctl_handler(struct smsc *s, const json_t *req);
json_t *ctl_on_text(struct smsc *s, const json_t *req);
json_t *ctl_on_fault(struct smsc *s, const json_t *req);
json_t *ctl_on_status(struct smsc *s, const json_t *req);
json_t *ctl_on_set(struct smsc *s, const json_t *req);
json_t *ctl_on_receipts(struct smsc *s, const json_t *req);

/* Puts a malformed PDU of that kind onto a connection. RC_REFUSED: there is no such kind. */
MUST_CHECK enum rc smsc_bad_send(struct smsc_conn *c, const char *kind);

#endif
