/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How cases end, and what receivers say of themselves: what stands in the database afterwards.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "intake_case.h"
#include "seal.h"

#define A 9100001U
#define A2 9100002U
#define P 9100009U

static int64_t a, a2, police;
static unsigned person = 100;

/* What a phone writes, the answer code of `contact` in place of "CODE". */
static void
says(unsigned phone, int64_t contact, const char *text)
{
	const char *at = strstr(text, "CODE");
	char words[128];

	if (at == NULL)
		snprintf(words, sizeof(words), "%s", text);
	else
		snprintf(words, sizeof(words), "%.*s%s%s", (int)(at - text), text,
		    play_code(contact), at + 4);
	(void)play_sms(phone, play_silent, words);
}

static bool
decide(enum intake_act act, int64_t case_id, int64_t other, const char *code)
{
	struct intake_case in = { .act = act };
	char text[INTAKE_MAX];

	in.number = play_number(
	    "SELECT number FROM casefile WHERE id = %lld", (long long)case_id);
	if (other != 0)
		in.other = play_number(
		    "SELECT number FROM casefile WHERE id = %lld", (long long)other);
	snprintf(in.code, sizeof(in.code), "%s", code);
	snprintf(in.note, sizeof(in.note), "%s", "a reason");
	(void)play_hand_in(NULL, INTAKE_CASE, text, intake_pack_case(&in, text), NULL);
	return strcmp(play_sql("SELECT state FROM intake ORDER BY id DESC LIMIT 1"),
		   "done") == 0;
}

static const char *
of_case(const char *column, int64_t id)
{
	return play_sql("SELECT %s FROM casefile WHERE id = %lld", column, (long long)id);
}

/* Met at ten: the outcome is due at noon of the next day, whenever the test is run. */
static int64_t
met(void)
{
	int64_t id;

	play_until(10, 0);
	id = play_taken(++person, a, A);
	says(A, a, "5 CODE");
	assert_string_equal(of_case("state", id), "met");
	(void)play_heard(a);
	return id;
}

/* Asked for once a day, twice; the case closes with the answer and what was sealed is gone. */
static void
outcome(void **unused)
{
	int64_t id = met();

	(void)unused;
	play_run("INSERT INTO place (case_id, sealed) VALUES (%lld, '\\x01') "
		 "ON CONFLICT (case_id) DO UPDATE SET sealed = '\\x01'",
	    (long long)id);
	play_until(12, 0);
	play_forward(12 * HOUR);
	play_until(12, 1);
	play_due(NULL);
	assert_non_null(strstr(play_heard(a), "ref.outcome_ask"));
	assert_string_equal(play_sql("SELECT outcome_asked FROM referral "
				     "WHERE case_id = %lld AND state = 'accepted'",
				(long long)id),
	    "1");
	says(A, a, "3");
	assert_non_null(strstr(play_heard(a), "ref.outcome_done"));
	assert_string_equal(of_case("state", id), "closed");
	assert_string_equal(of_case("outcome", id), "legal");
	assert_int_equal(
	    play_number(
		"SELECT length(sealed) FROM place WHERE case_id = %lld", (long long)id),
	    0);
	assert_string_equal(
	    play_sql("SELECT what || ' ' || code FROM assertion WHERE case_id = %lld",
		(long long)id),
	    "outcome legal");
	assert_string_equal(play_told(person), "");
}

