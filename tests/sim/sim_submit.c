/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads an SMS-SUBMIT octet by octet, as a network would.
 * Never guesses: what is not a whole, valid PDU is refused.
 * Called by sim_at_sms.c for each AT+CMGS.
 */
#include <stdio.h>
#include <string.h>

#include "sim_alphabet.h"
#include "sim_pdu.h"

enum {
	MTI_MASK = 0x03,
	MTI_SUBMIT = 0x01,
	FIRST_VPF = 0x18,
	VPF_ENHANCED = 0x08,
	VPF_RELATIVE = 0x10,
	FIRST_SRR = 0x20,
	FIRST_UDHI = 0x40,
	TON_MASK = 0x70,
	TON_INTERNATIONAL = 0x10,
};

struct cursor {
	const uint8_t *b;
	size_t len, at;
	bool short_of; /* something was asked past the end */
};

static uint8_t
take(struct cursor *c)
{
	if (c->at >= c->len) {
		c->short_of = true;
		return 0;
	}
	return c->b[c->at++];
}

static void
skip(struct cursor *c, size_t n)
{
	if (n > c->len - c->at) {
		c->short_of = true;
		n = c->len - c->at;
	}
	c->at += n;
}

/* digits semi-octets after a type octet; out holds PDU_DIGITS_MAX + 2 */
static MUST_CHECK enum rc
take_number(struct cursor *c, size_t digits, char *out)
{
	static const char code[] = "0123456789*#abc";
	uint8_t type = take(c), octet = 0;
	unsigned nibble;
	size_t i;

	if (digits >= PDU_DIGITS_MAX)
		return RC_REFUSED;
	if ((type & TON_MASK) == TON_INTERNATIONAL)
		*out++ = '+';
	for (i = 0; i < digits; i++) {
		if (i % 2 == 0)
			octet = take(c);
		nibble = i % 2 == 0 ? octet & 0xFu : (unsigned)(octet >> 4);
		if (nibble == 0xF)
			return RC_REFUSED;
		*out++ = code[nibble];
	}
	*out = '\0';
	return c->short_of ? RC_REFUSED : RC_OK;
}

static MUST_CHECK enum rc
take_smsc(struct cursor *c, char *out)
{
	size_t octets = take(c), digits;

	out[0] = '\0';
	if (octets == 0)
		return c->short_of ? RC_REFUSED : RC_OK;
	if (octets > c->len - c->at || octets < 2)
		return RC_REFUSED;
	digits = 2 * (octets - 1);
	if (c->b[c->at + octets - 1] >> 4 == 0xF)
		digits--;
	return take_number(c, digits, out);
}

static unsigned
relative_minutes(uint8_t vp)
{
	if (vp <= 143)
		return (vp + 1u) * 5;
	if (vp <= 167)
		return 12 * 60 + (vp - 143u) * 30;
	if (vp <= 196)
		return (vp - 166u) * 24 * 60;
	return (vp - 192u) * 7 * 24 * 60;
}

static void
take_validity(struct cursor *c, struct pdu_submit *out)
{
	switch (out->first & FIRST_VPF) {
	case 0:
		return;
	case VPF_RELATIVE:
		out->has_vp = out->vp_relative = true;
		out->vp_minutes = relative_minutes(take(c));
		return;
	default: /* absolute or enhanced: seven octets, only shown as there */
		out->has_vp = true;
		skip(c, 7);
	}
}

static MUST_CHECK enum rc
alphabet_of(uint8_t dcs, enum pdu_alphabet *out)
{
	static const enum pdu_alphabet general[4] = { PDU_GSM7, PDU_8BIT, PDU_UCS2,
		PDU_GSM7 };

	*out = PDU_GSM7;
	if ((dcs & 0x80) == 0) {
		if (dcs & 0x20 || (dcs & 0x0C) == 0x0C)
			return RC_REFUSED; /* compressed, reserved */
		*out = general[dcs >> 2 & 3];
	} else if ((dcs & 0xF0) == 0xE0) {
		*out = PDU_UCS2;
	} else if ((dcs & 0xF0) == 0xF0) {
		*out = dcs & 0x04 ? PDU_8BIT : PDU_GSM7;
	}
	return RC_OK;
}

