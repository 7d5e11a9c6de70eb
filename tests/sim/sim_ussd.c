/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD text: hex of UTF-16 under UCS2, plain characters else, as modems do.
 * Never escapes a line break: real modems do not either.
 * Called by sim_at_net.c and sim_ctl_ops.c.
 */
#include "sim_ussd.h"

#include <stdio.h>
#include <string.h>

#include "sim.h"
#include "sim_alphabet.h"
#include "sim_ctl.h"

#define HEX "0123456789ABCDEFabcdef"

enum {
	USSD_UNITS_MAX = 182,
	USSD_UCS2_MAX = 80, /* of the 160 octets */
	DCS_GSM7 = 15,
	DCS_UCS2 = 72,
};

enum rc
ussd_push(struct sim *s, int mode, const char *utf8)
{
	size_t len = strlen(utf8), i;
	bool plain = pdu_fits_gsm7(utf8, len);
	char hex[4 * USSD_UNITS_MAX + 1] = "";
	struct pdu_units u = { 0 };
	int dcs = plain ? DCS_GSM7 : DCS_UCS2;

	if (!s->at.ussd)
		return RC_AGAIN;
	if (pdu_units_from_utf8(&u, utf8, len, PDU_UCS2) != RC_OK)
		return RC_REFUSED;
	if (u.len > USSD_UNITS_MAX) {
		pdu_units_clear(&u);
		return RC_REFUSED;
	}
	for (i = 0; i < u.len; i++)
		snprintf(hex + 4 * i, 5, "%04X", u.unit[i]);
	pdu_units_clear(&u);
	if (len == 0)
		at_unasked(s, "+CUSD: %d", mode);
	else if (plain && strcmp(s->at.charset, "UCS2") != 0)
		at_unasked(s, "+CUSD: %d,\"%s\",%d", mode, utf8, dcs);
	else
		at_unasked(s, "+CUSD: %d,\"%s\",%d", mode, hex, dcs);
	return RC_OK;
}

static bool
is_ucs2(int dcs)
{
	return (dcs & 0xCC) == DCS_UCS2 || dcs == 0x11;
}

/* hex of UTF-16 to UTF-8; false: it is not hex, or longer than `most` units */
static bool
decode(const char *raw, size_t most, char *out, size_t size)
{
	size_t len = strlen(raw), at = 0;
	unsigned unit, low;

	if (len % 4 != 0 || len / 4 > most || strspn(raw, HEX) != len)
		return false;
	for (; *raw != '\0' && at + 5 < size; raw += 4) {
		uint32_t code;

		(void)sscanf(raw, "%4x", &unit);
		code = unit;
		if (unit >= 0xD800 && unit < 0xDC00 &&
		    sscanf(raw + 4, "%4x", &low) == 1 && low >= 0xDC00 && low < 0xE000) {
			code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
			raw += 4;
		} else if (unit >= 0xD800 && unit < 0xE000) {
			code = ALPHABET_REPLACEMENT;
		}
		at += alphabet_utf8_write(out + at, code);
	}
	out[at] = '\0';
	return true;
}

bool
ussd_answered(struct sim *s, const char *raw, int dcs)
{
	size_t most = is_ucs2(dcs) ? USSD_UCS2_MAX : USSD_UNITS_MAX;
	char text[AT_LINE_MAX];

	if (strcmp(s->at.charset, "UCS2") != 0 && !is_ucs2(dcs)) {
		if (strlen(raw) > most)
			return false;
		ctl_tell_ussd(s, "answer", raw);
		return true;
	}
	if (!decode(raw, most, text, sizeof text))
		return false;
	ctl_tell_ussd(s, "answer", text);
	return true;
}