/* S17: what the police say closes nothing; who has the case and a supervisor hear it. */
static void
police_close_nothing(void **unused)
{
	static const struct {
		const char *text, *task;
	} says_it[] = { { "2 CODE", "police_closed" },
		{ "3 CODE", "police_reclassified" } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(says_it); i++) {
		int64_t id = met();

		play_run(
		    "INSERT INTO referral (case_id, receiver_id, state, outcome_due) "
		    "SELECT %lld, receiver_id, 'accepted', shyraq_now() "
		    "FROM contact WHERE id = %lld",
		    (long long)id, (long long)police);
		play_run("INSERT INTO referral_ask (referral_id, contact_id, code) "
			 "SELECT max(id), %lld, %d FROM referral",
		    (long long)police, 500 + (int)i);
		play_due(NULL);
		assert_non_null(strstr(play_heard(police), "ref.outcome_ask_police"));
		says(P, police, says_it[i].text);
		assert_non_null(strstr(play_heard(police), "ref.outcome_noted"));
		assert_non_null(strstr(play_heard(a), "ref.police_says"));
		assert_string_equal(of_case("state", id), "met");
		assert_int_equal(play_number("SELECT count(*) FROM task "
					     "WHERE case_id = %lld AND kind = '%s'",
				     (long long)id, says_it[i].task),
		    1);
		assert_string_equal(
		    play_sql(
			"SELECT what FROM assertion WHERE case_id = %lld", (long long)id),
		    "legal");
	}
}

/* From a colleague's phone: its codes die, what it was asked about goes to the colleague. */
static void
lost(void **unused)
{
	int64_t id;
	char code[8];

	(void)unused;
	(void)play_sms(++person, play_help, "help");
	/* only the first phone was on shift */
	play_due(NULL);
	id = play_case(person);
	play_run("DELETE FROM referral_ask WHERE contact_id = %lld", (long long)a2);
	(void)play_heard(a);
	(void)play_heard(a2);
	snprintf(code, sizeof(code), "%s", play_code(a));
	says(A2, a2, "LOST");
	assert_non_null(strstr(play_heard(a2), "1 duty"));
	says(A2, a2, "1");
	assert_non_null(strstr(play_heard(a2), "phone=duty"));
	says(A2, a2, "1");
	assert_non_null(strstr(play_heard(a2), "ref.lost_done"));
	assert_string_equal(
	    play_sql("SELECT lost::text FROM contact WHERE id = %lld", (long long)a),
	    "true");
	assert_int_equal(play_number("SELECT count(*) FROM referral_ask "
				     "WHERE contact_id = %lld",
			     (long long)a),
	    0);
	play_due(NULL);
	says(A2, a2, "1 CODE");
	assert_string_equal(of_case("state", id), "taken");
	assert_string_not_equal(code, "");
	play_run("UPDATE contact SET lost = false, active = true WHERE id = %lld",
	    (long long)a);
	assert_true(decide(INTAKE_CASE_CLOSE, id, 0, "test"));
}

/* A no, and an old question, switch nothing off. */
static void
lost_not_sure(void **unused)
{
	(void)unused;
	says(A2, a2, "LOST");
	says(A2, a2, "1");
	says(A2, a2, "0");
	assert_non_null(strstr(play_heard(a2), "ref.lost_no"));
	says(A2, a2, "1");
	says(A2, a2, "LOST");
	says(A2, a2, "1");
	play_forward(13 * HOUR);
	says(A2, a2, "1");
	assert_int_equal(play_number("SELECT count(*) FROM contact WHERE lost"), 0);
	(void)play_heard(a2);
}

static void
of_itself(void **unused)
{
	(void)unused;
	says(A, a, "МЕСТ 4");
	assert_int_equal(play_number("SELECT beds FROM receiver WHERE name = 'Oa'"), 4);
	assert_string_equal(
	    play_sql("SELECT (shyraq_now() - beds_at < interval '1 minute')::text "
		     "FROM receiver WHERE name = 'Oa'"),
	    "true");
	says(A, a, "AWAY 2 days");
	assert_int_equal(play_number("SELECT count(*) FROM receiver "
				     "WHERE name = 'Oa' AND away_until > shyraq_now() + "
				     "interval '47 hours'"),
	    1);
	says(A, a, "OPEN");
	assert_int_equal(
	    play_number("SELECT count(*) FROM receiver WHERE away_until IS NOT NULL"), 1);
	says(A, a, "HERE");
	assert_int_equal(
	    play_number("SELECT count(*) FROM receiver WHERE away_until IS NOT NULL"), 0);
	(void)play_heard(a);
}