static void
read_elements(struct pdu_submit *out)
{
	const uint8_t *h = out->udh;
	size_t at = 1;

	while (at + 2 <= out->udh_len && at + 2 + h[at + 1] <= out->udh_len) {
		if (h[at] == 0x00 && h[at + 1] == 3) {
			out->concat = true;
			out->concat_ref = h[at + 2];
			out->total = h[at + 3];
			out->part = h[at + 4];
		} else if (h[at] == 0x08 && h[at + 1] == 4) {
			out->concat = true;
			out->concat_ref = (unsigned)(h[at + 2] << 8 | h[at + 3]);
			out->total = h[at + 4];
			out->part = h[at + 5];
		}
		at += 2u + h[at + 1];
	}
}

static void
read_septets(struct pdu_submit *out, const uint8_t *b, size_t first, size_t septets)
{
	size_t i, bit, at = 0;
	bool escaped = false;
	unsigned value;

	for (i = first; i < septets; i++) {
		bit = i * 7;
		value = b[bit / 8];
		if (bit % 8 > 1)
			value |= (unsigned)b[bit / 8 + 1] << 8;
		value = value >> (bit % 8) & 0x7F;
		if (value == ALPHABET_ESCAPE && !escaped) {
			escaped = true;
			continue;
		}
		at += alphabet_utf8_write(
		    out->text + at, alphabet_gsm7_to((uint8_t)value, escaped));
		escaped = false;
	}
	out->text[at] = '\0';
}

static void
read_utf16(struct pdu_submit *out, const uint8_t *b, size_t octets)
{
	uint32_t code, low;
	size_t i, at = 0;

	for (i = 0; i + 1 < octets; i += 2) {
		code = (uint32_t)(b[i] << 8 | b[i + 1]);
		if (code >= 0xD800 && code < 0xDC00 && i + 3 < octets) {
			low = (uint32_t)(b[i + 2] << 8 | b[i + 3]);
			if (low >= 0xDC00 && low < 0xE000) {
				code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
				i += 2;
			}
		}
		if (code >= 0xD800 && code < 0xE000)
			code = ALPHABET_REPLACEMENT;
		at += alphabet_utf8_write(out->text + at, code);
	}
	out->text[at] = '\0';
}

static void
read_octets(struct pdu_submit *out, const uint8_t *b, size_t octets)
{
	size_t i;

	out->text[0] = '\0';
	for (i = 0; i < octets; i++)
		snprintf(out->text + 2 * i, 3, "%02X", b[i]);
}

static MUST_CHECK enum rc
take_data(struct cursor *c, struct pdu_submit *out)
{
	size_t length = take(c), octets = length, header = 0;
	const uint8_t *b = c->b + c->at;

	if (out->alphabet == PDU_GSM7)
		octets = (length * 7 + 7) / 8;
	if (c->short_of || octets != c->len - c->at || octets > 140)
		return RC_REFUSED;
	if (out->first & FIRST_UDHI) {
		header = octets == 0 ? 1 : 1u + b[0];
		if (header > octets)
			return RC_REFUSED;
		memcpy(out->udh, b, header);
		out->udh_len = header;
		read_elements(out);
	}
	switch (out->alphabet) {
	case PDU_GSM7:
		read_septets(out, b, (header * 8 + 6) / 7, length);
		break;
	case PDU_UCS2:
		read_utf16(out, b + header, octets - header);
		return (octets - header) % 2 == 0 ? RC_OK : RC_REFUSED;
	case PDU_8BIT:
		read_octets(out, b + header, octets - header);
		break;
	}
	return RC_OK;
}

enum rc
pdu_read_submit(struct pdu_submit *out, const struct pdu *in, size_t tpdu_len)
{
	struct cursor c = { .b = in->b, .len = in->len };
	size_t digits;

	*out = (struct pdu_submit){ 0 };
	if (take_smsc(&c, out->smsc) != RC_OK || c.len - c.at != tpdu_len)
		return RC_REFUSED;
	out->first = take(&c);
	if ((out->first & MTI_MASK) != MTI_SUBMIT)
		return RC_REFUSED;
	out->wants_receipt = out->first & FIRST_SRR;
	out->ref = take(&c);
	digits = take(&c);
	if (digits == 0 || take_number(&c, digits, out->to) != RC_OK)
		return RC_REFUSED;
	out->pid = take(&c);
	out->dcs = take(&c);
	take_validity(&c, out);
	if (c.short_of || alphabet_of(out->dcs, &out->alphabet) != RC_OK)
		return RC_REFUSED;
	return take_data(&c, out);
}
