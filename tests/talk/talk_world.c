/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Phones, receivers and the clock in front of the turn: what a daemon and dispatch would bring to it.
 * It decides nothing: texts are taken from the outbox, screens from the verdict. Called by talk_lines.c.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../db/cluster.h"
#include "clock.h"
#include "log.h"
#include "str.h"
#include "talk.h"

#define INSTANCE 7001
#define DIALLED "*8500#"
#define DUE_ROUNDS 100
#define LATER_MS (3 * TALK_MINUTE) /* no network keeps a dialogue open so long */

struct world world;

void
world_open(const char *conf)
{
	struct setup *s = &world.setup;

	world.clock = cluster_clock();
	setup_read(s, conf, "dispatch", true);
	world.db = cluster_open("talk", "postgres", DB_TALK);
	turn_init(&world.worker, cluster_open("talk", "shyraq_worker", DB_WORKER),
	    &s->keys, &s->flows, s->policy, &s->limits);
	turn_init(&world.dispatch, cluster_open("talk", "shyraq_dispatch", DB_DISPATCH),
	    &s->keys, &s->flows, s->policy, &s->limits);
	for (size_t i = 0; i < talk_receivers_n; i++)
		registry_put(&talk_receivers[i]);
}

void
world_close(void)
{
	db_free(world.worker.db);
	db_free(world.dispatch.db);
	turn_clear(&world.worker);
	turn_clear(&world.dispatch);
	db_free(world.db);
	setup_clear(&world.setup);
}

static int64_t
offset(void)
{
	return (int64_t)le64toh(world.clock[0]);
}

static void
set_sql_clock(int64_t ms)
{
	if (db_run(world.db, TALK(TALK_CLOCK), NULL, db_i64(ms)) != RC_OK)
		fatalx("talk.clock", "the database's clock was not moved");
}

static void
set_clock(int64_t ms)
{
	__atomic_store_n(&world.clock[0], htole64((uint64_t)ms), __ATOMIC_RELAXED);
	set_sql_clock(ms);
}

int
world_minute_of_day(const struct talk *k)
{
	int64_t local = clock_wall_ms() + k->zone * TALK_MINUTE;

	return (int)(local / TALK_MINUTE % 1440);
}

static bool
is_working(int64_t day)
{
	const struct policy_hours *h = policy_hours(
	    policy_all(world.worker.policy), "KZ");

	return policy_is_open(h, (day * 1440 + 12 * 60) * TALK_MINUTE, 0);
}

/* 1 January 1970 was a Thursday. */
static bool
is_day(int64_t day, enum talk_day what)
{
	int64_t weekday = (day + 3) % 7;

	switch (what) {
	case TALK_WORKING:
		return weekday == 2 && is_working(day) && is_working(day + 1);
	case TALK_SUNDAY:
		return weekday == 6;
	case TALK_HOLIDAY:
		return weekday < 5 && !is_working(day) && is_working(day + 1);
	}
	return false;
}

/* Nothing of an earlier talk is left, and it is the first such minute of a working day from now on. */
void
world_begin(struct talk *k, int minute_of_day, enum talk_day what)
{
	int64_t real, local, day;

	if (db_run0(world.db, TALK(TALK_RESET), NULL) != RC_OK)
		fatalx("talk.reset", "sqlstate=%s", db_error(world.db));
	for (size_t i = 0; i < talk_receivers_n; i++) {
		talk_receivers[i].said_n = 0;
		talk_receivers[i].read = 0;
	}
	real = clock_wall_ms() - offset();
	local = real + k->zone * TALK_MINUTE;
	day = local / (1440 * TALK_MINUTE) + 1;
	while (!is_day(day, what))
		day++;
	set_clock((day * 1440 + minute_of_day) * TALK_MINUTE + 1000 - local);
}

static void
know_peer(struct mobile *m)
{
	struct db_rows *r = NULL;

	if (m->number.s[0] == '\0')
		return;
	m->hash = keys_hash_number(&world.setup.keys, SEAL_PERSON_LOOKUP, &m->number);
	if (db_run(world.db, TALK(TALK_PEER), &r,
		db_bytes(m->hash.b, sizeof(m->hash.b))) != RC_OK)
		fatalx("talk.peer", "sqlstate=%s", db_error(world.db));
	if (db_count(r) > 0)
		m->peer_id = db_get_i64(r, 0, 0);
	db_rows_free(r);
}

static struct mobile *
mobile_of_peer(struct talk *k, int64_t peer)
{
	for (size_t i = 0; i < TALK_PHONES; i++) {
		if (k->phone[i].peer_id == peer)
			return &k->phone[i];
	}
	return NULL;
}

