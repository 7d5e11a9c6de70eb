/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bounded strings, hex, and the door to libunistring's UTF-8.
 * It knows no language and no alphabet of a network, and never allocates.
 * Called by whoever handles bytes from outside.
 */
#include "str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <unistr.h>

#define REPLACEMENT 0xfffd

bool
str_copy(char *dst, size_t size, const char *src)
{
	return str_copy_bytes(dst, size, src, strlen(src));
}

bool
str_copy_bytes(char *dst, size_t size, const void *src, size_t n)
{
	if (size == 0)
		return false;
	dst[0] = '\0';
	if (n >= size)
		return false;
	if (n == 0)
		return true;
	if (memchr(src, '\0', n) != NULL)
		return false;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return true;
}

bool
str_add(char *dst, size_t size, size_t *len, const char *fmt, ...)
{
	va_list args;
	int n;

	if (*len >= size)
		return false;
	va_start(args, fmt);
	n = vsnprintf(dst + *len, size - *len, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= size - *len) {
		dst[*len] = '\0';
		return false;
	}
	*len += (size_t)n;
	return true;
}

bool
str_is_utf8(const void *s, size_t n)
{
	return n == 0 || (memchr(s, '\0', n) == NULL && u8_check(s, n) == NULL);
}

size_t
str_clean_utf8(char *dst, size_t size, const void *src, size_t n)
{
	const uint8_t *s = src;
	size_t len = 0;

	if (size == 0)
		return 0;
	for (size_t i = 0; i < n;) {
		uint8_t one[6];
		ucs4_t cp;
		int out;

		i += (size_t)u8_mbtouc(&cp, s + i, n - i);
		out = u8_uctomb(one, cp != 0 ? cp : REPLACEMENT, sizeof(one));
		if (out < 0 || (size_t)out >= size - len)
			break;
		memcpy(dst + len, one, (size_t)out);
		len += (size_t)out;
	}
	dst[len] = '\0';
	return len;
}

size_t
str_put(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

size_t
str_next(const char *s, size_t n, uint32_t *cp)
{
	ucs4_t one;
	int used;

	*cp = 0;
	if (n == 0 || *s == '\0')
		return 0;
	used = u8_mbtouc(&one, (const uint8_t *)s, n);
	*cp = one;
	return (size_t)used;
}

void
str_hex(char *out, const void *src, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *s = src;

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[s[i] >> 4];
		*out++ = digits[s[i] & 15];
	}
	*out = '\0';
}

int
str_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
str_unhex(void *out, size_t max, size_t *n, const char *hex)
{
	size_t len = strlen(hex);
	uint8_t *to = out;

	*n = 0;
	if (len % 2 != 0 || len / 2 > max)
		return false;
	for (size_t i = 0; i < len; i += 2) {
		int high = str_hex_digit(hex[i]);
		int low = str_hex_digit(hex[i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i / 2] = (uint8_t)(high << 4 | low);
	}
	*n = len / 2;
	return true;
}

bool
str_has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (len == n && memcmp(at, word, n) == 0)
			return true;
		at += len;
	}
	return false;
}

bool
str_ends(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}
