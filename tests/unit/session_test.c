/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slots of a session to one line and back; what does not parse is dropped, never believed.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "session.h"

static void
test_there_and_back(void **unused)
{
	static const struct slot in[] = { { "calm", "calm" }, { "what", "papers held" },
		{ "region", "KZ-47" }, { "count", "7" }, { "_echo", "" } };
	struct slot out[FLOW_SLOTS];
	char packed[SESSION_SLOTS_MAX];
	size_t n;

	(void)unused;
	session_slots_pack(in, ARRAY_LEN(in), packed);
	assert_string_equal(
	    packed, "calm=calm what=papers,held region=KZ-47 count=7 _echo=");
	n = session_slots_unpack(packed, out);
	assert_int_equal(n, ARRAY_LEN(in));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(out[i].name, in[i].name);
		assert_string_equal(out[i].code, in[i].code);
	}
}

static void
test_nonsense(void **unused)
{
	struct slot out[FLOW_SLOTS];
	char many[FLOW_SLOTS * 8 + 64] = "";

	(void)unused;
	assert_int_equal(session_slots_unpack("", out), 0);
	assert_int_equal(session_slots_unpack("nothing", out), 0);
	assert_int_equal(session_slots_unpack("=x  a=b", out), 1);
	assert_int_equal(
	    session_slots_unpack("a_name_that_is_longer_than_any_of_ours=x a=b", out), 1);
	for (int i = 0; i < FLOW_SLOTS + 5; i++)
		strcat(many, "a=b ");
	assert_int_equal(session_slots_unpack(many, out), FLOW_SLOTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
