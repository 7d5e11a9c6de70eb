/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two limits of a text to a person: submit by, and the end of its window.
 * It reads no clock and no database. Called by step.c.
 */
#include "say_limits.h"

#define LEAST_MS (5 * 60000) /* S1: with less left in its window a text is not sent */

static bool
within(const struct say_times *at, struct say_limits *out)
{
	out->submit_by = out->window_until = at->until;
	return !at->stopped && at->until - at->now >= LEAST_MS;
}

bool
say_limits(enum say_as as, const struct say_times *at, struct say_limits *out)
{
	out->submit_by = at->t0 + at->answer_ms;
	out->window_until = at->t0 + at->window_ms;
	switch (as) {
	case SAY_REPLY:
		break;
	case SAY_STRANGER:
		out->window_until = out->submit_by + LEAST_MS;
		break;
	case SAY_KNOCK:
	case SAY_WITNESS:
	case SAY_DESK:
		return within(at, out);
	case SAY_NOTHING:
		return false;
	}
	return !at->late;
}
