/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/text.c and text_po.c: what is refused and where, that the parent outlives its reader, filling.
 * Signatures, and writing a file back. It writes PO files of its own into a folder it removes. Called by make test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "text.h"
#include "text_po.h"
#include "text_sign.h"

#define HEADER "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n"
#define BITS (1U << LANG_RU | 1U << LANG_UZ)

static char dir[64];

/* The reader's library asks this of every entry: here it can be made to fail, in the child only. */
static enum {
	HEALTHY,
	CRASH,
	HOG,
	PLURAL
} reader;
const char *po_message_msgid_plural(void *message);

const char *
po_message_msgid_plural(void *message)
{
	(void)message;
	if (reader == CRASH)
		abort();
	if (reader == HOG) {
		for (size_t left = 1024; left > 0; left--) {
			char *p = malloc(1 << 20);

			if (p == NULL)
				_exit(9);
			for (size_t i = 0; i < 1 << 20; i += 4096)
				((volatile char *)p)[i] = 1;
		}
	}
	return reader == PLURAL ? "s" : NULL;
}

static void
put_file(const char *lang, const char *text, size_t n)
{
	char path[128];
	FILE *out;

	assert_true(snprintf(path, sizeof path, "%s/%s.po", dir, lang) > 0);
	out = fopen(path, "we");
	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
}

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/text_test.XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
drop_dir(void **state)
{
	static const char *const langs[] = { "ru", "uz", "new" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(langs); i++) {
		if (snprintf(path, sizeof path, "%s/%s.po", dir, langs[i]) > 0)
			unlink(path);
	}
	return rmdir(dir);
}

/* Loads the two texts; the error must begin with DIR/ and hold `want`; NULL: it must load. */
static void
expect(const char *ru, const char *uz, const char *want)
{
	struct texts *t = NULL;
	struct text_err err;
	enum rc rc;

	put_file("ru", ru, strlen(ru));
	put_file("uz", uz, strlen(uz));
	rc = texts_load(dir, BITS, &t, &err);
	if (want == NULL) {
		if (rc != RC_OK)
			fail_msg("%s", err.s);
	} else {
		assert_int_equal(rc, RC_REFUSED);
		assert_null(t);
		if (strncmp(err.s, dir, strlen(dir)) != 0 || strstr(err.s, want) == NULL)
			fail_msg("%s\nlacks %s", err.s, want);
	}
	texts_free(t);
}

#define ENTRY(key, text) "msgid \"" key "\"\nmsgstr \"" text "\"\n\n"
#define COVER(key, text) "msgctxt \"cover\"\n" ENTRY(key, text)
static const char good[] = HEADER ENTRY("a", "plain {n}") COVER("a", "cover {n}");

static void
refusals(void **state)
{
	(void)state;
	expect(good, good, NULL);
	expect(good, HEADER ENTRY("a", "{n}"), "uz.po:1: a cover: missing here");
	expect(good, HEADER ENTRY("a", "none") COVER("a", "{n}"),
	    "uz.po:4: a: lacks the placeholder {n}");
	expect(good, HEADER ENTRY("a", "{n}{m}") COVER("a", "{n}"),
	    "uz.po:4: a: has the placeholder {m}");
	expect(good, HEADER ENTRY("a", "{n}") COVER("a", "{n"),
	    "uz.po:8: a cover: a stray brace");
	expect(good, HEADER ENTRY("a", "{N}") COVER("a", "{n}"), "a: a stray brace");
	expect(good, HEADER ENTRY("a", "") COVER("a", "{n}"), "uz.po:4: a: no text");
	expect(good, HEADER ENTRY("A b", "x"), "not a key");
	expect(good, HEADER "msgctxt \"plane\"\n" ENTRY("a", "x"), "unknown msgctxt");
	expect(HEADER ENTRY("a@ussd", "x\\ny"), HEADER ENTRY("a@ussd", "x"), NULL);
	expect(good, HEADER ENTRY("a@sms", "x"), "not a key");
	expect(good, HEADER ENTRY("@ussd", "x"), "not a key");
	expect(good, HEADER ENTRY("a", "{n}") ENTRY("a", "{n}"), "uz.po:7");
	expect(good, HEADER "msgid \"a\"\nmsgstr \"x", "uz.po:5");
	expect(good, HEADER "nonsense\n", "uz.po:4");
	expect("msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=KOI8-R\\n\"\n\n",
	    good, "ru.po");
	expect(ENTRY("a", "x"), good, "ru.po:1: file: ");
	expect(good, "", "uz.po");
}

static void
ill_formed_bytes(void **state)
{
	static const char bytes[] = HEADER "msgid \"a\"\nmsgstr \"x\xff\xfe y\"\n";
	struct texts *t;
	struct text_err err;

	(void)state;
	put_file("ru", bytes, sizeof bytes - 1);
	put_file("uz", good, strlen(good));
	assert_int_equal(texts_load(dir, BITS, &t, &err), RC_REFUSED);
	assert_non_null(strstr(err.s, "ru.po"));
}

