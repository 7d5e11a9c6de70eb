/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tasks that go past the people on duty: who sees them, who ends them, who is paged; texts that died of age.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "intake.h"
#include "outbox.h"
#include "seal.h"
#include "str.h"
#include "tasks.h"

#define NIGHT 9200001U
#define HEAD 9200002U
#define DAWN 9200003U

static int64_t night, head, dawn;

static int
setup(void **unused)
{
	int rc = play_setup(unused);

	play_login("task_op", "shyraq_operator");
	play_login("task_sup", "shyraq_supervisor");
	night = play_receiver("night", "operator", NIGHT);
	head = play_receiver("head", "operator", HEAD);
	dawn = play_receiver("dawn", "operator", DAWN);
	return rc;
}

static const char *
act(const char *login, int64_t task, const char *what)
{
	struct intake_task t = { .id = task };
	char packed[INTAKE_MAX];

	strcpy(t.act, what);
	return play_hand_in(
	    login, INTAKE_TASK, packed, intake_pack_task(&t, packed), NULL);
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

/* While nobody has the case, who ends the task says how. */
static void
danger_ends_with_a_word(void **unused)
{
	int64_t id;

	(void)unused;
	play_run("INSERT INTO casefile (id, class, lang, bearer) VALUES (690001, "
		 "'danger', 'ru', 0)");
	id = play_number(
	    "INSERT INTO task (kind, case_id) VALUES ('danger', 690001) RETURNING id");
	assert_non_null(strstr(act("task_op", id, "done"), "nobody has its case"));
	play_run("UPDATE casefile SET state = 'taken' WHERE id = 690001");
	assert_string_equal(act("task_op", id, "done"), "done");
}

static void
on_duty(const char *part, int64_t phone)
{
	play_run("INSERT INTO duty (login, part, contact_id, from_at, to_at) VALUES "
		 "('task_%s', '%s', %lld, shyraq_now(), shyraq_now() + interval '10 h')",
	    part, part, (long long)phone);
}

static int64_t
waiting(void)
{
	return play_number("SELECT count(*) FROM task WHERE page_due IS NOT NULL");
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
	assert_int_equal(waiting(), 0);
}

/* What cannot wait, by the database's one list: kinds that there are, and none of a supervisor's. */
static void
cannot_wait(void **unused)
{
	char list[200] = "";

	(void)unused;
	for (size_t i = 0; task_kind(i) != NULL; i++) {
		if (play_number(
			"SELECT shyraq_cannot_wait('%s', 1)::int", task_kind(i)) == 0)
			continue;
		assert_false(task_is_supervisors(task_kind(i)));
		strcat(strcat(list, " "), task_kind(i));
	}
	assert_string_equal(list,
	    " danger desk_silent ladder_ended asked_for not_found cut due_refused "
	    "lease_lapsed");
	assert_int_equal(
	    play_number("SELECT shyraq_cannot_wait('due_refused', NULL)::int"), 0);
}

static int64_t
case_of(int64_t id, const char *state, const char *class)
{
	play_run("INSERT INTO casefile (id, class, lang, bearer, state) VALUES (%lld, "
		 "'%s', 'ru', 0, '%s')",
	    (long long)id, class, state);
	return id;
}

/* A task as the worker writes it. */
static int64_t
comes_up(const char *kind, int64_t of)
{
	return play_number("INSERT INTO task (kind, case_id, page_due) SELECT '%s', "
			   "NULLIF(%lld, 0), CASE WHEN shyraq_cannot_wait('%s', %lld) "
			   "THEN shyraq_now() END RETURNING id",
	    kind, (long long)of, kind, (long long)of);
}

static void
asked_by_the_ladder(int64_t contact, int64_t of)
{
	play_run("INSERT INTO outbox (id, contact_id, case_id, key, priority, state, "
		 "created_at) SELECT nextval('block_seq') + 970000000, %lld, %lld, "
		 "'ref.operator', 1, 'sent', shyraq_now()",
	    (long long)contact, (long long)of);
}

static void
alarms(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	strcpy(s->flow, "help");
	s->version = 1;
	s->lang = LANG_RU;
	play_effect(e, EFFECT_CASE_OPEN, "", "")->class = CASE_DANGER;
	play_effect(e, EFFECT_TASK, "danger", "");
	play_say(e, "urgent.where", "where?");
}

static const char *
page_of(int64_t of)
{
	static char text[80];

	snprintf(text, sizeof(text), "ref.task|n=%lld",
	    (long long)play_number(
		"SELECT number FROM casefile WHERE id = %lld", (long long)of));
	return text;
}

static void
nothing_waits(void)
{
	play_run("DELETE FROM task");
	play_run("DELETE FROM duty");
	(void)play_heard(head);
	(void)play_heard(night);
	(void)play_heard(dawn);
}

static const char *
heard_when_due(int64_t contact, int64_t later)
{
	play_forward(later);
	play_due(NULL);
	return play_heard(contact);
}

/* Who is on duty as operator hears at once of a case, its number alone, and of it once in a quarter of an hour. */
static void
rings(void **unused)
{
	int64_t a = case_of(700001, "open", "danger"),
		b = case_of(700002, "open", "held"), c;

	(void)unused;
	nothing_waits();
	on_duty("operator", night);
	on_duty("supervisor", head);
	(void)comes_up("danger", a);
	(void)comes_up("ladder_ended", a);
	(void)comes_up("robot", a);
	assert_string_equal(heard_when_due(night, 0), page_of(a));
	assert_string_equal(heard_when_due(night, 20 * MINUTE), "");
	(void)comes_up("danger", a);
	assert_string_equal(heard_when_due(night, 0), page_of(a));
	(void)comes_up("cut", b);
	(void)comes_up("desk_silent", a);
	assert_string_equal(heard_when_due(night, 5 * MINUTE), page_of(b));
	assert_string_equal(heard_when_due(night, 11 * MINUTE), page_of(a));
	/* about no case: a receiver that wants an operator */
	(void)comes_up("asked_for", 0);
	assert_string_equal(heard_when_due(night, 0), "ref.task_none|ref.task_none");
	(void)comes_up("asked_for", 0);
	assert_string_equal(heard_when_due(night, 14 * MINUTE), "");
	assert_string_equal(
	    heard_when_due(night, 2 * MINUTE), "ref.task_none|ref.task_none");
	/* nobody else, and nothing waits any more */
	assert_string_equal(play_heard(head), "");
	assert_string_equal(play_heard(dawn), "");
	assert_int_equal(waiting(), 0);
	assert_int_equal(
	    play_number("SELECT count(*) FROM audit WHERE what = 'task.paged' AND "
			"case_id = %lld",
		(long long)a),
	    3);
	/* as the worker writes it */
	(void)play_sms(6, alarms, "help");
	assert_string_equal(heard_when_due(night, 0), page_of(play_case(6)));
	play_run("UPDATE casefile SET state = 'closed', ladder_due = NULL WHERE id = "
		 "%lld",
	    (long long)play_case(6));
	c = case_of(700003, "open", "danger");
	play_run("INSERT INTO case_answer (case_id, slot, code) VALUES (%lld, "
		 "'about_whom', 'operator')",
	    (long long)c);
	(void)comes_up("danger", c);
	assert_string_equal(heard_when_due(head, 0), "ref.supervisor|ref.supervisor");
	assert_string_equal(play_heard(night), "");
}

/* No phone rings twice: whom the ladder asked since has heard, whom it asked before hears later; danger at once. */
static void
rings_once(void **unused)
{
	int64_t a = case_of(710001, "nobody", "held"),
		b = case_of(710002, "nobody", "held"),
		c = case_of(710003, "nobody", "danger"),
		d = case_of(710004, "nobody", "held");

	(void)unused;
	nothing_waits();
	on_duty("operator", night);
	(void)comes_up("ladder_ended", a);
	asked_by_the_ladder(night, a);
	assert_string_equal(heard_when_due(night, 0), "ref.operator|");
	assert_string_equal(heard_when_due(night, 20 * MINUTE), "");
	(void)comes_up("lease_lapsed", a);
	assert_string_equal(heard_when_due(night, MINUTE), page_of(a));
	asked_by_the_ladder(night, b);
	play_forward(5 * MINUTE);
	(void)comes_up("lease_lapsed", b);
	assert_string_equal(heard_when_due(night, 9 * MINUTE), "ref.operator|");
	assert_string_equal(heard_when_due(night, 2 * MINUTE), page_of(b));
	asked_by_the_ladder(night, c);
	play_forward(5 * MINUTE);
	(void)play_heard(night);
	(void)comes_up("danger", c);
	assert_string_equal(heard_when_due(night, 0), page_of(c));
	/* a case that passes this phone by */
	play_run("UPDATE casefile SET bypass = '#' || (SELECT receiver_id FROM contact "
		 "WHERE id = %lld) WHERE id = %lld",
	    (long long)night, (long long)d);
	(void)comes_up("ladder_ended", d);
	assert_string_equal(heard_when_due(night, 0), "");
	on_duty("operator", dawn);
	assert_string_equal(heard_when_due(dawn, 16 * MINUTE), page_of(d));
	assert_string_equal(play_heard(night), "");
}

/* What a receiver says of its own waits for no ring about anything else, but for one about the same. */
static void
rings_news(void **unused)
{
	int64_t a = case_of(715001, "taken", "danger");

	(void)unused;
	nothing_waits();
	on_duty("operator", night);
	(void)comes_up("danger", a);
	assert_string_equal(heard_when_due(night, 0), page_of(a));
	(void)comes_up("not_found", a);
	assert_string_equal(heard_when_due(night, MINUTE), page_of(a));
	(void)comes_up("asked_for", a);
	asked_by_the_ladder(night, a);
	(void)play_heard(night);
	assert_string_equal(heard_when_due(night, MINUTE), page_of(a));
	(void)comes_up("asked_for", a);
	assert_string_equal(heard_when_due(night, 10 * MINUTE), "");
	assert_string_equal(heard_when_due(night, 6 * MINUTE), page_of(a));
}

/* Who was met since, whom somebody has and somebody has looked at, and the twin of what an operator has in hand. */
static void
rings_not_for_what_is_in_hand(void **unused)
{
	int64_t a = case_of(716001, "met", "danger"),
		b = case_of(716002, "taken", "danger"),
		c = case_of(716003, "referred", "danger"), id;

	(void)unused;
	nothing_waits();
	on_duty("operator", night);
	id = comes_up("danger", a);
	(void)comes_up("desk_silent", a);
	play_run("UPDATE casefile SET met_at = shyraq_now() + interval '1 s' WHERE id = "
		 "%lld",
	    (long long)a);
	assert_string_equal(heard_when_due(night, MINUTE), "");
	/* in danger again */
	(void)comes_up("danger", a);
	assert_string_equal(heard_when_due(night, 0), page_of(a));
	/* somebody has them: an operator looks all the same, until a case worker has looked */
	(void)comes_up("danger", b);
	assert_string_equal(heard_when_due(night, 0), page_of(b));
	(void)comes_up("danger", b);
	play_run("INSERT INTO desk_case (case_id, asked_at, looked_at) VALUES (%lld, "
		 "shyraq_now(), shyraq_now() + interval '1 s')",
	    (long long)b);
	assert_string_equal(heard_when_due(night, 20 * MINUTE), "");
	/* one of the two is taken; an hour later other words wait */
	id = comes_up("danger", c);
	play_run("UPDATE task SET taken_by = 'task_op', taken_at = shyraq_now() WHERE id "
		 "= %lld",
	    (long long)id);
	play_forward(3 * MINUTE);
	(void)comes_up("desk_silent", c);
	assert_string_equal(heard_when_due(night, 20 * MINUTE), "");
	play_forward(60 * MINUTE);
	(void)comes_up("desk_silent", c);
	assert_string_equal(heard_when_due(night, 0), page_of(c));
	assert_int_equal(waiting(), 0);
}

static void
no_ring(const char *kind, int64_t of, const char *what)
{
	int64_t id = comes_up(kind, of);

	play_run("UPDATE task SET %s WHERE id = %lld", what, (long long)id);
	assert_string_equal(heard_when_due(night, 20 * MINUTE), "");
	assert_string_equal(
	    play_sql("SELECT page_due FROM task WHERE id = %lld", (long long)id), "");
}

/* What somebody has, has seen to, or what came right by itself. */
static void
rings_nobody(void **unused)
{
	int64_t open = case_of(720001, "nobody", "held"),
		taken = case_of(720002, "taken", "held"),
		closed = case_of(720003, "closed", "danger"),
		calm = case_of(720004, "open", "other"),
		gone = case_of(720005, "open", "danger");

	(void)unused;
	nothing_waits();
	on_duty("operator", night);
	no_ring("danger", open, "taken_by = 'task_op'");
	no_ring("danger", open, "done_at = shyraq_now()");
	no_ring("ladder_ended", taken, "at = at");
	no_ring("lease_lapsed", taken, "at = at");
	no_ring("danger", closed, "at = at");
	no_ring("cut", calm, "at = at");
	no_ring("cut", open, "at = at");
	play_run("UPDATE casefile SET hidden_at = shyraq_now() WHERE id = %lld",
	    (long long)gone);
	no_ring("danger", gone, "at = at");
	play_run("INSERT INTO desk_case (case_id, asked_at, looked_at) VALUES (%lld, "
		 "shyraq_now(), shyraq_now() + interval '1 s')",
	    (long long)open);
	no_ring("desk_silent", open, "at = at");
	no_ring("withdrawn", open, "at = at");
	(void)comes_up("lease_lapsed", open);
	assert_string_equal(heard_when_due(night, 0), page_of(open));
	(void)comes_up("not_found", taken);
	assert_string_equal(heard_when_due(night, 0), page_of(taken));
}

/* Nobody on duty: the phones of all operators, once; and who comes on duty with another hears as well. */
static void
rings_the_next(void **unused)
{
	int64_t a = case_of(730001, "open", "danger");

	(void)unused;
	nothing_waits();
	play_run("UPDATE contact SET active = false WHERE id = %lld", (long long)dawn);
	play_run("INSERT INTO duty (login, part, contact_id, from_at, to_at) VALUES "
		 "('dawn', 'operator', %lld, shyraq_now() + interval '50 min', "
		 "shyraq_now() + interval '8 h')",
	    (long long)dawn);
	(void)comes_up("danger", a);
	assert_string_equal(heard_when_due(night, 0), page_of(a));
	assert_string_equal(play_heard(head), page_of(a));
	assert_string_equal(heard_when_due(night, 40 * MINUTE), "");
	play_run("UPDATE contact SET active = true WHERE id = %lld", (long long)dawn);
	assert_string_equal(heard_when_due(dawn, 11 * MINUTE), page_of(a));
	assert_string_equal(play_heard(night), "");
	assert_int_equal(waiting(), 0);
	/* no rota at all: once, and that is all; no phone at all: whoever gets one hears */
	nothing_waits();
	(void)comes_up("danger", case_of(730002, "open", "danger"));
	assert_string_equal(heard_when_due(dawn, 0), page_of(730002));
	assert_int_equal(waiting(), 0);
	play_run("UPDATE contact SET active = false");
	(void)comes_up("danger", case_of(730003, "open", "danger"));
	assert_string_equal(heard_when_due(dawn, 0), "");
	play_run("UPDATE contact SET active = true");
	assert_string_equal(heard_when_due(dawn, 16 * MINUTE), page_of(730003));
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_list),
		cmocka_unit_test(who_may),
		cmocka_unit_test(paged),
		cmocka_unit_test(cannot_wait),
		cmocka_unit_test(danger_ends_with_a_word),
		cmocka_unit_test(rings),
		cmocka_unit_test(rings_once),
		cmocka_unit_test(rings_news),
		cmocka_unit_test(rings_not_for_what_is_in_hand),
		cmocka_unit_test(rings_nobody),
		cmocka_unit_test(rings_the_next),
		cmocka_unit_test(died_of_age),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
