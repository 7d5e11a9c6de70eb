/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S11: what may be the number of a phone, found in people's own words and masked. It knows no plan of
 * numbers and keeps none. Called by refer_text.c and the workers.
 */
#include "number_mask.h"

#include <string.h>
#include <unictype.h>

#include "str.h"

#define NUMBER_DIGITS 6
#define MASK "…"

static bool
is_digit(uint32_t cp)
{
	return uc_digit_value(cp) >= 0;
}

/* What people and phones put between the digits of one number. */
static bool
is_between(uint32_t cp)
{
	const uint32_t mask = UC_CATEGORY_MASK_Z | UC_CATEGORY_MASK_M |
	    UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Pd |
	    UC_CATEGORY_MASK_Ps | UC_CATEGORY_MASK_Pe;

	return (cp < 0x80 && cp != 0 && strchr("/\\.+_*|", (int)cp) != NULL) ||
	    cp == 0x2212 || cp == 0x2044 || cp == 0xff0b || cp == 0xff0f ||
	    uc_is_general_category_withtable(cp, mask);
}

/* From the first digit of s to behind the last one of its row, in bytes; *digits in it. */
static size_t
row_of(const char *s, unsigned *digits)
{
	size_t n = strlen(s), at = 0, end = 0, step;
	uint32_t cp;

	*digits = 0;
	while ((step = str_next(s + at, n - at, &cp)) > 0) {
		at += step;
		if (is_digit(cp)) {
			++*digits;
			end = at;
		} else if (!is_between(cp)) {
			break;
		}
	}
	return end;
}

bool
number_in(const char *s)
{
	size_t step;
	uint32_t cp;

	for (; (step = str_next(s, strlen(s), &cp)) > 0; s += step) {
		unsigned digits = 0;

		if (!is_digit(cp))
			continue;
		step = row_of(s, &digits);
		if (digits >= NUMBER_DIGITS)
			return true;
	}
	return false;
}

/* "6:30", "06:30", with no digit and no colon at either side; bytes, 0: none. */
static size_t
time_at(const char *s, char before)
{
	size_t h = strspn(s, "0123456789");

	if ((before >= '0' && before <= '9') || before == ':' || h < 1 || h > 2 ||
	    s[h] != ':' || strspn(s + h + 1, "0123456789") != 2 || s[h + 3] == ':')
		return 0;
	if ((h == 2 && (s[0] > '2' || (s[0] == '2' && s[1] > '3'))) || s[h + 1] > '5')
		return 0;
	return h + 3;
}

unsigned
number_digits(const char *s)
{
	unsigned digits = 0;
	char before = ' ';
	size_t step;
	uint32_t cp;

	for (; (step = str_next(s, strlen(s), &cp)) > 0; s += step) {
		size_t time = time_at(s, before);

		if (time > 0)
			step = time;
		else if (is_digit(cp))
			digits++;
		before = s[step - 1];
	}
	return digits;
}

void
number_mask(const char *s, char *out, size_t size)
{
	size_t n = strlen(s), len = 0, step;
	uint32_t cp;

	out[0] = '\0';
	for (; (step = str_next(s, n, &cp)) > 0; s += step, n -= step) {
		unsigned digits = 0;
		size_t row = is_digit(cp) ? row_of(s, &digits) : 0;

		if (row > 0)
			step = row;
		if (digits >= NUMBER_DIGITS
			? !str_add(out, size, &len, "%s", MASK)
			: !str_add(out, size, &len, "%.*s", (int)step, s))
			return;
	}
}
