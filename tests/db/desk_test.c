/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is paged, when nobody looks, and what a case worker may say to a person and when it goes out.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "duty.h"
#include "intake.h"
#include "seal.h"
#include "str.h"

#define PAGER 9100001U

static int64_t pager;

static void
danger(struct session *s, const struct flow_input *in, struct effects *e)
{
	struct effect *f = play_effect(e, EFFECT_CASE_OPEN, "", "");

	(void)in;
	f->class = CASE_DANGER;
	strcpy(s->flow, "help");
	s->version = 1;
	s->lang = LANG_RU;
	play_effect(e, EFFECT_NARRATIVE, "", "");
	play_say(e, "urgent.where", "where?");
}

static void
held(struct session *s, const struct flow_input *in, struct effects *e)
{
	danger(s, in, e);
	e->v[0].class = CASE_HELD;
}

static void
words(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_effect(e, EFFECT_NARRATIVE, "", "");
}

/* What an unknown number gets: it fits nothing. */
static void
stranger(struct session *s, const struct flow_input *in, struct effects *e)
{
	words(s, in, e);
	play_say(e, "hello", "work line");
	for (size_t i = 0; i < e->n; i++)
		e->v[i].stranger = e->v[i].kind == EFFECT_SAY;
}

static void
fetch(struct session *s, const struct flow_input *in, struct effects *e)
{
	strcpy(s->flow, "phrase");
	strcpy(s->step, in->waiting.step != NULL ? in->waiting.step : "");
	play_effect(e, EFFECT_READ, "", "");
	play_say(e, "phrase.free", in->waiting.words != NULL ? in->waiting.words : "");
}

static void
comes(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->step[0] = '\0';
	play_effect(e, EFFECT_ANSWER, "answer", "comes");
	play_effect(e, EFFECT_DO, "told", "comes");
}

static const char *
number_of(unsigned phone)
{
	return play_sql(
	    "SELECT number FROM casefile WHERE id = %lld", (long long)play_case(phone));
}

static int
pages(void)
{
	const char *at = play_heard(pager);
	int n = 0;

	for (; (at = strstr(at, "ref.desk|n=")) != NULL; at++)
		n++;
	return n;
}

static void
on_duty(const char *login, int from_min, int to_min)
{
	play_run(
	    "INSERT INTO duty (login, part, contact_id, from_at, to_at) VALUES "
	    "('%s', 'caseworker', %lld, shyraq_now() + '%d min', shyraq_now() + '%d min')",
	    login, (long long)pager, from_min, to_min);
}

/* What a console hands in; dispatch's answer. */
static const char *
act(const char *login, unsigned phone, const char *what, int phrase, const char *text,
    const char *to)
{
	struct intake_desk d = { .number = atoll(number_of(phone)), .phrase = phrase };
	char packed[INTAKE_MAX];

	strcpy(d.act, what);
	(void)!str_copy(d.words, sizeof(d.words), text);
	(void)!str_copy(d.to, sizeof(d.to), to);
	return play_hand_in(
	    login, INTAKE_DESK, packed, intake_pack_desk(&d, packed), fetch);
}

static int
setup(void **unused)
{
	int rc = play_setup(unused);

	play_login("desk_a", "shyraq_caseworker");
	pager = play_receiver("night", "operator", PAGER);
	return rc;
}

/* Nobody on the rota: no page, and after three minutes the task; once. */
static void
nobody(void **unused)
{
	struct duty on;

	(void)unused;
	(void)play_sms(1, danger, "danger");
	play_due(NULL);
	assert_int_equal(pages(), 0);
	assert_int_equal(duty_contacts(&play_dispatch, DUTY_CASEWORKER, &on), RC_OK);
	assert_true(on.nobody);
	assert_int_equal(on.n, 1);
	assert_int_equal(on.v[0].contact_id, pager);
	play_forward(2 * MINUTE);
	play_due(NULL);
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'desk_silent'"), 0);
	play_forward(2 * MINUTE);
	play_due(NULL);
	(void)play_sms(1, words, "more");
	play_forward(4 * MINUTE);
	play_due(NULL);
	assert_int_equal(
	    play_number("SELECT count(*) FROM task WHERE kind = 'desk_silent'"), 1);
	assert_int_equal(
	    play_number("SELECT count(*) FROM audit WHERE what = 'desk.paged'"), 0);
}