static struct receiver *
receiver_of(int64_t contact)
{
	for (size_t i = 0; i < talk_receivers_n; i++) {
		if (talk_receivers[i].contact_id == contact)
			return &talk_receivers[i];
	}
	return NULL;
}

static bool
said_add(struct talk *k, struct said *v, size_t *n, const struct said *s)
{
	if (*n == TALK_SAID)
		return fail(k, "more than %d texts", TALK_SAID);
	v[(*n)++] = *s;
	return true;
}

static bool
take_row(struct talk *k, const struct db_rows *rows, int i)
{
	struct row row = {
		.id = db_get_i64(rows, i, 0),
		.inbox_id = db_get_i64(rows, i, 1),
		.peer_id = db_get_i64(rows, i, 2),
		.contact_id = db_get_i64(rows, i, 3),
		.case_id = db_get_i64(rows, i, 4),
		.submit_by = db_get_i64(rows, i, 7),
		.window_until = db_get_i64(rows, i, 8),
	};
	static struct said s;
	struct receiver *r = receiver_of(row.contact_id);
	struct mobile *m = mobile_of_peer(k, row.peer_id);
	size_t sealed_n, n;
	const uint8_t *sealed = db_get_bytes(rows, i, 6, &sealed_n);
	char *text;

	memset(&s, 0, sizeof(s));
	s.at_ms = clock_wall_ms();
	if (keys_open_text(&world.setup.keys, SEAL_OUTBOX, row.id, sealed, sealed_n,
		&text, &n) != RC_OK)
		return fail(k, "a text of the outbox cannot be opened");
	if (!str_copy(s.key, sizeof(s.key), db_get_text(rows, i, 5)) ||
	    !str_copy(s.text, sizeof(s.text), text)) {
		free(text);
		return fail(k, "a key or a text is too long");
	}
	free(text);
	if (row.peer_id == 0 && r != NULL) {
		char who[2] = { r->letter, '\0' };

		s.lang = lang_parse(r->lang);
		show(k, who, "<", s.key, s.text);
		return rules_receiver_row(k, r, &row, &s) &&
		    said_add(k, r->said, &r->said_n, &s);
	}
	for (size_t p = 0; m == NULL && p < TALK_PHONES; p++) {
		if (k->phone[p].wrote)
			know_peer(&k->phone[p]); /* forgotten, and met again */
	}
	m = m == NULL ? mobile_of_peer(k, row.peer_id) : m;
	if (m == NULL || row.peer_id == 0)
		return fail(k, "%s went to somebody who is not in the talk", s.key);
	s.lang = m->session.lang;
	show(k, m == &k->phone[0] ? "1" : "2", "<", s.key, s.text);
	return rules_person_row(k, m, &row, &s) && said_add(k, m->said, &m->said_n, &s);
}

/* What the network would take now, in the order it was written. */
static bool
collect(struct talk *k)
{
	struct db_rows *rows = NULL;
	bool fine = true;

	if (db_run0(world.db, TALK(TALK_TAKE), &rows) != RC_OK)
		fatalx("talk.take", "sqlstate=%s", db_error(world.db));
	for (int i = 0; fine && i < db_count(rows); i++)
		fine = take_row(k, rows, i);
	db_rows_free(rows);
	return fine;
}

/* How much of this phone's conversation is the one that a step went on from. */
static int
likeness(const struct session *s)
{
	const struct session *b = &heard.before;

	if (b->case_id == 0 || s->case_id != b->case_id)
		return 0;
	return 1 + 2 * (s->stopped == b->stopped) + (strcmp(s->step, b->step) == 0);
}

/* A step that no text of a person brought: a timer, a knock, words that a receiver sent them. */
static bool
step_of_nobody(struct talk *k)
{
	struct mobile *m = &k->phone[0];
	int best = 0;

	for (size_t i = 0; i < TALK_PHONES; i++) {
		int like = likeness(&k->phone[i].session);

		if (like > 0 && like >= best) {
			best = like;
			m = &k->phone[i];
		}
	}
	return heard.steps == 0 || rules_after_step(k, m);
}

static bool
run_due(struct talk *k, const struct db_rows *rows)
{
	bool fine = true;

	for (int i = 0; fine && i < db_count(rows); i++) {
		const char *kind = db_get_text(rows, i, 0);
		enum rc rc;

		heard_clear();
		rc = turn_due(&world.dispatch, kind, db_get_i64(rows, i, 1),
		    db_get_i64(rows, i, 2));
		if (rc != RC_OK)
			return fail(
			    k, "what fell due (%s) was not done, rc=%d", kind, (int)rc);
		turn_sends_clear(&world.dispatch);
		k->turn_of = NULL;
		fine = step_of_nobody(k) && collect(k);
	}
	return fine;
}

