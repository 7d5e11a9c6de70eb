/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which classes of words open a flow and in what order, and numbers said in words.
 * How single words are matched is in match_test.c. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_fixture.h"
#include "words.h"

#define RU (1U << LANG_RU)

static struct words *words;

static int
load(void **state)
{
	struct flow_err err;

	if (fixture_open(state) != 0)
		return -1;
	if (words_load(fixture_dir, &words, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **state)
{
	words_free(words);
	return fixture_close(state);
}

/* The first class that a text opens a flow by; WORD_CLASSES for none. */
static enum word_class
opened_by(const char *text)
{
	static struct folded f;
	struct words_found v;
	const enum word_class *order;
	size_t n;

	match_fold(&f, text);
	words_find(words, &f, RU, &v);
	order = words_open_order(&n);
	for (size_t i = 0; i < n; i++) {
		if (words_opens(&v, order[i]) != 0)
			return order[i];
	}
	return WORD_CLASSES;
}

static void
the_most_pressing_word_opens(void **state)
{
	(void)state;
	assert_int_equal(opened_by("справка и помощь"), WORD_HELP);
	assert_int_equal(opened_by("помощь, опасно"), WORD_DANGER);
	assert_int_equal(opened_by("сообщить про работу"), WORD_REPORT);
	assert_int_equal(opened_by("справка, работа"), WORD_JOB);
	assert_int_equal(opened_by("привет"), WORD_CLASSES);
}

static void
some_only_as_the_whole_text(void **state)
{
	(void)state;
	assert_int_equal(opened_by("пишите открыто"), WORD_PLAIN);
	assert_int_equal(opened_by("не пишите открыто"), WORD_CLASSES);
}

/* Every class of the order stands there once. */
static void
the_order_has_no_class_twice(void **state)
{
	uint64_t seen = 0;
	const enum word_class *order;
	size_t n;

	(void)state;
	order = words_open_order(&n);
	for (size_t i = 0; i < n; i++) {
		assert_true((seen & CLASS_BIT(order[i])) == 0);
		seen |= CLASS_BIT(order[i]);
	}
	assert_int_equal(n, 21);
	assert_true(WORD_CLASSES <= 64);
}

static void
numbers(void **state)
{
	static const struct {
		const char *word;
		unsigned langs;
		int value;
	} rows[] = {
		{ "ноль", RU, 0 },
		{ "один", RU, 1 },
		{ "раз", RU, 1 },
		{ "три", RU, 3 },
		{ "три", 1U << LANG_KK, -1 },
		{ "четыре", RU, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static struct folded f;
		size_t n;
		const char *word;

		match_fold(&f, rows[i].word);
		word = match_token(&f, 0, &n);
		assert_int_equal(
		    words_number(words, word, n, rows[i].langs), rows[i].value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_pressing_word_opens),
		cmocka_unit_test(some_only_as_the_whole_text),
		cmocka_unit_test(the_order_has_no_class_twice),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
