/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The room that dispatches are given for Sends.
 * It never takes a row in or lets one go. Called by outgoing.c and shyraqd.c, in the loop.
 */
#include "log.h"
#include "outgoing_table.h"

/* Room is a promise that is used up by Sends; what workers bring counts against it too. */
void
outgoing_room(struct outgoing *o)
{
	uint32_t room = o->stopping ? 0 : links_room(o->o.links);
	size_t held = o->count.held;

	/* what an operator holds back takes no room of what may go, up to half of the table */
	held -= o->operators < o->o.rows_max / 2 ? o->operators : o->o.rows_max / 2;
	room = room > held ? room - (uint32_t)held : 0;
	for (size_t i = 0; i < DISPATCHES; i++) {
		struct dispatch *d = &o->dispatch[i];
		struct bus_msg m = { .type = BUS_SEND_ROOM };

		if (d->peer == NULL || d->given >= room)
			continue;
		m.u.room = room - d->given;
		if (o->o.say(o->o.arg, d->peer, &m) == RC_OK)
			d->given = room;
	}
}

static struct dispatch *
dispatch_find(struct outgoing *o, const struct bus_peer *p)
{
	for (size_t i = 0; i < DISPATCHES; i++) {
		if (o->dispatch[i].peer == p)
			return &o->dispatch[i];
	}
	return NULL;
}

void
outgoing_dispatch(struct outgoing *o, struct bus_peer *p, bool up)
{
	struct dispatch *d = dispatch_find(o, p);

	if (d == NULL)
		d = dispatch_find(o, NULL);
	if (d == NULL) {
		log_warn("out.dispatches", "more than %d", DISPATCHES);
		return;
	}
	d->peer = up ? p : NULL;
	d->given = 0;
	outgoing_room(o);
}

void
outgoing_dispatch_sent(struct outgoing *o, const struct bus_peer *p)
{
	struct dispatch *d = dispatch_find(o, p);

	if (d != NULL && d->given > 0)
		d->given--;
}
