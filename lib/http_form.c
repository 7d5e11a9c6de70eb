/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of forms: one pass a field, every octet against the end.
 * It never allocates. Called by http_ussd.c.
 */
#include "http_form.h"

#include <string.h>

#include "str.h"

/* One octet at p (n left, at least 1): how many it takes there, 0 when it is malformed. */
static size_t
octet(const char *p, size_t n, char *out)
{
	int high, low;

	*out = *p == '+' ? ' ' : *p;
	if (*p != '%')
		return 1;
	if (n < 3)
		return 0;
	high = str_hex_digit(p[1]);
	low = str_hex_digit(p[2]);
	if (high < 0 || low < 0)
		return 0;
	*out = (char)(unsigned char)(high << 4 | low);
	return 3;
}

/* RC_AGAIN: another name, or one that is malformed. */
static enum rc
match(const char *p, size_t n, const char *name)
{
	for (size_t used; n > 0; p += used, n -= used) {
		char c;

		used = octet(p, n, &c);
		if (used == 0 || *name == '\0' || c != *name)
			return RC_AGAIN;
		name++;
	}
	return *name == '\0' ? RC_OK : RC_AGAIN;
}

static bool
is_clean(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
			return false;
	}
	return str_is_utf8(s, n);
}

static enum rc
decode(const char *p, size_t n, char *out, size_t size)
{
	size_t len = 0;

	for (size_t used; n > 0; p += used, n -= used) {
		char c;

		used = octet(p, n, &c);
		if (used == 0 || len + 1 >= size)
			goto refused;
		out[len++] = c;
	}
	out[len] = '\0';
	if (is_clean(out, len))
		return RC_OK;
refused:
	explicit_bzero(out, len);
	out[0] = '\0';
	return RC_REFUSED;
}

enum rc
http_form_get(const char *form, size_t n, const char *name, char *out, size_t size)
{
	enum rc rc = RC_AGAIN;
	unsigned fields = 0;

	out[0] = '\0';
	while (n > 0) {
		const char *end = memchr(form, '&', n);
		size_t field = end == NULL ? n : (size_t)(end - form);
		const char *is = memchr(form, '=', field);
		size_t name_n = is == NULL ? field : (size_t)(is - form);
		size_t skip = is == NULL ? field : name_n + 1;

		if (++fields > HTTP_FIELDS_MAX)
			rc = RC_REFUSED;
		else if (field > 0 && match(form, name_n, name) == RC_OK)
			rc = rc == RC_AGAIN ? decode(form + skip, field - skip, out, size)
					    : RC_REFUSED;
		if (rc == RC_REFUSED) {
			out[0] = '\0';
			return rc;
		}
		n -= end == NULL ? n : field + 1;
		form = end == NULL ? form : end + 1;
	}
	return rc;
}
