/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes SMS-DELIVER and SMS-STATUS-REPORT, and the hex and units they are made of.
 * Never reads what a host submits (sim_submit.c does), never uses libgammu.
 * Called by sim_net.c and sim_ctl.c.
 */
#include "sim_pdu.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim_alphabet.h"

enum {
	TOA_UNKNOWN = 0x81,
	TOA_INTERNATIONAL = 0x91,
	TOA_ALPHA = 0xD0,
	FIRST_NO_MORE = 0x04,
	FIRST_UDHI = 0x40,
	MTI_REPORT = 0x02,
	IEI_CONCAT_8 = 0x00,
	IEI_CONCAT_16 = 0x08,
};

static MUST_CHECK enum rc
put(struct pdu *p, unsigned octet)
{
	if (p->len >= sizeof p->b)
		return RC_REFUSED;
	p->b[p->len++] = (uint8_t)octet;
	return RC_OK;
}

/* bits go on from the least significant one of the last octet */
static MUST_CHECK enum rc
put_septet(struct pdu *p, size_t start, size_t index, uint8_t septet)
{
	size_t bit = index * 7;
	size_t octet = start + bit / 8;
	unsigned wide = (unsigned)(septet & 0x7F) << (bit % 8);

	while (p->len <= octet + (bit % 8 > 1)) {
		if (put(p, 0) != RC_OK)
			return RC_REFUSED;
	}
	p->b[octet] = (uint8_t)(p->b[octet] | (wide & 0xFF));
	if (bit % 8 > 1)
		p->b[octet + 1] = (uint8_t)(p->b[octet + 1] | wide >> 8);
	return RC_OK;
}

static int
digit_code(char c)
{
	static const char code[] = "0123456789*#abc";
	const char *at = c == '\0' ? NULL : strchr(code, c);

	return at == NULL ? -1 : (int)(at - code);
}

static bool
is_dialable(const char *number)
{
	size_t i, n;

	if (*number == '+')
		number++;
	n = strlen(number);
	for (i = 0; i < n; i++) {
		if (digit_code(number[i]) < 0)
			return false;
	}
	return n > 0 && n < PDU_DIGITS_MAX;
}

static MUST_CHECK enum rc
put_digits(struct pdu *p, const char *digits)
{
	size_t i, n = strlen(digits);
	enum rc rc = RC_OK;
	int low, high;

	for (i = 0; i < n && rc == RC_OK; i += 2) {
		low = digit_code(digits[i]);
		high = i + 1 < n ? digit_code(digits[i + 1]) : 0xF;
		rc = put(p, (unsigned)(high << 4 | low));
	}
	return rc;
}

static MUST_CHECK enum rc
put_smsc(struct pdu *p, const char *smsc)
{
	bool plus = smsc != NULL && *smsc == '+';
	size_t n;

	if (smsc == NULL || *smsc == '\0') {
		p->smsc_len = 1;
		return put(p, 0);
	}
	if (!is_dialable(smsc))
		return RC_REFUSED;
	smsc += plus;
	n = strlen(smsc);
	if (put(p, (unsigned)(1 + (n + 1) / 2)) != RC_OK ||
	    put(p, plus ? TOA_INTERNATIONAL : TOA_UNKNOWN) != RC_OK ||
	    put_digits(p, smsc) != RC_OK)
		return RC_REFUSED;
	p->smsc_len = p->len;
	return RC_OK;
}

/* a sender with a name in place of a number: 11 characters at most */
static MUST_CHECK enum rc
put_name(struct pdu *p, const char *name)
{
	struct pdu_units u = { 0 };
	size_t start, i;
	enum rc rc;

	rc = pdu_units_from_utf8(&u, name, strlen(name), PDU_GSM7);
	if (rc == RC_OK && (u.len == 0 || u.len > 11))
		rc = RC_REFUSED;
	if (rc == RC_OK)
		rc = put(p, (unsigned)((u.len * 7 + 3) / 4));
	if (rc == RC_OK)
		rc = put(p, TOA_ALPHA);
	start = p->len;
	for (i = 0; i < u.len && rc == RC_OK; i++)
		rc = put_septet(p, start, i, (uint8_t)u.unit[i]);
	pdu_units_clear(&u);
	return rc;
}

