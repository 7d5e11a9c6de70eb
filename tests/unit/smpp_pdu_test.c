/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMPP PDUs: every command there and back, every way to be malformed, what networks send anyway.
 * It opens no socket: the session's own tests do.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smpp_fields.h"

#define AT(member) offsetof(struct smpp_pdu, member)
#define OCTETS(s) (const uint8_t *)(s), sizeof(s) - 1

static void
number_to(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

/* A PDU in a block of exactly its size, so that a sanitizer sees one octet too far. */
static uint8_t *
pdu_of(uint32_t id, uint32_t status, const uint8_t *body, size_t n)
{
	uint8_t *p = xmalloc(SMPP_HEADER + n);

	number_to(p, (uint32_t)(SMPP_HEADER + n));
	number_to(p + 4, id);
	number_to(p + 8, status);
	number_to(p + 12, 7);
	if (n > 0)
		memcpy(p + SMPP_HEADER, body, n);
	return p;
}

static const uint8_t some_tlvs[] = {
	0x02, 0x04, 0, 2, 0x12, 0x34,    /* user_message_reference */
	0x13, 0x83, 0, 2, 0x01, 0x02,    /* its_session_info */
	0x14, 0x01, 0, 3, 'a', 'b', 'c', /* a vendor's */
	0x05, 0x01, 0, 1, 0x12,          /* ussd_service_op */
	0x14, 0x01, 0, 0,                /* the vendor's again, empty */
};

/* A PDU with every field of its command at its longest and largest. */
static void
fill(struct smpp_pdu *p, enum smpp_command command)
{
	static const uint8_t text[SMPP_MESSAGE_MAX] = "*8500#";
	const struct smpp_layout *layout = &smpp_layouts[command];

	memset(p, 0, sizeof(*p));
	p->command = command;
	p->sequence = SMPP_SEQUENCE_MAX;
	for (size_t i = 0; i < layout->n; i++) {
		const struct smpp_field *f = &layout->fields[i];
		uint8_t *at = (uint8_t *)p + f->at;

		switch (f->kind) {
		case SMPP_STRING:
		case SMPP_TIME:
			memset(at, 'A' + (int)i, f->max - 1u);
			break;
		case SMPP_OCTET:
			*at = (uint8_t)f->max;
			break;
		case SMPP_OCTETS:
			p->message = (struct smpp_octets){ text, sizeof(text) };
			break;
		}
	}
	p->tlvs = (struct smpp_octets){ some_tlvs, sizeof(some_tlvs) };
}

static void
same_fields(const struct smpp_pdu *a, const struct smpp_pdu *b)
{
	const struct smpp_layout *layout = &smpp_layouts[a->command];

	assert_int_equal(a->command, b->command);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->sequence, b->sequence);
	for (size_t i = 0; i < layout->n; i++) {
		const struct smpp_field *f = &layout->fields[i];

		if (f->kind != SMPP_OCTETS)
			assert_memory_equal((const uint8_t *)a + f->at,
			    (const uint8_t *)b + f->at, f->room);
	}
	assert_int_equal(a->message.n, b->message.n);
	if (a->message.n > 0)
		assert_memory_equal(a->message.p, b->message.p, a->message.n);
	assert_int_equal(a->tlvs.n, b->tlvs.n);
	if (a->tlvs.n > 0)
		assert_memory_equal(a->tlvs.p, b->tlvs.p, a->tlvs.n);
}

static void
test_there_and_back(void **state)
{
	(void)state;
	for (int c = 0; c < SMPP_COMMANDS; c++) {
		struct smpp_pdu p, q;
		struct smpp_fault fault;
		uint8_t first[1024], again[1024];
		size_t n, m;

		fill(&p, (enum smpp_command)c);
		assert_int_equal(
		    smpp_encode(&p, first, sizeof(first), &n, &fault), RC_OK);
		assert_int_equal(smpp_decode(first, n, &q, &fault), RC_OK);
		assert_int_equal(q.odd, 0);
		same_fields(&p, &q);
		assert_int_equal(
		    smpp_encode(&q, again, sizeof(again), &m, &fault), RC_OK);
		assert_int_equal(n, m);
		assert_memory_equal(first, again, n);
		/* and in a buffer that is too small by any number of octets */
		for (size_t room = 0; room < n; room++) {
			assert_int_equal(
			    smpp_encode(&p, again, room, &m, &fault), RC_REFUSED);
			assert_int_equal(fault.wrong, SMPP_WRONG_ROOM);
			assert_non_null(fault.field);
		}
	}
}

