/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words of receivers on their way to a person: kept, fetched, knocked for, never pushed.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "shelter_stage.h"

#include <stdio.h>

static void
fetch(struct session *s, const struct flow_input *in, struct effects *e)
{
	if (in->waiting.step == NULL) {
		play_say(e, "state.sent", "nothing yet");
		return;
	}
	strcpy(s->flow, "phrase");
	strcpy(s->step, in->waiting.step);
	play_effect(e, EFFECT_READ, "", "");
	play_say(e, "phrase.meet", "words");
}

static void
yes(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->step[0] = '\0';
	play_effect(e, EFFECT_ANSWER, "answer", "yes");
	play_effect(e, EFFECT_DO, "told", "yes");
	play_say(e, "end.phrase", "noted");
}

static void
own_words(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->step[0] = '\0';
	play_effect(e, EFFECT_DO, "told", "told");
}

/* What A writes, its answer code in place of "CODE". */
static void
say(const char *text)
{
	const char *at = strstr(text, "CODE");
	char words[256];

	snprintf(words, sizeof(words), "%.*s%s%s", (int)(at - text), text, play_code(a),
	    at + 4);
	(void)play_sms(A, NULL, words);
}

/* Journey 1: nothing goes to him unasked; "?" brings it; his answer goes back. */
static void
fetched(void **unused)
{
	(void)unused;
	(void)play_taken(1, a, A);
	say("52 CODE 6:30 базар, белая машина");
	assert_non_null(strstr(play_heard(a), "ref.relay_writes|"));
	play_due(NULL);
	assert_string_equal(play_told(1), "");
	assert_int_equal(
	    play_number("SELECT count(*) FROM relay WHERE sealed LIKE '%%' || "
			"convert_to('базар', 'UTF8') || '%%'"),
	    0);
	(void)play_sms(1, fetch, "?");
	assert_string_equal(play_seen.waiting.step, "meet");
	assert_string_equal(play_seen.waiting.at, "6:30");
	assert_string_equal(play_seen.waiting.words, "базар, белая машина");
	assert_non_null(strstr(play_told(1), "phrase.meet|"));
	assert_string_equal(play_heard(a), "");
	/* asked again while the question is open: the words are there to be said again */
	(void)play_sms(1, play_silent, "what");
	assert_string_equal(play_seen.waiting.step, "meet");
	(void)play_sms(1, yes, "1");
	assert_non_null(strstr(play_heard(a), "ref.read|"));
	(void)play_sms(1, play_silent, "?");
	assert_null(play_seen.waiting.step);
	assert_int_equal(
	    play_number("SELECT count(*) FROM relay WHERE sealed IS NOT NULL"), 0);
}

static void
refused_with_the_reason(void **unused)
{
	(void)unused;
	(void)play_taken(2, a, A);
	say("52 CODE полиция приедет");
	assert_non_null(strstr(play_heard(a), "ref.relay_ban|"));
	say("52 CODE 12345678901234567890123456789012345678901");
	assert_non_null(strstr(play_heard(a), "ref.ban.long"));
	say("52 CODE звоните 8 701 000 00 01");
	assert_non_null(strstr(play_heard(a), "ref.ban.number"));
	say("CODE у какого поворота стоите");
	assert_non_null(strstr(play_heard(a), "ref.ban.open"));
	assert_int_equal(play_number("SELECT count(*) FROM relay WHERE case_id = %lld",
			     (long long)play_case(2)),
	    0);
	(void)play_sms(A, NULL, "52 999 6:30");
	assert_non_null(strstr(play_heard(a), "ref.wrong_code|"));
}

/* The slot in the letters of the person's language, and held against the list in both. */
static void
letters(void **unused)
{
	(void)unused;
	(void)play_taken(3, a, A);
	play_run(
	    "UPDATE casefile SET lang = 'uz' WHERE id = %lld", (long long)play_case(3));
	say("52 CODE 6:30 базар, белая машина");
	(void)play_sms(3, fetch, "?");
	assert_string_equal(play_seen.waiting.words, "bazar, belaya mashina");
	(void)play_heard(a);
}

static void
only_who_took_it(void **unused)
{
	int64_t b = play_receiver("b", "shelter", 9000002);
	char words[64];

	(void)unused;
	(void)play_sms(4, play_help, "help");
	play_due(NULL);
	snprintf(words, sizeof(words), "51 %s 4:00", play_code(a));
	(void)play_heard(a);
	(void)play_sms(A, NULL, words);
	assert_non_null(strstr(play_heard(a), "ref.which|"));
	assert_int_equal(play_number("SELECT count(*) FROM relay WHERE case_id = %lld",
			     (long long)play_case(4)),
	    0);
	play_run("UPDATE receiver SET active = false WHERE name = 'b'");
	play_run(
	    "UPDATE casefile SET state = 'closed', refer_due = NULL, ladder_due = NULL "
	    "WHERE id = %lld",
	    (long long)play_case(4));
	(void)b;
}

