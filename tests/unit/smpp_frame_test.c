/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PDUs out of a stream, in pieces of any size; lengths that cannot be; the tables of 3.4.
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
#include "smpp_frame.h"

static void
number_to(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static void
feed(struct smpp_frames *f, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t room;
		uint8_t *to = smpp_frames_room(f, &room);

		room = room < n ? room : n;
		memcpy(to, p, room);
		smpp_frames_took(f, room);
		p += room;
		n -= room;
	}
}

/* Three PDUs, in pieces of every size: the same three come out. */
static void
test_frames(void **state)
{
	uint8_t stream[256];
	struct smpp_octets pdu;
	struct smpp_fault fault;
	struct smpp_frames f;
	size_t ends[3], n = 0, got, from;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		memset(stream + n, (int)i + 1, SMPP_HEADER + 4 * i);
		number_to(stream + n, (uint32_t)(SMPP_HEADER + 4 * i));
		n += SMPP_HEADER + 4 * i;
		ends[i] = n;
	}
	for (size_t piece = 1; piece <= n; piece++) {
		smpp_frames_init(&f, 64);
		got = from = 0;
		for (size_t at = 0; at < n; at += piece) {
			size_t step = n - at < piece ? n - at : piece;
			enum smpp_framed what;

			feed(&f, stream + at, step);
			while (
			    (what = smpp_frames_next(&f, &pdu, &fault)) == SMPP_FRAME) {
				assert_int_equal(pdu.n, ends[got] - from);
				assert_memory_equal(pdu.p, stream + from, pdu.n);
				from = ends[got++];
			}
			assert_int_equal(what, SMPP_FRAME_MORE);
		}
		assert_int_equal(got, 3);
		smpp_frames_clear(&f);
	}
}

static void
test_frame_lengths(void **state)
{
	static const struct {
		uint32_t length;
		enum smpp_framed what;
	} cases[] = {
		{ 0, SMPP_FRAME_WRONG },
		{ 3, SMPP_FRAME_WRONG },
		{ 15, SMPP_FRAME_WRONG },
		{ 16, SMPP_FRAME },
		{ 64, SMPP_FRAME_MORE },
		{ 65, SMPP_FRAME_WRONG },
		{ 0x7fffffff, SMPP_FRAME_WRONG },
		{ 0x80000000, SMPP_FRAME_WRONG },
		{ 0xffffffff, SMPP_FRAME_WRONG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t octets[SMPP_HEADER] = { 0 };
		struct smpp_octets pdu;
		struct smpp_fault fault;
		struct smpp_frames f;

		smpp_frames_init(&f, 64);
		number_to(octets, cases[i].length);
		feed(&f, octets, 3);
		assert_int_equal(smpp_frames_next(&f, &pdu, &fault), SMPP_FRAME_MORE);
		feed(&f, octets + 3, 1);
		/* it is known from the fourth octet on, and stays */
		if (cases[i].what == SMPP_FRAME_WRONG) {
			for (int k = 0; k < 2; k++) {
				assert_int_equal(
				    smpp_frames_next(&f, &pdu, &fault), SMPP_FRAME_WRONG);
				assert_int_equal(fault.wrong, SMPP_WRONG_LENGTH);
				assert_null(pdu.p);
			}
			smpp_frames_reset(&f);
			feed(&f, octets, 2);
			assert_int_equal(
			    smpp_frames_next(&f, &pdu, &fault), SMPP_FRAME_MORE);
		} else {
			feed(&f, octets + 4, 12);
			assert_int_equal(
			    smpp_frames_next(&f, &pdu, &fault), cases[i].what);
		}
		smpp_frames_clear(&f);
		smpp_frames_clear(&f);
	}
}

static void
test_status(void **state)
{
	static const struct {
		uint32_t status;
		enum rc rc;
		const char *name;
	} cases[] = {
		{ 0, RC_OK, "ESME_ROK" },
		{ SMPP_THROTTLED, RC_AGAIN, "ESME_RTHROTTLED" },
		{ SMPP_QUEUE_FULL, RC_AGAIN, "ESME_RMSGQFUL" },
		{ SMPP_INVALID_DESTINATION, RC_REFUSED, "ESME_RINVDSTADR" },
		{ SMPP_INVALID_BIND_STATUS, RC_BROKEN, "ESME_RINVBNDSTS" },
		{ 0x410, RC_AGAIN, "vendor" },
		{ 0xdeadbeef, RC_AGAIN, "unknown" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(smpp_status_rc(cases[i].status), cases[i].rc);
		assert_string_equal(smpp_status_name(cases[i].status), cases[i].name);
	}
	assert_string_equal(smpp_command_name(SMPP_DATA_SM), "data_sm");
	assert_string_equal(smpp_command_name(SMPP_COMMANDS), "unknown");
	assert_string_equal(smpp_wrong_name(SMPP_WRONG_NO_NUL), "no-nul");
}

/* No member is smaller than what the reader may put there. */
static void
test_tables(void **state)
{
	(void)state;
	for (int c = 0; c < SMPP_COMMANDS; c++) {
		const struct smpp_layout *layout = &smpp_layouts[c];

		assert_non_null(layout->name);
		for (int d = 0; d < c; d++)
			assert_int_not_equal(layout->id, smpp_layouts[d].id);
		for (size_t i = 0; i < layout->n; i++) {
			const struct smpp_field *f = &layout->fields[i];

			assert_true(f->at + f->room <= sizeof(struct smpp_pdu));
			assert_int_not_equal(f->status, SMPP_OK);
			if (f->kind == SMPP_STRING || f->kind == SMPP_TIME)
				assert_true(f->room > f->max);
		}
	}
	for (unsigned tag = 0; tag <= UINT16_MAX; tag++) {
		const struct smpp_tlv_row *row = smpp_tlv_row((uint16_t)tag);

		assert_true(row == NULL || row->least <= row->most);
	}
	assert_int_equal(smpp_answer_to(SMPP_SUBMIT_SM), SMPP_SUBMIT_SM_RESP);
	assert_int_equal(smpp_answer_to(SMPP_OUTBIND), SMPP_COMMANDS);
	assert_int_equal(smpp_answer_to(SMPP_ALERT_NOTIFICATION), SMPP_COMMANDS);
	assert_int_equal(smpp_answer_to(SMPP_DELIVER_SM_RESP), SMPP_COMMANDS);
	assert_true(smpp_is_answer(SMPP_GENERIC_NACK));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_frame_lengths),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
