/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dialogues over the shipped flows: what a dial shows and hides, the keys 0 00 77, what is fetched, the
 * knock, codes, timers. It asks no database and no word of a text. Called by make test.
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

#define HOUR (60 * MINUTE)

static struct session hidden;

static int
anew(void **state)
{
	(void)state;
	s = (struct session){ .lang = LANG_NONE };
	hidden = (struct session){ .lang = LANG_NONE };
	in = (struct flow_input){ .country = "KZ",
		.bearer = BEARER_USSD,
		.hidden = &hidden,
		.now_ms = 1000,
		.taken_at = "02:24" };
	return 0;
}

static void
dial(const char *key)
{
	put(INPUT_DIAL, "", key);
}

static void
press(const char *text, const char *key)
{
	put(INPUT_TEXT, text, key);
}

static void
to_danger(void)
{
	dial("first.row");
	press("2", "first.intro");
	assert_int_equal(s.lang, LANG_RU);
	press("1", "ask.calm");
	assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
	assert_int_equal(s.case_id, 0);
	press("2", "ask.where");
}

static void
to_after(void)
{
	dial("first.row");
	press("2", "first.intro");
	press("1", "ask.calm");
	press("4", "ask.menu");
	press("6", "ask.where");
}

static void
journey_two(void **state)
{
	(void)state;
	to_danger();
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	assert_non_null(effect_of(EFFECT_TASK, "danger"));
	assert_int_equal(s.class, CASE_DANGER);
	assert_true(gsm_fits_screen(e.text));
	assert_non_null(
	    strstr(e.text, "77")); /* told once, on the first screen after that answer */
	press("1", "ask.which");
	press("1", "ask.who_dial");
	assert_null(strstr(e.text, "77"));
	assert_non_null(effect_of(EFFECT_REFER, NULL));
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 0);
	assert_string_equal(session_slot(&s, "region"), "KZ-75");
	press("1", "ask.what_dial");
}

static void
a_dial_hides_danger(void **state)
{
	(void)state;
	to_danger();
	press("3", "ask.who_dial");
	dial("first.row");
	assert_int_equal(s.lang, LANG_NONE);
	assert_int_equal(s.case_id, 0);
	assert_int_equal(hidden.case_id, 317);
	/* somebody else looks on: a conversation of their own, and the other stays */
	press("2", "first.intro");
	press("1", "ask.calm");
	press("77", "ask.calm");
	press("1", "ask.where");
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	assert_int_equal(hidden.case_id, 317);
	/* the first again */
	s = (struct session){ .lang = LANG_NONE };
	dial("first.row");
	press("77", "go.on");
	assert_int_equal(s.case_id, 317);
	assert_string_equal(hidden.flow, "");
	in.state = CASE_STATE_SENT;
	press("1", "ask.who_dial");
	press("1", "ask.what_dial");
}

static void
seventy_seven_alone_opens_nothing(void **state)
{
	(void)state;
	dial("first.row");
	press("77", "first.row");
	press("2", "first.intro");
	press("77", "ask.calm"); /* any key leads on from a notice */
}

static void
taken_asks_for_the_house(void **state)
{
	(void)state;
	to_danger();
	press("3", "ask.who_dial");
	dial("first.row");
	press("77", "go.on");
	in.state = CASE_STATE_TAKEN;
	press("1", "ask.street");
	assert_non_null(strstr(e.text, "02:24"));
	press("Лесная 4, 3 этаж", "ask.open");
	assert_non_null(effect_of(EFFECT_PLACE, NULL));
	assert_null(effect_of(EFFECT_NARRATIVE, NULL));
	press("1", "ask.police");
	press("1", "end.dialled");
	assert_string_equal(there(EFFECT_CONSENT, "police")->code, "yes");
}

/* S3a: without leave for one plain question the answer about police is no, and it is not asked. */
static void
no_leave_no_police(void **state)
{
	(void)state;
	to_danger();
	press("3", "ask.who_dial");
	press("1", "ask.what_dial");
	press("2", "ask.street");
	press("0", "ask.open");
	press("2", "end.dialled");
	assert_string_equal(there(EFFECT_CONSENT, "police")->code, "no");
}

