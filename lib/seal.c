/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The door to libsodium: keyed BLAKE2b, XChaCha20-Poly1305, sealed boxes, key files.
 * It never logs a cause (its callers know what they opened) and never keeps a plain text.
 * Called by workers, dispatch and consoles.
 */
#include "seal.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "log.h"
#include "str.h"

#define KEY_FILE_BYTES (2 * SEAL_KEY_LEN + 1)
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SUBKEY_CONTEXT "shyraq.1"

static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SEAL_KEY_LEN, "key");
static_assert(
    NONCE_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES == SEAL_OVERHEAD, "seal");
static_assert(crypto_box_SEALBYTES == SEAL_BOX_OVERHEAD, "box");
static_assert(crypto_box_PUBLICKEYBYTES == SEAL_KEY_LEN, "public key");
static_assert(crypto_box_SECRETKEYBYTES == SEAL_KEY_LEN, "secret key");
static_assert(crypto_kdf_KEYBYTES == SEAL_KEY_LEN, "master key");
static_assert(sizeof(SUBKEY_CONTEXT) == crypto_kdf_CONTEXTBYTES + 1, "context");

static const char *const subkey_names[SEAL_SUBKEYS] = {
	[SEAL_PERSON_LOOKUP] = "person-lookup",
	[SEAL_PERSON_SEAL] = "person-seal",
	[SEAL_RECEIVER_LOOKUP] = "receiver-lookup",
	[SEAL_RECEIVER_SEAL] = "receiver-seal",
	[SEAL_PLACE] = "place",
	[SEAL_OUTBOX] = "outbox",
	[SEAL_CODE] = "code",
	[SEAL_INBOX] = "inbox",
};

void
seal_init(void)
{
	if (sodium_init() < 0)
		fatalx("seal.no_sodium", "libsodium cannot start");
}

/* Out of swap and core files, as far as the limits allow; where they do not, we go on. */
static void
keep_in_memory(struct seal_key *key)
{
	(void)mlock(key, sizeof(*key));
}

