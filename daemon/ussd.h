/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD over modems: the one session that a SIM has, as a code dialled or as a person's dialogue.
 * Whose dialogue it is, the relay's prefix says, or nobody does. Nothing here is durable.
 * Called by shyraqd.c and orders.c; dialogues themselves are dialogue.c's.
 */
#ifndef SHYRAQ_USSD_H
#define SHYRAQ_USSD_H

#include "dialogue.h"
#include "link.h"
#include "ussd_conf.h"

#define USSD_DIAL_MS 30000 /* for the network's answer to a code */
#define USSD_LAST_MS 2000  /* for the network to end the session after our last word */

struct ussd_options {
	struct dialogues *dialogues;
	void *arg;
	/* an order to dial has come to its end */
	void (*done)(void *arg, const struct bus_order_done *done);
};

struct ussd;

struct ussd *ussd_new(const struct ussd_options *o);
void ussd_free(struct ussd *u);
/* `conf` is borrowed for u's life. RC_REFUSED, logged: a pattern or the stock text is wrong. */
MUST_CHECK enum rc ussd_add(struct ussd *u, struct link *l, const struct ussd_conf *conf);

/* NULL: dialled, `done` follows once. Else why not. */
const char *ussd_dial(struct ussd *u, struct link *l, const char *code, uint64_t order);

/* As link_host's. */
void ussd_heard(struct ussd *u, struct link *l, enum link_ussd what, const char *text);
/* It is not open any more: its session is gone. */
void ussd_link_down(struct ussd *u, struct link *l);
/* Every 50 ms or so, beside dialogues_tick; now is clock_boot_ms. */
void ussd_tick(struct ussd *u, int64_t now);
/* No new dialogue, no dialling. */
void ussd_stop(struct ussd *u);

#endif
