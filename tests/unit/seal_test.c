/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/seal.c: round trips, every refusal, key files, and vectors that must never change.
 * It never uses a key that is used elsewhere.
 * Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "seal.h"
#include "str.h"

static char dir[] = "/tmp/shyraq-seal-test-XXXXXX";
static char path[sizeof(dir) + 16];
static char link_path[sizeof(dir) + 16];

static void
write_file(const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
sealed_opens_again(void **state)
{
	static const char text[] = "ad and text are bound together";
	struct seal_key key, other;
	uint8_t out[sizeof(text) + SEAL_OVERHEAD], again[sizeof(out)];
	char back[sizeof(text)];

	(void)state;
	seal_key_random(&key);
	seal_key_random(&other);
	seal(&key, "row 7", 5, text, sizeof(text), out);
	seal(&key, "row 7", 5, text, sizeof(text), again);
	assert_memory_not_equal(out, again, sizeof(out));
	assert_int_equal(seal_open(&key, "row 7", 5, out, sizeof(out), back), RC_OK);
	assert_memory_equal(back, text, sizeof(text));
	assert_int_equal(seal_open(&key, "row 8", 5, out, sizeof(out), back), RC_REFUSED);
	assert_int_equal(seal_open(&key, NULL, 0, out, sizeof(out), back), RC_REFUSED);
	assert_int_equal(
	    seal_open(&other, "row 7", 5, out, sizeof(out), back), RC_REFUSED);
	assert_int_equal(
	    seal_open(&key, "row 7", 5, out, sizeof(out) - 1, back), RC_REFUSED);
	assert_int_equal(
	    seal_open(&key, "row 7", 5, out, SEAL_OVERHEAD - 1, back), RC_REFUSED);
	assert_int_equal(seal_open(&key, "row 7", 5, out, 0, back), RC_REFUSED);
	for (size_t i = 0; i < sizeof(out); i++) {
		out[i] ^= 1;
		assert_int_equal(
		    seal_open(&key, "row 7", 5, out, sizeof(out), back), RC_REFUSED);
		out[i] ^= 1;
	}
	seal(&key, NULL, 0, NULL, 0, out);
	assert_int_equal(seal_open(&key, NULL, 0, out, SEAL_OVERHEAD, back), RC_OK);
}

static void
boxes(void **state)
{
	static const char text[] = "for one reader";
	static const struct seal_key unusable = { { 0 } };
	static const uint8_t nothing[sizeof(text) + SEAL_BOX_OVERHEAD];
	struct seal_key pub, sec, pub2, sec2, derived;
	uint8_t out[sizeof(text) + SEAL_BOX_OVERHEAD];
	char back[sizeof(text)];

	(void)state;
	seal_box_pair(&pub, &sec);
	seal_box_pair(&pub2, &sec2);
	seal_box_public(&sec, &derived);
	assert_memory_equal(derived.b, pub.b, sizeof(pub.b));
	assert_int_equal(seal_box(&pub, text, sizeof(text), out), RC_OK);
	assert_int_equal(seal_box_open(&pub, &sec, out, sizeof(out), back), RC_OK);
	assert_memory_equal(back, text, sizeof(text));
	assert_int_equal(seal_box_open(&pub2, &sec2, out, sizeof(out), back), RC_REFUSED);
	assert_int_equal(
	    seal_box_open(&pub, &sec, out, SEAL_BOX_OVERHEAD - 1, back), RC_REFUSED);
	out[sizeof(out) - 1] ^= 1;
	assert_int_equal(seal_box_open(&pub, &sec, out, sizeof(out), back), RC_REFUSED);
	assert_int_equal(seal_box(&unusable, text, sizeof(text), out), RC_REFUSED);
	assert_memory_equal(out, nothing, sizeof(out));
}

static void
hashes(void **state)
{
	struct seal_key key, other;
	struct seal_hash ab, a_b, b_a, whole;

	(void)state;
	seal_key_random(&key);
	seal_key_random(&other);
	ab = seal_hash(&key, "ab", 2);
	whole = seal_hash(&key, "ab", 2);
	assert_memory_equal(&ab, &whole, sizeof(ab));
	whole = seal_hash(&other, "ab", 2);
	assert_memory_not_equal(&ab, &whole, sizeof(ab));

	a_b = seal_hash_pieces(&key, (struct seal_piece[]){ { "a", 1 }, { "b", 1 } }, 2);
	b_a = seal_hash_pieces(&key, (struct seal_piece[]){ { "b", 1 }, { "a", 1 } }, 2);
	whole = seal_hash_pieces(&key, (struct seal_piece[]){ { "ab", 2 } }, 1);
	assert_memory_not_equal(&a_b, &b_a, sizeof(ab));
	assert_memory_not_equal(&a_b, &whole, sizeof(ab));
	b_a = seal_hash_pieces(
	    &key, (struct seal_piece[]){ { "ab", 2 }, { NULL, 0 } }, 2);
	assert_memory_not_equal(&b_a, &whole, sizeof(ab));
	a_b = seal_hash_pieces(
	    &key, (struct seal_piece[]){ { NULL, 0 }, { "ab", 2 } }, 2);
	assert_memory_not_equal(&a_b, &b_a, sizeof(ab));
}

/* What is in databases was made so: a change here loses it. */
static void
vectors_that_never_change(void **state)
{
	struct seal_key master, sub;
	struct seal_hash hash;
	char text[2 * SEAL_KEY_LEN + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(master.b); i++)
		master.b[i] = (uint8_t)i;
	seal_subkey(&master, SEAL_PERSON_LOOKUP, &sub);
	str_hex(text, sub.b, sizeof(sub.b));
	assert_string_equal(
	    text, "bf0f8ad79a5addec245440960ecc7b1e4d541d3ad39469a7418ab08d031c1f8b");
	hash = seal_hash(&sub, "+77010000001", 12);
	str_hex(text, hash.b, sizeof(hash.b));
	assert_string_equal(text, "0c3bfa292f8323f06c5ffb8dcdb10a94");
	hash = seal_hash_pieces(
	    &sub, (struct seal_piece[]){ { "sim", 3 }, { "1", 1 } }, 2);
	str_hex(text, hash.b, sizeof(hash.b));
	assert_string_equal(text, "843c642a060669959c97f4734ce416fc");
}

static void
subkeys_differ_and_have_names(void **state)
{
	struct seal_key master, sub[SEAL_SUBKEYS];

	(void)state;
	seal_key_random(&master);
	for (unsigned i = SEAL_PERSON_LOOKUP; i < SEAL_SUBKEYS; i++) {
		seal_subkey(&master, (enum seal_subkey)i, &sub[i]);
		assert_memory_not_equal(&sub[i], &master, sizeof(master));
		assert_string_not_equal(seal_subkey_name((enum seal_subkey)i), "");
		for (unsigned k = SEAL_PERSON_LOOKUP; k < i; k++) {
			assert_memory_not_equal(&sub[i], &sub[k], sizeof(master));
			assert_string_not_equal(seal_subkey_name((enum seal_subkey)i),
			    seal_subkey_name((enum seal_subkey)k));
		}
	}
	assert_string_equal(seal_subkey_name(SEAL_PERSON_LOOKUP), "person-lookup");
	assert_string_equal(seal_subkey_name(SEAL_INBOX), "inbox");
	assert_string_equal(seal_subkey_name(SEAL_SUBKEYS), "");
}

static void
key_files(void **state)
{
	struct seal_key key, back;
	struct stat st;

	(void)state;
	seal_key_random(&key);
	unlink(path);
	assert_int_equal(seal_key_read(path, &back), RC_BROKEN);
	assert_int_equal(seal_key_write(path, &key), RC_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 65);
	assert_int_equal(seal_key_read(path, &back), RC_OK);
	assert_memory_equal(&key, &back, sizeof(key));
	assert_int_equal(seal_key_write(path, &key), RC_REFUSED);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(seal_key_read(path, &back), RC_REFUSED);
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(seal_key_read(path, &back), RC_REFUSED);
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(seal_key_read(path, &back), RC_OK);
	assert_int_equal(symlink(path, link_path), 0);
	assert_int_equal(seal_key_read(link_path, &back), RC_BROKEN);
	assert_int_equal(seal_key_write(link_path, &key), RC_REFUSED);
	assert_int_equal(seal_key_read(dir, &back), RC_REFUSED);
	unlink(link_path);
	assert_int_equal(mkfifo(link_path, 0600), 0);
	assert_int_equal(seal_key_read(link_path, &back), RC_REFUSED);
}

static void
malformed_key_files(void **state)
{
#define HEX62 "00112233445566778899aabbccddeeff00112233445566778899aabbccddee"
	static const struct {
		const char *text;
		enum rc rc;
	} rows[] = {
		{ HEX62 "ff\n", RC_OK },
		{ HEX62 "FF\n", RC_OK },
		{ HEX62 "ff", RC_REFUSED },
		{ HEX62 "ffx", RC_REFUSED },
		{ HEX62 "ff\n\n", RC_REFUSED },
		{ HEX62 "f\n", RC_REFUSED },
		{ HEX62 "fg\n", RC_REFUSED },
		{ HEX62 "\n", RC_REFUSED },
		{ "", RC_REFUSED },
		{ HEX62 "fff\n", RC_REFUSED },
		{ HEX62 "ff\r\n", RC_REFUSED },
	};
	static const struct seal_key none = { { 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct seal_key key;

		write_file(rows[i].text, 0600);
		assert_int_equal(seal_key_read(path, &key), rows[i].rc);
		if (rows[i].rc != RC_OK)
			assert_memory_equal(&key, &none, sizeof(key));
	}
}

/* Reckoned by another program: what was chained years ago must still be checked. */
static void
digests(void **state)
{
	static const char want[] =
	    "2b02c38d3adb78ae10caa5956128c5424721d05a9b42cf46320591ca4a9aa137";
	const struct seal_piece piece[] = { { "ab", 2 }, { "c", 1 }, { NULL, 0 },
		{ "", 0 } };
	const struct seal_piece other[] = { { "a", 1 }, { "bc", 2 }, { NULL, 0 },
		{ "", 0 } };
	const struct seal_piece empty[] = { { "ab", 2 }, { "c", 1 }, { "", 0 },
		{ NULL, 0 } };
	struct seal_digest got = seal_digest_pieces(piece, ARRAY_LEN(piece)), is;
	char hex[2 * SEAL_DIGEST_LEN + 1];

	(void)state;
	str_hex(hex, got.b, sizeof(got.b));
	assert_string_equal(hex, want);
	is = seal_digest_pieces(other, ARRAY_LEN(other));
	assert_memory_not_equal(&is, &got, sizeof(got));
	is = seal_digest_pieces(empty, ARRAY_LEN(empty));
	assert_memory_not_equal(&is, &got, sizeof(got));
}

static void
chance_is_bounded(void **state)
{
	bool seen[10] = { false };

	(void)state;
	assert_int_equal(seal_random(1), 0);
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t n = seal_random(10);

		assert_true(n < 10);
		seen[n] = true;
	}
	for (unsigned i = 0; i < 10; i++)
		assert_true(seen[i]);
}

static int
set_up(void **state)
{
	(void)state;
	seal_init();
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/a.key", dir);
	snprintf(link_path, sizeof(link_path), "%s/b.key", dir);
	return 0;
}

static int
clean_up(void **state)
{
	(void)state;
	unlink(path);
	unlink(link_path);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_opens_again),
		cmocka_unit_test(boxes),
		cmocka_unit_test(hashes),
		cmocka_unit_test(vectors_that_never_change),
		cmocka_unit_test(subkeys_differ_and_have_names),
		cmocka_unit_test(key_files),
		cmocka_unit_test(malformed_key_files),
		cmocka_unit_test(digests),
		cmocka_unit_test(chance_is_bounded),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
