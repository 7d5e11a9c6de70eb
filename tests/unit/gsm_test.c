/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/gsm.c by tables: sizes, splits, screens, validity periods, concatenation headers.
 * It never asks lib/gsm.c what is right: expectations are counted or from the standard.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gsm.h"
#include "str.h"

/* n times one character, into a buffer of its own for each call. */
static const char *
times(char *buf, size_t size, const char *one, unsigned n, const char *tail)
{
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		assert_true(str_add(buf, size, &len, "%s", one));
	assert_true(str_add(buf, size, &len, "%s", tail));
	return buf;
}

static void
sizes_of_texts(void **state)
{
	static const struct {
		const char *text;
		enum gsm_alphabet alphabet;
		unsigned units, parts;
	} rows[] = {
		{ "", GSM_7BIT, 0, 0 },
		{ "1", GSM_7BIT, 1, 1 },
		{ "Ish savol-javob 24 soat. Javob sir: siz tanlagan odam ko'radi. Bola yo hayot "
		  "xavfi - aytamiz. SMSni o'chiring. Hozir tinchmi? 1 ha 2 yo'q, tez",
		    GSM_7BIT, 142, 1 },
		{ "Qayerdasiz? Shahar yoki qishloq nomini yozing. 0 aytmayman", GSM_7BIT,
		    58, 1 },
		{ "Jetiboy, Mangistau (xato bo'lsa 9). Ishda nima bo'ldi? 1 haq bermaydi 2 hujjat "
		  "olingan 3 chiqarmaydi 4 boshqa. Bir nechtasi mumkin",
		    GSM_7BIT, 130, 1 },
		{ "Javoblar yozildi. Yana 3 savol, istasangiz. Nima kerak? 1 yotoq 2 shifokor 3 "
		  "maslahat 4 hujjat 5 uyga yo'l",
		    GSM_7BIT, 106, 1 },
		{ "№317 Жетыбай: муж+7, паспорт, не выпускают. 1 482 беру 2 482 нет",
		    GSM_UCS2, 64, 1 },
		{ "№317 ваше с 21:49. Узб. яз. Нужно: паспорт, дорога домой. Без полиции. Связь "
		  "22-23. 51 едем, 52 встреча, 4 в пути, 5 встретили",
		    GSM_UCS2, 126, 2 },
		{ "Жұмыс анықтама 24 сағ. Жауап құпия. Бала не өмірге қауіп болса, айтамыз. SMS "
		  "өшіріңіз. Бұл өзіңіз туралы ма? 1 иә 2 басқа 3 туысым",
		    GSM_UCS2, 130, 2 },
		{ "№518 Сарыагаш: дети, 6-20 чел. Только с НКО. 1 557 беру 2 557 нет",
		    GSM_UCS2, 65, 1 },
		{ "№402 danger, desk", GSM_UCS2, 17, 1 }, /* № is not in GSM-7 */
		{ "yo‘q", GSM_UCS2, 4, 1 },               /* a letter mark turns it all */
		{ "a\tb", GSM_UCS2, 3, 1 },               /* nor is the tabulator */
		{ "{€}", GSM_7BIT, 6, 1 },
		{ "😀", GSM_UCS2, 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gsm_size size = gsm_size_of(rows[i].text);

		assert_int_equal(size.alphabet, rows[i].alphabet);
		assert_int_equal(size.units, rows[i].units);
		assert_int_equal(size.parts, rows[i].parts);
	}
}

static void
sizes_at_the_borders(void **state)
{
	static const struct {
		const char *one;
		unsigned n;
		const char *tail;
		unsigned units, parts;
	} rows[] = {
		{ "a", 159, "", 159, 1 },
		{ "a", 160, "", 160, 1 },
		{ "a", 161, "", 161, 2 },
		{ "a", 306, "", 306, 2 },
		{ "a", 307, "", 307, 3 },
		{ "a", 158, "^", 160, 1 },
		{ "a", 159, "^", 161, 2 },
		{ "^", 80, "", 160, 1 },
		{ "^", 81, "", 162, 2 },
		{ "^", 152, "", 304, 2 },
		{ "^", 153, "", 306, 3 },
		{ "ж", 70, "", 70, 1 },
		{ "ж", 71, "", 71, 2 },
		{ "ж", 134, "", 134, 2 },
		{ "ж", 135, "", 135, 3 },
		{ "😀", 35, "", 70, 1 },
		{ "😀", 36, "", 72, 2 },
		{ "😀", 66, "", 132, 2 },
		{ "😀", 67, "", 134, 3 },
		{ "a", 70, "ж", 71, 2 },
		{ "ж", 68, "😀", 70, 1 },
		{ "a", 7650, "", 7650, 50 },
		{ "a", 7651, "", 7651, 51 },
	};
	static char buf[16384];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gsm_size size = gsm_size_of(
		    times(buf, sizeof(buf), rows[i].one, rows[i].n, rows[i].tail));

		assert_int_equal(size.units, rows[i].units);
		assert_int_equal(size.parts, rows[i].parts);
	}
}

