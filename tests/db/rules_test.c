/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of docs/SAFETY.md that no other test looks at: a text that waits is taken back by a stop and dies
 * of time; a person's answers are no machine's; police stand down.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "shelter_stage.h"

#include <stdio.h>

#include "outbox.h"

static void
stops(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->stopped = true;
	play_effect(e, EFFECT_STOP, "", "");
	play_say(e, "stop.decoy", "off");
}

/* A knock of the phone stands in the outbox at 22:00 and was not fetched by a daemon yet. */
static void
knock_waits(unsigned phone)
{
	char words[32];

	play_until(21, 0);
	(void)play_taken(phone, a, A);
	(void)play_sms(phone, agree, "22-23");
	snprintf(words, sizeof(words), "51 %s 4:00", play_code(a));
	(void)play_sms(A, NULL, words);
	(void)play_heard(a);
	play_until(22, 0);
	play_due(knocks);
	assert_int_equal(play_number("SELECT count(*) FROM outbox WHERE peer_id = %lld "
				     "AND key = 'knock' AND state = 'due'",
			     (long long)play_peer(phone)),
	    1);
}

static const char *
knock_is(unsigned phone)
{
	return play_sql("SELECT state FROM outbox WHERE peer_id = %lld AND key = 'knock'",
	    (long long)play_peer(phone));
}

/* S4: what waits for a modem is taken back, and its words are gone. */
static void
stop_takes_back_what_waits(void **unused)
{
	(void)unused;
	knock_waits(1);
	(void)play_sms(1, stops, "stop");
	assert_string_equal(knock_is(1), "withdrawn");
	assert_int_equal(
	    play_number("SELECT count(*) FROM outbox WHERE peer_id = %lld AND "
			"key = 'knock' AND text IS NOT NULL",
		(long long)play_peer(1)),
	    0);
}

/* S1: no daemon came for it in its time: it dies where it waits. */
static void
a_stale_text_dies(void **unused)
{
	(void)unused;
	knock_waits(2);
	play_forward(HOUR + MINUTE);
	assert_int_equal(outbox_expire(&play_dispatch), RC_OK);
	assert_string_equal(knock_is(2), "expired");
}

/* S1: and before that was noticed, no daemon gets it. */
static void
a_stale_text_is_given_to_nobody(void **unused)
{
	(void)unused;
	knock_waits(3);
	play_forward(HOUR + MINUTE);
	assert_int_equal(outbox_claim(&play_dispatch, "site1", 1, 100), RC_OK);
	assert_string_equal(knock_is(3), "due");
}

static void
answers(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	strcpy(s->step, strcmp(s->step, "count") == 0 ? "need" : "count");
	play_effect(e, EFFECT_ANSWER, "count", "1");
	play_say(e, "ask.need", "what is needed");
}

static void
stranger(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_say(e, "first.screen", "work questions");
	e->v[e->n - 1].stranger = true;
}

/* S13: "1" to one question after another is no machine's, nor is what comes after it. */
static void
answers_are_not_counted(void **unused)
{
	static const int64_t pauses[] = { 17, 95, 31, 210, 44, 300 };

	(void)unused;
	(void)play_sms(4, play_help, "help");
	for (size_t i = 0; i < ARRAY_LEN(pauses); i++) {
		assert_int_equal(play_sms(4, answers, "1"), 1);
		play_forward(pauses[i] * 1000);
	}
	assert_int_equal(play_sms(4, stranger, "who is this"), 1);
}

/* Not let out: the case is of class held from its beginning. */
static void
held(struct session *s, const struct flow_input *in, struct effects *e)
{
	play_help(s, in, e);
	for (size_t i = 0; i < e->n; i++) {
		if (e->v[i].kind == EFFECT_CASE_OPEN)
			e->v[i].class = CASE_HELD;
	}
}

static void
withdraws(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_effect(e, EFFECT_DO, "withdraw", "ngo");
}

