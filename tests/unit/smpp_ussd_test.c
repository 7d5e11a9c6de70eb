/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * USSD in SMPP, dialect by dialect: what a PDU means, what a screen becomes.
 * It opens no socket; every PDU passes the codec on its way.
 * Run by scripts/unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "smpp_ussd.h"

#define P1 "77010000001"
#define NO_OP (-1)

static const struct smpp_ussd_writing plain = { .service_type = "USSD",
	.gsm = SMPP_GSM,
	.gsm_coding = 0x0f,
	.ucs2_coding = 0x08,
	.octets = 182,
	.codings = { SMPP_GSM, SMPP_GSM } };

/* A deliver_sm as a gateway would send it; its octets live until the next. */
static void
delivered(struct smpp_pdu *out, int op, const uint8_t *its, size_t its_n, int user,
    const char *text)
{
	static uint8_t octets[1024], tlvs[64];
	struct smpp_pdu pdu = { .command = SMPP_DELIVER_SM,
		.sequence = 1,
		.service_type = "USSD",
		.source = { 1, 1, P1 },
		.dest = { 3, 0, "8500" },
		.data_coding = 0x0f };
	struct smpp_fault fault;
	size_t n = 0;
	uint8_t octet = (uint8_t)op;

	pdu.message = (struct smpp_octets){ (const uint8_t *)text, strlen(text) };
	if (op != NO_OP)
		assert_int_equal(
		    smpp_tlv_add(tlvs, sizeof(tlvs), &n, SMPP_TAG_USSD_OP, &octet, 1),
		    RC_OK);
	if (its_n > 0)
		assert_int_equal(
		    smpp_tlv_add(tlvs, sizeof(tlvs), &n, SMPP_TAG_SESSION, its, its_n),
		    RC_OK);
	if (user >= 0)
		assert_int_equal(smpp_tlv_add_number(tlvs, sizeof(tlvs), &n,
				     SMPP_TAG_USER_REFERENCE, (uint32_t)user),
		    RC_OK);
	pdu.tlvs = (struct smpp_octets){ tlvs, n };
	assert_int_equal(smpp_encode(&pdu, octets, sizeof(octets), &n, &fault), RC_OK);
	assert_int_equal(smpp_decode(octets, n, out, &fault), RC_OK);
}

