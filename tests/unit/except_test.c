/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/engine/except.c: which exceptions are stated to whom, and hold where; and that the shipped flows
 * word the first reply so and refer nobody under another. It asks nobody. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "except.h"
#include "flow_priv.h"
#include "flow_stage.h"

#define BOTH (EXCEPT_CHILD | EXCEPT_DANGER)

static const struct exceptions tables = { .base = BOTH,
	.n = 3,
	.v = { { "KG", EXCEPT_CHILD }, { "UZ", EXCEPT_DANGER }, { "TM", 0 } } };

/* A number's country and the place's; "" unknown. */
static const struct {
	const char *number, *place;
	unsigned want;
} rows[] = {
	{ "KZ", "", BOTH },
	{ "KZ", "KZ", BOTH },
	{ "RU", "", BOTH },
	{ "KG", "", EXCEPT_CHILD },
	/* stated to the number, and not there; there, and never stated */
	{ "KZ", "KG", EXCEPT_CHILD },
	{ "KG", "KZ", EXCEPT_CHILD },
	{ "KG", "UZ", 0 },
	{ "UZ", "RU", EXCEPT_DANGER },
	{ "TM", "KZ", 0 },
	/* nobody knows what this number would have been told */
	{ "", "", 0 },
	{ "", "KZ", 0 },
};

static void
stated(void **state)
{
	struct exceptions one = { .base = EXCEPT_CHILD };
	unsigned told[EXCEPT_TABLES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (exceptions_stated(&tables, rows[i].number, rows[i].place) !=
		    rows[i].want)
			fail_msg("row %zu", i);
	}
	assert_int_equal(exceptions_stated(&tables, NULL, NULL), 0);
	assert_int_equal(exceptions_stated(&one, "", ""), EXCEPT_CHILD);
	assert_int_equal(exceptions_told(&one, told), 1);
	assert_int_equal(told[0], EXCEPT_CHILD);
	assert_int_equal(exceptions_told(&tables, told), 4);
	/* nobody's table, and yet what both have */
	one = (struct exceptions){
		.base = EXCEPT_CHILD, .n = 1, .v = { { "KG", EXCEPT_DANGER } }
	};
	assert_int_equal(exceptions_told(&one, told), 3);
	assert_int_equal(exception_parse("child"), EXCEPT_CHILD);
	assert_int_equal(exception_parse("danger"), EXCEPT_DANGER);
	assert_int_equal(exception_parse("police"), 0);
}

static void
begin(const char *country)
{
	memset(&s, 0, sizeof s);
	in.bearer = BEARER_SMS;
	in.country = country;
	s.lang = LANG_RU;
}

static bool
says(const char *key)
{
	const char *words = text_get(flows_texts(flows), LANG_RU, TEXT_COVER, key);

	assert_non_null(words);
	return words != NULL && strstr(e.text, words) != NULL;
}

/* The first reply of each country, and who is asked without a yes there. */
static void
worded_and_kept(void **state)
{
	struct exceptions shipped = flows->exceptions;

	(void)state;
	flows->exceptions = tables;
	for (int i = 0; i < 2; i++) {
		bool here = i == 0;

		begin(here ? "KZ" : "KG");
		put(INPUT_TEXT, "помогите", "ask.calm");
		assert_int_equal(says("except.child_danger"), here);
		assert_int_equal(says("except.child"), !here);
		put(INPUT_TEXT, "2", "ask.where");
		assert_int_equal(effect_of(EFFECT_REFER, NULL) != NULL, here);
		there(EFFECT_TASK, "danger");
		put(INPUT_TEXT, here ? "Кокшетау" : "Бишкек", "ask.who");
		assert_int_equal(effect_of(EFFECT_REFER, NULL) != NULL, here);
		put(INPUT_TEXT, "1", "ask.what");
		put(INPUT_TEXT, "1", here ? "ask.street" : "ask.ngo");
	}
	/* asked for the yes, and then nothing waits */
	put(INPUT_TEXT, "1", "ask.street");
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 0);
	flows->exceptions = shipped;
}

/* Calm, then danger: from a number of one country, about a place in another. */
static void
danger_elsewhere(const char *country, const char *place)
{
	begin(country);
	put(INPUT_TEXT, "помогите", "ask.calm");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, place, "ask.what");
	put(INPUT_TEXT, "опасно", "ask.who");
}

/* The place's country has the exception for danger; who writes was not told of it. */
static void
not_told(void **state)
{
	struct exceptions shipped = flows->exceptions;

	(void)state;
	flows->exceptions = tables;
	danger_elsewhere("KG", "Кокшетау");
	assert_null(effect_of(EFFECT_REFER, NULL));
	flows->exceptions = shipped;
}

/* Told of danger by the number's country; the place's does not have it. */
static void
place_takes_away(void **state)
{
	struct exceptions shipped = flows->exceptions;

	(void)state;
	flows->exceptions = tables;
	danger_elsewhere("KZ", "Бишкек");
	assert_null(effect_of(EFFECT_REFER, NULL));
	/* and a child's no is a no where the table says so */
	begin("UZ");
	put(INPUT_TEXT, "помогите", "ask.calm");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.what");
	put(INPUT_TEXT, "1", "ask.who");
	put(INPUT_TEXT, "3", "ask.ngo");
	put(INPUT_TEXT, "2", "end.kept");
	assert_null(effect_of(EFFECT_REFER, NULL));
	flows->exceptions = shipped;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stated),
		cmocka_unit_test(worded_and_kept),
		cmocka_unit_test(not_told),
		cmocka_unit_test(place_takes_away),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
