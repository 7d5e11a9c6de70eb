/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * followup.c: when the question some weeks after a case is due, and all that keeps it from being asked.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>

#define A 9200001U

static int64_t a;
static unsigned person = 200;

static void
knocks(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	if (in->kind == INPUT_KNOCK)
		play_say(e, "knock", "an answer is ready");
}

/* Needs help again: the answer, and a case of its own. */
static void
again(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	play_effect(e, EFFECT_ANSWER, "followup", "help");
	play_effect(e, EFFECT_DO, "follow_said", "help");
	play_effect(e, EFFECT_CASE_OPEN, "", "")->class = CASE_OTHER;
	play_slot(s, "followup", "help");
}

static void
agrees(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_effect(e, EFFECT_DO, "follow_agree", "yes");
}

static void
phone_says(const char *digit)
{
	char words[64];

	snprintf(words, sizeof(words), "%s %s", digit, play_code(a));
	(void)play_sms(A, play_silent, words);
}

/* Met at ten, an hour agreed, a yes to the question: the outcome `digit` at noon, so many days later. */
static int64_t
ended_after(char digit, int days)
{
	const char text[] = { digit, '\0' };
	int64_t id;

	play_until(10, 0);
	id = play_taken(++person, a, A);
	phone_says("5");
	play_run(
	    "UPDATE casefile SET safe_from = 1320, safe_to = 1380, safe_peer = peer_id, "
	    "safe_until = shyraq_now() + interval '7 days' WHERE id = %lld",
	    (long long)id);
	(void)play_sms(person, agrees, "1");
	play_until(12, 0);
	play_forward(12 * HOUR);
	play_until(12, 1);
	play_due(NULL);
	for (; days > 1; days--) {
		play_forward(DAY);
		play_due(NULL);
	}
	(void)play_sms(A, play_silent, text);
	assert_string_equal(
	    play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)id),
	    "closed");
	(void)play_heard(a);
	(void)play_told(person);
	return id;
}

static int64_t
ended(char digit)
{
	return ended_after(digit, 1);
}

static int64_t
knocks_of(void)
{
	const char *told = play_told(person);

	return strcmp(told, "knock|an answer is ready") == 0 ? 1
	    : told[0] == '\0'                                ? 0
							     : 99;
}

/* Two weeks later, in the agreed hour, once; what is due keeps the case no longer than any. */
static void
asked_once(void **unused)
{
	int64_t id = ended('1');

	(void)unused;
	assert_string_equal(
	    play_sql("SELECT follow_due - closed_at || ' ' || follow_until - follow_due "
		     "FROM casefile WHERE id = %lld",
		(long long)id),
	    "14 days 7 days");
	assert_int_equal(
	    play_number("SELECT count(*) FROM case_idle WHERE id = %lld", (long long)id),
	    1);
	play_forward(13 * DAY + 23 * HOUR);
	play_due(knocks);
	assert_int_equal(knocks_of(), 0);
	play_forward(2 * HOUR);
	play_due(knocks);
	assert_int_equal(knocks_of(), 0);
	assert_string_equal(
	    play_sql("SELECT to_char(follow_due AT TIME ZONE 'UTC-5', 'HH24:MI') "
		     "FROM casefile WHERE id = %lld",
		(long long)id),
	    "22:00");
	play_until(21, 59);
	play_due(knocks);
	assert_int_equal(knocks_of(), 0);
	play_until(22, 1);
	play_due(knocks);
	assert_int_equal(knocks_of(), 1);
	assert_int_equal(play_number("SELECT count(*) FROM outbox WHERE key = 'knock' "
				     "AND case_id = %lld AND submit_by = window_until "
				     "AND submit_by <= shyraq_now() + interval '1 hour'",
			     (long long)id),
	    1);
	for (int day = 0; day < 5; day++) {
		play_forward(DAY);
		play_due(knocks);
		assert_int_equal(knocks_of(), 0);
	}
}

/* However long the case took: the question counts from its end, and the hour holds. */
static void
late_end(void **unused)
{
	int64_t id = ended_after('1', 20);

	(void)unused;
	assert_string_equal(
	    play_sql("SELECT follow_due - closed_at FROM casefile WHERE id = %lld",
		(long long)id),
	    "14 days");
	play_forward(14 * DAY);
	play_until(22, 1);
	play_due(knocks);
	assert_int_equal(knocks_of(), 1);
}

