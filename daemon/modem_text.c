/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-16 to UTF-8 and back, time stamps, prints of messages: the pure part of the modem's thread.
 * It never calls libgammu and keeps no state. Called by modem_gammu*.c.
 */
#include "modem_text.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"

#define REPLACEMENT 0xfffdu
#define USSD_UNITS_MAX 182
#define ZONE_MOST_S (14 * 3600)

static bool
is_high(uint32_t u)
{
	return u >= 0xd800 && u <= 0xdbff;
}

static bool
is_low(uint32_t u)
{
	return u >= 0xdc00 && u <= 0xdfff;
}

size_t
modem_text_utf8(char *dst, size_t size, const uint8_t *src, size_t units, bool doubled)
{
	size_t len = 0, at = 0;

	for (size_t i = 0; i < units; i++, at++) {
		uint32_t u = (uint32_t)src[2 * at] << 8 | src[2 * at + 1];
		uint32_t v = (uint32_t)src[2 * at + 2] << 8 | src[2 * at + 3];
		char c[4];
		size_t n;

		if (doubled && u == '~' && v == '~') {
			at++;
		} else if (is_high(u) && i + 1 < units && is_low(v)) {
			u = 0x10000 + ((u - 0xd800) << 10) + (v - 0xdc00);
			at++;
			i++;
		} else if (u == 0 || is_high(u) || is_low(u) || (doubled && u == '~')) {
			u = REPLACEMENT;
		}
		n = str_put(c, u);
		if (len + n >= size)
			break;
		memcpy(dst + len, c, n);
		len += n;
	}
	dst[len] = '\0';
	return len;
}

size_t
modem_text_units(const uint8_t *src, size_t max)
{
	size_t n = 0;

	while (n < max && (src[2 * n] != 0 || src[2 * n + 1] != 0))
		n++;
	return n;
}

static void
put_unit(uint8_t *dst, size_t at, uint32_t u)
{
	dst[2 * at] = (uint8_t)(u >> 8);
	dst[2 * at + 1] = (uint8_t)u;
}

size_t
modem_text_utf16(uint8_t *dst, size_t max, const char *src, size_t n, bool plain)
{
	size_t units = 0;

	while (n > 0) {
		uint32_t cp;
		size_t step = str_next(src, n, &cp);

		if (step == 0)
			break;
		src += step;
		n -= step;
		if (plain && cp == '~')
			cp = 0x02dc;
		if (units + (cp > 0xffff ? 2u : 1u) > max)
			return 0;
		if (cp > 0xffff) {
			put_unit(dst, units++, 0xd800 + ((cp - 0x10000) >> 10));
			cp = 0xdc00 + ((cp - 0x10000) & 0x3ff);
		}
		put_unit(dst, units++, cp);
	}
	put_unit(dst, units, 0);
	return units;
}

static bool
is_ucs2(int dcs)
{
	return (dcs & 0xcc) == 0x48 || dcs == 0x11;
}

bool
modem_text_ussd(const char *rest, bool ucs2, int *mode, char *out, size_t size)
{
	const char *begin = strchr(rest, '"');
	const char *end = begin == NULL ? NULL : strrchr(begin + 1, '"');
	uint8_t raw[2 * USSD_UNITS_MAX + 2] = { 0 };
	char *after;
	size_t n, len = 0;

	*mode = (int)strtol(rest, &after, 10);
	out[0] = '\0';
	if (after == rest || *mode < 0 || *mode > 5)
		return false;
	if (end == NULL)
		return true;
	n = (size_t)(end - begin - 1);
	if (ucs2 || (end[1] == ',' && is_ucs2(atoi(end + 2)))) {
		char hex[4 * USSD_UNITS_MAX + 1];

		if (n >= sizeof(hex))
			return false;
		memcpy(hex, begin + 1, n);
		hex[n] = '\0';
		if (!str_unhex(raw, sizeof(raw) - 2, &len, hex))
			return false;
		modem_text_utf8(out, size, raw, len / 2, false);
	} else if (n < size) {
		memcpy(out, begin + 1, n);
		out[n] = '\0';
		return str_is_utf8(out, n);
	}
	return true;
}

/* Days since 1970-01-01 in the Gregorian calendar, after Howard Hinnant's "chrono" paper. */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t
modem_time_ms(const struct modem_time *t, bool *zone)
{
	int64_t s;

	*zone = t->zone_s >= -ZONE_MOST_S && t->zone_s <= ZONE_MOST_S;
	if (t->year < 1990 || t->year > 2089 || t->month < 1 || t->month > 12 ||
	    t->day < 1 || t->day > 31 || t->hour < 0 || t->hour > 23 || t->minute < 0 ||
	    t->minute > 59 || t->second < 0 || t->second > 59)
		return 0;
	s = days_of(t->year, t->month, t->day) * 86400 + t->hour * 3600 + t->minute * 60 +
	    t->second;
	return (s - (*zone ? t->zone_s : 0)) * 1000;
}

uint64_t
modem_print(uint64_t print, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		print = (print ^ b[i]) * UINT64_C(1099511628211);
	/* the length too, so that pieces do not run into each other */
	for (size_t i = 0; i < sizeof(n); i++)
		print = (print ^ (uint8_t)(n >> 8 * i)) * UINT64_C(1099511628211);
	return print;
}
