/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * row_memory.c with times that are arguments: what is kept, for how long, and how many.
 * It waits for no clock. Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "row_memory.h"

#define KEEP_MS 600000
#define MANY 1000000 /* ten minutes of 1,600 a second */

static struct row_memory *m;

static int
setup(void **state)
{
	(void)state;
	m = row_memory_new(KEEP_MS);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	row_memory_free(m);
	return 0;
}

static uint32_t
high_of(uint64_t id)
{
	uint32_t high;
	bool accepted;

	return row_memory_find(m, id, &high, &accepted) ? high : UINT32_MAX;
}

static bool
is_accepted(uint64_t id)
{
	uint32_t high;
	bool accepted;

	return row_memory_find(m, id, &high, &accepted) && accepted;
}

static void
the_highest(void **state)
{
	(void)state;
	assert_int_equal(high_of(7), UINT32_MAX);
	row_memory_put(m, 7, 3, false, 0);
	row_memory_put(m, 7, 2, true, 1);
	assert_int_equal(high_of(7), 3);
	assert_true(is_accepted(7));
	assert_int_equal(row_memory_count(m), 1);
	row_memory_put(m, 8, 0, false, 1);
	assert_int_equal(high_of(8), 0);
	assert_false(is_accepted(8));
}

/* What is known is put together again from different minutes. */
static void
over_minutes(void **state)
{
	(void)state;
	row_memory_put(m, 7, 1, true, 0);
	for (int i = 1; i <= 4; i++)
		row_memory_put(m, 7, (uint32_t)(10 - i), false, i * KEEP_MS / 5);
	assert_int_equal(high_of(7), 9);
	assert_true(is_accepted(7));
}

/* At least its time, at most a quarter longer, whether others come or nothing does. */
static void
its_time(void **state)
{
	(void)state;
	for (int others = 0; others < 2; others++) {
		for (int64_t at = 0; at < KEEP_MS; at += 7001) {
			int64_t from = 10000000 + at;

			row_memory_free(m);
			m = row_memory_new(KEEP_MS);
			for (int64_t t = 10000000; t <= from; t += 10000)
				row_memory_put(m, 1, 1, false, t);
			row_memory_put(m, 2, 5, true, from);
			for (int64_t t = from; others && t < from + KEEP_MS; t += 10000)
				row_memory_put(m, 3, 1, false, t);
			row_memory_forget(m, from + KEEP_MS - 1);
			assert_int_equal(high_of(2), 5);
			row_memory_forget(m, from + KEEP_MS * 5 / 4);
			assert_int_equal(high_of(2), UINT32_MAX);
		}
	}
}

static void
many(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= MANY; i++)
		row_memory_put(m, i * 3, (uint32_t)(i % 5), i % 7 == 0,
		    (int64_t)(i * KEEP_MS / MANY));
	assert_int_equal(row_memory_count(m), MANY);
	for (uint64_t i = 1; i <= MANY; i++) {
		assert_int_equal(high_of(i * 3), i % 5);
		assert_int_equal(is_accepted(i * 3), i % 7 == 0);
		assert_int_equal(high_of(i * 3 + 1), UINT32_MAX);
	}
	row_memory_forget(m, 3 * KEEP_MS);
	assert_int_equal(row_memory_count(m), 0);
	assert_int_equal(high_of(3), UINT32_MAX);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = { T(the_highest), T(over_minutes), T(its_time),
		T(many) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
