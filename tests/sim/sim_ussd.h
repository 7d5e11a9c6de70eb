/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD text to and from the character set that the host chose.
 * Never keeps a dialogue: the control socket's user does.
 * Called by sim_at_net.c and sim_ctl_ops.c.
 */
#ifndef SHYRAQ_SIM_USSD_H
#define SHYRAQ_SIM_USSD_H

#include <stdbool.h>

#include "base.h"

struct sim;

/* +CUSD to the host. RC_AGAIN: it does not listen; RC_REFUSED: no UTF-8, or over 182 units. */
MUST_CHECK enum rc ussd_push(struct sim *s, int mode, const char *utf8);
/* What AT+CUSD=1 carried; false: it does not fit its charset and data coding. */
bool ussd_answered(struct sim *s, const char *raw, int dcs);

#endif
