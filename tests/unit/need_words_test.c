/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * conf/words as people write them: texts of plain need that must be heard, and texts of every day that
 * must not, in each language. It says nothing of flows. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "words_stage.h"

/* Held, beaten, sold, forced, in fear of death: the first class that each opens. */
static const struct {
	enum word_class c;
	const char *text;
} needs[] = {
	/* Russian */
	{ WORD_HELP, "нас продали в рабство" },
	{ WORD_HELP, "мы рабы" },
	{ WORD_HELP, "меня насилуют" },
	{ WORD_HELP, "меня изнасиловали" },
	{ WORD_HELP, "меня похитили" },
	{ WORD_HELP, "нас держат на ферме" },
	{ WORD_HELP, "нас тут держат" },
	{ WORD_HELP, "нас 5 человек держат в подвале" },
	{ WORD_HELP, "муж продал меня" },
	{ WORD_HELP, "они заставляют меня танцевать в клубе" },
	{ WORD_HELP, "на цепи держат" },
	{ WORD_HELP, "не дают выйти" },
	{ WORD_HELP, "не дают нам выйти" },
	{ WORD_HELP, "не выпускают" },
	{ WORD_HELP, "нас не пускают домой, не пускают домой" },
	{ WORD_HELP, "заставляют работать бесплатно" },
	{ WORD_HELP, "заставляют нас работать" },
	{ WORD_HELP, "заставляют заниматься проституцией" },
	{ WORD_HELP, "меня заставляют спать с мужчинами" },
	{ WORD_HELP, "работаем как рабы паспорта забрали" },
	{ WORD_HELP, "они избивают нас каждый день" },
	{ WORD_HELP, "хозяин бьет нас палкой" },
	{ WORD_HELP, "не платят и не отпускают" },
	{ WORD_HELP, "хотим сбежать отсюда" },
	{ WORD_HELP, "не могу убежать" },
	{ WORD_HELP, "нас не кормят" },
	{ WORD_HELP, "вызовите полицию" },
	{ WORD_HELP, "памагите" },
	{ WORD_HELP, "помагите пажалуста" },
	{ WORD_HELP, "СОС" },
	{ WORD_HELP, "П О М О Г И Т Е" },
	{ WORD_HELP, "п.о.м.о.г.и.т.е" },
	{ WORD_HELP, "S O S" },
	{ WORD_HELP, "S.O.S" },
	{ WORD_HELP, "🆘" },
	{ WORD_HELP, "нас держат 🆘🆘" },
	{ WORD_HELP, "nas derzhat" },
	{ WORD_DANGER, "он умирает" },
	{ WORD_DANGER, "человек умирает на стройке" },
	{ WORD_DANGER, "вызовите скорую" },
	{ WORD_DANGER, "зарежут" },
	{ WORD_DANGER, "хозяин угрожает ножом" },
	{ WORD_DANGER, "я хочу умереть" },
	{ WORD_DANGER, "меня сегодня убьют" },
	{ WORD_REPORT, "там ребёнка бьют" },
	{ WORD_REPORT, "соседи бьют ребенка" },
	{ WORD_REPORT, "здесь продают людей" },
	/* Kazakh */
	{ WORD_HELP, "көмектесші" },
	{ WORD_HELP, "комектесинши" },
	{ WORD_HELP, "көмектесіңдерші" },
	{ WORD_HELP, "komektesshi" },
	{ WORD_HELP, "құтқар" },
	{ WORD_HELP, "құтқарыңдаршы" },
	{ WORD_HELP, "мені сатып жіберді" },
	{ WORD_HELP, "құлдықтамыз" },
	{ WORD_HELP, "сыртқа шығармай жатыр" },
	{ WORD_HELP, "мені зорлап жатыр" },
	{ WORD_HELP, "бізді қамап қойды" },
	{ WORD_HELP, "үйге жібермейді" },
	{ WORD_HELP, "бізді ұрып жатыр" },
	{ WORD_HELP, "қашқым келеді" },
	{ WORD_HELP, "қаша алмаймын" },
	{ WORD_HELP, "мені алып қашты" },
	{ WORD_HELP, "тегін жұмыс істетіп жатыр" },
	{ WORD_DANGER, "ол өліп бара жатыр, өліп барады" },
	{ WORD_DANGER, "өлтірмекші" },
	{ WORD_REPORT, "баланы ұрып жатыр" },
	/* Kyrgyz */
	{ WORD_HELP, "мени сатып жиберди" },
	{ WORD_HELP, "бизди бошотпойт" },
	{ WORD_HELP, "мени зордуктап жатат" },
	{ WORD_HELP, "жардам бергилечи" },
	{ WORD_HELP, "куткаргыла" },
	{ WORD_HELP, "бизди камап коюшту" },
	{ WORD_HELP, "үйгө жибербейт" },
	{ WORD_HELP, "бизди сабап жатышат" },
	{ WORD_HELP, "качкым келет" },
	{ WORD_HELP, "кача албайм" },
	{ WORD_HELP, "ала качып кетишти" },
	{ WORD_HELP, "акысыз иштетип жатат" },
	{ WORD_HELP, "кулчулукка сатышты" },
	{ WORD_DANGER, "ал өлүп жатат" },
	{ WORD_DANGER, "өлтүрмөкчү" },
	{ WORD_REPORT, "баланы сабап жатат" },
	/* Uzbek */
	{ WORD_HELP, "qul bo'lib ishlayapmiz" },
	{ WORD_HELP, "bizni sotib yuborishdi" },
	{ WORD_HELP, "bizni ozod qiling" },
	{ WORD_HELP, "chiqarmayapti" },
	{ WORD_HELP, "meni zo'rlashyapti" },
	{ WORD_HELP, "meni zorlashyapti" },
	{ WORD_HELP, "politsiya chaqiring" },
	{ WORD_HELP, "йордам беринг" },
	{ WORD_HELP, "ёрдам беринг" },
	{ WORD_HELP, "ердам беринг" },
	{ WORD_HELP, "yordam bervoring" },
	{ WORD_HELP, "qutqaring bizni" },
	{ WORD_HELP, "qo'yib yubormayapti" },
	{ WORD_HELP, "қўйиб юбормаяпти" },
	{ WORD_HELP, "бизни қамаб қўйишди" },
	{ WORD_HELP, "qochmoqchiman" },
	{ WORD_HELP, "qochib ketmoqchiman" },
	{ WORD_HELP, "majburlab ishlatishyapti" },
	{ WORD_HELP, "tekinga ishlatishyapti" },
	{ WORD_HELP, "bizni kaltaklashyapti" },
	{ WORD_DANGER, "ular bizni o'ldiradi" },
	{ WORD_DANGER, "у ўляпти" },
	{ WORD_DANGER, "o'ldiraman deyapti" },
	{ WORD_REPORT, "odam savdosi" },
	/* Tajik */
	{ WORD_HELP, "моро фурӯхтанд" },
	{ WORD_HELP, "маро зӯрӣ мекунанд" },
	{ WORD_HELP, "намемонанд равам" },
	{ WORD_HELP, "ёри кунед" },
	{ WORD_HELP, "йори кунед" },
	{ WORD_HELP, "наҷот диҳед" },
	{ WORD_HELP, "моро қулф карданд" },
	{ WORD_HELP, "моро аз ин ҷо бароред" },
	{ WORD_HELP, "моро раҳо намекунанд" },
	{ WORD_HELP, "гурехтан мехоҳам" },
	{ WORD_HELP, "маҷбур мекунанд" },
	{ WORD_HELP, "моро мезананд" },
	{ WORD_HELP, "сар намедиҳанд" },
	{ WORD_HELP, "хӯрок намедиҳанд" },
	{ WORD_DANGER, "ӯ мемирад" },
	{ WORD_DANGER, "моро куштан мехоҳанд" },
	{ WORD_REPORT, "бачаро мезананд" },
	/* Turkmen */
	{ WORD_HELP, "мени сатдылар" },
	{ WORD_HELP, "bizi satdylar" },
	{ WORD_HELP, "goýbermeýärler" },
	{ WORD_HELP, "goybermeyarler" },
	{ WORD_HELP, "komek ediň" },
	{ WORD_HELP, "kömek ediň bize" },
	{ WORD_HELP, "zorlaýarlar" },
	{ WORD_HELP, "halas ediň" },
	{ WORD_HELP, "çykaranoklar" },
	{ WORD_HELP, "gabap goýdular" },
	{ WORD_HELP, "gaçmak isleýärin" },
	{ WORD_HELP, "mugt işledýärler" },
	{ WORD_HELP, "bizi urýarlar" },
	{ WORD_DANGER, "ölýär" },
	{ WORD_DANGER, "öldürjekler" },
	{ WORD_REPORT, "çagany urýarlar" },
	/* English */
	{ WORD_HELP, "they sold me" },
	{ WORD_HELP, "i am a slave here" },
	{ WORD_HELP, "raped" },
	{ WORD_HELP, "they will beat us" },
	{ WORD_HELP, "they beat us every day" },
	{ WORD_HELP, "we want to escape" },
	{ WORD_HELP, "i can't leave" },
	{ WORD_HELP, "they won't let us go" },
	{ WORD_HELP, "they have locked us in" },
	{ WORD_HELP, "we are forced to work" },
	{ WORD_HELP, "kidnapped" },
	{ WORD_HELP, "i am being held" },
	{ WORD_HELP, "we are not allowed to leave" },
	{ WORD_HELP, "please get us out of here" },
	{ WORD_HELP, "save us" },
	{ WORD_HELP, "no food and no water" },
	{ WORD_HELP, "police please" },
	{ WORD_HELP, "h e l p" },
	{ WORD_DANGER, "he is dying" },
	{ WORD_DANGER, "they want to kill me" },
	{ WORD_REPORT, "people are locked in a farm house" },
};

