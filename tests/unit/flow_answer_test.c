/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each kind of question takes for an answer, and where a step leads, in small flows of the test's
 * own. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_fixture.h"

static struct flows *flows;
static struct effects e;
static enum case_state state;
static enum bearer bearer;

static int
load(void **data)
{
	struct flow_err err;

	if (fixture_open(data) != 0)
		return -1;
	if (flows_load(fixture_dir, &flows, &err) != RC_OK)
		fail_msg("%s", err.s);
	return 0;
}

static int
unload(void **data)
{
	flows_free(flows);
	return fixture_close(data);
}

static int
reset(void **data)
{
	(void)data;
	state = CASE_STATE_SENT;
	bearer = BEARER_SMS;
	return 0;
}

/* Russian, at a question of a flow, in a case unless class is CASE_NONE. */
static struct session
at(const char *flow, const char *step, enum case_class class)
{
	struct session s = { .lang = LANG_RU, .lang_chosen = true, .version = 1 };

	strcpy(s.flow, flow);
	strcpy(s.step, step);
	s.class = class;
	s.case_id = class != CASE_NONE ? 7 : 0;
	return s;
}

static void
put(struct session *s, const char *slot, const char *code)
{
	strcpy(s->slot[s->slots].name, slot);
	strcpy(s->slot[s->slots++].code, code);
}

static void
step(struct session *s, enum input_kind kind, const char *text)
{
	struct session hidden = { .lang = LANG_NONE };
	struct flow_input in = { .kind = kind,
		.bearer = bearer,
		.text = text,
		.country = "KZ",
		.now_ms = 1000,
		.state = s->case_id != 0 ? state : CASE_STATE_NONE,
		.taken_at = "21:49",
		.hidden = bearer == BEARER_USSD ? &hidden : NULL };

	assert_int_equal(flow_step(flows, s, &in, &e), RC_OK);
}

static void
say(struct session *s, const char *text)
{
	step(s, INPUT_TEXT, text);
}

/* The effect of a kind and name ("" any); NULL when there is none. */
static const struct effect *
effect(enum effect_kind kind, const char *name)
{
	for (unsigned i = 0; i < e.n; i++) {
		if (e.v[i].kind == kind &&
		    (name[0] == '\0' || strcmp(e.v[i].name, name) == 0))
			return &e.v[i];
	}
	return NULL;
}

/* The same, that must be there. */
static const struct effect *
the(enum effect_kind kind, const char *name)
{
	static const struct effect none;
	const struct effect *v = effect(kind, name);

	if (v == NULL)
		fail_msg("no effect %d %s", (int)kind, name);
	return v != NULL ? v : &none;
}

static void
hours(void **data)
{
	static const struct {
		const char *text, *code; /* "" a miss */
	} rows[] = {
		{ "22-23", "2200-2300" },
		{ "22:30-23:30", "2230-2330" },
		{ "22.30 23", "2230-2300" },
		{ "22", "2200-2300" },
		{ "23", "2300-0000" },
		{ "23-24", "2300-0000" },
		{ "23-01", "2300-0100" },
		{ "22:00", "2200-2300" },
		{ "22-00", "2200-0000" },
		{ "21 30", "2130-2230" },
		{ "2230", "2230-2330" },
		{ "с 22 до 23", "2200-2300" },
		{ "в 22 часа", "2200-2300" },
		{ "с 9 до 10", "0900-1000" },
		{ "9-10", "0900-1000" },
		{ "21-23", "2100-2300" },
		{ "22:30 23:15", "2230-2315" },
		{ "22 30 23 30", "2230-2330" },
		{ "21-22.", "2100-2200" },
		{ "10 вечера", "" },
		{ "20-23", "" },
		{ "23-22", "" },
		{ "22-22", "" },
		{ "2223", "" },
		{ "25", "" },
		{ "22:75", "" },
		{ "0", "" },
		{ "00", "" },
		{ "87011234567", "" },
		{ "22-23-24", "" },
		{ "22:5", "" },
		{ "вечером", "" },
	};

	(void)data;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct session s = at("help", "hour", CASE_OTHER);

		say(&s, rows[i].text);
		if (strcmp(session_slot(&s, "hour"), rows[i].code) != 0)
			fail_msg("%s: %s, wanted %s", rows[i].text,
			    session_slot(&s, "hour"), rows[i].code);
		assert_string_equal(s.step, rows[i].code[0] != '\0' ? "words" : "hour");
		assert_int_equal(
		    effect(EFFECT_DO, "safe_time") != NULL, rows[i].code[0] != '\0');
	}
}