/* A body cut after any octet: a request is refused but between TLVs, an answer never is. */
static void
test_cut_anywhere(void **state)
{
	(void)state;
	for (int c = 0; c < SMPP_COMMANDS; c++) {
		struct smpp_pdu p, q;
		struct smpp_fault fault;
		uint8_t whole[1024];
		size_t n, m, at = 0, tlvs;
		bool between[1024] = { false };
		struct smpp_tlv tlv;

		fill(&p, (enum smpp_command)c);
		assert_int_equal(
		    smpp_encode(&p, whole, sizeof(whole), &n, &fault), RC_OK);
		tlvs = n - p.tlvs.n;
		between[tlvs] = true;
		while (smpp_tlv_next(&p.tlvs, &at, &tlv))
			between[tlvs + at] = true;
		for (m = SMPP_HEADER; m < n; m++) {
			uint8_t *cut = pdu_of(
			    smpp_layouts[c].id, 0, whole + SMPP_HEADER, m - SMPP_HEADER);
			enum rc rc = smpp_decode(cut, m, &q, &fault);

			assert_int_equal(q.sequence, 7);
			if (smpp_is_answer(p.command) || smpp_layouts[c].n == 0 ||
			    between[m]) {
				assert_int_equal(rc, RC_OK);
			} else {
				assert_int_equal(rc, RC_REFUSED);
				assert_int_equal(fault.wrong,
				    m < tlvs ? SMPP_WRONG_CUT : SMPP_WRONG_TLV);
				assert_true(fault.offset <= m && fault.field != NULL);
			}
			free(cut);
		}
	}
}

static void
test_wrong_header(void **state)
{
	static const uint32_t lengths[] = { 0, 3, 15, 17, 0x7fffffff, 0x80000000,
		0xffffffff };
	struct smpp_fault fault;
	struct smpp_pdu p;
	uint8_t *octets = pdu_of(0x15, 0, NULL, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		number_to(octets, lengths[i]);
		assert_int_equal(
		    smpp_decode(octets, SMPP_HEADER, &p, &fault), RC_REFUSED);
		assert_int_equal(fault.wrong, SMPP_WRONG_LENGTH);
		assert_int_equal(fault.status, SMPP_INVALID_COMMAND_LENGTH);
		assert_string_equal(fault.field, "command_length");
	}
	for (size_t n = 0; n < SMPP_HEADER; n++) {
		uint8_t *cut = xmalloc(n);

		memcpy(cut, octets, n);
		assert_int_equal(smpp_decode(cut, n, &p, &fault), RC_REFUSED);
		assert_int_equal(p.command, SMPP_COMMANDS);
		free(cut);
	}
	free(octets);
	/* query_sm, submit_multi, nonsense, an answer to nothing */
	for (size_t i = 0; i < 4; i++) {
		static const uint32_t ids[] = { 0x03, 0x21, 0xdeadbeef, 0x80000102 };

		octets = pdu_of(ids[i], 0, OCTETS("whatever\0it has"));
		assert_int_equal(
		    smpp_decode(octets, SMPP_HEADER + 15, &p, &fault), RC_REFUSED);
		assert_int_equal(fault.wrong, SMPP_WRONG_COMMAND);
		assert_int_equal(fault.status, SMPP_INVALID_COMMAND);
		assert_int_equal(fault.offset, 4);
		assert_int_equal(p.command, SMPP_COMMANDS);
		assert_int_equal(p.sequence, 7);
		free(octets);
	}
}

