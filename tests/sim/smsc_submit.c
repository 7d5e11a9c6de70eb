/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Submits: the faults that meet them, their record, their receipts, their answer.
 * It never loses one that it answered. Called by smsc_bind.c and smsc_ctl.c.
 */
#include "smsc_submit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_json.h"
#include "smpp_parts.h"
#include "smsc.h"
#include "smsc_ctl.h"
#include "str.h"

enum {
	EARLY_MS = 30,      /* an early receipt goes so long before the response */
	WRONG_BY = 1000,    /* a wrong sequence number is so far off */
	REGISTERED_ALL = 1, /* registered_delivery, 3.4, 5.2.17 */
	REGISTERED_FAILED = 2,
	ENTRY_TEXT = 4 * SMPP_TEXT_SIZE,
	TON_INTERNATIONAL = 1,
};

/* What one submit says once it is read. */
struct reading {
	struct smpp_body body;
	enum smpp_alphabet alphabet;
	char text[ENTRY_TEXT];
};

struct smpp_codings
submit_codings(const struct smsc *s)
{
	enum smpp_alphabet gsm = s->set.packed ? SMPP_GSM_PACKED : SMPP_GSM;

	return (struct smpp_codings){ .zero = gsm, .gsm = gsm };
}

void
submit_number(const struct smpp_address *a, char out[68])
{
	bool plus = a->ton == TON_INTERNATIONAL && a->digits[0] != '+';

	snprintf(out, 68, "%s%s", plus ? "+" : "", a->digits);
}

static json_t *
text_of(const char *s)
{
	size_t n = strlen(s);
	char clean[3 * 256 + 1];

	return json_stringn(clean, str_clean_utf8(clean, sizeof(clean), s, n));
}

static json_t *
hex_of(struct smpp_octets o)
{
	char *hex = xmalloc(2 * o.n + 1);
	json_t *j;

	str_hex(hex, o.p, o.n);
	j = json_string(hex);
	free(hex);
	return j;
}

static void
set_validity(json_t *j, const struct smpp_pdu *in)
{
	uint32_t seconds = 0;
	bool relative = in->validity[0] != '\0' &&
	    smpp_validity_read(in->validity, &seconds) == RC_OK;

	ctl_set(j, "validity", text_of(in->validity));
	ctl_set(j, "vp_s", relative ? json_integer(seconds) : json_null());
	ctl_set(j, "vp_minutes", relative ? json_integer(seconds / 60) : json_null());
	ctl_set(j, "vp_other", json_boolean(in->validity[0] != '\0' && !relative));
}

static void
set_addresses(json_t *j, const struct smpp_pdu *in)
{
	char number[68];

	submit_number(&in->dest, number);
	ctl_set(j, "to", text_of(number));
	ctl_set(j, "to_ton", json_integer(in->dest.ton));
	ctl_set(j, "to_npi", json_integer(in->dest.npi));
	submit_number(&in->source, number);
	ctl_set(j, "from", text_of(number));
	ctl_set(j, "from_ton", json_integer(in->source.ton));
	ctl_set(j, "from_npi", json_integer(in->source.npi));
}

