/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loop side of a modem: orders to its thread, its reports, the watchdog, what lies in which slot.
 * It never waits for the thread and never joins it before its end was heard. Called in the loop.
 */
#include "modem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fsm.h"
#include "gsm.h"
#include "log.h"
#include "modem_slots.h"
#include "modem_thread.h"
#include "str.h"
#include "variant.h"

#define ABANDON_MS 5000

enum state {
	OPENING,
	OPEN,
	SHUT,
	ENDED,
	ABANDONED,
	STATES,
};

enum event {
	EV_OPEN,
	EV_LOST,
	EV_SHUT,
	EV_END,
	EV_HANGS,
	EVENTS,
};

static const struct fsm_state states[STATES] = {
	[OPENING] = { "opening",
	    FSM_BIT(EV_OPEN) | FSM_BIT(EV_LOST) | FSM_BIT(EV_SHUT) | FSM_BIT(EV_END) |
		FSM_BIT(EV_HANGS),
	    FSM_BIT(OPENING) | FSM_BIT(OPEN) | FSM_BIT(SHUT) | FSM_BIT(ENDED) |
		FSM_BIT(ABANDONED) },
	[OPEN] = { "open",
	    FSM_BIT(EV_LOST) | FSM_BIT(EV_SHUT) | FSM_BIT(EV_END) | FSM_BIT(EV_HANGS),
	    FSM_BIT(OPENING) | FSM_BIT(SHUT) | FSM_BIT(ENDED) | FSM_BIT(ABANDONED) },
	[SHUT] = { "shut", FSM_BIT(EV_END) | FSM_BIT(EV_HANGS),
	    FSM_BIT(ENDED) | FSM_BIT(ABANDONED) },
	[ENDED] = { "ended", 0, 0 },
	[ABANDONED] = { "abandoned", 0, 0 },
};
static const char *const events[EVENTS] = { "open", "lost", "shut", "end", "hangs" };
static const struct fsm_kind modem_kind = { "modem", states, STATES, events, EVENTS };

/* Where each event leads, and what the link is there. */
static const struct {
	enum state to;
	enum link_state link;
} leads[EVENTS] = {
	[EV_OPEN] = { OPEN, LINK_UP },
	[EV_LOST] = { OPENING, LINK_DOWN },
	[EV_SHUT] = { SHUT, LINK_REFUSED },
	[EV_END] = { ENDED, LINK_ENDED },
	[EV_HANGS] = { ABANDONED, LINK_BROKEN },
};

struct modem {
	struct link link; /* first: the host has only this */
	struct fsm fsm;
	struct actor *actor;
	struct modem_setup setup;
	struct modem_abort abort;
	char *pin_state;
	uint32_t generation;
	int64_t call_by, aborted_at; /* clock_mono_us / 1000; 0: none */
	bool stopping;
	struct slots slots;
	struct {
		uint64_t row; /* 0: none */
		uint32_t attempt;
		bool submitting;
		unsigned parts;
	} send;
	struct modem_order order;
};

static int64_t
mono_ms(void)
{
	return clock_mono_us() / 1000;
}

/* An order without a text, to fill. */
static struct modem_order *
order(struct modem *m, enum modem_order_kind kind)
{
	memset(&m->order, 0, offsetof(struct modem_order, send.text) + 1);
	m->order.kind = kind;
	m->order.generation = m->generation;
	return &m->order;
}

static enum rc
tell(struct modem *m, const struct modem_order *o)
{
	return actor_tell(m->actor, o,
	    offsetof(struct modem_order, send.text) + strlen(o->send.text) + 1);
}

static void
must_tell(struct modem *m, enum modem_order_kind kind)
{
	if (tell(m, order(m, kind)) != RC_OK)
		log_warn("modem.deaf", "link=%s kind=%d", m->link.name, (int)kind);
}

static void
become(struct modem *m, enum event e)
{
	if (fsm_hear(&m->fsm, e) != RC_OK || fsm_go(&m->fsm, leads[e].to) != RC_OK)
		return;
	m->link.state = leads[e].link;
	m->link.host->changed(m->link.host->arg, &m->link);
}

static void
order_delete(struct modem *m, struct kept *k)
{
	struct modem_order *o;

	if (k->slot.memory == MODEM_NOWHERE) {
		slots_drop(&m->slots, k);
		return;
	}
	if (m->link.state != LINK_UP || k->ordered)
		return;
	o = order(m, MODEM_DELETE);
	o->slot = k->slot;
	o->broken = k->broken;
	k->ordered = tell(m, o) == RC_OK;
}

