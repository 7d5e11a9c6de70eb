/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shifts of phones and opening hours of receivers as people write them, and whether one is on now.
 * It knows no holiday and has no time of its own. Called by registry.c, by the ladder and by the tests.
 */
#include "shift.h"

#include <string.h>

#define MINUTE_MS 60000LL
#define DAY_MINUTES 1440
#define ALL_DAYS 0x7fU

static const char *const day_names[7] = { "mon", "tue", "wed", "thu", "fri", "sat",
	"sun" };

/* "08:30" up to "24:00"; what is behind it, NULL for anything else. */
static const char *
read_minute(const char *s, uint16_t *out)
{
	int v;

	if (strspn(s, "0123456789") != 2 || s[2] != ':' ||
	    strspn(s + 3, "0123456789") != 2)
		return NULL;
	v = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 + s[4] - '0';
	*out = (uint16_t)v;
	return v <= DAY_MINUTES && s[3] < '6' ? s + 5 : NULL;
}

/* 0 for Monday; -1 for no day. */
static int
read_day(const char *s)
{
	for (int i = 0; i < 7; i++) {
		if (strncmp(s, day_names[i], 3) == 0)
			return i;
	}
	return -1;
}

/* "mon-fri,sun"; what is behind it, NULL for anything else. */
static const char *
read_days(const char *s, uint8_t *out)
{
	unsigned days = 0;

	for (;; s++) {
		int from = read_day(s), to = from;

		if (from < 0)
			return NULL;
		s += 3;
		if (*s == '-') {
			to = read_day(s + 1);
			if (to < 0)
				return NULL;
			s += 4;
		}
		for (int d = from; d != to; d = (d + 1) % 7)
			days |= 1U << d;
		days |= 1U << to;
		if (*s != ',')
			break;
	}
	*out = (uint8_t)days;
	return s;
}

static const char *
read_span(const char *s, struct shift_span *out)
{
	s = read_minute(s, &out->from);
	if (s == NULL || *s != '-')
		return NULL;
	s = read_minute(s + 1, &out->to);
	if (s == NULL || out->from == out->to || out->from == DAY_MINUTES)
		return NULL;
	out->days = ALL_DAYS;
	if (*s != ' ')
		return s;
	s += strspn(s, " ");
	return *s == ';' || *s == '\0' ? s : read_days(s, &out->days);
}

bool
shift_parse(const char *s, struct shift *out)
{
	memset(out, 0, sizeof(*out));
	s += strspn(s, " ");
	if (*s == '\0')
		return true;
	for (;; s++) {
		s += strspn(s, " ");
		if (out->n == SHIFT_SPANS)
			return false;
		s = read_span(s, &out->v[out->n]);
		if (s == NULL)
			return false;
		out->n++;
		s += strspn(s, " ");
		if (*s == '\0')
			return true;
		if (*s != ';')
			return false;
	}
}

static bool
is_within(const struct shift_span *p, unsigned day, unsigned minute)
{
	unsigned before = (day + 6) % 7;

	if (p->from < p->to)
		return (p->days >> day & 1U) != 0 && minute >= p->from && minute < p->to;
	return ((p->days >> day & 1U) != 0 && minute >= p->from) ||
	    ((p->days >> before & 1U) != 0 && minute < p->to);
}

bool
shift_is_on(const char *shift, int64_t at_ms, int zone_minutes)
{
	int64_t local = at_ms / MINUTE_MS + zone_minutes;
	unsigned day = (unsigned)((local / DAY_MINUTES + 3) %
	    7); /* 1970 began on a Thursday */
	unsigned minute = (unsigned)(local % DAY_MINUTES);
	struct shift s;

	if (!shift_parse(shift, &s) || s.n == 0)
		return true;
	for (unsigned i = 0; i < s.n; i++) {
		if (is_within(&s.v[i], day, minute))
			return true;
	}
	return false;
}