/* Declined as full: no place free, until they say otherwise. */
static void
full(void **unused)
{
	int64_t id;

	(void)unused;
	says(A, a, "МЕСТ 3");
	(void)play_sms(++person, play_help, "help");
	play_due(NULL);
	id = play_case(person);
	says(A, a, "2 CODE");
	says(A, a, "1");
	assert_int_equal(play_number("SELECT beds FROM receiver WHERE name = 'Oa'"), 0);
	assert_string_equal(play_sql("SELECT reason FROM referral WHERE case_id = %lld "
				     "AND state = 'declined'",
				(long long)id),
	    "full");
	(void)play_heard(a);
	assert_true(decide(INTAKE_CASE_CLOSE, id, 0, "test"));
}

/* One task of this phone waits, and it is of these cases. */
static void
held_task_of(int64_t id, int64_t other)
{
	assert_int_equal(play_number("SELECT count(*) FROM task WHERE done_at IS NULL "
				     "AND kind = 'held_acceptance' AND contact_id = %lld",
			     (long long)a),
	    1);
	assert_int_equal(
	    play_number("SELECT count(*) FROM (SELECT array_agg(number ORDER BY number) "
			"FROM casefile WHERE id IN (%lld, %lld)) AS t(n) "
			"WHERE n = shyraq_held(%lld)",
		(long long)id, (long long)other, (long long)a),
	    1);
}

/* Three wrong codes hold what is taken from there until an operator says so; the others go on. */
static void
held(void **unused)
{
	int64_t id, second;

	(void)unused;
	(void)play_sms(++person, play_help, "help");
	play_due(NULL);
	id = play_case(person);
	(void)play_heard(a);
	for (int i = 0; i < 3; i++) {
		char words[16];
		int wrong = (atoi(play_code(a)) + 1 + i) % 1000;

		snprintf(words, sizeof(words), "1 %03d", wrong);
		play_run(
		    "DELETE FROM referral_ask r WHERE contact_id = %lld AND code = %d",
		    (long long)a, wrong);
		(void)play_sms(A, NULL, words);
	}
	says(A, a, "1 CODE");
	assert_non_null(strstr(play_heard(a), "ref.held"));
	assert_string_equal(of_case("state", id), "referred");
	held_task_of(id, id);
	(void)play_sms(++person, play_help, "help");
	play_due(NULL);
	second = play_case(person);
	(void)play_heard(a);
	says(A, a, "1 CODE");
	assert_non_null(strstr(play_heard(a), "ref.held"));
	held_task_of(id, second);
	assert_true(decide(INTAKE_CASE_REFUSE, second, 0, ""));
	assert_true(decide(INTAKE_CASE_CLOSE, second, 0, "test"));
	(void)play_heard(a);
	held_task_of(id, id);
	assert_true(decide(INTAKE_CASE_CONFIRM, id, 0, ""));
	assert_non_null(strstr(play_heard(a), "ref.detail"));
	assert_string_equal(of_case("state", id), "taken");
	assert_false(decide(INTAKE_CASE_CONFIRM, id, 0, ""));
	assert_true(decide(INTAKE_CASE_CLOSE, id, 0, "test"));
}