/* All that is due at this very moment. */
static bool
settle(struct talk *k)
{
	for (int round = 0; round < DUE_ROUNDS; round++) {
		struct db_rows *rows = NULL;
		bool fine;
		int n;

		if (db_run0(world.dispatch.db, ST_DUE, &rows) != RC_OK)
			fatalx("talk.due", "sqlstate=%s", db_error(world.dispatch.db));
		n = db_count(rows);
		fine = run_due(k, rows);
		db_rows_free(rows);
		if (!fine || n == 0)
			return fine;
	}
	return fail(k, "something falls due for ever");
}

bool
world_intake(struct talk *k, const char *kind, const void *text, size_t n, bool *done)
{
	uint8_t box[1024];
	struct db_rows *r = NULL;
	int64_t id;

	*done = false;
	if (n + SEAL_BOX_OVERHEAD > sizeof(box) ||
	    seal_box(&world.setup.keys.intake_pub, text, n, box) != RC_OK)
		return fail(k, "it cannot be sealed");
	if (db_run(world.db, TALK(TALK_INTAKE), &r, db_text(kind),
		db_bytes(box, n + SEAL_BOX_OVERHEAD)) != RC_OK)
		fatalx("talk.intake", "sqlstate=%s", db_error(world.db));
	id = db_get_i64(r, 0, 0);
	db_rows_free(r);
	if (!settle(k))
		return false;
	if (db_run(world.db, TALK(TALK_INTAKE_STATE), &r, db_i64(id)) != RC_OK)
		fatalx("talk.intake", "sqlstate=%s", db_error(world.db));
	*done = strcmp(db_get_text(r, 0, 0), "done") == 0;
	history(k, "= %s", db_get_text(r, 0, 1));
	db_rows_free(r);
	return true;
}

/* The earliest thing that is due by then; -1: nothing. Looks ahead with the database's clock alone. */
static int64_t
next_due(int64_t then)
{
	struct db_rows *rows = NULL;
	int64_t first = -1;

	set_sql_clock(offset() + then - clock_wall_ms());
	if (db_run0(world.dispatch.db, ST_DUE, &rows) != RC_OK)
		fatalx("talk.due", "sqlstate=%s", db_error(world.dispatch.db));
	for (int i = 0; i < db_count(rows); i++) {
		if (first < 0 || db_get_i64(rows, i, 2) < first)
			first = db_get_i64(rows, i, 2);
	}
	db_rows_free(rows);
	return first;
}

/* Time passes: everything falls due at its own moment, not when somebody looks. */
bool
world_until(struct talk *k, int64_t then)
{
	for (size_t i = 0; i < TALK_PHONES; i++) {
		if (k->phone[i].in_dialogue && then - clock_wall_ms() >= LATER_MS &&
		    !world_cut(k, &k->phone[i]))
			return false;
	}
	for (int round = 0; round < 20000; round++) {
		int64_t first = next_due(then), now = clock_wall_ms();
		int64_t at = first < 0 ? then : first < now ? now : first + 1;

		if (at > then)
			at = then;
		set_clock(offset() + (at > now ? at - now : 0));
		if (first < 0)
			return true;
		if (!settle(k))
			return false;
	}
	return fail(k, "something falls due for ever");
}

static bool
run(struct talk *k, struct mobile *m, struct turn_in *in)
{
	struct turn_in *const v[1] = { in };
	enum rc rc;

	heard_clear();
	k->turn_of = m;
	k->begun = true;
	rc = turn_run(&world.worker, v, 1);
	if (rc != RC_OK || !in->decided)
		return fail(k, "the turn did not run, rc=%d", (int)rc);
	if (in->outcome != BUS_DONE && in->outcome != BUS_ASIDE)
		return fail(k, "the turn gave the verdict %d", (int)in->outcome);
	turn_sends_clear(&world.worker);
	if (m == NULL)
		return step_of_nobody(k);
	m->wrote = true;
	m->t0 = in->read_ms;
	if (m->peer_id == 0)
		know_peer(m);
	m->knocked = false;
	return rules_after_step(k, m);
}

