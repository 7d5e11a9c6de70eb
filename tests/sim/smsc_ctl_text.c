/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order "text": alphabet, cutting into parts in each way that SMSCs have, order of arrival.
 * It shares no splitting with what it tests, and queues: smsc_deliver.c sends.
 * Called by smsc_ctl.c.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "smsc.h"
#include "smsc_ctl.h"
#include "str.h"

enum {
	PARTS_MAX = 255,
	ARRIVALS_MAX = 2 * PARTS_MAX,
	TEXT_MAX = SMPP_TEXT_SIZE,
	PART_SIZE = TEXT_MAX + 8,
};

enum way {
	WAY_UDH8,
	WAY_UDH16,
	WAY_SAR,
	WAY_PAYLOAD,
};

struct texting {
	const char *error; /* what to answer, NULL: fine */
	struct smpp_pdu pdu;
	enum way way;
	enum smpp_alphabet alphabet;
	const char *text;
	size_t text_n;
	uint16_t ref;
	unsigned parts;
	size_t start[PARTS_MAX + 1]; /* bytes of UTF-8 */
	unsigned arrivals;
	unsigned arrival[ARRIVALS_MAX]; /* part numbers, from 1 */
};

static const struct {
	const char *name;
	enum smpp_alphabet alphabet;
	int coding;         /* -1: of the settings */
	size_t whole, part; /* units of one message, and of a part of several */
} alphabets[] = {
	{ "gsm7", SMPP_GSM, -1, 160, 153 },
	{ "packed", SMPP_GSM_PACKED, -1, 160, 153 },
	{ "ucs2", SMPP_UCS2, -1, 70, 67 },
	{ "ascii", SMPP_ASCII, 1, 160, 153 },
	{ "latin1", SMPP_LATIN1, 3, 140, 134 },
	{ "cyrillic", SMPP_CYRILLIC, 6, 140, 134 },
	{ "utf8", SMPP_UTF8, 4, 140, 134 },
	{ "8bit", SMPP_BINARY, 4, 140, 134 },
};

static size_t
row_of(enum smpp_alphabet a)
{
	size_t i = 0;

	while (alphabets[i].alphabet != a)
		i++;
	return i;
}

/* What it costs in units of that alphabet. */
static size_t
units_of(uint32_t cp, size_t bytes, enum smpp_alphabet a)
{
	switch (a) {
	case SMPP_GSM:
	case SMPP_GSM_PACKED:
		return gsm_septets(cp);
	case SMPP_UCS2:
		return cp > 0xffff ? 2 : 1;
	case SMPP_UTF8:
	case SMPP_BINARY:
		return bytes;
	case SMPP_ASCII:
	case SMPP_LATIN1:
	case SMPP_CYRILLIC:
		break;
	}
	return 1;
}

static void
read_alphabet(struct texting *t, const struct smsc *s, const json_t *req)
{
	const char *name = ctl_string(req, "alphabet", "auto");
	int64_t coding = ctl_int(req, "data_coding", -1);
	bool gsm = gsm_size_of(t->text).alphabet == GSM_7BIT;
	size_t i = 0;

	if (strcmp(name, "auto") == 0)
		name = !gsm ? "ucs2" : s->set.packed ? "packed" : "gsm7";
	while (i < ARRAY_LEN(alphabets) && strcmp(name, alphabets[i].name) != 0)
		i++;
	if (i == ARRAY_LEN(alphabets) || coding > 255) {
		t->error = "alphabet: auto, gsm7, packed, ucs2, ascii, latin1, "
			   "cyrillic, utf8 or 8bit; data_coding: to 255";
		return;
	}
	t->alphabet = alphabets[i].alphabet;
	if (coding < 0)
		coding = alphabets[i].coding;
	if (coding < 0)
		coding = t->alphabet == SMPP_UCS2 ? s->set.ucs2_coding
						  : s->set.gsm_coding;
	t->pdu.data_coding = (uint8_t)coding;
}

