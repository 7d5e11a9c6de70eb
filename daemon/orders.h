/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Orders of operators: pause, drain, dial.
 * They are obeyed at once and kept in the links; dispatch says what stands to a newborn daemon.
 * Called by shyraqd.c.
 */
#ifndef SHYRAQ_ORDERS_H
#define SHYRAQ_ORDERS_H

#include "links.h"
#include "ussd.h"

#define ORDERS_STANDING \
	INT64_MAX /* said again to a newborn: nobody waits for the answer */

/*
 * RC_OK: `done` is the answer. RC_AGAIN: it comes later, from ussd.c. RC_REFUSED: no link of ours is
 * meant, nothing is to be said: several daemons hear one order.
 */
MUST_CHECK enum rc orders_obey(struct links *links, struct ussd *ussd,
    const struct bus_order *o, struct bus_order_done *done);

#endif
