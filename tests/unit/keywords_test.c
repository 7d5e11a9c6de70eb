/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf/words by tables: the field's list of keywords, its clashes, what opens a flow, strange texts.
 * It never asks the code what is right: meanings are from the keyword lists of the field.
 * Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "words_stage.h"

/* Every word of the field's list, as it is written and as it is typed, a language. */
static const struct {
	enum word_class c;
	enum lang lang;
	const char *words;
} listed[] = {
	{ WORD_HELP, LANG_KK,
	    "КӨМЕК|КӨМЕКТЕСІҢІЗ|ЖӘРДЕМ|КОМЕК|KOMEK|KÖMEK|ЖАРДЕМ|ҚҰРБАН|ЖӘБІРЛЕНУШІ|КУРБАН|QURBAN|"
	    "KURBAN|ЖАБИРЛЕНУШИ|JABIRLENUSHI" },
	{ WORD_HELP, LANG_RU,
	    "ПОМОЩЬ|ПОМОГИТЕ|СПАСИТЕ|ПОМОШ|ПОМАГИТЕ|POMOSH|POMOSHCH|POMOGITE|ЖЕРТВА|ПОСТРАДАВШИЙ|"
	    "ZHERTVA|JERTVA|POSTRADAVSHIY" },
	{ WORD_HELP, LANG_KY,
	    "ЖАРДАМ|КӨМӨК|JARDAM|ZHARDAM|КОМОК|ЖАБЫРЛАНУУЧУ|ЖАБЫР ТАРТКАН|JABYRLANUUCHU|"
	    "ZHABYRLANUUCHU" },
	{ WORD_HELP, LANG_UZ,
	    "YORDAM|ЁРДАМ|ЕРДАМ|YRDAM|JABRLANUVCHI|ЖАБРЛАНУВЧИ|QURBON|ҚУРБОН|KURBON" },
	{ WORD_HELP, LANG_TG,
	    "КӮМАК|ЁРӢ|МАДАД|КУМАК|KUMAK|ЁРИ|YORI|KOMAK|ҚУРБОНӢ|ҶАБРДИДА|КУРБОНИ|KURBONI|ЧАБРДИДА|"
	    "ЖАБРДИДА|JABRDIDA" },
	{ WORD_HELP, LANG_TK,
	    "KÖMEK|ÝARDAM|KOMEK|YARDAM|JEBIR ÇEKEN|PIDA|GURBAN|JEBIR CEKEN" },
	{ WORD_HELP, LANG_EN, "HELP|SOS|VICTIM" },
	{ WORD_REPORT, LANG_KK,
	    "ХАБАРЛАУ|ХАБАРЛАЙМЫН|АРЫЗ|HABARLAU|XABARLAU|HABAR|ARYZ|ХАБАР" },
	{ WORD_REPORT, LANG_RU,
	    "СООБЩИТЬ|СООБЩЕНИЕ|ЗАЯВЛЕНИЕ|SOOBSHIT|SOOBSHCHIT|ZAYAVLENIE" },
	{ WORD_REPORT, LANG_KY, "БИЛДИРҮҮ|КАБАР|АРЫЗ|BILDIRUU|БИЛДИРУУ|KABAR" },
	{ WORD_REPORT, LANG_UZ, "XABAR|ХАБАР|XABAR BERISH|HABAR" },
	{ WORD_REPORT, LANG_TG, "ХАБАР|АРИЗА|ШИКОЯТ|KHABAR|HABAR|XABAR" },
	{ WORD_REPORT, LANG_TK, "HABAR|ARZA" },
	{ WORD_REPORT, LANG_EN, "REPORT" },
	{ WORD_JOB, LANG_KK, "ЖҰМЫС|ТЕКСЕРУ|ЖУМЫС|JUMYS|ZHUMYS|TEKSERU" },
	{ WORD_JOB, LANG_RU,
	    "РАБОТА|ПРОВЕРИТЬ|ПРОВЕРКА|ВАКАНСИЯ|RABOTA|PROVERKA|PROVERIT" },
	{ WORD_JOB, LANG_KY, "ЖУМУШ|ТЕКШЕРҮҮ|JUMUSH|ZHUMUSH|ТЕКШЕРУУ|TEKSHERUU" },
	{ WORD_JOB, LANG_UZ, "TEKSHIRISH|TEKSHIR" },
	{ WORD_JOB, LANG_TG, "САНҶИШ|САНЧИШ|SANJISH" },
	{ WORD_JOB, LANG_TK, "BARLAG" },
	{ WORD_JOB, LANG_EN, "JOB|CHECK" },
	{ WORD_INFO, LANG_KK, "АҚПАРАТ|МӘЛІМЕТ|АКПАРАТ|AQPARAT|AKPARAT|MALIMET" },
	{ WORD_INFO, LANG_RU, "ИНФО|СПРАВКА|INFORMACIYA|SPRAVKA" },
	{ WORD_INFO, LANG_KY, "МААЛЫМАТ|MAALYMAT" },
	{ WORD_INFO, LANG_UZ, "MA'LUMOT|МАЪЛУМОТ|MALUMOT|МАЛУМОТ" },
	{ WORD_INFO, LANG_TG, "МАЪЛУМОТ|МАЛУМОТ|MALUMOT" },
	{ WORD_INFO, LANG_TK, "MAGLUMAT" },
	{ WORD_INFO, LANG_EN, "INFO" },
	{ WORD_STOP, LANG_KK, "ТОҚТА|ТОҚТАТУ|ТОКТА|TOQTA|TOKTA|TOKTATU" },
	{ WORD_STOP, LANG_RU, "СТОП|ХВАТИТ|ОТМЕНА|OTMENA" },
	{ WORD_STOP, LANG_KY, "ТОКТОТ|ТОКТО|TOKTOT|TOKTO" },
	{ WORD_STOP, LANG_UZ, "TO'XTA|ТЎХТА|BEKOR|TOXTA|TOHTA|ТУХТА" },
	{ WORD_STOP, LANG_TG, "БАС|ҚАТЪ|ИСТ|КАТЪ|KAT|BAS|IST" },
	{ WORD_STOP, LANG_TK, "DUR|BES ET|BES" },
	{ WORD_STOP, LANG_EN, "STOP" },
	{ WORD_LANGUAGE, LANG_KK, "ТІЛ|ТИЛ|TIL" },
	{ WORD_LANGUAGE, LANG_RU, "ЯЗЫК|YAZYK|IAZYK" },
	{ WORD_LANGUAGE, LANG_KY, "ТИЛ|TIL" },
	{ WORD_LANGUAGE, LANG_UZ, "TIL|ТИЛ" },
	{ WORD_LANGUAGE, LANG_TG, "ЗАБОН|ZABON" },
	{ WORD_LANGUAGE, LANG_TK, "DIL" },
	{ WORD_LANGUAGE, LANG_EN, "LANGUAGE|LANG" },
	{ WORD_NAME, LANG_KK, "ҚАЗАҚША|ҚАЗ|КАЗАКША|QAZAQSHA|KAZAKSHA|KZ|KAZ" },
	{ WORD_NAME, LANG_RU, "РУССКИЙ|РУС|RUS|RU" },
	{ WORD_NAME, LANG_KY, "КЫРГЫЗЧА|KYRGYZCHA|KG|KYR" },
	{ WORD_NAME, LANG_UZ, "O'ZBEKCHA|ЎЗБЕКЧА|UZBEKCHA|OZBEKCHA|УЗБЕКЧА|UZ" },
	{ WORD_NAME, LANG_TG, "ТОҶИКӢ|ТОЧИКИ|TOJIKI|TJ" },
	{ WORD_NAME, LANG_TK, "TÜRKMENÇE|TURKMENCE|TM" },
	{ WORD_NAME, LANG_EN, "ENGLISH|EN" },
	{ WORD_YES, LANG_KK, "ИӘ|ИА|ИЯ|IA|IYA" },
	{ WORD_YES, LANG_RU, "ДА|DA" },
	{ WORD_YES, LANG_KY, "ООБА|OOBA" },
	{ WORD_YES, LANG_UZ, "HA|ҲА|XA|ХА" },
	{ WORD_YES, LANG_TG, "ҲА|БАЛЕ|HA|ХА|BALE" },
	{ WORD_YES, LANG_TK, "HAWA|HAVA" },
	{ WORD_YES, LANG_EN, "YES|Y" },
	{ WORD_NO, LANG_KK, "ЖОҚ|ЖОК|ZHOK|JOK|JOQ" },
	{ WORD_NO, LANG_RU, "НЕТ|NET|NYET|НЕ" },
	{ WORD_NO, LANG_KY, "ЖОК|JOK|ZHOK" },
	{ WORD_NO, LANG_UZ, "YO'Q|ЙЎҚ|YOQ|YUQ|YOK|ЙУК" },
	{ WORD_NO, LANG_TG, "НЕ|НА|NE|NA" },
	{ WORD_NO, LANG_TK, "ÝOK|YOK" },
	{ WORD_NO, LANG_EN, "NO|N" },
	{ WORD_DANGER, LANG_KK, "ҚАУІП|ҚАУІПТІ|КАУИП|QAUIP|KAUIP" },
	{ WORD_DANGER, LANG_RU, "ОПАСНО|ОПАСНОСТЬ|УГРОЖАЮТ|OPASNO|UGROZHAYUT" },
	{ WORD_DANGER, LANG_KY, "КОРКУНУЧ|КОРКУНУЧТУУ|KORKUNUCH" },
	{ WORD_DANGER, LANG_UZ, "XAVF|ХАВФ|XAVFLI|ХАВФЛИ|HAVF" },
	{ WORD_DANGER, LANG_TG, "ХАТАР|ХАВФ|KHATAR|HATAR|XATAR" },
	{ WORD_DANGER, LANG_TK, "HOWP|HOWPLY" },
	{ WORD_DANGER, LANG_EN, "DANGER" },
	{ WORD_URGENT, LANG_KK, "ШҰҒЫЛ|ТЕЗ|ШУГЫЛ|SHUGYL|TEZ" },
	{ WORD_URGENT, LANG_RU, "СРОЧНО|SROCHNO" },
	{ WORD_URGENT, LANG_KY, "ЧУКУЛ|ШАШЫЛЫШ|ТЕЗ|CHUKUL|SHASHYLYSH|TEZ" },
	{ WORD_URGENT, LANG_UZ, "SHOSHILINCH|ШОШИЛИНЧ|TEZ|ZUDLIK" },
	{ WORD_URGENT, LANG_TG, "ФАВРӢ|ЗУД|ТАЪҶИЛӢ|ФАВРИ|FAVRI|ZUD|TAJILI" },
	{ WORD_URGENT, LANG_TK, "GYSSAGLY|TIZ" },
	{ WORD_URGENT, LANG_EN, "URGENT|EMERGENCY" },
};

