/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loop side of a modem: orders to its thread, its reports, the watchdog, what lies in which slot.
 * It never waits for the thread and never joins it before its end was heard. Called in the loop.
 */
#include "modem_loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gsm.h"
#include "log.h"
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

static int64_t
mono_ms(void)
{
	return clock_mono_us() / 1000;
}

struct modem_order *
modem_order(struct modem *m, enum modem_order_kind kind)
{
	memset(&m->order, 0, offsetof(struct modem_order, send.text) + 1);
	m->order.kind = kind;
	m->order.generation = m->generation;
	return &m->order;
}

enum rc
modem_tell(struct modem *m, const struct modem_order *o)
{
	return actor_tell(m->actor, o,
	    offsetof(struct modem_order, send.text) + strlen(o->send.text) + 1);
}

static void
must_tell(struct modem *m, enum modem_order_kind kind)
{
	if (modem_tell(m, modem_order(m, kind)) != RC_OK)
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
on_open(struct modem *m, const struct modem_report *r)
{
	m->generation = r->generation;
	modem_in_anew(m);
	(void)!str_copy(m->link.group, sizeof(m->link.group), r->imsi);
	m->link.registered = false;
	log_info("modem.open", "link=%s generation=%u", m->link.name, m->generation);
	become(m, EV_OPEN);
}

static void
on_lost(struct modem *m, const struct modem_report *r)
{
	bool known = m->link.state != LINK_UP && strcmp(m->lost, r->why) == 0;

	m->link.registered = false;
	m->link.count.reopened++;
	memcpy(m->lost, r->why, sizeof(m->lost));
	if (r->asked_again)
		log_info("modem.anew", "link=%s why=\"%s\"", m->link.name, r->why);
	else if (!known) /* one that is gone is tried every few seconds */
		log_warn("modem.lost", "link=%s why=\"%s\"", m->link.name, r->why);
	become(m, EV_LOST);
}

/* Once an hour is too late to hear of it, each poll too often. */
static void
watch_slots(struct modem *m, const struct modem_report *r)
{
	bool was_full = m->link.slots_all > 0 && m->link.slots_used >= m->link.slots_all;
	bool full = r->slots_all > 0 && r->slots_used >= r->slots_all;

	m->link.slots_used = r->slots_used;
	m->link.slots_all = r->slots_all;
	if (full && !was_full)
		log_warn("modem.full", "link=%s slots=%u the network keeps what comes",
		    m->link.name, r->slots_all);
}

static void
on_network(struct modem *m, const struct modem_report *r)
{
	m->link.signal = r->signal;
	watch_slots(m, r);
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

/* A quarter new, three quarters old: one slow part does not count for much. */
static void
measure(struct link *l, unsigned parts, unsigned ms)
{
	if (parts == 0)
		return;
	l->part_ms = l->part_ms == 0 ? ms / parts : (3 * l->part_ms + ms / parts) / 4;
}

static void
on_sent(struct modem *m, struct bus_result r)
{
	if (r.row != m->send.row || r.attempt != m->send.attempt)
		return;
	m->send.row = 0;
	m->link.sending = false;
	measure(&m->link, r.refs_n, (unsigned)(mono_ms() - m->send.since));
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
		m->link.why = r->word;
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
			modem_in_text(m, &r->u.text);
		break;
	case MODEM_LOOKED:
		slots_looked(&m->slots);
		break;
	case MODEM_DELETED:
		modem_in_deleted(m, r);
		break;
	case MODEM_SUBMITTING:
		on_submitting(m, &r->u.sent);
		break;
	case MODEM_SENT:
		on_sent(m, r->u.sent);
		break;
	case MODEM_USSD:
		m->link.host->ussd(m->link.host->arg, &m->link, r->ussd, r->u.text.text);
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
	o = modem_order(m, MODEM_SEND);
	o->limits = limits;
	memcpy(&o->send, s, offsetof(struct bus_send, text) + strlen(s->text) + 1);
	m->send.row = s->row;
	m->send.attempt = s->attempt;
	m->send.submitting = false;
	m->send.since = mono_ms();
	if (modem_tell(m, o) != RC_OK) {
		m->send.row = 0;
		return RC_AGAIN;
	}
	l->sending = true;
	l->free_at = now + (int64_t)size.parts * 60000 / l->parts_per_minute;
	return RC_OK;
}

static enum rc
op_ussd(struct link *l, const char *text)
{
	struct modem *m = (struct modem *)l;
	struct modem_order *o;

	if (l->state != LINK_UP || m->stopping)
		return RC_AGAIN;
	o = modem_order(m, MODEM_SAY);
	if (!str_copy(o->send.text, sizeof(o->send.text), text))
		return RC_REFUSED;
	return modem_tell(m, o) == RC_OK ? RC_OK : RC_AGAIN;
}

static void
op_ussd_end(struct link *l)
{
	struct modem *m = (struct modem *)l;

	if (l->state == LINK_UP)
		must_tell(m, MODEM_SAY_END);
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
	.ussd = op_ussd,
	.ussd_end = op_ussd_end,
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
	m->link.settled = modem_in_settled;
	m->link.signal = -1;
	m->link.prefixes = conf->prefixes;
	m->link.countries = conf->countries;
	m->link.beside = conf->beside;
	m->link.cost = (unsigned)conf->cost;
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
		.ask_ms = (unsigned)conf->ask_ms,
		.read_ms = (unsigned)conf->read_ms,
		.send_ms = (unsigned)conf->send_ms,
		.open_ms = (unsigned)conf->open_ms,
		.receipts = conf->receipts,
		.abort = &m->abort,
		.owner = m };
	m->actor = actor_new(loop, modem_body, on_heard, &m->setup);
	*out = &m->link;
	return RC_OK;
}
