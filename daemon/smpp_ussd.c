/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rows of dialects, and what follows from them.
 * It knows no socket and never logs. Called by smpp_dialogue.c and shyraq-smscsim.
 */
#include "smpp_ussd.h"

#include <string.h>

#include "str.h"

#define VENDOR_ABORT 0x81
#define VENDOR_END 0x17
#define END_BIT 1u

const struct smpp_dialect smpp_dialects[SMPP_DIALECTS] = {
	{ "standard", SMPP_USSD_ITS, SMPP_OP_PSSR_IND, SMPP_OP_USSR_CONFIRM, SMPP_OP_NONE,
	    SMPP_OP_USSR_REQ, SMPP_OP_PSSR_RESP, false, false },
	{ "tata", SMPP_USSD_ITS, SMPP_OP_PSSR_IND, SMPP_OP_USSR_CONFIRM, SMPP_OP_NONE,
	    SMPP_OP_USSR_REQ, SMPP_OP_USSR_REQ, false, false },
	{ "sixdee", SMPP_USSD_ITS15, SMPP_OP_PSSR_IND, SMPP_OP_USSR_CONFIRM, VENDOR_ABORT,
	    SMPP_OP_USSR_REQ, VENDOR_END, false, false },
	{ "mica", SMPP_USSD_USER, SMPP_OP_PSSR_IND, SMPP_OP_USSR_CONFIRM, VENDOR_ABORT,
	    SMPP_OP_USSR_REQ, VENDOR_END, false, false },
	{ "huawei", SMPP_USSD_MSISDN, SMPP_OP_PSSR_IND, SMPP_OP_USSR_CONFIRM,
	    SMPP_OP_USSR_CONFIRM, SMPP_OP_USSR_REQ, SMPP_OP_PSSR_RESP, true, false },
};

const struct smpp_dialect *
smpp_dialect_find(const char *name)
{
	for (size_t i = 0; i < SMPP_DIALECTS; i++) {
		if (strcmp(smpp_dialects[i].name, name) == 0)
			return &smpp_dialects[i];
	}
	return NULL;
}

enum rc
smpp_ussd_id_parse(const char *name, enum smpp_ussd_id *id)
{
	static const char *const names[] = {
		[SMPP_USSD_ITS] = "its",
		[SMPP_USSD_ITS15] = "its15",
		[SMPP_USSD_USER] = "user",
		[SMPP_USSD_MSISDN] = "msisdn",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*id = (enum smpp_ussd_id)i;
			return RC_OK;
		}
	}
	return RC_REFUSED;
}

bool
smpp_ussd_is_code(const char *text)
{
	return text[0] == '*' && text[strspn(text, "0123456789*#")] == '\0';
}

/* A PDU to what happened ---------------------------------------------------------------------- */

static void
read_ref(const struct smpp_pdu *pdu, struct smpp_ussd_ref *ref)
{
	struct smpp_tlv tlv;
	uint32_t user = 0;

	ref->peer = pdu->source;
	ref->service = pdu->dest;
	/* two octets; of one or three, what is there from the left */
	if (smpp_tlv_find(pdu, SMPP_TAG_SESSION, &tlv) && tlv.n > 0)
		memcpy(ref->its, tlv.value, tlv.n < 2 ? tlv.n : 2);
	if (smpp_tlv_number(pdu, SMPP_TAG_USER_REFERENCE, &user))
		ref->user = (uint16_t)user;
}

static bool
has_its(const struct smpp_dialect *d)
{
	return d->id == SMPP_USSD_ITS || d->id == SMPP_USSD_ITS15;
}

static void
write_id(const struct smpp_dialect *d, const struct smpp_ussd_ref *ref,
    char id[SMPP_USSD_ID_MAX])
{
	unsigned its15 = (unsigned)ref->its[0] << 7 | ref->its[1] >> 1;
	size_t n = 0;
	bool fits = true;

	id[0] = '\0';
	switch (d->id) {
	case SMPP_USSD_ITS:
		fits = str_add(id, SMPP_USSD_ID_MAX, &n, "%u", ref->its[0]);
		break;
	case SMPP_USSD_ITS15:
		fits = str_add(id, SMPP_USSD_ID_MAX, &n, "%u", its15);
		break;
	case SMPP_USSD_USER:
		fits = str_add(id, SMPP_USSD_ID_MAX, &n, "%u", ref->user);
		break;
	case SMPP_USSD_MSISDN:
		break;
	}
	if (!fits)
		id[0] = '\0';
}

