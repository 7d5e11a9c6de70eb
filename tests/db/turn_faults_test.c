/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a turn does when the database fails in the middle: no verdict without a commit, nothing held up for one
 * that cannot go on, nothing left half done. It plays no conversation. Called by scripts/db-tests.
 */
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "epoch.h"
#include "keys.h"
#include "log.h"
#include "orders.h"
#include "outbox.h"
#include "play.h"

#define BATCH 6

static struct turn_in in[BATCH];
static struct turn_in *v[BATCH];
static unsigned next_phone = 700;

/* A batch of first texts; `odd` came over a link that the triggers below know. */
static void
batch(size_t n, size_t odd, const char *link)
{
	for (size_t i = 0; i < n; i++) {
		struct bus_sms_in *m = &in[i].u.sms;

		memset(&in[i], 0, sizeof(in[i]));
		v[i] = &in[i];
		in[i].kind = TURN_SMS;
		in[i].instance = 1;
		in[i].read_ms = play_now();
		strcpy(in[i].daemon, "site1");
		strcpy(m->link, i == odd ? link : "a");
		strcpy(m->link_group, "sim1");
		snprintf(m->from, sizeof(m->from), "+7701%07u", ++next_phone);
		m->text_n = (uint32_t)snprintf(m->text, sizeof(m->text), "yordam");
		m->stamp_n = (uint32_t)snprintf(
		    (char *)m->stamp, sizeof(m->stamp), "f%u", next_phone);
	}
	play_script_now = play_help;
}

static int64_t
kept(size_t i)
{
	return play_number("SELECT count(*) FROM inbox WHERE peer_id = %lld",
	    (long long)play_peer(next_phone - BATCH + 1 + (unsigned)i));
}

static void
break_inserts(const char *table, const char *what)
{
	play_run(
	    "CREATE OR REPLACE FUNCTION test_break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
	    "IF NEW.link = 'odd' THEN %s; END IF; RETURN NEW; END $$",
	    what);
	play_run("CREATE TRIGGER test_break BEFORE INSERT ON %s FOR EACH ROW "
		 "EXECUTE FUNCTION test_break()",
	    table);
}

static void
mend_inserts(const char *table)
{
	play_run("DROP TRIGGER test_break ON %s", table);
}

/* A batch that is refused is run singly; the connection goes in the middle of one. */
static void
no_verdict_without_a_commit(void **unused)
{
	(void)unused;
	batch(BATCH, 3, "odd");
	in[1].read_ms = INT64_MAX / 2; /* class 22: refused */
	break_inserts("inbox", "PERFORM pg_terminate_backend(pg_backend_pid())");
	assert_int_equal(turn_run(&play_worker, v, BATCH), RC_OK);
	assert_true(in[0].decided && in[0].outcome == BUS_DONE);
	assert_true(in[1].decided && in[1].outcome == BUS_ASIDE);
	assert_true(in[2].decided && in[2].outcome == BUS_DONE);
	for (size_t i = 3; i < BATCH; i++)
		assert_false(in[i].decided);
	mend_inserts("inbox");
	assert_int_equal(db_open(play_worker.db), RC_OK);
	assert_int_equal(turn_run(&play_worker, &v[3], BATCH - 3), RC_OK);
	for (size_t i = 3; i < BATCH; i++) {
		assert_true(in[i].decided && in[i].outcome == BUS_DONE);
		assert_int_equal(kept(i), 1);
	}
}

/* One whose row somebody else holds waits alone. */
static void
one_that_waits_holds_up_nobody(void **unused)
{
	(void)unused;
	batch(BATCH, 2, "odd");
	break_inserts("inbox", "RAISE EXCEPTION 'locked' USING ERRCODE = '55P03'");
	assert_int_equal(turn_run(&play_worker, v, BATCH), RC_OK);
	for (size_t i = 0; i < BATCH; i++) {
		assert_true(in[i].decided);
		assert_int_equal(in[i].outcome, i == 2 ? BUS_AGAIN : BUS_DONE);
	}
	mend_inserts("inbox");
	assert_int_equal(turn_run(&play_worker, &v[2], 1), RC_OK);
	assert_int_equal(in[2].outcome, BUS_DONE);
	assert_int_equal(kept(2), 1);
}

