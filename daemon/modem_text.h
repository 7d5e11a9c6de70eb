/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between the alphabet and time stamps of libgammu's messages and ours. Pure; no type of libgammu.
 * It never guesses: what is ill-formed becomes U+FFFD, an impossible time none. Called by modem_gammu*.c.
 */
#ifndef SHYRAQ_MODEM_TEXT_H
#define SHYRAQ_MODEM_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

/*
 * `units` of UTF-16 BE to UTF-8, cut on a character's border. Lone surrogates and NULs become U+FFFD.
 * `doubled`: libgammu wrote "~~" for "~" and "~" for U+0001; units are those before that. Returns bytes.
 */
size_t modem_text_utf8(
    char *dst, size_t size, const uint8_t *src, size_t units, bool doubled);
/* Units up to the NUL unit, at most max. */
size_t modem_text_units(const uint8_t *src, size_t max);
/*
 * n bytes of UTF-8 to UTF-16 BE with a NUL unit; returns units, 0 when more than max. `plain`: no "~",
 * which libgammu takes for a command in UCS-2; a small tilde stands for it.
 */
size_t modem_text_utf16(uint8_t *dst, size_t max, const char *src, size_t n, bool plain);

/*
 * What follows "+CUSD:" in a line: mode, and the text as UTF-8. `ucs2`: the modem's charset, else plain
 * letters unless the data coding says UCS-2. False: no such line.
 */
bool modem_text_ussd(const char *rest, bool ucs2, int *mode, char *out, size_t size);

struct modem_time {
	int year, month, day, hour, minute, second;
	int zone_s; /* east of UTC */
};
/* Unix ms, or 0 when there is no such time. *zone: the zone is one that exists. */
int64_t modem_time_ms(const struct modem_time *t, bool *zone);

/* Fowler-Noll-Vo over several pieces; start with MODEM_PRINT. */
#define MODEM_PRINT UINT64_C(14695981039346656037)
uint64_t modem_print(uint64_t print, const void *p, size_t n);

#endif