static json_t *
entry_of(const struct smsc_conn *c, const struct smpp_pdu *in, const struct reading *r)
{
	static const char *const alphabets[] = { [SMPP_GSM] = "gsm7",
		[SMPP_GSM_PACKED] = "packed",
		[SMPP_ASCII] = "ascii",
		[SMPP_LATIN1] = "latin1",
		[SMPP_CYRILLIC] = "cyrillic",
		[SMPP_UCS2] = "ucs2",
		[SMPP_UTF8] = "utf8",
		[SMPP_BINARY] = "8bit" };
	json_t *j = json_object();
	uint32_t op;

	set_addresses(j, in);
	ctl_set(j, "command", json_string(smpp_command_name(in->command)));
	ctl_set(j, "bind", json_integer((json_int_t)c->serial));
	ctl_set(j, "system_id", json_string(c->account->id));
	ctl_set(j, "text",
	    r->alphabet == SMPP_BINARY ? hex_of(r->body.text) : json_string(r->text));
	ctl_set(j, "alphabet", json_string(alphabets[r->alphabet]));
	ctl_set(j, "data_coding", json_integer(in->data_coding));
	ctl_set(j, "esm_class", json_integer(in->esm_class));
	ctl_set(j, "octets", json_integer((json_int_t)r->body.text.n));
	ctl_set(j, "udh", hex_of(r->body.udh));
	ctl_set(j, "payload", json_boolean(r->body.payload));
	ctl_set(j, "tlvs", hex_of(in->tlvs));
	if (r->body.joined != SMPP_SINGLE) {
		ctl_set(j, "joined",
		    json_string(r->body.joined == SMPP_JOINED_UDH ? "udh" : "sar"));
		ctl_set(j, "concat_ref", json_integer(r->body.concat.ref));
		ctl_set(j, "part", json_integer(r->body.concat.part));
		ctl_set(j, "total", json_integer(r->body.concat.total));
	}
	set_validity(j, in);
	ctl_set(j, "registered", json_integer(in->registered));
	ctl_set(j, "wants_receipt", json_boolean((in->registered & 3) != 0));
	ctl_set(j, "service_type", text_of(in->service_type));
	ctl_set(j, "priority", json_integer(in->priority));
	if (smpp_tlv_number(in, SMPP_TAG_USSD_OP, &op))
		ctl_set(j, "ussd_op", json_integer(op));
	return j;
}

static void
read_text(const struct smsc_conn *c, const struct smpp_pdu *in, struct reading *r)
{
	if (smpp_body_of(in, &r->body) != RC_OK)
		c->s->count[COUNT_MALFORMED_IN]++;
	r->alphabet = smpp_alphabet_of(
	    in->data_coding, submit_codings(c->s), ussd_is(in));
	smpp_body_utf8(r->text, sizeof(r->text), &r->body, r->alphabet);
}

/* What receipts quote, and never more than that. */
static void
begin_of(const char *text, char out[24])
{
	size_t n = 0;

	while (n < 20 && isprint((unsigned char)text[n])) {
		out[n] = text[n];
		n++;
	}
	out[n] = '\0';
}

static struct sent *
record(struct smsc_conn *c, const struct smpp_pdu *in, const struct reading *r,
    struct smpp_pdu *answer)
{
	struct smsc *s = c->s;
	uint64_t seq = ++s->submits.last_seq;
	struct sent *e = &s->submits.ring[seq % s->submits.keep];

	json_decref(e->entry);
	*e = (struct sent){ .seq = seq,
		.at_ms = clock_wall_ms(),
		.account = c->account,
		.from = in->source,
		.to = in->dest,
		.entry = entry_of(c, in, r) };
	begin_of(r->text, e->begins);
	receipt_answer_id(&s->receipts, seq, answer->message_id);
	ctl_set(e->entry, "seq", json_integer((json_int_t)seq));
	ctl_set(e->entry, "at_ms", json_integer(e->at_ms));
	ctl_set(e->entry, "message_id", json_string(answer->message_id));
	s->count[COUNT_SUBMITS]++;
	s->count[COUNT_PARTS] += r->body.joined != SMPP_SINGLE;
	return e;
}

static void
queue_receipt(struct smsc *s, const struct smpp_pdu *in, const struct sent *e)
{
	const struct receipts *r = &s->receipts;
	bool fails = strcmp(r->state, "DELIVRD") != 0;

	if (r->mode != RECEIPT_AUTO || (in->registered & 3) == 0 ||
	    ((in->registered & 3) == REGISTERED_FAILED && !fails))
		return;
	if (!r->early) {
		receipt_later(s, e, r->state, r->delay_ms);
		return;
	}
	s->count[COUNT_EARLY_RECEIPTS] += receipt_send(s, e, r->state) == RC_OK;
	deliver_pump(s);
}

