/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every fuzz target has: the function that is called, and insisting.
 * It holds no state. Included by tests/fuzz.
 */
#ifndef SHYRAQ_FUZZ_H
#define SHYRAQ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What must hold, told by its own words and line when it does not. */
#define insist(so)                                                               \
	do {                                                                     \
		if (!(so)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #so); \
			abort();                                                 \
		}                                                                \
	} while (0)

#endif
