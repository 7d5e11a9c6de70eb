/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery receipts as networks write them, and the forms of their ids.
 * It matches nothing: the session's own tests do.
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

#include "smpp_receipt.h"

#define OCTETS(s) (const uint8_t *)(s), sizeof(s) - 1
#define VIEW(s)           \
	{                 \
		OCTETS(s) \
	}

static const struct smpp_codings plain = { SMPP_GSM, SMPP_GSM };

#define FULL                                                                       \
	"id:0A1B2C sub:001 dlvrd:001 submit date:2611220101 done date:2611220102 " \
	"stat:DELIVRD err:000 text:id:9 stat:UNDELIV"

/* Receipts as networks write them, and all that is read of each. */
static const struct {
	const char *name;
	uint8_t esm, coding;
	struct smpp_octets message, tlvs;
	enum rc rc;
	const char *text_id, *tlv_id;
	enum smpp_state state;
	bool final, delivered;
	int sub, dlvrd;
	const char *done, *error;
} receipts[] = {
	{ "as 3.4 has it", 4, 0, VIEW(FULL), VIEW(""), RC_OK, "0A1B2C", "",
	    SMPP_STATE_DELIVERED, true, true, 1, 1, "2611220102", "000" },
	{ "no sub, no dlvrd", 4, 0,
	    VIEW("id:0654354026 submit date:2302101454 done date:230210145455 "
		 "stat:DELIVRD err:000"),
	    VIEW(""), RC_OK, "0654354026", "", SMPP_STATE_DELIVERED, true, true, -1, -1,
	    "230210145455", "000" },
	{ "least", 4, 0, VIEW("id:5 stat:UNDELIV"), VIEW(""), RC_OK, "5", "",
	    SMPP_STATE_UNDELIVERABLE, true, false, -1, -1, "", "" },
	{ "other letters, other order", 4, 0,
	    VIEW("STAT: Expired ERR:A1f Id: c0ffee-1 Done_Date:2611220102 "
		 "TEXT:id:7"),
	    VIEW(""), RC_OK, "c0ffee-1", "", SMPP_STATE_EXPIRED, true, false, -1, -1,
	    "2611220102", "A1f" },
	{ "commas between", 4, 0, VIEW("id:77,sub:001,dlvrd:000,stat:REJECTD,err:"),
	    VIEW(""), RC_OK, "77", "", SMPP_STATE_REJECTED, true, false, 1, 0, "", "" },
	{ "empty fields", 4, 0, VIEW("id:77 sub: dlvrd: stat:ENROUTE err: Text:"),
	    VIEW(""), RC_OK, "77", "", SMPP_STATE_ENROUTE, false, false, -1, -1, "", "" },
	{ "accepted is not the end", 4, 0, VIEW("id:77 stat:ACCEPTD"), VIEW(""), RC_OK,
	    "77", "", SMPP_STATE_ACCEPTED, false, false, -1, -1, "", "" },
	{ "a notice is not the end", 0x20, 0, VIEW("id:77 stat:UNDELIV"), VIEW(""), RC_OK,
	    "77", "", SMPP_STATE_UNDELIVERABLE, false, false, -1, -1, "", "" },
	{ "TLVs alone", 4, 0, VIEW(""),
	    VIEW("\0\x1e\0\4"
		 "9a\0\0\4\x27\0\1\2"),
	    RC_OK, "", "9a", SMPP_STATE_DELIVERED, true, true, -1, -1, "", "" },
	{ "id in the TLV alone, without NUL", 4, 0, VIEW("stat:DELIVRD err:000"),
	    VIEW("\0\x1e\0\2"
		 "9a"),
	    RC_OK, "", "9a", SMPP_STATE_DELIVERED, true, true, -1, -1, "", "000" },
	{ "the TLV's state counts", 4, 0, VIEW("id:1 stat:ENROUTE"), VIEW("\4\x27\0\1\5"),
	    RC_OK, "1", "", SMPP_STATE_UNDELIVERABLE, true, false, -1, -1, "", "" },
	{ "a TLV's state that none is", 4, 0, VIEW("id:1 stat:ENROUTE"),
	    VIEW("\4\x27\0\1\xff"), RC_OK, "1", "", SMPP_STATE_ENROUTE, false, false, -1,
	    -1, "", "" },
	{ "in a payload", 4, 0, VIEW(""), VIEW("\4\x24\0\x11id:1 stat:DELETED"), RC_OK,
	    "1", "", SMPP_STATE_DELETED, true, false, -1, -1, "", "" },
	{ "in UCS-2", 4, 8,
	    VIEW("\0i\0d\0:\0"
		 "1\0 \0s\0t\0a\0t\0:\0D\0E\0L\0I\0V\0R\0D"),
	    VIEW(""), RC_OK, "1", "", SMPP_STATE_DELIVERED, true, true, -1, -1, "", "" },
	{ "coding of binary", 4, 4, VIEW("id:1 stat:DELIVRD"), VIEW(""), RC_OK, "1", "",
	    SMPP_STATE_DELIVERED, true, true, -1, -1, "", "" },
	{ "nothing", 4, 0, VIEW(""), VIEW(""), RC_REFUSED, "", "", SMPP_STATE_NONE, false,
	    false, -1, -1, "", "" },
	{ "no state", 4, 0, VIEW("id:1 stat:?"), VIEW(""), RC_REFUSED, "1", "",
	    SMPP_STATE_NONE, false, false, -1, -1, "", "" },
	{ "no id", 4, 0, VIEW("stat:DELIVRD"), VIEW(""), RC_REFUSED, "", "",
	    SMPP_STATE_DELIVERED, true, true, -1, -1, "", "" },
	{ "keys within words", 4, 0, VIEW("void:3 restat:DELIVRD id:1 stat:EXPIRED"),
	    VIEW(""), RC_OK, "1", "", SMPP_STATE_EXPIRED, true, false, -1, -1, "", "" },
};