/* A number with "+" is international; letters make it a name; else it is as it stands. */
static void
set_source(struct texting *t, const json_t *req)
{
	const char *from = ctl_string(req, "from", "");
	int64_t ton = ctl_int(req, "ton", -1), npi = ctl_int(req, "npi", -1);
	bool plus = from[0] == '+' && ton < 0;
	bool name = from[strcspn(from,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"abcdefghijklmnopqrstuvwxyz")] != '\0';

	if (strlen(from) > 20 || ton > 255 || npi > 255)
		t->error = "from: to 20 characters; ton, npi: to 255";
	if (t->error != NULL)
		return;
	snprintf(t->pdu.source.digits, sizeof(t->pdu.source.digits), "%s", from + plus);
	t->pdu.source.ton = (uint8_t)(ton >= 0 ? ton : plus ? 1 : name ? 5 : 0);
	t->pdu.source.npi = (uint8_t)(npi >= 0 ? npi : name ? 0 : 1);
}

static void
read_way(struct texting *t, const json_t *req)
{
	static const char *const ways[] = { [WAY_UDH8] = "udh8",
		[WAY_UDH16] = "udh16",
		[WAY_SAR] = "sar",
		[WAY_PAYLOAD] = "payload" };
	const char *name = ctl_string(req, "long", "udh8");

	for (t->way = 0; strcmp(name, ways[t->way]) != 0; t->way++) {
		if (t->way == WAY_PAYLOAD) {
			t->error = "long: udh8, udh16, sar or payload";
			return;
		}
	}
}

/* Where parts begin; a character is never split. */
static void
cut(struct texting *t)
{
	size_t row = row_of(t->alphabet), used = 0, all = 0, at = 0, bytes;
	/* the header of 16 bits is an octet longer */
	size_t most = alphabets[row].part - (t->way == WAY_UDH16);
	uint32_t cp;

	t->parts = 1;
	for (; at < t->text_n; at += bytes, used += units_of(cp, bytes, t->alphabet)) {
		bytes = str_next(t->text + at, t->text_n - at, &cp);
		all += units_of(cp, bytes, t->alphabet);
		if (used + units_of(cp, bytes, t->alphabet) <= most)
			continue;
		if (t->parts == PARTS_MAX) {
			t->error = "text: over 255 parts";
			return;
		}
		t->start[t->parts++] = at;
		used = 0;
	}
	if (all <= alphabets[row].whole || t->way == WAY_PAYLOAD)
		t->parts = 1;
	t->start[t->parts] = t->text_n;
}

static bool
is_dropped(const json_t *drop, unsigned part)
{
	for (size_t i = 0; i < json_array_size(drop); i++) {
		if (json_integer_value(json_array_get(drop, i)) == (json_int_t)part)
			return true;
	}
	return false;
}

static void
read_order(struct texting *t, const json_t *req)
{
	const json_t *order = json_object_get(req, "order");
	size_t n = json_is_array(order) ? json_array_size(order) : t->parts;

	for (size_t i = 0; i < n && t->error == NULL; i++) {
		json_int_t part = (json_int_t)i + 1;

		if (json_is_array(order))
			part = json_integer_value(json_array_get(order, i));
		if (part < 1 || part > (json_int_t)t->parts ||
		    t->arrivals == ARRIVALS_MAX)
			t->error = "order: part numbers from 1";
		else if (!is_dropped(json_object_get(req, "drop"), (unsigned)part))
			t->arrival[t->arrivals++] = (unsigned)part;
	}
}

static size_t
put_header(const struct texting *t, unsigned part, uint8_t *out)
{
	const uint8_t udh8[] = { 5, 0, 3, (uint8_t)t->ref, (uint8_t)t->parts,
		(uint8_t)part };
	const uint8_t udh16[] = { 6, 8, 4, (uint8_t)(t->ref >> 8), (uint8_t)t->ref,
		(uint8_t)t->parts, (uint8_t)part };

	if (t->parts == 1 || t->way == WAY_SAR || t->way == WAY_PAYLOAD)
		return 0;
	memcpy(out, t->way == WAY_UDH8 ? udh8 : udh16,
	    t->way == WAY_UDH8 ? sizeof(udh8) : sizeof(udh16));
	return t->way == WAY_UDH8 ? sizeof(udh8) : sizeof(udh16);
}

static enum rc
put_text(const struct texting *t, size_t from, size_t to, size_t header, uint8_t *out,
    size_t *n)
{
	size_t used = 0;
	enum rc rc = RC_OK;

	if (t->alphabet == SMPP_BINARY) {
		used = to - from;
		memcpy(out + header, t->text + from, used);
	} else {
		rc = smpp_text_octets(out + header, PART_SIZE - header, &used,
		    t->text + from, to - from, t->alphabet, smpp_fill_bits(header));
	}
	*n = header + used;
	return rc;
}

