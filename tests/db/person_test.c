/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A person's side of the turn: dials, timers, hidden conversations, codes, deeds, the loop guard.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "casecode.h"

#define A 9000001U

static int64_t a;

static void
opens(struct session *s, const struct flow_input *in, struct effects *e)
{
	play_help(s, in, e);
	s->timer_ms = in->now_ms + 2 * MINUTE;
}

static void
on_timer(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->timer_ms = 0;
	play_effect(e, EFFECT_TASK, "cut", "");
	play_say(e, "never.said", "a timer says nothing");
}

static void
timer(void **unused)
{
	int64_t before;

	(void)unused;
	(void)play_sms(1, opens, "help");
	(void)play_told(1);
	before = play_number(
	    "SELECT shyraq_ms(expires_at) FROM session WHERE peer_id = %lld",
	    (long long)play_peer(1));
	play_forward(MINUTE);
	play_due(on_timer);
	assert_int_equal(play_number("SELECT count(*) FROM task WHERE kind = 'cut'"), 0);
	play_forward(MINUTE + 1000);
	play_due(on_timer);
	assert_int_equal(play_seen.kind, INPUT_TIMER);
	assert_string_equal(play_seen.text, "");
	assert_int_equal(play_number("SELECT count(*) FROM task WHERE kind = 'cut'"), 1);
	assert_string_equal(play_told(1), "");
	assert_int_equal(
	    play_number("SELECT shyraq_ms(expires_at) FROM session WHERE peer_id = %lld",
		(long long)play_peer(1)),
	    before);
	play_forward(10 * MINUTE);
	play_due(on_timer);
	assert_int_equal(play_number("SELECT count(*) FROM task WHERE kind = 'cut'"), 1);
}

/* S18: what the engine puts away is there at the next dial, whole, and an SMS does not see it. */
static void
hides(struct session *s, const struct flow_input *in, struct effects *e)
{
	assert_non_null(in->hidden);
	*in->hidden = *s;
	memset(s, 0, sizeof(*s));
	s->lang = LANG_NONE;
	play_say(e, "first.row", "1 a 2 b");
}

static void
hidden(void **unused)
{
	int64_t id;

	(void)unused;
	play_dial(2, 1, 1, play_help, "*8500#");
	id = play_case(2);
	assert_int_equal(play_seen.kind, INPUT_DIAL);
	assert_string_equal(play_seen.text, "");
	assert_string_equal(play_seen.hidden->flow, "");
	play_dial(2, 2, 1, hides, "*8500#");
	assert_int_equal(play_case(2), 0);
	play_dial(2, 3, 1, play_silent, "*8500*77#");
	assert_string_equal(play_seen.text, "77");
	assert_string_equal(play_seen.hidden->flow, "help");
	assert_string_equal(play_seen.hidden->step, "count");
	assert_int_equal(play_seen.hidden->case_id, id);
	assert_int_equal(play_seen.hidden->lang, LANG_RU);
	assert_string_equal(session_slot(play_seen.hidden, "region"), "KZ-47");
	assert_int_equal(play_seen.hidden->class, CASE_OTHER);
	(void)play_sms(2, play_silent, "hello");
	assert_null(play_seen.hidden);
	play_forward(73 * HOUR);
	play_dial(2, 4, 1, play_silent, "*8500#");
	assert_string_equal(play_seen.hidden->flow, "");
}

static const char *
code_of(unsigned phone)
{
	static char code[CASECODE_DIGITS + 1];

	(void)play_sms(phone, play_silent, "code?");
	strcpy(code, play_seen.code);
	return code;
}

static void
takes_over(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)e;
	if (in->resume == RESUME_OK) {
		s->case_id = in->resumed;
		strcpy(s->flow, "help");
		s->version = 1;
		s->lang = LANG_RU;
	}
}

static void
resumed(void **unused)
{
	char code[CASECODE_DIGITS + 1], typed[64];
	int64_t id;

	(void)unused;
	(void)play_sms(3, play_help, "help");
	id = play_case(3);
	strcpy(code, code_of(3));
	assert_int_equal(strlen(code), CASECODE_DIGITS);
	snprintf(typed, sizeof(typed), "%.5s %s", code, code + 5);
	(void)play_sms(4, takes_over, typed);
	assert_int_equal(play_seen.resume, RESUME_OK);
	assert_int_equal(play_seen.resumed, id);
	assert_int_equal(play_seen.resumed_class, CASE_OTHER);
	assert_int_equal(play_case(4), id);
	/* the case stays with the phone it came from: a knock would go there */
	assert_int_equal(
	    play_number("SELECT peer_id FROM casefile WHERE id = %lld", (long long)id),
	    play_peer(3));
	assert_int_equal(
	    play_number("SELECT count(*) FROM audit WHERE what = 'case.resumed' AND "
			"case_id = %lld",
		(long long)id),
	    1);
	/* dead 90 days after the last activity, which the use of the code was */
	play_forward(80 * DAY);
	(void)play_sms(5, takes_over, typed);
	assert_int_equal(play_seen.resume, RESUME_OK);
	play_forward(91 * DAY);
	(void)play_sms(6, takes_over, typed);
	assert_int_equal(play_seen.resume, RESUME_WRONG);
}