static void
calm_is_offered_openly(void **state)
{
	(void)state;
	dial("first.row");
	press("2", "first.intro");
	press("1", "ask.calm");
	press("1", "ask.where");
	dial("go.on");
	press("1", "ask.where");
	dial("go.on");
	press("2", "first.intro");
	press("1", "ask.calm");
	dial("go.on");
	in.now_ms += 25 * HOUR;
	dial("first.intro");
	assert_int_equal(s.lang, LANG_RU);
}

static void
back_and_start(void **state)
{
	(void)state;
	dial("first.row");
	press("2", "first.intro");
	press("1", "ask.calm");
	press("1", "ask.where");
	press("4", "ask.where"); /* other: now it is typed */
	assert_null(strstr(e.text, "4"));
	press("0", "ask.who_dial"); /* it says: 0 I do not say */
	press("0", "ask.where");
	press("3", "ask.who_dial");
	press("00", "first.intro");
	press("1", "ask.calm");
}

static void
a_dial_ends_a_stop(void **state)
{
	(void)state;
	in.bearer = BEARER_SMS;
	press("помогите", "ask.calm");
	press("стоп", "stop.decoy");
	press("1", "");
	in.bearer = BEARER_USSD;
	dial("go.on");
	assert_false(s.stopped);
}

static void
wrong_keys_ask_again(void **state)
{
	(void)state;
	dial("first.row");
	press("9", "first.row");
	press("2", "first.intro");
	press("1", "ask.calm");
	press("8", "ask.calm");
	press("8", "ask.calm");
	assert_null(effect_of(EFFECT_TASK, NULL));
	press("8", "ask.calm");
	assert_non_null(effect_of(EFFECT_TASK, "unanswerable"));
	press("112", "call.112");
	press("1", "ask.where");
}

static void
help_by_sms(void)
{
	in.bearer = BEARER_SMS;
	in.hidden = NULL;
	press("помогите", "ask.calm");
}

/* The menu opens no case, so its country is the number's; and typed, no first reply stands before. */
static void
out_is_asked_for_a_town(void **state)
{
	char typed[FLOW_TEXT_MAX];

	(void)state;
	to_after();
	assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
	assert_null(effect_of(EFFECT_ANSWER, NULL));
	assert_true(gsm_fits_screen(e.text));
	assert_non_null(strstr(e.text, " 4 "));
	press("4", "ask.where");
	assert_int_equal(s.misses, 0);
	memcpy(typed, e.text, sizeof(typed));
	/* as in danger, where the first reply has a screen of its own */
	anew(NULL);
	to_danger();
	press("4", "ask.where");
	assert_non_null(strstr(e.text, typed));
	anew(NULL);
	to_after();
	press("1", "ask.which");
	press("1", "ask.need_after");
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	assert_string_equal(session_slot(&s, "region"), "KZ-75");
}

/* S6: cut after where: a task once, nothing said. */
static void
cut_after_where(void **state)
{
	(void)state;
	help_by_sms();
	assert_int_equal(s.timer_ms, 0);
	press("1", "ask.where");
	assert_int_equal(s.timer_ms, 0);
	press("Жетибай", "ask.what");
	assert_int_equal(s.timer_ms, in.now_ms + 15 * MINUTE);
	in.late = true;
	put(INPUT_TIMER, "", "");
	assert_non_null(effect_of(EFFECT_TASK, "cut"));
	assert_int_equal(s.timer_ms, 0);
	in.late = false;
	press("1", "ask.who");
	put(INPUT_TIMER, "", "");
	assert_null(effect_of(EFFECT_TASK, "cut"));
}

static void
nothing_is_cut_after_the_referral(void **state)
{
	(void)state;
	help_by_sms();
	press("1", "ask.where");
	press("Жетибай", "ask.what");
	press("1", "ask.who");
	press("1", "ask.ngo");
	press("1", "ask.count");
	assert_int_equal(s.timer_ms, 0);
}

