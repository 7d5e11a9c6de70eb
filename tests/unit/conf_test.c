/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lib/conf.c: what a file fills, and for each mistake the whole error line.
 * It never uses the shipped configuration: that has a test of its own.
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

#include "conf.h"

static char dir[] = "/tmp/shyraq-conf-test-XXXXXX";
static char path[sizeof(dir) + 16];

struct options {
	char *name;
	char *key_file;
	char *mode;
	int64_t parts;
	int64_t wait_ms;
	bool loud;
};

#define AT(f) offsetof(struct options, f)
static const struct conf_option table[] = {
	{ "name", CONF_STRING, AT(name), NULL, 0, 0, NULL },
	{ "key_file", CONF_STRING, AT(key_file), "", 0, 0, "a path" },
	{ "mode", CONF_WORDS, AT(mode), "slow", 0, 0, "slow fast" },
	{ "parts", CONF_INT, AT(parts), "3", 1, 50, NULL },
	{ "wait", CONF_TIME, AT(wait_ms), "90 s", 250, 604800000, NULL },
	{ "loud", CONF_BOOL, AT(loud), "false", 0, 0, NULL },
};
#define TABLE table, ARRAY_LEN(table)

static struct conf *
open_text(const char *text, enum rc want, struct conf_err *err)
{
	FILE *f = fopen(path, "w");
	struct conf *c;

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(conf_open(path, &c, err), want);
	return c;
}

static void
a_file_fills_the_table(void **state)
{
	struct options o = { 0 };
	struct conf_err err;
	struct conf *c = open_text(
	    "gate = {\n  name = \"Жолы a=b\"; key_file = \"/run/a.key\";\n"
	    "  mode = \"fast\"; parts = 7; wait = \"15 min\"; loud = true;\n"
	    "};\n",
	    RC_OK, &err);

	(void)state;
	assert_int_equal(conf_section(c, "gate", TABLE, &o, &err), RC_OK);
	assert_string_equal(o.name, "Жолы a=b");
	assert_string_equal(o.key_file, "/run/a.key");
	assert_string_equal(o.mode, "fast");
	assert_int_equal(o.parts, 7);
	assert_int_equal(o.wait_ms, 15 * 60 * 1000);
	assert_true(o.loud);
	conf_clear(TABLE, &o);
	assert_null(o.name);
	conf_clear(TABLE, &o);
	conf_free(c);
}

static void
fallbacks_fill_the_rest(void **state)
{
	struct options o = { 0 };
	struct conf_err err;
	struct conf *c = open_text("gate = { name = \"a\"; };\n", RC_OK, &err);

	(void)state;
	assert_int_equal(conf_section(c, "gate", TABLE, &o, &err), RC_OK);
	assert_string_equal(o.key_file, "");
	assert_string_equal(o.mode, "slow");
	assert_int_equal(o.parts, 3);
	assert_int_equal(o.wait_ms, 90000);
	assert_false(o.loud);
	conf_clear(TABLE, &o);
	memset(&o, 0, sizeof(o));
	/* a section that is absent is all fallbacks */
	assert_int_equal(
	    conf_section(c, "other", table + 1, ARRAY_LEN(table) - 1, &o, &err), RC_OK);
	assert_int_equal(o.parts, 3);
	conf_clear(table + 1, ARRAY_LEN(table) - 1, &o);
	conf_free(c);
}

/* The error without its "FILE:". */
static const char *
without_file(const struct conf_err *err)
{
	assert_memory_equal(err->s, path, strlen(path));
	assert_int_equal(err->s[strlen(path)], ':');
	return err->s + strlen(path) + 1;
}

#define TIMES "a time in quotes, e.g. \"250 ms\", \"90 s\", \"15 min\", \"72 h\", \"7 d\""

