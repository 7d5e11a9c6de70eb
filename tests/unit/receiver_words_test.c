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
#include "receiver_reason.h"
#include "receiver_words.h"
#include "str.h"

/* Whoever writes here was asked by 482, 731 and 064. */
static struct receiver_words
parse(const char *text)
{
	struct answer_codes theirs = { .has = { [482] = 1, [731] = 1, [64] = 1 } };

	return receiver_words_parse(text, &theirs);
}

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
	/* a leading zero left out, of who was asked by 064 */
	{ "1 64", SAYS_TAKE, 64, -1 },
	{ "64 2", SAYS_CANNOT, 64, -1 },
	{ "беру 64", SAYS_TAKE, 64, -1 },
	{ "5 64", SAYS_MET, 64, -1 },
	{ "64", SAYS_NONE, -1, -1 },
	{ "1 65", SAYS_NONE, -1, -1 },
	{ "едем 64 км", SAYS_ON_THE_WAY, -1, -1 },
	{ "мест 64", SAYS_BEDS, -1, -1 },
	{ "уехали до 64 1", SAYS_AWAY, -1, -1 },
};

static void
test_table(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct receiver_words w = parse(cases[i].text);

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
			struct receiver_words w = parse(all[i].text[k]);

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
		struct receiver_words w = parse(v[i].text);
		int beds = w.word == SAYS_BEDS ? w.beds : -2;

		if (beds != v[i].beds)
			fail_msg("\"%s\": word %d beds %d", v[i].text, (int)w.word, beds);
	}
}

/* An outcome is a digit with a code, 8 and 9 too; a case number is no code. */
static void
test_lead_and_number(void **unused)
{
	struct receiver_words w = parse("8 482");

	(void)unused;
	assert_int_equal(w.lead, 8);
	assert_int_equal(w.code, 482);
	assert_int_equal(w.word, SAYS_NONE);
	w = parse("9482");
	assert_int_equal(w.lead, 9);
	w = parse("беру №319");
	assert_int_equal(w.number, 319);
	assert_int_equal(w.code, -1);
	w = parse("AWAY 12.03 18:00");
	assert_int_equal(w.word, SAYS_AWAY);
	assert_int_equal(w.code, -1);
}

