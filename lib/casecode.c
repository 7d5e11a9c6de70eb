/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Case codes: a Feistel network over 30 bits, walked until it lies below 10^9, then a Luhn digit.
 * It keeps nothing and logs nothing. Called by the turn.
 */
#include "casecode.h"

#include <string.h>

#define HALF_BITS 15
#define HALF_MASK ((1U << HALF_BITS) - 1)
#define ROUNDS 6
#define DOMAIN 1000000000U
/*
 * Luhn does not see 0 and 9 beside each other swapped. So each number has several candidates, and the
 * first without such a pair is its code: a swap then gives what is no code at all.
 */
#define CANDIDATES 16

static uint32_t
round_of(const struct seal_key *key, uint32_t round, uint32_t half)
{
	const uint8_t in[4] = { 'c', (uint8_t)round, (uint8_t)(half >> 8),
		(uint8_t)half };
	struct seal_hash h = seal_hash(key, in, sizeof(in));

	return ((uint32_t)h.b[0] << 8 | h.b[1]) & HALF_MASK;
}

static uint32_t
forth(const struct seal_key *key, uint32_t v)
{
	uint32_t left = v >> HALF_BITS, right = v & HALF_MASK;

	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t next = left ^ round_of(key, i, right);

		left = right;
		right = next;
	}
	return left << HALF_BITS | right;
}

static uint32_t
back(const struct seal_key *key, uint32_t v)
{
	uint32_t left = v >> HALF_BITS, right = v & HALF_MASK;

	for (uint32_t i = ROUNDS; i-- > 0;) {
		uint32_t before = right ^ round_of(key, i, left);

		right = left;
		left = before;
	}
	return left << HALF_BITS | right;
}

/* The digit that makes the sum of all ten a multiple of ten. */
static char
luhn_digit(const char *nine)
{
	unsigned sum = 0;

	for (int i = 0; i < CASECODE_DIGITS - 1; i++) {
		unsigned d = (unsigned)(nine[i] - '0');

		if (i % 2 == 0)
			d = d < 5 ? d * 2 : d * 2 - 9;
		sum += d;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

static bool
has_blind_pair(const char *code)
{
	return strstr(code, "09") != NULL || strstr(code, "90") != NULL;
}

static void
candidate(const struct seal_key *key, uint32_t v, char out[CASECODE_DIGITS + 1])
{
	do
		v = forth(key, v);
	while (v >= DOMAIN);
	for (int i = CASECODE_DIGITS - 2; i >= 0; i--, v /= 10)
		out[i] = (char)('0' + v % 10);
	out[CASECODE_DIGITS - 1] = luhn_digit(out);
	out[CASECODE_DIGITS] = '\0';
}

enum rc
casecode_encode(const struct seal_key *key, int64_t number, char out[CASECODE_DIGITS + 1])
{
	out[0] = '\0';
	if (number < 1 || number > CASECODE_NUMBER_MAX)
		return RC_REFUSED;
	for (uint32_t i = 0; i < CANDIDATES; i++) {
		candidate(key, (uint32_t)number * CANDIDATES + i, out);
		if (!has_blind_pair(out))
			return RC_OK;
	}
	return RC_REFUSED; /* once in 10^12 numbers: that case has no code */
}

enum rc
casecode_decode(const struct seal_key *key, const char *code, int64_t *number)
{
	char again[CASECODE_DIGITS + 1];
	uint32_t v = 0;

	*number = 0;
	if (strlen(code) != CASECODE_DIGITS ||
	    strspn(code, "0123456789") != CASECODE_DIGITS || has_blind_pair(code) ||
	    code[CASECODE_DIGITS - 1] != luhn_digit(code))
		return RC_REFUSED;
	for (int i = 0; i < CASECODE_DIGITS - 1; i++)
		v = v * 10 + (uint32_t)(code[i] - '0');
	do
		v = back(key, v);
	while (v >= DOMAIN);
	if (casecode_encode(key, v / CANDIDATES, again) != RC_OK ||
	    memcmp(again, code, sizeof(again)) != 0)
		return RC_REFUSED;
	*number = v / CANDIDATES;
	return RC_OK;
}