/* Sections with one mistake each, and what is said of it. */
static const struct {
	const char *text;
	const char *error;
} wrong_sections[] = {
	{ "gate = {\n name = \"a\";\n prats = 3;\n};",
	    "3: prats: unknown name; allowed: name, key_file, mode, parts, wait, loud" },
	{ "gate = {\n name = \"a\";\n pin = \"4711\";\n};",
	    "3: pin: unknown name; allowed: name, key_file, mode, parts, wait, loud" },
	{ "\ngate = {\n parts = 3;\n};",
	    "2: name: missing in gate; allowed: a text in quotes, e.g. \"...\"" },
	{ "", "1: name: missing in gate; allowed: a text in quotes, e.g. \"...\"" },
	{ "gate = 5;", "1: gate: mistyped; allowed: a group, { NAME = VALUE; }" },
	{ "gate = ( );", "1: gate: mistyped; allowed: a group, { NAME = VALUE; }" },
	{ "gate = {\n name = 5; };",
	    "2: name: mistyped; allowed: a text in quotes, e.g. \"...\"" },
	{ "gate = { name = \"a\";\n key_file = 5; };",
	    "2: key_file: mistyped; allowed: a text in quotes, e.g. \"...\": a path" },
	{ "gate = { name = \"a\";\n parts = \"3\"; };",
	    "2: parts: mistyped; allowed: a whole number, e.g. 5" },
	{ "gate = { name = \"a\";\n parts = 3.5; };",
	    "2: parts: mistyped; allowed: a whole number, e.g. 5" },
	{ "gate = { name = \"a\";\n parts = 0; };",
	    "2: parts: out of range; allowed: 1 to 50" },
	{ "gate = { name = \"a\";\n parts = 51; };",
	    "2: parts: out of range; allowed: 1 to 50" },
	{ "gate = { name = \"a\";\n parts = 4294967299L; };",
	    "2: parts: out of range; allowed: 1 to 50" },
	{ "gate = { name = \"a\";\n loud = 1; };",
	    "2: loud: mistyped; allowed: true or false" },
	{ "gate = { name = \"a\";\n loud = \"yes\"; };",
	    "2: loud: mistyped; allowed: true or false" },
	{ "gate = { name = \"a\";\n wait = 90; };",
	    "2: wait: mistyped; allowed: " TIMES },
	{ "gate = { name = \"a\";\n wait = \"90\"; };",
	    "2: wait: mistyped; allowed: " TIMES },
	{ "gate = { name = \"a\";\n wait = \"-1 s\"; };",
	    "2: wait: mistyped; allowed: " TIMES },
	{ "gate = { name = \"a\";\n wait = \"1 s \"; };",
	    "2: wait: mistyped; allowed: " TIMES },
	{ "gate = { name = \"a\";\n wait = \"99999999999999999999 s\"; };",
	    "2: wait: mistyped; allowed: " TIMES },
	{ "gate = { name = \"a\";\n wait = \"9223372036854775807 d\"; };",
	    "2: wait: mistyped; allowed: " TIMES },
	{ "gate = { name = \"a\";\n wait = \"249 ms\"; };",
	    "2: wait: out of range; allowed: \"250 ms\" to \"7 d\"" },
	{ "gate = { name = \"a\";\n wait = \"8 d\"; };",
	    "2: wait: out of range; allowed: \"250 ms\" to \"7 d\"" },
	{ "gate = { name = \"a\";\n mode = \"fastest\"; };",
	    "2: mode: not one of the words; allowed: slow fast" },
	{ "gate = { name = \"a\";\n mode = \"slow fast\"; };",
	    "2: mode: not one of the words; allowed: slow fast" },
	{ "gate = { name = \"a\";\n mode = \"\"; };",
	    "2: mode: not one of the words; allowed: slow fast" },
	{ "gate = { name =\n \"host=a password=b\"; };",
	    "1: name: a secret in the file; allowed: the name of a file that holds it" },
	{ "gate = { name = \"postgresql://a:b@host/db\"; };",
	    "1: name: a secret in the file; allowed: the name of a file that holds it" },
};

static void
mistakes_in_a_section(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong_sections); i++) {
		struct options o = { 0 };
		struct conf_err err;
		struct conf *c = open_text(wrong_sections[i].text, RC_OK, &err);

		assert_int_equal(conf_section(c, "gate", TABLE, &o, &err), RC_REFUSED);
		assert_string_equal(without_file(&err), wrong_sections[i].error);
		assert_null(o.name);
		assert_null(o.mode);
		conf_free(c);
	}
}

static void
malformed_files(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} rows[] = {
		{ "a = 1;\nb = = 2;\n",
		    "2: file: syntax error; allowed: NAME = VALUE; and NAME = { ... };" },
		{ "a = 1;\na = 2;\n",
		    "2: file: duplicate setting name; allowed: NAME = VALUE; and "
		    "NAME = { ... };" },
		{ "a = 1;\n  @include \"/etc/hostname\"\n",
		    "2: file: @include is not taken; allowed: one file" },
		{ "a = 1; @include \"/etc/hostname\"\n",
		    "1: file: @include is not taken; allowed: one file" },
		{ "# 4294967299\n// \"\n/* \"\n */ a = \"4294967299 \\\" @include\";\nb = 4294967299;",
		    "5: file: too large a number; allowed: with an L behind it" },
		{ "a = -4294967299;",
		    "1: file: too large a number; allowed: with an L behind it" },
		{ "a = 0x100000003;",
		    "1: file: too large a number; allowed: with an L behind it" },
		{ "a = 99999999999999999999;",
		    "1: file: too large a number; allowed: with an L behind it" },
		{ "a = \"\xff\";\n", " cannot be read: not UTF-8 text" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct conf_err err;

		assert_null(open_text(rows[i].text, RC_REFUSED, &err));
		assert_string_equal(without_file(&err), rows[i].error);
	}
}

static void
large_numbers_and_words_like_them(void **state)
{
	struct conf_err err;
	struct conf *c = open_text(
	    "a4294967299 = 2147483647; b = 4294967299L; c = 0x7fffffff;\n"
	    "d = \"4294967299\"; e = -2147483647; f = 4294967299.5;\n",
	    RC_OK, &err);

	(void)state;
	conf_free(c);
}

