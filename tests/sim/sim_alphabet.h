/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The GSM 7-bit default alphabet, UTF-8 and UTF-16, one character at a time.
 * Never allocates, never packs septets (sim_pdu.c does).
 * Called by sim_pdu.c and, for USSD, by sim_at_net.c.
 */
#ifndef SHYRAQ_SIM_ALPHABET_H
#define SHYRAQ_SIM_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ALPHABET_NONE = 0xFFFF,
	ALPHABET_ESCAPE = 0x1B,
	ALPHABET_REPLACEMENT = 0xFFFD,
};

/* One code point from UTF-8; returns octets taken, 0 when they are not UTF-8. */
size_t alphabet_utf8_read(const char *s, size_t len, uint32_t *code);
/* Writes at most 4 octets, returns how many. */
size_t alphabet_utf8_write(char out[4], uint32_t code);

/* Septets for a code point: 0 (none), 1 or 2, into s. */
unsigned alphabet_gsm7_from(uint32_t code, uint8_t s[2]);
/* The character of a septet, or of one after the escape. */
uint32_t alphabet_gsm7_to(uint8_t septet, bool escaped);

#endif
