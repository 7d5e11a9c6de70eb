/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "AWAY until": a date or an hour as people write it.
 * Pure: it asks no clock. Called by receiver_state.c.
 */
#ifndef SHYRAQ_RECEIVER_AWAY_H
#define SHYRAQ_RECEIVER_AWAY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "12.03", "12.03.26", "12/03 18:00", "18:00", "tomorrow", "3 days", "5 h", nothing at all (a day). A date
 * without an hour is 09:00 of it, an hour without a date the next such. At most 60 days ahead. False: it
 * cannot be told what they mean ("away 18").
 */
bool away_until(const char *text, int64_t now_ms, int zone_minutes, int64_t *until_ms);

#define AWAY_TEXT_MAX 16
/* "12.03 18:00", local. */
void away_text(int64_t at_ms, int zone_minutes, char out[AWAY_TEXT_MAX]);

#endif
