/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraq.proto to and from our plain values: the only file that sees protobuf's types.
 * It trusts no length and no value from the wire: each has its bound here. Called by bus.c, the fuzzer.
 */
#include "bus.h"

#include <stdlib.h>
#include <string.h>

#include "str.h"

#include "shyraq.pb-c.h"

#define ROOM_BYTES ((size_t)4 << 20)

/* Memory of one frame: a bump allocator, emptied at each unpack; what does not fit is a bad frame. */
struct bus_room {
	size_t used;
	struct bus_verdict verdicts[BUS_VERDICTS_MAX];
	struct bus_send sends[BUS_VERDICTS_MAX];
	_Alignas(max_align_t) uint8_t bytes[ROOM_BYTES];
};

struct bus_room *
bus_room_new(void)
{
	struct bus_room *r = xmalloc(sizeof(*r));

	r->used = 0;
	return r;
}

void
bus_room_free(struct bus_room *r)
{
	free(r);
}

static void *
room_alloc(void *arg, size_t size)
{
	struct bus_room *r = arg;
	size_t want = (size + 15) & ~(size_t)15;
	void *p;

	if (want < size || want > ROOM_BYTES - r->used)
		return NULL;
	p = r->bytes + r->used;
	r->used += want;
	return p;
}

static void
room_free(void *arg, void *p)
{
	(void)arg;
	(void)p;
}

static bool
bytes_in(const ProtobufCBinaryData *d, void *dst, size_t max, uint32_t *n)
{
	if (d->len > max)
		return false;
	if (d->len > 0)
		memcpy(dst, d->data, d->len);
	*n = (uint32_t)d->len;
	return true;
}

/* A name of ours or of a link: printable ASCII, no blanks. */
static bool
name_in(char *dst, size_t size, const char *src, bool may_be_empty)
{
	if (!str_copy(dst, size, src) || (!may_be_empty && dst[0] == '\0'))
		return false;
	for (const char *p = dst; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~')
			return false;
	}
	return true;
}

static bool
number_in(char dst[PHONE_MAX], const char *src, bool may_be_empty)
{
	if (!str_copy(dst, PHONE_MAX, src) || (!may_be_empty && dst[0] == '\0'))
		return false;
	for (const char *p = dst; *p != '\0'; p++) {
		if ((*p < '0' || *p > '9') && !(*p == '+' && p == dst))
			return false;
	}
	return true;
}

static bool
hello_in(const Shyraq__Hello *p, struct bus_hello *m)
{
	m->version = p->version;
	m->instance = p->instance;
	return p->instance != 0 && name_in(m->name, sizeof(m->name), p->name, false);
}

static bool
sms_text_in(const Shyraq__SmsIn *p, struct bus_sms_in *m)
{
	if (!bytes_in(&p->text, m->text, BUS_TEXT_MAX - 1, &m->text_n))
		return false;
	m->text[m->text_n] = '\0';
	if (p->body == SHYRAQ__BODY__BODY_TEXT)
		return str_is_utf8(m->text, m->text_n);
	return p->body == SHYRAQ__BODY__BODY_DATA || p->body == SHYRAQ__BODY__BODY_BROKEN;
}

static bool
sms_part_in(const Shyraq__SmsIn *p, struct bus_sms_in *m)
{
	m->part = p->part;
	m->total = p->total;
	m->ref = p->ref;
	m->ref_bits = p->ref_bits;
	if (p->part == 0)
		return true;
	return p->part <= p->total && p->total <= 255 && p->ref <= 0xffff &&
	    (p->ref_bits == 8 || p->ref_bits == 16);
}

static bool
sms_in(const Shyraq__SmsIn *p, struct bus_sms_in *m)
{
	m->token = p->token;
	m->smsc_ms = p->smsc_ms;
	m->smsc_zone = p->smsc_zone;
	m->age_ms = p->age_ms;
	m->again = p->again;
	m->body = (enum bus_body)p->body;
	return p->token != 0 && name_in(m->link, sizeof(m->link), p->link, false) &&
	    name_in(m->link_group, sizeof(m->link_group), p->link_group, false) &&
	    number_in(m->from, p->from, true) && number_in(m->smsc, p->smsc, true) &&
	    sms_text_in(p, m) && bytes_in(&p->udh, m->udh, BUS_UDH_MAX, &m->udh_n) &&
	    bytes_in(&p->stamp, m->stamp, BUS_STAMP_MAX, &m->stamp_n) &&
	    sms_part_in(p, m);
}