/* Every row, and every op that it may meet. */
static void
test_events(void **state)
{
	static const struct {
		const char *dialect;
		int op;
		uint8_t its[2];
		int user;
		const char *text;
		enum smpp_ussd_event event;
		const char *id;
	} rows[] = {
		{ "standard", 1, { 7, 0 }, -1, "*8500#", SMPP_USSD_BEGIN, "7" },
		{ "standard", 0, { 7, 0 }, -1, "*8500#", SMPP_USSD_BEGIN, "7" },
		{ "standard", 18, { 7, 2 }, -1, "1", SMPP_USSD_ANSWER, "7" },
		{ "standard", 18, { 7, 4 }, -1, "", SMPP_USSD_ANSWER, "7" },
		{ "standard", 18, { 7, 3 }, -1, "", SMPP_USSD_ABORT, "7" },
		{ "standard", 17, { 7, 2 }, -1, "", SMPP_USSD_NOTHING, "7" },
		{ "standard", 19, { 7, 2 }, -1, "", SMPP_USSD_NOTHING, "7" },
		{ "standard", 0x81, { 7, 2 }, -1, "", SMPP_USSD_NOTHING, "7" },
		{ "standard", NO_OP, { 7, 0 }, -1, "*8500#", SMPP_USSD_BEGIN, "7" },
		{ "standard", NO_OP, { 7, 0 }, -1, "2", SMPP_USSD_ANSWER, "7" },
		{ "standard", NO_OP, { 7, 1 }, -1, "2", SMPP_USSD_ABORT, "7" },
		{ "tata", 1, { 200, 0 }, -1, "*8500*1#", SMPP_USSD_BEGIN, "200" },
		{ "tata", 18, { 200, 0 }, -1, "1", SMPP_USSD_ANSWER, "200" },
		{ "tata", 18, { 200, 1 }, -1, "1", SMPP_USSD_ABORT, "200" },
		{ "sixdee", 1, { 0x7f, 0xfe }, -1, "*8500#", SMPP_USSD_BEGIN, "16383" },
		{ "sixdee", 18, { 0x7f, 0xfc }, -1, "1", SMPP_USSD_ANSWER, "16382" },
		{ "sixdee", 0x81, { 0x7f, 0xfe }, -1, "", SMPP_USSD_ABORT, "16383" },
		{ "sixdee", 18, { 0x7f, 0xff }, -1, "1", SMPP_USSD_ABORT, "16383" },
		{ "mica", 1, { 0, 1 }, 513, "*8500#", SMPP_USSD_BEGIN, "513" },
		{ "mica", 18, { 0, 0 }, 513, "1", SMPP_USSD_ANSWER, "513" },
		{ "mica", 0x81, { 0, 0 }, 513, "", SMPP_USSD_ABORT, "513" },
		{ "huawei", 1, { 9, 9 }, 5, "*8500#", SMPP_USSD_BEGIN, "" },
		{ "huawei", 18, { 9, 9 }, 5, "1", SMPP_USSD_ANSWER, "" },
		{ "huawei", 18, { 9, 9 }, 5, "", SMPP_USSD_ABORT, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct smpp_dialect *d = smpp_dialect_find(rows[i].dialect);
		struct smpp_pdu pdu;
		struct smpp_ussd_in in;

		assert_non_null(d);
		delivered(&pdu, rows[i].op, rows[i].its, 2, rows[i].user, rows[i].text);
		smpp_ussd_read(d, &plain, &pdu, &in);
		if (in.event != rows[i].event || strcmp(in.id, rows[i].id) != 0 ||
		    strcmp(in.text, rows[i].text) != 0 || strcmp(in.peer.s, "+" P1) != 0)
			fail_msg("row %zu: event %d id %s", i, (int)in.event, in.id);
	}
	assert_null(smpp_dialect_find("none"));
}

/* its_session_info of other lengths is read as far as it goes. */
static void
test_its_lengths(void **state)
{
	static const uint8_t its[3] = { 5, 1, 9 };
	const struct smpp_dialect *d = smpp_dialect_find("standard");
	struct smpp_pdu pdu;
	struct smpp_ussd_in in;
	uint8_t raw[] = { 0x13, 0x83, 0, 3, 5, 0, 9, 0x05, 0x01, 0, 1, 18 };

	(void)state;
	delivered(&pdu, 18, its, 0, -1, "1");
	smpp_ussd_read(d, &plain, &pdu, &in);
	assert_string_equal(in.id, "0");
	pdu.tlvs = (struct smpp_octets){ raw, sizeof(raw) };
	smpp_ussd_read(d, &plain, &pdu, &in);
	assert_string_equal(in.id, "5");
	assert_int_equal(in.event, SMPP_USSD_ANSWER);
	raw[3] = 1;
	raw[5] = 0x05;
	raw[6] = 0x01;
	raw[7] = 0;
	raw[8] = 1;
	raw[9] = 1;
	pdu.tlvs = (struct smpp_octets){ raw, 10 };
	smpp_ussd_read(d, &plain, &pdu, &in);
	assert_string_equal(in.id, "5");
	assert_int_equal(in.event, SMPP_USSD_BEGIN);
}

static void
test_peers(void **state)
{
	static const struct {
		const char *digits, *peer;
	} rows[] = { { "77010000001", "+77010000001" },
		{ "+77010000001", "+77010000001" }, { "8500", "" }, { "", "" },
		{ "OPERATOR", "" } };
	static const uint8_t its[2] = { 1, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct smpp_pdu pdu;
		struct smpp_ussd_in in;

		delivered(&pdu, 1, its, 2, -1, "*8500#");
		strcpy(pdu.source.digits, rows[i].digits);
		smpp_ussd_read(&smpp_dialects[0], &plain, &pdu, &in);
		assert_string_equal(in.peer.s, rows[i].peer);
	}
}

static void
test_dialled_in_the_destination(void **state)
{
	static const uint8_t its[2] = { 1, 0 };
	struct smpp_dialect d = smpp_dialects[0];
	struct smpp_pdu pdu;
	struct smpp_ussd_in in;

	(void)state;
	d.dialled_in_dest = true;
	delivered(&pdu, 1, its, 2, -1, "x");
	strcpy(pdu.dest.digits, "*8500*1#");
	smpp_ussd_read(&d, &plain, &pdu, &in);
	assert_string_equal(in.text, "*8500*1#");
	delivered(&pdu, 18, its, 2, -1, "2");
	smpp_ussd_read(&d, &plain, &pdu, &in);
	assert_string_equal(in.text, "2");
}

static uint32_t
number(const struct smpp_pdu *pdu, uint16_t tag)
{
	uint32_t v = 0;

	return smpp_tlv_number(pdu, tag, &v) ? v : UINT32_MAX;
}

/* Continue and end of every row, through the codec. */
static void
test_screens(void **state)
{
	static const struct {
		const char *dialect;
		uint32_t ask, end;
		uint32_t its_ask, its_end, user;
	} rows[] = {
		{ "standard", 2, 17, 0x0704, 0x0705, UINT32_MAX },
		{ "tata", 2, 2, 0x0704, 0x0705, UINT32_MAX },
		{ "sixdee", 2, 0x17, 0x0704, 0x0705, UINT32_MAX },
		{ "mica", 2, 0x17, UINT32_MAX, UINT32_MAX, 513 },
		{ "huawei", 2, 17, UINT32_MAX, UINT32_MAX, UINT32_MAX },
	};
	static const struct smpp_ussd_ref ref = { { 1, 1, P1 }, { 3, 0, "8500" },
		{ 7, 4 }, 513 };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		const struct smpp_dialect *d = smpp_dialect_find(rows[i / 2].dialect);
		bool last = i % 2 == 1, cut;
		struct smpp_ussd_room room;
		struct smpp_pdu pdu, out;
		struct smpp_fault fault;
		uint8_t octets[600];
		size_t n;

		assert_int_equal(
		    smpp_ussd_screen(d, &plain, &ref, "1 yes", last, &room, &pdu, &cut),
		    RC_OK);
		pdu.sequence = 2;
		assert_int_equal(
		    smpp_encode(&pdu, octets, sizeof(octets), &n, &fault), RC_OK);
		assert_int_equal(smpp_decode(octets, n, &out, &fault), RC_OK);
		assert_int_equal(out.command, SMPP_SUBMIT_SM);
		assert_false(cut);
		assert_string_equal(out.dest.digits, P1);
		assert_string_equal(out.source.digits, "8500");
		assert_int_equal(out.dest.ton, 1);
		assert_string_equal(out.service_type, "USSD");
		assert_int_equal(out.data_coding, 0x0f);
		assert_int_equal(out.message.n, 5);
		assert_int_equal(number(&out, SMPP_TAG_USSD_OP),
		    last ? rows[i / 2].end : rows[i / 2].ask);
		assert_int_equal(number(&out, SMPP_TAG_SESSION),
		    last ? rows[i / 2].its_end : rows[i / 2].its_ask);
		assert_int_equal(number(&out, SMPP_TAG_USER_REFERENCE), rows[i / 2].user);
	}
}