/* The answer belongs to the case that was asked about, whatever the step opens. */
static void
help_again(void **unused)
{
	int64_t id = ended('1'), next;

	(void)unused;
	play_forward(14 * DAY);
	play_until(22, 1);
	play_due(knocks);
	assert_int_equal(knocks_of(), 1);
	(void)play_sms(person, again, "2");
	next = play_number("SELECT max(id) FROM casefile");
	assert_int_not_equal(next, id);
	assert_string_equal(play_sql("SELECT code FROM case_answer WHERE case_id = %lld "
				     "AND slot = 'followup'",
				(long long)id),
	    "help");
	assert_int_equal(
	    play_number(
		"SELECT code::bigint - (SELECT number FROM casefile WHERE id = %lld) "
		"FROM case_answer WHERE case_id = %lld AND slot = 'follow_of'",
		(long long)id, (long long)next),
	    0);
	assert_int_equal(play_number("SELECT count(*) FROM task WHERE kind = 'followup' "
				     "AND case_id = %lld",
			     (long long)id),
	    1);
}

/* Each of these alone, and nothing is sent. */
static void
kept_silent(void **unused)
{
	static const char *const spoils[] = {
		"UPDATE casefile SET safe_from = NULL, safe_to = NULL WHERE id = %lld",
		"UPDATE casefile SET state = 'met', closed_at = NULL, outcome = '' WHERE id = %lld",
		"UPDATE casefile SET outcome = 'declined' WHERE id = %lld",
		"UPDATE casefile SET hidden_at = shyraq_now() WHERE id = %lld",
		"UPDATE casefile SET cut_at = shyraq_now() WHERE id = %lld",
		"UPDATE casefile SET peer_id = NULL WHERE id = %lld",
		"UPDATE casefile SET code_used_at = shyraq_now() WHERE id = %lld",
		"UPDATE casefile SET knocked_at = shyraq_now() WHERE id = %lld",
		"UPDATE casefile SET followed_at = shyraq_now() WHERE id = %lld",
		"UPDATE peer SET stopped = true WHERE id = (SELECT peer_id FROM casefile WHERE id = %lld)",
		"UPDATE peer SET forget_at = shyraq_now() + interval '60 days' "
		"WHERE id = (SELECT peer_id FROM casefile WHERE id = %lld)",
		"INSERT INTO consent (case_id, kind, yes, wording) VALUES (%lld, 'follow', false, 'x')",
		"INSERT INTO consent (case_id, kind, yes, wording) VALUES (%lld, 'ngo', false, "
		"'withdrawn consent/1 uz')",
		"INSERT INTO casefile (id, peer_id, class, lang, bearer) SELECT id + 1, peer_id, 'other', "
		"'uz', 0 FROM casefile WHERE id = %lld",
		"DELETE FROM casefile WHERE id = %lld",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(spoils); i++) {
		int64_t id = ended('1');
		unsigned long long n = (unsigned long long)id;
		char sql[256];

		snprintf(sql, sizeof(sql), "%s", spoils[i]);
		*strstr(sql, "%lld") = '\0';
		play_run("%s%llu%s", sql, n, strstr(spoils[i], "%lld") + 4);
		play_forward(14 * DAY);
		play_until(22, 1);
		play_due(knocks);
		if (knocks_of() != 0)
			fail_msg("knocked for after: %s", spoils[i]);
		play_forward(DAY);
		play_due(knocks);
		if (knocks_of() != 0)
			fail_msg("knocked for a day after: %s", spoils[i]);
		assert_int_equal(play_number("SELECT count(*) FROM casefile "
					     "WHERE follow_due < shyraq_now()"),
		    0);
	}
}

/* Without a yes nothing is due; nor after an end that helped nobody; nor when nobody looked for days. */
static void
not_due(void **unused)
{
	int64_t id = ended('8');

	(void)unused;
	assert_string_equal(
	    play_sql("SELECT follow_due FROM casefile WHERE id = %lld", (long long)id),
	    "");
	id = ended('1');
	play_run("UPDATE casefile SET follow_due = NULL WHERE id = %lld", (long long)id);
	play_run("DELETE FROM consent WHERE case_id = %lld", (long long)id);
	assert_int_equal(
	    play_number("SELECT count(*) FROM casefile WHERE follow_due IS NOT NULL"), 0);
	(void)ended('1');
	play_forward(21 * DAY + 12 * HOUR);
	play_due(knocks);
	assert_int_equal(knocks_of(), 0);
	play_until(22, 1);
	play_due(knocks);
	assert_int_equal(knocks_of(), 0);
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	a = play_receiver("Oa", "ngo", A);
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(asked_once),
		cmocka_unit_test(late_end), cmocka_unit_test(help_again),
		cmocka_unit_test(kept_silent), cmocka_unit_test(not_due) };

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
