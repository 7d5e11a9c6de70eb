/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands in SMPP messages: alphabets, parts of long ones, validity.
 * It encodes no PDU: smpp_pdu_test.c does.
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

#include "smpp_frame.h"
#include "smpp_parts.h"
#include "str.h"

#define OCTETS(s) (const uint8_t *)(s), sizeof(s) - 1
#define VIEW(s)           \
	{                 \
		OCTETS(s) \
	}

static const struct smpp_codings plain = { SMPP_GSM, SMPP_GSM };

static void
test_codings(void **state)
{
	static const struct smpp_codings packed = { SMPP_LATIN1, SMPP_GSM_PACKED };
	static const struct {
		uint8_t coding;
		bool ussd;
		enum smpp_alphabet plain, packed;
	} cases[] = {
		{ 0x00, false, SMPP_GSM, SMPP_LATIN1 },
		{ 0x01, false, SMPP_ASCII, SMPP_ASCII },
		{ 0x02, false, SMPP_BINARY, SMPP_BINARY },
		{ 0x03, false, SMPP_LATIN1, SMPP_LATIN1 },
		{ 0x04, false, SMPP_BINARY, SMPP_BINARY },
		{ 0x06, false, SMPP_CYRILLIC, SMPP_CYRILLIC },
		{ 0x08, false, SMPP_UCS2, SMPP_UCS2 },
		{ 0x08, true, SMPP_UCS2, SMPP_UCS2 },
		{ 0x0f, true, SMPP_GSM, SMPP_GSM_PACKED },
		{ 0x10, false, SMPP_GSM, SMPP_GSM_PACKED },
		{ 0x11, true, SMPP_UCS2, SMPP_UCS2 },
		{ 0x11, false, SMPP_GSM, SMPP_GSM_PACKED },
		{ 0x14, false, SMPP_BINARY, SMPP_BINARY },
		{ 0x18, false, SMPP_UCS2, SMPP_UCS2 },
		{ 0x28, false, SMPP_BINARY, SMPP_BINARY },
		{ 0x44, true, SMPP_BINARY, SMPP_BINARY },
		{ 0x48, true, SMPP_UCS2, SMPP_UCS2 },
		{ 0x80, false, SMPP_BINARY, SMPP_BINARY },
		{ 0xc8, false, SMPP_GSM, SMPP_GSM_PACKED },
		{ 0xe0, false, SMPP_UCS2, SMPP_UCS2 },
		{ 0xf1, false, SMPP_GSM, SMPP_GSM_PACKED },
		{ 0xf5, false, SMPP_BINARY, SMPP_BINARY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t c = cases[i].coding;

		if (smpp_alphabet_of(c, plain, cases[i].ussd) != cases[i].plain ||
		    smpp_alphabet_of(c, packed, cases[i].ussd) != cases[i].packed)
			fail_msg("data_coding 0x%02x", c);
	}
}

/* Octets in an alphabet, and the text that they are. */
static const struct {
	enum smpp_alphabet alphabet;
	const uint8_t *octets;
	size_t n;
	const char *utf8;
	bool back; /* the same octets come of it */
} alphabets[] = {
	{ SMPP_GSM, OCTETS(""), "", true },
	{ SMPP_GSM, OCTETS("HELP 1"), "HELP 1", true },
	{ SMPP_GSM, OCTETS("\0\2\x11\x40\x60\x7f"), "@$_¡¿à", true },
	{ SMPP_GSM, OCTETS("\x1b\x65\x1b\x28\x1b\x3e\x1b\x14"), "€{]^", true },
	{ SMPP_GSM,
	    OCTETS("\x1b"
		   "a\x1b\x1b\x1b"),
	    "a  ", false },
	{ SMPP_GSM, OCTETS("a\x80\xff"), "a\xef\xbf\xbd\xef\xbf\xbd", false },
	/* 3GPP TS 23.038's packing; the reference words of every implementation */
	{ SMPP_GSM_PACKED, OCTETS("\xe8\x32\x9b\xfd\x06"), "hello", true },
	{ SMPP_GSM_PACKED, OCTETS("\xaa\x18\x0c\x36\x02"), "*100#", true },
	{ SMPP_GSM_PACKED, OCTETS("\x31\xd9\x8c\x56\xb3\xdd\x70"), "12345678", true },
	{ SMPP_GSM_PACKED, OCTETS("\x31\xd9\x8c\x56\xb3\xdd\0"), "1234567", false },
	{ SMPP_GSM_PACKED, OCTETS("\x9b\x32"), "€", true },
	{ SMPP_GSM_PACKED, OCTETS(""), "", true },
	{ SMPP_ASCII, OCTETS("HELP~"), "HELP~", true },
	{ SMPP_ASCII, OCTETS("\xc4"), "\xef\xbf\xbd", false },
	{ SMPP_LATIN1, OCTETS("caf\xe9"), "café", true },
	{ SMPP_CYRILLIC, OCTETS("\xbf\xde\xdc\xde\xe9\xec \xf1\xf0\xfd"), "Помощь ё№§",
	    true },
	{ SMPP_UCS2, OCTETS("\x04\x9b\x04\xb1\x04\x9b"), "құқ", true },
	{ SMPP_UCS2, OCTETS("\xd8\x3d\xde\x00!"), "😀\xef\xbf\xbd", false },
	{ SMPP_UCS2, OCTETS("\xd8\x3d\0A\xde\0\0\0"),
	    "\xef\xbf\xbd"
	    "A\xef\xbf\xbd\xef\xbf\xbd",
	    false },
	{ SMPP_UCS2, OCTETS("\xd8\x3d\xde\0"), "😀", true },
	{ SMPP_UTF8, OCTETS("\xd2\x9b\xff"), "қ\xef\xbf\xbd", false },
	{ SMPP_UTF8, OCTETS("\xd2\x9b!"), "қ!", true },
	{ SMPP_BINARY, OCTETS("abc"), "", false },
};

static void
test_alphabets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(alphabets); i++) {
		char text[64];
		uint8_t back[64];
		size_t len, n;

		len = smpp_text_utf8(text, sizeof(text), alphabets[i].octets,
		    alphabets[i].n, alphabets[i].alphabet, 0);
		if (strcmp(text, alphabets[i].utf8) != 0 || len != strlen(text))
			fail_msg(
			    "case %zu: \"%s\" is not \"%s\"", i, text, alphabets[i].utf8);
		if (!alphabets[i].back)
			continue;
		if (smpp_text_octets(back, sizeof(back), &n, text, len,
			alphabets[i].alphabet, 0) != RC_OK ||
		    n != alphabets[i].n || memcmp(back, alphabets[i].octets, n) != 0)
			fail_msg("case %zu: %zu octets back", i, n);
		/* and never into a smaller room, nor cut within a character */
		for (size_t room = 0; room < n; room++)
			assert_int_equal(smpp_text_octets(back, room, &n, text, len,
					     alphabets[i].alphabet, 0),
			    RC_REFUSED);
		for (size_t room = 1; room <= len; room++) {
			char cut[64];
			size_t m = smpp_text_utf8(cut, room, alphabets[i].octets,
			    alphabets[i].n, alphabets[i].alphabet, 0);

			assert_true(m < room && str_is_utf8(cut, m));
			assert_memory_equal(cut, text, m);
		}
	}
}

