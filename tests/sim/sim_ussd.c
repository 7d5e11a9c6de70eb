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

enum {
	USSD_UNITS_MAX = 182,
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

/* hex of UTF-16 to UTF-8; false: it is not hex */
static bool
decode(const char *raw, char *out, size_t size)
{
	struct pdu p;
	size_t i, at = 0;
	uint32_t code;

	if (strlen(raw) % 4 != 0 || pdu_from_hex(&p, raw, strlen(raw)) != RC_OK)
		return false;
	for (i = 0; i + 1 < p.len && at + 5 < size; i += 2) {
		code = (uint32_t)(p.b[i] << 8 | p.b[i + 1]);
		if (code >= 0xD800 && code < 0xE000)
			code = ALPHABET_REPLACEMENT;
		at += alphabet_utf8_write(out + at, code);
	}
	out[at] = '\0';
	return true;
}

void
ussd_answered(struct sim *s, const char *raw)
{
	char text[AT_LINE_MAX];

	if (strcmp(s->at.charset, "UCS2") == 0 && decode(raw, text, sizeof text))
		ctl_tell_ussd(s, "answer", text);
	else
		ctl_tell_ussd(s, "answer", raw);
}
