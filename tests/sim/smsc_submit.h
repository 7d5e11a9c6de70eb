/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the service submits: taken, refused or lost, kept for who asks, brought to a phone.
 * It sends nothing but responses; receipts are queued. Called by smsc_bind.c and smsc_ctl.c.
 */
#ifndef SHYRAQ_SMSC_SUBMIT_H
#define SHYRAQ_SMSC_SUBMIT_H

#include <jansson.h>

#include "smpp_text.h"

struct smsc;
struct smsc_account;
struct smsc_conn;

/* One PDU that was accepted. */
struct sent {
	uint64_t seq;
	int64_t at_ms;
	struct smsc_account *account;
	struct smpp_address from, to;
	char begins[24]; /* of its text, ASCII, for receipts */
	json_t *entry;   /* owned: what `sent` answers */
};

struct submits {
	struct sent *ring; /* owned; of `keep` */
	size_t keep;
	uint64_t last_seq;
};

/* A submit_sm or data_sm; as the handlers of smsc_bind.c. */
MUST_CHECK enum rc submit_take(
    struct smsc_conn *c, const struct smpp_pdu *in, struct smpp_pdu *answer);
/* NULL: never was, or is kept no longer. */
const struct sent *submit_by_seq(const struct smsc *s, uint64_t seq);
/* By the id that it was answered with. */
const struct sent *submit_by_id(const struct smsc *s, const char *id);
void submit_clear(struct smsc *s);

/* How this SMSC reads data_coding. */
struct smpp_codings submit_codings(const struct smsc *s);
/* "+" and the digits of an international number, else what stands there. */
void submit_number(const struct smpp_address *a, char out[68]);

#endif
