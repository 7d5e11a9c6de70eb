/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alphabets of SMPP messages, one character at a time, and the parts of a message's body.
 * It keeps no state and guesses no alphabet. Called by smpp*.c and shyraq-smscsim.
 */
#include "smpp_text.h"

#include <string.h>

#include "gsm.h"
#include "str.h"

#define REPLACEMENT 0xfffdu
#define CR 0x0d

struct sink {
	char *to;
	size_t size, n;
	bool full;
};

static void
put(struct sink *s, uint32_t cp)
{
	char c[4];
	size_t n = str_put(c, cp == 0 ? REPLACEMENT : cp);

	s->full = s->full || s->n + n >= s->size;
	if (s->full)
		return;
	memcpy(s->to + s->n, c, n);
	s->n += n;
}

static uint32_t
extension_cp(uint8_t septet)
{
	uint32_t cp = gsm_extended(septet);

	/* a phone without that extension shows the basic letter (6.2.1.1, note 1) */
	if (cp == 0)
		cp = gsm_basic(septet);
	return cp != 0 ? cp : ' ';
}

static uint32_t
cyrillic_cp(uint8_t c)
{
	if (c <= 0xa0 || c == 0xad)
		return c;
	if (c == 0xf0)
		return 0x2116;
	return c == 0xfd ? 0xa7 : 0x400u + c - 0xa0;
}

/* One octet's character in an alphabet of single octets. */
static uint32_t
octet_cp(enum smpp_alphabet alphabet, uint8_t c)
{
	if (alphabet == SMPP_GSM || alphabet == SMPP_GSM_PACKED)
		return gsm_basic(c) != 0 ? gsm_basic(c) : REPLACEMENT;
	if (alphabet == SMPP_CYRILLIC)
		return cyrillic_cp(c);
	return c < 0x80 || alphabet == SMPP_LATIN1 ? c : REPLACEMENT;
}

/* Septet i of packed ones that begin `fill` bits in; it lies within n octets. */
static uint8_t
septet_at(const uint8_t *src, size_t n, size_t i, unsigned fill)
{
	size_t bit = fill + 7 * i;
	unsigned two = src[bit / 8];

	if (bit / 8 + 1 < n)
		two |= (unsigned)src[bit / 8 + 1] << 8;
	return (uint8_t)(two >> bit % 8 & 0x7f);
}

/* The last septet may be filling: a CR (6.1.2.3.1), or zeros, where a whole septet is left over. */
static size_t
packed_septets(const uint8_t *src, size_t n, unsigned fill)
{
	size_t bits = 8 * n;
	size_t septets = bits <= fill ? 0 : (bits - fill) / 7;

	if (septets > 0 && (bits - fill) % 7 == 0) {
		uint8_t last = septet_at(src, n, septets - 1, fill);

		septets -= last == CR || last == 0;
	}
	return septets;
}

static void
gsm_utf8(struct sink *s, const uint8_t *src, size_t n, bool packed, unsigned fill)
{
	size_t septets = packed ? packed_septets(src, n, fill) : n;

	for (size_t i = 0; i < septets && !s->full; i++) {
		uint8_t c = packed ? septet_at(src, n, i, fill) : src[i];

		if (c == GSM_ESCAPE && i + 1 < septets) {
			i++;
			c = packed ? septet_at(src, n, i, fill) : src[i];
			put(s, extension_cp(c));
		} else if (c == GSM_ESCAPE) {
			put(s, ' ');
		} else {
			put(s, octet_cp(SMPP_GSM, c));
		}
	}
}

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

static void
ucs2_utf8(struct sink *s, const uint8_t *src, size_t n)
{
	for (size_t i = 0; i + 1 < n && !s->full; i += 2) {
		uint32_t u = (uint32_t)src[i] << 8 | src[i + 1];
		uint32_t v = i + 3 < n ? (uint32_t)src[i + 2] << 8 | src[i + 3] : 0;

		if (is_high(u) && is_low(v)) {
			put(s, 0x10000 + ((u - 0xd800) << 10) + (v - 0xdc00));
			i += 2;
		} else {
			put(s, is_high(u) || is_low(u) ? REPLACEMENT : u);
		}
	}
	if (n % 2 != 0)
		put(s, REPLACEMENT);
}

size_t
smpp_text_utf8(char *dst, size_t size, const uint8_t *src, size_t n,
    enum smpp_alphabet alphabet, unsigned fill)
{
	struct sink s = { .to = dst, .size = size };

