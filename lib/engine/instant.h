/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instants as people write them at a console and in a sheet: with a zone, or a day alone. Pure: it reads
 * no clock. Called by console/ctl_duty.c, ctl_operation.c, ctl_receiver_list.c and registry.c.
 */
#ifndef SHYRAQ_INSTANT_H
#define SHYRAQ_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define INSTANT_MAX 32

/* "now", "+8h", "+30m" from `base`, or "2026-11-22 20:00Z", "2026-11-22T20:00+05". False: none of these. */
MUST_CHECK bool instant_parse(const char *s, int64_t base_ms, int64_t *ms);

/* "2026-12-31", in Kazakhstan's time (UTC+5): where the day begins or, with `end`, where it ends. */
MUST_CHECK bool instant_day(const char *s, bool end, int64_t *ms);

/* As a sheet has the end of something: a day alone where the instant is the end of one, else with Z. */
void instant_until(char out[INSTANT_MAX], int64_t ms);

#endif
