/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Safe times: minutes of a day in a zone to points of the wall clock.
 * It knows nobody's case. Called by deeds.c, knock.c and relay.c.
 */
#include "safe_time.h"

#include <string.h>

#include "str.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MIN 1440
#define DAY_MS (DAY_MIN * MINUTE_MS)
#define LEAST_MS (5 * MINUTE_MS)

static bool
minutes_of(const char *p, int *out)
{
	int hour, minute;

	if (strspn(p, "0123456789") < 4)
		return false;
	hour = (p[0] - '0') * 10 + p[1] - '0';
	minute = (p[2] - '0') * 10 + p[3] - '0';
	*out = hour * 60 + minute;
	return minute < 60 && *out <= DAY_MIN;
}

bool
safe_parse(const char *code, int widest, int *from, int *to)
{
	if (strlen(code) != 9 || code[4] != '-' || !minutes_of(code, from) ||
	    !minutes_of(code + 5, to) || *from == DAY_MIN || *from == *to)
		return false;
	if (*to < *from)
		*to += DAY_MIN;
	return *to - *from <= widest;
}

void
safe_code(int from, int to, char out[SAFE_CODE_MAX])
{
	size_t len = 0;

	if (to > DAY_MIN)
		to -= DAY_MIN;
	(void)!str_add(out, SAFE_CODE_MAX, &len, "%02d%02d-%02d%02d", from / 60,
	    from % 60, to / 60, to % 60);
}

bool
safe_next(const struct safe_time *s, int64_t at, int64_t *start, int64_t *end)
{
	int64_t zone = s->zone * MINUTE_MS;
	int64_t day = (at + zone) / DAY_MS * DAY_MS - zone;

	if (s->until_ms == 0 || s->to <= s->from)
		return false;
	for (int i = -1; i <= 1; i++) {
		*start = day + i * DAY_MS + s->from * MINUTE_MS;
		*end = day + i * DAY_MS + s->to * MINUTE_MS;
		if (*end - at >= LEAST_MS)
			return *start < s->until_ms;
	}
	return false;
}

void
safe_hour(const struct safe_time *s, char out[SAFE_HOUR_MAX])
{
	int from = s->from, to = s->to % DAY_MIN;
	size_t len = 0;

	if (s->to == DAY_MIN)
		to = DAY_MIN;
	if (from % 60 == 0 && to % 60 == 0)
		(void)!str_add(out, SAFE_HOUR_MAX, &len, "%d-%d", from / 60, to / 60);
	else
		(void)!str_add(out, SAFE_HOUR_MAX, &len, "%02d:%02d-%02d:%02d", from / 60,
		    from % 60, to / 60, to % 60);
}
