/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts and receipts that an SMSC delivers: offered to the host, answered when a verdict came, remembered
 * until the answer was heard for sure. It never answers before that and reads no text's meaning.
 * Called by smpp.c and smpp_link.c, in the loop.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "smpp_link.h"
#include "str.h"
#include "variant.h"

#define CONFIRM_MS 1000 /* after an answer of ours: is there a sign that it was heard? */
#define PARK_MS \
	5000 /* the answer to its submit comes by then, or the receipt goes as it is */

static uint64_t
mix(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(1099511628211);
	return (h ^ 0xff) * UINT64_C(1099511628211);
}

/* Alike is what a person could have sent twice: whoever it is from and to, and every octet of it. */
static uint64_t
print_of(const struct smpp_pdu *pdu, const struct smpp_octets *raw)
{
	uint64_t h = UINT64_C(14695981039346656037);

	if (raw != NULL) /* it cannot be read: all but its header */
		return mix(h, raw->p + SMPP_HEADER, raw->n - SMPP_HEADER);
	h = mix(h, pdu->source.digits, strlen(pdu->source.digits));
	h = mix(h, pdu->dest.digits, strlen(pdu->dest.digits));
	h = mix(h, &pdu->data_coding, 1);
	h = mix(h, pdu->message.p, pdu->message.n);
	return mix(h, pdu->tlvs.p, pdu->tlvs.n);
}

/* Readings -------------------------------------------------------------------------------------- */

static struct smpp_reading *
reading_new(struct smpp *l, const struct smpp_pdu *pdu, uint64_t print, int64_t now)
{
	struct smpp_reading *r = xcalloc(1, sizeof(*r));

	r->number = smpp_numbers_next(l->numbers);
	r->print = print;
	r->sequence = pdu->sequence;
	r->answer = smpp_answer_to(pdu->command);
	r->due = now + l->conf->deliver_ms;
	if (l->in.last == NULL)
		l->in.first = r;
	else
		l->in.last->next = r;
	l->in.last = r;
	return r;
}

static void
reading_free(struct smpp *l, struct smpp_reading *r)
{
	struct smpp_reading **at = &l->in.first, *before = NULL;

	for (; *at != r; at = &(*at)->next)
		before = *at;
	*at = r->next;
	if (l->in.last == r)
		l->in.last = before;
	l->in.lapsed -= r->lapsed;
	free(r);
}

static struct smpp_reading *
reading_find(const struct smpp *l, uint64_t number)
{
	struct smpp_reading *r = l->in.first;

	while (r != NULL && r->number != number)
		r = r->next;
	return r;
}

/* Not answered in time: the SMSC may send it once more, and nothing will tell. */
static void
lapse(struct smpp *l, struct smpp_reading *r)
{
	if (r->lapsed)
		return;
	r->lapsed = true;
	l->in.lapsed++;
	log_info("smpp.lapsed", "link=%s the SMSC may repeat it", l->link.name);
}

/* What stays of the lapsed is bounded: the oldest that were answered go. */
static void
bound_lapsed(struct smpp *l)
{
	struct smpp_reading *next;

	for (struct smpp_reading *r = l->in.first;
	     r != NULL && l->in.lapsed > SMPP_LAPSED_MAX; r = next) {
		next = r->next;
		if (r->lapsed && r->ends != 0)
			reading_free(l, r);
	}
}

static void
answer(struct smpp *l, struct smpp_reading *r, uint32_t status)
{
	smpp_answer(l->rx, r->answer, r->sequence, status);
	r->ends = l->rx->queued;
	kill_point("in.deleted");
}

void
smpp_in_settled(struct link *link, uint64_t handle, enum bus_outcome outcome)
{
	struct smpp *l = (struct smpp *)link;
	struct smpp_reading *r = handle == 0 ? NULL : reading_find(l, handle);

	if (r == NULL || r->ends != 0)
		return;
	if (outcome == BUS_ASIDE)
		log_warn("smpp.aside", "link=%s", l->link.name);
	kill_point("in.delete");
	link->count.deleted++;
	answer(l, r, SMPP_OK);
	if (r->receipt) /* a second time it changes nothing: no row waits for it */
		reading_free(l, r);
	smpp_flush(l->rx);
}

void
smpp_in_written(struct smpp *l, int64_t now)
{
	for (struct smpp_reading *r = l->in.first; r != NULL; r = r->next) {
		if (r->ends == 0 || r->written || r->ends > l->rx->written)
			continue;
		r->written = true;
		if (now > r->due)
			lapse(l, r);
		else if (!r->lapsed && l->in.confirm_at == 0)
			l->in.confirm_at = now + CONFIRM_MS;
	}
}

