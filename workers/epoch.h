/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key of the moment for words of people: made here, sealed to each case worker's public key, wiped
 * after 10 minutes or 1,000 texts. No process on the server can open yesterday's words.
 * Called by the turn, inside its transaction.
 */
#ifndef SHYRAQ_EPOCH_H
#define SHYRAQ_EPOCH_H

#include "db.h"
#include "seal.h"

#define EPOCH_MS (10 * 60 * 1000)
#define EPOCH_TEXTS 1000

struct epoch {
	int64_t id; /* 0: none */
	int64_t born_ms;
	unsigned texts;
	struct seal_key key;
};

/*
 * Makes sure that there is a key; `id` is used when a new one is made. RC_OK with an id of 0: no case worker has
 * a key, and nobody could ever read the words. Else as db_run.
 */
MUST_CHECK enum rc epoch_open(struct epoch *e, struct db *db, int64_t id);
/* Malloc'd, *out_n bytes; bound to the case. */
uint8_t *epoch_seal(
    struct epoch *e, int64_t case_id, const char *text, size_t n, size_t *out_n);
/* After a rollback, or at the end: wipes the key. */
void epoch_drop(struct epoch *e);

#endif
