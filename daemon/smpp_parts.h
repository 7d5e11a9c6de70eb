/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text as the parts that a link submits, and how long they may live. Pure; it counts nothing against
 * a window and sends nothing. Called by smpp*.c and shyraq-smscsim.
 */
#ifndef SHYRAQ_SMPP_PARTS_H
#define SHYRAQ_SMPP_PARTS_H

#include "smpp_text.h"

/* How a link wants its long messages. */
enum smpp_long {
	SMPP_LONG_UDH, /* a header of 6 octets, 8-bit reference: the parts of gsm_split */
	SMPP_LONG_SAR, /* sar_*, the same parts; the SMSC makes the header */
	SMPP_LONG_PAYLOAD, /* one PDU, message_payload; the SMSC splits */
};
MUST_CHECK enum rc smpp_long_parse(const char *name, enum smpp_long *how);

/* How a link writes: a row of the config. */
struct smpp_writing {
	enum smpp_long how;
	enum smpp_alphabet gsm; /* SMPP_GSM or SMPP_GSM_PACKED */
	uint8_t gsm_coding,
	    ucs2_coding; /* data_coding of each: 0 and 8, or a gateway's own */
};

/* Where a part's octets stand until it is encoded; the caller's, about 33 KiB. */
struct smpp_part_room {
	uint8_t text[SMPP_TEXT_SIZE];
	uint8_t tlvs[SMPP_TEXT_SIZE + 64];
	size_t
	    tlvs_n; /* more TLVs may be added behind, with smpp_tlv_add; then set pdu->tlvs.n */
};

/* PDUs that a text takes, 0: none (it is empty, or too long). `utf8` is well-formed. */
unsigned smpp_parts(const char *utf8, const struct smpp_writing *w);
/*
 * Part i, from 0, into a submit_sm, deliver_sm or data_sm: short_message or message_payload, data_coding,
 * sar_*, the UDHI bit of esm_class; what else is in *pdu stays. Its views are into *room. `ref` is the
 * message's, the same for all parts (its low 8 bits with SMPP_LONG_UDH). RC_REFUSED: no such part.
 */
MUST_CHECK enum rc smpp_part(const char *utf8, const struct smpp_writing *w, unsigned i,
    uint16_t ref, struct smpp_part_room *room, struct smpp_pdu *pdu);

/* What a network makes of validity_period; a row of the config. */
struct smpp_validity {
	uint32_t step_s;  /* it rounds to so many; 1 or more */
	uint32_t least_s; /* never less */
	uint32_t most_s;  /* never more; 0: 30 days */
};
/*
 * validity_period for at most `left_ms`, relative (3.4, 7.1.1.2: days to seconds, as months and years
 * have no fixed length), rounded down to the network's step. RC_REFUSED: less than its least is left;
 * out is "" then.
 */
MUST_CHECK enum rc smpp_validity(char out[SMPP_TIME_SIZE], uint32_t *seconds,
    int64_t left_ms, const struct smpp_validity *v);
/* The way back, of a relative one: a month as 30 days, a year as 365. RC_REFUSED: it is none. */
MUST_CHECK enum rc smpp_validity_read(const char *period, uint32_t *seconds);

#endif
