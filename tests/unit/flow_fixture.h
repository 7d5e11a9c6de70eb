/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder of conf/ for tests of the flow language: shipped places and texts in Russian, a few words,
 * small flows of its own, and a text for each key that these name. It removes the folder.
 * Included by tests/unit/flow_*_test.c, which run from the top folder.
 */
#ifndef SHYRAQ_FLOW_FIXTURE_H
#define SHYRAQ_FLOW_FIXTURE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow.h"

#define FIXTURE_BYTES 400000

static char fixture_dir[64];
static char fixture_bytes[FIXTURE_BYTES];

static const char fixture_words[] =
    "danger = [\"ОПАСНО\"]; help = [\"ПОМОЩЬ\"]; report = [\"СООБЩИТЬ\"];\n"
    "job = [\"РАБОТА\"]; info = [\"СПРАВКА\"]; urgent = [\"СРОЧНО\"];\n"
    "stop = [\"СТОП\"]; yes = [\"ДА\"]; no = [\"НЕТ\"]; stranger = [\"КТО\"];\n"
    "borrowed = [\"ЧУЖОЙ\"]; language = [\"ЯЗЫК\"]; name = [\"РУССКИЙ\"];\n"
    "greeting = [\"ПРИВЕТ\"]; plain = [\"ПИШИТЕ ОТКРЫТО\"];\n"
    "numbers = ( [\"ноль\"], [\"один\", \"раз\"], [\"два\"], [\"три\"] );\n"
    "endings = [\"а\", \"е\", \"у\", \"до\", \"да\"];\n";

