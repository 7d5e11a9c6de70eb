/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a load refuses, and with which line and name: the shipped files with one thing changed.
 * It works on a copy in a folder that it removes. Called by make test, from the top folder.
 */
#include <dirent.h>
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

#include "flow.h"

#define BYTES_MAX 200000

static const char *const folders[] = { "flows", "words", "places", "po", "policies" };
static char dir[64];
static char bytes[BYTES_MAX], changed[BYTES_MAX];

static size_t
read_file(const char *path, char *out)
{
	FILE *in = fopen(path, "re");
	size_t n;

	if (in == NULL)
		fail_msg("%s", path);
	n = fread(out, 1, BYTES_MAX - 1, in);
	out[n] = '\0';
	fclose(in);
	return n;
}

static void
write_file(const char *path, const char *s)
{
	FILE *out = fopen(path, "we");

	if (out == NULL)
		fail_msg("%s", path);
	assert_true(fputs(s, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

/* Each file of the shipped folders: copied there, or removed from there. */
static void
each_file(bool copy)
{
	char from[600], to[600];

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const struct dirent *d;
		DIR *in;

		assert_true(snprintf(from, sizeof from, "conf/%s", folders[i]) > 0);
		assert_true(snprintf(to, sizeof to, "%s/%s", dir, folders[i]) > 0);
		if (copy)
			assert_int_equal(mkdir(to, 0700), 0);
		in = opendir(from);
		assert_non_null(in);
		/* cppcheck-suppress readdirCalled */
		while ((d = readdir(in)) != NULL) {
			if (d->d_name[0] == '.')
				continue;
			assert_true(snprintf(from, sizeof from, "conf/%s/%s", folders[i],
					d->d_name) > 0);
			assert_true(snprintf(to, sizeof to, "%s/%s/%s", dir, folders[i],
					d->d_name) > 0);
			if (copy) {
				read_file(from, bytes);
				write_file(to, bytes);
			} else {
				unlink(to);
			}
		}
		closedir(in);
		assert_true(snprintf(to, sizeof to, "%s/%s", dir, folders[i]) > 0);
		if (!copy)
			rmdir(to);
	}
}

static int
copy_conf(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/flow_conf_test.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	each_file(true);
	return 0;
}

static int
drop_conf(void **state)
{
	(void)state;
	each_file(false);
	return rmdir(dir);
}

/* The first `old` in a file becomes `new`; the load must be refused with `want` in the error. */
static void
expect(const char *file, const char *old, const char *new, const char *want)
{
	struct flows *f = NULL;
	struct flow_err err = { "" };
	char path[600];
	char *at;
	enum rc rc;

	assert_true(snprintf(path, sizeof path, "%s/%s", dir, file) > 0);
	read_file(path, bytes);
	at = strstr(bytes, old);
	if (at == NULL)
		fail_msg("%s has no %s", file, old);
	assert_true(
	    (size_t)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - bytes),
		bytes, new, at + strlen(old)) < sizeof changed);
	write_file(path, changed);
	rc = flows_load(dir, &f, &err);
	flows_free(f);
	write_file(path, bytes);
	assert_int_equal(rc, RC_REFUSED);
	if (strncmp(err.s, dir, strlen(dir)) != 0 || strstr(err.s, want) == NULL)
		fail_msg("%s -> %s: %s\nlacks %s", old, new, err.s, want);
}

static void
the_copy_loads(void **state)
{
	struct flows *f;
	struct flow_err err;

	(void)state;
	if (flows_load(dir, &f, &err) != RC_OK)
		fail_msg("%s", err.s);
	flows_free(f);
}

