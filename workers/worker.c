/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraq-worker: takes what the daemons offer, runs it as turns, gives verdicts and answers.
 * One connection, one batch at a time; it keeps nothing of its own. More speed is more workers.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "proc.h"
#include "setup.h"
#include "str.h"
#include "variant.h"
#include "watch.h"

#define RESULTS_MS 200 /* results are written within this, even when nothing else comes */
#define TICK_MS 50

/* A daemon at the far end of a bus. */
struct upstream {
	struct worker *w;
	struct bus *bus;
};

/* An input in hand, and who waits for its verdict. */
struct item {
	struct turn_in in;
	struct upstream *from;
	uint64_t token;
	int64_t since_ms; /* clock_boot_ms */
	bool taken;       /* in the batch now run */
};

struct worker {
	struct setup setup;
	struct loop *loop;
	struct db *db;
	struct turn turn;
	struct watch_beat beat;
	struct upstream up[SETUP_DAEMONS];
	struct item *item; /* in order of arrival */
	size_t n, cap;
	struct turn_in *batch[TURN_BATCH_MAX];
};

static struct item *
item_new(struct upstream *u, const struct bus_peer *peer, enum turn_kind kind,
    uint64_t token, uint64_t age_ms)
{
	struct worker *w = u->w;
	struct item *it;

	if (w->n == w->cap) {
		log_error(
		    "worker.credit", "daemon=%s offers more than its credit", peer->name);
		return NULL;
	}
	it = &w->item[w->n++];
	memset(it, 0, offsetof(struct item, in.u));
	it->in.kind = kind;
	it->in.instance = peer->instance;
	it->in.read_ms = clock_wall_ms() - (int64_t)age_ms;
	memcpy(it->in.daemon, peer->name, sizeof(it->in.daemon));
	it->in.end = false;
	it->in.screen[0] = '\0';
	it->from = u;
	it->token = token;
	it->since_ms = clock_boot_ms();
	it->taken = false;
	return it;
}

static void
on_sms_in(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct item *it = item_new(
	    arg, from, TURN_SMS, m->u.sms_in.token, m->u.sms_in.age_ms);

	if (it != NULL)
		it->in.u.sms = m->u.sms_in;
	kill_point("worker.taken");
}

static void
on_result(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct item *it = item_new(arg, from, TURN_RESULT, m->u.result.token, 0);

	if (it != NULL)
		it->in.u.result = m->u.result;
	kill_point("worker.result");
}

static void
on_receipt(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct item *it = item_new(
	    arg, from, TURN_RECEIPT, m->u.receipt.token, m->u.receipt.age_ms);

	if (it != NULL)
		it->in.u.receipt = m->u.receipt;
}

static void
on_confirm(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct item *it = item_new(arg, from, TURN_CONFIRM, m->u.confirm.token, 0);

	if (it != NULL)
		it->in.u.confirm = m->u.confirm;
}

static void
on_ussd_in(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct item *it = item_new(
	    arg, from, TURN_USSD, m->u.ussd_in.token, m->u.ussd_in.age_ms);

	if (it != NULL)
		it->in.u.ussd = m->u.ussd_in;
}

static bus_handler *const on[BUS_TYPES] = {
	[BUS_USSD_IN] = on_ussd_in,
	[BUS_SMS_IN] = on_sms_in,
	[BUS_RESULT] = on_result,
	[BUS_RECEIPT] = on_receipt,
	[BUS_CONFIRM] = on_confirm,
};

static void
give_credit(struct upstream *u, uint32_t n)
{
	struct bus_msg m = { .type = BUS_READY };

	m.u.credit = n;
	if (bus_send(u->bus, bus_only(u->bus), &m) != RC_OK)
		log_warn("worker.ready", "the daemon did not take our credit");
}

