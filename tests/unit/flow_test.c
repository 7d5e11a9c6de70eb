/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flow_step over the shipped flow: the sample journeys by key and size, every rule of stop, danger,
 * strangers and late answers, and random walks. It asks no database. Called by make test.
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
	put(in.kind, text, key);
}

static const char *
answer_of(const char *slot)
{
	const char *code = "";

	for (unsigned i = 0; i < e.n; i++) {
		if (e.v[i].kind == EFFECT_ANSWER && strcmp(e.v[i].name, slot) == 0)
			code = e.v[i].code;
	}
	return code;
}

static void
units(unsigned want)
{
	if (gsm_size_of(e.text).units != want)
		fail_msg("%s: %u units, not %u", e.text, gsm_size_of(e.text).units, want);
}

/* Word for word, but for one choice more of who they are. */
static void
journey_one(void **state)
{
	(void)state;
	tell("Assalomu alaykum yordam beringlar pasportimni olib qoyishdi", "ask.calm");
	units(142);
	assert_int_equal(s.lang, LANG_UZ);
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	assert_non_null(effect_of(EFFECT_NARRATIVE, NULL));
	assert_string_equal(answer_of("region"), "KZ");
	tell("1", "ask.where");
	units(58);
	assert_null(effect_of(EFFECT_NARRATIVE, NULL));
	tell("jetiboy", "ask.what");
	units(130);
	assert_non_null(effect_of(EFFECT_PLACE, NULL));
	assert_string_equal(answer_of("where"), "jetibay");
	assert_string_equal(answer_of("region"), "KZ-47");
	tell("2 3", "ask.who");
	assert_string_equal(answer_of("what"), "papers held");
	assert_int_equal(s.class, CASE_HELD);
	tell("1", "ask.ngo");
	units(67);
	assert_null(effect_of(EFFECT_REFER, NULL));
	tell("1", "ask.count");
	units(68);
	assert_string_equal(there(EFFECT_CONSENT, "ngo")->code, "yes");
	assert_string_equal(there(EFFECT_CONSENT, "ngo")->key, "ask.ngo");
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 60000);
	tell("7", "ask.need");
	units(106);
	tell("4 5", "ask.open");
	units(54);
	assert_string_equal(answer_of("need"), "papers way");
	tell("1", "ask.police");
	units(58);
	assert_non_null(strstr(e.text, "olitsiya")); /* in plain words, this once */
	tell("2", "ask.when");
	units(71);
	assert_string_equal(there(EFFECT_CONSENT, "police")->code, "no");
	tell("2", "ask.hour");
	units(27);
	tell("22-23", "ask.code");
	units(90);
	assert_string_equal(answer_of("hour"), "2200-2300");
	assert_non_null(effect_of(EFFECT_DO, "safe_time"));
	tell("2", "");
	assert_non_null(effect_of(EFFECT_END, NULL));
	tell("kimsan", "first.screen");
	units(70);
	assert_true(there(EFFECT_SAY, NULL)->stranger);
	in.state = CASE_STATE_SENT;
	tell("?", "state.sent");
	units(55);
	assert_false(there(EFFECT_SAY, NULL)->stranger);
}

static void
journey_four(void **state)
{
	(void)state;
	tell("КОМЕК балалармен кеттим коктем базары жаны", "ask.calm");
	assert_int_equal(s.lang, LANG_KK);
	assert_int_equal(gsm_size_of(e.text).parts, 2);
	tell("иә", "ask.where");
	tell("Шымкент", "ask.which"); /* the city, or the region around it */
	tell("1", "ask.what");
	tell("4", "ask.who");
	tell("4", "ask.ngo");
	tell("1", "ask.kids");
	tell("екі", "ask.need");
	assert_string_equal(answer_of("count"), "2");
	tell("1", "ask.open");
	assert_int_equal(there(EFFECT_CASE_CLASS, NULL)->class, CASE_URGENT);
	tell("1", "ask.police");
	tell("2", "ask.when");
	tell("1", "end.sent");
	units(55);
	in.state = CASE_STATE_NOBODY;
	tell("?", "state.nobody");
	units(57);
}