static void
a_borrowed_phone_has_no_hour(void **data)
{
	struct session s = at("help", "hour", CASE_OTHER);

	(void)data;
	say(&s, "телефон чужой");
	assert_string_equal(session_slot(&s, "phone"), "borrowed");
	assert_string_equal(session_slot(&s, "hour"), "");
	assert_non_null(effect(EFFECT_DO, "forget_phone"));
	assert_null(effect(EFFECT_DO, "safe_time"));
	assert_string_equal(s.step, "words");
}

static void
digits_and_their_words(void **data)
{
	static const struct {
		const char *step, *text, *slot, *code; /* code "": a miss */
	} rows[] = {
		{ "who", "12", "who", "woman" },
		{ "who", "1", "who", "man" },
		{ "who", "2", "who", "" },
		{ "who", "1 2", "who", "" },
		{ "who", "012", "who", "" },
		{ "who", "три", "who", "child" },
		{ "who", "три три", "who", "" },
		{ "what", "12", "what", "unpaid held" },
		{ "what", "3, 1", "what", "unpaid papers" },
		{ "what", "один три", "what", "unpaid papers" },
		{ "what", "0", "what", "none" },
		{ "what", "нет", "what", "none" },
		{ "what", "10", "what", "" },
		{ "what", "4", "what", "" },
		{ "count", "два", "count", "2" },
		{ "count", "нет", "count", "0" },
		{ "count", "17", "count", "17" },
		{ "count", "много", "count", "" },
	};

	(void)data;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct session s = at("help", rows[i].step, CASE_OTHER);

		say(&s, rows[i].text);
		if (strcmp(session_slot(&s, rows[i].slot), rows[i].code) != 0)
			fail_msg("%s: %s, wanted %s", rows[i].text,
			    session_slot(&s, rows[i].slot), rows[i].code);
	}
}

static void
a_notice_is_for_screens(void **data)
{
	struct session s = at("help", "notice", CASE_NONE);

	(void)data;
	bearer = BEARER_USSD;
	say(&s, "5");
	assert_string_equal(s.step, "calm");
	assert_null(effect(EFFECT_ANSWER, ""));
	bearer = BEARER_SMS;
	s = at("", "", CASE_NONE);
	s.version = 0;
	say(&s, "помощь");
	assert_string_equal(s.step, "calm");
}

static void
plain_words_need_leave(void **data)
{
	struct session s = at("help", "open", CASE_OTHER);

	(void)data;
	say(&s, "2");
	assert_string_equal(s.step, "hour");
	assert_string_equal(session_slot(&s, "police"), "no");
	assert_string_equal(the(EFFECT_CONSENT, "police")->code, "no");
	assert_string_equal(e.text, "t.hour");
	s = at("help", "open", CASE_OTHER);
	say(&s, "1");
	assert_string_equal(s.step, "police");
	assert_null(effect(EFFECT_CONSENT, "police"));
	assert_string_equal(e.text, "t.police!");
	say(&s, "1"); /* sent twice: nobody has read the question yet */
	assert_null(effect(EFFECT_CONSENT, "police"));
	assert_string_equal(s.step, "open");
	s.expires_ms -= 60000; /* a minute later */
	say(&s, "1");
	assert_string_equal(s.step, "police");
	s.expires_ms -= 60000;
	say(&s, "1");
	assert_string_equal(e.text, "t.hour");
	assert_string_equal(the(EFFECT_CONSENT, "police")->code, "yes");
	/* who asked for plain words is asked without that question */
	s = at("help", "street", CASE_OTHER);
	s.plain = true;
	say(&s, "0");
	assert_string_equal(session_slot(&s, "street"), "none");
	say(&s, "2");
	assert_string_equal(s.step, "police");
}