/* Nothing overwrites anything: closed, opened, closed again are three rows, each with who said so. */
static void
history(void **unused)
{
	int64_t id = met();

	(void)unused;
	assert_false(decide(INTAKE_CASE_CLOSE, id, 0, "court"));
	assert_false(decide(INTAKE_CASE_CLOSE, id, 0, "nothing"));
	assert_true(decide(INTAKE_CASE_CLOSE, id, 0, "wages"));
	assert_false(decide(INTAKE_CASE_CLOSE, id, 0, "wages"));
	assert_true(decide(INTAKE_CASE_REOPEN, id, 0, ""));
	assert_string_equal(of_case("state", id), "met");
	assert_string_equal(of_case("outcome", id), "");
	assert_true(decide(INTAKE_CASE_CLOSE, id, 0, "returned"));
	assert_string_equal(
	    play_sql("SELECT string_agg(what || ' ' || code, ',' ORDER BY id) "
		     "FROM assertion WHERE case_id = %lld AND maker <> ''",
		(long long)id),
	    "closed wages,reopened ,closed returned");
}

/* Linked: one ladder, its state, persons counted together. */
static void
linked(void **unused)
{
	int64_t one, two;
	unsigned first = ++person;

	(void)unused;
	(void)play_sms(first, play_help, "help");
	play_due(NULL);
	one = play_case(first);
	(void)play_sms(++person, play_help, "help");
	play_due(NULL);
	two = play_case(person);
	play_run(
	    "INSERT INTO case_answer (case_id, slot, code) VALUES (%lld, 'count', '2'), "
	    "(%lld, 'count', '4') ON CONFLICT (case_id, slot) DO UPDATE "
	    "SET code = excluded.code",
	    (long long)one, (long long)two);
	assert_true(decide(INTAKE_CASE_LINK, two, one, ""));
	assert_string_equal(
	    play_sql("SELECT shyraq_persons(%lld, '2')", (long long)one), "7");
	assert_string_equal(
	    play_sql("SELECT shyraq_persons(%lld, '4')", (long long)two), "4");
	assert_false(decide(INTAKE_CASE_LINK, one, two, ""));
	assert_int_equal(
	    play_number("SELECT count(*) FROM casefile WHERE id = %lld "
			"AND (refer_due IS NOT NULL OR ladder_due IS NOT NULL)",
		(long long)two),
	    0);
	assert_true(decide(INTAKE_CASE_CLOSE, one, 0, "safe_place"));
	assert_string_equal(of_case("state", two), "closed");
	assert_string_equal(of_case("outcome", two), "safe_place");
}

#define ASKINGS 60

/* However many were asked since: a code holds for as long as it is given to no other case. */
static void
an_old_code(void **unused)
{
	int64_t first;
	char code[8];

	(void)unused;
	(void)play_sms(++person, play_help, "help");
	play_due(NULL);
	first = play_case(person);
	snprintf(code, sizeof(code), "%03d",
	    (int)play_number("SELECT k.code FROM referral_ask k JOIN referral f "
			     "ON f.id = k.referral_id WHERE f.case_id = %lld "
			     "AND k.contact_id = %lld",
		(long long)first, (long long)a));
	for (int i = 0; i < ASKINGS; i++) {
		(void)play_sms(++person, play_help, "help");
		play_due(NULL);
	}
	assert_true(
	    play_number("SELECT count(*) FROM referral_ask WHERE contact_id = %lld",
		(long long)a) > ASKINGS);
	says(A, a, code);
	assert_string_equal(of_case("state", first), "taken");
	(void)play_heard(a);
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	a = play_receiver("Oa", "ngo", A);
	a2 = play_receiver("Ob", "ngo", A2);
	police = play_receiver("Op", "police", P);
	play_run("UPDATE contact SET role = 'duty' WHERE id = %lld", (long long)a);
	play_run("UPDATE contact SET role = 'head', receiver_id = "
		 "(SELECT receiver_id FROM contact WHERE id = %lld) WHERE id = %lld",
	    (long long)a, (long long)a2);
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(outcome),
		cmocka_unit_test(police_close_nothing), cmocka_unit_test(of_itself),
		cmocka_unit_test(full), cmocka_unit_test(held), cmocka_unit_test(lost),
		cmocka_unit_test(lost_not_sure), cmocka_unit_test(history),
		cmocka_unit_test(linked), cmocka_unit_test(an_old_code) };

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
