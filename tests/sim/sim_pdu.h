/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDUs of 3GPP TS 23.040 as the simulated network writes and reads them.
 * Never uses libgammu: the two check each other.
 * Called by sim_at.c (what the host submits) and sim_net.c (what it receives).
 */
#ifndef SHYRAQ_SIM_PDU_H
#define SHYRAQ_SIM_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

enum {
	PDU_MAX = 192, /* SMSC octets and the longest TPDU */
	PDU_HEX_MAX = 2 * PDU_MAX + 1,
	PDU_UDH_MAX = 140,
	PDU_PARTS_MAX = 255,
	PDU_UNITS_MAX = 160,  /* septets, UTF-16 units or octets of one part */
	PDU_TEXT_MAX = 40000, /* units of a whole text */
	PDU_DIGITS_MAX = 21,
	PDU_UTF8_MAX = 4 * PDU_UNITS_MAX + 1,
};

enum pdu_alphabet {
	PDU_GSM7,
	PDU_8BIT,
	PDU_UCS2,
};

/* wall time in its own zone; zone in quarters of an hour */
struct pdu_time {
	int64_t unix_s;
	int zone;
};

/* a text in the units of its alphabet: septets, octets or UTF-16 units */
struct pdu_units {
	enum pdu_alphabet alphabet;
	size_t len;
	uint16_t *unit; /* owned */
};

struct pdu {
	size_t len;
	size_t smsc_len; /* octets before the TPDU */
	uint8_t b[PDU_MAX];
};

struct pdu_deliver {
	const char *from;
	const char *smsc;
	struct pdu_time at;
	enum pdu_alphabet alphabet;
	const uint16_t *unit;
	size_t units;
	bool header;   /* of a long message: the next four */
	bool wide_ref; /* a reference of 16 bits */
	unsigned ref, part, total;
};

struct pdu_submit {
	uint8_t first;
	uint8_t ref;
	uint8_t pid, dcs;
	bool wants_receipt;
	bool has_vp;
	unsigned vp_minutes; /* with has_vp and a relative period */
	bool vp_relative;
	char to[PDU_DIGITS_MAX + 2];
	char smsc[PDU_DIGITS_MAX + 2];
	uint8_t udh[PDU_UDH_MAX];
	size_t udh_len;
	bool concat;
	unsigned concat_ref, part, total;
	enum pdu_alphabet alphabet;
	char text[PDU_UTF8_MAX]; /* UTF-8; hex of the octets when 8-bit */
};

struct pdu_report {
	const char *to;
	const char *smsc;
	uint8_t ref, status;
	struct pdu_time sent, done;
};

/* Owns unit in *out; RC_REFUSED: not UTF-8, too long, or not in the alphabet. */
MUST_CHECK enum rc pdu_units_from_utf8(
    struct pdu_units *out, const char *utf8, size_t len, enum pdu_alphabet alphabet);
void pdu_units_clear(struct pdu_units *u);
bool pdu_fits_gsm7(const char *utf8, size_t len);

/* How many units from unit[at] go into one part of a text of that many units. */
size_t pdu_part_units(const struct pdu_units *u, size_t at, bool concat, bool wide_ref);

/* RC_REFUSED: an address, a time or a length that no PDU can hold. */
MUST_CHECK enum rc pdu_write_deliver(struct pdu *out, const struct pdu_deliver *in);
MUST_CHECK enum rc pdu_write_report(struct pdu *out, const struct pdu_report *in);

/* tpdu_len is what AT+CMGS announced; RC_REFUSED: not a whole, valid SMS-SUBMIT. */
MUST_CHECK enum rc pdu_read_submit(
    struct pdu_submit *out, const struct pdu *in, size_t tpdu_len);

MUST_CHECK enum rc pdu_from_hex(struct pdu *out, const char *hex, size_t len);
void pdu_to_hex(char out[PDU_HEX_MAX], const struct pdu *in);
/* Octets of the TPDU in hex, or what is left when its SMSC does not parse. */
size_t pdu_hex_tpdu_len(const char *hex);

#endif