/* Words of every day that lie near a word of danger, help or report, and what holds them. */
static const char *const harmless[] = { "yordam qiling", "nima qiling deysiz",
	"i am willing to work", "filling", "tilling", "ranger", "manger", "job in Qatar",
	"кор дар Қатар", "вакансия Катар", "убирают номера", "ӯ кор мекунад", "haýat",
	"ўлтиради", "хатлар", "қабат", "Құрман", "Hataý", "Dangar" };

static void
harmless_words_are_no_danger(void **state)
{
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
		match_fold(&f, harmless[i]);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		if (v.any[WORD_DANGER] != 0 || v.any[WORD_REPORT] != 0)
			fail_msg("%s", harmless[i]);
		assert_int_equal(v.any[WORD_HELP] != 0, i == 0);
	}
}

static void
a_name_is_the_same_when_folded(void **state)
{
	(void)state;
	assert_true(match_same_folded("Ақтау", "Актау"));
	assert_true(match_same_folded("Данғара", "дангара"));
	assert_true(match_same_folded("O'ng", "Ong"));
	assert_false(match_same_folded("Актау", "Акта"));
	assert_false(match_same_folded("Актау", "Актай"));
}

static void
insist_word(const char *text, enum word_class c, enum lang lang, bool whole)
{
	struct words_found v;

	match_fold(&f, text);
	words_find(words, &f, 0, &v);
	if (((whole ? v.whole[c] : v.any[c]) & 1U << lang) == 0)
		fail_msg(
		    "\"%s\" is no %s in %s", text, word_class_name(c), lang_code(lang));
}

