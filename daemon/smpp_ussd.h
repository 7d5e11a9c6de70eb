/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD in SMPP: gateways' dialects as rows, a PDU to what happened in a dialogue, a screen to a PDU. Pure.
 * It keeps no dialogue and sends nothing. Called by smpp_dialogue.c and shyraq-smscsim.
 */
#ifndef SHYRAQ_SMPP_USSD_H
#define SHYRAQ_SMPP_USSD_H

#include "phone.h"
#include "smpp_text.h"

/* ussd_service_op, 3.4, 5.3.2.44. Some documents print hex: "11" and "12" are 17 and 18. */
enum {
	SMPP_OP_PSSD_IND = 0,
	SMPP_OP_PSSR_IND = 1,
	SMPP_OP_USSR_REQ = 2,
	SMPP_OP_USSN_REQ = 3,
	SMPP_OP_PSSD_RESP = 16,
	SMPP_OP_PSSR_RESP = 17,
	SMPP_OP_USSR_CONFIRM = 18,
	SMPP_OP_USSN_CONFIRM = 19,
};
#define SMPP_OP_NONE (-1)

/* What names a session. */
enum smpp_ussd_id {
	SMPP_USSD_ITS, /* its_session_info: its first octet; the lowest bit of the second ends */
	SMPP_USSD_ITS15,  /* its_session_info: 15 bits; the lowest ends */
	SMPP_USSD_USER,   /* user_message_reference, of one MSISDN */
	SMPP_USSD_MSISDN, /* nothing but who it is */
};

struct smpp_dialect {
	const char *name;
	enum smpp_ussd_id id;
	int begin, answer, abort; /* ussd_service_op, SMPP_OP_NONE: none */
	int ask, end;             /* ours */
	bool abort_is_empty;      /* the answer's op without a text is the end of it */
	bool
	    dialled_in_dest; /* what was dialled stands in destination_addr, not in the text */
};

#define SMPP_DIALECTS 5
extern const struct smpp_dialect smpp_dialects[SMPP_DIALECTS];
/* NULL: no such row. */
const struct smpp_dialect *smpp_dialect_find(const char *name);
MUST_CHECK enum rc smpp_ussd_id_parse(const char *name, enum smpp_ussd_id *id);

/* How a gateway wants our screens. */
struct smpp_ussd_writing {
	bool data_sm;             /* else submit_sm */
	const char *service_type; /* borrowed */
	enum smpp_alphabet gsm;   /* SMPP_GSM or SMPP_GSM_PACKED */
	int gsm_coding;           /* data_coding; -1: all in UCS-2 */
	uint8_t ucs2_coding;      /* 0x08 or 0x48 */
	size_t octets; /* of short_message at most; a screen has 160 on the air */
	struct smpp_codings codings; /* of what comes */
};
#define SMPP_USSD_OCTETS 160

enum smpp_ussd_event {
	SMPP_USSD_BEGIN,
	SMPP_USSD_ANSWER,
	SMPP_USSD_ABORT,
	SMPP_USSD_NOTHING, /* a confirmation, or an op that nobody waits for */
};

#define SMPP_USSD_ID_MAX 12
#define SMPP_USSD_TEXT_MAX 1025

/* What our next PDU of the dialogue says back. */
struct smpp_ussd_ref {
	struct smpp_address peer, service;
	uint8_t its[2];
	uint16_t user;
};

struct smpp_ussd_in {
	enum smpp_ussd_event event;
	char id[SMPP_USSD_ID_MAX];     /* "" where the number is all */
	struct phone peer;             /* "" anonymous */
	char text[SMPP_USSD_TEXT_MAX]; /* what was dialled, or keyed */
	struct smpp_ussd_ref ref;
};

/* Of a deliver_sm or data_sm. What has no ussd_service_op begins when it is a code, else it answers. */
void smpp_ussd_read(const struct smpp_dialect *d, const struct smpp_ussd_writing *w,
    const struct smpp_pdu *pdu, struct smpp_ussd_in *out);

/* Where a screen's octets stand until it is encoded; the caller's. */
struct smpp_ussd_room {
	uint8_t text[256];
	uint8_t tlvs[300];
	size_t tlvs_n;
};
/*
 * A screen as a submit_sm or data_sm; its views are into *room. *cut: it was too long for the gateway and ends
 * at a line's end, or at a character's. RC_REFUSED: nothing of it fits.
 */
MUST_CHECK enum rc smpp_ussd_screen(const struct smpp_dialect *d,
    const struct smpp_ussd_writing *w, const struct smpp_ussd_ref *ref,
    const char *screen, bool last, struct smpp_ussd_room *room, struct smpp_pdu *pdu,
    bool *cut);

/* Digits, "*" and "#" alone: what was dialled. */
bool smpp_ussd_is_code(const char *text);

#endif
