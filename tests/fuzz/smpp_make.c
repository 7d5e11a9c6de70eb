/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields first, as networks fill them and as they should not; then our own encoder; then damage.
 * It never decides what is right: the targets do. Called by the makers of tests/fuzz/smpp_*_fuzz.c.
 */
#include "smpp_make.h"

#include "str.h"

/* What one PDU is made of. */
struct making {
	fuzz_next *next;
	struct smpp_pdu pdu;
	uint8_t text[300];
	size_t text_n;
	uint8_t tlvs[400];
	size_t tlvs_n;
};

unsigned
smpp_make_below(fuzz_next *next, unsigned n)
{
	return (unsigned)(next() % n);
}

static unsigned
below(const struct making *m, unsigned n)
{
	return smpp_make_below(m->next, n);
}

static uint8_t
pick(const struct making *m, const uint8_t *from, unsigned n)
{
	unsigned i = below(m, n + 1);

	return i < n ? from[i] : (uint8_t)below(m, 256);
}

static void
fill(const struct making *m, uint8_t *to, size_t n)
{
	uint64_t some = 0;

	for (size_t i = 0; i < n; i++, some >>= 8) {
		if (i % 8 == 0)
			some = m->next();
		to[i] = (uint8_t)some;
	}
}

static void
make_address(const struct making *m, struct smpp_address *a)
{
	static const char *const some[] = { "77010000001", "+77010000001", "8500",
		"77010000002", "", "7701000000", "SHYRAQ", "998901234567", "0", "+",
		"12345678901234567890", "*8500#", "77010000003" };
	static const uint8_t tons[] = { 1, 1, 1, 0, 5, 2, 3 };
	static const uint8_t npis[] = { 1, 1, 0, 8 };

	a->ton = pick(m, tons, ARRAY_LEN(tons));
	a->npi = pick(m, npis, ARRAY_LEN(npis));
	(void)!str_copy(a->digits, sizeof(a->digits), some[below(m, ARRAY_LEN(some))]);
}

static void
put(struct making *m, const void *p, size_t n)
{
	if (m->text_n + n > SMPP_MESSAGE_MAX)
		n = SMPP_MESSAGE_MAX - m->text_n;
	memcpy(m->text + m->text_n, p, n);
	m->text_n += n;
}

static void
put_word(struct making *m, const char *s)
{
	put(m, s, strlen(s));
}

/* An id in one of the forms that networks give it. */
static void
put_id(struct making *m, char *to, size_t size)
{
	unsigned id = below(m, 4) == 0 ? (unsigned)m->next() : 1 + below(m, 12);
	size_t len = 0;

	to[0] = '\0';
	switch (below(m, 6)) {
	case 0:
	case 1:
		(void)!str_add(to, size, &len, "%u", id);
		break;
	case 2:
		(void)!str_add(to, size, &len, "%x", id);
		break;
	case 3:
		(void)!str_add(to, size, &len, "000%X", id);
		break;
	case 4:
		(void)!str_add(to, size, &len, " %u-%u ", id, id);
		break;
	default:
		break;
	}
}

static void
put_receipt(struct making *m)
{
	static const char *const keys[] = { "id:", "ID: ", " sub:001", " dlvrd:001",
		" submit date:2611220811", " done_date:2611220812",
		" Done Date:", " stat:DELIVRD", " stat:UNDELIV", " Stat:ACCEPTD",
		" stat:EXPIRED", " stat:", " err:000", " err:", " text:Salom",
		" Text:", ",", ";" };
	char id[40] = "";

	put_word(m, keys[below(m, 2)]);
	put_id(m, id, sizeof(id));
	put_word(m, id);
	for (unsigned i = below(m, 8); i > 0; i--)
		put_word(m, keys[2 + below(m, ARRAY_LEN(keys) - 2)]);
	if (below(m, 2) == 0)
		put_word(m, " stat:DELIVRD");
}

static void
put_header(struct making *m)
{
	static const uint8_t headers[][8] = { { 5, 0, 3, 7, 2, 1 }, { 5, 0, 3, 7, 2, 2 },
		{ 6, 8, 4, 1, 7, 3, 2 }, { 5, 0, 3, 7, 0, 0 }, { 5, 0, 3, 1, 2, 9 },
		{ 6, 5, 4, 0, 80, 0, 80 }, { 255, 0, 3, 1 }, { 0 } };
	unsigned i = below(m, ARRAY_LEN(headers));

	m->pdu.esm_class |= SMPP_ESM_UDHI;
	put(m, headers[i], headers[i][0] < 7 ? headers[i][0] + 1u : 4);
}

