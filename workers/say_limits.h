/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S1: whether a text may go to a person, by when it is submitted, and how long it may be in the air.
 * The one place where this is decided, for each way a text to a person comes about. Pure; called by the turn.
 */
#ifndef SHYRAQ_SAY_LIMITS_H
#define SHYRAQ_SAY_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

enum say_as {
	SAY_REPLY, /* automatic: within 90 s of t0, in the air while the window is open */
	SAY_STRANGER, /* S18: the same 90 s, and the least validity */
	SAY_KNOCK,    /* S1b: inside the safe time */
	SAY_WITNESS,  /* a question with content, inside the witness window */
	SAY_DESK,     /* a case worker's own words: the rest of the window */
	SAY_NOTHING,  /* a timer, an end: never */
};

struct say_times {
	int64_t t0, now;
	int64_t
	    until; /* SAY_KNOCK: end of the safe time; SAY_WITNESS, SAY_DESK: of the window */
	int64_t answer_ms, window_ms;
	bool late, stopped;
};

struct say_limits {
	int64_t submit_by, window_until;
};

/* False: it must not be sent at all. */
bool say_limits(enum say_as as, const struct say_times *at, struct say_limits *out);

#endif