/* S14: after "not let out" an organisation decides itself, the police do not. */
static void
police_stand_down_under_pressure(void **unused)
{
	int64_t id, police = play_receiver("p", "police", 9000002);

	(void)unused;
	play_run("UPDATE receiver SET regions = 'XX' WHERE id = "
		 "(SELECT receiver_id FROM contact WHERE id = %lld)",
	    (long long)police);
	(void)play_sms(5, held, "help");
	id = play_case(5);
	play_due(NULL);
	(void)play_heard(a);
	play_run(
	    "INSERT INTO referral (case_id, receiver_id, state, asked_at) "
	    "SELECT %lld, receiver_id, 'asked', shyraq_now() FROM contact WHERE id = "
	    "%lld",
	    (long long)id, (long long)police);
	(void)play_sms(5, withdraws, "take it back");
	assert_non_null(strstr(play_heard(a), "ref.withdrawn_pressure|"));
	assert_string_equal(play_sql("SELECT string_agg(r.kind || ' ' || f.state, ', ' "
				     "ORDER BY r.kind) FROM referral f JOIN receiver r "
				     "ON r.id = f.receiver_id WHERE f.case_id = %lld",
				(long long)id),
	    "police revoked, shelter asked");
}

/* A ladder that falls due at the very millisecond of an earlier look is looked at again, not left due for ever. */
static void
one_moment_twice(void **unused)
{
	int64_t id, due;

	(void)unused;
	(void)play_sms(6, held, "help");
	id = play_case(6);
	play_due(NULL);
	due = play_now();
	for (int i = 0; i < 2; i++) {
		play_run(
		    "UPDATE casefile SET ladder_due = shyraq_ts(%lld) WHERE id = %lld",
		    (long long)due, (long long)id);
		assert_int_equal(turn_due(&play_dispatch, "ladder", id, due), RC_OK);
		turn_sends_clear(&play_dispatch);
		assert_true(play_number("SELECT shyraq_ms(ladder_due) FROM casefile "
					"WHERE id = %lld",
				(long long)id) > due);
	}
}

static void
chooses_a_word(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	snprintf(play_effect(e, EFFECT_OWN_STOP, "", "")->code, FLOW_CODE_MAX, "ромашка");
}

static bool
is_own_stop(unsigned phone, const char *words)
{
	(void)play_sms(phone, play_silent, words);
	return play_seen.own_stop;
}

static void
erases(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->step[0] = '\0';
	play_effect(e, EFFECT_DO, "erase", "");
}

/* S4: a word of their own is known by its hash, whatever the case of its letters, from this number alone. */
static void
own_stop(void **unused)
{
	(void)unused;
	(void)play_sms(7, play_help, "help");
	assert_false(is_own_stop(7, "ромашка"));
	(void)play_sms(7, chooses_a_word, "a word");
	(void)play_sms(8, chooses_a_word, "a word");
	assert_true(is_own_stop(7, "РОМАШКА."));
	assert_false(is_own_stop(7, "это ромашка"));
	assert_false(is_own_stop(9, "ромашка"));
	assert_int_equal(play_number("SELECT count(DISTINCT own_stop) FROM peer"), 2);
	assert_int_equal(play_number("SELECT count(*) FROM peer p WHERE position("
				     "convert_to('ромашка', 'UTF8') IN own_stop) > 0"),
	    0);
	(void)play_sms(7, erases, "erase me");
	assert_false(is_own_stop(7, "ромашка"));
	assert_true(is_own_stop(8, "ромашка"));
}

/* S19: what is due for minutes and was not done: the service does not work for this person. */
static void
service_is_down(void **unused)
{
	(void)unused;
	(void)play_sms(10, play_help, "help");
	(void)play_sms(10, play_silent, "?");
	assert_false(play_seen.down);
	play_forward(4 * MINUTE);
	(void)play_sms(10, play_silent, "?");
	assert_false(play_seen.down);
	play_forward(2 * MINUTE);
	(void)play_sms(10, play_silent, "?");
	assert_true(play_seen.down);
	play_due(NULL);
	(void)play_sms(10, play_silent, "?");
	assert_false(play_seen.down);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stop_takes_back_what_waits),
		cmocka_unit_test(a_stale_text_dies),
		cmocka_unit_test(a_stale_text_is_given_to_nobody),
		cmocka_unit_test(answers_are_not_counted),
		cmocka_unit_test(police_stand_down_under_pressure),
		cmocka_unit_test(one_moment_twice),
		cmocka_unit_test(own_stop),
		cmocka_unit_test(service_is_down),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
