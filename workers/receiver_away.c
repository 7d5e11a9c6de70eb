/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dates and hours behind AWAY, in all seven languages at once. It asks no clock and knows no receiver.
 * Called by receiver_state.c.
 */
#include "receiver_away.h"

#include <stdio.h>
#include <string.h>

#include "base.h"
#include "match.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define MOST_MS (60 * DAY_MS)
#define MORNING 9 /* the hour of a date that has none */
#define PAIRS 3

enum unit {
	UNIT_NONE,
	UNIT_DAY,
	UNIT_HOUR,
	UNIT_TOMORROW,
};

/* How they begin, folded when they are looked up. */
static const struct {
	enum unit unit;
	const char *stem;
} units[] = { { UNIT_DAY, "күн" }, { UNIT_DAY, "дн" }, { UNIT_DAY, "день" },
	{ UNIT_DAY, "дня" }, { UNIT_DAY, "сут" }, { UNIT_DAY, "kun" },
	{ UNIT_DAY, "рӯз" }, { UNIT_DAY, "gün" }, { UNIT_DAY, "day" },
	{ UNIT_HOUR, "сағат" }, { UNIT_HOUR, "час" }, { UNIT_HOUR, "soat" },
	{ UNIT_HOUR, "саат" }, { UNIT_HOUR, "соат" }, { UNIT_HOUR, "sagat" },
	{ UNIT_HOUR, "hour" }, { UNIT_HOUR, "h" }, { UNIT_TOMORROW, "ертең" },
	{ UNIT_TOMORROW, "завтра" }, { UNIT_TOMORROW, "ertaga" },
	{ UNIT_TOMORROW, "эртең" }, { UNIT_TOMORROW, "пагоҳ" },
	{ UNIT_TOMORROW, "ertir" }, { UNIT_TOMORROW, "tomorrow" } };

/* What stands in the text. */
struct found {
	int day, month, year; /* 0: none */
	int hour, minute;     /* -1: none */
	int64_t number;       /* alone, -1: none */
	unsigned numbers;     /* alone */
	enum unit unit;
	bool nonsense;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
take_number(const char *p, int64_t *v)
{
	for (*v = 0; is_digit(*p); p++) {
		if (*v < 100000)
			*v = *v * 10 + (*p - '0');
	}
	return p;
}

/* Two or three numbers held together by . / : or -. */
static void
take_group(struct found *f, const int64_t *v, unsigned n, char sep)
{
	bool date = n == 3 ||
	    (sep != ':' && v[0] >= 1 && v[0] <= 31 && v[1] >= 1 && v[1] <= 12);

	if (date && f->day == 0 && v[0] >= 1 && v[0] <= 31 && v[1] >= 1 && v[1] <= 12) {
		f->day = (int)v[0];
		f->month = (int)v[1];
		f->year = n < 3 ? 0 : (int)(v[2] < 100 ? 2000 + v[2] : v[2]);
	} else if (n == 2 && f->hour < 0 && v[0] <= 23 && v[1] <= 59) {
		f->hour = (int)v[0];
		f->minute = (int)v[1];
	} else {
		f->nonsense = true;
	}
}

static void
take_numbers(struct found *f, const char *p)
{
	while (*p != '\0') {
		int64_t v[PAIRS];
		unsigned n = 0;
		char sep = '\0';

		if (!is_digit(*p)) {
			p++;
			continue;
		}
		p = take_number(p, &v[n++]);
		while (n < PAIRS && *p != '\0' && strchr("./:-", *p) != NULL &&
		    is_digit(p[1])) {
			sep = sep == '\0' ? *p : sep;
			p = take_number(p + 1, &v[n++]);
		}
		if (n > 1) {
			take_group(f, v, n, sep);
		} else {
			f->number = v[0];
			f->numbers++;
		}
	}
}

static enum unit
unit_of(const char *p, size_t n)
{
	static struct folded f;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		const char *s;
		size_t len;

		match_fold(&f, units[i].stem);
		s = match_token(&f, 0, &len);
		if (n >= len && memcmp(p, s, len) == 0 && (len > 1 || n == 1))
			return units[i].unit;
	}
	return UNIT_NONE;
}

static void
take_units(struct found *f, const char *text)
{
	static struct folded w;

	match_fold(&w, text);
	for (unsigned i = 0; i < w.tokens && f->unit == UNIT_NONE; i++) {
		size_t n;
		const char *p = match_token(&w, i, &n);

		if (!w.token[i].digits)
			f->unit = unit_of(p, n);
	}
}

/* Days since 1970 of a day of the civil calendar. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
	int64_t era = y / 400, of_era = y - era * 400;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    (153 * m + 2) / 5 + day - 1 - 719468;
}

static void
civil_of(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468, era = z / 146097, of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

/* Local milliseconds of a date; one that is over this year is of the next. */
static int64_t
at_date(const struct found *f, int64_t local)
{
	int year, month, day;
	int64_t days;

	civil_of(local / DAY_MS, &year, &month, &day);
	if (f->year != 0)
		year = f->year;
	days = days_of(year, f->month, f->day);
	if (f->year == 0 && days < local / DAY_MS)
		days = days_of(year + 1, f->month, f->day);
	return days * DAY_MS;
}

bool
away_until(const char *text, int64_t now_ms, int zone_minutes, int64_t *until_ms)
{
	struct found f = { .hour = -1, .number = -1 };
	int64_t local = now_ms + zone_minutes * MINUTE_MS, at;
	int64_t clock = MORNING * HOUR_MS;

	take_numbers(&f, text);
	take_units(&f, text);
	if (f.nonsense || f.numbers > 1)
		return false;
	if (f.hour >= 0)
		clock = f.hour * HOUR_MS + f.minute * MINUTE_MS;
	if (f.numbers == 1 && f.unit == UNIT_DAY)
		at = local + f.number * DAY_MS;
	else if (f.numbers == 1 && f.unit == UNIT_HOUR)
		at = local + f.number * HOUR_MS;
	else if (f.numbers == 1)
		return false; /* an hour, a day of the month, days? */
	else if (f.day != 0)
		at = at_date(&f, local) + clock;
	else if (f.unit == UNIT_TOMORROW)
		at = (local / DAY_MS + 1) * DAY_MS + clock;
	else if (f.hour >= 0)
		at = local / DAY_MS * DAY_MS + clock +
		    (local % DAY_MS >= clock ? DAY_MS : 0);
	else
		at = local + DAY_MS;
	*until_ms = at - zone_minutes * MINUTE_MS;
	return *until_ms > now_ms && *until_ms <= now_ms + MOST_MS;
}

void
away_text(int64_t at_ms, int zone_minutes, char out[AWAY_TEXT_MAX])
{
	int64_t local = at_ms + zone_minutes * MINUTE_MS;
	int year, month, day, of_day = (int)(local % DAY_MS / MINUTE_MS);

	civil_of(local / DAY_MS, &year, &month, &day);
	snprintf(out, AWAY_TEXT_MAX, "%02d.%02d %02d:%02d", day % 100, month % 100,
	    of_day / 60 % 100, of_day % 60);
}