static void
russian(void **state)
{
	(void)state;
	tell("Помогите", "ask.calm");
	assert_int_equal(s.lang, LANG_RU);
	tell("да", "ask.where");
	tell("0", "ask.what");
	assert_string_equal(answer_of("where"), "none");
	assert_string_equal(session_slot(&s, "region"), "KZ");
	tell("23", "ask.who");
	assert_string_equal(answer_of("what"), "papers held");
	tell("3", "ask.ngo");
	assert_string_equal(answer_of("who"), "child");
	tell("нет", "ask.need_child");
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 60000);
	assert_string_equal(there(EFFECT_CONSENT, "ngo")->code, "no");
}

static void
a_no_refers_nobody(void **state)
{
	(void)state;
	tell("yordam", "ask.calm");
	tell("1", "ask.where");
	tell("qoramurt qishlogi", "ask.what");
	assert_string_equal(answer_of("where"), "words");
	assert_non_null(effect_of(EFFECT_PLACE, NULL));
	tell("1", "ask.who");
	tell("2", "ask.ngo");
	tell("yo'q", "end.kept");
	assert_null(effect_of(EFFECT_REFER, NULL));
}

static void
late_digit_still_answers(void **state)
{
	(void)state;
	tell("yordam", "ask.calm");
	in.now_ms += 71LL * 60 * MINUTE;
	tell("1", "ask.where");
	in.now_ms += 73LL * 60 * MINUTE; /* past the session */
	tell("1", "first.screen");
	assert_string_equal(s.step, "");
	assert_int_equal(s.case_id, 317); /* the case is not forgotten */
}

static void
calm_no_is_danger(void **state)
{
	(void)state;
	tell("yordam", "ask.calm");
	tell("2", "ask.where");
	assert_int_equal(there(EFFECT_CASE_CLASS, NULL)->class, CASE_DANGER);
	assert_non_null(effect_of(EFFECT_TASK, "danger"));
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 120000);
	tell("jetiboy", "ask.who"); /* who before what */
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 0);
	tell("1", "ask.what");
	tell("1", "ask.street"); /* no question about an organisation */
	tell("0", "ask.open");
	tell("2", "end.sent"); /* and without leave none about police */
	assert_string_equal(there(EFFECT_CONSENT, "police")->code, "no");
}

static void
danger_beats_the_menu(void **state)
{
	static const char *const texts[] = { "xavf", "опасно, помогите", "қауіпті жер",
		"DANGER", "здесь не опасно?", "помогите срочно", "howp" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		anew(state);
		in.text = texts[i];
		assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
		assert_int_equal(there(EFFECT_CASE_OPEN, NULL)->class, CASE_DANGER);
		assert_non_null(effect_of(EFFECT_TASK, "danger"));
		assert_int_equal(there(EFFECT_REFER, NULL)->ms, 120000);
	}
	anew(state);
	tell("yordam", "ask.calm");
	tell("xavf", "ask.where");
	assert_int_equal(s.class, CASE_DANGER);
	anew(state);
	tell("yordam", "ask.calm");
	tell("1", "ask.where");
	tell("jetiboy", "ask.what");
	tell("2 xavfli", "ask.who");
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 0); /* the region is known */
	tell("xavf xavf", "ask.who"); /* danger already: asked again */
	assert_non_null(effect_of(EFFECT_TASK, "danger"));
}

static void
urgency_alone_does_not_count(void **state)
{
	(void)state;
	tell("СРОЧНО работа на стройке", "ask.job_passport");
	assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
	anew(state);
	tell("yordam", "ask.calm");
	tell("tez", "ask.where"); /* as an answer it does */
	assert_int_equal(s.class, CASE_DANGER);
}

static void
stop_beats_everything(void **state)
{
	(void)state;
	tell("yordam", "ask.calm");
	tell("TOXTA", "stop.decoy");
	assert_non_null(effect_of(EFFECT_STOP, NULL));
	units(27);
	tell("1", "");
	assert_string_equal(s.step, "calm"); /* nothing moved */
	tell("kimsan", "");
	tell("", "");
	tell("stop", "");
	tell("?", "ask.calm");
	tell("1", "ask.where");
	tell("СТОП", "stop.decoy");
	tell("yordam", "ask.calm");
	tell("to'xta", "stop.decoy");
	tell("xavf", "ask.where");
	anew(state);
	tell("they do not stop beating", "info.violence");
	assert_null(effect_of(EFFECT_STOP, NULL));
	anew(state);
	tell("STOP", "stop.decoy");
	assert_true(s.stopped);
}

