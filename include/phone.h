/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers in E.164 normal form, and peer_ref, the only way a number reaches a log.
 * It never prints a number. Called where a number enters, and by who logs.
 */
#ifndef SHYRAQ_PHONE_H
#define SHYRAQ_PHONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define PHONE_MAX 20 /* "+", 15 digits (E.164), NUL, and room */

struct phone {
	char s
	    [PHONE_MAX]; /* "+77010000001", or digits alone for a short code of 3 to 6 digits */
};

/*
 * `in` as a network shows it: "+7701…", "007701…", "7701…" (international TON), "8701…" in country 7,
 * blanks and dashes dropped. RC_REFUSED: alphanumeric, empty, too long.
 */
MUST_CHECK enum rc phone_parse(const char *in, struct phone *out);
bool phone_is_short(const struct phone *p);

/* ISO 3166 alpha-2 of the number's country as far as it matters here ("KZ" for +7 6xx and 7xx, "RU" for other +7), "" if unknown. */
const char *phone_country(const struct phone *p);

struct peer_ref {
	char s[12]; /* 8 hex digits of a keyed hash */
};
/* Sets the log key (32 bytes), once, at birth; without it peer_ref gives "--------". */
void phone_set_log_key(const uint8_t key[32]);
struct peer_ref peer_ref(const struct phone *p);

#endif