/* Committed: what the network kept for us may go. */
static void
on_settled(struct link *l, uint64_t handle, enum bus_outcome outcome)
{
	struct modem *m = (struct modem *)l;
	struct kept *k = slots_id(&m->slots, handle);

	if (k == NULL || !k->in_flight)
		return;
	if (outcome == BUS_ASIDE)
		log_warn("modem.aside", "link=%s slot=%d", l->name, k->slot.location);
	k->in_flight = false;
	k->committed = true;
	order_delete(m, k);
}

static void
fill_sms(const struct modem *m, const struct modem_text *t, struct bus_sms_in *in)
{
	struct gsm_concat c;

	memcpy(in->link, m->link.name, sizeof(in->link));
	memcpy(in->link_group, m->link.group, sizeof(in->link_group));
	memcpy(in->from, t->from, sizeof(in->from));
	memcpy(in->smsc, t->smsc, sizeof(in->smsc));
	in->smsc_ms = t->smsc_ms;
	in->smsc_zone = t->smsc_zone && t->smsc_ms != 0;
	in->body = t->body;
	in->udh_n = t->udh_n;
	memcpy(in->udh, t->udh, t->udh_n);
	in->stamp_n = t->stamp_n;
	memcpy(in->stamp, t->stamp, t->stamp_n);
	in->text_n = t->text_n;
	memcpy(in->text, t->text, t->text_n);
	in->text[t->text_n] = '\0';
	/* a malformed one keeps its header: the worker decides */
	if (t->udh_n > 0 && gsm_concat_parse(t->udh, t->udh_n, &c) == RC_OK) {
		in->part = c.part;
		in->total = c.total;
		in->ref = c.ref;
		in->ref_bits = c.ref_bits;
	}
}

static void
take(struct modem *m, struct kept *k, const struct modem_text *t)
{
	const struct link_host *h = m->link.host;
	static struct bus_msg msg; /* large; one loop */
	struct peer_ref who = { "-" };
	struct phone from = { "" };

	memset(&msg, 0, offsetof(struct bus_msg, u.sms_in.text));
	if (t->is_receipt) {
		msg.type = BUS_RECEIPT;
		memcpy(msg.u.receipt.link, m->link.name, sizeof(msg.u.receipt.link));
		memcpy(msg.u.receipt.link_group, m->link.group,
		    sizeof(msg.u.receipt.link_group));
		memcpy(msg.u.receipt.to, t->from, sizeof(msg.u.receipt.to));
		msg.u.receipt.ref = t->ref;
		msg.u.receipt.delivered = t->delivered;
		msg.u.receipt.final = t->final;
	} else {
		msg.type = BUS_SMS_IN;
		fill_sms(m, t, &msg.u.sms_in);
		msg.u.sms_in.again = k->offered;
	}
	if (h->took(h->arg, &m->link, &msg, k->id, k->first_ms) != RC_OK)
		return;
	k->in_flight = true;
	if (k->offered)
		return;
	k->offered = true;
	m->link.count.texts += !t->is_receipt;
	m->link.count.receipts += t->is_receipt;
	m->link.count.broken += t->body == BUS_BODY_BROKEN;
	memcpy(from.s, t->from, sizeof(from.s));
	if (t->from[0] != '\0')
		who = peer_ref(&from);
	log_info(t->is_receipt ? "modem.receipt" : "modem.text",
	    "link=%s ref=%s body=%d bytes=%u", m->link.name, who.s, (int)t->body,
	    t->text_n);
}

static void
on_text(struct modem *m, const struct modem_text *t)
{
	struct kept *k = slots_at(&m->slots, &t->slot);

	if (k != NULL && k->slot.print != t->slot.print) {
		/* the slot holds something else by now */
		slots_drop(&m->slots, k);
		k = NULL;
	}
	if (k == NULL)
		k = slots_new(&m->slots, &t->slot);
	k->seen = true;
	k->broken = t->body == BUS_BODY_BROKEN;
	if (t->is_receipt && t->from[0] == '\0')
		k->committed = true; /* of no use to anyone */
	if (k->committed)
		order_delete(m, k);
	else if (!k->in_flight)
		take(m, k, t);
}

static void
on_deleted(struct modem *m, const struct modem_report *r)
{
	struct kept *k = slots_at(&m->slots, &r->u.slot);

	if (!r->ok)
		log_warn("modem.undeleted", "link=%s slot=%d", m->link.name,
		    r->u.slot.location);
	m->link.count.deleted += r->ok;
	if (k == NULL || k->slot.print != r->u.slot.print)
		return;
	k->ordered = false; /* what did not go is ordered again when it is seen again */
	if (r->ok)
		slots_drop(&m->slots, k);
}

/* Another machine: slots may hold other texts; nothing ordered or offered before counts. */
static void
forget_orders(struct modem *m)
{
	m->link.host->withdraw(m->link.host->arg, &m->link);
	slots_reopened(&m->slots);
}

