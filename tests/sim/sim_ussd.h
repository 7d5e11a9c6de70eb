/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD text to and from the character set that the host chose.
 * Never keeps a dialogue: the control socket's user does.
 * Called by sim_at_net.c and sim_ctl_ops.c.
 */
#ifndef SHYRAQ_SIM_USSD_H
#define SHYRAQ_SIM_USSD_H

#include "base.h"

struct sim;

/* +CUSD to the host. RC_AGAIN: it does not listen; RC_REFUSED: no UTF-8, or over 182 units. */
MUST_CHECK enum rc ussd_push(struct sim *s, int mode, const char *utf8);
/* What the host answered, as it stood in AT+CUSD. */
void ussd_answered(struct sim *s, const char *raw);

#endif