/* How people write in a hurry: what is said of referral 482, whatever numbers stand behind it. */
static const struct {
	enum receiver_word word;
	const char *text[40];
} hurried[] = {
	{ SAYS_TAKE,
	    { "482 да, 2 места", "482 беру, есть 2 места", "482 будем через 2 часа",
		"1 482 будем через 30 мин", "1 482 есть 2 места", "1 482 приедем к 18:00",
		"беру 482 через 30 мин", "1 482 позвоните мне 87010000000",
		"1 482 позвоните мне 8 701 731 00 00", "482 беру 5 мест",
		"1 482, тел +7 701 731 00 00", "482 1 30 мин", "482 1, 2 места", "ок 482",
		"Возьмём 482", "482 принимаю", "482 можем", "482 приедем в 18.30",
		"482 да, позвоните 8-701-731-11-22", "1482 будем в 7:30", "+ 482",
		"482 нет проблем", "482 берём её, машина 731 км едет",
		"Здравствуйте! 1 482", "Добрый вечер, 1482", "беру 482, не звоните",
		"1 482 не звоните сюда до 18", "1 482 дом 5 кв 731", "1482 2 места",
		"482 можем взять двоих, 2 койки", "1 482 5 минут", "482 хорошо" } },
	{ SAYS_TAKE,
	    { "482 аламыз, 2 орын бар", "482 біз аламыз 18:00-де", "482 иә, 30 минутта",
		"482 қабылдаймыз 1 әйел", "1 482 2 сағаттан кейін барамыз",
		"482 ха оламиз", "482 ha, 2 joy bor", "482 biz olamiz, 2 soatda",
		"1 482 soat 18:00 da boramiz", "482 qabul qilamiz 3 kishi",
		"482 алабыз, 2 орун бар", "ооба 482 30 мүнөттө", "482 кабыл алабыз",
		"482 мегирем, 2 ҷой", "482 ҳа, соати 18:00", "482 қабул мекунем",
		"482 alýarys, 2 ýer", "482 hawa 30 minut", "482 kabul edýäris",
		"482 yes, 2 beds", "ok 482 in 30 min", "482 we take her at 18:00",
		"482 can do, 2 beds", "accept 482 call 87010000000", "beru 482, 2 mesta",
		"482 prinimaem cherez 2 chasa", "482 vozmem" } },
	{ SAYS_CANNOT,
	    { "2 482 занята", "2 482 уехали до 18:00", "482 нас нет",
		"482 нас нет до 18:00", "482 не можем", "482 не берём, 2 места всего",
		"нет 482, мест 0", "482 мест нет", "мест нет 482",
		"482 к сожалению мест нет", "2482 будем через 2 часа не раньше",
		"482 отказ", "482 не получится", "482 не успеем до 18:00",
		"2 482 позвоните 87010000000", "482 переполнены",
		"2 482 можем завтра в 9:00", "482 не наш профиль", "482 заняты 2 дня",
		"482 минус", "Извините, не сможем 482" } },
	{ SAYS_CANNOT,
	    { "482 жоқ, 0 орын", "482 орын жоқ", "482 ала алмаймыз", "482 алмаймыз 2 күн",
		"482 жоқпыз 18:00 дейін", "482 yo'q", "482 joy yo'q", "482 ololmaymiz",
		"482 qabul qila olmaymiz 2 kun", "482 жок", "482 ала албайбыз",
		"482 орун жок", "482 не", "482 намегирем", "482 наметавонем 2 рӯз",
		"482 ҷой нест", "482 ýok", "482 ýer ýok", "482 alyp bilmeris", "482 no",
		"482 no beds till 18:00", "482 can't today", "482 not taking",
		"482 busy until 18:00" } },
	{ SAYS_ON_THE_WAY,
	    { "4 482 будем через 30 мин", "482 едем, 30 мин", "482 4 будем через 30 мин",
		"выехали 482", "482 мы уже едем, будем в 18:00", "482 жолдамыз 20 минут",
		"482 yo'ldamiz 20 daqiqa", "482 жолдобуз", "482 дар роҳем 20 дақиқа",
		"482 ýolda 20 min", "482 on the way 20 min" } },
	{ SAYS_MET,
	    { "482 встретили её, всё хорошо", "5 482 всё хорошо", "482 мы встретили её",
		"5 482 едем в приют", "482 қызбен кездестік", "482 uchrashdik 18:00",
		"482 биз аны жолуктук", "482 вохӯрдем", "482 duşuşdyk",
		"482 met her 18:00", "5 482 2 человека" } },
	{ SAYS_NOT_FOUND,
	    { "482 не нашли никого", "6 482 ждали до 18:00", "482 не встретили",
		"482 таппадық, 2 сағат күттік", "482 topmadik", "482 таппадык",
		"482 наёфтем", "482 tapmadyk", "482 not found, waited 2 hours" } },
	{ SAYS_GIVE_BACK,
	    { "7 482 не можем больше", "482 отдаём, машина сломалась", "482 қайтарамыз",
		"482 qaytaramiz", "482 кайтарабыз", "482 бозмегардонем",
		"482 gaýtarýarys", "482 give back" } },
	{ SAYS_OPERATOR, { "0 482", "0 482 позвоните 87010000000", "оператор 482" } },
	{ SAYS_MORE, { "3 482", "482 подробнее", "482 ещё", "3 482 сколько лет? 18?" } },
};

static void
test_hurried(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(hurried); i++) {
		for (size_t k = 0; k < 40 && hurried[i].text[k] != NULL; k++) {
			struct receiver_words w = parse(hurried[i].text[k]);

			if (w.word != hurried[i].word || w.code != 482 || w.unclear)
				fail_msg("\"%s\": word %d code %d unclear %d",
				    hurried[i].text[k], (int)w.word, w.code, w.unclear);
		}
	}
}

