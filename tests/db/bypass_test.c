/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whom a complaint names, from the person's words to the ladder: asked by no policy of that case, and their
 * late yes takes nothing. The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>

#define FIRST 9400001U
#define SECOND 9400002U
#define UNIT 9400003U
#define OTHER_UNIT 9400004U

static int64_t first, second, unit, other_unit;

/* A case that each policy with steps decides about; `yes`: police may know. */
static const struct given {
	const char *policy, *region, *who;
	enum case_class class;
	bool yes;
} cases[] = {
	{ "ngo_first", "KZ-75", "man", CASE_OTHER, false },
	{ "ngo_first", "KZ-75", "woman", CASE_HELD, false },
	{ "mobile_group", "KZ-47", "man", CASE_URGENT, false },
	{ "child", "KZ-75", "child", CASE_HELD, false },
	{ "danger", "", "woman", CASE_DANGER, false },
	{ "abroad", "RU-MOW", "man", CASE_OTHER, false },
};
static const struct given with_police = { "mobile_group", "KZ-47", "man", CASE_HELD,
	true };
static const struct given *now;

static void
answer(struct session *s, struct effects *e, const char *slot, const char *code)
{
	if (code[0] == '\0')
		return;
	play_slot(s, slot, code);
	play_effect(e, EFFECT_ANSWER, slot, code);
}

static void
opens(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	strcpy(s->flow, "help");
	s->version = 1;
	strcpy(s->step, "count");
	s->lang = LANG_RU;
	play_effect(e, EFFECT_CASE_OPEN, "", "")->class = now->class;
	answer(s, e, "region", now->region);
	answer(s, e, "who", now->who);
	answer(s, e, "ngo", "yes");
	play_effect(e, EFFECT_CONSENT, "ngo", "yes");
	if (now->yes)
		play_effect(e, EFFECT_CONSENT, "police", "yes");
	play_effect(e, EFFECT_REFER, "", "")->ms = 0;
	play_say(e, "ask.count", "how many");
}

static void
complains(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	answer(s, e, "about_whom", "shelter");
	play_effect(e, EFFECT_DO, "complaint", "");
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	first = play_receiver("first", "shelter", FIRST);
	second = play_receiver("second", "ngo", SECOND);
	unit = play_receiver("unit", "police", UNIT);
	other_unit = play_receiver("other unit", "police", OTHER_UNIT);
	return rc;
}

static int64_t
receiver_of(int64_t contact)
{
	return play_number(
	    "SELECT receiver_id FROM contact WHERE id = %lld", (long long)contact);
}

/* How often the ladder turned to this receiver about the case, and what became of it. */
static const char *
stands(int64_t of, int64_t contact)
{
	return play_sql(
	    "SELECT count(*) || ' ' || COALESCE(string_agg(state, ' '), '') FROM "
	    "referral WHERE case_id = %lld AND receiver_id = %lld",
	    (long long)of, (long long)receiver_of(contact));
}

static const char *
state_of(int64_t of)
{
	return play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)of);
}

static void
named(int64_t of, int64_t contact)
{
	char want[24];

	snprintf(want, sizeof(want), "#%lld", (long long)receiver_of(contact));
	assert_string_equal(
	    play_sql("SELECT bypass FROM casefile WHERE id = %lld", (long long)of), want);
}

/* Until this phone has a code of the case, half a day at most. */
static void
until_asked(int64_t of, int64_t contact)
{
	for (int i = 0; i < 144; i++) {
		play_due(play_silent);
		if (play_number("SELECT count(*) FROM referral_ask a JOIN referral f ON "
				"f.id = a.referral_id WHERE f.case_id = %lld AND "
				"a.contact_id = %lld",
			(long long)of, (long long)contact) > 0)
			return;
		play_forward(5 * MINUTE);
	}
	fail_msg("%s: not asked", now->policy);
}

static void
says_yes(int64_t contact, unsigned phone)
{
	char words[16];

	snprintf(words, sizeof(words), "1 %s", play_code(contact));
	(void)play_sms(phone, NULL, words);
}