/* A daemon that restarted knows nothing of what we hold for it: it is offered again. */
static void
on_change(void *arg, struct bus_peer *peer, bool is_up)
{
	struct upstream *u = arg;
	struct worker *w = u->w;
	size_t kept = 0;

	(void)peer;
	for (size_t i = 0; i < w->n; i++) {
		if (w->item[i].from != u)
			w->item[kept++] = w->item[i];
	}
	w->n = kept;
	if (is_up)
		give_credit(u, (uint32_t)w->setup.batch * 2);
}

static const char *
sender_of(const struct item *it)
{
	return it->in.kind == TURN_SMS ? it->in.u.sms.from
	    : it->in.kind == TURN_USSD ? it->in.u.ussd.from
				       : "";
}

static bool
same_sender(const struct item *a, const struct item *b)
{
	return sender_of(a)[0] != '\0' && strcmp(sender_of(a), sender_of(b)) == 0;
}

/* What waits, up to the limit; a second text of a peer waits for the next batch. */
static size_t
pick(struct worker *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n && n < (size_t)w->setup.batch; i++) {
		bool second = false;

		for (size_t k = 0; k < i && !second; k++)
			second = w->item[k].taken &&
			    same_sender(&w->item[k], &w->item[i]);
		w->item[i].taken = !second;
		if (!second)
			w->batch[n++] = &w->item[i].in;
	}
	return n;
}

/* Verdicts, answers and credit for one daemon, in frames of at most BUS_VERDICTS_MAX each. */
static void
answer(struct worker *w, struct upstream *u, bool undecided)
{
	static struct bus_verdict verdict[BUS_VERDICTS_MAX];
	static struct bus_send send[BUS_VERDICTS_MAX];
	struct bus_peer *peer = bus_only(u->bus);
	struct bus_msg m = { .type = BUS_VERDICTS };
	struct bus_verdicts *v = &m.u.verdicts;

	v->verdicts = verdict;
	v->sends = send;
	for (size_t i = 0; i < w->n; i++) {
		const struct item *it = &w->item[i];

		if (!it->taken || it->from != u)
			continue;
		v->credit++;
		if (undecided || !it->in.decided)
			continue;
		verdict[v->verdicts_n].token = it->token;
		verdict[v->verdicts_n].end = it->in.end;
		memcpy(
		    verdict[v->verdicts_n].screen, it->in.screen, sizeof(it->in.screen));
		verdict[v->verdicts_n++].outcome = it->in.outcome;
	}
	for (size_t i = 0; i < w->turn.sends.n && v->sends_n < BUS_VERDICTS_MAX; i++) {
		struct turn_send *s = &w->turn.sends.v[i];

		if (s->send.instance != peer->instance)
			continue;
		turn_send_now(s);
		send[v->sends_n++] = s->send;
	}
	if (v->credit == 0)
		return;
	kill_point("worker.before_verdict");
	if (bus_send(u->bus, peer, &m) != RC_OK)
		log_warn("worker.verdicts", "not taken: the repeat decides");
	seal_wipe(send, v->sends_n * sizeof(*send));
	kill_point("worker.after_verdict");
}

static void
forget_taken(struct worker *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (!w->item[i].taken)
			w->item[kept++] = w->item[i];
	}
	seal_wipe(&w->item[kept], (w->n - kept) * sizeof(*w->item));
	w->n = kept;
	turn_sends_clear(&w->turn);
}

static void
run_batch(struct worker *w)
{
	size_t n = pick(w);
	enum rc rc = db_open(w->db);

	if (rc == RC_REFUSED)
		fatalx("worker.schema",
		    "the schema does not fit this program: shyraqctl db migrate");
	if (rc == RC_OK)
		rc = turn_run(&w->turn, w->batch, n);
	for (size_t i = 0; rc == RC_AGAIN && i < n; i++) {
		w->batch[i]->decided = true;
		w->batch[i]->outcome = BUS_AGAIN;
	}
	for (size_t i = 0; i < w->setup.daemons; i++)
		answer(w, &w->up[i], rc == RC_BROKEN);
	forget_taken(w);
}