/* Each word alone, in small letters, with marks; inside a sentence if its class counts there. */
static void
the_whole_list(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(listed); i++) {
		enum word_class c = listed[i].c;
		char list[1024], text[256], *rest, *word;

		assert_true(strlen(listed[i].words) < sizeof list);
		strcpy(list, listed[i].words);
		for (word = strtok_r(list, "|", &rest); word != NULL;
		     word = strtok_r(NULL, "|", &rest)) {
			insist_word(word, c, listed[i].lang, true);
			assert_true(snprintf(text, sizeof text, " %s!!", word) > 0);
			insist_word(text, c, listed[i].lang, true);
			if (!word_class_is_loose(c))
				continue;
			assert_true(
			    snprintf(text, sizeof text, "zzz %s, 1 zzz", word) > 0);
			insist_word(text, c, listed[i].lang, false);
		}
	}
}

/* Short words mean something only as an answer: never in a sentence, never one letter off. */
static void
short_words(void **state)
{
	static const char *const rows[] = { "ish bor", "ish", "кор", "kor", "iş",
		"is this work", "иш", "не знаю", "на работе нет", "da bor", "net", "ист",
		"bas" };
	static const enum word_class loose[] = { WORD_HELP, WORD_DANGER, WORD_REPORT,
		WORD_URGENT, WORD_STOP };
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i]);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		for (size_t c = 0; c < ARRAY_LEN(loose); c++) {
			if (loose[c] == WORD_STOP && f.tokens == 1)
				continue; /* a whole message */
			if ((word_class_is_loose(loose[c]) ? v.any[loose[c]]
							   : v.whole[loose[c]]) != 0)
				fail_msg("%s: %s", rows[i], word_class_name(loose[c]));
		}
		if (i < 5 && v.any[WORD_JOB] != 0)
			fail_msg("%s is a job", rows[i]);
	}
}