static void
wrong_codes(void **unused)
{
	char code[CASECODE_DIGITS + 1], wrong[CASECODE_DIGITS + 1];

	(void)unused;
	play_run("DELETE FROM code_try");
	(void)play_sms(7, play_help, "help");
	strcpy(code, code_of(7));
	strcpy(wrong, code);
	wrong[9] = (char)(code[9] == '9' ? '0' : code[9] + 1);
	for (int i = 0; i < 5; i++) {
		(void)play_sms(8, takes_over, wrong);
		assert_int_equal(play_seen.resume, RESUME_WRONG);
		play_forward(3 * MINUTE + i * 20000);
	}
	(void)play_sms(8, takes_over, code);
	assert_int_equal(play_seen.resume, RESUME_LOCKED);
	assert_int_equal(play_case(8), 0);
	(void)play_sms(9, takes_over, code); /* another phone is not */
	assert_int_equal(play_seen.resume, RESUME_OK);
	play_forward(HOUR);
	(void)play_sms(8, takes_over, code);
	assert_int_equal(play_seen.resume, RESUME_OK);
	/* 200 an hour in all */
	play_run("INSERT INTO code_try (peer_id, at) SELECT %lld, shyraq_now() "
		 "FROM generate_series(1, 200)",
	    (long long)play_peer(8));
	(void)play_sms(10, takes_over, code);
	assert_int_equal(play_seen.resume, RESUME_LOCKED);
	play_run("DELETE FROM code_try");
}

static void
forgets(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->step[0] = '\0';
	play_effect(e, EFFECT_DO, "forget_phone", "");
	play_say(e, "end.code", "your code");
}

static void
forgets_and_asks(struct session *s, const struct flow_input *in, struct effects *e)
{
	forgets(s, in, e);
	strcpy(s->step, "code");
}

/* A question that is open is waited for, until the window ends. */
static void
borrowed_and_asked(void **unused)
{
	int64_t id;

	(void)unused;
	(void)play_sms(21, play_help, "help");
	id = play_case(21);
	(void)play_sms(21, forgets_and_asks, "not my phone");
	play_forward(14 * MINUTE);
	play_due(NULL);
	assert_int_equal(play_case(21), id);
	play_forward(2 * MINUTE);
	play_due(NULL);
	assert_int_equal(play_case(21), 0);
}

/* "Not my phone": the number remembers nothing once the last question is answered; the code opens the case. */
static void
borrowed(void **unused)
{
	char code[CASECODE_DIGITS + 1];
	int64_t id;

	(void)unused;
	(void)play_sms(11, play_help, "help");
	id = play_case(11);
	strcpy(code, code_of(11));
	(void)play_sms(11, forgets, "not my phone");
	play_due(NULL);
	assert_int_equal(play_case(11), 0);
	assert_true(play_peer(11) != 0); /* the answer is on its way */
	play_forward(6 * MINUTE);
	play_run("UPDATE outbox SET state = 'sent' WHERE peer_id = %lld",
	    (long long)play_peer(11));
	play_due(NULL);
	assert_int_equal(play_peer(11), 0);
	assert_string_equal(
	    play_sql(
		"SELECT COALESCE(peer_id::text, 'none') FROM casefile WHERE id = %lld",
		(long long)id),
	    "none");
	(void)play_sms(11, play_silent, "?");
	assert_string_equal(play_seen.code, "");
	assert_int_equal(play_seen.state, CASE_STATE_NONE);
	(void)play_sms(12, takes_over, code);
	assert_int_equal(play_seen.resume, RESUME_OK);
	assert_int_equal(play_seen.resumed, id);
}

/* Whose phone it is begins a conversation of their own within that window: theirs is remembered. */
static void
borrowed_and_used(void **unused)
{
	int64_t first, second;

	(void)unused;
	(void)play_sms(13, play_help, "help");
	first = play_case(13);
	(void)play_sms(13, forgets, "not my phone");
	play_forward(5 * MINUTE);
	(void)play_sms(13, play_help, "help");
	second = play_case(13);
	assert_true(second != first);
	play_forward(HOUR);
	play_due(NULL);
	assert_int_equal(play_case(13), second);
	assert_string_equal(
	    play_sql(
		"SELECT COALESCE(peer_id::text, 'none') FROM casefile WHERE id = %lld",
		(long long)first),
	    "none");
}

