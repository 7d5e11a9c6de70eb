/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Days and hours with their zone, to and from milliseconds since 1970. It reads no clock and keeps nothing.
 * Called as instant.h says.
 */
#include "instant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define HOME_MINUTES 300 /* a day that names no zone */

/* Days since 1970 of the civil calendar. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, m = month > 2 ? month - 3 : month + 9;
	int64_t era = y / 400, yoe = y - era * 400, doy = (153 * m + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
is_date(int year, int month, int day)
{
	static const int most[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return year >= 2000 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 &&
	    day <= most[month - 1] && (month != 2 || day <= 28 || leap);
}

/* "Z", "+05", "+0530", "+05:30", "-3": minutes east. */
static bool
zone_of(const char *s, int64_t *minutes)
{
	int h = 0, m = 0, used = 0;
	bool west = *s == '-';

	if (strcmp(s, "Z") == 0) {
		*minutes = 0;
		return true;
	}
	if ((*s != '+' && *s != '-') ||
	    (sscanf(s + 1, "%2d:%2d%n", &h, &m, &used) != 2 &&
		sscanf(s + 1, "%2d%2d%n", &h, &m, &used) != 2 &&
		(m = 0, sscanf(s + 1, "%2d%n", &h, &used) != 1)) ||
	    s[1 + used] != '\0' || h < 0 || h > 14 || m < 0 || m > 59)
		return false;
	*minutes = (west ? -1 : 1) * (h * 60 + m);
	return true;
}

bool
instant_parse(const char *s, int64_t base_ms, int64_t *ms)
{
	int year, month, day, hour, minute, used = 0;
	int64_t zone;
	char *end, t;

	if (strcmp(s, "now") == 0) {
		*ms = base_ms;
		return true;
	}
	if (s[0] == '+') {
		errno = 0;
		*ms = strtoll(s + 1, &end, 10);
		if (errno != 0 || end == s + 1 || *ms < 1 || *ms > 100000 ||
		    (strcmp(end, "h") != 0 && strcmp(end, "m") != 0))
			return false;
		*ms = base_ms + *ms * (*end == 'h' ? 60 : 1) * MINUTE_MS;
		return true;
	}
	if (sscanf(s, "%4d-%2d-%2d%c%2d:%2d%n", &year, &month, &day, &t, &hour, &minute,
		&used) != 6 ||
	    (t != ' ' && t != 'T') || !is_date(year, month, day) || hour > 23 ||
	    hour < 0 || minute < 0 || minute > 59 || !zone_of(s + used, &zone))
		return false;
	*ms = days_of(year, month, day) * DAY_MS +
	    (hour * 60 + minute - zone) * MINUTE_MS;
	return true;
}

bool
instant_day(const char *s, bool end, int64_t *ms)
{
	int year, month, day, used = 0;

	if (strlen(s) != 10 ||
	    sscanf(s, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used != 10 ||
	    !is_date(year, month, day))
		return false;
	*ms = (days_of(year, month, day) + end) * DAY_MS - HOME_MINUTES * MINUTE_MS;
	return true;
}

void
instant_until(char out[INSTANT_MAX], int64_t ms)
{
	bool ends_day = (ms + HOME_MINUTES * MINUTE_MS) % DAY_MS == 0;
	time_t at = (time_t)((ends_day ? ms - MINUTE_MS : ms) / 1000);
	struct tm tm;

	if (ends_day)
		at += HOME_MINUTES * 60;
	gmtime_r(&at, &tm);
	strftime(out, INSTANT_MAX, ends_day ? "%Y-%m-%d" : "%Y-%m-%d %H:%MZ", &tm);
}
