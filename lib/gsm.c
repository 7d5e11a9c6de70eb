/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a text costs on the air, where it is split, how long it lives, which piece it is.
 * It encodes nothing and changes no text: a letter outside GSM-7 turns it all to UCS-2.
 * Called by texts' checks, drivers and the screens.
 */
#include "gsm.h"

#include <string.h>

#include "str.h"

#define MINUTE_MS INT64_C(60000)
#define IEI_CONCAT_8 0x00
#define IEI_CONCAT_16 0x08
#define IEI_SHIFT_SINGLE 0x24
#define IEI_SHIFT_LOCKING 0x25

/* 3GPP TS 23.038, 6.2.1 */
static const uint16_t basic[GSM_SEPTETS] = { '@', 0xa3, '$', 0xa5, 0xe8, 0xe9, 0xf9, 0xec,
	0xf2, 0xc7, '\n', 0xd8, 0xf8, '\r', 0xc5, 0xe5, 0x394, '_', 0x3a6, 0x393, 0x39b,
	0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0, 0xc6, 0xe6, 0xdf, 0xc9, ' ', '!',
	'"', '#', 0xa4, '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', '0', '1',
	'2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', 0xa1, 'A',
	'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q',
	'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 0xc4, 0xd6, 0xd1, 0xdc, 0xa7, 0xbf,
	'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
	'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0xe4, 0xf6, 0xf1, 0xfc, 0xe0 };

/* 6.2.1.1 */
static const struct {
	uint8_t septet;
	uint16_t cp;
} extension[] = {
	{ 0x0a, '\f' },
	{ 0x14, '^' },
	{ 0x28, '{' },
	{ 0x29, '}' },
	{ 0x2f, '\\' },
	{ 0x3c, '[' },
	{ 0x3d, '~' },
	{ 0x3e, ']' },
	{ 0x40, '|' },
	{ 0x65, 0x20ac },
};

/* Units in one part when it is the only one, and when it is one of several. */
static const struct {
	unsigned alone, joined;
} room[] = {
	[GSM_7BIT] = { 160, 153 },
	[GSM_UCS2] = { 70, 67 },
};

uint32_t
gsm_basic(unsigned septet)
{
	return septet < GSM_SEPTETS ? basic[septet] : 0;
}

uint32_t
gsm_extended(unsigned septet)
{
	for (size_t i = 0; i < ARRAY_LEN(extension); i++) {
		if (extension[i].septet == septet)
			return extension[i].cp;
	}
	return 0;
}

unsigned
gsm_septets(uint32_t cp)
{
	if (cp == 0)
		return 0;
	for (size_t i = 0; i < GSM_SEPTETS; i++) {
		if (basic[i] == cp)
			return 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(extension); i++) {
		if (extension[i].cp == cp)
			return 2;
	}
	return 0;
}

static unsigned
cost(enum gsm_alphabet alphabet, uint32_t cp)
{
	if (alphabet == GSM_7BIT)
		return gsm_septets(cp);
	return cp > 0xffff ? 2 : 1;
}

static enum gsm_alphabet
alphabet_of(const char *s, size_t n)
{
	uint32_t cp;

	for (size_t used; (used = str_next(s, n, &cp)) > 0; s += used, n -= used) {
		if (gsm_septets(cp) == 0)
			return GSM_UCS2;
	}
	return GSM_7BIT;
}

static unsigned
units_of(enum gsm_alphabet alphabet, const char *s, size_t n)
{
	unsigned units = 0;
	uint32_t cp;

	for (size_t used; (used = str_next(s, n, &cp)) > 0; s += used, n -= used)
		units += cost(alphabet, cp);
	return units;
}

/* Counts the parts of a text of several; at[] takes the beginnings it has room for. */
static unsigned
cut(enum gsm_alphabet alphabet, const char *utf8, size_t n, size_t *at, size_t at_n)
{
	const char *s = utf8;
	unsigned parts = 0;
	unsigned left = 0;
	uint32_t cp;

	for (size_t used; (used = str_next(s, n, &cp)) > 0; s += used, n -= used) {
		unsigned units = cost(alphabet, cp);

		if (units > left) {
			if (parts < at_n)
				at[parts] = (size_t)(s - utf8);
			parts++;
			left = room[alphabet].joined;
		}
		left -= units;
	}
	return parts;
}

static struct gsm_size
measure(const char *utf8, size_t *at, size_t at_n)
{
	size_t n = strlen(utf8);
	struct gsm_size size = { .alphabet = alphabet_of(utf8, n) };

	size.units = units_of(size.alphabet, utf8, n);
	if (size.units > room[size.alphabet].alone) {
		size.parts = cut(size.alphabet, utf8, n, at, at_n);
	} else if (size.units > 0) {
		size.parts = 1;
		if (at_n > 0)
			at[0] = 0;
	}
	return size;
}

struct gsm_size
gsm_size_of(const char *utf8)
{
	return measure(utf8, NULL, 0);
}

unsigned
gsm_split(const char *utf8, size_t at[GSM_PARTS_MAX])
{
	unsigned parts = measure(utf8, at, GSM_PARTS_MAX).parts;

	return parts <= GSM_PARTS_MAX ? parts : 0;
}

bool
gsm_fits_screen(const char *utf8)
{
	struct gsm_size size = gsm_size_of(utf8);

	return size.units <=
	    (size.alphabet == GSM_7BIT ? GSM_USSD_SEPTETS : GSM_USSD_UCS2);
}

enum rc
gsm_validity(int64_t left_ms, uint8_t *octet, unsigned *minutes)
{
	/* From `from` minutes on, octets from `base` up, a step each; longest first. */
	static const struct {
		unsigned from, step, base, last;
	} ranges[] = {
		{ 5 * 7 * 24 * 60, 7 * 24 * 60, 197, 255 }, /* 5 to 63 weeks */
		{ 2 * 24 * 60, 24 * 60, 168, 196 },         /* 2 to 30 days */
		{ 12 * 60 + 30, 30, 144, 167 },             /* 12 h 30 min to 24 h */
		{ 5, 5, 0, 143 },                           /* 5 min to 12 h */
	};
	int64_t left = left_ms / MINUTE_MS;

	*octet = 0;
	*minutes = 0;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		int64_t steps;

		if (left < ranges[i].from)
			continue;
		steps = (left - ranges[i].from) / ranges[i].step;
		if (steps > ranges[i].last - ranges[i].base)
			steps = ranges[i].last - ranges[i].base;
		*octet = (uint8_t)(ranges[i].base + (unsigned)steps);
		*minutes = ranges[i].from + (unsigned)steps * ranges[i].step;
		return RC_OK;
	}
	return RC_REFUSED;
}

