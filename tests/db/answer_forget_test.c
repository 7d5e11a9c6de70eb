/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One answer of a case erased (answer_forget.c): gone wherever it stood, and refused where it must stay.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include "intake.h"
#include "intake_case.h"
#include "seal.h"
#include "str.h"

static int
setup(void **unused)
{
	int rc = play_setup(unused);

	play_login("task_op", "shyraq_operator");
	play_login("task_sup", "shyraq_supervisor");
	return rc;
}

static void
tells_much(struct session *s, const struct flow_input *in, struct effects *e)
{
	play_help(s, in, e);
	play_slot(s, "what", "papers");
	play_slot(s, "whatever", "kept");
	play_effect(e, EFFECT_ANSWER, "what", "papers");
	play_effect(e, EFFECT_ANSWER, "who", "woman");
}

static const char *
forget(const char *login, unsigned phone, const char *slot)
{
	struct intake_case in = { .act = INTAKE_CASE_FORGET };
	char packed[INTAKE_MAX];

	in.number = play_number(
	    "SELECT number FROM casefile WHERE id = %lld", (long long)play_case(phone));
	(void)!str_copy(in.what, sizeof(in.what), slot);
	return play_hand_in(
	    login, INTAKE_CASE, packed, intake_pack_case(&in, packed), NULL);
}

/* The code is nowhere any more: not in the case, the conversation, nor one that a dial hides. */
static void
forgotten(void **unused)
{
	long long id;

	(void)unused;
	(void)play_sms(21, tells_much, "help");
	id = (long long)play_case(21);
	(void)play_sms(22, tells_much, "help");
	play_run(
	    "UPDATE session SET hidden = 'help 1 ask ru 0 0 %lld other 5|what=papers "
	    "whatever=kept' WHERE peer_id = %lld",
	    id, (long long)play_peer(22));
	assert_non_null(strstr(forget("task_op", 21, "whom"), "no such answer"));
	assert_non_null(strstr(forget("task_op", 21, "who"), "nobody has the case"));
	assert_non_null(strstr(forget("task_op", 21, "what"), "this answer no more"));
	assert_int_equal(play_number("SELECT count(*) FROM case_answer WHERE case_id = "
				     "%lld AND slot = 'what'",
			     id),
	    0);
	assert_int_equal(
	    play_number("SELECT count(*) FROM case_answer WHERE case_id = %lld AND slot "
			"= 'who'",
		id),
	    1);
	assert_int_equal(
	    play_number(
		"SELECT count(*) FROM session WHERE case_id = %lld AND slots LIKE "
		"'%% whatever=kept' AND slots NOT LIKE '%%what=%%'",
		id),
	    1);
	assert_string_equal(play_sql("SELECT split_part(hidden, '|', 2) FROM session "
				     "WHERE peer_id = %lld",
				(long long)play_peer(22)),
	    "whatever=kept");
	assert_int_equal(
	    play_number(
		"SELECT count(*) FROM session WHERE peer_id = %lld AND slots LIKE "
		"'%%what=papers%%'",
		(long long)play_peer(22)),
	    1);
	assert_string_equal(
	    play_sql("SELECT string_agg(what || ' ' || code, ', ' ORDER BY id) FROM "
		     "audit WHERE what LIKE 'answer.%%'"),
	    "answer.forgotten task_op, answer.forgotten_slot what");
}

static void
not_forgotten(void **unused)
{
	(void)unused;
	(void)play_sms(23, tells_much, "help");
	play_run("INSERT INTO legal_hold (case_id, reason) VALUES (%lld, 'a court')",
	    (long long)play_case(23));
	assert_non_null(strstr(forget("task_op", 23, "what"), "is held"));
	play_run("DELETE FROM legal_hold");
	/* past whom it may be about; and the zone of the agreed hour stays */
	assert_non_null(strstr(forget("task_op", 23, "about_whom"), "supervisors alone"));
	assert_non_null(strstr(forget("task_sup", 23, "about_whom"), "no such answer"));
	play_run("UPDATE casefile SET state = 'taken', safe_from = 1320 WHERE id = %lld",
	    (long long)play_case(23));
	assert_non_null(strstr(forget("task_op", 23, "region"), "agreed"));
	assert_non_null(strstr(forget("task_op", 23, "own_region"), "agreed"));
	/* S15: nor may a child's case be opened to all by it */
	play_run("UPDATE case_answer SET code = 'child' WHERE slot = 'who' AND case_id = "
		 "%lld",
	    (long long)play_case(23));
	assert_non_null(strstr(forget("task_op", 23, "what"), "restricted"));
	assert_non_null(strstr(forget("task_sup", 23, "who"), "everybody"));
	assert_non_null(strstr(forget("task_sup", 23, "what"), "no more"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forgotten),
		cmocka_unit_test(not_forgotten) };

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
