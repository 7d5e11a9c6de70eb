/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What consoles seal for dispatch: packed and read back, bounds, and what an enemy may have packed.
 * Run by `make test`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intake.h"

static struct intake_receiver
shelter(const char *name, const char *number)
{
	struct intake_receiver r = { .given = 0 };

	assert_true(intake_give(&r, INTAKE_KIND, "ngo"));
	assert_true(intake_give(&r, INTAKE_LANG, "ru"));
	assert_true(intake_give(&r, INTAKE_REGIONS, "KZ-47 KZ"));
	assert_true(intake_give(&r, INTAKE_ORDER, "-3"));
	assert_true(intake_give(&r, INTAKE_BEDS, ""));
	snprintf(r.name, sizeof(r.name), "%s", name);
	assert_int_equal(phone_parse(number, &r.number), RC_OK);
	return r;
}

static void
test_one(void **state)
{
	struct intake_receiver r = shelter("Приют А", "+77020000001"), got;
	char text[INTAKE_MAX];
	size_t n = intake_pack(&r, text);

	(void)state;
	assert_true(n > 0);
	assert_int_equal(intake_unpack(text, n, &got), RC_OK);
	assert_memory_equal(&got, &r, sizeof(r));
	assert_string_equal(intake_given(&got, INTAKE_BEDS), "");
	assert_null(intake_given(&got, INTAKE_HOURS));
	for (int f = 0; f < INTAKE_FIELDS; f++) {
		char longest[INTAKE_VALUE_MAX + 1];

		memset(longest, 'a', sizeof(longest));
		longest[INTAKE_VALUE_MAX] = '\0';
		assert_false(intake_give(&r, (enum intake_field)f, longest));
	}
}

/* Some fields of a receiver that is known: no number, and at least one field. */
static void
test_change(void **state)
{
	static const char *const bad[] = {
		"name=A\nchange=1\n", "name=A\nchange=1\nbeds=3\nnumber=+77020000001\n",
		"name=A\nchange=1\ncontact=-1\nrole=x\n", "change=1\nbeds=3\n",
		"name=A\nnumber=+77020000001\nkind=ngo\nlang=ru\nregions=KZ\ncontact=4\n"
	};
	struct intake_receiver r = { .change = true, .contact = 12 }, got;
	char text[INTAKE_MAX];
	size_t n;

	(void)state;
	strcpy(r.name, "Shelter A");
	assert_true(intake_give(&r, INTAKE_SHIFT, "20:00-08:00 mon-fri"));
	n = intake_pack(&r, text);
	assert_int_equal(intake_unpack(text, n, &got), RC_OK);
	assert_memory_equal(&got, &r, sizeof(r));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(intake_unpack(bad[i], strlen(bad[i]), &got), RC_REFUSED);
}

static void
test_many(void **state)
{
	char *text = malloc(INTAKE_FILE_MAX), name[32], number[32];
	size_t len = 0, rows = 0, at = 0;
	struct intake_receiver r, got;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < INTAKE_ROWS_MAX; i++) {
		snprintf(name, sizeof(name), "R %u", i);
		snprintf(number, sizeof(number), "+7702%07u", i);
		r = shelter(name, number);
		assert_true(intake_pack_add(&r, text, &len, &rows));
	}
	assert_false(intake_pack_add(&r, text, &len, &rows));
	assert_int_equal(rows, INTAKE_ROWS_MAX);
	for (unsigned i = 0; i < INTAKE_ROWS_MAX; i++) {
		snprintf(name, sizeof(name), "R %u", i);
		assert_int_equal(intake_unpack_next(text, len, &at, &got), RC_OK);
		assert_string_equal(got.name, name);
	}
	assert_int_equal(intake_unpack_next(text, len, &at, &got), RC_AGAIN);
	at = 0;
	assert_int_equal(intake_unpack_next(text, len - 1, &at, &got), RC_OK);
	for (unsigned i = 1; i + 1 < INTAKE_ROWS_MAX; i++)
		assert_int_equal(intake_unpack_next(text, len - 1, &at, &got), RC_OK);
	/* the last one was cut */
	assert_int_equal(intake_unpack_next(text, len - 1, &at, &got), RC_REFUSED);
	free(text);
}

#define REST "kind=ngo\nlang=ru\nregions=KZ\n"

