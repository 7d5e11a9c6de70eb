/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDUs that no SMSC should send, a row a kind.
 * Made by hand: the codec refuses to. Called by smsc_ctl_fault.c.
 */
#include <string.h>

#include "smsc.h"
#include "smsc_ctl.h"

enum {
	BAD_SIZE = 20000,
	DELIVER_SM = 0x05,
	TLVS = 2000,
};

struct bad {
	uint8_t octets[BAD_SIZE];
	size_t n;
};

static void
put(struct bad *b, size_t at, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		b->octets[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
begin(struct bad *b, struct smsc_conn *c, uint32_t command)
{
	memset(b->octets, 0, SMPP_HEADER);
	put(b, 4, command);
	put(b, 12, smsc_conn_number(c));
	b->n = SMPP_HEADER;
}

static void
add(struct bad *b, const void *octets, size_t n)
{
	memcpy(b->octets + b->n, octets, n);
	b->n += n;
}

static void
end(struct bad *b)
{
	put(b, 0, (uint32_t)b->n);
}

/* A deliver_sm in order, up to its TLVs. */
static void
deliver(struct bad *b, struct smsc_conn *c)
{
	static const char fields[] = "\0" /* service_type */
				     "\1\1"
				     "77010\0" /* source */
				     "\0\1"
				     "8500\0"   /* destination */
				     "\0\0\0"   /* esm_class, protocol, priority */
				     "\0\0"     /* times */
				     "\0\0\0\0" /* registered to default id */
				     "\2Hi";

	begin(b, c, DELIVER_SM);
	add(b, fields, sizeof(fields) - 1);
}

static void
length_of(struct bad *b, struct smsc_conn *c, uint32_t n)
{
	begin(b, c, SMPP_DELIVER_SM);
	put(b, 4, DELIVER_SM);
	put(b, 0, n);
}

static void
bad_length_0(struct bad *b, struct smsc_conn *c)
{
	length_of(b, c, 0);
}

static void
bad_length_3(struct bad *b, struct smsc_conn *c)
{
	length_of(b, c, 3);
}

static void
bad_length_15(struct bad *b, struct smsc_conn *c)
{
	length_of(b, c, 15);
}

static void
bad_length_huge(struct bad *b, struct smsc_conn *c)
{
	length_of(b, c, UINT32_C(1) << 31);
}

static void
bad_cut_body(struct bad *b, struct smsc_conn *c)
{
	deliver(b, c);
	b->n -= 6;
	end(b);
}

static void
bad_no_nul(struct bad *b, struct smsc_conn *c)
{
	static const uint8_t digits[64] = { 0, 1, 1, '7', '7', '7', '7', '7', '7', '7',
		'7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7',
		'7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7',
		'7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7', '7',
		'7', '7', '7', '7', '7', '7', '7', '7', '7' };

	begin(b, c, DELIVER_SM);
	add(b, digits, sizeof(digits));
	end(b);
}

static void
bad_tlvs_2000(struct bad *b, struct smsc_conn *c)
{
	static const uint8_t tlv[] = { 0x14, 0x00, 0, 1, 7 };

	deliver(b, c);
	for (int i = 0; i < TLVS; i++)
		add(b, tlv, sizeof(tlv));
	end(b);
}

static void
bad_tlv_past_end(struct bad *b, struct smsc_conn *c)
{
	static const uint8_t tlv[] = { 0x04, 0x24, 0x7f, 0xff, 'a', 'b' };

	deliver(b, c);
	add(b, tlv, sizeof(tlv));
	end(b);
}

static void
bad_sequence_0(struct bad *b, struct smsc_conn *c)
{
	deliver(b, c);
	put(b, 12, 0);
	end(b);
}

static void
bad_unknown_command(struct bad *b, struct smsc_conn *c)
{
	begin(b, c, 0x01020304);
	end(b);
}

static void
bad_unasked_response(struct bad *b, struct smsc_conn *c)
{
	begin(b, c, 0x80000004);
	put(b, 12, 0x7ffffff0);
	add(b, "00ff00ff", 9);
	end(b);
}

static void
bad_bind_request(struct bad *b, struct smsc_conn *c)
{
	static const char fields[] = "you\0you\0\0\x34\0\0";

	begin(b, c, 0x09);
	add(b, fields, sizeof(fields));
	end(b);
}

static void
bad_submit_request(struct bad *b, struct smsc_conn *c)
{
	deliver(b, c);
	put(b, 4, 0x04);
	end(b);
}

enum rc
smsc_bad_send(struct smsc_conn *c, const char *kind)
{
	static const struct {
		const char *kind;
		void (*make)(struct bad *b, struct smsc_conn *c);
	} kinds[] = {
		{ "length_0", bad_length_0 },
		{ "length_3", bad_length_3 },
		{ "length_15", bad_length_15 },
		{ "length_huge", bad_length_huge },
		{ "cut_body", bad_cut_body },
		{ "no_nul", bad_no_nul },
		{ "tlvs_2000", bad_tlvs_2000 },
		{ "tlv_past_end", bad_tlv_past_end },
		{ "sequence_0", bad_sequence_0 },
		{ "unknown_command", bad_unknown_command },
		{ "unasked_response", bad_unasked_response },
		{ "bind_request", bad_bind_request },
		{ "submit_request", bad_submit_request },
	};
	static struct bad b;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		kinds[i].make(&b, c);
		return smsc_conn_raw(c, b.octets, b.n);
	}
	return RC_REFUSED;
}