/* What was looked for before another hour was agreed tells nobody, and leaves the hour due. */
static void
an_hour_that_was_another(int64_t id)
{
	const char when[] = "SELECT shyraq_ms(unread_due) FROM casefile WHERE id = %lld";
	int64_t due = play_number(when, (long long)id);

	assert_int_equal(turn_due(&play_dispatch, "unread", id, due - 1000), RC_OK);
	assert_null(strstr(play_heard(a), "ref.unread|"));
	assert_int_equal(play_number(when, (long long)id), due);
}

/* S1b: one knock in the safe time, empty, valid while it lasts; none again until the person has written. */
static void
one_knock(void **unused)
{
	int64_t id, end;

	(void)unused;
	play_until(21, 0);
	id = play_taken(5, a, A);
	(void)play_sms(5, agree, "22-23");
	(void)play_told(5);
	say("52 CODE 6:30 базар");
	assert_non_null(strstr(play_heard(a), "hour=22-23"));
	play_until(21, 59);
	play_due(knocks);
	assert_string_equal(play_told(5), "");
	play_until(22, 0);
	end = play_now() + HOUR;
	play_due(knocks);
	assert_int_equal(play_seen.kind, INPUT_KNOCK);
	assert_string_equal(play_told(5), "knock|an answer is ready");
	assert_true(play_number("SELECT shyraq_ms(submit_by) - %lld FROM outbox "
				"WHERE key = 'knock' ORDER BY id DESC LIMIT 1",
			(long long)end) < 5000);
	assert_string_equal(play_sql("SELECT link FROM outbox WHERE key = 'knock'"), "a");
	assert_int_equal(
	    play_number("SELECT count(*) FROM outbox WHERE key = 'knock' AND "
			"submit_by = window_until AND state = 'due'"),
	    1);
	play_until(22, 30);
	say("51 CODE 7:00");
	(void)play_heard(a);
	play_due(knocks);
	assert_string_equal(play_told(5), ""); /* no second */
	play_until(23, 1);
	an_hour_that_was_another(id);
	play_due(knocks);
	assert_non_null(strstr(play_heard(a), "ref.unread|"));
	say("4 CODE"); /* the acceptance stands another day */
	(void)play_heard(a);
	play_until(22, 10);
	play_due(knocks);
	assert_string_equal(play_told(5), ""); /* nor the next day */
	(void)play_sms(5, fetch, "1");
	assert_string_equal(play_seen.taken_at, "21:00");
	assert_non_null(strstr(play_told(5), "phrase.meet|"));
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(
	    play_told(5), "knock|an answer is ready"); /* for the second */
	assert_int_equal(
	    play_number("SELECT count(*) FROM relay WHERE case_id = %lld AND "
			"read_at IS NULL",
		(long long)id),
	    1);
}

/* Journey 1: read and answered in the safe time; nothing more comes in it, nor for the acceptance. */
static void
read_is_told(void **unused)
{
	(void)unused;
	play_until(21, 0);
	(void)play_taken(11, a, A);
	(void)play_sms(11, agree, "22-23");
	(void)play_told(11);
	say("52 CODE 6:30 базар");
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(play_told(11), "knock|an answer is ready");
	(void)play_sms(11, fetch, "1");
	(void)play_sms(11, yes, "1");
	(void)play_told(11);
	play_until(22, 21);
	play_due(knocks);
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(play_told(11), "");
	(void)play_heard(a);
}

/* That somebody has taken it is an answer, too: a knock, and none once they know. */
static void
knock_for_the_acceptance(void **unused)
{
	char words[16];

	(void)unused;
	play_until(21, 0);
	(void)play_sms(12, play_help, "help");
	(void)play_sms(12, agree, "22-23");
	play_due(NULL);
	(void)play_told(12);
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(play_told(12), "");
	play_until(22, 20);
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_sms(A, NULL, words);
	play_due(knocks);
	assert_string_equal(play_told(12), "knock|an answer is ready");
	(void)play_heard(a);
}

static void
no_knock_after_seven_days_or_stop(void **unused)
{
	int64_t id;

	(void)unused;
	play_until(21, 0);
	id = play_taken(6, a, A);
	(void)play_sms(6, agree, "22-23");
	(void)play_told(6);
	play_forward(7 * DAY);
	say("51 CODE 4:00");
	assert_non_null(strstr(play_heard(a), "ref.relay_writes|"));
	play_until(22, 10);
	play_due(knocks);
	assert_string_equal(play_told(6), "");
	play_run("UPDATE casefile SET safe_until = shyraq_now() + interval '7 days' "
		 "WHERE id = %lld",
	    (long long)id);
	play_run(
	    "UPDATE peer SET stopped = true WHERE id = %lld", (long long)play_peer(6));
	say("51 CODE 5:00");
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(play_told(6), "");
	(void)play_heard(a);
}