static void
fill_sms(struct turn_in *in, const char *from, int64_t late_ms)
{
	struct bus_sms_in *s = &in->u.sms;

	memset(in, 0, sizeof(*in));
	in->kind = TURN_SMS;
	in->instance = INSTANCE;
	in->read_ms = clock_wall_ms() - late_ms;
	strcpy(in->daemon, "site1");
	s->token = ++world.token;
	strcpy(s->link, "a");
	strcpy(s->link_group, "sim1");
	if (!str_copy(s->from, sizeof(s->from), from))
		s->from[0] = '\0';
	s->stamp_n = (uint32_t)snprintf(
	    (char *)s->stamp, sizeof(s->stamp), "%llu", (unsigned long long)world.token);
}

bool
world_sms(struct talk *k, struct mobile *m, const char *words)
{
	static struct turn_in in;

	fill_sms(&in, m->number.s, k->late_ms);
	k->late_ms = 0;
	if (!str_copy(in.u.sms.text, sizeof(in.u.sms.text), words))
		return fail(k, "more words than a message holds");
	in.u.sms.text_n = (uint32_t)strlen(words);
	m->texted = true;
	show(k, m == &k->phone[0] ? "1" : "2", ">", "", words);
	return run(k, m, &in) && collect(k) && settle(k);
}

/* An 8-bit message: nothing that a person could read in it. */
bool
world_data(struct talk *k, struct mobile *m)
{
	static struct turn_in in;

	fill_sms(&in, m->number.s, 0);
	in.u.sms.body = BUS_BODY_DATA;
	memcpy(in.u.sms.text, "\x01\x02\x03", 3);
	in.u.sms.text_n = 3;
	m->texted = true;
	return run(k, m, &in) && collect(k) && settle(k);
}

static bool
step_dialogue(struct talk *k, struct mobile *m, const char *text, bool gone)
{
	static struct turn_in in;
	static struct said s;
	struct bus_ussd_in *u = &in.u.ussd;
	const struct effect *say;

	memset(&in, 0, sizeof(in));
	in.kind = TURN_USSD;
	in.instance = INSTANCE;
	in.read_ms = clock_wall_ms();
	strcpy(in.daemon, "site1");
	u->token = ++world.token;
	u->dialogue = m->dialogue;
	u->step = ++m->step;
	u->gone = gone;
	strcpy(u->link, "a");
	strcpy(u->link_group, "sim1");
	memcpy(u->from, m->number.s, sizeof(u->from));
	if (!str_copy(u->text, sizeof(u->text), text))
		return fail(k, "more words than a screen takes");
	if (!run(k, m, &in))
		return false;
	if (gone)
		return collect(k) && settle(k);
	memset(&s, 0, sizeof(s));
	s.ussd = true;
	s.lang = m->session.lang;
	s.at_ms = in.read_ms;
	say = heard_say();
	if (!str_copy(s.key, sizeof(s.key),
		say != NULL && say->key != NULL ? say->key
		    : m->said_n > 0             ? m->said[m->said_n - 1].key
						: "-") ||
	    !str_copy(s.text, sizeof(s.text), in.screen))
		return fail(k, "a key or a screen is too long");
	if (in.end)
		m->in_dialogue = false;
	show(k, m == &k->phone[0] ? "1" : "2", in.end ? "#" : "=", s.key, s.text);
	return rules_screen(k, m, in.screen) && said_add(k, m->said, &m->said_n, &s) &&
	    collect(k) && settle(k);
}

bool
world_dial(struct talk *k, struct mobile *m)
{
	m->dialogue = ++world.dialogue;
	m->step = 0;
	m->in_dialogue = true;
	show(k, m == &k->phone[0] ? "1" : "2", "*", "", DIALLED);
	return step_dialogue(k, m, DIALLED, false);
}

bool
world_key(struct talk *k, struct mobile *m, const char *words)
{
	show(k, m == &k->phone[0] ? "1" : "2", ">", "", words);
	return step_dialogue(k, m, words, false);
}

bool
world_cut(struct talk *k, struct mobile *m)
{
	if (!m->in_dialogue)
		return fail(k, "no dialogue is open");
	m->in_dialogue = false;
	show(k, m == &k->phone[0] ? "1" : "2", "x", "", "");
	return step_dialogue(k, m, "", true);
}

bool
world_answer(struct talk *k, struct receiver *r, const char *words)
{
	static struct turn_in in;
	char who[2] = { r->letter, '\0' };

	fill_sms(&in, r->number, 0);
	if (!str_copy(in.u.sms.text, sizeof(in.u.sms.text), words))
		return fail(k, "more words than a message holds");
	in.u.sms.text_n = (uint32_t)strlen(words);
	show(k, who, ">", "", words);
	return run(k, NULL, &in) && collect(k) && settle(k);
}
