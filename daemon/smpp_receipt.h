/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery receipts, whose text no standard fixes (SMPP 3.4, appendix B is "an example"), and the ids
 * they name. Pure: it matches nothing and keeps nothing. Called by smpp*.c and shyraq-smscsim.
 */
#ifndef SHYRAQ_SMPP_RECEIPT_H
#define SHYRAQ_SMPP_RECEIPT_H

#include "smpp_text.h"

#define SMPP_ID_SIZE 256

/* 3.4, 5.2.28, and 5.0's two more */
enum smpp_state {
	SMPP_STATE_SCHEDULED,
	SMPP_STATE_ENROUTE,
	SMPP_STATE_DELIVERED,
	SMPP_STATE_EXPIRED,
	SMPP_STATE_DELETED,
	SMPP_STATE_UNDELIVERABLE,
	SMPP_STATE_ACCEPTED,
	SMPP_STATE_UNKNOWN,
	SMPP_STATE_REJECTED,
	SMPP_STATE_SKIPPED,
	SMPP_STATE_NONE, /* neither the text nor a TLV says one */
};

struct smpp_receipt {
	char tlv_id[SMPP_ID_SIZE];  /* receipted_message_id, as it came; "": none */
	char text_id[SMPP_ID_SIZE]; /* "id:", as it came; "": none */
	enum smpp_state state;      /* message_state goes before "stat:" */
	bool final;                 /* false: it is still tried */
	bool delivered;
	int submitted, arrived; /* "sub:", "dlvrd:"; -1: not said */
	char submit_date[17],
	    done_date[17]; /* digits as they came, in nobody's zone; "": none */
	char error[16];    /* "err:", letters too; "": none */
	uint8_t network;   /* of network_error_code; 0: none */
	uint16_t network_error;
};

/*
 * esm_class says so, or receipted_message_id does. A text that looks like one is none: a person may
 * write it.
 */
bool smpp_is_receipt(const struct smpp_pdu *pdu);
/*
 * Text and TLVs, every field optional, any order, any letter case; what follows "text:" is not read.
 * RC_REFUSED: no id and no state in it; out holds what there was.
 */
MUST_CHECK enum rc smpp_receipt_of(
    const struct smpp_pdu *pdu, struct smpp_codings codings, struct smpp_receipt *out);

/*
 * How a network's ids in receipts differ from those in its answers. Letter case and leading zeros
 * never count; the radix is a link's own, as a decimal id can also be read as a hex one.
 */
enum smpp_id_form {
	SMPP_ID_SAME,
	SMPP_ID_DECIMAL, /* answers in hex, receipts in decimal */
	SMPP_ID_HEX,     /* answers in decimal, receipts in hex */
};
/* By name for the config: "same", "decimal", "hex". */
MUST_CHECK enum rc smpp_id_form_parse(const char *name, enum smpp_id_form *form);
const char *smpp_id_form_name(enum smpp_id_form form);

/*
 * Brings an id of a receipt to the form of one of an answer, or (SMPP_ID_SAME) either to normal form:
 * no blanks around it, no leading zeros, small letters; out has SMPP_ID_SIZE. RC_REFUSED, out "":
 * no such number, or over 64 bits, or an id with octets that are not printable.
 */
MUST_CHECK enum rc smpp_id_normal(
    char out[SMPP_ID_SIZE], const char *id, enum smpp_id_form form);
/*
 * Which form brings a receipt's id to an answer's, both as they came: to learn a link's form from its
 * first receipts. RC_REFUSED: none.
 */
MUST_CHECK enum rc smpp_id_form_of(
    const char *answered, const char *receipted, enum smpp_id_form *form);
/* 32 bits of a normal id, for the bus's references; never 0. */
uint32_t smpp_id_ref(const char *normal);

#endif
