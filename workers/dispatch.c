/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraq-dispatch: the clock. Claims what is due, asks after ended leases, runs ladder steps and deadlines.
 * One leads, others stand by; leadership is convenience: correctness is in compare-and-set and keys.
 */
#include <string.h>

#include "audit.h"
#include "clock.h"
#include "housekeep.h"
#include "log.h"
#include "orders.h"
#include "outbox.h"
#include "proc.h"
#include "retention.h"
#include "samples.h"
#include "setup.h"
#include "str.h"
#include "variant.h"
#include "watch.h"

#define TICK_MS 250
#define CLAIM_MAX 64
#define DIED_EVERY_MS 60000
#define NO_ANSWER_MS 60000 /* a daemon that does not say for so long: uncertain */

struct upstream {
	struct dispatch *d;
	struct bus *bus;
	uint32_t room; /* sends it can take */
	bool fresh;    /* what stands was not said to it yet */
	bool gone;     /* its links were not marked yet */
};

struct dispatch {
	struct setup setup;
	struct loop *loop;
	struct db *db;
	struct turn turn;
	struct watch_beat beat;
	struct upstream up[SETUP_DAEMONS];
	bool leads;
	struct samples samples;
	int64_t
	    died_ms; /* clock_boot_ms: when deaths of texts, and late ones, are told of next */
	struct housekeep housekeep;
	struct retention retention;
	struct audit_chain audit;
	struct turn_in in; /* one result at a time: workers carry the many */
};

static void
verdict(struct upstream *u, uint64_t token, enum bus_outcome outcome)
{
	struct bus_verdict v = { .token = token, .outcome = outcome };
	struct bus_msg m = { .type = BUS_VERDICTS };

	m.u.verdicts.verdicts = &v;
	m.u.verdicts.verdicts_n = 1;
	m.u.verdicts.credit = 1;
	if (bus_send(u->bus, bus_only(u->bus), &m) != RC_OK)
		log_warn("dispatch.verdict", "not taken: it will be offered again");
}

static void
settle(struct upstream *u, uint64_t token)
{
	struct dispatch *d = u->d;
	struct turn_in *const v[1] = { &d->in };
	enum rc rc = db_is_open(d->db) ? turn_run(&d->turn, v, 1) : RC_AGAIN;

	if (token == 0)
		return;
	if (rc == RC_OK && d->in.decided)
		verdict(u, token, d->in.outcome);
	else if (rc == RC_AGAIN)
		verdict(u, token, BUS_AGAIN);
}

/* A result, or with token 0 the answer to an Ask: still held or in the air renews the lease. */
static void
on_result(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct upstream *u = arg;
	const struct bus_result *r = &m->u.result;

	if (r->state == BUS_HELD || r->state == BUS_SUBMITTED) {
		if (db_is_open(u->d->db) &&
		    outbox_lease_renew(&u->d->turn, (int64_t)r->row, r->attempt) != RC_OK)
			log_warn(
			    "dispatch.renew", "row=%llu", (unsigned long long)r->row);
		return;
	}
	memset(&u->d->in, 0, offsetof(struct turn_in, u));
	u->d->in.kind = TURN_RESULT;
	u->d->in.instance = from->instance;
	u->d->in.u.result = *r;
	settle(u, r->token);
	kill_point("dispatch.answered");
}

static void
on_receipt(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct upstream *u = arg;

	memset(&u->d->in, 0, offsetof(struct turn_in, u));
	u->d->in.kind = TURN_RECEIPT;
	u->d->in.instance = from->instance;
	u->d->in.read_ms = clock_wall_ms() - (int64_t)m->u.receipt.age_ms;
	u->d->in.u.receipt = m->u.receipt;
	settle(u, m->u.receipt.token);
}

static void
on_confirm(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct upstream *u = arg;

	memset(&u->d->in, 0, offsetof(struct turn_in, u));
	u->d->in.kind = TURN_CONFIRM;
	u->d->in.instance = from->instance;
	u->d->in.u.confirm = m->u.confirm;
	settle(u, m->u.confirm.token);
}

static void
on_room(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct upstream *u = arg;

	(void)from;
	u->room = u->room + m->u.room > BUS_CREDIT_MAX ? BUS_CREDIT_MAX
						       : u->room + m->u.room;
}

static void
on_link_state(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct upstream *u = arg;

	if (u->d->leads)
		orders_link_state(u->d->db, from->name, &m->u.link_state);
}

static void
on_order_done(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct upstream *u = arg;

	(void)from;
	if (db_is_open(u->d->db))
		orders_answer(u->d->db, &m->u.order_done);
}

static bus_handler *const on[BUS_TYPES] = {
	[BUS_LINK_STATE] = on_link_state,
	[BUS_ORDER_DONE] = on_order_done,
	[BUS_RESULT] = on_result,
	[BUS_RECEIPT] = on_receipt,
	[BUS_CONFIRM] = on_confirm,
	[BUS_SEND_ROOM] = on_room,
};

