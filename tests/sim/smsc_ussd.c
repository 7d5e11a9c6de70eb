/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions of the USSD gateway: their steps, time limits and ends.
 * It never keeps one that is over. Called by smsc_submit.c, smsc_deliver.c, smsc_ctl*.c and the loop.
 */
#include "smsc_ussd.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_json.h"
#include "smsc.h"
#include "smsc_ctl.h"
#include "str.h"

enum {
	SCREEN_OCTETS = 160,
	SUBMIT_FAILED = 0x45, /* ESME_RSUBMITFAIL */
	TLV_VALUE = 0xc4,     /* ESME_RINVOPTPARAMVAL */
	TLVS_SIZE = 512,
	END_BIT = 1,
};

struct ussd_session {
	struct ussd_session *next;
	uint64_t serial;
	struct smsc_account *account;
	const struct ussd_dialect *dialect;
	char from[SMSC_NUMBER_SIZE];
	uint16_t id;
	uint8_t dialogue;  /* of USSD_ITS, counted up a PDU */
	bool persons_turn; /* a screen is shown */
	unsigned steps;
	int64_t began_ms, since_ms;
};

static bool
same_number(const char *a, const char *b)
{
	return phone_hash(a, true) == phone_hash(b, true);
}

static struct ussd_session *
session_of(const struct smsc *s, const char *from)
{
	struct ussd_session *x = s->ussd.first;

	while (x != NULL && !same_number(x->from, from))
		x = x->next;
	return x;
}

bool
ussd_is(const struct smpp_pdu *pdu)
{
	uint32_t op;

	return strcmp(pdu->service_type, "USSD") == 0 ||
	    smpp_tlv_number(pdu, SMPP_TAG_USSD_OP, &op);
}

bool
ussd_wants(const struct smsc *s, uint64_t session)
{
	const struct ussd_session *x = s->ussd.first;

	while (session != 0 && x != NULL && x->serial != session)
		x = x->next;
	return session == 0 || x != NULL;
}

/* Frees it. */
static void
end(struct smsc *s, struct ussd_session *x, const char *why)
{
	struct ussd_session **at = &s->ussd.first;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	ctl_tell_gone(s, x->from, x->serial, why);
	free(x);
}

static enum rc
add_session(uint8_t *tlvs, size_t *n, struct ussd_session *x, bool last)
{
	uint8_t its[2];

	switch (x->dialect->where) {
	case USSD_ITS:
		its[0] = (uint8_t)x->id;
		its[1] = (uint8_t)(x->dialogue << 1 | (last ? END_BIT : 0));
		x->dialogue = (uint8_t)((x->dialogue + 1) & 0x7f);
		return smpp_tlv_add(tlvs, TLVS_SIZE, n, SMPP_TAG_SESSION, its, 2);
	case USSD_ITS15:
		its[0] = (uint8_t)(x->id >> 7);
		its[1] = (uint8_t)(x->id << 1 | (last ? END_BIT : 0));
		return smpp_tlv_add(tlvs, TLVS_SIZE, n, SMPP_TAG_SESSION, its, 2);
	case USSD_REFERENCE:
		return smpp_tlv_add_number(
		    tlvs, TLVS_SIZE, n, SMPP_TAG_USER_REFERENCE, x->id);
	case USSD_NOWHERE:
		break;
	}
	return RC_OK;
}

/* A person's digits mostly; else UCS-2. */
static enum rc
add_text(const struct smsc *s, struct smpp_pdu *pdu, uint8_t out[SCREEN_OCTETS + 22],
    const char *text)
{
	size_t n = 0;

	pdu->data_coding = s->set.ussd_coding;
	if (smpp_text_octets(out, SCREEN_OCTETS + 22, &n, text, strlen(text),
		smpp_alphabet_of(pdu->data_coding, submit_codings(s), true),
		0) != RC_OK) {
		pdu->data_coding = s->set.ucs2_coding;
		if (smpp_text_octets(out, SCREEN_OCTETS, &n, text, strlen(text),
			SMPP_UCS2, 0) != RC_OK)
			return RC_REFUSED;
	}
	pdu->message = (struct smpp_octets){ out, n };
	return RC_OK;
}

static void
set_addresses(struct smpp_pdu *pdu, const struct ussd_session *x)
{
	bool plus = x->from[0] == '+';

	pdu->source.ton = plus ? 1 : 0;
	pdu->source.npi = 1;
	snprintf(pdu->source.digits, sizeof(pdu->source.digits), "%s", x->from + plus);
	pdu->dest.npi = 1;
	snprintf(pdu->dest.digits, sizeof(pdu->dest.digits), "%s", x->account->number);
}

