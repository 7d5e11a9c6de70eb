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
	{ "8", SAYS_NONE, -1, -1 },
	{ "9482", SAYS_NONE, -1, -1 },
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

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