/* The clashes of the field's notes, by their numbers there. */
static void
clashes(void **state)
{
	static const struct {
		const char *text;
		enum word_class c;
		unsigned langs; /* of the whole text; 0: is no whole of the class */
	} rows[] = {
		/* 1 */
		{ "KOMEK", WORD_HELP, BIT(KK) | BIT(TK) },
		{ "ЖОК", WORD_NO, BIT(KK) | BIT(KY) },
		{ "ТИЛ", WORD_LANGUAGE, BIT(KK) | BIT(KY) | BIT(UZ) },
		{ "TIL", WORD_LANGUAGE, BIT(KK) | BIT(KY) | BIT(UZ) },
		{ "ХАБАР", WORD_REPORT, BIT(KK) | BIT(UZ) | BIT(TG) },
		{ "HABAR", WORD_REPORT, BIT(KK) | BIT(UZ) | BIT(TG) | BIT(TK) },
		{ "XABAR", WORD_REPORT, BIT(UZ) | BIT(TG) },
		{ "ҲА", WORD_YES, BIT(UZ) | BIT(TG) },
		{ "HA", WORD_YES, BIT(UZ) | BIT(TG) },
		{ "YOK", WORD_NO, BIT(UZ) | BIT(TK) },
		{ "МАЛУМОТ", WORD_INFO, BIT(UZ) | BIT(TG) },
		{ "ТЕЗ", WORD_URGENT, BIT(KK) | BIT(KY) | BIT(UZ) },
		{ "TEZ", WORD_URGENT, BIT(KK) | BIT(KY) | BIT(UZ) },
		/* 2 */
		{ "НЕ", WORD_NO, BIT(RU) | BIT(TG) },
		{ "НА", WORD_NO, BIT(TG) },
		{ "DA", WORD_YES, BIT(RU) },
		{ "NET", WORD_NO, BIT(RU) },
		{ "не на", WORD_NO, BIT(TG) },
		{ "не знаю", WORD_NO, 0 },
		{ "на", WORD_YES, 0 },
		/* 4 */
		{ "STOP", WORD_STOP, BIT(EN) },
		{ "they do not stop beating", WORD_STOP, 0 },
		{ "dur bu yerda", WORD_STOP, 0 },
		{ "toxta dedim unga", WORD_STOP, 0 },
		{ "bas boldu", WORD_STOP, 0 },
		/* 5: negation is ignored on purpose */
		{ "danger", WORD_DANGER, BIT(EN) },
		{ "xavf", WORD_DANGER, BIT(UZ) },
	};
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i].text);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		if (v.whole[rows[i].c] != rows[i].langs)
			fail_msg("%s: %x, not %x", rows[i].text, v.whole[rows[i].c],
			    rows[i].langs);
	}
}

