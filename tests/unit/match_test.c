/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/match.c, skeleton.c and words.c by tables: what people type against what it means.
 * It never asks the code what is right: meanings are from the keyword lists of the field.
 * Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "words_stage.h"

static void
folds(void **state)
{
	static const struct {
		const char *text, *folded;
	} rows[] = {
		{ "", "" },
		{ "HELP", "help" },
		{ "  Help!!!  me ", "help me" },
		{ "1.", "1" },
		{ " 1)", "1" },
		{ "2,3", "2 3" },
		{ "2i3", "2 i 3" },
		{ "O‘zbekcha O'ZBEKCHA oʻzbekcha o`zbekcha",
		    "ozbekcha ozbekcha ozbekcha ozbekcha" },
		{ "İstanbul ISIK ısık", "istanbul isik isik" },
		{ "ҚАУІП әғқңөұүһі", "кауип агкноуухи" },
		{ "ЁЛКА объём подъезд", "елка обем подезд" },
		{ "ўқғҳ ӣӯҷ", "укгх иуч" },
		{ "ÝOK gyssagly ÇAGA şžňäöü", "yok gyssagly caga sznaou" },
		{ "ＨＥＬＰ １", "help 1" },
		{ "٣ ۴ ३", "3 4 3" },
		{ "３", "3" },
		{ "৩。", "3" },
		{ " 1)", "1" },
		{ "№1", "no 1" },
		{ "1️⃣", "1" },
		{ "he\xe2\x80\x8blp \xe2\x80\xae"
		  "abc",
		    "help abc" },
		{ "e\xcc\x81te", "ete" },
		{ "п\x6fмощь", "помощ" }, /* one Latin o */
		{ "HЕLP", "help" },       /* one Cyrillic Е */
		{ "xabarlash\xd1\x96sh", "xabarlashish" },
		{ "исломї Тољикистон", "исломи точикистон" },
		{ "Ємїрбек", "омурбек" },
		{ "👍 ok", "ok" },
		{ "№317", "no 317" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i].text);
		assert_string_equal(f.s, rows[i].folded);
	}
}

static void
question_marks(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "?", true },
		{ " ?? ", true },
		{ "？", true },
		{ "؟", true },
		{ "? ", true },
		{ "1?", false },
		{ "", false },
		{ "!", false },
		{ "a ?", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i].text);
		assert_int_equal(f.question, rows[i].is);
	}
}

static void
letters_tell_languages(void **state)
{
	static const struct {
		const char *text;
		unsigned langs;
	} rows[] = {
		{ "hello", MATCH_ALL_LANGS },
		{ "123", MATCH_ALL_LANGS },
		{ "помогите", BIT(KK) | BIT(RU) | BIT(UZ) | BIT(KY) | BIT(TG) },
		{ "ұят", BIT(KK) },
		{ "ўқув", BIT(UZ) },
		{ "ҷон", BIT(TG) },
		{ "o'zim", BIT(UZ) },
		{ "ýok", BIT(TK) },
		{ "ымыркай өлкө", BIT(KK) | BIT(KY) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i].text);
		assert_int_equal(f.langs, rows[i].langs);
	}
}

static void
long_texts_are_bounded(void **state)
{
	char *text = malloc(40000);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 39999; i += 2)
		memcpy(text + i, "1 ", 2);
	text[39999] = '\0';
	match_fold(&f, text);
	assert_int_equal(f.tokens, MATCH_TOKENS);
	memset(text, 'a', 39999);
	match_fold(&f, text);
	assert_true(f.tokens > 100 && strlen(f.s) < sizeof f.s);
	/* each of these grows eighteenfold under NFKC */
	for (size_t i = 0; i + 3 <= 39999; i += 3)
		memcpy(text + i, "\xef\xb7\xba", 3);
	match_fold(&f, text);
	assert_true(strlen(f.s) < sizeof f.s);
	free(text);
}

