/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any octets as a stream from an SMSC: framed alike in any pieces; what decodes holds together, and what
 * encodes again decodes to the same; receipts, bodies and texts within their bounds.
 * Called by make fuzz. The first octet of an input says how the rest is cut into pieces.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "smpp_frame.h"
#include "smpp_make.h"
#include "smpp_parts.h"
#include "smpp_receipt.h"
#include "str.h"

static void
insist_inside(const struct smpp_octets *v, const uint8_t *p, size_t n)
{
	insist(v->n == 0 || (v->p >= p && v->n <= n && v->p + v->n <= p + n));
}

static void
check_tlvs(const struct smpp_pdu *pdu)
{
	const uint8_t *end = pdu->tlvs.p;
	struct smpp_tlv tlv, found;
	size_t at = 0;
	uint32_t v;

	while (smpp_tlv_next(&pdu->tlvs, &at, &tlv)) {
		insist(tlv.value == end + 4);
		end = tlv.value + tlv.n;
		insist(smpp_tlv_find(pdu, tlv.tag, &found) && found.tag == tlv.tag);
		(void)smpp_tlv_number(pdu, tlv.tag, &v);
	}
	insist(at == pdu->tlvs.n);
}

static void
check_text(const uint8_t *p, size_t n, enum smpp_alphabet alphabet, unsigned fill)
{
	static char text[4096], again[4096];
	static uint8_t octets[8192];
	size_t size = n % 7 == 0 ? 33 : sizeof(text);
	size_t len = smpp_text_utf8(text, size, p, n, alphabet, fill);
	size_t got;

	insist(len < size && text[len] == '\0' && str_is_utf8(text, len));
	if (smpp_text_octets(octets, sizeof(octets), &got, text, len, alphabet, fill) !=
	    RC_OK)
		return;
	insist(got <= sizeof(octets));
	/* a packed text's last letter may be what fills a septet */
	if (alphabet == SMPP_GSM_PACKED || alphabet == SMPP_BINARY)
		return;
	insist(smpp_text_utf8(again, sizeof(again), octets, got, alphabet, fill) == len);
	insist(memcmp(text, again, len) == 0);
}

static void
check_receipt(const struct smpp_pdu *pdu)
{
	static const struct smpp_codings codings = { SMPP_GSM, SMPP_GSM };
	struct smpp_receipt r;
	char id[SMPP_ID_SIZE];
	enum smpp_id_form form;

	(void)smpp_is_receipt(pdu);
	if (smpp_receipt_of(pdu, codings, &r) != RC_OK)
		return;
	insist(r.state < SMPP_STATE_NONE);
	insist(strlen(r.tlv_id) < SMPP_ID_SIZE && strlen(r.text_id) < SMPP_ID_SIZE);
	insist(strlen(r.error) < sizeof(r.error));
	insist(r.submitted >= -1 && r.arrived >= -1);
	for (int f = SMPP_ID_SAME; f <= SMPP_ID_HEX; f++) {
		if (smpp_id_normal(id, r.text_id, (enum smpp_id_form)f) == RC_OK)
			insist(smpp_id_form_of(id, r.text_id, &form) == RC_OK);
	}
}

static void
check_body(const struct smpp_pdu *pdu, const uint8_t *p, size_t n)
{
	struct smpp_body body;
	static const struct smpp_codings codings[4] = {
		{ SMPP_GSM, SMPP_GSM },
		{ SMPP_GSM_PACKED, SMPP_GSM_PACKED },
		{ SMPP_UTF8, SMPP_GSM },
		{ SMPP_LATIN1, SMPP_GSM_PACKED },
	};
	enum rc rc = smpp_body_of(pdu, &body);
	uint32_t seconds;

	insist_inside(&body.text, p, n);
	insist_inside(&body.udh, p, n);
	insist(rc == RC_OK || body.udh.n == 0);
	if (body.joined != SMPP_SINGLE)
		insist(body.concat.part >= 1 && body.concat.part <= body.concat.total);
	check_text(body.text.p, body.text.n,
	    smpp_alphabet_of(pdu->data_coding, codings[pdu->protocol_id % 4],
		pdu->service_type[0] != '\0'),
	    smpp_fill_bits(body.udh.n));
	check_receipt(pdu);
	(void)smpp_validity_read(pdu->validity, &seconds);
}