/* A step to the service; `last`: it is an abort, and belongs to no session any more. */
static enum rc
tell(struct smsc *s, struct ussd_session *x, int op, const char *text, bool last)
{
	struct smpp_pdu pdu = { .command = s->set.data_sm ? SMPP_DATA_SM
							  : SMPP_DELIVER_SM,
		.sequence = 1,
		.service_type = "USSD" };
	uint8_t tlvs[TLVS_SIZE], octets[SCREEN_OCTETS + 22];
	bool in_dest = x->dialect->in_dest && op == x->dialect->begin;
	uint64_t number;
	size_t n = 0;
	enum rc rc;

	set_addresses(&pdu, x);
	if (in_dest)
		snprintf(pdu.dest.digits, sizeof(pdu.dest.digits), "%.20s", text);
	rc = add_text(s, &pdu, octets, in_dest ? "" : text);
	if (rc == RC_OK)
		rc = smpp_tlv_add_number(
		    tlvs, sizeof(tlvs), &n, SMPP_TAG_USSD_OP, (uint32_t)op);
	if (rc == RC_OK)
		rc = add_session(tlvs, &n, x, last);
	if (rc == RC_OK && s->set.data_sm && pdu.message.n > 0) {
		rc = smpp_tlv_add(
		    tlvs, sizeof(tlvs), &n, SMPP_TAG_PAYLOAD, octets, pdu.message.n);
		pdu.message.n = 0;
	}
	pdu.tlvs = (struct smpp_octets){ tlvs, n };
	if (rc != RC_OK)
		return rc;
	x->since_ms = smsc_now_ms();
	x->persons_turn = false;
	x->steps++;
	return deliver_add(
	    s, x->account, DELIVERY_USSD, &pdu, last ? 0 : x->serial, &number);
}

/* Tells the service, as far as the dialect can. */
static void
abort_session(struct smsc *s, struct ussd_session *x, const char *why)
{
	if (x->dialect->abort != USSD_NO_OP &&
	    tell(s, x, x->dialect->abort, "", true) == RC_OK)
		s->count[COUNT_ABORTS]++;
	end(s, x, why);
}

void
ussd_answered(struct smsc *s, uint64_t session, uint32_t status)
{
	struct ussd_session *x = s->ussd.first;

	while (x != NULL && x->serial != session)
		x = x->next;
	if (x != NULL && status != SMPP_OK)
		end(s, x, "refused");
}

static bool
has_id(const struct ussd_session *x, const struct smpp_pdu *in, bool *last)
{
	struct smpp_tlv its;
	uint32_t v;

	*last = false;
	switch (x->dialect->where) {
	case USSD_ITS:
	case USSD_ITS15:
		if (!smpp_tlv_find(in, SMPP_TAG_SESSION, &its) || its.n != 2)
			return false;
		*last = (its.value[1] & END_BIT) != 0;
		if (x->dialect->where == USSD_ITS)
			return its.value[0] == x->id;
		return (its.value[0] << 7 | its.value[1] >> 1) == x->id;
	case USSD_REFERENCE:
		return smpp_tlv_number(in, SMPP_TAG_USER_REFERENCE, &v) && v == x->id;
	case USSD_NOWHERE:
		break;
	}
	return true;
}

static bool
is_too_long(const struct smpp_body *body, enum smpp_alphabet alphabet)
{
	size_t octets = alphabet == SMPP_GSM || alphabet == SMPP_ASCII
	    ? (7 * body->text.n + 7) / 8
	    : body->text.n;

	return octets > SCREEN_OCTETS;
}

static uint32_t
show(struct smsc *s, struct ussd_session *x, const char *text, bool last)
{
	phone_screen(phone_of(&s->phones, x->from), clock_wall_ms(), text, last);
	ctl_tell_screen(s, x->from, x->serial, text, last);
	s->count[COUNT_SCREENS]++;
	x->persons_turn = true;
	x->since_ms = smsc_now_ms();
	s->count[COUNT_ENDS] += last;
	if (last)
		end(s, x, "end");
	return SMPP_OK;
}

uint32_t
ussd_take(struct smsc_conn *c, const struct smpp_pdu *in, const struct smpp_body *body,
    const char *text)
{
	struct smsc *s = c->s;
	struct ussd_session *x = session_of(s, in->dest.digits);
	bool last = false;
	uint32_t op = UINT32_MAX;

	if (x == NULL || x->account != c->account || !has_id(x, in, &last)) {
		s->count[COUNT_USSD_STRAYS]++;
		return SUBMIT_FAILED;
	}
	if (!smpp_tlv_number(in, SMPP_TAG_USSD_OP, &op) ||
	    (op != (uint32_t)x->dialect->more &&
		(x->dialect->end == USSD_NO_OP || op != (uint32_t)x->dialect->end))) {
		s->count[COUNT_USSD_STRAYS]++;
		return TLV_VALUE;
	}
	if (is_too_long(
		body, smpp_alphabet_of(in->data_coding, submit_codings(s), true))) {
		s->count[COUNT_USSD_LONG]++;
		return SMPP_INVALID_MESSAGE_LENGTH;
	}
	last = last || op != (uint32_t)x->dialect->more;
	return show(s, x, text, last);
}

