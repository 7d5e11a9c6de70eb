/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Operators' orders to links, from the database to the daemons and their answers back; states of links.
 * What stands (pause, drain) is said again to a daemon that comes up. Called by dispatch.c.
 */
#ifndef SHYRAQ_ORDERS_H
#define SHYRAQ_ORDERS_H

#include "bus.h"
#include "db.h"

/* Says one order to every daemon that is up; RC_BROKEN when none is. */
typedef enum rc orders_say(void *arg, const struct bus_msg *m);

/* New orders: marked as said and said. Without a daemon they are answered "no daemon is up". */
MUST_CHECK enum rc orders_run(struct db *db, orders_say *say, void *arg);
/* All that stands, to a newborn daemon (`say` says to that one alone). */
MUST_CHECK enum rc orders_stand(struct db *db, orders_say *say, void *arg);

void orders_answer(struct db *db, const struct bus_order_done *d);
void orders_link_state(struct db *db, const char *daemon, const struct bus_link_state *l);
void orders_daemon_gone(struct db *db, const char *daemon);

#endif
