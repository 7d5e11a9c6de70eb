/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The turn against a real PostgreSQL: batches, repeats, what is refused among the good, results.
 * It never goes over the bus. Called by scripts/db-tests with a database of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cluster.h"
#include "log.h"
#include "turn.h"

#define BATCH 32
#define INSTANCE 7001

static struct turn turn;
static struct keys keys;
static struct flowset flows;
static struct policy *policy;
static struct db *as_owner;
static struct turn_in in[BATCH];
static struct turn_in *v[BATCH];
static unsigned next_sender;

static int
setup(void **unused)
{
	static const struct turn_limits limits = { .window_ms = 900000,
		.answer_ms = 90000,
		.session_ms = 259200000,
		.lease_ms = 10000,
		.parts_ms = 600000,
		.rest_ms = 300000 };
	struct flow_err err;

	(void)unused;
	if (getenv("SHYRAQ_TEST_DB") == NULL || getenv("SHYRAQ_TEST_KEYS") == NULL)
		fail_msg("run me by scripts/db-tests");
	log_open("turn_test", LOG_LEVEL_ERROR);
	seal_init();
	keys_read(&keys, getenv("SHYRAQ_TEST_KEYS"), true);
	if (flowset_load(&flows, "conf", &err) != RC_OK ||
	    policy_load("conf/policies", &policy, &err) != RC_OK)
		fail_msg("%s", err.s);
	as_owner = cluster_open("turn_test", "shyraq_owner", DB_CTL);
	assert_int_equal(db_run(as_owner, ST_KEYHOLDER_PUT, NULL, db_text("case1"),
			     db_bytes(keys.intake_pub.b, 32), db_text("")),
	    RC_OK);
	turn_init(&turn, cluster_open("turn_test", "shyraq_worker", DB_WORKER), &keys,
	    &flows, policy, &limits);
	return 0;
}

static int
teardown(void **unused)
{
	(void)unused;
	db_free(turn.db);
	turn_clear(&turn);
	db_free(as_owner);
	policy_free(policy);
	flowset_free(&flows);
	return 0;
}

static void
text(struct turn_in *t, unsigned sender, const char *words)
{
	struct bus_sms_in *m = &t->u.sms;

	memset(t, 0, sizeof(*t));
	t->kind = TURN_SMS;
	t->instance = INSTANCE;
	t->read_ms = clock_wall_ms();
	strcpy(t->daemon, "site1");
	m->token = sender;
	strcpy(m->link, "a");
	strcpy(m->link_group, "sim1");
	snprintf(m->from, sizeof(m->from), "+7701%07u", sender);
	m->text_n = (uint32_t)snprintf(m->text, sizeof(m->text), "%s", words);
	m->stamp_n = (uint32_t)snprintf((char *)m->stamp, sizeof(m->stamp), "%u", sender);
}

/* A batch from so many new senders. */
static void
batch(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		text(&in[i], ++next_sender, "yordam beringlar");
		v[i] = &in[i];
	}
}

static int
rows(enum db_stmt st)
{
	struct db_rows *r;
	int n;

	assert_int_equal(db_run0(as_owner, st, &r), RC_OK);
	n = db_count(r);
	db_rows_free(r);
	return n;
}

/* Messages kept as refused, for an operator. */
static int
refused(void)
{
	struct db_col states = { .kind = DB_TEXT };
	struct db_rows *r;
	int n;

	db_col_text(&states, "refused");
	assert_int_equal(db_run(as_owner, ST_QUEUE_ASIDE, &r, db_array(&states)), RC_OK);
	n = db_count(r);
	db_rows_free(r);
	db_col_free(&states);
	return n;
}

static void
test_batch_and_its_repeats(void **unused)
{
	int cases = rows(ST_CASE_LIST);
	uint64_t row;

	(void)unused;
	batch(BATCH);
	assert_int_equal(turn_run(&turn, v, BATCH), RC_OK);
	for (size_t i = 0; i < BATCH; i++)
		assert_true(in[i].decided && in[i].outcome == BUS_DONE);
	assert_int_equal(turn.sends.n, BATCH);
	assert_int_equal(rows(ST_CASE_LIST), cases + BATCH);
	row = turn.sends.v[0].send.row;

	/* the verdicts were lost: done again, and the same rows, same attempt, handed out */
	assert_int_equal(turn_run(&turn, v, BATCH), RC_OK);
	assert_int_equal(in[5].outcome, BUS_DONE);
	assert_int_equal(turn.sends.n, BATCH);
	assert_int_equal(turn.sends.v[0].send.attempt, 1);
	assert_true(
	    turn.sends.v[0].send.row >= row && turn.sends.v[0].send.row < row + 1000);
	assert_int_equal(rows(ST_CASE_LIST), cases + BATCH);

	/* the daemon was reborn: done, and nothing handed out, for nobody knows what it sent */
	for (size_t i = 0; i < BATCH; i++)
		in[i].instance++;
	assert_int_equal(turn_run(&turn, v, BATCH), RC_OK);
	assert_int_equal(in[5].outcome, BUS_DONE);
	assert_int_equal(turn.sends.n, 0);
	assert_int_equal(rows(ST_CASE_LIST), cases + BATCH);
}