static bool
result_in(const Shyraq__Result *p, struct bus_result *m)
{
	if (p->n_refs > BUS_PARTS_MAX || p->row == 0 || p->attempt == 0 ||
	    (unsigned)p->state > SHYRAQ__SEND_STATE__SEND_EXPIRED)
		return false;
	m->token = p->token;
	m->row = p->row;
	m->attempt = p->attempt;
	m->state = (enum bus_state)p->state;
	m->error = p->error;
	m->parts_done = p->parts_done;
	m->concat_ref = p->concat_ref;
	m->refs_n = (uint32_t)p->n_refs;
	if (p->n_refs > 0)
		memcpy(m->refs, p->refs, p->n_refs * sizeof(m->refs[0]));
	return name_in(m->link, sizeof(m->link), p->link, true);
}

static bool
receipt_in(const Shyraq__Receipt *p, struct bus_receipt *m)
{
	m->token = p->token;
	m->ref = p->ref;
	m->delivered = p->delivered;
	m->final = p->final;
	m->age_ms = p->age_ms;
	return p->token != 0 && name_in(m->link, sizeof(m->link), p->link, false) &&
	    name_in(m->link_group, sizeof(m->link_group), p->link_group, false) &&
	    number_in(m->to, p->to, true);
}

static bool
send_in(const Shyraq__Send *p, struct bus_send *m)
{
	m->row = p->row;
	m->attempt = p->attempt;
	m->instance = p->instance;
	m->priority = p->priority;
	m->person = p->person;
	m->receipt = p->receipt;
	m->submit_ms = p->submit_ms;
	m->window_ms = p->window_ms;
	m->parts_done = p->parts_done;
	m->concat_ref = p->concat_ref;
	return p->row != 0 && p->attempt != 0 && p->instance != 0 && p->priority <= 5 &&
	    number_in(m->to, p->to, false) &&
	    name_in(m->link, sizeof(m->link), p->link, true) &&
	    str_copy(m->text, sizeof(m->text), p->text) && m->text[0] != '\0' &&
	    str_is_utf8(m->text, strlen(m->text));
}

static bool
verdicts_in(const Shyraq__Verdicts *p, struct bus_room *room, struct bus_verdicts *m)
{
	if (p->n_verdict > BUS_VERDICTS_MAX || p->n_send > BUS_VERDICTS_MAX ||
	    p->credit > BUS_CREDIT_MAX)
		return false;
	for (size_t i = 0; i < p->n_verdict; i++) {
		if (p->verdict[i]->token == 0 ||
		    (unsigned)p->verdict[i]->outcome > SHYRAQ__OUTCOME__OUTCOME_ASIDE)
			return false;
		room->verdicts[i].token = p->verdict[i]->token;
		room->verdicts[i].outcome = (enum bus_outcome)p->verdict[i]->outcome;
	}
	for (size_t i = 0; i < p->n_send; i++) {
		if (!send_in(p->send[i], &room->sends[i]))
			return false;
	}
	m->verdicts_n = (uint32_t)p->n_verdict;
	m->verdicts = room->verdicts;
	m->sends_n = (uint32_t)p->n_send;
	m->sends = room->sends;
	m->credit = p->credit;
	return true;
}

static bool
ask_in(const Shyraq__Ask *p, struct bus_ask *m)
{
	m->row = p->row;
	m->attempt = p->attempt;
	m->instance = p->instance;
	return p->row != 0 && p->attempt != 0 && p->instance != 0;
}

static bool
number_bound(uint32_t v, uint32_t least, uint32_t *out)
{
	*out = v;
	return v >= least && v <= BUS_CREDIT_MAX;
}