static void
say_confirmed(struct smpp *l, struct bus_msg *m)
{
	const struct link_host *h = l->link.host;

	if (m->u.confirm.n == 0)
		return;
	/* what is not told stays open for a day, and is taken for a repeat once at most */
	if (h->took(h->arg, &l->link, m, 0, clock_boot_ms()) != RC_OK)
		log_info(
		    "smpp.unconfirmed", "link=%s n=%u", l->link.name, m->u.confirm.n);
	m->u.confirm.n = 0;
}

void
smpp_in_confirmed(struct smpp *l, uint64_t begins)
{
	struct bus_msg m = { .type = BUS_CONFIRM };
	struct smpp_reading *next;
	bool more = false;

	memcpy(m.u.confirm.link_group, l->link.group, sizeof(m.u.confirm.link_group));
	for (struct smpp_reading *r = l->in.first; r != NULL; r = next) {
		next = r->next;
		if (!r->written || r->lapsed)
			continue;
		if (r->ends > begins) {
			more = true;
			continue;
		}
		m.u.confirm.readings[m.u.confirm.n++] = r->number;
		reading_free(l, r);
		if (m.u.confirm.n == BUS_CONFIRM_MAX)
			say_confirmed(l, &m);
	}
	say_confirmed(l, &m);
	l->in.confirm_at = more ? clock_boot_ms() + CONFIRM_MS : 0;
}

/* Texts ----------------------------------------------------------------------------------------- */

/* Readings of a like text on this bind that were not answered in time, and binds beside this one. */
static void
fill_bind(struct smpp *l, const struct smpp_reading *of, struct bus_sms_in *in)
{
	in->bind = l->rx->number;
	in->reading = of->number;
	in->lapsed_n = 0;
	for (const struct smpp_reading *r = l->in.first;
	     r != of && in->lapsed_n < BUS_LAPSED_MAX; r = r->next) {
		if (r->lapsed && r->print == of->print)
			in->lapsed[in->lapsed_n++] = r->number;
	}
	in->live_n = smpp_numbers_live(
	    l->numbers, l->link.group, l->rx->number, in->live);
}

static void
fill_raw(struct bus_sms_in *in, enum bus_body body, const struct smpp_octets *o)
{
	in->body = body;
	in->text_n = (uint32_t)(o->n < BUS_TEXT_MAX - 1 ? o->n : BUS_TEXT_MAX - 1);
	if (in->text_n > 0)
		memcpy(in->text, o->p, in->text_n);
	in->text[in->text_n] = '\0';
}

/* Whom it is from and to, as they stood there: with the rest, what makes it itself. */
static void
fill_stamp(struct bus_sms_in *in, const struct smpp_pdu *pdu)
{
	size_t from = strnlen(pdu->source.digits, BUS_STAMP_MAX - 12);
	size_t to = strnlen(pdu->dest.digits, 11);

	memcpy(in->stamp, pdu->source.digits, from);
	in->stamp[from] = '>';
	memcpy(in->stamp + from + 1, pdu->dest.digits, to);
	in->stamp_n = (uint32_t)(from + 1 + to);
}

static void
fill_body(struct smpp *l, const struct smpp_pdu *pdu, struct bus_sms_in *in)
{
	enum smpp_alphabet alphabet = smpp_alphabet_of(
	    pdu->data_coding, l->codings, false);
	struct smpp_body body;

	if (smpp_body_of(pdu, &body) != RC_OK) {
		fill_raw(in, BUS_BODY_BROKEN, &body.text);
		return;
	}
	if (body.udh.n <= BUS_UDH_MAX) {
		in->udh_n = (uint32_t)body.udh.n;
		if (body.udh.n > 0)
			memcpy(in->udh, body.udh.p, body.udh.n);
	}
	if (body.joined != SMPP_SINGLE) {
		in->part = body.concat.part;
		in->total = body.concat.total;
		in->ref = body.concat.ref;
		in->ref_bits = body.concat.ref_bits;
	}
	if (alphabet == SMPP_BINARY) {
		fill_raw(in, BUS_BODY_DATA, &body.text);
		return;
	}
	in->body = BUS_BODY_TEXT;
	in->text_n = (uint32_t)smpp_body_utf8(
	    in->text, sizeof(in->text), &body, alphabet);
}