static void
test_not_in_the_alphabet(void **state)
{
	static const struct {
		enum smpp_alphabet alphabet;
		const char *utf8;
	} cases[] = {
		{ SMPP_GSM, "қ" },
		{ SMPP_GSM, "`" },
		{ SMPP_GSM_PACKED, "Помощь" },
		{ SMPP_ASCII, "é" },
		{ SMPP_LATIN1, "€" },
		{ SMPP_CYRILLIC, "қ" },
		{ SMPP_BINARY, "a" },
		{ SMPP_ASCII, "\xef\xbf\xbd" },
	};
	uint8_t octets[32];
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
		    smpp_text_octets(octets, sizeof(octets), &n, cases[i].utf8,
			strlen(cases[i].utf8), cases[i].alphabet, 0),
		    RC_REFUSED);
}

/* Every length over eight septets, with every filling: what was packed comes back. */
static void
test_packed_lengths(void **state)
{
	char text[41], back[64];
	uint8_t octets[64];

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		for (unsigned fill = 0; fill < 7; fill++) {
			size_t n, got;

			memset(text, 'x', len);
			text[len] = '\0';
			memset(octets, 0xff, sizeof(octets));
			assert_int_equal(smpp_text_octets(octets, sizeof(octets), &n,
					     text, len, SMPP_GSM_PACKED, fill),
			    RC_OK);
			if (len > 0)
				assert_int_equal(n, (fill + 7 * len + 7) / 8);
			got = smpp_text_utf8(
			    back, sizeof(back), octets, n, SMPP_GSM_PACKED, fill);
			if (got != len || strcmp(back, text) != 0)
				fail_msg("%zu letters behind %u bits: \"%s\"", len, fill,
				    back);
		}
	}
}