/* They got out, in the past form and nothing near it. */
static const char *const out[] = { "я сбежала что делать", "я сбежал с фермы",
	"мы убежали", "қашып кеттім", "qashtym", "качып кеттим", "qochib ketdim",
	"қочдим", "гурехтам", "gaçdym", "we escaped", "i ran away" };

/* Questions of the line's own story, and words of every day. */
static const char *const everyday[] = {
	/* Russian */
	"привет как дела",
	"не платят зарплату",
	"задерживают зарплату",
	"сколько платят",
	"есть работа?",
	"ищу работу",
	"нужна работа в казахстане",
	"хочу домой",
	"как уволиться",
	"хочу уйти",
	"нужна прописка",
	"где получить патент",
	"договор не дают",
	"удерживают из зарплаты за еду",
	"у меня удерживают штраф",
	"у нас продали магазин",
	"у меня украли телефон",
	"держите меня в курсе",
	"мы дома",
	"не могу выйти на связь",
	"меня не пускают в россию",
	"работа под охраной",
	"убирает квартиры",
	"убираем снег",
	"забрали на склад",
	"умыться негде",
	"кашу варит",
	"заставка телефона",
	"работать по выходным",
	"начальник заставляет работать в выходные",
	"кто это",
	"реклама не нужна",
	"поставьте подпись",
	"спасибо",
	"рабочие руки",
	"рабочий день 12 часов",
	"кулик",
	"я за рулем",
	"запрет на въезд",
	"детский сад",
	"забил гол",
	"можно ли работать без патента",
	"заболел могу не выйти завтра",
	"убегал от собаки",
	"у нас вчера продали билеты",
	"заберите заказ у нас",
	"меня зовут Иван, продали билет",
	"неплохо кормят",
	"не плохо кормят",
	"хотят продать дом",
	"продал машину",
	/* Kazakh */
	"үйге ақша жібермейді",
	"сәлем қалайсың",
	"жалақы бермейді",
	"жалақы қашан",
	"жұмыс бар ма",
	"жұмыс іздеп жүрмін",
	"құжат керек",
	"ақша жібермейді",
	"машинаны сатып жіберді",
	"ұстап тұр",
	"күлдік",
	"үйге барамын",
	"бала балабақшада",
	"шай ішіп отырмын",
	"мен жұмыстамын",
	"тіркеу қалай",
	"келісімшарт бермейді",
	"рақмет",
	"ертең келемін",
	"телефонымды ұрлап кетті",
	"үлгі өлшем",
	"өлең айтады",
	"мен өзім барамын",
	"қашан келесің",
	"қай жерде",
	"дыбысы жоқ",
	"қазір бос емеспін",
	"ауырып тұрмын",
	"айлық қанша",
	"жатақхана бар ма",
	"көмір алып қойды",
	/* Kyrgyz */
	"үйгө акча жибербейт",
	"салам кандайсың",
	"айлык бербейт",
	"айлык качан",
	"жумуш барбы",
	"жумуш издейм",
	"документ керек",
	"үйдөмүн",
	"машинаны сатып салды",
	"эртең келем",
	"кайдасың",
	"рахмат",
	"балам бакчада",
	"каттоо кантип",
	"чай ичип отурам",
	"азыр бош эмесмин",
	"телефонум уурдалды",
	"каман көрдүм",
	"күттүк",
	"канча төлөйт",
	"жатакана барбы",
	"келишим бербейт",
	"базарга барам",
	"ооруп калдым",
	"акча салып койчу",
	"жол кире канча",
	"качан келесиң",
	/* Uzbek */
	"uyga pul yubormayapti",
	"salom qalaysan",
	"oylik bermayapti",
	"oylik qachon",
	"ish bormi",
	"ish qidiryapman",
	"hujjat kerak",
	"pul olyapti",
	"olib qoladi",
	"olib qoldi",
	"uyga ketyapman",
	"mashinani sotib yubordi",
	"telefonimni sotib oldim",
	"o'tiribman",
	"o'ltiribmiz",
	"o'ltirdi",
	"choy ichyapman",
	"rahmat",
	"ertaga kelaman",
	"ro'yxatdan o'tish qanday",
	"shartnoma yo'q",
	"bolam bog'chada",
	"qayerdasan",
	"qancha to'laydi",
	"uyim garovda",
	"yotoqxona bormi",
	"ўтирибман",
	"раҳмат",
	"ойлик қачон",
	"эртага келаман",
	"qo'l telefon",
	"ko'l bo'yida",
	"ovqat pishirdim",
	/* Tajik */
	"салом чӣ хел",
	"маош намедиҳанд",
	"маош кай",
	"кор ҳаст",
	"кор меҷӯям",
	"ҳуҷҷат даркор",
	"ӯ нон мегирад",
	"мошин мегиранд",
	"кор мекунам",
	"кӯшиш мекашам",
	"ман дар хона",
	"раҳмат",
	"пагоҳ меоям",
	"дар куҷо",
	"номам Ғулом",
	"пул намемонад",
	"шартнома надорам",
	"кӯдакам дар кӯдакистон",
	"чанд пул медиҳанд",
	"чой менӯшам",
	"телефонамро дуздиданд",
	"ҷой намемонад",
	"бародарам омад",
	"ҳоло банд ҳастам",
	"қайд чӣ тавр",
	"ба зӯр расидам",
	"бозор меравам",
	/* Turkmen */
	"salam nähili",
	"aýlyk berenok",
	"aýlyk haçan",
	"iş barmy",
	"iş gözleýärin",
	"resminama gerek",
	"olar geldi",
	"olara aýt",
	"olary gördüm",
	"pul alýar",
	"gül ýaly",
	"öýde otyryn",
	"sag boluň",
	"ertir gelerin",
	"nirede sen",
	"telefonymy ogurladylar",
	"maşyn satdy",
	"çagam bagda",
	"şertnama ýok",
	"näçe töleýär",
	"çaý içýärin",
	"umumy ýaşaýyş jaý",
	"bazara barýaryn",
	"hasaba durmak",
	"zordan geldim",
	"indi boş däl",
	"nahar bişirdim",
	/* English */
	"how are you doing",
	"no salary this month",
	"they do not pay my salary",
	"is there work",
	"looking for work",
	"i need a contract",
	"where is the embassy",
	"he sold it to me",
	"i bought this for me",
	"run right away",
	"see you tomorrow",
	"thank you",
	"the car was sold",
	"save money",
	"shave",
	"top rated company",
	"starting salary",
	"starting work on monday",
	"what time",
	"how much do they pay",
	"work permit",
	"i am at home",
	"good morning",
	"leave the keys",
	"call me back",
	"wrong number",
	"buying a phone",
	"drying clothes",
	"he tripped on the stairs",
	"i raced home",
	"staring at the phone",
	"lost my job",
	"closed on sunday",
};