static void
make_text(struct making *m)
{
	static const char *const words[] = { "1", "*8500#", "yordam", "2", "STOP", "0",
		"*8500*1#", "Salom 1\nIkki", "99", "", "a@{}[]~\\^|" };
	static const uint8_t wide[] = { 4, 26, 4, 48, 4, 155, 0, 49, 216, 61, 222, 0, 0,
		10 };
	uint8_t octets[160];
	unsigned kind = below(m, 16);

	if (below(m, 6) == 0)
		put_header(m);
	if (kind < 6) {
		put_word(m, words[below(m, ARRAY_LEN(words))]);
	} else if (kind < 9) {
		put_receipt(m);
	} else if (kind < 13) {
		for (unsigned n = below(m, kind == 12 ? 90 : 8); n > 0; n--)
			put(m, wide + 2 * below(m, sizeof(wide) / 2), 2);
	} else {
		size_t n = below(m, kind == 15 ? sizeof(octets) : 12);

		fill(m, octets, n);
		put(m, octets, n);
	}
}

static void
add(struct making *m, uint16_t tag, const void *value, size_t n)
{
	uint8_t head[4] = { (uint8_t)(tag >> 8), (uint8_t)tag, (uint8_t)(n >> 8),
		(uint8_t)n };

	if (m->tlvs_n + n + sizeof(head) > sizeof(m->tlvs))
		return;
	memcpy(m->tlvs + m->tlvs_n, head, sizeof(head));
	if (n > 0)
		memcpy(m->tlvs + m->tlvs_n + sizeof(head), value, n);
	m->tlvs_n += sizeof(head) + n;
}

static void
make_tlv(struct making *m)
{
	static const uint16_t tags[] = { SMPP_TAG_SAR_REF, SMPP_TAG_SAR_TOTAL,
		SMPP_TAG_SAR_PART, SMPP_TAG_STATE, SMPP_TAG_USSD_OP, SMPP_TAG_SESSION,
		SMPP_TAG_USER_REFERENCE, SMPP_TAG_NETWORK_ERROR, SMPP_TAG_STATUS_TEXT,
		SMPP_TAG_VERSION };
	static const uint8_t sizes[] = { 1, 2, 1, 1, 1, 2, 2, 3, 4, 1 };
	uint8_t value[8];
	char id[40] = "";
	unsigned i = below(m, ARRAY_LEN(tags) + 3);

	fill(m, value, sizeof(value));
	if (i < ARRAY_LEN(tags)) {
		if (below(m, 2) == 0) /* a small number stands last */
			memset(value, 0, sizeof(value));
		value[sizes[i] - 1] = (uint8_t)(value[sizes[i] - 1] & 7);
		add(m, tags[i], value,
		    below(m, 8) == 0 ? below(m, sizeof(value)) : sizes[i]);
	} else if (i == ARRAY_LEN(tags)) {
		put_id(m, id, sizeof(id));
		add(m, SMPP_TAG_RECEIPTED_ID, id, strlen(id) + below(m, 2));
	} else if (i == ARRAY_LEN(tags) + 1) {
		add(m, SMPP_TAG_PAYLOAD, m->text, m->text_n);
	} else {
		add(m, (uint16_t)m->next(), value, below(m, sizeof(value)));
	}
}

static void
make_dialogue(struct making *m)
{
	static const uint8_t ops[] = { 1, 1, 18, 18, 18, 2, 17, 0x81, 0, 19 };
	uint8_t op = pick(m, ops, ARRAY_LEN(ops));
	uint8_t its[2] = { (uint8_t)below(m, 4), (uint8_t)below(m, 6) };

	if (below(m, 8) != 0)
		add(m, SMPP_TAG_USSD_OP, &op, 1);
	if (below(m, 3) != 0)
		add(m, SMPP_TAG_SESSION, its, sizeof(its));
	else
		add(m, SMPP_TAG_USER_REFERENCE, its, sizeof(its));
	(void)!str_copy(m->pdu.service_type, sizeof(m->pdu.service_type), "USSD");
}