static void
on_change(void *arg, struct bus_peer *peer, bool is_up)
{
	struct upstream *u = arg;
	struct bus_msg m = { .type = BUS_READY };

	u->room = 0;
	u->fresh = is_up;
	u->gone = !is_up;
	m.u.credit = CLAIM_MAX;
	if (is_up && bus_send(u->bus, peer, &m) != RC_OK)
		log_warn("dispatch.ready", "the daemon did not take our credit");
}

/* Whether there may be more. What cannot be done now is tried again at the next tick. */
static bool
run_due(struct dispatch *d)
{
	struct db_rows *r;
	bool more;

	if (db_run0(d->db, ST_DUE, &r) != RC_OK)
		return false;
	more = db_count(r) > 0;
	for (int i = 0; i < db_count(r) && db_is_open(d->db); i++) {
		if (turn_due(&d->turn, db_get_text(r, i, 0), db_get_i64(r, i, 1),
			db_get_i64(r, i, 2)) != RC_OK)
			more = false;
	}
	db_rows_free(r);
	return more;
}

static void
claim(struct dispatch *d, struct upstream *u)
{
	struct bus_peer *peer = bus_only(u->bus);
	uint32_t room = u->room < CLAIM_MAX ? u->room : CLAIM_MAX;

	if (!peer->up || room == 0 ||
	    outbox_claim(&d->turn, peer->name, peer->instance, room) != RC_OK)
		return;
	for (size_t i = 0; i < d->turn.sends.n; i++) {
		struct bus_msg m = { .type = BUS_SEND };

		turn_send_now(&d->turn.sends.v[i]);
		m.u.send = d->turn.sends.v[i].send;
		if (bus_send(u->bus, peer, &m) != RC_OK)
			log_warn("dispatch.send",
			    "row=%llu not taken: its lease will tell",
			    (unsigned long long)m.u.send.row);
		u->room -= u->room > 0;
		kill_point("claim.sent");
	}
	turn_sends_clear(&d->turn);
}

static struct upstream *
upstream_of(struct dispatch *d, const char *name)
{
	for (size_t i = 0; i < d->setup.daemons; i++) {
		struct bus_peer *p = bus_only(d->up[i].bus);

		if (p->up && strcmp(p->name, name) == 0)
			return &d->up[i];
	}
	return NULL;
}

/* Another start of that daemon, or no answer for a minute: nobody can know. */
static void
uncertain(struct dispatch *d, const struct outbox_lease *l)
{
	struct turn_in *const v[1] = { &d->in };

	memset(&d->in, 0, sizeof(d->in));
	d->in.kind = TURN_RESULT;
	d->in.u.result.row = (uint64_t)l->row;
	d->in.u.result.attempt = l->attempt;
	d->in.u.result.state = BUS_UNCERTAIN;
	if (turn_run(&d->turn, v, 1) != RC_OK || !d->in.decided)
		log_warn(
		    "dispatch.uncertain", "row=%lld not settled now", (long long)l->row);
}

static void
leases(struct dispatch *d)
{
	static struct outbox_lease v[OUTBOX_LEASES_MAX];
	int64_t now = clock_wall_ms();
	size_t n, asked = 0;

	if (outbox_leases_ended(&d->turn, v, &n) != RC_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		struct upstream *u = upstream_of(d, v[i].daemon);
		struct bus_msg m = { .type = BUS_ASK };

		if ((u != NULL && bus_only(u->bus)->instance != v[i].instance) ||
		    (v[i].asked_ms != 0 && now - v[i].asked_ms >= NO_ANSWER_MS)) {
			uncertain(d, &v[i]);
			continue;
		}
		m.u.ask.row = (uint64_t)v[i].row;
		m.u.ask.attempt = v[i].attempt;
		m.u.ask.instance = v[i].instance;
		if (u != NULL && bus_send(u->bus, bus_only(u->bus), &m) != RC_OK)
			log_warn("dispatch.ask", "row=%lld", (long long)v[i].row);
		kill_point("lease.asked");
		v[asked++] = v[i];
	}
	if (asked > 0 && outbox_lease_asked(&d->turn, v, asked) != RC_OK)
		log_warn("dispatch.lease", "not marked now");
}

static bool
lead(struct dispatch *d)
{
	struct db_rows *r;
	bool was_open = db_is_open(d->db);
	enum rc rc = db_open(d->db);

	if (rc == RC_REFUSED)
		fatalx("dispatch.schema",
		    "the schema does not fit this program: shyraqctl db migrate");
	if (rc != RC_OK || !was_open)
		d->leads = false;
	if (rc != RC_OK || d->leads)
		return d->leads;
	if (db_run0(d->db, ST_LEAD, &r) != RC_OK)
		return false;
	d->leads = db_get_bool(r, 0, 0);
	db_rows_free(r);
	if (d->leads)
		log_info("dispatch.leads", "name=%s", d->setup.name);
	return d->leads;
}