/* S5: in the job flow a danger word asks first; two minutes of silence are a yes. */
static void
silence_is_danger(void **state)
{
	(void)state;
	in.bearer = BEARER_SMS;
	press("работа", "ask.job_passport");
	assert_int_equal(s.case_id, 0);
	press("опасно", "ask.now");
	assert_null(effect_of(EFFECT_TASK, "danger"));
	assert_int_equal(s.timer_ms, in.now_ms + 2 * MINUTE);
	in.late = true;
	put(INPUT_TIMER, "", "");
	assert_non_null(effect_of(EFFECT_TASK, "danger"));
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	in.late = false;
	press("кто тут", "ask.where"); /* asked when they write again */
}

static void
words_that_wait(void **state)
{
	(void)state;
	help_by_sms();
	press("1", "ask.where");
	press("Жетибай", "ask.what");
	in.state = CASE_STATE_TAKEN;
	in.waiting = (struct flow_waiting){ "meet", "6:30", "базар, белая машина" };
	press("?", "phrase.meet_at_words");
	assert_non_null(effect_of(EFFECT_READ, "relay"));
	assert_non_null(strstr(e.text, "6:30"));
	assert_non_null(strstr(e.text, "базар, белая машина"));
	in.waiting = (struct flow_waiting){ 0 };
	press("1", ""); /* a text needs no thanks */
	assert_non_null(effect_of(EFFECT_DO, "told"));
	assert_string_equal(there(EFFECT_DO, "told")->code, "comes");
	/* the question of before waits unseen, so the next text is no answer to it */
	assert_string_equal(s.step, "what");
	press("1", "ask.what");
	press("1", "ask.who");
}

static void
the_knock(void **state)
{
	(void)state;
	help_by_sms();
	press("1", "ask.where");
	press("Жетибай", "ask.what");
	in.state = CASE_STATE_TAKEN;
	in.waiting = (struct flow_waiting){ "come", "04:00", "" };
	put(INPUT_KNOCK, "", "knock");
	assert_null(strstr(e.text, "04:00"));
	press("1", "phrase.come_at");
	assert_string_equal(session_slot(&s, "what"), "");
}

static void
no_knock_after_a_stop(void **state)
{
	(void)state;
	help_by_sms();
	press("стоп", "stop.decoy");
	put(INPUT_KNOCK, "", "");
}

/* S12: a code opens the conversation and shows nothing of it. */
static void
a_code_opens_it(void **state)
{
	(void)state;
	in.bearer = BEARER_SMS;
	in.resume = RESUME_WRONG;
	press("48217 73101", "first.row");
	in.resume = RESUME_NONE;
	press("2", "first.screen");
	in.resume = RESUME_WRONG;
	press("48217 73101", "resume.wrong");
	assert_int_equal(s.case_id, 0);
	in.resume = RESUME_LOCKED;
	press("48217 73100", "resume.locked");
	in.resume = RESUME_OK;
	in.resumed = 317;
	in.resumed_class = CASE_HELD;
	press("48217 73100", "resume.ok");
	assert_int_equal(s.case_id, 317);
	assert_int_equal(s.class, CASE_HELD);
	in.resume = RESUME_NONE;
	press("1", "ask.resume");
	press("3", "ask.words");
	press("нас перевезли в другой дом", "end.noted");
	assert_non_null(effect_of(EFFECT_NARRATIVE, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(journey_two, anew),
		cmocka_unit_test_setup(a_dial_hides_danger, anew),
		cmocka_unit_test_setup(seventy_seven_alone_opens_nothing, anew),
		cmocka_unit_test_setup(taken_asks_for_the_house, anew),
		cmocka_unit_test_setup(no_leave_no_police, anew),
		cmocka_unit_test_setup(calm_is_offered_openly, anew),
		cmocka_unit_test_setup(back_and_start, anew),
		cmocka_unit_test_setup(a_dial_ends_a_stop, anew),
		cmocka_unit_test_setup(wrong_keys_ask_again, anew),
		cmocka_unit_test_setup(out_is_asked_for_a_town, anew),
		cmocka_unit_test_setup(cut_after_where, anew),
		cmocka_unit_test_setup(nothing_is_cut_after_the_referral, anew),
		cmocka_unit_test_setup(silence_is_danger, anew),
		cmocka_unit_test_setup(words_that_wait, anew),
		cmocka_unit_test_setup(the_knock, anew),
		cmocka_unit_test_setup(no_knock_after_a_stop, anew),
		cmocka_unit_test_setup(a_code_opens_it, anew),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
