/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person takes back: consent (S14) and everything (S16), with referrals open and under pressure.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>

#define A 9000001U
#define P 9000002U

static int64_t a, police;

static void
erases(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->step[0] = '\0';
	play_effect(e, EFFECT_DO, "erase", "");
	play_say(e, "end.erase", "done");
}

static void
help_not_yet(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	strcpy(s->flow, "help");
	s->version = 1;
	s->lang = LANG_RU;
	play_effect(e, EFFECT_CASE_OPEN, "", "")->class = CASE_OTHER;
	play_effect(e, EFFECT_ANSWER, "region", "KZ-47");
	play_effect(e, EFFECT_NARRATIVE, "", "");
	play_effect(e, EFFECT_PLACE, "", "");
}

static int64_t
cases(int64_t id)
{
	return play_number(
	    "SELECT count(*) FROM casefile WHERE id = %lld", (long long)id);
}

/* Nobody was asked: gone at once, a coded row stays, and the number is forgotten after its answer. */
static void
erased_at_once(void **unused)
{
	int64_t id, stats = play_number("SELECT count(*) FROM case_stat");

	(void)unused;
	(void)play_sms(1, help_not_yet, "help");
	id = play_case(1);
	assert_int_equal(play_sms(1, erases, "1"), 1); /* the answer still goes */
	assert_int_equal(play_case(1), 0);
	assert_string_equal(
	    play_sql(
		"SELECT COALESCE(peer_id::text, 'none') FROM casefile WHERE id = %lld",
		(long long)id),
	    "none");
	play_due(NULL);
	assert_int_equal(cases(id), 0);
	assert_int_equal(
	    play_number(
		"SELECT count(*) FROM narrative WHERE case_id = %lld", (long long)id),
	    0);
	assert_int_equal(play_number("SELECT count(*) FROM case_stat"), stats + 1);
	assert_true(play_peer(1) != 0);
	play_run("UPDATE outbox SET state = 'sent' WHERE peer_id = %lld",
	    (long long)play_peer(1));
	play_forward(16 * MINUTE);
	play_due(NULL);
	assert_int_equal(play_peer(1), 0);
	assert_int_equal(
	    play_number("SELECT count(*) FROM audit WHERE case_id = %lld AND "
			"what IN ('case.hidden', 'case.erased')",
		(long long)id),
	    2);
}

/* A referral is open: hidden at once, those who were asked hear the cut, destroyed after 72 h. */
static void
erased_later(void **unused)
{
	char code[16], words[32];
	int64_t id;

	(void)unused;
	id = play_taken(2, a, A);
	(void)play_sms(2, play_silent, "?");
	strcpy(code, play_seen.code);
	snprintf(words, sizeof(words), "51 %s 4:00", play_code(a));
	(void)play_sms(A, NULL, words);
	(void)play_heard(a);
	(void)play_sms(2, erases, "1");
	assert_non_null(strstr(play_heard(a), "ref.cut|"));
	(void)play_sms(2, play_silent, "?");
	assert_string_equal(play_seen.code, "");
	assert_int_equal(play_seen.state, CASE_STATE_NONE);
	assert_null(play_seen.waiting.step);
	(void)play_sms(3, play_silent, code);
	assert_int_equal(play_seen.resume, RESUME_WRONG);
	/* what the receiver still says reaches nobody */
	(void)play_sms(A, NULL, words);
	assert_non_null(strstr(play_heard(a), "ref.cut|"));
	play_forward(71 * HOUR);
	play_due(NULL);
	assert_int_equal(cases(id), 1);
	play_forward(2 * HOUR);
	play_due(NULL);
	assert_int_equal(cases(id), 0);
}

static void
takes_over(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)e;
	s->case_id = in->resumed;
	strcpy(s->flow, "help");
	s->version = 1;
	s->lang = LANG_RU;
}

/* From another phone, or under a supervisor's hold: nothing is hidden, people decide. */
static void
not_erased(void **unused)
{
	char code[16];
	int64_t id;

	(void)unused;
	(void)play_sms(4, help_not_yet, "help");
	id = play_case(4);
	(void)play_sms(4, play_silent, "?");
	strcpy(code, play_seen.code);
	(void)play_sms(5, takes_over, code);
	(void)play_sms(5, erases, "1");
	assert_int_equal(play_number("SELECT count(*) FROM task WHERE kind = 'erase' AND "
				     "case_id = %lld",
			     (long long)id),
	    1);
	play_run("INSERT INTO legal_hold (case_id, reason) VALUES (%lld, 'court')",
	    (long long)id);
	(void)play_sms(4, erases, "1");
	assert_int_equal(play_number("SELECT count(*) FROM task WHERE kind = 'erase' AND "
				     "case_id = %lld",
			     (long long)id),
	    2);
	play_forward(80 * HOUR);
	play_due(NULL);
	assert_int_equal(cases(id), 1);
	assert_int_equal(play_number("SELECT count(*) FROM casefile WHERE id = %lld AND "
				     "hidden_at IS NULL AND peer_id IS NOT NULL",
			     (long long)id),
	    1);
	play_run("DELETE FROM legal_hold");
}

/* The session is long over: the number's cases are its own all the same, two of them. */
static void
erased_after_the_session(void **unused)
{
	int64_t first, second;

	(void)unused;
	(void)play_sms(10, help_not_yet, "help");
	first = play_case(10);
	play_run("DELETE FROM session WHERE peer_id = %lld", (long long)play_peer(10));
	(void)play_sms(10, help_not_yet, "help");
	second = play_case(10);
	play_run("DELETE FROM session WHERE peer_id = %lld", (long long)play_peer(10));
	(void)play_sms(10, erases, "erase");
	play_due(NULL);
	assert_int_equal(cases(first) + cases(second), 0);
}

