/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures that stay when cases go, special operations, receivers that are asked for a time alone: what the
 * database counts and what it gives away. Called by scripts/db-tests.
 */
#include "play.h"

#include <stdio.h>

#include "outcome_codes.h"
#include "registry.h"
#include "retention.h"

#define A 9200001U
#define B 9200002U
#define C 9200003U
#define KEEP_MS (90 * DAY)

static int64_t a, b;
static unsigned person = 300;

/* A case of long ago, closed so; its id. */
static int64_t
of_old(const char *outcome)
{
	return play_number(
	    "INSERT INTO casefile (id, class, lang, bearer, state, outcome, opened_at) "
	    "VALUES (nextval('block_seq') + 80000000, 'held', 'ru', 0, 'closed', '%s', "
	    "'2025-01-10 12:00Z') RETURNING id",
	    outcome);
}

static void
is_said(int64_t id, const char *what, const char *code, const char *day)
{
	play_run("INSERT INTO assertion (case_id, what, code, at) "
		 "VALUES (%lld, '%s', '%s', '%s 12:00Z')",
	    (long long)id, what, code, day);
}

static void
answers(int64_t id, const char *slot, const char *code)
{
	play_run("INSERT INTO case_answer (case_id, slot, code, at) "
		 "VALUES (%lld, '%s', '%s', '2025-01-10 12:00Z')",
	    (long long)id, slot, code);
}

/* "cases/persons" of a month, as people get it: "-" for none, "<5" for fewer. */
static const char *
figure(const char *month, const char *what, const char *code)
{
	return play_sql(
	    "SELECT COALESCE((SELECT COALESCE(cases::text, '<5') || "
	    "COALESCE('/' || persons, '') FROM figure_month WHERE "
	    "to_char(month, 'YYYY-MM') = '%s' AND what = '%s' AND code = '%s'), '-')",
	    month, what, code);
}

static void
forget_all(void)
{
	play_run("DELETE FROM assertion WHERE at < '2026-01-01'");
	play_run("DELETE FROM casefile WHERE opened_at < '2026-01-01'");
	play_run("DELETE FROM figure");
	play_run("DELETE FROM operation");
}

static void
old_ones_go(void)
{
	struct retention t = { .db = play_dispatch.db, .keep_ms = KEEP_MS };

	retention_run(&t);
	assert_int_equal(
	    play_number("SELECT count(*) FROM casefile WHERE opened_at < '2026-01-01'"),
	    0);
}

/* A case counts once for a code, when it was first said; the same before and after it is erased. */
static void
law_counts_once(void **unused)
{
	(void)unused;
	for (int i = 0; i < 6; i++) {
		int64_t id = of_old(i == 5 ? "test" : "");

		is_said(id, "legal", "court", "2025-03-10");
		is_said(id, "legal", "court", "2025-03-11");
		is_said(id, "legal", "court", "2025-04-11");
		if (i < 4)
			is_said(id, "legal", "sentence", "2025-04-11");
	}
	for (int erased = 0; erased < 2; erased++) {
		assert_string_equal(figure("2025-03", "law", "court"), "5");
		assert_string_equal(figure("2025-04", "law", "court"), "-");
		assert_string_equal(figure("2025-04", "law", "sentence"), "<5");
		if (erased == 0)
			old_ones_go();
	}
	assert_int_equal(
	    play_number("SELECT sum(cases) FROM figure WHERE code = 'court'"), 5);
	forget_all();
}

/* Erased at the person's word: the other road out, and nothing of it is counted while it is hidden. */
static void
erased_by_the_person(void **unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++)
		is_said(of_old(""), "legal", "registered", "2025-03-10");
	assert_string_equal(figure("2025-03", "law", "registered"), "5");
	play_run(
	    "UPDATE casefile SET hidden_at = shyraq_now(), destroy_at = shyraq_now() "
	    "WHERE opened_at < '2026-01-01'");
	assert_string_equal(figure("2025-03", "law", "registered"), "-");
	play_due(NULL);
	assert_int_equal(
	    play_number("SELECT count(*) FROM casefile WHERE opened_at < '2026-01-01'"),
	    0);
	assert_string_equal(figure("2025-03", "law", "registered"), "5");
	forget_all();
}