/* What the same input always meets puts it aside, and not everybody's batch for ever. */
static void
one_that_never_can_is_put_aside(void **unused)
{
	(void)unused;
	batch(BATCH, 4, "odd");
	break_inserts("inbox", "IF NEW.state = 'done' THEN RAISE EXCEPTION 'no'; END IF");
	assert_int_equal(turn_run(&play_worker, v, BATCH), RC_OK);
	for (size_t i = 0; i < BATCH; i++)
		assert_int_equal(in[i].outcome, i == 4 ? BUS_ASIDE : BUS_DONE);
	mend_inserts("inbox");
	assert_string_equal(
	    play_sql(
		"SELECT state FROM inbox WHERE link = 'odd' ORDER BY id DESC LIMIT 1"),
	    "refused");
}

/* A number that was forgotten while its next text came: again, not "no number to answer". */
static void
forgotten_meanwhile(void **unused)
{
	(void)unused;
	batch(1, 0, "a");
	play_run(
	    "CREATE FUNCTION test_none() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
	play_run(
	    "CREATE TRIGGER test_none BEFORE INSERT ON peer FOR EACH ROW EXECUTE FUNCTION test_none()");
	assert_int_equal(turn_run(&play_worker, v, 1), RC_AGAIN);
	play_run("DROP TRIGGER test_none ON peer");
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	assert_int_equal(in[0].outcome, BUS_DONE);
}

static void
tells(struct session *s, const struct flow_input *input, struct effects *e)
{
	play_help(s, input, e);
	play_effect(e, EFFECT_NARRATIVE, "", "");
}

/* Nobody could ever read their words: they are answered all the same, and the words are kept for a key. */
static void
no_key_holder(void **unused)
{
	(void)unused;
	play_run("UPDATE keyholder SET active = false");
	epoch_drop(&play_worker.epoch);
	batch(1, 0, "a");
	play_script_now = tells;
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	play_run("UPDATE keyholder SET active = true");
	assert_true(in[0].decided);
	assert_int_equal(in[0].outcome, BUS_ASIDE);
	assert_int_equal(play_worker.sends.n, 1);
	assert_int_equal(
	    play_number(
		"SELECT count(*) FROM inbox WHERE peer_id = %lld AND state = 'aside' "
		"AND error = 'no key holder' AND sealed IS NOT NULL",
		(long long)play_peer(next_phone)),
	    1);
	assert_int_equal(play_number("SELECT count(*) FROM casefile WHERE peer_id = %lld",
			     (long long)play_peer(next_phone)),
	    1);
}

/* A row that was sealed with other keys fails as a try does, and does not come back for ever. */
static void
what_does_not_open_fails(void **unused)
{
	long long peer;

	(void)unused;
	batch(1, 0, "a");
	play_script_now = tells;
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	peer = (long long)play_peer(next_phone);
	play_run(
	    "UPDATE outbox SET state = 'due', text = '\\x00', lease_until = NULL, due_at = shyraq_now() "
	    "WHERE peer_id = %lld",
	    peer);
	assert_int_equal(outbox_claim(&play_dispatch, "site1", 1, 1000), RC_OK);
	assert_string_equal(
	    play_sql(
		"SELECT state || ' ' || failures FROM outbox WHERE peer_id = %lld", peer),
	    "due 1");
}

static int
lines_of(FILE *log, const char *event)
{
	char line[1024];
	int n = 0;

	rewind(log);
	while (fgets(line, sizeof(line), log) != NULL)
		n += strstr(line, event) != NULL;
	return n;
}

/* The log tells of what was committed alone. */
static void
nothing_is_said_of_what_was_rolled_back(void **unused)
{
	FILE *log = tmpfile();
	int was = dup(STDERR_FILENO);

	(void)unused;
	assert_non_null(log);
	batch(1, 0, "odd");
	break_inserts("inbox", "RAISE EXCEPTION 'locked' USING ERRCODE = '55P03'");
	assert_true(was >= 0 && dup2(fileno(log), STDERR_FILENO) >= 0);
	log_open("play", LOG_LEVEL_INFO);
	assert_int_equal(turn_run(&play_worker, v, 1), RC_AGAIN);
	assert_int_equal(lines_of(log, "db.failed"), 1);
	assert_int_equal(lines_of(log, "turn.taken"), 0);
	mend_inserts("inbox");
	assert_int_equal(turn_run(&play_worker, v, 1), RC_OK);
	log_open("play", LOG_LEVEL_ERROR);
	assert_true(dup2(was, STDERR_FILENO) >= 0);
	assert_int_equal(lines_of(log, "turn.taken"), 1);
	close(was);
	fclose(log);
}

static unsigned said;

static enum rc
say(void *arg, const struct bus_msg *m)
{
	(void)arg;
	assert_int_equal(m->type, BUS_ORDER);
	said++;
	return RC_OK;
}

static int64_t
order(const char *link)
{
	play_run(
	    "INSERT INTO link_state (link, daemon, state, usable) VALUES ('%s', 'site1', 'ok', true) "
	    "ON CONFLICT DO NOTHING",
	    link);
	play_run("INSERT INTO link_order (kind, link) VALUES ('pause', '%s')", link);
	return play_number("SELECT max(id) FROM link_order");
}

/* A pause that could not be kept is not lost: said when it can be, with all that came after it. */
static void
orders_outlive_a_lost_connection(void **unused)
{
	int64_t odd = order("odd"), next = order("b");

	(void)unused;
	said = 0;
	break_inserts("link_pause", "PERFORM pg_terminate_backend(pg_backend_pid())");
	assert_int_equal(orders_run(play_dispatch.db, say, NULL), RC_BROKEN);
	mend_inserts("link_pause");
	assert_int_equal(said, 0);
	assert_int_equal(db_open(play_dispatch.db), RC_OK);
	assert_int_equal(orders_run(play_dispatch.db, say, NULL), RC_OK);
	assert_int_equal(said, 2);
	assert_int_equal(
	    play_number("SELECT count(*) FROM link_order WHERE id IN (%lld, %lld) AND "
			"said_at IS NOT NULL",
		(long long)odd, (long long)next),
	    2);
	assert_int_equal(
	    play_number("SELECT count(*) FROM link_pause WHERE link IN ('odd', 'b')"), 2);
}

static void
an_order_that_is_refused_holds_up_no_other(void **unused)
{
	int64_t odd = order("odd"), next = order("c");

	(void)unused;
	said = 0;
	break_inserts("link_pause", "RAISE EXCEPTION 'no'");
	assert_int_equal(orders_run(play_dispatch.db, say, NULL), RC_OK);
	mend_inserts("link_pause");
	assert_int_equal(said, 1);
	assert_string_equal(
	    play_sql("SELECT answer FROM link_order WHERE id = %lld", (long long)odd),
	    "the database refused it");
	assert_int_equal(
	    play_number(
		"SELECT count(*) FROM link_order WHERE id = %lld AND said_at IS NULL",
		(long long)next),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_verdict_without_a_commit),
		cmocka_unit_test(one_that_waits_holds_up_nobody),
		cmocka_unit_test(one_that_never_can_is_put_aside),
		cmocka_unit_test(forgotten_meanwhile),
		cmocka_unit_test(no_key_holder),
		cmocka_unit_test(what_does_not_open_fails),
		cmocka_unit_test(nothing_is_said_of_what_was_rolled_back),
		cmocka_unit_test(orders_outlive_a_lost_connection),
		cmocka_unit_test(an_order_that_is_refused_holds_up_no_other),
	};

	return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