static void
test_sequences(void **state)
{
	static const struct {
		uint32_t id, sequence;
		unsigned odd;
	} cases[] = {
		{ 0x15, 1, 0 },
		{ 0x15, 0x7fffffff, 0 },
		{ 0x15, 0, SMPP_ODD_SEQUENCE },
		{ 0x15, 0x80000000, SMPP_ODD_SEQUENCE },
		{ 0x80000015, 0xffffffff, SMPP_ODD_SEQUENCE },
		{ 0x80000000, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t *octets = pdu_of(cases[i].id, 0, NULL, 0);
		struct smpp_fault fault;
		struct smpp_pdu p;
		uint8_t out[SMPP_HEADER];
		size_t n;

		number_to(octets + 12, cases[i].sequence);
		assert_int_equal(smpp_decode(octets, SMPP_HEADER, &p, &fault), RC_OK);
		assert_int_equal(p.sequence, cases[i].sequence);
		assert_int_equal(p.odd, cases[i].odd);
		/* of ours a request has a good one, an answer what it was asked under */
		if (smpp_is_answer(p.command) || cases[i].odd == 0) {
			assert_int_equal(
			    smpp_encode(&p, out, sizeof(out), &n, &fault), RC_OK);
			assert_memory_equal(octets, out, SMPP_HEADER);
		} else {
			assert_int_equal(
			    smpp_encode(&p, out, sizeof(out), &n, &fault), RC_REFUSED);
			assert_int_equal(fault.wrong, SMPP_WRONG_SEQUENCE);
		}
		free(octets);
	}
}

/* Octets of a message up to its short_message: service_type, source, destination and the rest. */
#define HEAD                \
	"\0\1\1"            \
	"77010000001\0\1\1" \
	"8500\0\0\0\0\0\0\0\0\0\0"
#define HEAD_N 31

/* Bodies that are refused: what is wrong, in which field, at which octet, the status for it. */
static const struct {
	const char *name;
	uint32_t id;
	const uint8_t *body;
	size_t n;
	enum smpp_wrong wrong;
	const char *field;
	size_t offset;
	uint32_t status;
} malformed[] = {
	{ "no body", 5, OCTETS(""), SMPP_WRONG_CUT, "service_type", 16, 0x15 },
	{ "binary, no NUL", 5,
	    OCTETS("\0\1\1\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1\2\3\4\5\6\7\1\2\3"),
	    SMPP_WRONG_NO_NUL, "source_addr", 19, 0x0a },
	{ "no NUL to the end", 5,
	    OCTETS("\0\1\1"
		   "7701"),
	    SMPP_WRONG_CUT, "source_addr", 19, 0x0a },
	{ "all one letter", 5,
	    OCTETS("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
	    SMPP_WRONG_CUT, "schedule_delivery_time", 71, 0x61 },
	{ "text past the end", 5, OCTETS(HEAD "\4abc"), SMPP_WRONG_CUT, "short_message",
	    16 + HEAD_N, 0x01 },
	{ "TLV past the end", 5, OCTETS(HEAD "\3abc\4\x24\0\5xyz"), SMPP_WRONG_TLV,
	    "message_payload", 16 + HEAD_N + 4, 0xc0 },
	{ "TLV of 65,535", 5,
	    OCTETS(HEAD "\0\x14\1\xff\xff"
			"x"),
	    SMPP_WRONG_TLV, "tlv", 16 + HEAD_N + 1, 0xc0 },
	{ "half a TLV", 5, OCTETS(HEAD "\3abc\5\1"), SMPP_WRONG_TLV, "ussd_service_op",
	    16 + HEAD_N + 4, 0xc0 },
	{ "second TLV cut", 5, OCTETS(HEAD "\0\5\1\0\1\x12\x13\x83\0\2\1"),
	    SMPP_WRONG_TLV, "its_session_info", 16 + HEAD_N + 6, 0xc0 },
	{ "password cut", 9, OCTETS("me\0secret"), SMPP_WRONG_CUT, "password", 19, 0x0e },
	{ "half an alert", 0x102,
	    OCTETS("\1\1"
		   "7701\0\1"),
	    SMPP_WRONG_CUT, "esme_addr_npi", 24, 0x51 },
};

static void
test_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(malformed); i++) {
		uint8_t *octets = pdu_of(
		    malformed[i].id, 0, malformed[i].body, malformed[i].n);
		struct smpp_fault fault;
		struct smpp_pdu p;
		enum rc rc = smpp_decode(
		    octets, SMPP_HEADER + malformed[i].n, &p, &fault);

		if (rc != RC_REFUSED || fault.wrong != malformed[i].wrong ||
		    strcmp(fault.field, malformed[i].field) != 0 ||
		    fault.offset != malformed[i].offset ||
		    fault.status != malformed[i].status)
			fail_msg("%s: rc %d, %s in %s at %zu, 0x%x", malformed[i].name,
			    (int)rc, smpp_wrong_name(fault.wrong),
			    fault.field == NULL ? "-" : fault.field, fault.offset,
			    fault.status);
		assert_int_equal(p.sequence, 7);
		assert_int_not_equal(p.command, SMPP_COMMANDS);
		free(octets);
	}
}

