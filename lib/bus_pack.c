/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our plain values to shyraq.proto. It checks nothing: the receiver does (bus_unpack.c).
 * It never keeps what it packs. Called by bus.c and tests.
 */
#include "bus.h"

#include <stdlib.h>
#include <string.h>

#include "shyraq.pb-c.h"

/* Packing borrows our strings: protobuf-c wants char *, and only reads them. */
static char *
lend(const char *s)
{
	union {
		const char *in;
		char *out;
	} u = { .in = s };

	return u.out;
}

static ProtobufCBinaryData
lend_bytes(const void *p, size_t n)
{
	union {
		const void *in;
		uint8_t *out;
	} u = { .in = p };
	ProtobufCBinaryData d = { .len = n, .data = u.out };

	return d;
}

static uint8_t *
frame_out(const Shyraq__Frame *f, size_t *n)
{
	uint8_t *p;

	*n = shyraq__frame__get_packed_size(f);
	p = xmalloc(*n > 0 ? *n : 1);
	shyraq__frame__pack(f, p);
	return p;
}

/* Packing borrows our numbers, too, and only reads them. */
static uint64_t *
lend_numbers(const uint64_t *v)
{
	union {
		const uint64_t *in;
		uint64_t *out;
	} u = { .in = v };

	return u.out;
}

static void
sms_out(const struct bus_sms_in *m, Shyraq__SmsIn *p)
{
	p->bind = m->bind;
	p->reading = m->reading;
	p->n_lapsed = m->lapsed_n;
	p->lapsed = lend_numbers(m->lapsed);
	p->n_live = m->live_n;
	p->live = lend_numbers(m->live);
	p->token = m->token;
	p->link = lend(m->link);
	p->link_group = lend(m->link_group);
	p->from = lend(m->from);
	p->smsc = lend(m->smsc);
	p->smsc_ms = m->smsc_ms;
	p->smsc_zone = m->smsc_zone;
	p->age_ms = m->age_ms;
	p->body = (Shyraq__Body)m->body;
	p->text = lend_bytes(m->text, m->text_n);
	p->udh = lend_bytes(m->udh, m->udh_n);
	p->stamp = lend_bytes(m->stamp, m->stamp_n);
	p->part = m->part;
	p->total = m->total;
	p->ref = m->ref;
	p->ref_bits = m->ref_bits;
	p->again = m->again;
}

static void
result_out(const struct bus_result *m, Shyraq__Result *p, uint32_t refs[BUS_PARTS_MAX])
{
	memcpy(refs, m->refs, sizeof(m->refs));
	p->token = m->token;
	p->row = m->row;
	p->attempt = m->attempt;
	p->state = (Shyraq__SendState)m->state;
	p->link = lend(m->link);
	p->error = m->error;
	p->n_refs = m->refs_n;
	p->refs = refs;
	p->parts_done = m->parts_done;
	p->concat_ref = m->concat_ref;
}

static void
receipt_out(const struct bus_receipt *m, Shyraq__Receipt *p)
{
	p->token = m->token;
	p->link = lend(m->link);
	p->link_group = lend(m->link_group);
	p->to = lend(m->to);
	p->ref = m->ref;
	p->delivered = m->delivered;
	p->final = m->final;
	p->age_ms = m->age_ms;
}

static void
send_out(const struct bus_send *m, Shyraq__Send *p)
{
	shyraq__send__init(p);
	p->row = m->row;
	p->attempt = m->attempt;
	p->instance = m->instance;
	p->to = lend(m->to);
	p->text = lend(m->text);
	p->link = lend(m->link);
	p->priority = m->priority;
	p->person = m->person;
	p->submit_ms = m->submit_ms;
	p->window_ms = m->window_ms;
	p->receipt = m->receipt;
	p->parts_done = m->parts_done;
	p->concat_ref = m->concat_ref;
}

