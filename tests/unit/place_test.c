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

static void
spellings(void **state)
{
	static const struct {
		const char *text, *id; /* ids parted by a blank; "" none */
	} rows[] = {
		{ "jetiboy", "jetibay" },
		{ "Jetiboyda", "jetibay" },
		{ "Жетибай", "jetibay" },
		{ "Жетібайдамын", "jetibay" },
		{ "zhetybay", "jetibay" },
		{ "Zhetibai", "jetibay" },
		{ "Шымкент", "KZ-79" },
		{ "в Шымкенте", "KZ-79" },
		{ "chimkent", "KZ-79" },
		{ "shimkentdaman", "KZ-79" },
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
		{ "карагонда", "karaganda" }, /* one letter off */
		{ "Павлодар, Казахстан", "pavlodar" },
		{ "Казахстан", "KZ" },
		{ "Түркістан", "turkistan" },
		{ "Түркістан облысы", "KZ-61" },
		{ "не знаю где", "" },
		{ "kimsan", "" },
		{ "4", "" },
		{ "", "" },
	};
	unsigned found[PLACE_FOUND_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char ids[128] = "";
		unsigned n;

		match_fold(&f, rows[i].text);
		n = place_find(places, words, &f, found);
		for (unsigned k = 0; k < n; k++) {
			strcat(ids, k > 0 ? " " : "");
			strcat(ids, place_id(places, found[k]));
		}
		if (strcmp(ids, rows[i].id) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", rows[i].text, ids, rows[i].id);
	}
}

static void
every_name_finds_its_place(void **state)
{
	static const enum lang langs[] = { LANG_KK, LANG_RU, LANG_UZ, LANG_EN };
	unsigned found[PLACE_FOUND_MAX];

	(void)state;
	for (unsigned i = 0; i < places_count(places); i++) {
		for (size_t l = 0; l < ARRAY_LEN(langs); l++) {
			bool there = false;
			unsigned n;

			match_fold(&f, place_name(places, i, langs[l]));
			n = place_find(places, words, &f, found);
			for (unsigned k = 0; k < n; k++)
				there = there || found[k] == i;
			if (!there)
				fail_msg("%s", place_name(places, i, langs[l]));
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

static void
bad_lists(void **state)
{
	(void)state;
	expect("KZ,KZ,a,b,c,d,\n", NULL);
	expect("", "no places");
	expect("KZ,KZ,a,b,c,d\n", "a.csv:1: row: not seven columns");
	expect("KZ,KZ,a,b,c,d,,\n", "a.csv:1: row: not seven columns");
	expect("# x\nKZ,KZ,a,b,c,,\n", "a.csv:2: KZ: a name is empty");
	expect("KZ,KZ,a,b,c,d,\nKZ,KZ,a,b,c,d,\n", "a.csv:2: KZ: id: given twice");
	expect("x y,KZ,a,b,c,d,\n", "id: not an id");
	expect("x,KZ-9,a,b,c,d,\n", "x: its region has no row");
	expect("x,K,a,b,c,d,\n", "region: not a code");
	expect("KZ,KZ,a,b,c,\xff,\n", "a name is empty");
	expect("KZ,KZ,a,b,{c},d,\n", "a name is empty");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings),
		cmocka_unit_test(every_name_finds_its_place),
		cmocka_unit_test(names_and_regions),
		cmocka_unit_test(bad_lists),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