static void
missing_file(void **state)
{
	struct texts *t;
	struct text_err err;

	(void)state;
	assert_int_equal(texts_load(dir, BITS | 1U << LANG_KK, &t, &err), RC_REFUSED);
	assert_non_null(strstr(err.s, "kk.po:1: file: not there"));
}

static void
the_parent_outlives_its_reader(void **state)
{
	(void)state;
	reader = CRASH;
	expect(good, good, "ru.po:1: file: the reader crashed");
	reader = HOG;
	expect(good, good, "ru.po:1: file: the reader ");
	reader = PLURAL;
	expect(good, good, "a plural entry");
	reader = HEALTHY;
	expect(good, good, NULL);
}

static void
registers(void **state)
{
	static const char ru[] = HEADER "#. parts: 2\n#, fuzzy\n" COVER("a", "cover")
	    ENTRY("a", "plain") ENTRY("ref.b", "b");
	struct text_row row;
	struct texts *t;
	struct text_err err;

	(void)state;
	put_file("ru", ru, strlen(ru));
	assert_int_equal(texts_load(dir, 1U << LANG_RU, &t, &err), RC_OK);
	assert_true(texts_has_lang(t, LANG_RU));
	assert_false(texts_has_lang(t, LANG_UZ));
	assert_string_equal(text_get(t, LANG_RU, TEXT_COVER, "a"), "cover");
	assert_string_equal(text_get(t, LANG_RU, TEXT_PLAIN, "a"), "plain");
	assert_string_equal(text_get(t, LANG_RU, TEXT_COVER, "ref.b"), "b");
	assert_null(text_get(t, LANG_RU, TEXT_COVER, "c"));
	assert_null(text_get(t, LANG_UZ, TEXT_COVER, "a"));
	assert_null(text_get(t, LANG_NONE, TEXT_COVER, "a"));
	assert_int_equal(texts_count(t), 3);
	row = texts_row(t, 0);
	assert_int_equal(row.parts, 2);
	assert_true(row.fuzzy && row.reg == TEXT_COVER);
	row = texts_row(t, 1);
	assert_int_equal(row.parts, 0);
	assert_false(row.fuzzy);
	texts_free(t);
}

static void
filling(void **state)
{
	static const struct text_arg args[] = { { "n", "317" }, { "town", "{x}" },
		{ "e", "" } };
	static const struct {
		const char *tmpl, *out; /* NULL: refused */
		size_t size;
	} rows[] = {
		{ "no holes", "no holes", 9 },
		{ "no holes", NULL, 8 },
		{ "№{n} {town}.", "№317 {x}.", 64 },
		{ "{n}{n}", "317317", 7 },
		{ "{n}{n}", NULL, 6 },
		{ "{e}", "", 1 },
		{ "{nn}", NULL, 64 },
		{ "{", NULL, 64 },
		{ "}", NULL, 64 },
		{ "", "", 1 },
		{ "{n", NULL, 64 },
		{ "{}", NULL, 64 },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum rc rc = text_fill(
		    out, rows[i].size, rows[i].tmpl, args, ARRAY_LEN(args));

		assert_int_equal(rc, rows[i].out != NULL ? RC_OK : RC_REFUSED);
		assert_string_equal(out, rows[i].out != NULL ? rows[i].out : "");
	}
}

static void
codes(void **state)
{
	(void)state;
	for (unsigned l = 0; l < LANGS; l++)
		assert_int_equal(lang_parse(lang_code((enum lang)l)), l);
	assert_int_equal(lang_parse("xx"), LANG_NONE);
	assert_string_equal(lang_code(LANG_NONE), "--");
}

/* A text's own signature; `hash` NULL: the right one. */
static void
put_signed(char *out, size_t size, const char *signature, const char *hash, bool fuzzy)
{
	char right[TEXT_HASH_MAX];

	text_hash(right, "ask");
	assert_true(
	    snprintf(out, size,
		HEADER "#. where: here\n#. signed: %s; %s\n%smsgid \"ask.ngo\"\n"
		       "msgstr \"ask\"\n",
		signature, hash != NULL ? hash : right, fuzzy ? "#, fuzzy\n" : "") > 0);
}