/* On duty now, and not before or after: one page a case in a quarter of an hour. */
static void
paged(void **unused)
{
	struct duty on;

	(void)unused;
	on_duty("desk_a", -60, -1);
	on_duty("desk_a", 60, 120);
	(void)play_sms(2, danger, "danger");
	play_due(NULL);
	assert_int_equal(pages(), 0);
	on_duty("desk_a", 0, 600);
	assert_int_equal(duty_contacts(&play_dispatch, DUTY_CASEWORKER, &on), RC_OK);
	assert_false(on.nobody);
	(void)play_sms(3, danger, "danger");
	(void)play_sms(3, words, "more");
	play_due(NULL);
	assert_int_equal(pages(), 1);
	play_forward(14 * MINUTE);
	(void)play_sms(3, words, "and more");
	play_due(NULL);
	assert_int_equal(pages(), 0);
	play_forward(2 * MINUTE);
	(void)play_sms(3, words, "still");
	play_due(NULL);
	assert_int_equal(pages(), 1);
}

static void
of_a_child(struct session *s, const struct flow_input *in, struct effects *e)
{
	danger(s, in, e);
	play_effect(e, EFFECT_ANSWER, "who", "child");
}

/* S15: a child's case is nobody's to answer but theirs whom a supervisor has let in. */
static void
restricted(void **unused)
{
	(void)unused;
	(void)play_sms(31, of_a_child, "danger");
	play_due(NULL);
	assert_non_null(
	    strstr(act("desk_a", 31, "say", 53, "", ""), "a child's case is restricted"));
	play_super("GRANT shyraq_child TO desk_a");
	assert_string_equal(act("desk_a", 31, "claim", 0, "", ""), "yours");
	play_super("REVOKE shyraq_child FROM desk_a");
	assert_non_null(strstr(act("desk_a", 31, "leave", 0, "", ""), "restricted"));
}

/* Where somebody is held, words that fit nothing; where nobody is, none. */
static void
fits_nothing(void **unused)
{
	(void)unused;
	(void)play_sms(4, held, "held");
	(void)play_sms(4, words, "an answer in words");
	(void)play_sms(5, play_help, "help");
	(void)play_sms(5, stranger, "what");
	play_due(NULL);
	assert_int_equal(pages(), 0);
	(void)play_sms(4, stranger, "who is this");
	play_due(NULL);
	assert_int_equal(pages(), 1);
	assert_int_equal(
	    play_number("SELECT count(*) FROM desk_case WHERE case_id = %lld",
		(long long)play_case(5)),
	    0);
}

static void
who_may(void **unused)
{
	(void)unused;
	(void)play_sms(6, danger, "danger");
	play_due(NULL);
	assert_non_null(strstr(act("nobody", 6, "claim", 0, "", ""), "case workers"));
	assert_string_equal(act("desk_a", 6, "claim", 0, "", ""), "yours");
	assert_non_null(
	    strstr(act("shyraq_owner", 6, "claim", 0, "", ""), "case workers"));
	play_super("GRANT shyraq_caseworker TO shyraq_dispatch");
	assert_non_null(
	    strstr(act("shyraq_dispatch", 6, "claim", 0, "", ""), "desk_a has it"));
	assert_non_null(
	    strstr(act("shyraq_dispatch", 6, "say", 0, "идём", ""), "desk_a has it"));
	/* a claim under which nothing was done for a window holds nobody up */
	play_forward(16 * MINUTE);
	assert_string_equal(act("shyraq_dispatch", 6, "claim", 0, "", ""), "yours");
	assert_non_null(
	    strstr(act("shyraq_dispatch", 6, "hand", 0, "", "nobody"), "no case worker"));
	assert_string_equal(act("shyraq_dispatch", 6, "hand", 0, "", "desk_a"),
	    "handed over; paged by SMS");
	assert_true(pages() > 0);
	play_super("REVOKE shyraq_caseworker FROM shyraq_dispatch");
	assert_non_null(strstr(act("desk_a", 6, "done", 0, "", ""), "off the desk"));
	assert_int_equal(play_number("SELECT count(*) FROM desk_list WHERE id = %lld",
			     (long long)play_case(6)),
	    0);
	(void)play_sms(6, words, "again");
	assert_int_equal(play_number("SELECT count(*) FROM desk_list WHERE id = %lld",
			     (long long)play_case(6)),
	    1);
}