static void
words_of_theirs(void **data)
{
	struct session s = at("help", "street", CASE_OTHER);

	(void)data;
	say(&s, "Лесная 4, 3 этаж");
	assert_string_equal(session_slot(&s, "street"), "told");
	assert_non_null(effect(EFFECT_PLACE, ""));
	assert_null(effect(EFFECT_NARRATIVE, ""));
	s = at("help", "street", CASE_OTHER);
	say(&s, "4, 12");
	assert_non_null(effect(EFFECT_PLACE, ""));
	s = at("help", "street", CASE_OTHER);
	say(&s, "кто");
	assert_string_equal(s.step, "street");
	assert_null(effect(EFFECT_PLACE, ""));
	s = at("help", "words", CASE_OTHER);
	put(&s, "what", "held");
	say(&s, "бьёт каждый день");
	assert_non_null(effect(EFFECT_NARRATIVE, ""));
	assert_string_equal(the(EFFECT_DO, "told")->code, "held");
	/* a quiet end */
	assert_string_equal(s.step, "");
	assert_null(effect(EFFECT_SAY, ""));
	assert_non_null(effect(EFFECT_END, ""));
}

static void
tests_of_a_branch(void **data)
{
	struct session s = at("help", "words", CASE_OTHER);

	(void)data;
	state = CASE_STATE_TAKEN;
	say(&s, "0");
	assert_string_equal(e.text, "t.taken");
	state = CASE_STATE_SENT;
	s = at("help", "words", CASE_OTHER);
	put(&s, "region", "KR-11");
	say(&s, "0");
	assert_string_equal(e.text, "t.far");
	s = at("help", "words", CASE_OTHER);
	put(&s, "region", "TJ-DU");
	s.plain = true;
	say(&s, "0");
	assert_string_equal(e.text, "t.plainly!");
	/* one of several codes */
	s = at("help", "ngo", CASE_OTHER);
	put(&s, "what", "unpaid held");
	say(&s, "2");
	assert_string_equal(s.step, "street");
	assert_null(effect(EFFECT_REFER, ""));
	assert_string_equal(session_slot(&s, "_referred"), "");
	s = at("help", "ngo", CASE_OTHER);
	put(&s, "what", "unpaid");
	say(&s, "1");
	assert_string_equal(s.step, "count");
	assert_non_null(effect(EFFECT_REFER, ""));
	assert_string_equal(session_slot(&s, "_referred"), "1");
}

/* A flow that would refer a man who said no: the engine itself does not. */
static void
no_flow_refers_without_cause(void **data)
{
	static const char no[] = "code = \"no\"; words = [\"no\"]; next = \"held_for\"";
	struct session s = at("help", "ngo", CASE_OTHER);
	struct flows *before = flows;
	struct flow_err err;
	static char changed[8000];
	char *found;

	(void)data;
	assert_true(sizeof fixture_help < sizeof changed);
	strcpy(changed, fixture_help);
	found = strstr(changed, no);
	assert_non_null(found);
	memcpy(
	    found, "code = \"no\"; words = [\"no\"]; next =    \"refer\"", sizeof no - 1);
	fixture_write("flows/help.conf", changed, "we");
	if (flows_load(fixture_dir, &flows, &err) != RC_OK)
		fail_msg("%s", err.s);
	fixture_write("flows/help.conf", fixture_help, "we");
	say(&s, "2");
	assert_string_equal(session_slot(&s, "ngo"), "no");
	assert_string_equal(s.step, "count");
	assert_null(effect(EFFECT_REFER, ""));
	s = at("help", "ngo", CASE_OTHER);
	say(&s, "1");
	assert_non_null(effect(EFFECT_REFER, ""));
	/* a witness is asked no yes, but only of others */
	s = at("witness", "about", CASE_OTHER);
	say(&s, "1");
	assert_null(effect(EFFECT_REFER, ""));
	s = at("witness", "about", CASE_OTHER);
	say(&s, "2");
	assert_non_null(effect(EFFECT_REFER, ""));
	flows_free(flows);
	flows = before;
}