/* Ids that fill their field, and that are longer. */
static const char id65[] = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
			   "ffffffffffggggg";
static const char id70[] = "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
			   "ffffffffffgggggggggg\0";

/* Bodies that are not as 3.4 has it, and what is read of them all the same. */
static const struct {
	const char *name;
	uint32_t id, status;
	const uint8_t *body;
	size_t n;
	unsigned odd;
	const char *message_id;
	size_t tlvs;
} oddities[] = {
	{ "id", 0x80000004, 0, OCTETS("4f2a\0"), 0, "4f2a", 0 },
	{ "id without NUL", 0x80000004, 0, OCTETS("4f2a"), SMPP_ODD_NO_NUL, "4f2a", 0 },
	{ "id fills the field", 0x80000004, 0, OCTETS(id65), SMPP_ODD_NO_NUL, id65, 0 },
	{ "id over the field", 0x80000004, 0, OCTETS(id70), SMPP_ODD_LONG, id70, 0 },
	{ "id over the field, without NUL", 0x80000004, 0, (const uint8_t *)id70, 70,
	    SMPP_ODD_NO_NUL | SMPP_ODD_LONG, id70, 0 },
	{ "done, no body", 0x80000004, 0, OCTETS(""), SMPP_ODD_NO_BODY, "", 0 },
	{ "done, binary", 0x80000004, 0, OCTETS("\1\2"), SMPP_ODD_BODY, "", 0 },
	{ "done, id and a cut TLV", 0x80000004, 0, OCTETS("4f\0\4\x25\0\2x"),
	    SMPP_ODD_TAIL, "4f", 0 },
	{ "error, no body", 0x80000004, 0x58, OCTETS(""), 0, "", 0 },
	{ "error, a NUL", 0x80000004, 0x58, OCTETS("\0"), 0, "", 0 },
	{ "error, an id", 0x80000004, 0x0b, OCTETS("0A000000A3D323A1\0"), 0,
	    "0A000000A3D323A1", 0 },
	{ "error, a TLV alone", 0x80000004, 0x45, OCTETS("\4\x25\0\1\2"), 0, "", 5 },
	{ "error, words alone", 0x80000004, 0x45, OCTETS("\0\x1d\0\3why"), 0, "", 7 },
	{ "error, a NUL and a TLV", 0x80000004, 0x45, OCTETS("\0\4\x25\0\1\2"), 0, "",
	    5 },
	{ "error, anything", 0x80000004, 0x45, OCTETS("\1\2\3\4\5"), SMPP_ODD_BODY, "",
	    0 },
	{ "vendor status", 0x80000004, 0x410, OCTETS(""), 0, "", 0 },
	{ "empty deliver_sm_resp", 0x80000005, 0, OCTETS(""), SMPP_ODD_NO_BODY, "", 0 },
	{ "enquire_link with a body", 0x15, 0, OCTETS("\1\2\3\4\5"), SMPP_ODD_TAIL, "",
	    0 },
	{ "request with a status", 0x15, 8, OCTETS(""), SMPP_ODD_STATUS, "", 0 },
	{ "NUL behind the text", 5, 0, OCTETS(HEAD "\3abc\0"), SMPP_ODD_TAIL, "", 0 },
	{ "NULs behind the TLVs", 5, 0, OCTETS(HEAD "\0\x14\1\0\1x\0\0\0"), SMPP_ODD_TAIL,
	    "", 5 },
	{ "TON 7, NPI 2", 5, 0,
	    OCTETS("\0\7\2"
		   "7701\0\7\2"
		   "85\0\0\0\0\0\0\0\0\0\0\0"),
	    0, "", 0 },
	{ "its_session_info of 3", 5, 0, OCTETS(HEAD "\0\x13\x83\0\3\1\2\3"), 0, "", 7 },
	{ "number over its field", 5, 0,
	    OCTETS("\0\1\1"
		   "123456789012345678901234567890\0\1\1"
		   "85\0\0\0\0\0\0"
		   "\0\0\0\0\0"),
	    SMPP_ODD_LONG, "", 0 },
	{ "number fills its field", 5, 0,
	    OCTETS("\0\1\1"
		   "123456789012345678901\1\1"
		   "85\0\0\0\0\0\0\0\0\0\0"
		   "\0"),
	    SMPP_ODD_NO_NUL, "", 0 },
};

