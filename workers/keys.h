/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subkeys of worker and dispatch, read from keys_dir at birth, and what they are used for.
 * It never holds the master key. Called by the mains; read by the turn.
 */
#ifndef SHYRAQ_KEYS_H
#define SHYRAQ_KEYS_H

#include "phone.h"
#include "seal.h"

struct keys {
	struct seal_key sub[SEAL_SUBKEYS]; /* by enum seal_subkey */
	struct seal_key intake_pub, intake_sec;
};

/* Fatal, with the file's name, when one is missing or open to others. `intake`: dispatch only. */
void keys_read(struct keys *k, const char *dir, bool intake);
void keys_wipe(struct keys *k);

struct seal_hash keys_hash_number(
    const struct keys *k, enum seal_subkey lookup, const struct phone *p);

/* A number sealed into 'out' (SEALED_NUMBER bytes); and back. */
#define SEALED_NUMBER (PHONE_MAX + SEAL_OVERHEAD)
void keys_seal_number(const struct keys *k, enum seal_subkey key, const struct phone *p,
    uint8_t out[SEALED_NUMBER]);
MUST_CHECK enum rc keys_open_number(const struct keys *k, enum seal_subkey key,
    const uint8_t *sealed, size_t n, struct phone *p);

/*
 * A text sealed under `key`, bound to a row id. The result is malloc'd, *out_n bytes: the caller's.
 * Opening: malloc'd, NUL-terminated; RC_REFUSED when it is not what was sealed there.
 */
uint8_t *keys_seal_text(const struct keys *k, enum seal_subkey key, int64_t id,
    const void *p, size_t n, size_t *out_n);
MUST_CHECK enum rc keys_open_text(const struct keys *k, enum seal_subkey key, int64_t id,
    const uint8_t *sealed, size_t n, char **out, size_t *out_n);

#endif
