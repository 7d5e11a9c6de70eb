/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S1b: the hours in which a person agreed to be written to, in the zone of the place. Pure: it reads no
 * clock. Called by the deeds of a flow and by the knock.
 */
#ifndef SHYRAQ_SAFE_TIME_H
#define SHYRAQ_SAFE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#define SAFE_HOUR_MAX 16
#define SAFE_CODE_MAX 10

struct safe_time {
	int from, to; /* minutes of the day; `to` is later, above 1440 past midnight */
	int zone;     /* minutes east of UTC */
	int64_t until_ms; /* no safe time begins after it; 0: none was agreed */
};

/* "2200-2300" of the slot "hour"; false: no such time, or wider than `widest` minutes. */
bool safe_parse(const char *code, int widest, int *from, int *to);

/* The safe time that goes on at `at` for five minutes more, else the next one. False: there is none. */
bool safe_next(const struct safe_time *s, int64_t at, int64_t *start, int64_t *end);

/* The other way round. */
void safe_code(int from, int to, char out[SAFE_CODE_MAX]);

/* "22-23" or "22:30-23:30". */
void safe_hour(const struct safe_time *s, char out[SAFE_HOUR_MAX]);

#endif