static void
splits(void **state)
{
	static const struct {
		const char *one;
		unsigned n;
		const char *tail;
		unsigned parts;
		size_t at[3];
	} rows[] = {
		{ "", 0, "", 0, { 0 } },
		{ "a", 160, "", 1, { 0 } },
		{ "a", 161, "", 2, { 0, 153 } },
		{ "a", 152, "^aaaaaaaaa", 2,
		    { 0, 152 } }, /* the escape pair moves as one */
		{ "a", 151, "^aaaaaaaaa", 2, { 0, 152 } },
		{ "a", 153, "^aaaaaaaaa", 2, { 0, 153 } },
		{ "a", 307, "", 3, { 0, 153, 306 } },
		{ "ж", 71, "", 2, { 0, 134 } },
		{ "ж", 66, "😀жжжж", 2, { 0, 132 } }, /* so does the surrogate pair */
		{ "ж", 65, "😀жжжж", 2, { 0, 134 } },
		{ "ж", 135, "", 3, { 0, 134, 268 } },
		{ "a", 7650, "", 50, { 0, 153, 306 } },
		{ "a", 7651, "", 0, { 0 } },
	};
	static char buf[16384];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t at[GSM_PARTS_MAX] = { 0 };
		unsigned parts = gsm_split(
		    times(buf, sizeof(buf), rows[i].one, rows[i].n, rows[i].tail), at);

		assert_int_equal(parts, rows[i].parts);
		for (size_t k = 0; k < parts && k < ARRAY_LEN(rows[i].at); k++)
			assert_int_equal(at[k], rows[i].at[k]);
	}
}

