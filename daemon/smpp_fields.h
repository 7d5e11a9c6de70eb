/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of SMPP 3.4: the fields of each command, the TLVs, the states. They do nothing.
 * Called by smpp_pdu.c and its tests alone.
 */
#ifndef SHYRAQ_SMPP_FIELDS_H
#define SHYRAQ_SMPP_FIELDS_H

#include "smpp_pdu.h"

enum smpp_field_kind {
	SMPP_STRING, /* C-octet string */
	SMPP_TIME,   /* C-octet string, empty or of exactly `max` octets */
	SMPP_OCTET,
	SMPP_OCTETS, /* a length octet, then so many: struct smpp_octets */
};

struct smpp_field {
	const char *name; /* as 3.4 calls it */
	enum smpp_field_kind kind;
	uint16_t at;   /* of its member in struct smpp_pdu */
	uint16_t room; /* size of that member */
	uint16_t
	    max; /* strings: octets with the NUL; octet: the largest; octets: so many */
	uint32_t status; /* ESME_R..., when it is wrong */
};

struct smpp_layout {
	const char *name;
	uint32_t id;
	const struct smpp_field *fields;
	size_t n;
};

extern const struct smpp_layout smpp_layouts[SMPP_COMMANDS];
/* By its id; SMPP_COMMANDS: none of ours. */
enum smpp_command smpp_command_of(uint32_t id);

struct smpp_tlv_row {
	uint16_t tag;
	uint16_t least, most;
	const char *name;
};
/* NULL: 3.4 does not have it. */
const struct smpp_tlv_row *smpp_tlv_row(uint16_t tag);

struct smpp_status_row {
	uint32_t status;
	enum rc rc;
	const char *name;
};
const struct smpp_status_row *smpp_status_row(uint32_t status);

#endif