static enum rc
concat_of(const uint8_t *element, struct gsm_concat *out)
{
	const uint8_t *v = element + 2;
	bool wide = element[0] == IEI_CONCAT_16;

	if (element[1] != (wide ? 4 : 3))
		return RC_REFUSED;
	out->ref_bits = wide ? 16 : 8;
	out->ref = wide ? (uint16_t)(v[0] << 8 | v[1]) : v[0];
	out->total = v[wide ? 2 : 1];
	out->part = v[wide ? 3 : 2];
	return out->part >= 1 && out->part <= out->total ? RC_OK : RC_REFUSED;
}

enum rc
gsm_concat_parse(const uint8_t *udh, size_t n, struct gsm_concat *out)
{
	enum rc rc = RC_AGAIN;
	size_t end;

	memset(out, 0, sizeof(*out));
	if (n == 0)
		return RC_AGAIN;
	end = (size_t)udh[0] + 1;
	if (end > n)
		return RC_REFUSED;
	for (size_t i = 1; i < end; i += (size_t)udh[i + 1] + 2) {
		if (end - i < 2 || udh[i + 1] > end - i - 2)
			return RC_REFUSED;
		if (udh[i] == IEI_CONCAT_8 || udh[i] == IEI_CONCAT_16)
			rc = concat_of(udh + i, out);
	}
	return rc;
}

bool
gsm_has_shift(const uint8_t *udh, size_t n)
{
	size_t end = n == 0 ? 0 : (size_t)udh[0] + 1;

	if (end > n)
		return false;
	for (size_t i = 1; i + 1 < end; i += (size_t)udh[i + 1] + 2) {
		if (udh[i] == IEI_SHIFT_SINGLE || udh[i] == IEI_SHIFT_LOCKING)
			return true;
	}
	return false;
}