static void
test_odd(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(oddities); i++) {
		uint8_t *octets = pdu_of(
		    oddities[i].id, oddities[i].status, oddities[i].body, oddities[i].n);
		struct smpp_fault fault;
		struct smpp_pdu p;
		enum rc rc = smpp_decode(octets, SMPP_HEADER + oddities[i].n, &p, &fault);

		if (rc != RC_OK || p.odd != oddities[i].odd ||
		    p.status != oddities[i].status || p.tlvs.n != oddities[i].tlvs ||
		    strcmp(p.message_id, oddities[i].message_id) != 0)
			fail_msg("%s: rc %d, odd 0x%x, id \"%s\", TLVs %zu",
			    oddities[i].name, (int)rc, p.odd, p.message_id, p.tlvs.n);
		free(octets);
	}
}

static void
test_many_tlvs(void **state)
{
	enum {
		MANY = 2000
	};
	static uint8_t body[HEAD_N + 1 + 6 * MANY];
	struct smpp_fault fault;
	struct smpp_tlv tlv;
	struct smpp_pdu p;
	uint8_t *octets;
	size_t at = 0, n = HEAD_N + 1;
	uint32_t seen = 0, value;

	(void)state;
	memcpy(body, HEAD, HEAD_N);
	for (unsigned i = 0; i < MANY; i++) {
		const uint8_t v[2] = { (uint8_t)(i >> 8), (uint8_t)i };

		assert_int_equal(
		    smpp_tlv_add(body, sizeof(body), &n, 0x1400, v, 2), RC_OK);
	}
	assert_int_equal(smpp_tlv_add(body, sizeof(body), &n, 1, "", 0), RC_REFUSED);
	octets = pdu_of(5, 0, body, n);
	assert_int_equal(smpp_decode(octets, SMPP_HEADER + n, &p, &fault), RC_OK);
	while (smpp_tlv_next(&p.tlvs, &at, &tlv)) {
		assert_int_equal(tlv.tag, 0x1400);
		assert_int_equal(tlv.value[0] << 8 | tlv.value[1], seen++);
	}
	assert_int_equal(seen, MANY);
	assert_true(smpp_tlv_number(&p, 0x1400, &value));
	assert_int_equal(value, 0); /* the first */
	assert_false(smpp_tlv_find(&p, 0x1401, &tlv));
	free(octets);
}

static void
not_sent(const struct smpp_pdu *p, enum smpp_wrong wrong, const char *field)
{
	struct smpp_fault fault;
	uint8_t out[1024];
	size_t n;

	if (smpp_encode(p, out, sizeof(out), &n, &fault) != RC_REFUSED ||
	    fault.wrong != wrong || strcmp(fault.field, field) != 0)
		fail_msg("%s of %s, not %s", smpp_wrong_name(fault.wrong),
		    fault.field == NULL ? "none" : fault.field, field);
}