static void
company(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	strcpy(s->flow, "job");
	s->version = 1;
	strcpy(s->step, "country");
	s->lang = LANG_RU;
	play_effect(e, EFFECT_NARRATIVE, "", "");
}

static void
names_company(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	strcpy(s->step, "last");
	play_effect(e, EFFECT_NARRATIVE, "", "");
}

static void
slips(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_effect(e, EFFECT_NARRATIVE, "", "");
}

static void
asks_job(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->step[0] = '\0';
	play_slot(s, "job_debt", "yes");
	play_slot(s, "country", "TR");
	play_slot(s, "calm", "yes");
	play_effect(e, EFFECT_DO, "job", "");
}

static void
reads_job(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	if (in->job_answer != NULL) {
		play_say(e, "job.answer", "an answer");
		play_effect(e, EFFECT_READ, "job", "");
	}
}

/* An offer check: the words stay sealed, a human answers, the answer is fetched once. */
static void
job(void **unused)
{
	int64_t id;
	uint8_t *sealed;
	char hex[512];
	size_t n;

	(void)unused;
	(void)play_sms(14, company, "is this offer good");
	(void)play_sms(14, names_company, "firma X, Stambul");
	(void)play_sms(14, slips, "?!");
	(void)play_sms(14, asks_job, "3");
	assert_int_equal(play_case(14), 0);
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'job_check'"), 1);
	assert_string_equal(play_sql("SELECT codes FROM job_check WHERE peer_id = %lld",
				(long long)play_peer(14)),
	    "job_debt=yes country=TR");
	id = play_number(
	    "SELECT id FROM job_check WHERE peer_id = %lld AND words IS NOT NULL AND "
	    "asked_at IS NOT NULL AND epoch_id IS NOT NULL",
	    (long long)play_peer(14));
	assert_true(id != 0);
	assert_int_equal(
	    play_number(
		"SELECT count(*) FROM job_check WHERE position('firma'::bytea IN words) > 0"),
	    0);
	(void)play_sms(14, reads_job, "?");
	assert_null(play_seen.job_answer);
	sealed = keys_seal_text(
	    play_worker.keys, SEAL_OUTBOX, id, "ask for a contract", 18, &n);
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", sealed[i]);
	free(sealed);
	play_run("UPDATE job_check SET answer = '\\x%s', answered_at = shyraq_now() "
		 "WHERE id = %lld",
	    hex, (long long)id);
	play_forward(HOUR);
	play_due(NULL);
	(void)play_sms(14, reads_job, "?");
	assert_string_equal(play_seen.job_answer, "ask for a contract");
	assert_int_equal(strlen(play_seen.job_at), 5);
	assert_int_equal(play_seen.job_at[2], '.');
	assert_string_equal(play_seen.taken_at, "");
	(void)play_sms(14, reads_job, "?");
	assert_null(play_seen.job_answer);
}

static void
complains(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	play_slot(s, "about_whom", "police");
	play_effect(e, EFFECT_DO, "complaint", "");
}

/* Past whom it names: the police are asked no more about this case, and do not hear why. */
static void
complaint(void **unused)
{
	int64_t police = play_receiver("p", "police", 9000005), id;

	(void)unused;
	(void)play_sms(15, play_help, "help");
	id = play_case(15);
	(void)play_heard(police);
	(void)play_sms(15, complains, "2");
	assert_string_equal(
	    play_sql("SELECT bypass FROM casefile WHERE id = %lld", (long long)id),
	    "police");
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'complaint' AND "
			"case_id = %lld",
		(long long)id),
	    1);
	for (int i = 0; i < 10; i++) {
		play_forward(5 * HOUR);
		play_due(NULL);
	}
	assert_string_equal(play_heard(police), "");
	assert_int_equal(play_number("SELECT count(*) FROM referral f JOIN receiver r ON "
				     "r.id = f.receiver_id WHERE f.case_id = %lld AND "
				     "r.kind = 'police'",
			     (long long)id),
	    0);
	play_run("UPDATE receiver SET active = false WHERE kind = 'police'");
}

static void
stranger(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	if (s->flow[0] == '\0') {
		play_help(s, in, e);
		return;
	}
	play_say(e, "first.screen", "work questions");
	e->v[e->n - 1].stranger = true;
	play_effect(e, EFFECT_TASK, "unanswerable", "");
}

static void
answers(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	play_effect(e, EFFECT_ANSWER, "count", "7");
	strcpy(s->step, strcmp(s->step, "count") == 0 ? "need" : "count");
	play_say(e, "ask.need", "what is needed");
}

