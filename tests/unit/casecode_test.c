/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Case codes: back and forth over a million numbers, each slip of a finger caught. It takes every 31st
 * number of the million; SHYRAQ_CASECODES=1 all of them (15 s). Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "casecode.h"

#define MILLION 1000000

static struct seal_key key;

static int
setup(void **unused)
{
	(void)unused;
	seal_init();
	for (size_t i = 0; i < sizeof(key.b); i++)
		key.b[i] = (uint8_t)(i * 7 + 1);
	return 0;
}

static void
back_and_forth(void **unused)
{
	static uint8_t seen[1000000000 / 8];
	char code[CASECODE_DIGITS + 1];
	int64_t number, every = getenv("SHYRAQ_CASECODES") != NULL ? 1 : 31;

	(void)unused;
	for (int64_t n = 1; n <= MILLION; n += every) {
		uint32_t v = 0;

		if (casecode_encode(&key, n, code) != RC_OK)
			fail_msg("no code");
		for (int i = 0; i < 9; i++)
			v = v * 10 + (uint32_t)(code[i] - '0');
		if ((seen[v / 8] & 1U << v % 8) != 0)
			fail_msg("a code twice");
		seen[v / 8] |= (uint8_t)(1U << v % 8);
		if (casecode_decode(&key, code, &number) != RC_OK || number != n)
			fail_msg("a code that does not lead back");
	}
	assert_int_equal(casecode_encode(&key, CASECODE_NUMBER_MAX, code), RC_OK);
	assert_int_equal(casecode_decode(&key, code, &number), RC_OK);
	assert_int_equal(number, CASECODE_NUMBER_MAX);
	assert_int_equal(
	    casecode_encode(&key, CASECODE_NUMBER_MAX + 1, code), RC_REFUSED);
	assert_int_equal(casecode_encode(&key, 0, code), RC_REFUSED);
}

static void
slips(void **unused)
{
	char code[CASECODE_DIGITS + 1], wrong[CASECODE_DIGITS + 1];
	int64_t number;

	(void)unused;
	for (int64_t n = 1; n <= 300; n++) {
		assert_int_equal(casecode_encode(&key, n, code), RC_OK);
		for (int i = 0; i < CASECODE_DIGITS; i++) {
			for (int d = '0'; d <= '9'; d++) {
				memcpy(wrong, code, sizeof(code));
				wrong[i] = (char)d;
				if (d != code[i])
					assert_int_equal(
					    casecode_decode(&key, wrong, &number),
					    RC_REFUSED);
			}
			memcpy(wrong, code, sizeof(code));
			if (i + 1 == CASECODE_DIGITS || code[i] == code[i + 1])
				continue;
			wrong[i] = code[i + 1];
			wrong[i + 1] = code[i];
			assert_int_equal(
			    casecode_decode(&key, wrong, &number), RC_REFUSED);
		}
	}
}

static void
what_is_no_code(void **unused)
{
	static const char *const bad[] = { "", "1", "482177310", "48217731000",
		"48217 7310", "482177310a", "0000000090" };
	struct seal_key other = key;
	char code[CASECODE_DIGITS + 1];
	int64_t number;

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(casecode_decode(&key, bad[i], &number), RC_REFUSED);
	other.b[0] ^= 1;
	assert_int_equal(casecode_encode(&key, 317, code), RC_OK);
	assert_true(casecode_decode(&other, code, &number) != RC_OK || number != 317);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_and_forth),
		cmocka_unit_test(slips),
		cmocka_unit_test(what_is_no_code),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