static uint16_t
first_id(const struct ussd_session *x)
{
	static const uint16_t ids[] = {
		[USSD_ITS] = 0xff,
		[USSD_ITS15] = 0x7fff,
		[USSD_REFERENCE] = 4, /* two MSISDNs may well have the same */
		[USSD_NOWHERE] = 1,
	};

	return (uint16_t)(1 + x->serial % ids[x->dialect->where]);
}

const char *
ussd_dial(struct smsc *s, struct smsc_account *a, const char *from, const char *code,
    bool silent, uint64_t *session)
{
	struct ussd_session *x = session_of(s, from);
	const struct ussd_dialect *d = s->ussd.speaks;

	if (strlen(from) >= sizeof(x->from) ||
	    !isdigit((unsigned char)from[from[0] == '+']))
		return "from: a number";
	if (*code == '\0' || strlen(code) > SCREEN_OCTETS)
		return "code: 1 to 160 characters";
	if (!deliver_may(s, a))
		return "nobody is bound to take it";
	if (x != NULL && silent)
		end(s, x, "redial");
	else if (x != NULL)
		abort_session(s, x, "redial");
	x = xcalloc(1, sizeof(*x));
	*x = (struct ussd_session){
		.next = s->ussd.first,
		.serial = ++s->ussd.serial,
		.account = a,
		.dialect = d,
		.began_ms = smsc_now_ms(),
	};
	x->id = first_id(x);
	memcpy(x->from, from, strlen(from) + 1);
	s->ussd.first = x;
	*session = x->serial;
	s->count[COUNT_DIALS]++;
	if (tell(s, x, d->begin, code, false) == RC_OK)
		return NULL;
	end(s, x, "refused");
	return "code: it cannot be sent";
}

const char *
ussd_key(struct smsc *s, const char *from, const char *text)
{
	struct ussd_session *x = session_of(s, from);

	if (x == NULL)
		return "from: it has no session";
	if (!x->persons_turn)
		return "from: no screen is shown";
	if (tell(s, x, x->dialect->answer, text, false) != RC_OK)
		return "text: it cannot be sent";
	return NULL;
}

const char *
ussd_hang_up(struct smsc *s, const char *from)
{
	struct ussd_session *x = session_of(s, from);

	if (x == NULL)
		return "from: it has no session";
	abort_session(s, x, "hangup");
	return NULL;
}

const char *
ussd_change(struct smsc *s, const char *from, uint16_t id)
{
	struct ussd_session *x = session_of(s, from);

	if (x == NULL)
		return "from: it has no session";
	x->id = id;
	return NULL;
}

json_t *
ussd_entry(const struct smsc *s, const char *from)
{
	const struct ussd_session *x = session_of(s, from);

	if (x == NULL)
		return json_null();
	return json_pack("{s:I, s:s, s:i, s:b, s:i, s:I}", "session",
	    (json_int_t)x->serial, "dialect", x->dialect->name, "id", (int)x->id,
	    "persons_turn", (int)x->persons_turn, "steps", (int)x->steps, "age_ms",
	    (json_int_t)(smsc_now_ms() - x->began_ms));
}

static int64_t
session_due(const struct ussd *u, const struct ussd_session *x)
{
	int64_t step = x->since_ms + (x->persons_turn ? u->user_ms : u->step_ms);
	int64_t all = x->began_ms + u->session_ms;

	return step < all ? step : all;
}

void
ussd_run(struct smsc *s, int64_t now_ms)
{
	struct ussd_session *x = s->ussd.first, *next;

	for (; x != NULL; x = next) {
		next = x->next;
		if (now_ms < session_due(&s->ussd, x))
			continue;
		s->count[COUNT_TIMEOUTS]++;
		abort_session(s, x, "timeout");
	}
}

int64_t
ussd_due_ms(const struct smsc *s)
{
	int64_t due = INT64_MAX;

	for (const struct ussd_session *x = s->ussd.first; x != NULL; x = x->next) {
		if (session_due(&s->ussd, x) < due)
			due = session_due(&s->ussd, x);
	}
	return due;
}

void
ussd_clear(struct smsc *s)
{
	while (s->ussd.first != NULL) {
		struct ussd_session *x = s->ussd.first;

		s->ussd.first = x->next;
		free(x);
	}
}