/* Urgency alone stands in offers of work and in spam: it opens nothing. */
static void
urgency_opens_nothing(void **state)
{
	static const char *const rows[] = { "СРОЧНО", "срочно требуются", "tez", "URGENT",
		"зуд", "tiz geliň", "тез арада" };
	const enum word_class *order;
	struct words_found v;
	size_t n;

	(void)state;
	order = words_open_order(&n);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i]);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		assert_true(v.any[WORD_URGENT] != 0);
		for (size_t k = 0; k < n; k++)
			assert_true(
			    order[k] != WORD_URGENT && words_opens(&v, order[k]) == 0);
	}
}

/* Texts that come when no question is open, and the class that each opens. */
static const struct {
	const char *text;
	enum word_class c; /* WORD_CLASSES: nothing */
} openers[] = {
	{ "Assalomu alaykum yordam beringlar pasportimni olib qoyishdi", WORD_HELP },
	{ "Ассалому алейкум, ёрдам беринглар", WORD_HELP },
	{ "саламатсызбы жардам бергиле", WORD_HELP },
	{ "Здравствуйте помогите пожалуйста", WORD_HELP },
	{ "здраствуйте, у меня забрали паспорт помогите", WORD_HELP },
	{ "Сәлеметсіз бе, көмектесіңіздерші", WORD_HELP },
	{ "КОМЕК балалармен кеттим коктем базары жаны", WORD_HELP },
	{ "Салом, кӯмак кунед, маошамро намедиҳанд", WORD_HELP },
	{ "salawmaleýkim kömek ediň", WORD_HELP },
	{ "hello please help me they took my passport", WORD_HELP },
	{ "SOS", WORD_HELP },
	{ "help danger", WORD_DANGER },
	{ "помогите, он меня убьёт", WORD_DANGER },
	{ "o'ldirishadi bizni", WORD_DANGER },
	{ "мені өлтіреді", WORD_DANGER },
	{ "Хабар. Фермада адамдар қамаулы, бала да бар", WORD_REPORT },
	{ "хочу сообщить про людей без паспортов", WORD_REPORT },
	{ "шикоят", WORD_REPORT },
	{ "shikoyat qilmoqchiman", WORD_REPORT },
	{ "жалоба на оператора", WORD_COMPLAINT },
	{ "у меня пропал брат в Турции", WORD_RELATIVE },
	{ "ukamni qidiryapman", WORD_RELATIVE },
	{ "брат уехал и не отвечает", WORD_RELATIVE },
	{ "сестра в Дубае не отвечает месяц", WORD_RELATIVE },
	{ "я уже дома", WORD_AFTER },
	{ "я сбежала, мне негде жить", WORD_AFTER },
	{ "қашып кеттім", WORD_AFTER },
	{ "посольство Узбекистана", WORD_EMBASSY },
	{ "elchixona raqami", WORD_EMBASSY },
	{ "удалить", WORD_ERASE },
	{ "надо удалить фото", WORD_CLASSES },
	{ "erase", WORD_ERASE },
	{ "ma'lumotlarimni o'chiring", WORD_ERASE },
	{ "отзываю согласие", WORD_WITHDRAW },
	{ "я передумала ехать в Турцию", WORD_CLASSES },
	{ "бас тартамын", WORD_WITHDRAW },
	{ "открыто", WORD_PLAIN },
	{ "магазин открыто работает", WORD_CLASSES },
	{ "ochiq", WORD_PLAIN },
	{ "меню", WORD_MENU },
	{ "проверить работу", WORD_JOB },
	{ "зарплата", WORD_PAY },
	{ "oylik bermayapti", WORD_PAY },
	{ "айлык бербей жатат", WORD_PAY },
	{ "паспорт", WORD_PAPERS },
	{ "прописка", WORD_REGISTRATION },
	{ "договор", WORD_CONTRACT },
	{ "хочу уйти", WORD_LEAVING },
	{ "муж бьёт", WORD_VIOLENCE },
	{ "детский сад", WORD_CHILDINFO },
	{ "chet elda ishlash", WORD_ABROAD },
	{ "info", WORD_INFO },
	{ "привет кто это", WORD_CLASSES },
	{ "kimsan", WORD_CLASSES },
	{ "спасибо", WORD_CLASSES },
	{ "salom", WORD_CLASSES },
	{ "ок", WORD_CLASSES },
};

