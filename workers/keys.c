/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The subkeys of worker and dispatch: numbers and texts sealed and opened in one place.
 * It never logs a number, a text or a key. Called by the turn and its helpers.
 */
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

static void
read_one(struct seal_key *key, const char *dir, const char *name)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		fatalx("keys.path", "keys_dir is too long");
	if (seal_key_read(path, key) != RC_OK)
		fatalx("keys.read",
		    "file=%s is missing, malformed, or open to others (want 0600)", path);
}

void
keys_read(struct keys *k, const char *dir, bool intake)
{
	static const enum seal_subkey mine[] = { SEAL_PERSON_LOOKUP, SEAL_PERSON_SEAL,
		SEAL_RECEIVER_LOOKUP, SEAL_RECEIVER_SEAL, SEAL_PLACE, SEAL_OUTBOX,
		SEAL_CODE, SEAL_INBOX };
	char name[64];

	memset(k, 0, sizeof(*k));
	for (size_t i = 0; i < ARRAY_LEN(mine); i++) {
		snprintf(name, sizeof(name), "%s.key", seal_subkey_name(mine[i]));
		read_one(&k->sub[mine[i]], dir, name);
	}
	if (!intake)
		return;
	read_one(&k->intake_sec, dir, "intake.key");
	seal_box_public(&k->intake_sec, &k->intake_pub);
}

void
keys_wipe(struct keys *k)
{
	seal_wipe(k, sizeof(*k));
}

struct seal_hash
keys_hash_number(const struct keys *k, enum seal_subkey lookup, const struct phone *p)
{
	return seal_hash(&k->sub[lookup], p->s, strlen(p->s));
}

/* All numbers are sealed at one length, so that the length tells nothing. */
void
keys_seal_number(const struct keys *k, enum seal_subkey key, const struct phone *p,
    uint8_t out[SEALED_NUMBER])
{
	char fixed[PHONE_MAX] = { 0 };

	memcpy(fixed, p->s, strlen(p->s));
	seal(&k->sub[key], NULL, 0, fixed, sizeof(fixed), out);
	seal_wipe(fixed, sizeof(fixed));
}

enum rc
keys_open_number(const struct keys *k, enum seal_subkey key, const uint8_t *sealed,
    size_t n, struct phone *p)
{
	if (n != SEALED_NUMBER ||
	    seal_open(&k->sub[key], NULL, 0, sealed, n, p->s) != RC_OK) {
		log_error("keys.number", "a sealed number does not open: wrong keys?");
		return RC_REFUSED;
	}
	p->s[PHONE_MAX - 1] = '\0';
	return RC_OK;
}

uint8_t *
keys_seal_text(const struct keys *k, enum seal_subkey key, int64_t id, const void *p,
    size_t n, size_t *out_n)
{
	uint8_t *out = xmalloc(n + SEAL_OVERHEAD);

	seal(&k->sub[key], &id, sizeof(id), p, n, out);
	*out_n = n + SEAL_OVERHEAD;
	return out;
}

enum rc
keys_open_text(const struct keys *k, enum seal_subkey key, int64_t id,
    const uint8_t *sealed, size_t n, char **out, size_t *out_n)
{
	char *p;

	if (n < SEAL_OVERHEAD)
		return RC_REFUSED;
	p = xmalloc(n - SEAL_OVERHEAD + 1);
	if (seal_open(&k->sub[key], &id, sizeof(id), sealed, n, p) != RC_OK) {
		free(p);
		log_error("keys.text",
		    "row=%lld a sealed text does not open: wrong keys?", (long long)id);
		return RC_REFUSED;
	}
	p[n - SEAL_OVERHEAD] = '\0';
	*out = p;
	*out_n = n - SEAL_OVERHEAD;
	return RC_OK;
}
