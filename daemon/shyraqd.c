/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main of the daemon: options, the two buses, the links, start and orderly stop.
 * It never opens a database and never reads a text's meaning. Started by systemd or scripts/run.
 *
 * Kill points of a text's way in:   in.read in.taken in.offered in.verdict in.delete in.deleted
 * of a USSD step's:                 in.step_offered in.step_verdict
 * of a receipt's:                   in.read in.taken in.receipt_offered in.verdict in.delete in.deleted
 * of a row's way out:               out.taken out.ordered out.before_submit out.after_submit out.answer
 *                                   out.result out.result_kept out.result_offered out.committed
 *                                   out.settled out.asked out.expired out.dropped
 * of the daemon itself:             daemon.ready daemon.stop
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus.h"
#include "clock.h"
#include "descriptors.h"
#include "dialogue.h"
#include "inflight.h"
#include "links.h"
#include "log.h"
#include "loop.h"
#include "modem_thread.h"
#include "orders.h"
#include "outgoing.h"
#include "phone.h"
#include "proc.h"
#include "report.h"
#include "seal.h"
#include "selftest.h"
#include "setup.h"
#include "smpp_dialogue.h"
#include "str.h"
#include "ussd.h"
#include "variant.h"

#define TICK_MS 50
#define SLOW_TICK_MS 500
#define STATS_MS 60000
#define LAST_VERDICTS_MS 1000
#define RUNS_MAX 8

struct daemon {
	struct setup conf;
	struct loop *loop;
	struct bus *bus[BUS_ROLES];
	struct links links;
	struct link_host host;
	struct inflight *inflight;
	struct outgoing *outgoing;
	struct dialogues *dialogues;
	struct smpp_dialogues *smpp_dialogues;
	struct ussd *ussd;
	struct report report;
	struct seal_key test_key;
	struct selftest *selftest;
	struct clock_watch clock;
	struct smpp_numbers numbers;
	bool running, run_again;
	int64_t jump_ms;    /* of the wall clock, held for; 0: none */
	int64_t hold_until; /* clock_mono_us / 1000 */
	int64_t stop_by;    /* 0: not stopping */
	bool broken;        /* a link broke: end, so that we are started again */
};

static void
take_send(struct daemon *d, const struct bus_send *s)
{
	if (outgoing_take(d->outgoing, s) == RC_AGAIN)
		log_warn("daemon.no_room", "row=%llu", (unsigned long long)s->row);
}

/* Rows to links, and what links were ordered to the networks; what changes meanwhile has its turn. */
static void
run_out(struct daemon *d)
{
	if (d->running) {
		d->run_again = true;
		return;
	}
	d->running = true;
	for (unsigned i = 0; i == 0 || (d->run_again && i < RUNS_MAX); i++) {
		int64_t now = clock_boot_ms();

		d->run_again = false;
		outgoing_run(d->outgoing, now);
		links_run(&d->links, now);
	}
	d->running = false;
}

static void
on_ready(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct daemon *d = arg;

	inflight_credit(d->inflight, from, m->u.credit);
}

static void
on_verdicts(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct daemon *d = arg;
	const struct bus_verdicts *v = &m->u.verdicts;

	for (uint32_t i = 0; i < v->sends_n; i++)
		take_send(d, &v->sends[i]);
	for (uint32_t i = 0; i < v->verdicts_n; i++)
		inflight_verdict(d->inflight, from, &v->verdicts[i]);
	if (v->credit > 0)
		inflight_credit(d->inflight, from, v->credit);
	if (v->sends_n > 0)
		run_out(d);
}

static void
on_send(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct daemon *d = arg;

	outgoing_dispatch_sent(d->outgoing, from);
	take_send(d, &m->u.send);
	run_out(d);
}

static void
on_ask(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct daemon *d = arg;

	outgoing_ask(d->outgoing, from, &m->u.ask);
}