static uint8_t *
verdicts_out(const struct bus_verdicts *m, Shyraq__Frame *f, size_t *n)
{
	Shyraq__Verdicts p = SHYRAQ__VERDICTS__INIT;
	Shyraq__Verdict *v = xcalloc(m->verdicts_n + 1, sizeof(*v));
	Shyraq__Verdict **vp = xcalloc(m->verdicts_n + 1, sizeof(*vp));
	Shyraq__Send *s = xcalloc(m->sends_n + 1, sizeof(*s));
	Shyraq__Send **sp = xcalloc(m->sends_n + 1, sizeof(*sp));
	uint8_t *out;

	for (size_t i = 0; i < m->verdicts_n; i++) {
		shyraq__verdict__init(&v[i]);
		v[i].token = m->verdicts[i].token;
		v[i].outcome = (Shyraq__Outcome)m->verdicts[i].outcome;
		v[i].screen = lend(m->verdicts[i].screen);
		v[i].end = m->verdicts[i].end;
		vp[i] = &v[i];
	}
	for (size_t i = 0; i < m->sends_n; i++) {
		send_out(&m->sends[i], &s[i]);
		sp[i] = &s[i];
	}
	p.n_verdict = m->verdicts_n;
	p.verdict = vp;
	p.n_send = m->sends_n;
	p.send = sp;
	p.credit = m->credit;
	f->m_case = SHYRAQ__FRAME__M_VERDICTS;
	f->verdicts = &p;
	out = frame_out(f, n);
	free(sp);
	free(s);
	free(vp);
	free(v);
	return out;
}

/* The small messages: built on this frame's stack. */
static uint8_t *
small_out(const struct bus_msg *m, Shyraq__Frame *f, size_t *n)
{
	Shyraq__Hello hello = SHYRAQ__HELLO__INIT;
	Shyraq__Ready ready = SHYRAQ__READY__INIT;
	Shyraq__Ping ping = SHYRAQ__PING__INIT;
	Shyraq__Pong pong = SHYRAQ__PONG__INIT;
	Shyraq__Ask ask = SHYRAQ__ASK__INIT;
	Shyraq__SendRoom room = SHYRAQ__SEND_ROOM__INIT;

	if (m->type == BUS_HELLO) {
		hello.version = m->u.hello.version;
		hello.instance = m->u.hello.instance;
		hello.session = m->u.hello.session;
		hello.name = lend(m->u.hello.name);
		f->m_case = SHYRAQ__FRAME__M_HELLO;
		f->hello = &hello;
	} else if (m->type == BUS_READY) {
		ready.credit = m->u.credit;
		f->m_case = SHYRAQ__FRAME__M_READY;
		f->ready = &ready;
	} else if (m->type == BUS_PING) {
		ping.nonce = m->u.nonce;
		f->m_case = SHYRAQ__FRAME__M_PING;
		f->ping = &ping;
	} else if (m->type == BUS_PONG) {
		pong.nonce = m->u.nonce;
		f->m_case = SHYRAQ__FRAME__M_PONG;
		f->pong = &pong;
	} else if (m->type == BUS_ASK) {
		ask.row = m->u.ask.row;
		ask.attempt = m->u.ask.attempt;
		ask.instance = m->u.ask.instance;
		f->m_case = SHYRAQ__FRAME__M_ASK;
		f->ask = &ask;
	} else {
		room.room = m->u.room;
		f->m_case = SHYRAQ__FRAME__M_SEND_ROOM;
		f->send_room = &room;
	}
	return frame_out(f, n);
}

static uint8_t *
traffic_out(const struct bus_msg *m, Shyraq__Frame *f, size_t *n)
{
	Shyraq__SmsIn sms = SHYRAQ__SMS_IN__INIT;
	Shyraq__Result result = SHYRAQ__RESULT__INIT;
	Shyraq__Receipt receipt = SHYRAQ__RECEIPT__INIT;
	Shyraq__Confirm confirm = SHYRAQ__CONFIRM__INIT;
	Shyraq__Send send;
	uint32_t refs[BUS_PARTS_MAX];

	if (m->type == BUS_SMS_IN) {
		sms_out(&m->u.sms_in, &sms);
		f->m_case = SHYRAQ__FRAME__M_SMS_IN;
		f->sms_in = &sms;
	} else if (m->type == BUS_RESULT) {
		result_out(&m->u.result, &result, refs);
		f->m_case = SHYRAQ__FRAME__M_RESULT;
		f->result = &result;
	} else if (m->type == BUS_RECEIPT) {
		receipt_out(&m->u.receipt, &receipt);
		f->m_case = SHYRAQ__FRAME__M_RECEIPT;
		f->receipt = &receipt;
	} else if (m->type == BUS_CONFIRM) {
		confirm.token = m->u.confirm.token;
		confirm.link_group = lend(m->u.confirm.link_group);
		confirm.n_readings = m->u.confirm.n;
		confirm.readings = lend_numbers(m->u.confirm.readings);
		f->m_case = SHYRAQ__FRAME__M_CONFIRM;
		f->confirm = &confirm;
	} else {
		send_out(&m->u.send, &send);
		f->m_case = SHYRAQ__FRAME__M_SEND;
		f->send = &send;
	}
	return frame_out(f, n);
}

