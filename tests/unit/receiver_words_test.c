/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What receivers text, in all the spellings that mean the same.
 * It never asks what a referral is. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base.h"
#include "receiver_words.h"

static const struct {
	const char *text;
	enum receiver_word word;
	int code, digit;
} cases[] = {
	{ "1 482", SAYS_TAKE, 482, -1 },
	{ "1482", SAYS_TAKE, 482, -1 },
	{ "482 1", SAYS_TAKE, 482, -1 },
	{ "482", SAYS_TAKE, 482, -1 },
	{ "да 482", SAYS_TAKE, 482, -1 },
	{ "беру 482", SAYS_TAKE, 482, -1 },
	{ "Беру. 482!", SAYS_TAKE, 482, -1 },
	{ "482 аламын", SAYS_TAKE, 482, -1 },
	{ "olaman 064", SAYS_TAKE, 64, -1 },
	{ " 1-482 ", SAYS_TAKE, 482, -1 },
	{ "2 482", SAYS_CANNOT, 482, -1 },
	{ "2482", SAYS_CANNOT, 482, -1 },
	{ "нет 482", SAYS_CANNOT, 482, -1 },
	{ "жоқ 482", SAYS_CANNOT, 482, -1 },
	{ "5731", SAYS_MET, 731, -1 },
	{ "4 731", SAYS_ON_THE_WAY, 731, -1 },
	{ "да", SAYS_TAKE, -1, -1 },
	{ "1", SAYS_TAKE, -1, 1 },
	{ "3", SAYS_MORE, -1, 3 },
	{ "8", SAYS_NONE, -1, 8 },
	{ "9482", SAYS_NONE, 482, -1 },
	{ "1. 482", SAYS_TAKE, 482, -1 },
	{ "482-1", SAYS_TAKE, 482, -1 },
	{ "\u0661 \u0664\u0668\u0662", SAYS_TAKE, 482, -1 },
	{ "\uff11\uff14\uff18\uff12", SAYS_TAKE, 482, -1 },
	{ "beru 482", SAYS_TAKE, 482, -1 },
	{ "BEREM 482", SAYS_TAKE, 482, -1 },
	{ "не берем 482", SAYS_CANNOT, 482, -1 },
	{ "2 482 мест нет", SAYS_CANNOT, 482, -1 },
	{ "482 мест нет", SAYS_CANNOT, 482, -1 },
	{ "дар роҳ 482", SAYS_ON_THE_WAY, 482, -1 },
	{ "on the way 482", SAYS_ON_THE_WAY, 482, -1 },
	{ "не нашли 482", SAYS_NOT_FOUND, 482, -1 },
	{ "topmadik 482", SAYS_NOT_FOUND, 482, -1 },
	{ "give back 482", SAYS_GIVE_BACK, 482, -1 },
	{ "қайтарамын 482", SAYS_GIVE_BACK, 482, -1 },
	{ "отдаю 482", SAYS_GIVE_BACK, 482, -1 },
	{ "оператор 482", SAYS_OPERATOR, 482, -1 },
	{ "подробнее 482", SAYS_MORE, 482, -1 },
	{ "№319 беру 482", SAYS_TAKE, 482, -1 },
	{ "№1482 1 137", SAYS_TAKE, 137, -1 },
	{ "беру №319", SAYS_TAKE, -1, -1 },
	{ "нас 1 человек", SAYS_NONE, -1, -1 },
	{ "1 482 731", SAYS_NONE, -1, -1 },
	{ "12345", SAYS_NONE, -1, -1 },
	{ "", SAYS_NONE, -1, -1 },
	{ "у какого поворота?", SAYS_NONE, -1, -1 },
};

static void
test_table(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct receiver_words w = receiver_words_parse(cases[i].text);

		if (w.word != cases[i].word || w.code != cases[i].code ||
		    w.digit != cases[i].digit)
			fail_msg("\"%s\": word %d code %d digit %d", cases[i].text,
			    (int)w.word, w.code, w.digit);
	}
}

