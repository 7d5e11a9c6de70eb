/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which phones the ladder asks: those on shift, operators by their rota, and all when nobody is.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#define FIRST 9200001U
#define SECOND 9200002U
#define OPERATOR 9200003U
#define OTHER 9200004U

static int64_t first, second, on_duty, other;

/* A case is opened, and everything that falls due at once is done; its id. */
static int64_t
asked(unsigned phone)
{
	(void)play_heard(first);
	(void)play_heard(second);
	(void)play_heard(on_duty);
	(void)play_heard(other);
	(void)play_sms(phone, play_help, "help");
	play_due(play_silent);
	return play_case(phone);
}

/* At noon: a phone of the night is not asked, unless nobody is on shift. */
static void
shifts(void **unused)
{
	(void)unused;
	play_run(
	    "UPDATE contact SET shift = '20:00-08:00' WHERE id = %lld", (long long)first);
	play_run("UPDATE contact SET shift = '08:00-20:00' WHERE id = %lld",
	    (long long)second);
	play_until(12, 0);
	(void)asked(1);
	assert_string_equal(play_heard(first), "");
	assert_non_null(strstr(play_heard(second), "ref.first|"));
	play_run("UPDATE contact SET shift = '20:00-21:00' WHERE id = %lld",
	    (long long)second);
	(void)asked(2);
	assert_non_null(strstr(play_heard(first), "ref.first|"));
	assert_non_null(strstr(play_heard(second), "ref.first|"));
}

/* Nobody is left to ask: who is on duty hears it, all operators when no rota says who. */
static void
rota(void **unused)
{
	(void)unused;
	play_run("UPDATE receiver SET active = false WHERE kind <> 'operator'");
	play_run("INSERT INTO duty (login, part, contact_id, from_at, to_at) VALUES "
		 "('op', 'operator', %lld, shyraq_now() - interval '1 hour', "
		 "shyraq_now() + interval '1 hour')",
	    (long long)on_duty);
	(void)asked(3);
	assert_non_null(strstr(play_heard(on_duty), "ref.operator|"));
	assert_string_equal(play_heard(other), "");
	play_run("DELETE FROM duty");
	(void)asked(4);
	assert_non_null(strstr(play_heard(on_duty), "ref.operator|"));
	assert_non_null(strstr(play_heard(other), "ref.operator|"));
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	first = play_receiver("shelter", "shelter", FIRST);
	second = play_receiver("second phone", "shelter", SECOND);
	on_duty = play_receiver("on duty", "operator", OPERATOR);
	other = play_receiver("other", "operator", OTHER);
	play_run(
	    "UPDATE contact SET receiver_id = (SELECT receiver_id FROM contact WHERE "
	    "id = %lld) WHERE id = %lld",
	    (long long)first, (long long)second);
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shifts),
		cmocka_unit_test(rota),
	};

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