static void
test_hostile(void **state)
{
	static const char *const bad[] = { "", "name=A\n", "number=+77020000001\n",
		"name=\nnumber=+77020000001\n", "name=A\nnumber=7\n",
		"name=A\nnumber=+77020000001\nlang=ru\nregions=KZ\n",
		REST "name=A\nnumber=+77020000001\ncolour=red\n",
		REST "name=A\nnumber=+77020000001\nno sign\n",
		REST "name=\xff\nnumber=+77020000001\n",
		REST
		"name=0123456789012345678901234567890123456789012345678901234567890123\n"
		"number=+77020000001\n" };
	struct intake_receiver r;
	char zero[] = REST "name=A\0\nnumber=+77020000001\n", big[2 * INTAKE_MAX];
	const char *good = REST "name=A\nnumber=+77020000001\n";
	size_t at = 0;

	(void)state;
	assert_int_equal(intake_unpack(good, strlen(good), &r), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(intake_unpack(bad[i], strlen(bad[i]), &r), RC_REFUSED);
	assert_int_equal(intake_unpack(zero, sizeof(zero) - 1, &r), RC_REFUSED);
	memset(big, 'a', sizeof(big));
	assert_int_equal(intake_unpack(big, sizeof(big), &r), RC_REFUSED);
	assert_int_equal(intake_unpack_next("\n\n\n", 3, &at, &r), RC_REFUSED);
}

static void
test_orders(void **state)
{
	static const char *const bad[] = { "name=A\ncontact=0\n", "name=A\ncontact=-1\n",
		"name=A\ncontact=x\n", "name=A\nnumber=12\n", "name=A\nphone=1\n" };
	struct intake_active a = { .name = "Shelter A" }, got = { .active = true };
	char text[INTAKE_MAX];
	size_t n = intake_pack_active(&a, text);
	int64_t id;

	(void)state;
	assert_int_equal(intake_unpack_active(text, n, &got), RC_OK);
	assert_memory_equal(&got, &a, sizeof(a));
	assert_int_equal(intake_unpack_active("active=1\n", 9, &got), RC_REFUSED);
	a.contact = INT64_MAX;
	assert_int_equal(phone_parse("+77020000001", &a.number), RC_OK);
	n = intake_pack_active(&a, text);
	assert_int_equal(intake_unpack_active(text, n, &got), RC_OK);
	assert_memory_equal(&got, &a, sizeof(a));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    intake_unpack_active(bad[i], strlen(bad[i]), &got), RC_REFUSED);
	n = intake_pack_row(INT64_MAX, text);
	assert_int_equal(intake_unpack_row(text, n, &id), RC_OK);
	assert_true(id == INT64_MAX);
	assert_int_equal(intake_unpack_row("row=0\n", 6, &id), RC_REFUSED);
	assert_int_equal(intake_unpack_row("row=-5\n", 7, &id), RC_REFUSED);
	assert_int_equal(intake_unpack_row("row=5x\n", 7, &id), RC_REFUSED);
	assert_int_equal(intake_unpack_row("", 0, &id), RC_REFUSED);
	assert_int_equal(
	    intake_unpack_row("row=99999999999999999999\n", 25, &id), RC_REFUSED);
}

/* What is typed, what is sealed, and what is opened count and refuse alike. */
static void
test_answers(void **state)
{
	static const char *const bad[] = { "job=0\ntext=a\n", "job=7\n", "text=a\n",
		"job=7\ntext=\n", "job=7\ntext=a\tb\n", "job=7\ntext=\x1b[1m\n",
		"job=7\ntext=\xff\n", "job=7\nanswer=a\n" };
	struct intake_answer a = { .id = INT64_MAX }, got;
	char text[INTAKE_MAX], sixty[4 * 61 + 1] = "";
	size_t n;

	(void)state;
	for (size_t i = 0; i < 60; i++)
		strcat(sixty, "\xf0\x9f\x98\x80");
	assert_true(intake_answer_text(&a, sixty));
	n = intake_pack_answer(&a, text);
	assert_true(n > 0);
	assert_int_equal(intake_unpack_answer(text, n, &got), RC_OK);
	assert_memory_equal(&got, &a, sizeof(a));
	strcat(sixty, "a");
	assert_false(intake_answer_text(&a, sixty));
	assert_true(intake_answer_text(&a, " \r\nне платите вперёд, a=b \n"));
	assert_string_equal(a.text, "не платите вперёд, a=b");
	n = intake_pack_answer(&a, text);
	assert_int_equal(intake_unpack_answer(text, n, &got), RC_OK);
	assert_string_equal(got.text, a.text);
	assert_false(intake_answer_text(&a, " \n"));
	assert_false(intake_answer_text(&a, "two\nlines"));
	assert_false(intake_answer_text(&a, "\xc2\x85"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    intake_unpack_answer(bad[i], strlen(bad[i]), &got), RC_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
