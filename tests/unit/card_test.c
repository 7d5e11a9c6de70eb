/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/card.c with the shipped samples: which card is found, when it is stale; and bad rows.
 * It rings no number. Called by make test, from the top folder.
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

#include "card.h"
#include "gsm.h"

#define DAY INT64_C(86400000)

static struct cards *cards;

static int
load(void **state)
{
	struct flow_err err;

	(void)state;
	if (cards_load("conf", &cards, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	cards_free(cards);
	return 0;
}

static void
found(void **state)
{
	static const struct {
		enum card_kind kind;
		const char *home, *country, *phone, *name; /* NULL: none */
	} rows[] = {
		{ CARD_EMBASSY, "UZ", "TR", "+90 000 000 00 26",
		    "Посольство Узбекистана" },
		{ CARD_EMBASSY, "KZ", "SEA", "+66 000 000 00 10",
		    "Посольство Казахстана" },
		{ CARD_EMBASSY, "KZ", "KZ", NULL, NULL },
		{ CARD_EMBASSY, "RU", "KZ", NULL, NULL },
		{ CARD_EMBASSY, "", "KZ", NULL, NULL },
		{ CARD_EMBASSY, "KZ", "", NULL, NULL },
		{ CARD_HOTLINE, "", "KZ", "+7 000 000 00 51", "Справочная" },
		{ CARD_HOTLINE, "UZ", "KZ", "+7 000 000 00 51", "Справочная" },
		{ CARD_HOTLINE, "", "other", NULL, NULL },
		{ CARD_HOME_NGO, "TM", "TR", "+993 000 000 00 66", "Советы дома" },
		{ CARD_HOME_NGO, "", "TR", NULL, NULL },
		{ CARD_TOPIC, "violence", "KG", "102", "Дежурная служба" },
		{ CARD_TOPIC, "violence", "TR", "112", "Экстренная служба" },
		{ CARD_TOPIC, "pay", "TR", NULL, NULL },
		{ CARD_TOPIC, "pay", "KZ", "+7 000 000 00 67", "Трудовая инспекция" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct card *c = card_find(
		    cards, rows[i].kind, rows[i].home, rows[i].country);

		if ((c != NULL) != (rows[i].phone != NULL))
			fail_msg("row %zu: %s", i, c != NULL ? c->phone : "none");
		if (c == NULL)
			continue;
		assert_string_equal(c->phone, rows[i].phone);
		assert_string_equal(card_name(c, LANG_RU), rows[i].name);
		assert_string_equal(c->reviewed, "2026-09-15");
	}
}

/* Whoever answers for the five countries' people finds a card for each of them. */
static void
all_shipped(void **state)
{
	static const char *const homes[] = { "KZ", "KG", "UZ", "TJ", "TM" };
	static const char *const countries[] = { "KZ", "KG", "UZ", "TJ", "TM", "RU", "TR",
		"KR", "AE", "BH", "SEA" };
	static const char *const topics[] = { "pay", "papers", "registration", "contract",
		"leaving", "violence", "child", "abroad" };

	(void)state;
	for (size_t h = 0; h < ARRAY_LEN(homes); h++) {
		assert_non_null(card_find(cards, CARD_HOME_NGO, homes[h], ""));
		for (size_t c = 0; c < ARRAY_LEN(countries); c++) {
			assert_non_null(card_find(cards, CARD_HOTLINE, "", countries[c]));
			assert_int_equal(card_find(cards, CARD_EMBASSY, homes[h],
					     countries[c]) != NULL,
			    strcmp(homes[h], countries[c]) != 0);
		}
		for (size_t t = 0; t < ARRAY_LEN(topics); t++)
			assert_non_null(
			    card_find(cards, CARD_TOPIC, topics[t], homes[h]));
	}
	/* name, number and day make one screen */
	for (size_t i = 0; i < cards_count(cards); i++) {
		for (unsigned l = 0; l < LANGS; l++) {
			char line[256];

			assert_true(snprintf(line, sizeof line, "%s: %s, 15.09.2026",
					card_name(cards_at(cards, i), (enum lang)l),
					cards_at(cards, i)->phone) > 0);
			assert_int_equal(gsm_size_of(line).parts, 1);
		}
	}
}

static void
stale(void **state)
{
	const struct card *c = cards_at(cards, 0);

	(void)state;
	assert_int_equal(
	    c->reviewed_ms, INT64_C(1789430400000)); /* 2026-09-15 00:00 UTC */
	assert_false(card_stale(c, c->reviewed_ms));
	assert_false(card_stale(c, c->reviewed_ms + 365 * DAY));
	assert_true(card_stale(c, c->reviewed_ms + 365 * DAY + 1));
	assert_false(card_stale(c, c->reviewed_ms - DAY));
	assert_true(card_stale(c, c->reviewed_ms - DAY - 1));
}

/* One list in a folder of its own; want NULL: it loads and holds `n`. */
static void
expect(const char *csv, const char *want, size_t n, const char *reviewed, int64_t ms)
{
	char dir[] = "/tmp/card_test.XXXXXX", folder[64], file[96];
	struct flow_err err = { "" };
	struct cards *c = NULL;
	enum rc rc;
	FILE *out;

	assert_non_null(mkdtemp(dir));
	assert_true(snprintf(folder, sizeof folder, "%s/cards", dir) > 0 &&
	    snprintf(file, sizeof file, "%s/a.csv", folder) > 0);
	assert_int_equal(mkdir(folder, 0700), 0);
	out = fopen(file, "we");
	assert_non_null(out);
	assert_true(fputs(csv, out) >= 0);
	assert_int_equal(fclose(out), 0);
	rc = cards_load(dir, &c, &err);
	unlink(file);
	rmdir(folder);
	rmdir(dir);
	assert_int_equal(rc, want == NULL ? RC_OK : RC_REFUSED);
	if (want != NULL && strstr(err.s, want) == NULL)
		fail_msg("%s\nlacks %s", err.s, want);
	if (c != NULL) {
		assert_int_equal(cards_count(c), n);
		if (reviewed != NULL) {
			assert_string_equal(cards_at(c, 0)->reviewed, reviewed);
			assert_int_equal(cards_at(c, 0)->reviewed_ms, ms);
		}
	}
	cards_free(c);
}

#define NAMES "a,b,c,,,,d"

static void
lists(void **state)
{
	(void)state;
	expect("", NULL, 0, NULL, 0);
	expect("# x\n\nhotline,,KZ," NAMES ",112,2024-02-29\n", NULL, 1, "2024-02-29",
	    INT64_C(1709164800000));
	expect("hotline,,KZ," NAMES ",112,2023-02-29\n",
	    "a.csv:1: hotline: reviewed: not a day", 0, NULL, 0);
	expect("hotline,,KZ," NAMES ",112\n", "row: not twelve columns", 0, NULL, 0);
	expect("hotline,,KZ," NAMES ",112,2026-01-01,\n", "row: not twelve columns", 0,
	    NULL, 0);
	expect("shop,,KZ," NAMES ",112,2026-01-01\n", "kind: unknown", 0, NULL, 0);
	expect("embassy,,KZ," NAMES ",112,2026-01-01\n", "home: not a code", 0, NULL, 0);
	expect(
	    "embassy,UZ,," NAMES ",112,2026-01-01\n", "country: not a code", 0, NULL, 0);
	expect("hotline,,," NAMES ",112,2026-01-01\n", "country: not a code", 0, NULL, 0);
	expect(
	    "hotline,,kz," NAMES ",112,2026-01-01\n", "country: not a code", 0, NULL, 0);
	expect("topic,KZ,KZ," NAMES ",112,2026-01-01\n", "home: not a code", 0, NULL, 0);
	expect(
	    "embassy,pay,KZ," NAMES ",112,2026-01-01\n", "home: not a code", 0, NULL, 0);
	expect("hotline,,KZ,a,b,c,,,,,112,2026-01-01\n", "a name is empty", 0, NULL, 0);
	expect("hotline,,KZ,a,b,c,,,,abcdefghijklmnopqrstuvwxyzabcdef,112,2026-01-01\n",
	    "over 30 characters", 0, NULL, 0);
	expect(
	    "hotline,,KZ,a,b,{c},,,,d,112,2026-01-01\n", "a name is empty", 0, NULL, 0);
	expect(
	    "hotline,,KZ,a,b,c,,,,\xff,112,2026-01-01\n", "a name is empty", 0, NULL, 0);
	expect(
	    "hotline,,KZ," NAMES ",12,2026-01-01\n", "phone: not a number", 0, NULL, 0);
	expect("hotline,,KZ," NAMES ",1234567,2026-01-01\n", "phone: not a number", 0,
	    NULL, 0);
	expect("hotline,,KZ," NAMES ",+7 12,2026-01-01\n", "phone: not a number", 0, NULL,
	    0);
	expect("hotline,,KZ," NAMES ",+7 (000) 0000001,2026-01-01\n",
	    "phone: not a number", 0, NULL, 0);
	expect(
	    "hotline,,KZ," NAMES ",112,15.09.2026\n", "reviewed: not a day", 0, NULL, 0);
	expect(
	    "hotline,,KZ," NAMES ",112,2026-13-01\n", "reviewed: not a day", 0, NULL, 0);
	expect(
	    "hotline,,KZ," NAMES ",112,2026-1-011\n", "reviewed: not a day", 0, NULL, 0);
	expect("hotline,,KZ," NAMES ",112,2026-01-01\nhotline,,KZ," NAMES
	       ",102,2026-01-01\n",
	    "a.csv:2: hotline: this kind, home and country are given twice", 0, NULL, 0);
}

static void
no_folder_no_cards(void **state)
{
	struct cards *c = NULL;
	struct flow_err err;

	(void)state;
	assert_int_equal(cards_load("/nonexistent", &c, &err), RC_OK);
	assert_int_equal(cards_count(c), 0);
	assert_null(card_find(c, CARD_HOTLINE, "", "KZ"));
	cards_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(all_shipped),
		cmocka_unit_test(stale),
		cmocka_unit_test(lists),
		cmocka_unit_test(no_folder_no_cards),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