/* Who takes the own word back is counted apart; what another body says stands beside it. */
static void
identified(void **unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++) {
		int64_t id = of_old("safe_place");

		is_said(id, "identified", "Police", "2025-03-10");
		is_said(id, "not_identified", "Police", "2025-05-10");
		is_said(id, "not_identified", "NGO", "2025-05-10");
		is_said(id, "identified", "NGO", "2025-05-11");
	}
	assert_string_equal(figure("2025-03", "identified", "Police"), "5");
	assert_string_equal(figure("2025-05", "taken_back", "Police"), "5");
	assert_string_equal(figure("2025-05", "not_identified", "Police"), "-");
	assert_string_equal(figure("2025-05", "not_identified", "NGO"), "5");
	assert_string_equal(figure("2025-05", "taken_back", "NGO"), "-");
	assert_string_equal(figure("2025-05", "identified", "NGO"), "5");
	forget_all();
}

/* Cases, and persons told of in them: the others, a witness's least, those of a case that goes along. */
static void
helped(void **unused)
{
	static const struct {
		const char *slot, *code;
		int persons;
	} told[] = { { "what", "work", 1 }, { "count", "3", 4 }, { "band", "n2_5", 2 },
		{ "band", "unknown", 1 }, { "count", "", 1 } };
	int64_t id, other;

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		id = of_old("safe_place");
		answers(id, told[i].slot, told[i].code);
		is_said(id, "outcome", "safe_place", "2025-03-10");
		is_said(id, "closed", "safe_place", "2025-03-12");
		assert_int_equal(play_number("SELECT persons FROM figure_case WHERE "
					     "case_id = %lld AND code = 'safe_place'",
				     (long long)id),
		    told[i].persons);
	}
	other = of_old("safe_place");
	answers(other, "count", "9");
	play_run("INSERT INTO case_link (case_id, to_case) VALUES (%lld, %lld)",
	    (long long)other, (long long)id);
	/* no person in need, and a training: neither is help */
	is_said(of_old("not_trafficking"), "outcome", "safe_place", "2025-03-10");
	is_said(of_old("test"), "closed", "safe_place", "2025-03-10");
	is_said(of_old("declined"), "closed", "declined", "2025-03-10");
	for (int erased = 0; erased < 2; erased++) {
		assert_string_equal(figure("2025-03", "helped", "safe_place"), "5/19");
		assert_string_equal(figure("2025-03", "helped", ""), "5/19");
		assert_string_equal(figure("2025-03", "helped", "declined"), "-");
		if (erased == 0)
			old_ones_go();
	}
	forget_all();
}

/* What could be reckoned from a sum beside it is not shown either. */
static void
nobody_is_reckoned(void **unused)
{
	(void)unused;
	for (int i = 0; i < 14; i++) {
		const char *code = i < 6 ? "safe_place" : i < 12 ? "medical" : "wages";

		is_said(of_old(code), "closed", code, "2025-03-10");
	}
	assert_string_equal(figure("2025-03", "helped", ""), "14/14");
	assert_string_equal(figure("2025-03", "helped", "wages"), "<5");
	assert_string_equal(figure("2025-03", "helped", "medical"), "<5");
	assert_string_equal(figure("2025-03", "helped", "safe_place"), "6/6");
	forget_all();
}

static void
services(void **unused)
{
	(void)unused;
	for (int i = 0; i < 5; i++) {
		int64_t id = of_old("safe_place");

		answers(id, "count", "1");
		is_said(id, "service", "rehabilitation", "2025-06-10");
		is_said(id, "service", "rehabilitation", "2025-07-10");
	}
	assert_string_equal(figure("2025-06", "service", "rehabilitation"), "5/10");
	assert_string_equal(figure("2025-07", "service", "rehabilitation"), "-");
	forget_all();
}