static bool
frame_in(const Shyraq__Frame *f, struct bus_room *room, struct bus_msg *m)
{
	switch (f->m_case) {
	case SHYRAQ__FRAME__M_HELLO:
		m->type = BUS_HELLO;
		return hello_in(f->hello, &m->u.hello);
	case SHYRAQ__FRAME__M_READY:
		m->type = BUS_READY;
		return number_bound(f->ready->credit, 1, &m->u.credit);
	case SHYRAQ__FRAME__M_PING:
		m->type = BUS_PING;
		m->u.nonce = f->ping->nonce;
		return true;
	case SHYRAQ__FRAME__M_PONG:
		m->type = BUS_PONG;
		m->u.nonce = f->pong->nonce;
		return true;
	case SHYRAQ__FRAME__M_SMS_IN:
		m->type = BUS_SMS_IN;
		return sms_in(f->sms_in, &m->u.sms_in);
	case SHYRAQ__FRAME__M_RESULT:
		m->type = BUS_RESULT;
		return result_in(f->result, &m->u.result);
	case SHYRAQ__FRAME__M_RECEIPT:
		m->type = BUS_RECEIPT;
		return receipt_in(f->receipt, &m->u.receipt);
	case SHYRAQ__FRAME__M_VERDICTS:
		m->type = BUS_VERDICTS;
		return verdicts_in(f->verdicts, room, &m->u.verdicts);
	case SHYRAQ__FRAME__M_SEND:
		m->type = BUS_SEND;
		return send_in(f->send, &m->u.send);
	case SHYRAQ__FRAME__M_ASK:
		m->type = BUS_ASK;
		return ask_in(f->ask, &m->u.ask);
	case SHYRAQ__FRAME__M_SEND_ROOM:
		m->type = BUS_SEND_ROOM;
		return number_bound(f->send_room->room, 0, &m->u.room);
	case SHYRAQ__FRAME__M__NOT_SET:
	case _SHYRAQ__FRAME__M__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

enum rc
bus_unpack(const uint8_t *p, size_t n, struct bus_room *room, struct bus_msg *m)
{
	ProtobufCAllocator alloc = { room_alloc, room_free, room };
	Shyraq__Frame *f;

	room->used = 0;
	f = shyraq__frame__unpack(&alloc, n, p);
	if (f == NULL || f->sent == 0 || f->sent > INT64_MAX || f->heard > INT64_MAX ||
	    f->heard_ago > INT64_MAX || !frame_in(f, room, m))
		return RC_REFUSED;
	m->times = (struct bus_times){ f->sent, f->heard, f->heard_ago };
	return RC_OK;
}

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

static void
sms_out(const struct bus_sms_in *m, Shyraq__SmsIn *p)
{
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
	} else {
		send_out(&m->u.send, &send);
		f->m_case = SHYRAQ__FRAME__M_SEND;
		f->send = &send;
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
		[BUS_SEND] = traffic_out,
	};
	Shyraq__Frame f = SHYRAQ__FRAME__INIT;

	f.sent = m->times.sent;
	f.heard = m->times.heard;
	f.heard_ago = m->times.heard_ago;
	if (m->type == BUS_VERDICTS)
		return verdicts_out(&m->u.verdicts, &f, n);
	return out[m->type](m, &f, n);
}

bool
bus_may(enum bus_role from, enum bus_role to, enum bus_type t)
{
#define TO(role) (1u << (role))
	static const uint8_t may[BUS_TYPES][BUS_ROLES] = {
		[BUS_HELLO] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH),
		    [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_PING] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH),
		    [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_PONG] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH),
		    [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_READY] = { [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_SMS_IN] = { [BUS_DAEMON] = TO(BUS_WORKER) },
		[BUS_RESULT] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH) },
		[BUS_RECEIPT] = { [BUS_DAEMON] = TO(BUS_WORKER) | TO(BUS_DISPATCH) },
		[BUS_VERDICTS] = { [BUS_WORKER] = TO(BUS_DAEMON),
		    [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_SEND] = { [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_ASK] = { [BUS_DISPATCH] = TO(BUS_DAEMON) },
		[BUS_SEND_ROOM] = { [BUS_DAEMON] = TO(BUS_DISPATCH) },
	};

	return (may[t][from] & TO(to)) != 0;
#undef TO
}
