/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flow_own.c: a stop word of one's own, set and said, over the shipped flows.
 * It asks no database. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sms_stage.h"

static void
tell(const char *text, const char *key)
{
	put(INPUT_TEXT, text, key);
}

/* S4: the turn knows the word by its hash; here it is a stop, before danger too. */
static void
own_word(void **state)
{
	static const char *const unfit[] = { "stop=", "stop=ish", "stop=tez",
		"stop=Termez", "stop=1234", "stop=qizil gul",
		"stop=abcdefghijklmnopqrstu", "stop=yordam" };

	(void)state;
	tell("yordam", "ask.calm");
	tell("to'xta = Lola", "own.set");
	assert_string_equal(there(EFFECT_OWN_STOP, NULL)->code, "lola");
	assert_null(effect_of(EFFECT_NARRATIVE, NULL));
	assert_string_equal(s.step, "calm");
	tell("lola", "first.screen"); /* as far as the engine knows */
	in.own_stop = true;
	tell("xavfli lola", "stop.decoy");
	in.own_stop = false;
	assert_true(s.stopped);
	tell("stop: Lolaqizg'aldoq", "");
	assert_non_null(effect_of(EFFECT_OWN_STOP, NULL));
	for (size_t i = 0; i < ARRAY_LEN(unfit); i++) {
		anew(state);
		tell("yordam", "ask.calm");
		tell(unfit[i], i == 0 ? "stop.decoy" : "own.unfit");
		assert_null(effect_of(EFFECT_OWN_STOP, NULL));
	}
	anew(state);
	tell("manzil: lola ko'chasi",
	    "first.screen"); /* before the sign stands no stop word */
	assert_null(effect_of(EFFECT_OWN_STOP, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(own_word, anew),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