/* To every dispatch that is up: who asked may have gone, and one of them leads. */
static void
say_all(void *arg, const struct bus_msg *m)
{
	struct daemon *d = arg;
	struct bus_peer *p;
	size_t i = 0;

	while ((p = bus_next(d->bus[BUS_DISPATCH], &i)) != NULL) {
		if (bus_send(d->bus[BUS_DISPATCH], p, m) != RC_OK)
			log_debug(
			    "daemon.unsaid", "to=%s type=%d", p->name, (int)m->type);
	}
}

static void
order_done(void *arg, const struct bus_order_done *done)
{
	struct bus_msg m = { .type = BUS_ORDER_DONE };

	m.u.order_done = *done;
	say_all(arg, &m);
}

static void
on_order(void *arg, struct bus_peer *from, const struct bus_msg *m)
{
	struct daemon *d = arg;
	struct bus_order_done done;

	(void)from;
	if (orders_obey(&d->links, d->ussd, &m->u.order, &done) == RC_OK &&
	    m->u.order.id != ORDERS_STANDING)
		order_done(d, &done);
}

static bus_handler *const on_worker[BUS_TYPES] = {
	[BUS_READY] = on_ready,
	[BUS_VERDICTS] = on_verdicts,
};

static bus_handler *const on_dispatch[BUS_TYPES] = {
	[BUS_READY] = on_ready,
	[BUS_VERDICTS] = on_verdicts,
	[BUS_SEND] = on_send,
	[BUS_ASK] = on_ask,
	[BUS_ORDER] = on_order,
};

static void
on_worker_change(void *arg, struct bus_peer *p, bool up)
{
	struct daemon *d = arg;

	inflight_peer(d->inflight, BUS_WORKER, p, up);
}

static void
on_dispatch_change(void *arg, struct bus_peer *p, bool up)
{
	struct daemon *d = arg;

	inflight_peer(d->inflight, BUS_DISPATCH, p, up);
	outgoing_dispatch(d->outgoing, p, up);
	report_newborn(&d->report);
}

static enum rc
say(void *arg, enum bus_role role, struct bus_peer *to, const struct bus_msg *m)
{
	struct daemon *d = arg;

	return bus_send(d->bus[role], to, m);
}

static enum rc
say_dispatch(void *arg, struct bus_peer *to, const struct bus_msg *m)
{
	return say(arg, BUS_DISPATCH, to, m);
}

static void
hold_links(void *arg, bool on)
{
	struct daemon *d = arg;

	links_hold(&d->links, on);
}

static void
link_settled(void *arg, uint64_t handle, enum bus_outcome outcome)
{
	struct link *l = arg;

	l->settled(l, handle, outcome);
}

static enum rc
link_took(void *arg, struct link *l, struct bus_msg *m, uint64_t handle, int64_t read_ms)
{
	struct daemon *d = arg;
	struct inflight_owner owner = {
		.settled = link_settled, .arg = l, .handle = handle
	};

	enum rc rc = RC_REFUSED;

	if (d->stop_by != 0)
		return RC_AGAIN;
	if (m->type == BUS_SMS_IN)
		rc = selftest_heard(d->selftest, l, &m->u.sms_in, handle);
	return rc != RC_REFUSED ? rc : inflight_take(d->inflight, m, read_ms, &owner);
}

static void
link_withdraw(void *arg, struct link *l)
{
	struct daemon *d = arg;

	inflight_withdraw(d->inflight, l);
	selftest_withdraw(d->selftest, l);
}

static void
link_submitting(void *arg, struct link *l, uint64_t row, uint32_t attempt)
{
	struct daemon *d = arg;

	(void)l;
	outgoing_submitting(d->outgoing, row, attempt);
}

static void
link_result(void *arg, struct link *l, const struct bus_result *r)
{
	struct daemon *d = arg;

	(void)l;
	if (!selftest_result(d->selftest, r))
		outgoing_result(d->outgoing, r);
}

