/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receipts: text after SMPP 3.4, appendix B, or what networks make of it, and TLVs.
 * It never says what no submit asked for. Called by smsc_submit.c and smsc_ctl.c.
 */
#include "smsc_receipt.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "smpp_receipt.h"
#include "smsc.h"
#include "str.h"

#define FIRST_ID UINT64_C(0x0a1b200000) /* zeros before it, letters in it */

static const struct {
	const char *word;
	enum smpp_state state;
	const char *delivered, *error;
} states[] = {
	{ "DELIVRD", SMPP_STATE_DELIVERED, "001", "000" },
	{ "UNDELIV", SMPP_STATE_UNDELIVERABLE, "000", "069" },
	{ "EXPIRED", SMPP_STATE_EXPIRED, "000", "005" },
	{ "REJECTD", SMPP_STATE_REJECTED, "000", "0C1" },
	{ "DELETED", SMPP_STATE_DELETED, "000", "003" },
	{ "ACCEPTD", SMPP_STATE_ACCEPTED, "000", "000" },
	{ "ENROUTE", SMPP_STATE_ENROUTE, "000", "000" },
	{ "UNKNOWN", SMPP_STATE_UNKNOWN, "000", "255" },
};

struct late {
	uint64_t seq;
	char state[16];
};

void
receipt_init(struct receipts *r)
{
	*r = (struct receipts){ .receipted = RECEIPT_SAME, .state = "DELIVRD" };
}

static void
print_id(enum receipt_number how, uint64_t seq, char out[RECEIPT_ID_SIZE])
{
	uint64_t id = FIRST_ID + seq;

	if (how == RECEIPT_DECIMAL)
		snprintf(out, RECEIPT_ID_SIZE, "%013" PRIu64, id);
	else if (how == RECEIPT_HEX_LARGE)
		snprintf(out, RECEIPT_ID_SIZE, "%010" PRIX64, id);
	else
		snprintf(out, RECEIPT_ID_SIZE, "%010" PRIx64, id);
}

void
receipt_answer_id(const struct receipts *r, uint64_t seq, char out[RECEIPT_ID_SIZE])
{
	print_id(r->answered, seq, out);
}

void
receipt_id(const struct receipts *r, uint64_t seq, char out[RECEIPT_ID_SIZE])
{
	size_t zeros = 0;

	print_id(r->receipted == RECEIPT_SAME ? r->answered : r->receipted, seq, out);
	if (r->strip)
		zeros = strspn(out, "0");
	memmove(out, out + zeros, strlen(out + zeros) + 1);
}

bool
receipt_is_state(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		if (strcmp(state, states[i].word) == 0)
			return true;
	}
	return false;
}

/* YYMMDDhhmm, UTC */
static void
print_date(char out[16], int64_t at_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm tm;

	gmtime_r(&at, &tm);
	snprintf(out, 16, "%02u%02u%02u%02u%02u", (unsigned)tm.tm_year % 100,
	    (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100,
	    (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100);
}

/* The id stays as it is: its letters are not the text's. */
static size_t
print_text(const struct receipts *r, const struct sent *of, size_t state, const char *id,
    char out[SMPP_MESSAGE_MAX])
{
	char from[16], to[16], rest[200];
	size_t n = 0;
	bool fine;

	print_date(from, of->at_ms);
	print_date(to, clock_wall_ms());
	if (r->few)
		snprintf(rest, sizeof(rest), " stat:%s", states[state].word);
	else
		snprintf(rest, sizeof(rest),
		    " sub:001 dlvrd:%s submit date:%s done date:%s stat:%s err:%s Text:%s",
		    states[state].delivered, from, to, states[state].word,
		    states[state].error, of->begins);
	for (char *p = rest; *p != '\0' && r->letters != RECEIPT_NORMAL; p++)
		*p = (char)(r->letters == RECEIPT_UPPER ? toupper((unsigned char)*p)
							: tolower((unsigned char)*p));
	fine = r->where == RECEIPT_TLV
	    ? str_add(out, SMPP_MESSAGE_MAX, &n, "%s", rest + 1)
	    : str_add(out, SMPP_MESSAGE_MAX, &n, "%s:%s%s",
		  r->letters == RECEIPT_UPPER ? "ID" : "id", id, rest);
	return fine ? n : 0;
}

static enum rc
add_tlvs(const struct receipts *r, const char *id, size_t state, uint8_t *tlvs, size_t *n)
{
	enum rc rc;

	if (r->where == RECEIPT_TEXT)
		return RC_OK;
	rc = smpp_tlv_add(tlvs, 64, n, SMPP_TAG_RECEIPTED_ID, id, strlen(id) + 1);
	return rc != RC_OK ? rc
			   : smpp_tlv_add_number(tlvs, 64, n, SMPP_TAG_STATE,
				 (uint32_t)states[state].state);
}

enum rc
receipt_send(struct smsc *s, const struct sent *of, const char *state)
{
	const struct receipts *r = &s->receipts;
	char id[RECEIPT_ID_SIZE], text[SMPP_MESSAGE_MAX];
	struct smpp_pdu pdu = {
		.command = SMPP_DELIVER_SM, .sequence = 1, .esm_class = SMPP_ESM_RECEIPT
	};
	uint8_t tlvs[64];
	uint64_t number;
	size_t n = 0, i = 0;

	while (i < ARRAY_LEN(states) && strcmp(state, states[i].word) != 0)
		i++;
	if (i == ARRAY_LEN(states))
		return RC_REFUSED;
	receipt_id(r, of->seq, id);
	pdu.source = of->to;
	pdu.dest = of->from;
	pdu.message = (struct smpp_octets){ .p = (const uint8_t *)text,
		.n = print_text(r, of, i, id, text) };
	if (add_tlvs(r, id, i, tlvs, &n) != RC_OK)
		return RC_REFUSED;
	pdu.tlvs = (struct smpp_octets){ tlvs, n };
	s->count[COUNT_RECEIPTS]++;
	return deliver_add(s, of->account, DELIVERY_RECEIPT, &pdu, 0, &number);
}

static void
send_late(struct smsc *s, void *arg)
{
	const struct late *late = arg;
	const struct sent *of = submit_by_seq(s, late->seq);

	if (of == NULL || receipt_send(s, of, late->state) != RC_OK)
		log_warn("smscsim.receipt", "seq=%" PRIu64, late->seq);
}

void
receipt_later(struct smsc *s, const struct sent *of, const char *state, int64_t ms)
{
	struct late *late = xcalloc(1, sizeof(*late));

	late->seq = of->seq;
	snprintf(late->state, sizeof(late->state), "%s", state);
	later_add(&s->later, smsc_now_ms() + ms, send_late, late);
}