/* Three days of ladder, in which it may be asked of everybody. */
static void
three_days(void)
{
	for (int i = 0; i < 18; i++) {
		play_forward(4 * HOUR);
		play_due(play_silent);
	}
}

/* Named while it is asked. */
static void
asked_no_more(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned phone = 40 + (unsigned)i;
		int64_t id;

		now = &cases[i];
		(void)play_sms(phone, opens, "help");
		id = play_case(phone);
		until_asked(id, first);
		(void)play_heard(first);
		(void)play_heard(second);
		(void)play_sms(phone, complains, "2");
		named(id, first);
		assert_string_equal(stands(id, first), "1 stood_down");
		says_yes(first, FIRST);
		assert_null(strstr(play_heard(first), "ref.detail"));
		assert_string_not_equal(state_of(id), "taken");
		three_days();
		assert_string_equal(play_heard(first), "");
		assert_string_equal(stands(id, first), "1 stood_down");
		assert_non_null(strstr(play_heard(second), "ref.first|"));
		says_yes(second, SECOND);
		assert_string_equal(state_of(id), "taken");
		says_yes(first, FIRST);
		assert_string_equal(stands(id, first), "1 stood_down");
		assert_string_equal(stands(id, second), "1 accepted");
		play_run(
		    "UPDATE casefile SET state = 'closed', ladder_due = NULL WHERE id = "
		    "%lld",
		    (long long)id);
		(void)play_heard(first);
	}
}

/* Named for what it did in a case before: in the new one it is not asked at all. */
static void
never_asked(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned phone = 60 + (unsigned)i;
		int64_t id;

		now = &cases[i];
		(void)play_sms(phone, opens, "help");
		id = play_case(phone);
		until_asked(id, first);
		play_run(
		    "UPDATE casefile SET state = 'closed', ladder_due = NULL WHERE id = "
		    "%lld",
		    (long long)id);
		(void)play_heard(first);
		(void)play_sms(phone, opens, "help");
		assert_int_not_equal(play_case(phone), id);
		id = play_case(phone);
		(void)play_sms(phone, complains, "2");
		named(id, first);
		three_days();
		assert_string_equal(stands(id, first), "0 ");
		assert_string_equal(play_heard(first), "");
		assert_string_equal(stands(id, second), "1 asked");
		play_run(
		    "UPDATE casefile SET state = 'closed', ladder_due = NULL WHERE id = "
		    "%lld",
		    (long long)id);
	}
}

/* One unit of the police by its number: the other one is asked, with the person's yes. */
static void
one_unit(void **unused)
{
	int64_t id;

	(void)unused;
	now = &with_police;
	(void)play_sms(80, opens, "help");
	id = play_case(80);
	until_asked(id, unit);
	assert_string_equal(stands(id, other_unit), "0 ");
	play_run("UPDATE casefile SET bypass = '#%lld' WHERE id = %lld",
	    (long long)receiver_of(unit), (long long)id);
	(void)play_heard(unit);
	says_yes(unit, UNIT);
	assert_null(strstr(play_heard(unit), "ref.detail"));
	assert_string_equal(stands(id, unit), "1 asked");
	three_days();
	assert_string_equal(stands(id, other_unit), "1 asked");
	says_yes(other_unit, OTHER_UNIT);
	assert_string_equal(stands(id, other_unit), "1 accepted");
	/* and where it was not asked yet, it is not */
	play_run("UPDATE casefile SET state = 'closed', ladder_due = NULL WHERE id = "
		 "%lld",
	    (long long)id);
	(void)play_sms(81, opens, "help");
	id = play_case(81);
	play_run("UPDATE casefile SET bypass = '#%lld' WHERE id = %lld",
	    (long long)receiver_of(unit), (long long)id);
	until_asked(id, other_unit);
	three_days();
	assert_string_equal(stands(id, unit), "0 ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asked_no_more),
		cmocka_unit_test(never_asked),
		cmocka_unit_test(one_unit),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