	switch (alphabet) {
	case SMPP_GSM:
	case SMPP_GSM_PACKED:
		gsm_utf8(&s, src, n, alphabet == SMPP_GSM_PACKED, fill);
		break;
	case SMPP_ASCII:
	case SMPP_LATIN1:
	case SMPP_CYRILLIC:
		for (size_t i = 0; i < n; i++)
			put(&s, octet_cp(alphabet, src[i]));
		break;
	case SMPP_UCS2:
		ucs2_utf8(&s, src, n);
		break;
	case SMPP_UTF8:
		return str_clean_utf8(dst, size, src, n);
	case SMPP_BINARY:
		break;
	}
	dst[s.n] = '\0';
	return s.n;
}

/* Octets, or septets before packing, of one character; 0: the alphabet does not have it. */
static size_t
units_of(uint8_t out[4], uint32_t cp, enum smpp_alphabet alphabet)
{
	bool gsm = alphabet == SMPP_GSM || alphabet == SMPP_GSM_PACKED;

	if (alphabet == SMPP_UCS2) {
		uint32_t high = cp < 0x10000 ? cp : 0xd800 + ((cp - 0x10000) >> 10);
		uint32_t low = 0xdc00 + ((cp - 0x10000) & 0x3ff);

		out[0] = (uint8_t)(high >> 8);
		out[1] = (uint8_t)high;
		out[2] = (uint8_t)(low >> 8);
		out[3] = (uint8_t)low;
		return cp < 0x10000 ? 2 : 4;
	}
	if (cp < 0x80 && octet_cp(alphabet, (uint8_t)cp) == cp) {
		out[0] = (uint8_t)cp;
		return 1;
	}
	gsm = gsm && gsm_septets(cp) == 2;
	for (uint8_t c = 0; gsm && c < GSM_SEPTETS; c++) {
		if (gsm_extended(c) == cp) {
			out[0] = GSM_ESCAPE;
			out[1] = c;
			return 2;
		}
	}
	for (unsigned c = 0; c < 256; c++) {
		if (octet_cp(alphabet, (uint8_t)c) == cp && cp != REPLACEMENT) {
			out[0] = (uint8_t)c;
			return 1;
		}
	}
	return 0;
}

/* Octets as they fill: `bits` are written. */
struct packer {
	uint8_t *to;
	size_t size, bits;
};

static enum rc
put_septet(struct packer *p, uint8_t c)
{
	size_t at = p->bits / 8;
	unsigned shift = p->bits % 8;

	if ((p->bits + 7 + 7) / 8 > p->size)
		return RC_REFUSED;
	if (shift == 0)
		p->to[at] = c;
	else
		p->to[at] = (uint8_t)(p->to[at] | c << shift);
	if (shift > 1)
		p->to[at + 1] = (uint8_t)(c >> (8 - shift));
	p->bits += 7;
	return RC_OK;
}

/* A CR fills 7 bits left over, and follows a CR that would be taken for such a one (6.1.2.3.1). */
static enum rc
end_septets(struct packer *p, uint8_t last)
{
	if (p->bits % 8 == 1)
		p->to[p->bits / 8] = (uint8_t)(p->to[p->bits / 8] | CR << 1);
	else if (p->bits % 8 == 0 && last == CR)
		return put_septet(p, CR);
	return RC_OK;
}