/* The session of 72 hours is over, the safe time of seven days is not. */
static void
knock_after_the_session(void **unused)
{
	(void)unused;
	play_until(21, 0);
	(void)play_taken(7, a, A);
	(void)play_sms(7, agree, "22-23");
	(void)play_told(7);
	play_run(
	    "UPDATE session SET case_id = NULL, step = '', flow = '' WHERE peer_id = %lld",
	    (long long)play_peer(7));
	say("51 CODE 4:00");
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(play_told(7), "knock|an answer is ready");
	(void)play_sms(7, fetch, "1");
	assert_string_equal(play_seen.waiting.step, "come");
	(void)play_heard(a);
}

static void
witness(struct session *s, const struct flow_input *in, struct effects *e)
{
	play_help(s, in, e);
	s->plain = true;
	play_effect(e, EFFECT_DO, "witness_window", "");
}

static void
asks(struct session *s, const struct flow_input *in, struct effects *e)
{
	if (strcmp(in->text, "?") == 0 && in->waiting.step != NULL)
		fetch(s, in, e);
}

/* Journey 3: a question goes to a witness at once, with its content; the answer goes back as written. */
static void
witness_is_asked_at_once(void **unused)
{
	char words[64];

	(void)unused;
	(void)play_sms(8, witness, "report");
	play_due(NULL);
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_sms(A, NULL, words);
	(void)play_told(8);
	(void)play_heard(a);
	play_forward(6 * HOUR);
	say("CODE у какого поворота?");
	assert_non_null(strstr(play_heard(a), "ref.relay_now|"));
	play_due(asks);
	assert_string_equal(play_seen.waiting.step, "free");
	assert_string_equal(play_seen.waiting.words, "у какого поворота?");
	assert_non_null(strstr(play_told(8), "phrase.meet|"));
	assert_true(
	    play_number("SELECT shyraq_ms(window_until) - shyraq_ms(shyraq_now()) "
			"FROM outbox WHERE peer_id = %lld ORDER BY id DESC LIMIT 1",
		(long long)play_peer(8)) <= 18 * HOUR);
	(void)play_sms(8, own_words, "у второго");
	assert_non_null(strstr(play_heard(a), "\"у второго\""));
	/* a day later the window is over: it waits */
	play_forward(19 * HOUR);
	say("51 CODE 4:00");
	assert_non_null(strstr(play_heard(a), "ref.relay_writes|"));
	play_due(asks);
	assert_string_equal(play_told(8), "");
}

static void
covered(struct session *s, const struct flow_input *in, struct effects *e)
{
	witness(s, in, e);
	s->plain = false;
}

/* Without plain words there is no witness window. */
static void
covered_witness(void **unused)
{
	(void)unused;
	(void)play_sms(9, covered, "report");
	assert_string_equal(
	    play_sql(
		"SELECT COALESCE(witness_until::text, 'none') FROM peer WHERE id = %lld",
		(long long)play_peer(9)),
	    "none");
}

static void
ussd_help(struct session *s, const struct flow_input *in, struct effects *e)
{
	play_help(s, in, e);
}

/* S1c: who came by USSD hears when they dial, never by SMS. */
static void
by_dial(void **unused)
{
	char words[64];

	(void)unused;
	play_dial(10, 1, 1, ussd_help, "*8500#");
	play_due(NULL);
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_sms(A, NULL, words);
	(void)play_heard(a);
	say("51 CODE 04:00 у ворот");
	assert_non_null(strstr(play_heard(a), "ref.relay_dial|"));
	play_forward(2 * HOUR);
	play_due(knocks);
	assert_string_equal(play_told(10), "");
	play_dial(10, 2, 1, fetch, "*8500#");
	assert_int_equal(play_seen.kind, INPUT_DIAL);
	assert_string_equal(play_seen.waiting.at, "04:00");
	assert_string_equal(play_screen, "words");
	play_dial(10, 2, 2, yes, "1");
	assert_non_null(strstr(play_heard(a), "ref.read|"));
	assert_string_equal(play_told(10), "");
}

/* Journey 2: nobody calls or texts a phone that only ever dialled; who wrote is written to in their hours. */
static void
told_how_to_reach_them(void **unused)
{
	char words[16];

	(void)unused;
	play_dial(61, 7061, 1, play_help, "");
	play_due(NULL);
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_heard(a);
	(void)play_sms(A, NULL, words);
	assert_non_null(strstr(play_heard(a), "Не звонить, не писать: наберёт сам."));

	(void)play_sms(62, play_help, "help");
	play_due(NULL);
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_heard(a);
	(void)play_sms(A, NULL, words);
	assert_null(strstr(play_heard(a), "Не звонить"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fetched),
		cmocka_unit_test(refused_with_the_reason),
		cmocka_unit_test(letters),
		cmocka_unit_test(only_who_took_it),
		cmocka_unit_test(one_knock),
		cmocka_unit_test(read_is_told),
		cmocka_unit_test(knock_for_the_acceptance),
		cmocka_unit_test(no_knock_after_seven_days_or_stop),
		cmocka_unit_test(knock_after_the_session),
		cmocka_unit_test(witness_is_asked_at_once),
		cmocka_unit_test(covered_witness),
		cmocka_unit_test(by_dial),
		cmocka_unit_test(told_how_to_reach_them),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