static void
opening_words_answer(void **data)
{
	struct session s = { .lang = LANG_NONE };

	(void)data;
	say(&s, "РАБОТА");
	assert_string_equal(s.flow, "topics");
	assert_string_equal(s.step, "land");
	assert_string_equal(session_slot(&s, "topic"), "job");
	assert_null(effect(EFFECT_CASE_OPEN, ""));
	assert_non_null(strstr(e.text, "t.land"));
	say(&s, "казахстан");
	assert_string_equal(session_slot(&s, "land"), "KZ");
	say(&s, "ТОО Ромашка");
	assert_non_null(effect(EFFECT_NARRATIVE, ""));
	assert_non_null(effect(EFFECT_DO, "job"));
	assert_int_equal(s.class, CASE_NONE);
	/* two options are meant: neither is taken */
	s = (struct session){ .lang = LANG_NONE };
	say(&s, "работа срочно");
	assert_string_equal(s.step, "topic");
	s = (struct session){ .lang = LANG_NONE };
	say(&s, "справка");
	assert_string_equal(s.step, "topic");
}

static void
another_flow(void **data)
{
	struct session s = at("help", "calm", CASE_NONE);

	(void)data;
	say(&s, "4"); /* an option without a code */
	assert_string_equal(s.flow, "topics");
	assert_string_equal(s.step, "topic");
	assert_null(effect(EFFECT_CASE_OPEN, ""));
	assert_null(effect(EFFECT_ANSWER, ""));
	assert_string_equal(e.text, "t.topic");
	say(&s, "2");
	assert_string_equal(s.flow, "help");
	assert_string_equal(s.step, "calm");
	assert_true(s.plain);
	/* the first reply stands before the first question of a flow with a case */
	assert_non_null(strstr(e.text, "t.calm!"));
	assert_null(effect(EFFECT_CASE_OPEN, ""));
	/* the first stored answer opens the case */
	say(&s, "1");
	assert_non_null(effect(EFFECT_CASE_OPEN, ""));
	assert_string_equal(session_slot(&s, "region"), "KZ");
	assert_string_equal(session_slot(&s, "calm"), "yes");
	assert_string_equal(session_slot(&s, "topic"), "");
	assert_string_equal(s.step, "where");
}

static void
danger_from_a_flow_without_a_case(void **data)
{
	struct session s = at("topics", "now", CASE_NONE);

	(void)data;
	say(&s, "1");
	assert_string_equal(s.flow, "help");
	assert_string_equal(s.step, "where");
	assert_int_equal(s.class, CASE_DANGER);
	assert_int_equal(the(EFFECT_CASE_OPEN, "")->class, CASE_DANGER);
	assert_non_null(effect(EFFECT_TASK, "danger"));
	assert_int_equal(the(EFFECT_REFER, "")->ms, 120000);
}

static void
silence_is_an_answer(void **data)
{
	struct session s = at("help", "calm", CASE_OTHER);

	(void)data;
	s.timer_ms = 900;
	step(&s, INPUT_TIMER, "");
	assert_int_equal(s.class, CASE_DANGER);
	assert_string_equal(s.step, "where");
	assert_string_equal(e.text, "");
}

static void
a_step_back(void **data)
{
	static const char *const texts[] = { "1", "Жетыбай", "1", "3" };
	static const char *const back[] = { "what", "where", "calm" };
	struct session s = at("help", "calm", CASE_OTHER);

	(void)data;
	bearer = BEARER_USSD;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		say(&s, texts[i]);
	assert_string_equal(s.step, "ngo");
	say(&s, "0");
	assert_string_equal(s.step, "who");
	assert_string_equal(e.text, "t.who");
	say(&s, "0");
	assert_string_equal(s.step, back[0]);
	/* there 0 is an option */
	say(&s, "0");
	assert_string_equal(session_slot(&s, "what"), "none");
	assert_string_equal(s.step, "who");
	/* the other flow has its own past */
	s = at("help", "calm", CASE_NONE);
	say(&s, "4");
	assert_string_equal(session_slot(&s, "_back"), "");
}

