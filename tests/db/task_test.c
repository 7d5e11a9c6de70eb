/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks that go past the people on duty: who sees them, who ends them, who is paged; texts that died of age;
 * one answer of a case erased. The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "intake.h"
#include "intake_case.h"
#include "outbox.h"
#include "seal.h"
#include "str.h"
#include "tasks.h"

#define NIGHT 9200001U
#define HEAD 9200002U

static int64_t night, head;

static int
setup(void **unused)
{
	int rc = play_setup(unused);

	play_super("DO $$ BEGIN CREATE ROLE task_op IN ROLE shyraq_operator; EXCEPTION "
		   "WHEN duplicate_object THEN NULL; END $$");
	play_super("DO $$ BEGIN CREATE ROLE task_sup IN ROLE shyraq_supervisor; "
		   "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
	night = play_receiver("night", "operator", NIGHT);
	head = play_receiver("head", "operator", HEAD);
	return rc;
}

/* What a console hands in; dispatch's answer. */
static const char *
hand_in(const char *login, const char *kind, const char *packed, size_t n)
{
	uint8_t box[INTAKE_MAX + SEAL_BOX_OVERHEAD];
	char hex[2 * sizeof(box) + 1];

	assert_int_equal(
	    seal_box(&play_dispatch.keys->intake_pub, packed, n, box), RC_OK);
	str_hex(hex, box, n + SEAL_BOX_OVERHEAD);
	play_run("INSERT INTO intake (kind, box, by) VALUES ('%s', '\\x%s', '%s')", kind,
	    hex, login);
	play_due(NULL);
	return play_sql(
	    "SELECT COALESCE(error, answer) FROM intake ORDER BY id DESC LIMIT 1");
}

static const char *
act(const char *login, int64_t task, const char *what)
{
	struct intake_task t = { .id = task };
	char packed[INTAKE_MAX];

	strcpy(t.act, what);
	return hand_in(login, INTAKE_TASK, packed, intake_pack_task(&t, packed));
}

static int64_t
put(const char *kind)
{
	return play_number("INSERT INTO task (kind) VALUES ('%s') RETURNING id", kind);
}

static void
complains(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	play_slot(s, "about_whom", "operator");
	play_effect(e, EFFECT_ANSWER, "about_whom", "operator");
	play_effect(e, EFFECT_DO, "complaint", "");
}

/* The database and the program name the same kinds. */
static void
one_list(void **unused)
{
	int n = 0;

	(void)unused;
	for (size_t i = 0; task_kind(i) != NULL; i++) {
		assert_int_equal(
		    play_number("SELECT shyraq_for_supervisor('%s')::int", task_kind(i)),
		    task_is_supervisors(task_kind(i)));
		n += task_is_supervisors(task_kind(i));
	}
	assert_int_equal(n, 4);
}

static void
who_may(void **unused)
{
	int64_t id = put("complaint"), robot = put("robot");

	(void)unused;
	assert_string_equal(act("task_op", id, "take"), "it is a supervisor's");
	assert_string_equal(act("task_op", id, "done"), "it is a supervisor's");
	assert_string_equal(act("nobody_here", id, "done"), "it is a supervisor's");
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE id = %lld AND done_at IS NULL "
			"AND taken_by = ''",
		(long long)id),
	    1);
	assert_string_equal(act("task_sup", id, "take"), "yours");
	assert_string_equal(act("task_sup", id, "done"), "done");
	assert_string_equal(act("task_op", robot, "done"), "done");
}

static void
on_duty(const char *part, int64_t phone)
{
	play_run("INSERT INTO duty (login, part, contact_id, from_at, to_at) VALUES "
		 "('task_%s', '%s', %lld, shyraq_now(), shyraq_now() + interval '10 h')",
	    part, part, (long long)phone);
}