/* What a text opens when no question is open: the first class of the order that it says. */
static void
what_opens(void **state)
{
	const enum word_class *order;
	struct words_found v;
	size_t n;

	(void)state;
	order = words_open_order(&n);
	for (size_t i = 0; i < ARRAY_LEN(openers); i++) {
		enum word_class c = WORD_CLASSES;

		match_fold(&f, openers[i].text);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		for (size_t k = 0; k < n && c == WORD_CLASSES; k++) {
			if (words_opens(&v, order[k]) != 0)
				c = order[k];
		}
		if (c != openers[i].c)
			fail_msg("%s: %s, not %s", openers[i].text, word_class_name(c),
			    word_class_name(openers[i].c));
	}
}

static void
numbers(void **state)
{
	static const struct {
		enum lang lang;
		const char *words[11];
	} rows[] = {
		{ LANG_KK,
		    { "нөл", "бір", "ЕКІ", "үш", "төрт", "бес", "алты", "жеті", "сегіз",
			"тоғыз", "он" } },
		{ LANG_KK,
		    { "nol", "bir", "eki", "ush", "tort", "bes", "alty", "jeti", "segiz",
			"togyz", "on" } },
		{ LANG_RU,
		    { "ноль", "Один", "два", "три", "четыре", "пять", "шесть", "семь",
			"восемь", "девять", "десять" } },
		{ LANG_UZ,
		    { "nol", "bir", "ikki", "uch", "to'rt", "besh", "olti", "yetti",
			"sakkiz", "to'qqiz", "o'n" } },
		{ LANG_UZ,
		    { "ноль", "бир", "икки", "уч", "тўрт", "беш", "олти", "етти",
			"саккиз", "тўққиз", "ўн" } },
		{ LANG_KY,
		    { "нөл", "бир", "эки", "үч", "төрт", "беш", "алты", "жети", "сегиз",
			"тогуз", "он" } },
		{ LANG_TG,
		    { "сифр", "як", "ду", "се", "чор", "панҷ", "шаш", "ҳафт", "ҳашт",
			"нӯҳ", "даҳ" } },
		{ LANG_TK,
		    { "nol", "bir", "iki", "üç", "dört", "bäş", "alty", "ýedi", "sekiz",
			"dokuz", "on" } },
		{ LANG_EN,
		    { "zero", "one", "two", "three", "four", "five", "six", "seven",
			"eight", "nine", "ten" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int n = 0; n <= 10; n++) {
			size_t len;
			const char *s;

			match_fold(&f, rows[i].words[n]);
			assert_int_equal(f.tokens, 1);
			s = match_token(&f, 0, &len);
			if (words_number(words, s, len, 1U << rows[i].lang) != n)
				fail_msg("%s", rows[i].words[n]);
		}
	}
	assert_int_equal(words_number(words, "один", 8, BIT(KK)), -1);
	assert_int_equal(words_number(words, "два раза", 15, BIT(RU)), -1);
	assert_int_equal(words_number(words, "adin", 4, MATCH_ALL_LANGS), -1);
}

/* Scripts mixed, fonts patched, letters that only look right; a thousand letters; nothing at all. */
static void
strange_texts(void **state)
{
	static const struct {
		const char *text;
		enum word_class c;
		unsigned langs; /* some of these must be found; 0 none */
	} rows[] = {
		{ "Пoмoгитe", WORD_HELP, BIT(RU) }, /* Latin o, e */
		{ "YОRDAМ", WORD_HELP, BIT(UZ) },   /* Cyrillic О, М */
		{ "KOМЕК", WORD_HELP, BIT(KK) },    /* all but one Cyrillic */
		{ "хаtар", WORD_DANGER, BIT(TG) },  /* Latin t */
		{ "yordam помогите HELP", WORD_HELP, BIT(UZ) | BIT(RU) | BIT(EN) },
		{ "љабрдида", WORD_HELP, BIT(TG) }, /* patched Tajik font */
		{ "ќурбонї", WORD_HELP, BIT(TG) },
		{ "Кємєк", WORD_HELP, BIT(KY) }, /* patched Kyrgyz font */
		{ "ΠΟΜΟΓИТЕ", WORD_HELP, 0 }, /* Greek letters of a GSM phone: no guess */
		{ "п о м о г и т е", WORD_HELP, BIT(RU) },
		{ "П-О-М-О-Щ-Ь", WORD_HELP, BIT(RU) },
		{ "ＨＥＬＰ", WORD_HELP, BIT(EN) },
		{ "h\xe2\x80\x8b"
		  "elp",
		    WORD_HELP, BIT(EN) },
		{ "yo‘rdam", WORD_HELP, BIT(UZ) },
		{ "to‘xta", WORD_STOP, BIT(UZ) },
		{ "to`xta", WORD_STOP, BIT(UZ) },
		{ "toʻxta", WORD_STOP, BIT(UZ) },
		{ "тоқта\xef\xb8\x8f❗", WORD_STOP, BIT(KK) },
		{ "😭😭😭", WORD_HELP, 0 },
		{ "🆘", WORD_HELP, MATCH_ALL_LANGS },
		{ "🆘 sos 🆘", WORD_HELP, BIT(EN) },
		{ "", WORD_HELP, 0 },
	};
	struct words_found v;
	char text[1200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned got;

		match_fold(&f, rows[i].text);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		got = word_class_is_loose(rows[i].c) ? v.any[rows[i].c]
						     : v.whole[rows[i].c];
		if (rows[i].langs == 0 ? got != 0 : (got & rows[i].langs) == 0)
			fail_msg("%s: %x", rows[i].text, got);
	}
	/* the word stands at the end of a thousand characters */
	memset(text, 'a', sizeof text);
	for (size_t i = 9; i < 1000; i += 10)
		text[i] = ' ';
	strcpy(text + 1000, "yordam");
	match_fold(&f, text);
	words_find(words, &f, MATCH_ALL_LANGS, &v);
	assert_int_equal(v.any[WORD_HELP], BIT(UZ));
	assert_int_equal(v.whole[WORD_HELP], 0);
}

/* One letter off, an ending, another script: never for what ends or agrees. */
static void
never_near(void **state)
{
	static const char *const rows[] = { "стоп1", "стопп", "stopp", "тоқтат", "toxtaa",
		"toxt", "otmen", "неет", "даа", "yess", "hawaa", "oobaa", "балее", "нетт",
		"yokk", "zhokk" };
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i]);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		if (f.tokens == 1 &&
		    (v.any[WORD_STOP] != 0 || v.any[WORD_YES] != 0 ||
			v.any[WORD_NO] != 0))
			fail_msg("%s", rows[i]);
	}
}

/* Each language says something for each class. */
static void
no_list_is_empty(void **state)
{
	(void)state;
	for (unsigned c = 0; c < WORD_CLASSES; c++) {
		for (unsigned l = 0; l < LANGS; l++) {
			if (!words_has(words, (enum word_class)c, (enum lang)l))
				fail_msg("%s: %s", lang_code((enum lang)l),
				    word_class_name((enum word_class)c));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harmless_words_are_no_danger),
		cmocka_unit_test(a_name_is_the_same_when_folded),
		cmocka_unit_test(the_whole_list),
		cmocka_unit_test(short_words),
		cmocka_unit_test(clashes),
		cmocka_unit_test(urgency_opens_nothing),
		cmocka_unit_test(what_opens),
		cmocka_unit_test(numbers),
		cmocka_unit_test(strange_texts),
		cmocka_unit_test(never_near),
		cmocka_unit_test(no_list_is_empty),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
