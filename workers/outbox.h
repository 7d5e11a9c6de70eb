/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What became of texts: results and receipts settle rows; what is due is claimed; leases are asked after.
 * outbox_next_try, the back-off, is pure. Called by turn.c and dispatch.c.
 */
#ifndef SHYRAQ_OUTBOX_H
#define SHYRAQ_OUTBOX_H

#include "turn.h"

struct outbox_row {
	bool person;
	unsigned failures;  /* certain ones so far */
	unsigned uncertain; /* uncertain ones so far */
	int64_t submit_by;  /* 0: none */
};
struct outbox_next {
	const char
	    *state;     /* "sent", "due", "refused", "failed", "uncertain", "expired" */
	int64_t due_ms; /* for "due" */
	unsigned failures, uncertain;
};

#define OUTBOX_TRIES 8
#define OUTBOX_BACKOFF_MS 5000
#define OUTBOX_BACKOFF_MAX_MS (15 * 60000)

/*
 * S2: an uncertain send to a person goes again at most once and only before submit_by; to a receiver it
 * goes again, OUTBOX_TRIES times. Back-off 5 s doubling, at most 15 min. Pure.
 */
struct outbox_next outbox_next_try(
    const struct outbox_row *row, enum bus_state result, int64_t now_ms);

/* Inside the turn's transaction. */
MUST_CHECK enum rc outbox_results(struct turn *t, struct turn_in *const *v, size_t n);
MUST_CHECK enum rc outbox_receipts(struct turn *t, struct turn_in *const *v, size_t n);

/* Claims up to `room` due rows for this daemon and start of it; commits, then t->sends holds them. */
MUST_CHECK enum rc outbox_claim(
    struct turn *t, const char *daemon, uint64_t instance, unsigned room);
/* Lets die what its time has run out for. */
MUST_CHECK enum rc outbox_expire(struct turn *t);
/* Tasks about what died in the last hour, whoever noticed; reads all of it. */
MUST_CHECK enum rc outbox_died(struct turn *t);

/* Claims whose lease ended. */
struct outbox_lease {
	int64_t row;
	uint32_t attempt;
	uint64_t instance;
	char daemon[BUS_NAME_MAX];
	int64_t asked_ms; /* 0: not asked yet */
};
#define OUTBOX_LEASES_MAX 256
MUST_CHECK enum rc outbox_leases_ended(
    struct turn *t, struct outbox_lease v[OUTBOX_LEASES_MAX], size_t *n);
MUST_CHECK enum rc outbox_lease_asked(
    struct turn *t, const struct outbox_lease *v, size_t n);
MUST_CHECK enum rc outbox_lease_renew(struct turn *t, int64_t row, uint32_t attempt);

#endif