static MUST_CHECK enum rc
put_address(struct pdu *p, const char *number)
{
	bool plus = *number == '+';

	if (!is_dialable(number))
		return put_name(p, number);
	number += plus;
	if (put(p, (unsigned)strlen(number)) != RC_OK ||
	    put(p, plus ? TOA_INTERNATIONAL : TOA_UNKNOWN) != RC_OK)
		return RC_REFUSED;
	return put_digits(p, number);
}

static MUST_CHECK enum rc
put_time(struct pdu *p, struct pdu_time at)
{
	time_t local = (time_t)(at.unix_s + (int64_t)at.zone * 900);
	unsigned zone = (unsigned)abs(at.zone), i;
	struct tm tm;

	if (gmtime_r(&local, &tm) == NULL || zone > 79)
		return RC_REFUSED;
	int field[6] = { tm.tm_year % 100, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec };
	for (i = 0; i < 6; i++) {
		if (put(p, (unsigned)(field[i] % 10 << 4 | field[i] / 10)) != RC_OK)
			return RC_REFUSED;
	}
	return put(p, zone % 10 << 4 | zone / 10 | (at.zone < 0 ? 0x08u : 0));
}

static MUST_CHECK enum rc
put_header(struct pdu *p, const struct pdu_deliver *in)
{
	if (put(p, in->wide_ref ? 6 : 5) != RC_OK ||
	    put(p, in->wide_ref ? IEI_CONCAT_16 : IEI_CONCAT_8) != RC_OK ||
	    put(p, in->wide_ref ? 4 : 3) != RC_OK)
		return RC_REFUSED;
	if (in->wide_ref && put(p, in->ref >> 8 & 0xFF) != RC_OK)
		return RC_REFUSED;
	if (put(p, in->ref & 0xFF) != RC_OK || put(p, in->total & 0xFF) != RC_OK)
		return RC_REFUSED;
	return put(p, in->part & 0xFF);
}

/* the length octet, the header when there is one, and the text */
static MUST_CHECK enum rc
put_data(struct pdu *p, const struct pdu_deliver *in)
{
	size_t header = !in->header ? 0 : in->wide_ref ? 7 : 6;
	size_t skip = (header * 8 + 6) / 7;
	size_t width = in->alphabet == PDU_UCS2 ? 2 : 1;
	size_t length, start, i;
	enum rc rc;

	length = in->alphabet == PDU_GSM7 ? skip + in->units : header + in->units * width;
	if (length > (in->alphabet == PDU_GSM7 ? 160 : 140))
		return RC_REFUSED;
	rc = put(p, (unsigned)length);
	start = p->len;
	if (rc == RC_OK && header > 0)
		rc = put_header(p, in);
	for (i = 0; i < in->units && rc == RC_OK; i++) {
		if (in->alphabet == PDU_GSM7) {
			rc = put_septet(p, start, skip + i, (uint8_t)in->unit[i]);
			continue;
		}
		if (in->alphabet == PDU_UCS2)
			rc = put(p, in->unit[i] >> 8);
		if (rc == RC_OK)
			rc = put(p, in->unit[i] & 0xFF);
	}
	return rc;
}

enum rc
pdu_write_deliver(struct pdu *out, const struct pdu_deliver *in)
{
	static const uint8_t dcs[] = {
		[PDU_GSM7] = 0x00, [PDU_8BIT] = 0x04, [PDU_UCS2] = 0x08
	};
	unsigned first = FIRST_NO_MORE | (in->header ? FIRST_UDHI : 0);

	*out = (struct pdu){ 0 };
	if (put_smsc(out, in->smsc) != RC_OK || put(out, first) != RC_OK ||
	    put_address(out, in->from) != RC_OK || put(out, 0) != RC_OK ||
	    put(out, dcs[in->alphabet]) != RC_OK || put_time(out, in->at) != RC_OK)
		return RC_REFUSED;
	return put_data(out, in);
}

enum rc
pdu_write_report(struct pdu *out, const struct pdu_report *in)
{
	*out = (struct pdu){ 0 };
	if (put_smsc(out, in->smsc) != RC_OK ||
	    put(out, MTI_REPORT | FIRST_NO_MORE) != RC_OK || put(out, in->ref) != RC_OK ||
	    put_address(out, in->to) != RC_OK || put_time(out, in->sent) != RC_OK ||
	    put_time(out, in->done) != RC_OK)
		return RC_REFUSED;
	return put(out, in->status);
}