/* 3GPP TS 23.038 6.2.1 as text: 127 characters (the 128th is the escape), then the extension. */
static void
the_alphabet(void **state)
{
	static const char basic[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./"
				    "0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
				    "abcdefghijklmnopqrstuvwxyzäöñüà";
	static const char extension[] = "\f^{}\\[~]|€";
	unsigned one = 0, two = 0, all_one = 0, all_two = 0;
	const char *s = basic;
	uint32_t cp;

	(void)state;
	for (size_t n = sizeof(basic) - 1, used; (used = str_next(s, n, &cp)) > 0;
	     one++) {
		assert_int_equal(gsm_septets(cp), 1);
		s += used;
		n -= used;
	}
	s = extension;
	for (size_t n = sizeof(extension) - 1, used; (used = str_next(s, n, &cp)) > 0;
	     two++) {
		assert_int_equal(gsm_septets(cp), 2);
		s += used;
		n -= used;
	}
	for (cp = 0; cp <= 0x10ffff; cp++) {
		all_one += gsm_septets(cp) == 1;
		all_two += gsm_septets(cp) == 2;
	}
	assert_int_equal(one, 127);
	assert_int_equal(two, 10);
	assert_int_equal(all_one, one);
	assert_int_equal(all_two, two);
	assert_int_equal(
	    gsm_septets(0xe7), 0); /* small c with cedilla: the capital alone is in */
}

static void
screens(void **state)
{
	static const struct {
		const char *one;
		unsigned n;
		const char *tail;
		bool fits;
	} rows[] = {
		{ "a", 182, "", true },
		{ "a", 183, "", false },
		{ "a", 180, "^", true },
		{ "a", 181, "^", false },
		{ "ж", 80, "", true },
		{ "ж", 81, "", false },
		{ "a", 80, "ж", false },
		{ "ж", 78, "😀", true },
		{ "ж", 79, "😀", false },
		{ "", 0, "", true },
		{ "", 0,
		    "О работе. Тайно, видит тот, кого выберете. Угроза жизни, "
		    "ребёнок-скажем\n1 Далее",
		    true },
	};
	char buf[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(gsm_fits_screen(times(buf, sizeof(buf), rows[i].one,
				     rows[i].n, rows[i].tail)),
		    rows[i].fits);
}

#define MIN INT64_C(60000)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)

static void
validity(void **state)
{
	static const struct {
		int64_t left;
		enum rc rc;
		unsigned octet;
		int64_t stands_for;
	} rows[] = {
		{ -1, RC_REFUSED, 0, 0 },
		{ 0, RC_REFUSED, 0, 0 },
		{ 5 * MIN - 1, RC_REFUSED, 0, 0 },
		{ 5 * MIN, RC_OK, 0, 5 * MIN },
		{ 10 * MIN - 1, RC_OK, 0, 5 * MIN },
		{ 10 * MIN, RC_OK, 1, 10 * MIN },
		{ 15 * MIN - 1, RC_OK, 1, 10 * MIN },
		{ 12 * HOUR, RC_OK, 143, 12 * HOUR },
		{ 12 * HOUR + 30 * MIN - 1, RC_OK, 143, 12 * HOUR },
		{ 12 * HOUR + 30 * MIN, RC_OK, 144, 12 * HOUR + 30 * MIN },
		{ DAY, RC_OK, 167, DAY },
		{ 2 * DAY - 1, RC_OK, 167, DAY },
		{ 2 * DAY, RC_OK, 168, 2 * DAY },
		{ 30 * DAY, RC_OK, 196, 30 * DAY },
		{ 35 * DAY - 1, RC_OK, 196, 30 * DAY },
		{ 35 * DAY, RC_OK, 197, 35 * DAY },
		{ 63 * 7 * DAY, RC_OK, 255, 63 * 7 * DAY },
		{ INT64_MAX, RC_OK, 255, 63 * 7 * DAY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned minutes;
		uint8_t octet;

		assert_int_equal(
		    gsm_validity(rows[i].left, &octet, &minutes), rows[i].rc);
		assert_int_equal(octet, rows[i].octet);
		assert_int_equal(minutes * MIN, rows[i].stands_for);
	}
	/* never past what is left, and never less than a step under it, up to a day */
	for (int64_t left = 5 * MIN; left <= DAY; left += MIN / 4) {
		unsigned minutes;
		uint8_t octet;

		assert_int_equal(gsm_validity(left, &octet, &minutes), RC_OK);
		assert_true(minutes * MIN <= left);
		assert_true(minutes * MIN > left - (left > 12 * HOUR ? 30 : 5) * MIN);
	}
}

static void
concatenation(void **state)
{
	static const struct {
		uint8_t udh[20];
		size_t n;
		enum rc rc;
		struct gsm_concat want;
	} rows[] = {
		{ { 0 }, 0, RC_AGAIN, { 0 } }, { { 0 }, 1, RC_AGAIN, { 0 } },
		{ { 5, 0, 3, 0x42, 2, 1 }, 6, RC_OK, { 0x42, 8, 2, 1 } },
		{ { 6, 8, 4, 0x12, 0x34, 3, 3 }, 7, RC_OK, { 0x1234, 16, 3, 3 } },
		{ { 5, 0, 3, 0x42, 2, 1, 'H', 'i' }, 8, RC_OK, { 0x42, 8, 2, 1 } },
		/* among other elements: national language shift before, ports after */
		{ { 8, 0x25, 1, 1, 0, 3, 7, 2, 2 }, 9, RC_OK, { 7, 8, 2, 2 } },
		{ { 11, 0, 3, 7, 2, 2, 5, 4, 0x0b, 0x84, 0, 0 }, 12, RC_OK,
		    { 7, 8, 2, 2 } },
		{ { 6, 5, 4, 0x0b, 0x84, 0, 0 }, 7, RC_AGAIN, { 0 } },
		{ { 11, 0, 3, 7, 2, 2, 8, 4, 1, 0, 2, 1 }, 12, RC_OK,
		    { 0x100, 16, 2, 1 } },
		{ { 5, 0, 3, 0x42, 2, 0 }, 6, RC_REFUSED, { 0 } }, /* part 0 */
		{ { 5, 0, 3, 0x42, 2, 5 }, 6, RC_REFUSED, { 0 } }, /* part 5 of 2 */
		{ { 5, 0, 3, 0x42, 0, 1 }, 6, RC_REFUSED, { 0 } }, /* of none */
		{ { 5, 0, 3, 0x42, 0, 0 }, 6, RC_REFUSED, { 0 } },
		{ { 5, 0, 3, 0x42, 2, 1 }, 5, RC_REFUSED,
		    { 0 } }, /* longer than the bytes */
		{ { 4, 0, 2, 0x42, 2 }, 5, RC_REFUSED, { 0 } }, /* an element too short */
		{ { 6, 0, 4, 0x42, 2, 1, 0 }, 7, RC_REFUSED, { 0 } },
		{ { 5, 8, 3, 0x12, 2, 1 }, 6, RC_REFUSED, { 0 } },
		{ { 5, 0, 9, 0x42, 2, 1 }, 6, RC_REFUSED,
		    { 0 } }, /* an element past the header */
		{ { 1, 0 }, 2, RC_REFUSED, { 0 } },
		{ { 6, 0, 3, 0x42, 2, 1, 9 }, 7, RC_REFUSED,
		    { 0 } }, /* half an element left */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct gsm_concat got;

		assert_int_equal(
		    gsm_concat_parse(rows[i].udh, rows[i].n, &got), rows[i].rc);
		if (rows[i].rc != RC_OK)
			continue;
		assert_int_equal(got.ref, rows[i].want.ref);
		assert_int_equal(got.ref_bits, rows[i].want.ref_bits);
		assert_int_equal(got.total, rows[i].want.total);
		assert_int_equal(got.part, rows[i].want.part);
	}
}

/* 3GPP TS 23.040 9.2.3.24.15 and .16: told apart among other elements, never read past the end. */
static void
test_shift_tables(void **unused)
{
	static const uint8_t single[] = { 3, 0x24, 1, 1 };
	static const uint8_t locking[] = { 8, 0x00, 3, 7, 2, 1, 0x25, 1, 1 };
	static const uint8_t concat[] = { 5, 0x00, 3, 7, 2, 1 };
	static const uint8_t cut[] = { 8, 0x25, 1 };

	(void)unused;
	assert_true(gsm_has_shift(single, sizeof(single)));
	assert_true(gsm_has_shift(locking, sizeof(locking)));
	assert_false(gsm_has_shift(concat, sizeof(concat)));
	assert_false(gsm_has_shift(cut, sizeof(cut)));
	assert_false(gsm_has_shift(single, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shift_tables),
		cmocka_unit_test(sizes_of_texts),
		cmocka_unit_test(sizes_at_the_borders),
		cmocka_unit_test(splits),
		cmocka_unit_test(the_alphabet),
		cmocka_unit_test(screens),
		cmocka_unit_test(validity),
		cmocka_unit_test(concatenation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