static void
screen_of(const struct smpp_ussd_writing *w, const char *screen, struct smpp_pdu *pdu,
    struct smpp_ussd_room *room, bool *cut)
{
	static const struct smpp_ussd_ref ref = { .peer = { 1, 1, P1 } };

	assert_int_equal(
	    smpp_ussd_screen(&smpp_dialects[0], w, &ref, screen, true, room, pdu, cut),
	    RC_OK);
}

/* What is too long for the air is cut where a line ends; what fits it is not. */
static void
test_octets(void **state)
{
	struct smpp_ussd_writing w = plain;
	struct smpp_ussd_room room;
	struct smpp_pdu pdu;
	char long_gsm[200], lines[200];
	bool cut;

	(void)state;
	memset(long_gsm, 'a', sizeof(long_gsm));
	long_gsm[182] = '\0';
	screen_of(&w, long_gsm, &pdu, &room, &cut);
	assert_true(!cut && pdu.message.n == 182);
	long_gsm[182] = 'a';
	long_gsm[183] = '\0';
	screen_of(&w, long_gsm, &pdu, &room, &cut);
	assert_true(cut && pdu.message.n == 182);
	long_gsm[182] = '\0';
	w.gsm = SMPP_GSM_PACKED;
	w.octets = 160;
	screen_of(&w, long_gsm, &pdu, &room, &cut);
	assert_true(!cut && pdu.message.n == 160);
	w.gsm = SMPP_GSM;
	screen_of(&w, long_gsm, &pdu, &room, &cut);
	assert_true(cut && pdu.message.n == 160);
	memset(lines, 'b', sizeof(lines));
	lines[100] = lines[150] = '\n';
	lines[182] = '\0';
	screen_of(&w, lines, &pdu, &room, &cut);
	assert_true(cut && pdu.message.n == 150);
	/* 80 letters of UCS-2 */
	w.gsm_coding = -1;
	long_gsm[81] = '\0';
	screen_of(&w, long_gsm, &pdu, &room, &cut);
	assert_true(cut && pdu.message.n == 160 && pdu.data_coding == 8);
	w.ucs2_coding = 0x48;
	screen_of(&w, "қ", &pdu, &room, &cut);
	assert_true(!cut && pdu.message.n == 2 && pdu.data_coding == 0x48);
	/* in a data_sm it stands in message_payload */
	w.data_sm = true;
	screen_of(&w, "қ", &pdu, &room, &cut);
	assert_int_equal(pdu.command, SMPP_DATA_SM);
	assert_int_equal(number(&pdu, SMPP_TAG_PAYLOAD), 0x049b);
}

/* What we write, we read: every dialect, every alphabet. */
static void
test_there_and_back(void **state)
{
	static const char *const texts[] = { "1 Ha 2 Yo'q", "Қазақша", "@£$ {}[]~€",
		"1234567" };

	(void)state;
	for (size_t i = 0; i < 8 * ARRAY_LEN(texts); i++) {
		struct smpp_ussd_writing w = plain;
		struct smpp_ussd_room room;
		struct smpp_pdu pdu;
		struct smpp_ussd_in in;
		bool cut;

		w.gsm = i & 1 ? SMPP_GSM : SMPP_GSM_PACKED;
		w.codings.gsm = w.gsm;
		w.ucs2_coding = i & 2 ? 8 : 0x48;
		w.data_sm = (i & 4) != 0;
		screen_of(&w, texts[i / 8], &pdu, &room, &cut);
		smpp_ussd_read(&smpp_dialects[0], &w, &pdu, &in);
		assert_string_equal(in.text, texts[i / 8]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_its_lengths),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_dialled_in_the_destination),
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
