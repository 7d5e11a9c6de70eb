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

/*
 * Of a target that reads no texts: random.c has its inputs made by this one, of at most `size` bytes and
 * from such numbers alone, and one of four is a damaged one of its corpus. NULL: the target reads texts.
 */
typedef uint64_t fuzz_next(void);
size_t fuzz_make(uint8_t *to, size_t size, fuzz_next *next) __attribute__((weak));

/* What must hold, told by its own words and line when it does not. */
#define insist(so)                                                               \
	do {                                                                     \
		if (!(so)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #so); \
			abort();                                                 \
		}                                                                \
	} while (0)

#endif
