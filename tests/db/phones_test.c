/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several phones of one case: whose hour it is, when contact is cut and when it is there again.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "shelter_stage.h"

#include <stdio.h>

static void
agree_early(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	play_slot(s, "hour", "0500-0600");
	play_effect(e, EFFECT_DO, "safe_time", "");
}

/* A code was typed: the conversation is about that case, and the phone another one. */
static void
joins(struct session *s, const struct flow_input *in, struct effects *e)
{
	assert_int_equal(in->resume, RESUME_OK);
	s->case_id = in->resumed;
	s->class = in->resumed_class;
	s->lang = LANG_KK;
	play_slot(s, SLOT_RESUMED, "1");
	play_say(e, "resume.ok", "it goes on");
}

static void
stops(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->stopped = true;
	play_effect(e, EFFECT_STOP, "", "");
	play_say(e, "stop.decoy", "off");
}

static void
again(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	s->stopped = false;
	play_say(e, "state.taken", "taken");
}

static void
gives_back(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)s;
	(void)in;
	play_effect(e, EFFECT_DO, "forget_phone", "");
}

/* The receiver has taken the case of `first`; `second` has its code. */
static int64_t
two_phones(unsigned first, unsigned second)
{
	char code[16];
	int64_t id = play_taken(first, a, A);

	(void)play_sms(first, play_silent, "?");
	strcpy(code, play_seen.code);
	(void)play_sms(second, joins, code);
	(void)play_told(second);
	(void)play_heard(a);
	return id;
}

static int
is_cut(int64_t id)
{
	return play_number(
		   "SELECT count(*) FROM casefile WHERE id = %lld AND cut_at IS NOT NULL",
		   (long long)id) != 0;
}

static void
cut_by_the_last(void **unused)
{
	int64_t id;

	(void)unused;
	play_until(10, 0);
	id = two_phones(1, 2);
	(void)play_sms(2, stops, "stop");
	assert_false(is_cut(id));
	assert_string_equal(play_heard(a), "");
	(void)play_sms(1, stops, "stop");
	assert_true(is_cut(id));
	assert_non_null(strstr(play_heard(a), "ref.cut|"));
	(void)play_sms(2, play_silent, "who is it"); /* stopped still */
	assert_true(is_cut(id));
	(void)play_sms(2, again, "?");
	assert_false(is_cut(id));
	assert_non_null(strstr(play_heard(a), "ref.uncut|"));
	(void)play_sms(1, again, "?");
	assert_string_equal(play_heard(a), ""); /* once */
}

/* Whichever is first, in one batch or in two transactions, the second one sees that no phone is left. */
static void
cut_in_one_batch(void **unused)
{
	static const unsigned both[2] = { 3, 4 };
	int64_t id;

	(void)unused;
	play_until(11, 0);
	id = two_phones(3, 4);
	play_both(both, stops, "stop");
	assert_true(is_cut(id));
	assert_non_null(strstr(play_heard(a), "ref.cut|"));
}

/* Phones that do not count: one that is given back, one whose conversation is long over. */
static void
who_counts(void **unused)
{
	int64_t id;

	(void)unused;
	play_until(12, 0);
	id = two_phones(5, 6);
	(void)play_sms(6, gives_back, "2");
	(void)play_sms(5, stops, "stop");
	assert_true(is_cut(id));
	(void)play_heard(a);
	play_until(13, 0);
	id = two_phones(7, 8);
	play_run("UPDATE session SET expires_at = shyraq_now() WHERE peer_id = %lld",
	    (long long)play_peer(8));
	(void)play_sms(7, stops, "stop");
	assert_true(is_cut(id));
	assert_non_null(strstr(play_heard(a), "ref.cut|"));
}

/* A text of a phone that was never stopped is contact again. */
static void
again_by_another(void **unused)
{
	char code[16];
	int64_t id;

	(void)unused;
	play_until(14, 0);
	id = play_taken(9, a, A);
	(void)play_sms(9, play_silent, "?");
	strcpy(code, play_seen.code);
	(void)play_sms(9, stops, "stop");
	assert_true(is_cut(id));
	(void)play_heard(a);
	(void)play_sms(10, joins, code);
	assert_false(is_cut(id));
	assert_non_null(strstr(play_heard(a), "ref.uncut|"));
	/* that phone's language is its own */
	assert_string_not_equal(
	    play_sql("SELECT lang FROM casefile WHERE id = %lld", (long long)id), "kk");
}

static void
hour_of_the_last(void **unused)
{
	char words[32];
	int64_t id;

	(void)unused;
	play_until(15, 0);
	id = two_phones(11, 12);
	(void)play_sms(11, agree_early, "05-06");
	(void)play_sms(12, agree, "22-23");
	(void)play_told(11);
	(void)play_told(12);
	play_forward(HOUR);
	snprintf(words, sizeof(words), "51 %s 4:00", play_code(a));
	(void)play_sms(A, NULL, words);
	assert_non_null(strstr(play_heard(a), "hour=22-23"));
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(play_told(11), "");
	assert_non_null(strstr(play_told(12), "knock|"));
	/* a text of the other phone is not one of this: no second knock */
	(void)play_sms(11, play_silent, "1");
	assert_int_equal(play_number("SELECT count(*) FROM casefile WHERE id = %lld AND "
				     "knocked_at IS NOT NULL",
			     (long long)id),
	    1);
	(void)play_sms(12, play_silent, "1");
	assert_int_equal(play_number("SELECT count(*) FROM casefile WHERE id = %lld AND "
				     "knocked_at IS NOT NULL",
			     (long long)id),
	    0);
	/* the other phone is given back: the hour of this one stands; then this one's ends */
	(void)play_sms(11, gives_back, "2");
	assert_int_equal(play_number("SELECT count(*) FROM casefile WHERE id = %lld AND "
				     "safe_from IS NOT NULL",
			     (long long)id),
	    1);
	(void)play_sms(12, gives_back, "2");
	assert_int_equal(play_number("SELECT count(*) FROM casefile WHERE id = %lld AND "
				     "safe_from IS NOT NULL",
			     (long long)id),
	    0);
	/* and it may be given no other while it is forgotten */
	(void)play_sms(12, agree, "22-23");
	assert_int_equal(play_number("SELECT count(*) FROM casefile WHERE id = %lld AND "
				     "safe_from IS NOT NULL",
			     (long long)id),
	    0);
}

/* A number that is gone takes its hour with it: the hour never falls to another phone. */
static void
hour_goes_with_the_number(void **unused)
{
	char words[32];
	int64_t id;

	(void)unused;
	play_until(15, 0);
	id = two_phones(13, 14);
	(void)play_sms(14, agree, "22-23");
	play_run("DELETE FROM peer WHERE id = %lld", (long long)play_peer(14));
	play_forward(HOUR);
	(void)play_heard(a);
	snprintf(words, sizeof(words), "51 %s 4:00", play_code(a));
	(void)play_sms(A, NULL, words);
	assert_non_null(strstr(play_heard(a), "ref.relay_writes|"));
	play_run("UPDATE casefile SET knock_due = shyraq_now() WHERE id = %lld",
	    (long long)id);
	play_until(22, 0);
	play_due(knocks);
	assert_string_equal(play_told(13), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_by_the_last),
		cmocka_unit_test(cut_in_one_batch),
		cmocka_unit_test(who_counts),
		cmocka_unit_test(again_by_another),
		cmocka_unit_test(hour_of_the_last),
		cmocka_unit_test(hour_goes_with_the_number),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
