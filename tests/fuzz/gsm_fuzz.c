/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a text and as a header: sizes and splits agree, no byte past the end read.
 * It never checks an exact figure: tests/unit/gsm_test.c does.
 * Called by make fuzz.
 */
#include "fuzz.h"
#include "gsm.h"
#include "str.h"

/* Each part, taken alone, fits a part of several. */
static void
parts_fit(const char *text, size_t len, struct gsm_size size)
{
	const unsigned room = size.alphabet == GSM_7BIT ? 153 : 67;
	size_t at[GSM_PARTS_MAX];
	unsigned parts = gsm_split(text, at);
	unsigned units = 0;

	insist(parts == (size.parts <= GSM_PARTS_MAX ? size.parts : 0));
	for (unsigned i = 0; i < parts; i++) {
		size_t end = i + 1 < parts ? at[i + 1] : len;
		unsigned part = 0;
		uint32_t cp;

		insist(at[i] < end && (i > 0 || at[i] == 0));
		insist(str_is_utf8(text + at[i], end - at[i]));
		for (size_t s = at[i], used;
		     (used = str_next(text + s, end - s, &cp)) > 0; s += used)
			part += size.alphabet == GSM_7BIT ? gsm_septets(cp)
							  : 1 + (cp > 0xffff);
		insist(parts == 1 || part <= room);
		units += part;
	}
	insist(parts == 0 || units == size.units);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct gsm_concat concat;
	char *text = malloc(3 * n + 1);
	struct gsm_size size;
	size_t len;

	insist(text != NULL);
	len = str_clean_utf8(text, 3 * n + 1, data, n);
	size = gsm_size_of(text);
	insist((size.parts == 0) == (len == 0));
	insist(size.units <= 2 * len);
	parts_fit(text, len, size);
	(void)gsm_fits_screen(text);
	free(text);
	if (gsm_concat_parse(data, n, &concat) == RC_OK)
		insist(concat.part >= 1 && concat.part <= concat.total);
	return 0;
}
