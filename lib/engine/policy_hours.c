/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening hours, working days and holidays: how far a clock that counts them goes.
 * It has no time of its own. Called by policy_next.c, by policy.c for the lists, and by the tests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_priv.h"

#define DAYS_MOST \
	400 /* a calendar without a working day in so many days counts as open */

/* Days since 1970-01-01 of a date of the Gregorian calendar, by eras of 400 years. */
static int32_t
days_of(int y, int m, int d)
{
	int era, yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* -(100 month + day) of a day. */
static int32_t
month_day_of(int32_t day)
{
	int32_t z = day + 719468, era = z / 146097, doe = z - era * 146097;
	int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	return -(100 * (mp < 10 ? mp + 3 : mp - 9) + doy - (153 * mp + 2) / 5 + 1);
}

static bool
is_listed(const int32_t *v, unsigned n, int32_t day)
{
	for (unsigned i = 0; i < n; i++) {
		if (v[i] == day || (v[i] < 0 && v[i] == month_day_of(day)))
			return true;
	}
	return false;
}

static bool
is_working_day(const struct policy_hours *h, int32_t day)
{
	unsigned weekday = (unsigned)(day + 3) % 7;

	if (is_listed(h->work, h->works, day))
		return true;
	return (h->days >> weekday & 1U) != 0 && !is_listed(h->holiday, h->holidays, day);
}

static int64_t
local_of(int64_t ms, int zone_minutes)
{
	return ms + zone_minutes * MINUTE_MS;
}

bool
policy_is_open(const struct policy_hours *h, int64_t at_ms, int zone_minutes)
{
	int64_t local = local_of(at_ms, zone_minutes);
	int64_t minute = local % DAY_MS / MINUTE_MS;

	return is_working_day(h, (int32_t)(local / DAY_MS)) && minute >= h->from &&
	    minute < h->to;
}

int64_t
policy_as_sunday(const struct policy_hours *h, int64_t at_ms, int zone_minutes)
{
	int32_t day = (int32_t)(local_of(at_ms, zone_minutes) / DAY_MS);

	return !is_listed(h->work, h->works, day) &&
		is_listed(h->holiday, h->holidays, day)
	    ? at_ms + (6 - (day + 3) % 7) * DAY_MS
	    : at_ms;
}

int64_t
policy_add_minutes(
    const struct policy_hours *h, int64_t from_ms, int64_t minutes, int zone_minutes)
{
	int64_t left = minutes * MINUTE_MS, local;
	int32_t day;

	if (h == NULL || h->from >= h->to)
		return from_ms + left;
	local = local_of(from_ms, zone_minutes);
	day = (int32_t)(local / DAY_MS);
	for (int i = 0; i < DAYS_MOST; day++) {
		int64_t open = day * DAY_MS + h->from * MINUTE_MS;
		int64_t close = day * DAY_MS + h->to * MINUTE_MS;

		if (!is_working_day(h, day)) {
			i++;
			continue;
		}
		i = 0;
		if (local < open)
			local = open;
		if (local < close && left <= close - local)
			return local_of(local + left, -zone_minutes);
		if (local < close)
			left -= close - local;
	}
	return from_ms + minutes * MINUTE_MS;
}

int64_t
policy_next_morning(const struct policy_hours *h, int64_t from_ms, int zone_minutes)
{
	int64_t local = local_of(from_ms, zone_minutes);
	int32_t day = (int32_t)(local / DAY_MS);

	for (int i = 0; i < DAYS_MOST; i++, day++) {
		int64_t open = day * DAY_MS + h->from * MINUTE_MS;

		if (open > local && is_working_day(h, day))
			return local_of(open, -zone_minutes);
	}
	return from_ms + DAY_MS;
}

/* "05-01", "2026-05-27"; false for anything else. */
static bool
read_day(const char *s, int32_t *out)
{
	static const int most[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int y = 0, m, d, used = 0;
	bool yearly = strlen(s) == 5;

	if (s[strspn(s, "0123456789-")] != '\0' || (!yearly && strlen(s) != 10))
		return false;
	if (yearly && (sscanf(s, "%2d-%2d%n", &m, &d, &used) != 2 || used != 5))
		return false;
	if (!yearly &&
	    (sscanf(s, "%4d-%2d-%2d%n", &y, &m, &d, &used) != 3 || used != 10 ||
		y < 1970))
		return false;
	if (m < 1 || m > 12 || d < 1 || d > most[m - 1] ||
	    (!yearly && m == 2 && d == 29 &&
		(y % 4 != 0 || (y % 100 == 0 && y % 400 != 0))))
		return false;
	*out = yearly ? -(100 * m + d) : days_of(y, m, d);
	return true;
}

/* "05-27 name" or "work 2026-05-30 name". */
static const char *
take_line(char *line, struct policy_hours *h)
{
	char *at = line + strspn(line, " \t"), *end;
	bool work = strncmp(at, "work ", 5) == 0;
	uint8_t *n = work ? &h->works : &h->holidays;
	int32_t day;

	at[strcspn(at, "\r\n#")] = '\0';
	if (at[strspn(at, " \t")] == '\0')
		return NULL;
	at += work ? 5 : 0;
	end = at + strcspn(at, " \t");
	*end = '\0';
	if (!read_day(at, &day))
		return "no day; allowed: 2026-05-27, 05-01 (every year), work 2026-05-30";
	if (*n == HOLIDAYS_MAX)
		return "too many days";
	(work ? h->work : h->holiday)[(*n)++] = day;
	return NULL;
}

enum rc
policy_holidays_read(const char *path, struct policy_hours *h, struct flow_err *err)
{
	FILE *f = fopen(path, "re");
	const char *wrong = NULL;
	unsigned n = 0;
	char line[256];

	if (f == NULL && errno == ENOENT)
		return RC_OK;
	if (f == NULL)
		wrong = "cannot be read";
	while (wrong == NULL && fgets(line, sizeof line, f) != NULL) {
		n++;
		wrong = strchr(line, '\n') == NULL && !feof(f) ? "the line is too long"
							       : take_line(line, h);
	}
	if (f != NULL)
		fclose(f);
	if (wrong == NULL)
		return RC_OK;
	if (snprintf(err->s, sizeof err->s, "%s:%u: holidays: %s", path, n, wrong) < 0)
		err->s[0] = '\0';
	return RC_REFUSED;
}
