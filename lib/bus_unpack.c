/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shyraq.proto to our plain values: it trusts no length and no value from the wire, each has its bound here.
 * It never keeps what protobuf made beyond the frame. Called by bus.c and the fuzzer.
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
	m->session = p->session;
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

/* Numbers, none of them 0, at most `max`. */
static bool
numbers_in(const uint64_t *v, size_t n, size_t max, uint64_t *dst, uint32_t *dst_n)
{
	if (n > max)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (v[i] == 0 || v[i] > INT64_MAX)
			return false;
		dst[i] = v[i];
	}
	*dst_n = (uint32_t)n;
	return true;
}

static bool
sms_bind_in(const Shyraq__SmsIn *p, struct bus_sms_in *m)
{
	m->bind = p->bind;
	m->reading = p->reading;
	return (p->bind == 0) == (p->reading == 0) && p->bind <= INT64_MAX &&
	    p->reading <= INT64_MAX &&
	    numbers_in(p->lapsed, p->n_lapsed, BUS_LAPSED_MAX, m->lapsed, &m->lapsed_n) &&
	    numbers_in(p->live, p->n_live, BUS_LIVE_MAX, m->live, &m->live_n);
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
	    sms_part_in(p, m) && sms_bind_in(p, m);
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
confirm_in(const Shyraq__Confirm *p, struct bus_confirm *m)
{
	m->token = p->token;
	return p->token != 0 && p->n_readings > 0 &&
	    name_in(m->link_group, sizeof(m->link_group), p->link_group, false) &&
	    numbers_in(p->readings, p->n_readings, BUS_CONFIRM_MAX, m->readings, &m->n);
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
verdict_in(const Shyraq__Verdict *p, struct bus_verdict *m)
{
	m->token = p->token;
	m->outcome = (enum bus_outcome)p->outcome;
	m->end = p->end;
	return p->token != 0 && (unsigned)p->outcome <= SHYRAQ__OUTCOME__OUTCOME_ASIDE &&
	    str_copy(m->screen, sizeof(m->screen), p->screen) &&
	    str_is_utf8(m->screen, strlen(m->screen));
}

static bool
verdicts_in(const Shyraq__Verdicts *p, struct bus_room *room, struct bus_verdicts *m)
{
	if (p->n_verdict > BUS_VERDICTS_MAX || p->n_send > BUS_VERDICTS_MAX ||
	    p->credit > BUS_CREDIT_MAX)
		return false;
	for (size_t i = 0; i < p->n_verdict; i++) {
		if (!verdict_in(p->verdict[i], &room->verdicts[i]))
			return false;
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
ussd_in(const Shyraq__UssdIn *p, struct bus_ussd_in *m)
{
	uint32_t n;

	m->token = p->token;
	m->dialogue = p->dialogue;
	m->step = p->step;
	m->age_ms = p->age_ms;
	m->again = p->again;
	m->gone = p->gone;
	if (!bytes_in(&p->text, m->text, sizeof(m->text) - 1, &n))
		return false;
	m->text[n] = '\0';
	return p->token != 0 && p->dialogue != 0 && p->step != 0 &&
	    str_is_utf8(m->text, n) &&
	    name_in(m->link, sizeof(m->link), p->link, false) &&
	    name_in(m->link_group, sizeof(m->link_group), p->link_group, false) &&
	    number_in(m->from, p->from, true);
}

static bool
link_state_in(const Shyraq__LinkState *p, struct bus_link_state *m)
{
	m->usable = p->usable;
	m->signal = p->signal;
	m->last_in_ms = p->last_in_ms;
	m->received = p->received;
	m->sent = p->sent;
	m->slots_used = p->slots_used;
	m->slots_all = p->slots_all;
	m->waiting = p->waiting;
	m->paused = p->paused;
	m->balance = p->balance;
	m->balance_ms = p->balance_ms;
	m->balance_low = p->balance_low;
	return p->signal >= -1 && p->signal <= 100 && p->received <= INT64_MAX &&
	    p->sent <= INT64_MAX && p->last_in_ms <= INT64_MAX &&
	    p->balance_ms <= INT64_MAX &&
	    name_in(m->link, sizeof(m->link), p->link, false) &&
	    name_in(m->link_group, sizeof(m->link_group), p->link_group, true) &&
	    name_in(m->state, sizeof(m->state), p->state, false) &&
	    number_in(m->number, p->number, true);
}

/* A USSD code is dialled as it stands: what could end the command on a modem is refused here too. */
static bool
code_in(char *dst, size_t size, const char *src)
{
	return str_copy(dst, size, src) && dst[strspn(dst, "0123456789*#+")] == '\0';
}

static bool
order_in(const Shyraq__Order *p, struct bus_order *m)
{
	m->id = p->id;
	m->kind = (enum bus_order_kind)p->kind;
	m->class = p->class_;
	return p->id != 0 && (unsigned)p->kind <= SHYRAQ__ORDER_KIND__ORDER_USSD &&
	    p->class_ <= BUS_CLASSES &&
	    name_in(m->link, sizeof(m->link), p->link, true) &&
	    code_in(m->text, sizeof(m->text), p->text);
}

static bool
order_done_in(const Shyraq__OrderDone *p, struct bus_order_done *m)
{
	m->id = p->id;
	m->done = p->done;
	return p->id != 0 && str_copy(m->text, sizeof(m->text), p->text) &&
	    str_is_utf8(m->text, strlen(m->text));
}

static bool
number_bound(uint32_t v, uint32_t least, uint32_t *out)
{
	*out = v;
	return v >= least && v <= BUS_CREDIT_MAX;
}

/* One row a message: how it is read, and a table of them by the number of its field. */
#define MESSAGES(X)                                                   \
	X(HELLO, hello_in(f->hello, &m->u.hello))                     \
	X(READY, number_bound(f->ready->credit, 1, &m->u.credit))     \
	X(PING, (m->u.nonce = f->ping->nonce, true))                  \
	X(PONG, (m->u.nonce = f->pong->nonce, true))                  \
	X(SMS_IN, sms_in(f->sms_in, &m->u.sms_in))                    \
	X(RESULT, result_in(f->result, &m->u.result))                 \
	X(RECEIPT, receipt_in(f->receipt, &m->u.receipt))             \
	X(CONFIRM, confirm_in(f->confirm, &m->u.confirm))             \
	X(VERDICTS, verdicts_in(f->verdicts, room, &m->u.verdicts))   \
	X(SEND, send_in(f->send, &m->u.send))                         \
	X(ASK, ask_in(f->ask, &m->u.ask))                             \
	X(SEND_ROOM, number_bound(f->send_room->room, 0, &m->u.room)) \
	X(USSD_IN, ussd_in(f->ussd_in, &m->u.ussd_in))                \
	X(LINK_STATE, link_state_in(f->link_state, &m->u.link_state)) \
	X(ORDER, order_in(f->order, &m->u.order))                     \
	X(ORDER_DONE, order_done_in(f->order_done, &m->u.order_done))

#define READER(name, expression)                                              \
	static bool read_##name(                                              \
	    const Shyraq__Frame *f, struct bus_room *room, struct bus_msg *m) \
	{                                                                     \
		(void)room;                                                   \
		return expression;                                            \
	}
MESSAGES(READER)
#undef READER

#define ROW(name, expression) [SHYRAQ__FRAME__M_##name] = { BUS_##name, read_##name },
static const struct {
	enum bus_type type;
	bool (*read)(const Shyraq__Frame *f, struct bus_room *room, struct bus_msg *m);
} message[] = { MESSAGES(ROW) };
#undef ROW

static bool
frame_in(const Shyraq__Frame *f, struct bus_room *room, struct bus_msg *m)
{
	size_t i = (size_t)f->m_case;

	if (i >= ARRAY_LEN(message) || message[i].read == NULL)
		return false;
	m->type = message[i].type;
	return message[i].read(f, room, m);
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