/* What we send is as 3.4 has it, or is not sent: one octet of a good PDU changed. */
static void
test_strict(void **state)
{
	static const struct {
		size_t at;
		char octet;
		enum smpp_wrong wrong;
		const char *field;
	} cases[] = {
		{ AT(service_type[5]), 'x', SMPP_WRONG_LONG, "service_type" },
		{ AT(source.digits[20]), '1', SMPP_WRONG_LONG, "source_addr" },
		{ AT(source.ton), 7, SMPP_WRONG_VALUE, "source_addr_ton" },
		{ AT(priority), 4, SMPP_WRONG_VALUE, "priority_flag" },
		{ AT(validity[15]), 0, SMPP_WRONG_VALUE, "validity_period" },
		{ AT(validity[16]), '1', SMPP_WRONG_LONG, "validity_period" },
		{ AT(status), 1, SMPP_WRONG_VALUE, "command_status" },
		{ AT(command), SMPP_COMMANDS, SMPP_WRONG_COMMAND, "command_id" },
	};
	static const uint8_t cut[] = { 0x14, 0, 0, 2, 1 };
	static const uint8_t long_session[] = { 0x13, 0x83, 0, 3, 1, 2, 3 };
	struct smpp_pdu good, p;

	(void)state;
	fill(&good, SMPP_SUBMIT_SM);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		p = good;
		((char *)&p)[cases[i].at] = cases[i].octet;
		not_sent(&p, cases[i].wrong, cases[i].field);
	}
	p = good;
	memset(p.dest.digits, '1', sizeof(p.dest.digits)); /* no NUL at all */
	not_sent(&p, SMPP_WRONG_LONG, "destination_addr");
	p = good;
	p.message.n = 255;
	not_sent(&p, SMPP_WRONG_LONG, "short_message");
	p = good;
	p.sequence = 0;
	not_sent(&p, SMPP_WRONG_SEQUENCE, "sequence_number");
	p.sequence = SMPP_SEQUENCE_MAX + 1;
	not_sent(&p, SMPP_WRONG_SEQUENCE, "sequence_number");
	p = good;
	p.tlvs = (struct smpp_octets){ cut, sizeof(cut) };
	not_sent(&p, SMPP_WRONG_TLV, "tlv");
	p.tlvs = (struct smpp_octets){ long_session, sizeof(long_session) };
	not_sent(&p, SMPP_WRONG_TLV, "its_session_info");
}

static void
test_strict_tlvs(void **state)
{
	uint8_t tlvs[16];
	size_t n = 0;

	(void)state;
	assert_int_equal(
	    smpp_tlv_add(tlvs, 16, &n, SMPP_TAG_SESSION, "abc", 3), RC_REFUSED);
	assert_int_equal(
	    smpp_tlv_add_number(tlvs, 16, &n, SMPP_TAG_USSD_OP, 256), RC_REFUSED);
	assert_int_equal(
	    smpp_tlv_add_number(tlvs, 16, &n, SMPP_TAG_PAYLOAD, 1), RC_REFUSED);
	assert_int_equal(smpp_tlv_add_number(tlvs, 16, &n, 0x1400, 1), RC_REFUSED);
	assert_int_equal(n, 0);
	assert_int_equal(
	    smpp_tlv_add_number(tlvs, 16, &n, SMPP_TAG_SESSION, 0x0102), RC_OK);
	assert_memory_equal(tlvs, "\x13\x83\0\2\1\2", 6);
	assert_int_equal(n, 6);
}

/* It has no body, in 3.4. */
static void
test_answer_with_a_status(void **state)
{
	struct smpp_pdu p;
	struct smpp_fault fault;
	uint8_t out[1024];
	size_t n;

	(void)state;
	fill(&p, SMPP_SUBMIT_SM_RESP);
	p.status = SMPP_THROTTLED;
	p.tlvs.n = 0;
	assert_int_equal(smpp_encode(&p, out, sizeof(out), &n, &fault), RC_OK);
	assert_int_equal(n, SMPP_HEADER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_wrong_header),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_many_tlvs),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_strict_tlvs),
		cmocka_unit_test(test_answer_with_a_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
