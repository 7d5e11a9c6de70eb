/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A wire in memory in the place of daemon/smpp_wire.c: what opens, closes and says nothing of its own.
 * It never reads or writes: that is smpp_session_fuzz.c, the only one to include it.
 */
#ifndef SHYRAQ_FUZZ_SMPP_WIRE_FAKE_H
#define SHYRAQ_FUZZ_SMPP_WIRE_FAKE_H

#include <stdlib.h>

#include "fuzz.h"
#include "smpp_frame.h"
#include "smpp_wire.h"

/* the wire: what the SMSC wrote, whether it reads, who wants to know */
struct smpp_wire {
	struct smpp_wire_options o;
	enum {
		CLOSED,
		OPENING,
		OPEN
	} is;
	bool full, gone;
	const uint8_t *in;
	size_t in_n;
	struct smpp_frames out;
};

void
smpp_wire_free(struct smpp_wire *w)
{
	smpp_frames_clear(&w->out);
	free(w);
}

void
smpp_wire_open(struct smpp_wire *w)
{
	w->is = OPENING;
	w->gone = false;
}

void
smpp_wire_is_good(struct smpp_wire *w)
{
	insist(w->is != CLOSED);
}

void
smpp_wire_close(struct smpp_wire *w)
{
	w->is = CLOSED;
	w->in_n = 0;
	smpp_frames_reset(&w->out);
}

const char *
smpp_wire_why(const struct smpp_wire *w)
{
	(void)w;
	return "gone";
}

void
smpp_wire_tick(struct smpp_wire *w)
{
	(void)w;
}

#endif