/* Word and digit say the contrary, or a number may be either: of 482, and nothing is settled. */
static void
test_unclear(void **unused)
{
	static const char *const v[] = { "482 2 места", "482 есть 2 места", "482 2:30",
		"482 1:30", "482 18:00", "482 30 мин", "1 482 нет", "нет 1 482",
		"2 482 да", "482 2 беру", "беру 2 482", "482 да нет",
		"482 беру, но мест нет", "482?", "482 -", "- 482", "482 берём?",
		"482 беру если есть документы", "мест 2 482", "свободно 2 482",
		"482 нет, но можем завтра", "1 482 2", "482 2 30", "5 482 не встретили",
		"7 482 не отдаём", "482 не едем", "482 не заняты", "4 482 не едем",
		"6 482 встретили", "1 482 мест нет", "2 482 yes tomorrow 9:00",
		"482 нет машины, но приедем", "482 2 часа", "482 1 час",
		"482 2 свободных места", "482 2 joyimiz bor", "482 2 ta o'rin",
		"482 2 бос орын", "482 3 адам", "482 2 joy", "482 2 орун", "482 2 ҷой",
		"482 2 ýer", "482 2 beds", "есть места 482", "1 482 нас нет" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct receiver_words w = parse(v[i]);

		if (!w.unclear || w.code != 482)
			fail_msg("\"%s\": word %d code %d unclear %d", v[i], (int)w.word,
			    w.code, w.unclear);
	}
}

/* Of no referral, or of one that cannot be told; a number in speech is no code. */
static void
test_no_code(void **unused)
{
	static const struct {
		const char *text;
		enum receiver_word word;
	} v[] = { { "2 482 1 731", SAYS_NONE }, { "будем через 120 мин", SAYS_NONE },
		{ "8 701 482 11 22", SAYS_NONE }, { "+7 701 482 11 22", SAYS_NONE },
		{ "да, 8 (701) 482-11-22", SAYS_TAKE }, { "нас нет до 18:00", SAYS_AWAY },
		{ "заняты 120 минут", SAYS_AWAY }, { "мы заняты, но возьмём", SAYS_TAKE },
		{ "хорошо", SAYS_NONE }, { "приедем к 18:00", SAYS_NONE },
		{ "ок", SAYS_TAKE }, { "возьмём", SAYS_TAKE },
		{ "встретили её", SAYS_MET }, { "да нет", SAYS_NONE },
		{ "кто это 319", SAYS_NONE }, { "не волнуйтесь", SAYS_NONE } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct receiver_words w = parse(v[i].text);

		if (w.word != v[i].word || w.code != -1 || w.unclear)
			fail_msg("\"%s\": word %d code %d unclear %d", v[i].text,
			    (int)w.word, w.code, w.unclear);
	}
}

/* `form` with the code in place of each #. */
static struct receiver_words
parse_with(const char *form, const char *code)
{
	char text[128];
	size_t n = 0;

	for (text[0] = '\0'; *form != '\0'; form++)
		(void)!str_add(text, sizeof(text), &n, "%.*s", *form == '#' ? 3 : 1,
		    *form == '#' ? code : form);
	return parse(text);
}

/* Who guesses is counted: whatever would be taken with a code of theirs is a code with any other. */
static void
test_guesses(void **unused)
{
	static const char *const forms[] = { "1 #", "1#", "#", "# 1", "да #", "# да",
		"# берём, 2 места", "1 # будем через 30 мин", "мы её возьмём сегодня #",
		"да, место #", "беру # мест", "# хорошо", "да # да #", "# 2 места" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		assert_int_equal(parse_with(forms[i], "482").code, 482);
		if (parse_with(forms[i], "137").code != 137)
			fail_msg("\"%s\" is not counted", forms[i]);
	}
}