static void
flow_names(void **state)
{
	static const char file[] = "flows/help.conf";

	(void)state;
	expect(file, "version = 1;", "version = 1; speed = 2;",
	    "help.conf:5: speed: unknown name");
	expect(file, "version = 1;", "version = \"1\";",
	    "help.conf:5: version: not a number");
	expect(file, "version = 1;", "", "version is missing");
	expect(file, "version = 1;", "@include \"x\"",
	    "help.conf:5: file: @include is not taken");
	expect(file, "version = 1;", "version = ;", "help.conf:5: file: syntax error");
	expect(file, "next = \"where\"", "next = \"were\"", "no step is named were");
	expect(file, "ask = \"choice\"", "ask = \"quiz\"", "ask: unknown kind");
	expect(
	    file, "class = \"danger\"; task", "class = \"red\"; task", "unknown class");
	expect(file, "words = [\"yes\"]", "words = [\"yep\"]", "is no class of words");
	expect(file, "digit = 2; code = \"no\"", "digit = 1; code = \"no\"",
	    "digit 1 is given twice");
	expect(file, "slot = \"calm\"", "slot = \"_calm\"", "names with _");
	expect(file, "{ name = \"sent\"",
	    "{ name = \"kept\"; end = \"end.kept\"; },\n  { name = \"sent\"", "twice");
	expect(file, "end = \"end.kept\"", "next = \"sent\"", "does nothing");
}

static void
flow_shape(void **state)
{
	static const char file[] = "flows/help.conf";

	(void)state;
	expect(file, "{ name = \"sent\"",
	    "{ name = \"lost\"; end = \"end.sent\"; },\n  { name = \"sent\"",
	    "lost: nothing leads here");
	expect(file, "slot = \"need\";", "slot = \"need\"; next_step = \"x\";",
	    "unknown name");
	expect(file, "slot = \"count\"; next = \"need\"",
	    "slot = \"count\"; next = \"count\"", "a dead end");
	expect(file, "after_s = 0; under = \"danger\"; }; next = \"order\"",
	    "after_s = 0; under = \"danger\"; }; next = \"alarm\"",
	    "circle without a question");
	expect(file, "under = \"ngo\"", "under = \"police\"",
	    "no question asks for the consent police");
	expect(file, "{ slot = \"what\"; is = \"\"; next = \"what\"; },",
	    "{ slot = \"what\"; is = \"\"; next = \"count\"; },",
	    "what: nothing leads here");
	expect(file, "text = \"ask.calm\"", "text = \"ask.quiet\"", "ask.quiet: no ");
	expect("policies/ngo_first.conf", "[\"child\", \"danger\"]", "[\"danger\"]",
	    "the policy has no exception child");
}

static void
texts_in_their_size(void **state)
{
	(void)state;
	expect(
	    "po/uz.po", "Hozir tinchmi?", "Hozir hammasi tinchmi, xotirjammi?", "uz.po:");
	expect("po/uz.po", "Hozir tinchmi?", "Hozir tinchmi’?", "ask.calm: ");
	expect("po/ru.po", "Можно несколько", "Можно выбрать несколько ответов",
	    "ask.what: 3 parts");
	expect("po/kk.po", "msgid \"state.sent\"", "msgid \"state.gone\"", "state.");
	expect("po/ru.po", "беру 2 {code} нет", "берём и выезжаем 2 {code} нет",
	    "ref.first");
	expect("places/kz.csv", "Усть-Каменогорск", "Усть-Каменогорск на реке Иртыш",
	    "parts");
}

static void
words_that_clash(void **state)
{
	(void)state;
	expect(
	    "words/ru.conf", "job = [", "job = [\"ПОМОЩЬ\", ", "is also job in a list");
	expect("words/ru.conf", "yes = [", "yes = [\"НЕТ\", ", "ru.conf:");
	expect("words/ru.conf", "no = [", "no = [\"СТОП\", ", "is also no in a list");
	expect("words/ru.conf", "job = [", "trade = [", "trade: unknown name");
	expect("words/ru.conf", "job = [", "job = [\"!!!\", ", "is no keyword");
	expect("words/ru.conf", "yes = [", "child = [", "duplicate setting name");
	expect("words/clashes.conf", "clashes = ();",
	    "clashes = ( { word = \"nothing\"; is = \"help\"; } );",
	    "no list has this word");
}

