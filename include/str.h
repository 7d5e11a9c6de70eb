/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bounded strings and UTF-8 checks. It knows no language and no alphabet of a network.
 * Called by whoever handles bytes from outside.
 */
#ifndef SHYRAQ_STR_H
#define SHYRAQ_STR_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

/* Copies with its NUL; false, and an empty dst, when it does not fit. */
MUST_CHECK bool str_copy(char *dst, size_t size, const char *src);
/* The same for n bytes that need no NUL; false also when they hold a NUL. */
MUST_CHECK bool str_copy_bytes(char *dst, size_t size, const void *src, size_t n);
/* Appends at *len, printf-like; false, unchanged, when it does not fit. */
MUST_CHECK bool str_add(char *dst, size_t size, size_t *len, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Well-formed UTF-8 with no NUL, no surrogate, nothing above U+10FFFF. */
bool str_is_utf8(const void *s, size_t n);
/* Copies n bytes, each ill-formed sequence and NUL becoming U+FFFD; cut on a character's border. */
size_t str_clean_utf8(char *dst, size_t size, const void *src, size_t n);
/* One character from s (n bytes left, well-formed): returns its length, 0 at the end. */
size_t str_next(const char *s, size_t n, uint32_t *cp);
/* One character to UTF-8, at most U+10FFFF; returns its bytes. No NUL is added. */
size_t str_put(char out[4], uint32_t cp);

/* Whether `word` is one of `words`, which blanks part. */
bool str_has_word(const char *words, const char *word);
/* Whether the name of a file ends with `end`, and has more than that. */
bool str_ends(const char *name, const char *end);

/* 0 to 15, -1: none. */
int str_hex_digit(char c);
/* Hex, lower case. out has 2n + 1 bytes. str_unhex: false on odd length, a bad digit, or > max. */
void str_hex(char *out, const void *src, size_t n);
MUST_CHECK bool str_unhex(void *out, size_t max, size_t *n, const char *hex);

#endif