static void
strangers(void **state)
{
	static const char *const texts[] = { "kimsan", "", "9", "5", "👍👍", "1 2", "abc" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		anew(state);
		tell("yordam", "ask.calm");
		tell(texts[i], "first.screen");
		assert_true(there(EFFECT_SAY, NULL)->stranger);
		assert_string_equal(s.step, "calm");
		assert_null(effect_of(EFFECT_TASK, NULL));
		tell(texts[i], "first.screen");
		tell(texts[i], "first.screen");
		assert_non_null(effect_of(EFFECT_TASK, "unanswerable"));
		tell("1", "ask.where");
	}
	tell("kimsan", "first.screen"); /* who are you is no village */
	assert_string_equal(s.step, "where");
}

static void
nothing_open(void **state)
{
	static const char *const texts[] = { "", "1", "7", "salom", "👍",
		"hey you there" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		anew(state);
		in.country = "RU";
		in.text = texts[i];
		assert_int_equal(flow_step(flows, &s, &in, &e), RC_OK);
		assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
		assert_null(effect_of(EFFECT_NARRATIVE, NULL));
		assert_true(strcmp(said_key(), "first.row") == 0 ||
		    strcmp(said_key(), "first.screen") == 0);
	}
	anew(state);
	in.kind = INPUT_UNREADABLE;
	tell("yordam", "first.row"); /* its bytes are not looked at */
	anew(state);
	in.country = "UZ";
	tell("", "first.screen");
	assert_int_equal(s.lang, LANG_UZ);
}

static void
language_row(void **state)
{
	(void)state;
	tell("", "first.row");
	assert_memory_equal(e.text, "1 Қаз 2 Рус 3 O'zb", 22);
	tell("3", "first.screen");
	assert_int_equal(s.lang, LANG_UZ);
	assert_true(s.lang_chosen);
	anew(state);
	in.country = "RU";
	tell("112", "first.row");
	assert_memory_equal(e.text, "1 Рус 2 Қаз 3 O'zb", 22);
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	tell("8", "first.row");
	tell("2", "ask.calm");
	assert_int_equal(s.lang, LANG_KK);
	assert_int_equal(gsm_size_of(e.text).parts, 2); /* with the first reply */
	tell("русский", "ask.calm");
	assert_int_equal(s.lang, LANG_RU);
	tell("ТІЛ", "first.row");
	tell("3", "ask.calm");
	assert_int_equal(s.lang, LANG_UZ);
	anew(state);
	in.country = "KG";
	tell("жардам", "ask.calm");
	assert_int_equal(s.lang, LANG_KY);
	tell("русский", "ask.calm");
	assert_int_equal(s.lang, LANG_RU);
}

static void
which_place(void **state)
{
	(void)state;
	tell("помогите", "ask.calm");
	tell("1", "ask.where");
	tell("Алматы", "ask.which");
	assert_string_equal(answer_of("where"), "");
	tell("5", "first.screen");
	tell("2", "ask.what");
	assert_string_equal(answer_of("region"), "KZ-19");
	tell("9", "ask.where");
	tell("город Алматы", "ask.what");
	assert_string_equal(answer_of("region"), "KZ-75");
	tell("2", "ask.who");
	tell("9", "first.screen"); /* back only from the screen that echoed */
}

static void
late_texts(void **state)
{
	(void)state;
	in.late = true;
	tell("yordam pasportimni olib qoyishdi", "");
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	assert_non_null(effect_of(EFFECT_NARRATIVE, NULL));
	assert_string_equal(e.text, "");
	in.late = false;
	tell("1", "ask.calm"); /* never asked yet: no answer to it */
	units(142);
	in.late = true;
	tell("1", "");
	assert_string_equal(answer_of("calm"), "yes");
	in.late = false;
	tell("xavf", "ask.where");
	anew(state);
	in.late = true;
	tell("xavf", "");
	assert_int_equal(there(EFFECT_REFER, NULL)->ms, 120000);
}