static enum rc
say_to_one(void *arg, const struct bus_msg *m)
{
	struct upstream *u = arg;

	return bus_send(u->bus, bus_only(u->bus), m);
}

static enum rc
say_to_all(void *arg, const struct bus_msg *m)
{
	struct dispatch *d = arg;
	enum rc rc = RC_BROKEN;

	for (size_t i = 0; i < d->setup.daemons; i++) {
		if (say_to_one(&d->up[i], m) == RC_OK)
			rc = RC_OK;
	}
	return rc;
}

static void
orders(struct dispatch *d)
{
	for (size_t i = 0; i < d->setup.daemons; i++) {
		struct upstream *u = &d->up[i];

		if (u->gone)
			orders_daemon_gone(d->db, bus_only(u->bus)->name);
		u->gone = false;
		if (u->fresh && orders_stand(d->db, say_to_one, u) == RC_OK)
			u->fresh = false;
	}
	if (orders_run(d->db, say_to_all, d) != RC_OK)
		log_warn("dispatch.orders", "not now");
}

/* Once a minute: it reads all that died in the last hour, and must hold nobody up. */
static void
tell_died(struct dispatch *d)
{
	int64_t now = clock_boot_ms();

	if (now < d->died_ms)
		return;
	d->died_ms = now + DIED_EVERY_MS;
	if (outbox_died(&d->turn) != RC_OK)
		log_warn("dispatch.died", "not now");
	if (watch_late(&d->turn) != RC_OK)
		log_warn("dispatch.late", "not now");
}

static void
beat(struct dispatch *d)
{
	size_t heard = 0;

	for (size_t i = 0; i < d->setup.daemons; i++)
		heard += bus_only(d->up[i].bus)->up;
	if (db_is_open(d->db) &&
	    watch_beat_run(&d->beat, d->db, d->setup.daemons, heard) != RC_OK)
		log_warn("dispatch.beat", "not now");
}

static void
on_tick(void *arg)
{
	struct dispatch *d = arg;
	bool leads = lead(d);

	beat(d);
	if (!leads) {
		d->samples.seen = NULL;
		return;
	}
	if (samples_run(&d->samples, &d->turn) != RC_OK)
		return;
	orders(d);
	if (outbox_expire(&d->turn) != RC_OK)
		return;
	tell_died(d);
	for (int i = 0; i < 8 && run_due(d); i++)
		continue;
	for (size_t i = 0; i < d->setup.daemons; i++)
		claim(d, &d->up[i]);
	leases(d);
	housekeep_run(&d->housekeep);
	retention_run(&d->retention);
	audit_chain_run(&d->audit);
}

static void
connect_all(struct dispatch *d)
{
	for (size_t i = 0; i < d->setup.daemons; i++) {
		const struct setup_daemon *s = &d->setup.daemon[i];
		struct bus_options o = {
			.self = BUS_DISPATCH,
			.other = BUS_DAEMON,
			.endpoint = s->dispatch,
			.name = d->setup.name,
			.instance = proc_instance(),
			.cert_file = s->cert_file[0] != '\0' ? s->cert_file : NULL,
			.peers = s->daemon_cert_file[0] != '\0' ? s->daemon_cert_file
								: NULL,
			.on = on,
			.change = on_change,
			.arg = &d->up[i],
		};

		d->up[i].d = d;
		if (bus_open(d->loop, &o, &d->up[i].bus) != RC_OK)
			fatalx("dispatch.bus", "endpoint=%s", s->dispatch);
	}
}

int
main(int argc, char **argv)
{
	static struct dispatch d;
	struct proc_options o = proc_start("shyraq-dispatch",
	    "The clock: outbox, leases, ladders, deadlines.\n", argc, argv);

	setup_read(&d.setup, o.config, o.section == NULL ? "dispatch" : o.section, true);
	d.loop = loop_new();
	d.db = db_new(d.setup.database, d.setup.name, DB_DISPATCH);
	d.housekeep.db = d.db;
	d.housekeep.retention_ms = d.setup.retention_ms;
	d.retention.db = d.audit.db = d.db;
	d.retention.keep_ms = d.setup.retention_ms;
	if (d.setup.maintenance[0] != '\0')
		d.housekeep.owner = db_new(d.setup.maintenance, d.setup.name, DB_OWNER);
	turn_init(&d.turn, d.db, &d.setup.keys, &d.setup.flows, d.setup.policy,
	    &d.setup.limits);
	d.beat.name = d.setup.name;
	d.beat.part = "dispatch";
	connect_all(&d);
	loop_every(d.loop, TICK_MS, on_tick, &d);
	on_tick(&d);
	loop_on_hup(d.loop, setup_reload, &d.setup);
	proc_ready();
	loop_run(d.loop);
	watch_beat_end(&d.beat, d.db);
	for (size_t i = 0; i < d.setup.daemons; i++)
		bus_close(d.up[i].bus);
	turn_clear(&d.turn);
	db_free(d.housekeep.owner);
	db_free(d.db);
	setup_clear(&d.setup);
	loop_free(d.loop);
	return 0;
}