static void
towns_on_a_screen(void **data)
{
	struct session s = at("help", "where", CASE_OTHER);

	(void)data;
	bearer = BEARER_USSD;
	put(&s, "region", "KZ");
	say(&s, "3"); /* Almaty, Astana, Shymkent */
	assert_string_equal(s.step, "what");
	assert_string_equal(session_slot(&s, "region"), "KZ-79");
	assert_null(effect(EFFECT_PLACE, ""));
	/* two have the name: which; 0 leads back */
	s = at("help", "where", CASE_OTHER);
	put(&s, "region", "KZ");
	say(&s, "1");
	assert_string_equal(s.step, "where");
	assert_true(session_slot(&s, "_which")[0] != '\0');
	say(&s, "0");
	assert_string_equal(session_slot(&s, "_which"), "");
	say(&s, "1");
	say(&s, "1");
	assert_string_equal(s.step, "what");
	assert_string_equal(session_slot(&s, "region"), "KZ-75");
	/* other: typed */
	s = at("help", "where", CASE_OTHER);
	put(&s, "region", "KZ");
	say(&s, "4");
	assert_string_equal(s.step, "where");
	assert_string_equal(session_slot(&s, "_type"), "1");
	say(&s, "Жетыбай");
	assert_string_equal(session_slot(&s, "region"), "KZ-47");
	assert_string_equal(session_slot(&s, "_type"), "");
	assert_non_null(effect(EFFECT_PLACE, ""));
	/* by SMS a digit is no town */
	bearer = BEARER_SMS;
	s = at("help", "where", CASE_OTHER);
	put(&s, "region", "KZ");
	say(&s, "3");
	assert_string_equal(s.step, "where");
	/* a town takes the option of its country */
	s = at("topics", "land", CASE_NONE);
	say(&s, "Шымкент");
	assert_string_equal(session_slot(&s, "land"), "KZ");
	s = at("topics", "land", CASE_NONE);
	say(&s, "Ташкент");
	assert_string_equal(session_slot(&s, "land"), "");
}

static void
room_for_another_flow(void **data)
{
	struct session s = at("topics", "now", CASE_OTHER);
	char name[FLOW_NAME_MAX];

	(void)data;
	put(&s, "region", "KZ-47");
	while (s.slots < FLOW_SLOTS) {
		assert_true(snprintf(name, sizeof name, "old%u", s.slots) > 0);
		put(&s, name, "x");
	}
	say(&s, "1");
	assert_string_equal(s.flow, "help");
	assert_string_equal(session_slot(&s, "region"), "KZ-47");
	assert_true(s.slots < FLOW_SLOTS - 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(hours, reset),
		cmocka_unit_test_setup(a_borrowed_phone_has_no_hour, reset),
		cmocka_unit_test_setup(digits_and_their_words, reset),
		cmocka_unit_test_setup(a_notice_is_for_screens, reset),
		cmocka_unit_test_setup(plain_words_need_leave, reset),
		cmocka_unit_test_setup(words_of_theirs, reset),
		cmocka_unit_test_setup(tests_of_a_branch, reset),
		cmocka_unit_test_setup(no_flow_refers_without_cause, reset),
		cmocka_unit_test_setup(opening_words_answer, reset),
		cmocka_unit_test_setup(another_flow, reset),
		cmocka_unit_test_setup(danger_from_a_flow_without_a_case, reset),
		cmocka_unit_test_setup(silence_is_an_answer, reset),
		cmocka_unit_test_setup(a_step_back, reset),
		cmocka_unit_test_setup(towns_on_a_screen, reset),
		cmocka_unit_test_setup(room_for_another_flow, reset),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