/* Results alone wait a little for company: they ride in the next batch's transaction. */
static bool
has_work(const struct worker *w)
{
	int64_t now = clock_boot_ms();

	for (size_t i = 0; i < w->n; i++) {
		if (w->item[i].in.kind == TURN_SMS || w->item[i].in.kind == TURN_USSD ||
		    now - w->item[i].since_ms >= RESULTS_MS)
			return true;
	}
	return false;
}

static void
beat(struct worker *w)
{
	size_t heard = 0;
	enum rc rc;

	for (size_t i = 0; i < w->setup.daemons; i++)
		heard += bus_only(w->up[i].bus)->up;
	rc = watch_beat_run(&w->beat, w->db, w->setup.daemons, heard);
	if (rc == RC_REFUSED)
		fatalx("worker.schema_seen",
		    "the schema does not fit this program: shyraqctl db migrate");
}

static void
work(void *arg)
{
	struct worker *w = arg;

	while (has_work(w))
		run_batch(w);
	beat(w);
}

static void
on_drained(void *arg)
{
	struct upstream *u = arg;

	work(u->w);
}

/* What is in hand is finished; nothing new is taken. */
static void
on_term(void *arg)
{
	struct worker *w = arg;

	while (w->n > 0)
		run_batch(w);
	loop_end(w->loop);
}

static void
connect_all(struct worker *w)
{
	for (size_t i = 0; i < w->setup.daemons; i++) {
		const struct setup_daemon *d = &w->setup.daemon[i];
		struct bus_options o = {
			.self = BUS_WORKER,
			.other = BUS_DAEMON,
			.endpoint = d->worker,
			.name = w->setup.name,
			.instance = proc_instance(),
			.cert_file = d->cert_file[0] != '\0' ? d->cert_file : NULL,
			.peers = d->daemon_cert_file[0] != '\0' ? d->daemon_cert_file
								: NULL,
			.on = on,
			.change = on_change,
			.drained = on_drained,
			.arg = &w->up[i],
		};

		w->up[i].w = w;
		if (bus_open(w->loop, &o, &w->up[i].bus) != RC_OK)
			fatalx("worker.bus", "endpoint=%s", d->worker);
	}
}

int
main(int argc, char **argv)
{
	static struct worker w;
	struct proc_options o = proc_start("shyraq-worker",
	    "Runs conversations: takes texts from shyraqd, commits them, answers.\n",
	    argc, argv);

	setup_read(&w.setup, o.config, o.section == NULL ? "worker" : o.section, false);
	w.loop = loop_new();
	w.db = db_new(w.setup.database, w.setup.name, DB_WORKER);
	w.cap = (size_t)w.setup.batch * 2 * w.setup.daemons;
	w.item = xcalloc(w.cap, sizeof(*w.item));
	turn_init(&w.turn, w.db, &w.setup.keys, &w.setup.flows, w.setup.policy,
	    &w.setup.limits);
	if (db_open(w.db) == RC_REFUSED)
		fatalx("worker.schema_at_start",
		    "the schema does not fit this program: shyraqctl db migrate");
	w.beat.name = w.setup.name;
	w.beat.part = "worker";
	connect_all(&w);
	loop_every(w.loop, TICK_MS, work, &w);
	loop_on_term(w.loop, on_term, &w);
	loop_on_hup(w.loop, setup_reload, &w.setup);
	proc_ready();
	loop_run(w.loop);
	watch_beat_end(&w.beat, w.db);
	for (size_t i = 0; i < w.setup.daemons; i++)
		bus_close(w.up[i].bus);
	turn_clear(&w.turn);
	seal_wipe(w.item, w.cap * sizeof(*w.item));
	free(w.item);
	db_free(w.db);
	setup_clear(&w.setup);
	loop_free(w.loop);
	return 0;
}