static const char fixture_help[] =
    "name = \"help\"; version = 1; start = \"hello\"; danger = \"alarm\";\n"
    "dial = \"yes\"; again = \"again\"; intents = [\"danger\", \"help\", \"report\"];\n"
    "steps = (\n"
    "{ name = \"hello\"; branch = ( { bearer = \"ussd\"; next = \"notice\"; } );\n"
    "  else = \"calm\"; },\n"
    "{ name = \"notice\"; ask = \"notice\"; text = \"t.notice\"; next = \"calm\"; },\n"
    "{ name = \"calm\"; ask = \"choice\"; text = \"t.calm\"; slot = \"calm\";\n"
    "  silence = { after_s = 60; next = \"alarm\"; };\n"
    "  options = ( { digit = 1; code = \"yes\"; words = [\"yes\"]; next = \"where\"; },\n"
    "    { digit = 2; code = \"no\"; words = [\"no\"]; next = \"alarm\"; },\n"
    "    { digit = 4; next = \"topics\"; } ); },\n"
    "{ name = \"topics\"; flow = \"topics\"; },\n"
    "{ name = \"alarm\"; set = { class = \"danger\"; task = \"danger\"; };\n"
    "  next = \"alarm_refer\"; },\n"
    "{ name = \"alarm_refer\"; refer = { after_s = 120; under = \"danger\"; };\n"
    "  next = \"where\"; },\n"
    "{ name = \"where\"; ask = \"place\"; text = \"t.where\"; slot = \"where\";\n"
    "  region = \"region\"; echo = \"t.echo\"; which = \"t.which\"; next = \"what\";\n"
    "  next_words = \"what\"; next_skip = \"what\"; },\n"
    "{ name = \"what\"; ask = \"several\"; text = \"t.what\"; slot = \"what\";\n"
    "  options = ( { digit = 1; code = \"unpaid\"; },\n"
    "    { digit = 2; code = \"held\"; class = \"held\"; },\n"
    "    { digit = 3; code = \"papers\"; },\n"
    "    { digit = 0; code = \"none\"; words = [\"no\"]; } ); next = \"who\"; },\n"
    "{ name = \"who\"; ask = \"choice\"; text = \"t.who\"; slot = \"who\";\n"
    "  options = ( { digit = 1; code = \"man\"; next = \"ngo\"; },\n"
    "    { digit = 3; code = \"child\"; next = \"ngo\"; },\n"
    "    { digit = 12; code = \"woman\"; next = \"ngo\"; } ); },\n"
    "{ name = \"ngo\"; ask = \"choice\"; text = \"t.ngo\"; slot = \"ngo\";\n"
    "  consent = \"ngo\";\n"
    "  options = ( { digit = 1; code = \"yes\"; words = [\"yes\"]; next = \"refer\"; },\n"
    "    { digit = 2; code = \"no\"; words = [\"no\"]; next = \"held_for\"; } ); },\n"
    "{ name = \"refer\"; refer = { after_s = 60; under = \"ngo\"; };\n"
    "  next = \"held_for\"; },\n"
    "{ name = \"held_for\"; branch = ( { slot = \"what\"; is = \"held\";\n"
    "    next = \"street\"; } ); else = \"count\"; },\n"
    "{ name = \"count\"; ask = \"number\"; text = \"t.count\"; slot = \"count\";\n"
    "  next = \"street\"; },\n"
    "{ name = \"street\"; ask = \"text\"; text = \"t.street\"; slot = \"street\";\n"
    "  place = \"yes\"; skip = \"open\"; next = \"open\"; },\n"
    "{ name = \"open\"; ask = \"choice\"; text = \"t.open\"; slot = \"open\";\n"
    "  options = ( { digit = 1; code = \"yes\"; words = [\"yes\"]; next = \"police\"; },\n"
    "    { digit = 2; code = \"no\"; words = [\"no\"]; next = \"police\"; } ); },\n"
    "{ name = \"police\"; ask = \"choice\"; text = \"t.police\"; slot = \"police\";\n"
    "  consent = \"police\"; plain = \"yes\";\n"
    "  options = ( { digit = 1; code = \"yes\"; words = [\"yes\"]; next = \"hour\"; },\n"
    "    { digit = 2; code = \"no\"; words = [\"no\"]; next = \"hour\"; } ); },\n"
    "{ name = \"hour\"; ask = \"hour\"; text = \"t.hour\"; slot = \"hour\";\n"
    "  borrowed = \"borrowed\"; next = \"safe\"; },\n"
    "{ name = \"safe\"; do = \"safe_time\"; next = \"words\"; },\n"
    "{ name = \"borrowed\"; set = { slot = \"phone\"; code = \"borrowed\"; };\n"
    "  next = \"forget\"; },\n"
    "{ name = \"forget\"; do = \"forget_phone\"; next = \"words\"; },\n"
    "{ name = \"words\"; ask = \"text\"; text = \"t.words\"; slot = \"words\";\n"
    "  skip = \"again\"; next = \"told\"; },\n"
    "{ name = \"told\"; do = \"told\"; code_of = \"what\"; next = \"again\"; },\n"
    "{ name = \"again\"; branch = ( { state = \"taken\"; next = \"taken\"; },\n"
    "    { abroad = \"yes\"; next = \"far\"; },\n"
    "    { register = \"plain\"; next = \"plainly\"; } ); else = \"quiet\"; },\n"
    "{ name = \"taken\"; end = \"t.taken\"; },\n"
    "{ name = \"far\"; end = \"t.far\"; },\n"
    "{ name = \"plainly\"; end = \"t.plainly\"; },\n"
    "{ name = \"quiet\"; end = \"-\"; }\n"
    ");\n";

static const char fixture_topics[] =
    "name = \"topics\"; version = 1; case = \"none\"; opening = \"answers\";\n"
    "start = \"topic\"; danger = \"now\"; intents = [\"info\", \"job\"];\n"
    "steps = (\n"
    "{ name = \"topic\"; ask = \"choice\"; text = \"t.topic\"; slot = \"topic\";\n"
    "  options = ( { digit = 1; code = \"job\"; words = [\"job\"]; next = \"land\"; },\n"
    "    { digit = 2; code = \"more\"; words = [\"urgent\"]; next = \"open\"; } ); },\n"
    "{ name = \"land\"; ask = \"choice\"; text = \"t.land\"; slot = \"land\";\n"
    "  options = ( { digit = 1; code = \"KZ\"; place = \"KZ\"; next = \"company\"; },\n"
    "    { digit = 2; code = \"other\"; next = \"company\"; } ); },\n"
    "{ name = \"company\"; ask = \"text\"; text = \"t.company\"; slot = \"company\";\n"
    "  next = \"job\"; },\n"
    "{ name = \"job\"; do = \"job\"; next = \"looked\"; },\n"
    "{ name = \"open\"; set = { register = \"plain\"; }; next = \"person\"; },\n"
    "{ name = \"person\"; flow = \"help\"; at = \"notice\"; },\n"
    "{ name = \"now\"; ask = \"choice\"; text = \"t.now\"; slot = \"now\";\n"
    "  silence = { after_s = 120; next = \"to_alarm\"; };\n"
    "  options = ( { digit = 1; code = \"yes\"; words = [\"yes\"]; next = \"to_alarm\"; },\n"
    "    { digit = 2; code = \"no\"; words = [\"no\"]; next = \"topic\"; } ); },\n"
    "{ name = \"to_alarm\"; flow = \"help\"; at = \"alarm\"; },\n"
    "{ name = \"looked\"; end = \"t.looked\"; }\n"
    ");\n";