/* Behind a header of 6 octets a septet begins one bit later; behind 7 octets, at once. */
static void
test_fill_bits(void **state)
{
	static const struct {
		size_t header;
		unsigned bits;
	} cases[] = { { 0, 0 }, { 4, 3 }, { 5, 2 }, { 6, 1 }, { 7, 0 }, { 8, 6 } };
	static const uint8_t part[] = { 5, 0, 3, 0x21, 2, 1, 0xd0, 0x65, 0x36, 0xfb,
		0x0d };
	struct smpp_pdu pdu = { .command = SMPP_DELIVER_SM,
		.esm_class = SMPP_ESM_UDHI,
		.message = { part, sizeof(part) } };
	struct smpp_body b;
	char text[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(smpp_fill_bits(cases[i].header), cases[i].bits);
	assert_int_equal(smpp_body_of(&pdu, &b), RC_OK);
	smpp_body_utf8(text, sizeof(text), &b, SMPP_GSM_PACKED);
	assert_string_equal(text, "hello");
}

/* A CR of the text at the very end of eight septets is followed by one that fills. */
static void
test_packed_cr(void **state)
{
	uint8_t octets[16];
	char back[16];
	size_t n;

	(void)state;
	assert_int_equal(smpp_text_octets(octets, sizeof(octets), &n, "1234567\r", 8,
			     SMPP_GSM_PACKED, 0),
	    RC_OK);
	assert_int_equal(n, 8);
	smpp_text_utf8(back, sizeof(back), octets, n, SMPP_GSM_PACKED, 0);
	assert_string_equal(back, "1234567\r\r");
	assert_int_equal(
	    smpp_text_octets(octets, 7, &n, "1234567\r", 8, SMPP_GSM_PACKED, 0),
	    RC_REFUSED);
}

struct body_case {
	const char *name;
	uint8_t esm;
	struct smpp_octets message, tlvs;
	enum rc rc;
	const char *text;
	enum smpp_joined joined;
	unsigned ref, bits, total, part;
};

#define SAR(ref, total, part) "\2\xc\0\2" ref "\2\xe\0\1" total "\2\xf\0\1" part

static const struct body_case bodies[] = {
	{ "plain", 0, VIEW("abc"), VIEW(""), RC_OK, "abc", SMPP_SINGLE, 0, 0, 0, 0 },
	{ "payload", 0, VIEW(""), VIEW("\4\x24\0\3xyz"), RC_OK, "xyz", SMPP_SINGLE, 0, 0,
	    0, 0 },
	{ "both", 0, VIEW("abc"), VIEW("\4\x24\0\3xyz"), RC_OK, "xyz", SMPP_SINGLE, 0, 0,
	    0, 0 },
	{ "an empty payload", 0, VIEW("abc"), VIEW("\4\x24\0\0"), RC_OK, "abc",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "header, 8 bits", 0x40,
	    VIEW("\5\0\3\x21\3\2"
		 "abc"),
	    VIEW(""), RC_OK, "abc", SMPP_JOINED_UDH, 0x21, 8, 3, 2 },
	{ "header, 16 bits", 0x40,
	    VIEW("\6\x8\4\x21\x22\3\2"
		 "abc"),
	    VIEW(""), RC_OK, "abc", SMPP_JOINED_UDH, 0x2122, 16, 3, 2 },
	{ "header in a payload", 0x40, VIEW(""), VIEW("\4\x24\0\x9\5\0\3\x21\3\2xyz"),
	    RC_OK, "xyz", SMPP_JOINED_UDH, 0x21, 8, 3, 2 },
	{ "header of another kind", 0x40,
	    VIEW("\4\x24\1\2\0"
		 "abc"),
	    VIEW(""), RC_REFUSED,
	    "\4\x24\1\2\0"
	    "abc",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "header of a language", 0x40,
	    VIEW("\3\x24\1\2"
		 "abc"),
	    VIEW(""), RC_OK, "abc", SMPP_SINGLE, 0, 0, 0, 0 },
	{ "header and nothing", 0x40, VIEW("\5\0\3\x21\3\2"), VIEW(""), RC_OK, "",
	    SMPP_JOINED_UDH, 0x21, 8, 3, 2 },
	{ "header past the end", 0x40, VIEW("\5\0\3"), VIEW(""), RC_REFUSED, "\5\0\3",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "header, part 0", 0x40,
	    VIEW("\5\0\3\x21\3\0"
		 "abc"),
	    VIEW(""), RC_REFUSED,
	    "\5\0\3\x21\3\0"
	    "abc",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "header said, none there", 0x40, VIEW(""), VIEW(""), RC_REFUSED, "",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "header not said", 0,
	    VIEW("\5\0\3\x21\3\2"
		 "abc"),
	    VIEW(""), RC_OK,
	    "\5\0\3\x21\3\2"
	    "abc",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "sar", 0, VIEW("abc"), VIEW(SAR("\1\2", "\3", "\2")), RC_OK, "abc",
	    SMPP_JOINED_SAR, 0x102, 16, 3, 2 },
	{ "sar, part over total", 0, VIEW("abc"), VIEW(SAR("\1\2", "\3", "\4")), RC_OK,
	    "abc", SMPP_SINGLE, 0, 0, 0, 0 },
	{ "sar, part 0", 0, VIEW("abc"), VIEW(SAR("\1\2", "\3", "\0")), RC_OK, "abc",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "sar, not all", 0, VIEW("abc"), VIEW("\2\xc\0\2\1\2\2\xe\0\1\3"), RC_OK, "abc",
	    SMPP_SINGLE, 0, 0, 0, 0 },
	{ "sar, a reference of one octet", 0, VIEW("abc"),
	    VIEW("\2\xc\0\1\7\2\xe\0\1\3\2\xf\0\1\1"), RC_OK, "abc", SMPP_JOINED_SAR, 7,
	    16, 3, 1 },
	{ "header before sar", 0x40,
	    VIEW("\5\0\3\x21\3\2"
		 "abc"),
	    VIEW(SAR("\1\2", "\5", "\4")), RC_OK, "abc", SMPP_JOINED_UDH, 0x21, 8, 3, 2 },
	{ "sar and a header that joins nothing", 0x40,
	    VIEW("\3\x24\1\2"
		 "abc"),
	    VIEW(SAR("\1\2", "\5", "\4")), RC_OK, "abc", SMPP_JOINED_SAR, 0x102, 16, 5,
	    4 },
};

static void
test_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		const struct body_case *c = &bodies[i];
		struct smpp_pdu pdu = { .command = SMPP_DELIVER_SM,
			.esm_class = c->esm,
			.message = c->message,
			.tlvs = c->tlvs };
		struct smpp_body b;
		enum rc rc = smpp_body_of(&pdu, &b);
		size_t len = strlen(c->text); /* what is no header has no NUL */

		if (rc != c->rc || b.text.n < len || (b.udh.n > 0 && b.text.n != len) ||
		    (len > 0 && memcmp(b.text.p, c->text, len) != 0) ||
		    b.joined != c->joined || b.concat.ref != c->ref ||
		    b.concat.ref_bits != c->bits || b.concat.total != c->total ||
		    b.concat.part != c->part)
			fail_msg("%s: rc %d, joined %d, %u/%u of 0x%x", c->name, (int)rc,
			    (int)b.joined, b.concat.part, b.concat.total, b.concat.ref);
	}
}

