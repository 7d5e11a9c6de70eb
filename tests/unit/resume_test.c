/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ten digits found in what people type, however they are grouped.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resume.h"

static void
finds(void **unused)
{
	static const struct {
		const char *text, *code;
	} rows[] = {
		{ "4821773100", "4821773100" },
		{ "48217 73100", "4821773100" },
		{ " 48217-73100. ", "4821773100" },
		{ "482 177 31 00", "4821773100" },
		{ "kod 48217 73100", "4821773100" },
		{ "код: 4821773100", "4821773100" },
		{ "４８２１７７３１００", "4821773100" },
		{ "٤٨٢١٧ ٧٣١٠٠", "4821773100" },
		{ "48217 7310", NULL },
		{ "48217 731000", NULL },
		{ "+7 701 000 00 01", NULL }, /* eleven digits */
		{ "мой код вот 4821773100", NULL },
		{ "1", NULL },
		{ "", NULL },
		{ "4821773100 4821773100 4821773100 4821773100 4821773100 48217", NULL },
	};
	char code[CASECODE_DIGITS + 1];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool is = resume_digits(rows[i].text, code);

		if (is != (rows[i].code != NULL))
			fail_msg("\"%s\"", rows[i].text);
		if (is)
			assert_string_equal(code, rows[i].code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(finds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