/* S1: at once in the rest of the window and never later; then it waits. */
static void
said(void **unused)
{
	(void)unused;
	(void)play_sms(7, danger, "danger");
	play_due(NULL);
	(void)play_told(7);
	play_forward(5 * MINUTE); /* long after the 90 s of an automatic answer */
	assert_string_equal(act("desk_a", 7, "say", 0, "идём к вам", ""), "on its way");
	assert_string_equal(play_told(7), "phrase.free|идём к вам.");
	assert_int_equal(
	    play_number("SELECT count(*) FROM outbox WHERE key = 'phrase.free' "
			"AND submit_by = window_until AND peer_id = %lld",
		(long long)play_peer(7)),
	    1);
	assert_true(
	    play_number("SELECT (shyraq_ms(o.window_until) - shyraq_ms(p.window_until))"
			" FROM outbox o JOIN peer p ON p.id = o.peer_id WHERE key = "
			"'phrase.free' AND p.id = %lld",
		(long long)play_peer(7)) == 0);
	/* their answer stands at the desk, and the words are gone */
	(void)play_sms(7, comes, "1");
	assert_string_equal(play_sql("SELECT answer FROM desk_said WHERE case_id = %lld",
				(long long)play_case(7)),
	    "comes");
	assert_int_equal(
	    play_number("SELECT count(*) FROM relay WHERE case_id = %lld AND "
			"sealed IS NOT NULL",
		(long long)play_case(7)),
	    0);
	/* under five minutes are left: nothing goes */
	play_forward(11 * MINUTE);
	(void)play_told(7);
	assert_non_null(strstr(act("desk_a", 7, "say", 0, "ждите", ""), "write again"));
	assert_string_equal(play_told(7), "");
	(void)play_sms(7, fetch, "?");
	assert_string_equal(play_seen.waiting.words, "ждите.");
}

static void
refused(void **unused)
{
	static const struct {
		int phrase;
		const char *text, *why;
	} v[] = { { 0, "полиция едет", "give the person away" },
		{ 0, "politsiya edet", "give the person away" },
		{ 0, "звоните 8 701 000 00 01", "no number" },
		{ 0, "", "nothing to say" }, { 99, "", "51 to 55" },
		{ 52, "12345 12345 12345 12345 12345 12345 12345 x", "too long" } };

	(void)unused;
	(void)play_sms(8, danger, "danger");
	play_due(NULL);
	(void)play_told(8);
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		assert_non_null(strstr(
		    act("desk_a", 8, "say", v[i].phrase, v[i].text, ""), v[i].why));
	assert_string_equal(play_told(8), "");
	assert_int_equal(play_number("SELECT count(*) FROM relay WHERE case_id = %lld",
			     (long long)play_case(8)),
	    0);
	/* S4 */
	play_run(
	    "UPDATE peer SET stopped = true WHERE id = %lld", (long long)play_peer(8));
	assert_non_null(strstr(act("desk_a", 8, "say", 53, "", ""), "said stop"));
	/* S16 */
	play_run("UPDATE casefile SET hidden_at = shyraq_now() WHERE id = %lld",
	    (long long)play_case(8));
	assert_non_null(strstr(act("desk_a", 8, "say", 53, "", ""), "no such case"));
}

/* S1c: who came by a dial gets no SMS. */
static void
dialled(void **unused)
{
	(void)unused;
	play_dial(9, 900, 1, danger, "");
	play_due(NULL);
	assert_non_null(strstr(act("desk_a", 9, "say", 53, "", ""), "dial again"));
	assert_string_equal(play_told(9), "");
	assert_int_equal(play_number("SELECT count(*) FROM outbox WHERE peer_id = %lld",
			     (long long)play_peer(9)),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody),
		cmocka_unit_test(paged),
		cmocka_unit_test(fits_nothing),
		cmocka_unit_test(who_may),
		cmocka_unit_test(said),
		cmocka_unit_test(refused),
		cmocka_unit_test(dialled),
		cmocka_unit_test(restricted),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