static void
check_again(const struct smpp_pdu *pdu)
{
	static uint8_t octets[SMPP_FRAME_MAX];
	struct smpp_pdu again;
	struct smpp_fault fault;
	size_t n;

	if (smpp_encode(pdu, octets, sizeof(octets), &n, &fault) != RC_OK) {
		insist(fault.wrong != SMPP_FINE && fault.wrong != SMPP_WRONG_ROOM);
		return;
	}
	insist(smpp_decode(octets, n, &again, &fault) == RC_OK);
	insist(again.command == pdu->command && again.status == pdu->status &&
	    again.sequence == pdu->sequence);
	insist((again.odd & ~(unsigned)(SMPP_ODD_SEQUENCE | SMPP_ODD_NO_BODY)) == 0);
	if (pdu->status != SMPP_OK && pdu->tlvs.n == 0)
		return;
	insist(strcmp(again.message_id, pdu->message_id) == 0 &&
	    strcmp(again.source.digits, pdu->source.digits) == 0 &&
	    strcmp(again.dest.digits, pdu->dest.digits) == 0);
	insist(again.message.n == pdu->message.n && again.tlvs.n == pdu->tlvs.n);
	insist(again.message.n == 0 ||
	    memcmp(again.message.p, pdu->message.p, pdu->message.n) == 0);
	insist(again.tlvs.n == 0 || memcmp(again.tlvs.p, pdu->tlvs.p, pdu->tlvs.n) == 0);
}

/* In a block of its own size: one octet too far is seen. */
static void
check_pdu(const uint8_t *p, size_t n)
{
	struct smpp_pdu pdu;
	struct smpp_fault fault;
	uint8_t *own = malloc(n);

	insist(own != NULL);
	memcpy(own, p, n);
	if (smpp_decode(own, n, &pdu, &fault) == RC_OK) {
		insist(fault.wrong == SMPP_FINE && pdu.command < SMPP_COMMANDS);
		insist_inside(&pdu.message, own, n);
		insist_inside(&pdu.tlvs, own, n);
		check_tlvs(&pdu);
		check_body(&pdu, own, n);
		check_again(&pdu);
	} else {
		insist(fault.wrong != SMPP_FINE && fault.field != NULL);
		insist(fault.offset <= n && fault.status != SMPP_OK);
		insist(!smpp_is_answer(pdu.command) || fault.wrong == SMPP_WRONG_LENGTH);
	}
	free(own);
}

/* Octets that frames took, PDUs that came out. */
struct framed {
	size_t pdus, octets;
	bool wrong;
};

static struct framed
frame(const uint8_t *p, size_t n, size_t piece, bool look)
{
	struct framed out = { 0 };
	struct smpp_frames f;
	struct smpp_fault fault;
	struct smpp_octets pdu;
	size_t room;

	smpp_frames_init(&f, 2048);
	while (n > 0 && !out.wrong) {
		uint8_t *to = smpp_frames_room(&f, &room);
		enum smpp_framed what;

		insist(room > 0);
		room = room < piece ? room : piece;
		room = room < n ? room : n;
		memcpy(to, p, room);
		smpp_frames_took(&f, room);
		p += room;
		n -= room;
		while ((what = smpp_frames_next(&f, &pdu, &fault)) == SMPP_FRAME) {
			out.pdus++;
			out.octets += pdu.n;
			if (look)
				check_pdu(pdu.p, pdu.n);
		}
		out.wrong = what == SMPP_FRAME_WRONG;
	}
	smpp_frames_clear(&f);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct framed one, pieces;

	if (n == 0)
		return 0;
	one = frame(data + 1, n - 1, SIZE_MAX, true);
	if (data[0] != 0) {
		pieces = frame(data + 1, n - 1, data[0], false);
		insist(one.pdus == pieces.pdus && one.octets == pieces.octets &&
		    one.wrong == pieces.wrong);
	}
	/* and without a frame reader's care for the length */
	check_pdu(data + 1, n - 1);
	return 0;
}

/* A stream of one to three. */
size_t
fuzz_make(uint8_t *to, size_t size, fuzz_next *next)
{
	size_t n = 1;

	insist(size > 1 + 3 * SMPP_MAKE_MAX);
	to[0] = smpp_make_below(next, 2) == 0 ? 0 : (uint8_t)next();
	for (unsigned i = 1 + smpp_make_below(next, 5) / 3; i > 0; i--)
		n += smpp_make_pdu(to + n,
		    smpp_make_below(next, 3) == 0
			? (enum smpp_command)smpp_make_below(next, SMPP_COMMANDS)
			: SMPP_DELIVER_SM,
		    smpp_make_below(next, 4) == 0, next);
	return n;
}
