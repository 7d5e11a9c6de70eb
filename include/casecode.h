/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ten-digit name of a case that only the person holds: a keyed permutation of its number and a Luhn
 * digit. It never says whether a case exists. Called by the turn.
 */
#ifndef SHYRAQ_CASECODE_H
#define SHYRAQ_CASECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "seal.h"

#define CASECODE_DIGITS 10
/* Numbers above this have no code (one case a second for two years). */
#define CASECODE_NUMBER_MAX INT64_C(62499999)

/* "4821773100". RC_REFUSED: the number is below 1 or above the most. */
MUST_CHECK enum rc casecode_encode(
    const struct seal_key *key, int64_t number, char out[CASECODE_DIGITS + 1]);

/* RC_REFUSED: not ten digits, a wrong digit, two digits swapped, or no code under this key. */
MUST_CHECK enum rc casecode_decode(
    const struct seal_key *key, const char *code, int64_t *number);

#endif