static enum rc
offer_text(struct smpp *l, struct smpp_reading *r, const struct smpp_pdu *pdu,
    const struct smpp_octets *raw)
{
	static struct bus_msg m; /* large; one loop */
	struct bus_sms_in *in = &m.u.sms_in;
	struct peer_ref who = { "-" };
	struct phone from;

	memset(&m, 0, offsetof(struct bus_msg, u.sms_in.text) + 1);
	m.type = BUS_SMS_IN;
	memcpy(in->link, l->link.name, sizeof(in->link));
	memcpy(in->link_group, l->link.group, sizeof(in->link_group));
	fill_bind(l, r, in);
	if (raw != NULL) {
		fill_raw(in, BUS_BODY_BROKEN, raw);
	} else {
		smpp_number_of(&pdu->source, in->from);
		fill_stamp(in, pdu);
		fill_body(l, pdu, in);
	}
	memcpy(from.s, in->from, sizeof(from.s));
	if (from.s[0] != '\0')
		who = peer_ref(&from);
	log_info("smpp.text", "link=%s ref=%s body=%d bytes=%u lapsed=%u", l->link.name,
	    who.s, (int)in->body, in->text_n, in->lapsed_n);
	l->link.count.texts++;
	l->link.last_in = clock_boot_ms();
	return l->link.host->took(
	    l->link.host->arg, &l->link, &m, r->number, clock_boot_ms());
}

/* Receipts -------------------------------------------------------------------------------------- */

static void
offer_receipt(struct smpp *l, struct smpp_reading *r, const struct smpp_receipt *receipt,
    const char *to, uint32_t ref)
{
	const struct link_host *h = l->link.host;
	struct bus_msg m = { .type = BUS_RECEIPT };

	memcpy(m.u.receipt.link, l->link.name, sizeof(m.u.receipt.link));
	memcpy(m.u.receipt.link_group, l->link.group, sizeof(m.u.receipt.link_group));
	memcpy(m.u.receipt.to, to, sizeof(m.u.receipt.to));
	m.u.receipt.ref = ref;
	m.u.receipt.delivered = receipt->delivered;
	m.u.receipt.final = receipt->final;
	if (h->took(h->arg, &l->link, &m, r->number, clock_boot_ms()) != RC_OK) {
		answer(l, r, SMPP_TEMPORARY);
		reading_free(l, r);
		return;
	}
	log_info("smpp.receipt", "link=%s delivered=%d final=%d", l->link.name,
	    receipt->delivered, receipt->final);
}

void
smpp_in_unpark(struct smpp *l, int64_t now, bool all)
{
	struct smpp_in *in = &l->in;

	for (size_t i = 0; in->parked_n > 0 && i < SMPP_PARKED_MAX; i++) {
		struct smpp_parked *p = &in->parked[i];
		struct smpp_reading *r = p->reading;
		uint32_t ref = 0;
		bool known = r != NULL &&
		    smpp_known_ref(l, &p->receipt, p->to, false, &ref);

		if (r == NULL || (!known && !all && now < p->until))
			continue;
		p->reading = NULL;
		in->parked_n--;
		if (known || smpp_known_guess(l, &p->receipt, &ref)) {
			offer_receipt(l, r, &p->receipt, p->to, ref);
		} else {
			answer(l, r, SMPP_OK);
			reading_free(l, r);
		}
	}
}

/* False: no room; it goes as it is. */
static bool
park(struct smpp *l, struct smpp_reading *r, const struct smpp_receipt *receipt,
    const char *to, int64_t now)
{
	for (size_t i = 0; i < SMPP_PARKED_MAX; i++) {
		struct smpp_parked *p = &l->in.parked[i];

		if (p->reading != NULL)
			continue;
		*p = (struct smpp_parked){
			.reading = r, .receipt = *receipt, .until = now + PARK_MS
		};
		memcpy(p->to, to, sizeof(p->to));
		l->in.parked_n++;
		return true;
	}
	return false;
}

/*
 * One that is here already and waits for its verdict. A receipt: the new sequence is answered in place of
 * the old. A text or a step: the SMSC cannot wait for two answers to one sequence, so it was written twice.
 */
static bool
is_here(
    struct smpp *l, const struct smpp_pdu *pdu, uint64_t print, bool step, int64_t now)
{
	bool receipt = smpp_is_receipt(pdu);

	for (struct smpp_reading *r = l->in.first; r != NULL; r = r->next) {
		if (r->ends != 0 || r->print != print || r->receipt != receipt ||
		    r->step != step || (!receipt && r->sequence != pdu->sequence))
			continue;
		r->sequence = pdu->sequence;
		r->answer = smpp_answer_to(pdu->command);
		if (receipt)
			r->due = now + l->conf->deliver_ms;
		return true;
	}
	return false;
}