static void
test_names(void **state)
{
	enum smpp_long how;

	(void)state;
	assert_int_equal(smpp_long_parse("payload", &how), RC_OK);
	assert_int_equal(how, SMPP_LONG_PAYLOAD);
	assert_int_equal(smpp_long_parse("udh16", &how), RC_REFUSED);
}

/* A text's parts through the wire and back are that text, in every way a link may want them. */
static void
parts_there_and_back(const char *utf8, const struct smpp_writing *w, unsigned expect)
{
	static struct smpp_part_room room;
	static uint8_t octets[SMPP_FRAME_MAX];
	static char text[8192];
	const struct smpp_codings codings = { w->gsm, w->gsm };
	unsigned parts = smpp_parts(utf8, w);
	size_t len = 0;

	assert_int_equal(parts, expect);
	for (unsigned i = 0; i < parts; i++) {
		struct smpp_pdu p = { .command = SMPP_SUBMIT_SM, .sequence = 1 }, q;
		struct smpp_fault fault;
		struct smpp_body b;
		size_t n;

		assert_int_equal(smpp_part(utf8, w, i, 0x1234, &room, &p), RC_OK);
		assert_int_equal(
		    smpp_encode(&p, octets, sizeof(octets), &n, &fault), RC_OK);
		assert_int_equal(smpp_decode(octets, n, &q, &fault), RC_OK);
		assert_int_equal(smpp_body_of(&q, &b), RC_OK);
		assert_true(b.payload || b.text.n + b.udh.n <= 160);
		assert_int_equal(b.payload,
		    w->how == SMPP_LONG_PAYLOAD && expect == 1 && strlen(utf8) > 160);
		assert_int_equal(b.concat.total, parts > 1 ? parts : 0);
		assert_int_equal(b.concat.part, parts > 1 ? i + 1 : 0);
		if (parts > 1)
			assert_int_equal(
			    b.concat.ref, w->how == SMPP_LONG_UDH ? 0x34 : 0x1234);
		len += smpp_body_utf8(text + len, sizeof(text) - len, &b,
		    smpp_alphabet_of(q.data_coding, codings, false));
	}
	assert_string_equal(text, utf8);
	assert_int_equal(
	    smpp_part(utf8, w, parts, 0, &room, &(struct smpp_pdu){ 0 }), RC_REFUSED);
}

