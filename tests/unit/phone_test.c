/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/phone.c by tables: normal forms, countries, peer_ref.
 * It never holds a number that could be somebody's: all are from invented ranges.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "phone.h"
#include "seal.h"

/* Numbers as they are written, their normal form and country. */
static const struct {
	const char *in;
	const char *out; /* NULL: refused */
	const char *country;
} forms[] = {
	{ "+77010000001", "+77010000001", "KZ" },
	{ "0077010000001", "+77010000001", "KZ" },
	{ "77010000001", "+77010000001", "KZ" },
	{ "87010000001", "+77010000001", "KZ" },
	{ "8 701 000-00-01", "+77010000001", "KZ" },
	{ " +7 701 000 00 01 ", "+77010000001", "KZ" },
	{ "+76010000001", "+76010000001", "KZ" },
	{ "+79010000001", "+79010000001", "RU" },
	{ "89010000001", "+79010000001", "RU" },
	{ "+996700000001", "+996700000001", "KG" },
	{ "996700000001", "+996700000001", "KG" },
	{ "+998900000001", "+998900000001", "UZ" },
	{ "998900000001", "+998900000001", "UZ" },
	{ "992900000001", "+992900000001", "TJ" },
	{ "99360000001", "+99360000001", "TM" },
	{ "+4930000000", "+4930000000", "" },
	{ "+1234567", "+1234567", "" },
	{ "+123456789012345", "+123456789012345", "" },
	{ "112", "112", "" },
	{ "8500", "8500", "" },
	{ "123456", "123456", "" },
	{ "001", "001", "" },
	{ "12", NULL, "" },
	{ "1234567", NULL, "" },   /* seven digits: whose? */
	{ "701000001", NULL, "" }, /* nine digits are not guessed */
	{ "7010000001", NULL, "" },
	{ "870100000012", NULL, "" },
	{ "9989000000012", NULL, "" },
	{ "+123456", NULL, "" },
	{ "+1234567890123456", NULL, "" },
	{ "00", NULL, "" },
	{ "+0771000000", NULL, "" },
	{ "000077010000001", NULL, "" },
	{ "", NULL, "" },
	{ " - ", NULL, "" },
	{ "+", NULL, "" },
	{ "++77010000001", NULL, "" },
	{ "7+7010000001", NULL, "" },
	{ "InfoSMS", NULL, "" },
	{ "8701000000a", NULL, "" },
	{ "+7701000000١", NULL, "" }, /* a digit of another script */
	{ "11111111111111111111111111111111", NULL, "" },
};

static void
normal_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct phone p;
		enum rc rc = phone_parse(forms[i].in, &p);

		assert_int_equal(rc, forms[i].out != NULL ? RC_OK : RC_REFUSED);
		assert_string_equal(p.s, forms[i].out != NULL ? forms[i].out : "");
		assert_string_equal(phone_country(&p), forms[i].country);
		assert_int_equal(
		    phone_is_short(&p), forms[i].out != NULL && p.s[0] != '+');
	}
}

static void
a_normal_form_stays(void **state)
{
	struct phone once, twice;

	(void)state;
	assert_int_equal(phone_parse("8 901 000 00 01", &once), RC_OK);
	assert_int_equal(phone_parse(once.s, &twice), RC_OK);
	assert_string_equal(once.s, twice.s);
}

/* Runs first: the key is set once a process. */
static void
a_ref_names_nobody(void **state)
{
	static const uint8_t key[32] = { 1, 2, 3 };
	static const uint8_t other_key[32] = { 1, 2, 4 };
	struct peer_ref ref, other;
	struct phone a, b;

	(void)state;
	seal_init();
	assert_int_equal(phone_parse("+77010000001", &a), RC_OK);
	assert_int_equal(phone_parse("+77010000002", &b), RC_OK);
	assert_string_equal(peer_ref(&a).s, "--------");
	phone_set_log_key(key);
	ref = peer_ref(&a);
	other = peer_ref(&b);
	assert_int_equal(strspn(ref.s, "0123456789abcdef"), 8);
	assert_int_equal(strlen(ref.s), 8);
	assert_string_not_equal(ref.s, other.s);
	assert_string_equal(ref.s, peer_ref(&a).s);
	phone_set_log_key(other_key);
	assert_string_not_equal(ref.s, peer_ref(&a).s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ref_names_nobody),
		cmocka_unit_test(normal_forms),
		cmocka_unit_test(a_normal_form_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