static void
link_ussd(void *arg, struct link *l, enum link_ussd what, const char *text)
{
	struct daemon *d = arg;

	ussd_heard(d->ussd, l, what, text);
}

static void
on_stop(void *arg)
{
	struct daemon *d = arg;

	if (d->stop_by != 0)
		return;
	kill_point("daemon.stop");
	log_info("daemon.stop", "held=%zu", outgoing_counts(d->outgoing).held);
	d->stop_by = clock_mono_us() / 1000 + d->conf.daemon.stop_wait_ms;
	if (d->stop_by == 0)
		d->stop_by = 1;
	links_hold(&d->links, true);
	ussd_stop(d->ussd);
	dialogues_stop(d->dialogues);
	outgoing_stop(d->outgoing);
}

static void
link_changed(void *arg, struct link *l)
{
	struct daemon *d = arg;

	if (l->state != LINK_UP) {
		ussd_link_down(d->ussd, l);
		smpp_dialogues_link_down(d->smpp_dialogues, l);
	}
	if (l->state == LINK_BROKEN && !d->broken) {
		d->broken = true;
		log_error("daemon.broken",
		    "link=%s the others are settled, then a restart", l->name);
		on_stop(d);
	}
	run_out(d);
}

/* Waits, bounded, for verdicts; then for the threads; then ends the loop. */
static void
go_on_stopping(struct daemon *d)
{
	int64_t left = d->stop_by - clock_mono_us() / 1000;
	bool settled = outgoing_empty(d->outgoing) && inflight_empty(d->inflight);

	if (left > 0 && !settled)
		return;
	/* what links hand back at their end is committed, too, if somebody does it at once */
	if ((left > -d->conf.daemon.stop_wait_ms && !links_ended(&d->links)) ||
	    (left > -LAST_VERDICTS_MS && !settled)) {
		links_stop(&d->links);
		return;
	}
	log_info("daemon.end", "settled=%d links=%d", settled, links_ended(&d->links));
	loop_end(d->loop);
}

/* Sends to persons wait until the clock has stood still for a while, or came back. */
static void
watch_clock(struct daemon *d)
{
	int64_t jump = clock_watch_jump_ms(&d->clock);
	int64_t now = clock_mono_us() / 1000;
	bool jumped = jump > CLOCK_JUMP_MS || jump < -CLOCK_JUMP_MS;

	if (jumped && (d->jump_ms == 0 || llabs(jump - d->jump_ms) > CLOCK_JUMP_MS)) {
		log_error("clock.jump", "ms=%lld sends to persons wait", (long long)jump);
		d->jump_ms = jump;
		d->hold_until = now + d->conf.daemon.clock_hold_ms;
		outgoing_hold_persons(d->outgoing, true);
		return;
	}
	if (d->jump_ms == 0 || (jumped && now < d->hold_until))
		return;
	log_warn("clock.accepted", "ms=%lld", (long long)jump);
	clock_watch_reset(&d->clock);
	d->jump_ms = 0;
	outgoing_hold_persons(d->outgoing, false);
}

static void
on_hup(void *arg)
{
	struct daemon *d = arg;

	if (d->jump_ms != 0)
		d->hold_until = 0; /* an operator looked at the clock */
	log_info("daemon.hup", "clock_held=%d", d->jump_ms != 0);
}

static void
on_tick(void *arg)
{
	struct daemon *d = arg;
	int64_t now = clock_boot_ms();

	inflight_tick(d->inflight, now);
	links_tick(&d->links, now);
	dialogues_tick(d->dialogues, now);
	ussd_tick(d->ussd, now);
	if (d->stop_by == 0)
		selftest_run(d->selftest, now);
	run_out(d);
	if (now >= d->report.counts_at)
		outgoing_count_waiting(d->outgoing);
	report_run(&d->report, now);
	if (d->stop_by != 0)
		go_on_stopping(d);
}

static void
on_slow_tick(void *arg)
{
	struct daemon *d = arg;

	watch_clock(d);
}

