/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/str.c by tables: bounds, UTF-8, hex.
 * It never relies on a locale.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "str.h"

static void
copies_are_bounded(void **state)
{
	char buf[4];

	(void)state;
	assert_true(str_copy(buf, sizeof(buf), "abc"));
	assert_string_equal(buf, "abc");
	assert_false(str_copy(buf, sizeof(buf), "abcd"));
	assert_string_equal(buf, "");
	assert_false(str_copy(buf, 0, ""));
	assert_true(str_copy(buf, 1, ""));
	assert_true(str_copy_bytes(buf, sizeof(buf), "abcd", 3));
	assert_string_equal(buf, "abc");
	assert_true(str_copy_bytes(buf, sizeof(buf), NULL, 0));
	assert_string_equal(buf, "");
	assert_false(str_copy_bytes(buf, sizeof(buf), "a\0b", 3));
	assert_string_equal(buf, "");
}

static void
adding_is_whole_or_nothing(void **state)
{
	char buf[8] = "";
	size_t n = 0;

	(void)state;
	assert_true(str_add(buf, sizeof(buf), &n, "%s-%d", "ab", 12));
	assert_int_equal(n, 5);
	assert_false(str_add(buf, sizeof(buf), &n, "%s", "xyz"));
	assert_int_equal(n, 5);
	assert_string_equal(buf, "ab-12");
	assert_true(str_add(buf, sizeof(buf), &n, "%s", "xy"));
	assert_string_equal(buf, "ab-12xy");
	assert_false(str_add(buf, sizeof(buf), &n, "z"));
	n = sizeof(buf);
	assert_false(str_add(buf, sizeof(buf), &n, "%s", ""));
}

#define BYTES(s) s, sizeof(s) - 1
#define R "\xef\xbf\xbd"

static void
utf8(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		bool good;
		const char *cleaned;
	} rows[] = {
		{ BYTES(""), true, "" },
		{ BYTES("Көмек, yo'q"), true, "Көмек, yo'q" },
		{ BYTES("\xf0\x9f\x98\x80"), true, "\xf0\x9f\x98\x80" },
		{ BYTES("\xf4\x8f\xbf\xbf"), true, "\xf4\x8f\xbf\xbf" },
		{ BYTES("a\0b"), false, "a" R "b" },
		{ BYTES("\x80"), false, R },
		{ BYTES("a\xc0\x80z"), false, "a" R R "z" },  /* NUL, overlong */
		{ BYTES("\xe0\x80\xafz"), false, R "z" },     /* overlong */
		{ BYTES("\xed\xa0\x80z"), false, R "z" },     /* a lone surrogate */
		{ BYTES("\xf4\x90\x80\x80z"), false, R "z" }, /* past U+10FFFF */
		{ BYTES("\xff\xfez"), false, R R "z" },
		{ BYTES("a\xd0"), false, "a" R }, /* cut off */
		{ BYTES("a\xe2\x82"), false, "a" R },
		{ BYTES("\xd0z"), false, R "z" },
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = str_clean_utf8(buf, sizeof(buf), rows[i].in, rows[i].n);

		assert_int_equal(str_is_utf8(rows[i].in, rows[i].n), rows[i].good);
		assert_int_equal(n, strlen(buf));
		assert_true(str_is_utf8(buf, n));
		assert_string_equal(buf, rows[i].cleaned);
	}
}

static void
cleaning_cuts_between_characters(void **state)
{
	static const struct {
		size_t size;
		const char *out;
	} rows[] = { { 1, "" }, { 2, "a" }, { 3, "a" }, { 4, "aж" }, { 5, "aж" },
		{ 8, "aж😀" } };
	char buf[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    str_clean_utf8(buf, rows[i].size, BYTES("aж😀")), strlen(rows[i].out));
		assert_string_equal(buf, rows[i].out);
	}
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(str_clean_utf8(buf, 0, "a", 1), 0);
	assert_int_equal(buf[0], 'x');
}

static void
characters_one_by_one(void **state)
{
	static const uint32_t want[] = { 'a', 0x436, 0x20ac, 0x1f600 };
	const char *s = "aж€😀";
	size_t n = strlen(s);
	uint32_t cp;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		size_t used = str_next(s, n, &cp);

		assert_int_equal(used, i + 1);
		assert_int_equal(cp, want[i]);
		s += used;
		n -= used;
	}
	assert_int_equal(str_next(s, n, &cp), 0);
	assert_int_equal(cp, 0);
}

static void
hex(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x1f, 0xa0, 0xff };
	static const struct {
		const char *in;
		bool good;
		size_t n;
	} rows[] = {
		{ "", true, 0 },
		{ "001fa0ff", true, 4 },
		{ "001FA0FF", true, 4 },
		{ "0", false, 0 },
		{ "001fa0f", false, 0 },
		{ "001fa0fg", false, 0 },
		{ "00 1fa0f", false, 0 },
		{ "001fa0ff00", false, 0 },
	};
	char text[2 * sizeof(bytes) + 1];
	uint8_t out[4];
	size_t n;

	(void)state;
	str_hex(text, bytes, sizeof(bytes));
	assert_string_equal(text, "001fa0ff");
	str_hex(text, bytes, 0);
	assert_string_equal(text, "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    str_unhex(out, sizeof(out), &n, rows[i].in), rows[i].good);
		assert_int_equal(n, rows[i].n);
		if (n == sizeof(bytes))
			assert_memory_equal(out, bytes, sizeof(bytes));
	}
}

/* What is put comes back, at both ends of each length. */
static void
put_and_next(void **state)
{
	static const uint32_t rows[] = { 1, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000,
		0xffff, 0x10000, 0x10ffff };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[4];
		uint32_t cp = 0;
		size_t n = str_put(out, rows[i]);

		assert_true(str_is_utf8(out, n));
		assert_int_equal(str_next(out, n, &cp), n);
		assert_int_equal(cp, rows[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_and_next),
		cmocka_unit_test(copies_are_bounded),
		cmocka_unit_test(adding_is_whole_or_nothing),
		cmocka_unit_test(utf8),
		cmocka_unit_test(cleaning_cuts_between_characters),
		cmocka_unit_test(characters_one_by_one),
		cmocka_unit_test(hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