/* A complaint pages the supervisor, without a case, once in a quarter of an hour; never the operator. */
static void
paged(void **unused)
{
	(void)unused;
	play_run("DELETE FROM task");
	(void)play_heard(head);
	(void)play_heard(night);
	(void)play_sms(1, complains, "3");
	play_due(NULL);
	assert_string_equal(play_heard(head), "");
	assert_string_equal(play_heard(night), "");
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'complaint' AND "
			"page_due > shyraq_now()"),
	    1);
	/* nobody on duty: it waits for who comes */
	on_duty("operator", night);
	on_duty("supervisor", head);
	play_forward(16 * MINUTE);
	play_due(NULL);
	assert_string_equal(play_heard(head), "ref.supervisor|ref.supervisor");
	play_forward(16 * MINUTE);
	(void)play_sms(2, complains, "3");
	(void)play_sms(3, complains, "3");
	play_due(NULL);
	assert_string_equal(play_heard(head), "ref.supervisor|ref.supervisor");
	(void)play_sms(4, complains, "3");
	play_forward(14 * MINUTE);
	play_due(NULL);
	assert_string_equal(play_heard(head), "");
	play_forward(2 * MINUTE);
	play_due(NULL);
	assert_string_equal(play_heard(head), "ref.supervisor|ref.supervisor");
	/* what somebody has pages nobody */
	(void)play_sms(5, complains, "3");
	play_run("UPDATE task SET taken_by = 'task_sup' WHERE taken_by = ''");
	play_forward(20 * MINUTE);
	play_due(NULL);
	assert_string_equal(play_heard(head), "");
	assert_string_equal(play_heard(night), "");
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE page_due IS NOT NULL"), 0);
}

static void
dies(unsigned phone, int n)
{
	play_run("INSERT INTO casefile (id, class, lang, bearer) SELECT %u + i, 'other', "
		 "'ru', 0 FROM generate_series(1, %d) i",
	    phone, n);
	play_run("INSERT INTO outbox (id, peer_id, case_id, key, priority, state, "
		 "submit_by, settled_at, created_at) SELECT nextval('block_seq') + "
		 "900000000, 1, %u + i, 'k', 1, 'expired', shyraq_now(), shyraq_now(), "
		 "shyraq_now() FROM generate_series(1, %d) i",
	    phone, n);
}

static int64_t
of_death(const char *where)
{
	assert_int_equal(outbox_died(&play_dispatch), RC_OK);
	return play_number(
	    "SELECT count(*) FROM task WHERE kind = 'expired' AND %s", where);
}

/* One task a case; a dead link makes twelve an hour and one for all others, not a flood. */
static void
died_of_age(void **unused)
{
	(void)unused;
	assert_int_equal(of_death("true"), 0);
	dies(800000, 1);
	assert_int_equal(of_death("case_id = 800001"), 1);
	assert_int_equal(of_death("true"), 1);
	play_run("INSERT INTO outbox (id, peer_id, key, priority, state, submit_by, "
		 "settled_at, created_at) SELECT 990000001 + i, 1, 'k', 1, 'expired', "
		 "shyraq_now(), shyraq_now(), shyraq_now() FROM generate_series(1, 9) i");
	assert_int_equal(of_death("case_id IS NULL"), 1);
	play_forward(MINUTE);
	dies(810000, 30);
	assert_int_equal(of_death("case_id IS NOT NULL"), 12);
	assert_int_equal(of_death("case_id IS NULL"), 1);
	/* done, and nothing more died: no second one; a new death is one */
	play_run("UPDATE task SET done_at = shyraq_now() WHERE case_id = 800001");
	assert_int_equal(of_death("case_id = 800001"), 1);
	play_forward(2 * HOUR);
	assert_int_equal(of_death("true"), 13);
	play_run("UPDATE outbox SET settled_at = shyraq_now() WHERE case_id = 800001");
	assert_int_equal(of_death("case_id = 800001"), 2);
	/* S16 */
	play_run("INSERT INTO casefile (id, class, lang, bearer, hidden_at) VALUES "
		 "(820001, 'other', 'ru', 0, shyraq_now())");
	play_run("UPDATE outbox SET settled_at = shyraq_now(), case_id = 820001 WHERE "
		 "case_id = 810030");
	assert_int_equal(of_death("case_id = 820001"), 0);
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
	return hand_in(login, INTAKE_CASE, packed, intake_pack_case(&in, packed));
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_list),
		cmocka_unit_test(who_may),
		cmocka_unit_test(paged),
		cmocka_unit_test(died_of_age),
		cmocka_unit_test(forgotten),
		cmocka_unit_test(not_forgotten),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
