/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clock, the database and the turn that texts go through: what a daemon would bring to a worker.
 * It decides nothing and keeps no words. Called by simulate.c and those who speak.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../db/cluster.h"
#include "clock.h"
#include "log.h"
#include "simulate.h"
#include "str.h"

#define INSTANCE 7001
#define TRIES 40

struct world world;

struct db *
world_db(const char *user, unsigned roles)
{
	return cluster_open("simulate", user, roles);
}

void
world_open(const char *config)
{
	struct setup *s = &world.setup;

	world.clock = cluster_clock();
	setup_read(s, config, "dispatch", true);
	world.db = world_db("postgres", DB_SIMULATE);
	turn_init(&world.worker, world_db("shyraq_worker", DB_WORKER), &s->keys,
	    &s->flows, s->policy, &s->limits);
}

void
world_close(void)
{
	db_free(world.worker.db);
	turn_clear(&world.worker);
	db_free(world.db);
	setup_clear(&world.setup);
}

void
world_clock(int64_t wall_ms)
{
	int64_t ahead = wall_ms - clock_wall_ms(),
		offset = (int64_t)le64toh(world.clock[0]) + ahead;

	if (ahead <= 0)
		return;
	__atomic_store_n(&world.clock[0], htole64((uint64_t)offset), __ATOMIC_RELAXED);
	if (db_run(world.db, SIM(SIM_CLOCK), NULL, db_i64(offset)) != RC_OK)
		fatalx("simulate.clock", "the database's clock was not moved");
}

int64_t
world_next_due(void)
{
	struct db_rows *r;
	int64_t at;

	if (db_run0(world.db, SIM(SIM_NEXT), &r) != RC_OK)
		fatalx("simulate.next", "sqlstate=%s", db_error(world.db));
	at = db_is_null(r, 0, 0) ? -1 : db_get_i64(r, 0, 0);
	db_rows_free(r);
	return at;
}

/* Whoever dies in the middle of a transaction leaves its locks for a moment. */
void
world_say(const struct phone *from, const char *words, int64_t late_ms)
{
	static struct turn_in in;
	struct turn_in *const v[1] = { &in };
	struct bus_sms_in *s = &in.u.sms;
	enum rc rc = RC_AGAIN;

	memset(&in, 0, sizeof(in));
	in.kind = TURN_SMS;
	in.instance = INSTANCE;
	in.read_ms = clock_wall_ms() - late_ms;
	strcpy(in.daemon, "site1");
	s->token = ++world.token;
	strcpy(s->link, "a");
	strcpy(s->link_group, "sim1");
	if (!str_copy(s->from, sizeof(s->from), from->s) ||
	    !str_copy(s->text, sizeof(s->text), words))
		fatalx("simulate.words", "too many");
	s->text_n = (uint32_t)strlen(words);
	s->stamp_n = (uint32_t)snprintf(
	    (char *)s->stamp, sizeof(s->stamp), "%llu", (unsigned long long)world.token);
	for (int i = 0; i < TRIES && (rc != RC_OK || in.outcome == BUS_AGAIN); i++) {
		in.decided = false;
		rc = turn_run(&world.worker, v, 1);
	}
	if (rc != RC_OK || (in.outcome != BUS_DONE && in.outcome != BUS_ASIDE))
		fatalx("simulate.turn", "rc=%d outcome=%d", (int)rc, (int)in.outcome);
	turn_sends_clear(&world.worker);
}

static void
read_row(const struct db_rows *rows, int i, struct row *r)
{
	size_t sealed_n, n;
	const uint8_t *sealed = db_get_bytes(rows, i, 6, &sealed_n);
	char *text;

	*r = (struct row){
		.id = db_get_i64(rows, i, 0),
		.inbox_id = db_get_i64(rows, i, 1),
		.peer_id = db_get_i64(rows, i, 2),
		.contact_id = db_get_i64(rows, i, 3),
		.case_id = db_get_i64(rows, i, 4),
		.submit_by = db_get_i64(rows, i, 7),
		.window_until = db_get_i64(rows, i, 8),
		.case_peer = db_get_i64(rows, i, 9),
		.case_number = db_get_i64(rows, i, 11),
		.begun_ms = db_get_i64(rows, i, 14),
		.lead = db_get_bool(rows, i, 15),
	};
	if (keys_open_text(&world.setup.keys, SEAL_OUTBOX, r->id, sealed, sealed_n, &text,
		&n) != RC_OK)
		fatalx("simulate.text", "a text of the outbox cannot be opened");
	if (!str_copy(r->key, sizeof(r->key), db_get_text(rows, i, 5)) ||
	    !str_copy(r->text, sizeof(r->text), text) ||
	    !str_copy(r->class, sizeof(r->class), db_get_text(rows, i, 10)) ||
	    !str_copy(r->role, sizeof(r->role), db_get_text(rows, i, 12)) ||
	    !str_copy(r->state, sizeof(r->state), db_get_text(rows, i, 13)) ||
	    !str_copy(r->region, sizeof(r->region), db_get_text(rows, i, 16)))
		fatalx("simulate.text", "a key or a text is too long");
	free(text);
}

void
world_take(void)
{
	struct db_rows *rows = NULL;
	static struct row r;

	if (db_run0(world.db, SIM(SIM_TAKE), &rows) != RC_OK)
		fatalx("simulate.take", "sqlstate=%s", db_error(world.db));
	for (int i = 0; i < db_count(rows); i++) {
		read_row(rows, i, &r);
		on_text(&r);
	}
	db_rows_free(rows);
}

static int64_t
ask_peer(struct person *p)
{
	struct db_rows *r;
	int64_t id = 0;

	if (db_run(world.db, SIM(SIM_PEER), &r, db_bytes(p->hash.b, sizeof(p->hash.b))) !=
	    RC_OK)
		fatalx("simulate.peer", "sqlstate=%s", db_error(world.db));
	if (db_count(r) > 0)
		id = db_get_i64(r, 0, 0);
	db_rows_free(r);
	return id;
}

/* Open addressing by peer; who has written is put in at the first look for them. */
struct person *
person_of_peer(int64_t peer_id)
{
	static uint32_t *slot, slots;
	uint32_t at;

	if (slots == 0) {
		for (slots = 1024; slots < 4 * options.cases; slots *= 2)
			continue;
		slot = xcalloc(slots, sizeof(*slot));
	}
	for (int round = 0; peer_id != 0 && round < 2; round++) {
		at = (uint32_t)((uint64_t)peer_id * 2654435761u) & (slots - 1);
		for (; slot[at] != 0; at = (at + 1) & (slots - 1)) {
			if (persons[slot[at] - 1].peer_id == peer_id)
				return &persons[slot[at] - 1];
		}
		for (unsigned i = 0; round == 0 && i < options.cases; i++) {
			struct person *p = &persons[i];

			if (p->t0 == 0 || p->peer_id != 0)
				continue;
			p->peer_id = ask_peer(p);
			at = (uint32_t)((uint64_t)p->peer_id * 2654435761u) & (slots - 1);
			while (slot[at] != 0)
				at = (at + 1) & (slots - 1);
			slot[at] = i + 1;
		}
	}
	return NULL;
}
