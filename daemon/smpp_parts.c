/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts of a text for submit_sm, and validity_period. It splits where lib/gsm.c says, nowhere else.
 * It never shortens a text. Called by smpp*.c and shyraq-smscsim.
 */
#include "smpp_parts.h"

#include <stdio.h>
#include <string.h>

#define UDH_SIZE 6
#define MOST_S (30u * 86400u)

enum rc
smpp_long_parse(const char *name, enum smpp_long *how)
{
	static const char *const names[] = {
		[SMPP_LONG_UDH] = "udh",
		[SMPP_LONG_SAR] = "sar",
		[SMPP_LONG_PAYLOAD] = "payload",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*how = (enum smpp_long)i;
			return RC_OK;
		}
	}
	return RC_REFUSED;
}

unsigned
smpp_parts(const char *utf8, const struct smpp_writing *w)
{
	size_t at[GSM_PARTS_MAX];
	unsigned parts = gsm_split(utf8, at);

	return parts > 1 && w->how == SMPP_LONG_PAYLOAD ? 1 : parts;
}

static enum rc
put_sar(struct smpp_part_room *room, uint16_t ref, unsigned total, unsigned part)
{
	const struct {
		uint16_t tag;
		uint32_t value;
	} rows[] = {
		{ SMPP_TAG_SAR_REF, ref },
		{ SMPP_TAG_SAR_TOTAL, total },
		{ SMPP_TAG_SAR_PART, part },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum rc rc = smpp_tlv_add_number(room->tlvs, sizeof(room->tlvs),
		    &room->tlvs_n, rows[i].tag, rows[i].value);

		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* The octets are there: where they go. A data_sm has no short_message. */
static enum rc
place(struct smpp_part_room *room, size_t octets, bool payload, struct smpp_pdu *pdu)
{
	enum rc rc = RC_OK;

	pdu->message = (struct smpp_octets){ 0 };
	if (payload || pdu->command == SMPP_DATA_SM)
		rc = smpp_tlv_add(room->tlvs, sizeof(room->tlvs), &room->tlvs_n,
		    SMPP_TAG_PAYLOAD, room->text, octets);
	else
		pdu->message = (struct smpp_octets){ .p = room->text, .n = octets };
	pdu->tlvs = (struct smpp_octets){ .p = room->tlvs, .n = room->tlvs_n };
	return rc;
}

enum rc
smpp_part(const char *utf8, const struct smpp_writing *w, unsigned i, uint16_t ref,
    struct smpp_part_room *room, struct smpp_pdu *pdu)
{
	bool ucs2 = gsm_size_of(utf8).alphabet == GSM_UCS2;
	bool payload = false;
	size_t at[GSM_PARTS_MAX], from, to, n, header = 0;
	unsigned parts = gsm_split(utf8, at);
	enum rc rc = RC_OK;

	payload = parts > 1 && w->how == SMPP_LONG_PAYLOAD;
	if (i >= (payload ? 1 : parts))
		return RC_REFUSED;
	room->tlvs_n = 0;
	from = at[i];
	to = payload || i + 1 == parts ? strlen(utf8) : at[i + 1];
	pdu->data_coding = ucs2 ? w->ucs2_coding : w->gsm_coding;
	pdu->esm_class = (uint8_t)(pdu->esm_class & ~SMPP_ESM_UDHI);
	if (parts > 1 && w->how == SMPP_LONG_UDH) {
		const uint8_t udh[UDH_SIZE] = { UDH_SIZE - 1, 0, 3, (uint8_t)ref,
			(uint8_t)parts, (uint8_t)(i + 1) };

		memcpy(room->text, udh, sizeof(udh));
		header = sizeof(udh);
		pdu->esm_class |= SMPP_ESM_UDHI;
	}
	if (parts > 1 && w->how == SMPP_LONG_SAR)
		rc = put_sar(room, ref, parts, i + 1);
	if (rc == RC_OK)
		rc = smpp_text_octets(room->text + header, sizeof(room->text) - header,
		    &n, utf8 + from, to - from, ucs2 ? SMPP_UCS2 : w->gsm,
		    smpp_fill_bits(header));
	return rc == RC_OK ? place(room, header + n, payload, pdu) : rc;
}

enum rc
smpp_validity(char out[SMPP_TIME_SIZE], uint32_t *seconds, int64_t left_ms,
    const struct smpp_validity *v)
{
	uint32_t most = v->most_s == 0 || v->most_s > MOST_S ? MOST_S : v->most_s;
	int64_t left = left_ms / 1000;
	uint32_t s;

	out[0] = '\0';
	*seconds = 0;
	if (left < 1 || left < v->least_s)
		return RC_REFUSED;
	s = left > most ? most : (uint32_t)left;
	if (v->step_s > 1)
		s -= s % v->step_s;
	if (s == 0 || s < v->least_s)
		return RC_REFUSED;
	*seconds = s;
	snprintf(out, SMPP_TIME_SIZE, "0000%02u%02u%02u%02u000R", s / 86400 % 100,
	    s / 3600 % 24, s / 60 % 60, s % 60);
	return RC_OK;
}

enum rc
smpp_validity_read(const char *period, uint32_t *seconds)
{
	/* YY MM DD hh mm ss, then tenths and a zone that mean nothing here, then R */
	static const uint32_t of[] = { 365 * 86400, 30 * 86400, 86400, 3600, 60, 1 };

	*seconds = 0;
	if (strlen(period) != SMPP_TIME_SIZE - 1 || period[SMPP_TIME_SIZE - 2] != 'R' ||
	    strspn(period, "0123456789") != SMPP_TIME_SIZE - 2)
		return RC_REFUSED;
	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		*seconds += of[i] *
		    (uint32_t)((period[2 * i] - '0') * 10 + period[2 * i + 1] - '0');
	return RC_OK;
}