/* Fills buf from fd; false when the file is shorter or longer. */
static bool
read_whole(int fd, char *buf, size_t n)
{
	char more;
	size_t got = 0;

	while (got < n) {
		ssize_t r = read(fd, buf + got, n - got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		got += (size_t)r;
	}
	return read(fd, &more, 1) == 0;
}

enum rc
seal_key_read(const char *path, struct seal_key *key)
{
	char text[KEY_FILE_BYTES] = { 0 };
	enum rc rc = RC_REFUSED;
	struct stat st;
	size_t n;
	int fd;

	memset(key, 0, sizeof(*key));
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return RC_BROKEN;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		goto out;
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		goto out;
	if (!read_whole(fd, text, sizeof(text)) || text[KEY_FILE_BYTES - 1] != '\n')
		goto out;
	text[KEY_FILE_BYTES - 1] = '\0';
	keep_in_memory(key);
	if (!str_unhex(key->b, sizeof(key->b), &n, text) || n != sizeof(key->b)) {
		seal_wipe(key, sizeof(*key));
		goto out;
	}
	rc = RC_OK;
out:
	seal_wipe(text, sizeof(text));
	close(fd);
	return rc;
}

enum rc
seal_key_write(const char *path, const struct seal_key *key)
{
	char text[KEY_FILE_BYTES + 1];
	bool done;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? RC_REFUSED : RC_BROKEN;
	str_hex(text, key->b, sizeof(key->b));
	text[KEY_FILE_BYTES - 1] = '\n';
	done = write(fd, text, KEY_FILE_BYTES) == KEY_FILE_BYTES && fsync(fd) == 0;
	seal_wipe(text, sizeof(text));
	if (close(fd) != 0 || !done) {
		unlink(path);
		return RC_BROKEN;
	}
	return RC_OK;
}

void
seal_key_random(struct seal_key *key)
{
	keep_in_memory(key);
	randombytes_buf(key->b, sizeof(key->b));
}

void
seal_subkey(const struct seal_key *master, enum seal_subkey id, struct seal_key *out)
{
	keep_in_memory(out);
	crypto_kdf_derive_from_key(
	    out->b, sizeof(out->b), (uint64_t)id, SUBKEY_CONTEXT, master->b);
}

const char *
seal_subkey_name(enum seal_subkey id)
{
	const char *name = id < SEAL_SUBKEYS ? subkey_names[id] : NULL;

	return name != NULL ? name : "";
}

void
seal_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

void
seal_digest(uint8_t out[SEAL_DIGEST_LEN], const void *p, size_t n)
{
	crypto_generichash(out, SEAL_DIGEST_LEN, p, n, NULL, 0);
}

struct seal_hash
seal_hash(const struct seal_key *key, const void *data, size_t n)
{
	struct seal_hash hash;

	crypto_generichash(hash.b, sizeof(hash.b), data, n, key->b, sizeof(key->b));
	return hash;
}

struct seal_hash
seal_hash_pieces(const struct seal_key *key, const struct seal_piece *v, size_t n)
{
	crypto_generichash_state state;
	struct seal_hash hash;

	crypto_generichash_init(&state, key->b, sizeof(key->b), sizeof(hash.b));
	for (size_t i = 0; i < n; i++) {
		uint64_t len = htole64(v[i].n);

		crypto_generichash_update(&state, (const uint8_t *)&len, sizeof(len));
		crypto_generichash_update(&state, v[i].p, v[i].n);
	}
	crypto_generichash_final(&state, hash.b, sizeof(hash.b));
	seal_wipe(&state, sizeof(state));
	return hash;
}

struct seal_digest
seal_digest_pieces(const struct seal_piece *v, size_t n)
{
	crypto_generichash_state state;
	struct seal_digest digest;

	crypto_generichash_init(&state, NULL, 0, sizeof(digest.b));
	for (size_t i = 0; i < n; i++) {
		uint64_t len = htole64(v[i].p == NULL ? UINT64_MAX : v[i].n);

		crypto_generichash_update(&state, (const uint8_t *)&len, sizeof(len));
		if (v[i].p != NULL)
			crypto_generichash_update(&state, v[i].p, v[i].n);
	}
	crypto_generichash_final(&state, digest.b, sizeof(digest.b));
	return digest;
}

void
seal(const struct seal_key *key, const void *ad, size_t ad_n, const void *in, size_t n,
    uint8_t *out)
{
	randombytes_buf(out, NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
	    out + NONCE_BYTES, NULL, in, n, ad, ad_n, NULL, out, key->b);
}

enum rc
seal_open(const struct seal_key *key, const void *ad, size_t ad_n, const uint8_t *in,
    size_t n, void *out)
{
	if (n < SEAL_OVERHEAD)
		return RC_REFUSED;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + NONCE_BYTES,
		n - NONCE_BYTES, ad, ad_n, in, key->b) != 0)
		return RC_REFUSED;
	return RC_OK;
}

void
seal_box_pair(struct seal_key *pub, struct seal_key *sec)
{
	keep_in_memory(sec);
	crypto_box_keypair(pub->b, sec->b);
}

enum rc
seal_box(const struct seal_key *pub, const void *in, size_t n, uint8_t *out)
{
	if (crypto_box_seal(out, in, n, pub->b) != 0) {
		memset(out, 0, n + SEAL_BOX_OVERHEAD);
		return RC_REFUSED;
	}
	return RC_OK;
}

enum rc
seal_box_open(const struct seal_key *pub, const struct seal_key *sec, const uint8_t *in,
    size_t n, void *out)
{
	if (n < SEAL_BOX_OVERHEAD)
		return RC_REFUSED;
	return crypto_box_seal_open(out, in, n, pub->b, sec->b) == 0 ? RC_OK : RC_REFUSED;
}

void
seal_box_public(const struct seal_key *sec, struct seal_key *pub)
{
	crypto_scalarmult_base(pub->b, sec->b);
}

uint32_t
seal_random(uint32_t bound)
{
	return randombytes_uniform(bound);
}

void
seal_random_bytes(void *out, size_t n)
{
	randombytes_buf(out, n);
}
