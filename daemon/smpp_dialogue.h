/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dialogues of people who dial a short code, over links to operators' USSD gateways (SMPP).
 * It binds nothing and sends no SMS: the link does, by its own rules. Used by shyraqd.c.
 */
#ifndef SHYRAQ_SMPP_DIALOGUE_H
#define SHYRAQ_SMPP_DIALOGUE_H

#include "dialogue.h"
#include "smpp.h"

struct smpp_dialogues;

struct smpp_dialogues *smpp_dialogues_new(struct dialogues *v);
/* After the dialogues themselves. */
void smpp_dialogues_free(struct smpp_dialogues *v);
/* `conf` is borrowed for v's life. RC_REFUSED, logged: the dialect or the stock text is wrong. */
MUST_CHECK enum rc smpp_dialogues_add(
    struct smpp_dialogues *v, struct link *l, const struct smpp_conf *conf);
/* It is not bound any more: its sessions are gone. */
void smpp_dialogues_link_down(struct smpp_dialogues *v, const struct link *l);

#endif