static enum rc
put_tlvs(const struct texting *t, unsigned part, uint8_t *tlvs, size_t *n)
{
	enum rc rc = RC_OK;

	if (t->parts == 1 || t->way != WAY_SAR)
		return RC_OK;
	rc = smpp_tlv_add_number(tlvs, PART_SIZE, n, SMPP_TAG_SAR_REF, t->ref);
	if (rc == RC_OK)
		rc = smpp_tlv_add_number(
		    tlvs, PART_SIZE, n, SMPP_TAG_SAR_TOTAL, t->parts);
	if (rc == RC_OK)
		rc = smpp_tlv_add_number(tlvs, PART_SIZE, n, SMPP_TAG_SAR_PART, part);
	return rc;
}

static enum rc
send_part(struct texting *t, struct smsc *s, struct smsc_account *a, unsigned part,
    uint64_t *id)
{
	static uint8_t octets[PART_SIZE], tlvs[PART_SIZE + 64];
	struct smpp_pdu pdu = t->pdu;
	size_t header = put_header(t, part, octets), n = 0, tlvs_n = 0;
	size_t from = part == 1 ? 0 : t->start[part - 1];
	enum rc rc = put_text(t, from, t->start[part], header, octets, &n);

	if (rc == RC_OK)
		rc = put_tlvs(t, part, tlvs, &tlvs_n);
	if (header > 0)
		pdu.esm_class |= SMPP_ESM_UDHI;
	if (t->way == WAY_PAYLOAD || pdu.command == SMPP_DATA_SM) {
		if (rc == RC_OK)
			rc = smpp_tlv_add(
			    tlvs, sizeof(tlvs), &tlvs_n, SMPP_TAG_PAYLOAD, octets, n);
	} else {
		pdu.message = (struct smpp_octets){ octets, n };
	}
	pdu.tlvs = (struct smpp_octets){ tlvs, tlvs_n };
	return rc != RC_OK ? rc : deliver_add(s, a, DELIVERY_TEXT, &pdu, 0, id);
}

static void
read_text(struct texting *t, struct smsc *s, const json_t *req)
{
	static uint16_t last_ref;
	const json_t *text = json_object_get(req, "text");
	const char *carrier = ctl_string(
	    req, "carrier", s->set.data_sm ? "data" : "deliver");

	t->pdu = (struct smpp_pdu){
		.command = strcmp(carrier, "data") == 0 ? SMPP_DATA_SM : SMPP_DELIVER_SM,
		.sequence = 1
	};
	t->text = json_string_value(text);
	if (t->text == NULL || json_string_length(text) > TEXT_MAX ||
	    strlen(t->text) != json_string_length(text)) {
		t->error = "text: missing, too long, or with a zero in it";
		return;
	}
	t->text_n = json_string_length(text);
	t->ref = (uint16_t)ctl_int(req, "ref", ++last_ref);
	set_source(t, req);
	read_way(t, req);
	if (t->error == NULL)
		read_alphabet(t, s, req);
	if (t->error == NULL)
		cut(t);
	if (t->error == NULL)
		read_order(t, req);
}

json_t *
ctl_on_text(struct smsc *s, const json_t *req)
{
	static struct texting t;
	const char *to = ctl_string(req, "to", "");
	struct smsc_account *a = smsc_account_of(s, to);
	uint64_t id = 0;

	t = (struct texting){ 0 };
	if (strlen(to) > 20)
		return ctl_error("to: to 20 characters");
	read_text(&t, s, req);
	t.pdu.dest.npi = 1;
	snprintf(t.pdu.dest.digits, sizeof(t.pdu.dest.digits), "%s",
	    *to == '\0' ? a->number : to);
	for (unsigned i = 0; i < t.arrivals && t.error == NULL; i++) {
		if (send_part(&t, s, a, t.arrival[i], &id) != RC_OK)
			t.error = "text: not in that alphabet, or too long for it";
	}
	deliver_pump(s);
	if (t.error != NULL)
		return ctl_error(t.error);
	return json_pack("{s:b, s:i, s:i, s:I, s:I}", "ok", 1, "parts", (int)t.parts,
	    "ref", (int)t.ref, "queued", (json_int_t)deliver_queued(s), "delivery",
	    (json_int_t)id);
}