static void
on_stats(void *arg)
{
	struct daemon *d = arg;
	struct inflight_counts in = inflight_counts(d->inflight);
	struct outgoing_counts out = outgoing_counts(d->outgoing);

	log_debug("daemon.in",
	    "taken=%llu offered=%llu again=%llu done=%llu aside=%llu waiting=%zu out=%zu",
	    (unsigned long long)in.taken, (unsigned long long)in.offered,
	    (unsigned long long)in.again, (unsigned long long)in.done,
	    (unsigned long long)in.aside, in.texts, in.out);
	log_debug("daemon.out",
	    "taken=%llu refused=%llu accepted=%llu uncertain=%llu held=%zu known=%zu",
	    (unsigned long long)out.taken, (unsigned long long)out.refused,
	    (unsigned long long)out.result[BUS_ACCEPTED],
	    (unsigned long long)out.result[BUS_UNCERTAIN], out.held, out.remembered);
	for (size_t i = 0; i < d->links.n; i++) {
		const struct link *l = d->links.link[i];

		log_debug("daemon.link",
		    "link=%s state=%d texts=%llu deleted=%llu parts=%llu failed=%llu",
		    l->name, (int)l->state, (unsigned long long)l->count.texts,
		    (unsigned long long)l->count.deleted,
		    (unsigned long long)l->count.parts,
		    (unsigned long long)l->count.failed);
	}
}

static void
read_log_key(const char *path, struct seal_key *test_key)
{
	struct seal_key key;

	if (seal_key_read(path, &key) != RC_OK)
		fatalx("daemon.log_key", "file=%s not a key of ours", path);
	phone_set_log_key(key.b);
	selftest_key(&key, test_key);
	seal_wipe(&key, sizeof(key));
}

static void
open_bus(struct daemon *d, enum bus_role other, uint64_t instance)
{
	bool worker = other == BUS_WORKER;
	const char *certs = worker ? d->conf.daemon.worker_certs
				   : d->conf.daemon.dispatch_certs;
	struct bus_options o = { .self = BUS_DAEMON,
		.other = other,
		.endpoint = worker ? d->conf.daemon.worker_endpoint
				   : d->conf.daemon.dispatch_endpoint,
		.name = d->conf.daemon.name,
		.instance = instance,
		.cert_file = d->conf.daemon.cert_file[0] == '\0'
		    ? NULL
		    : d->conf.daemon.cert_file,
		.peers = certs[0] == '\0' ? NULL : certs,
		.on = worker ? on_worker : on_dispatch,
		.change = worker ? on_worker_change : on_dispatch_change,
		.arg = d };

	if (bus_open(d->loop, &o, &d->bus[other]) != RC_OK)
		fatalx("daemon.bus", "endpoint=%s", o.endpoint);
}

static void
open_links(struct daemon *d)
{
	d->host = (struct link_host){ .arg = d,
		.took = link_took,
		.withdraw = link_withdraw,
		.submitting = link_submitting,
		.result = link_result,
		.ussd = link_ussd,
		.changed = link_changed };
	for (size_t i = 0; i < d->conf.modem_n; i++) {
		const struct modem_conf *m = &d->conf.modem[i];
		struct link *l;

		if (modem_new(d->loop, m, d->conf.daemon.state_dir, &d->host, &l) !=
		    RC_OK)
			fatalx("daemon.modem", "name=%s", m->name);
		links_add(&d->links, l);
		if (ussd_add(d->ussd, l, &m->ussd) != RC_OK)
			fatalx("daemon.ussd", "name=%s", m->name);
	}
	for (size_t i = 0; i < d->conf.http_n; i++) {
		const struct http_ussd_conf *a = &d->conf.http[i];
		struct link *l;

		if (http_ussd_new(d->loop, a, d->dialogues, &d->host, &l) != RC_OK)
			fatalx("daemon.aggregator", "name=%s", a->name);
		links_add(&d->links, l);
	}
}

