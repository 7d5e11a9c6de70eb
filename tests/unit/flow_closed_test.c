/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said in a case that has been closed: a new case, what goes along to it, what does not.
 * It asks no database. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_stage.h"

static void
begin(enum bearer b)
{
	s = (struct session){ .lang = LANG_RU };
	in = (struct flow_input){ .bearer = b, .country = "KZ", .now_ms = 1 };
}

static void
close_case(void)
{
	in.state = CASE_STATE_CLOSED;
}

static unsigned
count_of(enum effect_kind kind)
{
	unsigned n = 0;

	for (unsigned i = 0; i < e.n; i++)
		n += e.v[i].kind == kind;
	return n;
}

static void
says(const char *slot, const char *code)
{
	assert_string_equal(session_slot(&s, slot), code);
}

/* Up to ask.who, in a calm case. */
static void
calm_to_who(void)
{
	begin(BEARER_SMS);
	put(INPUT_TEXT, "помогите", "ask.calm");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.what");
	put(INPUT_TEXT, "1 3", "ask.who");
}

static void
answers_go_along(void **state)
{
	(void)state;
	calm_to_who();
	close_case();
	put(INPUT_TEXT, "2", "ask.ngo");
	assert_int_equal(there(EFFECT_CASE_OPEN, "")->class, CASE_HELD);
	assert_string_equal(there(EFFECT_ANSWER, "where")->code, "kokshetau");
	assert_string_equal(there(EFFECT_ANSWER, "what")->code, "unpaid held");
	assert_string_equal(there(EFFECT_ANSWER, "who")->code, "woman");
	assert_null(effect_of(EFFECT_REFER, NULL));
	in.state = CASE_STATE_NONE;
	put(INPUT_TEXT, "1", "ask.count");
	assert_int_equal(there(EFFECT_REFER, "")->ms, MINUTE);
}

/* What fits nothing, and "?", open no case; the question stays. */
static void
no_answer_opens_nothing(void **state)
{
	static const char *const texts[] = { "9876", "?", "кто это" };

	(void)state;
	calm_to_who();
	close_case();
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		put(INPUT_TEXT, texts[i], i == 1 ? "state.closed" : "first.screen");
		assert_int_equal(count_of(EFFECT_CASE_OPEN), 0);
		assert_string_equal(s.step, "who");
	}
	put(INPUT_TEXT, "1", "ask.ngo");
	assert_int_equal(count_of(EFFECT_CASE_OPEN), 1);
}

static void
past_the_yes(void **state)
{
	(void)state;
	calm_to_who();
	put(INPUT_TEXT, "2", "ask.ngo");
	put(INPUT_TEXT, "1", "ask.count");
	close_case();
	put(INPUT_TEXT, "2", "ask.calm");
	assert_int_equal(there(EFFECT_CASE_OPEN, "")->class, CASE_OTHER);
	assert_int_equal(count_of(EFFECT_CONSENT), 0);
	says("ngo", "");
	says("where", "");
	says("count", "");
}

