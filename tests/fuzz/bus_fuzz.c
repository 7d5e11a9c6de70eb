/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames of the bus from anyone: whatever unpacks is within its bounds and packs to a like message.
 * Called by make fuzz.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct bus_msg *m)
{
	if (m->type == BUS_SMS_IN) {
		const struct bus_sms_in *s = &m->u.sms_in;

		if (s->text_n >= BUS_TEXT_MAX || s->text[s->text_n] != '\0' ||
		    s->part > s->total || s->udh_n > BUS_UDH_MAX ||
		    s->stamp_n > BUS_STAMP_MAX)
			abort();
		if (s->body == BUS_BODY_TEXT && !str_is_utf8(s->text, s->text_n))
			abort();
	}
	if (m->type == BUS_VERDICTS &&
	    (m->u.verdicts.verdicts_n > BUS_VERDICTS_MAX ||
		m->u.verdicts.sends_n > BUS_VERDICTS_MAX))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bus_room *room;
	static struct bus_msg m, again;
	enum bus_type type;
	uint8_t *p;
	size_t n;

	if (room == NULL)
		room = bus_room_new();
	if (bus_unpack(data, size, room, &m) != RC_OK)
		return 0;
	check(&m);
	p = bus_pack(&m, &n);
	type = m.type;
	if (bus_unpack(p, n, room, &again) != RC_OK || again.type != type)
		abort();
	free(p);
	return 0;
}