static void
test_poison_in_a_batch(void **unused)
{
	int cases = rows(ST_CASE_LIST), aside = refused();

	(void)unused;
	batch(BATCH);
	in[7].read_ms = INT64_MAX / 2; /* no timestamp can hold it: class 22 */
	assert_int_equal(turn_run(&turn, v, BATCH), RC_OK);
	for (size_t i = 0; i < BATCH; i++) {
		assert_true(in[i].decided);
		assert_int_equal(in[i].outcome, i == 7 ? BUS_ASIDE : BUS_DONE);
	}
	assert_int_equal(turn.sends.n, BATCH - 1);
	assert_int_equal(rows(ST_CASE_LIST), cases + BATCH - 1);
	assert_int_equal(refused(), aside + 1);
	/* offered once more it is known, not refused again */
	assert_int_equal(turn_run(&turn, v, BATCH), RC_OK);
	assert_int_equal(in[7].outcome, BUS_DONE);
	assert_int_equal(refused(), aside + 1);
}

static void
test_second_of_a_sender_waits(void **unused)
{
	(void)unused;
	batch(2);
	text(&in[1], next_sender - 1, "1");
	strcpy((char *)in[1].u.sms.stamp, "x");
	assert_int_equal(turn_run(&turn, v, 2), RC_OK);
	assert_int_equal(in[0].outcome, BUS_DONE);
	assert_int_equal(in[1].outcome, BUS_AGAIN);
	assert_int_equal(turn_run(&turn, &v[1], 1), RC_OK);
	assert_int_equal(in[1].outcome, BUS_DONE);
}

/* One step may raise the class and make the referral due, and answer a slot twice. */
static void
test_several_effects_on_one_case(void **unused)
{
	struct db_rows *r;

	(void)unused;
	batch(1);
	text(&in[0], next_sender, "yordam xavf jetiboy");
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	text(&in[0], next_sender, "jetiboy");
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(db_run0(as_owner, ST_CASE_LIST, &r), RC_OK);
	assert_string_equal(db_get_text(r, 0, 2), "danger");
	assert_non_null(strstr(db_get_text(r, 0, 7), "region=KZ-47"));
	db_rows_free(r);
}

static void
result(struct turn_in *t, uint64_t row, uint32_t attempt, enum bus_state state)
{
	memset(t, 0, sizeof(*t));
	t->kind = TURN_RESULT;
	t->u.result.row = row;
	t->u.result.attempt = attempt;
	t->u.result.state = state;
	strcpy(t->u.result.link, "a");
}

static int64_t
count_of(const char *state)
{
	struct db_rows *r;
	int64_t n = 0;

	assert_int_equal(db_run0(as_owner, ST_QUEUE_COUNTS, &r), RC_OK);
	for (int i = 0; i < db_count(r); i++) {
		if (strcmp(db_get_text(r, i, 0), state) == 0)
			n = db_get_i64(r, i, 1);
	}
	db_rows_free(r);
	return n;
}

static void
test_results(void **unused)
{
	int64_t sent = count_of("sent"), due = count_of("due");
	uint64_t row;

	(void)unused;
	batch(1);
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	row = turn.sends.v[0].send.row;
	result(&in[0], row, 1, BUS_UNCERTAIN);
	result(&in[1], row, 1, BUS_ACCEPTED);
	assert_int_equal(turn_run(&turn, v, 2), RC_OK);
	assert_int_equal(in[0].outcome, BUS_DONE);
	assert_int_equal(in[1].outcome, BUS_AGAIN); /* judged when the first is written */
	assert_int_equal(count_of("due"), due + 1); /* S2: once more, inside its 90 s */
	assert_int_equal(turn_run(&turn, &v[1], 1), RC_OK);
	assert_int_equal(count_of("due"), due); /* it went after all: never again */
	assert_int_equal(count_of("sent"), sent + 1);
	result(&in[0], row, 1, BUS_FAILED); /* late and wrong: changes nothing */
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(count_of("sent"), sent + 1);
}

