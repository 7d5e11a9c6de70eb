/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers in a receiver's text that are no answer: a case behind "№", hours and dates, phones.
 * Pure. Called by receiver_words.c.
 */
#ifndef SHYRAQ_RECEIVER_NUMBERS_H
#define SHYRAQ_RECEIVER_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The text without them; a number too long for a code stands for an hour or a phone. Returns the first number
 * behind "№", -1: none. *asks: it ends in a question mark, or in a dash, or begins with one: "482 -". Where
 * there is no room `out` is "" and nothing was found.
 */
int numbers_take(const char *text, char *out, size_t size, bool *asks);

#endif