static void
make_message(struct making *m, bool ussd)
{
	static const uint8_t codings[] = { 0, 0, 8, 8, 15, 1, 3, 4, 6, 0x11, 0x48, 0xf6 };
	static const uint8_t classes[] = { 0, 0, 0, 4, 4, 0x20, 0x40 };
	static const char *const services[] = { "", "", "CMT", "USSD", "WAP" };
	static const char *const times[] = { "", "", "000000000500000R",
		"261122081100032+", "1" };

	make_address(m, &m->pdu.source);
	make_address(m, &m->pdu.dest);
	m->pdu.esm_class = pick(m, classes, ARRAY_LEN(classes));
	m->pdu.data_coding = pick(m, codings, ARRAY_LEN(codings));
	m->pdu.protocol_id = (uint8_t)below(m, 4);
	m->pdu.registered = (uint8_t)below(m, 2);
	(void)!str_copy(m->pdu.service_type, sizeof(m->pdu.service_type),
	    services[below(m, ARRAY_LEN(services))]);
	(void)!str_copy(
	    m->pdu.validity, sizeof(m->pdu.validity), times[below(m, ARRAY_LEN(times))]);
	make_text(m);
	if (ussd)
		make_dialogue(m);
	if (m->pdu.command == SMPP_DATA_SM)
		add(m, SMPP_TAG_PAYLOAD, m->text, m->text_n);
	else
		m->pdu.message = (struct smpp_octets){ m->text, m->text_n };
}

static void
make_fields(struct making *m, bool ussd)
{
	static const uint8_t statuses[] = { 0, 0, 0, 0, 8, 0x14, 0x58, 0x0b, 0x45, 4 };

	m->pdu.sequence = below(m, 40) == 0 ? (uint32_t)m->next() : 1 + below(m, 20);
	(void)!str_copy(m->pdu.system_id, sizeof(m->pdu.system_id), "smsc");
	(void)!str_copy(m->pdu.password, sizeof(m->pdu.password), "secret");
	m->pdu.interface_version = SMPP_VERSION;
	if (smpp_is_answer(m->pdu.command)) {
		m->pdu.status = pick(m, statuses, ARRAY_LEN(statuses));
		put_id(m, m->pdu.message_id, 40);
	} else {
		make_message(m, ussd);
	}
	for (unsigned i = below(m, 4) == 0 ? 1 + below(m, 4) : 0; i > 0; i--)
		make_tlv(m);
	m->pdu.tlvs = (struct smpp_octets){ m->tlvs, m->tlvs_n };
}

static void
write_length(uint8_t *p, size_t n)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(n >> (24 - 8 * i));
}

size_t
smpp_make_pdu(uint8_t *to, enum smpp_command command, bool ussd, fuzz_next *next)
{
	static struct making m; /* large; one thread */
	struct smpp_fault fault;
	size_t n = SMPP_HEADER;

	m.next = next;
	m.text_n = m.tlvs_n = 0;
	memset(&m.pdu, 0, sizeof(m.pdu));
	m.pdu.command = command;
	make_fields(&m, ussd);
	if (smpp_encode(&m.pdu, to, SMPP_MAKE_MAX, &n, &fault) != RC_OK) {
		/* what may not be said is said all the same, without TLVs, or as noise */
		m.pdu.tlvs.n = 0;
		m.pdu.sequence = 1;
		m.pdu.source.ton = m.pdu.dest.ton = 1;
		m.pdu.source.npi = m.pdu.dest.npi = 1;
		if (smpp_encode(&m.pdu, to, SMPP_MAKE_MAX, &n, &fault) != RC_OK) {
			n = SMPP_HEADER + below(&m, 40);
			fill(&m, to, n);
		} else if (n + m.tlvs_n <= SMPP_MAKE_MAX) {
			memcpy(to + n, m.tlvs, m.tlvs_n);
			n += m.tlvs_n;
		}
	}
	if (below(&m, 4) == 0)
		n = smpp_make_damage(to + SMPP_HEADER, n - SMPP_HEADER,
			SMPP_MAKE_MAX - SMPP_HEADER, next) +
		    SMPP_HEADER;
	if (below(&m, 64) != 0)
		write_length(to, n);
	return n;
}

size_t
smpp_make_damage(uint8_t *p, size_t n, size_t size, fuzz_next *next)
{
	for (unsigned i = 1 + smpp_make_below(next, 3); i > 0 && n > 1; i--) {
		size_t at = smpp_make_below(next, (unsigned)n);
		size_t k = 1 + smpp_make_below(next, 8);

		k = k < n - at ? k : n - at;
		switch (smpp_make_below(next, 6)) {
		case 0:
			p[at] ^= (uint8_t)(1u << smpp_make_below(next, 8));
			break;
		case 1:
			p[at] = (uint8_t)next();
			break;
		case 2: /* cut */
			n = at;
			break;
		case 3: /* without a piece */
			memmove(p + at, p + at + k, n - at - k);
			n -= k;
			break;
		case 4: /* a piece twice */
			if (n + k > size)
				break;
			memmove(p + at + k, p + at, n - at);
			n += k;
			break;
		default:
			p[at] = smpp_make_below(next, 2) == 0 ? 0 : 0xff;
			break;
		}
	}
	return n;
}

