/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SIM's slots and the list of what the host submitted.
 * Never looks into a PDU; the caller tells what it is.
 * Called by sim_net.c, sim_at_sms.c, sim_ctl_ops.c and sim_state.c.
 */
#ifndef SHYRAQ_SIM_STORE_H
#define SHYRAQ_SIM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "sim_pdu.h"

enum {
	SLOTS_MAX = 255,
	SLOT_HEX_MAX = 1024, /* a raw PDU may be longer than any real one */
	SENT_MAX = 10000,    /* when full the older half is forgotten */
};

struct slot {
	bool used;
	bool unread;
	bool dummy; /* put there by the memory_full fault */
	char hex[SLOT_HEX_MAX + 1];
};

struct sent {
	uint64_t seq;
	int64_t at_ms;
	uint8_t ref;
	char hex[PDU_HEX_MAX];
	struct pdu_submit submit;
};

struct store {
	unsigned total;
	unsigned bound; /* slots in use never grow past it; total without a fault */
	struct slot slot[SLOTS_MAX + 1]; /* from 1 */
	struct sent *sent;               /* owned, oldest first */
	size_t sents;
	uint64_t last_seq;
	bool changed; /* since the state was last written */
};

void store_init(struct store *s, unsigned slots);
void store_clear(struct store *s);

unsigned store_used(const struct store *s);
/* RC_AGAIN: no room now. *index is the slot taken. */
MUST_CHECK enum rc store_put(struct store *s, const char *hex, unsigned *index);
/* NULL: out of range or empty. */
struct slot *store_slot(struct store *s, unsigned index);
/* RC_REFUSED: out of range. An empty slot is deleted as well, like on real modems. */
MUST_CHECK enum rc store_delete(struct store *s, unsigned index);
void store_fill_dummies(struct store *s);
void store_drop_dummies(struct store *s);

/* A zeroed entry with the next seq; good until the next call. */
struct sent *store_add_sent(struct store *s);
/* NULL: none. The newest wins, as references wrap. */
struct sent *store_sent_by_seq(struct store *s, uint64_t seq);
struct sent *store_sent_by_ref(struct store *s, uint8_t ref);

#endif
