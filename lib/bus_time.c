/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way of a frame counts as time passed (docs/adr/0002): by the receiver's clock alone.
 * It never makes a time longer. Called by bus.c for each frame, and by tests.
 */
#include "bus.h"

/* 0 means "no limit" on the bus: what is over has 1 ms left, and dies at its holder. */
static void
less(uint64_t *left, uint64_t late)
{
	if (*left != 0)
		*left = *left > late ? *left - late : 1;
}

static bool
has_time(const struct bus_msg *m)
{
	if (m->type == BUS_VERDICTS)
		return m->u.verdicts.sends_n > 0;
	return m->type == BUS_SMS_IN || m->type == BUS_RECEIPT || m->type == BUS_SEND ||
	    m->type == BUS_USSD_IN;
}

bool
bus_count_way(struct bus_msg *m, int64_t now_ms)
{
	uint64_t now = (uint64_t)now_ms, then = m->times.heard + m->times.heard_ago;
	uint64_t late = now > then ? now - then : 0;

	if (!has_time(m))
		return true;
	/* an answer to what was never said, or to what is not said yet, is a lie */
	if (m->times.heard == 0 || m->times.heard > now || then < m->times.heard)
		return false;
	/* whoever sent it has long offered or asked again; nobody remembers that far back */
	if (late > BUS_STALE_MS)
		return false;
	if (m->type == BUS_SMS_IN) {
		m->u.sms_in.age_ms += late;
	} else if (m->type == BUS_USSD_IN) {
		m->u.ussd_in.age_ms += late;
	} else if (m->type == BUS_RECEIPT) {
		m->u.receipt.age_ms += late;
	} else if (m->type == BUS_SEND) {
		less(&m->u.send.submit_ms, late);
		less(&m->u.send.window_ms, late);
	} else {
		for (uint32_t i = 0; i < m->u.verdicts.sends_n; i++) {
			less(&m->u.verdicts.sends[i].submit_ms, late);
			less(&m->u.verdicts.sends[i].window_ms, late);
		}
	}
	return true;
}