/* units of one code point, 0 when the alphabet has none for it */
static unsigned
units_of(uint32_t code, enum pdu_alphabet alphabet, uint16_t out[2])
{
	uint8_t septet[2] = { 0 };
	unsigned n;

	if (alphabet == PDU_GSM7) {
		n = alphabet_gsm7_from(code, septet);
		out[0] = septet[0];
		out[1] = septet[1];
		return n;
	}
	if (code < 0x10000) {
		out[0] = (uint16_t)code;
		return 1;
	}
	out[0] = (uint16_t)(0xD800 + ((code - 0x10000) >> 10));
	out[1] = (uint16_t)(0xDC00 + ((code - 0x10000) & 0x3FF));
	return 2;
}

enum rc
pdu_units_from_utf8(
    struct pdu_units *out, const char *utf8, size_t len, enum pdu_alphabet alphabet)
{
	size_t at = 0, took;
	uint16_t unit[2];
	uint32_t code;
	unsigned n, i;

	*out = (struct pdu_units){ .alphabet = alphabet };
	if (len > PDU_TEXT_MAX)
		return RC_REFUSED;
	out->unit = xcalloc(2 * len + 1, sizeof *out->unit);
	while (at < len) {
		took = 1;
		code = (uint8_t)utf8[at];
		n = 1;
		unit[0] = (uint16_t)code;
		if (alphabet != PDU_8BIT) {
			took = alphabet_utf8_read(utf8 + at, len - at, &code);
			n = took == 0 ? 0 : units_of(code, alphabet, unit);
		}
		if (n == 0) {
			pdu_units_clear(out);
			return RC_REFUSED;
		}
		for (i = 0; i < n; i++)
			out->unit[out->len++] = unit[i];
		at += took;
	}
	return RC_OK;
}

void
pdu_units_clear(struct pdu_units *u)
{
	free(u->unit);
	*u = (struct pdu_units){ 0 };
}

bool
pdu_fits_gsm7(const char *utf8, size_t len)
{
	size_t at = 0, took;
	uint8_t septet[2];
	uint32_t code;

	while (at < len) {
		took = alphabet_utf8_read(utf8 + at, len - at, &code);
		if (took == 0 || alphabet_gsm7_from(code, septet) == 0)
			return false;
		at += took;
	}
	return true;
}

size_t
pdu_part_units(const struct pdu_units *u, size_t at, bool concat, bool wide_ref)
{
	static const size_t whole[] = {
		[PDU_GSM7] = 160, [PDU_8BIT] = 140, [PDU_UCS2] = 70
	};
	static const size_t narrow[] = {
		[PDU_GSM7] = 153, [PDU_8BIT] = 134, [PDU_UCS2] = 67
	};
	static const size_t wide[] = {
		[PDU_GSM7] = 152, [PDU_8BIT] = 133, [PDU_UCS2] = 66
	};
	size_t room = !concat ? whole[u->alphabet]
	    : wide_ref        ? wide[u->alphabet]
			      : narrow[u->alphabet];
	uint16_t last;

	if (u->len - at <= room)
		return u->len - at;
	last = u->unit[at + room - 1];
	if (u->alphabet == PDU_GSM7 && last == ALPHABET_ESCAPE)
		return room - 1;
	if (u->alphabet == PDU_UCS2 && last >= 0xD800 && last < 0xDC00)
		return room - 1;
	return room;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum rc
pdu_from_hex(struct pdu *out, const char *hex, size_t len)
{
	int high, low;
	size_t i;

	*out = (struct pdu){ 0 };
	if (len % 2 != 0 || len / 2 > sizeof out->b)
		return RC_REFUSED;
	for (i = 0; i < len; i += 2) {
		high = hex_value(hex[i]);
		low = hex_value(hex[i + 1]);
		if (high < 0 || low < 0)
			return RC_REFUSED;
		out->b[out->len++] = (uint8_t)(high << 4 | low);
	}
	return RC_OK;
}

void
pdu_to_hex(char out[PDU_HEX_MAX], const struct pdu *in)
{
	static const char digit[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < in->len; i++) {
		out[2 * i] = digit[in->b[i] >> 4];
		out[2 * i + 1] = digit[in->b[i] & 0xF];
	}
	out[2 * in->len] = '\0';
}

size_t
pdu_hex_tpdu_len(const char *hex)
{
	size_t octets = strlen(hex) / 2;
	size_t smsc;

	if (octets == 0 || hex_value(hex[0]) < 0 || hex_value(hex[1]) < 0)
		return octets;
	smsc = 1 + (size_t)(hex_value(hex[0]) << 4 | hex_value(hex[1]));
	return octets > smsc ? octets - smsc : 0;
}