static enum smpp_ussd_event
event_of(const struct smpp_dialect *d, const struct smpp_pdu *pdu,
    const struct smpp_ussd_in *in)
{
	uint32_t op;

	if (has_its(d) && (in->ref.its[1] & END_BIT) != 0)
		return SMPP_USSD_ABORT;
	if (!smpp_tlv_number(pdu, SMPP_TAG_USSD_OP, &op))
		return smpp_ussd_is_code(in->text) ? SMPP_USSD_BEGIN : SMPP_USSD_ANSWER;
	if (d->abort_is_empty && (int64_t)op == d->abort && in->text[0] == '\0')
		return SMPP_USSD_ABORT;
	if ((int64_t)op == d->begin || op == SMPP_OP_PSSD_IND)
		return SMPP_USSD_BEGIN;
	if ((int64_t)op == d->answer)
		return SMPP_USSD_ANSWER;
	return (int64_t)op == d->abort ? SMPP_USSD_ABORT : SMPP_USSD_NOTHING;
}

/* What follows the digits of a packed string fills its octet: a CR, at the end alone. */
static void
drop_fill(char *text)
{
	size_t n = strlen(text);

	if (n > 0 && text[n - 1] == '\r')
		text[n - 1] = '\0';
}

static void
read_text(const struct smpp_ussd_writing *w, const struct smpp_pdu *pdu,
    struct smpp_ussd_in *out)
{
	enum smpp_alphabet alphabet = smpp_alphabet_of(
	    pdu->data_coding, w->codings, true);
	struct smpp_body body;

	out->text[0] = '\0';
	if (smpp_body_of(pdu, &body) != RC_OK)
		return;
	(void)smpp_body_utf8(out->text, sizeof(out->text), &body, alphabet);
	drop_fill(out->text);
}

/* A short code dials nobody: it is some relay's, and the dialogue anonymous. */
static void
read_peer(const struct smpp_address *from, struct phone *peer)
{
	if (phone_parse(from->digits, peer) != RC_OK || phone_is_short(peer))
		*peer = (struct phone){ "" };
}

void
smpp_ussd_read(const struct smpp_dialect *d, const struct smpp_ussd_writing *w,
    const struct smpp_pdu *pdu, struct smpp_ussd_in *out)
{
	memset(out, 0, sizeof(*out));
	read_ref(pdu, &out->ref);
	read_peer(&pdu->source, &out->peer);
	write_id(d, &out->ref, out->id);
	read_text(w, pdu, out);
	out->event = event_of(d, pdu, out);
	if (out->event == SMPP_USSD_BEGIN && d->dialled_in_dest &&
	    !str_copy(out->text, sizeof(out->text), pdu->dest.digits))
		out->text[0] = '\0';
}

/* A screen to a PDU --------------------------------------------------------------------------- */

/* As long as the gateway takes: on the air 160 octets, of which 182 septets are. */
static bool
fits(const struct smpp_ussd_writing *w, enum smpp_alphabet alphabet, size_t octets)
{
	size_t air = alphabet == SMPP_GSM ? (octets * 7 + 7) / 8 : octets;

	return air <= SMPP_USSD_OCTETS && octets <= w->octets;
}

static bool
try_octets(const struct smpp_ussd_writing *w, enum smpp_alphabet alphabet,
    const char *screen, size_t n, struct smpp_ussd_room *room, size_t *octets)
{
	return smpp_text_octets(room->text, sizeof(room->text), octets, screen, n,
		   alphabet, 0) == RC_OK &&
	    fits(w, alphabet, *octets);
}

