/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMPP 3.4 PDUs to and from our values: bounded, driven by the tables of smpp_fields.c.
 * It knows no socket, no session and no alphabet, and never logs. Called by smpp*.c and shyraq-smscsim.
 *
 * Octet strings and TLVs of a decoded PDU are views into the octets it was decoded from: they are good
 * as long as those are. C-octet strings are copied. An encoded PDU is wholly its buffer's.
 */
#ifndef SHYRAQ_SMPP_PDU_H
#define SHYRAQ_SMPP_PDU_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define SMPP_HEADER 16
#define SMPP_VERSION 0x34
#define SMPP_SEQUENCE_MAX 0x7fffffffu /* 3.4, 3.2 */
#define SMPP_MESSAGE_MAX 254          /* short_message as we send it; 255 are read */
#define SMPP_TIME_SIZE 17             /* with its NUL */

/* 3.4, 5.1.2.1. An answer stands behind its request. SMPP_COMMANDS is also "none that we know". */
enum smpp_command {
	SMPP_GENERIC_NACK,
	SMPP_BIND_RECEIVER,
	SMPP_BIND_RECEIVER_RESP,
	SMPP_BIND_TRANSMITTER,
	SMPP_BIND_TRANSMITTER_RESP,
	SMPP_BIND_TRANSCEIVER,
	SMPP_BIND_TRANSCEIVER_RESP,
	SMPP_OUTBIND,
	SMPP_UNBIND,
	SMPP_UNBIND_RESP,
	SMPP_ENQUIRE_LINK,
	SMPP_ENQUIRE_LINK_RESP,
	SMPP_SUBMIT_SM,
	SMPP_SUBMIT_SM_RESP,
	SMPP_DELIVER_SM,
	SMPP_DELIVER_SM_RESP,
	SMPP_DATA_SM,
	SMPP_DATA_SM_RESP,
	SMPP_ALERT_NOTIFICATION,
	SMPP_COMMANDS,
};

/* 3.4, 5.1.3: the ones that code here names. Any other value of 32 bits may come. */
enum {
	SMPP_OK = 0x00,
	SMPP_INVALID_MESSAGE_LENGTH = 0x01,
	SMPP_INVALID_COMMAND_LENGTH = 0x02,
	SMPP_INVALID_COMMAND = 0x03,
	SMPP_INVALID_BIND_STATUS = 0x04,
	SMPP_ALREADY_BOUND = 0x05,
	SMPP_SYSTEM_ERROR = 0x08,
	SMPP_INVALID_SOURCE = 0x0a,
	SMPP_INVALID_DESTINATION = 0x0b,
	SMPP_BIND_FAILED = 0x0d,
	SMPP_INVALID_PASSWORD = 0x0e,
	SMPP_INVALID_SYSTEM_ID = 0x0f,
	SMPP_QUEUE_FULL = 0x14,
	SMPP_THROTTLED = 0x58,
	SMPP_TEMPORARY = 0x64, /* ESME_RX_T_APPN: a deliver_sm is to come again */
	SMPP_PERMANENT = 0x65, /* ESME_RX_P_APPN */
	SMPP_INVALID_TLVS = 0xc0,
	SMPP_INVALID_TLV_LENGTH = 0xc2,
	SMPP_UNKNOWN_ERROR = 0xff,
};

/* 3.4, 5.3.2: the TLVs that code here names; smpp_fields.c knows them all. */
enum smpp_tag {
	SMPP_TAG_STATUS_TEXT = 0x001d, /* additional_status_info_text */
	SMPP_TAG_RECEIPTED_ID = 0x001e,
	SMPP_TAG_USER_REFERENCE = 0x0204, /* user_message_reference */
	SMPP_TAG_SAR_REF = 0x020c,
	SMPP_TAG_SAR_TOTAL = 0x020e,
	SMPP_TAG_SAR_PART = 0x020f,
	SMPP_TAG_VERSION = 0x0210, /* sc_interface_version */
	SMPP_TAG_NETWORK_ERROR = 0x0423,
	SMPP_TAG_PAYLOAD = 0x0424,
	SMPP_TAG_STATE = 0x0427, /* message_state */
	SMPP_TAG_USSD_OP = 0x0501,
	SMPP_TAG_SESSION = 0x1383, /* its_session_info */
};

/* esm_class, 3.4, 5.2.12 */
enum {
	SMPP_ESM_TYPE = 0x3c, /* the bits that say what kind of message a deliver_sm is */
	SMPP_ESM_RECEIPT = 0x04,
	SMPP_ESM_NOTICE = 0x20, /* an intermediate one: its state is not final */
	SMPP_ESM_UDHI = 0x40,
};

/* What was not as 3.4 has it, yet read: networks do send it. Bits of smpp_pdu.odd, for counters. */
enum smpp_odd {
	SMPP_ODD_NO_NUL =
	    1 << 0, /* a C-octet string filled its field, or the body ended first */
	SMPP_ODD_LONG = 1 << 1,    /* it was longer than the field */
	SMPP_ODD_NO_BODY = 1 << 2, /* an answer "done" without its body */
	SMPP_ODD_BODY = 1 << 3,   /* an answer's body was not understood and left alone */
	SMPP_ODD_TAIL = 1 << 4,   /* octets at the end that are no TLV */
	SMPP_ODD_STATUS = 1 << 5, /* a request with a status */
	SMPP_ODD_SEQUENCE = 1 << 6, /* 0, or over SMPP_SEQUENCE_MAX */
};