static void
on_open(struct modem *m, const struct modem_report *r)
{
	m->generation = r->generation;
	forget_orders(m);
	(void)!str_copy(m->link.group, sizeof(m->link.group), r->imsi);
	m->link.registered = false;
	log_info("modem.open", "link=%s generation=%u", m->link.name, m->generation);
	become(m, EV_OPEN);
}

static void
on_lost(struct modem *m, const struct modem_report *r)
{
	m->link.registered = false;
	m->link.count.reopened++;
	if (r->asked_again)
		log_info("modem.anew", "link=%s why=\"%s\"", m->link.name, r->why);
	else
		log_warn("modem.lost", "link=%s why=\"%s\"", m->link.name, r->why);
	become(m, EV_LOST);
}

static void
on_network(struct modem *m, const struct modem_report *r)
{
	if (m->link.registered == r->ok)
		return;
	m->link.registered = r->ok;
	if (r->ok)
		log_info("modem.registered", "link=%s", m->link.name);
	else
		log_warn("modem.unregistered", "link=%s sends wait", m->link.name);
	m->link.host->changed(m->link.host->arg, &m->link);
}

static void
on_submitting(struct modem *m, const struct bus_result *r)
{
	if (r->row != m->send.row || r->attempt != m->send.attempt)
		return;
	m->send.submitting = true;
	m->link.host->submitting(m->link.host->arg, &m->link, r->row, r->attempt);
}

static void
on_sent(struct modem *m, struct bus_result r)
{
	if (r.row != m->send.row || r.attempt != m->send.attempt)
		return;
	m->send.row = 0;
	m->link.sending = false;
	m->link.count.parts += r.refs_n;
	m->link.count.failed += r.state == BUS_FAILED || r.state == BUS_UNCERTAIN;
	memcpy(r.link, m->link.name, sizeof(r.link));
	m->link.host->result(m->link.host->arg, &m->link, &r);
	m->link.host->changed(m->link.host->arg, &m->link);
}

/* The thread ended, or never comes back: what it was told to send has an end too. */
static void
end_send(struct modem *m, bool may_have_begun)
{
	struct bus_result r = { .row = m->send.row, .attempt = m->send.attempt };

	if (m->send.row == 0)
		return;
	r.state = may_have_begun ? BUS_UNCERTAIN : BUS_HELD;
	on_sent(m, r);
}

static void
on_end(struct modem *m)
{
	actor_free(m->actor);
	m->actor = NULL;
	m->call_by = m->aborted_at = 0;
	log_info("modem.end", "link=%s", m->link.name);
	become(m, EV_END);
	end_send(m, m->send.submitting);
}

static void
on_report(struct modem *m, const struct modem_report *r)
{
	switch (r->kind) {
	case MODEM_CALL:
		m->call_by = mono_ms() + r->limit_ms;
		break;
	case MODEM_BACK:
		m->call_by = m->aborted_at = 0;
		break;
	case MODEM_OPEN:
		on_open(m, r);
		break;
	case MODEM_LOST:
		on_lost(m, r);
		break;
	case MODEM_SHUT:
		m->link.registered = false;
		log_error("modem.shut", "link=%s why=\"%s\" an operator must act",
		    m->link.name, r->why);
		become(m, EV_SHUT);
		break;
	case MODEM_NETWORK:
		on_network(m, r);
		break;
	case MODEM_TEXT:
	case MODEM_RECEIPT:
		if (r->generation == m->generation)
			on_text(m, &r->u.text);
		break;
	case MODEM_LOOKED:
		slots_looked(&m->slots);
		break;
	case MODEM_DELETED:
		on_deleted(m, r);
		break;
	case MODEM_SUBMITTING:
		on_submitting(m, &r->u.sent);
		break;
	case MODEM_SENT:
		on_sent(m, r->u.sent);
		break;
	case MODEM_RANG:
		log_info("modem.call_refused", "link=%s", m->link.name);
		break;
	}
}

static void
on_heard(void *arg, const void *msg, size_t n)
{
	static struct modem_report r; /* reports come cut behind their text */
	const struct modem_setup *setup = arg;

	if (n == 0) {
		on_end(setup->owner);
		return;
	}
	memcpy(&r, msg, n < sizeof(r) ? n : sizeof(r));
	on_report(setup->owner, &r);
}

static enum rc
op_send(struct link *l, const struct bus_send *s, struct link_limits limits)
{
	struct modem *m = (struct modem *)l;
	struct gsm_size size = gsm_size_of(s->text);
	int64_t now = clock_boot_ms();
	struct modem_order *o;

	if (l->state != LINK_UP || l->sending || m->stopping)
		return RC_AGAIN;
	o = order(m, MODEM_SEND);
	o->limits = limits;
	memcpy(&o->send, s, offsetof(struct bus_send, text) + strlen(s->text) + 1);
	m->send.row = s->row;
	m->send.attempt = s->attempt;
	m->send.submitting = false;
	if (tell(m, o) != RC_OK) {
		m->send.row = 0;
		return RC_AGAIN;
	}
	l->sending = true;
	l->free_at = now + (int64_t)size.parts * 60000 / l->parts_per_minute;
	return RC_OK;
}

