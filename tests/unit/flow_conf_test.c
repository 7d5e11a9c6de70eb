/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a load refuses in texts, words, places and policies, and with which line and name. The flow
 * files' own language is in flow_lang_test.c. Called by make test, from the top folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow_fixture.h"

static const char long_words[] =
    "msgstr \"длинные слова, длинные слова, длинные слова, длинные слова, длинные слова\"";

static void
the_shipped_files_load(void **state)
{
	struct flows *f = NULL;
	struct flow_err err;

	(void)state;
	if (flows_load("conf", &f, &err) != RC_OK)
		fail_msg("%s", err.s);
	flows_free(f);
}

static void
texts_in_their_size(void **state)
{
	static const char ru[] = "po/ru.po";

	(void)state;
	expect(ru, "msgstr \"t.who\"", long_words, "ru.po:");
	expect(ru, "msgstr \"t.who\"", long_words, "t.who: 2 parts");
	/* one part by itself, two behind the name of a town */
	expect(ru, "msgstr \"t.what\"",
	    "msgstr \"слова, слова, слова, слова, слова, слова, слова, слова\"",
	    "t.what: ");
	expect(ru, "msgid \"state.sent\"", "msgid \"state.gone\"", "state.");
	expect(
	    ru, "msgid \"t.who\"", "msgid \"t.whom\"", "t.who: no cover text in ru.po");
	/* the first text of one need has no part left for it */
	expect(ru, "беру 2 {code} нет", "берём и выезжаем 2 {code} нет",
	    "ref.need.wages: ru.po: 0 parts");
	expect(ru, "передадим в {hour}",
	    "человеку всё передадим, как только сможем, в его часы: {hour}",
	    "ref.relay_safe: ru.po: 2 parts");
	expect(ru, "не передано: {reason}",
	    "не передано, и вот почему: слова {reason}, увы",
	    "ref.relay_ban: ru.po: 2 parts");
	expect(ru, "просит другое место",
	    "просит другое место, подальше от чужих глаз и без вывески",
	    "ref.read: ru.po: 2 parts");
	expect(ru, "№{n} место: {place}", "№{n} {place} {place}",
	    "ref.place_is: ru.po: 3 parts");
	expect(ru, "прочла, {answer}", "прочла, {reply}",
	    "ref.read.woman: ru.po: an unknown");
	expect(ru, "msgid \"ref.unread\"", "msgid \"ref.unred\"",
	    "ref.unread: ru.po: missing");
}

static void
words_that_clash(void **state)
{
	static const char ru[] = "words/ru.conf";

	(void)state;
	expect(ru, "job = [", "job = [\"ПОМОЩЬ\", ", "is also job in a list");
	expect(ru, "yes = [", "yes = [\"НЕТ\", ", "ru.conf:");
	expect(ru, "no = [", "no = [\"СТОП\", ", "is also no in a list");
	expect(ru, "job = [", "trade = [", "trade: unknown name");
	expect(ru, "job = [", "job = [\"!!!\", ", "is no keyword");
	expect(ru, "yes = [", "no = [", "duplicate setting name");
	expect("words/clashes.conf", "clashes = ();",
	    "clashes = ( { word = \"nothing\"; is = \"help\"; } );",
	    "no list has this word");
}

static void
decided_clashes_load(void **state)
{
	(void)state;
	fixture_write("words/clashes.conf",
	    "clashes = ( { word = \"СПРАВКА\"; is = \"info\"; } );\n", "we");
	expect("words/ru.conf", "job = [", "job = [\"СПРАВКА\", ", NULL);
	fixture_write("words/clashes.conf", "clashes = ();\n", "we");
	expect("words/ru.conf", "job = [", "job = [\"СПРАВКА\", ", "is also info");
}

static void
cover_texts(void **state)
{
	(void)state;
	expect("po/ru.po", "msgstr \"t.who\"", "msgstr \"Нужна помощь?\"",
	    "t.who: a cover text with the banned word");
	expect("po/ru.po", "msgstr \"t.who!\"", "msgstr \"Нужна помощь?\"", NULL);
	expect("po/ban.ru", "помощ*", "!!", "ban.ru:");
}

/* What matters most is said in production only as a native speaker has signed it. */
static void
the_service(void **state)
{
	static const char file[] = "service.conf";

	(void)state;
	expect(file, "mode = \"sample\"", "mode = \"production\"", "signed");
	expect(file, "mode = \"sample\"", "mode = \"trial\"", "mode: unknown");
	expect(file, "mode = \"sample\";", "", "mode");
	expect(file, "dial = \"*8500#\"", "dial = \"help\"", "dial: no code to dial");
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
		cmocka_unit_test(the_shipped_files_load),
		cmocka_unit_test(texts_in_their_size),
		cmocka_unit_test(words_that_clash),
		cmocka_unit_test(decided_clashes_load),
		cmocka_unit_test(cover_texts),
		cmocka_unit_test(the_service),
		cmocka_unit_test(policies),
	};

	return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
