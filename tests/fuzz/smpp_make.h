/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDUs made up from random numbers: what SMSCs and USSD gateways send, often with damage.
 * It keeps nothing between calls. Included by the makers of tests/fuzz/smpp_*_fuzz.c.
 */
#ifndef SHYRAQ_SMPP_MAKE_H
#define SHYRAQ_SMPP_MAKE_H

#include "fuzz.h"
#include "smpp_pdu.h"

#define SMPP_MAKE_MAX 1024 /* octets of a PDU of these */

/* One of 0 to n - 1. */
unsigned smpp_make_below(fuzz_next *next, unsigned n);

/* A whole PDU into SMPP_MAKE_MAX octets; returns its length. `ussd`: of a gateway's dialogue. */
size_t smpp_make_pdu(uint8_t *to, enum smpp_command command, bool ussd, fuzz_next *next);

/* Turns, drops, doubles or adds a few octets, if `n` is at most `size`; returns what is left of n. */
size_t smpp_make_damage(uint8_t *p, size_t n, size_t size, fuzz_next *next);

/* Steps of tests/fuzz/smpp_session_fuzz.c: a link that is bound, most often, and what may follow. */
size_t smpp_make_life(uint8_t *to, size_t size, fuzz_next *next);

#endif
