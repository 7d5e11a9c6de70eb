/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sealing of fields and keyed hashes of numbers, by libsodium: keyed BLAKE2b, XChaCha20-Poly1305,
 * sealed boxes. It never logs and never keeps a plain text. Called by workers, dispatch and console.
 */
#ifndef SHYRAQ_SEAL_H
#define SHYRAQ_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base.h"

#define SEAL_KEY_LEN 32
#define SEAL_HASH_LEN 16
#define SEAL_OVERHEAD 40     /* nonce 24 + tag 16: seal adds this many bytes */
#define SEAL_BOX_OVERHEAD 48 /* sealed box */

struct seal_key {
	uint8_t b[SEAL_KEY_LEN];
};
struct seal_hash {
	uint8_t b[SEAL_HASH_LEN];
};
#define SEAL_DIGEST_LEN 32
struct seal_digest {
	uint8_t b[SEAL_DIGEST_LEN];
};

/* Once, before anything else; fatal when libsodium cannot start. */
void seal_init(void);

/*
 * A key file holds 64 hex digits and a line end; a regular file, no symbolic link.
 * RC_REFUSED: something else is in it, or others than the owner may read it. RC_BROKEN: it cannot be
 * opened (errno). Keys that are read or made here are locked into memory where the limits allow.
 */
MUST_CHECK enum rc seal_key_read(const char *path, struct seal_key *key);
/* Writes a new file, 0600, never over one that exists (RC_REFUSED). RC_BROKEN: cannot be written. */
MUST_CHECK enum rc seal_key_write(const char *path, const struct seal_key *key);
void seal_key_random(struct seal_key *key);
/* crypto_kdf: subkey number `id` of the master; the numbers stand in seal.c and are never reused. */
enum seal_subkey {
	SEAL_PERSON_LOOKUP = 1,
	SEAL_PERSON_SEAL,
	SEAL_RECEIVER_LOOKUP,
	SEAL_RECEIVER_SEAL,
	SEAL_PLACE,
	SEAL_OUTBOX,
	SEAL_CODE,
	SEAL_INBOX,
	SEAL_SUBKEYS,
};
void seal_subkey(
    const struct seal_key *master, enum seal_subkey id, struct seal_key *out);
const char *seal_subkey_name(
    enum seal_subkey id); /* "person-lookup" ...: the file is NAME.key */
void seal_wipe(void *p, size_t n);

/* BLAKE2b-256 without a key: a print of what is no secret. */
#define SEAL_DIGEST_LEN 32
void seal_digest(uint8_t out[SEAL_DIGEST_LEN], const void *p, size_t n);

struct seal_hash seal_hash(const struct seal_key *key, const void *data, size_t n);
/* A hash over several pieces, each preceded by its length, so that no two lists collide. */
struct seal_piece {
	const void *p;
	size_t n;
};
struct seal_hash seal_hash_pieces(
    const struct seal_key *key, const struct seal_piece *v, size_t n);
/* Without a key, so that anybody can check it: a link of a chain. A piece whose p is NULL is nothing. */
struct seal_digest seal_digest_pieces(const struct seal_piece *v, size_t n);

/* out has n + SEAL_OVERHEAD bytes: nonce, then cipher text. `ad` (may be NULL) is bound, not kept. */
void seal(const struct seal_key *key, const void *ad, size_t ad_n, const void *in,
    size_t n, uint8_t *out);
/* out has n - SEAL_OVERHEAD bytes. RC_REFUSED: too short, wrong key, wrong ad, or altered. */
MUST_CHECK enum rc seal_open(const struct seal_key *key, const void *ad, size_t ad_n,
    const uint8_t *in, size_t n, void *out);

/* Sealed boxes (intake.pub, case workers' keys). out has n + SEAL_BOX_OVERHEAD bytes. */
void seal_box_pair(struct seal_key *pub, struct seal_key *sec);
/* RC_REFUSED: not a usable public key (it may come from a database row); out is all zero then. */
MUST_CHECK enum rc seal_box(
    const struct seal_key *pub, const void *in, size_t n, uint8_t *out);
MUST_CHECK enum rc seal_box_open(const struct seal_key *pub, const struct seal_key *sec,
    const uint8_t *in, size_t n, void *out);
/* The public key that belongs to a secret one. */
void seal_box_public(const struct seal_key *sec, struct seal_key *pub);

/* Uniform in [0, bound): answer codes. */
uint32_t seal_random(uint32_t bound);
void seal_random_bytes(void *out, size_t n);

#endif