/* Beside the code, or loosely: what from who has the case is an act, and what is speech. */
static void
test_beside(void **unused)
{
	static const struct {
		const char *text;
		bool beside, loose;
	} v[] = { { "482 встретили её", true, false }, { "встретили 482", true, false },
		{ "4 482 будем", true, false },
		{ "482 скажите ей что едем", false, false },
		{ "482 где вы встретили машину сегодня", false, false },
		{ "482 uni metro yonida uchratdik", true, false },
		{ "482 хорошо", true, true }, { "482 нас нет", true, true },
		{ "482 не бойся", true, true }, { "482 не можем", true, false },
		{ "2 482 занята", true, false } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct receiver_words w = parse(v[i].text);

		if (w.beside != v[i].beside || w.loose != v[i].loose || w.code != 482)
			fail_msg("\"%s\": beside %d loose %d code %d", v[i].text,
			    w.beside, w.loose, w.code);
	}
}

static void
test_reasons(void **unused)
{
	static const struct {
		const char *text;
		enum receiver_reason why;
	} v[] = { { "2 646 мест нет", REASON_FULL }, { "2 646 орын жоқ", REASON_FULL },
		{ "2 646 joy yo'q", REASON_FULL }, { "2 646 орун жок", REASON_FULL },
		{ "2 646 ҷой нест", REASON_FULL }, { "2 646 ýer ýok", REASON_FULL },
		{ "2 646 no beds", REASON_FULL }, { "нет мест 646", REASON_FULL },
		{ "2 646 тым алыс", REASON_FAR }, { "2 646 далеко", REASON_FAR },
		{ "2 646 не наш профиль", REASON_PROFILE },
		{ "2 646 xavfli", REASON_UNSAFE }, { "2 646 howply", REASON_UNSAFE },
		{ "2 646", REASON_NONE }, { "2 646 далеко и мест нет", REASON_NONE } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (receiver_reason_of(v[i].text) != v[i].why)
			fail_msg(
			    "\"%s\": %d", v[i].text, (int)receiver_reason_of(v[i].text));
	}
}

static void
test_road(void **unused)
{
	static const struct {
		const char *text;
		enum receiver_word road;
		bool sure;
	} v[] = { { "Мы встретили девушку, всё хорошо, код 482", SAYS_MET, true },
		{ "Қызды кездестік, бәрі жақсы, код 482", SAYS_MET, true },
		{ "uchrashdik, hammasi yaxshi, 482", SAYS_MET, true },
		{ "жолуктук, баары жакшы, 482", SAYS_MET, true },
		{ "вохӯрдем, хуб, 482", SAYS_MET, true },
		{ "duşuşdyk, bolýar, 482", SAYS_MET, true },
		{ "we met her, all fine, 482", SAYS_MET, true },
		{ "выехали, скоро будем, 482", SAYS_ON_THE_WAY, true },
		{ "обошли всё, не нашли, хорошо ищем, 482", SAYS_NOT_FOUND, true },
		{ "встретили? хорошо, 482", SAYS_MET, false },
		{ "если встретили, хорошо, 482", SAYS_MET, false },
		{ "встретили, документов нет, 482", SAYS_MET, false },
		{ "не едем, встретили, 482", SAYS_MET, false },
		{ "встретили или не нашли 482", SAYS_MET, false },
		{ "482 беру", SAYS_NONE, false } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct receiver_words w = parse(v[i].text);

		if (w.road != v[i].road || w.road_sure != v[i].sure || w.code != 482)
			fail_msg("\"%s\": road %d sure %d code %d", v[i].text,
			    (int)w.road, w.road_sure, w.code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table),
		cmocka_unit_test(test_every_language), cmocka_unit_test(test_beds),
		cmocka_unit_test(test_lead_and_number), cmocka_unit_test(test_hurried),
		cmocka_unit_test(test_reasons), cmocka_unit_test(test_road),
		cmocka_unit_test(test_unclear), cmocka_unit_test(test_no_code),
		cmocka_unit_test(test_guesses), cmocka_unit_test(test_beside) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
