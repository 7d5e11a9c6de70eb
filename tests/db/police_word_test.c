/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S10: two supervisors let police know, of danger or a child alone, where the first reply said so; one word, or
 * one login's twice, does not.
 * The test plays the engine's part (play.h). Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "intake_case.h"

#define A 9300001U
#define P 9300002U

static int64_t a, police;

static void
danger(struct session *s, const struct flow_input *in, struct effects *e)
{
	(void)in;
	strcpy(s->flow, "help");
	s->version = 1;
	s->lang = LANG_RU;
	play_effect(e, EFFECT_CASE_OPEN, "", "")->class = CASE_DANGER;
	play_effect(e, EFFECT_ANSWER, "region", "KZ-75");
	play_effect(e, EFFECT_REFER, "", "")->ms = 0;
}

/* What `login` at a console says of a case, with a reason or without; whether it was done. */
static bool
says(const char *login, enum intake_act act, int64_t id, const char *why)
{
	struct intake_case in = { .act = act };
	char text[INTAKE_MAX];

	in.number = play_number(
	    "SELECT number FROM casefile WHERE id = %lld", (long long)id);
	snprintf(in.note, sizeof(in.note), "%s", why);
	(void)play_hand_in(login, INTAKE_CASE, text, intake_pack_case(&in, text), NULL);
	return strcmp(play_sql("SELECT state FROM intake ORDER BY id DESC LIMIT 1"),
		   "done") == 0;
}

static int64_t
asked(int64_t id)
{
	return play_number("SELECT count(*) FROM referral f JOIN receiver r ON r.id = "
			   "f.receiver_id AND r.kind = 'police' WHERE f.case_id = %lld",
	    (long long)id);
}

static int64_t
taken(unsigned phone)
{
	char words[16];

	(void)play_sms(phone, danger, "help");
	play_due(NULL);
	snprintf(words, sizeof(words), "1 %s", play_code(a));
	(void)play_sms(A, NULL, words);
	play_due(NULL);
	(void)play_heard(police);
	return play_case(phone);
}

static int64_t
words(int64_t id)
{
	return play_number("SELECT shyraq_police_words(%lld)", (long long)id);
}

static void
two_words(void **unused)
{
	int64_t id = taken(1);

	(void)unused;
	assert_int_equal(asked(id), 0);
	assert_false(says("ola", INTAKE_CASE_POLICE, id, "a reason"));
	assert_false(says("anna", INTAKE_CASE_POLICE, id, ""));
	assert_true(says("anna", INTAKE_CASE_POLICE, id, "a reason"));
	assert_true(says("anna", INTAKE_CASE_POLICE, id, "a reason"));
	assert_int_equal(asked(id), 0);
	assert_true(says("bek", INTAKE_CASE_POLICE, id, "a reason"));
	assert_int_equal(asked(id), 1);
	assert_non_null(strstr(play_heard(police), "ref.first|"));
	assert_int_equal(play_number("SELECT count(*) FROM audit WHERE case_id = %lld "
				     "AND what = 'police.allowed' AND code = 'bek'",
			     (long long)id),
	    1);
	/* taken back it stops the next unit, not who knows already */
	assert_true(says("bek", INTAKE_CASE_NO_POLICE, id, "a reason"));
	assert_int_equal(words(id), 1);
	assert_true(says("bek", INTAKE_CASE_POLICE, id, "a reason"));
	assert_int_equal(words(id), 2);
	/* S14: the person's own word ends both */
	play_run(
	    "INSERT INTO consent (case_id, kind, yes, wording, at) VALUES (%lld, 'police', "
	    "false, 'withdrawn calm', shyraq_now())",
	    (long long)id);
	assert_int_equal(words(id), 0);
}

/* A word that was taken back is none. */
static void
taken_back(void **unused)
{
	int64_t id = taken(2);

	(void)unused;
	assert_true(says("anna", INTAKE_CASE_POLICE, id, "a reason"));
	assert_true(says("anna", INTAKE_CASE_NO_POLICE, id, "a reason"));
	assert_true(says("bek", INTAKE_CASE_POLICE, id, "a reason"));
	play_forward(MINUTE);
	play_due(NULL);
	assert_int_equal(asked(id), 0);
}

/* Not of danger, nor of a child: the person's own yes alone. */
static void
calm(void **unused)
{
	int64_t id;

	(void)unused;
	(void)play_sms(3, play_help, "help");
	play_due(NULL);
	id = play_case(3);
	assert_false(says("anna", INTAKE_CASE_POLICE, id, "a reason"));
	assert_false(says("bek", INTAKE_CASE_POLICE, id, "a reason"));
	assert_int_equal(asked(id), 0);
}

/* The shipped policy for all cases, but that a country of it has no exception for danger. */
static struct policy *
policy_without(const char *country)
{
	static const char first[] = "exceptions = [";
	char dir[] = "/tmp/police_word.XXXXXX", path[64], line[512];
	struct policy *p = NULL;
	struct flow_err err;
	FILE *from = fopen("conf/policies/ngo_first.conf", "r"), *to;
	enum rc rc;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/all.conf", dir);
	to = fopen(path, "w");
	assert_true(from != NULL && to != NULL);
	while (fgets(line, sizeof(line), from) != NULL) {
		if (strncmp(line, first, strlen(first)) == 0)
			fprintf(to, "exceptions_in = { %s = [\"child\"]; };\n", country);
		fputs(line, to);
	}
	fclose(from);
	fclose(to);
	rc = policy_load(dir, &p, &err);
	unlink(path);
	rmdir(dir);
	if (rc != RC_OK)
		fail_msg("%s", err.s);
	return p;
}

/* The country of the number, then that of the place: neither may lack what the words rest on. */
static void
not_stated(void **unused)
{
	static const char *const of[] = { "KZ", "KG" };
	const struct policy *was = play_dispatch.policy;

	(void)unused;
	for (unsigned i = 0; i < ARRAY_LEN(of); i++) {
		int64_t id = taken(4 + i);
		struct policy *p = policy_without(of[i]);

		if (i == 1)
			play_run(
			    "UPDATE case_answer SET code = 'KG-GB' WHERE case_id = %lld "
			    "AND slot = 'region'",
			    (long long)id);
		play_dispatch.policy = p;
		assert_false(says("anna", INTAKE_CASE_POLICE, id, "a reason"));
		assert_false(says("bek", INTAKE_CASE_POLICE, id, "a reason"));
		/* of a child it was */
		play_run("INSERT INTO case_answer (case_id, slot, code) VALUES "
			 "(%lld, 'who', 'child')",
		    (long long)id);
		assert_true(says("anna", INTAKE_CASE_POLICE, id, "a reason"));
		play_dispatch.policy = was;
		policy_free(p);
		assert_int_equal(asked(id), 0);
	}
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	play_super("CREATE ROLE anna LOGIN IN ROLE shyraq_supervisor");
	play_super("CREATE ROLE bek LOGIN IN ROLE shyraq_supervisor");
	play_super("CREATE ROLE ola LOGIN IN ROLE shyraq_operator");
	a = play_receiver("ngo", "ngo", A);
	police = play_receiver("unit", "police", P);
	return rc;
}

static int
teardown(void **state)
{
	play_super("DROP ROLE anna, bek, ola");
	return play_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_words),
		cmocka_unit_test(taken_back),
		cmocka_unit_test(calm),
		cmocka_unit_test(not_stated),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
