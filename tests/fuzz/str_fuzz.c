/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as UTF-8, hex and a number: what is cleaned is clean, what goes comes back.
 * It never gives a buffer one byte more than was asked for, so that one more is caught.
 * Called by make fuzz.
 */
#include "fuzz.h"
#include "phone.h"
#include "str.h"

static char *
exact(size_t n)
{
	char *p = malloc(n > 0 ? n : 1);

	insist(p != NULL);
	return p;
}

static void
cleaning(const uint8_t *data, size_t n, size_t size)
{
	char *clean = exact(size);
	size_t len = str_clean_utf8(clean, size, data, n);
	size_t read = 0;
	uint32_t cp;

	insist(size == 0 ? len == 0 : len < size);
	insist(str_is_utf8(clean, len));
	for (size_t used; (used = str_next(clean + read, len - read, &cp)) > 0;
	     read += used)
		insist(cp > 0 && cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff));
	insist(read == len);
	if (str_is_utf8(data, n) && size > n)
		insist(len == n && (n == 0 || memcmp(clean, data, n) == 0));
	free(clean);
}

static void
hex(const uint8_t *data, size_t n)
{
	char *text = exact(2 * n + 1);
	char *back = exact(n);
	size_t got;

	str_hex(text, data, n);
	insist(str_unhex(back, n, &got, text) && got == n);
	insist(n == 0 || memcmp(back, data, n) == 0);
	insist(n == 0 || !str_unhex(back, n - 1, &got, text));
	free(text);
	free(back);
}

static void
number(const uint8_t *data, size_t n)
{
	char *text = exact(n + 1);
	struct phone once, twice;

	if (str_copy_bytes(text, n + 1, data, n) && phone_parse(text, &once) == RC_OK) {
		insist(phone_parse(once.s, &twice) == RC_OK);
		insist(strcmp(once.s, twice.s) == 0);
		insist(
		    phone_is_short(&once) ? strlen(once.s) <= 6 : strlen(once.s) <= 16);
		insist(phone_country(&once) != NULL);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	cleaning(data, n, 3 * n + 1);
	cleaning(data, n, n / 2);
	hex(data, n);
	number(data, n);
	return 0;
}
