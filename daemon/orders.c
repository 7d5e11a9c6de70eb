/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One order of an operator: what it changes, and what is answered.
 * It never waits and never lets a code carry a command. Called by shyraqd.c, in the loop.
 */
#include "orders.h"

#include <string.h>

#include "log.h"
#include "str.h"

static const char *const kinds[] = {
	[BUS_PAUSE] = "pause",
	[BUS_RESUME] = "resume",
	[BUS_DRAIN] = "drain",
	[BUS_UNDRAIN] = "undrain",
	[BUS_DIAL_USSD] = "ussd",
};

static void
refuse(struct bus_order_done *done, const char *why)
{
	done->done = false;
	(void)!str_copy(done->text, sizeof(done->text), why);
}

static enum rc
dial(struct ussd *ussd, struct link *l, const struct bus_order *o,
    struct bus_order_done *done)
{
	const char *why = ussd_dial(ussd, l, o->text, o->id);

	if (why == NULL)
		return RC_AGAIN;
	refuse(done, why);
	return RC_OK;
}

enum rc
orders_obey(struct links *links, struct ussd *ussd, const struct bus_order *o,
    struct bus_order_done *done)
{
	struct link *l = links_find(links, o->link);
	enum rc rc = RC_OK;

	if (l == NULL && o->link[0] != '\0')
		return RC_REFUSED;
	*done = (struct bus_order_done){ .id = o->id, .done = true };
	switch (o->kind) {
	case BUS_PAUSE:
	case BUS_RESUME:
		links_pause(links, l, o->class, o->kind == BUS_PAUSE);
		break;
	case BUS_DRAIN:
	case BUS_UNDRAIN:
		links_drain(links, l, o->kind == BUS_DRAIN);
		break;
	case BUS_DIAL_USSD:
		if (l == NULL)
			refuse(done, "one link must be named");
		else
			rc = dial(ussd, l, o, done);
		break;
	}
	log_info("order.obeyed", "order=%llu kind=%s link=%s class=%u done=%d",
	    (unsigned long long)o->id, kinds[o->kind], l == NULL ? "all" : l->name,
	    o->class, done->done);
	return rc;
}