static enum rc
put_units(struct packer *p, const uint8_t *units, size_t n, bool septets)
{
	if (!septets) {
		if (p->size - p->bits / 8 < n)
			return RC_REFUSED;
		memcpy(p->to + p->bits / 8, units, n);
		p->bits += 8 * n;
		return RC_OK;
	}
	for (size_t i = 0; i < n; i++) {
		enum rc rc = put_septet(p, units[i]);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
smpp_text_octets(uint8_t *dst, size_t size, size_t *octets, const char *src, size_t n,
    enum smpp_alphabet alphabet, unsigned fill)
{
	bool packed = alphabet == SMPP_GSM_PACKED;
	struct packer p = { .to = dst, .size = size, .bits = packed ? fill : 0 };
	uint8_t unit[4] = { 0 };
	size_t units = 0;
	uint32_t cp;
	enum rc rc;

	*octets = 0;
	if (alphabet == SMPP_BINARY || (size == 0 && n > 0))
		return RC_REFUSED;
	if (p.bits > 0 && n > 0)
		dst[0] = 0;
	for (size_t step; (step = str_next(src, n, &cp)) > 0; src += step, n -= step) {
		if (alphabet == SMPP_UTF8) {
			rc = put_units(&p, (const uint8_t *)src, step, false);
		} else {
			units = units_of(unit, cp, alphabet);
			rc = units == 0 ? RC_REFUSED : put_units(&p, unit, units, packed);
		}
		if (rc != RC_OK)
			return rc;
	}
	if (packed && units > 0) {
		rc = end_septets(&p, unit[units - 1]);
		if (rc != RC_OK)
			return rc;
	}
	*octets = units == 0 && packed ? 0 : (p.bits + 7) / 8;
	return RC_OK;
}

unsigned
smpp_fill_bits(size_t header_octets)
{
	return (unsigned)((7 - header_octets * 8 % 7) % 7);
}

/* 3GPP TS 23.038, 4: of the groups that carry it, bits 3 and 2 say which. */
static enum smpp_alphabet
group_alphabet(uint8_t coding, enum smpp_alphabet gsm)
{
	static const enum smpp_alphabet by_bits[] = { SMPP_GSM, SMPP_BINARY, SMPP_UCS2,
		SMPP_GSM };
	unsigned bits = coding >> 2 & 3;

	return by_bits[bits] == SMPP_GSM ? gsm : by_bits[bits];
}

enum smpp_alphabet
smpp_alphabet_of(uint8_t data_coding, struct smpp_codings codings, bool ussd)
{
	/* 3.4, 5.2.19; 0x0f is GSM's own, "language unspecified" */
	const enum smpp_alphabet low[16] = { codings.zero, SMPP_ASCII, SMPP_BINARY,
		SMPP_LATIN1, SMPP_BINARY, SMPP_BINARY, SMPP_CYRILLIC, SMPP_BINARY,
		SMPP_UCS2, SMPP_BINARY, SMPP_BINARY, SMPP_BINARY, SMPP_BINARY,
		SMPP_BINARY, SMPP_BINARY, codings.gsm };

	if (data_coding < ARRAY_LEN(low))
		return low[data_coding];
	if (ussd && data_coding == 0x11)
		return SMPP_UCS2;
	if (data_coding < 0x80) /* 0x20 is: compressed */
		return (data_coding & 0x20) != 0
		    ? SMPP_BINARY
		    : group_alphabet(data_coding, codings.gsm);
	if (data_coding < 0xc0)
		return SMPP_BINARY;
	if (data_coding < 0xe0) /* something waits: the text is GSM */
		return codings.gsm;
	if (data_coding < 0xf0)
		return SMPP_UCS2;
	return (data_coding & 0x04) != 0 ? SMPP_BINARY : codings.gsm;
}

static void
read_sar(const struct smpp_pdu *pdu, struct smpp_body *out)
{
	uint32_t ref, total, part;

	if (!smpp_tlv_number(pdu, SMPP_TAG_SAR_REF, &ref) ||
	    !smpp_tlv_number(pdu, SMPP_TAG_SAR_TOTAL, &total) ||
	    !smpp_tlv_number(pdu, SMPP_TAG_SAR_PART, &part))
		return;
	if (ref > UINT16_MAX || total > UINT8_MAX || part < 1 || part > total)
		return;
	out->joined = SMPP_JOINED_SAR;
	out->concat = (struct gsm_concat){ .ref = (uint16_t)ref,
		.ref_bits = 16,
		.total = (uint8_t)total,
		.part = (uint8_t)part };
}

enum rc
smpp_body_of(const struct smpp_pdu *pdu, struct smpp_body *out)
{
	struct smpp_octets all = pdu->message;
	struct smpp_tlv payload;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (smpp_tlv_find(pdu, SMPP_TAG_PAYLOAD, &payload) && payload.n > 0) {
		all = (struct smpp_octets){ .p = payload.value, .n = payload.n };
		out->payload = true;
	}
	out->text = all;
	read_sar(pdu, out);
	if ((pdu->esm_class & SMPP_ESM_UDHI) == 0)
		return RC_OK;
	if (all.n == 0)
		return RC_REFUSED;
	rc = gsm_concat_parse(all.p, all.n, &out->concat);
	if (rc == RC_REFUSED) {
		*out = (struct smpp_body){ .text = all, .payload = out->payload };
		read_sar(pdu, out);
		return RC_REFUSED;
	}
	if (rc == RC_OK)
		out->joined = SMPP_JOINED_UDH;
	else
		read_sar(pdu, out); /* the parse has cleared it */
	out->udh = (struct smpp_octets){ .p = all.p, .n = (size_t)all.p[0] + 1 };
	out->text = (struct smpp_octets){ .p = all.p + out->udh.n,
		.n = all.n - out->udh.n };
	return RC_OK;
}

size_t
smpp_body_utf8(
    char *dst, size_t size, const struct smpp_body *body, enum smpp_alphabet alphabet)
{
	return smpp_text_utf8(
	    dst, size, body->text.p, body->text.n, alphabet, smpp_fill_bits(body->udh.n));
}