struct smpp_octets {
	const uint8_t *p;
	size_t n;
};

struct smpp_address {
	uint8_t ton, npi;
	char digits[66];
};

/*
 * Every field of every command; a command uses those of its row in smpp_fields.c, the others are
 * zero. Strings hold no NUL, but any other octet the other side chose: look before you print.
 */
struct smpp_pdu {
	enum smpp_command command;
	uint32_t status;
	uint32_t sequence;
	unsigned odd;
	char system_id[66];
	char password[66];
	char system_type[14];
	uint8_t interface_version;
	char address_range[42];
	char service_type[7];
	struct smpp_address source; /* addr_ton, addr_npi of a bind too */
	struct smpp_address dest;   /* esme_addr of an alert_notification too */
	bool
	    echo; /* encode: these two go back as they came, also what 3.4 does not have */
	uint8_t esm_class;
	uint8_t protocol_id;
	uint8_t priority;
	char schedule[SMPP_TIME_SIZE + 1];
	char validity[SMPP_TIME_SIZE + 1];
	uint8_t registered;
	uint8_t replace;
	uint8_t data_coding;
	uint8_t default_id;
	char message_id[256];
	struct smpp_octets message; /* short_message */
	struct smpp_octets tlvs;    /* all of them, in order, well-formed */
};

enum smpp_wrong {
	SMPP_FINE,
	SMPP_WRONG_LENGTH, /* command_length: under 16, over the limit, not that of the octets */
	SMPP_WRONG_COMMAND,  /* no command of ours */
	SMPP_WRONG_CUT,      /* the body ends inside the field */
	SMPP_WRONG_NO_NUL,   /* a C-octet string does not end within its field */
	SMPP_WRONG_TLV,      /* it runs past the end, or is no TLV */
	SMPP_WRONG_LONG,     /* encode: longer than 3.4 allows */
	SMPP_WRONG_VALUE,    /* encode: a value that 3.4 does not have */
	SMPP_WRONG_SEQUENCE, /* encode */
	SMPP_WRONG_ROOM,     /* encode: the buffer is too small */
	SMPP_WRONGS,
};

/* Why not: for one log line and for the answer. */
struct smpp_fault {
	enum smpp_wrong wrong;
	const char *field; /* as 3.4 calls it; static */
	size_t offset;     /* of the field, from the first octet of the PDU */
	uint32_t status;   /* to answer with */
};
const char *smpp_wrong_name(enum smpp_wrong wrong);

/*
 * Reads the n octets of one PDU as a frame reader gave them. RC_REFUSED: *fault says what; out holds
 * the status and sequence if there are 16 octets, and the command if we know it (else SMPP_COMMANDS),
 * so that it can be answered: a request with its answer and fault->status, else generic_nack.
 * An answer is refused for its header alone: its status settles a request, whatever the body.
 */
MUST_CHECK enum rc smpp_decode(
    const uint8_t *pdu, size_t n, struct smpp_pdu *out, struct smpp_fault *fault);

/*
 * Writes a PDU strictly as 3.4 has it, but for addresses that are an echo; *n its length. An answer with a status has no body unless it
 * has TLVs. RC_REFUSED: *fault says what, out's content is undefined.
 */
MUST_CHECK enum rc smpp_encode(const struct smpp_pdu *pdu, uint8_t *out, size_t size,
    size_t *n, struct smpp_fault *fault);

struct smpp_tlv {
	uint16_t tag;
	uint16_t n;
	const uint8_t *value; /* a view, as tlvs */
};

/* Walks the TLVs in order; *at begins as 0. False: that was all. */
bool smpp_tlv_next(const struct smpp_octets *tlvs, size_t *at, struct smpp_tlv *out);
/* The first one of that tag. */
bool smpp_tlv_find(const struct smpp_pdu *pdu, uint16_t tag, struct smpp_tlv *out);
/* Its value as a number; networks send 1 to 4 octets whatever 3.4 says. */
bool smpp_tlv_number(const struct smpp_pdu *pdu, uint16_t tag, uint32_t *value);
/*
 * Appends one to the *n octets at buf, which tlvs may then view. RC_REFUSED, unchanged: no room, or a
 * length that 3.4 does not give that tag.
 */
MUST_CHECK enum rc smpp_tlv_add(
    uint8_t *buf, size_t size, size_t *n, uint16_t tag, const void *value, size_t len);
/* The same with a number in as many octets as 3.4 gives that tag. */
MUST_CHECK enum rc smpp_tlv_add_number(
    uint8_t *buf, size_t size, size_t *n, uint16_t tag, uint32_t value);

/* By name for a log: "submit_sm", "unknown" for SMPP_COMMANDS. */
const char *smpp_command_name(enum smpp_command command);
bool smpp_is_answer(enum smpp_command command);
/* The answer to a request; SMPP_COMMANDS when it has none. */
enum smpp_command smpp_answer_to(enum smpp_command command);

/* "ESME_RTHROTTLED", or "vendor", "unknown". */
const char *smpp_status_name(uint32_t status);
/*
 * What a status of a submit_sm or data_sm means for that message: RC_OK, RC_AGAIN (also what nobody
 * knows), RC_REFUSED, or RC_BROKEN: not the message but the bind is wrong.
 */
enum rc smpp_status_rc(uint32_t status);

#endif