/* The words of safety.md, in the order kk ru uz ky tg tk en: every language says every one. */
static void
test_every_language(void **unused)
{
	static const struct {
		enum receiver_word word;
		const char *text[7];
	} all[] = {
		{ SAYS_TAKE,
		    { "АЛАМЫН", "БЕРУ", "OLAMAN", "АЛАМ", "МЕГИРАМ", "ALÝARYN",
			"TAKE" } },
		{ SAYS_CANNOT, { "ЖОҚ", "НЕТ", "YO'Q", "ЖОК", "НЕ", "ÝOK", "NO" } },
		{ SAYS_MORE,
		    { "ТОЛЫҒЫРАҚ", "ПОДРОБНЕЕ", "BATAFSIL", "КЕНЕНИРЭЭК", "МУФАССАЛ",
			"GIŇIŞLEÝIN", "MORE" } },
		{ SAYS_ON_THE_WAY,
		    { "ЖОЛДА", "ЕДЕМ", "YO'LDA", "ЖОЛДО", "ДАР РОҲ", "ÝOLDA", "GOING" } },
		{ SAYS_MET,
		    { "КЕЗДЕСТІК", "ВСТРЕТИЛИ", "UCHRASHDIK", "ЖОЛУКТУК", "ВОХӮРДЕМ",
			"DUŞUŞDYK", "MET" } },
		{ SAYS_NOT_FOUND,
		    { "ТАППАДЫҚ", "НЕ НАШЛИ", "TOPMADIK", "ТАППАДЫК", "НАЁФТЕМ",
			"TAPMADYK", "NOT FOUND" } },
		{ SAYS_GIVE_BACK,
		    { "ҚАЙТАРАМЫН", "ОТДАЁМ", "QAYTARAMAN", "КАЙТАРАМ", "БОЗМЕГАРДОНАМ",
			"GAÝTARÝARYN", "GIVE BACK" } },
		{ SAYS_OPEN,
		    { "ТІЗІМ", "СПИСОК", "RO'YXAT", "ТИЗМЕ", "РӮЙХАТ", "SANAW",
			"OPEN" } },
		{ SAYS_AWAY,
		    { "ЖОҚПЫЗ", "ЗАНЯТЫ", "YO'QMIZ", "ЖОКПУЗ", "НЕСТЕМ", "ÝOKDURYS",
			"AWAY" } },
		{ SAYS_HERE,
		    { "КЕЛДІК", "ВЕРНУЛИСЬ", "KELDIK", "КЕЛДИК", "ОМАДЕМ", "GELDIK",
			"HERE" } },
		{ SAYS_LOST,
		    { "ЖОҒАЛДЫ", "ПОТЕРЯН", "YO'QOLDI", "ЖОГОЛДУ", "ГУМ ШУД", "ÝITDI",
			"LOST" } },
		{ SAYS_HELP,
		    { "КӨМЕК", "ПОМОЩЬ", "YORDAM", "ЖАРДАМ", "КӮМАК", "KÖMEK", "HELP" } },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		for (size_t k = 0; k < 7; k++) {
			struct receiver_words w = receiver_words_parse(all[i].text[k]);

			if (w.word != all[i].word)
				fail_msg("\"%s\": word %d, not %d", all[i].text[k],
				    (int)w.word, (int)all[i].word);
		}
	}
}

static void
test_beds(void **unused)
{
	static const struct {
		const char *text;
		int beds; /* -2: not about beds */
	} v[] = { { "МЕСТ 2", 2 }, { "места 0", 0 }, { "2 места", 2 }, { "joy 3", 3 },
		{ "ОРЫН: 4", 4 }, { "ҶОЙ 1", 1 }, { "ÝER 5", 5 }, { "beds 12", 12 },
		{ "ОРУН 7", 7 }, { "мест нет", 0 }, { "нет мест", 0 }, { "МЕСТ", -1 },
		{ "мест 500", -1 }, { "мест 77012345678", -1 }, { "мест много", -1 },
		{ "482 мест нет", -2 }, { "мест 2 и 3", -2 },
		{ "у нас есть место", -1 } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct receiver_words w = receiver_words_parse(v[i].text);
		int beds = w.word == SAYS_BEDS ? w.beds : -2;

		if (beds != v[i].beds)
			fail_msg("\"%s\": word %d beds %d", v[i].text, (int)w.word, beds);
	}
}

/* An outcome is a digit with a code, 8 and 9 too; a case number is no code. */
static void
test_lead_and_number(void **unused)
{
	struct receiver_words w = receiver_words_parse("8 482");

	(void)unused;
	assert_int_equal(w.lead, 8);
	assert_int_equal(w.code, 482);
	assert_int_equal(w.word, SAYS_NONE);
	w = receiver_words_parse("9482");
	assert_int_equal(w.lead, 9);
	w = receiver_words_parse("беру №319");
	assert_int_equal(w.number, 319);
	assert_int_equal(w.code, -1);
	w = receiver_words_parse("AWAY 12.03 18:00");
	assert_int_equal(w.word, SAYS_AWAY);
	assert_int_equal(w.code, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table),
		cmocka_unit_test(test_every_language), cmocka_unit_test(test_beds),
		cmocka_unit_test(test_lead_and_number) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
