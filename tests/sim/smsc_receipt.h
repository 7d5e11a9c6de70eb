/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Delivery receipts as networks write them, in every way that they differ, and the ids they name.
 * It matches nothing. Called by smsc_submit.c and smsc_ctl.c.
 */
#ifndef SHYRAQ_SMSC_RECEIPT_H
#define SHYRAQ_SMSC_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

#define RECEIPT_ID_SIZE 32

struct smsc;
struct sent;

enum receipt_mode {
	RECEIPT_AUTO,
	RECEIPT_MANUAL,
	RECEIPT_OFF,
};

enum receipt_number {
	RECEIPT_HEX,
	RECEIPT_HEX_LARGE,
	RECEIPT_DECIMAL,
	RECEIPT_SAME, /* in receipts: as it was answered */
};

enum receipt_where {
	RECEIPT_BOTH,
	RECEIPT_TEXT,
	RECEIPT_TLV,
};

enum receipt_case {
	RECEIPT_NORMAL,
	RECEIPT_UPPER,
	RECEIPT_LOWER,
};

struct receipts {
	enum receipt_mode mode;
	enum receipt_number answered, receipted;
	enum receipt_where where;
	enum receipt_case letters;
	bool strip; /* leading zeros are left out of receipts */
	bool few;   /* only id and state */
	bool early; /* goes before the response */
	int64_t delay_ms;
	char state[16];
};

void receipt_init(struct receipts *r);
/* The id of the nth submit as it is answered, and as its receipt names it. */
void receipt_answer_id(const struct receipts *r, uint64_t seq, char out[RECEIPT_ID_SIZE]);
void receipt_id(const struct receipts *r, uint64_t seq, char out[RECEIPT_ID_SIZE]);
/* Queues the receipt of that submit. RC_REFUSED: no such state. */
MUST_CHECK enum rc receipt_send(struct smsc *s, const struct sent *of, const char *state);
/* The same in so many ms. */
void receipt_later(struct smsc *s, const struct sent *of, const char *state, int64_t ms);
bool receipt_is_state(const char *state);

#endif