static void
unreadable_files(void **state)
{
	struct conf_err err;
	struct conf *c;
	FILE *f;

	(void)state;
	unlink(path);
	assert_int_equal(conf_open(path, &c, &err), RC_REFUSED);
	assert_string_equal(
	    without_file(&err), " cannot be read: No such file or directory");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(conf_open(path, &c, &err), RC_REFUSED);
	assert_string_equal(without_file(&err), " cannot be read: not a regular file");
	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 1 << 20; i++)
		assert_int_equal(fputc('\n', f), '\n');
	assert_int_equal(fflush(f), 0);
	assert_int_equal(conf_open(path, &c, &err), RC_OK);
	conf_free(c);
	assert_int_equal(fputc('\n', f), '\n');
	assert_int_equal(fclose(f), 0);
	assert_int_equal(conf_open(path, &c, &err), RC_REFUSED);
	assert_string_equal(without_file(&err), " cannot be read: more than 1 MiB");
	assert_null(c);
	conf_free(NULL);
}

static void
only_known_names_at_the_top(void **state)
{
	static const char *const names[] = { "bus", "gate", NULL };
	struct conf_err err;
	struct conf *c = open_text("gate = { };\nbus = { };\n", RC_OK, &err);

	(void)state;
	assert_int_equal(conf_only(c, names, &err), RC_OK);
	conf_free(c);
	c = open_text("gate = { };\nbuss = { };\n", RC_OK, &err);
	assert_int_equal(conf_only(c, names, &err), RC_REFUSED);
	assert_string_equal(
	    without_file(&err), "2: buss: unknown name; allowed: bus, gate");
	conf_free(c);
}

static void
a_long_list_of_names_is_cut(void **state)
{
	static char name[] = "an_option_with_a_rather_long_name";
	static const char *names[64];
	struct conf_err err;
	struct conf *c = open_text("x = 1;", RC_OK, &err);

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_LEN(names); i++)
		names[i] = name;
	assert_int_equal(conf_only(c, names, &err), RC_REFUSED);
	assert_true(strlen(err.s) < sizeof(err.s));
	assert_string_equal(err.s + strlen(err.s) - 5, ", ...");
	assert_null(strstr(err.s, "..., "));
	conf_free(c);
}

static void
lists_of_groups(void **state)
{
	struct options o = { 0 };
	struct conf_err err;
	struct conf *c = open_text(
	    "gates = (\n { name = \"a\"; },\n { name = \"b\"; parts = 4; },\n"
	    " { parts = 4; },\n 7\n);\nwall = { };\nroof = [ 1 ];\n",
	    RC_OK, &err);

	(void)state;
	assert_int_equal(conf_list_len(c, "gates"), 4);
	assert_int_equal(conf_list_len(c, "doors"), 0);
	assert_int_equal(conf_list_item(c, "gates", 1, TABLE, &o, &err), RC_OK);
	assert_string_equal(o.name, "b");
	assert_int_equal(o.parts, 4);
	conf_clear(TABLE, &o);
	assert_int_equal(conf_list_item(c, "gates", 2, TABLE, &o, &err), RC_REFUSED);
	assert_string_equal(without_file(&err),
	    "4: name: missing in gates; allowed: a text in "
	    "quotes, e.g. \"...\"");
	assert_int_equal(conf_list_item(c, "gates", 3, TABLE, &o, &err), RC_REFUSED);
	assert_string_equal(without_file(&err),
	    "5: gates: mistyped; allowed: a group, { NAME = VALUE; }");
	assert_int_equal(conf_list_item(c, "gates", 4, TABLE, &o, &err), RC_REFUSED);
	/* no list: its length is one, so that the mistake is found */
	assert_int_equal(conf_list_len(c, "wall"), 1);
	assert_int_equal(conf_list_item(c, "wall", 0, TABLE, &o, &err), RC_REFUSED);
	assert_string_equal(without_file(&err),
	    "7: wall: mistyped; allowed: a list, ( { ... }, { ... } )");
	assert_int_equal(conf_list_len(c, "roof"), 1);
	assert_int_equal(conf_list_item(c, "roof", 0, TABLE, &o, &err), RC_REFUSED);
	conf_free(c);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/a.conf", dir);
	return 0;
}

static int
clean_up(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_fills_the_table),
		cmocka_unit_test(fallbacks_fill_the_rest),
		cmocka_unit_test(mistakes_in_a_section),
		cmocka_unit_test(malformed_files),
		cmocka_unit_test(large_numbers_and_words_like_them),
		cmocka_unit_test(unreadable_files),
		cmocka_unit_test(only_known_names_at_the_top),
		cmocka_unit_test(a_long_list_of_names_is_cut),
		cmocka_unit_test(lists_of_groups),
	};

	alarm(20); /* a reader that is not linear in a file's size does not get through */
	return cmocka_run_group_tests(tests, set_up, clean_up);
}