/* To the end of the line before, or else of the character. */
static size_t
shorter(const char *screen, size_t n)
{
	size_t line = n;

	while (line > 0 && screen[line - 1] != '\n')
		line--;
	if (line > 1)
		return line - 1;
	do
		n--;
	while (n > 0 && ((unsigned char)screen[n] & 0xc0) == 0x80);
	return n;
}

/* Where one character more begins than any screen of that alphabet has. */
static size_t
clip(const char *screen, enum smpp_alphabet alphabet)
{
	size_t n = strlen(screen), at = 0, used;
	size_t most = alphabet == SMPP_UCS2 ? SMPP_USSD_OCTETS / 2 : GSM_USSD_SEPTETS;
	uint32_t cp;

	for (size_t i = 0; i <= most && (used = str_next(screen + at, n - at, &cp)) > 0;
	     i++)
		at += used;
	return at;
}

static enum rc
write_text(const struct smpp_ussd_writing *w, const char *screen,
    struct smpp_ussd_room *room, struct smpp_pdu *pdu, bool *cut)
{
	bool gsm = w->gsm_coding >= 0 && gsm_size_of(screen).alphabet == GSM_7BIT;
	enum smpp_alphabet alphabet = gsm ? w->gsm : SMPP_UCS2;
	size_t n = clip(screen, alphabet), octets = 0;

	*cut = screen[n] != '\0';
	if (*cut)
		n = shorter(screen, n);
	while (n > 0 && !try_octets(w, alphabet, screen, n, room, &octets)) {
		n = shorter(screen, n);
		*cut = true;
	}
	if (n == 0)
		return RC_REFUSED;
	pdu->data_coding = gsm ? (uint8_t)w->gsm_coding : w->ucs2_coding;
	if (w->data_sm) /* which has no short_message */
		return smpp_tlv_add(room->tlvs, sizeof(room->tlvs), &room->tlvs_n,
		    SMPP_TAG_PAYLOAD, room->text, octets);
	pdu->message = (struct smpp_octets){ room->text, octets };
	return RC_OK;
}

static enum rc
add_its(const struct smpp_ussd_ref *ref, bool last, struct smpp_ussd_room *room)
{
	uint8_t its[2] = { ref->its[0], (uint8_t)(ref->its[1] & ~END_BIT) };

	if (last)
		its[1] |= END_BIT;
	return smpp_tlv_add(room->tlvs, sizeof(room->tlvs), &room->tlvs_n,
	    SMPP_TAG_SESSION, its, sizeof(its));
}

enum rc
smpp_ussd_screen(const struct smpp_dialect *d, const struct smpp_ussd_writing *w,
    const struct smpp_ussd_ref *ref, const char *screen, bool last,
    struct smpp_ussd_room *room, struct smpp_pdu *pdu, bool *cut)
{
	uint8_t op = (uint8_t)(last ? d->end : d->ask);
	enum rc rc;

	memset(pdu, 0, sizeof(*pdu));
	room->tlvs_n = 0;
	pdu->command = w->data_sm ? SMPP_DATA_SM : SMPP_SUBMIT_SM;
	if (!str_copy(pdu->service_type, sizeof(pdu->service_type), w->service_type))
		return RC_REFUSED;
	/* a gateway knows its own TON and its long codes again, whatever 3.4 says of them */
	pdu->source = ref->service;
	pdu->dest = ref->peer;
	pdu->echo = true;
	rc = write_text(w, screen, room, pdu, cut);
	if (rc == RC_OK)
		rc = smpp_tlv_add(room->tlvs, sizeof(room->tlvs), &room->tlvs_n,
		    SMPP_TAG_USSD_OP, &op, 1);
	if (rc == RC_OK && has_its(d))
		rc = add_its(ref, last, room);
	if (rc == RC_OK && d->id == SMPP_USSD_USER)
		rc = smpp_tlv_add_number(room->tlvs, sizeof(room->tlvs), &room->tlvs_n,
		    SMPP_TAG_USER_REFERENCE, ref->user);
	pdu->tlvs = (struct smpp_octets){ room->tlvs, room->tlvs_n };
	return rc;
}