static void
state_texts(void **state)
{
	static const struct {
		enum case_state is;
		const char *key;
	} rows[] = {
		{ CASE_STATE_NONE, "state.none" },
		{ CASE_STATE_SENT, "state.sent" },
		{ CASE_STATE_TAKEN, "state.taken" },
		{ CASE_STATE_NOBODY, "state.nobody" },
		{ CASE_STATE_CLOSED, "state.closed" },
	};

	(void)state;
	s.lang = LANG_RU;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		in.state = rows[i].is;
		tell("?", rows[i].key);
	}
	in.down =
	    true; /* what is due was not done: no comfort, but what is known to be so */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool known = rows[i].is == CASE_STATE_TAKEN ||
		    rows[i].is == CASE_STATE_CLOSED;

		in.state = rows[i].is;
		tell("?", known ? rows[i].key : "service.down");
	}
	in.down = false;
	in.state = CASE_STATE_TAKEN;
	tell(" ?? ", "state.taken");
	assert_non_null(strstr(e.text, "21:49"));
	anew(state);
	tell("?", "first.row");
	tell("yordam", "ask.calm");
	tell("?", "ask.calm"); /* nothing sent yet: the question again */
	units(142);
}

static void
help_again(void **state)
{
	(void)state;
	tell("yordam", "ask.calm");
	tell("1", "ask.where");
	tell("yordam", "ask.calm"); /* as an unknown number */
	assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
	units(142);
	in.state = CASE_STATE_CLOSED;
	tell("yordam", "ask.calm");
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
}

static void
emergency_numbers(void **state)
{
	(void)state;
	in.country = "UZ";
	tell("112", "ask.calm");
	assert_non_null(effect_of(EFFECT_CASE_OPEN, NULL));
	tell("112", "call.112");
	assert_string_equal(s.step, "calm");
}

static void
expiry(void **state)
{
	(void)state;
	tell("yordam", "ask.calm");
	in.kind = INPUT_EXPIRED;
	tell("", "");
	assert_non_null(effect_of(EFFECT_END, NULL));
	assert_string_equal(s.step, "");
	assert_int_equal(s.lang, LANG_UZ);
	assert_int_equal(s.case_id, 317);
	in.state = CASE_STATE_CLOSED;
	tell("", "");
	assert_int_equal(s.case_id, 0);
}

static void
unknown_places_in_a_session(void **state)
{
	(void)state;
	in.text = "1";
	strcpy(s.flow, "nowhere");
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_REFUSED);
	anew(state);
	in.text = "1";
	strcpy(s.flow, "help");
	strcpy(s.step, "nowhere");
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_REFUSED);
	strcpy(s.step, "sent"); /* no question */
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_REFUSED);
	anew(state);
	in.text = "1";
	s.slots = 200;
	assert_int_equal(flow_step(flows, &s, &in, &e), RC_REFUSED);
}

static void
class_names(void **state)
{
	(void)state;
	for (unsigned c = CASE_OTHER; c <= CASE_DANGER; c++)
		assert_int_equal(
		    case_class_parse(case_class_name((enum case_class)c)), c);
	assert_int_equal(case_class_parse("x"), CASE_NONE);
}

#define TEST(f) cmocka_unit_test_setup(f, anew)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(journey_one),
		TEST(journey_four),
		TEST(russian),
		TEST(a_no_refers_nobody),
		TEST(late_digit_still_answers),
		TEST(calm_no_is_danger),
		TEST(danger_beats_the_menu),
		TEST(urgency_alone_does_not_count),
		TEST(stop_beats_everything),
		TEST(strangers),
		TEST(nothing_open),
		TEST(language_row),
		TEST(which_place),
		TEST(late_texts),
		TEST(state_texts),
		TEST(help_again),
		TEST(emergency_numbers),
		TEST(expiry),
		TEST(unknown_places_in_a_session),
		TEST(class_names),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