static void
signatures(void **state)
{
	static const struct {
		const char *signature, *hash;
		bool fuzzy;
		unsigned wording;
	} rows[] = {
		{ "AB; An Organisation; 2026-12-01; 1", NULL, false, 1 },
		{ "AB;Org;2028-02-29;65535", NULL, false, 65535 },
		{ "AB; Org; 2026-12-01; 1", "00000000", false, 0 },
		{ "AB; Org; 2026-12-01; 1", NULL, true, 0 },
		{ "AB; Org; 2026-13-01; 1", NULL, false, 0 },
		{ "AB; Org; 2026-12-32; 1", NULL, false, 0 },
		{ "AB; Org; 26-12-01; 1", NULL, false, 0 },
		{ "AB; Org; 2026-12-01; 0", NULL, false, 0 },
		{ "AB; Org; 2026-12-01; 65536", NULL, false, 0 },
		{ "AB; Org; 2026-12-01; x", NULL, false, 0 },
		{ "AB; ; 2026-12-01; 1", NULL, false, 0 },
		{ "AB; Org; 2026-12-01", NULL, false, 0 },
		{ "AB; Org; 2026-12-01; 1; 2", NULL, false, 0 },
	};
	char po[1024];
	struct texts *t;
	struct text_err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum rc rc;

		put_signed(po, sizeof po, rows[i].signature, rows[i].hash, rows[i].fuzzy);
		put_file("ru", po, strlen(po));
		assert_int_equal(texts_load(dir, 1U << LANG_RU, &t, &err), RC_OK);
		assert_int_equal(texts_row(t, 0).wording, rows[i].wording);
		assert_int_equal(texts_row(t, 0).is_signed, rows[i].wording > 0);
		assert_non_null(strstr(texts_row(t, 0).comment, "where: here"));
		rc = texts_check_signed(t, &err);
		assert_int_equal(rc, rows[i].wording > 0 ? RC_OK : RC_REFUSED);
		if (rc != RC_OK)
			assert_non_null(strstr(err.s, "ru.po:"));
		if (rc != RC_OK)
			assert_non_null(strstr(err.s, ": ask.ngo: not signed"));
		texts_free(t);
	}
}

/* Of BLAKE2b-256, as b2sum -l 256 gives it. */
static void
hashes(void **state)
{
	struct text_signature s;
	char hash[TEXT_HASH_MAX], line[128];

	(void)state;
	text_hash(hash, "привет");
	assert_string_equal(hash, "6589635c");
	assert_true(text_signature_parse(" AB ; Org; 2026-12-01;7 ", &s));
	assert_int_equal(s.wording, 7);
	assert_true(text_signature_line(line, sizeof line, &s, "привет"));
	assert_string_equal(line, "signed: AB; Org; 2026-12-01; 7; 6589635c");
	assert_int_equal(text_signed(line, "привет"), 7);
	assert_int_equal(text_signed(line, "привет!"), 0);
	assert_int_equal(text_signed("", "привет"), 0);
	assert_false(text_signature_line(line, 12, &s, "привет"));
	assert_false(text_signature_parse("A\nB; Org; 2026-12-01; 7", &s));
}

static void
must_be_signed(void **state)
{
	static const char *const yes[] = { "ask.ngo", "ask.police", "ask.police@ussd",
		"ask.calm", "call.112", "stop.decoy", "first.intro@ussd", "except.child",
		"state.night", "urgent.back@ussd", "ask.police_others" };
	static const char *const no[] = { "ask.where", "ask.ngos", "except", "end.sent",
		"first.screen", "call.1120" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		assert_true(text_must_be_signed(yes[i]));
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		assert_false(text_must_be_signed(no[i]));
}

/* What is not edited stays, with its comments; what is new stands at the end; a bad file is refused. */
static void
writing(void **state)
{
	static const char old[] = "# kept by hand\n" HEADER
				  "# a note\n#. parts: 2\n#, fuzzy\n" COVER("a", "cover")
				      ENTRY("a", "plain {n}");
	static const struct po_edit edit[] = {
		{ "cover", "a", "new cover", "parts: 2\nwhere: here\n", false },
		{ "", "b", "one\ntwo", "", true },
	};
	char from[128], to[128];
	struct po_stream s;
	struct po_record r;
	struct text_err err;
	size_t at = 0;

	(void)state;
	assert_true(snprintf(from, sizeof from, "%s/ru.po", dir) > 0);
	assert_true(snprintf(to, sizeof to, "%s/new.po", dir) > 0);
	put_file("ru", old, sizeof old - 1);
	assert_int_equal(po_write(from, to, edit, ARRAY_LEN(edit), &err), RC_OK);
	assert_int_equal(po_read(to, &s, &err), RC_OK);
	assert_true(po_next(&s, &at, &r));
	assert_string_equal(r.context, "cover");
	assert_string_equal(r.text, "new cover");
	assert_string_equal(r.comment, "parts: 2\nwhere: here\n");
	assert_false(r.fuzzy);
	assert_true(po_next(&s, &at, &r));
	assert_string_equal(r.text, "plain {n}");
	assert_true(po_next(&s, &at, &r));
	assert_string_equal(r.key, "b");
	assert_string_equal(r.text, "one\ntwo");
	assert_true(r.fuzzy);
	assert_false(po_next(&s, &at, &r));
	free(s.bytes);
	put_file("ru", "nonsense", 8);
	assert_int_equal(po_write(from, to, edit, 1, &err), RC_REFUSED);
	put_file("ru", old, sizeof old - 1);
	assert_int_equal(po_write(from, "/nowhere/new.po", edit, 1, &err), RC_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals),
		cmocka_unit_test(ill_formed_bytes),
		cmocka_unit_test(missing_file),
		cmocka_unit_test(the_parent_outlives_its_reader),
		cmocka_unit_test(registers),
		cmocka_unit_test(filling),
		cmocka_unit_test(codes),
		cmocka_unit_test(signatures),
		cmocka_unit_test(hashes),
		cmocka_unit_test(must_be_signed),
		cmocka_unit_test(writing),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