static void
test_receipts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(receipts); i++) {
		struct smpp_pdu pdu = { .command = SMPP_DELIVER_SM,
			.esm_class = receipts[i].esm,
			.data_coding = receipts[i].coding,
			.message = receipts[i].message,
			.tlvs = receipts[i].tlvs };
		struct smpp_receipt r;

		assert_true(smpp_is_receipt(&pdu));
		if (smpp_receipt_of(&pdu, plain, &r) != receipts[i].rc ||
		    strcmp(r.text_id, receipts[i].text_id) != 0 ||
		    strcmp(r.tlv_id, receipts[i].tlv_id) != 0 ||
		    r.state != receipts[i].state || r.final != receipts[i].final ||
		    r.delivered != receipts[i].delivered ||
		    r.submitted != receipts[i].sub || r.arrived != receipts[i].dlvrd ||
		    strcmp(r.done_date, receipts[i].done) != 0 ||
		    strcmp(r.error, receipts[i].error) != 0)
			fail_msg("%s: ids \"%s\" \"%s\", state %d, %d/%d, done \"%s\"",
			    receipts[i].name, r.text_id, r.tlv_id, (int)r.state,
			    r.submitted, r.arrived, r.done_date);
	}
}

static void
test_what_is_a_receipt(void **state)
{
	struct smpp_pdu pdu = { .command = SMPP_DELIVER_SM, .message = VIEW(FULL) };
	struct smpp_receipt r;

	(void)state;
	/* a person may write so */
	assert_false(smpp_is_receipt(&pdu));
	pdu.esm_class = 0x40;
	assert_false(smpp_is_receipt(&pdu));
	pdu.esm_class = 0x08; /* another person's phone acknowledges: not the network */
	assert_false(smpp_is_receipt(&pdu));
	pdu.esm_class = 0;
	pdu.tlvs = (struct smpp_octets)VIEW("\0\x1e\0\2"
					    "9\0\4\x23\0\3\3\1\2");
	assert_true(smpp_is_receipt(&pdu));
	assert_int_equal(smpp_receipt_of(&pdu, plain, &r), RC_OK);
	assert_int_equal(r.network, 3);
	assert_int_equal(r.network_error, 0x102);
	pdu.command = SMPP_SUBMIT_SM;
	assert_false(smpp_is_receipt(&pdu));
}

static void
test_ids(void **state)
{
	static const struct {
		const char *answered, *receipted;
		enum rc rc;
		enum smpp_id_form form;
	} cases[] = {
		{ "0A1B2C", "a1b2c", RC_OK, SMPP_ID_SAME },
		{ "0000012345", "12345", RC_OK, SMPP_ID_SAME },
		{ "12345", " 12345 ", RC_OK, SMPP_ID_SAME },
		{ "A1B2C", "662316", RC_OK, SMPP_ID_DECIMAL },
		{ "00a1b2c", "0000662316", RC_OK, SMPP_ID_DECIMAL },
		{ "662316", "0A1B2C", RC_OK, SMPP_ID_HEX },
		{ "18446744073709551615", "FFFFFFFFFFFFFFFF", RC_OK, SMPP_ID_HEX },
		{ "18446744073709551616", "10000000000000000", RC_REFUSED, 0 },
		{ "c0ffee-1", "C0FFEE-1", RC_OK, SMPP_ID_SAME },
		{ "0", "000", RC_OK, SMPP_ID_SAME },
		{ "5", "6", RC_REFUSED, 0 },
		{ "", "", RC_REFUSED, 0 },
		{ "1\n2", "1\n2", RC_REFUSED, 0 },
		{ "\xd2\x9b", "\xd2\x9b", RC_REFUSED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum smpp_id_form form = SMPP_ID_SAME;
		enum rc rc = smpp_id_form_of(
		    cases[i].answered, cases[i].receipted, &form);
		char a[SMPP_ID_SIZE], b[SMPP_ID_SIZE];

		if (rc != cases[i].rc || form != cases[i].form)
			fail_msg("\"%s\" and \"%s\": rc %d, form %d", cases[i].answered,
			    cases[i].receipted, (int)rc, (int)form);
		if (rc != RC_OK)
			continue;
		assert_int_equal(
		    smpp_id_normal(a, cases[i].answered, SMPP_ID_SAME), RC_OK);
		assert_int_equal(smpp_id_normal(b, cases[i].receipted, form), RC_OK);
		assert_int_equal(smpp_id_ref(a), smpp_id_ref(b));
		assert_int_not_equal(smpp_id_ref(a), 0);
	}
	assert_int_not_equal(smpp_id_ref("1"), smpp_id_ref("2"));
}

static void
test_names(void **state)
{
	enum smpp_id_form form;

	(void)state;
	assert_int_equal(smpp_id_form_parse("hex", &form), RC_OK);
	assert_string_equal(smpp_id_form_name(form), "hex");
	assert_int_equal(form, SMPP_ID_HEX);
	assert_int_equal(smpp_id_form_parse("octal", &form), RC_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receipts),
		cmocka_unit_test(test_what_is_a_receipt),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
