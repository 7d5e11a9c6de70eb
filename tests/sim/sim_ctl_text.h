/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order "text": a text from a phone, cut into the parts that reach the SIM.
 * Never stores: it hands PDUs to sim_net.c.
 * Called by sim_ctl_ops.c.
 */
#ifndef SHYRAQ_SIM_CTL_TEXT_H
#define SHYRAQ_SIM_CTL_TEXT_H

#include <jansson.h>

struct sim;

json_t *ctl_text_order(struct sim *s, const json_t *req);

#endif