/* A hold that comes after the erasure still stops the destruction. */
static void
held_in_time(void **unused)
{
	int64_t id;

	(void)unused;
	id = play_taken(6, a, A);
	(void)play_sms(6, erases, "1");
	play_run("INSERT INTO legal_hold (case_id, reason) VALUES (%lld, 'court')",
	    (long long)id);
	play_forward(73 * HOUR);
	play_due(NULL);
	assert_int_equal(cases(id), 1);
	play_run("DELETE FROM legal_hold");
	play_forward(25 * HOUR);
	play_due(NULL);
	assert_int_equal(cases(id), 0);
	(void)play_heard(a);
}

static void
withdraws(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	play_effect(e, EFFECT_DO, "withdraw", in->text);
}

static void
withdrawn(void **unused)
{
	char words[16];
	int64_t id;

	(void)unused;
	id = play_taken(7, a, A);
	(void)play_sms(7, withdraws, "ngo");
	assert_non_null(strstr(play_heard(a), "ref.withdrawn|"));
	assert_string_equal(
	    play_sql(
		"SELECT yes FROM consent WHERE case_id = %lld ORDER BY id DESC LIMIT 1",
		(long long)id),
	    "f");
	assert_string_equal(
	    play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)id),
	    "open");
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_sms(A, NULL, words);
	assert_non_null(strstr(play_heard(a), "ref.withdrawn|"));
	play_forward(10 * HOUR);
	play_due(NULL);
	assert_string_equal(play_heard(a), "");
	assert_string_equal(
	    play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)id),
	    "open");
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'withdrawn'"), 0);
}

static void
held(struct session *s, const struct flow_input *in, struct effects *e)
{
	play_help(s, in, e);
	play_slot(s, "what", "papers held");
	play_slot(s, "police", "yes");
	play_effect(e, EFFECT_ANSWER, "police", "yes");
	play_effect(e, EFFECT_CONSENT, "police", "yes");
}

/* After "not let out": they decide themselves, a person looks, the police stand down. */
static void
under_pressure(void **unused)
{
	char words[16];
	int64_t id;

	(void)unused;
	(void)play_sms(8, held, "help");
	id = play_case(8);
	play_due(NULL);
	play_run(
	    "INSERT INTO referral (case_id, receiver_id, state, asked_at) "
	    "SELECT %lld, id, 'asked', shyraq_now() FROM receiver WHERE kind = 'police'",
	    (long long)id);
	play_run(
	    "INSERT INTO referral_ask SELECT f.id, %lld, 7 FROM referral f JOIN receiver r "
	    "ON r.id = f.receiver_id WHERE f.case_id = %lld AND r.kind = 'police'",
	    (long long)police, (long long)id);
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_heard(a);
	(void)play_heard(police);
	(void)play_sms(8, withdraws, "ngo");
	assert_non_null(strstr(play_heard(a), "ref.withdrawn_pressure|"));
	assert_non_null(strstr(play_heard(police), "ref.withdrawn|"));
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'withdrawn' AND "
			"case_id = %lld",
		(long long)id),
	    1);
	assert_int_equal(
	    play_number("SELECT count(*) FROM referral WHERE case_id = %lld AND "
			"state = 'revoked'",
		(long long)id),
	    1);
	(void)play_sms(A, NULL, words); /* they decided: it is theirs */
	assert_string_equal(
	    play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)id),
	    "taken");
	(void)play_sms(P, NULL, "1 007");
	assert_non_null(strstr(play_heard(police), "ref.withdrawn|"));
	(void)play_heard(a);
}

/* Only the police: the shelter goes on. */
static void
police_only(void **unused)
{
	int64_t id;

	(void)unused;
	id = play_taken(9, a, A);
	play_run(
	    "INSERT INTO referral (case_id, receiver_id, state, asked_at) "
	    "SELECT %lld, id, 'asked', shyraq_now() FROM receiver WHERE kind = 'police'",
	    (long long)id);
	play_run(
	    "INSERT INTO referral_ask SELECT f.id, %lld, 8 FROM referral f JOIN receiver r "
	    "ON r.id = f.receiver_id WHERE f.case_id = %lld AND r.kind = 'police'",
	    (long long)police, (long long)id);
	(void)play_sms(9, withdraws, "police");
	assert_non_null(strstr(play_heard(police), "ref.withdrawn|"));
	assert_string_equal(play_heard(a), "");
	assert_string_equal(
	    play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)id),
	    "taken");
	assert_string_equal(
	    play_sql("SELECT code FROM case_answer WHERE case_id = %lld AND "
		     "slot = 'police'",
		(long long)id),
	    "no");
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	a = play_receiver("a", "shelter", A);
	police = play_receiver("p", "police", P);
	play_run("UPDATE receiver SET regions = 'XX' WHERE kind = 'police'");
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erased_at_once),
		cmocka_unit_test(erased_later),
		cmocka_unit_test(not_erased),
		cmocka_unit_test(erased_after_the_session),
		cmocka_unit_test(held_in_time),
		cmocka_unit_test(withdrawn),
		cmocka_unit_test(under_pressure),
		cmocka_unit_test(police_only),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