static void
take_receipt(struct smpp *l, const struct smpp_pdu *pdu, int64_t now)
{
	uint64_t print = print_of(pdu, NULL);
	struct smpp_receipt receipt;
	struct smpp_reading *r;
	char to[PHONE_MAX];
	uint32_t ref;
	bool known;

	l->link.count.receipts++;
	smpp_number_of(&pdu->source, to);
	if (is_here(l, pdu, print, false, now))
		return;
	if (smpp_receipt_of(pdu, l->codings, &receipt) != RC_OK || to[0] == '\0' ||
	    (receipt.tlv_id[0] == '\0' && receipt.text_id[0] == '\0')) {
		log_info("smpp.receipt_unread", "link=%s", l->link.name);
		smpp_answer(l->rx, smpp_answer_to(pdu->command), pdu->sequence, SMPP_OK);
		return; /* of no use to anyone */
	}
	r = reading_new(l, pdu, print, now);
	r->receipt = true;
	known = smpp_known_ref(l, &receipt, to, true, &ref);
	if (!known && l->out.flying > 0 && park(l, r, &receipt, to, now))
		return;
	if (known || smpp_known_guess(l, &receipt, &ref)) {
		offer_receipt(l, r, &receipt, to, ref);
	} else {
		answer(l, r, SMPP_OK);
		reading_free(l, r);
	}
}

/* All --------------------------------------------------------------------------------------------- */

static bool
is_ussd(const struct smpp *l, const struct smpp_pdu *pdu)
{
	struct smpp_tlv op;

	return l->ussd_only || strcmp(pdu->service_type, "USSD") == 0 ||
	    smpp_tlv_find(pdu, SMPP_TAG_USSD_OP, &op);
}

bool
smpp_step_answer(struct link *link, uint64_t number, enum rc rc)
{
	struct smpp *l = (struct smpp *)link;
	struct smpp_reading *r = reading_find(l, number);

	if (r == NULL || !r->step)
		return false;
	answer(l, r,
	    rc == RC_OK          ? SMPP_OK
		: rc == RC_AGAIN ? SMPP_TEMPORARY
				 : SMPP_PERMANENT);
	reading_free(l, r);
	smpp_flush(l->rx);
	return true;
}

static void
take_step(struct smpp *l, const struct smpp_pdu *pdu, int64_t now)
{
	uint64_t print = print_of(pdu, NULL);
	struct smpp_reading *r;

	if (is_here(l, pdu, print, true, now))
		return;
	r = reading_new(l, pdu, print, now);
	r->step = true;
	if (l->ussd_heard == NULL)
		(void)smpp_step_answer(&l->link, r->number, RC_REFUSED);
	else
		l->ussd_heard(l->ussd_arg, &l->link, pdu, r->number);
}

void
smpp_in_heard(
    struct smpp_session *s, const struct smpp_pdu *pdu, const struct smpp_octets *raw)
{
	struct smpp *l = s->l;
	enum smpp_command to = smpp_answer_to(pdu->command);
	int64_t now = clock_boot_ms();
	struct smpp_reading *r;
	uint64_t print;

	kill_point("in.read");
	if (raw == NULL && !smpp_is_receipt(pdu) && is_ussd(l, pdu)) {
		take_step(l, pdu, now);
		return;
	}
	/* the SMSC keeps it and sends it again, soon */
	if (l->held || l->stopping || s->leave_at != 0) {
		smpp_answer(s, to, pdu->sequence, SMPP_TEMPORARY);
		return;
	}
	if (raw == NULL && smpp_is_receipt(pdu)) {
		take_receipt(l, pdu, now);
		return;
	}
	print = print_of(pdu, raw);
	if (raw == NULL && is_here(l, pdu, print, false, now))
		return;
	r = reading_new(l, pdu, print, now);
	if (offer_text(l, r, pdu, raw) != RC_OK) {
		smpp_answer(s, to, pdu->sequence, SMPP_TEMPORARY);
		reading_free(l, r);
	}
}

void
smpp_in_tick(struct smpp *l, int64_t now)
{
	struct smpp_reading *next;

	for (struct smpp_reading *r = l->in.first; r != NULL; r = next) {
		next = r->next;
		if (r->written || now <= r->due)
			continue;
		if (r->step) /* it comes again, or the gateway ends the dialogue */
			(void)smpp_step_answer(&l->link, r->number, RC_AGAIN);
		else
			lapse(l, r);
	}
	bound_lapsed(l);
	smpp_in_unpark(l, now, false);
}

void
smpp_in_lost(struct smpp *l)
{
	l->link.host->withdraw(l->link.host->arg, &l->link);
	while (l->in.first != NULL)
		reading_free(l, l->in.first);
	memset(l->in.parked, 0, sizeof(l->in.parked));
	l->in.parked_n = 0;
	l->in.confirm_at = 0;
}