static void
a_court_after_years(void **unused)
{
	int64_t audits = play_number(
	    "SELECT count(*) FROM audit WHERE what = 'figure.law'");

	(void)unused;
	for (int i = 0; i < 5; i++)
		assert_string_equal(
		    play_sql("SELECT shyraq_law_erased('sentence', '2025-03')"), "t");
	assert_string_equal(figure("2025-03", "law", "sentence"), "5");
	assert_string_equal(
	    play_sql("SELECT shyraq_law_erased('prison', '2025-03')"), "f");
	assert_string_equal(
	    play_sql("SELECT shyraq_law_erased('court', '2999-01')"), "f");
	assert_string_equal(
	    play_sql("SELECT shyraq_law_erased('court', '2025-13')"), "f");
	assert_string_equal(play_sql("SELECT shyraq_law_erased('court', NULL)"), "t");
	assert_int_equal(
	    play_number("SELECT count(*) FROM audit WHERE what = 'figure.law'"),
	    audits + 6);
	forget_all();
}

/* The lists of the database are those of the engine, and the registry's. */
static void
one_list(void **unused)
{
	struct intake_receiver r = { 0 };
	char why[REGISTRY_WHY_MAX];

	(void)unused;
	for (size_t i = 0; i < outcome_codes_n; i++) {
		const struct outcome_code *o = &outcome_codes[i];

		assert_string_equal(play_sql("SELECT shyraq_is_noise('%s')", o->code),
		    o->group == OUTCOME_NOISE ? "t" : "f");
		assert_string_equal(play_sql("SELECT shyraq_is_helped('%s')", o->code),
		    o->group == OUTCOME_HELPED ? "t" : "f");
	}
	assert_string_equal(play_sql("SELECT bool_and(shyraq_law_erased(c, '2025-03')) "
				     "FROM string_to_table('%s', ' ') c",
				outcome_list_of("legal")),
	    "t");
	assert_true(
	    registry_give(&r, INTAKE_SERVICES, outcome_list_of("service"), NULL, why));
	forget_all();
}

/* Cases of its time and regions, erased ones too; fewer than five are nobody's business. */
static void
operation(void **unused)
{
	static const char row[] =
	    "SELECT cases || ' ' || accepted || ' ' || COALESCE(met::text, '<5') "
	    "FROM operation_seen";

	(void)unused;
	play_run("INSERT INTO operation (name, regions, from_at, to_at) VALUES "
		 "('Op', 'KZ-61 UZ', '2025-01-10 00:00Z', '2025-01-11 00:00Z')");
	for (int i = 0; i < 9; i++) {
		int64_t id = of_old(i == 8 ? "test" : "");

		answers(id, "region", i < 3 ? "KZ-61" : i == 3 ? "KZ-612" : "UZ-TK");
		play_run("INSERT INTO referral (case_id, receiver_id, state, asked_at) "
			 "SELECT %lld, receiver_id, '%s', '2025-01-10' "
			 "FROM contact WHERE id = %lld",
		    (long long)id,
		    i == 0       ? "given_back"
			: i == 7 ? "declined"
				 : "accepted",
		    (long long)a);
		if (i < 4)
			play_run("UPDATE casefile SET met_at = opened_at WHERE id = %lld",
			    (long long)id);
		if (i == 6)
			play_run("UPDATE casefile SET opened_at = '2025-01-11 00:00Z' "
				 "WHERE id = %lld",
			    (long long)id);
	}
	for (int erased = 0; erased < 2; erased++) {
		assert_string_equal(play_sql(row), "6 5 <5");
		if (erased == 0)
			old_ones_go();
	}
	assert_string_equal(play_sql("SELECT met FROM operation"), "3");
	/* it ended long ago: nothing of it moves any more */
	assert_string_equal(
	    play_sql("SELECT COALESCE(shyraq_operation_end('Op'), 'none')"), "none");
	forget_all();
}

