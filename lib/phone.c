/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers in E.164 normal form, their country as far as it matters here, and peer_ref.
 * It never prints a number, and guesses no national one but behind country 7's trunk 8.
 * Called where a number enters, and by who logs.
 */
#include "phone.h"

#include <string.h>

#include "seal.h"
#include "str.h"

#define E164_MIN 7
#define E164_MAX 15
#define SHORT_MIN 3
#define SHORT_MAX 6

/* First match wins: a longer prefix stands before its beginning. */
static const struct {
	const char *prefix;
	size_t digits; /* of the whole number: one of this length needs no "+" */
	const char *country;
} plan[] = {
	{ "76", 11, "KZ" },
	{ "77", 11, "KZ" },
	{ "7", 11, "RU" },
	{ "992", 12, "TJ" },
	{ "993", 11, "TM" },
	{ "996", 12, "KG" },
	{ "998", 12, "UZ" },
};

static struct seal_key log_key;
static bool has_log_key;

/* Digits alone, without blanks and dashes; *plus says whether a "+" led them. */
static bool
digits_of(const char *in, char digits[PHONE_MAX], bool *plus)
{
	size_t n = 0;

	*plus = false;
	for (; *in != '\0'; in++) {
		if (*in == ' ' || *in == '\t' || *in == '-')
			continue;
		if (*in == '+' && n == 0 && !*plus) {
			*plus = true;
			continue;
		}
		if (*in < '0' || *in > '9' || n == PHONE_MAX - 1)
			return false;
		digits[n++] = *in;
	}
	digits[n] = '\0';
	return n > 0;
}

static const char *
planned(const char *digits, bool whole)
{
	for (size_t i = 0; i < ARRAY_LEN(plan); i++) {
		if (strncmp(digits, plan[i].prefix, strlen(plan[i].prefix)) != 0)
			continue;
		if (!whole || strlen(digits) == plan[i].digits)
			return plan[i].country;
	}
	return "";
}

static enum rc
international(const char *digits, struct phone *out)
{
	size_t n = strlen(digits);
	size_t len = 0;

	if (n < E164_MIN || n > E164_MAX || digits[0] == '0')
		return RC_REFUSED;
	return str_add(out->s, sizeof(out->s), &len, "+%s", digits) ? RC_OK : RC_REFUSED;
}

enum rc
phone_parse(const char *in, struct phone *out)
{
	char digits[PHONE_MAX];
	bool plus;
	size_t n;

	memset(out, 0, sizeof(*out));
	if (!digits_of(in, digits, &plus))
		return RC_REFUSED;
	n = strlen(digits);
	if (plus)
		return international(digits, out);
	if (n >= SHORT_MIN && n <= SHORT_MAX)
		return str_copy(out->s, sizeof(out->s), digits) ? RC_OK : RC_REFUSED;
	if (strncmp(digits, "00", 2) == 0)
		return international(digits + 2, out);
	if (n == 11 && digits[0] == '8') {
		digits[0] = '7';
		return international(digits, out);
	}
	if (*planned(digits, true) == '\0')
		return RC_REFUSED;
	return international(digits, out);
}

bool
phone_is_short(const struct phone *p)
{
	return p->s[0] != '\0' && p->s[0] != '+';
}

const char *
phone_country(const struct phone *p)
{
	return p->s[0] == '+' ? planned(p->s + 1, false) : "";
}

void
phone_set_log_key(const uint8_t key[32])
{
	memcpy(log_key.b, key, sizeof(log_key.b));
	has_log_key = true;
}

struct peer_ref
peer_ref(const struct phone *p)
{
	struct peer_ref ref = { "--------" };
	struct seal_hash hash;

	if (!has_log_key)
		return ref;
	hash = seal_hash(&log_key, p->s, strlen(p->s));
	str_hex(ref.s, hash.b, 4);
	return ref;
}
