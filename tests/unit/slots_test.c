/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of a modem's slots, and what +CUSD lines say: the modem's parts that need no modem.
 * It opens no device and runs no thread.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "modem_slots.h"
#include "modem_text.h"

static struct kept *
put(struct slots *v, int memory, int location, uint64_t print)
{
	struct modem_slot s = { memory, location, print };
	struct kept *k = slots_at(v, &s);

	return k == NULL ? slots_new(v, &s) : k;
}

static void
test_place_is_what_counts(void **state)
{
	struct slots v = { 0 };
	uint64_t id;

	(void)state;
	id = put(&v, 0, 3, 111)->id;
	assert_int_equal(put(&v, 0, 3, 222)->id, id);
	assert_int_not_equal(put(&v, 0, 4, 111)->id, id);
	assert_int_not_equal(put(&v, 1, 3, 111)->id, id);
	assert_int_equal(v.n, 3);
	assert_ptr_equal(slots_id(&v, id), &v.kept[0]);
	assert_null(slots_id(&v, 99));
	/* what lies nowhere is told apart by what it is */
	id = put(&v, MODEM_NOWHERE, 0, 5)->id;
	assert_int_not_equal(put(&v, MODEM_NOWHERE, 0, 6)->id, id);
	assert_int_equal(put(&v, MODEM_NOWHERE, 0, 5)->id, id);
	slots_clear(&v);
}

static void
test_look_forgets_what_is_gone(void **state)
{
	struct slots v = { 0 };

	(void)state;
	put(&v, 0, 1, 1)->seen = true;
	put(&v, 0, 2, 2);
	put(&v, 0, 3, 3)->in_flight = true;
	put(&v, 8, 4, 4); /* the memory for reports is not in the list */
	slots_looked(&v);
	assert_int_equal(v.n, 3);
	assert_false(v.kept[0].seen);
	slots_looked(&v); /* slot 1 was not seen this time */
	assert_int_equal(v.n, 2);
	slots_clear(&v);
}

/* Another machine: an order for the old one must not fit what lies there now. */
static void
test_reopened(void **state)
{
	struct slots v = { 0 };
	uint64_t old;
	int64_t first;

	(void)state;
	old = put(&v, 0, 1, 1)->id;
	first = v.kept[0].first_ms;
	v.kept[0].offered = v.kept[0].in_flight = v.kept[0].ordered = true;
	v.kept[0].committed = true;
	put(&v, MODEM_NOWHERE, 0, 5);
	slots_reopened(&v);
	assert_int_equal(v.n, 1);
	assert_null(slots_id(&v, old));
	assert_false(v.kept[0].in_flight || v.kept[0].ordered || v.kept[0].committed);
	assert_true(v.kept[0].offered);
	assert_int_equal(v.kept[0].first_ms, first);
	slots_clear(&v);
}

static void
test_cusd_lines(void **state)
{
	static const struct {
		const char *rest;
		bool ucs2, sound;
		int mode;
		const char *text;
	} rows[] = {
		{ " 0,\"Balance 5\",15", false, true, 0, "Balance 5" },
		{ " 1,\"00310020041F\",72", true, true, 1, "1 П" },
		{ " 1,\"00310020041F\",72", false, true, 1, "1 П" },
		{ " 0,\"0031000A0032\",15", true, true, 0, "1\n2" },
		{ " 0,\"D83DDE00\",72", true, true, 0, "😀" },
		{ " 2", true, true, 2, "" },
		{ "4", false, true, 4, "" },
		{ " 0,\"say \"hello\"\",15", false, true, 0, "say \"hello\"" },
		{ " 0,\"00310\",15", true, false, 0, "" },
		{ " 0,\"zz\",15", true, false, 0, "" },
		{ " 0,\"\xff\",15", false, false, 0, "" },
		{ " 6,\"x\",15", false, false, 0, "" },
		{ " ,\"x\"", false, false, 0, "" },
		{ "", false, false, 0, "" },
	};
	char text[MODEM_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int mode = -1;

		assert_int_equal(modem_text_ussd(rows[i].rest, rows[i].ucs2, &mode, text,
				     sizeof(text)),
		    rows[i].sound);
		if (!rows[i].sound)
			continue;
		assert_int_equal(mode, rows[i].mode);
		assert_string_equal(text, rows[i].text);
	}
}

static void
test_cusd_line_is_bounded(void **state)
{
	char rest[4 * 200 + 16] = " 1,\"", text[64];
	int mode;

	(void)state;
	memset(rest + 4, '0', 4 * 183);
	memcpy(rest + 4 + 4 * 183, "\",72", 5);
	assert_false(modem_text_ussd(rest, true, &mode, text, sizeof(text)));
	memcpy(rest + 4 + 4 * 182, "\",72", 5);
	assert_true(modem_text_ussd(rest, true, &mode, text, sizeof(text)));
	assert_true(strlen(text) < sizeof(text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place_is_what_counts),
		cmocka_unit_test(test_look_forgets_what_is_gone),
		cmocka_unit_test(test_reopened),
		cmocka_unit_test(test_cusd_lines),
		cmocka_unit_test(test_cusd_line_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