static enum word_class
opened_by(const char *text)
{
	const enum word_class *order;
	struct words_found v;
	size_t n;

	match_fold(&f, text);
	words_find(words, &f, MATCH_ALL_LANGS, &v);
	order = words_open_order(&n);
	for (size_t i = 0; i < n; i++) {
		if (words_opens(&v, order[i]) != 0)
			return order[i];
	}
	return WORD_CLASSES;
}

static void
plain_need_is_heard(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
		enum word_class c = opened_by(needs[i].text);

		if (c != needs[i].c) {
			print_message("%s: %s, not %s\n", needs[i].text,
			    word_class_name(c), word_class_name(needs[i].c));
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void
every_day_is_not(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(everyday); i++) {
		enum word_class c = opened_by(everyday[i]);

		if (c == WORD_DANGER || c == WORD_HELP || c == WORD_REPORT ||
		    c == WORD_AFTER) {
			print_message("%s: %s\n", everyday[i], word_class_name(c));
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void
only_the_past_form_is_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(out); i++) {
		if (opened_by(out[i]) != WORD_AFTER)
			fail_msg("%s: %s", out[i], word_class_name(opened_by(out[i])));
	}
}

/* A stop that only looks like the list's, as the whole text; never a letter off. */
static void
stop_by_its_looks(void **state)
{
	struct words_found v;

	(void)state;
	match_fold(&f, "ТОХТА");
	words_find(words, &f, MATCH_ALL_LANGS, &v);
	assert_int_equal(v.whole[WORD_STOP], BIT(UZ));
	match_fold(&f, "ТОХТАА");
	words_find(words, &f, MATCH_ALL_LANGS, &v);
	assert_int_equal(v.any[WORD_STOP], 0);
	match_fold(&f, "на"); /* Latin "ha" is a yes */
	words_find(words, &f, MATCH_ALL_LANGS, &v);
	assert_int_equal(v.any[WORD_YES], 0);
}

/* SOS belongs to nobody's language alone: the country decides, or nothing does. */
static void
sos_is_of_every_language(void **state)
{
	static const struct {
		const char *text, *country;
		enum lang lang;
	} rows[] = {
		{ "SOS", "KZ", LANG_NONE },
		{ "🆘", "KZ", LANG_NONE },
		{ "SOS", "KG", LANG_KY },
		{ "SOS", "UZ", LANG_UZ },
		{ "SOS", "RU", LANG_NONE },
		{ "sos помогите", "KZ", LANG_RU },
		{ "sos help", "KZ", LANG_EN },
	};
	struct words_found v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i].text);
		words_find(words, &f, MATCH_ALL_LANGS, &v);
		if (words_guess_lang(&v, &f, WORD_HELP, rows[i].country) != rows[i].lang)
			fail_msg("%s %s", rows[i].text, rows[i].country);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_need_is_heard),
		cmocka_unit_test(every_day_is_not),
		cmocka_unit_test(only_the_past_form_is_out),
		cmocka_unit_test(stop_by_its_looks),
		cmocka_unit_test(sos_is_of_every_language),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