static void
link_state_out(const struct bus_link_state *m, Shyraq__LinkState *p)
{
	p->link = lend(m->link);
	p->link_group = lend(m->link_group);
	p->state = lend(m->state);
	p->usable = m->usable;
	p->signal = m->signal;
	p->last_in_ms = m->last_in_ms;
	p->received = m->received;
	p->sent = m->sent;
	p->slots_used = m->slots_used;
	p->slots_all = m->slots_all;
	p->waiting = m->waiting;
	p->paused = m->paused;
	p->number = lend(m->number);
	p->balance = m->balance;
	p->balance_ms = m->balance_ms;
	p->balance_low = m->balance_low;
}

static void
ussd_out(const struct bus_ussd_in *m, Shyraq__UssdIn *p)
{
	p->token = m->token;
	p->link = lend(m->link);
	p->link_group = lend(m->link_group);
	p->from = lend(m->from);
	p->dialogue = m->dialogue;
	p->step = m->step;
	p->text = lend_bytes(m->text, strlen(m->text));
	p->age_ms = m->age_ms;
	p->again = m->again;
	p->gone = m->gone;
}

/* USSD, states of links, orders. */
static uint8_t *
link_out(const struct bus_msg *m, Shyraq__Frame *f, size_t *n)
{
	Shyraq__UssdIn ussd = SHYRAQ__USSD_IN__INIT;
	Shyraq__LinkState state = SHYRAQ__LINK_STATE__INIT;
	Shyraq__Order order = SHYRAQ__ORDER__INIT;
	Shyraq__OrderDone done = SHYRAQ__ORDER_DONE__INIT;

	if (m->type == BUS_USSD_IN) {
		ussd_out(&m->u.ussd_in, &ussd);
		f->m_case = SHYRAQ__FRAME__M_USSD_IN;
		f->ussd_in = &ussd;
	} else if (m->type == BUS_LINK_STATE) {
		link_state_out(&m->u.link_state, &state);
		f->m_case = SHYRAQ__FRAME__M_LINK_STATE;
		f->link_state = &state;
	} else if (m->type == BUS_ORDER) {
		order.id = m->u.order.id;
		order.kind = (Shyraq__OrderKind)m->u.order.kind;
		order.link = lend(m->u.order.link);
		order.class_ = m->u.order.class;
		order.text = lend(m->u.order.text);
		f->m_case = SHYRAQ__FRAME__M_ORDER;
		f->order = &order;
	} else {
		done.id = m->u.order_done.id;
		done.done = m->u.order_done.done;
		done.text = lend(m->u.order_done.text);
		f->m_case = SHYRAQ__FRAME__M_ORDER_DONE;
		f->order_done = &done;
	}
	return frame_out(f, n);
}

uint8_t *
bus_pack(const struct bus_msg *m, size_t *n)
{
	typedef uint8_t *out_fn(const struct bus_msg *, Shyraq__Frame *, size_t *);
	static out_fn *const out[BUS_TYPES] = {
		[BUS_HELLO] = small_out,
		[BUS_READY] = small_out,
		[BUS_PING] = small_out,
		[BUS_PONG] = small_out,
		[BUS_ASK] = small_out,
		[BUS_SEND_ROOM] = small_out,
		[BUS_SMS_IN] = traffic_out,
		[BUS_RESULT] = traffic_out,
		[BUS_RECEIPT] = traffic_out,
		[BUS_CONFIRM] = traffic_out,
		[BUS_SEND] = traffic_out,
		[BUS_USSD_IN] = link_out,
		[BUS_LINK_STATE] = link_out,
		[BUS_ORDER] = link_out,
		[BUS_ORDER_DONE] = link_out,
	};
	Shyraq__Frame f = SHYRAQ__FRAME__INIT;

	f.sent = m->times.sent;
	f.heard = m->times.heard;
	f.heard_ago = m->times.heard_ago;
	if (m->type == BUS_VERDICTS)
		return verdicts_out(&m->u.verdicts, &f, n);
	return out[m->type](m, &f, n);
}