/* The response, if it is to come at all. */
static enum rc
respond(struct smsc_conn *c, struct smpp_pdu *answer, bool early)
{
	struct smsc *s = c->s;
	int64_t wait = early ? EARLY_MS : 0;

	if (c->fd < 0 || fault_hits(s, FAULT_SUBMIT_DROP))
		return RC_BROKEN;
	if (fault_hits(s, FAULT_SUBMIT_SILENT)) {
		s->count[COUNT_SILENT]++;
		return RC_OK;
	}
	if (fault_hits(s, FAULT_WRONG_SEQUENCE))
		answer->sequence = answer->sequence % (SMPP_SEQUENCE_MAX - WRONG_BY) +
		    WRONG_BY;
	if (fault_hits(s, FAULT_SLOW))
		wait += s->fault.row[FAULT_SLOW].wait_ms;
	return smsc_conn_send_late(c, answer, wait);
}

/* Whether a fault or its own shape keeps it out; then *answer says so. */
static bool
is_refused(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	struct smsc *s = c->s;

	if (!smsc_conn_sends(c)) {
		answer->status = SMPP_INVALID_BIND_STATUS;
	} else if (in->dest.digits[0] == '\0') {
		answer->status = SMPP_INVALID_DESTINATION;
	} else if (fault_hits(s, FAULT_THROTTLE)) {
		answer->status = s->fault.row[FAULT_THROTTLE].code;
		s->count[COUNT_THROTTLED]++;
	} else if (fault_hits(s, FAULT_REFUSE_SUBMIT)) {
		answer->status = s->fault.row[FAULT_REFUSE_SUBMIT].code;
	} else if (fault_hits(s, FAULT_NACK)) {
		answer->command = SMPP_GENERIC_NACK;
		answer->status = SMPP_SYSTEM_ERROR;
	}
	s->count[COUNT_REFUSED] += answer->status != SMPP_OK;
	return answer->status != SMPP_OK;
}

enum rc
submit_take(struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer)
{
	static struct reading r;
	struct smsc *s = c->s;
	struct sent *e;
	bool early;

	if (smsc_conn_sends(c) && fault_hits(s, FAULT_SUBMIT_LOST))
		return RC_BROKEN;
	if (is_refused(c, in, answer))
		return smsc_conn_send(c, answer);
	read_text(c, in, &r);
	if (ussd_is(in)) {
		answer->status = ussd_take(c, in, &r.body, r.text);
		s->count[COUNT_REFUSED] += answer->status != SMPP_OK;
		if (answer->status != SMPP_OK)
			return smsc_conn_send(c, answer);
	}
	e = record(c, in, &r, answer);
	early = s->receipts.early && s->receipts.mode == RECEIPT_AUTO;
	if (!ussd_is(in)) {
		char number[68];

		submit_number(&in->dest, number);
		s->count[COUNT_REPEATS] += phone_text(
		    phone_of(&s->phones, number), e->at_ms, r.text, &r.body.concat);
		queue_receipt(s, in, e);
	}
	ctl_tell_sent(s, e);
	return respond(c, answer, early);
}

const struct sent *
submit_by_seq(const struct smsc *s, uint64_t seq)
{
	const struct sent *e = &s->submits.ring[seq % s->submits.keep];

	return seq != 0 && e->entry != NULL && e->seq == seq ? e : NULL;
}

const struct sent *
submit_by_id(const struct smsc *s, const char *id)
{
	for (size_t i = 0; i < s->submits.keep; i++) {
		const struct sent *e = &s->submits.ring[i];
		const char *its = e->entry == NULL
		    ? NULL
		    : json_string_value(json_object_get(e->entry, "message_id"));

		if (its != NULL && strcmp(its, id) == 0)
			return e;
	}
	return NULL;
}

void
submit_clear(struct smsc *s)
{
	for (size_t i = 0; i < s->submits.keep; i++)
		json_decref(s->submits.ring[i].entry);
	free(s->submits.ring);
}