static void
test_parts(void **state)
{
	static const char word[] = "0123456789{}";
	static const char kazakh[] = "Көмек керек пе? ";
	char gsm[400] = "", ucs2[400] = "";

	(void)state;
	for (int i = 0; i < 30; i++)
		strcat(gsm, word);
	for (int i = 0; i < 14; i++)
		strcat(ucs2, kazakh);
	for (int how = SMPP_LONG_UDH; how <= SMPP_LONG_PAYLOAD; how++) {
		for (int packed = 0; packed < 2; packed++) {
			const struct smpp_writing w = { .how = (enum smpp_long)how,
				.gsm = packed ? SMPP_GSM_PACKED : SMPP_GSM,
				.gsm_coding = 0,
				.ucs2_coding = 8 };
			bool one = how == SMPP_LONG_PAYLOAD;

			parts_there_and_back("HELP", &w, 1);
			parts_there_and_back("Көмек", &w, 1);
			parts_there_and_back(gsm, &w, one ? 1 : 3);
			parts_there_and_back(ucs2, &w, one ? 1 : 4);
			assert_int_equal(smpp_parts("", &w), 0);
		}
	}
}

static void
test_validity(void **state)
{
	static const struct {
		int64_t left_ms;
		struct smpp_validity v;
		const char *period; /* "": refused */
		uint32_t seconds;
	} cases[] = {
		{ 90000, { 1, 1, 0 }, "000000000130000R", 90 },
		{ 90999, { 1, 1, 0 }, "000000000130000R", 90 },
		{ 119999, { 60, 60, 0 }, "000000000100000R", 60 },
		{ 59999, { 60, 60, 0 }, "", 0 },
		{ 999, { 1, 0, 0 }, "", 0 },
		{ 0, { 1, 0, 0 }, "", 0 },
		{ -5000, { 1, 0, 0 }, "", 0 },
		{ 700000, { 300, 300, 0 }, "000000001000000R", 600 },
		{ 500000, { 300, 400, 0 }, "", 0 },
		{ INT64_C(93784000), { 1, 1, 0 }, "000001020304000R", 93784 },
		{ INT64_C(100) * 86400000, { 1, 1, 0 }, "000030000000000R", 2592000 },
		{ INT64_C(100) * 86400000, { 1, 1, 86400 }, "000001000000000R", 86400 },
		{ INT64_MAX, { 0, 0, 0 }, "000030000000000R", 2592000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char period[SMPP_TIME_SIZE];
		uint32_t seconds, back;
		enum rc rc = smpp_validity(
		    period, &seconds, cases[i].left_ms, &cases[i].v);

		if (strcmp(period, cases[i].period) != 0 || seconds != cases[i].seconds ||
		    rc != (seconds == 0 ? RC_REFUSED : RC_OK))
			fail_msg("case %zu: \"%s\", %u s", i, period, seconds);
		if (rc != RC_OK)
			continue;
		assert_int_equal(smpp_validity_read(period, &back), RC_OK);
		assert_int_equal(back, seconds);
	}
	for (size_t i = 0; i < 5; i++) {
		static const char *const none[] = { "", "261122010203000+",
			"000000000130000r", "00000000013000R", "0000000001300x0R" };
		uint32_t seconds;

		assert_int_equal(smpp_validity_read(none[i], &seconds), RC_REFUSED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_alphabets),
		cmocka_unit_test(test_not_in_the_alphabet),
		cmocka_unit_test(test_packed_lengths),
		cmocka_unit_test(test_fill_bits),
		cmocka_unit_test(test_packed_cr),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_validity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
