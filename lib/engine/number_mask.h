/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S11: what may be the number of a phone, found in people's own words and masked. It knows no plan of
 * numbers. Pure; called by refer_text.c and the workers.
 */
#ifndef SHYRAQ_NUMBER_MASK_H
#define SHYRAQ_NUMBER_MASK_H

#include <stdbool.h>
#include <stddef.h>

/* Six digits of any script in a row, whatever blanks, dashes, slashes, brackets stand between them. */
bool number_in(const char *s);
/* Digits of any script in all, whatever stands between them; a time of day ("6:30") counts none. */
unsigned number_digits(const char *s);
/* Each such row as "…"; `out` holds as much as fits of the rest, never half a character. */
void number_mask(const char *s, char *out, size_t size);

#endif