static void
danger(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_effect(e, EFFECT_CASE_CLASS, "", "")->class = CASE_DANGER;
	play_effect(e, EFFECT_TASK, "danger", "");
	play_say(e, "ask.where", "where");
}

static void
stops(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->stopped = true;
	play_effect(e, EFFECT_STOP, "", "");
	play_say(e, "stop.decoy", "off");
}

/* S13: 200 texts in a minute from one number: a case, a task, and silence but for what must get through. */
static void
machine(void **unused)
{
	size_t said = 0, after;

	(void)unused;
	for (int i = 0; i < 200; i++) {
		char words[32];

		snprintf(words, sizeof(words), "balance %d", i);
		said += play_sms(16, stranger, words);
		play_forward(200 + i % 3 * 100);
	}
	assert_int_equal(said, 12);
	assert_true(play_case(16) != 0);
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'robot'"), 1);
	assert_true(
	    play_number("SELECT count(*) FROM task WHERE kind = 'unanswerable'") <= 12);
	after = play_sms(16, answers, "7");
	assert_int_equal(after, 1);
	assert_int_equal(play_sms(16, danger, "danger"), 1);
	assert_int_equal(play_sms(16, play_silent, "?"), 0);
	assert_int_equal(play_sms(16, stranger, " ? "), 1);
	assert_int_equal(play_sms(16, stranger, "balance"), 0);
	assert_int_equal(play_sms(16, stops, "stop"), 1);
	play_run(
	    "UPDATE peer SET stopped = false WHERE id = %lld", (long long)play_peer(16));
	play_forward(2 * HOUR);
	assert_int_equal(play_sms(16, stranger, "hello"), 1);
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'robot'"), 1);
}

static void
five_alike(void **unused)
{
	static const int64_t pauses[] = { 17, 95, 31, 210, 44, 300 };
	size_t said = 0;

	(void)unused;
	(void)play_sms(17, stranger, "hello");
	for (size_t i = 0; i < 6; i++) {
		said += play_sms(17, stranger, "I am driving, I write later");
		play_forward(pauses[i] * 1000);
	}
	assert_int_equal(said, 4);
	/* "1" to one question after another is no machine's */
	said = 0;
	(void)play_sms(18, play_help, "help");
	for (size_t i = 0; i < 6; i++) {
		said += play_sms(18, answers, "1");
		play_forward(pauses[i] * 1000);
	}
	assert_int_equal(said, 6);
}

static void
own_numbers(void **unused)
{
	char own[] = "+77010000020 +77010000021";
	int steps;

	(void)unused;
	play_worker.limits.own_numbers = own;
	steps = play_steps;
	assert_int_equal(play_sms(20, stranger, "hello"), 0);
	assert_int_equal(play_sms(21, stranger, "hello"), 0);
	play_worker.limits.own_numbers = NULL;
	play_run("INSERT INTO link_state (link, number) VALUES ('z', '+77010000022')");
	assert_int_equal(play_sms(22, stranger, "hello"), 0);
	assert_int_equal(play_steps, steps);
	assert_int_equal(play_sms(23, stranger, "hello"), 1);
	assert_int_equal(
	    play_number("SELECT count(*) FROM inbox WHERE error = 'own number' AND "
			"state = 'done'"),
	    3);
}

static void
tells_place(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_effect(e, EFFECT_PLACE, "", "");
}

/* Journey 2, 03:06: who has taken it gets the place at once; before that nobody does. */
static void
place(void **unused)
{
	(void)unused;
	(void)play_sms(24, play_help, "help");
	play_due(NULL);
	(void)play_heard(a);
	(void)play_sms(24, tells_place, "Abay 1");
	assert_string_equal(play_heard(a), "");
	play_run(
	    "UPDATE casefile SET state = 'closed', refer_due = NULL, ladder_due = NULL "
	    "WHERE id = %lld",
	    (long long)play_case(24));
	(void)play_taken(25, a, A);
	(void)play_sms(25, tells_place, "Лесная 4,\n3 этаж");
	assert_non_null(strstr(play_heard(a), "ref.place_is|"));
	(void)play_sms(25, tells_place, "Лесная 5");
	assert_non_null(strstr(play_heard(a), "place=Лесная 5"));
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	a = play_receiver("a", "shelter", A);
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timer),
		cmocka_unit_test(hidden),
		cmocka_unit_test(resumed),
		cmocka_unit_test(wrong_codes),
		cmocka_unit_test(borrowed),
		cmocka_unit_test(borrowed_and_asked),
		cmocka_unit_test(borrowed_and_used),
		cmocka_unit_test(job),
		cmocka_unit_test(complaint),
		cmocka_unit_test(machine),
		cmocka_unit_test(five_alike),
		cmocka_unit_test(own_numbers),
		cmocka_unit_test(place),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
