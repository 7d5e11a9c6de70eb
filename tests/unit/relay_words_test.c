/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver may say to a person, row by row, and its letters.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "relay_words.h"

static void
parses(void **unused)
{
	static const struct {
		const char *text;
		bool is;
		int phrase, code;
		const char *at, *words;
	} rows[] = {
		{ "52 482 6:30 базар, белая машина", true, 52, 482, "6:30",
		    "базар, белая машина" },
		{ "51 615 04:00 words", true, 51, 615, "04:00", "words" },
		{ "51 731 00:40", true, 51, 731, "00:40", "" },
		{ "482 52 6.30 базар", true, 52, 482, "6:30", "базар" },
		{ "52482 6-30", true, 52, 482, "6:30", "" },
		{ " 54   007\n", true, 54, 7, "", "" },
		{ "51, 615. в 4:00 у ворот", true, 51, 615, "4:00", "у ворот" },
		{ "51 615 у ворот 4:00", true, 51, 615, "", "у ворот 4:00" },
		{ "51 615 25:00", true, 51, 615, "", "25:00" },
		{ "51 615 4:75 a", true, 51, 615, "", "4:75 a" },
		{ "349 у какого поворота?", true, RELAY_FREE, 349, "",
		    "у какого поворота?" },
		{ "349 6:30", true, RELAY_FREE, 349, "", "6:30" },
		{ "№349  a  b", true, RELAY_FREE, 349, "", "a b" },
		{ "349", false, 0, 0, "", "" },
		{ "51", false, 0, 0, "", "" },
		{ "56 615", false, 0, 0, "", "" },
		{ "51 61", false, 0, 0, "", "" },
		{ "1 482", false, 0, 0, "", "" },
		{ "1482", false, 0, 0, "", "" },
		{ "да 482", false, 0, 0, "", "" },
		{ "", false, 0, 0, "", "" },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct relay_words w;

		if (relay_words_parse(rows[i].text, &w) != rows[i].is)
			fail_msg("\"%s\"", rows[i].text);
		if (!rows[i].is)
			continue;
		assert_int_equal(w.phrase, rows[i].phrase);
		assert_int_equal(w.code, rows[i].code);
		assert_string_equal(w.at, rows[i].at);
		assert_string_equal(w.words, rows[i].words);
	}
}

static void
long_words_are_told(void **unused)
{
	struct relay_words w;
	char text[1200] = "52 482 ";

	(void)unused;
	for (int i = 0; i < 500; i++)
		strcat(text, "ж");
	assert_true(relay_words_parse(text, &w));
	assert_true(w.too_long);
}

static void
letters(void **unused)
{
	static const struct {
		enum lang l;
		const char *in, *out;
	} rows[] = {
		{ LANG_UZ, "базар, белая машина", "bazar, belaya mashina" },
		{ LANG_UZ, "Жетибой, Ўрик 5", "Jetiboy, O'rik 5" },
		{ LANG_TK, "у ворот, Щука", "u vorot, Schuka" },
		{ LANG_EN, "хлеб", "khleb" },
		{ LANG_RU, "bazar Shymkent 5", "базар Шымкент 5" },
		{ LANG_KK, "белая машина", "белая машина" },
		{ LANG_KK, "ул. Abay", "ул. Abay" }, /* mixed: as it was written */
		{ LANG_UZ, "darvoza", "darvoza" },
		{ LANG_NONE, "bazar", "bazar" },
		{ LANG_TG, "", "" },
	};
	char out[RELAY_BYTES];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(relay_script(rows[i].in, rows[i].l, out));
		if (rows[i].l == LANG_RU)
			assert_non_null(strstr(out, "базар Ш"));
		else
			assert_string_equal(out, rows[i].out);
	}
}

static void
numbers(void **unused)
{
	(void)unused;
	assert_true(relay_has_number("звоните 8 701 000 00 01"));
	assert_true(relay_has_number("+7(701)0000001"));
	assert_true(relay_has_number("123456"));
	assert_false(relay_has_number("дом 12, кв. 345"));
	assert_false(relay_has_number("в 6:30 или 7:15"));
	assert_false(relay_has_number(""));
	assert_int_equal(relay_chars("ол 5"), 4);
}

static void
ends(void **unused)
{
	static const struct {
		const char *in, *out;
	} v[] = { { "Позвоните 112", "Позвоните 112." }, { "Где вы?", "Где вы?" },
		{ "Ждите.", "Ждите." }, { "", "" } };
	char words[RELAY_BYTES];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		(void)strcpy(words, v[i].in);
		relay_end(words);
		assert_string_equal(words, v[i].out);
	}
}

static void
steps(void **unused)
{
	(void)unused;
	assert_string_equal(relay_phrase_step(51), "come");
	assert_string_equal(relay_phrase_step(55), "call112");
	assert_string_equal(relay_phrase_step(RELAY_FREE), "free");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(long_words_are_told),
		cmocka_unit_test(letters),
		cmocka_unit_test(numbers),
		cmocka_unit_test(ends),
		cmocka_unit_test(steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
