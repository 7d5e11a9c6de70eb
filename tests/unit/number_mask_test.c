/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What may be the number of a phone, whatever stands between its digits and in whatever digits.
 * It sends nothing. Called by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "number_mask.h"

static void
rows(void **unused)
{
	(void)unused;
	assert_true(number_in("8 701 000 00 01"));
	assert_true(number_in("8701/000/00/01"));
	assert_true(number_in("8 (701) 000–00–01"));
	assert_true(number_in("８７０１０００"));
	assert_true(number_in("۸۷۰۱۰۰۰"));
	assert_true(number_in("8⃣7⃣0⃣1⃣0⃣0⃣0⃣"));
	assert_false(number_in("дом 12, кв. 34, этаж 5"));
	assert_false(number_in("12345"));
	assert_false(number_in("в 6:30 или 7:15"));
}

static void
in_all(void **unused)
{
	(void)unused;
	assert_int_equal(number_digits("8а7б0в1г0"), 5);
	assert_int_equal(number_digits("８７ и 01"), 4);
	assert_int_equal(number_digits("в 6:30 или 23:15"), 0);
	assert_int_equal(number_digits("87:01:99"), 6);
	assert_int_equal(number_digits("26:30 6:75"), 7);
	assert_int_equal(number_digits(""), 0);
}

static void
masked(void **unused)
{
	char out[64];

	(void)unused;
	number_mask("Лесная, тел 8 (701) 000-00-01, дом 4", out, sizeof(out));
	assert_string_equal(out, "Лесная, тел …, дом 4");
	number_mask("87010000001", out, sizeof(out));
	assert_string_equal(out, "…");
	number_mask("дом 12, кв 345", out, sizeof(out));
	assert_string_equal(out, "дом 12, кв 345");
	number_mask("ж…ж ８７０１０００ж", out, sizeof(out));
	assert_string_equal(out, "ж…ж …ж");
	number_mask("жжжжж", out, 6);
	assert_string_equal(out, "жж");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(in_all),
		cmocka_unit_test(masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
