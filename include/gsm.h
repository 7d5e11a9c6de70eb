/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GSM-7 or UCS-2: how many units and parts a text costs, where it is split (3GPP TS 23.038, 23.040).
 * It encodes nothing for the air; drivers do. Called by texts' checks, drivers and the screens.
 */
#ifndef SHYRAQ_GSM_H
#define SHYRAQ_GSM_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define GSM_PARTS_MAX 50
#define GSM_USSD_SEPTETS 182
#define GSM_USSD_UCS2 80

enum gsm_alphabet {
	GSM_7BIT,
	GSM_UCS2,
};

struct gsm_size {
	enum gsm_alphabet alphabet;
	unsigned units; /* septets (extension table: two) or UTF-16 units */
	unsigned
	    parts; /* 160/153 septets, 70/67 UCS-2; a surrogate pair, an escape pair not split; 0 for "" */
};

/* `utf8` is well-formed. */
struct gsm_size gsm_size_of(const char *utf8);

/* Byte offset where each part begins; returns the number of parts, or 0 when more than GSM_PARTS_MAX. */
unsigned gsm_split(const char *utf8, size_t at[GSM_PARTS_MAX]);

bool gsm_fits_screen(const char *utf8);

/* Septets that one character costs: 1, 2 (extension table), or 0 when GSM-7 does not have it. */
unsigned gsm_septets(uint32_t cp);

/* The default alphabet (3GPP TS 23.038, 6.2.1) and its extension: the character of a septet, 0 for none. */
#define GSM_SEPTETS 128
#define GSM_ESCAPE 0x1b
uint32_t gsm_basic(unsigned septet);
uint32_t gsm_extended(unsigned septet);

/*
 * TP-VP, relative form (3GPP TS 23.040 9.2.3.12.1), for at most `left_ms`: rounded down to the step,
 * never past it. RC_REFUSED when less than 5 minutes are left. *minutes is what the octet stands for.
 */
MUST_CHECK enum rc gsm_validity(int64_t left_ms, uint8_t *octet, unsigned *minutes);

/*
 * A concatenation header in a UDH (3GPP TS 23.040 9.2.3.24): IEI 0x00 (8 bit) or 0x08 (16 bit),
 * found among other elements; of several the last counts. `udh` begins with its length octet; what
 * stands after the header (an SMPP short_message's text) is not looked at. RC_AGAIN: none there, a
 * single message. RC_REFUSED: malformed, part 0, part > total, total 0.
 */
struct gsm_concat {
	uint16_t ref;
	uint8_t ref_bits; /* 8 or 16 */
	uint8_t total;
	uint8_t part;
};
MUST_CHECK enum rc gsm_concat_parse(const uint8_t *udh, size_t n, struct gsm_concat *out);

/*
 * Whether a well-formed UDH names a national language shift table (IEI 0x24 single, 0x25 locking): its
 * text was read with the default alphabet and may hold other letters than were written.
 */
bool gsm_has_shift(const uint8_t *udh, size_t n);

#endif