/* Steps of a life that is likely ------------------------------------------------------------------ */

/* A PDU of the SMSC as give_pdu() has it: which, status, sequence, and the body behind its length. */
static size_t
make_pdu(uint8_t *to, uint8_t wire, fuzz_next *next)
{
	static const struct {
		uint8_t which;
		enum smpp_command command;
	} rows[] = { { 3, SMPP_DELIVER_SM }, { 3, SMPP_DELIVER_SM },
		{ 3, SMPP_DELIVER_SM }, { 4, SMPP_DATA_SM }, { 7, SMPP_SUBMIT_SM_RESP },
		{ 7, SMPP_SUBMIT_SM_RESP }, { 7, SMPP_SUBMIT_SM_RESP },
		{ 8, SMPP_ENQUIRE_LINK_RESP }, { 14, SMPP_DATA_SM_RESP },
		{ 6, SMPP_ENQUIRE_LINK }, { 5, SMPP_UNBIND }, { 9, SMPP_UNBIND_RESP },
		{ 10, SMPP_GENERIC_NACK }, { 13, SMPP_ALERT_NOTIFICATION } };
	static const uint8_t statuses[] = { 0, 0, 0, 0, 0, 0, 0x58, 0x14, 0x0b, 8, 4 };
	uint8_t pdu[SMPP_MAKE_MAX];
	unsigned r = smpp_make_below(next, ARRAY_LEN(rows) + 4);
	bool answer;
	size_t n;

	r = r < ARRAY_LEN(rows) ? r : r % 8;
	answer = smpp_is_answer(rows[r].command);
	n = smpp_make_pdu(pdu, rows[r].command, smpp_make_below(next, 4) == 0, next);
	n = n - SMPP_HEADER < 255 ? n - SMPP_HEADER : 255;
	to[0] = wire;
	to[1] = rows[r].which;
	to[2] = answer ? statuses[smpp_make_below(next, ARRAY_LEN(statuses))] : 0;
	to[3] = (uint8_t)(answer ? smpp_make_below(next, 6)
				 : 0xf0 + smpp_make_below(next, 6));
	to[4] = (uint8_t)n;
	memcpy(to + 5, pdu + SMPP_HEADER, n);
	return 5 + n;
}

static size_t
make_step(uint8_t *to, fuzz_next *next)
{
	static const uint8_t whats[] = { 5, 5, 5, 6, 6, 7, 8, 8, 9, 9, 10, 11, 12, 13, 14,
		15, 4, 5 };
	uint8_t wire = smpp_make_below(next, 4) == 0 ? 0x10 : 0;
	unsigned k = smpp_make_below(next, 2 * ARRAY_LEN(whats));

	if (k >= ARRAY_LEN(whats))
		return make_pdu(to, wire, next);
	to[0] = wire | whats[k];
	if (whats[k] == 10 || whats[k] == 11 || whats[k] == 13)
		return 1;
	to[1] = (uint8_t)next();
	if (whats[k] != 4)
		return 2;
	to[1] &= 31;
	for (unsigned i = 0; i < to[1]; i++)
		to[2 + i] = smpp_make_below(next, 2) == 0 ? 0 : (uint8_t)next();
	return 2u + to[1];
}

size_t
smpp_make_life(uint8_t *to, size_t size, fuzz_next *next)
{
	static const uint8_t one[] = { 13, 0, 0, 0, 2, 's', 0 };
	static const uint8_t both[] = { 13, 29, 0, 2, 0, 0, 2, 's', 0, 16, 1, 0, 1, 2,
		's', 0 };
	size_t n = 1;

	to[0] = (uint8_t)next();
	if (smpp_make_below(next, 8) != 0) {
		bool two = (to[0] & 1u) != 0;

		n += two ? sizeof(both) : sizeof(one);
		memcpy(to + 1, two ? both : one, n - 1);
	}
	for (unsigned i = 1 + smpp_make_below(next, 14); i > 0; i--) {
		insist(size - n > 300);
		n += make_step(to + n, next);
	}
	return n;
}