static void
op_hold(struct link *l, bool on)
{
	struct modem *m = (struct modem *)l;

	if (m->actor != NULL)
		must_tell(m, on ? MODEM_HOLD : MODEM_GO_ON);
}

static void
abandon(struct modem *m)
{
	log_error(
	    "modem.abandoned", "link=%s its thread does not come back", m->link.name);
	pthread_mutex_lock(&m->abort.lock);
	m->abort.abandoned = true;
	pthread_mutex_unlock(&m->abort.lock);
	actor_abandon(m->actor);
	m->actor = NULL;
	m->call_by = 0;
	m->link.registered = false;
	m->link.host->withdraw(m->link.host->arg, &m->link);
	end_send(m, true);
	become(m, EV_HANGS);
}

/* One deadline a call: abort it; a thread that is not back soon after is given up. */
static void
op_tick(struct link *l, int64_t unused)
{
	struct modem *m = (struct modem *)l;
	int64_t now = mono_ms();

	(void)unused; /* the watchdog's time is real */
	if (m->call_by == 0 || now < m->call_by)
		return;
	if (m->aborted_at == 0) {
		log_warn("modem.abort", "link=%s a call takes too long", l->name);
		m->aborted_at = now;
		modem_abort(&m->abort);
	} else if (now >= m->aborted_at + ABANDON_MS) {
		abandon(m);
	}
}

static void
op_stop(struct link *l)
{
	struct modem *m = (struct modem *)l;

	m->stopping = true;
	if (m->actor != NULL)
		must_tell(m, MODEM_STOP);
}

/* What an abandoned thread may still touch is left to it: the process ends. */
static void
op_free(struct link *l)
{
	struct modem *m = (struct modem *)l;

	if (l->state == LINK_BROKEN || m->actor != NULL)
		return;
	pthread_mutex_destroy(&m->abort.lock);
	free(m->pin_state);
	slots_clear(&m->slots);
	free(m);
}

static const struct link_ops modem_ops = {
	.send = op_send,
	.hold = op_hold,
	.tick = op_tick,
	.stop = op_stop,
	.free = op_free,
};

static char *
state_path(const char *dir, const char *name)
{
	size_t n = strlen(dir) + strlen(name) + 8, len = 0;
	char *path = xmalloc(n);

	if (!str_add(path, n, &len, "%s/%s.pin", dir, name))
		fatalx("modem.path", "name too long");
	return path;
}

enum rc
modem_new(struct loop *loop, const struct modem_conf *conf, const char *state_dir,
    const struct link_host *host, struct link **out)
{
	struct modem *m = xcalloc(1, sizeof(*m));
	struct phone number;

	m->link.ops = &modem_ops;
	m->link.host = host;
	m->link.settled = on_settled;
	m->link.prefixes = conf->prefixes;
	m->link.parts_per_minute = (unsigned)conf->parts_per_minute;
	if (!str_copy(m->link.name, sizeof(m->link.name), conf->name) ||
	    conf->name[0] == '\0' || strpbrk(conf->name, " /") != NULL ||
	    phone_parse(conf->number, &number) != RC_OK ||
	    strspn(conf->imsi, "0123456789") != strlen(conf->imsi) ||
	    strlen(conf->imsi) >= MODEM_IMSI_MAX) {
		log_error("modem.conf",
		    "name=%s a name of 1 to 31 letters without blank or slash, a number, an imsi of digits",
		    conf->name);
		free(m);
		return RC_REFUSED;
	}
	memcpy(m->link.number, number.s, sizeof(m->link.number));
	pthread_mutex_init(&m->abort.lock, NULL);
	fsm_init(&m->fsm, &modem_kind);
	m->pin_state = state_path(state_dir, conf->name);
	m->setup = (struct modem_setup){ .name = conf->name,
		.device = conf->device,
		.pin_file = conf->pin_file,
		.pin_state = m->pin_state,
		.imsi = conf->imsi,
		.poll_ms = (unsigned)conf->poll_ms,
		.submit_ms = (unsigned)conf->submit_ms,
		.call_ms = (unsigned)conf->call_ms,
		.receipts = conf->receipts,
		.abort = &m->abort,
		.owner = m };
	m->actor = actor_new(loop, modem_body, on_heard, &m->setup);
	*out = &m->link;
	return RC_OK;
}
