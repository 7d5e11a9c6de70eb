/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The question some weeks after a case has ended: offered, fetched after its knock, answered; over the
 * shipped flows. It asks no database. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow_stage.h"

static struct session hidden;

static void
tell(const char *text, const char *key)
{
	put(INPUT_TEXT, text, key);
}

/* Weeks after; nothing is left of the conversation, and the empty knock went. */
static void
knocked(enum case_class class, enum bearer bearer)
{
	hidden = (struct session){ .lang = LANG_NONE };
	s = (struct session){ .lang = LANG_UZ,
		.lang_chosen = true,
		.case_id = 317,
		.class = class,
		.expires_ms = 1000 + 72 * 60 * MINUTE };
	in = (struct flow_input){ .country = "KZ",
		.now_ms = 1000,
		.taken_at = "21:49",
		.state = CASE_STATE_CLOSED,
		.follow = FOLLOW_ASK };
	put(INPUT_KNOCK, "", "knock");
	assert_string_equal(s.flow, "followup");
	assert_string_equal(s.step, "");
	in.bearer = bearer;
	if (bearer == BEARER_USSD)
		in.hidden = &hidden;
}

static void
said_is(const char *code)
{
	assert_string_equal(there(EFFECT_DO, "follow_said")->code, code);
}

/* The question, and never before they fetch it; each answer a code of a closed list. */
static void
asked(void **state)
{
	static const struct {
		const char *text, *code;
	} answers[] = { { "1", "well" }, { "3", "no_more" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		knocked(CASE_OTHER, BEARER_SMS);
		tell("1", "ask.followup");
		tell("7", "first.screen"); /* no answer: a stranger's */
		tell(answers[i].text, "end.followup");
		said_is(answers[i].code);
		assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
	}
	knocked(CASE_OTHER, BEARER_SMS);
	tell("?", "ask.followup");
	knocked(CASE_OTHER, BEARER_SMS);
	tell("salom", "first.screen");
	knocked(CASE_OTHER, BEARER_SMS);
	tell("toxta", "stop.decoy");
	tell("1", "");
	assert_null(effect_of(EFFECT_DO, NULL));
}

/* They need help again: another case, with a first reply of its own. */
static void
help_again(void **state)
{
	(void)state;
	knocked(CASE_HELD, BEARER_SMS);
	tell("1", "ask.followup");
	tell("2", "ask.calm");
	said_is("help");
	assert_int_equal(there(EFFECT_CASE_OPEN, NULL)->class, CASE_OTHER);
	assert_string_equal(session_slot(&s, "_first"), "1");
	assert_int_equal(s.class, CASE_OTHER);
	knocked(CASE_OTHER, BEARER_SMS);
	tell("1", "ask.followup");
	tell("o'ldiradi", "ask.where");
	assert_int_equal(there(EFFECT_CASE_OPEN, NULL)->class, CASE_DANGER);
	assert_null(effect_of(EFFECT_DO, NULL));
}

/* By a dial: openly for who was not held, behind 77 for who was (S18). */
static void
dialled(void **state)
{
	(void)state;
	knocked(CASE_OTHER, BEARER_USSD);
	put(INPUT_DIAL, "", "go.on");
	tell("1", "ask.followup");
	tell("1", "end.followup");
	said_is("well");
	knocked(CASE_HELD, BEARER_USSD);
	put(INPUT_DIAL, "", "first.row");
	assert_int_equal(s.case_id, 0);
	tell("77", "go.on");
	assert_int_equal(s.case_id, 317);
	tell("1", "ask.followup");
	tell("2", "first.intro");
	said_is("help");
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
}

static void
met(enum bearer bearer, const char *hour)
{
	s = (struct session){ .lang = LANG_UZ,
		.lang_chosen = true,
		.case_id = 317,
		.class = CASE_OTHER,
		.flow = "help",
		.step = "need",
		.version = 2 };
	in = (struct flow_input){ .bearer = bearer,
		.country = "KZ",
		.now_ms = 1000,
		.taken_at = "21:49",
		.state = CASE_STATE_TAKEN,
		.follow = FOLLOW_OFFER };
	if (bearer == BEARER_USSD)
		in.hidden = &hidden;
	if (hour[0] == '\0')
		return;
	s.slots = 1;
	strcpy(s.slot[0].name, "hour");
	strcpy(s.slot[0].code, hour);
}

/* Offered by SMS alone, with the hour in it, beside the state; the open question waits behind it. */
static void
offered(void **state)
{
	(void)state;
	met(BEARER_SMS, "2200-2300");
	tell("?", "ask.follow");
	assert_non_null(strstr(e.text, "22-23"));
	assert_non_null(strstr(e.text, "21:49"));
	tell("1", "end.follow");
	assert_string_equal(there(EFFECT_DO, "follow_agree")->code, "yes");
	assert_string_equal(s.flow, "help");
	assert_string_equal(s.step, "need");
	met(BEARER_SMS, "2200-2300");
	tell("?", "ask.follow");
	tell("2", "end.unchanged");
	assert_string_equal(there(EFFECT_DO, "follow_agree")->code, "no");
	met(BEARER_SMS, "");
	tell("?", "state.taken");
	met(BEARER_USSD, "2200-2300");
	tell("?", "state.taken");
	met(BEARER_SMS, "2200-2300");
	in.late = true;
	tell("?", "");
	assert_string_equal(s.flow, "help");
	met(BEARER_SMS, "2200-2300");
	in.follow = FOLLOW_NONE;
	tell("?", "state.taken");
	met(BEARER_SMS, "2200-2300");
	in.state = CASE_STATE_CLOSED;
	tell("?", "ask.follow");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked),
		cmocka_unit_test(help_again),
		cmocka_unit_test(dialled),
		cmocka_unit_test(offered),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
