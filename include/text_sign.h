/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signatures of texts: "#. signed: INITIALS; ORGANISATION; YYYY-MM-DD; WORDING; HASH" in a PO file.
 * It proves no person, only that this very text was signed. Called by lib/text.c and shyraqctl.
 */
#ifndef SHYRAQ_TEXT_SIGN_H
#define SHYRAQ_TEXT_SIGN_H

#include <stdbool.h>

#include "base.h"

#define TEXT_HASH_MAX 9 /* 8 hex digits and NUL */
#define TEXT_SIGNED "signed: "

struct text_signature {
	char initials[16];
	char organisation[64];
	char date[11];
	unsigned wording; /* 1 to 65535: the number under which a consent is kept */
};

/* "AB; Organisation; 2026-12-01; 1"; false when it is anything else. */
MUST_CHECK bool text_signature_parse(const char *s, struct text_signature *out);

/* The first 8 hex digits of BLAKE2b-256 over the text. */
void text_hash(char out[TEXT_HASH_MAX], const char *text);

/* The line of a comment that signs this text, without its end; false when it does not fit. */
MUST_CHECK bool text_signature_line(
    char *out, size_t size, const struct text_signature *s, const char *text);

/* The wording number of the last signature among comment lines; 0: none, or of another text. */
unsigned text_signed(const char *comment, const char *text);

#endif