static void
nearness(void **state)
{
	static const struct {
		const char *a, *b;
		bool near;
	} rows[] = {
		{ "yordam", "yordam", true },
		{ "yordan", "yordam", true },
		{ "ordam", "yordam", true },
		{ "yorddam", "yordam", true },
		{ "yrdm", "yordam", false },
		{ "помощ", "помош", true },
		{ "помощ", "памош", false },
		{ "помощ", "помощь", true },
		{ "опасно", "апасно", true },
		{ "", "a", true },
		{ "", "ab", false },
		{ "комек", "komek", false },
		{ "аб", "ба", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(match_near(rows[i].a, strlen(rows[i].a), rows[i].b,
				     strlen(rows[i].b)),
		    rows[i].near);
		assert_int_equal(match_near(rows[i].b, strlen(rows[i].b), rows[i].a,
				     strlen(rows[i].a)),
		    rows[i].near);
	}
}

static void
skeletons_meet(void **state)
{
	static const struct {
		const char *a, *b;
		enum match_reading reading;
	} rows[] = {
		{ "pomogite", "помогите", MATCH_READ_COMMON },
		{ "shchuka", "щука", MATCH_READ_COMMON },
		{ "jetibay", "жетыбай", MATCH_READ_COMMON },
		{ "zhetibaj", "жетибаж", MATCH_READ_COMMON },
		{ "atyrau", "атырау", MATCH_READ_COMMON },
		{ "jumla", "чумла", MATCH_READ_TAJIK },
		{ "tawu", "тауу", MATCH_READ_KAZAKH },
		{ "petropavlovsk", "петропавловск", MATCH_READ_COMMON },
	};
	char a[MATCH_WORD_MAX], b[MATCH_WORD_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(
		    match_skeleton(a, rows[i].a, strlen(rows[i].a), rows[i].reading));
		assert_true(
		    match_skeleton(b, rows[i].b, strlen(rows[i].b), MATCH_READ_COMMON));
		assert_string_equal(a, b);
	}
	assert_false(match_skeleton(a, "abc", 3, MATCH_READ_TAJIK));
}

static void
other_spellings(void **state)
{
	char out[MATCH_WORD_MAX];

	(void)state;
	assert_true(match_other_spelling(out, sizeof out, "DUŞUŞDYK"));
	assert_string_equal(out, "DUshUshDYK");
	assert_true(match_other_spelling(out, sizeof out, "ҶАБР"));
	assert_string_equal(out, "жАБР");
	assert_false(match_other_spelling(out, sizeof out, "yordam"));
}

static void
keywords(void **state)
{
	static const struct {
		const char *text;
		enum word_class c;
		unsigned langs; /* 0: must not be found */
	} rows[] = {
		{ "Assalomu alaykum yordam beringlar", WORD_HELP, BIT(UZ) },
		{ "ЁРДАМ", WORD_HELP, BIT(UZ) },
		{ "komek", WORD_HELP, BIT(KK) | BIT(TK) },
		{ "КӨМЕК!", WORD_HELP, BIT(KK) },
		{ "пожалуйста ПОМАГИТЕ", WORD_HELP, BIT(RU) },
		{ "мне нужна помощи", WORD_HELP, BIT(RU) },
		{ "yordamga muhtojman", WORD_HELP, BIT(UZ) },
		{ "yordom", WORD_HELP, BIT(UZ) },
		{ "СПАСИБО", WORD_HELP, 0 },
		{ "habar", WORD_REPORT, BIT(KK) | BIT(UZ) | BIT(TG) | BIT(TK) },
		{ "ХАБАР", WORD_REPORT, BIT(KK) | BIT(UZ) | BIT(TG) },
		{ "здесь опасно очень", WORD_DANGER, BIT(RU) },
		{ "не опасно", WORD_DANGER,
		    BIT(RU) }, /* negation is ignored on purpose */
		{ "қауіпті", WORD_DANGER, BIT(KK) },
		{ "xavf ostidaman", WORD_DANGER, BIT(UZ) },
		{ "хавф", WORD_DANGER, BIT(UZ) | BIT(TG) },
		{ "я татар", WORD_DANGER, 0 },
		{ "ЖАБРДИДА", WORD_HELP, BIT(TG) },
		{ "jebir çeken", WORD_HELP, BIT(TK) },
		{ "jebir", WORD_HELP, 0 },
		{ "тез", WORD_URGENT, BIT(KK) | BIT(UZ) | BIT(KY) },
		{ "malumot", WORD_INFO, BIT(UZ) | BIT(TG) },
	};
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i].text);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		if (v.any[rows[i].c] != rows[i].langs)
			fail_msg("%s: %x, not %x", rows[i].text, v.any[rows[i].c],
			    rows[i].langs);
	}
}