/* Not asked after its last instant, nor reminded; whoever it took is still its own. */
static void
for_a_time_alone(void **unused)
{
	char words[16];
	int64_t mine;

	(void)unused;
	play_run("UPDATE receiver SET until_at = shyraq_now() + interval '1 hour' "
		 "WHERE id = (SELECT receiver_id FROM contact WHERE id = %lld)",
	    (long long)a);
	mine = play_taken(++person, a, A);
	(void)play_heard(a);
	(void)play_heard(b);
	play_forward(HOUR);
	(void)play_sms(++person, play_help, "help");
	play_due(NULL);
	assert_null(strstr(play_heard(a), "ref.first"));
	assert_non_null(strstr(play_heard(b), "ref.first"));
	assert_string_equal(
	    play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)mine),
	    "taken");
	snprintf(words, sizeof(words), "5 %s", play_code(a));
	(void)play_sms(A, play_silent, words);
	assert_string_equal(
	    play_sql("SELECT state FROM casefile WHERE id = %lld", (long long)mine),
	    "met");
	play_run("UPDATE receiver SET until_at = NULL");
}

/* Asked in its time and silent: nobody reminds it afterwards, and the next is asked. */
static void
not_reminded(void **unused)
{
	(void)unused;
	play_run("UPDATE receiver SET until_at = shyraq_now() + interval '1 minute' "
		 "WHERE id = (SELECT receiver_id FROM contact WHERE id = %lld)",
	    (long long)a);
	(void)play_sms(++person, play_help, "help");
	play_due(NULL);
	assert_non_null(strstr(play_heard(a), "ref.first"));
	play_run("UPDATE referral SET remind_due = shyraq_now() + interval '2 minutes' "
		 "WHERE case_id = %lld",
	    (long long)play_case(person));
	play_forward(2 * MINUTE);
	play_due(NULL);
	assert_null(strstr(play_heard(a), "ref.reminder"));
	play_run("UPDATE receiver SET until_at = NULL");
}

static int
phones(enum db_stmt st, const char *of)
{
	struct db_rows *r;
	int n;

	assert_int_equal(of == NULL ? db_run0(play_dispatch.db, st, &r)
				    : db_run(play_dispatch.db, st, &r, db_text(of)),
	    RC_OK);
	n = db_count(r);
	db_rows_free(r);
	return n;
}

/* A phone of an operator whose time is over is rung for no task. */
static void
nor_rung(void **unused)
{
	int64_t own = play_receiver("Fo", "operator", C);

	(void)unused;
	play_run(
	    "INSERT INTO duty (login, part, contact_id, from_at, to_at) VALUES ('fo', "
	    "'operator', %lld, shyraq_now() - interval '1 h', shyraq_now() + interval '1 h')",
	    (long long)own);
	for (int over = 0; over < 2; over++) {
		assert_int_equal(phones(ST_DUTY_ALL, NULL), 1 - over);
		assert_int_equal(phones(ST_DUTY_CONTACTS, "operator"), 1 - over);
		assert_int_equal(phones(ST_DUTY_OF, "fo"), 1 - over);
		play_run("UPDATE receiver SET until_at = shyraq_now() WHERE name = 'Fo'");
	}
}

static int
setup(void **state)
{
	int rc = play_setup(state);

	a = play_receiver("Fa", "ngo", A);
	b = play_receiver("Fb", "ngo", B);
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(law_counts_once),
		cmocka_unit_test(erased_by_the_person), cmocka_unit_test(identified),
		cmocka_unit_test(helped), cmocka_unit_test(nobody_is_reckoned),
		cmocka_unit_test(services), cmocka_unit_test(a_court_after_years),
		cmocka_unit_test(one_list), cmocka_unit_test(operation),
		cmocka_unit_test(for_a_time_alone), cmocka_unit_test(not_reminded),
		cmocka_unit_test(nor_rung) };

	return cmocka_run_group_tests(tests, setup, play_teardown);
}
