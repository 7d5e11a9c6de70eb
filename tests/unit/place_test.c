/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/place.c with the shipped list: spellings, endings, like names, regions; and bad rows.
 * It never tests a person's words but made-up ones. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "place.h"

static struct places *places;
static struct words *words;
static struct folded f;

static int
load(void **state)
{
	struct flow_err err;

	(void)state;
	if (places_load("conf", &places, &err) != RC_OK ||
	    words_load("conf", &words, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	places_free(places);
	words_free(words);
	return 0;
}

/* What people write as the answer to the question where. */
static const struct {
	const char *text, *id; /* ids parted by a blank; "" none */
} spelled[] = {
	{ "jetiboy", "jetibay" },
	{ "Jetiboyda", "jetibay" },
	{ "Жетибай", "jetibay" },
	{ "Жетібайдамын", "jetibay" },
	{ "zhetybay", "jetibay" },
	{ "Zhetibai", "jetibay" },
	{ "Шымкент", "KZ-79 KZ-61" }, /* city, or the region it once led */
	{ "в Шымкенте", "KZ-79 KZ-61" },
	{ "chimkent", "KZ-79 KZ-61" },
	{ "shimkentdaman", "KZ-79 KZ-61" },
	{ "город Шымкент", "KZ-79" },
	{ "Шымкент қаласында", "KZ-79" },
	{ "Шымкент, Сайрам", "sayram" },
	{ "Алматы", "KZ-75 KZ-19" },
	{ "almaty", "KZ-75 KZ-19" },
	{ "город Алматы", "KZ-75" },
	{ "Алматинская область", "KZ-19" },
	{ "Алматы облысы", "KZ-19" },
	{ "Алматы қаласы", "KZ-75" },
	{ "Сарыағаш, трасса бойындағы жылыжай, көк қақпа", "saryagash" },
	{ "Сарыагаш, Туркестанская область", "saryagash" },
	{ "Усть-Каменогорск", "oskemen" },
	{ "ust kamenogorsk", "oskemen" },
	{ "Кызыл Орда", "kyzylorda" },
	{ "зараганда", "" },  /* the first letter must be right */
	{ "тораз", "taraz" }, /* five letters: only in few words */
	{ "мен тораз жерде болдым", "" },
	{ "карагонда", "karaganda" }, /* one letter off */
	{ "Павлодар, Казахстан", "pavlodar" },
	{ "Казахстан", "KZ" },
	{ "Түркістан", "turkistan" },
	{ "Түркістан облысы", "KZ-61" },
	{ "Алматы облысы, Талғар", "talgar" },
	{ "Алматы, Талгар", "talgar" },
	{ "в Алматинской области", "KZ-19" },
	{ "Almaty shahri", "KZ-75" },
	{ "Алма-Ата", "KZ-75 KZ-19" },
	{ "Алматыдамын", "KZ-75 KZ-19" },
	{ "Алматыға жақын", "KZ-75 KZ-19" },
	{ "Almatidan", "KZ-75 KZ-19" },
	{ "Ташкент", "UZ-TK UZ-TO" },
	{ "Toshkentdaman", "UZ-TK UZ-TO" },
	{ "Тошкент шаҳрида", "UZ-TK" },
	{ "Toshkent viloyati Chirchiq", "chirchiq" },
	{ "Ташкентская область", "UZ-TO" },
	{ "Ош", "KG-GO KG-O" },
	{ "ош", "KG-GO KG-O" },
	{ "Osh", "KG-GO KG-O" },
	{ "Оштомун", "KG-GO KG-O" },
	{ "мен Ошто жүрөм", "KG-GO KG-O" },
	{ "в Оше", "KG-GO KG-O" },
	{ "я из Оша", "KG-GO KG-O" },
	{ "Ош шаары", "KG-GO" },
	{ "город Ош", "KG-GO" },
	{ "O'sh shahrida", "KG-GO" },
	{ "Ош облусу", "KG-O" },
	{ "Ошская область", "KG-O" },
	{ "Ош облусу Кара-Суу", "karasuu" },
	{ "Кара Сууда", "karasuu" },
	{ "за городом", "" }, /* the kind of a place is the name of none */
	{ "в городе", "" },
	{ "городок", "" },
	{ "маленький городок", "" },
	{ "шаҳарда", "" },
	{ "shaharda", "" },
	{ "shahardan tashqarida", "" },
	{ "қалада", "" },
	{ "каласында", "" },
	{ "калада", "" },
	{ "шаарда", "" },
	{ "bozor", "" },
	{ "za gorodom", "" },
	{ "шәһәрдә", "" },
	{ "şäherde", "" },
	{ "Жалалабат", "jalalabad" },
	{ "ош ичип жатабыз", "" }, /* a dish, a common word, names of people */
	{ "бизге ош беришпейт", "" },
	{ "ошол жерде", "" },
	{ "ошо", "" },
	{ "Мары", "mary" },
	{ "Maryda", "mary" },
	{ "Mary welaýaty", "TM-M" },
	{ "Орал", "oral" },
	{ "Оралда", "oral" },
	{ "Уральск", "oral" },
	{ "еще не орал на нас", "" },
	{ "Кант", "kant" },
	{ "в Канте", "kant" },
	{ "кант менен чай", "" },
	{ "китоб ўқийман", "" },
	{ "панҷ нафар ҳастем", "" },
	{ "Шу", "shu" },
	{ "шу ерда", "" },
	{ "жаксы жер эмес", "" },
	{ "Нур", "" },
	{ "Мангистау", "KZ-47" },
	{ "Маңғыстау облысы Жетібай", "jetibay" },
	{ "Ақсу", "aksu aksu-kz-11" }, /* three towns of one name would be three */
	{ "Павлодарская область, Аксу", "aksu" },
	{ "Самарқанд", "samarkand" },
	{ "Samarqand viloyati", "UZ-SA" },
	{ "Қўқон", "qoqon" },
	{ "kokand", "qoqon" },
	{ "Хорезм", "UZ-XO" },
	{ "Hazorasp", "hazorasp" },
	{ "Душанбе", "TJ-DU" },
	{ "дар Душанбе", "TJ-DU" },
	{ "Хуҷанд", "khujand" },
	{ "Хучанд", "khujand" },
	{ "Худжанд", "khujand" },
	{ "Кулоб", "kulob" },
	{ "Памир", "TJ-GB" },
	{ "Ашхабад", "TM-S" },
	{ "Aşgabatda", "TM-S" },
	{ "Türkmenabat", "turkmenabat" },
	{ "Чарджоу", "turkmenabat" },
	{ "Москва", "RU-MOW RU-MOS" },
	{ "в Москве", "RU-MOW RU-MOS" },
	{ "Moskvada", "RU-MOW RU-MOS" },
	{ "Московская область", "RU-MOS" },
	{ "Подмосковье, Химки", "khimki" },
	{ "Питер", "RU-SPE" },
	{ "Екатеринбургте", "yekaterinburg" },
	{ "Стамбул", "TR-34" },
	{ "İstanbul", "TR-34" },
	{ "Antalyada", "TR-07" },
	{ "Турция", "TR" },
	{ "Turkiyada, Istanbul", "TR-34" },
	{ "Корея", "KR" },
	{ "Ansan", "ansan" },
	{ "Дубайдамын", "AE-DU" },
	{ "Бахрейн", "BH" },
	{ "Tailand", "SEA-TH" },
	{ "Мьянма", "SEA-MM" },
	{ "Алматы Алматы Алматы", "KZ-75 KZ-19" },
	{ "ﺎ 👍", "" },
	{ "не знаю где", "" },
	{ "kimsan", "" },
	{ "4", "" },
	{ "", "" },
};

static void
spellings(void **state)
{
	unsigned found[PLACE_FOUND_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spelled); i++) {
		char ids[128] = "";
		unsigned n;

		match_fold(&f, spelled[i].text);
		n = place_find(places, words, &f, found);
		for (unsigned k = 0; k < n; k++) {
			strcat(ids, k > 0 ? " " : "");
			strcat(ids, place_id(places, found[k]));
		}
		if (strcmp(ids, spelled[i].id) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", spelled[i].text, ids,
			    spelled[i].id);
	}
}

/* Said where no place is meant: nothing of it may be taken for one. */
static void
plain_sentences(void **state)
{
	static const char *const rows[] = {
		"меня держат на стройке, паспорт забрал хозяин",
		"работаем на складе, не платят третий месяц",
		"я не знаю где мы, нас везли ночью",
		"большой дом с зелеными воротами около реки",
		"рядом завод и железная дорога", "нас пятеро мужчин и одна женщина",
		"не могу говорить, он рядом", "завтра в шесть утра у остановки",
		"хозяин кричит и бьет", "ферма, много коров, рядом река",
		"подвал пятиэтажного дома", "мені қожайын жібермейді, құжатым жоқ",
		"біз фермада жұмыс істейміз", "қай жерде екенімді білмеймін",
		"үлкен қызыл үй, көк қақпа, дүкен бар", "ақшамды бермейді, ұрып тастады",
		"балаларым үйде қалды", "xo'jayin pasportimni olib qo'ydi",
		"qayerdaligimni bilmayman", "katta uy, yonida masjid va maktab bor",
		"bizni kechasi olib kelishdi", "pulimizni bermayapti, uch oydan beri",
		"yangi bozor yonida, qizil darvoza", "биз қурилишда ишлаймиз, беш киши",
		"уй баланд девор билан ўралган",
		"мени койо бербейт, паспортумду алып койду", "чоң үй, жанында дүкөн бар",
		"кайда экенимди билбейм, мени алып келишти", "акча төлөбөй жатат",
		"мо дар сохтмон кор мекунем, музд намедиҳад", "намедонам дар куҷоям",
		"хонаи калон, дарвозаи сабз, назди мактаб", "шиносномаамро гирифт",
		"meni goýbermeýär, pasportymy aldy", "nirededigimi bilemok",
		"uly jaý, gök derweze, ýanynda dükan bar", "I do not know where I am",
		"big house near the river, green gate", "they took my passport and phone",
		"they do not pay us and we cannot leave"
	};
	unsigned found[PLACE_FOUND_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		match_fold(&f, rows[i]);
		if (place_find(places, words, &f, found) > 0)
			fail_msg("%s: %s", rows[i], place_id(places, found[0]));
	}
}

static void
every_name_finds_its_place(void **state)
{
	unsigned found[PLACE_FOUND_MAX];

	(void)state;
	for (unsigned i = 0; i < places_count(places); i++) {
		for (unsigned l = 0; l < LANGS; l++) {
			bool there = false;
			unsigned n;

			match_fold(&f, place_name(places, i, (enum lang)l));
			n = place_find(places, words, &f, found);
			for (unsigned k = 0; k < n; k++)
				there = there || found[k] == i;
			if (!there && n < PLACE_FOUND_MAX)
				fail_msg("%s: %s", place_id(places, i),
				    place_name(places, i, (enum lang)l));
		}
	}
}

static void
names_and_regions(void **state)
{
	unsigned i = place_by_id(places, "jetibay");

	(void)state;
	assert_true(i < places_count(places));
	assert_string_equal(place_region(places, i), "KZ-47");
	assert_string_equal(place_name(places, i, LANG_RU), "Жетыбай");
	assert_string_equal(place_name(places, i, LANG_UZ), "Jetiboy");
	assert_false(place_is_region(places, i));
	assert_true(place_is_region(places, place_by_id(places, "KZ-47")));
	assert_int_equal(place_by_id(places, "nowhere"), places_count(places));
}

static void
old_codes(void **state)
{
	static const struct {
		const char *old, *id;
	} rows[] = {
		{ "KZ-KAR", "KZ-35" },
		{ "KZ-MAN", "KZ-47" },
		{ "KZ-YUZ", "KZ-61" },
		{ "KZ-ALA", "KZ-75" },
		{ "KZ-AST", "KZ-71" },
		{ "KZ-VOS", "KZ-63" },
		{ "KZ-BAY", "KZ-43" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
		    place_by_id(places, rows[i].old), place_by_id(places, rows[i].id));
		assert_true(place_by_id(places, rows[i].old) < places_count(places));
	}
}

/* ISO 3166-2, written down here a second time. */
static void
every_region(void **state)
{
	static const char ids[] =
	    "KZ KZ-10 KZ-11 KZ-15 KZ-19 KZ-23 KZ-27 KZ-31 KZ-33 KZ-35 KZ-39 KZ-43 KZ-47 KZ-55 "
	    "KZ-59 KZ-61 KZ-62 KZ-63 KZ-71 KZ-75 KZ-79 KG KG-B KG-C KG-J KG-N KG-O KG-T KG-Y "
	    "KG-GB KG-GO UZ UZ-AN UZ-BU UZ-FA UZ-JI UZ-NG UZ-NW UZ-QA UZ-QR UZ-SA UZ-SI UZ-SU "
	    "UZ-TK UZ-TO UZ-XO TJ TJ-DU TJ-GB TJ-KT TJ-RA TJ-SU TM TM-A TM-B TM-D TM-L TM-M TM-S "
	    "RU TR KR AE BH SEA SEA-MM SEA-KH SEA-LA SEA-TH ";
	unsigned n = 0, ours = 0;

	(void)state;
	for (const char *at = ids; *at != '\0'; at = strchr(at, ' ') + 1) {
		char id[PLACE_ID_MAX];
		unsigned i;

		assert_true(
		    snprintf(id, sizeof id, "%.*s", (int)strcspn(at, " "), at) > 0);
		i = place_by_id(places, id);
		if (i == places_count(places))
			fail_msg("%s", id);
		assert_true(place_is_region(places, i));
		n += strstr("KZ KG UZ TJ TM", place_country(places, i)) != NULL;
	}
	for (unsigned i = 0; i < places_count(places); i++)
		ours += place_is_region(places, i) &&
		    strstr("KZ KG UZ TJ TM", place_country(places, i)) != NULL;
	assert_int_equal(n, ours);
}

static void
menus(void **state)
{
	static const struct {
		const char *country, *ids, *uz;
	} rows[] = {
		{ "KZ", "KZ-75 KZ-71 KZ-79", "Almati Ostona Chimkent" },
		{ "KG", "KG-GB KG-GO jalalabad", "Bishkek O'sh Jalolobod" },
		{ "UZ", "UZ-TK samarkand fergana", "Toshkent Samarqand Farg'ona" },
		{ "TJ", "TJ-DU khujand bokhtar", "Dushanbe Xo'jand Boxtar" },
		{ "TM", "TM-S turkmenabat mary", "Ashxobod Turkmanobod Mari" },
		{ "RU", "RU-MOW RU-SPE kazan", "Moskva Peterburg Qozon" },
		{ "XX", "", "" },
	};
	unsigned menu[PLACE_MENU], same[PLACE_FOUND_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned n = place_menu(places, rows[i].country, menu);
		char ids[128] = "", names[128] = "";

		for (unsigned k = 0; k < n; k++) {
			strcat(ids, k > 0 ? " " : "");
			strcat(ids, place_id(places, menu[k]));
			strcat(names, k > 0 ? " " : "");
			strcat(names, place_short_name(places, menu[k], LANG_UZ));
		}
		assert_string_equal(ids, rows[i].ids);
		assert_string_equal(names, rows[i].uz);
	}
	/* beside "Where are you?" and how to come back, a screen has room for 23 letters of names */
	for (unsigned l = 0; l < LANGS; l++) {
		for (unsigned c = 0;
		     c < places_count(places) && l != LANG_UZ && l != LANG_EN; c++) {
			unsigned chars = 0, n = 0;

			if (strcmp(place_id(places, c), place_country(places, c)) == 0)
				n = place_menu(places, place_id(places, c), menu);
			for (unsigned k = 0; k < n; k++) {
				const char *s = place_short_name(
				    places, menu[k], (enum lang)l);

				chars += match_chars(s, strlen(s));
			}
			if (chars > 23)
				fail_msg("%s %s: %u", place_id(places, c),
				    lang_code((enum lang)l), chars);
		}
	}
	assert_int_equal(place_same(places, place_by_id(places, "KZ-75"), same), 2);
	assert_string_equal(place_id(places, same[1]), "KZ-19");
	assert_int_equal(place_same(places, place_by_id(places, "KG-GO"), same), 2);
	assert_int_equal(place_same(places, place_by_id(places, "UZ-TK"), same), 2);
	assert_int_equal(place_same(places, place_by_id(places, "RU-MOW"), same), 2);
	/* chosen from a menu these are not asked about */
	assert_int_equal(place_same(places, place_by_id(places, "KZ-79"), same), 1);
	assert_int_equal(place_same(places, place_by_id(places, "mary"), same), 1);
	assert_int_equal(place_same(places, place_by_id(places, "KZ-71"), same), 1);
}

static void
zones(void **state)
{
	static const struct {
		const char *id;
		int minutes;
	} rows[] = {
		{ "KZ-75", 300 },
		{ "jetibay", 300 },
		{ "KZ-27", 300 },
		{ "KG-O", 360 },
		{ "samarkand", 300 },
		{ "TJ-DU", 300 },
		{ "mary", 300 },
		{ "RU", 180 },
		{ "khimki", 180 },
		{ "yekaterinburg", 300 },
		{ "novosibirsk", 420 },
		{ "vladivostok", 600 },
		{ "TR-34", 180 },
		{ "ansan", 540 },
		{ "AE-DU", 240 },
		{ "yangon", 390 },
		{ "bangkok", 420 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned at = place_by_id(places, rows[i].id);

		if (at == places_count(places) ||
		    place_zone_minutes(places, at) != rows[i].minutes)
			fail_msg("%s", rows[i].id);
	}
}

static void
labels_and_longest(void **state)
{
	unsigned list[3] = { place_by_id(places, "aksu"),
		place_by_id(places, "aksu-kz-11"), place_by_id(places, "KZ-75") };
	unsigned longest[PLACE_LONGEST];
	char out[PLACE_LABEL_MAX];

	(void)state;
	place_label(places, list, 3, 0, LANG_KK, out);
	assert_string_equal(out, "Ақсу (Павлодар)");
	place_label(places, list, 3, 2, LANG_KK, out);
	assert_string_equal(out, "Алматы қ.");
	place_label(places, list, 1, 0, LANG_KK, out);
	assert_string_equal(out, "Ақсу");
	for (unsigned l = 0; l < LANGS; l++) {
		unsigned n = place_longest(places, (enum lang)l, longest);

		assert_in_range(n, 1, PLACE_LONGEST);
		for (unsigned k = 0; k < n; k++)
			assert_true(longest[k] < places_count(places));
	}
}

/* One list in a folder of its own; NULL: it loads. */
static void
expect(const char *csv, const char *want)
{
	char dir[] = "/tmp/place_test.XXXXXX", folder[64], file[96];
	struct flow_err err = { "" };
	struct places *p = NULL;
	enum rc rc;
	FILE *out;

	assert_non_null(mkdtemp(dir));
	assert_true(snprintf(folder, sizeof folder, "%s/places", dir) > 0 &&
	    snprintf(file, sizeof file, "%s/a.csv", folder) > 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	out = fopen(file, "we");
	assert_non_null(out);
	assert_true(fputs(csv, out) >= 0);
	assert_int_equal(fclose(out), 0);
	rc = places_load(dir, &p, &err);
	places_free(p);
	unlink(file);
	rmdir(folder);
	rmdir(dir);
	assert_int_equal(rc, want == NULL ? RC_OK : RC_REFUSED);
	if (want != NULL && strstr(err.s, want) == NULL)
		fail_msg("%s\nlacks %s", err.s, want);
}

#define TAIL "a,b,c,,,,d"

static void
bad_lists(void **state)
{
	(void)state;
	expect("KZ,KZ," TAIL ",,+5,\n", NULL);
	expect("KZ,KZ,[a ]b,b[ c],c,,,,d,1,+6:30,=;=x;@KZ-X;y\n", NULL);
	expect("", "no places");
	expect("KZ,KZ," TAIL ",,+5\n", "a.csv:1: row: not twelve columns");
	expect("KZ,KZ," TAIL ",,+5,,\n", "a.csv:1: row: not twelve columns");
	expect("# x\nKZ,KZ,a,b,c,,,,,,+5,\n", "a.csv:2: KZ: a name is empty");
	expect(
	    "KZ,KZ," TAIL ",,+5,\nKZ,KZ," TAIL ",,+5,\n", "a.csv:2: KZ: id: given twice");
	expect("KZ,KZ," TAIL ",,+5,@KZ\n", "KZ: variants: a code that is an id already");
	expect("x y,KZ," TAIL ",,+5,\n", "id: not an id");
	expect("x,KZ-9," TAIL ",,+5,\n", "x: its region has no row");
	expect("KZ-9,KZ-9," TAIL ",,+5,\n", "KZ-9: its country has no row");
	expect("x,K," TAIL ",,+5,\n", "region: not a code");
	expect("x,kz," TAIL ",,+5,\n", "region: not a code");
	expect("KZ,KZ,a,b,c,,,,\xff,,+5,\n", "a name is empty");
	expect("KZ,KZ,a,b,{c},,,,d,,+5,\n", "a name is empty");
	expect("KZ,KZ,a,b,c],,,,d,,+5,\n", "a name is empty");
	expect("KZ,KZ,a,b,[c],,,,d,,+5,\n", "a name is empty");
	expect("KZ,KZ,a,b,c[d[e]],,,,d,,+5,\n", "a name is empty");
	expect("KZ,KZ,a,b,abcdefghijklmnopqrstuvw,,,,d,,+5,\n", "over 22 characters");
	expect("KZ,KZ,a,b,--,,,,d,,+5,\n", "a name has no letters");
	expect("KZ,KZ,a,b,c d e f,,,,d,,+5,\n", "more than three words");
	expect("KZ,KZ," TAIL ",,+5,?\n", "variants: one has no letters");
	expect("KZ,KZ," TAIL ",4,+5,\n", "menu: not a rank");
	expect("KZ,KZ," TAIL ",1,+5,\nx,KZ," TAIL ",1,,\n", "has this rank");
	expect("KZ,KZ," TAIL ",,,\n", "no zone");
	expect("KZ,KZ," TAIL ",,5,\n", "zone: not hours");
	expect("KZ,KZ," TAIL ",,+15,\n", "zone: not hours");
	expect("KZ,KZ," TAIL ",,+5:99,\n", "zone: not hours");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings),
		cmocka_unit_test(plain_sentences),
		cmocka_unit_test(every_name_finds_its_place),
		cmocka_unit_test(old_codes),
		cmocka_unit_test(every_region),
		cmocka_unit_test(menus),
		cmocka_unit_test(zones),
		cmocka_unit_test(labels_and_longest),
		cmocka_unit_test(names_and_regions),
		cmocka_unit_test(bad_lists),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
