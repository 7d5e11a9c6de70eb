/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a phone is on shift or a receiver open: "20:00-08:00 mon-fri", spans of local time. Pure.
 * It knows no holiday and has no time of its own. Called by the registry's checks and by the ladder.
 */
#ifndef SHYRAQ_SHIFT_H
#define SHYRAQ_SHIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define SHIFT_SPANS 4

struct shift_span {
	uint16_t from, to; /* minutes of a day; to < from goes on into the next day */
	uint8_t days;      /* on which it begins; bit 0: Monday */
};
struct shift {
	uint8_t n; /* 0: always */
	struct shift_span v[SHIFT_SPANS];
};

/*
 * Spans parted by ";", each "HH:MM-HH:MM" and, behind a blank, days: "mon-fri", "sat,sun", "fri-mon,wed"
 * (all without). "" is always. False: anything else, also a span without a minute.
 */
MUST_CHECK bool shift_parse(const char *s, struct shift *out);

/*
 * Whether a shift is on at this moment, in a zone so many minutes east of UTC. What cannot be read is on:
 * better asked at night than not at all.
 */
bool shift_is_on(const char *shift, int64_t at_ms, int zone_minutes);

#endif