static void
open_smpp(struct daemon *d)
{
	smpp_numbers_init(&d->numbers, d->conf.daemon.state_dir);
	for (size_t i = 0; i < d->conf.smpp_n; i++) {
		const struct smpp_conf *c = &d->conf.smpp[i];
		struct link *l;

		if (smpp_new(d->loop, c, &d->numbers, &d->host, &l) != RC_OK)
			fatalx("daemon.smpp", "name=%s", c->name);
		links_add(&d->links, l);
		if (smpp_dialogues_add(d->smpp_dialogues, l, c) != RC_OK)
			fatalx("daemon.smpp_ussd", "name=%s", c->name);
	}
}

static void
build(struct daemon *d)
{
	uint64_t instance = proc_instance(), first_token;
	struct ussd_options ussd = { .arg = d, .done = order_done };
	struct inflight_options in = { .texts_max = (size_t)d->conf.daemon.texts_max,
		.arg = d,
		.say = say,
		.hold = hold_links };
	struct outgoing_options out = { .instance = instance,
		.rows_max = (size_t)d->conf.daemon.rows_max,
		.memory_max = OUTGOING_MEMORY_ROWS,
		.links = &d->links,
		.arg = d,
		.say = say_dispatch };

	d->loop = loop_new();
	seal_random_bytes(&first_token, sizeof(first_token));
	in.first_token = first_token >> 2; /* room to count */
	d->inflight = inflight_new(&in);
	out.inflight = d->inflight;
	ussd.dialogues = d->dialogues = dialogues_new(d->inflight);
	d->smpp_dialogues = smpp_dialogues_new(d->dialogues);
	d->outgoing = outgoing_new(&out);
	d->ussd = ussd_new(&ussd);
	d->report = (struct report){ .links = &d->links, .arg = d, .say = say_all };
	open_bus(d, BUS_WORKER, instance);
	open_bus(d, BUS_DISPATCH, instance);
	open_links(d);
	open_smpp(d);
	d->selftest = selftest_new(
	    d->conf.selftest, d->conf.selftest_n, &d->links, instance, &d->test_key);
	loop_every(d->loop, TICK_MS, on_tick, d);
	loop_every(d->loop, SLOW_TICK_MS, on_slow_tick, d);
	loop_every(d->loop, STATS_MS, on_stats, d);
	loop_on_hup(d->loop, on_hup, d);
	loop_on_term(d->loop, on_stop, d);
}

static void
clear(struct daemon *d)
{
	dialogues_free(d->dialogues);
	smpp_dialogues_free(d->smpp_dialogues);
	ussd_free(d->ussd);
	links_clear(&d->links);
	smpp_numbers_clear(&d->numbers);
	bus_close(d->bus[BUS_WORKER]);
	bus_close(d->bus[BUS_DISPATCH]);
	selftest_free(d->selftest);
	outgoing_free(d->outgoing);
	inflight_free(d->inflight);
	loop_free(d->loop);
	setup_clear(&d->conf);
}

int
main(int argc, char **argv)
{
	static struct daemon d;
	struct proc_options o = proc_start("shyraqd",
	    "The links to the networks. SIGTERM stops it in order; SIGHUP accepts a jumped clock.\n",
	    argc, argv);

	setup_read(&d.conf, o.config, o.section);
	descriptors_limit();
	if (modem_library_init() != RC_OK)
		fatalx("daemon.library", "libgammu");
	read_log_key(d.conf.daemon.log_key_file, &d.test_key);
	if (mkdir(d.conf.daemon.state_dir, 0700) != 0 &&
	    access(d.conf.daemon.state_dir, W_OK) != 0)
		fatal("daemon.state_dir", "dir=%s", d.conf.daemon.state_dir);
	build(&d);
	proc_ready();
	kill_point("daemon.ready");
	loop_run(d.loop);
	/* a thread that hangs would hang the libraries' own end, too */
	if (d.broken || !links_ended(&d.links))
		_exit(d.broken ? 1 : 0);
	clear(&d);
	return 0;
}