static const char fixture_witness[] =
    "name = \"witness\"; version = 1; start = \"about\"; steps = (\n"
    "{ name = \"about\"; ask = \"choice\"; text = \"t.about\"; slot = \"about\";\n"
    "  options = ( { digit = 1; code = \"self\"; next = \"refer\"; },\n"
    "    { digit = 2; code = \"others\"; next = \"refer\"; } ); },\n"
    "{ name = \"refer\"; refer = { after_s = 0; under = \"witness\"; };\n"
    "  next = \"end\"; },\n"
    "{ name = \"end\"; end = \"-\"; } );\n";

static void
fixture_read(const char *path, char *out)
{
	FILE *in = fopen(path, "re");
	size_t n = 0;

	if (in != NULL) {
		n = fread(out, 1, FIXTURE_BYTES - 1, in);
		(void)fclose(in);
	}
	out[n] = '\0';
	if (n == 0)
		fail_msg("%s", path);
}

static void
fixture_write(const char *name, const char *s, const char *mode)
{
	char path[600];
	FILE *out;

	assert_true(snprintf(path, sizeof path, "%s/%s", fixture_dir, name) > 0);
	out = fopen(path, mode);
	if (out == NULL)
		fail_msg("%s", path);
	assert_true(fputs(s, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

/* Every file of a shipped folder. */
static void
fixture_copy(const char *folder)
{
	char path[600], name[300];
	const struct dirent *d;
	struct stat st;
	DIR *in;

	assert_true(snprintf(path, sizeof path, "conf/%s", folder) > 0);
	in = opendir(path);
	assert_non_null(in);
	/* cppcheck-suppress readdirCalled */
	while ((d = readdir(in)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		assert_true(
		    snprintf(path, sizeof path, "conf/%s/%s", folder, d->d_name) > 0);
		if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		assert_true(
		    snprintf(name, sizeof name, "%.40s/%.250s", folder, d->d_name) > 0);
		fixture_read(path, fixture_bytes);
		fixture_write(name, fixture_bytes, "we");
	}
	closedir(in);
}

/* "t.calm" in both registers: its text is its key, in plain words with "!" behind. */
static void
fixture_texts(const char *flow)
{
	static const char *const parts[] = { "msgctxt \"cover\"\n", "" };
	char text[300], key[60];

	for (const char *at = flow; (at = strstr(at, "\"t.")) != NULL; at++) {
		const char *says = key;

		assert_true(snprintf(key, sizeof key, "%.*s", (int)strcspn(at + 1, "\""),
				at + 1) > 0);
		if (strcmp(key, "t.echo") == 0)
			says = "{town}:";
		else if (strcmp(key, "t.which") == 0)
			says = "{list}";
		for (int i = 0; i < 2; i++) {
			assert_true(snprintf(text, sizeof text,
					"\n%smsgid \"%s\"\nmsgstr \"%s%s\"\n", parts[i],
					key, says, i == 1 ? "!" : "") > 0);
			fixture_write("po/ru.po", text, "ae");
		}
	}
}

/* What the engine says in a dialogue, where the shipped texts have no dialogue yet. */
static void
fixture_screens(void)
{
	static const char *const keys[] = { "urgent.back@ussd", "place.other", "go.sent",
		"go.taken", "go.nobody", "go.on", "knock", "state.night", "resume.wrong",
		"resume.locked", "job.answer" };
	char text[300];

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		fixture_read("conf/po/ru.po", fixture_bytes);
		assert_true(snprintf(text, sizeof text, "msgid \"%s\"", keys[i]) > 0);
		if (strstr(fixture_bytes, text) != NULL)
			continue;
		assert_true(snprintf(text, sizeof text,
				"\nmsgctxt \"cover\"\nmsgid \"%s\"\nmsgstr \"e\"\n"
				"\nmsgid \"%s\"\nmsgstr \"e\"\n",
				keys[i], keys[i]) > 0);
		fixture_write("po/ru.po", text, "ae");
	}
}

static int
fixture_open(void **state)
{
	static const char *const folders[] = { "flows", "words", "places", "po",
		"policies" };
	char path[600];

	(void)state;
	strcpy(fixture_dir, "/tmp/flow_fixture.XXXXXX");
	if (mkdtemp(fixture_dir) == NULL)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		assert_true(
		    snprintf(path, sizeof path, "%s/%s", fixture_dir, folders[i]) > 0);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	fixture_write("words/ru.conf", fixture_words, "we");
	fixture_write("words/clashes.conf", "clashes = ();\n", "we");
	fixture_copy("places");
	fixture_copy("policies");
	fixture_read("conf/service.conf", fixture_bytes);
	fixture_write("service.conf", fixture_bytes, "we");
	fixture_read("conf/po/ban.ru", fixture_bytes);
	fixture_write("po/ban.ru", fixture_bytes, "we");
	fixture_read("conf/po/ru.po", fixture_bytes);
	fixture_write("po/ru.po", fixture_bytes, "we");
	fixture_write("flows/help.conf", fixture_help, "we");
	fixture_write("flows/topics.conf", fixture_topics, "we");
	fixture_texts(fixture_help);
	fixture_write("flows/witness.conf", fixture_witness, "we");
	fixture_texts(fixture_topics);
	fixture_texts(fixture_witness);
	fixture_screens();
	return 0;
}

static int
fixture_close(void **state)
{
	static const char *const folders[] = { "flows", "words", "places", "po",
		"policies", "" };
	char path[600];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const struct dirent *d;
		DIR *in;

		assert_true(
		    snprintf(path, sizeof path, "%s/%s", fixture_dir, folders[i]) > 0);
		in = opendir(path);
		assert_non_null(in);
		/* cppcheck-suppress readdirCalled */
		while ((d = readdir(in)) != NULL) {
			char file[900];

			assert_true(
			    snprintf(file, sizeof file, "%s/%s", path, d->d_name) > 0);
			if (d->d_name[0] != '.')
				(void)unlink(file);
		}
		closedir(in);
		if (folders[i][0] != '\0')
			(void)rmdir(path);
	}
	return rmdir(fixture_dir);
}

/* The first `old` in a file becomes `new`; the load is refused with `want`, or taken if NULL. */
static inline void
expect(const char *file, const char *old, const char *new, const char *want)
{
	static char changed[FIXTURE_BYTES];
	struct flows *f = NULL;
	struct flow_err err = { "" };
	char path[600];
	const char *at;
	enum rc rc;

	assert_true(snprintf(path, sizeof path, "%s/%s", fixture_dir, file) > 0);
	fixture_read(path, fixture_bytes);
	at = strstr(fixture_bytes, old);
	if (at == NULL)
		fail_msg("%s has no %s", file, old);
	assert_true((size_t)snprintf(changed, sizeof changed, "%.*s%s%s",
			(int)(at - fixture_bytes), fixture_bytes, new,
			at + strlen(old)) < sizeof changed);
	fixture_write(file, changed, "we");
	rc = flows_load(fixture_dir, &f, &err);
	flows_free(f);
	fixture_write(file, fixture_bytes, "we");
	if (want == NULL && rc != RC_OK)
		fail_msg("%s -> %s: %s", old, new, err.s);
	if (want != NULL && (rc != RC_REFUSED || strstr(err.s, want) == NULL))
		fail_msg("%s -> %s: %s\nlacks %s", old, new, err.s, want);
}

#endif