static void
receipt_of(struct turn_in *t, uint32_t ref, const char *to, bool delivered, int64_t ago)
{
	memset(t, 0, sizeof(*t));
	t->kind = TURN_RECEIPT;
	t->read_ms = clock_wall_ms() - ago;
	t->u.receipt.ref = ref;
	t->u.receipt.delivered = delivered;
	t->u.receipt.final = true;
	strcpy(t->u.receipt.link, "a");
	strcpy(t->u.receipt.to, to);
}

static void
test_receipts(void **unused)
{
	int64_t delivered = count_of("delivered"), undelivered = count_of("undelivered");
	char to[PHONE_MAX];
	uint64_t row;

	(void)unused;
	batch(1);
	strcpy(to, in[0].u.sms.from);
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	row = turn.sends.v[0].send.row;

	receipt_of(&in[0], 200, to, true,
	    0); /* before the result of its send: again, not lost */
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(in[0].outcome, BUS_AGAIN);
	result(&in[0], row, 1, BUS_ACCEPTED);
	in[0].u.result.refs_n = 1;
	in[0].u.result.refs[0] = 200;
	in[0].u.result.parts_done = 1;
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	receipt_of(&in[0], 200, "+77019999999", true, 120000); /* another's number */
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(count_of("delivered"), delivered);
	receipt_of(
	    &in[0], 201, to, true, 120000); /* another reference, and too old to wait */
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(in[0].outcome, BUS_DONE);
	assert_int_equal(count_of("delivered"), delivered);
	receipt_of(&in[0], 200, to, false, 0);
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(count_of("undelivered"), undelivered + 1);
	receipt_of(&in[0], 200, to, true, 0); /* it came through after all */
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(count_of("delivered"), delivered + 1);
}

static void
dial(struct turn_in *t, uint64_t dialogue, uint32_t step, const char *from,
    const char *words)
{
	struct bus_ussd_in *m = &t->u.ussd;

	memset(t, 0, sizeof(*t));
	t->kind = TURN_USSD;
	t->instance = INSTANCE;
	t->read_ms = clock_wall_ms();
	strcpy(t->daemon, "site1");
	m->token = step;
	m->dialogue = dialogue;
	m->step = step;
	strcpy(m->link, "a");
	strcpy(m->link_group, "sim1");
	strcpy(m->from, from);
	strcpy(m->text, words);
}

/* S1c: screens go with the verdict; a repeated step gets the same screen; no SMS, ever. */
static void
ussd_dialogue(uint64_t dialogue, const char *from)
{
	int64_t due = count_of("due"), claimed = count_of("claimed"),
		sent = count_of("sent");
	int cases = rows(ST_CASE_LIST);
	char screen[BUS_SCREEN_MAX];

	v[0] = &in[0];
	dial(&in[0], dialogue, 1, from, "*8500#");
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(in[0].outcome, BUS_DONE);
	assert_true(in[0].screen[0] != '\0');
	assert_false(in[0].end);
	dial(&in[0], dialogue, 2, from, "yordam");
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	memcpy(screen, in[0].screen, sizeof(screen));
	assert_true(screen[0] != '\0');
	assert_int_equal(rows(ST_CASE_LIST), cases + 1);

	dial(&in[0], dialogue, 2, from, "yordam"); /* the verdict was lost */
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_int_equal(in[0].outcome, BUS_DONE);
	assert_string_equal(in[0].screen, screen);
	assert_int_equal(rows(ST_CASE_LIST), cases + 1);

	dial(&in[0], dialogue, 3, from, "1");
	assert_int_equal(turn_run(&turn, v, 1), RC_OK);
	assert_string_not_equal(in[0].screen, screen);
	assert_int_equal(turn.sends.n, 0);
	assert_int_equal(count_of("due"), due);
	assert_int_equal(count_of("claimed"), claimed);
	assert_int_equal(count_of("sent"), sent);
}

static void
test_ussd(void **unused)
{
	(void)unused;
	ussd_dialogue(1, "+77019000001");
	ussd_dialogue(2, ""); /* anonymous: a case all the same */
	ussd_dialogue(3, ""); /* and another */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_batch_and_its_repeats),
		cmocka_unit_test(test_poison_in_a_batch),
		cmocka_unit_test(test_second_of_a_sender_waits),
		cmocka_unit_test(test_several_effects_on_one_case),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_receipts),
		cmocka_unit_test(test_ussd),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