/* Danger: asked at once by what is known, but under no yes of the old case, and the house again. */
static void
danger_goes_on(void **state)
{
	(void)state;
	begin(BEARER_SMS);
	put(INPUT_TEXT, "опасно", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.who");
	put(INPUT_TEXT, "2", "ask.what");
	put(INPUT_TEXT, "3", "ask.street");
	put(INPUT_TEXT, "Лесная 4", "ask.open");
	put(INPUT_TEXT, "1", "ask.police");
	close_case();
	put(INPUT_TEXT, "2", "ask.street");
	assert_int_equal(there(EFFECT_CASE_OPEN, "")->class, CASE_DANGER);
	assert_int_equal(there(EFFECT_REFER, "")->ms, 0);
	assert_int_equal(count_of(EFFECT_CASE_OPEN), 1);
	assert_non_null(effect_of(EFFECT_TASK, "danger"));
	says("who", "woman");
	says("street", "");
	says("police", "no");
}

static void
danger_word(void **state)
{
	(void)state;
	begin(BEARER_SMS);
	put(INPUT_TEXT, "опасно", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.who");
	put(INPUT_TEXT, "опасно", "ask.who");
	assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
	close_case();
	put(INPUT_TEXT, "меня убьют", "ask.where");
	assert_int_equal(there(EFFECT_CASE_OPEN, "")->class, CASE_DANGER);
	assert_non_null(effect_of(EFFECT_TASK, "danger"));
	assert_non_null(effect_of(EFFECT_NARRATIVE, NULL));
	says("where", "");
}

/* A dial from the start leaves the closed case: calm there is calm, not the danger of before. */
static void
dialled_anew(void **state)
{
	(void)state;
	begin(BEARER_USSD);
	put(INPUT_DIAL, "", "first.intro");
	put(INPUT_TEXT, "1", "ask.calm");
	put(INPUT_TEXT, "2", "ask.where");
	close_case();
	put(INPUT_TEXT, "00", "first.intro");
	put(INPUT_TEXT, "1", "ask.calm");
	put(INPUT_TEXT, "1", "ask.where");
	assert_int_equal(there(EFFECT_CASE_OPEN, "")->class, CASE_OTHER);
	assert_null(effect_of(EFFECT_TASK, "danger"));
}

/* Closed between the dial and "go on": what is so, not "sent". */
static void
go_on_is_told(void **state)
{
	(void)state;
	begin(BEARER_USSD);
	put(INPUT_DIAL, "", "first.intro");
	put(INPUT_TEXT, "1", "ask.calm");
	put(INPUT_TEXT, "1", "ask.where");
	put(INPUT_TEXT, "Кокшетау", "ask.who_dial");
	s.step[0] = '\0';
	put(INPUT_DIAL, "", "go.on");
	close_case();
	put(INPUT_TEXT, "1", "state.closed");
}

/* Silence in the topics beside a closed case of danger opens another. */
static void
silence_in_the_topics(void **state)
{
	(void)state;
	begin(BEARER_SMS);
	put(INPUT_TEXT, "опасно", "ask.where");
	s.step[0] = '\0';
	close_case();
	put(INPUT_TEXT, "зарплата", "info.pay");
	put(INPUT_TEXT, "опасно", "ask.now");
	assert_null(effect_of(EFFECT_CASE_OPEN, NULL));
	put(INPUT_TIMER, "", "");
	assert_int_equal(there(EFFECT_CASE_OPEN, "")->class, CASE_DANGER);
	assert_non_null(effect_of(EFFECT_REFER, NULL));
}

/* A receiver's question in a closed case: that it is closed; "not safe" is danger of a new one. */
static void
receivers_question(void **state)
{
	(void)state;
	for (int unsafe = 0; unsafe < 2; unsafe++) {
		begin(BEARER_SMS);
		put(INPUT_TEXT, "помогите", "ask.calm");
		put(INPUT_TEXT, "1", "ask.where");
		in.state = CASE_STATE_TAKEN;
		in.waiting.step = "safe";
		put(INPUT_TEXT, "?", "phrase.safe");
		in.waiting.step = NULL;
		close_case();
		put(INPUT_TEXT, unsafe ? "2" : "1",
		    unsafe ? "ask.where" : "state.closed");
		if (unsafe)
			assert_int_equal(there(EFFECT_CASE_OPEN, "")->class, CASE_DANGER);
		else
			assert_int_equal(count_of(EFFECT_CASE_OPEN), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_go_along),
		cmocka_unit_test(no_answer_opens_nothing),
		cmocka_unit_test(past_the_yes),
		cmocka_unit_test(danger_goes_on),
		cmocka_unit_test(danger_word),
		cmocka_unit_test(dialled_anew),
		cmocka_unit_test(go_on_is_told),
		cmocka_unit_test(silence_in_the_topics),
		cmocka_unit_test(receivers_question),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
