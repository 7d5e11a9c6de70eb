/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands in an SMPP message: data_coding to UTF-8 and back, and where the text and its place in a
 * long one are. Pure; it joins nothing and drops nothing. Called by smpp*.c and shyraq-smscsim.
 */
#ifndef SHYRAQ_SMPP_TEXT_H
#define SHYRAQ_SMPP_TEXT_H

#include "gsm.h"
#include "smpp_pdu.h"

enum smpp_alphabet {
	SMPP_GSM,        /* 3GPP TS 23.038, a septet an octet */
	SMPP_GSM_PACKED, /* 8 septets in 7 octets */
	SMPP_ASCII,
	SMPP_LATIN1,   /* ISO 8859-1 */
	SMPP_CYRILLIC, /* ISO 8859-5 */
	SMPP_UCS2,     /* UTF-16 BE */
	SMPP_UTF8,
	SMPP_BINARY, /* no text, or none that we read: 8-bit data, JIS, KS C, compressed */
};

/* How a link means its data_coding; a row of the config. */
struct smpp_codings {
	enum smpp_alphabet zero; /* data_coding 0: "SMSC default alphabet" */
	enum smpp_alphabet
	    gsm; /* where GSM is told for sure: SMPP_GSM or SMPP_GSM_PACKED */
};

/*
 * 3.4, 5.2.19, and behind its few numbers the GSM codings that gateways let through as they came
 * (3GPP TS 23.038, 4 and 5): classes, 0x0f and 0x48 of USSD. `ussd`: 0x11 is UCS-2.
 */
enum smpp_alphabet smpp_alphabet_of(
    uint8_t data_coding, struct smpp_codings codings, bool ussd);

/*
 * n octets to UTF-8, cut on a character's border; what the alphabet does not have, NUL and lone
 * surrogates become U+FFFD. Returns bytes, the NUL not counted; size >= 1. `fill`: bits before the
 * first septet of SMPP_GSM_PACKED (smpp_fill_bits). SMPP_BINARY gives "".
 */
size_t smpp_text_utf8(char *dst, size_t size, const uint8_t *src, size_t n,
    enum smpp_alphabet alphabet, unsigned fill);
/*
 * The way back, of n bytes of well-formed UTF-8. RC_REFUSED: a character the alphabet does not have, or
 * more than size octets. Where 8 packed septets would leave 7 bits over, a CR fills them.
 */
MUST_CHECK enum rc smpp_text_octets(uint8_t *dst, size_t size, size_t *octets,
    const char *src, size_t n, enum smpp_alphabet alphabet, unsigned fill);
/* Bits from the end of a header of so many octets to the next septet's border. */
unsigned smpp_fill_bits(size_t header_octets);

/* Octets for any text of the bus, in any alphabet. */
#define SMPP_TEXT_SIZE (2 * 8192)

enum smpp_joined {
	SMPP_SINGLE,
	SMPP_JOINED_UDH,
	SMPP_JOINED_SAR,
};

/* A submit_sm, deliver_sm or data_sm taken apart; views into the PDU. */
struct smpp_body {
	struct smpp_octets
	    text; /* of short_message or message_payload, without the header */
	struct smpp_octets udh; /* with its length octet; n is 0: none */
	bool payload;           /* it stood in message_payload */
	enum smpp_joined joined;
	struct gsm_concat concat; /* zero for SMPP_SINGLE */
};
/*
 * message_payload when there is one that is not empty (3.4, 5.3.2.32), else short_message. A header's
 * own word on concatenation goes before sar_*; sar_* count only all three together and in range
 * (3.4, 5.3.2.22 and on). RC_REFUSED: a header is announced and is malformed; out is as without one.
 */
MUST_CHECK enum rc smpp_body_of(const struct smpp_pdu *pdu, struct smpp_body *out);
/* The body's text, in the alphabet of the PDU's data_coding; as smpp_text_utf8. */
size_t smpp_body_utf8(
    char *dst, size_t size, const struct smpp_body *body, enum smpp_alphabet alphabet);

#endif