static void
decided_clashes_load(void **state)
{
	char path[600];
	struct flows *f;
	struct flow_err err;
	static const char both[] = "job = [\"АҚПАРАТ\", ";
	char clashes[600];
	char *at;

	(void)state;
	assert_true(snprintf(clashes, sizeof clashes, "%s/words/clashes.conf", dir) > 0);
	assert_true(snprintf(path, sizeof path, "%s/words/kk.conf", dir) > 0);
	read_file(path, bytes);
	at = strstr(bytes, "job = [");
	assert_non_null(at);
	assert_true(
	    (size_t)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - bytes),
		bytes, both, at + strlen("job = [")) < sizeof changed);
	write_file(path, changed);
	assert_int_equal(flows_load(dir, &f, &err), RC_REFUSED);
	write_file(clashes, "clashes = ( { word = \"АҚПАРАТ\"; is = \"info\"; } );");
	assert_int_equal(flows_load(dir, &f, &err), RC_OK);
	flows_free(f);
	write_file(path, bytes);
	write_file(clashes, "clashes = ();");
}

/* A flow that would refer a man who said no: the engine itself does not. */
static void
no_flow_refers_without_cause(void **state)
{
	static const char child[] = "is = \"child\"", man[] = "is = \"man\"";
	static const char *const texts[] = { "yordam", "1", "jetiboy", "1", "1", "2" };
	struct session s = { .lang = LANG_NONE };
	struct effects e;
	char path[600];
	struct flows *f;
	struct flow_err err;
	char *at;

	(void)state;
	assert_true(snprintf(path, sizeof path, "%s/flows/help.conf", dir) > 0);
	read_file(path, bytes);
	at = strstr(bytes, child);
	assert_non_null(at);
	assert_true(
	    (size_t)snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - bytes),
		bytes, man, at + strlen(child)) < sizeof changed);
	write_file(path, changed);
	assert_int_equal(flows_load(dir, &f, &err), RC_OK);
	write_file(path, bytes);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct flow_input in = {
			.text = texts[i], .country = "KZ", .now_ms = 1000
		};

		assert_int_equal(flow_step(f, &s, &in, &e), RC_OK);
		for (unsigned k = 0; k < e.n; k++)
			assert_int_not_equal(e.v[k].kind, EFFECT_REFER);
	}
	assert_string_equal(session_slot(&s, "ngo"), "no");
	assert_string_equal(s.step, "");
	flows_free(f);
}

static void
cover_texts(void **state)
{
	(void)state;
	expect("po/uz.po", "Savolni yozing\"", "Yordam\"",
	    "first.screen: a cover text with the banned word");
	expect("po/ru.po", "Напишите вопрос\"", "Нужна помощь?\"", "ru.po:");
	expect("po/ban.kk", "көмек*", "жұмыс", "banned word");
	expect("po/ban.kk", "көмек*", "!!", "ban.kk:3");
}

static void
policies(void **state)
{
	static const char file[] = "policies/ngo_first.conf";

	(void)state;
	expect(file, "remind = 10", "remind = 20", "danger: the reminder is not before");
	expect(file, "[\"ngo\", \"shelter\"]", "[\"police\"]", "police is never asked");
	expect(file, "exceptions = [\"child\"", "exceptions = [\"police\"",
	    "unknown exception");
	expect(file, "lease = 120", "lease = 0", "lease: not a number in range");
	expect(file, "held = ", "helt = ", "helt: unknown name");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_copy_loads),
		cmocka_unit_test(flow_names),
		cmocka_unit_test(flow_shape),
		cmocka_unit_test(texts_in_their_size),
		cmocka_unit_test(words_that_clash),
		cmocka_unit_test(decided_clashes_load),
		cmocka_unit_test(no_flow_refers_without_cause),
		cmocka_unit_test(cover_texts),
		cmocka_unit_test(policies),
	};

	return cmocka_run_group_tests(tests, copy_conf, drop_conf);
}