static void
whole_messages(void **state)
{
	static const struct {
		const char *text;
		enum word_class c;
		bool whole;
	} rows[] = {
		{ "STOP", WORD_STOP, true },
		{ "stop!!", WORD_STOP, true },
		{ "стоп стоп", WORD_STOP, true },
		{ "Тоқта", WORD_STOP, true },
		{ "TO'XTA", WORD_STOP, true },
		{ "toxta", WORD_STOP, true },
		{ "bes et", WORD_STOP, true },
		{ "they do not stop beating", WORD_STOP, false },
		{ "stopp", WORD_STOP, false },
		{ "стопа", WORD_STOP, false },
		{ "привет стоп", WORD_STOP, true },
		{ "да", WORD_YES, true },
		{ "да да", WORD_YES, true },
		{ "да нет", WORD_YES, false },
		{ "даа", WORD_YES, false },
		{ "yo'q", WORD_NO, true },
		{ "йўқ", WORD_NO, true },
		{ "нет.", WORD_NO, true },
		{ "кто это", WORD_STRANGER, true },
		{ "kimsan", WORD_STRANGER, true },
		{ "русский", WORD_NAME, true },
		{ "русский язык", WORD_NAME, false },
	};
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i].text);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		if ((v.whole[rows[i].c] != 0) != rows[i].whole)
			fail_msg("%s", rows[i].text);
	}
}

static void
one_letter_off_in_their_languages_only(void **state)
{
	struct words_found v;

	(void)state;
	match_fold(&f, "хатор");
	words_find(words, &f, BIT(TG), &v);
	assert_int_equal(v.any[WORD_DANGER], BIT(TG));
	words_find(words, &f, BIT(RU), &v);
	assert_int_equal(v.any[WORD_DANGER], 0);
}

static void
languages(void **state)
{
	static const struct {
		const char *text, *country;
		enum word_class best;
		enum lang lang;
	} rows[] = {
		{ "Assalomu alaykum yordam beringlar", "KZ", WORD_HELP, LANG_UZ },
		{ "КОМЕК балалармен кеттим", "KZ", WORD_HELP, LANG_KK },
		{ "komek", "KZ", WORD_HELP, LANG_KK },
		{ "komek", "TM", WORD_HELP, LANG_TK },
		{ "komek", "RU", WORD_HELP, LANG_NONE },
		{ "Хабар. Фермада адамдар қамаулы, бала да бар", "KZ", WORD_REPORT,
		    LANG_KK },
		{ "хабар", "TJ", WORD_REPORT, LANG_TG },
		{ "xavf", "KZ", WORD_DANGER, LANG_UZ },
		{ "привет кто это", "KZ", WORD_CLASSES, LANG_RU },
		{ "", "KZ", WORD_CLASSES, LANG_NONE },
		{ "", "UZ", WORD_CLASSES, LANG_UZ },
		{ "", "RU", WORD_CLASSES, LANG_NONE },
		{ "", "", WORD_CLASSES, LANG_NONE },
		{ "ұйықтап", "RU", WORD_CLASSES, LANG_KK },
	};
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum lang l;

		match_fold(&f, rows[i].text);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		l = words_guess_lang(&v, &f, rows[i].best, rows[i].country);
		if (l != rows[i].lang)
			fail_msg(
			    "%s %s: %s", rows[i].text, rows[i].country, lang_code(l));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds),
		cmocka_unit_test(question_marks),
		cmocka_unit_test(letters_tell_languages),
		cmocka_unit_test(long_texts_are_bounded),
		cmocka_unit_test(nearness),
		cmocka_unit_test(skeletons_meet),
		cmocka_unit_test(other_spellings),
		cmocka_unit_test(keywords),
		cmocka_unit_test(whole_messages),
		cmocka_unit_test(one_letter_off_in_their_languages_only),
		cmocka_unit_test(languages),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
